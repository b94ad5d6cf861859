"""Checks, by IAM's simulation, whether the deployer may create the template's resources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from .account import Account, code_of, is_denial
from .findings import Finding, missing, ok, warning
from .wish import Wish


@dataclass(frozen=True)
class Need:
    """What it takes to create resources of one type."""

    # With {partition}, {region}, {account} and {stack} in it.
    resource: str
    actions: tuple[str, ...]


_ROLE = "arn:{partition}:iam::{account}:role{path}{stack}-EvaluateRole-1A2B3C4D"
_FUNCTION = "arn:{partition}:lambda:{region}:{account}:function:{stack}-EvaluateFunction-1A2B3C4D"
# AWS Config starts runbooks by it; the first remediation configuration of an account creates it,
# as the schema of AWS::Config::RemediationConfiguration says.
_LINKED_ROLE = "AWSServiceRoleForConfigRemediation"
_LINKED_ROLE_ARN = (
    "arn:{partition}:iam::{account}:role/aws-service-role/remediation.config.amazonaws.com/"
    f"{_LINKED_ROLE}"
)
_TOPIC = "arn:{partition}:sns:{region}:{account}:Automation-{stack}-alarms"

# By type of resource; CloudFormation asks for them in the deployer's name.
NEEDS = {
    "AWS::CloudFormation::Stack": Need(
        "arn:{partition}:cloudformation:{region}:{account}:stack/{stack}/1a2b3c4d",
        (
            "cloudformation:CreateChangeSet",
            "cloudformation:DescribeChangeSet",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:DescribeStacks",
        ),
    ),
    "AWS::CloudWatch::Alarm": Need(
        "arn:{partition}:cloudwatch:{region}:{account}:alarm:{stack}-EvaluateFailedAlarm",
        ("cloudwatch:PutMetricAlarm",),
    ),
    "AWS::Config::ConfigRule": Need(
        "arn:{partition}:config:{region}:{account}:config-rule/config-rule-1a2b3c",
        ("config:PutConfigRule",),
    ),
    "AWS::Config::RemediationConfiguration": Need(
        "arn:{partition}:config:{region}:{account}:remediation-configuration/{rule}/1a2b3c",
        ("config:PutRemediationConfigurations",),
    ),
    "AWS::Events::Rule": Need(
        "arn:{partition}:events:{region}:{account}:rule/{stack}-NonCompliantEvent-1A2B3C4D",
        ("events:PutRule", "events:PutTargets"),
    ),
    "AWS::IAM::ManagedPolicy": Need(
        "arn:{partition}:iam::{account}:policy{path}{stack}-SearchUsagePolicy-1A2B3C4D",
        ("iam:CreatePolicy",),
    ),
    "AWS::IAM::Role": Need(
        _ROLE, ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PassRole")
    ),
    "AWS::KMS::Key": Need("*", ("kms:CreateKey",)),
    "AWS::Lambda::Function": Need(_FUNCTION, ("lambda:CreateFunction", "lambda:GetFunction")),
    "AWS::Lambda::Permission": Need(_FUNCTION, ("lambda:AddPermission",)),
    "AWS::Logs::LogGroup": Need(
        "arn:{partition}:logs:{region}:{account}:log-group:{stack}-EvaluateLogs-1A2B3C4D",
        ("logs:CreateLogGroup", "logs:PutRetentionPolicy"),
    ),
    "AWS::SNS::Subscription": Need(_TOPIC, ("sns:Subscribe",)),
    "AWS::SNS::Topic": Need(_TOPIC, ("sns:CreateTopic", "sns:SetTopicAttributes")),
    "AWS::SNS::TopicPolicy": Need(_TOPIC, ("sns:SetTopicAttributes",)),
    "AWS::SSM::Document": Need(
        "arn:{partition}:ssm:{region}:{account}:document/{stack}-DeleteExpired-1A2B3C4D",
        # An update that changes the runbook replaces it.
        ("ssm:CreateDocument", "ssm:DeleteDocument"),
    ),
}

# What the commands that change nothing call. Nobody needs a permission for sts:GetCallerIdentity.
# PutEvaluations is called in test mode, which records nothing.
READS = {
    "preflight": (
        "account:ListRegions",
        "cloudformation:DescribeStackResource",
        "cloudformation:DescribeStacks",
        "cloudformation:DescribeType",
        "config:DescribeConfigRules",
        "config:DescribeConfigurationRecorderStatus",
        "config:PutEvaluations",
        "iam:GetRole",
        "iam:SimulatePrincipalPolicy",
        "s3:GetBucketPolicy",
        "s3:GetEncryptionConfiguration",
        "s3:ListBucket",
        "securityhub:ListStandardsControlAssociations",
        "sns:GetTopicAttributes",
    ),
    "status": (
        "cloudformation:DescribeStacks",
        "cloudformation:ListStackResources",
        "cloudwatch:GetMetricStatistics",
        "config:DescribeRemediationExceptions",
        "config:DescribeRemediationExecutionStatus",
        "config:GetComplianceDetailsByConfigRule",
        "sns:ListSubscriptionsByTopic",
        "ssm:DescribeAutomationExecutions",
        "ssm:GetAutomationExecution",
    ),
}


@dataclass
class _Answers:
    """What the simulation said."""

    denied: list[str] = field(default_factory=list)
    by_organization: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)

    def add(self, result: dict[str, Any]) -> None:
        if result["EvalDecision"] == "allowed":
            return
        action = result["EvalActionName"]
        if result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations") is False:
            self.by_organization.append(action)
        elif result.get("MissingContextValues"):
            self.undecided.append(action)
        else:
            self.denied.append(action)


def permissions(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the caller may create each resource of the template."""
    if account.caller.endswith(":root"):
        yield ok("The root user may deploy. A role is a better choice.")
        return
    try:
        principal = _principal(account)
        has_linked_role = _has_linked_role(account)
        # An account that has the role needs no permission to create it. Unknown is not missing.
        wanted = needs(account, wish, has_linked_role=has_linked_role is not False)
        answers = _simulated(account, wanted, principal)
    except ClientError as error:
        if not is_denial(error):
            raise
        yield warning(
            f"Your permissions to deploy could not be checked, because IAM denies it ({error}).",
            "Ask for iam:SimulatePrincipalPolicy and iam:GetRole, or just deploy: CloudFormation "
            "rolls back a deployment that fails.",
        )
        return
    if has_linked_role is None:
        yield warning(
            f"Whether the account has the role {_LINKED_ROLE} could not be checked, because IAM "
            "denies it.",
            "Ask for iam:GetRole. If the role is missing, whoever deploys must be allowed to call "
            "iam:CreateServiceLinkedRole.",
        )
    yield from _findings(answers, principal)


def needs(account: Account, wish: Wish, *, has_linked_role: bool = False) -> list[Need]:
    """What it takes to create the stack in this account."""
    values = {
        "partition": account.partition,
        "region": account.region,
        "account": account.number,
        "stack": wish.stack,
        "path": wish.parameters.get("RolePath", "/"),
        "rule": wish.parameters.get("RuleName", ""),
    }
    left_out = _left_out(wish)
    wanted = [need for kind, need in NEEDS.items() if kind not in left_out]
    if not has_linked_role:
        wanted.append(Need(_LINKED_ROLE_ARN, ("iam:CreateServiceLinkedRole",)))
    filled = [Need(need.resource.format(**values), need.actions) for need in wanted]
    if wish.bucket:
        zip_file = f"arn:{account.partition}:s3:::{wish.bucket}/{wish.stack}/1a2b3c4d"
        filled.append(Need(zip_file, ("s3:PutObject", "s3:GetObject")))
    return filled


def _left_out(wish: Wish) -> set[str]:
    """The types of which the template's conditions make nothing."""
    given = wish.parameters.get
    has_own_topic = not given("AlarmTopicArn")
    made = {
        "AWS::CloudWatch::Alarm": given("Alarms") != "none",
        "AWS::KMS::Key": given("EncryptAlarms") == "true",
        "AWS::SNS::Subscription": bool(given("AlarmEmail")),
        "AWS::SNS::Topic": has_own_topic,
        "AWS::SNS::TopicPolicy": has_own_topic,
    }
    return {kind for kind, is_made in made.items() if not is_made}


def _has_linked_role(account: Account) -> bool | None:
    """None if IAM denies the answer."""
    try:
        account.client("iam").get_role(RoleName=_LINKED_ROLE)
    except ClientError as error:
        if code_of(error) == "NoSuchEntity":
            return False
        if is_denial(error):
            return None
        raise
    return True


def _principal(account: Account) -> str:
    """The ARN of the user or role that IAM can simulate; a session's own ARN lacks the path."""
    if ":assumed-role/" not in account.caller:
        return account.caller
    name = account.caller.split("/")[1]
    return str(account.client("iam").get_role(RoleName=name)["Role"]["Arn"])


def _simulated(account: Account, wanted: list[Need], principal: str) -> _Answers:
    client, answers = account.client("iam"), _Answers()
    for need in wanted:
        pages = client.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=principal,
            ActionNames=list(need.actions),
            ResourceArns=[need.resource],
        )
        for page in pages:
            for result in page["EvaluationResults"]:
                answers.add(result)
    return answers


def _findings(answers: _Answers, principal: str) -> Iterator[Finding]:
    if answers.denied:
        yield missing(
            f"{principal} may not {_listed(answers.denied)}.",
            "Ask for these permissions, or deploy with a role that has them.",
        )
    if answers.by_organization:
        yield missing(
            f"An organization policy denies {_listed(answers.by_organization)}.",
            "Ask the owner of the organization's policies, or deploy in another region.",
        )
    if answers.undecided:
        yield warning(
            f"IAM can't simulate whether {principal} may call {_listed(answers.undecided)}: it "
            "depends on conditions that only the deployment will show."
        )
    if not (answers.denied or answers.by_organization or answers.undecided):
        yield ok(f"{principal} may deploy, as far as IAM can simulate it.")


def _listed(actions: list[str]) -> str:
    return ", ".join(sorted(set(actions)))
