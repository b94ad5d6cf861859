from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.client import Sandbox


@pytest.fixture
def topic(sandbox: Sandbox) -> str:
    return str(sandbox.client("sns").create_topic(Name="alarms")["TopicArn"])


def subscriptions(sandbox: Sandbox, topic: str) -> dict[str, Any]:
    pages = sandbox.client("sns").get_paginator("list_subscriptions_by_topic")
    return {
        one["Endpoint"]: one["SubscriptionArn"]
        for page in pages.paginate(TopicArn=topic)
        for one in page["Subscriptions"]
    }


def test_subscription_by_mail_waits_for_somebody_to_confirm_it(
    sandbox: Sandbox, topic: str
) -> None:
    client = sandbox.client("sns")
    queue = f"arn:aws:sqs:{sandbox.region}:{sandbox.account}:queue"
    client.subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.com")
    client.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    found = subscriptions(sandbox, topic)
    assert found["ops@example.com"] == "PendingConfirmation"
    assert found[queue].startswith(f"{topic}:")


def test_subscriptions_come_in_pages_of_a_hundred_and_of_their_topic_alone(
    sandbox: Sandbox, topic: str
) -> None:
    client = sandbox.client("sns")
    other = client.create_topic(Name="other")["TopicArn"]
    client.subscribe(TopicArn=other, Protocol="email", Endpoint="other@example.com")
    names = {f"ops{number}@example.com" for number in range(101)}
    for name in names:
        client.subscribe(TopicArn=topic, Protocol="email", Endpoint=name)
    assert subscriptions(sandbox, topic).keys() == names
    first = client.list_subscriptions_by_topic(TopicArn=topic)
    assert len(first["Subscriptions"]) == 100


def test_topic_that_is_not_there_is_not_found(sandbox: Sandbox, topic: str) -> None:
    with pytest.raises(ClientError, match="NotFound"):
        subscriptions(sandbox, f"{topic}-not")
