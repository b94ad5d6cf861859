"""Runs Python scripts of runbooks, each in a process of its own.

A script finds boto3 there and the credentials of the execution's role, and nothing of this
process's environment or of the developer's settings.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.host.guardian import Guardian

MAX_PAYLOAD_BYTES = 100 * 1024
MAX_LIST_ITEMS = 100
# How long to wait for a killed process to end.
KILL_SECONDS = 60
_RUNNER = Path(__file__).with_name("script_runner.py")


class ScriptError(Exception):
    """The script failed; the message is what SSM shows of it."""


class ScriptTimeoutError(Exception):
    """The script ran for too long and was stopped."""


class Scripts:
    """Runs scripts."""

    def __init__(self, directory: Path, guardian: Guardian) -> None:
        """Scripts leave nothing behind in `directory`, and nothing runs on without the guardian."""
        self._directory = directory
        self._guardian = guardian
        self._lock = threading.Lock()
        self._runner: _Runner | None = None

    def run(
        self,
        request: dict[str, Any],
        environment: dict[str, str],
        timeout_seconds: float,
        started: Callable[[Callable[[], None]], None],
    ) -> Any:
        """The payload that the script returns.

        :param request: `script`, `handler`, `events` and `context`
        :param environment: all the environment variables of the script
        :param started: is given a function that kills the script
        :raises ScriptError: if it fails, or returns what SSM can't carry
        :raises ScriptTimeoutError: if it doesn't end in time
        """
        directory = Path(tempfile.mkdtemp(prefix="script-", dir=self._directory))
        try:
            told = request | {"environment": environment | {"HOME": str(directory)}}
            (directory / "request.json").write_text(json.dumps(told), encoding="utf-8")
            (directory / "log").touch()
            self._run(self._started(directory), timeout_seconds, started)
            return _payload(directory)
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def close(self) -> None:
        """Ends the runner; no script may run any more."""
        with self._lock:
            self._end_runner()

    def _started(self, directory: Path) -> _Process:
        """The process for the script of a directory; the first script starts the runner."""
        with self._lock:
            if self._runner is not None and not self._runner.is_alive:  # a script has killed it
                self._end_runner()
            if self._runner is None:
                self._runner = _Runner(self._directory)
                self._guardian.watch(self._runner.pid)
            return self._runner.fork(directory)

    def _end_runner(self) -> None:
        if self._runner is not None:
            self._runner.close()
            self._guardian.release(self._runner.pid)
            self._runner = None

    def _run(
        self,
        process: _Process,
        timeout_seconds: float,
        started: Callable[[Callable[[], None]], None],
    ) -> None:
        self._guardian.watch(process.pid)
        process.begin()
        try:
            started(process.kill)
            if not process.ends_within(timeout_seconds):
                raise ScriptTimeoutError
        finally:
            process.kill()
            self._guardian.release(process.pid)
            process.close()


class _Runner:
    """The process that scripts are forked from, see script_runner.py; ends with this process."""

    def __init__(self, directory: Path) -> None:
        """Starts it; `directory` is where it runs."""
        # One packet is one order, or its answer.
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", _RUNNER, str(theirs.fileno())],
                env={"LANG": "en_US.UTF-8"},
                cwd=directory,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=[theirs.fileno()],
            )

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """Ends it, and waits for that."""
        self._orders.close()
        self._process.wait()

    def fork(self, directory: Path) -> _Process:
        """A process for the script of a directory; one call at a time."""
        read, begin = os.pipe()
        try:
            return _Process(self._forked(directory, read), begin)
        except BaseException:
            os.close(begin)
            raise
        finally:
            os.close(read)

    def _forked(self, directory: Path, begin: int) -> int:
        socket.send_fds(self._orders, [os.fsencode(directory)], [begin])
        pid = self._orders.recv(16)
        if not pid:
            raise ScriptError("The runner of scripts has ended; it may have said why above.")
        return int(pid)


class _Process:
    """A script's process. It is no child of this one, hence the descriptor that refers to it."""

    def __init__(self, pid: int, begin: int) -> None:
        """The script starts with a byte in the pipe `begin`, or never if the pipe closes before."""
        self.pid = pid
        self._begin = begin
        self._descriptor = os.pidfd_open(pid)
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Starts the script, once the guardian knows its process."""
        with contextlib.suppress(BrokenPipeError):  # somebody killed it already
            os.write(self._begin, b"!")

    def ends_within(self, seconds: float) -> bool:
        """Waits for its end; False if it goes on."""
        end = select.poll()
        end.register(self._descriptor, select.POLLIN)
        return bool(end.poll(seconds * 1000))

    def kill(self) -> None:
        """Ends it and what it has started, and waits; does nothing once it has ended."""
        with self._lock:
            if self._descriptor < 0 or self.ends_within(0):
                return
            with contextlib.suppress(ProcessLookupError):  # it has no group of its own yet
                os.killpg(self.pid, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
            self.ends_within(KILL_SECONDS)

    def close(self) -> None:
        """Forgets it, once it has ended."""
        with self._lock:
            os.close(self._descriptor)
            os.close(self._begin)
            self._descriptor = -1


def _payload(directory: Path) -> Any:
    try:
        answer = json.loads((directory / "answer.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        log = (directory / "log").read_text(encoding="utf-8", errors="replace")
        raise ScriptError(f"The script ended without an answer. {log[-500:]}".strip()) from error
    if "error" in answer:
        raise ScriptError(answer["error"])
    payload = answer["payload"]
    size = len(json.dumps(payload).encode())
    if size > MAX_PAYLOAD_BYTES:
        raise ScriptError(f"The output of {size} bytes exceeds the limit of 100 KB.")
    if _longest_list(payload) > MAX_LIST_ITEMS:
        raise ScriptError(f"A list in the output has more than {MAX_LIST_ITEMS} items.")
    return payload


def _longest_list(value: Any) -> int:
    if isinstance(value, dict):
        return max(map(_longest_list, value.values()), default=0)
    if isinstance(value, list):
        return max(len(value), max(map(_longest_list, value), default=0))
    return 0
