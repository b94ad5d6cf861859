import json
import re
from typing import Any

import pytest

from .choices import FOREIGN_TOPIC, Choices, possible_choices
from .functions import ACCOUNT, Resolver
from .policies import Statement, problems, resource_forms, statements
from .template import JAVA, ROOT, Template

EVERYTHING = Choices(approvers=True, bucket=True, key=True, boundary=True, topic=True, foreign=True)


def deployed(template: Template, choices: Choices = EVERYTHING) -> list[Statement]:
    return list(statements(Resolver(template, choices.parameters).resources()))


def test_every_statement_is_as_narrow_as_aws_allows(template: Template) -> None:
    for choices in possible_choices():
        for statement in deployed(template, choices):
            assert problems(statement) == []


def test_nothing_but_the_remove_function_may_delete(template: Template) -> None:
    owners = {
        statement.path.split("/")[1]
        for statement in deployed(template)
        for action in statement.actions
        if "Delete" in action
    }
    assert owners == {"RemoveRole"}


@pytest.mark.parametrize(
    ("choice", "readers"),
    [
        ({}, set()),
        ({"MaximumExceptionDays": "1"}, {"Evaluate", "Inspect"}),
        ({"SecurityHub": "true"}, {"Evaluate"}),
    ],
)
def test_tags_may_be_read_only_if_they_count_or_are_shown(
    template: Template, choice: dict[str, str], readers: set[str]
) -> None:
    existing = Resolver(template, choice).resources()
    found = [one for one in statements(existing) if "iam:ListServerCertificateTags" in one.actions]
    assert {one.path.split("/")[1].removesuffix("Role") for one in found} == readers
    for one in found:
        assert one.resources == [f"arn:aws:iam::{ACCOUNT}:server-certificate/*"]


def test_nothing_may_set_or_remove_a_tag_of_a_certificate(template: Template) -> None:
    for statement in deployed(template, Choices(central=True)):
        assert not [one for one in statement.actions if "tag" in one.lower() and "List" not in one]


def test_every_star_says_why(text: str) -> None:
    lines = text.splitlines()
    stars = [number for number, line in enumerate(lines) if line.strip() == "Resource: '*'"]
    assert len(stars) >= 5
    for number in stars:
        assert lines[number - 1].strip().startswith("# "), f"line {number + 1}"
    assert text.count("Resource: '*'") == len(stars)
    assert 'Resource: "*"' not in text


def test_every_role_trusts_one_service(template: Template) -> None:
    for name, role in Resolver(template).resources().items():
        if template["Resources"][name]["Type"] == "AWS::IAM::Role":
            (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
            assert trust["Principal"].keys() == {"Service"}
            assert trust["Action"] == "sts:AssumeRole"


def test_the_runbooks_role_is_for_automations_of_this_account_alone(template: Template) -> None:
    role = Resolver(template).resources()["RunbookRole"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ssm:eu-west-1:{ACCOUNT}:automation-execution/*"},
    }


def test_a_role_publishes_only_to_a_topic_of_another_account(template: Template) -> None:
    for choices in (Choices(), Choices(foreign=True), Choices(topic=True)):
        existing = Resolver(template, choices.parameters).resources()
        assert "PublishRole" not in existing
        assert "RoleArn" not in existing["NonCompliantEvent"]["Targets"][0]
    foreign = Choices(topic=True, foreign=True, approvers=True)
    existing = Resolver(template, foreign.parameters, partition="aws-cn").resources()
    for event in ("NonCompliantEvent", "RunFailedEvent"):
        (target,) = existing[event]["Targets"]
        assert target["RoleArn"].endswith(":role/certsweep-PublishRole-1A2B3C4D")
    publish, encrypt = statements(existing["PublishRole"]["Policies"])
    assert (publish.actions, publish.resources) == (["sns:Publish"], [FOREIGN_TOPIC])
    assert encrypt.resources == ["arn:aws-cn:kms:eu-west-1:210987654321:key/*"]
    assert encrypt.content["Condition"] == {"StringLike": {"kms:ViaService": "sns.eu-west-1.*"}}


def test_config_may_invoke_for_this_account_alone(template: Template) -> None:
    permission = Resolver(template).resources()["ConfigMayInvokeEvaluate"]
    assert permission["Principal"] == "config.amazonaws.com"
    assert permission["SourceAccount"] == ACCOUNT


def test_every_role_takes_path_and_boundary(template: Template) -> None:
    parameters = {**EVERYTHING.parameters, "RolePath": "/security/"}
    resources = Resolver(template, parameters).resources()
    for name, resource in template["Resources"].items():
        if resource["Type"] in ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy"):
            assert resources[name]["Path"] == "/security/"
        if resource["Type"] == "AWS::IAM::Role":
            assert resources[name]["PermissionsBoundary"].endswith(":policy/boundary")
            unbound = Choices(topic=True, foreign=True).parameters
            assert "PermissionsBoundary" not in Resolver(template, unbound).resources()[name]


def test_iam_names_are_left_to_cloudformation_so_that_one_capability_is_enough(
    template: Template,
) -> None:
    names = {"RoleName", "ManagedPolicyName", "PolicyName", "UserName", "GroupName"}
    for resource in template["Resources"].values():
        if resource["Type"].startswith("AWS::IAM::"):
            assert not names & resource["Properties"].keys()


def test_documented_service_control_policy_limits_the_tags_that_the_functions_read() -> None:
    page = (ROOT / "docs/exceptions.md").read_text()
    (document,) = re.findall(r"```json\n(.*?)```", page, re.S)
    (statement,) = json.loads(document)["Statement"]
    assert statement["Effect"] == "Deny"
    assert all(resource_forms(action) for action in statement["Action"])
    limit = JAVA / "io/github/certsweep/exemption/ExceptionLimit.java"
    keys = re.findall(r'"(certsweep:[a-z-]+)"', limit.read_text())
    assert statement["Condition"]["ForAnyValue:StringEquals"] == {"aws:TagKeys": keys}
    assert len(keys) == 2


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "a wildcard": ({"Action": "s3:*", "Resource": "*"}, "wildcard"),
    "part of a wildcard": ({"Action": "iam:Get*", "Resource": "*"}, "wildcard"),
    "all of a key in a role": ({"Action": "kms:*", "Resource": "*"}, "wildcard"),
    "an action that AWS doesn't have": (
        {"Action": "iam:DeleteServerCertificates", "Resource": "*"},
        "no action",
    ),
    "a star that is too wide": (
        {"Action": ["iam:ListServerCertificates", "iam:GetServerCertificate"], "Resource": "*"},
        "too wide",
    ),
    "a resource that allows nothing": (
        {
            "Action": "iam:ListServerCertificates",
            "Resource": f"arn:aws:iam::{ACCOUNT}:server-certificate/*",
        },
        "no resource level",
    ),
    "a resource of another kind": (
        {
            "Action": "iam:DeleteServerCertificate",
            "Resource": f"arn:aws:iam::{ACCOUNT}:certificate/*",
        },
        "never done on",
    ),
    "a condition on EventBridge": (
        {
            "Action": "sns:Publish",
            "Principal": {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]},
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        },
        "EventBridge",
    ),
}


@pytest.mark.parametrize("flaw", BROKEN)
def test_refused_is(flaw: str) -> None:
    content, hint = BROKEN[flaw]
    (statement,) = statements({"Role": {"Statement": [{"Effect": "Allow", **content}]}})
    found = problems(statement)
    assert len(found) == 1
    assert hint in found[0]


def test_the_reference_knows_which_actions_have_a_resource_level() -> None:
    assert resource_forms("iam:ListServerCertificates") == []
    assert resource_forms("iam:GetServerCertificate") == ["arn:*:iam::*:server-certificate/*"]
    assert resource_forms("iam:Nothing") is None
