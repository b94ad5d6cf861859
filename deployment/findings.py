"""What a check found, and how that is printed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

_INDENT = 10
_WIDTH = 110


class Level(Enum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """One line of the list: what was found, and what to do about it."""

    level: Level
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        lines = _wrapped(self.level.value.ljust(_INDENT), self.text)
        return lines + (f"\n{_wrapped(' ' * _INDENT + '-> ', self.remedy)}" if self.remedy else "")


def ok(text: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, text)


def note(text: str) -> Finding:
    """Nothing to do now, but good to know."""
    return Finding(Level.NOTE, text)


def warning(text: str, remedy: str = "") -> Finding:
    """The deployment works, but perhaps not as wanted; or this couldn't be checked."""
    return Finding(Level.WARNING, text, remedy)


def missing(text: str, remedy: str) -> Finding:
    """The deployment can't work without it."""
    return Finding(Level.MISSING, text, remedy)


def is_anything_missing(findings: Iterable[Finding]) -> bool:
    """Whether a deployment would fail."""
    return any(finding.level is Level.MISSING for finding in findings)


def _wrapped(start: str, text: str) -> str:
    return textwrap.fill(
        text,
        width=_WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )
