"""The parameters of one execution: from the lists of texts of the API to typed values."""

from __future__ import annotations

import json
from typing import Any

from .runbooks import Parameter, Runbook, is_list


class InvalidParametersError(ValueError):
    """Parameters that SSM refuses; the message says why."""


def typed(runbook: Runbook, given: dict[str, list[str]]) -> dict[str, Any]:
    """The values of all the runbook's parameters.

    :raises InvalidParametersError: if one is unknown, missing or not allowed
    """
    unknown = sorted(given.keys() - runbook.parameters.keys())
    if unknown:
        raise InvalidParametersError(
            f"Parameters [{', '.join(unknown)}] are not defined in the document."
        )
    return {
        name: _value(parameter, given.get(name)) for name, parameter in runbook.parameters.items()
    }


def shown(value: Any) -> list[str]:
    """A value as the API shows it, in parameters and outputs."""
    items = value if isinstance(value, list) else [value]
    return [item if isinstance(item, str) else json.dumps(item) for item in items]


def _value(parameter: Parameter, given: list[str] | None) -> Any:
    if given is None:
        if parameter.default is None:
            raise InvalidParametersError(
                f"Missing required parameter: {parameter.name} in user inputs."
            )
        value = parameter.default
    else:
        value = _converted(parameter, given)
    refusal = parameter.refusal(value)
    if refusal:
        raise InvalidParametersError(refusal)
    return value


def _converted(parameter: Parameter, given: list[str]) -> Any:
    if is_list(parameter.type):
        return given
    if parameter.type == "MapList":
        return [_json(parameter, item) for item in given]
    if len(given) != 1:
        raise InvalidParametersError(f'Parameter "{parameter.name}" takes one value: {given}.')
    text = given[0]
    if parameter.type in ("Boolean", "Integer", "StringMap"):
        return _json(parameter, text.lower() if parameter.type == "Boolean" else text)
    return text


def _json(parameter: Parameter, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidParametersError(
            f'Parameter "{parameter.name}" has a value that is no {parameter.type}: {text!r}.'
        ) from error
