"""Variables (`{{ name }}`) of runbooks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

SYSTEM_VARIABLES = (
    "automation:EXECUTION_ID",
    "global:ACCOUNT_ID",
    "global:AWS_PARTITION",
    "global:DATE",
    "global:DATE_TIME",
    "global:REGION",
)

_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def references(value: Any) -> Iterator[str]:
    """The names of the variables anywhere in a value."""
    if isinstance(value, str):
        yield from _VARIABLE.findall(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from references(key)
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def resolved(value: Any, lookup: Callable[[str], Any]) -> Any:
    """The value with its variables replaced, once: what comes out isn't looked at again.

    A variable that is the whole value keeps its type; inside a text it becomes text.
    """
    if isinstance(value, str):
        whole = _VARIABLE.fullmatch(value)
        if whole:
            return lookup(whole[1])
        return _VARIABLE.sub(lambda match: as_text(lookup(match[1])), value)
    if isinstance(value, dict):
        return {resolved(key, lookup): resolved(item, lookup) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, lookup) for item in value]
    return value


def as_text(value: Any) -> str:
    """A value within a text: JSON, unless it is a text already."""
    return value if isinstance(value, str) else json.dumps(value)
