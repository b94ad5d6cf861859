"""One run of the runbook, in the words of the tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

NO_OUTPUT = "No output available yet because the step is not successfully executed"


@dataclass(frozen=True)
class Execution:
    """One run of the runbook, as Systems Manager shows it."""

    description: dict[str, Any]

    @property
    def id(self) -> str:
        """Of the execution."""
        return str(self.description["AutomationExecutionId"])

    @property
    def status(self) -> str:
        """`Success`, `Failed`, `TimedOut`, `Waiting` or `InProgress`."""
        return str(self.description["AutomationExecutionStatus"])

    @property
    def outcome(self) -> str:
        """What became of the certificate; empty if the run doesn't say."""
        return self._output("Outcome")

    @property
    def reason(self) -> str:
        """Why; empty if the run doesn't say."""
        return self._output("Reason")

    @property
    def backup(self) -> str:
        """Where the certificate was written to; empty if nowhere."""
        return self._output("Location")

    @property
    def verdict(self) -> dict[str, Any]:
        """The verdict of the inspection."""
        verdict: dict[str, Any] = json.loads(self._output("Verdict"))
        return verdict

    @property
    def steps(self) -> dict[str, str]:
        """The status of each step that ran."""
        steps = {one["StepName"]: one["StepStatus"] for one in self.description["StepExecutions"]}
        return {name: status for name, status in steps.items() if status != "Pending"}

    @property
    def failure(self) -> str:
        """Why steps failed; empty if none did."""
        messages = [one.get("FailureMessage") for one in self.description["StepExecutions"]]
        return "\n".join(message for message in messages if message)

    @property
    def result(self) -> tuple[str, str]:
        """Status and outcome."""
        return self.status, self.outcome

    def _output(self, name: str) -> str:
        told = [
            value
            for output, values in self.description.get("Outputs", {}).items()
            for value in values
            if output.endswith(f".{name}") and value != NO_OUTPUT
        ]
        assert len(told) <= 1, told
        return str(told[0]) if told else ""
