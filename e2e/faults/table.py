"""docs/faults.md: what came of each combination. Written by the full run, read by a test."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from sandbox.control import PROJECT

from .combinations import DOORS, KINDS, SLOW_SECONDS, Call, Combination
from .trials import Result
from .world import TIMEOUTS

FILE = PROJECT / "docs" / "faults.md"
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
    found = set()
    for section in re.split(r"^## ", document, flags=re.MULTILINE)[1:]:
        door = section.split("\n", 1)[0].lower()
        for line in section.splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not line.startswith("| ") or cells[0] in ("call", "---"):
                continue
            for position in cells[1].split(", "):
                for kind, cell in zip(KINDS, cells[2:], strict=True):
                    for duration in _durations(cell):
                        found.add((door, cells[0], position, kind, duration))
    return found


def key(one: Combination) -> tuple[str, str, str, str, str]:
    """A combination as `listed` has it."""
    return one.call.door, one.call.title, one.call.position, one.kind, one.duration


def outcome(document: str, one: Combination) -> str:
    """What a document says of a combination; empty if it doesn't."""
    for section in re.split(r"^## ", document, flags=re.MULTILINE)[1:]:
        if section.split("\n", 1)[0].lower() != one.call.door:
            continue
        for line in section.splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if cells[0] == one.call.title and one.call.position in cells[1].split(", "):
                return _durations(cells[2 + list(KINDS).index(one.kind)]).get(one.duration, "")
    return ""


def _durations(cell: str) -> dict[str, str]:
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
