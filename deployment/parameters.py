"""Checks the template's parameters: their names, their values, and the template's rules on them.

`aws cloudformation deploy` silently ignores parameters that the template doesn't have: a misspelt
`Aprovers=...` would deploy without approvers.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from .account import Account
from .findings import Finding, missing
from .wish import Wish

TEMPLATE = Path(__file__).parent.parent / "target/cloudformation/certsweep.yaml"


class ParameterError(ValueError):
    """A parameter that the template doesn't have, or a value that it doesn't allow."""


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads a template; `!Ref X` becomes `{"Ref": "X"}`."""


def _function(loader: Any, name: str, node: Any) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    return {name: loader.construct_sequence(node, deep=True)}


_Loader.add_multi_constructor("!", _function)


@cache
def _loaded(template: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(template.read_text(), Loader=_Loader)  # noqa: S506 - safe
    return content


def declared(template: Path = TEMPLATE) -> dict[str, dict[str, Any]]:
    """The parameters that the template has."""
    parameters: dict[str, dict[str, Any]] = _loaded(template)["Parameters"]
    return parameters


def parsed(given: Sequence[str], known: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The values by name.

    :param given: `Name=value` each
    :raises ParameterError: if one is unknown, given twice, not allowed or no `Name=value`
    """
    values: dict[str, str] = {}
    for word in given:
        name, equals, value = word.partition("=")
        if not equals:
            raise ParameterError(f"{word!r} in PARAMETERS does not have the form Name=value.")
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"Do you mean {near[0]}?" if near else f"It has {', '.join(known)}."
            raise ParameterError(f"The template has no parameter {name}. {hint}")
        if name in values:
            raise ParameterError(f"PARAMETERS contains {name} twice.")
        values[name] = value
    check_values(values, known)
    return values


def check_values(values: Mapping[str, str], known: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuses values before CloudFormation does.

    :raises ParameterError: if the template doesn't allow a value
    """
    for name, value in values.items():
        if problem := _problem(value, known[name]):
            raise ParameterError(f"{name} is {value!r}. {problem}")


def _problem(value: str, declaration: Mapping[str, Any]) -> str:
    """What a value must be; empty if it is."""
    allowed = [str(one) for one in declaration.get("AllowedValues", [value])]
    if value not in allowed:
        return f"Must be one of {', '.join(allowed)}."
    if not re.fullmatch(declaration.get("AllowedPattern", ".*"), value):
        return str(declaration["ConstraintDescription"])
    if "MinValue" in declaration:
        low, high = declaration["MinValue"], declaration["MaxValue"]
        if not (re.fullmatch("[0-9]+", value) and low <= int(value) <= high):
            return f"Must be a whole number from {low} to {high}."
    return ""


def template_rules(_: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the template's rules allow these values together."""
    for rule in _loaded(TEMPLATE)["Rules"].values():
        applies = _value(rule["RuleCondition"], wish)
        for one in rule["Assertions"]:
            if applies and not _value(one["Assert"], wish):
                yield missing(
                    one["AssertDescription"],
                    "Change PARAMETERS. An update keeps the values that you don't give.",
                )


def _value(node: Any, wish: Wish) -> Any:
    """A value, or the result of a function. The template's rules use no others."""
    if not isinstance(node, dict):
        return node
    ((function, argument),) = node.items()
    if function == "Ref":
        return wish.parameters[argument]
    values = [_value(one, wish) for one in argument]
    if function == "Not":
        return not values[0]
    if function == "Equals":
        return values[0] == values[1]
    raise NotImplementedError(function)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints nothing if the parameters are correct."""
    parser = argparse.ArgumentParser(prog="python -m deployment.parameters", description=__doc__)
    parser.add_argument("parameters", nargs="*", metavar="Name=value")
    try:
        parsed(parser.parse_args(arguments).parameters, declared())
    except ParameterError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
