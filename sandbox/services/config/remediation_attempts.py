"""Remediations of resources, as AWS Config keeps and shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.utilities.utils import get_partition

from sandbox.services.ssm.executions import OVER, Execution
from sandbox.wire.calls import AwsError

from .results import RuleState

# Resource type and id.
Key = tuple[str, str]


_STEP_STATES = {
    "Pending": "PENDING",
    "Success": "SUCCEEDED",
    "Failed": "FAILED",
    "TimedOut": "FAILED",
    "Cancelled": "EXITED",
}


@dataclass
class Attempt:
    """The latest remediation of a resource."""

    key: Key
    invoked: datetime
    is_automatic: bool
    # None until Systems Manager has started it, and if it refused to.
    execution: Execution | None = None
    refusal: str = ""
    # Not started, since too many others had failed.
    is_left_behind: bool = False

    @property
    def state(self) -> str:
        """As the API has it."""
        if self.is_queued or self.is_left_behind:
            return "QUEUED"
        status = self.execution.status if self.execution else "Failed"
        if status in OVER:
            return "SUCCEEDED" if status == "Success" else "FAILED"
        return "QUEUED" if status == "Pending" else "IN_PROGRESS"

    @property
    def is_queued(self) -> bool:
        """Whether it is to be started when others have ended."""
        return not (self.execution or self.refusal or self.is_left_behind)

    @property
    def is_running(self) -> bool:
        """Whether its consequences are still to come."""
        is_started = self.execution is not None and not self.execution.is_finished
        return self.is_queued or is_started

    def to_api(self) -> dict[str, Any]:
        """`RemediationExecutionStatus` of the API."""
        return {
            "ResourceKey": resource_key(self.key),
            "State": self.state,
            "StepDetails": self._steps(),
            "InvocationTime": self.invoked,
            "LastUpdatedTime": self._updated(),
        }

    def _steps(self) -> list[dict[str, Any]]:
        if self.execution is None:
            failed = {"State": "FAILED", "ErrorMessage": self.refusal}
            return [failed] if self.refusal else []
        return [
            {
                "Name": run.step.name,
                "State": _STEP_STATES.get(run.status, "IN_PROGRESS"),
                "ErrorMessage": run.failure or None,
                "StartTime": run.started,
                "StopTime": run.ended,
            }
            for run in self.execution.steps
        ]

    def _updated(self) -> datetime:
        if self.execution is None:
            return self.invoked
        times = [time for run in self.execution.steps for time in (run.started, run.ended) if time]
        return self.execution.ended or max(times, default=self.invoked)


@dataclass
class Remediation:
    """The configuration for one rule, and what came of it."""

    definition: dict[str, Any]
    attempts: dict[Key, Attempt] = field(default_factory=dict)
    # When automatic attempts failed.
    failures: dict[Key, list[datetime]] = field(default_factory=dict)

    @property
    def is_automatic(self) -> bool:
        """Whether it starts without anybody asking for it."""
        return bool(self.definition.get("Automatic"))

    @property
    def is_running(self) -> bool:
        """Whether a resource is being remediated."""
        return any(attempt.is_running for attempt in self.attempts.values())

    def is_in_progress(self, key: Key) -> bool:
        """Whether this resource is being remediated."""
        attempt = self.attempts.get(key)
        return attempt is not None and attempt.is_running


def arn_of(state: RuleState) -> str:
    """The ARN of a rule."""
    return str(state.rule.config_rule_arn)


def service_principal(state: RuleState) -> tuple[str, str, str]:
    """Account, region, and the service's role, as which Config starts runbooks."""
    role = (
        f"arn:{get_partition(state.region)}:sts::{state.account}:assumed-role/"
        "AWSServiceRoleForConfigRemediation/AwsConfigRemediation"
    )
    return state.account, state.region, role


def invalid(text: str) -> AwsError:
    """The refusal of a parameter."""
    return AwsError("InvalidParameterValueException", text)


def resource_key(key: Key) -> dict[str, str]:
    """`ResourceKey` of the API."""
    return {"resourceType": key[0], "resourceId": key[1]}
