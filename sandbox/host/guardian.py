"""Outlives the sandbox by a moment, to leave nothing behind however it ended, SIGKILL included.

Runs as a process of its own (`python -m sandbox.host.guardian DIRECTORY`) and reads orders from its
standard input, one a line: `+PID` (a process was started), `-PID` (it has ended). When the input
closes, the sandbox is gone: the guardian kills what is left and removes the directory.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

# How long to wait for a killed process to end.
END_SECONDS = 10


class Guardian:
    """The sandbox's side of it."""

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.host.guardian", str(directory)],
            stdin=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            start_new_session=True,  # Ctrl-C in the terminal is for the sandbox
        )

    def watch(self, pid: int) -> None:
        """Lets a process die with the sandbox."""
        self._order(f"+{pid}")

    def release(self, pid: int) -> None:
        """Forgets a process that has ended: its number may be given to another."""
        self._order(f"-{pid}")

    def close(self) -> None:
        """Lets the guardian finish its work, and waits for it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _order(self, order: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n".encode())
        self._process.stdin.flush()


def main(directory: str) -> None:
    """Follows orders until the input closes."""
    pids: set[int] = set()
    for order in sys.stdin:
        pid = int(order[1:])
        if order.startswith("+"):
            pids.add(pid)
        else:
            pids.discard(pid)
    _end(pids)
    shutil.rmtree(directory, ignore_errors=True)


def _end(pids: set[int]) -> None:
    """Kills processes, and waits until they are gone: to end a JVM takes a moment."""
    killed = []
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            killed.append(os.pidfd_open(pid))
            signal.pidfd_send_signal(killed[-1], signal.SIGKILL)
    for process in killed:
        end = select.poll()
        end.register(process, select.POLLIN)
        end.poll(END_SECONDS * 1000)


if __name__ == "__main__":
    main(sys.argv[1])
