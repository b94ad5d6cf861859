"""The commands that the documentation names, held to the AWS CLI and the Makefile."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace

from awscli.clidriver import CLIDriver, create_clidriver

from .template import ROOT

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
# Commands of the CLI's own, which do more than make a call.
CUSTOM = {("cloudformation", "deploy"), ("cloudformation", "package"), ("s3", "cp"), ("s3", "mb")}

_BLOCK = re.compile(r"^( *)```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_HERE = re.compile(r"<<'(\w+)'\n.*?^ *\1$", re.MULTILINE | re.DOTALL)
_ANSWER: tuple[SimpleNamespace, dict[str, str]] = (SimpleNamespace(status_code=200), {})
# Where a command may begin, besides after punctuation.
_BEFORE = {"do", "then", "else"}
_FILE, _RANGE = re.compile(r"^fileb?://.*"), re.compile(r"\{(\d+)\.\.\d+\}")
_ASSIGNMENT = re.compile(r"\w+=")


def commands(page: str) -> Iterator[list[str]]:
    """Each command in a page's blocks of shell, as words; quoted ones within others not."""
    for _, block in _BLOCK.findall(page):
        for line in _HERE.sub("", block).replace("\\\n", " ").splitlines():
            yield from _in_line(line)


def _in_line(line: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    command: list[str] = []
    for word in lexer:
        if not word.strip("();<>|&"):
            if command:
                yield command
            command = []
        elif command or not (word in _BEFORE or word.endswith("=$") or _ASSIGNMENT.match(word)):
            command.append(word)
    if command:
        yield command


def refusal(command: list[str]) -> str:
    """What the AWS CLI says against a command; empty if it takes it. Nothing is sent."""
    # Of what the shell would expand, the first will do.
    words = [_RANGE.sub(r"\1", _FILE.sub("text", one)) for one in command[1:]]
    if tuple(words[:2]) in CUSTOM:
        return ""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = _driver().main([*words, "--region", "eu-west-1"])
        except SystemExit as end:
            code = end.code
    return "" if code == 0 else err.getvalue().strip() or str(code)


@cache
def _driver() -> CLIDriver:
    # One for all commands: to make it takes ten times as long as to check one.
    driver = create_clidriver()
    # The client has validated the parameters by then.
    driver.session.register("before-call", lambda **_: _ANSWER)
    return driver


def targets() -> set[str]:
    """What `make` can make."""
    return set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
