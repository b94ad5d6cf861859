"""A process with a function's code, busy or idle: Lambda's execution environment."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from datetime import datetime, timezone

from moto.awslambda.models import LambdaFunction

from sandbox.host.clock import iso

from .invocations import (
    Invocation,
    as_json,
    epitaph,
    framed,
)
from .runtime import Event, Launch, Outcome, RuntimeProcess


class Environment:
    """A process with the function's code, busy or idle."""

    def __init__(self, arn: str, fingerprint: str, launch: Launch) -> None:
        self.arn = arn
        self.fingerprint = fingerprint
        self.is_busy = True
        # Its files: the log, and the runtime client's library.
        self.directory = launch.log_file.parent
        self._launched = time.monotonic()
        self._process = RuntimeProcess(launch)
        self._is_cold = True

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.is_alive

    def kill(self) -> None:
        """Ends the process."""
        self._process.kill()

    def invoke(self, function: LambdaFunction, event: bytes) -> Invocation:
        """Runs one event to its end; ends the process if it can't be used any more."""
        invocation = Invocation(
            request_id=str(uuid.uuid4()),
            function_name=function.function_name,
            event=as_json(event),
            started=iso(datetime.now(timezone.utc)),
            cold=self._is_cold,
            memory_mb=function.memory_size,
            process_id=self.pid,
        )
        outcome = self._initialized(invocation)
        if outcome is None:
            begun = time.monotonic()
            outcome = self._process.invoke(
                Event(invocation.request_id, event, function.function_arn, function.timeout)
            )
            invocation.duration_ms = round((time.monotonic() - begun) * 1000, 2)
        self._finish(invocation, outcome)
        return invocation

    def _initialized(self, invocation: Invocation) -> Outcome | None:
        if not self._is_cold:
            return None
        self._is_cold = False
        outcome = self._process.initialize(invocation.request_id)
        invocation.init_ms = round((time.monotonic() - self._launched) * 1000, 2)
        return outcome

    def _finish(self, invocation: Invocation, outcome: Outcome) -> None:
        invocation.payload = as_json(outcome.payload)
        invocation.error = outcome.error
        invocation.max_memory_mb = self._process.peak_memory_mb()
        written = self._process.take_log()
        if not outcome.is_process_usable:
            written += epitaph(invocation)
            self.kill()
        invocation.log = framed(invocation, written)


def fingerprint_of(function: LambdaFunction) -> str:
    """Changes with the code or the configuration that a process is started with."""
    parts = [
        function.code_digest,
        function.handler,
        function.memory_size,
        function.role,
        function.logs_group_name,
        sorted((function.environment_vars or {}).items()),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
