"""What is wrong with a runbook whose CloudFormation functions have been resolved."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from .template import texts

Document = dict[str, Any]

# https://docs.aws.amazon.com/general/latest/gr/ssm.html, "Automation document size".
MAX_DOCUMENT_BYTES = 64 * 1024
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-variables.html
SYSTEM_VARIABLES = {
    "automation:EXECUTION_ID",
    "global:ACCOUNT_ID",
    "global:AWS_PARTITION",
    "global:DATE",
    "global:DATE_TIME",
    "global:REGION",
}
_SCHEMA = json.loads((Path(__file__).parent / "runbook.schema.json").read_text())


def problems(document: Document) -> list[str]:
    """All that is wrong; the shape alone, as long as that isn't right."""
    return list(_shape(document)) or [
        *_size(document),
        *_parameters(document),
        *_targets(document),
        *_unreachable(document),
        *_references(document),
        *_unused_outputs(document),
        *_branches(document),
    ]


def steps(document: Document, action: str = "") -> list[dict[str, Any]]:
    """The steps in their order; only those of one action, if it is given."""
    return [step for step in document["mainSteps"] if action in ("", step["action"])]


def _shape(document: Document) -> Iterator[str]:
    for error in Draft202012Validator(_SCHEMA).iter_errors(document):
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.message}"


def _size(document: Document) -> Iterator[str]:
    size = max(len(json.dumps(document).encode()), len(yaml.safe_dump(document).encode()))
    if size > MAX_DOCUMENT_BYTES:
        yield f"the document has {size} bytes, {MAX_DOCUMENT_BYTES} at most"


def _parameters(document: Document) -> Iterator[str]:
    for name, parameter in document["parameters"].items():
        values = [*parameter.get("allowedValues", [])]
        if "default" in parameter:
            values.append(parameter["default"])
            allowed = parameter.get("allowedValues", values)
            if parameter["default"] not in allowed:
                yield f"{name}: the default {parameter['default']!r} is not in allowedValues"
        for value in values:
            if not re.search(parameter["allowedPattern"], value):
                yield f"{name}: {value!r} doesn't match {parameter['allowedPattern']}"


def _names(document: Document) -> list[str]:
    return [step["name"] for step in steps(document)]


def _next(document: Document) -> dict[str, set[str]]:
    """Where the run can go from each step."""
    names = _names(document)
    found: dict[str, set[str]] = {}
    for step, following in zip(steps(document), [*names[1:], ""], strict=True):
        goals = {choice["NextStep"] for choice in step["inputs"].get("Choices", [])}
        goals |= {step["inputs"]["Default"]} if "Default" in step["inputs"] else set()
        kind, _, target = step.get("onFailure", "Abort").partition(":")
        goals |= {target} if kind == "step" else set()
        if not step.get("isEnd") and "Default" not in step["inputs"]:
            goals.add(step.get("nextStep", following))
        found[step["name"]] = goals - {""}
    return found


def _targets(document: Document) -> Iterator[str]:
    names = _names(document)
    yield from (f"there are two steps {name}" for name in set(names) if names.count(name) > 1)
    for name, goals in _next(document).items():
        yield from (f"{name} goes to {goal}, which isn't there" for goal in goals - set(names))
    for step in steps(document):
        if step.get("isEnd") and "nextStep" in step:
            yield f"{step['name']} has nextStep and isEnd"


def _unreachable(document: Document) -> Iterator[str]:
    following = _next(document)
    reached: set[str] = set()
    waiting = [_names(document)[0]]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += following.get(name, set())
    yield from (f"{name} is never reached" for name in _names(document) if name not in reached)


def _references(document: Document) -> Iterator[str]:
    """References to what doesn't exist, or to a step that can't have run before."""
    parameters = document["parameters"].keys()
    for path, name in _variables({"assumeRole": document["assumeRole"]}):
        if name not in parameters:
            yield f"{path}: {{{{ {name} }}}} is no parameter"
    known = set(parameters) | SYSTEM_VARIABLES
    for step in steps(document):
        for path, name in _variables(step["inputs"]):
            if name not in known:
                yield f"{step['name']}{path}: {{{{ {name} }}}} is not known there"
        known |= _outputs(step)
    for name in document.get("outputs", []):
        if name not in known:
            yield f"outputs: {name} is no output of a step"


def _outputs(step: dict[str, Any]) -> set[str]:
    return {f"{step['name']}.{output['Name']}" for output in step.get("outputs", [])}


def _unused_outputs(document: Document) -> Iterator[str]:
    used = {name for _, name in _variables(document["mainSteps"])}
    used |= set(document.get("outputs", []))
    for step in steps(document):
        yield from (f"{name} is used nowhere" for name in sorted(_outputs(step) - used))


def _branches(document: Document) -> Iterator[str]:
    """A comparison with another type is never true."""
    types = {name: declared["type"] for name, declared in document["parameters"].items()}
    for step in steps(document):
        for output in step.get("outputs", []):
            types[f"{step['name']}.{output['Name']}"] = output["Type"]
    for step in steps(document, "aws:branch"):
        for condition in _conditions(step["inputs"]["Choices"]):
            variable = condition["Variable"].strip("{} ")
            if types.get(variable, "String") != "String":
                yield f"{step['name']}: {variable} is a {types[variable]}, compared with a String"


def _conditions(choices: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    """The comparisons of a branch."""
    for choice in choices:
        yield from choice["And"]


def _variables(value: Any) -> Iterator[tuple[str, str]]:
    for path, text in texts(value):
        for name in re.findall(r"\{\{ ?([^{} ]+) ?\}\}", text):
            yield path, name
