"""`python -m e2e.class_archive`: archives the classes that the functions load, for the tests.

The rule's function is run once as the tests run it, and archives what it has loaded at its end.
"""

from __future__ import annotations

import hashlib
import os
import select
import shutil
import signal
from pathlib import Path

from sandbox.client import DEFAULT_RUNTIME, PROJECT, Sandbox
from sandbox.host.class_archives import ClassArchives
from sandbox.host.setup import check_java, check_runtime

from .production import Production

FOLDER = PROJECT / "target" / "class-archives"
# How long a process may take to write its archive, in seconds.
_END = 120


def main() -> None:
    """Makes the archive, unless it is there."""
    zip_file = PROJECT / "target" / "certsweep.zip"
    java = check_java(Path(os.environ.get("JAVA_HOME") or shutil.which("java") or "java"))
    digest = hashlib.sha256(zip_file.read_bytes()).hexdigest()
    file = ClassArchives(FOLDER).file(java, check_runtime(PROJECT / DEFAULT_RUNTIME), digest)
    if file.exists():
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    unfinished = file.with_suffix(".part")
    with Sandbox.start(java=java) as sandbox:
        _record(Production(sandbox, zip_file), unfinished)
    unfinished.rename(file)


def _record(production: Production, file: Path) -> None:
    """Runs the rule in an account where it finds something, and ends its process in good order."""
    production.infrastructure.alb("eu-west-1", "prod", production.expired().arn)
    run = production.search({"JAVA_TOOL_OPTIONS": f"-XX:ArchiveClassesAtExit={file}"})
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


if __name__ == "__main__":
    main()
