"""Executions as the API shows and filters them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.wire.calls import AwsError

from .executions import Execution, shown


def summary(execution: Execution) -> dict[str, Any]:
    """`AutomationExecutionMetadata` of the API."""
    start, run = execution.start, execution.current
    return {
        "AutomationExecutionId": execution.id,
        "DocumentName": start.document_name,
        "DocumentVersion": start.document_version,
        "AutomationExecutionStatus": execution.status,
        "ExecutionStartTime": execution.started,
        "ExecutionEndTime": execution.ended,
        "ExecutedBy": start.by.principal,
        "Outputs": execution.outputs(),
        "Mode": "Auto",
        "CurrentStepName": run.step.name if run else None,
        "CurrentAction": run.step.action if run else None,
        "FailureMessage": execution.failure or None,
        "AutomationType": "Local",
    }


def detailed(execution: Execution) -> dict[str, Any]:
    """`AutomationExecution` of the API."""
    description = summary(execution)
    del description["AutomationType"]
    values = execution.start.parameters
    return description | {
        "Parameters": {name: shown(value) for name, value in values.items()},
        "StepExecutions": [run.to_api() for run in execution.steps],
        "StepExecutionsTruncated": False,
    }


def matches(execution: Execution, condition: dict[str, Any]) -> bool:
    """Whether an execution passes a filter.

    :raises AwsError: if the sandbox doesn't have the filter
    """
    key, values = condition["Key"], condition["Values"]
    if key == "DocumentNamePrefix":
        return execution.start.document_name.startswith(tuple(values))
    if key == "ExecutionStatus":
        return execution.status in values
    if key == "StartTimeAfter":
        return execution.started >= datetime.fromisoformat(values[0].replace("Z", "+00:00"))
    raise AwsError("InvalidFilterKey", f"The sandbox doesn't support the filter {key}.")
