"""What is wrong with a runbook whose CloudFormation functions have been resolved.

The sandbox says what SSM would refuse; what else this project asks of its runbook is here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from sandbox.services.ssm import runbook_checks
from sandbox.services.ssm.variables import references

Document = dict[str, Any]

_WANTED = Draft202012Validator(
    json.loads(Path(__file__).with_name("runbook.schema.json").read_text())
)


def problems(document: Document) -> list[str]:
    """All that is wrong; the shape alone, as long as that isn't right."""
    return runbook_checks.problems(document) or [
        *(
            f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
            for error in _WANTED.iter_errors(document)
        ),
        *_size(document),
        *_unreachable(document),
        *_unused_outputs(document),
    ]


def steps(document: Document, action: str = "") -> list[dict[str, Any]]:
    """The steps in their order; only those of one action, if it is given."""
    return [step for step in document["mainSteps"] if action in ("", step["action"])]


def _size(document: Document) -> Iterator[str]:
    size = max(len(json.dumps(document).encode()), len(yaml.safe_dump(document).encode()))
    if size > runbook_checks.MAX_DOCUMENT_BYTES:
        yield f"the document has {size} bytes, {runbook_checks.MAX_DOCUMENT_BYTES} at most"


def _unreachable(document: Document) -> Iterator[str]:
    following = runbook_checks.following(document)
    names = list(following)
    reached: set[str] = set()
    waiting = names[:1]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += following[name]
    yield from (f"{name} is never reached" for name in names if name not in reached)


def _unused_outputs(document: Document) -> Iterator[str]:
    used = {*references(document["mainSteps"]), *document.get("outputs", [])}
    for step in steps(document):
        unused = runbook_checks.outputs_of(step) - used
        yield from (f"{name} is used nowhere" for name in sorted(unused))
