import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from ..account import Account
from ..findings import Level
from ..security_hub import security_hub
from .conftest import CALLER, NUMBER, REGION, FakeSession, only, wish


def controls(session: FakeSession, *states: str) -> None:
    found = [
        {
            "StandardsArn": f"arn:aws:securityhub:{REGION}::standards/cis/v/{number}.0.0",
            "SecurityControlId": "IAM.26",
            "SecurityControlArn": f"arn:aws:securityhub:{REGION}:{NUMBER}:security-control/IAM.26",
            "AssociationStatus": state,
        }
        for number, state in enumerate(states, 1)
    ]
    session.stub("securityhub").add_response(
        "list_standards_control_associations",
        {"StandardsControlAssociationSummaries": found},
        {"SecurityControlId": "IAM.26"},
    )


def test_security_hubs_control_is_a_warning_that_names_the_standard(
    session: FakeSession, account: Account
) -> None:
    controls(session, "DISABLED", "ENABLED")
    finding = only(security_hub(account, wish()))
    assert finding.level is Level.WARNING
    assert "IAM.26 is on (standards/cis/v/2.0.0)" in finding.text


def test_a_disabled_control_is_fine(session: FakeSession, account: Account) -> None:
    controls(session, "DISABLED")
    assert only(security_hub(account, wish())).level is Level.OK


def test_without_security_hub_its_control_is_off(session: FakeSession, account: Account) -> None:
    session.stub("securityhub").add_client_error(
        "list_standards_control_associations", "InvalidAccessException"
    )
    assert only(security_hub(account, wish())).level is Level.OK


def test_a_denied_question_to_security_hub_is_an_error(
    session: FakeSession, account: Account
) -> None:
    session.stub("securityhub").add_client_error(
        "list_standards_control_associations", "AccessDeniedException"
    )
    with pytest.raises(ClientError):
        list(security_hub(account, wish()))


def test_enabled_security_hub_takes_findings(session: FakeSession, account: Account) -> None:
    controls(session, "DISABLED")
    findings = list(security_hub(account, wish(SecurityHub="true")))
    assert [finding.level for finding in findings] == [Level.OK, Level.OK]
    assert findings[0].text == "Security Hub CSPM is enabled and takes findings."


def test_findings_that_nobody_takes_are_missing_security_hub(
    session: FakeSession, account: Account
) -> None:
    session.stub("securityhub").add_client_error(
        "list_standards_control_associations", "InvalidAccessException"
    )
    off, _ = security_hub(account, wish(SecurityHub="true"))
    assert off.level is Level.MISSING
    assert f"Security Hub CSPM is not enabled in {REGION}." in off.text
    assert "Enable Security Hub CSPM for this account and region" in off.remedy


class Nowhere:
    """A client of a service whose host can't be reached."""

    def get_paginator(self, _: str) -> None:
        raise EndpointConnectionError(endpoint_url="https://securityhub.example")


@pytest.mark.parametrize(
    ("region", "wanted", "level"),
    [("us-iso-west-2", "true", Level.MISSING), ("us-iso-west-2", "false", Level.OK)],
)
def test_region_without_security_hub_is_named(
    monkeypatch: pytest.MonkeyPatch, region: str, wanted: str, level: Level
) -> None:
    account = Account(FakeSession(region), NUMBER, "aws-iso", region, CALLER)
    monkeypatch.setattr(FakeSession, "client", lambda *_, **__: Nowhere())
    finding = only(security_hub(account, wish(SecurityHub=wanted)))
    assert (finding.level, finding.text) == (
        level,
        f"AWS does not offer Security Hub in {region}.",
    )


def test_region_that_has_security_hub_but_does_not_answer_is_not_checked(
    monkeypatch: pytest.MonkeyPatch, account: Account
) -> None:
    monkeypatch.setattr(FakeSession, "client", lambda *_, **__: Nowhere())
    with pytest.raises(EndpointConnectionError):
        list(security_hub(account, wish(SecurityHub="true")))
