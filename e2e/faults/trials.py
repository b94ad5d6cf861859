"""One combination from beginning to end, and many side by side."""

from __future__ import annotations

import queue
import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .combinations import Combination
from .doors import Door, Inspect, Remove
from .expectations import OUTCOMES
from .findings import EvaluateAndImport
from .runbook_doors import BusyRunbook, Runbook
from .world import World


@dataclass(frozen=True)
class Result:
    """What came of a combination."""

    combination: Combination
    # One of doors.OUTCOMES; empty if the fault hit nothing, or the trial itself broke.
    outcome: str
    problems: tuple[str, ...]


_DOORS: dict[str, type[Door]] = {
    "evaluate": EvaluateAndImport,
    "inspect": Inspect,
    "remove": Remove,
    "runbook": Runbook,
    "busy runbook": BusyRunbook,
}
# How often a trial is made that breaks itself.
ATTEMPTS = 3


class DisturbedError(Exception):
    """The machine was too busy for the trial."""


class Bench:
    """A world and its doors."""

    def __init__(self, zip_file: Path) -> None:
        self.world = World(zip_file)
        self._doors: dict[str, Door] = {}

    def close(self) -> None:
        """Ends the sandbox."""
        self.world.close()

    def observe(self, door_name: str) -> list[dict[str, Any]]:
        """The requests of a run without a fault, which must be right."""
        door = self._door(door_name)
        subject = door.subjects(None)[-1]
        self._begin(door)
        door.act(subject)
        self.world.lift()
        seen = self.world.requests(door.role)
        problems = door.judge(subject, None).problems + door.afterwards(subject)
        assert not problems, problems
        return seen

    def attempt(self, combination: Combination) -> Result:
        """Breaks the call, uses the door, judges, and uses it again when nothing is broken."""
        door = self._door(combination.call.door)
        outcomes, problems = [], []
        for subject in door.subjects(combination.call):
            self._begin(door)
            self.world.sandbox.faults.add(**combination.fault)
            door.act(subject)
            hits = self.world.lift()
            verdict = door.judge(subject, combination)
            self._require_calm()
            problems += verdict.problems
            if hits:
                outcomes.append(verdict.outcome)
        problems += door.afterwards(subject)
        self._require_calm()
        if not outcomes:
            problems.append("the fault hit nothing")
        worst = max(outcomes, key=OUTCOMES.index, default="")
        return Result(combination, worst, tuple(problems))

    def _require_calm(self) -> None:
        """Refuses a trial in which a function's process asked for more work without an answer.

        That is the runtime client's doing, which gives up a connection after a second: so it comes
        to pass on a machine that is too busy, and says nothing of the product.

        :raises DisturbedError: so that the trial is made again
        """
        for one in self.world.sandbox.invocations():
            payload = one["payload"]
            if one["error"] == "Runtime.ExitError" and payload["errorMessage"].endswith("Error: "):
                raise DisturbedError(payload["errorMessage"])

    def _begin(self, door: Door) -> None:
        self.world.begin()
        self.world.page_in_three(door.prepare())
        self.world.sandbox.requests.clear()

    def _door(self, name: str) -> Door:
        if name not in self._doors:
            self._doors[name] = _DOORS[name](self.world)
        return self._doors[name]


def attempt_all(
    combinations: Sequence[Combination],
    zip_file: Path,
    workers: int,
    done: Callable[[Result], None] = lambda _: None,
) -> list[Result]:
    """Tries them side by side, each worker in a sandbox of its own, in the order given.

    The rule is evaluated in an account of many certificates, where everything else would take
    longer: a worker begins with one of the two, and then helps with the other.
    """
    full = _queue(one for one in combinations if one.call.door == "evaluate")
    small = _queue(one for one in combinations if one.call.door != "evaluate")
    with ThreadPoolExecutor(workers) as threads:
        orders = [(full, small) if worker % 3 == 1 else (small, full) for worker in range(workers)]
        ended = [threads.submit(_work, order, zip_file, done) for order in orders]
        return [result for one in ended for result in one.result()]


_Queue = queue.SimpleQueue[Combination]


def _queue(combinations: Iterable[Combination]) -> _Queue:
    waiting: _Queue = queue.SimpleQueue()
    for one in combinations:
        waiting.put(one)
    return waiting


def _work(order: Iterable[_Queue], zip_file: Path, done: Callable[[Result], None]) -> list[Result]:
    results = []
    bench: Bench | None = None
    for waiting in order:
        if bench is not None and bench.world.is_full:
            bench.close()
            bench = None
        while (combination := _next(waiting)) is not None:
            for _ in range(ATTEMPTS):
                try:
                    bench = bench or Bench(zip_file)
                    result = bench.attempt(combination)
                    break
                except Exception:  # noqa: BLE001  a trial that breaks must not take others along
                    result = Result(combination, "", (traceback.format_exc(),))
                    if bench is not None:  # whatever state it is in
                        bench.close()
                        bench = None
            results.append(result)
            done(result)
    if bench is not None:
        bench.close()
    return results


def _next(waiting: _Queue) -> Combination | None:
    try:
        return waiting.get_nowait()
    except queue.Empty:
        return None
