from typing import Any

import pytest

from .. import undeploy
from ..account import Account
from ..undeploy import Undeployment
from .conftest import CALLER, NUMBER, REGION, FakeSession

STACK_ID = f"arn:aws:cloudformation:{REGION}:{NUMBER}:stack/certsweep/1a2b3c4d"
RESOURCES = {
    "ConfigRule": "rule",
    "DeleteExpiredServerCertificate": "certsweep-DeleteExpiredServerCertificate-1A2B3C4D5E6F",
    "EvaluateLogs": "evaluate-logs",
    "TopicKey": "1234abcd",
}


def deployed(
    session: FakeSession,
    resources: dict[str, str] | None = None,
    status: str = "CREATE_COMPLETE",
    **parameters: str,
) -> None:
    found = stack_status(status) | {
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()]
    }
    stub = session.stub("cloudformation")
    stub.add_response("describe_stacks", {"Stacks": [found]}, {"StackName": "certsweep"})
    summaries = [
        {
            "LogicalResourceId": logical,
            "PhysicalResourceId": physical,
            "ResourceType": "AWS::Any::Thing",
            "LastUpdatedTimestamp": "2026-01-01",
            "ResourceStatus": "CREATE_COMPLETE",
        }
        for logical, physical in (RESOURCES if resources is None else resources).items()
    ]
    stub.add_response(
        "list_stack_resources", {"StackResourceSummaries": summaries}, {"StackName": STACK_ID}
    )


def stack_status(status: str) -> dict[str, Any]:
    return {
        "StackId": STACK_ID,
        "StackName": "certsweep",
        "CreationTime": "2026-01-01",
        "StackStatus": status,
    }


def no_exceptions(session: FakeSession) -> None:
    session.stub("config").add_response(
        "describe_remediation_exceptions", {"RemediationExceptions": []}
    )


def executions(session: FakeSession, *found: dict[str, Any]) -> None:
    session.stub("ssm").add_response(
        "describe_automation_executions",
        {"AutomationExecutionMetadataList": list(found)},
        {
            "Filters": [
                # Of each version of the runbook that the stack has had.
                {
                    "Key": "DocumentNamePrefix",
                    "Values": ["certsweep-DeleteExpiredServerCertificate-"],
                },
                {
                    "Key": "ExecutionStatus",
                    "Values": ["Pending", "InProgress", "Waiting", "Cancelling"],
                },
            ]
        },
    )


def remediations(session: FakeSession, **states: str) -> None:
    found = [
        {"ResourceKey": {"resourceType": "AWS::IAM::ServerCertificate", "resourceId": name}}
        | {"State": state}
        for name, state in states.items()
    ]
    session.stub("config").add_response(
        "describe_remediation_execution_status",
        {"RemediationExecutionStatuses": found},
        {"ConfigRuleName": "rule"},
    )


def nothing_runs(session: FakeSession) -> None:
    executions(session)
    remediations(session, old="SUCCEEDED", older="FAILED")


def is_deleted(session: FakeSession, status: str = "DELETE_COMPLETE") -> None:
    stub = session.stub("cloudformation")
    stub.add_response("delete_stack", {}, {"StackName": STACK_ID})
    stub.add_response(
        "describe_stacks", {"Stacks": [stack_status(status)]}, {"StackName": STACK_ID}
    )


APPROVAL = {
    "AutomationExecutionId": "11111111-2222-3333-4444-555555555555",
    "AutomationExecutionStatus": "Waiting",
    "CurrentStepName": "approve",
    "CurrentAction": "aws:approve",
}


class Person:
    """Answers the same whatever is asked, and remembers how long others waited."""

    def __init__(self, answer: str = "") -> None:
        self.answer = answer
        self.questions: list[str] = []
        self.slept: list[float] = []

    def ask(self, question: str) -> str:
        self.questions.append(question)
        return self.answer


def run(
    account: Account,
    person: Person | None = None,
    *,
    wait_seconds: int = 0,
    confirmed: bool = False,
) -> int:
    slept: list[float] = []
    undeployment = Undeployment(
        account,
        sleep=person.slept.append if person else slept.append,
        ask=person.ask if person else None,
    )
    return undeployment.run("certsweep", wait_seconds=wait_seconds, confirmed=confirmed)


def test_a_stack_that_is_not_there_needs_no_removal(
    session: FakeSession, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    session.stub("cloudformation").add_client_error("describe_stacks", "ValidationError")
    assert run(account) == 0
    assert (
        "The stack certsweep does not exist here. There is nothing to remove."
        in capsys.readouterr().out
    )


def test_a_stack_in_which_nothing_runs_is_removed_by_its_id(
    session: FakeSession, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(session, BackupBucket="backups")
    no_exceptions(session)
    nothing_runs(session)
    is_deleted(session)
    person = Person("y")
    assert run(account, person) == 0
    assert person.questions == ["Remove the stack certsweep? [y/N] "]
    session.assert_all_asked()
    out = capsys.readouterr().out
    assert "Nothing is running or waiting." in out
    removed = out.split("Removed certsweep.")[1]
    assert "The functions' logs, the record of every evaluation and removal: evaluate-logs." in (
        " ".join(removed.split())
    )
    assert f"s3://backups/certsweep/{NUMBER}/" in removed
    assert "KMS key 1234abcd: scheduled for deletion" in removed
    assert "the functions' zip" in removed


def test_what_was_never_there_is_not_said_to_stay(
    session: FakeSession, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(session, {"ConfigRule": "rule"}, BackupBucket="")
    no_exceptions(session)
    remediations(session)
    is_deleted(session)
    assert run(account, confirmed=True) == 0
    out = capsys.readouterr().out
    assert "backups:" not in out
    assert "KMS key" not in out


def test_a_stack_that_never_came_to_be_is_removed(session: FakeSession, account: Account) -> None:
    deployed(session, {}, status="ROLLBACK_COMPLETE")
    is_deleted(session)
    assert run(account, confirmed=True) == 0
    session.assert_all_asked()


@pytest.mark.parametrize("answer", ["", "n", "no", "certsweep"])
def test_who_does_not_agree_keeps_the_stack(
    session: FakeSession, account: Account, answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(session)
    no_exceptions(session)
    nothing_runs(session)
    assert run(account, Person(answer)) == 1
    assert capsys.readouterr().out.endswith("Not removed.\n")


def test_with_nobody_to_ask_the_stack_stays(
    session: FakeSession, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(session)
    no_exceptions(session)
    nothing_runs(session)
    assert run(account) == 1
    assert "there is no terminal to confirm on. Confirm with YES=1" in capsys.readouterr().out


def test_a_running_remediation_is_a_reason_to_refuse(
    session: FakeSession, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(session)
    no_exceptions(session)
    executions(session)
    remediations(session, www="IN_PROGRESS", api="QUEUED", old="SUCCEEDED")
    assert run(account, confirmed=True) == 1
    out = capsys.readouterr().out
    assert "remediation of www: IN_PROGRESS" in out
    assert "remediation of api: QUEUED" in out
    assert "remediation of old" not in out
    assert (
        "Not removed: AWS refuses to delete the remediation configuration while a remediation runs."
        in out
    )
    assert "WAIT=seconds" in out


def test_an_approval_that_waits_is_a_reason_to_refuse_and_says_so(
    session: FakeSession, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(session)
    no_exceptions(session)
    executions(session, APPROVAL)
    remediations(session)
    assert run(account, confirmed=True) == 1
    out = capsys.readouterr().out
    assert "555555555555: Waiting for approval in step approve" in out
    assert "aws ssm stop-automation-execution" in out


def test_what_ends_within_the_wait_is_waited_for(
    session: FakeSession, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(session)
    no_exceptions(session)
    for _ in range(2):
        executions(session)
        remediations(session, www="IN_PROGRESS")
    nothing_runs(session)
    is_deleted(session)
    person = Person()
    assert run(account, person, wait_seconds=60, confirmed=True) == 0
    assert person.slept == [10, 10]
    assert "Waiting up to 50 s for these to end." in capsys.readouterr().out


def test_the_wait_is_no_longer_than_it_may_be(session: FakeSession, account: Account) -> None:
    deployed(session)
    no_exceptions(session)
    for _ in range(4):
        executions(session)
        remediations(session, www="IN_PROGRESS")
    person = Person()
    assert run(account, person, wait_seconds=25, confirmed=True) == 1
    assert person.slept == [10, 10, 5]
    session.assert_all_asked()


def test_certificates_that_automatic_remediation_gave_up_on_are_listed(
    session: FakeSession, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(session)
    for name, token in (("www", "more"), ("api", "")):
        found = {
            "ConfigRuleName": "rule",
            "ResourceType": "AWS::IAM::ServerCertificate",
            "ResourceId": name,
        }
        answer: dict[str, Any] = {"RemediationExceptions": [found]}
        session.stub("config").add_response(
            "describe_remediation_exceptions", answer | ({"NextToken": token} if token else {})
        )
    nothing_runs(session)
    assert run(account) == 1
    out = capsys.readouterr().out
    assert "Automatic remediation has given up on www." in out
    assert "Automatic remediation has given up on api." in out


def test_a_rule_that_somebody_deleted_is_no_obstacle(
    session: FakeSession, account: Account
) -> None:
    deployed(session)
    session.stub("config").add_client_error(
        "describe_remediation_exceptions", "NoSuchRemediationConfigurationException"
    )
    executions(session)
    session.stub("config").add_client_error(
        "describe_remediation_execution_status", "NoSuchRemediationConfigurationException"
    )
    is_deleted(session)
    assert run(account, confirmed=True) == 0


def test_a_removal_that_fails_says_why_and_what_to_do(
    session: FakeSession, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(session)
    no_exceptions(session)
    nothing_runs(session)
    is_deleted(session, "DELETE_FAILED")
    event = {
        "StackId": STACK_ID,
        "EventId": "1",
        "StackName": "certsweep",
        "Timestamp": "2026-01-01",
        "LogicalResourceId": "Remediation",
        "ResourceStatus": "DELETE_FAILED",
        "ResourceStatusReason": "A remediation is in progress.",
    }
    session.stub("cloudformation").add_response("describe_stack_events", {"StackEvents": [event]})
    assert run(account, confirmed=True) == 1
    out = capsys.readouterr().out
    assert "The stack certsweep was not removed:" in out
    assert "Remediation: A remediation is in progress." in out
    assert "run this again" in out


def test_the_command_refuses_without_an_account(capsys: pytest.CaptureFixture[str]) -> None:
    assert undeploy.main([], FakeSession(region_name=None)) == 1
    assert "No region is set" in capsys.readouterr().err


def test_the_command_reports_an_error_of_aws_in_one_line(
    session: FakeSession, capsys: pytest.CaptureFixture[str]
) -> None:
    identity = {"UserId": "AIDAIOSFODNN7EXAMPLE1", "Account": NUMBER, "Arn": CALLER}
    session.stub("sts").add_response("get_caller_identity", identity)
    session.stub("cloudformation").add_client_error("describe_stacks", "AccessDenied", "denied")
    assert undeploy.main(["--yes"], session) == 1
    assert capsys.readouterr().err.count("\n") == 1
