"""What is wrong with a runbook: what SSM refuses, and what the sandbox does not imitate.

The shape is in runbook.schema.json, after
https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html and
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from .runbooks import Parameter
from .variables import SYSTEM_VARIABLES, references

Document = dict[str, Any]

# https://docs.aws.amazon.com/general/latest/gr/ssm.html, "Automation document size".
MAX_DOCUMENT_BYTES = 64 * 1024
_SHAPE = Draft202012Validator(
    json.loads(Path(__file__).with_name("runbook.schema.json").read_text()),
    format_checker=Draft202012Validator.FORMAT_CHECKER,
)


def problems(document: Any) -> list[str]:
    """All that is wrong with a document; the shape alone, as long as that isn't right."""
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in _SHAPE.iter_errors(document)
    ] or [*_defaults(document), *_targets(document), *_references(document), *_branches(document)]


def outputs_of(step: dict[str, Any]) -> set[str]:
    """The outputs that a step declares, as other steps name them."""
    return {f"{step['name']}.{output['Name']}" for output in step.get("outputs", [])}


def following(document: Document) -> dict[str, set[str]]:
    """Where an execution can go from each step."""
    steps = document["mainSteps"]
    found: dict[str, set[str]] = {}
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        inputs = step["inputs"]
        if step["action"] == "aws:branch":
            goals = {inputs["Default"], *(choice["NextStep"] for choice in inputs["Choices"])}
        else:
            is_last = after is None or step.get("isEnd") in (True, "true")
            goals = set() if is_last else {after["name"]}
        found[step["name"]] = goals
    return found


def _defaults(document: Document) -> Iterator[str]:
    for name, declared in document["parameters"].items():
        parameter = Parameter.declared(name, declared)
        values = [parameter.default] if parameter.default is not None else []
        for value in {*values, *parameter.allowed_values}:
            yield from parameter.refusals(value)


def _targets(document: Document) -> Iterator[str]:
    names = [step["name"] for step in document["mainSteps"]]
    yield from (f"there are two steps {name}" for name in set(names) if names.count(name) > 1)
    for name, goals in following(document).items():
        yield from (f"{name} goes to {goal}, which isn't there" for goal in goals - set(names))


def _references(document: Document) -> Iterator[str]:
    """References to what doesn't exist, or to a step that can't have run before."""
    known = set(document["parameters"])
    for name in references(document["assumeRole"]):
        if name not in known:
            yield f"assumeRole: {{{{ {name} }}}} is no parameter"
    known |= set(SYSTEM_VARIABLES)
    for step in document["mainSteps"]:
        for name in references(step["inputs"]):
            if name not in known:
                yield f"{step['name']}: {{{{ {name} }}}} is not known there"
        known |= outputs_of(step)
    for name in document.get("outputs", []):
        if name not in known:
            yield f"outputs: {name} is no output of a step"


def _branches(document: Document) -> Iterator[str]:
    """A comparison with another type is never true."""
    types = {
        f"{step['name']}.{output['Name']}": output["Type"]
        for step in document["mainSteps"]
        for output in step.get("outputs", [])
    }
    for step in document["mainSteps"]:
        for name in references(step["inputs"].get("Choices", [])):
            if types.get(name, "String") != "String":
                yield f"{step['name']}: {name} is a {types[name]}, compared with a String"
