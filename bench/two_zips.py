"""Compares the cold starts of two builds of the zip: `python -m bench.two_zips BEFORE AFTER`.

For a dependency that most installations don't use. Both run the same evaluation, in turn, and every
second round begins with the other one: what slows the machine for a while slows both.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from sandbox.client import Sandbox

from . import machine
from .cold_start import CERTIFICATES, MEMORY_MB, Start, Subjects, account_in_good_order
from .function import EVALUATE, in_java, unpack
from .replay import Replay
from .report import Figure, Matrix, Section, as_markdown, number

BEFORE, AFTER = "before", "after"
# Over TLS, as in Lambda.
MEASURED = {"to the response": "wall", "CPU to `/next`": "init_cpu", "CPU to the response": "cpu"}


def main() -> None:
    """Measures and prints the report."""
    parser = argparse.ArgumentParser(prog="python -m bench.two_zips", description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    zips = {BEFORE: options.before, AFTER: options.after}
    with Sandbox.start() as sandbox, tempfile.TemporaryDirectory() as folder:
        event = account_in_good_order(sandbox, options.before)
        with Replay.start(sandbox, tls=True) as replay:
            launches = {}
            for name, zip_file in zips.items():
                unpack(zip_file, Path(folder, name))
                launches[name] = in_java(Path(folder, name), EVALUATE, replay, MEMORY_MB)
            starts = _measure(Subjects(launches, event), replay, options.rounds)
    print(as_markdown(machine.describe(), [_section(starts, zips)]), end="")


def _measure(subjects: Subjects, replay: Replay, rounds: int) -> dict[str, list[Start]]:
    for _ in range(2):  # is recorded; then fills the machine's file cache
        for subject in subjects.launches:
            subjects.start(subject)
        replay.set_latency(0)
    starts: dict[str, list[Start]] = {subject: [] for subject in subjects.launches}
    order = list(subjects.launches)
    for _ in range(rounds):
        for subject in order:
            starts[subject].append(subjects.start(subject))
        order.reverse()
    return starts


def _section(starts: dict[str, list[Start]], zips: dict[str, Path]) -> Section:
    taken = {
        name: {
            subject: [getattr(start, attribute) for start in starts[subject]] for subject in starts
        }
        for name, attribute in MEASURED.items()
    }
    rows = {
        f"{subject}, {zips[subject].stat().st_size:,} bytes": tuple(
            Figure.median(name, taken[name][subject], "s") for name in MEASURED
        )
        for subject in starts
    }
    ratios = [Figure.ratio(f"{name}: after / before", *_pair(taken[name])) for name in MEASURED]
    return Section(
        "Cold start of two zips over TLS",
        f"{len(starts[BEFORE])} starts of each, in turn. The account has {CERTIFICATES} "
        f"certificates, none expired. The function has {MEMORY_MB:,} MB.",
        tuple(ratios),
        (Matrix("zip", rows),),
        tuple(f"{ratio.name}: the middle half is {_middle_half(ratio)}." for ratio in ratios),
    )


def _pair(samples: dict[str, list[float]]) -> tuple[list[float], list[float]]:
    return samples[AFTER], samples[BEFORE]


def _middle_half(figure: Figure) -> str:
    low, _, high = statistics.quantiles(figure.samples, n=4)
    return f"{number(low)} to {number(high)}"


if __name__ == "__main__":
    main()
