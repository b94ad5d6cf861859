"""What the benchmark computes, as against what it measures."""

from __future__ import annotations

import heapq
from itertools import count

import pytest

from bench import cost, template
from bench.report import Figure, Matrix, Section, as_json, as_markdown, number
from bench.usage import LATENCY_MS, LISTENERS_EACH, Size, calls_at_once


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
    assert Size(1, 13).is_held_to_the_chain
    assert not Size(1, 14).is_held_to_the_chain
    assert Size(1, 300).throttled_seconds == pytest.approx(86.1)


def test_the_fewest_calls() -> None:
    # iam, account, cloudfront; elb, elbv2, appsync in each region; listeners; their certificates
    assert Size(20, 300).fewest_calls == 3 + 3 * 20 + 300 + 600


def test_prices_go_down_in_steps() -> None:
    def dollars(evaluations: int) -> float:
        return cost._tiered(cost.CONFIG_EVALUATIONS, evaluations)

    assert dollars(20) == pytest.approx(0.02)
    assert dollars(100_000) == pytest.approx(100)
    assert dollars(500_000) == pytest.approx(100 + 320)
    assert dollars(730_000) == pytest.approx(100 + 320 + 115)


def test_a_daily_run_is_billed_for_the_hours_it_reports_in() -> None:
    run = cost.Run(seconds=2, memory_mb=512)
    daily, hourly = (
        {part: dollars for part, dollars, _ in cost._parts(run, 20, times)}
        for times in cost.SCHEDULES.values()
    )
    assert run.gb_seconds == 1
    assert daily["evaluations"] == pytest.approx(7.3)
    assert hourly["metrics"] == pytest.approx(cost.METRICS * 12 * 0.3)
    assert daily["metrics"] == pytest.approx(hourly["metrics"] / 24)
    assert daily["function"] == pytest.approx(365 * (0.0000166667 + 0.0000002))


def test_the_settings_are_the_template_s() -> None:
    assert template.memory_mb() >= 256
    assert template.log_retention_days() == 365
    assert template.alarms() == 6


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
    [(0.0123, "0.012"), (1.5, "1.50"), (12.34, "12.3"), (1234.5, "1,234"), (7, "7")],
)
def test_three_digits_count(value: float, text: str) -> None:
    assert number(value) == text
