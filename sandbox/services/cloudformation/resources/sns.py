"""Topics and their subscriptions."""

# ruff: noqa: D102  `Handler` says what each method does.
from __future__ import annotations

import uuid
from typing import Any

from .handler import Handler, Properties, Work, document, some

_TOPIC_ATTRIBUTES = ("DisplayName", "KmsMasterKeyId")


class TopicHandler(Handler):
    """`AWS::SNS::Topic`."""

    name_property = "TopicName"
    applied = frozenset(_TOPIC_ATTRIBUTES) | {"Tags", "TopicName"}
    attribute_names = frozenset({"TopicArn", "TopicName"})

    def create(self, work: Work, properties: Properties) -> str:
        answer = work.client("sns").create_topic(
            Name=properties.get("TopicName") or work.generated_name(256),
            Attributes=some(properties, *_TOPIC_ATTRIBUTES),
            Tags=work.tag_list(properties.get("Tags")),
        )
        return str(answer["TopicArn"])

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        topics = work.client("sns")
        for name in _TOPIC_ATTRIBUTES:
            if properties.get(name) != previous.get(name):
                topics.set_topic_attributes(
                    TopicArn=physical_id,
                    AttributeName=name,
                    AttributeValue=properties.get(name, ""),
                )

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        work.client("sns").delete_topic(TopicArn=physical_id)

    def attributes(self, work: Work, physical_id: str) -> dict[str, Any]:
        del work
        return {"TopicArn": physical_id, "TopicName": physical_id.rpartition(":")[2]}


class SubscriptionHandler(Handler):
    """`AWS::SNS::Subscription`."""

    applied = frozenset({"Endpoint", "Protocol", "TopicArn"})

    def create(self, work: Work, properties: Properties) -> str:
        answer = work.client("sns").subscribe(ReturnSubscriptionArn=True, **properties)
        return str(answer["SubscriptionArn"])

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        work.client("sns").unsubscribe(SubscriptionArn=physical_id)


class TopicPolicyHandler(Handler):
    """`AWS::SNS::TopicPolicy`; without it a topic has the policy that it was created with."""

    applied = frozenset({"PolicyDocument", "Topics"})

    def create(self, work: Work, properties: Properties) -> str:
        for topic in properties["Topics"]:
            _set_policy(work, topic, properties["PolicyDocument"])
        return str(uuid.uuid4())

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del physical_id
        for topic in properties["Topics"]:
            _set_policy(work, topic, _default_policy(work, topic))


def _set_policy(work: Work, topic: str, policy: Any) -> None:
    work.client("sns").set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=document(policy)
    )


def _default_policy(work: Work, topic: str) -> dict[str, Any]:
    """What AWS gives a new topic: its owner may use it."""
    actions = "AddPermission DeleteTopic GetTopicAttributes ListSubscriptionsByTopic Publish "
    actions += "RemovePermission SetTopicAttributes Subscribe"
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in actions.split()],
        "Resource": topic,
        "Condition": {"StringEquals": {"AWS:SourceOwner": work.account}},
    }
    return {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
