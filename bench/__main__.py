"""`python -m bench`: measures, reports, and fails if a limit is broken."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.control import PROJECT, Sandbox

from . import evaluation, machine, memory, usage
from .cpu_share import cpu_share
from .report import Section, as_json, as_markdown

ZIP_FILE = PROJECT / "target" / "certsweep.zip"
REPORTS = PROJECT / "target" / "bench"
# A median of fewer would say little.
MIN_ROUNDS = 7
DEFAULT_ROUNDS = 15


def main() -> int:
    """Runs all measurements; answers the exit status."""
    rounds = _options().rounds
    if not ZIP_FILE.exists():
        print(f"bench: {ZIP_FILE} is missing: run `make package` first.", file=sys.stderr)
        return 1
    sections = []
    with cpu_share(_java()) as share, Sandbox.start(java=share.java if share else None) as sandbox:
        for measure in (evaluation.measure, usage.measure):
            sandbox.reset(cold=True)
            sections.append(measure(sandbox, ZIP_FILE, rounds))
        if share:
            sandbox.reset(cold=True)
            sections.append(memory.measure(sandbox, ZIP_FILE, share))
        else:
            print("bench: the times by memory need a cpu control group that this user may make.")
    return _report(sections)


def _java() -> Path:
    home = os.environ.get("JAVA_HOME")
    return Path(home, "bin", "java") if home else Path("java")


def _report(sections: Sequence[Section]) -> int:
    described = machine.describe()
    report = as_markdown(described, sections)
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / "report.md").write_text(report, encoding="utf-8")
    (REPORTS / "report.json").write_text(
        json.dumps(as_json(described, sections), indent=2) + "\n", encoding="utf-8"
    )
    print(report, end="")
    return 0 if all(section.is_kept for section in sections) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--rounds",
        type=_rounds,
        default=DEFAULT_ROUNDS,
        help=f"how often each is measured; {MIN_ROUNDS} at least, {DEFAULT_ROUNDS} by default",
    )
    return parser.parse_args()


def _rounds(text: str) -> int:
    rounds = int(text)
    if rounds < MIN_ROUNDS:
        raise argparse.ArgumentTypeError(f"{rounds} is too few for a median: {MIN_ROUNDS} or more")
    return rounds


if __name__ == "__main__":
    sys.exit(main())
