"""How SNS shows subscriptions that nobody has confirmed. The rest is moto's."""

from __future__ import annotations

from typing import Any

from moto.sns.models import SNSBackend, Subscription, sns_backends

from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations
from sandbox.wire.paging import Pager

PAGES = Pager(
    100,
    lambda token: AwsError("InvalidParameter", f"Invalid parameter: NextToken {token}", 400),
    marker="NextToken",
)
# Somebody has to answer a message, and in the sandbox nobody does.
_BY_MAIL = ("email", "email-json")
PENDING = "PendingConfirmation"


def operations() -> Operations:
    """The operations that the sandbox answers itself, by their names."""
    return {"ListSubscriptionsByTopic": _list_by_topic}


def _list_by_topic(call: Call) -> dict[str, Any]:
    backend: SNSBackend = sns_backends[call.account][call.region]
    topic = backend.get_topic(call.params["TopicArn"])
    found = [one for one in backend.subscriptions.values() if one.topic == topic]
    page, token = PAGES.page(call, found, lambda one: str(one.arn))
    return {"Subscriptions": [_shown(one) for one in page], "NextToken": token}


def _shown(subscription: Subscription) -> dict[str, Any]:
    is_pending = subscription.protocol in _BY_MAIL
    return {
        "SubscriptionArn": PENDING if is_pending else subscription.arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic_arn,
    }
