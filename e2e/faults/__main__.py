"""The full fault matrix: `make soak`. Writes docs/faults.md if everything holds, and else fails."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from sandbox.client import PROJECT

from . import table
from .combinations import (
    DOORS,
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
# The tables of a run in which something did not hold.
BROKEN_TABLES = PROJECT / "target" / "faults.md"
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
    parser.add_argument(
        "--head", action="store_true", help="only renew what stands above the tables"
    )
    arguments = parser.parse_args()
    if arguments.head:
        document = table.FILE.read_text(encoding="utf-8")
        table.FILE.write_text(table.with_new_head(document), encoding="utf-8")
        return 0
    begun = time.monotonic()
    zip_hash = hashlib.sha256(ZIP.read_bytes()).hexdigest()
    bench = Bench(ZIP)
    try:
        every = combinations(observed(arguments.door or DOORS, bench.observe))
    finally:
        bench.close()
    noted = held(LOG, zip_hash) if arguments.resume else []
    kept = [one for one in noted if one.combination in set(every)]
    left = set(every) - {one.combination for one in kept}
    print(f"{len(left)} of {len(every)} combinations, {arguments.workers} sandboxes.", flush=True)
    with LOG.open("w", encoding="utf-8") as log:
        progress = Progress(len(every), log, zip_hash)
        for one in kept:
            progress.note(one)
        tried = attempt_all(longest_first(left), ZIP, arguments.workers, progress.note)
    results = kept + tried
    print(f"{len(results)} tried in {time.monotonic() - begun:.0f} s.")
    return conclude(results, is_all=not arguments.door)


def conclude(
    results: Sequence[Result],
    is_all: bool,
    document: Path = table.FILE,
    broken_tables: Path = BROKEN_TABLES,
) -> int:
    """Writes the document, or says what keeps it from being written; the exit status.

    :param is_all: whether these are the results of all combinations
    """
    broken = [one for one in results if one.problems]
    for one in broken:
        print(f"{one.combination}: {'; '.join(one.problems)}")
    if broken:
        broken_tables.write_text(table.tables(results), encoding="utf-8")
        print(f"{len(broken)} of {len(results)} do not hold. Their tables are in {broken_tables}.")
        return 1
    if is_all:
        document.write_text(table.written(results), encoding="utf-8")
        print(f"All hold. Wrote {document}.")
    return 0


def held(log: Path, zip_hash: str) -> list[Result]:
    """What an earlier run of the same zip has noted, less what did not hold."""
    if not log.exists():
        return []
    noted = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return [
        Result(Combination(Call(**one["call"]), one["kind"], one["duration"]), one["outcome"], ())
        for one in noted
        if one.get("zip") == zip_hash and one["outcome"] and not one["problems"]
    ]


class Progress:
    """Tells what has ended, and writes it to a file."""

    def __init__(self, total: int, log: TextIO, zip_hash: str) -> None:
        self._lock = threading.Lock()
        self._total = total
        self._log = log
        self._zip_hash = zip_hash
        self._done = 0

    def note(self, result: Result) -> None:
        """Notes one."""
        with self._lock:
            self._done += 1
            line = asdict(result.combination) | {"outcome": result.outcome}
            line |= {"problems": result.problems, "zip": self._zip_hash}
            self._log.write(json.dumps(line) + "\n")
            self._log.flush()
            if result.problems:
                print(f"{result.combination}: {'; '.join(result.problems)}", flush=True)
            if self._done % 50 == 0:
                print(f"{self._done} of {self._total}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
