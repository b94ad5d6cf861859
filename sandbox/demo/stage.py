"""What the acts of the demo are played on: a sandbox, the AWS CLI and a console."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sandbox.client import Rule, Sandbox

# Where there is no terminal, lines are as long as they need to be: somebody may want to grep them.
WIDTH_OF_A_PIPE = 200
# How an audit ends that has made a report, whatever it found.
REPORTS = range(4)
# Longer lines of prose are hard to read.
WIDTH_OF_PROSE = 100


class DemoError(Exception):
    """The demo can't go on; the message says why."""


@dataclass(frozen=True)
class Act:
    """A part of the story."""

    title: str
    # What a reader should know before it starts.
    story: str
    play: Callable[[], None]


class Stage:
    """Runs what the acts ask for, and shows it."""

    def __init__(self, sandbox: Sandbox, console: Console, folder: Path, target: Path) -> None:
        """Sets the stage.

        :param folder: an empty folder, from which the commands are run
        :param target: what was built, which they find in `target` there
        """
        self.sandbox = sandbox
        self.console = console
        self.folder = folder
        self.target = target.resolve()
        (folder / "target").symlink_to(self.target)
        self._aws = _aws_command()

    def play(self, acts: Iterable[Act]) -> None:
        """Plays acts one after the other."""
        for number, act in enumerate(acts, start=1):
            self.console.print()
            self.console.print(Text(f"{number}. {act.title}", style="bold"))
            self.tell(act.story)
            act.play()

    def tell(self, text: str) -> None:
        """Says something to the reader."""
        self.console.print(Text(self._wrapped(text)))

    def quote(self, text: str) -> None:
        """Shows what AWS answers or a person reads, indented."""
        self.console.print(Text(self._wrapped(text, "  > "), style="cyan"), soft_wrap=True)

    def print(self, output: str) -> None:
        """Shows what a command prints."""
        self.console.print(Text(output), soft_wrap=True)

    def show(self, table: Table) -> None:
        """Shows a table."""
        self.console.print()
        self.console.print(table)

    def write(self, name: str, text: str) -> None:
        """Puts a file where the commands are run."""
        (self.folder / name).write_text(text, encoding="utf-8")

    def aws(self, *arguments: str, at: datetime | None = None) -> Any:
        """Shows an AWS CLI command, runs it, and answers its output, None if that isn't JSON.

        :param at: turn the clock back to this time for it
        :raises DemoError: if it fails
        """
        remark = "" if at is None else f"# on {at:%Y-%m-%d}\n"
        command = shown(["aws", *arguments], self.console.width)
        self.console.print(Text(remark + command, style="dim"), soft_wrap=True)
        with nullcontext() if at is None else self.sandbox.clock.at(at):
            status, output, errors = self._run([*self._aws, *arguments])
        if status:
            raise DemoError(f"`aws {shlex.join(arguments)}` failed: {errors.strip()}")
        return json.loads(output) if output.startswith(("{", "[")) else None

    def audit(self, *options: str) -> str:
        """Shows the command of an audit, runs it, and answers what it prints.

        :raises DemoError: if it makes no report
        """
        command = ["java", "-jar", "target/certsweep-audit.jar", *options]
        self.console.print(Text(shown(command, self.console.width), style="dim"), soft_wrap=True)
        home = os.environ.get("JAVA_HOME")
        java = str(Path(home, "bin", "java")) if home else "java"
        status, output, errors = self._run([java, *command[1:]])
        if status not in REPORTS:
            raise DemoError(f"`{shlex.join(command)}` failed: {errors.strip()}")
        return output

    def wait_for_evaluation(self, rule: Rule) -> None:
        """Waits until the function has done what AWS Config invoked it for.

        :raises DemoError: if it failed
        """
        self.sandbox.wait(rule)
        delivery = self.sandbox.deliveries(rule)[-1]
        if delivery["error"]:
            raise DemoError(f"AWS Config could not invoke the function: {delivery['error']}")
        invocation = delivery["invocation"]
        if invocation["error"]:
            raise DemoError(f"The function failed: {invocation['payload']['errorMessage']}")
        run = invocation["payload"]
        cleared = run["staleCleared"]
        self.tell(
            f"The function has judged {run['certificates']} certificates in "
            f"{invocation['duration_ms']:.0f} ms: {run['expired']} expired, "
            f"{run['expiring']} expiring, {run['compliant']} valid."
            + (f" Results of certificates that are gone: {cleared}, cleared." if cleared else "")
        )

    def _wrapped(self, text: str, indent: str = "") -> str:
        wrapper = textwrap.TextWrapper(
            min(self.console.width, WIDTH_OF_PROSE),
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return "\n".join(wrapper.fill(line) for line in text.split("\n"))

    def _run(self, command: list[str]) -> tuple[int, str, str]:
        """Status, output and errors of a process, which doesn't outlive an interruption."""
        process: subprocess.Popen[str] | None = None
        try:
            with _signals_held_back():
                process = subprocess.Popen(
                    command,
                    cwd=self.folder,
                    env=self._environment(),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            output, errors = process.communicate()
        except BaseException:
            if process is not None:
                process.kill()
                process.communicate()
            raise
        return process.returncode, output, errors

    def _environment(self) -> dict[str, str]:
        """The sandbox's, with the settings of the story instead of those of whoever runs it."""
        return self.sandbox.environment | {
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": str(self.folder / "credentials"),
            "AWS_DEFAULT_OUTPUT": "json",
            "AWS_PAGER": "",
        }


def new_console() -> Console:
    """Coloured on a terminal (unless NO_COLOR is set), plain elsewhere."""
    is_measured = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if is_measured else WIDTH_OF_A_PIPE)


def shown(command: list[str], width: int) -> str:
    """A command as a person would type it, on as many lines as it takes; they can be pasted."""
    lines, line = [], "$"
    for option, *values in _with_values(command):
        whole = " ".join([option, *values])
        pieces = [whole] if len(whole) + len("     \\") < width else [option, *values]
        for piece in pieces:
            if len(f"{line} {piece} \\") > width and line != "$":
                lines.append(f"{line} \\")
                line = "   " if piece in (whole, option) else "     "
            line += f" {piece}"
    return "\n".join([*lines, line])


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Interruptions come at the end of the block, when it is known what was started in it."""
    held: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    previous = [signal.signal(number, lambda it, _: held.append(it)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, previous, strict=True):
            signal.signal(number, handler)
    if held:
        signal.raise_signal(held[0])


def _with_values(command: list[str]) -> list[list[str]]:
    """The words of a command; an option and its values are together."""
    groups: list[list[str]] = []
    for word in command:
        if word.startswith("--") or not any(group[0].startswith("--") for group in groups):
            groups.append([shlex.quote(word)])
        else:
            groups[-1].append(shlex.quote(word))
    return groups


def _aws_command() -> list[str]:
    """The AWS CLI beside the Python that runs this, or else the one on the path."""
    beside = Path(sys.executable).with_name("aws")
    if beside.exists():
        return [sys.executable, str(beside)]
    found = shutil.which("aws")
    if found is None:
        raise DemoError("There is no AWS CLI: run this as `make demo`, which installs one.")
    return [found]
