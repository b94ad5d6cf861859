import re
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from checks import policies, template
from sandbox.services.cloudformation.intrinsic_functions import Scope
from sandbox.services.cloudformation.template import Template

from ..account import Account
from ..findings import Level
from ..permissions import NEEDS, READS, needs, permissions
from ..wish import Wish
from .conftest import CALLER, NUMBER, REGION, FakeSession, only

PARAMETERS = {"RuleName": "rule", "RolePath": "/"}
# All that a stack can have.
ALL = {"EncryptAlarms": "true", "AlarmEmail": "a@example.com", "Alarms": "all"}
WISH = Wish("certsweep", "artifacts", PARAMETERS | ALL)
LINKED = "AWSServiceRoleForConfigRemediation"


def has_role(session: FakeSession, name: str, path: str) -> str:
    """The role is there; answers its ARN."""
    arn = f"arn:aws:iam::{NUMBER}:role{path}{name}"
    role = {
        "Path": path,
        "RoleName": name,
        "RoleId": "AROAIOSFODNN7EXAMPLE1",
        "Arn": arn,
        "CreateDate": "2026-01-01",
    }
    session.stub("iam").add_response("get_role", {"Role": role}, {"RoleName": name})
    return arn


def has_no_linked_role(session: FakeSession) -> None:
    session.stub("iam").add_client_error(
        "get_role", "NoSuchEntity", expected_params={"RoleName": LINKED}
    )


def simulated(
    session: FakeSession,
    account: Account,
    principal: str = CALLER,
    *,
    has_linked_role: bool | None = False,
    **answers: dict[str, Any],
) -> None:
    """IAM allows everything but the actions given, by the part after the colon.

    :param has_linked_role: None if IAM denies the answer
    """
    if has_linked_role is None:
        session.stub("iam").add_client_error("get_role", "AccessDenied")
    elif has_linked_role:
        has_role(session, LINKED, "/aws-service-role/remediation.config.amazonaws.com/")
    else:
        has_no_linked_role(session)
    for need in needs(account, WISH, has_linked_role=has_linked_role is not False):
        results = [
            {"EvalActionName": action, "EvalDecision": "allowed"}
            | answers.get(action.partition(":")[2], {})
            for action in need.actions
        ]
        session.stub("iam").add_response(
            "simulate_principal_policy",
            {"EvaluationResults": results},
            {
                "PolicySourceArn": principal,
                "ActionNames": list(need.actions),
                "ResourceArns": [need.resource],
            },
        )


def test_who_may_do_all_may_deploy(session: FakeSession, account: Account) -> None:
    simulated(session, account)
    (finding,) = permissions(account, WISH)
    assert finding.level is Level.OK
    session.assert_all_asked()


def test_what_is_denied_is_listed(session: FakeSession, account: Account) -> None:
    denied = {"EvalDecision": "implicitDeny"}
    simulated(session, account, CreateRole=denied, PutConfigRule=denied)
    (finding,) = permissions(account, WISH)
    assert finding.level is Level.MISSING
    assert f"{CALLER} may not config:PutConfigRule, iam:CreateRole." in finding.text
    assert "Ask for these permissions" in finding.remedy


def test_what_the_organization_denies_is_told_apart(session: FakeSession, account: Account) -> None:
    detail = {"AllowedByOrganizations": False}
    answer = {"EvalDecision": "explicitDeny", "OrganizationsDecisionDetail": detail}
    simulated(session, account, CreateKey=answer)
    (finding,) = permissions(account, WISH)
    assert finding.level is Level.MISSING
    assert "An organization policy denies kms:CreateKey" in finding.text


def test_what_depends_on_conditions_is_a_warning(session: FakeSession, account: Account) -> None:
    answer = {"EvalDecision": "implicitDeny", "MissingContextValues": ["iam:PassedToService"]}
    simulated(session, account, PassRole=answer)
    (finding,) = permissions(account, WISH)
    assert finding.level is Level.WARNING
    assert "may call iam:PassRole: it depends on conditions" in finding.text


def test_who_may_not_ask_iam_is_told_so(session: FakeSession, account: Account) -> None:
    has_no_linked_role(session)
    session.stub("iam").add_client_error("simulate_principal_policy", "AccessDenied")
    (finding,) = permissions(account, WISH)
    assert finding.level is Level.WARNING
    assert "could not be checked" in finding.text
    assert "iam:SimulatePrincipalPolicy" in finding.remedy


def test_another_failure_of_iam_is_an_error(session: FakeSession, account: Account) -> None:
    has_no_linked_role(session)
    session.stub("iam").add_client_error("simulate_principal_policy", "ServiceFailure")
    with pytest.raises(ClientError):
        list(permissions(account, WISH))


def test_a_role_is_asked_for_by_its_own_arn(session: FakeSession) -> None:
    caller = f"arn:aws:sts::{NUMBER}:assumed-role/Deployer/somebody"
    account = Account(session, NUMBER, "aws", REGION, caller)
    arn = has_role(session, "Deployer", "/a/path/")
    simulated(session, account, principal=arn)
    (finding,) = permissions(account, WISH)
    assert arn in finding.text


def test_a_role_that_can_not_be_looked_up_is_not_checked(session: FakeSession) -> None:
    caller = f"arn:aws:sts::{NUMBER}:assumed-role/Deployer/somebody"
    session.stub("iam").add_client_error("get_role", "AccessDenied")
    finding = only(permissions(Account(session, NUMBER, "aws", REGION, caller), WISH))
    assert finding.level is Level.WARNING
    assert "Your permissions to deploy could not be checked" in finding.text


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"EncryptAlarms": "true"},
        {"AlarmEmail": "a@example.com"},
        {"AlarmTopicArn": f"arn:aws:sns:{REGION}:{NUMBER}:Automation-pager"},
        {"AlarmTopicArn": f"arn:aws:sns:{REGION}:999988887777:Automation-pager"},
        {"Alarms": "essential"},
        {"Alarms": "none"},
        {"Alarms": "none", "CheckUsage": "false", "Approvers": "role/a", "BackupBucket": "backups"},
    ],
)
def test_only_what_the_stack_makes_is_asked_for(account: Account, given: dict[str, str]) -> None:
    content = Template(template.text())
    defaults = {name: str(one["Default"]) for name, one in content.parameters.items()}
    values = defaults | given
    scope = Scope(content, values, {"AWS::AccountId": NUMBER})
    kinds = {
        one["Type"] for one in content.resources.values() if scope.is_true(one.get("Condition"))
    }
    actions = {action for kind in kinds for action in NEEDS[kind].actions}
    wanted = needs(account, Wish("certsweep", "", values), has_linked_role=True)
    asked = {action for need in wanted for action in need.actions}
    assert asked == actions | {*NEEDS["AWS::CloudFormation::Stack"].actions}


def test_the_role_of_remediations_is_asked_for_only_if_the_account_lacks_it(
    session: FakeSession, account: Account
) -> None:
    denied = {"EvalDecision": "implicitDeny"}
    simulated(session, account, CreateServiceLinkedRole=denied)
    assert "may not iam:CreateServiceLinkedRole." in only(permissions(account, WISH)).text
    simulated(session, account, has_linked_role=True, CreateServiceLinkedRole=denied)
    assert only(permissions(account, WISH)).level is Level.OK
    session.assert_all_asked()


def test_without_a_look_at_that_role_the_other_permissions_are_checked_all_the_same(
    session: FakeSession, account: Account
) -> None:
    denied = {"EvalDecision": "implicitDeny"}
    simulated(session, account, has_linked_role=None, CreateFunction=denied)
    unchecked, lacking = permissions(account, WISH)
    assert unchecked.level is Level.WARNING
    assert f"the role {LINKED} could not be checked" in unchecked.text
    assert lacking.level is Level.MISSING
    assert lacking.text == f"{CALLER} may not lambda:CreateFunction."
    session.assert_all_asked()


def test_the_root_user_may_do_all(session: FakeSession) -> None:
    account = Account(session, NUMBER, "aws", REGION, f"arn:aws:iam::{NUMBER}:root")
    (finding,) = permissions(account, WISH)
    assert finding.level is Level.OK


def test_every_type_of_the_template_is_asked_for() -> None:
    content = template.loads(template.text())
    types = {resource["Type"] for resource in content["Resources"].values()}
    assert types | {"AWS::CloudFormation::Stack"} == NEEDS.keys()


def test_every_action_exists_and_is_asked_for_on_what_it_is_done_on(account: Account) -> None:
    for need in needs(account, WISH):
        for action in need.actions:
            statement = policies.Statement(
                action, {"Effect": "Allow", "Action": action, "Resource": need.resource}
            )
            assert [
                problem
                for problem in policies.problems(statement)
                # A policy for it would name all resources; to simulate it, any will do.
                if "has no resource level" not in problem
            ] == []


@pytest.mark.parametrize("command", READS)
def test_the_page_lists_what_a_command_calls(command: str) -> None:
    page = (Path(__file__).parents[1] / "README.md").read_text()
    section = page.split(f"## make {command}\n")[1].split("\n## ")[0]
    assert tuple(re.findall(r"`([a-z0-9]+:[A-Z]\w+)`", section)) == READS[command]


@pytest.mark.parametrize("command", READS)
def test_every_action_that_a_command_calls_exists(command: str) -> None:
    for action in READS[command]:
        statement = policies.Statement(
            action, {"Effect": "Allow", "Action": action, "Resource": "*"}
        )
        assert [one for one in policies.problems(statement) if "resource level" not in one] == []
