"""What an auditor sees: the compliance of each resource, worst first, and what Remediate did."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from .starting_point import Certificate

_DATE = re.compile(r"\d{4}-\d\d-\d\dT[\d:]+Z")
# In the message of a failed script step.
_REASON = re.compile(r"RuntimeError - (.*?)(?: Please refer to |$)", re.DOTALL)

# From here on, a line of the table can hold what has changed too.
WIDE = 120


@dataclass(frozen=True)
class Line:
    """The result of one resource."""

    resource: str
    compliance: str
    annotation: str

    @property
    def style(self) -> str:
        """Its colour."""
        if self.compliance == "COMPLIANT":
            return "green"
        return "yellow" if self.annotation.startswith("Expires ") else "red"

    @property
    def badness(self) -> tuple[bool, str, str]:
        """Sorts the worst first: what is not compliant, and of that what expires first."""
        expiration = _DATE.search(self.annotation)
        is_compliant = self.compliance == "COMPLIANT"
        return is_compliant, expiration.group() if expiration else "", self.resource


@dataclass(frozen=True)
class Dashboard:
    """The results of a rule at one time, worst first."""

    lines: tuple[Line, ...]

    @classmethod
    def empty(cls) -> Dashboard:
        """The dashboard of a rule that has never been evaluated."""
        return cls(())

    @classmethod
    def of(cls, results: list[dict[str, Any]]) -> Dashboard:
        """The dashboard of some `EvaluationResults` of AWS Config's API."""
        lines = [
            Line(
                result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"],
                result["ComplianceType"],
                result.get("Annotation", ""),
            )
            for result in results
        ]
        return cls(tuple(sorted(lines, key=lambda line: line.badness)))

    def table(self, before: Dashboard, width: int) -> Table:
        """The dashboard as a table that shows what has changed.

        :param width: of the console, in characters
        """
        table = _table("Certificate", "Compliance", "Annotation")
        gap = " " if width >= WIDE else "\n"
        table.columns[1].min_width = len("NON_COMPLIANT")
        earlier = {line.resource: line for line in before.lines}
        for line in self.lines:
            previous = earlier.pop(line.resource, None)
            change = _change(line, previous, bool(before.lines))
            mark = f"{gap}({change})" if change else ""
            is_known = previous is not None and previous.annotation == line.annotation
            table.add_row(
                Text(line.resource),
                Text(line.compliance, style=line.style).append(mark, style="bold"),
                Text("as before", style="dim") if is_known else Text(line.annotation),
            )
        for line in earlier.values():
            table.add_row(
                Text(line.resource),
                Text("gone").append(f"{gap}(was {line.compliance})", style="bold"),
                Text("No longer on the dashboard."),
                style="dim",
            )
        return table


def _change(line: Line, earlier: Line | None, is_update: bool) -> str:
    if earlier is None:
        return "new" if is_update else ""
    if earlier.compliance != line.compliance:
        return f"was {earlier.compliance}"
    return ""


def certificates_table(certificates: list[Certificate]) -> Table:
    """What is in IAM, and who uses it."""
    table = _table("Certificate", "Path", "Expires", "Used by")
    for one in certificates:
        expires = f"{one.expires:%Y-%m-%d}"
        table.add_row(*(Text(text) for text in (one.name, one.path, expires, one.users)))
    return table


def remediations_table(statuses: list[dict[str, Any]]) -> Table:
    """Some `RemediationExecutionStatuses` of AWS Config's API."""
    table = _table("Certificate", "Remediation", "What happened")
    for status in sorted(statuses, key=lambda one: str(one["State"]), reverse=True):
        table.add_row(
            Text(status["ResourceKey"]["resourceId"]),
            Text(status["State"], style="green" if status["State"] == "SUCCEEDED" else "red"),
            Text(_what_happened(status["StepDetails"])),
        )
    return table


def _what_happened(steps: list[dict[str, Any]]) -> str:
    """Why it failed, without the traceback around it, or else which steps were taken."""
    errors = " ".join(step["ErrorMessage"] for step in steps if "ErrorMessage" in step)
    reason = _REASON.search(errors)
    taken = ", ".join(step["Name"] for step in steps if step["State"] == "SUCCEEDED")
    return reason[1] if reason else errors or f"Steps taken: {taken}."


def _table(*headers: str) -> Table:
    """An empty table; nothing in it is cut off."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for header in headers:
        table.add_column(header, overflow="fold")
    return table
