"""Runs scripts of runbooks; a program of its own, which imports nothing of the sandbox.

`python -I script_runner.py FD` takes orders from a socket, each the name of a directory, forks a
process for each and answers its number. That process reads `request.json` (script, handler, events,
context, environment) there and writes `answer.json`: the `payload` that the handler returned, or
the `error`. boto3 is imported once, here: to import it takes longer than most scripts run.

A process is reaped at the next order, and not earlier: until then its number is no other's.
"""

import contextlib
import gc
import importlib.util
import json
import os
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import Any

# Only for the scripts to find it imported.
import boto3  # noqa: F401

MAX_ORDER_BYTES = 4096


def serve(orders: socket.socket) -> Path | None:
    """Forks a process for each order until there are none: None is answered then.

    In a forked process, the directory of its script is answered.
    """
    gc.freeze()  # what is here already is shared with the forked processes
    while order := orders.recv(MAX_ORDER_BYTES):
        _reap()
        pid = os.fork()
        if pid == 0:
            orders.close()
            return Path(os.fsdecode(order))
        try:
            orders.send(str(pid).encode())
        except OSError:  # the sandbox was killed meanwhile
            os.kill(pid, signal.SIGKILL)
    return None


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
