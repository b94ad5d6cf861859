"""Resources remediated at once: how many at a time, and when Systems Manager stops."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .remediation_attempts import Attempt

# In percent, where `ExecutionControls` doesn't say.
CONCURRENCY = 10
ERRORS = 50


class Batch:
    """The resources of one request, or of one evaluation in automatic mode; guarded by its caller.

    Systems Manager has some remediated at a time, the next when one ends, and starts no more of
    them once more have failed than are allowed.
    """

    def __init__(
        self,
        definition: Mapping[str, Any],
        attempts: Sequence[Attempt],
        launch: Callable[[Attempt], bool],
    ) -> None:
        """Starts nothing yet.

        :param launch: starts an attempt, and has `ended` called when it is over; false if refused
        """
        controls = definition.get("ExecutionControls", {}).get("SsmControls", {})
        number = len(attempts)
        self._at_once = max(
            1, number * controls.get("ConcurrentExecutionRatePercentage", CONCURRENCY) // 100
        )
        self._errors_allowed = number * controls.get("ErrorPercentage", ERRORS) // 100
        self._launch = launch
        self._waiting = deque(attempts)
        self._running = 0
        self._errors = 0

    def start(self) -> None:
        """Starts as many as there may be at a time."""
        while self._waiting and self._running < self._at_once:
            if self._launch(self._waiting.popleft()):
                self._running += 1
            else:
                self._note_error()

    def ended(self, *, failed: bool) -> None:
        """Notes that an attempt is over, and starts the next."""
        self._running -= 1
        if failed:
            self._note_error()
        self.start()

    def _note_error(self) -> None:
        self._errors += 1
        if self._errors > self._errors_allowed:
            for attempt in self._waiting:
                attempt.is_left_behind = True
            self._waiting.clear()
