"""How much memory a function needs: its time with the share of the processor that Lambda gives.

Over TLS and with a latency, as in Lambda. Lambda is known to give more of the processor while a
function initializes. That is not documented, so these figures do not count on it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from sandbox.client import Sandbox

from . import cold_start, usage
from .cpu_share import java_with_share, share_of
from .function import EVALUATE, INSPECT, in_java, java_command, running, unpack
from .replay import Replay
from .report import Figure, Matrix, Section
from .subjects.boto3_search import HOME

SIZES_MB = (256, 512, 1024, 1769)
# What runs at once. Together it has one processor, and leaves one for the rest.
AT_ONCE_MB = 256 + 512 + 1024
# Rounds that are mixed, so that a small function, which takes long, has others beside it.
ROUNDS_AT_ONCE = 2
SIZE = usage.Size(*usage.PROMISED)
LATENCY_SECONDS = usage.LATENCY_SECONDS

Measured = tuple[Figure, ...]
# What is measured at once: of a function of so much memory, with this Java, in this folder.
Sample = Callable[[int, Path | None, Path], tuple[float, ...]]
TITLE = "Memory of a function"
UNTIL_NEXT = "cold evaluation to `/next`"
COLD_EVALUATION = "cold evaluation"
COLD_SEARCH = "cold search"


def measure(sandbox: Sandbox, zip_file: Path, rounds: int) -> list[Section]:
    """A section without figures where there is no control group."""
    method = (
        "Each function has the share of a processor that Lambda gives at this size. Each answer "
        f"takes {usage.LATENCY_MS} ms over TLS. The evaluation is of an account with "
        f"{cold_start.CERTIFICATES} certificates, none expired, from the start of the process. The "
        f"search is the inspection of {SIZE.name}, cold and again. Each time is the median of "
        f"{rounds} processes, and the peak memory is the largest of them. All sizes run in turn, "
        f"{ROUNDS_AT_ONCE} rounds at a time. Sizes that together have one processor run side by "
        "side."
    )
    with java_with_share(java_command(), SIZES_MB[0]) as java:
        if java is None:
            why = (
                "it needs a Linux CPU control group, which root or another permitted user can make."
            )
            return [Section(TITLE, method, not_measured=why)]
    with tempfile.TemporaryDirectory() as folder:
        task_root = Path(folder, "task")
        unpack(zip_file, task_root)
        evaluations = _evaluations(sandbox, zip_file, task_root, rounds)
        searches = _searches(sandbox, task_root, rounds)
    rows = {
        f"{row_name(memory_mb)}, {share_of(memory_mb):.2f} processors": (
            *evaluations[memory_mb],
            *searches[memory_mb],
        )
        for memory_mb in SIZES_MB
    }
    return [Section(TITLE, method, matrices=(Matrix("function", rows),))]


def row_name(memory_mb: int) -> str:
    """How the row of such a function begins."""
    return f"{memory_mb:,} MB"


def _evaluations(
    sandbox: Sandbox, zip_file: Path, task_root: Path, rounds: int
) -> dict[int, Measured]:
    event = cold_start.account_in_good_order(sandbox, zip_file)
    with Replay.start(sandbox, tls=True) as replay:

        def cold(memory_mb: int, java: Path | None, folder: Path) -> tuple[float, ...]:
            launch = in_java(folder, EVALUATE, replay, memory_mb, java=java)
            with running(launch) as function:
                _, answered = function.invoke(event)
                return function.at_next.wall, answered.wall

        _once(cold, task_root)
        replay.set_latency(LATENCY_SECONDS)
        measured = _in_turn(cold, task_root, rounds)
    return {
        memory_mb: (
            Figure.median(UNTIL_NEXT, [init for init, _ in starts], "s"),
            Figure.median(COLD_EVALUATION, [wall for _, wall in starts], "s"),
        )
        for memory_mb, starts in measured.items()
    }


def _searches(sandbox: Sandbox, task_root: Path, rounds: int) -> dict[int, Measured]:
    sandbox.reset(cold=True)
    list(usage.grow(sandbox, SIZE.regions, (SIZE.balancers,)))
    with Replay.start(sandbox, tls=True) as replay:

        def search(memory_mb: int, java: Path | None, folder: Path) -> tuple[float, ...]:
            launch = in_java(
                folder, INSPECT, replay, memory_mb, usage.CONNECTIONS, region=HOME, java=java
            )
            with running(launch) as function:
                cold = function.at_next.wall + usage.inspect(function, SIZE) / 1000
                return cold, usage.inspect(function, SIZE) / 1000, function.peak_mb

        _once(search, task_root)
        replay.set_latency(LATENCY_SECONDS)
        measured = _in_turn(search, task_root, rounds)
    return {
        memory_mb: (
            Figure.median(COLD_SEARCH, [cold for cold, _, _ in searches], "s"),
            Figure.median("second search", [again for _, again, _ in searches], "s"),
            Figure("peak memory", max(peak for _, _, peak in searches), "MB", limit=memory_mb),
        )
        for memory_mb, searches in measured.items()
    }


def _once(sample: Sample, task_root: Path) -> None:
    """Has the answers recorded that are replayed from then on."""
    with tempfile.TemporaryDirectory() as folder:
        sample(SIZES_MB[-1], None, _laid_out(task_root, Path(folder)))


def _in_turn(sample: Sample, task_root: Path, rounds: int) -> dict[int, list[tuple[float, ...]]]:
    """So many samples of each size; of some rounds at once, the smallest first."""
    samples: dict[int, list[tuple[float, ...]]] = {memory_mb: [] for memory_mb in SIZES_MB}

    def one(memory_mb: int) -> tuple[float, ...]:
        with (
            java_with_share(java_command(), memory_mb) as java,
            tempfile.TemporaryDirectory() as folder,
        ):
            assert java is not None
            return sample(memory_mb, java, _laid_out(task_root, Path(folder)))

    with ThreadPoolExecutor() as threads:
        for begun in range(0, rounds, ROUNDS_AT_ONCE):
            waiting = sorted(SIZES_MB * min(ROUNDS_AT_ONCE, rounds - begun))
            started: dict[Future[tuple[float, ...]], int] = {}
            while waiting or started:
                free = AT_ONCE_MB - sum(started.values())
                if waiting and waiting[0] <= free:
                    memory_mb = waiting.pop(0)
                    started[threads.submit(one, memory_mb)] = memory_mb
                    continue
                for ended in wait(started, return_when=FIRST_COMPLETED).done:
                    samples[started.pop(ended)].append(ended.result())
    return samples


def _laid_out(task_root: Path, folder: Path) -> Path:
    """The same code in a folder of its own, and so with a log of its own."""
    here = folder / "task"
    here.symlink_to(task_root)
    return here
