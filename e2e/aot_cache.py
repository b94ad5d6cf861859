"""`python -m e2e.aot_cache`: makes the AOT caches with which the functions and the audit start.

The rule's function and the audit are run once as the tests run them. At its end, each writes what
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
from pathlib import Path

from sandbox.client import DEFAULT_RUNTIME, PROJECT, Sandbox
from sandbox.host.aot_caches import FOLDER, AotCache, AotCaches
from sandbox.host.setup import check_runtime

from . import auditor
from .production import HOME, Production

ZIP = PROJECT / "target" / "certsweep.zip"
# How long a function's process may take to write its cache, in seconds.
_END = 120


def main() -> None:
    """Makes the caches, if one of them is not there."""
    runs: list[tuple[AotCache, Callable[[Production], None]]] = [
        (_of_the_functions(), _run_the_rule),
        (auditor.aot_cache(), _run_the_audit),
    ]
    if all(cache.file.exists() for cache, _ in runs):
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with Sandbox.start(aot_caches=FOLDER, makes_aot_caches=True) as sandbox:
        production = Production(sandbox, ZIP)
        production.infrastructure.alb(HOME, "prod", production.expired().arn)
        for cache, run in runs:
            run(production)
            # Whoever finds a cache finds a whole one.
            cache.unfinished.rename(cache.file)


def _of_the_functions() -> AotCache:
    """The cache of all three functions: what they load is nearly the same."""
    jars = check_runtime(PROJECT / DEFAULT_RUNTIME)
    digest = hashlib.sha256(ZIP.read_bytes()).hexdigest()
    return AotCaches(FOLDER).cache(Path(auditor.java()), jars, digest)


def _run_the_rule(production: Production) -> None:
    """Runs the rule where it finds something, and ends its process in good order."""
    run = production.search()
    assert run.outcome == "REPORTED"
    process = os.pidfd_open(run.invocation["process_id"])
    try:
        signal.pidfd_send_signal(process, signal.SIGTERM)
        end = select.poll()
        end.register(process, select.POLLIN)
        if not end.poll(_END * 1000):
            raise TimeoutError(f"The function did not write its AOT cache within {_END} s.")
    finally:
        os.close(process)


def _run_the_audit(production: Production) -> None:
    with tempfile.TemporaryDirectory() as folder:
        person = auditor.Auditor(production.sandbox, Path(folder))
        command, *arguments = person.command("--output", ".")
        ran = subprocess.run(
            [command, auditor.aot_cache().option(), *arguments],
            cwd=folder,
            env=person.environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert auditor.aot_cache().unfinished.exists(), ran.stdout + ran.stderr


if __name__ == "__main__":
    main()
