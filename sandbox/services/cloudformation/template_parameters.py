"""The values of a template's parameters, checked against their declarations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .template import Template, TemplateError

NO_ECHO = "****"
_LIST_TYPES = ("CommaDelimitedList", "List<Number>", "List<String>")
_TYPES = ("String", "Number", *_LIST_TYPES)


def parameter_texts(
    template: Template, given: Iterable[Mapping[str, Any]], previous: Mapping[str, str]
) -> dict[str, str]:
    """The values as texts: given, previous or default.

    :param given: `Parameters` of the request
    :param previous: the stack's values so far; empty for a new stack
    :raises TemplateError: if one is missing, unknown or not allowed
    """
    texts = {
        name: _text(declaration["Default"])
        for name, declaration in template.parameters.items()
        if "Default" in declaration
    }
    unknown, missing = [], []
    for one in given:
        name = one["ParameterKey"]
        if name not in template.parameters:
            unknown.append(name)
        elif not one.get("UsePreviousValue"):
            texts[name] = one.get("ParameterValue", "")
        elif name in previous:
            texts[name] = previous[name]
        else:
            raise TemplateError(
                f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true "
                "for a parameter key not in the previous template"
            )
    if unknown:
        raise TemplateError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [name for name in template.parameters if name not in texts]
    if missing:
        raise TemplateError(f"Parameters: [{', '.join(missing)}] must have values")
    for name, declaration in template.parameters.items():
        _check(name, declaration, texts[name])
    return texts


def parameter_values(template: Template, texts: Mapping[str, str]) -> dict[str, Any]:
    """What `Ref` gives: a text, or a list of texts for a parameter of a list type."""
    return {
        name: _items(texts[name]) if declaration["Type"] in _LIST_TYPES else texts[name]
        for name, declaration in template.parameters.items()
    }


def shown_parameters(template: Template, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """As DescribeStacks shows them."""
    return [
        {
            "ParameterKey": name,
            "ParameterValue": NO_ECHO if is_hidden(declaration) else texts[name],
        }
        for name, declaration in template.parameters.items()
        if name in texts
    ]


def is_hidden(declaration: Mapping[str, Any]) -> bool:
    """Whether a parameter is `NoEcho`."""
    return str(declaration.get("NoEcho", "false")).lower() == "true"


def _items(text: str) -> list[str]:
    """A list of texts; a blank one has a single blank item, as in CloudFormation.

    https://github.com/aws-cloudformation/cfn-lint/issues/979
    """
    return [item.strip() for item in text.split(",")]


def _check(name: str, declaration: Mapping[str, Any], text: str) -> None:
    kind = declaration["Type"]
    if kind not in _TYPES:
        known = ", ".join(_TYPES)
        raise TemplateError(
            f"Template format error: Unrecognized parameter type: {kind} (the sandbox has {known})"
        )
    problem = ""
    for item in _items(text) if kind in _LIST_TYPES else [text]:
        if "Number" in kind and not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", item):
            raise TemplateError(f"Parameter '{name}' must be a number.")
        problem = problem or _problem(declaration, item, is_number="Number" in kind)
    if problem:
        description = declaration.get("ConstraintDescription")
        raise TemplateError(
            f"Parameter {name} failed to satisfy constraint: {description}"
            if description
            else f"Parameter '{name}' {problem}"
        )


def _problem(declaration: Mapping[str, Any], item: str, *, is_number: bool) -> str:
    """What is wrong with a value, or with one item of a list; empty if nothing is."""
    allowed = declaration.get("AllowedValues")
    if allowed is not None and item not in [_text(one) for one in allowed]:
        return "must be one of AllowedValues"
    pattern = declaration.get("AllowedPattern")
    if pattern is not None and not re.fullmatch(str(pattern), item):
        return f"must match pattern {pattern}"
    if is_number:
        return _number_problem(declaration, float(item))
    low, high = declaration.get("MinLength"), declaration.get("MaxLength")
    if low is not None and len(item) < int(low):
        return f"must contain at least {low} characters"
    if high is not None and len(item) > int(high):
        return f"must contain at most {high} characters"
    return ""


def _number_problem(declaration: Mapping[str, Any], number: float) -> str:
    low, high = declaration.get("MinValue"), declaration.get("MaxValue")
    if low is not None and number < float(low):
        return f"must be a number not less than {low}"
    if high is not None and number > float(high):
        return f"must be a number not greater than {high}"
    return ""


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
