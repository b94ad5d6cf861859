from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.client import Rule, Sandbox

from .conftest import PROBE
from .test_cloudformation import TRUST, create, described, outputs, reason, template, update

ACKNOWLEDGED = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
ACCOUNT = "123456789012"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/lambda"
ACTIONS = [f"arn:aws:sns:eu-west-1:{ACCOUNT}:{name}" for name in ("first", "second")]


@pytest.fixture
def cloudformation(sandbox: Sandbox) -> Any:
    return sandbox.client("cloudformation")


@pytest.fixture
def code(sandbox: Sandbox, probe_zip: Path) -> dict[str, str]:
    """The function of Probe.java in S3, and a role for it."""
    s3, location = sandbox.client("s3"), {"LocationConstraint": sandbox.region}
    s3.create_bucket(Bucket="code", CreateBucketConfiguration=location)
    s3.put_object(Bucket="code", Key="probe.zip", Body=probe_zip.read_bytes())
    sandbox.client("iam").create_role(RoleName="lambda", AssumeRolePolicyDocument=json.dumps(TRUST))
    return {"S3Bucket": "code", "S3Key": "probe.zip"}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def function(code: dict[str, str], **properties: Any) -> dict[str, Any]:
    given = {"Code": code, "Handler": PROBE, "Runtime": "java25", "Role": ROLE_ARN} | properties
    return resource("Lambda::Function", FunctionName="function", **given)


class Stack:
    """A stack with one resource, or more."""

    def __init__(self, cloudformation: Any) -> None:
        self._cloudformation = cloudformation

    def create(self, *resources: dict[str, Any], **outputs_: Any) -> dict[str, str]:
        return self._done(create, "CREATE_COMPLETE", resources, outputs_)

    def update(self, *resources: dict[str, Any], **outputs_: Any) -> dict[str, str]:
        return self._done(update, "UPDATE_COMPLETE", resources, outputs_)

    def _done(
        self,
        operation: Callable[..., Any],
        status: str,
        resources: tuple[dict[str, Any], ...],
        outputs_: Any,
    ) -> dict[str, str]:
        named = {"ABC"[index]: one for index, one in enumerate(resources)}
        shown = {name: {"Value": value} for name, value in outputs_.items()}
        stack = operation(self._cloudformation, template(named, Outputs=shown), **ACKNOWLEDGED)
        events = self._cloudformation.describe_stack_events(StackName="stack")["StackEvents"]
        reasons = [one.get("ResourceStatusReason") for one in events]
        assert stack["StackStatus"] == status, reasons
        return outputs(stack) if outputs_ else {}

    def delete(self) -> None:
        arn = described(self._cloudformation)["StackId"]
        self._cloudformation.delete_stack(StackName="stack")
        assert described(self._cloudformation, arn)["StackStatus"] == "DELETE_COMPLETE"


@pytest.fixture
def stack(cloudformation: Any) -> Stack:
    return Stack(cloudformation)


def test_function(sandbox: Sandbox, stack: Stack, code: dict[str, str], probe_zip: Path) -> None:
    lambda_ = sandbox.client("lambda")
    variables = {"Environment": {"Variables": {"NAME": "value"}}}
    given = stack.create(
        function(code, MemorySize="256", **variables),
        Arn={"Fn::GetAtt": "A.Arn"},
    )
    shown = lambda_.get_function(FunctionName="function")
    assert shown["Configuration"]["FunctionArn"] == given["Arn"]
    assert shown["Configuration"]["MemorySize"] == 256
    assert shown["Configuration"]["Environment"] == variables["Environment"]
    sandbox.client("s3").put_object(
        Bucket="code", Key="other.zip", Body=probe_zip.read_bytes() + b" "
    )
    stack.update(function(code | {"S3Key": "other.zip"}, Timeout=30))
    changed = lambda_.get_function(FunctionName="function")
    assert changed["Configuration"]["Timeout"] == 30
    assert changed["Configuration"]["CodeSha256"] != shown["Configuration"]["CodeSha256"]
    assert lambda_.invoke(FunctionName="function", Payload=b"{}")["StatusCode"] == 200
    stack.delete()
    assert lambda_.list_functions()["Functions"] == []


def test_function_writes_to_the_log_group_that_it_is_given(
    sandbox: Sandbox, stack: Stack, code: dict[str, str]
) -> None:
    group = resource("Logs::LogGroup", RetentionInDays=30)
    role = resource(
        "IAM::Role",
        AssumeRolePolicyDocument=TRUST,
        Policies=[
            {
                "PolicyName": "log",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": {
                        "Effect": "Allow",
                        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                        "Resource": {"Fn::GetAtt": "A.Arn"},
                    },
                },
            }
        ],
    )
    logging = {"LogGroup": {"Ref": "A"}, "LogFormat": "Text"}
    stack.create(group, role, function(code, Role={"Fn::GetAtt": "B.Arn"}, LoggingConfig=logging))
    sandbox.client("lambda").invoke(FunctionName="function", Payload=b"{}")
    (shown,) = sandbox.client("logs").describe_log_groups()["logGroups"]
    assert shown["logGroupName"].startswith("stack-A-")
    assert shown["retentionInDays"] == 30
    events = sandbox.client("logs").filter_log_events(logGroupName=shown["logGroupName"])
    assert events["events"]


def test_function_with_code_in_the_template_is_refused(
    cloudformation: Any, code: dict[str, str]
) -> None:
    del code
    create(cloudformation, template({"F": function({"ZipFile": "text"})}))
    assert "takes code from S3 alone" in reason(cloudformation, "F")


def test_function_whose_code_is_not_there_is_refused(
    cloudformation: Any, code: dict[str, str]
) -> None:
    create(cloudformation, template({"F": function(code | {"S3Key": "none"})}))
    assert "S3 Error Message: The specified key does not exist." in reason(cloudformation, "F")


def test_permission(sandbox: Sandbox, stack: Stack, code: dict[str, str]) -> None:
    permission = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": "A"},
        "Principal": "config.amazonaws.com",
    }
    stack.create(function(code), resource("Lambda::Permission", **permission))
    permission |= {"SourceAccount": ACCOUNT}
    stack.update(function(code), resource("Lambda::Permission", **permission))
    policy = json.loads(sandbox.client("lambda").get_policy(FunctionName="function")["Policy"])
    (statement,) = policy["Statement"]
    assert statement["Condition"] == {"StringEquals": {"AWS:SourceAccount": ACCOUNT}}
    stack.delete()


def test_log_group(sandbox: Sandbox, stack: Stack) -> None:
    stack.create(resource("Logs::LogGroup", LogGroupName="g", RetentionInDays=30))
    stack.update(resource("Logs::LogGroup", LogGroupName="g", RetentionInDays=60))
    (shown,) = sandbox.client("logs").describe_log_groups()["logGroups"]
    assert shown["retentionInDays"] == 60
    stack.update(resource("Logs::LogGroup", LogGroupName="g"))
    (shown,) = sandbox.client("logs").describe_log_groups()["logGroups"]
    assert "retentionInDays" not in shown
    stack.delete()


def document(action: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_role(sandbox: Sandbox, stack: Stack) -> None:
    def role(**properties: Any) -> dict[str, Any]:
        named = {"RoleName": "role", "Path": "/p/", "AssumeRolePolicyDocument": TRUST}
        return resource("IAM::Role", **named, **properties)

    def inline(*names: str) -> list[dict[str, Any]]:
        return [{"PolicyName": name, "PolicyDocument": document("s3:*")} for name in names]

    policy = resource("IAM::ManagedPolicy", PolicyDocument=document("iam:*"))
    iam = sandbox.client("iam")
    given = stack.create(
        policy,
        role(Policies=inline("a", "b"), ManagedPolicyArns=[{"Ref": "A"}]),
        Arn={"Fn::GetAtt": "B.Arn"},
        Name={"Ref": "B"},
    )
    assert given == {"Arn": f"arn:aws:iam::{ACCOUNT}:role/p/role", "Name": "role"}
    assert iam.list_role_policies(RoleName="role")["PolicyNames"] == ["a", "b"]
    assert iam.get_role_policy(RoleName="role", PolicyName="a")["PolicyDocument"] == document(
        "s3:*"
    )
    assert len(iam.list_attached_role_policies(RoleName="role")["AttachedPolicies"]) == 1
    stack.update(policy, role(Policies=inline("b"), PermissionsBoundary={"Ref": "A"}))
    assert iam.list_role_policies(RoleName="role")["PolicyNames"] == ["b"]
    assert iam.list_attached_role_policies(RoleName="role")["AttachedPolicies"] == []
    assert "PermissionsBoundary" in iam.get_role(RoleName="role")["Role"]
    stack.delete()
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_role_that_is_only_half_made_is_removed(sandbox: Sandbox, cloudformation: Any) -> None:
    attached = {"ManagedPolicyArns": ["arn:aws:iam::123456789012:policy/none"]}
    role = resource("IAM::Role", AssumeRolePolicyDocument=TRUST, **attached)
    create(cloudformation, template({"Role": role}), **ACKNOWLEDGED)
    assert "HandlerErrorCode: NotFound" in reason(cloudformation, "Role")
    assert sandbox.client("iam").list_roles()["Roles"] == []


def test_managed_policy(sandbox: Sandbox, stack: Stack) -> None:
    iam = sandbox.client("iam")
    arn = stack.create(
        resource("IAM::ManagedPolicy", PolicyDocument=document("iam:*")), Arn={"Ref": "A"}
    )["Arn"]
    for action in ("s3:*", "ssm:*"):
        stack.update(resource("IAM::ManagedPolicy", PolicyDocument=document(action)))
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    shown = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
    assert shown["Document"] == document("ssm:*")
    stack.delete()


def test_key(sandbox: Sandbox, stack: Stack) -> None:
    policy = document("kms:*")
    policy["Statement"][0]["Principal"] = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    key = resource("KMS::Key", KeyPolicy=policy, EnableKeyRotation=True)
    given = stack.create(key, Id={"Ref": "A"}, Arn={"Fn::GetAtt": "A.Arn"})
    kms = sandbox.client("kms")
    assert kms.describe_key(KeyId=given["Id"])["KeyMetadata"]["Arn"] == given["Arn"]
    assert kms.get_key_rotation_status(KeyId=given["Id"])["KeyRotationEnabled"]
    shown = kms.get_key_policy(KeyId=given["Id"], PolicyName="default")["Policy"]
    assert json.loads(shown) == policy
    stack.delete()
    assert kms.describe_key(KeyId=given["Id"])["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_topic_with_subscription_and_policy(sandbox: Sandbox, stack: Stack) -> None:
    topic = resource("SNS::Topic", KmsMasterKeyId="alias/aws/sns")
    policy = document("sns:Publish")
    policy["Statement"][0]["Principal"] = {"Service": "events.amazonaws.com"}
    attached = resource("SNS::TopicPolicy", Topics=[{"Ref": "A"}], PolicyDocument=policy)
    single = resource(
        "SNS::Subscription", TopicArn={"Ref": "A"}, Protocol="email", Endpoint="c@example.com"
    )
    arn = stack.create(topic, attached, single, Arn={"Ref": "A"})["Arn"]
    sns = sandbox.client("sns")
    shown = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert shown["KmsMasterKeyId"] == "alias/aws/sns"
    assert json.loads(shown["Policy"]) == policy
    (listed,) = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    assert listed["Endpoint"] == "c@example.com"
    stack.update(topic, Arn={"Ref": "A"})
    assert sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"] == []
    shown = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert "AWS:SourceOwner" in shown["Policy"]
    stack.delete()


def test_alarm(sandbox: Sandbox, stack: Stack) -> None:
    def alarm(threshold: int) -> dict[str, Any]:
        return resource(
            "CloudWatch::Alarm",
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=[{"Name": "FunctionName", "Value": "function"}],
            Statistic="Sum",
            Period=300,
            EvaluationPeriods="1",
            ComparisonOperator="GreaterThanThreshold",
            Threshold=threshold,
            TreatMissingData="notBreaching",
            AlarmActions={"Fn::Split": [",", ",".join(ACTIONS)]},
        )

    given = stack.create(alarm(0), Arn={"Fn::GetAtt": "A.Arn"})
    stack.update(alarm(1), Arn={"Fn::GetAtt": "A.Arn"})
    (shown,) = sandbox.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert shown["AlarmArn"] == given["Arn"]
    assert (shown["Threshold"], shown["TreatMissingData"]) == (1, "notBreaching")
    assert shown["AlarmActions"] == ACTIONS
    stack.delete()


def test_event_rule(sandbox: Sandbox, stack: Stack) -> None:
    def target(identifier: str) -> dict[str, Any]:
        transformer = {"InputPathsMap": {"a": "$.detail.a"}, "InputTemplate": '"<a>"'}
        arn = f"arn:aws:sns:eu-west-1:{ACCOUNT}:topic"
        return {"Id": identifier, "Arn": arn, "InputTransformer": transformer}

    def rule(*targets: dict[str, Any]) -> dict[str, Any]:
        pattern = {"source": ["aws.config"]}
        return resource("Events::Rule", Name="rule", EventPattern=pattern, Targets=list(targets))

    stack.create(rule(target("a"), target("b")))
    events = sandbox.client("events")
    assert json.loads(events.describe_rule(Name="rule")["EventPattern"]) == {
        "source": ["aws.config"]
    }
    stack.update(rule(target("b"), target("c")))
    shown = events.list_targets_by_rule(Rule="rule")["Targets"]
    assert [one["Id"] for one in shown] == ["b", "c"]
    assert shown[0]["InputTransformer"] == target("b")["InputTransformer"]
    stack.delete()


def runbook(description: str) -> dict[str, Any]:
    inputs = {"Runtime": "python3.11", "Handler": "handle", "Script": "def handle(e, c): pass"}
    return {
        "schemaVersion": "0.3",
        "description": description,
        "assumeRole": "{{ Role }}",
        "parameters": {"Role": {"type": "String"}},
        "mainSteps": [
            {"name": "run", "action": "aws:executeScript", "inputs": inputs, "isEnd": True}
        ],
    }


YAML = {"DocumentType": "Automation", "DocumentFormat": "YAML"}


def test_document_gets_no_new_versions(cloudformation: Any) -> None:
    document = resource("SSM::Document", Content=runbook("a"), UpdateMethod="NewVersion", **YAML)
    stack = create(cloudformation, template({"A": document}))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "no new versions" in reason(cloudformation, "A")


def test_document_is_not_changed(cloudformation: Any) -> None:
    def targeted(**target: str) -> str:
        return template({"A": resource("SSM::Document", Content=runbook("a"), **YAML, **target)})

    create(cloudformation, targeted())
    stack = update(cloudformation, targeted(TargetType="/AWS::IAM::ServerCertificate"))
    assert stack["StackStatus"] == "UPDATE_FAILED"
    assert "The sandbox changes none of a document's" in reason(cloudformation, "A")


def test_numbers_and_booleans_of_a_document_become_texts(sandbox: Sandbox, stack: Stack) -> None:
    kind = {"Name": "runbook"} | YAML
    content = runbook("typed")
    content["mainSteps"][0] |= {"timeoutSeconds": 5}
    stack.create(resource("SSM::Document", Content=content, **kind))
    ssm = sandbox.client("ssm")
    (step,) = yaml.safe_load(ssm.get_document(Name="runbook")["Content"])["mainSteps"]
    assert (step["timeoutSeconds"], step["isEnd"]) == ("5", "true")
    ssm.create_document(Name="direct", Content=yaml.safe_dump(content), **YAML)
    (step,) = yaml.safe_load(ssm.get_document(Name="direct")["Content"])["mainSteps"]
    assert (step["timeoutSeconds"], step["isEnd"]) == (5, True)
    ssm.delete_document(Name="direct")


def test_document_is_replaced(sandbox: Sandbox, stack: Stack) -> None:
    def documented(description: str) -> dict[str, Any]:
        return resource("SSM::Document", Content=runbook(description), **YAML)

    first = stack.create(documented("one"), Name={"Ref": "A"})
    second = stack.update(documented("two"), Name={"Ref": "A"})
    assert first != second
    owned = [{"Key": "Owner", "Values": ["Self"]}]
    listed = sandbox.client("ssm").list_documents(Filters=owned)["DocumentIdentifiers"]
    assert [one["Name"] for one in listed] == [second["Name"]]


def rule_resources(code: dict[str, str], **rule: Any) -> dict[str, Any]:
    """A function, the permission for AWS Config to invoke it, and a rule."""
    details = {
        "EventSource": "aws.config",
        "MessageType": "ScheduledNotification",
        "MaximumExecutionFrequency": "TwentyFour_Hours",
    }
    source = {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": {"Fn::GetAtt": "Function.Arn"}}
    return {
        "ConfigRule": resource(
            "Config::ConfigRule",
            ConfigRuleName="rule",
            InputParameters={"daysToExpiration": "30"},
            Source=source | {"SourceDetails": [details]},
        )
        | rule,
        "Function": function(code),
        "Permission": resource(
            "Lambda::Permission",
            Action="lambda:InvokeFunction",
            FunctionName={"Ref": "Function"},
            Principal="config.amazonaws.com",
        ),
    }


@pytest.fixture
def recorder(sandbox: Sandbox, rule: Rule) -> None:
    """AWS Config is on, as another rule needs it too."""
    sandbox.client("config").delete_config_rule(ConfigRuleName=rule.name)


@pytest.mark.usefixtures("recorder")
class TestConfigRule:
    def test_comes_after_the_permission_because_it_says_so(
        self, sandbox: Sandbox, cloudformation: Any, code: dict[str, str]
    ) -> None:
        body = template(
            rule_resources(code, DependsOn="Permission"),
            Outputs={"Arn": {"Value": {"Fn::GetAtt": "ConfigRule.Arn"}}},
        )
        stack = create(cloudformation, body)
        (shown,) = sandbox.client("config").describe_config_rules()["ConfigRules"]
        assert shown["ConfigRuleArn"] == outputs(stack)["Arn"]
        assert shown["InputParameters"] == '{"daysToExpiration": "30"}'
        sandbox.wait(Rule("rule", "function", sandbox.region))
        cloudformation.delete_stack(StackName="stack")
        assert sandbox.client("config").describe_config_rules()["ConfigRules"] == []

    def test_is_refused_before_it(
        self, sandbox: Sandbox, cloudformation: Any, code: dict[str, str]
    ) -> None:
        stack = create(cloudformation, template(rule_resources(code)))
        assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
        assert "check the function's permissions" in reason(cloudformation, "ConfigRule")
        assert sandbox.client("config").describe_config_rules()["ConfigRules"] == []

    def test_remediation_is_put_and_deleted(
        self, sandbox: Sandbox, cloudformation: Any, code: dict[str, str]
    ) -> None:
        content = runbook("remediation")
        content["parameters"]["Resource"] = {"type": "String"}
        resources = rule_resources(code, DependsOn="Permission") | {
            "Runbook": resource("SSM::Document", Content=content, **YAML),
            "Remediation": resource(
                "Config::RemediationConfiguration",
                ConfigRuleName={"Ref": "ConfigRule"},
                TargetType="SSM_DOCUMENT",
                TargetId={"Ref": "Runbook"},
                Parameters={"Resource": {"ResourceValue": {"Value": "RESOURCE_ID"}}},
                Automatic="false",
            ),
        }
        stack = create(cloudformation, template(resources))
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        (shown,) = sandbox.client("config").describe_remediation_configurations(
            ConfigRuleNames=["rule"]
        )["RemediationConfigurations"]
        assert shown["TargetId"].startswith("stack-Runbook-")
        assert shown["Automatic"] is False
        arn = stack["StackId"]
        cloudformation.delete_stack(StackName="stack")
        assert described(cloudformation, arn)["StackStatus"] == "DELETE_COMPLETE"


def test_aws_cli_packages_and_deploys(
    sandbox: Sandbox, cloudformation: Any, code: dict[str, str], tmp_path: Path
) -> None:
    """With a zip as large as a real one: the CLI uploads it in parts."""
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as packed:
        packed.writestr("lib/large", random.Random(1).randbytes(20_000_000))  # noqa: S311
    body = template({"Function": function({}) | {}}, Description="Deployed")
    (tmp_path / "template.json").write_text(
        body.replace('"Code": {}', '"Code": "code.zip"'), encoding="utf-8"
    )
    packaged = str(tmp_path / "packaged.yaml")
    run(
        sandbox, "package", "--template-file", str(tmp_path / "template.json"),
        "--s3-bucket", code["S3Bucket"], "--output-template-file", packaged,
    )  # fmt: skip
    deploy = ["deploy", "--template-file", packaged, "--stack-name", "stack"]
    run(sandbox, *deploy, "--s3-bucket", "code")
    shown = sandbox.client("lambda").get_function(FunctionName="function")
    assert shown["Configuration"]["CodeSize"] > 20_000_000
    assert described(cloudformation)["StackStatus"] == "CREATE_COMPLETE"
    again = run(sandbox, *deploy, "--no-fail-on-empty-changeset")
    assert "No changes to deploy. Stack stack is up to date" in again


def run(sandbox: Sandbox, *arguments: str) -> str:
    command = Path(sys.executable).with_name("aws")
    done = subprocess.run(
        [command, "cloudformation", *arguments],
        env=sandbox.environment | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr
