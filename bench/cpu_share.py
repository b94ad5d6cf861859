"""The share of a processor that Lambda gives a function, by a control group of Linux.

"At 1,769 MB, a function has the equivalent of one vCPU": AWS Lambda Developer Guide, "Configure
Lambda function memory". What has less memory has less of the processor, in proportion.
"""

from __future__ import annotations

import os
import shlex
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

MB_OF_ONE_CPU = 1769
PERIOD_MICROSECONDS = 100_000

_ROOTS = (
    # version 1, version 2
    (Path("/sys/fs/cgroup/cpu"), "cpu.cfs_quota_us", "{quota}"),
    (Path("/sys/fs/cgroup"), "cpu.max", f"{{quota}} {PERIOD_MICROSECONDS}"),
)

# A group for each process: two in one would share its quota.
_NUMBERS = count()


def share_of(memory_mb: int) -> float:
    """The processors of a function with this memory."""
    return memory_mb / MB_OF_ONE_CPU


@contextmanager
def java_with_share(java: Path, memory_mb: int) -> Iterator[Path | None]:
    """A program that runs Java with the processor share of a function with this memory.

    None if this user on this machine can't make a control group.
    """
    quota = int(PERIOD_MICROSECONDS * share_of(memory_mb))
    name = f"certsweep-bench-{os.getpid()}-{next(_NUMBERS)}"
    for root, quota_file, setting in _ROOTS:
        group = root / name
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            if not os.access(group / quota_file, os.W_OK):
                continue
            (group / quota_file).write_text(setting.format(quota=quota), encoding="ascii")
            with tempfile.TemporaryDirectory() as folder:
                starter = Path(folder, "java")
                starter.write_text(starting(java, group), encoding="utf-8")
                starter.chmod(starter.stat().st_mode | stat.S_IXUSR)
                yield starter
                return
        finally:
            _remove(group)
    yield None


def starting(java: Path, group: Path) -> str:
    """A shell script that joins the group and becomes Java."""
    members = shlex.quote(str(group / "cgroup.procs"))
    return f'#!/bin/sh\necho $$ > {members}\nexec {shlex.quote(str(java))} "$@"\n'


def _remove(group: Path) -> None:
    """Moves whoever is still in it out first; only an empty group can be removed."""
    members = group / "cgroup.procs"
    # Where no controller is mounted, it is a folder like any other.
    for process in members.read_text(encoding="ascii").split() if members.exists() else ():
        with suppress(OSError):  # it has ended meanwhile
            (group.parent / "cgroup.procs").write_text(process, encoding="ascii")
    group.rmdir()
