"""Executions of the runbook, as Systems Manager lists them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

from .account import Account

NOT_ENDED = ("Pending", "InProgress", "Waiting", "Cancelling")
FAILED = ("Failed", "TimedOut")


def executions(
    account: Account, runbook: str, statuses: Sequence[str], since: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """The executions of the runbook that have one of these statuses.

    :param since: when they were started at the earliest
    """
    # An update that changes the runbook gives it another name, another suffix of the same
    # STACK-LOGICALID-, and an execution of the former one may wait for an approval still.
    stem = runbook.rpartition("-")[0] + "-"
    filters = [
        {"Key": "DocumentNamePrefix", "Values": [stem]},
        {"Key": "ExecutionStatus", "Values": list(statuses)},
    ]
    if since:
        started = since.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        filters.append({"Key": "StartTimeAfter", "Values": [started]})
    client = account.client("ssm")
    for page in client.get_paginator("describe_automation_executions").paginate(Filters=filters):
        yield from page["AutomationExecutionMetadataList"]


def awaits_approval(execution: dict[str, Any]) -> bool:
    """Whether an execution waits for an approver."""
    return execution.get("CurrentAction") == "aws:approve"


def certificate_of(account: Account, execution: dict[str, Any]) -> str:
    """The certificate that an execution is about; the listing doesn't say."""
    answer = account.client("ssm").get_automation_execution(
        AutomationExecutionId=execution["AutomationExecutionId"]
    )
    given = answer["AutomationExecution"].get("Parameters", {}).get("ServerCertificate")
    # An execution that started others for many certificates names none itself.
    return ", ".join(given) if given else "several certificates"
