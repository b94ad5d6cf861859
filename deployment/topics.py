"""The topic that messages go to."""

from __future__ import annotations

import json
from collections.abc import Iterator

from botocore.exceptions import ClientError

from .account import Account, code_of, is_denial
from .findings import Finding, missing, note, ok, warning
from .wish import Wish

# What publishes to the topic, besides the runbook.
_PUBLISHERS = ("cloudwatch.amazonaws.com", "events.amazonaws.com")


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
    owner = owner_of(topic)
    if owner != account.number:
        yield note(
            f"The topic {topic} belongs to account {owner}. Not checked: whether its policy lets "
            f"roles of account {account.number} publish. EventBridge uses such a role."
        )
    try:
        client = account.client("sns")
        attributes = client.get_topic_attributes(TopicArn=topic)["Attributes"]
    except ClientError as error:
        if owner != account.number and is_denial(error):
            yield note(
                f"You may not look at {topic}. Also not checked: whether it exists, whether its "
                f"policy lets {_PUBLISHERS[0]} publish, and with which key it is encrypted."
            )
            return
        if code_of(error) not in ("NotFound", "NotFoundException"):
            raise
        yield missing(
            f"The topic {topic} does not exist.",
            "Correct AlarmTopicArn, or leave it empty for a new topic.",
        )
        return
    services = _PUBLISHERS if owner == account.number else _PUBLISHERS[:1]
    closed = [one for one in services if not _lets_in(attributes.get("Policy", "{}"), one)]
    if closed:
        yield warning(
            f"The policy of {topic} does not name {' and '.join(closed)}. Messages would be lost.",
            "Allow sns:Publish to these services in the topic's policy.",
        )
    else:
        yield ok(f"The policy of the topic {topic} names {' and '.join(services)}.")
    key = attributes.get("KmsMasterKeyId", "")
    yield from _key_of_topic(topic, key, wish, is_foreign=owner != account.number)


def owner_of(topic: str) -> str:
    """The account that a topic belongs to."""
    return topic.split(":")[4]


def _lets_in(policy: str, service: str) -> bool:
    """Whether a statement allows a service something; its conditions are not looked at."""
    statements = json.loads(policy).get("Statement", [])
    return any(
        statement.get("Effect") == "Allow" and f'"{service}"' in json.dumps(statement["Principal"])
        for statement in (statements if isinstance(statements, list) else [statements])
        if "Principal" in statement
    )


def _key_of_topic(topic: str, key: str, wish: Wish, *, is_foreign: bool) -> Iterator[Finding]:
    has_approvers = bool(wish.parameters.get("Approvers"))
    if key.endswith("alias/aws/sns"):
        yield missing(
            f"{topic} is encrypted with the AWS managed key for SNS. With this key, CloudWatch and "
            "EventBridge can't publish.",
            "Encrypt it with a customer managed KMS key, or leave AlarmTopicArn empty for a new "
            "topic.",
        )
    elif key:
        users = list(_PUBLISHERS)
        if is_foreign:
            users[1] = "the role of the stack's output PublishRoleArn"
        elif has_approvers:
            users.append("(for approvals) the role of the stack's output RunbookRoleArn")
        yield note(
            f"{topic} is encrypted with {key}. The key policy must allow kms:GenerateDataKey and "
            f"kms:Decrypt to {' and '.join(users)}."
        )
        if is_foreign and has_approvers:
            yield warning(
                "The runbook's role may not use the key of another account, so requests for "
                "approval fail.",
                "Use a topic without a KMS key, or leave AlarmTopicArn or Approvers empty.",
            )
