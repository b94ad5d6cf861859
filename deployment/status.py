"""Says how an installed stack is doing: messages, results, errors, executions, exceptions.

It changes nothing. The exit status is 1 if something needs attention or could not be read.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3

from .account import Account, AwsError, NoAccountError, shortened
from .config import RESOURCE_TYPE
from .findings import Finding, Level, missing, note, ok, warning
from .remediation import exceptions, remediations
from .results import results
from .runbook import FAILED, NOT_ENDED, awaits_approval, certificate_of, executions
from .stacks import FUNCTION, RULE, RUNBOOK, NoResourceError, Stack, is_at_rest
from .topics import owner_of

_RECENT = timedelta(days=7)
# The rule runs once a day at least.
_ERRORS_DAYS = 2
# How Systems Manager shows the error that a script raised.
_SCRIPT_ERROR = re.compile(
    r"^.*Traceback .*? \w+Error - (.*?)( Please refer to Automation Service .*)?$"
)
# How many failed executions are told one by one; each takes a call.
_MOST_FAILED = 20


def subscriptions(account: Account, stack: Stack, _: datetime) -> Iterator[Finding]:
    """Whether anybody gets the messages."""
    topic = stack.parameters.get("AlarmTopicArn") or stack.resource("Topic")
    owner = owner_of(topic)
    if owner != account.number:
        yield note(f"Messages go to {topic}. Look in account {owner} for who subscribes to it.")
        return
    pages = account.client("sns").get_paginator("list_subscriptions_by_topic")
    found = [
        one
        for page in pages.paginate(TopicArn=topic)
        for one in page["Subscriptions"]
        # SNS lists one that was unsubscribed for a while.
        if one["SubscriptionArn"] != "Deleted"
    ]
    for one in found:
        if one["SubscriptionArn"] == "PendingConfirmation":
            yield warning(
                f"{one['Endpoint']} has not confirmed its subscription and gets no messages.",
                "Open the link in the message from AWS Notifications. To get a new one: aws sns "
                f"subscribe --topic-arn {topic} --protocol {one['Protocol']} "
                f"--notification-endpoint {one['Endpoint']}",
            )
        else:
            yield ok(f"{one['Endpoint']} gets the messages ({one['Protocol']}).")
    # SNS deletes a subscription that nobody confirms in time.
    email = stack.parameters.get("AlarmEmail", "")
    if not found or (email and email not in [one["Endpoint"] for one in found]):
        yield warning(
            f"{email or 'Nobody'}{' no longer' if email else ''} subscribes to {topic}.",
            f"aws sns subscribe --topic-arn {topic} --protocol email --notification-endpoint "
            f"{email or 'ADDRESS'}",
        )


def function_errors(account: Account, stack: Stack, now: datetime) -> Iterator[Finding]:
    """Whether the rule's function failed: it may have reported before, and fail again and again."""
    answer = account.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": stack.resource(FUNCTION)}],
        StartTime=now - timedelta(days=_ERRORS_DAYS),
        EndTime=now,
        Period=3600,
        Statistics=["Sum"],
    )
    count = int(sum(one["Sum"] for one in answer["Datapoints"]))
    where = f"of the rule's function in the last {_ERRORS_DAYS} days."
    if count:
        yield warning(
            f"CloudWatch counts {count} error{'' if count == 1 else 's'} {where}",
            '"A function failed" in docs/operations.md says where to look.',
        )
    else:
        yield ok(f"CloudWatch counts no error {where}")


def runs(account: Account, stack: Stack, now: datetime) -> Iterator[Finding]:
    """Which executions of the runbook wait, run, or have failed lately."""
    runbook, since = stack.resource(RUNBOOK), now - _RECENT
    current = list(executions(account, runbook, NOT_ENDED))
    for one in current:
        name, id_ = certificate_of(account, one), one["AutomationExecutionId"]
        if awaits_approval(one):
            yield warning(
                f"The removal of {name} waits for an approval.",
                "An approver answers: aws ssm send-automation-signal --signal-type Approve "
                f"--automation-execution-id {id_}",
            )
        else:
            step = one.get("CurrentStepName", "?")
            yield note(f"The removal of {name} runs, in the step {step} (execution {id_}).")
    failed = list(executions(account, runbook, FAILED, since))
    told = set()
    for one in failed[:_MOST_FAILED]:
        name = certificate_of(account, one)
        told.add(name)
        yield warning(
            f"The removal of {name} ended {one['AutomationExecutionStatus']} at "
            f"{_at(one.get('ExecutionEndTime'))} (execution {one['AutomationExecutionId']}): "
            f"{_reason(one.get('FailureMessage', 'no reason given'))}"
        )
    if len(failed) > _MOST_FAILED:
        yield warning(f"{len(failed) - _MOST_FAILED} more executions failed in the last 7 days.")
    # Where AWS Config could not even start the runbook, Systems Manager has nothing to show.
    untold = [
        one
        for one in remediations(account, stack.resource(RULE))
        if one["State"] == "FAILED"
        and one.get("LastUpdatedTime", now) >= since
        and one["ResourceKey"]["resourceId"] not in told
    ]
    for one in untold if len(failed) <= _MOST_FAILED else ():
        name = one["ResourceKey"]["resourceId"]
        yield warning(f"AWS Config could not remediate {name}: {_steps(one)}")
    if not current:
        yield ok("No execution of the runbook runs or waits.")
    if not failed and not untold:
        yield ok("No execution of the runbook has failed in the last 7 days.")


def _at(time: datetime | None) -> str:
    return f"{time.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC" if time else "an unknown time"


def _reason(message: str) -> str:
    """What a failed execution says, without the traceback of its script."""
    return _SCRIPT_ERROR.sub(r"\1", " ".join(message.split()))


def _steps(remediation: dict[str, Any]) -> str:
    messages = [one.get("ErrorMessage", "") for one in remediation.get("StepDetails", [])]
    return " ".join(one for one in messages if one) or "no reason given"


def remediation_exceptions(account: Account, stack: Stack, _: datetime) -> Iterator[Finding]:
    """Which certificates automatic remediation leaves alone, and how to end that."""
    rule = stack.resource(RULE)
    found = list(exceptions(account, rule))
    for one in found:
        name = one["ResourceId"]
        yield warning(
            f"Automatic remediation leaves {name} alone: {one.get('Message', 'no reason given')}",
            f"aws configservice delete-remediation-exceptions --config-rule-name {rule} "
            f"--resource-keys ResourceType={RESOURCE_TYPE},ResourceId={name}",
        )
    if not found:
        yield ok("No certificate has a remediation exception.")


Look = Callable[[Account, Stack, datetime], Iterator[Finding]]
LOOKS: tuple[Look, ...] = (subscriptions, results, function_errors, runs, remediation_exceptions)


def looked_at(account: Account, name: str, now: datetime) -> Iterator[Finding]:
    """All that there is to say; a look that fails says so and hides no other."""
    try:
        stack = Stack.find(account, name)
    except AwsError as error:
        yield warning(f"Could not read the stack {name}: {shortened(error)}")
        return
    if stack is None:
        yield missing(
            f"There is no stack {name} in {account.region}.",
            "Name it with STACK=..., or set AWS_DEFAULT_REGION to the region that it is in.",
        )
        return
    told = f"The stack {name} is {stack.status}."
    yield ok(told) if is_at_rest(stack.status) else warning(told)
    for look in LOOKS:
        yield from _findings(look, account, stack, now)


def _findings(look: Look, account: Account, stack: Stack, now: datetime) -> Iterator[Finding]:
    try:
        yield from look(account, stack, now)
    except (NoResourceError, *AwsError) as error:
        what = look.__name__.replace("_", " ")
        yield warning(f"Could not read: {what}. {shortened(error)}")


def main(arguments: Sequence[str] | None = None, session: Any = None) -> int:
    """Prints it.

    :param session: a boto3 session; that of the environment by default
    """
    parser = argparse.ArgumentParser(
        prog="python -m deployment.status", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--stack", default="certsweep", help="name of the stack (certsweep)")
    given = parser.parse_args(arguments)
    try:
        account = Account.of(session or boto3.Session())
    except NoAccountError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Looking at {account}.")
    needs_attention = False
    for finding in looked_at(account, given.stack, datetime.now(timezone.utc)):
        print(finding, flush=True)
        needs_attention |= finding.level in (Level.WARNING, Level.MISSING)
    print("\nSomething needs attention." if needs_attention else "\nNothing needs attention.")
    return int(needs_attention)


if __name__ == "__main__":
    sys.exit(main())
