"""The checks of what a deployment finds in the account. They only read.

Each takes the account and what is wished for, and gives what it found. It may fail with any AWS
error: that is reported as not checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .account import Account, code_of, is_denial
from .findings import Finding, missing, note, ok, warning

AWS_RULE = "IAM_SERVER_CERTIFICATE_EXPIRATION_CHECK"
SECURITY_HUB_CONTROL = "IAM.26"

# A region that isn't enabled for the account knows nobody's credentials.
_NOT_ENABLED = {
    "AuthFailure",
    "InvalidClientTokenId",
    "OptInRequired",
    "UnrecognizedClientException",
}
# CloudFormation can only delete a stack in these.
_DEAD = {"CREATE_FAILED", "DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
_REGIONS_AT_ONCE = 10
# How names of documents may not begin, and the runbook's begins with the stack's:
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
_RESERVED = ("aws", "amazon", "amzn")
# The one service that the search takes exceptions of: AWS offers the others in every region.
_EXCEPTED = "appsync"
# What publishes to the topic, besides the runbook.
_PUBLISHERS = ("cloudwatch.amazonaws.com", "events.amazonaws.com")


@dataclass(frozen=True)
class Wish:
    """What is to be deployed."""

    stack: str
    bucket: str = ""
    # The template's parameters: its defaults, and what was given.
    parameters: dict[str, str] = field(default_factory=dict)


def recorder(account: Account, _: Wish) -> Iterator[Finding]:
    """AWS Config takes and evaluates rules only where a recorder records."""
    client = account.client("config")
    answer = client.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    # Recorders that services keep for themselves don't count.
    recorders = [one for one in answer if not one.get("servicePrincipal")]
    if not recorders:
        yield missing(
            f"AWS Config has no configuration recorder in {account.region}. It accepts no rule "
            "without one.",
            f"Turn on AWS Config in {account.region} (AWS Config, Get started), or deploy in a "
            "region where it is on.",
        )
    for one in recorders:
        if not one["recording"]:
            yield missing(
                f"The configuration recorder {one['name']} is not recording.",
                "aws configservice start-configuration-recorder --configuration-recorder-name "
                f"{one['name']}",
            )
        elif str(one.get("lastStatus", "")).upper() == "FAILURE":
            reason = one.get("lastErrorMessage") or one.get("lastErrorCode") or "no reason given"
            yield warning(
                f"The configuration recorder {one['name']} last reported a failure: {reason}",
                "Check its delivery channel and role in the settings of AWS Config.",
            )
        else:
            yield ok(f"AWS Config is recording in {account.region} ({one['name']}).")


def deployment_bucket(account: Account, wish: Wish) -> Iterator[Finding]:
    """The bucket that the functions' code is uploaded to; Lambda wants it in its own region."""
    if not wish.bucket:
        yield note("The deployment bucket was not checked. Name it with BUCKET=...")
        return
    try:
        answer = account.client("s3").head_bucket(Bucket=wish.bucket)
    except ClientError as error:
        yield _unreachable(wish.bucket, "deployment bucket", error, account)
        return
    region = answer.get("BucketRegion") or _region_in(answer)
    if region == account.region:
        yield ok(f"The deployment bucket {wish.bucket} is in {region}.")
    elif not region:
        yield warning(f"The deployment bucket {wish.bucket} exists, but its region is unknown.")
    else:
        yield missing(
            f"The deployment bucket {wish.bucket} is in {region}. Lambda accepts code only from "
            f"buckets in {account.region}.",
            f"Name another BUCKET, or set AWS_REGION={region} to deploy there.",
        )


def backup_bucket(account: Account, wish: Wish) -> Iterator[Finding]:
    """The bucket that certificates are written to before they are deleted."""
    bucket = wish.parameters.get("BackupBucket", "")
    if not bucket:
        return
    client, owner = account.client("s3"), account.number
    try:
        client.head_bucket(Bucket=bucket, ExpectedBucketOwner=owner)
    except ClientError as error:
        yield _unreachable(bucket, "backup bucket", error, account)
        return
    yield ok(f"The backup bucket {bucket} belongs to account {owner}.")
    for key in _keys_of(client, bucket, owner):
        if not wish.parameters.get("BackupKeyArn"):
            yield warning(
                f"The backup bucket is encrypted with the KMS key {key}. Without permission to use "
                "this key, every backup fails and nothing is removed.",
                "Set the parameter BackupKeyArn to the key's ARN.",
            )


def _keys_of(client: Any, bucket: str, owner: str) -> list[str]:
    """The KMS keys of a bucket's default encryption that are not AWS's own."""
    try:
        answer = client.get_bucket_encryption(Bucket=bucket, ExpectedBucketOwner=owner)
    except ClientError as error:
        if code_of(error) == "ServerSideEncryptionConfigurationNotFoundError":
            return []
        raise
    rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
    keys = [
        rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID", "")
        for rule in rules
    ]
    return [key for key in keys if key and not key.endswith("alias/aws/s3")]


def _unreachable(bucket: str, role: str, error: ClientError, account: Account) -> Finding:
    code = code_of(error)
    if code in ("404", "NoSuchBucket"):
        return missing(
            f"The {role} {bucket} does not exist.",
            f"aws s3 mb s3://{bucket} --region {account.region}",
        )
    if is_denial(error):
        return missing(
            f"The {role} {bucket} belongs to another account, or you may not read it.",
            f"Name a bucket of account {account.number}, or ask for s3:ListBucket on it.",
        )
    return missing(f"The {role} {bucket} can't be reached: {error}", "Check its name and region.")


def _region_in(answer: dict[str, Any]) -> str:
    return str(
        answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("x-amz-bucket-region", "")
    )


def stack(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the stack can be created or updated."""
    if wish.stack.lower().startswith(_RESERVED):
        yield missing(
            f"Systems Manager reserves the name that the runbook of the stack {wish.stack} would "
            "get.",
            f"Choose a STACK name that does not begin with {', '.join(_RESERVED)}.",
        )
    try:
        found = account.client("cloudformation").describe_stacks(StackName=wish.stack)["Stacks"][0]
    except ClientError as error:
        if code_of(error) != "ValidationError":
            raise
        yield ok(f"The stack {wish.stack} is new.")
        return
    status = found["StackStatus"]
    if status in _DEAD:
        yield missing(
            f"The stack {wish.stack} can't be updated: its status is {status}.",
            f"Run make undeploy STACK={wish.stack}, then deploy again.",
        )
    elif status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        yield missing(f"The stack {wish.stack} is changing: {status}.", "Wait until it is done.")
    else:
        yield ok(f"The stack {wish.stack} exists ({status}) and can be updated.")


def rule_name(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the rule's name is free in this region."""
    name = wish.parameters["RuleName"]
    if not _has_rule(account, name, account.region):
        yield ok(f"The rule name {name} is available.")
    elif _rule_of_stack(account, wish.stack) == name:
        yield ok(f"The rule {name} belongs to this stack.")
    else:
        yield missing(
            f"A Config rule {name} already exists in {account.region}. It does not belong to the "
            f"stack {wish.stack}.",
            "Remove that rule, name the STACK that it belongs to, or set the parameter RuleName.",
        )


def other_regions(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the rule runs elsewhere too, and which regions can't be asked."""
    name = wish.parameters["RuleName"]
    regions = [region for region in _regions(account) if region != account.region]

    def look(region: str) -> bool | Exception:
        try:
            return _has_rule(account, name, region)
        except (BotoCoreError, ClientError) as error:
            found: Exception = error
            return found

    with ThreadPoolExecutor(_REGIONS_AT_ONCE) as pool:
        answers = dict(zip(regions, pool.map(look, regions), strict=True))
    found = [region for region, answer in answers.items() if answer is True]
    denied = [region for region, answer in answers.items() if _is_denied(answer)]
    failed = {
        region: answer
        for region, answer in answers.items()
        if isinstance(answer, Exception) and not _is_denied(answer) and not _is_off(answer)
    }
    if found:
        yield warning(
            f"A Config rule {name} also exists in {', '.join(found)}. IAM is global, so each "
            "certificate would be reported and charged once for each region.",
            "Keep one of them, and remove the others: AWS_REGION=... make undeploy",
        )
    else:
        yield ok(f"No rule {name} was found in any other region ({len(regions)} in all).")
    if denied and not wish.parameters.get("UsageRegions"):
        yield warning(
            f"You may not call AWS Config in {', '.join(denied)}. If an organization policy denies "
            "these regions, the functions can't search them either. If a region can't be searched, "
            "no certificate is removed.",
            "If so, list the regions to search: PARAMETERS='UsageRegions=...'",
        )
    for region, error in failed.items():
        yield warning(f"Could not call AWS Config in {region}: {error}")


def usage_regions(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the regions to search exist: one that doesn't keeps every certificate."""
    wanted = set(_listed(wish.parameters.get("UsageRegions", "")))
    unknown = sorted(wanted - set(_regions(account))) if wanted else []
    if unknown:
        yield missing(
            f"UsageRegions names {', '.join(unknown)}. This account has not enabled that, or AWS "
            "does not have it. If a region can't be searched, no certificate is removed.",
            "Correct the name, or leave it out.",
        )


def usage_exceptions(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the functions will take the exceptions: refused ones end every run with an error."""
    pairs = [pair.partition("/") for pair in _listed(wish.parameters.get("UsageExceptions", ""))]
    if not pairs:
        return
    others = sorted(f"{service}/{region}" for service, _, region in pairs if service != _EXCEPTED)
    regions = {region for service, _, region in pairs if service == _EXCEPTED}
    session = account.session
    offered = regions & set(session.get_available_regions(_EXCEPTED, account.partition))
    if others:
        yield missing(
            f"UsageExceptions names {', '.join(others)}. The functions would refuse that and fail: "
            "load balancers and CloudFront can't be excepted.",
            f"Leave it out. Name only {_EXCEPTED}, in regions where AWS does not offer it.",
        )
    if offered:
        yield missing(
            f"UsageExceptions names {_EXCEPTED} in {', '.join(sorted(offered))}, where AWS offers "
            "it. The functions would refuse that and fail.",
            "Leave it out. If a policy denies the region, list the others in UsageRegions.",
        )
    searched = set(_listed(wish.parameters.get("UsageRegions", ""))) or set(_regions(account))
    idle = sorted(regions - offered - searched)
    if idle:
        yield warning(
            f"UsageExceptions names {_EXCEPTED} in {', '.join(idle)}, which is not searched. This "
            "account has not enabled it, or UsageRegions does not name it. The exception has no "
            "effect.",
            "Correct the name, or leave it out.",
        )


def _listed(setting: str) -> list[str]:
    """What a parameter names, separated by commas."""
    named = [one.strip() for one in setting.split(",")]
    return [one for one in named if one]


def _is_denied(answer: bool | Exception) -> bool:
    return isinstance(answer, Exception) and is_denial(answer)


def _is_off(answer: Exception) -> bool:
    return isinstance(answer, ClientError) and code_of(answer) in _NOT_ENABLED


def _regions(account: Account) -> list[str]:
    """The regions that are enabled; all of the partition, if the account can't be asked."""
    try:
        pages = (
            account.client("account")
            .get_paginator("list_regions")
            .paginate(RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"])
        )
        return [region["RegionName"] for page in pages for region in page["Regions"]]
    except (BotoCoreError, ClientError):
        known: list[str] = account.session.get_available_regions("config", account.partition)
        return known


def _has_rule(account: Account, name: str, region: str) -> bool:
    try:
        account.client("config", region).describe_config_rules(ConfigRuleNames=[name])
    except ClientError as error:
        if code_of(error) == "NoSuchConfigRuleException":
            return False
        raise
    return True


def _rule_of_stack(account: Account, name: str) -> str:
    """The name of the stack's rule; empty if there is no such stack, or no rule in it."""
    try:
        answer = account.client("cloudformation").describe_stack_resource(
            StackName=name, LogicalResourceId="ConfigRule"
        )
    except ClientError as error:
        if code_of(error) == "ValidationError":
            return ""
        raise
    return str(answer["StackResourceDetail"].get("PhysicalResourceId", ""))


def aws_rules(account: Account, _: Wish) -> Iterator[Finding]:
    """AWS's own rule, which counts each certificate a second time."""
    pages = account.client("config").get_paginator("describe_config_rules").paginate()
    names = [
        rule["ConfigRuleName"]
        for page in pages
        for rule in page["ConfigRules"]
        # Those that Security Hub made are a matter of its control.
        if rule["Source"].get("SourceIdentifier") == AWS_RULE and not rule.get("CreatedBy")
    ]
    if names:
        yield warning(
            f"AWS's managed rule is on and also reports expired certificates: {', '.join(names)}.",
            "Delete it. Otherwise AWS Config shows each expired certificate twice.",
        )
    else:
        yield ok(
            "AWS's managed rule for expired certificates is off. No certificate is reported twice."
        )


def security_hub(account: Account, _: Wish) -> Iterator[Finding]:
    """Security Hub's control, which makes a finding of each certificate a second time."""
    client = account.client("securityhub")
    pages = client.get_paginator("list_standards_control_associations").paginate(
        SecurityControlId=SECURITY_HUB_CONTROL
    )
    try:
        standards = [
            one["StandardsArn"].split(":", 5)[5]
            for page in pages
            for one in page["StandardsControlAssociationSummaries"]
            if one["AssociationStatus"] == "ENABLED"
        ]
    except ClientError as error:
        # That is how Security Hub says that it is off.
        if code_of(error) != "InvalidAccessException":
            raise
        standards = []
    if standards:
        yield warning(
            f"Security Hub's control {SECURITY_HUB_CONTROL} is on ({', '.join(standards)}) and "
            "also creates findings for expired certificates.",
            f"Disable {SECURITY_HUB_CONTROL} and give this rule as the reason. Otherwise Security "
            "Hub shows each expired certificate twice.",
        )
    else:
        yield ok(f"Security Hub's control {SECURITY_HUB_CONTROL} is off.")


def approval_topic(_: Account, wish: Wish) -> Iterator[Finding]:
    """AWS documents that topics for approvals are named so."""
    topic = wish.parameters.get("AlarmTopicArn", "")
    if wish.parameters.get("Approvers") and topic and ":Automation" not in topic:
        yield warning(
            f"Approval requests go to {topic}. AWS documents that names of topics for approvals "
            'begin with "Automation".',
            "Use a topic with such a name, or leave AlarmTopicArn empty.",
        )


def alarm_topic(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the existing topic is there and lets in what publishes to it."""
    topic = wish.parameters.get("AlarmTopicArn", "")
    if not topic:
        return
    region = topic.split(":")[3]
    if region != account.region:
        yield missing(
            f"The topic {topic} is in {region}. EventBridge and alarms in {account.region} can "
            "publish only to topics in their own region.",
            "Name a topic in this region, or leave AlarmTopicArn empty for a new topic.",
        )
        return
    try:
        client = account.client("sns")
        attributes = client.get_topic_attributes(TopicArn=topic)["Attributes"]
    except ClientError as error:
        if code_of(error) not in ("NotFound", "NotFoundException"):
            raise
        yield missing(
            f"The topic {topic} does not exist.",
            "Correct AlarmTopicArn, or leave it empty for a new topic.",
        )
        return
    closed = [one for one in _PUBLISHERS if not _lets_in(attributes.get("Policy", "{}"), one)]
    if closed:
        yield warning(
            f"The policy of {topic} does not name {' and '.join(closed)}. Messages would be lost.",
            "Allow sns:Publish to these services in the topic's policy.",
        )
    else:
        yield ok(f"The policy of the topic {topic} names CloudWatch and EventBridge.")
    yield from _key_of_topic(topic, attributes.get("KmsMasterKeyId", ""), wish)


def _lets_in(policy: str, service: str) -> bool:
    """Whether a statement allows a service something; its conditions are not looked at."""
    statements = json.loads(policy).get("Statement", [])
    return any(
        statement.get("Effect") == "Allow" and f'"{service}"' in json.dumps(statement["Principal"])
        for statement in (statements if isinstance(statements, list) else [statements])
        if "Principal" in statement
    )


def _key_of_topic(topic: str, key: str, wish: Wish) -> Iterator[Finding]:
    if key.endswith("alias/aws/sns"):
        yield missing(
            f"{topic} is encrypted with the AWS managed key for SNS. With this key, CloudWatch and "
            "EventBridge can't publish.",
            "Encrypt it with a customer managed KMS key, or leave AlarmTopicArn empty for a new "
            "topic.",
        )
    elif key:
        also = (
            " and, to ask for approvals, to the role of the stack's output RunbookRoleArn"
            if wish.parameters.get("Approvers")
            else ""
        )
        yield note(
            f"{topic} is encrypted with {key}. The key policy must allow kms:GenerateDataKey and "
            f"kms:Decrypt to {' and '.join(_PUBLISHERS)}{also}."
        )


def runtime(account: Account, _: Wish) -> Iterator[Finding]:
    """Nobody can ask Lambda for its runtimes."""
    yield note(
        f"Not checked: whether Lambda has the runtime java25 in {account.region}. If it does not, "
        "the deployment says so and rolls back."
    )


CHECKS = (
    recorder,
    deployment_bucket,
    backup_bucket,
    stack,
    rule_name,
    aws_rules,
    security_hub,
    other_regions,
    usage_regions,
    usage_exceptions,
    approval_topic,
    alarm_topic,
    runtime,
)
