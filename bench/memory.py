"""How much memory a function needs: its time with the share of the processor that Lambda gives."""

from __future__ import annotations

from pathlib import Path

from sandbox.control import Sandbox

from .cpu_share import CpuShare
from .report import Figure, Section
from .usage import FUNCTION, LATENCY_SECONDS, Function, Replay, build_estate

MEMORIES_MB = (256, 512, 1024, 1769)
ROUNDS = 3


def measure(sandbox: Sandbox, zip_file: Path, share: CpuShare) -> Section:
    """Measures a cold and a warm inspection of the large estate for each size."""
    build_estate(sandbox)
    figures: list[Figure] = []
    with Replay.start(sandbox) as replay:
        function = Function(sandbox, zip_file, replay)
        share.unlimited()
        function.inspect()
        replay.set_latency(LATENCY_SECONDS)
        for memory_mb in MEMORIES_MB:
            share.like(memory_mb)
            figures += _of(function, sandbox, memory_mb)
    share.unlimited()
    return Section(
        "Memory of a function",
        "The same estate and latency over TLS, with the share of a processor that a function of "
        f"this size has; medians of {ROUNDS}. Cold is the start of the process and the first "
        "inspection together.",
        tuple(figures),
    )


def _of(function: Function, sandbox: Sandbox, memory_mb: int) -> list[Figure]:
    cold: list[float] = []
    warm: list[float] = []
    peaks: list[float] = []
    for _ in range(ROUNDS):
        function.resize(memory_mb)
        duration = function.inspect()
        invocation = sandbox.invocations(FUNCTION)[-1]
        cold.append(invocation["init_ms"] + duration)
        warm.append(function.inspect())
        peaks.append(sandbox.invocations(FUNCTION)[-1]["max_memory_mb"])
    return [
        Figure.median(f"{memory_mb} MB: cold", cold, "ms"),
        Figure.median(f"{memory_mb} MB: second inspection", warm, "ms"),
        Figure(f"{memory_mb} MB: peak memory", max(peaks), "MB", limit=memory_mb),
    ]
