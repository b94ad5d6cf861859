"""Runs scripts of runbooks; a program of its own, which imports nothing of the sandbox.

`python -I script_runner.py FD` takes orders from a socket, each the name of a directory and a pipe,
forks a process for each and answers its number. That process waits for a byte in the pipe, then
reads `request.json` (script, handler, events, context, environment) in the directory and writes
`answer.json`: the `payload` that the handler returned, or the `error`. If the pipe closes before,
the sandbox is gone, and the script does not start. boto3 is imported and the services' models are
read once, here: that takes longer than most scripts run.

A process is reaped at the next order, and not earlier: until then its number is no other's.
"""

import contextlib
import gc
import importlib.util
import json
import os
import socket
import sys
import time
import traceback
from functools import cache, partial
from pathlib import Path
from typing import Any

import boto3
from botocore.loaders import JSONFileLoader, Loader

MAX_ORDER_BYTES = 4096
# What the runbook's scripts call.
SERVICES = ("config", "iam", "lambda", "s3")


def serve(orders: socket.socket) -> Path | None:
    """Forks a process for each order until there are none: None is answered then.

    In a forked process, the directory of its script is answered, or None if it must not start.
    """
    _read_models()
    gc.freeze()  # what is here already is shared with the forked processes
    while order := _next(orders):
        _reap()
        directory, begin = order
        pid = os.fork()
        if pid == 0:
            orders.close()
            with os.fdopen(begin, "rb") as word:
                return directory if word.read(1) else None
        os.close(begin)
        with contextlib.suppress(OSError):  # the sandbox is gone
            orders.send(str(pid).encode())
    return None


def _next(orders: socket.socket) -> tuple[Path, int] | None:
    """The next order: a directory and the pipe; None when the sandbox is gone."""
    with contextlib.suppress(ConnectionResetError):  # it left before it read the last answer
        directory, pipes, *_ = socket.recv_fds(orders, MAX_ORDER_BYTES, 1)
        if directory:
            return Path(os.fsdecode(directory)), pipes[0]
    return None


def _read_models() -> None:
    """Reads botocore's models once, here: most scripts take less time than that does."""
    read = cache(partial(JSONFileLoader.load_file, JSONFileLoader()))
    listed = cache(partial(Loader.list_available_services, Loader()))
    JSONFileLoader.load_file = lambda _, file: read(file)
    Loader.list_available_services = lambda _, type_name: listed(type_name)
    session = boto3.Session(region_name="us-east-1")
    for service in SERVICES:
        session.client(service)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def run(directory: Path) -> None:
    """Runs the script of a directory, in the process that was forked for it, and answers."""
    os.setsid()
    os.chdir(directory)
    log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    request = json.loads(Path("request.json").read_text(encoding="utf-8"))
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    try:
        payload = _run(directory, request)
        answer = json.dumps({"payload": payload})
    except BaseException as error:  # noqa: BLE001  whatever the script raises is the answer
        answer = json.dumps({"error": _described(error)})
    (directory / "answer.json").write_text(answer, encoding="utf-8")


def _run(directory: Path, request: dict[str, Any]) -> Any:
    file = directory / "customer_script.py"
    file.write_text(request["script"], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("customer_script", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, request["handler"])(request["events"], request["context"])


def _described(error: BaseException) -> str:
    """As SSM shows it: the script's own frames, then `KeyError - 'name'`."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.endswith("customer_script.py")]
    lines = "".join(traceback.format_list(own))
    return f"Traceback (most recent call last):\n{lines}\n{type(error).__name__} - {error}"


def main() -> None:
    """Serves; what comes out of it in a forked process is that process's script."""
    directory = serve(socket.socket(fileno=int(sys.argv[1])))
    if directory is not None:
        run(directory)


if __name__ == "__main__":
    main()
