"""What a runbook is made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from sandbox.host.libyaml import SafeLoader

MAX_SCRIPT_SECONDS = 600


class InvalidParametersError(ValueError):
    """Parameters that SSM refuses; the message says why."""


@dataclass(frozen=True)
class Parameter:
    """A parameter that a runbook declares."""

    name: str
    # None if the parameter is required.
    default: str | None
    allowed_values: tuple[str, ...]
    allowed_pattern: str

    @classmethod
    def declared(cls, name: str, declared: dict[str, Any]) -> Parameter:
        """As a document declares it."""
        return cls(
            name,
            declared.get("default"),
            tuple(declared.get("allowedValues", ())),
            declared.get("allowedPattern", ""),
        )

    def refusals(self, value: str) -> Iterator[str]:
        """Why a value isn't allowed; nothing if it is."""
        shown = f'Parameter "{self.name}" has value "{value}"'
        if self.allowed_values and value not in self.allowed_values:
            yield f"{shown} not found in [{', '.join(self.allowed_values)}]."
        if self.allowed_pattern and not re.fullmatch(self.allowed_pattern, value, re.ASCII):
            yield f"{shown} not matching {self.allowed_pattern}."


@dataclass(frozen=True)
class Output:
    """An output that a step declares."""

    name: str
    selector: str
    type: type


@dataclass(frozen=True)
class Step:
    """A step of a runbook."""

    name: str
    action: str
    inputs: dict[str, Any]
    outputs: tuple[Output, ...]
    is_end: bool
    on_failure: str
    is_critical: bool
    timeout_seconds: int | None
    max_attempts: int


@dataclass(frozen=True)
class Runbook:
    """A runbook that can be run."""

    parameters: dict[str, Parameter]
    steps: tuple[Step, ...]
    outputs: tuple[str, ...]
    assume_role: str

    @classmethod
    def of(cls, document: dict[str, Any]) -> Runbook:
        """Of a document in which nothing is wrong."""
        return cls(
            {name: Parameter.declared(name, one) for name, one in document["parameters"].items()},
            tuple(map(_step, document["mainSteps"])),
            tuple(document.get("outputs", ())),
            document["assumeRole"],
        )

    def values(self, given: dict[str, list[str]]) -> dict[str, str]:
        """The values of all parameters.

        :param given: as the API has them, a list of texts for each
        :raises InvalidParametersError: if one is unknown, missing or not allowed
        """
        unknown = sorted(given.keys() - self.parameters.keys())
        if unknown:
            raise InvalidParametersError(
                f"Parameters [{', '.join(unknown)}] are not defined in the document."
            )
        return {name: _value(one, given.get(name)) for name, one in self.parameters.items()}


def read(content: str, document_format: str) -> Any:
    """The document in a text, as JSON or YAML has it.

    :raises ValueError: if it is neither
    """
    try:
        if document_format == "JSON":
            return json.loads(content)
        return yaml.load(content, Loader=SafeLoader)  # noqa: S506  it is one, in C
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _step(declared: dict[str, Any]) -> Step:
    on_failure, timeout = declared.get("onFailure", "Abort"), declared.get("timeoutSeconds")
    types = {"String": str, "StringMap": dict}
    return Step(
        declared["name"],
        declared["action"],
        declared["inputs"],
        tuple(
            Output(one["Name"], one["Selector"], types[one["Type"]])
            for one in declared.get("outputs", ())
        ),
        declared.get("isEnd") in (True, "true"),
        on_failure,
        declared.get("isCritical", on_failure != "Continue") in (True, "true"),
        None if timeout is None else int(timeout),
        int(declared.get("maxAttempts", 1)),
    )


def _value(parameter: Parameter, given: list[str] | None) -> str:
    if given is None:
        if parameter.default is None:
            raise InvalidParametersError(
                f"Missing required parameter: {parameter.name} in user inputs."
            )
        return parameter.default
    if len(given) != 1:
        raise InvalidParametersError(f'Parameter "{parameter.name}" takes one value: {given}.')
    for refusal in parameter.refusals(given[0]):
        raise InvalidParametersError(refusal)
    return given[0]
