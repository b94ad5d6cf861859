"""Checks the template's parameters as given on the command line.

`aws cloudformation deploy` silently ignores parameters that the template doesn't have: a misspelt
`Aprovers=...` would deploy without approvers.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parent.parent / "target/cloudformation/certsweep.yaml"


class ParameterError(ValueError):
    """A parameter that the template doesn't have; the message lists those that it has."""


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads a template, without understanding its functions."""


_Loader.add_multi_constructor("!", lambda *_: None)


def declared(template: Path = TEMPLATE) -> dict[str, dict[str, Any]]:
    """The parameters that the template has."""
    loaded = yaml.load(template.read_text(), Loader=_Loader)  # noqa: S506 - a safe loader
    parameters: dict[str, dict[str, Any]] = loaded["Parameters"]
    return parameters


def parsed(given: Sequence[str], known: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The values by name.

    :param given: `Name=value` each
    :raises ParameterError: if one is unknown, given twice or no `Name=value`
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
    return values


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
