"""The processes of scripts: what each of them finds, and that none is left behind."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from sandbox.host.guardian import Guardian
from sandbox.services.ssm import script_runner
from sandbox.services.ssm.scripts import ScriptError, Scripts

ENVIRONMENT = {"AWS_REGION": "eu-west-1", "PATH": "/usr/bin:/bin", "TZ": "UTC"}


class Bench:
    """Runs scripts without a sandbox around them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.guardian = Guardian(folder)
        self.scripts = Scripts(folder, self.guardian)
        self.kill: Callable[[], None] = lambda: None

    def run(self, body: str) -> Any:
        """What the script returns, whose handler has this body."""
        source = "def handler(events, context):\n" + "".join(
            f"    {line}\n" for line in dedent(body).strip().splitlines()
        )
        request = {"script": source, "handler": "handler", "events": {}, "context": {}}
        return self.scripts.run(request, ENVIRONMENT, 60, self._started)

    def _started(self, kill: Callable[[], None]) -> None:
        self.kill = kill


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    folder = tmp_path / "sandbox"
    folder.mkdir()
    bench = Bench(folder)
    yield bench
    bench.scripts.close()
    bench.guardian.close()


@pytest.fixture
def knocked(bench: Bench) -> Iterator[tuple[socket.socket, Future[Any]]]:
    """A script that runs until somebody ends it, and a program that it has started.

    Both hold one end of the connection; the number of the script's parent comes out of the other.
    """
    with socket.create_server(("127.0.0.1", 0)) as door, ThreadPoolExecutor(1) as thread:
        door.settimeout(60)
        body = f"""
            import os, socket, subprocess
            door = socket.create_connection({door.getsockname()})
            subprocess.Popen(["sleep", "600"], pass_fds=[door.fileno()])
            door.send(str(os.getppid()).encode())
            door.recv(1)
        """
        run = thread.submit(bench.run, body)
        connection, _ = door.accept()
        connection.settimeout(60)
        with connection:
            yield connection, run


def test_script_finds_exactly_its_environment(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "of the developer")
    body = """
        import os, subprocess
        known = [open(f"/proc/{pid}/environ").read() for pid in (os.getpid(), os.getppid())]
        shown = subprocess.run(["env"], capture_output=True, text=True, check=True).stdout
        return {"found": dict(os.environ), "known": known, "shown": shown}
    """
    told = bench.run(body)
    home = told["found"].pop("HOME")
    assert told["found"] == ENVIRONMENT
    assert sorted(told["shown"].splitlines()) == sorted(
        f"{name}={value}" for name, value in (ENVIRONMENT | {"HOME": home}).items()
    )
    assert "SECRET" not in "".join(told["known"])


def test_script_works_in_a_folder_of_its_own_that_is_removed(bench: Bench) -> None:
    body = """
        import os
        return [os.getcwd(), os.environ["HOME"]]
    """
    first, second = bench.run(body), bench.run(body)
    assert first[0] == first[1] != second[0] == second[1]
    assert list(bench.folder.iterdir()) == []


def test_script_finds_nothing_that_another_has_changed(bench: Bench) -> None:
    changed = """
        import boto3, builtins, json, os, random, sys
        os.environ["LEFT"] = boto3.LEFT = builtins.LEFT = sys.modules["left"] = "behind"
        os.umask(0o777)
        boto3.setup_default_session(region_name="us-east-1")
        json.dumps = None
        sys.path.clear()
    """
    found = """
        import boto3, builtins, os, sys
        umask = os.umask(0o22)
        left = ["LEFT" in os.environ, hasattr(boto3, "LEFT"), hasattr(builtins, "LEFT")]
        return {
            "left": [*left, "left" in sys.modules, boto3.DEFAULT_SESSION is not None],
            "mask": umask, "path": sys.path,
        }
    """
    before = bench.run(found)
    with pytest.raises(ScriptError):
        bench.run(changed)
    assert bench.run(found) == before
    assert not any(before["left"])


def test_scripts_that_start_alike_draw_different_numbers(bench: Bench) -> None:
    body = """
        import random, uuid
        return [random.random(), str(uuid.uuid4())]
    """
    assert not set(bench.run(body)) & set(bench.run(body))


def test_script_meets_its_end_as_a_program_does(bench: Bench) -> None:
    told = bench.folder.parent / "told"
    body = f"""
        import atexit, pathlib, threading
        atexit.register(lambda: pathlib.Path({str(told)!r}).open("a").write("atexit"))
        go = threading.Event()
        def work():
            go.wait()
            pathlib.Path({str(told)!r}).write_text("thread ")
        threading.Thread(target=work).start()
        go.set()
    """
    assert bench.run(body) is None
    assert told.read_text() == "thread atexit"


def test_output_of_a_script_that_gives_no_answer_is_shown(bench: Bench) -> None:
    with pytest.raises(ScriptError, match=r"without an answer\. told\s+on both"):
        bench.run("import os; os.system('echo told; echo on both >&2'); os._exit(1)")


def test_scripts_run_side_by_side(bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door, ThreadPoolExecutor(4) as threads:
        door.settimeout(60)
        body = f"""
            import os, socket
            socket.create_connection({door.getsockname()}).recv(1)
            return os.getpid()
        """
        runs = [threads.submit(bench.run, body) for _ in range(4)]
        waiting = [door.accept()[0] for _ in runs]
        for connection in waiting:
            connection.close()
        assert len({run.result() for run in runs}) == 4


def test_script_is_killed_with_what_it_has_started(
    bench: Bench, knocked: tuple[socket.socket, Future[Any]]
) -> None:
    connection, run = knocked
    runner = connection.recv(16)
    bench.kill()
    assert connection.recv(1) == b""
    with pytest.raises(ScriptError):
        run.result()
    assert bench.run("import os; return os.getppid()") == int(runner)
    bench.kill()  # it is too late for that, and nobody is hit


def test_runner_that_was_killed_is_started_again_and_the_guardian_forgets_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    released: list[int] = []
    monkeypatch.setattr(bench.guardian, "release", released.append)
    runner = bench.run("import os; return os.getppid()")
    os.kill(runner, signal.SIGKILL)
    os.waitid(os.P_PID, runner, os.WEXITED | os.WNOWAIT)
    assert bench.run("import os; return os.getppid()") != runner
    assert runner in released


@pytest.mark.parametrize("answer_is_read", [True, False])
def test_script_does_not_start_if_the_sandbox_ends_before_it_told_the_guardian(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], answer_is_read: bool
) -> None:
    request = {
        "script": "def handler(events, context): pass",
        "handler": "handler",
        "events": {},
        "context": {},
        "environment": ENVIRONMENT,
    }
    (tmp_path / "request.json").write_text(json.dumps(request))
    sandbox, orders = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with orders:
        runner = subprocess.Popen(
            [sys.executable, "-I", script_runner.__file__, str(orders.fileno())],
            pass_fds=[orders.fileno()],
        )
    read, begin = os.pipe()
    with sandbox:
        socket.send_fds(sandbox, [os.fsencode(tmp_path)], [read])
        os.close(read)
        script = os.pidfd_open(int(sandbox.recv(16, 0 if answer_is_read else socket.MSG_PEEK)))
    os.close(begin)
    assert runner.wait(60) == 0
    end = select.poll()
    end.register(script, select.POLLIN)
    assert end.poll(60_000)
    os.close(script)
    assert [file.name for file in tmp_path.iterdir()] == ["request.json"]
    assert capfd.readouterr().err == ""
