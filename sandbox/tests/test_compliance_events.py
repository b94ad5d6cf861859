from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.client import Rule, Sandbox
from sandbox.services.events import UndeliverableError, rendered

from .conftest import evaluation

EVENTS = {"Service": "events.amazonaws.com"}
RULE_ARN = "arn:aws:events:eu-west-1:123456789012:rule/certificates"


@pytest.fixture
def topic(sandbox: Sandbox) -> str:
    """A topic that EventBridge may publish to."""
    sns = sandbox.client("sns")
    arn = str(sns.create_topic(Name="news")["TopicArn"])
    policy = {"Effect": "Allow", "Principal": EVENTS, "Action": "sns:Publish", "Resource": arn}
    allow(sandbox, arn, policy | {"Condition": {"ArnEquals": {"aws:SourceArn": RULE_ARN}}})
    return arn


def allow(sandbox: Sandbox, topic: str, statement: dict[str, Any]) -> None:
    sandbox.client("sns").set_topic_attributes(
        TopicArn=topic,
        AttributeName="Policy",
        AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def send_to(sandbox: Sandbox, target: str, **transformation: Any) -> None:
    """A rule of EventBridge for certificates that became non-compliant."""
    pattern = {
        "source": ["aws.config"],
        "detail-type": ["Config Rules Compliance Change"],
        "detail": {
            "configRuleName": ["rule"],
            "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
        },
    }
    events = sandbox.client("events")
    events.put_rule(Name="certificates", EventPattern=json.dumps(pattern))
    events.put_targets(
        Rule="certificates", Targets=[{"Id": "topic", "Arn": target} | transformation]
    )


def report(config: Any, token: str, *compliances: str) -> None:
    for compliance in compliances:
        config.put_evaluations(
            ResultToken=token,
            Evaluations=[evaluation("www", compliance, Annotation=f"It is {compliance}.")],
        )


def test_an_event_tells_of_a_change_with_both_results(
    sandbox: Sandbox, config: Any, rule: Rule, token: str, topic: str
) -> None:
    send_to(sandbox, topic)
    report(config, token, "COMPLIANT", "NON_COMPLIANT")
    [sent] = sandbox.messages.sent(topic)
    event = json.loads(sent["message"])
    assert {name: event[name] for name in ("source", "detail-type", "account", "region")} == {
        "source": "aws.config",
        "detail-type": "Config Rules Compliance Change",
        "account": sandbox.account,
        "region": rule.region,
    }
    detail = event["detail"]
    assert (detail["messageType"], detail["resourceType"], detail["resourceId"]) == (
        "ComplianceChangeNotification",
        "AWS::IAM::ServerCertificate",
        "www",
    )
    results = [detail[name] for name in ("oldEvaluationResult", "newEvaluationResult")]
    assert [(one["complianceType"], one["annotation"]) for one in results] == [
        ("COMPLIANT", "It is COMPLIANT."),
        ("NON_COMPLIANT", "It is NON_COMPLIANT."),
    ]


def test_no_event_tells_of_what_stays_as_it_is(
    sandbox: Sandbox, config: Any, token: str, topic: str
) -> None:
    send_to(sandbox, topic)
    report(config, token, "NON_COMPLIANT", "NON_COMPLIANT")
    [sent] = sandbox.messages.sent(topic)
    assert "oldEvaluationResult" not in json.loads(sent["message"])["detail"]


def test_no_event_goes_where_the_pattern_does_not_match(
    sandbox: Sandbox, config: Any, token: str, topic: str
) -> None:
    send_to(sandbox, topic)
    report(config, token, "COMPLIANT")
    sandbox.client("events").disable_rule(Name="certificates")
    report(config, token, "NON_COMPLIANT")
    assert sandbox.messages.events() == []


def test_a_template_makes_a_message_that_a_person_can_read(
    sandbox: Sandbox, config: Any, token: str, topic: str
) -> None:
    paths = {"name": "$.detail.resourceId", "text": "$.detail.newEvaluationResult.annotation"}
    template = {"InputPathsMap": paths, "InputTemplate": '"Certificate <name>: <text>"'}
    send_to(sandbox, topic, InputTransformer=template)
    report(config, token, "NON_COMPLIANT")
    [sent] = sandbox.messages.sent("news")
    assert sent["message"] == '"Certificate www: It is NON_COMPLIANT."'


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ({"Action": "sns:Subscribe"}, "doesn't let EventBridge publish"),
        ({"Principal": {"Service": "config.amazonaws.com"}}, "doesn't let EventBridge publish"),
        (
            {"Condition": {"ArnEquals": {"aws:SourceArn": f"{RULE_ARN}-other"}}},
            "doesn't let EventBridge publish",
        ),
    ],
)
def test_a_topic_gets_nothing_that_its_policy_does_not_allow(
    sandbox: Sandbox, config: Any, token: str, topic: str, statement: dict[str, Any], why: str
) -> None:
    allowed = {"Effect": "Allow", "Principal": EVENTS, "Action": "sns:Publish", "Resource": topic}
    allow(sandbox, topic, allowed | statement)
    send_to(sandbox, topic)
    report(config, token, "NON_COMPLIANT")
    assert sandbox.messages.sent(topic) == []
    assert why in sandbox.messages.events()[0]["error"]


@pytest.mark.parametrize("is_allowed", [True, False])
def test_an_encrypted_topic_needs_a_key_that_eventbridge_may_use(
    sandbox: Sandbox, config: Any, token: str, topic: str, is_allowed: bool
) -> None:
    actions = ["kms:GenerateDataKey*", "kms:Decrypt"] if is_allowed else ["kms:Decrypt"]
    statement = {"Effect": "Allow", "Principal": EVENTS, "Action": actions, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    key = sandbox.client("kms").create_key(Policy=policy)["KeyMetadata"]["KeyId"]
    sandbox.client("sns").set_topic_attributes(
        TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue=key
    )
    send_to(sandbox, topic)
    report(config, token, "NON_COMPLIANT")
    assert len(sandbox.messages.sent(topic)) == is_allowed


@pytest.mark.parametrize("target", ["arn:aws:sns:eu-west-1:123456789012:gone", "arn:aws:sqs:::a"])
def test_a_target_that_is_not_there_gets_nothing(
    sandbox: Sandbox, config: Any, token: str, target: str
) -> None:
    send_to(sandbox, target)
    report(config, token, "NON_COMPLIANT")
    assert target in sandbox.messages.events()[0]["error"]


EVENT = {"detail": {"name": "www", "sizes": [1, 2]}, "account": "1"}


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ({}, json.dumps(EVENT)),
        ({"Input": "fixed"}, "fixed"),
        ({"InputPath": "$.detail.name"}, '"www"'),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"name": "$.detail.name", "sizes": "$.detail.sizes"},
                    "InputTemplate": '{"name": <name>, "text": "is <name>", "sizes": <sizes>}',
                }
            },
            '{"name": "www", "text": "is www", "sizes": [1, 2]}',
        ),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"none": "$.detail.none"},
                    "InputTemplate": '"<none>" "<aws.events.rule-name>"',
                }
            },
            '"" "certificates"',
        ),
    ],
)
def test_a_target_gets_what_it_asks_for(target: dict[str, Any], text: str) -> None:
    assert rendered(EVENT, target, RULE_ARN) == text


def test_a_template_has_no_variables_of_unknown_names() -> None:
    with pytest.raises(UndeliverableError, match="<gone>"):
        rendered(EVENT, {"InputTransformer": {"InputTemplate": "<gone>"}}, RULE_ARN)
