"""Messages: to a topic of another account, without an annotation, and of runs that failed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.services.events import rendered

from .account import days, now
from .deployment import Deployment

SECURITY = "210987654321"
CENTRAL = f"arn:aws:sns:eu-west-1:{SECURITY}:Automation-central"
HOME_ACCOUNT = {"AWS": "arn:aws:iam::123456789012:root"}


def policy(*actions: str, resource: str, principal: dict[str, str]) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": list(actions),
        "Resource": resource,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def central(stack: Deployment) -> Iterator[Deployment]:
    """The stack with a topic of another account, which lets this account publish."""
    topics = stack.sandbox.client("sns", account=SECURITY)
    allowed = policy("sns:Publish", resource=CENTRAL, principal=HOME_ACCOUNT)
    topics.create_topic(Name="Automation-central", Attributes={"Policy": allowed})
    stack.configure(AlarmTopicArn=CENTRAL)
    stack.sandbox.permissions.clear()
    yield stack
    topics.delete_topic(TopicArn=CENTRAL)


def encrypt(stack: Deployment, principal: dict[str, str]) -> None:
    """Gives the topic a key that lets somebody in."""
    actions = ("kms:GenerateDataKey", "kms:Decrypt")
    key = stack.sandbox.client("kms", account=SECURITY).create_key(
        Policy=policy(*actions, resource="*", principal=principal)
    )["KeyMetadata"]["Arn"]
    stack.sandbox.client("sns", account=SECURITY).set_topic_attributes(
        TopicArn=CENTRAL, AttributeName="KmsMasterKeyId", AttributeValue=key
    )


def last_error(stack: Deployment) -> str:
    return str(stack.sandbox.messages.events()[-1]["error"])


# A topic of another account.


@pytest.mark.parametrize("encrypted", [False, True])
def test_topic_of_another_account_is_told_with_or_without_a_key(
    central: Deployment, encrypted: bool
) -> None:
    if encrypted:
        encrypt(central, HOME_ACCOUNT)
    central.expired("www")
    central.scheduled_run()
    (message,) = central.sandbox.messages.sent(CENTRAL)
    assert "IAM server certificate www in account 123456789012" in message["message"]
    # The role needs each of its permissions, and no other.
    (role,) = (name for name in central.roles.values() if "PublishRole" in name)
    used = {one["action"] for one in central.sandbox.permissions.list(role=role)}
    key = {"kms:GenerateDataKey", "kms:Decrypt"}
    assert used == ({"sns:Publish"} | key if encrypted else {"sns:Publish"})
    assert central.policies.granted("PublishRole") == {"sns:Publish"} | key
    assert central.outputs["PublishRoleArn"].endswith(f"role/{role}")


def test_topic_of_another_account_whose_key_does_not_let_the_role_in_is_not_told(
    central: Deployment,
) -> None:
    encrypt(central, {"Service": "events.amazonaws.com"})
    central.expired("www")
    central.scheduled_run()
    assert central.sandbox.messages.sent(CENTRAL) == []
    assert "may not kms:GenerateDataKey" in last_error(central)


@pytest.mark.parametrize("action", ["sns:Publish", "kms:GenerateDataKey", "kms:Decrypt"])
def test_role_needs_each_permission_for_an_encrypted_topic_of_another_account(
    central: Deployment, action: str
) -> None:
    encrypt(central, HOME_ACCOUNT)
    central.expired("www")
    with central.policies.without("PublishRole", action):
        central.scheduled_run()
    assert central.sandbox.messages.sent(CENTRAL) == []
    assert f"may not {action}: because no identity-based policy allows" in last_error(central)


def test_topic_of_this_account_takes_no_role(stack: Deployment) -> None:
    assert "PublishRole" not in stack.roles
    assert "PublishRoleArn" not in stack.outputs


# Without an annotation.


def test_message_without_an_annotation_can_be_read(stack: Deployment) -> None:
    stack.valid("www")
    stack.scheduled_run()
    evaluation = {
        "ComplianceResourceType": "AWS::IAM::ServerCertificate",
        "ComplianceResourceId": "www",
        "ComplianceType": "NON_COMPLIANT",
        "OrderingTimestamp": now(),
    }
    stack.sandbox.client("config").put_evaluations(
        Evaluations=[evaluation], ResultToken=stack.last_event["resultToken"]
    )
    (message,) = stack.messages()
    first, second, third = message.splitlines()
    assert "IAM server certificate www in account 123456789012 needs attention" in first
    assert second == '"Annotation: "'
    assert "choose Remediate" in third

    # AWS Config was seen to send `null` too.
    delivery = stack.sandbox.messages.events()[-1]
    event: dict[str, Any] = delivery["event"]
    event["detail"]["newEvaluationResult"]["annotation"] = None
    events = stack.sandbox.client("events")
    (target,) = events.list_targets_by_rule(Rule=delivery["rule"])["Targets"]
    assert rendered(event, target).splitlines() == [first, '"Annotation: null"', third]


# Runs that nobody waits for.


def failures(stack: Deployment) -> list[str]:
    return [one for one in stack.messages() if "ended with the status" in one]


def test_removal_that_failed_in_automatic_mode_is_told(stack: Deployment) -> None:
    stack.configure(AutomaticRemediation="true")
    stack.expired("www")
    with stack.policies.without("RemoveRole", "iam:DeleteServerCertificate"):
        stack.scheduled_run()
        stack.sandbox.remediations.wait(stack.rule)
    execution = stack.last_execution()
    assert execution.status == "Failed"
    (message,) = failures(stack)
    first, second = message.splitlines()
    assert "account 123456789012, region eu-west-1, ended with the status Failed." in first
    assert f"Open the execution {execution.id} in Systems Manager" in second


def test_refusal_in_automatic_mode_is_not_told(stack: Deployment) -> None:
    stack.configure(AutomaticRemediation="true")
    stack.infrastructure.alb("eu-west-1", "prod", stack.expired("www").arn)
    stack.scheduled_run()
    stack.sandbox.remediations.wait(stack.rule)
    assert stack.last_execution().result == ("Success", "REFUSED")
    assert failures(stack) == []


def test_approval_that_nobody_gave_in_time_is_told(guarded: Deployment) -> None:
    guarded.expired("www")
    waiting = guarded.remediate_after_a_run("www")
    guarded.sandbox.clock.advance(days(1.1))
    assert guarded.last_execution().id == waiting.id
    assert guarded.last_execution().status == "TimedOut"
    (message,) = failures(guarded)
    assert "ended with the status TimedOut." in message
    assert waiting.id in message


def test_approved_removal_that_succeeded_is_not_told(guarded: Deployment) -> None:
    guarded.expired("www")
    waiting = guarded.remediate_after_a_run("www")
    assert guarded.answer(waiting, "Approve").result == ("Success", "REMOVED")
    assert failures(guarded) == []


def test_failure_in_front_of_whoever_started_it_is_not_told(stack: Deployment) -> None:
    stack.infrastructure.alb("eu-west-1", "prod", stack.expired("www").arn)
    assert stack.run("www").status == "Failed"
    assert stack.messages() == []


def test_failure_of_another_runbook_is_not_told(guarded: Deployment) -> None:
    document = {
        "schemaVersion": "0.3",
        "assumeRole": "{{ Role }}",
        "parameters": {"Role": {"type": "String", "default": guarded.outputs["RunbookRoleArn"]}},
        "mainSteps": [
            {
                "name": "fail",
                "action": "aws:executeScript",
                "inputs": {
                    "Runtime": "python3.11",
                    "Handler": "fail",
                    "Script": "def fail(events, context):\n    raise RuntimeError('Not ours.')\n",
                },
            }
        ],
    }
    ssm = guarded.sandbox.client("ssm")
    ssm.create_document(
        Name="other",
        DocumentType="Automation",
        DocumentFormat="YAML",
        Content=json.dumps(document),
    )
    assert guarded.sandbox.automations.run("other")["AutomationExecutionStatus"] == "Failed"
    ssm.delete_document(Name="other")
    assert guarded.messages() == []


def test_no_message_has_a_result_token_in_it(stack: Deployment) -> None:
    stack.configure(AutomaticRemediation="true")
    stack.expired("www")
    with stack.policies.without("RemoveRole", "iam:DeleteServerCertificate"):
        stack.scheduled_run()
        stack.sandbox.remediations.wait(stack.rule)
    token = stack.last_event["resultToken"]
    told = json.dumps([stack.messages(), stack.sandbox.messages.events()])
    assert len(failures(stack)) == 1
    assert token not in told
    assert "resultToken" not in told
