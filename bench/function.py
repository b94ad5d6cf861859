"""A built function as Lambda runs it, in front of replayed answers: what all measurements start.

The code is laid out as Lambda lays it out and runs in the official runtime interface client behind
the Lambda Runtime API, with the flags of Lambda's Java runtime and the template's.
"""

from __future__ import annotations

import json
import os
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sandbox.client import CREDENTIALS, DEFAULT_REGION, PROJECT
from sandbox.services.lambda_.runtime import Event, Launch, RuntimeProcess

from .replay import Replay
from .template import jvm_options

RUNTIME = PROJECT / "target" / "lambda-runtime"
EVALUATE = "io.github.certsweep.EvaluateHandler::handleRequest"
INSPECT = "io.github.certsweep.InspectHandler::handleRequest"
_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:bench"
_TIMEOUT_SECONDS = 900


def java_command() -> Path:
    """The JDK's Java."""
    return Path(os.environ["JAVA_HOME"]) / "bin" / "java"


def unpack(zip_file: Path, task_root: Path) -> None:
    """Does what Lambda does with a zip."""
    with zipfile.ZipFile(zip_file) as code:
        code.extractall(task_root)


def in_java(
    task_root: Path,
    handler: str,
    replay: Replay,
    memory_mb: int,
    *extra_options: str,
    region: str = DEFAULT_REGION,
    java: Path | None = None,
) -> Launch:
    """A function in Java.

    :param extra_options: further options of the JVM
    :param java: what to start instead of the JDK's
    """
    options = (jvm_options(), replay.jvm_options(), *extra_options)
    variables = {
        "AWS_EXECUTION_ENV": "AWS_Lambda_java25",
        "JAVA_TOOL_OPTIONS": " ".join(option for option in options if option),
        "LAMBDA_TASK_ROOT": str(task_root),
        "USAGE_REGIONS": "",
    }
    return Launch(
        java=java or java_command(),
        runtime_jars=tuple(sorted(RUNTIME.glob("*.jar"))),
        task_root=task_root,
        handler=handler,
        memory_mb=memory_mb,
        environment=_environment(replay, memory_mb, region) | variables,
        log_file=task_root.with_suffix(".log"),
    )


class _PythonLaunch(Launch):
    def command(self) -> list[str]:
        """The interpreter that runs this; the handler is a module."""
        return [sys.executable, "-m", self.handler]


def in_python(folder: Path, module: str, replay: Replay, memory_mb: int) -> Launch:
    """A function in Python, which brings its own runtime client."""
    java = in_java(folder, module, replay, memory_mb)
    return _PythonLaunch(**vars(replace(java, task_root=PROJECT)))


def _environment(replay: Replay, memory_mb: int, region: str) -> dict[str, str]:
    """What Lambda sets, and the replaying server for AWS."""
    variables = CREDENTIALS | {
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": replay.endpoint,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "bench",
        "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
        "AWS_REGION": region,
        "AWS_SESSION_TOKEN": "bench",
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "TZ": ":UTC",
    }
    if replay.authority:
        variables["AWS_CA_BUNDLE"] = str(replay.authority.bundle)
    return variables


@dataclass(frozen=True)
class Moment:
    """What a process has taken until now, in seconds."""

    wall: float
    cpu: float


class Running:
    """A started function that has asked for its first event."""

    def __init__(self, launch: Launch) -> None:
        """Starts it, and ends it if it does not become ready.

        :raises RuntimeError: with what it said
        """
        self._begun = time.monotonic()
        self._process = RuntimeProcess(launch)
        failure = self._process.initialize("init")
        if failure:
            said = self._process.take_log()
            self._process.kill()
            raise RuntimeError(f"{failure.payload.decode()}\n{said}")
        self.at_next = self._now()

    def invoke(self, event: dict[str, Any]) -> tuple[Any, Moment]:
        """Answers the function's answer and the moment it came.

        :raises RuntimeError: if the function failed
        """
        outcome = self._process.invoke(
            Event("bench", json.dumps(event).encode(), _ARN, _TIMEOUT_SECONDS)
        )
        now = self._now()
        if outcome.error:
            raise RuntimeError(f"The function failed: {outcome.payload.decode()[:2000]}")
        return json.loads(outcome.payload), now

    def invoke_ms(self, event: dict[str, Any]) -> tuple[Any, float]:
        """Answers the function's answer and how long it took, in milliseconds."""
        before = self._now()
        answer, after = self.invoke(event)
        return answer, (after.wall - before.wall) * 1000

    @property
    def peak_mb(self) -> int:
        """The most resident memory that it has had."""
        peak = self._process.peak_memory_mb()
        if peak is None:
            raise RuntimeError("The memory can't be measured here: there is no /proc")
        return peak

    def end(self) -> None:
        """Ends it at once."""
        self._process.kill()

    def _now(self) -> Moment:
        # clock_getcpuclockid(3), which Python has for threads alone: all threads, ended ones too.
        cpu_clock = ~self._process.pid << 3 | 2
        return Moment(time.monotonic() - self._begun, time.clock_gettime(cpu_clock))


@contextmanager
def running(launch: Launch) -> Iterator[Running]:
    """Starts a function, and ends it at last."""
    function = Running(launch)
    try:
        yield function
    finally:
        function.end()
