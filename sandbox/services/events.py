"""EventBridge's default bus: takes an event to the SNS topics of the rules that match it.

moto stores the rules and matches their patterns; it delivers to no topic and renders no text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from moto.events.models import Rule, events_backends
from moto.kms.models import kms_backends
from moto.sns.models import Topic, sns_backends

from sandbox.policy.language import Access, Document, PolicyError, effect, names_principal
from sandbox.wire.selectors import NOTHING, select

_SERVICE = "events.amazonaws.com"
_PLACEHOLDER = re.compile(r"<([\w.-]+)>")


class UndeliverableError(Exception):
    """The target can't have the event; the message says why."""


@dataclass(frozen=True)
class EventDelivery:
    """An event on its way to one target of one rule."""

    rule: str
    region: str
    target: str
    event: dict[str, Any]
    message: str = ""
    # Why the target didn't get it; empty if it did.
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the control API shows it."""
        return asdict(self)


def deliver(event: dict[str, Any]) -> list[EventDelivery]:
    """Delivers an event to all targets of the matching rules of its account and region."""
    backend: Any = events_backends[event["account"]][event["region"]]
    rules = list(backend.event_buses["default"].rules.values())
    return [
        _delivered(event, rule, target)
        for rule in rules
        if rule.state == "ENABLED" and rule.event_pattern.get_pattern()
        if rule.event_pattern.matches_event(event)
        for target in list(rule.targets)
    ]


def messages() -> list[dict[str, Any]]:
    """The messages published to all topics, in the order of each topic."""
    return [
        {"topic": topic.arn, "region": region, "subject": subject or "", "message": message}
        for account in sns_backends
        for region, backend in sns_backends[account].items()
        for topic in list(backend.topics.values())
        for _, message, subject, *_ in topic.sent_notifications
    ]


def rendered(event: dict[str, Any], target: dict[str, Any], rule_arn: str) -> str:
    """What a target gets for an event.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html

    :raises UndeliverableError: if the template names a variable that isn't there
    """
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(_found(target["InputPath"], event))
    transformer = target.get("InputTransformer")
    if not transformer:
        return json.dumps(event)
    values = {
        name: _found(path, event) for name, path in transformer.get("InputPathsMap", {}).items()
    } | {
        "aws.events.event": event,
        "aws.events.event.json": event,
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
    }
    return "".join(_filled(transformer["InputTemplate"], values))


def _filled(template: str, values: dict[str, Any]) -> Iterator[str]:
    """The pieces of a template, filled in: as JSON, or as text within quotes."""
    position, is_quoted = 0, False
    for match in _PLACEHOLDER.finditer(template):
        text = template[position : match.start()]
        yield text
        is_quoted ^= len(re.findall(r'(?<!\\)"', text)) % 2 == 1
        if match[1] not in values:
            raise UndeliverableError(f"The template's variable {match[0]} is not defined.")
        value = values[match[1]]
        yield str(value) if is_quoted and isinstance(value, str) else json.dumps(value)
        position = match.end()
    yield template[position:]


def _found(path: str, event: dict[str, Any]) -> Any:
    if "[" in path:
        raise UndeliverableError(f"The sandbox finds names alone, and not {path}.")
    found = select(path, event)
    return "" if found is NOTHING else found


def _delivered(event: dict[str, Any], rule: Rule, target: dict[str, Any]) -> EventDelivery:
    arn, message = target["Arn"], ""
    try:
        message = rendered(event, target, rule.arn)
        topic = _topic(arn, event)
        _check_topic(topic, rule)
        topic.publish(message)
    except (UndeliverableError, PolicyError) as error:
        return EventDelivery(rule.name, event["region"], arn, event, message, str(error))
    return EventDelivery(rule.name, event["region"], arn, event, message)


def _topic(arn: str, event: dict[str, Any]) -> Topic:
    if arn.split(":")[2] != "sns":
        raise UndeliverableError(f"The sandbox delivers events to SNS topics only, not to {arn}.")
    topic = sns_backends[event["account"]][event["region"]].topics.get(arn)
    if topic is None:
        raise UndeliverableError(f"There is no topic {arn}.")
    return topic


def _check_topic(topic: Topic, rule: Rule) -> None:
    """Refuses a topic that EventBridge may not publish to, or whose key it may not use."""
    context = {"aws:sourcearn": [rule.arn], "aws:sourceaccount": [rule.account_id]}
    if not _allows(json.loads(topic.policy), Access("sns:Publish", topic.arn, context)):
        raise UndeliverableError(f"The policy of {topic.arn} doesn't let EventBridge publish.")
    if not topic.kms_master_key_id:
        return
    keys = kms_backends[rule.account_id][rule.region_name]
    key = keys.describe_key(topic.kms_master_key_id)
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        if not _allows(json.loads(key.policy), Access(action, key.arn, context)):
            raise UndeliverableError(f"The policy of the key {key.arn} denies {_SERVICE} {action}.")


def _allows(policy: Document, access: Access) -> bool:
    statements = policy.get("Statement", [])
    about_events = [
        statement
        for statement in (statements if isinstance(statements, list) else [statements])
        if names_principal(statement, [_SERVICE])
    ]
    return effect([{"Statement": about_events}], access) == "Allow"
