"""Lists what is still running or waiting, removes the stack, and lists what stays.

AWS refuses to delete the remediation configuration while a remediation runs, and a failed deletion
leaves the stack half removed. So this refuses first, or waits.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import boto3
from botocore.exceptions import ClientError, WaiterError

from .account import Account, AwsError, NoAccountError, code_of
from .remediation import RUNNING, exceptions, remediations
from .runbook import NOT_ENDED, awaits_approval, executions
from .stacks import RULE, RUNBOOK, Stack

_POLL_SECONDS = 10
_ABSENT = {"NoSuchConfigRuleException", "NoSuchRemediationConfigurationException"}


def running(account: Account, stack: Stack) -> list[str]:
    """What runs or waits now, a line each."""
    found: list[str] = []
    if runbook := stack.resources.get(RUNBOOK):
        found += [_told(one) for one in executions(account, runbook, NOT_ENDED)]
    if rule := stack.resources.get(RULE):
        found += [
            f"remediation of {one['ResourceKey']['resourceId']}: {one['State']}"
            for one in _if_there(remediations(account, rule))
            if one["State"] in RUNNING
        ]
    return found


def _told(execution: dict[str, Any]) -> str:
    step = execution.get("CurrentStepName", "?")
    waits = " for approval" if awaits_approval(execution) else ""
    return (
        f"automation {execution['AutomationExecutionId']}: "
        f"{execution['AutomationExecutionStatus']}{waits} in step {step}"
    )


def _given_up(account: Account, stack: Stack) -> list[str]:
    """The certificates that automatic remediation has given up on."""
    rule = stack.resources.get(RULE)
    found = _if_there(exceptions(account, rule)) if rule else []
    return [one["ResourceId"] for one in found]


def _if_there(listing: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What AWS Config lists; nothing if the rule or its remediation is gone already."""
    try:
        yield from listing
    except ClientError as error:
        if code_of(error) not in _ABSENT:
            raise


# What is deleted and can't be had back.
GOES = (
    "Removing the stack permanently deletes the rule with its results, the runbook, the functions, "
    "their roles and alarms."
)


def stays(account: Account, stack: Stack) -> list[str]:
    """What is left behind on purpose."""
    left = [
        "In the deployment bucket: the functions' zip and the packaged template.",
        "In Systems Manager: the history of the runbook's executions, for 30 days.",
    ]
    logs = sorted(group for name, group in stack.resources.items() if name.endswith("Logs"))
    if logs:
        left.append(
            f"The functions' logs, the record of every evaluation and removal: {', '.join(logs)}. "
            "They expire. To delete one now: aws logs delete-log-group --log-group-name NAME"
        )
    if bucket := stack.parameters.get("BackupBucket"):
        left.append(f"The backups: s3://{bucket}/certsweep/{account.number}/")
    if key := stack.resources.get("TopicKey"):
        left.append(f"The alarms' KMS key {key}: scheduled for deletion in 30 days.")
    return left


class Undeployment:
    """Removes one stack, and talks about it."""

    def __init__(
        self,
        account: Account,
        *,
        sleep: Callable[[float], None] = time.sleep,
        ask: Callable[[str], str] | None = None,
    ) -> None:
        """Takes what it needs of the world.

        :param ask: asks a person and gives the answer; None if there is nobody to ask
        """
        self._account = account
        self._sleep = sleep
        self._ask = ask

    def run(self, name: str, *, wait_seconds: int, confirmed: bool) -> int:
        """Removes the stack and answers the exit status."""
        print(f"Using {self._account}.")
        stack = Stack.find(self._account, name)
        if stack is None:
            print(f"The stack {name} does not exist here. There is nothing to remove.")
            return 0
        print(f"Stack {stack.name}: {stack.status}")
        for certificate in _given_up(self._account, stack):
            print(f"Automatic remediation has given up on {certificate}.")
        if not self._has_ended(stack, wait_seconds):
            return 1
        print(GOES)
        if not (confirmed or self._agrees(stack)):
            return 1
        return self._delete(stack)

    def _has_ended(self, stack: Stack, wait_seconds: int) -> bool:
        waited = 0
        while found := running(self._account, stack):
            for line in found:
                print(f"  {line}")
            if waited >= wait_seconds:
                print(
                    "Not removed: AWS refuses to delete the remediation configuration while a "
                    "remediation runs. Wait for it (WAIT=seconds), approve or reject pending "
                    "approvals, or stop it: "
                    "aws ssm stop-automation-execution --type Cancel --automation-execution-id ID"
                )
                return False
            pause = min(_POLL_SECONDS, wait_seconds - waited)
            print(f"Waiting up to {wait_seconds - waited} s for these to end.", flush=True)
            self._sleep(pause)
            waited += pause
        print("Nothing is running or waiting.")
        return True

    def _agrees(self, stack: Stack) -> bool:
        if self._ask is None:
            print("Not removed: there is no terminal to confirm on. Confirm with YES=1 (--yes).")
            return False
        if self._ask(f"Remove the stack {stack.name}? [y/N] ").strip().lower() in ("y", "yes"):
            return True
        print("Not removed.")
        return False

    def _delete(self, stack: Stack) -> int:
        client = self._account.client("cloudformation")
        # The id, not the name: afterwards the name leads nowhere.
        client.delete_stack(StackName=stack.id)
        print(f"Removing {stack.name} ...", flush=True)
        try:
            client.get_waiter("stack_delete_complete").wait(
                StackName=stack.id, WaiterConfig={"Delay": 5, "MaxAttempts": 360}
            )
        except WaiterError as error:
            print(f"The stack {stack.name} was not removed: {error}")
            for reason in _reasons(client, stack):
                print(f"  {reason}")
            print("Fix the problem, then run this again. It continues where it stopped.")
            return 1
        print(f"Removed {stack.name}. These stay on purpose:")
        for line in stays(self._account, stack):
            print(f"  {line}")
        return 0


def _reasons(client: Any, stack: Stack) -> list[str]:
    """Why resources could not be deleted, the latest first."""
    events = client.describe_stack_events(StackName=stack.id)["StackEvents"]
    return [
        f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason', 'no reason given')}"
        for one in events
        if one.get("ResourceStatus") == "DELETE_FAILED"
    ]


def main(arguments: Sequence[str] | None = None, session: Any = None) -> int:
    """Removes the stack.

    :param session: a boto3 session; that of the environment by default
    """
    parser = argparse.ArgumentParser(
        prog="python -m deployment.undeploy", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--stack", default="certsweep", help="name of the stack (certsweep)")
    parser.add_argument(
        "--wait",
        type=int,
        default=0,
        metavar="SECONDS",
        help="how long to wait for running remediations (0)",
    )
    parser.add_argument("--yes", action="store_true", help="don't ask for confirmation")
    given = parser.parse_args(arguments)
    try:
        account = Account.of(session or boto3.Session())
        undeployment = Undeployment(account, ask=input if sys.stdin.isatty() else None)
        return undeployment.run(given.stack, wait_seconds=given.wait, confirmed=given.yes)
    except (NoAccountError, *AwsError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
