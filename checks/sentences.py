"""Finds sentences that are too long in what operators and auditors read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from .template import ROOT, loads, text

MOST_WORDS = 30

# Sentences that are longer for a reason: how one begins, and the reason.
STANDING: dict[str, str] = {}
# `make soak` writes it.
_WRITTEN = ("docs/faults.md",)

_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_TESTED = re.compile(r"^ *Tested: .*?(?=^(?! *`)|\Z)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_CODE = re.compile(r"`[^`]*`")
# What begins a paragraph of its own: a heading, an item of a list.
_OWN = re.compile(r"^\s*(#+ |[-*] |\d+\. )")
_END = re.compile(r"(?<=[.!?])[)\"*]*\s+(?=[^a-z])")
# In these a period ends no sentence.
_SHORT = re.compile(r"\b(e\.g|i\.e|vs)\.")
_DESCRIPTION = re.compile(r"(?i)description$|^(Message|InputTemplate)$")


def too_long(text: str) -> list[str]:
    """The sentences of a paragraph that have too many words."""
    sentences = _END.split(_SHORT.sub("such as", " ".join(text.split())))
    return [one for one in sentences if len(_words(one)) > MOST_WORDS]


def _words(sentence: str) -> list[str]:
    return [word for word in sentence.split() if re.search(r"\w", word)]


def markdown(text: str) -> Iterator[str]:
    """The paragraphs, items and cells of a page; a piece of code is one word."""
    text = _CODE.sub("Code", _LINK.sub(r"\1", _TESTED.sub("", _FENCE.sub("", text))))
    paragraph: list[str] = []
    for line in [*text.splitlines(), ""]:
        if not line.strip() or line.startswith("|") or _OWN.match(line):
            yield " ".join(paragraph)
            paragraph = []
        if line.startswith("|"):
            yield from line.strip("|").split("|")
        else:
            paragraph.append(_OWN.sub("", line))


def descriptions(node: Any) -> Iterator[str]:
    """The descriptions and messages of a template, also in a document within it."""
    if isinstance(node, dict):
        for key, value in node.items():
            text = value.get("Fn::Sub") if isinstance(value, dict) else value
            if isinstance(text, str) and _DESCRIPTION.search(key):
                yield from markdown(text)
            elif key == "Script":
                yield from messages(value)
            yield from descriptions(value)
    elif isinstance(node, list):
        for one in node:
            yield from descriptions(one)


def messages(source: str) -> Iterator[str]:
    """The texts of Python, its docstrings left out; what is filled in is one word."""
    tree = ast.parse(source)
    inner: set[ast.AST] = set()
    for node in ast.walk(tree):
        if node in inner or _is_docstring(node):
            inner.update(ast.walk(node))
        elif (text := _literal(node)) is not None:
            inner.update(ast.walk(node))
            yield from text.splitlines()


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _literal(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_literal(part) or "it" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return (_literal(node.left) or "it") + (_literal(node.right) or "it")
    return None


def read() -> Iterator[tuple[str, str]]:
    """Each paragraph that is held to it, with the file that it is in."""
    pages = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
    for page in pages:
        name = page.relative_to(ROOT).as_posix()
        if name not in _WRITTEN:
            yield from ((name, paragraph) for paragraph in markdown(page.read_text()))
    others = ("cloudformation/organization.yaml", "cloudformation/security-hub.yaml")
    for name, source in (
        ("cloudformation/certsweep.yaml", text()),
        *((other, (ROOT / other).read_text()) for other in others),
    ):
        yield from ((name, paragraph) for paragraph in descriptions(loads(source)))
    for module in sorted((ROOT / "deployment").glob("*.py")):
        name = module.relative_to(ROOT).as_posix()
        yield from ((name, message) for message in messages(module.read_text()))
