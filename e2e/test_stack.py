from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .account import days
from .deployment import RULE_NAME, STACK, Deployment
from .package import BUCKET, StackError
from .production import EVALUATE_TIMEOUT, MEMORY, NO_APPSYNC, TIMEOUT

APPROVER = "arn:aws:iam::123456789012:user/alice"
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"


def functions(new: Deployment) -> dict[str, Any]:
    """The stack's functions, by their logical ids."""
    described = new.sandbox.client("lambda")
    return {
        logical_id: described.get_function_configuration(FunctionName=name)
        for logical_id, name in new.resources("AWS::Lambda::Function").items()
    }


def test_stack_deploys_with_defaults_and_evaluates_at_once(new: Deployment) -> None:
    new.expired("www")
    new.install()
    assert new.compliance == {"www": "NON_COMPLIANT"}
    config = new.sandbox.client("config")
    (rule,) = config.describe_config_rules()["ConfigRules"]
    assert rule["ConfigRuleName"] == RULE_NAME
    assert json.loads(rule["InputParameters"]) == {
        "daysToExpiration": "0",
        "daysToExpirationPercent": "100",
        "checkUsage": "true",
        "refreshDays": "1",
        "securityHub": "false",
    }
    (details,) = rule["Source"]["SourceDetails"]
    assert details["MaximumExecutionFrequency"] == "TwentyFour_Hours"
    described = config.describe_remediation_configurations(ConfigRuleNames=[RULE_NAME])
    (remediation,) = described["RemediationConfigurations"]
    assert not remediation["Automatic"]
    assert remediation["ExecutionControls"]["SsmControls"] == {
        "ErrorPercentage": 100,
        "ConcurrentExecutionRatePercentage": 5,
    }
    assert remediation["ResourceType"] == "AWS::IAM::ServerCertificate"
    assert remediation["TargetId"] == new.outputs["RunbookName"]
    for function in functions(new).values():
        assert (function["Runtime"], function["MemorySize"]) == ("java25", MEMORY)
    timeouts = sorted(function["Timeout"] for function in functions(new).values())
    assert timeouts == [TIMEOUT, TIMEOUT, EVALUATE_TIMEOUT]
    groups = new.sandbox.client("logs").describe_log_groups()["logGroups"]
    assert [group["retentionInDays"] for group in groups] == [365, 365, 365]
    assert new.resources("AWS::KMS::Key") == {}


def test_roles_take_path_and_boundary(new: Deployment) -> None:
    allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [allowed]}
    iam = new.sandbox.client("iam")
    iam.create_policy(PolicyName="boundary", PolicyDocument=json.dumps(policy))
    new.install(RolePath="/security/certsweep/", PermissionsBoundaryArn=BOUNDARY)
    for name in new.roles.values():
        role = iam.get_role(RoleName=name)["Role"]
        assert role["Path"] == "/security/certsweep/"
        assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY


def test_boundary_that_allows_too_little_leaves_usage_unknown(new: Deployment) -> None:
    denied = {"Effect": "Deny", "Action": "elasticloadbalancing:*", "Resource": "*"}
    allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [allowed, denied]}
    new.sandbox.client("iam").create_policy(
        PolicyName="boundary", PolicyDocument=json.dumps(policy)
    )
    new.install(PermissionsBoundaryArn=BOUNDARY, UsageRegions="eu-west-1")
    new.expired("www")
    new.scheduled_run()
    assert "Usage unknown: 2 of 4 checks failed" in new.annotation("www")


def test_changed_parameter_takes_effect(new: Deployment) -> None:
    new.store("www", days(10))
    new.install()
    assert new.compliance == {"www": "COMPLIANT"}
    new.install(DaysToExpiration="30")
    assert new.compliance == {"www": "NON_COMPLIANT"}
    new.sandbox.security_hub.enable()
    new.install(EveryHours="6", CheckUsage="false", RefreshDays="7", SecurityHub="true")
    assert len(new.sandbox.security_hub.findings()) == 1
    (rule,) = new.sandbox.client("config").describe_config_rules()["ConfigRules"]
    (details,) = rule["Source"]["SourceDetails"]
    assert details["MaximumExecutionFrequency"] == "Six_Hours"
    assert json.loads(rule["InputParameters"]) == {
        "daysToExpiration": "30",
        "daysToExpirationPercent": "100",
        "checkUsage": "false",
        "refreshDays": "7",
        "securityHub": "true",
    }
    alarms = new.sandbox.client("cloudwatch").describe_alarms()["MetricAlarms"]
    (not_evaluated,) = (alarm for alarm in alarms if "MetricName" not in alarm)
    (stat,) = (one["MetricStat"] for one in not_evaluated["Metrics"] if "MetricStat" in one)
    assert (stat["Metric"]["MetricName"], stat["Period"]) == ("Certificates", 21600)
    others = {alarm["MetricName"] for alarm in alarms if alarm is not not_evaluated}
    assert others == {"Errors"}


def test_changed_runbook_is_run_by_a_role_with_a_path_and_all_is_deleted_after(
    new: Deployment,
) -> None:
    new.install(RolePath="/security/certsweep/")
    former = new.outputs["RunbookName"]
    new.install(BackupBucket=BUCKET)
    # AWS Config hears of another runbook by another name.
    assert new.outputs["RunbookName"] != former
    described = new.sandbox.client("config").describe_remediation_configurations(
        ConfigRuleNames=[RULE_NAME]
    )
    (remediation,) = described["RemediationConfigurations"]
    assert remediation["TargetId"] == new.outputs["RunbookName"]
    new.expired("www")
    execution = new.remediate_after_a_run("www")
    assert execution.result == ("Success", "REMOVED")
    assert execution.backup.startswith(f"s3://{BUCKET}/certsweep/")
    new.uninstall()
    assert new.sandbox.client("config").describe_config_rules()["ConfigRules"] == []


# How each kind of refusal reaches the operator; checks/test_template.py has all of them.


def test_parameters_that_exclude_each_other_are_refused(deployment: Deployment) -> None:
    deployment.make_new()
    with pytest.raises(StackError) as refused:
        deployment.install(AutomaticRemediation="true", Approvers=APPROVER)
    assert "Automatic remediation can't be combined with Approvers" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("RuleName", "x" * 65, '1 to 64 letters, digits, "-" or "_"'),
        ("DaysToExpiration", "3651", "not greater than 3650"),
        ("EveryHours", "2", "AllowedValues"),
    ],
)
def test_parameter_outside_its_constraint_is_refused(
    deployment: Deployment, name: str, value: str, reason: str
) -> None:
    with pytest.raises(StackError) as refused:
        deployment.install(**{name: value})
    assert name in str(refused.value)
    assert reason.lower() in str(refused.value).lower()


def test_deleted_stack_leaves_nothing_but_the_certificates_and_the_logs(new: Deployment) -> None:
    new.expired("www")
    before = found_in(new)
    new.install()
    assert len(found_in(new)) > len(before) + 15
    logs = {f"log groups: {one}" for one in new.resources("AWS::Logs::LogGroup").values()}
    assert len(logs) == 3
    new.uninstall()
    assert found_in(new) == before | logs
    assert new.names == ["www"]
    with pytest.raises(ClientError, match="does not exist"):
        new.sandbox.client("cloudformation").describe_stacks(StackName=STACK)


@pytest.mark.parametrize(
    ("region", "partition", "variables"),
    [
        ("cn-north-1", "aws-cn", {}),
        # The sandbox's own address stands for all hosts, those too that AWS doesn't have.
        ("us-gov-west-1", "aws-us-gov", NO_APPSYNC),
    ],
)
def test_stack_works_in_other_partitions(
    new: Deployment, region: str, partition: str, variables: dict[str, str]
) -> None:
    new.make_new(region)
    new.expired("www")
    new.install()
    assert new.compliance == {"www": "NON_COMPLIANT"}
    assert "cloudfront" not in new.annotation("www")
    new.add_variables(variables)
    assert new.remediate_after_a_run("www").result == ("Success", "REMOVED")
    assert new.sandbox.permissions.list(decision="denied") == []
    assert arns_in(new.outputs) == {partition}
    iam = new.sandbox.client("iam")
    for role in new.roles:
        assert arns_in(new.policies.inline(role)) == {partition}
        assert arns_in(iam.get_role(RoleName=new.roles[role])["Role"]) == {partition}
    alarms = new.sandbox.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {arns for alarm in alarms for arns in arns_in(alarm["AlarmActions"])} == {partition}
    document = new.sandbox.client("ssm").get_document(Name=new.outputs["RunbookName"])
    # One pattern takes the ARNs of all partitions.
    assert arns_in(document["Content"].replace("arn:aws[a-z-]*", "")) == {partition}


def arns_in(value: Any) -> set[str]:
    """The partitions of all ARNs in a value."""
    told = json.dumps(value, default=str)
    return {one.partition(":")[0] for one in told.split("arn:")[1:] if ":" in one}


def found_in(new: Deployment) -> set[str]:
    """What there is in the account of the kinds that the stack makes."""
    sandbox = new.sandbox
    listings: dict[str, list[Any]] = {
        "functions": sandbox.client("lambda").list_functions()["Functions"],
        "log groups": sandbox.client("logs").describe_log_groups()["logGroups"],
        "roles": sandbox.client("iam").list_roles()["Roles"],
        "policies": sandbox.client("iam").list_policies(Scope="Local")["Policies"],
        "rules": sandbox.client("config").describe_config_rules()["ConfigRules"],
        "documents": sandbox.client("ssm").list_documents(
            Filters=[{"Key": "Owner", "Values": ["Self"]}]
        )["DocumentIdentifiers"],
        "topics": sandbox.client("sns").list_topics()["Topics"],
        "alarms": sandbox.client("cloudwatch").describe_alarms()["MetricAlarms"],
        "event rules": sandbox.client("events").list_rules()["Rules"],
    }
    names = "FunctionName logGroupName RoleName PolicyName ConfigRuleName TopicArn AlarmName Name"
    return {
        f"{kind}: {next(one[name] for name in names.split() if name in one)}"
        for kind, listed in listings.items()
        for one in listed
    } | {f"keys: {one['KeyId']}" for one in living_keys(sandbox.client("kms"))}


def living_keys(kms: Any) -> list[dict[str, Any]]:
    """Those that aren't scheduled for deletion, which is as far as a stack can go."""
    described = [
        kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"] for one in kms.list_keys()["Keys"]
    ]
    return [one for one in described if one["KeyState"] != "PendingDeletion"]
