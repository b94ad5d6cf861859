"""The share of a processor that Lambda gives a function, by a control group of Linux.

"At 1,769 MB, a function has the equivalent of one vCPU": AWS Lambda Developer Guide, "Configure
Lambda function memory". What has less memory has less of the processor, in proportion.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

MB_OF_ONE_CPU = 1769
PERIOD_MICROSECONDS = 100_000

_ROOTS = (
    # version 1, version 2
    (Path("/sys/fs/cgroup/cpu"), "cpu.cfs_quota_us", "{quota}", "-1"),
    (Path("/sys/fs/cgroup"), "cpu.max", "{quota} 100000", "max 100000"),
)


@dataclass(frozen=True)
class CpuShare:
    """A control group that every JVM started through `java` is in."""

    # A program to start instead of Java.
    java: Path
    _quota: Path
    _limited: str
    _unlimited: str

    def like(self, memory_mb: int) -> None:
        """Gives the group the share of a function with this memory."""
        quota = int(PERIOD_MICROSECONDS * memory_mb / MB_OF_ONE_CPU)
        self._quota.write_text(self._limited.format(quota=quota), encoding="ascii")

    def unlimited(self) -> None:
        """Gives the group all of the machine."""
        self._quota.write_text(self._unlimited, encoding="ascii")


@contextmanager
def cpu_share(java: Path) -> Iterator[CpuShare | None]:
    """Makes the control group; None if this user on this machine can't."""
    for root, quota_file, limited, unlimited in _ROOTS:
        group = root / f"certsweep-bench-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            if not os.access(group / quota_file, os.W_OK):
                continue
            with tempfile.TemporaryDirectory() as folder:
                starter = Path(folder, "java")
                starter.write_text(
                    f'#!/bin/sh\necho $$ > {group}/cgroup.procs\nexec {java} "$@"\n',
                    encoding="utf-8",
                )
                starter.chmod(starter.stat().st_mode | stat.S_IXUSR)
                yield CpuShare(starter, group / quota_file, limited, unlimited)
                return
        finally:
            _remove(group)
    yield None


def _remove(group: Path) -> None:
    """Moves whoever is still in it out first; only an empty group can be removed."""
    for process in (group / "cgroup.procs").read_text(encoding="ascii").split():
        with suppress(OSError):  # it has ended meanwhile
            (group.parent / "cgroup.procs").write_text(process, encoding="ascii")
    group.rmdir()
