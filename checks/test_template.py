"""Parameters, conditions, rules, portability, size."""

import re
from typing import Any

import botocore.session
import pytest

from .choices import (
    APPROVERS,
    BOUNDARY,
    KEY,
    OWNER,
    TOPIC,
    Choices,
    all_choices,
    possible_choices,
)
from .functions import ACCOUNT, Resolver, TemplateError
from .linters import PARTITIONS
from .template import JAVA, RENDERED, Template, loads, resources, texts

# What CloudFormation and StackSets take from S3: 1 MB. Each documented command names a bucket.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_TEMPLATE_BYTES = 1_000_000
# Every megabyte of code is time at each cold start; Lambda itself takes 50 MB.
MAX_ZIP_BYTES = 32_000_000


def interface_groups(template: Template) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = template["Metadata"]["AWS::CloudFormation::Interface"][
        "ParameterGroups"
    ]
    return groups


def test_a_stackset_can_deploy_it_without_macros(text: str, template: Template) -> None:
    assert "Transform" not in template
    assert "Fn::Transform" not in text
    assert "AWS::Include" not in text


def test_it_fits_in_what_cloudformation_reads_from_a_bucket(text: str) -> None:
    assert len(text.encode()) <= MAX_TEMPLATE_BYTES


def test_the_runbook_is_inlined(text: str, template: Template) -> None:
    assert "# INLINE" not in text
    content = template["Resources"]["DeleteExpiredServerCertificate"]["Properties"]["Content"]
    assert content["schemaVersion"] == "0.3"


def test_all_code_is_the_one_zip(template: Template) -> None:
    functions = resources(template, "AWS::Lambda::Function")
    assert len(functions) == 3
    for function in functions.values():
        assert (RENDERED.parent / function["Code"]).resolve() == (
            RENDERED.parent.parent / "certsweep.zip"
        )


def test_the_zip_stays_small() -> None:
    assert (RENDERED.parent.parent / "certsweep.zip").stat().st_size <= MAX_ZIP_BYTES


def test_the_evidence_outlives_the_stack(template: Template) -> None:
    groups = resources(template, "AWS::Logs::LogGroup")
    assert len(groups) == 3
    for name in groups:
        assert template["Resources"][name]["DeletionPolicy"] == "RetainExceptOnCreate"


# --- Parameters -----------------------------------------------------------------------------------


def test_every_parameter_is_described_and_constrained(template: Template) -> None:
    for name, parameter in template["Parameters"].items():
        assert parameter["Description"].endswith("."), name
        constraints = {"AllowedValues", "AllowedPattern", "MinValue"} & parameter.keys()
        assert constraints, name
        if "AllowedPattern" in parameter:
            assert parameter["ConstraintDescription"].endswith("."), name
        if "MinValue" in parameter:
            assert "MaxValue" in parameter, name


def test_every_default_is_allowed(template: Template) -> None:
    for name, parameter in template["Parameters"].items():
        default = parameter["Default"]
        if "AllowedValues" in parameter:
            assert default in parameter["AllowedValues"], name
        if "AllowedPattern" in parameter:
            assert re.fullmatch(parameter["AllowedPattern"], default), name
        if "MinValue" in parameter:
            assert parameter["MinValue"] <= default <= parameter["MaxValue"], name


def test_every_parameter_is_in_exactly_one_group_of_the_interface(template: Template) -> None:
    grouped = [name for group in interface_groups(template) for name in group["Parameters"]]
    assert sorted(grouped) == sorted(template["Parameters"])


APPROVER = "arn:aws:iam::123456789012:user/alice"
ALLOWED = {
    "RuleName": ["iam-server-certificate-expiration", "A_b-9", "n" * 64],
    "UsageRegions": ["eu-west-1", "us-gov-west-1,cn-north-1", "ap-southeast-2, us-east-1"],
    "UsageExceptions": ["appsync/mx-central-1", "appsync/us-gov-west-1 , appsync/ap-east-2"],
    "Approvers": [
        APPROVERS,
        "arn:aws-us-gov:iam::123456789012:role/a/path/Admin",
        "arn:aws-cn:sts::123456789012:assumed-role/Admin/somebody@example.com",
        ",".join(["arn:aws:iam::123456789012:user/one"] * 10),
        "role/CertificateApprover",
        "user/a/path/one,role/security/Admin_+=.@-",
        ",".join(["role/one"] * 10),
    ],
    "BackupBucket": ["backups", "my.backups-2024"],
    "BackupBucketOwner": [OWNER],
    "BackupKeyArn": [KEY, "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1234abcd"],
    "AlarmEmail": ["security@example.com"],
    "AlarmTopicArn": [TOPIC, "arn:aws-cn:sns:cn-north-1:123456789012:Automation_pager"],
    "RolePath": ["/", "/security/", "/a/b/"],
    "PermissionsBoundaryArn": [
        BOUNDARY,
        "arn:aws:iam::aws:policy/PowerUserAccess",
        "policy/Boundary",
        "policy/a/path/Boundary_+=,.@-",
    ],
}
REFUSED = {
    "RuleName": ["", "n" * 65, "a rule", "rule.1"],
    "UsageRegions": ["Ireland", "eu-west-1,", "eu-west-1 us-east-1", "*"],
    "UsageExceptions": [
        "appsync",
        "mx-central-1",
        "appsync/",
        "appsync/*",
        "*/mx-central-1",
        "appsync/mx-central-1,",
        "appsync/mx-central-1 appsync/ap-east-2",
        "appsync/mx-central-1, ap-east-2",
        "elasticloadbalancing/mx-central-1",
        "elasticloadbalancingv2/mx-central-1",
        "appsync/mx-central-1,elasticloadbalancingv2/mx-central-1",
        "cloudfront/us-east-1",
    ],
    "Approvers": [
        "security",
        "123456789012",
        "arn:aws:iam::123456789012:role/a, arn:aws:iam::123456789012:role/b",
        ",".join(["arn:aws:iam::123456789012:user/one"] * 11),
        "CertificateApprover",
        "policy/CertificateApprover",
        "group/Approvers",
        "role/",
        "role/one,",
        "role/one, role/two",
        "role/one,two",
        ",".join(["role/one"] * 11),
        # A mixture.
        "role/one,arn:aws:iam::123456789012:role/two",
        "arn:aws:iam::123456789012:role/one,role/two",
        "role/one,user/arn:aws:iam::123456789012:role/two",
    ],
    "BackupBucket": ["Backups", "ab", "s3://backups", "b" * 64],
    "BackupBucketOwner": [
        "12345678901",
        "1234567890123",
        "alice",
        "arn:aws:iam::123456789012:root",
    ],
    "BackupKeyArn": ["alias/backups", "arn:aws:kms:eu-west-1:123456789012:alias/backups"],
    "AlarmEmail": ["security", "a b@example.com"],
    "AlarmTopicArn": ["pager", "arn:aws:sns:eu-west-1:123456789012:pager.fifo"],
    "RolePath": ["", "security/", "/security"],
    "PermissionsBoundaryArn": [
        "boundary",
        "role/boundary",
        "policy/",
        "policy/arn:aws:iam::123456789012:policy/boundary",
        "arn:aws:iam::123456789012:role/boundary",
    ],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in ALLOWED.items() for value in values]
)
def test_parameters_allow(template: Template, name: str, value: str) -> None:
    assert re.fullmatch(template["Parameters"][name]["AllowedPattern"], value)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values]
)
def test_parameters_refuse(template: Template, name: str, value: str) -> None:
    assert not re.fullmatch(template["Parameters"][name]["AllowedPattern"], value)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("RuleName", "x" * 65, '1 to 64 letters, digits, "-" or "_"'),
        ("DaysToExpiration", "3651", "not greater than 3650"),
        ("EveryHours", "2", "AllowedValues"),
        ("RefreshDays", "31", "not greater than 30"),
        ("UsageRegions", "eu-west-1;eu-west-2", "Must be region names separated by commas"),
        ("UsageExceptions", "elasticloadbalancingv2/mx-central-1", "Only AppSync can be excepted"),
        ("MaximumExceptionDays", "3651", "not greater than 3650"),
        ("Approvers", "alice", "up to ten ARNs of IAM users, roles or assumed roles"),
        ("Approvers", ",".join([APPROVER] * 11), "up to ten ARNs"),
        ("Approvers", f"user/alice,{APPROVER}", "Names and ARNs can't be mixed."),
        ("Approvers", ",".join(["user/alice"] * 11), "up to ten roles or users"),
        ("BackupBucketOwner", "alice", "an account id of 12 digits"),
        ("PermissionsBoundaryArn", "Boundary", "a policy of the account (policy/Name"),
        ("BackupBucket", "s3://backups", "the name of an S3 bucket"),
        ("BackupKeyArn", "alias/backups", "the ARN of a KMS key"),
        ("AlarmEmail", "ops", "an email address"),
        ("AlarmTopicArn", f"{TOPIC}.fifo", "the ARN of an SNS topic (not FIFO)"),
        ("RolePath", "security", 'begin and end with "/"'),
        ("MaximumAutomaticAttempts", "26", "not greater than 25"),
        ("RetryAttemptSeconds", "2678001", "not greater than 2678000"),
    ],
)
def test_what_is_outside_a_constraint_is_refused_with_the_reason(
    template: Template, name: str, value: str, reason: str
) -> None:
    with pytest.raises(TemplateError) as refused:
        Resolver(template, {name: value})
    assert name in str(refused.value)
    assert reason.lower() in str(refused.value).lower()


def test_every_pattern_has_been_tried(template: Template) -> None:
    patterns = {n for n, one in template["Parameters"].items() if "AllowedPattern" in one}
    assert patterns == ALLOWED.keys() == REFUSED.keys()


def test_every_region_of_every_partition_can_be_searched(template: Template) -> None:
    session = botocore.session.get_session()
    pattern = template["Parameters"]["UsageRegions"]["AllowedPattern"]
    for partition in session.get_available_partitions():
        for region in session.get_available_regions("elbv2", partition):
            assert re.fullmatch(pattern, region), region


def test_every_region_without_appsync_can_be_excepted(template: Template) -> None:
    session = botocore.session.get_session()
    pattern = template["Parameters"]["UsageExceptions"]["AllowedPattern"]
    for partition in session.get_available_partitions():
        everywhere = set(session.get_available_regions("elbv2", partition))
        for region in everywhere - set(session.get_available_regions("appsync", partition)):
            assert re.fullmatch(pattern, f"appsync/{region}"), region


def test_every_function_gets_the_regions_and_the_exceptions_of_the_stack(
    template: Template,
) -> None:
    chosen = {
        "UsageRegions": "eu-west-1",
        "UsageExceptions": "appsync/mx-central-1",
        "MaximumExceptionDays": "90",
    }
    existing = Resolver(template, chosen).resources()
    functions = resources(template, "AWS::Lambda::Function")
    assert len(functions) == 3
    for name in functions:
        variables = existing[name]["Environment"]["Variables"]
        assert variables["USAGE_REGIONS"] == "eu-west-1"
        assert variables["USAGE_EXCEPTIONS"] == "appsync/mx-central-1"
        assert variables["MAXIMUM_EXCEPTION_DAYS"] == "90"


# --- Conditions and rules -------------------------------------------------------------------------


def test_choices_are_refused_only_if_they_exclude_each_other(template: Template) -> None:
    for choices in all_choices():
        refusal = Resolver(template, choices.parameters).refusal()
        assert bool(refusal) == choices.exclude_each_other, choices


def test_automatic_removal_with_approvers_is_refused_with_the_reason(template: Template) -> None:
    parameters = Choices(automatic=True, approvers=True).parameters
    refusal = Resolver(template, parameters).refusal()
    assert "Automatic remediation can't be combined with Approvers" in refusal


def test_owner_or_key_without_a_bucket_is_refused_by_name(template: Template) -> None:
    for name, value in (("BackupBucketOwner", OWNER), ("BackupKeyArn", KEY)):
        refusal = Resolver(template, {name: value}).refusal()
        assert f"{name} requires BackupBucket, which is not set." in refusal
        assert not Resolver(template, {name: value, "BackupBucket": "backups"}).refusal()


@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
def test_names_are_completed_with_the_account_and_the_partition(
    template: Template, partition: str
) -> None:
    parameters = Choices(boundary=True, central=True, topic=True, foreign=True).parameters
    existing = Resolver(template, parameters, partition=partition).resources()
    for name in resources(template, "AWS::IAM::Role"):
        expected = f"arn:{partition}:iam::{ACCOUNT}:policy/boundary"
        assert existing[name]["PermissionsBoundary"] == expected
    other = Resolver(template, {"PermissionsBoundaryArn": "arn:aws:iam::aws:policy/Power"})
    boundary = other.resources()["RunbookRole"]["PermissionsBoundary"]
    assert boundary == "arn:aws:iam::aws:policy/Power"


def test_nothing_refers_to_what_does_not_exist_whatever_is_chosen(template: Template) -> None:
    for choices in possible_choices():
        resolver = Resolver(template, choices.parameters)
        resolver.resources()
        for output in template["Outputs"].values():
            if "Condition" not in output or resolver.condition(output["Condition"]):
                assert resolver.resolve(output["Value"])


def test_a_reference_to_what_does_not_exist_is_noticed(template: Template) -> None:
    resolver = Resolver(template, Choices(topic=True).parameters)
    with pytest.raises(TemplateError, match="Topic doesn't exist"):
        resolver.resolve({"Fn::GetAtt": ["Topic", "Arn"]})
    with pytest.raises(TemplateError, match="Nobody doesn't exist"):
        resolver.resolve({"Fn::Sub": "${Nobody}"})
    with pytest.raises(TemplateError, match="condition dependency Never"):
        resolver.resolve({"Fn::If": ["Never", 1, 2]})
    with pytest.raises(TemplateError, match="Aprovers"):
        Resolver(template, {"Aprovers": "x"})


def test_every_condition_can_be_true_and_false(template: Template) -> None:
    found: dict[str, set[bool]] = {name: set() for name in template["Conditions"]}
    for choices in possible_choices():
        resolver = Resolver(template, choices.parameters)
        for name, values in found.items():
            values.add(resolver.condition(name))
    assert [name for name, values in found.items() if values != {True, False}] == []


def test_no_choice_leaves_an_empty_list_or_text_in_a_resource(template: Template) -> None:
    for choices in possible_choices():
        for name, properties in Resolver(template, choices.parameters).resources().items():
            for path, text in texts(properties):
                # No regions named means all, no exceptions none; the runbook's texts have their own
                # checks.
                may_be_empty = path.endswith(("/USAGE_REGIONS", "/USAGE_EXCEPTIONS"))
                may_be_empty |= path.startswith("/Content")
                assert text or may_be_empty, f"{choices}: {name}{path}"


def test_alarms_go_to_the_topic_that_was_chosen(template: Template) -> None:
    for topic, expected in ((False, f"arn:aws:sns:eu-west-1:{ACCOUNT}:"), (True, TOPIC)):
        existing = Resolver(template, Choices(topic=topic, automatic=True).parameters).resources()
        assert ("Topic" in existing) is not topic
        targets = [
            existing[event]["Targets"][0]["Arn"]
            for event in ("NonCompliantEvent", "RunFailedEvent")
        ]
        for name in existing:
            if name.endswith("Alarm"):
                targets += existing[name]["AlarmActions"]
        assert len(targets) == 6
        assert all(target.startswith(expected) for target in targets)


ALARMS = ["EvaluateFailedAlarm", "NotEvaluatedAlarm", "ExpiredInUseAlarm", "UsageUnknownAlarm"]


@pytest.mark.parametrize(
    ("parameters", "alarms"),
    [
        ({}, ALARMS),
        ({"Alarms": "essential"}, ["NotEvaluatedAlarm"]),
        # AWS Config has the results by then, so no other alarm tells that the findings are missing.
        ({"Alarms": "essential", "SecurityHub": "true"}, ALARMS[:2]),
        ({"Alarms": "none"}, []),
        ({"Alarms": "none", "SecurityHub": "true"}, []),
        ({"CheckUsage": "false"}, ALARMS[:2]),
        ({"CheckUsage": "false", "Alarms": "essential"}, ["NotEvaluatedAlarm"]),
    ],
)
def test_alarms_are_those_of_the_level(
    template: Template, parameters: dict[str, str], alarms: list[str]
) -> None:
    existing = Resolver(template, parameters).resources()
    assert [name for name in existing if name.endswith("Alarm")] == alarms
    # The rule's function sends the metrics that they read, and no other.
    variables = existing["EvaluateFunction"]["Environment"]["Variables"]
    assert variables["ALARMS"] == parameters.get("Alarms", "all")
    # Messages are sent at every level.
    assert {"Topic", "TopicPolicy", "NonCompliantEvent"} <= existing.keys()


def test_failed_removals_are_told_where_nobody_waits(template: Template) -> None:
    for choices in possible_choices():
        existing = Resolver(template, choices.parameters).resources()
        assert ("RunFailedEvent" in existing) == (choices.automatic or choices.approvers)


def test_a_key_is_made_only_on_request(template: Template) -> None:
    for choices in (Choices(), Choices(topic=True)):
        existing = Resolver(template, choices.parameters).resources()
        assert "TopicKey" not in existing
        assert "KmsMasterKeyId" not in existing.get("Topic", {})
    existing = Resolver(template, Choices(encrypted=True).parameters).resources()
    assert existing["TopicKey"]["EnableKeyRotation"]
    assert existing["Topic"]["KmsMasterKeyId"] == "certsweep-TopicKey-1A2B3C4D"


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        (Choices(topic=True, email=True), "AlarmEmail works only with the stack's own topic."),
        (
            Choices(topic=True, encrypted=True),
            "EncryptAlarms works only with the stack's own topic.",
        ),
    ],
)
def test_an_address_and_a_key_are_for_the_stack_s_own_topic(
    template: Template, choices: Choices, reason: str
) -> None:
    assert reason in Resolver(template, choices.parameters).refusal()


# --- What the Java code and the template must agree on --------------------------------------------


def test_every_handler_exists(template: Template) -> None:
    for function in resources(template, "AWS::Lambda::Function").values():
        name, method = function["Handler"].split("::")
        assert f" {method}(" in (JAVA / f"{name.replace('.', '/')}.java").read_text()


def test_functions_read_the_environment_that_they_get(template: Template) -> None:
    # The audit is no function.
    sources = [one.read_text() for one in JAVA.rglob("*.java") if "audit" not in one.parts]
    java = "".join(source for source in sources if "getenv" in source)
    read = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)*)"', java))
    # Lambda itself sets those that begin with AWS_.
    read = {name for name in read if not name.startswith("AWS_")}
    assert read
    # The rule's function alone sends metrics.
    own = {"EvaluateFunction": {"ALARMS"}}
    for name, function in resources(template, "AWS::Lambda::Function").items():
        given = function["Environment"]["Variables"].keys()
        # The JVM reads its options itself.
        assert given - {"JAVA_TOOL_OPTIONS"} == read - {"ALARMS"} | own.get(name, set())


def test_alarms_watch_metrics_that_are_written(template: Template) -> None:
    written = (JAVA / "io/github/certsweep/rule/EmbeddedMetrics.java").read_text()
    alarms = resources(template, "AWS::CloudWatch::Alarm").values()
    own = [metric for metric in map(watched, alarms) if metric["Namespace"] != "AWS/Lambda"]
    assert len(own) == 3
    for metric in own:
        (dimension,) = metric["Dimensions"]
        for name in (metric["Namespace"], metric["MetricName"], dimension["Name"]):
            assert f'"{name}"' in written


def watched(alarm: dict[str, Any]) -> dict[str, Any]:
    """The metric that an alarm watches, with its period, by itself or in an expression."""
    if "Metrics" not in alarm:
        return alarm
    (stat,) = (one["MetricStat"] for one in alarm["Metrics"] if "MetricStat" in one)
    return {**stat["Metric"], "Period": stat["Period"]}


def test_alarms_look_at_a_week_at_most(template: Template) -> None:
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html:
    # seven days for periods of an hour or longer, else one day.
    for hours in template["Parameters"]["EveryHours"]["AllowedValues"]:
        for properties in Resolver(template, {"EveryHours": str(hours)}).resources().values():
            if "EvaluationPeriods" in properties:
                period = int(watched(properties)["Period"])
                longest = 604_800 if period >= 3600 else 86_400
                assert period * properties["EvaluationPeriods"] <= longest


def test_a_rule_that_has_not_run_for_two_periods_is_told_then_and_not_at_deployment(
    template: Template,
) -> None:
    for hours in template["Parameters"]["EveryHours"]["AllowedValues"]:
        existing = Resolver(template, {"EveryHours": str(hours)}).resources()
        alarm = existing["NotEvaluatedAlarm"]
        (expression,) = (one for one in alarm["Metrics"] if "Expression" in one)
        (metric,) = (one for one in alarm["Metrics"] if "MetricStat" in one)
        assert expression["Expression"] == f"FILL({metric['Id']}, 0)"
        assert metric["ReturnData"] is False
        assert (alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (2, "breaching")
        assert int(watched(alarm)["Period"]) == hours * 3600
        # As long as the alarm looks back; 2,880 is the most that CloudWatch takes.
        assert int(alarm["WarmUpConfiguration"]["WarmUpPeriodDurationInMinutes"]) == hours * 120


def test_alarms_of_what_a_run_found_end_with_the_next_run(template: Template) -> None:
    for name in ("ExpiredInUseAlarm", "UsageUnknownAlarm"):
        alarm = template["Resources"][name]["Properties"]
        # The maximum of a longer time would be that of the run before.
        assert alarm["Period"] * alarm["EvaluationPeriods"] <= 900
        # And between two runs nothing changes.
        assert alarm["TreatMissingData"] == "ignore"


def test_the_jvm_is_the_same_for_all_functions(template: Template) -> None:
    options = {
        function["Environment"]["Variables"]["JAVA_TOOL_OPTIONS"]
        for function in resources(template, "AWS::Lambda::Function").values()
    }
    assert len(options) == 1


# --- Every partition ------------------------------------------------------------------------------


def foreign(texts_of: Any) -> list[str]:
    """Texts that tie a template to a partition, a region, an account or an endpoint."""
    session = botocore.session.get_session()
    regions = {
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("config", partition)
    }
    found = []
    for path, text in texts(texts_of):
        bare = text.removesuffix(".amazonaws.com")
        if (
            re.search(r"arn:aws[a-z-]*:", text)
            or re.search(r"(?<![0-9])[0-9]{12}(?![0-9])", text)
            or any(re.search(rf"(?<![a-z]){region}(?![0-9])", text) for region in regions)
            or re.search(r"amazonaws|https?://", bare)
            # Principals are called the same everywhere: service.amazonaws.com.
            or (bare != text and not re.fullmatch(r"[a-z]+", bare))
        ):
            found.append(f"{path}: {text}")
    return found


def test_nothing_is_tied_to_a_partition_region_account_or_endpoint(template: Template) -> None:
    assert foreign(template["Resources"]) == []
    assert foreign(template["Outputs"]) == []
    assert foreign({n: one["Default"] for n, one in template["Parameters"].items()}) == []


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:iam::${AWS::AccountId}:role/x",
        "arn:${AWS::Partition}:sns:eu-west-1:${AWS::AccountId}:x",
        "arn:${AWS::Partition}:iam::123456789012:role/x",
        "https://example.com",
        "config.eu-west-1.amazonaws.com",
        "us-gov-west-1",
    ],
)
def test_what_is_tied_is_noticed(text: str) -> None:
    assert foreign({"Value": text}) != []


@pytest.mark.parametrize("region", PARTITIONS)
def test_all_arns_are_of_the_partition_it_is_deployed_in(template: Template, region: str) -> None:
    partition = PARTITIONS[region]
    everything = Resolver(template, partition=partition, region=region).resources()
    arns = [text for _, text in texts(everything) if text.startswith("arn:")]
    assert len(arns) > 20
    assert all(arn.startswith(f"arn:{partition}:") for arn in arns)


def test_a_template_with_tags_is_read_as_data() -> None:
    loaded = loads("A: !Ref B\nC: !GetAtt D.Arn\nE: !If [F, 1, 2]\n")
    assert loaded == {
        "A": {"Ref": "B"},
        "C": {"Fn::GetAtt": ["D", "Arn"]},
        "E": {"Fn::If": ["F", 1, 2]},
    }
