"""Security Hub: who may change what of a finding, and for how long it is kept."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.client import Sandbox, SandboxError

ACCOUNT = "123456789012"
MEMBER = "210987654321"
FIRST = "2026-11-01T10:00:00.000Z"
LATER = "2026-11-02T10:00:00.000Z"
NEVER = "2036-11-02T10:00:00.000Z"


@pytest.fixture
def hub(sandbox: Sandbox) -> Any:
    sandbox.security_hub.enable()
    return sandbox.client("securityhub", validate=False)


def finding(account: str = ACCOUNT, **members: Any) -> dict[str, Any]:
    product = f"arn:aws:securityhub:eu-west-1:{account}:product/{account}/default"
    return {
        "SchemaVersion": "2018-10-08",
        "Id": "one",
        "ProductArn": product,
        "GeneratorId": "generator",
        "AwsAccountId": account,
        "CreatedAt": FIRST,
        "UpdatedAt": NEVER,
        "Title": "Title",
        "Description": "Description",
        "FindingProviderFields": {
            "Severity": {"Label": "HIGH"},
            "Types": ["Software and Configuration Checks"],
        },
        "Resources": [{"Type": "Other", "Id": "arn:aws:iam::123456789012:server-certificate/www"}],
    } | members


def imported(hub: Any, **members: Any) -> dict[str, Any]:
    """What Security Hub shows after an import."""
    answer = hub.batch_import_findings(Findings=[finding(**members)])
    assert answer["FailedFindings"] == []
    return only(hub)


def only(hub: Any) -> dict[str, Any]:
    (found,) = hub.get_findings()["Findings"]
    return dict(found)


def refused(hub: Any, **members: Any) -> str:
    answer = hub.batch_import_findings(Findings=[finding(**members), finding(Id="good")])
    assert (answer["FailedCount"], answer["SuccessCount"]) == (1, 1)
    (error,) = answer["FailedFindings"]
    return f"{error['ErrorCode']}: {error['ErrorMessage']}"


def change(hub: Any, **changes: Any) -> None:
    shown = only(hub)
    identifier = {"Id": shown["Id"], "ProductArn": shown["ProductArn"]}
    answer = hub.batch_update_findings(FindingIdentifiers=[identifier], **changes)
    assert answer["ProcessedFindings"] == [identifier]


# --- Enabled or not ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("describe_hub", {}),
        ("get_findings", {}),
        ("batch_import_findings", {"Findings": [finding()]}),
        ("batch_update_findings", {"FindingIdentifiers": []}),
        ("disable_security_hub", {}),
    ],
)
def test_nothing_goes_before_it_is_enabled(
    sandbox: Sandbox, operation: str, parameters: dict[str, Any]
) -> None:
    client = sandbox.client("securityhub")
    with pytest.raises(client.exceptions.InvalidAccessException) as refusal:
        getattr(client, operation)(**parameters)
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 401
    assert "is not subscribed to AWS Security Hub" in str(refusal.value)


def test_it_is_enabled_in_one_region_once(hub: Any, sandbox: Sandbox) -> None:
    assert hub.describe_hub()["HubArn"] == f"arn:aws:securityhub:eu-west-1:{ACCOUNT}:hub/default"
    with pytest.raises(hub.exceptions.ResourceConflictException):
        hub.enable_security_hub()
    with pytest.raises(hub.exceptions.InvalidAccessException):
        sandbox.client("securityhub", "eu-west-3").describe_hub()


def test_findings_are_there_again_after_it_was_disabled(hub: Any, sandbox: Sandbox) -> None:
    imported(hub)
    sandbox.security_hub.disable()
    sandbox.security_hub.enable()
    assert only(hub)["Id"] == "one"


# --- Imports ----------------------------------------------------------------------------------


def test_a_new_finding_gets_what_security_hub_fills_in(hub: Any) -> None:
    shown = imported(hub)
    assert shown["Severity"] == {"Label": "HIGH", "Normalized": 70}
    assert shown["Types"] == ["Software and Configuration Checks"]
    assert (shown["RecordState"], shown["Workflow"]) == ("ACTIVE", {"Status": "NEW"})
    assert (shown["CompanyName"], shown["ProductName"]) == ("Personal", "Default")
    assert (shown["Region"], shown["CreatedAt"]) == ("eu-west-1", FIRST)
    assert shown["ProductFields"]["aws/securityhub/FindingId"].endswith("/default/one")


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        ({"Label": "CRITICAL"}, {"Label": "CRITICAL", "Normalized": 90}),
        ({"Label": "INFORMATIONAL"}, {"Label": "INFORMATIONAL", "Normalized": 0}),
        ({"Normalized": 39}, {"Label": "LOW", "Normalized": 39}),
        ({"Normalized": 40}, {"Label": "MEDIUM", "Normalized": 40}),
    ],
)
def test_severities_are_normalized(
    hub: Any, severity: dict[str, Any], expected: dict[str, Any]
) -> None:
    own = {"Types": ["Effects"]}
    shown = imported(hub, FindingProviderFields=own, Severity=severity)
    assert shown["Severity"] == expected
    assert shown["FindingProviderFields"]["Severity"] == {"Label": expected["Label"]}


def test_an_update_that_is_not_newer_is_ignored(hub: Any) -> None:
    imported(hub)
    assert imported(hub, Title="Same time")["Title"] == "Title"
    assert imported(hub, Title="Earlier", UpdatedAt=LATER)["Title"] == "Title"
    assert imported(hub, Title="Newer", UpdatedAt="2036-11-03T00:00:00Z")["Title"] == "Newer"


def test_an_update_leaves_alone_what_belongs_to_people(hub: Any) -> None:
    imported(hub)
    change(
        hub,
        Note={"Text": "Mine", "UpdatedBy": "alice"},
        Workflow={"Status": "SUPPRESSED"},
        Severity={"Label": "LOW"},
    )
    assert only(hub)["UpdatedAt"] == NEVER
    shown = imported(
        hub,
        UpdatedAt="2036-11-03T00:00:00Z",
        Workflow={"Status": "NEW"},
        Note={"Text": "Theirs", "UpdatedBy": "product", "UpdatedAt": LATER},
        FindingProviderFields={"Severity": {"Label": "CRITICAL"}, "Types": ["Effects"]},
    )
    assert shown["Note"]["Text"] == "Mine"
    assert shown["Workflow"] == {"Status": "SUPPRESSED"}
    assert shown["Severity"] == {"Label": "LOW", "Normalized": 1}
    assert shown["FindingProviderFields"]["Severity"] == {"Label": "CRITICAL"}
    assert shown["Types"] == ["Effects"]


@pytest.mark.parametrize(
    ("status", "expected"), [("RESOLVED", "NEW"), ("NOTIFIED", "NEW"), ("SUPPRESSED", "SUPPRESSED")]
)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"RecordState": "ARCHIVED"}, {"RecordState": "ACTIVE"}),
        ({"Compliance": {"Status": "PASSED"}}, {"Compliance": {"Status": "FAILED"}}),
    ],
)
def test_what_comes_back_is_new_unless_it_is_suppressed(
    hub: Any, before: dict[str, Any], after: dict[str, Any], status: str, expected: str
) -> None:
    imported(hub, **before)
    change(hub, Workflow={"Status": status})
    shown = imported(hub, UpdatedAt="2036-11-03T00:00:00Z", **after)
    assert shown["Workflow"] == {"Status": expected}


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"Title": "t" * 257}, ".Title should NOT be longer than 256 characters"),
        ({"Description": "d" * 1025}, ".Description should NOT be longer than 1024"),
        ({"Id": "i" * 513}, ".Id should NOT be longer than 512"),
        ({"UpdatedAt": "yesterday"}, '.UpdatedAt should match format "date-time"'),
        ({"FindingProviderFields": {}}, " should have required property 'FindingProviderFields'"),
        ({"SchemaVersion": "1"}, ".SchemaVersion should be equal to one of the allowed values"),
        ({"Compliance": {"RelatedRequirements": ["r"] * 33}}, "NOT have more than 32 items"),
        ({"Resources": []}, ".Resources should have 1 to 32 items"),
        (
            {"Resources": [finding()["Resources"][0] | {"Tags": {}}]},
            ".Resources[0].Tags should NOT have fewer than 1",
        ),
        (
            {"FindingProviderFields": {"Severity": {"Label": "LOW"}, "Types": ["Mine"]}},
            ".Types[0] should match pattern",
        ),
        (
            {"Remediation": {"Recommendation": {"Text": "r" * 513}}},
            ".Remediation.Recommendation.Text should NOT be longer than 512",
        ),
    ],
)
def test_what_is_no_finding_is_refused_alone(hub: Any, members: dict[str, Any], said: str) -> None:
    text = refused(hub, **members)
    assert text.startswith("InvalidInput: Finding does not adhere to Amazon Finding Format. data")
    assert said in text


@pytest.mark.parametrize(
    "members",
    [
        {"ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/config"},
        {"ProductArn": finding(MEMBER)["ProductArn"]},
        {"AwsAccountId": MEMBER},
    ],
)
def test_a_finding_of_another_product_or_account_is_refused(
    hub: Any, members: dict[str, Any]
) -> None:
    assert refused(hub, **members).startswith("InvalidAccess: ")


def test_a_batch_has_a_hundred_at_most(hub: Any) -> None:
    hub.batch_import_findings(Findings=[finding(Id=str(number)) for number in range(100)])
    with pytest.raises(hub.exceptions.InvalidInputException, match="less than or equal to 100"):
        hub.batch_import_findings(Findings=[finding(Id=str(number)) for number in range(101)])


def test_a_tag_without_a_value_makes_it_refuse_the_whole_batch(hub: Any) -> None:
    resource = finding()["Resources"][0] | {"Tags": {"blank": ""}}
    with pytest.raises(hub.exceptions.InvalidInputException, match=r"tags\.blank"):
        hub.batch_import_findings(Findings=[finding(Resources=[resource])])


def test_times_are_required(hub: Any) -> None:
    without = {name: one for name, one in finding().items() if name != "CreatedAt"}
    with pytest.raises(hub.exceptions.InvalidInputException, match="createdAt"):
        hub.batch_import_findings(Findings=[without])


def test_single_findings_may_be_made_to_fail(hub: Any, sandbox: Sandbox) -> None:
    batch = [finding(Id="a"), finding(Id="b")]
    sandbox.faults.add(
        "securityhub", "BatchImportFindings", kind="failed-findings", resource_ids=["b"]
    )
    (failed,) = hub.batch_import_findings(Findings=batch)["FailedFindings"]
    assert (failed["Id"], failed["ErrorCode"]) == ("b", "InternalFailure")
    assert only(hub)["Id"] == "a"
    with pytest.raises(SandboxError, match="failed-findings is a fault of BatchImportFindings"):
        sandbox.faults.add("securityhub", "GetFindings", kind="failed-findings")


# --- Reading ----------------------------------------------------------------------------------


def test_pages_have_what_was_asked_for(hub: Any) -> None:
    hub.batch_import_findings(Findings=[finding(Id=f"{number:03}") for number in range(100)])
    first = hub.get_findings(MaxResults=60)
    second = hub.get_findings(MaxResults=60, NextToken=first["NextToken"])
    assert [len(page["Findings"]) for page in (first, second)] == [60, 40]
    assert "NextToken" not in second
    with pytest.raises(hub.exceptions.InvalidInputException):
        hub.get_findings(NextToken="invented")


def test_filters_of_members_are_joined_by_and(hub: Any) -> None:
    hub.batch_import_findings(
        Findings=[
            finding(Id="a"),
            finding(Id="b", GeneratorId="other"),
            finding(Id="c", RecordState="ARCHIVED"),
        ]
    )

    def ids(**filters: str) -> list[str]:
        given = {
            name: [{"Value": value, "Comparison": "EQUALS"}] for name, value in filters.items()
        }
        return [one["Id"] for one in hub.get_findings(Filters=given)["Findings"]]

    assert ids(GeneratorId="generator") == ["a", "c"]
    assert ids(GeneratorId="generator", RecordState="ACTIVE") == ["a"]
    assert ids(ProductArn="arn:aws:securityhub:eu-west-1::product/aws/config") == []
    with pytest.raises(ClientError, match="not imitated here"):
        ids(CompanyName="Personal")


def test_an_administrator_sees_and_changes_the_findings_of_members(
    hub: Any, sandbox: Sandbox
) -> None:
    imported(hub)
    sandbox.security_hub.enable(account=MEMBER)
    member = sandbox.client("securityhub", account=MEMBER)
    assert member.batch_import_findings(Findings=[finding(MEMBER)])["SuccessCount"] == 1
    assert only(hub)["AwsAccountId"] == ACCOUNT
    sandbox.security_hub.administer(ACCOUNT)
    assert len(hub.get_findings()["Findings"]) == 2
    assert only(member)["AwsAccountId"] == MEMBER
    theirs = [{"Id": "one", "ProductArn": finding(MEMBER)["ProductArn"]}]
    hub.batch_update_findings(FindingIdentifiers=theirs, Workflow={"Status": "SUPPRESSED"})
    assert only(member)["Workflow"] == {"Status": "SUPPRESSED"}
    own = [{"Id": "one", "ProductArn": finding()["ProductArn"]}]
    (error,) = member.batch_update_findings(FindingIdentifiers=own)["UnprocessedFindings"]
    assert error["ErrorCode"] == "FindingNotFound"


# --- Sizes ------------------------------------------------------------------------------------


def sized(size: int, **members: Any) -> dict[str, Any]:
    """A finding of so many bytes in JSON."""
    empty = finding(ProductFields={"a": ""}, **members)
    text = "x" * (size - len(json.dumps(empty, separators=(",", ":"))))
    return empty | {"ProductFields": {"a": text}}


def test_a_finding_of_more_than_240_kb_is_refused_alone(hub: Any) -> None:
    answer = hub.batch_import_findings(
        Findings=[sized(240_000, Id="good"), sized(240_001, Id="bad")]
    )
    assert answer["SuccessCount"] == 1
    (error,) = answer["FailedFindings"]
    assert (error["Id"], error["ErrorCode"]) == ("bad", "InvalidInput")
    assert only(hub)["Id"] == "good"


def test_a_batch_of_more_than_6_mb_is_refused_as_a_whole(hub: Any) -> None:
    batch = [sized(240_000, Id=f"{number:02}") for number in range(25)]
    with pytest.raises(hub.exceptions.InvalidInputException):
        hub.batch_import_findings(Findings=[*batch, finding()])
    assert hub.get_findings()["Findings"] == []
    assert hub.batch_import_findings(Findings=batch)["SuccessCount"] == 25


# --- Retention --------------------------------------------------------------------------------


@pytest.mark.parametrize(("record_state", "days"), [("ACTIVE", 90), ("ARCHIVED", 30)])
def test_findings_are_deleted_after_a_time_without_an_update(
    hub: Any, sandbox: Sandbox, record_state: str, days: int
) -> None:
    imported(hub, UpdatedAt=FIRST, RecordState=record_state)
    sandbox.clock.advance(timedelta(days=days, minutes=-1))
    assert only(hub)["RecordState"] == record_state
    sandbox.clock.advance(timedelta(minutes=2))
    assert hub.get_findings()["Findings"] == []


def test_an_update_keeps_a_finding_for_another_90_days(hub: Any, sandbox: Sandbox) -> None:
    imported(hub, UpdatedAt=FIRST)
    sandbox.clock.advance(timedelta(days=89))
    imported(hub, UpdatedAt=LATER)
    sandbox.clock.advance(timedelta(days=89))
    assert only(hub)["UpdatedAt"] == LATER
