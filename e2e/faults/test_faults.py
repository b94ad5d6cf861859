"""A part of the fault matrix, and whether docs/faults.md is of this product."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.template import loads, text

from . import table
from .combinations import DOORS, KINDS, Combination, combinations, observed, sample
from .expectations import SEARCH
from .trials import Bench, Result, attempt_each
from .world import EXCEPTION_DAYS, TIMEOUTS, with_short_pauses

# The busy runbook waits for most of a minute: the full run alone tries it.
QUICK_DOORS = tuple(door for door in DOORS if door != "busy runbook")


@pytest.fixture(scope="module")
def bench(zip_file: Path) -> Iterator[Bench]:
    bench = Bench(zip_file)
    yield bench
    bench.close()


@pytest.fixture(scope="module")
def every(bench: Bench) -> list[Combination]:
    return combinations(observed(QUICK_DOORS, bench.observe))


@pytest.fixture(scope="module")
def results(bench: Bench, every: list[Combination]) -> list[Result]:
    return list(attempt_each(bench, sample(every)))


@pytest.fixture(scope="module")
def document() -> str:
    return table.FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("output", TIMEOUTS)
def test_functions_are_the_stacks_but_for_shorter_pauses(bench: Bench, output: str) -> None:
    function = loads(text())["Resources"][output.removesuffix("Name")]
    deployed = function["Properties"]["Environment"]["Variables"]
    variables = bench.world.variables(output)
    assert variables.keys() == deployed.keys()
    options = variables["JAVA_TOOL_OPTIONS"]
    assert options == f"{deployed['JAVA_TOOL_OPTIONS']} -Dcertsweep.pauseFactor=0.01"
    assert variables["MAXIMUM_EXCEPTION_DAYS"] == str(EXCEPTION_DAYS)
    assert variables["USAGE_REGIONS"] == variables["USAGE_EXCEPTIONS"] == ""


def test_options_of_the_jvm_are_kept_beside_the_shorter_pauses() -> None:
    variables = {"USAGE_REGIONS": "eu-west-1", "JAVA_TOOL_OPTIONS": "-Xmn140m"}
    assert with_short_pauses(variables) == {
        "USAGE_REGIONS": "eu-west-1",
        "JAVA_TOOL_OPTIONS": "-Xmn140m -Dcertsweep.pauseFactor=0.01",
    }
    assert variables["JAVA_TOOL_OPTIONS"] == "-Xmn140m"


def test_table_has_what_the_full_run_tries(every: list[Combination], document: str) -> None:
    quick = {one for one in table.listed(document) if one[0] in QUICK_DOORS}
    assert quick == {table.key(one) for one in every}
    assert len(quick) >= 500


def test_sample_has_every_kind_and_every_call_but_searches_that_delete_nothing(
    every: list[Combination],
) -> None:
    chosen = sample(every)
    assert {one.kind for one in chosen} == set(KINDS)
    tried = {(one.call.door, one.call.title) for one in chosen}
    left_out = {(one.call.door, one.call.title) for one in every} - tried
    # The removal searches as the rule and the inspection do.
    assert {door for door, _ in left_out} == {"evaluate", "inspect"}
    assert {title for _, title in left_out} == {
        f"{service}:{operation}"
        for service, operations in SEARCH.items()
        for operation in operations
        if service != "iam"
    }
    assert {("remove", title) for _, title in left_out} <= tried


def test_whatever_breaks_what_must_hold_does(results: list[Result]) -> None:
    assert {str(one.combination): one.problems for one in results if one.problems} == {}


def test_outcomes_are_those_of_the_table(results: list[Result], document: str) -> None:
    told = {str(one.combination): table.outcome(document, one.combination) for one in results}
    assert {str(one.combination): one.outcome for one in results} == told
