"""Executions as the API shows and filters them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.wire.calls import AwsError

from . import execution_parameters
from .executions import Execution, StepRun


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
    shown = summary(execution)
    del shown["AutomationType"]
    values = execution.start.parameters
    return shown | {
        "Parameters": {name: execution_parameters.shown(value) for name, value in values.items()},
        "StepExecutions": [run.to_api() for run in execution.steps],
        "StepExecutionsTruncated": False,
    }


def matches(execution: Execution, condition: dict[str, Any]) -> bool:
    """Whether an execution passes a filter.

    :raises AwsError: if the sandbox doesn't have the filter
    """
    key, values = condition["Key"], condition["Values"]
    run = execution.current
    if key == "DocumentNamePrefix":
        return execution.start.document_name.startswith(tuple(values))
    if key == "ExecutionStatus":
        return execution.status in values
    if key == "ExecutionId":
        return execution.id in values
    if key == "CurrentAction":
        return run is not None and run.step.action in values
    if key == "StartTimeBefore":
        return execution.started <= _time(values[0])
    if key == "StartTimeAfter":
        return execution.started >= _time(values[0])
    raise AwsError("InvalidFilterKey", f"The sandbox doesn't support the filter {key}.")


def step_matches(run: StepRun, condition: dict[str, Any]) -> bool:
    """Whether a step passes a filter.

    :raises AwsError: if the sandbox doesn't have the filter
    """
    values = {
        "StepName": run.step.name,
        "Action": run.step.action,
        "StepExecutionStatus": run.status,
        "StepExecutionId": run.id,
    }
    if condition["Key"] not in values:
        raise AwsError(
            "InvalidFilterKey", f"The sandbox doesn't support the filter {condition['Key']}."
        )
    return values[condition["Key"]] in condition["Values"]


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise AwsError("InvalidFilterValue", f"{text} is no time.") from error
