"""The usage search of many sizes: beside a boto3 loop, and against what latency alone would take.

AWS's answers are replayed, each after a latency. TLS is left out, because its other end would take
processor time from the function (memory.py searches over TLS). A search can't be faster than the
longest chain of calls that depend on each other. Nor can it be faster than `Bulkhead` lets its
calls pass: Elastic Load Balancing throttles what comes faster. Both together are the critical path,
against which the search is measured.

The function has the memory that comes with this machine's processors. How many calls it makes at
once, in all regions, follows from its memory. memory.py measures searches with less memory, and so
with less of a processor.
"""

from __future__ import annotations

import math
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import boto3

from sandbox.client import ENABLED_BY_DEFAULT, PROJECT, Infrastructure, Sandbox

from .cpu_share import MB_OF_ONE_CPU
from .function import INSPECT, Running, in_java, running, unpack
from .machine import cores
from .replay import Replay
from .report import Figure, Matrix, Section
from .subjects.boto3_search import HOME

LATENCY_MS = 50
LATENCY_SECONDS = LATENCY_MS / 1000
REGIONS = (1, 20, 34)
BALANCERS = (10, 100, 300)
LISTENERS_EACH = 2
# Lambda gives no function more.
MEMORY_MB = min(10_240, MB_OF_ONE_CPU * cores())
WARM_UP_ROUNDS = 5
LOOP_ROUNDS = 3
# The size that most is promised for.
PROMISED = (20, 300)

# List the certificates, the regions, the load balancers, their listeners, each one's certificates.
CHAIN = 5
# The first three of these go before all that are made side by side.
BEFORE_LISTENERS = 3
# "The token bucket size for non-mutating API actions is 40 tokens", and 10 come back a second:
# "Request throttling for the Elastic Load Balancing API" in its user guide.
BUCKET = 40
REFILL_PER_SECOND = 10

MAX_RATIO = 2
MAX_RATIO_TO_CHAIN_PROMISED = 4
MIN_SPEED_UP = 10
MAX_MEMORY_MB = 256


@dataclass(frozen=True)
class Size:
    """How much there is to search."""

    regions: int
    balancers: int

    @property
    def name(self) -> str:
        """What a reader of the report sees."""
        listeners = self.balancers * LISTENERS_EACH
        regions = "1 region" if self.regions == 1 else f"{self.regions} regions"
        return f"{regions}, {self.balancers} load balancers, {listeners} listeners"

    @property
    def fewest_calls(self) -> int:
        """What the APIs allow.

        There is no call for the listeners of more than one load balancer, and none for the
        certificates of more than one listener.
        """
        of_region = 3  # Classic and other load balancers, AppSync domains
        of_account = 3  # certificates, regions, distributions
        return of_account + of_region * self.regions + self.balancers * (1 + LISTENERS_EACH)

    @property
    def _in_busiest_region(self) -> int:
        return math.ceil(self.balancers / self.regions)

    @property
    def chain_ms(self) -> float:
        """As if any number of calls could be made at once."""
        return CHAIN * LATENCY_MS

    @property
    def shortest_ms(self) -> float:
        """The shortest schedule with so many calls at once to a service in a region."""
        balancers, at_once = self._in_busiest_region, calls_at_once()
        listeners = balancers * LISTENERS_EACH
        if balancers <= at_once:  # all listeners' calls wait for the first round
            side_by_side = 1 + math.ceil(listeners / at_once)
        else:  # there is always enough to do
            side_by_side = math.ceil((balancers + listeners) / at_once)
        return (BEFORE_LISTENERS + side_by_side) * LATENCY_MS

    @property
    def throttled_seconds(self) -> float:
        """How long AWS makes a search of the busiest region wait for tokens, whoever makes it."""
        calls = 1 + self._in_busiest_region * (1 + LISTENERS_EACH)
        return max(0, calls - BUCKET) / REFILL_PER_SECOND


def calls_at_once() -> int:
    """The function's bound."""
    source = PROJECT / "src/main/java/io/github/certsweep/usage/Bulkhead.java"
    found = re.search(r"CALLS_AT_ONCE = (\d+)", source.read_text(encoding="utf-8"))
    if not found:
        raise RuntimeError(f"{source} does not say how many calls it makes at once")
    return int(found.group(1))


def measure(sandbox: Sandbox, zip_file: Path, rounds: int) -> list[Section]:
    """Measures the inspection of a certificate that every listener uses."""
    rows: dict[str, tuple[Figure, ...]] = {}
    with tempfile.TemporaryDirectory() as folder:
        task_root = Path(folder, "task")
        unpack(zip_file, task_root)
        for regions in REGIONS:
            sandbox.reset(cold=True)
            for size in grow(sandbox, regions):
                rows[size.name] = _measure(sandbox, task_root, size, rounds)
    return [_section(rows, rounds)]


def grow(sandbox: Sandbox, regions: int, balancers: tuple[int, ...] = BALANCERS) -> Iterator[Size]:
    """Load balancers, spread evenly; each listener has a default and an SNI certificate."""
    names = enable_regions(sandbox, regions)
    now = datetime.now(timezone.utc)
    default = sandbox.upload_certificate("valid", now + timedelta(days=90))["Arn"]
    sni = sandbox.upload_certificate("expired", now - timedelta(days=90))["Arn"]
    infrastructure = Infrastructure(sandbox)
    built = 0
    for wanted in balancers:
        for number in range(built, wanted):
            region = names[number % regions]
            balancer = infrastructure.alb(region, f"balancer-{number}", default=default, sni=[sni])
            for extra in range(1, LISTENERS_EACH):
                infrastructure.listener(
                    balancer.arn, "HTTPS", 8443 + extra, default=default, sni=[sni]
                )
        built = wanted
        yield Size(regions, wanted)


def enable_regions(sandbox: Sandbox, count: int) -> tuple[str, ...]:
    """Enables so many regions, the function's own among them, and answers their names."""
    known = [region for region in boto3.Session().get_available_regions("ec2") if region != HOME]
    known.sort(key=lambda region: region not in ENABLED_BY_DEFAULT)
    names = (HOME, *known[: count - 1])
    if len(names) < count:
        raise RuntimeError(f"botocore knows {len(names)} regions, not {count}")
    sandbox.regions.set("ENABLED", *names)
    sandbox.regions.set("DISABLED", *known[count - 1 :])
    return names


def inspect(function: Running, size: Size) -> float:
    """Inspects the certificate that all use; answers the duration in milliseconds."""
    verdict, duration_ms = function.invoke_ms({"certificate": "expired"})
    if verdict.get("usageCount") != size.balancers * LISTENERS_EACH or verdict["unchecked"]:
        told = {name: verdict.get(name) for name in ("usageCount", "unchecked")}
        raise RuntimeError(f"The inspection did not see everything: {str(told)[:2000]}")
    return duration_ms


# One host stands for all services of all regions, so that it is kept as many connections.
CONNECTIONS = "-Dhttp.maxConnections=400"


def _measure(sandbox: Sandbox, task_root: Path, size: Size, rounds: int) -> tuple[Figure, ...]:
    with Replay.start(sandbox, tls=False) as replay:
        launch = in_java(task_root, INSPECT, replay, MEMORY_MB, CONNECTIONS, region=HOME)
        with running(launch) as function:
            _loops(replay, 1)  # records what the function will ask, one call at a time
            inspect(function, size)
            replay.set_latency(LATENCY_SECONDS)
            for _ in range(WARM_UP_ROUNDS):
                inspect(function, size)
            replay.set_latency(LATENCY_SECONDS)
            samples = [inspect(function, size) for _ in range(rounds // 2)]
            calls = replay.set_latency(LATENCY_SECONDS) / len(samples)
            loops = _loops(replay, LOOP_ROUNDS)
            loop_calls = replay.set_latency(LATENCY_SECONDS) / len(loops)
            samples += [inspect(function, size) for _ in range(rounds - len(samples))]
            peak = function.peak_mb
    if loop_calls != size.fewest_calls:
        raise RuntimeError(f"The loop made {loop_calls} calls, not {size.fewest_calls}")
    return _figures(size, samples, loops, calls, peak)


def _loops(replay: Replay, count: int) -> list[float]:
    """Milliseconds of some boto3 loops, at once: each does little but wait for its next answer."""
    command = [sys.executable, "-m", "bench.subjects.boto3_search", replay.endpoint]
    loops = [
        subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    answers = [loop.communicate()[0] for loop in loops]
    if any(loop.returncode for loop in loops):
        raise RuntimeError("A boto3 loop failed; its message stands above.")
    return [float(answer) for answer in answers]


def _figures(
    size: Size, samples: list[float], loops: list[float], calls: float, peak: float
) -> tuple[Figure, ...]:
    search = Figure.median("search", samples, "ms")
    loop = Figure.median("boto3 loop", loops, "ms")
    is_promised = (size.regions, size.balancers) == PROMISED
    return (
        search,
        Figure("chain", size.chain_ms, "ms"),
        Figure(
            "search / chain",
            search.value / size.chain_ms,
            "x",
            MAX_RATIO_TO_CHAIN_PROMISED if is_promised else None,
        ),
        Figure("shortest within the bound", size.shortest_ms, "ms"),
        Figure("search / shortest", search.value / size.shortest_ms, "x", MAX_RATIO),
        Figure("AWS's throttle", size.throttled_seconds, "s"),
        loop,
        Figure(
            "search / loop",
            search.value / loop.value,
            "x",
            1 / MIN_SPEED_UP if is_promised else None,
        ),
        Figure("calls", calls),
        Figure("calls / fewest", calls / size.fewest_calls, "x", limit=1),
        Figure("peak memory", peak, "MB", MAX_MEMORY_MB if is_promised else None),
    )


def _section(rows: dict[str, tuple[Figure, ...]], rounds: int) -> Section:
    return Section(
        "Usage search",
        f"The warm inspection function has {MEMORY_MB:,} MB, for which Lambda gives as many "
        f"processors as this machine has. Its figure is the median of {rounds} rounds, after "
        f"{WARM_UP_ROUNDS} to warm up. A sequential boto3 loop makes the same calls. Its figure is "
        f"the median of {LOOP_ROUNDS} loops that run at once between the function's rounds. Each "
        f"answer takes {LATENCY_MS} ms over plain HTTP. The server shares the processors with the "
        "function, so with TLS the server's part would be measured too.",
        matrices=(Matrix("size", rows),),
        notes=(
            f"*chain*: the longest chain of calls that depend on each other, {CHAIN} calls, as if "
            "any number could be made at once. *shortest within the bound*: the shortest schedule "
            f"that makes at most {calls_at_once()} calls at once to one service in one region, as "
            "the function does. *AWS's throttle*: how long AWS makes the busiest region's calls "
            f"wait for tokens, whoever makes them: {BUCKET} at once, then {REFILL_PER_SECOND} a "
            "second.",
            "The shortest schedule within the bound is the critical path. Every size may take at "
            f"most {MAX_RATIO} times as long. {Size(*PROMISED).name} may also take at most "
            f"{MAX_RATIO_TO_CHAIN_PROMISED} times as long as the chain.",
            "Every region is assumed to have all services, including AppSync.",
        ),
    )
