"""docs/faults.md: what came of each combination. Written by the full run, read by a test."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from sandbox.client import PROJECT

from .combinations import DOORS, KINDS, SLOW_SECONDS, Call, Combination
from .trials import Result
from .world import PAUSE_FACTOR, TIMEOUTS

FILE = PROJECT / "docs" / "faults.md"
# A cell of what can't happen to a call.
_NOTHING = "-"
# What stands above the tables.
_HEAD = Path(__file__).with_name("head.md")


def written(results: Sequence[Result]) -> str:
    """The document of a run in which everything held; its head says so."""
    return f"{head(len(results))}\n{tables(results)}"


def head(count: int) -> str:
    """What stands above the tables of so many combinations."""
    return _HEAD.read_text(encoding="utf-8").format(
        count=count,
        shortest=min(TIMEOUTS.values()),
        longest=max(TIMEOUTS.values()),
        seconds=SLOW_SECONDS,
        pauses=f"{PAUSE_FACTOR * 100:g}",
    )


def with_new_head(document: str) -> str:
    """The same tables under the head as it is now."""
    _, mark, below = document.partition("\n## ")
    return head(len(listed(document))) + mark + below


def tables(results: Sequence[Result]) -> str:
    """What came of each combination, door by door."""
    outcomes = {one.combination: one.outcome or "?" for one in results}
    text: list[str] = []
    for door in DOORS:
        rows = _rows({one: name for one, name in outcomes.items() if one.call.door == door})
        if rows:
            columns = ["call", "position", *KINDS]
            text += [f"## {door.capitalize()}\n", _row(columns), _row(["---"] * len(columns))]
            text += [_row(row) for row in rows] + [""]
    return "\n".join(text)


def listed(document: str) -> set[tuple[str, str, str, str, str]]:
    """What a document has: door, call, position, kind and duration."""
    return set(_outcomes(document))


def key(one: Combination) -> tuple[str, str, str, str, str]:
    """A combination as `listed` has it."""
    return one.call.door, one.call.title, one.call.position, one.kind, one.duration


def outcome(document: str, one: Combination) -> str:
    """What a document says of a combination; empty if it doesn't."""
    return _outcomes(document).get(key(one), "")


def _outcomes(document: str) -> dict[tuple[str, str, str, str, str], str]:
    found = {}
    for section in re.split(r"^## ", document, flags=re.MULTILINE)[1:]:
        door = section.split("\n", 1)[0].lower()
        kinds: list[str] = []
        for line in section.splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not line.startswith("| ") or cells[0] == "---":
                continue
            if cells[0] == "call":
                kinds = cells[2:]
                continue
            for position in cells[1].split(", "):
                for kind, cell in zip(kinds, cells[2:], strict=True):
                    for duration, name in _durations(cell).items():
                        found[door, cells[0], position, kind, duration] = name
    return found


def _durations(cell: str) -> dict[str, str]:
    if cell == _NOTHING:
        return {}
    first, slash, second = cell.partition("/")
    return {"once": first, "on": second} if slash else {"on": first}


def _rows(outcomes: dict[Combination, str]) -> list[list[str]]:
    cells: defaultdict[Call, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for one, name in outcomes.items():
        cells[one.call][one.kind][one.duration] = name
    rows: dict[tuple[str, ...], list[str]] = {}
    for call in sorted(cells, key=lambda one: (one.title, _order(one))):
        row = (call.title, *(_cell(cells[call].get(kind, {})) for kind in KINDS))
        rows.setdefault(row, []).append(call.position)
    return [[row[0], ", ".join(positions), *row[1:]] for row, positions in rows.items()]


def _order(call: Call) -> int:
    return ("first", "middle", "last").index(call.position)


def _cell(durations: dict[str, str]) -> str:
    return "/".join(durations[one] for one in ("once", "on") if one in durations) or _NOTHING


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
