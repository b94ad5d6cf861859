from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from sandbox.policy.language import Access, effect, names_principal

from .deployment import RULE_NAME, Deployment
from .production import ABROAD

OWN_TOPIC = "arn:aws:sns:eu-west-1:123456789012:security-alarms"
ALARM = "arn:aws:cloudwatch:eu-west-1:{account}:alarm:certsweep-NotEvaluatedAlarm-1A2B3C4D"
DAY = 86_400


def alarms(stack: Deployment, **parameters: Any) -> list[dict[str, Any]]:
    """The stack's alarms."""
    listed = stack.sandbox.client("cloudwatch").describe_alarms(**parameters)
    alarms: list[dict[str, Any]] = listed["MetricAlarms"]
    return alarms


def watched(alarm: dict[str, Any]) -> dict[str, Any]:
    """The metric that an alarm watches, with its period, by itself or in an expression."""
    if not alarm.get("Metrics"):
        return alarm
    (stat,) = (one["MetricStat"] for one in alarm["Metrics"] if "MetricStat" in one)
    return {**stat["Metric"], "Period": stat["Period"]}


def dimensions(alarm: dict[str, Any]) -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in watched(alarm)["Dimensions"]}


# Alarms.


def test_alarms_watch_metrics_that_the_rule_emits(stack: Deployment) -> None:
    expired = stack.expired("www")
    stack.infrastructure.alb(ABROAD, "prod", expired.arn)
    stack.sandbox.denials.add("appsync", region=ABROAD)
    emitted = {
        (one["namespace"], one["name"], json.dumps(one["dimensions"])): one["value"]
        for one in stack.scheduled_run().invocation["metrics"]
    }
    own = {
        (metric["Namespace"], metric["MetricName"], json.dumps(dimensions(one))): one
        for one in alarms(stack)
        if (metric := watched(one))["Namespace"] != "AWS/Lambda"
    }
    assert {name for _, name, _ in own} == {"Certificates", "ExpiredInUse", "UsageChecksFailed"}
    assert own.keys() <= emitted.keys()
    raised = {key[1] for key, one in own.items() if emitted[key] > one["Threshold"]}
    assert raised >= {"ExpiredInUse", "UsageChecksFailed"}


def test_account_in_good_order_raises_no_alarm(stack: Deployment) -> None:
    stack.valid("www")
    emitted = {one["name"]: one["value"] for one in stack.scheduled_run().invocation["metrics"]}
    for one in alarms(stack):
        if one["ComparisonOperator"] == "GreaterThanThreshold":
            assert emitted.get(watched(one)["MetricName"], 0) <= one["Threshold"]


def test_alarm_of_failures_watches_the_rule_s_function_by_its_name(stack: Deployment) -> None:
    (failed,) = (one for one in alarms(stack) if watched(one)["Namespace"] == "AWS/Lambda")
    assert dimensions(failed) == {"FunctionName": stack.outputs["EvaluateFunctionName"]}


@pytest.mark.parametrize(
    ("level", "metrics"),
    [
        ("all", {"Errors", "Certificates", "ExpiredInUse", "UsageChecksFailed"}),
        ("essential", {"Certificates"}),
        ("none", set()),
    ],
)
def test_alarms_exist_at_their_level_and_messages_at_each(
    stack: Deployment, level: str, metrics: set[str]
) -> None:
    stack.configure(Alarms=level)
    assert {watched(one)["MetricName"] for one in alarms(stack)} == metrics
    function = stack.outputs["EvaluateFunctionName"]
    shown = stack.sandbox.client("lambda").get_function_configuration(FunctionName=function)
    assert shown["Environment"]["Variables"]["ALARMS"] == level
    stack.expired("www")
    stack.scheduled_run()
    assert len(stack.messages()) == 1


def test_every_alarm_is_sent_to_the_topic(stack: Deployment) -> None:
    assert [one["AlarmActions"] for one in alarms(stack)] == [[stack.outputs["TopicArn"]]] * 4
    for one in alarms(stack):
        assert stack.sandbox.account in one["AlarmDescription"]


@pytest.mark.parametrize("hours", ["1", "24"])
def test_periods_are_within_cloudwatch_s_limits(stack: Deployment, hours: str) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    stack.configure(EveryHours=hours)
    for one in alarms(stack):
        period = watched(one)["Period"]
        assert period % 60 == 0
        longest = DAY if period < 3600 else 7 * DAY
        assert period * one["EvaluationPeriods"] <= longest


def test_rule_that_does_not_run_is_an_alarm_and_silence_of_others_is_none(
    stack: Deployment,
) -> None:
    missing = {watched(one)["MetricName"]: one["TreatMissingData"] for one in alarms(stack)}
    assert missing.pop("Certificates") == "breaching"
    assert set(missing.values()) == {"notBreaching", "ignore"}


# Messages.


def test_certificate_that_becomes_non_compliant_is_told_once(stack: Deployment) -> None:
    expired, default = stack.expired("www"), stack.valid("default")
    stack.infrastructure.alb(ABROAD, "prod", default.arn, [expired.arn])
    stack.scheduled_run()
    (message,) = stack.messages()
    first, second, third = message.splitlines()
    assert first == '"The IAM server certificate www in account 123456789012 needs attention."'
    assert second == f'"Annotation: {stack.annotation("www")}"'
    assert f"In use by 1: ALB listener {ABROAD} app/prod:443 (SNI)." in second
    assert "attach a valid certificate to the resources that use it" in third
    assert f"open the rule {RULE_NAME} in AWS Config, region eu-west-1" in third
    assert third.endswith('choose Remediate."')
    stack.scheduled_run()
    assert len(stack.messages()) == 1


def test_compliant_certificates_are_not_told(stack: Deployment) -> None:
    stack.valid("www")
    stack.scheduled_run()
    assert stack.messages() == []


def test_other_rules_are_not_told(stack: Deployment) -> None:
    config = stack.sandbox.client("config")
    (rule,) = config.describe_config_rules(ConfigRuleNames=[RULE_NAME])["ConfigRules"]
    stack.expired("other")
    told = len(stack.sandbox.messages.events())
    other = {key: rule[key] for key in ("Source", "InputParameters")}
    config.put_config_rule(ConfigRule=other | {"ConfigRuleName": "other-rule"})
    other_rule = replace(stack.rule, name="other-rule")
    stack.sandbox.wait(other_rule)
    assert stack.sandbox.results(other_rule, ["NON_COMPLIANT"])
    config.delete_config_rule(ConfigRuleName="other-rule")
    assert stack.sandbox.messages.events()[told:] == []


@contextmanager
def key_policy_without(stack: Deployment, sid: str) -> Iterator[None]:
    """The topic's key lets one service less in."""
    keys = stack.sandbox.client("kms")
    (key,) = stack.resources("AWS::KMS::Key").values()
    policy = json.loads(keys.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    fewer = [one for one in policy["Statement"] if one["Sid"] != sid]
    assert len(fewer) == len(policy["Statement"]) - 1
    lesser = json.dumps(policy | {"Statement": fewer})
    keys.put_key_policy(KeyId=key, PolicyName="default", Policy=lesser)
    try:
        yield
    finally:
        keys.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))


def test_key_that_does_not_let_eventbridge_in_keeps_the_message_back(stack: Deployment) -> None:
    stack.configure(EncryptAlarms="true")
    stack.expired("www")
    with key_policy_without(stack, "PublishEncrypted"):
        stack.scheduled_run()
    assert stack.messages() == []
    assert (
        "denies events.amazonaws.com kms:GenerateDataKey"
        in (stack.sandbox.messages.events()[-1]["error"])
    )


def test_encrypted_topic_gets_the_messages(stack: Deployment) -> None:
    stack.configure(EncryptAlarms="true")
    (key,) = stack.resources("AWS::KMS::Key").values()
    assert stack.sandbox.client("kms").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"]
    stack.expired("www")
    stack.scheduled_run()
    assert len(stack.messages()) == 1


@pytest.mark.parametrize("service", ["events.amazonaws.com", "cloudwatch.amazonaws.com"])
def test_topic_and_key_let_in_what_publishes(stack: Deployment, service: str) -> None:
    stack.configure(EncryptAlarms="true")
    (key,) = stack.resources("AWS::KMS::Key").values()
    topic = stack.outputs["TopicArn"]
    keys, topics = stack.sandbox.client("kms"), stack.sandbox.client("sns")
    attributes = topics.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert attributes["KmsMasterKeyId"] == key
    key_policy = json.loads(keys.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    # What they tell KMS of themselves is not documented, and EventBridge tells SNS nothing.
    publish = "sns:Publish"
    topic_policy = json.loads(attributes["Policy"])
    for policy, action in (
        (topic_policy, publish),
        (key_policy, "kms:GenerateDataKey"),
        (key_policy, "kms:Decrypt"),
    ):
        own = [{"Statement": [s for s in policy["Statement"] if names_principal(s, [service])]}]
        tells_its_source = action == publish and service.startswith("cloudwatch")
        for account, is_own in ((stack.sandbox.account, True), ("210987654321", False)):
            source = {"aws:sourcearn": [ALARM.format(account=account)]} if tells_its_source else {}
            is_allowed = is_own or not tells_its_source
            assert (effect(own, Access(action, topic, source)) == "Allow") == is_allowed


# A topic of the operator's own.


def test_existing_topic_that_lets_eventbridge_publish_gets_the_messages(stack: Deployment) -> None:
    make_topic(stack, "events.amazonaws.com")
    stack.configure(AlarmTopicArn=OWN_TOPIC)
    stack.expired("www")
    stack.scheduled_run()
    (message,) = stack.sandbox.messages.sent(OWN_TOPIC)
    assert "IAM server certificate www" in message["message"]
    assert stack.resources("AWS::SNS::Topic") == stack.resources("AWS::KMS::Key") == {}
    assert {action for one in alarms(stack) for action in one["AlarmActions"]} == {OWN_TOPIC}


def test_existing_topic_that_does_not_gets_none(stack: Deployment) -> None:
    make_topic(stack, "cloudwatch.amazonaws.com")
    before = len(stack.sandbox.messages.sent(OWN_TOPIC))
    stack.configure(AlarmTopicArn=OWN_TOPIC)
    stack.expired("www")
    stack.scheduled_run()
    assert len(stack.sandbox.messages.sent(OWN_TOPIC)) == before
    assert "doesn't let EventBridge publish" in stack.sandbox.messages.events()[-1]["error"]


def make_topic(stack: Deployment, service: str) -> None:
    topics = stack.sandbox.client("sns")
    topics.create_topic(Name=OWN_TOPIC.rpartition(":")[2])
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sns:Publish",
        "Resource": OWN_TOPIC,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    topics.set_topic_attributes(TopicArn=OWN_TOPIC, AttributeName="Policy", AttributeValue=policy)
