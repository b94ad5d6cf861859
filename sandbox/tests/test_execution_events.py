"""The event of an execution that has ended."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.client import Sandbox

from .conftest import days
from .test_automation import ALICE, approval, create, make_runbook_role, script, step

TOPIC = "arn:aws:sns:eu-west-1:123456789012:news"


@pytest.fixture
def ssm(sandbox: Sandbox) -> Any:
    """A topic hears of what becomes of executions of `runbook`."""
    make_runbook_role(sandbox)
    sns, events = sandbox.client("sns"), sandbox.client("events")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": TOPIC,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.create_topic(Name="news", Attributes={"Policy": policy})
    pattern = {"source": ["aws.ssm"], "detail": {"Definition": ["runbook"]}}
    events.put_rule(Name="runs", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="runs", Targets=[{"Id": "topic", "Arn": TOPIC}])
    return sandbox.client("ssm")


def told(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [json.loads(one["message"]) for one in sandbox.messages.sent(TOPIC)]


def test_event_names_execution_runbook_and_status(sandbox: Sandbox, ssm: Any) -> None:
    create(ssm, step("nap"))
    execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
    (event,) = told(sandbox)
    assert event["detail-type"] == "EC2 Automation Execution Status-change Notification"
    assert (event["account"], event["region"]) == (sandbox.account, "eu-west-1")
    arn = "arn:aws:ssm:eu-west-1:123456789012"
    assert event["resources"] == [
        f"{arn}:automation-execution/{execution_id}",
        f"{arn}:automation-definition/runbook:1",
    ]
    detail = event["detail"]
    assert (detail["ExecutionId"], detail["Status"]) == (execution_id, "Success")
    assert (detail["Definition"], detail["DefinitionVersion"]) == ("runbook", 1.0)


def test_failed_and_expired_executions_say_so(sandbox: Sandbox, ssm: Any) -> None:
    create(ssm, script("raise RuntimeError('No.')"))
    sandbox.automations.run("runbook")
    ssm.delete_document(Name="runbook")
    create(ssm, approval(ALICE, timeoutSeconds=60))
    waiting = sandbox.automations.run("runbook")["AutomationExecutionId"]
    assert len(told(sandbox)) == 1
    sandbox.clock.advance(days(1))
    sandbox.automations.wait(waiting)
    assert [one["detail"]["Status"] for one in told(sandbox)] == ["Failed", "TimedOut"]
