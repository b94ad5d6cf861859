"""The figures that other pages copy stand in the kept reports."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from sandbox.client import PROJECT

COST, PERFORMANCE, REMEDIATION = "docs/cost.md", "docs/performance.md", "docs/remediation.md"
BY_MEMORY = ("cold evaluation", "cold search", "peak memory")
# A page, its words, how the rows of the figures begin in the report, and their columns. Words with
# two figures for one column have its least and its most. Otherwise all rows must read the same.
COPIES = [
    (COST, "run takes {:.2f} s in a function", "1,024 MB", ["cold evaluation"]),
    (COST, "balancers takes {:.2f} s. The start", "1,024 MB", ["cold search"]),
    (COST, "has, takes {:.2f} s of that", "1,024 MB", ["cold evaluation to `/next`"]),
    (COST, "{:.3f} ms each", r"each further certificate .*ms\b", ["value"]),
    (REMEDIATION, "{:.0f} seconds with the default", "1,024 MB", ["cold search"]),
    (REMEDIATION, "{:.0f} seconds with 512 MB", "512 MB", ["cold search"]),
    (PERFORMANCE, "{:.0f} ms, {:.1f} times", "20 cert", ["function", "function / boto3 loop"]),
    (PERFORMANCE, "`/next`, {:,.0f} classes", "Certsweep", ["classes to `/next`"]),
    (PERFORMANCE, "{:,.0f} over plain HTTP, and {:,.0f}", "Certsw", ["classes to the response"]),
    (PERFORMANCE, "loads {:,.0f} until `/next`", "smallest", ["classes to `/next`"]),
    (PERFORMANCE, "{:,.0f} or {:,.0f} until the", "smallest", ["classes to the response"]),
    (PERFORMANCE, "{:.1f} to {:.1f} times the", "(20|34) .* 300 load", ["search / shortest"]),
    (PERFORMANCE, "and {:.1f} times the chain", "(20|34) .* 300 load", ["search / chain"]),
    (PERFORMANCE, "a search takes {:.1f} to {:.1f}", ".* 100 load", ["search / shortest"]),
    (PERFORMANCE, "with 10 it takes {:.1f} to {:.1f}", ".* 10 load", ["search / shortest"]),
    *(
        (PERFORMANCE, f"| {size} | {{:.1f}} s | {{:.1f}} s | {{:.0f}} MB |", size, BY_MEMORY)
        for size in ("256 MB", "512 MB", "1,024 MB", "1,769 MB")
    ),
]


def tables(page: str) -> list[dict[str, str]]:
    """The rows of all tables of a page, each with its whole line under an empty name."""
    rows, head = [], [""]
    for before, line in pairwise((PROJECT / page).read_text(encoding="utf-8").splitlines()):
        if line.startswith("| --"):
            head = [cell.strip() for cell in before.strip("|").split("|")]
        elif line.startswith("| ") and before.startswith("| "):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            rows.append({"": line.strip("| "), **dict(zip(head, cells, strict=True))})
    return rows


@pytest.mark.parametrize(("page", "words", "start", "columns"), COPIES)
def test_a_copied_figure_is_the_report_s(
    page: str, words: str, start: str, columns: list[str]
) -> None:
    rows = [row for row in tables("docs/benchmark.md") if re.match(start, row[""])]
    figures = [
        [float(row[column].split()[0].replace(",", "")) for column in columns]
        for row in rows
        if columns[0] in row
    ]
    if words.count("{") > len(columns):
        figures = [[min(figures)[0], max(figures)[0]]]
    (text,) = {words.format(*row) for row in figures}
    assert text in " ".join((PROJECT / page).read_text(encoding="utf-8").split())


def test_the_readme_counts_as_the_run_beside_its_peers_did() -> None:
    ours = [row for row in tables("README.md") if "expired certificates found" in row]
    theirs = [[*row.values()] for row in tables("docs/peers.md")]
    assert len(ours) == len(theirs) == 4
    # A row of docs/peers.md: its line, program, version, date, three counts, command.
    assert [[*row.values()][2:6] for row in ours] == [[row[2], *row[4:7]] for row in theirs]
