"""SECURITY.md's promises, and the tests that it names for them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .template import ROOT

SECURITY = ROOT / "SECURITY.md"

# `e2e/test_removal.py::test_this`, or in Java `RemovalTest::that`.
_NAMED = re.compile(r"`((?:\w+/)+test_\w+\.py|[A-Z]\w*Test)::(\w+)`")
# An item of a list that begins in bold, with the lines that are indented under it.
_PROMISE = re.compile(r"^- \*\*(.+?)\.?\*\*(.*(?:\n  .*)*)", re.MULTILINE)
_JAVA_TEST = re.compile(r"@(?:Parameterized)?Test\b.*?\bvoid (\w+)\(", re.DOTALL)


def promises(text: str) -> dict[str, list[tuple[str, str]]]:
    """What a text promises, each with the tests named for it, as (file or Java class, test)."""
    return {promise: _NAMED.findall(rest) for promise, rest in _PROMISE.findall(text)}


def broken(text: str) -> list[str]:
    """The promises that name no test, and the tests named anywhere that don't exist."""
    untested = [f"no test: {promise}" for promise, tests in promises(text).items() if not tests]
    missing = [
        f"no such test: {file}::{test}"
        for file, test in _NAMED.findall(text)
        if test not in set(_tests_of(file))
    ]
    return untested + missing


def _tests_of(file: str) -> Iterator[str]:
    if not file.endswith(".py"):
        for path in (ROOT / "src/test/java").rglob(f"{file}.java"):
            yield from _JAVA_TEST.findall(path.read_text())
    elif (ROOT / file).exists():
        for node in ast.walk(ast.parse((ROOT / file).read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name
