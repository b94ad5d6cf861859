"""The standards' requirements: one file of data, README's table of it, and numbers in texts.

`python -m checks.controls` writes the table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from .template import ROOT

DATA = ROOT / "src/main/resources/io/github/certsweep/control/requirements.json"
README = ROOT / "README.md"

_OURS = "Certsweep"
_BEGIN, _END = (
    "<!-- controls: `python -m checks.controls` writes this -->\n",
    "<!-- controls end -->",
)
# What mentions a standard, in any of its spellings.
_STANDARD = re.compile(r"\b(CIS|IAM\.\d|PCI|NIST|ISO/IEC|ISO 27)")
_NUMBER = re.compile(
    r"(?<![\w.$-])(?:v\d+(?:\.\d+)+|\d+(?:\.\d+)+|A\.\d+\.\d+|[A-Z]{2}-\d+|IAM\.\d+)(?![\w-])"
)
_VERSIONS = r"v(?P<first>\d+\.\d+)(?: to v(?P<last>\d+\.\d+))?"
# As in "1.19 of the CIS AWS Foundations Benchmark v1.3 to v4.0" and "1.18 in v5.0".
_CLAIM = re.compile(
    rf"(?P<number>\d+\.\d+)(?: of the CIS AWS Foundations Benchmark| in|) {_VERSIONS}"
)


def requirements() -> list[dict[str, str]]:
    """The data, as it is in the file."""
    loaded: list[dict[str, str]] = json.loads(DATA.read_text())
    return loaded


def table() -> str:
    """README's table: a row for each number of a standard that has one source."""
    rows: dict[tuple[str, str, str, str], list[str]] = {}
    for one in requirements():
        key = (one["standard"], one["number"], one["asks"], _mapped(one))
        rows.setdefault(key, []).append(_shown(one["version"]))
    lines = [
        "| standard | requirement | what it asks for | mapped by |",
        "| --- | --- | --- | --- |",
    ]
    for (standard, number, asks, mapped), versions in rows.items():
        named = f"{standard} {', '.join(versions)}".strip()
        lines.append(f"| {named} | {number} | {asks} | {mapped} |")
    return "\n".join(lines) + "\n"


def _mapped(one: dict[str, str]) -> str:
    if one["mappedBy"] == _OURS:
        return f"us; [the standard]({one['source']})"
    return f"[{one['mappedBy']}]({one['source']})"


def _shown(version: str) -> str:
    return f"v{version}" if re.match(r"\d+\.", version) else version


def written(page: str) -> str:
    """A page with the table between its markers.

    :raises ValueError: if the page lacks a marker
    """
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"The page lacks the markers {_BEGIN.strip()} and {_END}.")
    return before + begin + table() + end + after


def unknown(text: str) -> Iterator[str]:
    """The numbers in a paragraph about a standard that the data lacks, or has otherwise."""
    if not _STANDARD.search(text):
        return
    known = {one["number"] for one in requirements()}
    known |= {f"v{one['version']}" for one in requirements()}
    # The first two parts of a version are enough.
    known |= {version.rpartition(".")[0] for version in known if version.count(".") == 2}
    known |= {version.removeprefix("v") for version in known if version.startswith("v")}
    yield from (number for number in _NUMBER.findall(text) if number not in known)
    for claim in _CLAIM.finditer(text):
        first, last = claim["first"], claim["last"] or claim["first"]
        covered = {
            one["number"]
            for one in requirements()
            if one["standard"].startswith("CIS")
            and _parts(first) <= _parts(one["version"])[:2] <= _parts(last)
        }
        if covered != {claim["number"]}:
            yield claim[0]


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _pages() -> Iterator[Path]:
    yield from (README, ROOT / "SECURITY.md", ROOT / "CHANGELOG.md")
    for folder, kind in (
        ("docs", "md"),
        ("cloudformation", "yaml"),
        ("remediation", "yaml"),
        ("deployment", "py"),
        ("src/main/java", "java"),
    ):
        yield from sorted((ROOT / folder).rglob(f"*.{kind}"))


def paragraphs() -> Iterator[tuple[str, str]]:
    """Each paragraph of what people read, with the file that it is in."""
    for page in _pages():
        text = page.read_text()
        if page == README:
            # The table is held to the data as a whole.
            text = text.replace(table(), "")
        for paragraph in re.split(r"\n\s*\n", text):
            yield page.relative_to(ROOT).as_posix(), " ".join(paragraph.split())


if __name__ == "__main__":
    README.write_text(written(README.read_text()))
