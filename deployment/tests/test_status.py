from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .. import status
from ..account import Account
from ..findings import Finding, Level
from ..results import results
from ..stacks import FUNCTION, RULE, RUNBOOK, NoResourceError, Stack
from ..status import LOOKS, function_errors, looked_at, remediation_exceptions, runs, subscriptions
from .conftest import CALLER, NUMBER, REGION, FakeSession, only

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=timezone.utc)
TOPIC = f"arn:aws:sns:{REGION}:{NUMBER}:Automation-certsweep-alarms"
STEM = "certsweep-DeleteExpiredServerCertificate-"
ID = "11111111-2222-3333-4444-555555555555"
TYPE = "AWS::IAM::ServerCertificate"


def stack(resources: dict[str, str] | None = None, **parameters: str) -> Stack:
    given = {"AlarmTopicArn": "", "AlarmEmail": "", "EveryHours": "24"} | parameters
    all_resources = {RULE: "rule", RUNBOOK: f"{STEM}1A2B3C4D5E6F", "Topic": TOPIC}
    all_resources[FUNCTION] = "evaluate"
    return Stack(
        "certsweep",
        "id",
        "CREATE_COMPLETE",
        given,
        all_resources if resources is None else resources,
    )


def told(findings: list[Finding], level: Level) -> list[str]:
    return [one.text for one in findings if one.level is level]


# --- Messages -------------------------------------------------------------------------------------


def subscribed(session: FakeSession, **endpoints: str) -> None:
    found = [
        {"SubscriptionArn": arn, "Endpoint": f"{name}@example.com", "Protocol": "email"}
        for name, arn in endpoints.items()
    ]
    session.stub("sns").add_response(
        "list_subscriptions_by_topic", {"Subscriptions": found}, {"TopicArn": TOPIC}
    )


def test_a_subscription_that_waits_for_confirmation_needs_attention(
    session: FakeSession, account: Account
) -> None:
    subscribed(session, ops="PendingConfirmation", security=f"{TOPIC}:1")
    findings = list(subscriptions(account, stack(AlarmEmail="ops@example.com"), NOW))
    assert [one.level for one in findings] == [Level.WARNING, Level.OK]
    assert "ops@example.com has not confirmed" in findings[0].text
    assert f"--topic-arn {TOPIC}" in findings[0].remedy


def test_an_address_whose_subscription_is_gone_needs_attention(
    session: FakeSession, account: Account
) -> None:
    subscribed(session, security=f"{TOPIC}:1")
    _, finding = subscriptions(account, stack(AlarmEmail="ops@example.com"), NOW)
    assert finding.level is Level.WARNING
    assert finding.text == f"ops@example.com no longer subscribes to {TOPIC}."


def test_an_address_that_has_unsubscribed_needs_attention(
    session: FakeSession, account: Account
) -> None:
    # SNS lists it for a while.
    subscribed(session, ops="Deleted")
    finding = only(subscriptions(account, stack(AlarmEmail="ops@example.com"), NOW))
    assert finding.level is Level.WARNING
    assert finding.text == f"ops@example.com no longer subscribes to {TOPIC}."


def test_a_topic_without_subscriptions_needs_attention(
    session: FakeSession, account: Account
) -> None:
    subscribed(session)
    finding = only(subscriptions(account, stack(), NOW))
    assert finding.level is Level.WARNING
    assert finding.text == f"Nobody subscribes to {TOPIC}."


def test_a_topic_of_another_account_is_read_there(account: Account) -> None:
    foreign = TOPIC.replace(NUMBER, "999988887777")
    finding = only(subscriptions(account, stack(AlarmTopicArn=foreign), NOW))
    assert finding.level is Level.NOTE
    assert "Look in account 999988887777" in finding.text


# --- Results --------------------------------------------------------------------------------------


def result(name: str, hours: float, compliance: str, annotation: str | None = None) -> Any:
    identifier = {
        "EvaluationResultQualifier": {"ResourceType": TYPE, "ResourceId": name},
        "OrderingTimestamp": NOW - timedelta(hours=hours),
    }
    found = {"EvaluationResultIdentifier": identifier, "ComplianceType": compliance}
    return found | ({"Annotation": annotation} if annotation else {})


def recorded(session: FakeSession, *found: Any, token: str = "", more: str = "") -> None:
    request: dict[str, Any] = {
        "ConfigRuleName": "rule",
        "ComplianceTypes": ["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"],
    }
    session.stub("config").add_response(
        "get_compliance_details_by_config_rule",
        {"EvaluationResults": list(found)} | ({"NextToken": more} if more else {}),
        request | ({"NextToken": token} if token else {}),
    )


def test_the_rule_last_reported_when_its_newest_result_says(
    session: FakeSession, account: Account
) -> None:
    recorded(session, result("a", 30, "COMPLIANT"), more="page 2")
    recorded(session, result("b", 3, "COMPLIANT"), token="page 2")
    report, compliant = results(account, stack(), NOW)
    assert report == Finding(Level.OK, "rule last reported at 2026-11-26 09:00 UTC, 3.0 hours ago.")
    assert compliant.text == "No certificate is NON_COMPLIANT."
    session.assert_all_asked()


@pytest.mark.parametrize(
    ("hours", "every", "level"),
    [
        (47.9, "24", Level.OK),
        (48.1, "24", Level.WARNING),
        (2.1, "1", Level.WARNING),
        (-0.05, "24", Level.OK),
        (-1, "24", Level.WARNING),
    ],
)
def test_a_rule_that_has_missed_two_runs_or_reports_from_the_future_needs_attention(
    session: FakeSession, account: Account, hours: float, every: str, level: Level
) -> None:
    recorded(session, result("a", hours, "COMPLIANT"))
    report, _ = results(account, stack(EveryHours=every), NOW)
    assert report.level is level


def test_what_is_non_compliant_is_listed_with_its_annotation(
    session: FakeSession, account: Account
) -> None:
    recorded(
        session,
        result("www", 1, "NON_COMPLIANT", "Expired 2018-07-10T23:59:59Z. Not in use."),
        result("api", 1, "NON_COMPLIANT"),
        result("good", 1, "COMPLIANT", "Valid."),
    )
    findings = list(results(account, stack(), NOW))
    assert told(findings, Level.WARNING) == ["NON_COMPLIANT: 2 certificates."]
    assert told(findings, Level.NOTE) == [
        "api: no reason",
        "www: Expired 2018-07-10T23:59:59Z. Not in use.",
    ]


def test_without_results_it_is_unknown_when_the_rule_reported(
    session: FakeSession, account: Account
) -> None:
    recorded(session)
    finding = only(results(account, stack(), NOW))
    assert finding.level is Level.WARNING
    assert finding.text.startswith("Unknown when the rule last reported")
    assert "--config-rule-names rule" in finding.remedy


# --- Errors of the function -----------------------------------------------------------------------


def counted(session: FakeSession, *sums: float) -> None:
    session.stub("cloudwatch").add_response(
        "get_metric_statistics",
        {"Datapoints": [{"Timestamp": NOW, "Sum": one} for one in sums]},
        {
            "Namespace": "AWS/Lambda",
            "MetricName": "Errors",
            "Dimensions": [{"Name": "FunctionName", "Value": "evaluate"}],
            "StartTime": NOW - timedelta(days=2),
            "EndTime": NOW,
            "Period": 3600,
            "Statistics": ["Sum"],
        },
    )


@pytest.mark.parametrize(
    ("sums", "text"),
    [
        ((0.0, 3.0, 3.0), "CloudWatch counts 6 errors of the rule's function in the last 2 days."),
        ((1.0,), "CloudWatch counts 1 error of the rule's function in the last 2 days."),
    ],
)
def test_a_function_that_fails_after_it_has_reported_needs_attention(
    session: FakeSession, account: Account, sums: tuple[float, ...], text: str
) -> None:
    counted(session, *sums)
    finding = only(function_errors(account, stack(), NOW))
    assert finding.level is Level.WARNING
    assert finding.text == text
    assert "A function failed" in finding.remedy


@pytest.mark.parametrize("sums", [(), (0.0, 0.0)])
def test_without_errors_it_says_that_none_was_counted(
    session: FakeSession, account: Account, sums: tuple[float, ...]
) -> None:
    counted(session, *sums)
    finding = only(function_errors(account, stack(), NOW))
    assert finding.level is Level.OK
    assert "counts no error" in finding.text


def test_the_page_has_the_part_that_the_remedy_names() -> None:
    page = Path(status.__file__).parents[1] / "docs/operations.md"
    assert "\n## A function failed\n" in page.read_text()


# --- Executions -----------------------------------------------------------------------------------


def execution(number: int, state: str, **more: Any) -> dict[str, Any]:
    return {
        "AutomationExecutionId": ID[:-3] + f"{number:03}",
        "AutomationExecutionStatus": state,
        "ExecutionEndTime": NOW - timedelta(hours=1),
    } | more


def listed(session: FakeSession, statuses: list[str], *found: dict[str, Any]) -> None:
    filters = [
        {"Key": "DocumentNamePrefix", "Values": [STEM]},
        {"Key": "ExecutionStatus", "Values": statuses},
    ]
    if "Failed" in statuses:
        filters.append({"Key": "StartTimeAfter", "Values": ["2026-11-19T12:00:00Z"]})
    session.stub("ssm").add_response(
        "describe_automation_executions",
        {"AutomationExecutionMetadataList": list(found)},
        {"Filters": filters},
    )


def is_about(session: FakeSession, number: int, *names: str) -> None:
    parameters = {"Parameters": {"ServerCertificate": list(names)}} if names else {}
    session.stub("ssm").add_response(
        "get_automation_execution",
        {"AutomationExecution": parameters},
        {"AutomationExecutionId": ID[:-3] + f"{number:03}"},
    )


def remediated(session: FakeSession, *found: tuple[str, str, float]) -> None:
    statuses = [
        {
            "ResourceKey": {"resourceType": TYPE, "resourceId": name},
            "State": state,
            "LastUpdatedTime": NOW - timedelta(days=days),
            "StepDetails": [{"Name": "x", "State": "FAILED", "ErrorMessage": "not authorized"}],
        }
        for name, state, days in found
    ]
    session.stub("config").add_response(
        "describe_remediation_execution_status",
        {"RemediationExecutionStatuses": statuses},
        {"ConfigRuleName": "rule"},
    )


CURRENT = ["Pending", "InProgress", "Waiting", "Cancelling"]
OVER = ["Failed", "TimedOut"]


def test_nothing_that_runs_or_failed_is_said(session: FakeSession, account: Account) -> None:
    listed(session, CURRENT)
    listed(session, OVER)
    remediated(session, ("old", "SUCCEEDED", 0), ("older", "FAILED", 8))
    findings = list(runs(account, stack(), NOW))
    assert [one.level for one in findings] == [Level.OK, Level.OK]
    session.assert_all_asked()


def test_an_approval_needs_attention_and_what_runs_is_a_note(
    session: FakeSession, account: Account
) -> None:
    listed(
        session,
        CURRENT,
        execution(1, "Waiting", CurrentAction="aws:approve"),
        execution(2, "InProgress", CurrentStepName="remove"),
    )
    is_about(session, 1, "www")
    is_about(session, 2, "api")
    listed(session, OVER)
    remediated(session)
    approval, running, _ = runs(account, stack(), NOW)
    assert approval.level is Level.WARNING
    assert "removal of www waits for an approval" in approval.text
    assert ID[:-3] + "001" in approval.remedy
    assert running.level is Level.NOTE
    assert "removal of api runs, in the step remove" in running.text


TRACEBACK = """Step fails when it is Poll action status for completion.
Traceback (most recent call last):
  File "/tmp/script.py", line 3, in invoke
    raise RuntimeError("Not deleted")

RuntimeError - Not deleted: In use by 1 resource: ALB listener - Error - x.
"""
GUIDE = " Please refer to Automation Service Troubleshooting Guide for more diagnosis details."


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (TRACEBACK, "Not deleted: In use by 1 resource: ALB listener - Error - x."),
        (TRACEBACK + GUIDE, "Not deleted: In use by 1 resource: ALB listener - Error - x."),
        ("Step timed out\nwhile in approve.", "Step timed out while in approve."),
    ],
)
def test_a_failed_execution_says_why_in_the_runbooks_own_words(
    session: FakeSession, account: Account, message: str, reason: str
) -> None:
    listed(session, CURRENT)
    listed(session, OVER, execution(1, "Failed", FailureMessage=message))
    is_about(session, 1, "www")
    remediated(session, ("www", "FAILED", 0))
    findings = list(runs(account, stack(), NOW))
    (text,) = told(findings, Level.WARNING)
    assert text.startswith("The removal of www ended Failed at 2026-11-26 11:00 UTC (")
    assert text.endswith(f"(execution {ID[:-3]}001): {reason}")


def test_a_remediation_that_never_became_an_execution_is_told(
    session: FakeSession, account: Account
) -> None:
    listed(session, CURRENT)
    listed(session, OVER)
    remediated(session, ("www", "FAILED", 1))
    findings = list(runs(account, stack(), NOW))
    assert told(findings, Level.WARNING) == ["AWS Config could not remediate www: not authorized"]
    assert not any("has failed" in one for one in told(findings, Level.OK))


def test_an_execution_without_a_time_is_told_too(session: FakeSession, account: Account) -> None:
    listed(session, CURRENT)
    untimed = execution(1, "Failed")
    del untimed["ExecutionEndTime"]
    listed(session, OVER, untimed)
    is_about(session, 1, "www")
    remediated(session)
    (text,) = told(list(runs(account, stack(), NOW)), Level.WARNING)
    assert "ended Failed at an unknown time" in text
    assert text.endswith(": no reason given")


def test_of_many_failed_executions_the_rest_is_counted(
    session: FakeSession, account: Account
) -> None:
    listed(session, CURRENT)
    listed(session, OVER, *(execution(number, "TimedOut") for number in range(23)))
    for number in range(20):
        is_about(session, number)
    remediated(session, ("www", "FAILED", 1))
    findings = told(list(runs(account, stack(), NOW)), Level.WARNING)
    assert len(findings) == 21
    assert "The removal of several certificates ended TimedOut" in findings[0]
    assert findings[-1] == "3 more executions failed in the last 7 days."


# --- Remediation exceptions -----------------------------------------------------------------------


def test_an_exception_is_told_with_the_command_that_clears_it(
    session: FakeSession, account: Account
) -> None:
    for name, token, more in (("www", "", "page 2"), ("api", "page 2", "")):
        found = {"ConfigRuleName": "rule", "ResourceType": TYPE, "ResourceId": name}
        session.stub("config").add_response(
            "describe_remediation_exceptions",
            {"RemediationExceptions": [found | {"Message": "gave up"}]}
            | ({"NextToken": more} if more else {}),
            {"ConfigRuleName": "rule"} | ({"NextToken": token} if token else {}),
        )
    first, second = remediation_exceptions(account, stack(), NOW)
    assert first.text == "Automatic remediation leaves www alone: gave up"
    assert first.remedy.endswith(
        "delete-remediation-exceptions --config-rule-name rule "
        f"--resource-keys ResourceType={TYPE},ResourceId=www"
    )
    assert "leaves api alone" in second.text


def test_without_exceptions_it_says_so(session: FakeSession, account: Account) -> None:
    session.stub("config").add_response(
        "describe_remediation_exceptions", {"RemediationExceptions": []}
    )
    assert only(remediation_exceptions(account, stack(), NOW)).level is Level.OK


# --- What can't be read ---------------------------------------------------------------------------

FIRST_CALLS = {
    subscriptions: ("sns", "list_subscriptions_by_topic"),
    results: ("config", "get_compliance_details_by_config_rule"),
    function_errors: ("cloudwatch", "get_metric_statistics"),
    runs: ("ssm", "describe_automation_executions"),
    remediation_exceptions: ("config", "describe_remediation_exceptions"),
}


def test_every_look_is_known() -> None:
    assert tuple(FIRST_CALLS) == LOOKS


@pytest.mark.parametrize("look", FIRST_CALLS)
def test_a_look_that_is_denied_says_nothing_but_that(
    session: FakeSession, account: Account, look: Any
) -> None:
    service, operation = FIRST_CALLS[look]
    session.stub(service).add_client_error(operation, "AccessDeniedException")
    with pytest.raises(ClientError):
        list(look(account, stack(), NOW))


@pytest.mark.parametrize("look", FIRST_CALLS)
def test_a_look_without_its_resource_says_nothing_but_that(account: Account, look: Any) -> None:
    with pytest.raises(NoResourceError, match=r"The stack certsweep has no .* \(CREATE_COMPLETE\)"):
        list(look(account, stack({}), NOW))


def test_a_look_that_fails_hides_no_other(
    session: FakeSession, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    described(session)
    session.stub("config").add_client_error(
        "describe_remediation_exceptions", "AccessDeniedException", "may not"
    )
    subscribed(session, ops=f"{TOPIC}:1")
    monkeypatch.setattr(status, "LOOKS", (remediation_exceptions, subscriptions))
    exists, failed, fine = looked_at(account, "certsweep", NOW)
    assert exists.text == "The stack certsweep is CREATE_COMPLETE."
    assert failed.level is Level.WARNING
    assert failed.text.startswith("Could not read: remediation exceptions. An error occurred")
    assert fine.text == "ops@example.com gets the messages (email)."


def described(session: FakeSession, state: str = "CREATE_COMPLETE") -> None:
    stub = session.stub("cloudformation")
    found = {"StackName": "certsweep", "StackId": "certsweep-id", "CreationTime": NOW}
    stub.add_response("describe_stacks", {"Stacks": [found | {"StackStatus": state}]})
    summaries = [
        {
            "LogicalResourceId": logical,
            "PhysicalResourceId": physical,
            "ResourceType": "AWS::Any::Thing",
            "LastUpdatedTimestamp": NOW,
            "ResourceStatus": "CREATE_COMPLETE",
        }
        for logical, physical in stack().resources.items()
    ]
    stub.add_response("list_stack_resources", {"StackResourceSummaries": summaries})


def test_a_stack_that_is_not_at_rest_needs_attention(
    session: FakeSession, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    described(session, "UPDATE_ROLLBACK_FAILED")
    monkeypatch.setattr(status, "LOOKS", ())
    assert only(looked_at(account, "certsweep", NOW)).level is Level.WARNING


def test_a_stack_that_may_not_be_read_is_not_said_to_be_missing(
    session: FakeSession, account: Account
) -> None:
    session.stub("cloudformation").add_client_error("describe_stacks", "AccessDenied")
    finding = only(looked_at(account, "certsweep", NOW))
    assert finding.level is Level.WARNING
    assert finding.text.startswith("Could not read the stack certsweep")


# --- The command ----------------------------------------------------------------------------------


def run(session: FakeSession, monkeypatch: pytest.MonkeyPatch, *levels: Level) -> int:
    session.stub("sts").add_response(
        "get_caller_identity", {"UserId": "AIDA", "Account": NUMBER, "Arn": CALLER}
    )
    described(session)
    monkeypatch.setattr(
        status, "LOOKS", (lambda *_: iter([Finding(one, "This.") for one in levels]),)
    )
    return status.main(["--stack", "certsweep"], session)


def test_what_needs_attention_ends_with_status_1(
    session: FakeSession, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(session, monkeypatch, Level.OK, Level.WARNING, Level.NOTE) == 1
    assert capsys.readouterr().out.endswith("\n\nSomething needs attention.\n")


def test_notes_end_with_status_0(
    session: FakeSession, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(session, monkeypatch, Level.OK, Level.NOTE) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Looking at account {NUMBER}")
    assert out.endswith("\n\nNothing needs attention.\n")


def test_a_stack_that_does_not_exist_ends_with_status_1(
    session: FakeSession, capsys: pytest.CaptureFixture[str]
) -> None:
    session.stub("sts").add_response(
        "get_caller_identity", {"UserId": "AIDA", "Account": NUMBER, "Arn": CALLER}
    )
    session.stub("cloudformation").add_client_error("describe_stacks", "ValidationError")
    assert status.main([], session) == 1
    assert f"There is no stack certsweep in {REGION}." in capsys.readouterr().out


def test_without_a_region_it_stops(capsys: pytest.CaptureFixture[str]) -> None:
    assert status.main([], FakeSession(region_name=None)) == 1
    assert "No region is set" in capsys.readouterr().err
