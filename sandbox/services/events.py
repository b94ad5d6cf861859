"""EventBridge's default buses: take an event to the SNS topics of the rules that match it.

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

from sandbox.policy.authorization import Authorization
from sandbox.policy.language import Access, Document, PolicyError, effect, names_principal
from sandbox.policy.roles import parsed
from sandbox.wire.calls import AwsError
from sandbox.wire.selectors import NOTHING, select

_SERVICE = "events.amazonaws.com"
# EventBridge's own variables; an input path can't be named so.
_RESERVED = "aws."
_PLACEHOLDER = re.compile(r"<([\w.-]+)>")
# What it takes to publish to a topic with a key.
_KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")


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


class DefaultBuses:
    """The default bus of each account and region; remembers what became of each event."""

    def __init__(self, authorization: Authorization) -> None:
        """Starts without an event; `authorization` judges the roles of targets."""
        self._authorization = authorization
        self.deliveries: list[EventDelivery] = []

    def put(self, event: dict[str, Any]) -> None:
        """Delivers an event to all targets of the matching rules of its account and region."""
        backend: Any = events_backends[event["account"]][event["region"]]
        rules = list(backend.event_buses["default"].rules.values())
        # A reset meanwhile makes another list: what was begun before it is not seen after it.
        deliveries = self.deliveries
        deliveries.extend(
            [
                self._delivered(event, rule, target)
                for rule in rules
                if rule.state == "ENABLED" and rule.event_pattern.get_pattern()
                if rule.event_pattern.matches_event(event)
                for target in list(rule.targets)
            ]
        )

    def reset(self) -> None:
        """Forgets the deliveries."""
        self.deliveries = []

    def _delivered(
        self, event: dict[str, Any], rule: Rule, target: dict[str, Any]
    ) -> EventDelivery:
        arn, message, error = target["Arn"], "", ""
        try:
            message = rendered(event, target)
            topic = _topic(arn)
            if "RoleArn" in target:
                self._check_role(target["RoleArn"], topic, rule)
            else:
                _check_topic(topic, rule)
            topic.publish(message)
        except (UndeliverableError, PolicyError, AwsError) as failure:
            error = str(failure)
        return EventDelivery(rule.name, event["region"], arn, event, message, error)

    def _check_role(self, role_arn: str, topic: Topic, rule: Rule) -> None:
        """Refuses a role that may not publish to the topic, or may not use its key."""
        role = self._authorization.assume(
            role_arn,
            "EventBridge",
            service=_SERVICE,
            region=rule.region_name,
            source={"aws:SourceArn": rule.arn, "aws:SourceAccount": rule.account_id},
        )
        needed = [(Access("sns:Publish", topic.arn), parsed(topic.policy), topic.account_id)]
        if topic.kms_master_key_id:
            key = _key(topic)
            # SNS calls KMS with the rights of whoever publishes:
            # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
            via = {"kms:viaservice": [f"sns.{rule.region_name}.amazonaws.com"]}
            needed += [
                (Access(action, key.arn, via), parsed(key.policy), key.account_id)
                for action in _KEY_ACTIONS
            ]
        for access, policy, owner in needed:
            reason = self._authorization.reason_for_denial(role.arn, access, policy, owner)
            if reason:
                raise UndeliverableError(f"{role_arn} may not {access.action}: {reason}")


def messages() -> list[dict[str, Any]]:
    """The messages published to all topics, in the order of each topic."""
    return [
        {"topic": topic.arn, "region": region, "subject": subject or "", "message": message}
        for account in sns_backends
        for region, backend in sns_backends[account].items()
        for topic in list(backend.topics.values())
        for _, message, subject, *_ in topic.sent_notifications
    ]


def rendered(event: dict[str, Any], target: dict[str, Any]) -> str:
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
    }
    return "".join(_filled(transformer["InputTemplate"], values))


def _filled(template: str, values: dict[str, Any]) -> Iterator[str]:
    """The pieces of a template, filled in: as JSON, or as text within quotes."""
    position, is_quoted = 0, False
    for match in _PLACEHOLDER.finditer(template):
        text = template[position : match.start()]
        yield text
        is_quoted ^= len(re.findall(r'(?<!\\)"', text)) % 2 == 1
        if match[1].startswith(_RESERVED):
            raise UndeliverableError(f"The variable {match[0]} is not imitated here.")
        if match[1] not in values:
            raise UndeliverableError(f"The template's variable {match[0]} is not defined.")
        value = values[match[1]]
        yield str(value) if is_quoted and isinstance(value, str) else json.dumps(value)
        position = match.end()
    yield template[position:]


def _found(path: str, event: dict[str, Any]) -> Any:
    if "[" in path:
        raise UndeliverableError(f"The sandbox supports only member names in a path, not {path}.")
    # A path that finds nothing leaves an empty text, as AWS was recorded to answer:
    # https://github.com/localstack/localstack/blob/07951a27652938e1a2177b98cacabf7827be4d50/tests/aws/services/events/test_events_inputs.snapshot.json
    # What becomes of `null` is nowhere documented; here it is the word.
    found = select(path, event)
    return "" if found is NOTHING else found


def _topic(arn: str) -> Topic:
    _, _, service, region, account, *_ = arn.split(":")
    if service != "sns":
        raise UndeliverableError(f"The sandbox delivers events to SNS topics only, not to {arn}.")
    topic = sns_backends[account][region].topics.get(arn)
    if topic is None:
        raise UndeliverableError(f"There is no topic {arn}.")
    return topic


def _key(topic: Topic) -> Any:
    """The key of a topic that is encrypted.

    :raises UndeliverableError: if it isn't there, or can't be used
    """
    region, key_id = topic.arn.split(":")[3], topic.kms_master_key_id
    try:
        key = kms_backends[topic.account_id][region].describe_key(key_id)
    except (AttributeError, KeyError) as error:  # moto's ways to say that there is no alias or key
        raise UndeliverableError(f"The key {key_id} doesn't exist.") from error
    if key.key_state != "Enabled":
        raise UndeliverableError(f"The key {key_id} can't be used: it is {key.key_state}.")
    return key


def _check_topic(topic: Topic, rule: Rule) -> None:
    """Refuses a topic that EventBridge may not publish to, or whose key it may not use."""
    if topic.account_id != rule.account_id:
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-cross-account.html
        raise UndeliverableError(f"{topic.arn} is another account's: the target needs a role.")
    # EventBridge publishes without any condition key.
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html:
    # "You can't use Condition blocks in Amazon SNS topic policies for EventBridge", and
    # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html: "Adding the
    # aws:SourceAccount and aws:SourceArn to a AWS KMS policy is not supported for
    # EventBridge-to-encrypted topics."
    if not _allows(json.loads(topic.policy), Access("sns:Publish", topic.arn)):
        raise UndeliverableError(f"The policy of {topic.arn} doesn't let EventBridge publish.")
    if not topic.kms_master_key_id:
        return
    key = _key(topic)
    for action in _KEY_ACTIONS:
        if not _allows(json.loads(key.policy), Access(action, key.arn)):
            raise UndeliverableError(f"The policy of the key {key.arn} denies {_SERVICE} {action}.")


def _allows(policy: Document, access: Access) -> bool:
    statements = policy.get("Statement", [])
    about_events = [
        statement
        for statement in (statements if isinstance(statements, list) else [statements])
        if names_principal(statement, [_SERVICE])
    ]
    return effect([{"Statement": about_events}], access) == "Allow"
