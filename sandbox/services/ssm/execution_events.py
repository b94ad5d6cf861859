"""The event "EC2 Automation Execution Status-change Notification" of Systems Manager."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from moto.utilities.utils import get_partition

from sandbox.host.clock import Clock
from sandbox.services.events import DefaultBuses

from .executions import Execution


class ExecutionEvents:
    """Puts an event on the default bus when an execution ends."""

    def __init__(self, clock: Clock, buses: DefaultBuses) -> None:
        self._clock = clock
        self._buses = buses

    def ended(self, execution: Execution) -> None:
        """Tells how it ended."""
        self._buses.put(self._event(execution))

    def _event(self, execution: Execution) -> dict[str, Any]:
        """The event as AWS sends it.

        https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html
        """
        start, started, now = execution.start, execution.started, self._clock.now()
        by, ended = start.by, execution.ended or now
        arn = f"arn:{get_partition(by.region)}:ssm:{by.region}:{by.account}"
        definition = f"{start.document_name}:{start.document_version}"
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "EC2 Automation Execution Status-change Notification",
            "source": "aws.ssm",
            "account": by.account,
            "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": by.region,
            "resources": [
                f"{arn}:automation-execution/{execution.id}",
                f"{arn}:automation-definition/{definition}",
            ],
            "detail": {
                "ExecutionId": execution.id,
                "Definition": start.document_name,
                "DefinitionVersion": float(start.document_version),
                "Status": execution.status,
                "EndTime": _written(ended),
                "StartTime": _written(started),
                "Time": (ended - started).total_seconds() * 1000,
                "ExecutedBy": by.principal,
            },
        }


def _written(time: datetime) -> str:
    return f"{time:%b} {time.day}, {time:%Y} {int(f'{time:%I}')}:{time:%M:%S %p}"
