"""`make status` and `make preflight`, as an operator sees them, against the deployed stack."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import boto3
import pytest

from deployment import preflight, status
from deployment.account import Account
from deployment.permissions import READS
from deployment.registry import resource_types
from deployment.wish import Wish

from .deployment import RULE_NAME, STACK, Deployment
from .package import BUCKET

EMAIL = "ops@example.com"


class Operator:
    """Somebody with a role that allows some actions and no others."""

    def __init__(self, stack: Deployment, *actions: str) -> None:
        self._sandbox = stack.sandbox
        iam = self._sandbox.client("iam")
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole"} | {
            "Principal": {"AWS": f"arn:aws:iam::{self._sandbox.account}:root"}
        }
        try:
            role = iam.create_role(RoleName="operator", AssumeRolePolicyDocument=_policy(trust))
        except iam.exceptions.EntityAlreadyExistsException:
            role = iam.get_role(RoleName="operator")
        grant = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        iam.put_role_policy(RoleName="operator", PolicyName="reads", PolicyDocument=_policy(grant))
        self._sandbox.permissions.clear()
        keys = self._sandbox.client("sts").assume_role(
            RoleArn=role["Role"]["Arn"], RoleSessionName="somebody"
        )["Credentials"]
        self.session = boto3.Session(
            keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]
        )

    @property
    def asked_for(self) -> set[str]:
        """The permissions that were needed, given or not."""
        return {one["action"] for one in self._sandbox.permissions.list(role="operator")}

    def status(self) -> list[str]:
        """What `make status` finds, by the sandbox's clock."""
        found = status.looked_at(Account.of(self.session), STACK, self._sandbox.clock.now())
        return [f"{one.level.value}: {one.text}" for one in found]


def _policy(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def shown(text: str) -> str:
    """The output in one line, without its indentation."""
    return re.sub(r"\s+", " ", text)


@pytest.fixture(autouse=True)
def environment(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in deployment.sandbox.environment.items():
        monkeypatch.setenv(name, value)


def test_status_tells_what_needs_attention_and_what_it_may_not_read(
    new: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    new.expired("unused")
    new.infrastructure.alb(new.sandbox.region, "prod", new.expired("used").arn)
    approver = f"arn:aws:iam::{new.sandbox.account}:user/alice"
    new.install(AlarmEmail=EMAIL, Approvers=approver)
    new.remediate("used")
    new.remediate("unused")
    used = {"ResourceType": "AWS::IAM::ServerCertificate", "ResourceId": "used"}
    config = new.sandbox.client("config")
    config.put_remediation_exceptions(
        ConfigRuleName=RULE_NAME, ResourceKeys=[used], Message="Its owner is on holiday"
    )
    operator = Operator(new, *READS["status"])
    assert status.main(["--stack", STACK], operator.session) == 1
    out = capsys.readouterr().out
    print(out)
    told = shown(out)
    assert f"{EMAIL} has not confirmed its subscription" in told
    assert f"{RULE_NAME} last reported at " in told
    assert "NON_COMPLIANT: 2 certificates." in told
    assert "note unused: Expired " in told
    assert "note used: Expired " in told
    assert "In use by 1: " in told
    assert "The removal of unused waits for an approval." in told
    assert re.search(
        r"of used ended Failed at \S+ \S+ UTC \(execution \S+\): Not deleted: In", told
    )
    assert "Automatic remediation leaves used alone: Its owner is on holiday" in told
    assert "Could not read" not in told
    assert out.endswith("\n\nSomething needs attention.\n")
    assert operator.asked_for == {*READS["status"]}
    # The command that it names does what it says.
    assert f"exceptions --config-rule-name {RULE_NAME} --resource-keys ResourceType=" in told
    config.delete_remediation_exceptions(ConfigRuleName=RULE_NAME, ResourceKeys=[used])
    assert "ok: No certificate has a remediation exception." in operator.status()

    blind = Operator(new, "cloudformation:DescribeStacks", "cloudformation:ListStackResources")
    assert status.main(["--stack", STACK], blind.session) == 1
    told = shown(capsys.readouterr().out)
    for look in ("subscriptions", "results", "runs", "remediation exceptions"):
        assert f"Could not read: {look}. An error occurred (A" in told
    for nothing in ("No certificate", "No execution", "Nobody", "Nothing needs"):
        assert nothing not in told


def test_status_of_a_quiet_account_says_when_the_rule_reported_or_that_it_is_unknown(
    stack: Deployment,
) -> None:
    topics, queue = stack.sandbox.client("sns"), "arn:aws:sqs:eu-west-1:123456789012:pager"
    subscribed = topics.subscribe(
        TopicArn=stack.outputs["TopicArn"], Protocol="sqs", Endpoint=queue
    )
    stack.scheduled_run()
    operator = Operator(stack, *READS["status"])
    found = operator.status()
    assert {one.partition(":")[0] for one in found} == {"ok"}
    assert any(f"ok: {RULE_NAME} last reported at " in one for one in found)
    config = stack.sandbox.client("config")
    config.delete_evaluation_results(ConfigRuleName=RULE_NAME)
    assert any("warning: Unknown when the rule last" in one for one in operator.status())
    # Which AWS documents to leave custom Lambda rules out.
    assert stack.sandbox.requests.list("config", "DescribeConfigRuleEvaluationStatus") == []
    # There is no such queue, so messages to it would fail.
    topics.unsubscribe(SubscriptionArn=subscribed["SubscriptionArn"])


# --- Preflight ------------------------------------------------------------------------------------


def test_preflight_refuses_a_region_that_lacks_the_remediation(deployment: Deployment) -> None:
    deployment.sandbox.regions.set("ENABLED", "mx-central-1")
    account = Account.of(boto3.Session(region_name="mx-central-1"))
    (finding,) = resource_types(account, Wish(STACK))
    assert "does not have the type AWS::Config::RemediationConfiguration" in finding.text
    assert "Deploy in us-east-1" in finding.remedy
    (fine,) = resource_types(Account.of(boto3.Session()), Wish(STACK))
    assert fine.level.value == "ok"
    deployment.sandbox.regions.set("DISABLED", "mx-central-1")


def test_preflight_asks_with_its_own_permissions_and_changes_nothing(
    stack: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    demand = {
        "Sid": "Encrypted",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
        "Condition": {"Null": {"s3:x-amz-server-side-encryption": "true"}},
    }
    s3, topic = stack.sandbox.client("s3"), stack.outputs["TopicArn"]
    s3.put_bucket_policy(Bucket=BUCKET, Policy=_policy(demand))
    operator = Operator(stack, *READS["preflight"])
    given = [f"BackupBucket={BUCKET}", f"AlarmTopicArn={topic}", "UsageRegions=eu-west-1"]
    preflight.main(["--stack", STACK, "--bucket", BUCKET, *given], operator.session)
    s3.delete_bucket_policy(Bucket=BUCKET)
    told = shown(capsys.readouterr().out)
    assert "accepts a result for AWS::IAM::ServerCertificate in test mode" in told
    assert "(statement Encrypted) denies uploads without an encryption header" in told
    assert operator.asked_for == {*READS["preflight"]}
    puts = stack.sandbox.requests.list("config", "PutEvaluations")
    assert [one["parameters"]["TestMode"] for one in puts] == [True]
