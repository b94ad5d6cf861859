import pytest
from botocore.exceptions import ClientError

from ..account import Account
from ..findings import Level
from ..security_hub import security_hub
from .conftest import NUMBER, REGION, FakeSession, only, wish


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
