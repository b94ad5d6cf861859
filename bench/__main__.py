"""`python -m bench`: measures, reports, and fails if a target is missed."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path

from sandbox.client import PROJECT, Sandbox

from . import audit, cold_start, evaluation, machine, memory, usage
from .report import Section, as_json, as_markdown

ZIP_FILE = PROJECT / "target" / "certsweep.zip"
REPORTS = PROJECT / "target" / "bench"
# The last report that somebody found worth keeping.
RECORD = PROJECT / "docs" / "benchmark.md"
# A median of fewer would say little.
MIN_ROUNDS = 7
DEFAULT_ROUNDS = 7

Measurement = Callable[[Sandbox, Path, int], list[Section]]
MEASUREMENTS: dict[str, Measurement] = {
    "cold-start": cold_start.measure,
    "evaluation": evaluation.measure,
    "usage": usage.measure,
    "memory": memory.measure,
    "audit": audit.measure,
}


def main() -> int:
    """Runs the measurements; answers the exit status."""
    options = _options()
    if not ZIP_FILE.exists():
        print(f"bench: {ZIP_FILE} is missing: run `make package` first.", file=sys.stderr)
        return 1
    if "JAVA_HOME" not in os.environ:
        print("bench: JAVA_HOME is not set: run `make bench`, which finds it.", file=sys.stderr)
        return 1
    begun = time.monotonic()
    sections: list[Section] = []
    with Sandbox.start() as sandbox:
        for name in options.only or MEASUREMENTS:
            print(f"bench: {name} ...", file=sys.stderr, flush=True)
            sandbox.reset(cold=True)
            sections += MEASUREMENTS[name](sandbox, ZIP_FILE, options.rounds)
            # What is measured is not lost if the next measurement fails.
            _report(sections, time.monotonic() - begun)
    report = _report(sections, time.monotonic() - begun)
    print(report, end="")
    if options.record:
        RECORD.write_text(report, encoding="utf-8")
    broken = [problem for section in sections for problem in section.broken()]
    for problem in broken:
        print(f"bench: target missed: {problem}", file=sys.stderr)
    return 1 if broken else 0


def _report(sections: Sequence[Section], seconds: float) -> str:
    """Writes the report in both forms; answers the one for people."""
    described = {
        **machine.describe(),
        "Measured": f"{datetime.now(timezone.utc):%Y-%m-%d}, in {seconds / 60:.0f} minutes",
    }
    report = as_markdown(described, sections)
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / "report.md").write_text(report, encoding="utf-8")
    (REPORTS / "report.json").write_text(
        json.dumps(as_json(described, sections), indent=2) + "\n", encoding="utf-8"
    )
    return report


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--rounds",
        type=_rounds,
        default=DEFAULT_ROUNDS,
        help=f"how often each is measured; {MIN_ROUNDS} at least, which is the default",
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=tuple(MEASUREMENTS),
        help="measure this alone; may be given more than once",
    )
    parser.add_argument(
        "--record",
        action="store_true",
        help=f"write the report to {RECORD.relative_to(PROJECT)} too",
    )
    options = parser.parse_args()
    if options.record and options.only:
        parser.error("--record wants all measurements")
    return options


def _rounds(text: str) -> int:
    rounds = int(text)
    if rounds < MIN_ROUNDS:
        raise argparse.ArgumentTypeError(f"{rounds} is too few for a median: {MIN_ROUNDS} or more")
    return rounds


if __name__ == "__main__":
    sys.exit(main())
