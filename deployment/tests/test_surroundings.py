import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ..account import Account
from ..findings import Finding, Level
from ..surroundings import (
    AWS_RULE,
    CHECKS,
    Wish,
    alarm_topic,
    approval_topic,
    aws_rules,
    backup_bucket,
    deployment_bucket,
    other_regions,
    recorder,
    rule_name,
    runtime,
    security_hub,
    stack,
    usage_exceptions,
    usage_regions,
)
from .conftest import NUMBER, REGION, FakeSession

RULE = "iam-server-certificate-expiration"
KEY = f"arn:aws:kms:{REGION}:{NUMBER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def wish(bucket: str = "", **parameters: str) -> Wish:
    return Wish("certsweep", bucket, {"RuleName": RULE, **parameters})


def only(findings: Iterator[Finding]) -> Finding:
    (finding,) = findings
    return finding


# --- Recorder -------------------------------------------------------------------------------------


def recorders(session: FakeSession, *statuses: dict[str, Any]) -> None:
    session.stub("config").add_response(
        "describe_configuration_recorder_status", {"ConfigurationRecordersStatus": list(statuses)}
    )


def test_a_recorder_that_records_is_fine(session: FakeSession, account: Account) -> None:
    recorders(session, {"name": "default", "recording": True, "lastStatus": "SUCCESS"})
    finding = only(recorder(account, wish()))
    assert finding.level is Level.OK
    assert "is recording in eu-west-1" in finding.text


def test_a_missing_recorder_is_missing(session: FakeSession, account: Account) -> None:
    recorders(session)
    finding = only(recorder(account, wish()))
    assert finding.level is Level.MISSING
    assert "no configuration recorder in eu-west-1" in finding.text
    assert "Turn on AWS Config" in finding.remedy


def test_a_recorder_that_a_service_keeps_for_itself_does_not_count(
    session: FakeSession, account: Account
) -> None:
    status = {
        "name": "x",
        "recording": True,
        "servicePrincipal": "observabilityadmin.amazonaws.com",
    }
    recorders(session, status)
    assert "no configuration recorder" in only(recorder(account, wish())).text


def test_a_recorder_that_stands_still_is_missing(session: FakeSession, account: Account) -> None:
    recorders(session, {"name": "default", "recording": False})
    finding = only(recorder(account, wish()))
    assert finding.level is Level.MISSING
    assert "default is not recording" in finding.text
    assert "start-configuration-recorder --configuration-recorder-name default" in finding.remedy


def test_a_recorder_that_failed_last_is_a_warning(session: FakeSession, account: Account) -> None:
    recorders(
        session,
        {
            "name": "default",
            "recording": True,
            "lastStatus": "FAILURE",
            "lastErrorMessage": "no bucket",
        },
    )
    finding = only(recorder(account, wish()))
    assert finding.level is Level.WARNING
    assert "last reported a failure: no bucket" in finding.text


# --- Buckets --------------------------------------------------------------------------------------


def test_without_a_bucket_the_deployment_bucket_is_not_checked(account: Account) -> None:
    finding = only(deployment_bucket(account, wish()))
    assert finding.level is Level.NOTE
    assert "BUCKET=" in finding.text


def test_a_deployment_bucket_of_the_region_is_fine(session: FakeSession, account: Account) -> None:
    answer = {"BucketRegion": REGION}
    session.stub("s3").add_response("head_bucket", answer, {"Bucket": "artifacts"})
    assert only(deployment_bucket(account, wish("artifacts"))).level is Level.OK


def test_a_deployment_bucket_of_another_region_is_refused_with_the_choices(
    session: FakeSession, account: Account
) -> None:
    session.stub("s3").add_response("head_bucket", {"BucketRegion": "us-east-1"})
    finding = only(deployment_bucket(account, wish("artifacts")))
    assert finding.level is Level.MISSING
    assert "is in us-east-1" in finding.text
    assert "AWS_REGION=us-east-1" in finding.remedy


def test_a_deployment_bucket_of_unknown_region_is_a_warning(
    session: FakeSession, account: Account
) -> None:
    session.stub("s3").add_response("head_bucket", {})
    finding = only(deployment_bucket(account, wish("artifacts")))
    assert finding.level is Level.WARNING
    assert "its region is unknown" in finding.text


BUCKET_ERRORS = {
    "404": ("does not exist", "aws s3 mb s3://"),
    "403": ("belongs to another account, or you may not read", f"account {NUMBER}"),
    "400": ("can't be reached", "Check its name"),
}


@pytest.mark.parametrize("code", BUCKET_ERRORS)
def test_a_deployment_bucket_that_cannot_be_reached_is_missing(
    session: FakeSession, account: Account, code: str
) -> None:
    text, remedy = BUCKET_ERRORS[code]
    session.stub("s3").add_client_error("head_bucket", code)
    finding = only(deployment_bucket(account, wish("artifacts")))
    assert finding.level is Level.MISSING
    assert text in finding.text
    assert "deployment bucket artifacts" in finding.text
    assert remedy in finding.remedy


@pytest.mark.parametrize("code", BUCKET_ERRORS)
def test_a_backup_bucket_that_cannot_be_reached_is_missing(
    session: FakeSession, account: Account, code: str
) -> None:
    session.stub("s3").add_client_error("head_bucket", code)
    finding = only(backup_bucket(account, wish(BackupBucket="backups")))
    assert finding.level is Level.MISSING
    assert BUCKET_ERRORS[code][0] in finding.text
    assert "backup bucket backups" in finding.text


def test_no_backup_bucket_is_no_matter(account: Account) -> None:
    assert list(backup_bucket(account, wish(BackupBucket=""))) == []


def encryption(session: FakeSession, **default: str) -> None:
    request = {"Bucket": "backups", "ExpectedBucketOwner": NUMBER}
    session.stub("s3").add_response("head_bucket", {}, request)
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
    answer = {"ServerSideEncryptionConfiguration": rules}
    session.stub("s3").add_response("get_bucket_encryption", answer, request)


def test_a_backup_bucket_of_this_account_is_fine(session: FakeSession, account: Account) -> None:
    encryption(session, SSEAlgorithm="AES256")
    finding = only(backup_bucket(account, wish(BackupBucket="backups")))
    assert finding.level is Level.OK
    session.assert_all_asked()


def test_a_backup_bucket_with_a_key_of_its_own_needs_the_key_as_a_parameter(
    session: FakeSession, account: Account
) -> None:
    encryption(session, SSEAlgorithm="aws:kms", KMSMasterKeyID=KEY)
    _, finding = backup_bucket(account, wish(BackupBucket="backups"))
    assert finding.level is Level.WARNING
    assert KEY in finding.text
    assert "BackupKeyArn" in finding.remedy


def test_a_backup_bucket_whose_key_was_given_is_fine(
    session: FakeSession, account: Account
) -> None:
    encryption(session, SSEAlgorithm="aws:kms", KMSMasterKeyID=KEY)
    finding = only(backup_bucket(account, wish(BackupBucket="backups", BackupKeyArn=KEY)))
    assert finding.level is Level.OK


def test_a_backup_bucket_without_default_encryption_is_fine(
    session: FakeSession, account: Account
) -> None:
    session.stub("s3").add_response("head_bucket", {})
    session.stub("s3").add_client_error(
        "get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError"
    )
    assert only(backup_bucket(account, wish(BackupBucket="backups"))).level is Level.OK


# --- Stack and rule -------------------------------------------------------------------------------


def stack_in(session: FakeSession, status: str) -> None:
    found = {"StackName": "certsweep", "CreationTime": "2026-01-01", "StackStatus": status}
    session.stub("cloudformation").add_response(
        "describe_stacks", {"Stacks": [found]}, {"StackName": "certsweep"}
    )


def test_a_new_stack_is_fine(session: FakeSession, account: Account) -> None:
    session.stub("cloudformation").add_client_error("describe_stacks", "ValidationError")
    assert "is new" in only(stack(account, wish())).text


@pytest.mark.parametrize("name", ["aws-certsweep", "AmazonCertsweep", "amzn"])
def test_a_name_that_systems_manager_reserves_is_refused(
    session: FakeSession, account: Account, name: str
) -> None:
    session.stub("cloudformation").add_client_error("describe_stacks", "ValidationError")
    reserved, _ = stack(account, Wish(name, "", {"RuleName": RULE}))
    assert reserved.level is Level.MISSING
    assert name in reserved.text


@pytest.mark.parametrize(
    ("status", "level", "words"),
    [
        ("CREATE_COMPLETE", Level.OK, "can be updated"),
        ("UPDATE_ROLLBACK_COMPLETE", Level.OK, "can be updated"),
        ("REVIEW_IN_PROGRESS", Level.OK, "can be updated"),
        ("ROLLBACK_COMPLETE", Level.MISSING, "can't be updated"),
        ("DELETE_FAILED", Level.MISSING, "can't be updated"),
        ("UPDATE_IN_PROGRESS", Level.MISSING, "is changing"),
    ],
)
def test_a_stack_that_is_there_is_judged_by_its_status(
    session: FakeSession, account: Account, status: str, level: Level, words: str
) -> None:
    stack_in(session, status)
    finding = only(stack(account, wish()))
    assert finding.level is level
    assert words in finding.text
    assert bool(finding.remedy) == (level is Level.MISSING)


def test_a_denied_look_at_the_stack_is_an_error(session: FakeSession, account: Account) -> None:
    session.stub("cloudformation").add_client_error("describe_stacks", "AccessDenied")
    with pytest.raises(ClientError):
        list(stack(account, wish()))


def has_rule(session: FakeSession, region: str = REGION) -> None:
    session.stub("config", region).add_response(
        "describe_config_rules",
        {"ConfigRules": [{"ConfigRuleName": RULE, "Source": {"Owner": "CUSTOM_LAMBDA"}}]},
        {"ConfigRuleNames": [RULE]},
    )


def has_no_rule(session: FakeSession, region: str = REGION) -> None:
    session.stub("config", region).add_client_error(
        "describe_config_rules", "NoSuchConfigRuleException"
    )


def test_a_name_that_is_free_is_fine(session: FakeSession, account: Account) -> None:
    has_no_rule(session)
    assert "is available" in only(rule_name(account, wish())).text


def test_a_name_that_the_stack_itself_has_is_fine(session: FakeSession, account: Account) -> None:
    has_rule(session)
    detail = {
        "LogicalResourceId": "ConfigRule",
        "PhysicalResourceId": RULE,
        "ResourceType": "AWS::Config::ConfigRule",
        "LastUpdatedTimestamp": "2026-01-01",
        "ResourceStatus": "CREATE_COMPLETE",
    }
    session.stub("cloudformation").add_response(
        "describe_stack_resource", {"StackResourceDetail": detail}
    )
    assert "belongs to this stack" in only(rule_name(account, wish())).text


def test_a_name_that_another_has_is_refused_with_the_choices(
    session: FakeSession, account: Account
) -> None:
    has_rule(session)
    session.stub("cloudformation").add_client_error("describe_stack_resource", "ValidationError")
    finding = only(rule_name(account, wish()))
    assert finding.level is Level.MISSING
    assert f"rule {RULE} already exists in {REGION}" in finding.text
    assert "RuleName" in finding.remedy


# --- Double counting ------------------------------------------------------------------------------


def rules(session: FakeSession, *found: dict[str, Any]) -> None:
    session.stub("config").add_response("describe_config_rules", {"ConfigRules": list(found)})


def aws_rule(**more: str) -> dict[str, Any]:
    source = {"Owner": "AWS", "SourceIdentifier": AWS_RULE}
    return {"ConfigRuleName": "aws-expiration", "Source": source, **more}


def test_without_awss_own_rule_nothing_is_counted_twice(
    session: FakeSession, account: Account
) -> None:
    rules(session, {"ConfigRuleName": RULE, "Source": {"Owner": "CUSTOM_LAMBDA"}})
    assert only(aws_rules(account, wish())).level is Level.OK


def test_awss_own_rule_is_a_warning_that_names_it(session: FakeSession, account: Account) -> None:
    rules(session, aws_rule())
    finding = only(aws_rules(account, wish()))
    assert finding.level is Level.WARNING
    assert "aws-expiration" in finding.text


def test_the_rule_that_security_hub_made_is_left_to_its_control(
    session: FakeSession, account: Account
) -> None:
    rules(session, aws_rule(CreatedBy="securityhub.amazonaws.com"))
    assert only(aws_rules(account, wish())).level is Level.OK


def controls(session: FakeSession, *states: str) -> None:
    found = [
        {
            "StandardsArn": f"arn:aws:securityhub:{REGION}::standards/cis/v/{number}.0.0",
            "SecurityControlId": "IAM.26",
            "SecurityControlArn": f"arn:aws:securityhub:{REGION}:{NUMBER}:security-control/IAM.26",
            "AssociationStatus": state,
        }
        for number, state in enumerate(states, 1)
    ]
    session.stub("securityhub").add_response(
        "list_standards_control_associations",
        {"StandardsControlAssociationSummaries": found},
        {"SecurityControlId": "IAM.26"},
    )


def test_security_hubs_control_is_a_warning_that_names_the_standard(
    session: FakeSession, account: Account
) -> None:
    controls(session, "DISABLED", "ENABLED")
    finding = only(security_hub(account, wish()))
    assert finding.level is Level.WARNING
    assert "IAM.26 is on (standards/cis/v/2.0.0)" in finding.text


def test_a_disabled_control_is_fine(session: FakeSession, account: Account) -> None:
    controls(session, "DISABLED")
    assert only(security_hub(account, wish())).level is Level.OK


def test_without_security_hub_its_control_is_off(session: FakeSession, account: Account) -> None:
    session.stub("securityhub").add_client_error(
        "list_standards_control_associations", "InvalidAccessException"
    )
    assert only(security_hub(account, wish())).level is Level.OK


def test_a_denied_question_to_security_hub_is_an_error(
    session: FakeSession, account: Account
) -> None:
    session.stub("securityhub").add_client_error(
        "list_standards_control_associations", "AccessDeniedException"
    )
    with pytest.raises(ClientError):
        list(security_hub(account, wish()))


# --- Other regions --------------------------------------------------------------------------------

OTHERS = ["eu-central-1", "us-east-1"]


def enabled(session: FakeSession, *regions: str) -> None:
    found = [{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in regions]
    session.stub("account").add_response(
        "list_regions",
        {"Regions": found},
        {"RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"]},
    )


def test_no_rule_in_another_region_is_fine(session: FakeSession, account: Account) -> None:
    enabled(session, REGION, *OTHERS)
    for region in OTHERS:
        has_no_rule(session, region)
    assert "any other region (2 in all)" in only(other_regions(account, wish())).text
    session.assert_all_asked()


def test_a_rule_in_another_region_is_a_warning_that_names_it(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION, *OTHERS)
    has_rule(session, "eu-central-1")
    has_no_rule(session, "us-east-1")
    finding = only(other_regions(account, wish()))
    assert finding.level is Level.WARNING
    assert "also exists in eu-central-1" in finding.text


def denied(session: FakeSession, region: str) -> None:
    session.stub("config", region).add_client_error(
        "describe_config_rules", "AccessDeniedException", "explicit deny in a policy"
    )


def test_a_denied_region_is_a_hint_to_name_the_regions_to_search(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION, *OTHERS)
    denied(session, "us-east-1")
    has_no_rule(session, "eu-central-1")
    _, finding = other_regions(account, wish(UsageRegions=""))
    assert finding.level is Level.WARNING
    assert "may not call AWS Config in us-east-1" in finding.text
    assert "UsageRegions=" in finding.remedy


def test_a_denied_region_is_no_matter_once_the_regions_are_named(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION, "us-east-1")
    denied(session, "us-east-1")
    assert only(other_regions(account, wish(UsageRegions="eu-west-1"))).level is Level.OK


def test_a_region_that_fails_hides_no_other(session: FakeSession, account: Account) -> None:
    enabled(session, REGION, *OTHERS)
    session.stub("config", "us-east-1").add_client_error("describe_config_rules", "InternalFailure")
    has_rule(session, "eu-central-1")
    found, failed = other_regions(account, wish())
    assert "also exists in eu-central-1" in found.text
    assert "Could not call AWS Config in us-east-1" in failed.text


def test_a_region_to_search_that_does_not_exist_is_missing(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION, *OTHERS)
    finding = only(usage_regions(account, wish(UsageRegions=f"{REGION}, eu-wset-1")))
    assert finding.level is Level.MISSING
    assert "names eu-wset-1." in finding.text


def test_regions_to_search_that_exist_are_fine(session: FakeSession, account: Account) -> None:
    enabled(session, REGION, *OTHERS)
    assert list(usage_regions(account, wish(UsageRegions=f"us-east-1, {REGION}"))) == []


def test_nobody_is_asked_for_regions_if_none_is_named(account: Account) -> None:
    assert list(usage_regions(account, wish(UsageRegions=""))) == []


# A region where AWS does not offer AppSync, as botocore knows it too.
WITHOUT_APPSYNC = "mx-central-1"


def test_exceptions_where_appsync_is_not_offered_are_fine(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION, WITHOUT_APPSYNC)
    pair = f"appsync/{WITHOUT_APPSYNC}"
    assert list(usage_exceptions(account, wish(UsageExceptions=f" {pair} ,{pair}"))) == []
    session.assert_all_asked()


def test_an_exception_in_a_region_that_is_named_is_fine_whatever_is_enabled(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION)
    chosen = wish(
        UsageExceptions=f"appsync/{WITHOUT_APPSYNC}", UsageRegions=f"{REGION}, {WITHOUT_APPSYNC}"
    )
    assert list(usage_exceptions(account, chosen)) == []


@pytest.mark.parametrize(
    "pair",
    [
        f"elasticloadbalancing/{WITHOUT_APPSYNC}",
        f"elasticloadbalancingv2/{WITHOUT_APPSYNC}",
        "cloudfront/us-east-1",
        f"AppSync/{WITHOUT_APPSYNC}",
        WITHOUT_APPSYNC,
    ],
)
def test_an_exception_of_another_service_is_refused_beside_one_that_is_fine(
    session: FakeSession, account: Account, pair: str
) -> None:
    enabled(session, REGION, WITHOUT_APPSYNC)
    named = f"appsync/{WITHOUT_APPSYNC}, {pair}"
    finding = only(usage_exceptions(account, wish(UsageExceptions=named)))
    assert finding.level is Level.MISSING
    assert pair in finding.text
    assert f"appsync/{WITHOUT_APPSYNC}" not in finding.text
    assert "Name only appsync, in regions where" in finding.remedy


def test_an_exception_where_aws_offers_appsync_is_refused(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION, WITHOUT_APPSYNC)
    finding = only(usage_exceptions(account, wish(UsageExceptions=f"appsync/{REGION}")))
    assert finding.level is Level.MISSING
    assert f"in {REGION}, where AWS offers it" in finding.text
    assert "UsageRegions" in finding.remedy


def test_an_exception_that_is_refused_is_not_said_to_do_nothing_too(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION)
    finding = only(usage_exceptions(account, wish(UsageExceptions="appsync/us-east-1")))
    assert "where AWS offers it" in finding.text


@pytest.mark.parametrize(
    ("regions", "chosen"),
    [([REGION, *OTHERS], {}), ([REGION, WITHOUT_APPSYNC], {"UsageRegions": REGION})],
    ids=["a region that is not enabled", "a region that is not named"],
)
def test_an_exception_that_does_nothing_is_a_warning(
    session: FakeSession, account: Account, regions: list[str], chosen: dict[str, str]
) -> None:
    enabled(session, *regions)
    pair = f"appsync/{WITHOUT_APPSYNC}"
    finding = only(usage_exceptions(account, wish(UsageExceptions=pair, **chosen)))
    assert finding.level is Level.WARNING
    assert f"in {WITHOUT_APPSYNC}, which is not searched" in finding.text
    assert "has no effect" in finding.text


def test_nobody_is_asked_for_regions_if_nothing_is_excepted(account: Account) -> None:
    assert list(usage_exceptions(account, wish(UsageExceptions=""))) == []
    assert list(usage_exceptions(account, wish())) == []


def test_every_check_of_the_surroundings_is_made() -> None:
    assert {usage_regions, usage_exceptions} <= set(CHECKS)


def test_where_regions_cannot_be_listed_all_of_the_partition_are_asked(
    session: FakeSession,
) -> None:
    caller = f"arn:aws-us-gov:iam::{NUMBER}:user/deployer"
    account = Account(session, NUMBER, "aws-us-gov", "us-gov-west-1", caller)
    session.stub("account", "us-gov-west-1").add_client_error("list_regions", "AccessDenied")
    session.stub("config", "us-gov-east-1").add_client_error(
        "describe_config_rules", "UnrecognizedClientException"
    )
    # Not enabled: neither denied nor failed.
    assert "any other region (1 in all)" in only(other_regions(account, wish())).text
    session.assert_all_asked()


# --- Approval and runtime -------------------------------------------------------------------------

TOPIC = f"arn:aws:sns:{REGION}:{NUMBER}:"


@pytest.mark.parametrize(
    ("approvers", "topic", "warns"),
    [
        ("arn", TOPIC + "pager", True),
        ("arn", TOPIC + "Automation-pager", False),
        ("arn", "", False),
        ("", TOPIC + "pager", False),
    ],
)
def test_a_topic_for_approvals_should_be_named_so(
    account: Account, approvers: str, topic: str, warns: bool
) -> None:
    found = list(approval_topic(account, wish(Approvers=approvers, AlarmTopicArn=topic)))
    assert [finding.level for finding in found] == [Level.WARNING] * warns


TOPIC = f"arn:aws:sns:{REGION}:{NUMBER}:Automation-pager"


def topic(session: FakeSession, *services: str, key: str = "", effect: str = "Allow") -> None:
    """A topic whose policy names these services."""
    statement = {"Effect": effect, "Action": "sns:Publish", "Resource": TOPIC}
    statements = [statement | {"Principal": {"Service": list(services)}}] if services else []
    attributes = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}
    if key:
        attributes["KmsMasterKeyId"] = key
    session.stub("sns").add_response(
        "get_topic_attributes", {"Attributes": attributes}, {"TopicArn": TOPIC}
    )


PUBLISHERS = ("cloudwatch.amazonaws.com", "events.amazonaws.com")


def test_no_topic_is_looked_at_if_none_is_named(account: Account) -> None:
    assert list(alarm_topic(account, wish())) == []


def test_a_topic_of_another_region_is_missing(account: Account) -> None:
    elsewhere = TOPIC.replace(REGION, "us-east-1")
    finding = only(alarm_topic(account, wish(AlarmTopicArn=elsewhere)))
    assert finding.level is Level.MISSING
    assert "is in us-east-1" in finding.text


def test_a_topic_that_lets_in_both_is_good(session: FakeSession, account: Account) -> None:
    topic(session, *PUBLISHERS)
    assert only(alarm_topic(account, wish(AlarmTopicArn=TOPIC))).level is Level.OK


@pytest.mark.parametrize(
    ("services", "effect", "closed"),
    [
        (PUBLISHERS[:1], "Allow", "events.amazonaws.com"),
        (PUBLISHERS[1:], "Allow", "cloudwatch.amazonaws.com"),
        ((), "Allow", "cloudwatch.amazonaws.com and events.amazonaws.com"),
        (PUBLISHERS, "Deny", "cloudwatch.amazonaws.com and events.amazonaws.com"),
    ],
)
def test_a_topic_that_leaves_a_service_out_is_a_warning(
    session: FakeSession, account: Account, services: tuple[str, ...], effect: str, closed: str
) -> None:
    topic(session, *services, effect=effect)
    finding = only(alarm_topic(account, wish(AlarmTopicArn=TOPIC)))
    assert finding.level is Level.WARNING
    assert f"does not name {closed}." in finding.text


@pytest.mark.parametrize("key", ["alias/aws/sns", f"arn:aws:kms:{REGION}:{NUMBER}:alias/aws/sns"])
def test_a_topic_with_aws_s_own_key_lets_nobody_publish(
    session: FakeSession, account: Account, key: str
) -> None:
    topic(session, *PUBLISHERS, key=key)
    _, finding = alarm_topic(account, wish(AlarmTopicArn=TOPIC))
    assert finding.level is Level.MISSING
    assert "AWS managed key" in finding.text


@pytest.mark.parametrize("approvers", ["", f"arn:aws:iam::{NUMBER}:role/security"])
def test_who_needs_the_key_of_a_topic_is_a_note(
    session: FakeSession, account: Account, approvers: str
) -> None:
    topic(session, *PUBLISHERS, key=KEY)
    _, finding = alarm_topic(account, wish(AlarmTopicArn=TOPIC, Approvers=approvers))
    assert finding.level is Level.NOTE
    assert KEY in finding.text
    assert ("RunbookRoleArn" in finding.text) == bool(approvers)


def test_a_topic_that_is_not_there_is_missing(session: FakeSession, account: Account) -> None:
    session.stub("sns").add_client_error("get_topic_attributes", "NotFound")
    finding = only(alarm_topic(account, wish(AlarmTopicArn=TOPIC)))
    assert finding.level is Level.MISSING
    assert TOPIC in finding.text


def test_a_topic_that_may_not_be_looked_at_is_not_checked(
    session: FakeSession, account: Account
) -> None:
    session.stub("sns").add_client_error("get_topic_attributes", "AuthorizationError")
    with pytest.raises(ClientError):
        list(alarm_topic(account, wish(AlarmTopicArn=TOPIC)))


def test_the_runtime_is_a_note(account: Account) -> None:
    finding = only(runtime(account, wish()))
    assert finding.level is Level.NOTE
    assert "java25 in eu-west-1" in finding.text
