"""Figures, and how they are shown."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One number that was measured."""

    name: str
    value: float
    unit: str = ""
    # The most that it may be; None if it is only for information.
    limit: float | None = None
    # What the value comes from, in the order of measurement; empty if it is the only one.
    samples: tuple[float, ...] = ()

    @classmethod
    def median(cls, name: str, samples: Sequence[float], unit: str) -> Figure:
        """The median of some samples."""
        return cls(name, statistics.median(samples), unit, samples=tuple(samples))

    @property
    def is_kept(self) -> bool:
        """Whether it is within its limit, if it has one."""
        return self.limit is None or self.value <= self.limit

    def to_json(self) -> dict[str, Any]:
        """As the report in JSON has it."""
        return {
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "limit": self.limit,
            "kept": self.is_kept,
            "samples": [round(sample, 3) for sample in self.samples],
        }


@dataclass(frozen=True)
class Section:
    """The figures of one measurement."""

    title: str
    # How it was measured, in a sentence or two.
    method: str
    figures: tuple[Figure, ...]

    @property
    def is_kept(self) -> bool:
        """Whether all figures are within their limits."""
        return all(figure.is_kept for figure in self.figures)


def as_markdown(machine: dict[str, str], sections: Sequence[Section]) -> str:
    """The report for people."""
    lines = ["# Benchmark", ""]
    lines += [f"- {name}: {value}" for name, value in machine.items()]
    for section in sections:
        lines += ["", f"## {section.title}", "", section.method, ""]
        lines += _table([_row(figure) for figure in section.figures])
    return "\n".join([*lines, ""])


def as_json(machine: dict[str, str], sections: Sequence[Section]) -> dict[str, Any]:
    """The report for programs."""
    return {
        "machine": machine,
        "kept": all(section.is_kept for section in sections),
        "sections": [
            {
                "title": section.title,
                "figures": [figure.to_json() for figure in section.figures],
            }
            for section in sections
        ],
    }


def _row(figure: Figure) -> list[str]:
    spread = ""
    if figure.samples:
        low, high = _number(min(figure.samples)), _number(max(figure.samples))
        spread = f"{low} to {high}, n = {len(figure.samples)}"
    verdict = ""
    if figure.limit is not None:
        verdict = f"at most {_number(figure.limit)}: {'kept' if figure.is_kept else 'BROKEN'}"
    return [figure.name, f"{_number(figure.value)} {figure.unit}".strip(), spread, verdict]


def _table(rows: list[list[str]]) -> list[str]:
    """A table in Markdown whose columns are aligned, so that it reads well as it is."""
    table = [["figure", "value", "range", "limit"], *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    table.insert(1, ["-" * width for width in widths])
    return [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in table
    ]


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"
