"""Figures, and how they are shown."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One number that was measured."""

    name: str
    # Not a number if there is nothing to measure.
    value: float
    unit: str = ""
    # The most that it may be; None if it is only for information.
    limit: float | None = None
    # What the value is the median of, in the order of measurement; empty if it is the only one.
    samples: tuple[float, ...] = ()

    @classmethod
    def absent(cls, name: str) -> Figure:
        """In a row of figures, one that this subject does not have."""
        return cls(name, math.nan)

    @classmethod
    def median(
        cls, name: str, samples: Sequence[float], unit: str = "", limit: float | None = None
    ) -> Figure:
        """The median of some samples."""
        return cls(name, statistics.median(samples), unit, limit, tuple(samples))

    @classmethod
    def ratio(
        cls,
        name: str,
        ours: Sequence[float],
        theirs: Sequence[float],
        limit: float | None = None,
    ) -> Figure:
        """The median of the ratios of what was measured side by side, round by round.

        What slows the machine for a while slows both of a pair.
        """
        pairs = zip(ours, theirs, strict=True)
        return cls.median(name, [mine / other for mine, other in pairs], "x", limit)

    @property
    def is_kept(self) -> bool:
        """Whether it is within its limit, if it has one."""
        return self.limit is None or self.value <= self.limit

    def to_json(self) -> dict[str, Any]:
        """As the report in JSON has it."""
        return {
            "name": self.name,
            "value": None if math.isnan(self.value) else round(self.value, 4),
            "unit": self.unit,
            "limit": self.limit,
            "kept": self.is_kept,
            "samples": [round(sample, 4) for sample in self.samples],
        }

    @property
    def text(self) -> str:
        """With its unit, and marked if its limit is broken."""
        shown = f"{number(self.value)} {self.unit}".strip()
        return shown if self.is_kept else f"{shown} BROKEN (at most {number(self.limit or 0)})"


@dataclass(frozen=True)
class Matrix:
    """Figures of several subjects or sizes side by side."""

    # What the rows are.
    corner: str
    # In each row, figures of the same names.
    rows: Mapping[str, tuple[Figure, ...]]

    def lines(self) -> list[str]:
        """As a table in Markdown."""
        columns = [figure.name for figure in next(iter(self.rows.values()))]
        rows = [[name, *(one.text for one in figures)] for name, figures in self.rows.items()]
        return table([self.corner, *columns], rows)


@dataclass(frozen=True)
class Section:
    """The figures of one measurement."""

    title: str
    # How it was measured, in a sentence or two.
    method: str
    figures: tuple[Figure, ...] = ()
    matrices: tuple[Matrix, ...] = ()
    # Text below, in Markdown.
    notes: tuple[str, ...] = field(default=())
    # Why there are no figures; empty if there are.
    not_measured: str = ""

    def all_figures(self) -> Iterator[tuple[str, Figure]]:
        """Each with the name of its row, which is empty outside of a matrix."""
        for matrix in self.matrices:
            for row, figures in matrix.rows.items():
                for figure in figures:
                    yield row, figure
        for figure in self.figures:
            yield "", figure

    def broken(self) -> list[str]:
        """What is over its limit, in words."""
        return [
            f"{self.title}: {row}{': ' if row else ''}{figure.name} is {figure.text}"
            for row, figure in self.all_figures()
            if not figure.is_kept
        ]


def as_markdown(machine: Mapping[str, str], sections: Sequence[Section]) -> str:
    """The report for people."""
    lines = ["# Benchmark", "", *(f"- {name}: {value}" for name, value in machine.items())]
    broken = [problem for section in sections for problem in section.broken()]
    missing = [section for section in sections if section.not_measured]
    kept = "All targets that were measured are kept." if missing else "All targets are kept."
    lines += ["", "Targets missed:" if broken else kept, ""]
    lines += [f"- {problem}" for problem in broken]
    if missing:
        lines += [*([""] if broken else []), "Not measured:", ""]
        lines += [f"- {section.title}: {section.not_measured}" for section in missing]
    for section in sections:
        lines += ["", f"## {section.title}", "", section.method, ""]
        if section.not_measured:
            lines += [f"Not measured: {section.not_measured}", ""]
        for matrix in section.matrices:
            lines += [*matrix.lines(), ""]
        if section.figures:
            rows = [_row(figure) for figure in section.figures]
            lines += [*table(["figure", "value", "range", "limit"], rows), ""]
        lines += [line for note in section.notes for line in (note, "")]
        lines.pop()
    return "\n".join([*lines, ""])


def as_json(machine: Mapping[str, str], sections: Sequence[Section]) -> dict[str, Any]:
    """The report for programs."""
    return {
        "machine": dict(machine),
        "kept": not any(section.broken() for section in sections),
        "sections": [
            {
                "title": section.title,
                "not_measured": section.not_measured or None,
                "figures": [
                    {"row": row, **figure.to_json()} for row, figure in section.all_figures()
                ],
            }
            for section in sections
        ],
    }


def _row(figure: Figure) -> list[str]:
    spread = ""
    if figure.samples:
        low, high = number(min(figure.samples)), number(max(figure.samples))
        spread = f"{low} to {high}, n = {len(figure.samples)}"
    verdict = ""
    if figure.limit is not None:
        verdict = f"at most {number(figure.limit)}: {'kept' if figure.is_kept else 'BROKEN'}"
    return [figure.name, f"{number(figure.value)} {figure.unit}".strip(), spread, verdict]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table in Markdown whose columns are aligned, so that it reads well as it is."""
    cells = [list(head), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    cells.insert(1, ["-" * width for width in widths])
    return [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]


def number(value: float) -> str:
    """With three significant digits, or all digits of a whole number; a tiny one has one digit."""
    if math.isnan(value):
        return "-"
    if value == int(value) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else _of_one(value)


def _of_one(value: float) -> str:
    return f"{value:.3f}" if abs(value) >= 0.0005 else f"{value:.1g}"
