"""The AWS CLI, which takes half of its time to load: one process does that for all commands."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

from awscli.clidriver import create_clidriver

# Each command runs in a fork of a process that has loaded this module, and with it the AWS CLI.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, "awscli.customizations.cloudformation.deploy"])


def run(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path
) -> CompletedProcess[str]:
    """Runs a command as the program `aws` does.

    :param environment: all the variables that it sees
    :param folder: the one that it runs in
    """
    with TemporaryDirectory(prefix="aws-") as answers:
        output, errors = Path(answers, "output"), Path(answers, "errors")
        command = _FORKS.Process(
            target=_main, args=(list(arguments), dict(environment), folder, output, errors)
        )
        command.start()
        command.join()
        assert command.exitcode is not None
        return CompletedProcess(
            arguments, command.exitcode, output.read_text("utf-8"), errors.read_text("utf-8")
        )


def _main(
    arguments: list[str], environment: dict[str, str], folder: Path, output: Path, errors: Path
) -> None:
    """What the program `aws` does, in a process of its own."""
    os.chdir(folder)
    # Where the AWS CLI has its own files, it tells itself when it is loaded.
    own = {"AWS_DATA_PATH": os.environ["AWS_DATA_PATH"]}
    os.environ.clear()
    os.environ.update(environment, **own)
    for path, stream in ((output, sys.stdout), (errors, sys.stderr)):
        with path.open("wb") as file:
            os.dup2(file.fileno(), stream.fileno())
    sys.exit(create_clidriver().main(arguments))
