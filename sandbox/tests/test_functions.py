"""Functions across a reset, and the files of their processes: with stand-ins for processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest

from sandbox.services.lambda_ import functions as module
from sandbox.services.lambda_.environments import fingerprint_of
from sandbox.services.lambda_.functions import Functions
from sandbox.services.lambda_.invocations import Invocation
from sandbox.services.lambda_.runtime import Launch
from sandbox.wire.calls import AwsError


class Process:
    """Stands in for an environment: it is busy until it is killed, or told to go on."""

    pid = 1

    def __init__(self, arn: str, fingerprint: str, launch: Launch) -> None:
        self.arn, self.fingerprint = arn, fingerprint
        self.directory = launch.log_file.parent
        self.is_busy = self.is_alive = True
        self.is_working, self.go_on = threading.Event(), threading.Event()
        launch.log_file.write_text("log")

    def invoke(self, function: Any, event: bytes) -> Invocation:
        self.is_working.set()
        assert self.go_on.wait(60)
        log = (self.directory / "log").read_text()
        return Invocation("id", function.function_name, event.decode(), "now", log=log)

    def kill(self) -> None:
        self.is_alive = False
        self.go_on.set()


class Bench:
    """Runs a function that may have one process."""

    def __init__(self, folder: Path, thread: ThreadPoolExecutor) -> None:
        self.folder = folder
        self.started: list[Process] = []
        self._is_started = threading.Event()
        self._thread = thread
        code = BytesIO()
        ZipFile(code, "w").close()
        self._function: Any = SimpleNamespace(
            account_id="123456789012",
            code_bytes=code.getvalue(),
            code_digest="digest",
            environment_vars={},
            function_arn="arn:aws:lambda:eu-west-1:123456789012:function:probe",
            function_name="probe",
            handler="Probe",
            logs_group_name="/aws/lambda/probe",
            memory_size=256,
            region="eu-west-1",
            reserved_concurrency=1,
            role="arn:aws:iam::123456789012:role/probe",
            version="$LATEST",
        )
        nobody: Any = SimpleNamespace(
            watch=lambda _: None, release=lambda _: None, may_log=lambda _: False
        )
        self.functions = Functions(Path("java"), (), folder, nobody, nobody, None)

    def start(self, *arguments: Any) -> Process:
        self.started.append(Process(*arguments))
        self._is_started.set()
        return self.started[-1]

    def run(self, event: bytes, era: int) -> Future[Invocation]:
        return self._thread.submit(self.functions.run, self._function, event, era, is_queued=True)

    def busy(self) -> tuple[Process, Future[Invocation]]:
        """A process that works on an event."""
        run = self.run(b"first", self.functions.era)
        assert self._is_started.wait(60)
        assert self.started[0].is_working.wait(60)
        return self.started[0], run

    def folders(self) -> list[Path]:
        return [one for one in self.folder.iterdir() if one.name != "code"]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with ThreadPoolExecutor(2) as threads:
        bench = Bench(tmp_path, threads)
        monkeypatch.setattr(module, "Environment", bench.start)
        yield bench
        bench.functions.close()


def test_event_that_was_queued_before_a_reset_does_not_run_after_it(bench: Bench) -> None:
    _, first = bench.busy()
    queued = bench.run(b"second", bench.functions.era)
    bench.functions.reset()
    with pytest.raises(AwsError, match="was reset before"):
        queued.result(60)
    assert first.result(60).event == "first"
    assert len(bench.started) == 1
    assert bench.functions.invocations == []


def test_event_that_came_before_a_reset_does_not_run_after_it_though_a_process_is_free(
    bench: Bench,
) -> None:
    era = bench.functions.era
    bench.functions.reset()
    with pytest.raises(AwsError, match="was reset before"):
        bench.run(b"event", era).result(60)
    assert bench.started == []


def test_files_of_a_process_are_removed_when_it_is_idle_and_ends(bench: Bench) -> None:
    process, run = bench.busy()
    process.go_on.set()
    run.result(60)
    assert bench.folders() == [process.directory]
    bench.functions.reset()
    assert bench.folders() == [process.directory]
    bench.functions.reset(cold=True)
    assert bench.folders() == []


def test_files_of_a_process_that_a_reset_ends_are_removed_once_its_log_is_read(
    bench: Bench,
) -> None:
    _, run = bench.busy()
    bench.functions.reset()
    assert run.result(60).log == "log"
    assert bench.folders() == []


def test_process_is_not_used_again_for_a_function_that_logs_elsewhere() -> None:
    function: Any = SimpleNamespace(
        code_digest="digest",
        environment_vars={},
        handler="Probe",
        logs_group_name="/first",
        memory_size=256,
        role="role",
    )
    before = fingerprint_of(function)
    function.logs_group_name = "/second"
    assert fingerprint_of(function) != before
