"""What the benchmark computes, as against what it measures."""

from __future__ import annotations

import heapq
import threading
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from typing import cast

import pytest

from bench import memory
from bench.report import Figure, Matrix, Section, as_json, as_markdown, number
from bench.usage import LATENCY_MS, LISTENERS_EACH, Size, calls_at_once
from sandbox.client import Sandbox


def _rounds(balancers: int, at_once: int) -> int:
    """How many rounds of calls a region takes that always prefers what unlocks most."""
    waiting = [(0, number) for number in range(balancers)]  # listings before certificates
    order = count(balancers)
    for made in count():
        if not waiting:
            return made
        this_round = [heapq.heappop(waiting) for _ in range(min(at_once, len(waiting)))]
        for kind, _ in this_round:
            if kind == 0:
                for _ in range(LISTENERS_EACH):
                    heapq.heappush(waiting, (1, next(order)))
    raise AssertionError


@pytest.mark.parametrize("balancers", [*range(1, 60), 100, 300])
def test_the_shortest_schedule_is_what_a_simulation_takes(balancers: int) -> None:
    size = Size(1, balancers)
    assert size.shortest_ms == (3 + _rounds(balancers, calls_at_once())) * LATENCY_MS


def test_the_busiest_region_decides() -> None:
    assert Size(20, 100).shortest_ms == Size(20, 81).shortest_ms == Size(1, 5).shortest_ms


def test_no_schedule_beats_the_chain() -> None:
    assert all(Size(1, many).shortest_ms >= Size(1, many).chain_ms for many in range(1, 300))


def test_aws_admits_forty_calls_at_once_and_then_ten_a_second() -> None:
    assert Size(1, 13).throttled_seconds == 0
    assert Size(1, 14).throttled_seconds > 0
    assert Size(1, 300).throttled_seconds == pytest.approx(86.1)


def test_the_fewest_calls() -> None:
    # iam, account, cloudfront; elb, elbv2, appsync in each region; listeners; their certificates
    assert Size(20, 300).fewest_calls == 3 + 3 * 20 + 300 + 600


NOT_BY_MEMORY = Section(memory.TITLE, "", not_measured="it takes more.")


def test_what_is_not_measured_is_said_in_every_form() -> None:
    text = as_markdown({}, [NOT_BY_MEMORY])
    assert "All targets that were measured are kept." in text
    assert "- Memory of a function: it takes more." in text
    assert "\nNot measured: it takes more." in text
    (told,) = as_json({}, [NOT_BY_MEMORY])["sections"]
    assert told["not_measured"] == "it takes more."


def test_without_a_control_group_no_times_by_memory_are_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    monkeypatch.setattr(memory, "java_with_share", lambda *_: nullcontext(None))
    (section,) = memory.measure(cast("Sandbox", None), Path("certsweep.zip"), 7)
    assert "control group" in section.not_measured
    assert list(section.all_figures()) == []


def test_sizes_share_one_processor_and_have_as_many_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    monkeypatch.setattr(memory, "java_with_share", lambda java, _: nullcontext(java))
    lock, at_once, most, folders = threading.Lock(), [0], [0], set()

    def sample(memory_mb: int, _: Path | None, folder: Path) -> tuple[float, ...]:
        with lock:
            at_once[0] += memory_mb
            most[0] = max(most[0], at_once[0])
            folders.add(folder)
        with lock:
            at_once[0] -= memory_mb
        return (memory_mb,)

    measured = memory._in_turn(sample, Path("/nowhere"), 7)
    assert measured == {memory_mb: [(memory_mb,)] * 7 for memory_mb in memory.SIZES_MB}
    assert most[0] <= memory.AT_ONCE_MB
    assert len(folders) == 7 * len(memory.SIZES_MB)


def test_a_subject_without_a_figure_has_none() -> None:
    matrix = Matrix("start", {"boto3 rule": (Figure.absent("classes"),)})
    assert matrix.lines()[-1].split() == ["|", "boto3", "rule", "|", "-", "|"]
    section = Section("Cold start", "", matrices=(matrix,))
    assert as_json({}, [section])["sections"][0]["figures"][0]["value"] is None
    assert section.broken() == []


def test_a_ratio_is_of_pairs() -> None:
    assert Figure.ratio("r", [1, 10, 3], [1, 5, 3]).samples == (1, 2, 1)


def test_a_missed_target_is_named_in_every_form() -> None:
    slow = Figure("search / chain", 2.5, "x", limit=2)
    fine = Figure("search / chain", 2, "x", limit=2)
    section = Section("Usage", "How.", matrices=(Matrix("size", {"a": (slow,), "b": (fine,)}),))
    assert section.broken() == ["Usage: a: search / chain is 2.50 x BROKEN (at most 2)"]
    assert "- Usage: a: search / chain is 2.50 x" in as_markdown({}, [section])
    assert as_json({}, [section])["kept"] is False


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0123, "0.012"),
        (1.5, "1.50"),
        (12.34, "12.3"),
        (1234.5, "1,234"),
        (7, "7"),
        (0.00031, "0.0003"),
    ],
)
def test_three_digits_count(value: float, text: str) -> None:
    assert number(value) == text
