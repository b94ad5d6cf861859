"""How much memory a function needs: its time with the share of the processor that Lambda gives.

Over TLS and with a latency, as in Lambda. Lambda is known to give more of the processor while a
function initialises; that is not documented, so it is not counted on here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sandbox.control import Sandbox

from . import cold_start, usage
from .cpu_share import java_with_share, share_of
from .function import EVALUATE, INSPECT, in_java, java_command, running, unpack
from .replay import Replay
from .report import Figure, Matrix, Section
from .subjects.boto3_search import HOME

# Each group runs at once: its members together have one processor, and leave one for the rest.
GROUPS_MB = ((256, 512, 1024), (1769,))
SIZE = usage.Size(*usage.PROMISED)
LATENCY_SECONDS = usage.LATENCY_SECONDS
# A search on little memory takes long, and differs little from one to the next.
SEARCHES = 3

Measured = tuple[Figure, ...]
TITLE = "Memory of a function"
COLD_EVALUATION = "cold evaluation"


def measure(sandbox: Sandbox, zip_file: Path, rounds: int) -> list[Section]:
    """No section where there is no control group."""
    with java_with_share(java_command(), GROUPS_MB[0][0]) as java:
        if java is None:
            print("bench: the times by memory need a cpu control group that this user may make.")
            return []
    with tempfile.TemporaryDirectory() as folder:
        task_root = Path(folder, "task")
        unpack(zip_file, task_root)
        evaluations = _evaluations(sandbox, zip_file, task_root, rounds)
        searches = _searches(sandbox, task_root)
    rows = {
        f"{memory_mb:,} MB, {share_of(memory_mb):.2f} processors": (
            *evaluations[memory_mb],
            *searches[memory_mb],
        )
        for group in GROUPS_MB
        for memory_mb in group
    }
    return [
        Section(
            TITLE,
            f"Each with the share of a processor that a function of this size has; over TLS, each "
            f"answer after {usage.LATENCY_MS} ms. The evaluation is of an account with "
            f"{cold_start.CERTIFICATES} certificates in good order, from the start of the process, "
            f"median of {rounds}; the search is the inspection of {SIZE.name}, cold and again, "
            f"median of {SEARCHES}.",
            matrices=(Matrix("function", rows),),
        )
    ]


def _evaluations(
    sandbox: Sandbox, zip_file: Path, task_root: Path, rounds: int
) -> dict[int, Measured]:
    event = cold_start.account_in_good_order(sandbox, zip_file)
    with Replay.start(sandbox, tls=True) as replay:

        def cold(memory_mb: int, java: Path | None = None) -> tuple[float, float]:
            launch = in_java(
                task_root.with_name(f"{memory_mb}"), EVALUATE, replay, memory_mb, java=java
            )
            with running(launch) as function:
                _, answered = function.invoke(event)
                return function.at_next.wall, answered.wall

        def figures(memory_mb: int, java: Path) -> Measured:
            starts = [cold(memory_mb, java) for _ in range(rounds)]
            return (
                Figure.median("cold evaluation to `/next`", [init for init, _ in starts], "s"),
                Figure.median(COLD_EVALUATION, [wall for _, wall in starts], "s"),
            )

        _lay_out(task_root)
        cold(GROUPS_MB[-1][-1])
        replay.set_latency(LATENCY_SECONDS)
        return _by_memory(figures)


def _searches(sandbox: Sandbox, task_root: Path) -> dict[int, Measured]:
    sandbox.reset(cold=True)
    list(usage.grow(sandbox, SIZE.regions, (SIZE.balancers,)))
    with Replay.start(sandbox, tls=True) as replay:

        def search(memory_mb: int, java: Path | None = None) -> tuple[float, float, float]:
            launch = in_java(
                task_root.with_name(f"{memory_mb}"),
                INSPECT,
                replay,
                memory_mb,
                usage.CONNECTIONS,
                region=HOME,
                java=java,
            )
            with running(launch) as function:
                cold = function.at_next.wall + usage.inspect(function, SIZE) / 1000
                return cold, usage.inspect(function, SIZE) / 1000, function.peak_mb

        def figures(memory_mb: int, java: Path) -> Measured:
            searches = [search(memory_mb, java) for _ in range(SEARCHES)]
            return (
                Figure.median("cold search", [cold for cold, _, _ in searches], "s"),
                Figure.median("second search", [again for _, again, _ in searches], "s"),
                Figure("peak memory", max(peak for _, _, peak in searches), "MB", limit=memory_mb),
            )

        search(GROUPS_MB[-1][-1])
        replay.set_latency(LATENCY_SECONDS)
        return _by_memory(figures)


def _lay_out(task_root: Path) -> None:
    """The same code for each, under a name of its own: so has each a log of its own."""
    for group in GROUPS_MB:
        for memory_mb in group:
            task_root.with_name(f"{memory_mb}").symlink_to(task_root)


def _by_memory(figures: Callable[[int, Path], Measured]) -> dict[int, Measured]:
    measured: dict[int, Measured] = {}

    def measure_one(memory_mb: int) -> None:
        with java_with_share(java_command(), memory_mb) as java:
            assert java is not None
            measured[memory_mb] = figures(memory_mb, java)

    for group in GROUPS_MB:
        with ThreadPoolExecutor() as threads:
            list(threads.map(measure_one, group))
    return measured
