"""`python -m e2e.class_archive`: archives the classes that the functions and the audit load.

The rule's function and the audit are run once as the tests run them. At its end, each archives what
it has loaded.
"""

from __future__ import annotations

import hashlib
import os
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sandbox.client import DEFAULT_RUNTIME, PROJECT, Sandbox
from sandbox.host.class_archives import FOLDER, ClassArchives
from sandbox.host.setup import check_runtime

from . import auditor
from .production import HOME, Production

ZIP = PROJECT / "target" / "certsweep.zip"
# How long a function's process may take to write its archive, in seconds.
_END = 120


def main() -> None:
    """Makes the archives that are not there."""
    wanted = {_of_the_functions(): _run_the_rule, auditor.class_archive(): _run_the_audit}
    missing = {file: run for file, run in wanted.items() if not file.exists()}
    if not missing:
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with Sandbox.start() as sandbox:
        production = Production(sandbox, ZIP)
        production.infrastructure.alb(HOME, "prod", production.expired().arn)
        for file, run in wanted.items():
            _make(file, partial(run, production))


def _make(file: Path, run: Callable[[Path], None]) -> None:
    """Whoever finds an archive finds a whole one."""
    unfinished = file.with_suffix(".part")
    run(unfinished)
    unfinished.rename(file)


def _of_the_functions() -> Path:
    jars = check_runtime(PROJECT / DEFAULT_RUNTIME)
    digest = hashlib.sha256(ZIP.read_bytes()).hexdigest()
    return ClassArchives(FOLDER).file(Path(auditor.java()), jars, digest)


def _run_the_rule(production: Production, file: Path) -> None:
    """Runs the rule where it finds something, and ends its process in good order."""
    run = production.search({"JAVA_TOOL_OPTIONS": _archiving(file)})
    assert run.outcome == "REPORTED"
    process = os.pidfd_open(run.invocation["process_id"])
    try:
        signal.pidfd_send_signal(process, signal.SIGTERM)
        end = select.poll()
        end.register(process, select.POLLIN)
        if not end.poll(_END * 1000):
            raise TimeoutError(f"The function did not write {file} within {_END} s.")
    finally:
        os.close(process)


def _run_the_audit(production: Production, file: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        person = auditor.Auditor(production.sandbox, Path(folder))
        command, *arguments = person.command("--output", ".")
        ran = subprocess.run(
            [command, _archiving(file), *arguments],
            cwd=folder,
            env=person.environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert file.exists(), ran.stdout + ran.stderr


def _archiving(file: Path) -> str:
    return f"-XX:ArchiveClassesAtExit={file}"


if __name__ == "__main__":
    main()
