"""What the full run writes, and what it goes on from; without a sandbox."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from . import table
from .__main__ import Progress, conclude, held
from .combinations import KINDS, NOT_FOUND, Call, Combination
from .trials import Result

CALL = Call("inspect", "iam", "ListServerCertificates", "first", "", 1)
FINE, ALSO_FINE = (Result(Combination(CALL, kind, "on"), "F", ()) for kind in list(KINDS)[:2])
BROKEN = Result(Combination(CALL, "slow", "on"), "R", ("a result was cleared",))


@pytest.fixture
def document(tmp_path: Path) -> Path:
    document = tmp_path / "faults.md"
    document.write_text("as before")
    return document


def noted(log: Path, zip_hash: str, *results: Result) -> None:
    text = io.StringIO()
    progress = Progress(len(results), text, zip_hash)
    for result in results:
        progress.note(result)
    log.write_text(text.getvalue())


def test_a_run_in_which_all_holds_writes_the_document(document: Path, tmp_path: Path) -> None:
    tables = tmp_path / "target.md"
    assert conclude([FINE, ALSO_FINE], True, document, tables) == 0
    assert "In all 2 combinations:" in document.read_text()
    assert table.outcome(document.read_text(), FINE.combination) == "F"
    assert not tables.exists()


def test_a_run_in_which_something_does_not_hold_leaves_the_document(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = tmp_path / "target.md"
    assert conclude([FINE, BROKEN], True, document, tables) == 1
    assert document.read_text() == "as before"
    assert table.outcome(tables.read_text(), BROKEN.combination) == "R"
    assert "In all " not in tables.read_text()
    assert "a result was cleared" in capsys.readouterr().out


def test_a_run_of_some_doors_leaves_the_document(document: Path, tmp_path: Path) -> None:
    assert conclude([FINE], False, document, tmp_path / "target.md") == 0
    assert document.read_text() == "as before"


BALANCERS = Call("inspect", "elb", "DescribeLoadBalancers", "first", "eu-west-1", 1)
NOWHERE = [Result(Combination(BALANCERS, NOT_FOUND, one), "U", ()) for one in ("once", "on")]


def test_table_has_a_dash_for_what_cannot_happen_to_a_call() -> None:
    tables = table.tables([FINE, *NOWHERE])
    listing, balancers = (
        next(line for line in tables.splitlines() if line.startswith(f"| {call.title} "))
        for call in (CALL, BALANCERS)
    )
    column = 1 + ["call", "position", *KINDS].index(NOT_FOUND)
    assert listing.split("|")[column].strip() == "-"
    assert balancers.split("|")[column].strip() == "U/U"


def test_dash_is_nothing_that_was_tried() -> None:
    tables = table.tables([FINE, *NOWHERE])
    tried = [FINE.combination, *(one.combination for one in NOWHERE)]
    assert table.listed(tables) == {table.key(one) for one in tried}
    assert table.outcome(tables, Combination(CALL, NOT_FOUND, "on")) == ""
    assert {table.outcome(tables, one.combination) for one in NOWHERE} == {"U"}


def test_table_of_other_kinds_is_read_by_its_own_columns() -> None:
    earlier = (
        "## Inspect\n\n| call | position | slow | throttled |\n| --- | --- | --- | --- |\n"
        "| iam:ListServerCertificates | first, last | R/U | F |\n"
    )
    assert table.outcome(earlier, BROKEN.combination) == "U"
    assert table.outcome(earlier, Combination(CALL, "throttled", "on")) == "F"
    assert table.outcome(earlier, Combination(CALL, NOT_FOUND, "on")) == ""
    assert len(table.listed(earlier)) == 6


def test_nothing_is_done_before_the_first_run(tmp_path: Path) -> None:
    assert held(tmp_path / "faults.jsonl", "ab") == []


def test_what_held_is_kept_for_the_same_zip_alone(tmp_path: Path) -> None:
    log = tmp_path / "faults.jsonl"
    noted(log, "ab", FINE, BROKEN)
    assert held(log, "ab") == [FINE]
    assert held(log, "cd") == []


def test_head_says_what_each_column_is() -> None:
    _, _, columns = table.head(1).partition("| column |")
    named = [line.split("|")[1].strip() for line in columns.splitlines() if line[:2] == "| "]
    assert [kind for names in named for kind in names.split(", ")] == ["---", *KINDS]


def test_document_stands_under_the_head_as_it_is_now() -> None:
    document = table.FILE.read_text(encoding="utf-8")
    assert document == table.with_new_head(document), "Run make soak ARGUMENTS=--head"
