"""One execution of a runbook: from step to step, to its end."""

from __future__ import annotations

import threading
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from moto.utilities.utils import get_partition

from sandbox.host.clock import Clock
from sandbox.wire.selectors import NOTHING, select

from .runbooks import Output, Runbook, Step
from .variables import as_text, resolved

NO_OUTPUT = "No output available yet because the step is not successfully executed"
# The last words of every failure.
GUIDE = "Please refer to Automation Service Troubleshooting Guide for more diagnosis details."
OVER = ("Success", "Failed", "TimedOut", "Cancelled")


class StepFailedError(Exception):
    """The step failed; the message says why."""


class StepTimedOutError(Exception):
    """The step wasn't over in time."""


class CancelledError(Exception):
    """Somebody stopped the execution."""


@dataclass(frozen=True)
class Starter:
    """Who starts an execution, and where."""

    account: str
    region: str
    # ARN; for a service that does so by itself, of its role.
    principal: str


@dataclass(frozen=True)
class Start:
    """What an execution is started with."""

    document_name: str
    document_version: str
    runbook: Runbook
    parameters: dict[str, str]
    by: Starter
    role_arn: str


@dataclass
class StepRun:
    """A step, and how it went."""

    step: Step
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "Pending"
    started: datetime | None = None
    ended: datetime | None = None
    inputs: dict[str, Any] = field(default_factory=dict)
    # The action's own outputs.
    outputs: dict[str, Any] = field(default_factory=dict)
    # The outputs that the step declares.
    declared: dict[str, Any] = field(default_factory=dict)
    failure: str = ""
    # The step that a branch has chosen.
    chosen: str = ""

    def to_api(self) -> dict[str, Any]:
        """`StepExecution` of the API."""
        step, outputs = self.step, self.outputs
        if step.action == "aws:executeScript" and outputs:
            outputs = {"OutputPayload": outputs}
        outputs = outputs | self.declared
        return {
            "StepExecutionId": self.id,
            "StepName": step.name,
            "Action": step.action,
            "StepStatus": self.status,
            "ExecutionStartTime": self.started,
            "ExecutionEndTime": self.ended,
            "Inputs": {name: as_text(value) for name, value in self.inputs.items()},
            "Outputs": {name: shown(value) for name, value in outputs.items()},
            "FailureMessage": self.failure or None,
            "TimeoutSeconds": step.timeout_seconds,
            "OnFailure": step.on_failure,
            "MaxAttempts": step.max_attempts,
            "IsEnd": step.is_end,
            "IsCritical": step.is_critical,
        }


class Execution:
    """An execution; runs in a thread of its own."""

    def __init__(
        self, start: Start, clock: Clock, changed: threading.Condition, act: _Actions
    ) -> None:
        """Prepares it.

        :param changed: guards the state, and is told of every change
        :param act: what the steps do
        """
        self.id = str(uuid.uuid4())
        self.start = start
        self.steps = [StepRun(step) for step in start.runbook.steps]
        self.status = "Pending"
        self.started = clock.now()
        self.ended: datetime | None = None
        self.failure = ""
        # The decisions of approvers on the step that waits for them: ARN to decision.
        self.decisions: dict[str, dict[str, str]] = {}
        self.is_cancelled = False
        # Stops what the current step does.
        self.stop_step: Callable[[], None] = lambda: None
        # Its consequences are drawn too, where somebody waits for the end.
        self.is_finished = False
        # Whether the step that waits still does: it may not have noticed what it waits for.
        self.is_waiting: Callable[[], bool] = lambda: False
        self._clock = clock
        self._changed = changed
        self._act = act

    @property
    def current(self) -> StepRun | None:
        """The step that runs or waits."""
        busy = ("InProgress", "Waiting", "Cancelling")
        return next((one for one in self.steps if one.status in busy), None)

    def run(self) -> None:
        """Runs all steps."""
        self._set_status("InProgress")
        status = "Success"
        position: int | None = 0
        try:
            while position is not None:
                run = self.steps[position]
                self._run_step(run)
                if run.status != "Success" and run.step.is_critical and status == "Success":
                    status, self.failure = run.status, run.failure
                position = self._next(position, run)
        except CancelledError:
            status = "Cancelled"
        except Exception as error:  # noqa: BLE001  a defect of the sandbox
            traceback.print_exc()
            status, self.failure = "Failed", f"Internal Server Error. {error!r}. {GUIDE}"
        with self._changed:
            if self.is_cancelled:
                status = "Cancelled"
            if self.current:
                self.current.ended = self._clock.now()
                self.current.status = status
            self.status, self.ended = status, self._clock.now()
            self._changed.notify_all()

    def cancel(self) -> bool:
        """Stops it; steps that haven't run stay pending. False if it is over already."""
        with self._changed:
            if self.status in OVER:
                return False
            self.is_cancelled = True
            self.status = "Cancelling"
            if self.current:
                self.current.status = "Cancelling"
            stop = self.stop_step
            self._changed.notify_all()
        stop()
        return True

    def outputs(self) -> dict[str, list[str]]:
        """The runbook's outputs."""
        return {name: self._output(name) for name in self.start.runbook.outputs}

    def system_variables(self) -> dict[str, str]:
        """The values of `global:` and `automation:` variables."""
        return {
            "automation:EXECUTION_ID": self.id,
            "global:ACCOUNT_ID": self.start.by.account,
            "global:AWS_PARTITION": get_partition(self.start.by.region),
            "global:DATE": self.started.strftime("%Y-%m-%d"),
            "global:DATE_TIME": self.started.strftime("%Y-%m-%d_%H.%M.%S"),
            "global:REGION": self.start.by.region,
        }

    def wait(self, run: StepRun, is_done: Callable[[], bool], seconds: float, status: str) -> None:
        """Blocks until something is done, by the sandbox's clock.

        :param status: of the step, and with `Waiting` of the execution, for so long
        :raises StepTimedOutError: if it isn't done in time
        :raises CancelledError: if the execution is stopped meanwhile
        """
        until = self._clock.now() + timedelta(seconds=seconds)

        def left() -> float:
            return (until - self._clock.now()).total_seconds()

        with self._changed:
            self.is_waiting = lambda: not is_done() and not self.is_cancelled and left() > 0
            run.status = self.status = status
            self._changed.notify_all()
            while self.is_waiting():
                self._changed.wait(left())
            if self.is_cancelled:
                raise CancelledError
            if not is_done():
                raise StepTimedOutError
            run.status = self.status = "InProgress"

    def _run_step(self, run: StepRun) -> None:
        run.started = self._clock.now()
        for _ in range(run.step.max_attempts):
            status, failure = self._attempted(run)
            if status == "Success":
                break
        with self._changed:
            if self.is_cancelled:
                raise CancelledError
            run.status, run.failure, run.ended = status, failure, self._clock.now()
            self.status = "InProgress"
            self._changed.notify_all()

    def _attempted(self, run: StepRun) -> tuple[str, str]:
        """Status and failure message of one attempt."""
        outcome = ("Success", "")
        try:
            self._perform(run)
        except StepTimedOutError:
            outcome = ("TimedOut", f"Step timed out while step is {run.step.action}. {GUIDE}")
        except StepFailedError as error:
            outcome = ("Failed", f"{str(error).rstrip('.')}. {GUIDE}")
        return outcome

    def _perform(self, run: StepRun) -> None:
        with self._changed:
            if self.is_cancelled:
                raise CancelledError
            run.status = "InProgress"
            self._changed.notify_all()
        run.inputs = resolved(run.step.inputs, self._variable)
        run.outputs = self._act(self, run)
        run.declared = self._declared(run)

    def _next(self, position: int, run: StepRun) -> int | None:
        """The position of the next step; None at the end."""
        step = run.step
        if run.chosen:
            return next(
                index for index, one in enumerate(self.steps) if one.step.name == run.chosen
            )
        is_aborted = run.status != "Success" and step.on_failure == "Abort"
        if step.is_end or is_aborted or position + 1 == len(self.steps):
            return None
        return position + 1

    def _variable(self, name: str) -> Any:
        system = self.system_variables()
        if name in system:
            return system[name]
        if name in self.start.parameters:
            return self.start.parameters[name]
        run, value = self._found(name)
        if run.status != "Success":
            raise StepFailedError(
                f"{{{{ {name} }}}} has no value: step {run.step.name} did not run"
            )
        return "" if value is NOTHING else value

    def _found(self, name: str) -> tuple[StepRun, Any]:
        """The step and the value of an output."""
        step_name, _, output = name.partition(".")
        run = next(one for one in self.steps if one.step.name == step_name)
        return run, (run.outputs | run.declared).get(output, NOTHING)

    def _output(self, name: str) -> list[str]:
        run, value = self._found(name)
        is_missing = run.status != "Success" or value is NOTHING
        return [NO_OUTPUT] if is_missing else shown(value)

    def _declared(self, run: StepRun) -> dict[str, Any]:
        found = {one.name: self._selected(run, one) for one in run.step.outputs}
        return {name: value for name, value in found.items() if value is not NOTHING}

    def _selected(self, run: StepRun, output: Output) -> Any:
        value = select(output.selector, run.outputs)
        if value is not NOTHING and not isinstance(value, output.type):
            raise StepFailedError(
                f"Step fails when it is validating outputs. The output {output.name} "
                f"({output.selector}) is no {output.type.__name__}: {as_text(value)[:200]}"
            )
        return value

    def _set_status(self, status: str) -> None:
        with self._changed:
            self.status = status
            self._changed.notify_all()


def shown(value: Any) -> list[str]:
    """A value as the API shows it, in parameters and outputs."""
    return [as_text(item) for item in (value if isinstance(value, list) else [value])]


# What a step does: answers the action's own outputs.
_Actions = Callable[[Execution, StepRun], dict[str, Any]]
