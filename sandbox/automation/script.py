"""Runs Python scripts of runbooks, each in a process of its own.

A script finds boto3 there and the credentials of the execution's role, and nothing of this
process's environment or of the developer's settings.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..guardian import Guardian

MAX_PAYLOAD_BYTES = 100 * 1024
MAX_LIST_ITEMS = 100
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
            return self._run(directory, request, environment, timeout_seconds, started)
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def _run(
        self,
        directory: Path,
        request: dict[str, Any],
        environment: dict[str, str],
        timeout_seconds: float,
        started: Callable[[Callable[[], None]], None],
    ) -> Any:
        (directory / "request.json").write_text(json.dumps(request), encoding="utf-8")
        with (directory / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-I", "-B", _RUNNER, directory],
                env=environment | {"HOME": str(directory)},
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._guardian.watch(process.pid)
        try:
            started(lambda: _kill(process))
            process.wait(timeout_seconds)
        except subprocess.TimeoutExpired as error:
            raise ScriptTimeoutError from error
        finally:
            _kill(process)
            self._guardian.release(process.pid)
        return _payload(directory)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


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
