from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .account import Run, days
from .deployment import Deployment
from .production import ABROAD, HOME

# What a run in the sandbox can't use.
UNUSED = {
    "RunbookRole": {
        # The sandbox doesn't judge what S3 does with a key for a caller.
        "kms:GenerateDataKey",
        # Only when the rule is busy, after half a minute: test_remediation.py has a test of that.
        "config:GetComplianceDetailsByConfigRule",
    }
}
LOGGING = ("logs:CreateLogStream", "logs:PutLogEvents")
SEARCH = (
    "account:ListRegions",
    "appsync:ListDomainNames",
    "cloudfront:ListDistributions",
    "elasticloadbalancing:DescribeListenerCertificates",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers",
)
IMPORT = {
    "securityhub:GetFindings": "arn:aws:securityhub:eu-west-1:123456789012:hub/default",
    "securityhub:BatchImportFindings": (
        "arn:aws:securityhub:eu-west-1:123456789012:product/123456789012/default"
    ),
}
READS_TAGS = "iam:ListServerCertificateTags"
FUNCTIONS = {
    "EvaluateRole": "EvaluateFunctionName",
    "InspectRole": "InspectFunctionName",
    "RemoveRole": "RemoveFunctionName",
}
OWN = {
    "EvaluateRole": (
        "iam:ListServerCertificates",
        "config:GetComplianceDetailsByConfigRule",
        "config:PutEvaluations",
    ),
    "InspectRole": ("iam:ListServerCertificates",),
    "RemoveRole": (
        "iam:ListServerCertificates",
        "iam:GetServerCertificate",
        "iam:DeleteServerCertificate",
    ),
}


def work(stack: Deployment, role: str) -> Run:
    """Has the role's function do its work on the expired certificate www, and nothing else."""
    output = FUNCTIONS[role]
    if output == "EvaluateFunctionName":
        return stack.scheduled_run()
    listed = stack.sandbox.client("iam").list_server_certificates()
    certificate_id = next(
        one["ServerCertificateId"]
        for one in listed["ServerCertificateMetadataList"]
        if one["ServerCertificateName"] == "www"
    )
    return stack.function(output, {"certificate": "www", "id": certificate_id})


def logged(stack: Deployment, role: str) -> int:
    """How many events are in the log of the role's function."""
    name = stack.resources("AWS::Logs::LogGroup")[role.replace("Role", "Logs")]
    events = stack.sandbox.client("logs").filter_log_events(logGroupName=name, limit=10_000)
    return len(events["events"])


def test_every_request_is_allowed_and_every_permission_is_used(guarded: Deployment) -> None:
    used = guarded.expired("used")
    guarded.infrastructure.alb(HOME, "prod", used.arn)
    guarded.expired("www")
    waiting = guarded.remediate_after_a_run("www")
    assert guarded.answer(waiting, "Approve").result == ("Success", "REMOVED")
    guarded.sandbox.wait(guarded.rule)
    assert guarded.run("used").status == "Failed"

    assert guarded.sandbox.permissions.list(decision="denied") == []
    assert len(guarded.roles) == 4
    for logical_id, name in guarded.roles.items():
        asked = {one["action"] for one in guarded.sandbox.permissions.list(role=name)}
        assert guarded.policies.granted(logical_id) - asked == UNUSED.get(logical_id, set())
        assert asked <= guarded.policies.granted(logical_id)


def test_nothing_calls_aws_but_the_stack_s_roles(guarded: Deployment) -> None:
    guarded.expired("www")
    guarded.answer(guarded.run("www"), "Approve")
    guarded.sandbox.wait(guarded.rule)
    sessions = {
        one["principal"].split("/")[1]
        for one in guarded.sandbox.requests.list()
        if ":assumed-role/" in one["principal"]
    }
    assert sessions == set(guarded.roles.values())
    assert {one["role"] for one in guarded.sandbox.permissions.list()} == sessions


def test_rule_that_does_not_check_usage_may_not_look_for_it(stack: Deployment) -> None:
    stack.configure(CheckUsage="false")
    assert not stack.policies.granted("EvaluateRole") & set(SEARCH)
    assert set(SEARCH) <= stack.policies.granted("RemoveRole")
    stack.expired("www")
    assert stack.scheduled_run().outcome == "REPORTED"
    assert stack.sandbox.permissions.list(decision="denied") == []


def test_rule_may_read_certificates_only_where_lifetimes_count(stack: Deployment) -> None:
    read = "iam:GetServerCertificate"
    for given in ({}, {"DaysToExpiration": "30"}, {"DaysToExpirationPercent": "33"}):
        stack.configure(**given)
        assert read not in stack.policies.granted("EvaluateRole")
    stack.configure(DaysToExpiration="30", DaysToExpirationPercent="33")
    stack.store("www", days(20))
    assert stack.scheduled_run().outcome == "REPORTED"
    assert stack.sandbox.permissions.list(decision="denied") == []
    asked = stack.sandbox.permissions.list(role=stack.roles["EvaluateRole"])
    assert {one["action"] for one in asked} >= {read}
    with stack.policies.without("EvaluateRole", read):
        error = stack.scheduled_run().error
    assert read in error
    assert "AccessDenied" in error
    assert stack.compliance == {"www": "NON_COMPLIANT"}


@pytest.fixture
def importing(stack: Deployment) -> Iterator[Deployment]:
    """The stack with findings of its own, and an expired certificate."""
    stack.configure(SecurityHub="true")
    stack.sandbox.security_hub.enable()
    stack.sandbox.requests.clear()
    stack.sandbox.permissions.clear()
    stack.expired("www")
    yield stack
    stack.sandbox.security_hub.disable()


def test_rule_that_imports_findings_uses_each_permission_for_it(importing: Deployment) -> None:
    assert importing.scheduled_run().outcome == "REPORTED"
    assert importing.sandbox.permissions.list(decision="denied") == []
    asked = importing.sandbox.permissions.list(role=importing.roles["EvaluateRole"])
    used = {one["action"]: one["resource"] for one in asked if one["action"] in IMPORT}
    assert used == IMPORT
    assert set(IMPORT) <= importing.policies.granted("EvaluateRole")
    for role in ("InspectRole", "RemoveRole", "RunbookRole"):
        assert not importing.policies.granted(role) & set(IMPORT)


@pytest.mark.parametrize("action", IMPORT)
def test_rule_that_may_not_import_findings_names_what_it_misses(
    importing: Deployment, action: str
) -> None:
    with importing.policies.without("EvaluateRole", action):
        run = importing.scheduled_run()
    assert run.error.startswith(f"{action} failed: AccessDeniedException: ")
    assert "Allow the action in the policy of the role that called." in run.error
    assert importing.compliance == {"www": "NON_COMPLIANT"}
    assert denied(importing) == {action}


def test_findings_have_no_tags_if_they_may_not_be_read(importing: Deployment) -> None:
    importing.tag("www", until="2026-12-31", reason="any tag")
    with importing.policies.without("EvaluateRole", READS_TAGS):
        run = importing.scheduled_run()
    assert run.error.startswith(f"{READS_TAGS} failed: AccessDenied")
    assert denied(importing) == {READS_TAGS}
    (finding,) = importing.sandbox.security_hub.findings()
    assert "Tags" not in finding["Resources"][0]
    assert importing.scheduled_run().outcome == "REPORTED"
    (finding,) = importing.sandbox.security_hub.findings()
    assert finding["Resources"][0]["Tags"]["certsweep:exception-reason"] == "any tag"


def test_rule_that_imports_no_findings_may_not(stack: Deployment) -> None:
    assert not stack.policies.granted("EvaluateRole") & set(IMPORT)


def test_runbook_that_neither_asks_nor_backs_up_may_do_less(stack: Deployment) -> None:
    assert stack.policies.granted("RunbookRole") == {
        "lambda:InvokeFunction",
        "config:StartConfigRulesEvaluation",
        "config:GetComplianceDetailsByConfigRule",
    }


def test_tests_below_leave_out_each_permission_once(guarded: Deployment) -> None:
    left_out = {role: {*LOGGING, *SEARCH, *own} for role, own in OWN.items()}
    runbook = {action for action, _ in NEEDED_BY_THE_RUNBOOK} | UNUSED["RunbookRole"]
    left_out["RunbookRole"] = runbook | {"config:StartConfigRulesEvaluation"}
    assert {role: guarded.policies.granted(role) for role in guarded.roles} == left_out


@pytest.mark.parametrize("action", SEARCH)
def test_no_function_takes_what_it_may_not_see_for_unused(stack: Deployment, action: str) -> None:
    stack.expired("www")
    default = stack.valid("default")
    stack.infrastructure.alb(ABROAD, "prod", default.arn)
    with stack.policies.without_search(action):
        assert work(stack, "EvaluateRole").metrics["UsageChecksFailed"] > 0
        verdict = work(stack, "InspectRole").summary
        removal = work(stack, "RemoveRole").summary
    assert "Usage unknown" in stack.annotation("www")
    assert (verdict["deletable"], removal["outcome"]) == (False, "REFUSED")
    assert verdict["uncheckedCount"] > 0
    assert (stack.names, stack.deletions()) == (["default", "www"], [])
    assert denied(stack) == {action}


@pytest.mark.parametrize(
    ("role", "action"), [(role, action) for role, own in OWN.items() for action in own]
)
def test_function_fails_without_a_permission_and_names_it(
    stack: Deployment, role: str, action: str
) -> None:
    stack.expired("www")
    with stack.policies.without(role, action):
        run = work(stack, role)
    assert action in run.error
    assert "AccessDenied" in run.error
    assert stack.names == ["www"]
    assert denied(stack) == {action}


@pytest.mark.parametrize("action", LOGGING)
@pytest.mark.parametrize("role", FUNCTIONS)
def test_function_without_permission_to_log_leaves_none(
    stack: Deployment, role: str, action: str
) -> None:
    stack.expired("www")
    before = logged(stack, role)
    with stack.policies.without(role, action):
        work(stack, role)
        assert logged(stack, role) == before
    stack.expired("www") if role == "RemoveRole" else None
    work(stack, role)
    assert logged(stack, role) > before


NEEDED_BY_THE_RUNBOOK = (
    ("lambda:InvokeFunction", "inspect"),
    ("sns:Publish", "approve"),
    ("iam:GetServerCertificate", "backUp"),
    ("s3:PutObject", "backUp"),
)


@pytest.mark.parametrize(("action", "step"), NEEDED_BY_THE_RUNBOOK)
def test_runbook_fails_without_a_permission_and_deletes_nothing(
    guarded: Deployment, action: str, step: str
) -> None:
    guarded.expired("www")
    with guarded.policies.without("RunbookRole", action):
        execution = guarded.run("www")
        if execution.status == "Waiting":
            execution = guarded.answer(execution, "Approve")
    assert (execution.status, execution.steps[step]) == ("Failed", "Failed")
    assert action in execution.failure
    assert (guarded.names, guarded.deletions()) == (["www"], [])
    assert denied(guarded) == {action}


def test_tags_may_be_read_only_if_there_can_be_exceptions_and_then_are(stack: Deployment) -> None:
    assert not any(READS_TAGS in stack.policies.granted(role) for role in stack.roles)
    stack.configure(MaximumExceptionDays="30")
    readers = {role for role in stack.roles if READS_TAGS in stack.policies.granted(role)}
    assert readers == {"EvaluateRole", "InspectRole"}
    stack.expired("www")
    for role in sorted(readers):
        work(stack, role)
        asked = stack.sandbox.permissions.list(role=stack.roles[role])
        assert READS_TAGS in {one["action"] for one in asked}
    assert denied(stack) == set()


@pytest.mark.parametrize("role", ["EvaluateRole", "InspectRole"])
def test_no_function_takes_tags_that_it_may_not_read_for_none(stack: Deployment, role: str) -> None:
    stack.configure(MaximumExceptionDays="30")
    stack.expired("www")
    with stack.policies.without(role, READS_TAGS):
        summary = work(stack, role).summary
    if role == "EvaluateRole":
        assert summary["exceptionsUnread"] == 1
        assert stack.annotation("www").endswith("Exception unknown: AccessDenied.")
    else:
        assert not summary["deletable"]
        assert READS_TAGS in summary["reason"]
    assert denied(stack) == {READS_TAGS}


@pytest.mark.parametrize("role", ["EvaluateRole", "InspectRole", "RunbookRole"])
def test_only_one_role_may_delete(guarded: Deployment, role: str) -> None:
    assert "iam:DeleteServerCertificate" not in guarded.policies.granted(role)
    assert "iam:DeleteServerCertificate" in guarded.policies.granted("RemoveRole")


@pytest.mark.parametrize(
    ("role", "service"),
    [*((role, "lambda.amazonaws.com") for role in FUNCTIONS), ("RunbookRole", "ssm.amazonaws.com")],
)
def test_roles_trust_one_service_alone(stack: Deployment, role: str, service: str) -> None:
    iam = stack.sandbox.client("iam")
    trust: dict[str, Any] = iam.get_role(RoleName=stack.roles[role])["Role"]
    (statement,) = trust["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": service}


def denied(stack: Deployment) -> set[str]:
    """The actions that were asked for in vain."""
    return {one["action"] for one in stack.sandbox.permissions.list(decision="denied")}
