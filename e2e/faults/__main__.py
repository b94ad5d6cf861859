"""The full fault matrix: `make soak`. Writes docs/faults.md; fails if anything does not hold."""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from dataclasses import asdict
from typing import TextIO

from sandbox.control import PROJECT

from . import table
from .combinations import (
    DOORS,
    SLOW_SECONDS,
    Call,
    Combination,
    combinations,
    longest_first,
    observed,
)
from .trials import Bench, Result, attempt_all

ZIP = PROJECT / "target" / "certsweep.zip"
# Each combination with its outcome and what does not hold of it, as it ends.
LOG = PROJECT / "target" / "faults.jsonl"
# Most of a trial is waiting.
WORKERS = 8


def main() -> int:
    """Runs it; the exit status."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--workers", type=int, default=WORKERS, help="sandboxes side by side")
    parser.add_argument("--door", choices=DOORS, action="append", help="only these; no table then")
    parser.add_argument(
        "--resume", action="store_true", help="keep what held in the run before, and go on"
    )
    arguments = parser.parse_args()
    begun = time.monotonic()
    bench = Bench(ZIP)
    try:
        every = combinations(observed(arguments.door or DOORS, bench.observe))
    finally:
        bench.close()
    kept = [one for one in held() if one.combination in set(every)] if arguments.resume else []
    left = set(every) - {one.combination for one in kept}
    print(f"{len(left)} of {len(every)} combinations, {arguments.workers} sandboxes.", flush=True)
    with LOG.open("w", encoding="utf-8") as log:
        progress = Progress(len(every), log)
        for one in kept:
            progress.note(one)
        tried = attempt_all(longest_first(left), ZIP, arguments.workers, progress.note)
    results = kept + tried
    broken = [one for one in results if one.problems]
    print(f"{len(results)} tried in {time.monotonic() - begun:.0f} s; {len(broken)} do not hold.")
    if not arguments.door:
        table.write(results, SLOW_SECONDS)
        print(f"Wrote {table.FILE.relative_to(PROJECT)}.")
    return 1 if broken else 0


def held() -> list[Result]:
    """What an earlier run has noted, less what did not hold."""
    noted = [json.loads(line) for line in LOG.read_text(encoding="utf-8").splitlines()]
    return [
        Result(Combination(Call(**one["call"]), one["kind"], one["duration"]), one["outcome"], ())
        for one in noted
        if one["outcome"] and not one["problems"]
    ]


class Progress:
    """Tells what has ended, and writes it to a file."""

    def __init__(self, total: int, log: TextIO) -> None:
        self._lock = threading.Lock()
        self._total = total
        self._log = log
        self._done = 0

    def note(self, result: Result) -> None:
        """Notes one."""
        with self._lock:
            self._done += 1
            line = asdict(result.combination) | {"outcome": result.outcome}
            self._log.write(json.dumps(line | {"problems": result.problems}) + "\n")
            self._log.flush()
            if result.problems:
                print(f"{result.combination}: {'; '.join(result.problems)}", flush=True)
            if self._done % 50 == 0:
                print(f"{self._done} of {self._total}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
