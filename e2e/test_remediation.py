from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from .conftest import tidied
from .deployment import Deployment
from .execution import Execution
from .production import ABROAD, HOME

ATTEMPTS = 3


@pytest.fixture
def automatic(deployment: Deployment) -> Iterator[Deployment]:
    """The stack, which removes by itself what it may."""
    deployment.configure(AutomaticRemediation="true", MaximumAutomaticAttempts=str(ATTEMPTS))
    yield from tidied(deployment)


def attempted(stack: Deployment) -> Execution:
    """The rule runs, and the remediation that follows by itself ends."""
    before = len(stack.sandbox.automations.list())
    stack.scheduled_run()
    stack.sandbox.remediations.wait(stack.rule)
    assert len(stack.sandbox.automations.list()) == before + 1
    return stack.last_execution()


def exceptions(stack: Deployment) -> list[str]:
    """The names of the certificates that AWS Config has given up on."""
    answer = stack.sandbox.client("config").describe_remediation_exceptions(
        ConfigRuleName=stack.rule.name
    )
    return [one["ResourceId"] for one in answer["RemediationExceptions"]]


def test_unused_certificate_is_removed_without_anybody(automatic: Deployment) -> None:
    automatic.expired("www")
    automatic.valid("api")
    assert attempted(automatic).result == ("Success", "REMOVED")
    assert automatic.names == ["api"]


def test_certificate_in_use_is_refused_as_long_as_it_is_and_then_removed(
    automatic: Deployment,
) -> None:
    expired, default = automatic.expired("www"), automatic.valid("default")
    listener = automatic.infrastructure.alb(ABROAD, "prod", default.arn, [expired.arn]).listener_arn
    for _ in range(6):
        execution = attempted(automatic)
        assert execution.result == ("Success", "REFUSED")
        assert "In use by 1 resource: ALB listener" in execution.reason
    assert exceptions(automatic) == []
    assert (automatic.names, automatic.deletions()) == (["default", "www"], [])
    automatic.sandbox.client("elbv2", ABROAD).remove_listener_certificates(
        ListenerArn=listener, Certificates=[{"CertificateArn": expired.arn}]
    )
    assert attempted(automatic).result == ("Success", "REMOVED")
    assert automatic.names == ["default"]


def test_user_that_only_iam_knows_of_counts_as_a_refusal(automatic: Deployment) -> None:
    automatic.expired("www")
    automatic.sandbox.delete_conflicts.detect(unforeseen={"www": "arn:aws:elasticloadbalancing:x"})
    execution = attempted(automatic)
    assert execution.result == ("Success", "REFUSED")
    assert "IAM refused to delete the certificate" in execution.reason
    assert exceptions(automatic) == []
    # An evaluation would be followed by a remediation, that by a refusal, and so for ever.
    assert automatic.sandbox.requests.list("config", "StartConfigRulesEvaluation") == []


def test_failures_lead_to_an_exception_until_somebody_clears_it(automatic: Deployment) -> None:
    automatic.expired("broken")
    with automatic.policies.without("InspectRole", "iam:ListServerCertificates"):
        for attempt in range(ATTEMPTS):
            assert exceptions(automatic) == []
            assert attempted(automatic).status == "Failed", attempt
    assert exceptions(automatic) == ["broken"]
    before = len(automatic.sandbox.automations.list())
    automatic.scheduled_run()
    assert len(automatic.sandbox.automations.list()) == before
    assert automatic.names == ["broken"]
    automatic.sandbox.client("config").delete_remediation_exceptions(
        ConfigRuleName=automatic.rule.name,
        ResourceKeys=[{"ResourceType": "AWS::IAM::ServerCertificate", "ResourceId": "broken"}],
    )
    assert attempted(automatic).result == ("Success", "REMOVED")


def test_removal_that_failed_is_tried_again_after_the_next_hourly_run(
    automatic: Deployment,
) -> None:
    automatic.expired("www")
    automatic.valid("api")
    with automatic.policies.without("InspectRole", "iam:ListServerCertificates"):
        assert attempted(automatic).status == "Failed"
    automatic.sandbox.clock.advance(timedelta(hours=1))
    automatic.sandbox.requests.clear()
    assert attempted(automatic).result == ("Success", "REMOVED")
    assert automatic.names == ["api"]
    # What starts a remediation is a result, not a run; `api` was as recorded.
    first = automatic.sandbox.requests.list("config", "PutEvaluations")[0]["parameters"]
    assert [one["ComplianceResourceId"] for one in first["Evaluations"]] == ["www"]


@pytest.mark.parametrize("mode", ["false", "true"])
def test_certificate_that_is_valid_by_now_survives_a_stale_snapshot(
    stack: Deployment, mode: str
) -> None:
    stack.configure(AutomaticRemediation=mode)
    stack.valid("www")
    stack.sandbox.remediations.start_from_stale_snapshot(stack.rule, "www")
    stack.sandbox.remediations.wait(stack.rule)
    execution = stack.last_execution()
    assert execution.result == (("Success", "REFUSED") if mode == "true" else ("Failed", ""))
    assert "Valid until " in execution.reason + execution.failure
    assert (stack.names, stack.deletions()) == (["www"], [])


def test_account_itself_is_not_taken_for_a_certificate(stack: Deployment) -> None:
    stack.expired("www")
    stack.sandbox.remediations.start_from_stale_snapshot(
        stack.rule, stack.sandbox.account, resource_type="AWS::::Account"
    )
    stack.sandbox.remediations.wait(stack.rule)
    assert stack.last_execution().result == ("Success", "ALREADY_GONE")
    assert stack.names == ["www"]


def test_two_remediations_of_one_certificate_delete_it_once(stack: Deployment) -> None:
    stack.expired("www")
    started = [
        stack.sandbox.client("ssm").start_automation_execution(
            DocumentName=stack.outputs["RunbookName"],
            Parameters={"ServerCertificate": ["www"]},
        )["AutomationExecutionId"]
        for _ in range(2)
    ]
    # The second to remove may wait until the rule can be started again.
    outcomes = {Execution(stack.sandbox.automations.wait(one)).result for one in started}
    assert outcomes <= {("Success", "REMOVED"), ("Success", "ALREADY_GONE")}
    assert stack.names == []
    assert set(stack.deletions()) == {"www"}


def test_ten_remediations_of_which_six_are_refused_leave_none_behind(stack: Deployment) -> None:
    used = [stack.expired(f"a-used-{number}") for number in range(6)]
    names = [stack.expired(f"b-unused-{number}").name for number in range(4)]
    stack.infrastructure.alb(HOME, "prod", used[0].arn, [one.arn for one in used[1:]])
    stack.scheduled_run()
    before = len(stack.sandbox.automations.list())

    statuses = remediated(stack, *(one.name for one in used), *names)

    assert {statuses[one.name]["State"] for one in used} == {"FAILED"}
    assert {statuses[name]["State"] for name in names} == {"SUCCEEDED"}
    assert len(stack.sandbox.automations.list()) == before + 10
    stack.sandbox.wait(stack.rule)
    assert stack.names == [one.name for one in used]
    assert sorted(stack.deletions()) == names
    assert stack.compliance == {one.name: "NON_COMPLIANT" for one in used}


def remediated(stack: Deployment, *names: str) -> dict[str, Any]:
    """Many at once by one click; answers their statuses when all are over.

    Time flies, so that AWS Config lets the rule be started after each.
    """
    stack.sandbox.client("config").start_remediation_execution(
        ConfigRuleName=stack.rule.name,
        ResourceKeys=[
            {"resourceType": "AWS::IAM::ServerCertificate", "resourceId": name} for name in names
        ],
    )
    for _ in range(200):
        if stack.sandbox.remediations.wait(stack.rule, timeout_seconds=1):
            return stack.sandbox.remediations.statuses(stack.rule)
        stack.sandbox.clock.advance(seconds=61)
    raise AssertionError(stack.sandbox.remediations.statuses(stack.rule))


@pytest.fixture
def scarce(stack: Deployment) -> Iterator[Deployment]:
    """The stack in an account with many certificates, and few functions at a time."""
    stack.sandbox.settings(quota=100)
    functions = stack.sandbox.client("lambda")
    names = [stack.outputs[f"{one}FunctionName"] for one in ("Inspect", "Remove")]
    # As few at a time as an account may have that is new or busy.
    for name in names:
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=5)
    yield stack
    for name in names:
        functions.delete_function_concurrency(FunctionName=name)
    stack.sandbox.settings(quota=20)
    assert {one["action"] for one in stack.sandbox.permissions.list(decision="denied")} == set()


def test_twenty_removals_at_once_delete_all_and_clear_all_results(scarce: Deployment) -> None:
    used = scarce.expired("used")
    scarce.infrastructure.classic(HOME, "old", used.arn)
    names = [f"www-{number:02}" for number in range(20)]
    for name in names:
        scarce.expired(name)
    scarce.scheduled_run()
    assert set(scarce.compliance) == {"used", *names}

    # By hand: AWS Config would start one at a time.
    started = [
        scarce.sandbox.client("ssm").start_automation_execution(
            DocumentName=scarce.outputs["RunbookName"], Parameters={"ServerCertificate": [name]}
        )["AutomationExecutionId"]
        for name in names
    ]
    executions = [
        Execution(scarce.sandbox.automations.wait(one, timeout_seconds=300)) for one in started
    ]

    assert [one.failure for one in executions if one.result != ("Success", "REMOVED")] == []
    assert [one.failure for one in executions if one.steps["reevaluate"] != "Success"] == []
    scarce.sandbox.wait(scarce.rule)
    assert scarce.names == ["used"]
    assert sorted(scarce.deletions()) == names
    assert scarce.compliance == {"used": "NON_COMPLIANT"}
    assert "Classic ELB eu-west-1 old:443" in scarce.annotation("used")
    asked = {
        one["action"] for one in scarce.sandbox.permissions.list(role=scarce.roles["RunbookRole"])
    }
    assert "config:GetComplianceDetailsByConfigRule" in asked
    # Of many, few start the rule: the others see that their results are gone.
    runs = scarce.sandbox.invocations(scarce.rule.function_name)
    assert len(runs) < 10
