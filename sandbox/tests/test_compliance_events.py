from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from moto.events.models import events_backends

from sandbox.client import Rule, Sandbox
from sandbox.policy.authorization import Authorization
from sandbox.services.events import DefaultBuses, EventDelivery, UndeliverableError, rendered

from .conftest import evaluation

EVENTS = {"Service": "events.amazonaws.com"}
RULE_ARN = "arn:aws:events:eu-west-1:123456789012:rule/certificates"


@pytest.fixture
def topic(sandbox: Sandbox) -> str:
    """A topic that EventBridge may publish to."""
    sns = sandbox.client("sns")
    arn = str(sns.create_topic(Name="news")["TopicArn"])
    policy = {"Effect": "Allow", "Principal": EVENTS, "Action": "sns:Publish", "Resource": arn}
    allow(sandbox, arn, policy)
    return arn


def allow(sandbox: Sandbox, topic: str, statement: dict[str, Any], account: str = "") -> None:
    statement = {"Resource": topic} | statement
    sandbox.client("sns", account=account).set_topic_attributes(
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
        # EventBridge publishes without any condition key.
        (
            {"Condition": {"ArnEquals": {"aws:SourceArn": RULE_ARN}}},
            "doesn't let EventBridge publish",
        ),
        (
            {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}},
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


def encrypt(sandbox: Sandbox, topic: str, key: str) -> None:
    sandbox.client("sns").set_topic_attributes(
        TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue=key
    )


@pytest.mark.parametrize(
    ("statement", "is_allowed"),
    [
        ({}, True),
        ({"Action": "kms:Decrypt"}, False),
        ({"Condition": {"ArnEquals": {"aws:SourceArn": RULE_ARN}}}, False),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}, False),
    ],
)
def test_an_encrypted_topic_needs_a_key_that_eventbridge_may_use(
    sandbox: Sandbox,
    config: Any,
    token: str,
    topic: str,
    statement: dict[str, Any],
    is_allowed: bool,
) -> None:
    allowed = {"Principal": EVENTS, "Action": ["kms:GenerateDataKey*", "kms:Decrypt"]}
    policy = document(allowed | {"Resource": "*"} | statement)
    encrypt(sandbox, topic, sandbox.client("kms").create_key(Policy=policy)["KeyMetadata"]["KeyId"])
    send_to(sandbox, topic)
    report(config, token, "NON_COMPLIANT")
    assert len(sandbox.messages.sent(topic)) == is_allowed


@pytest.mark.parametrize("key", ["00000000-0000-0000-0000-000000000000", "alias/gone"])
def test_a_topic_whose_key_is_gone_gets_nothing_and_the_result_is_kept(
    sandbox: Sandbox, config: Any, token: str, topic: str, key: str
) -> None:
    encrypt(sandbox, topic, key)
    send_to(sandbox, topic)
    report(config, token, "NON_COMPLIANT")
    assert sandbox.messages.sent(topic) == []
    assert sandbox.messages.events()[0]["error"] == f"The key {key} doesn't exist."
    kept = config.get_compliance_details_by_config_rule(ConfigRuleName="rule")
    assert len(kept["EvaluationResults"]) == 1


def test_a_topic_whose_key_is_to_be_deleted_gets_nothing(
    sandbox: Sandbox, config: Any, token: str, topic: str
) -> None:
    kms = sandbox.client("kms")
    policy = document({"Principal": EVENTS, "Action": "kms:*", "Resource": "*"})
    key = kms.create_key(Policy=policy)["KeyMetadata"]["KeyId"]
    encrypt(sandbox, topic, key)
    kms.schedule_key_deletion(KeyId=key)
    send_to(sandbox, topic)
    report(config, token, "NON_COMPLIANT")
    assert "it is PendingDeletion" in sandbox.messages.events()[0]["error"]


OTHER = "210987654321"
FOREIGN_TOPIC = f"arn:aws:sns:eu-west-1:{OTHER}:central"
ROLE = "arn:aws:iam::123456789012:role/publisher"


def document(*statements: dict[str, Any]) -> str:
    allowed = [{"Effect": "Allow"} | statement for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": allowed})


@pytest.fixture
def central(sandbox: Sandbox) -> str:
    """A topic of another account with a key, and a role that may publish to it."""
    sns, kms = (sandbox.client(service, account=OTHER) for service in ("sns", "kms"))
    caller = {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}
    policy = document(caller | {"Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "*"})
    key = str(kms.create_key(Policy=policy)["KeyMetadata"]["Arn"])
    sns.create_topic(Name="central", Attributes={"KmsMasterKeyId": key})
    allow(sandbox, FOREIGN_TOPIC, {"Effect": "Allow", "Action": "sns:Publish"} | caller, OTHER)
    iam = sandbox.client("iam")
    trust = document({"Principal": EVENTS, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName="publisher", AssumeRolePolicyDocument=trust)
    may(sandbox, "sns:Publish", "kms:GenerateDataKey", "kms:Decrypt")
    return key


def may(sandbox: Sandbox, *actions: str) -> None:
    """What the role may, as long as SNS asks for it where it is about the key."""
    via = {"StringLikeIfExists": {"kms:ViaService": "sns.eu-west-1.*"}}
    statement = {"Action": list(actions), "Resource": "*", "Condition": via}
    sandbox.client("iam").put_role_policy(
        RoleName="publisher", PolicyName="publish", PolicyDocument=document(statement)
    )


@pytest.mark.usefixtures("central")
def test_a_topic_of_another_account_gets_what_a_role_may_publish(
    sandbox: Sandbox, config: Any, token: str
) -> None:
    send_to(sandbox, FOREIGN_TOPIC, RoleArn=ROLE)
    report(config, token, "NON_COMPLIANT")
    assert sandbox.messages.events()[0]["error"] == ""
    assert len(sandbox.messages.sent(FOREIGN_TOPIC)) == 1


@pytest.mark.usefixtures("central")
def test_a_topic_of_another_account_gets_nothing_without_a_role(
    sandbox: Sandbox, config: Any, token: str
) -> None:
    allowed = {"Effect": "Allow", "Principal": EVENTS, "Action": "sns:Publish"}
    allow(sandbox, FOREIGN_TOPIC, allowed, OTHER)
    send_to(sandbox, FOREIGN_TOPIC)
    report(config, token, "NON_COMPLIANT")
    assert sandbox.messages.sent(FOREIGN_TOPIC) == []
    assert "the target needs a role" in sandbox.messages.events()[0]["error"]


def test_each_policy_on_the_way_to_a_topic_of_another_account_can_stop_a_message(
    sandbox: Sandbox, config: Any, token: str, central: str
) -> None:
    send_to(sandbox, FOREIGN_TOPIC, RoleArn=ROLE)
    compliances = itertools.cycle(("NON_COMPLIANT", "COMPLIANT"))

    def error() -> str:
        report(config, token, next(compliances), next(compliances))
        return str(sandbox.messages.events()[-1]["error"])

    may(sandbox, "kms:GenerateDataKey", "kms:Decrypt")
    assert "may not sns:Publish: because no identity-based policy allows" in error()
    may(sandbox, "sns:Publish", "kms:GenerateDataKey")
    assert "may not kms:Decrypt: because no identity-based policy allows" in error()
    may(sandbox, "sns:Publish", "kms:GenerateDataKey", "kms:Decrypt")
    assert error() == ""
    nobody = document({"Principal": EVENTS, "Action": "kms:*", "Resource": "*"})
    sandbox.client("kms", account=OTHER).put_key_policy(
        KeyId=central, PolicyName="default", Policy=nobody
    )
    assert "may not kms:GenerateDataKey: because no resource-based policy allows" in error()
    allow(sandbox, FOREIGN_TOPIC, {"Effect": "Allow", "Principal": EVENTS, "Action": "*"}, OTHER)
    assert "may not sns:Publish: because no resource-based policy allows" in error()
    trust = document({"Principal": {"Service": "sns.amazonaws.com"}, "Action": "sts:AssumeRole"})
    sandbox.client("iam").update_assume_role_policy(RoleName="publisher", PolicyDocument=trust)
    assert "events.amazonaws.com is not authorized to perform: sts:AssumeRole" in error()


@pytest.mark.parametrize("target", ["arn:aws:sns:eu-west-1:123456789012:gone", "arn:aws:sqs:::a"])
def test_a_target_that_is_not_there_gets_nothing(
    sandbox: Sandbox, config: Any, token: str, target: str
) -> None:
    send_to(sandbox, target)
    report(config, token, "NON_COMPLIANT")
    assert target in sandbox.messages.events()[0]["error"]


EVENT = {"detail": {"name": "www", "sizes": [1, 2], "null": None}, "account": "1"}


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
                    "InputTemplate": '"<none>"',
                }
            },
            '""',
        ),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"null": "$.detail.null"},
                    "InputTemplate": '"<null>"',
                }
            },
            '"null"',
        ),
    ],
)
def test_a_target_gets_what_it_asks_for(target: dict[str, Any], text: str) -> None:
    assert rendered(EVENT, target) == text


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("gone", "variable <gone> is not defined"),
        ("aws.events.event", "<aws.events.event> is not imitated here"),
        ("aws.events.event.json", "<aws.events.event.json> is not imitated here"),
        ("aws.events.rule-arn", "<aws.events.rule-arn> is not imitated here"),
        ("aws.events.rule-name", "<aws.events.rule-name> is not imitated here"),
    ],
)
def test_a_template_has_no_variables_of_unknown_names(name: str, why: str) -> None:
    with pytest.raises(UndeliverableError, match=why):
        rendered(EVENT, {"InputTransformer": {"InputTemplate": f"<{name}>"}})


def test_what_is_delivered_while_a_reset_is_made_is_forgotten() -> None:
    backend: Any = events_backends["123456789012"]["eu-west-1"]
    backend.put_rule(name="all", event_pattern=json.dumps({"account": ["123456789012"]}))
    backend.put_targets(name="all", event_bus_arn=None, targets=[{"Id": "1", "Arn": "arn:::::"}])

    class Reset(DefaultBuses):
        def _delivered(self, *arguments: Any) -> EventDelivery:
            self.reset()
            return super()._delivered(*arguments)

    buses = Reset(Authorization())
    try:
        buses.put({"account": "123456789012", "region": "eu-west-1"})
    finally:
        backend.reset()
    assert buses.deliveries == []
