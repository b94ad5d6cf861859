"""Variables (`{{ name }}`) and selectors (`$.Payload.name`) of runbooks."""

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
_SELECTOR = re.compile(r"\$((\.[\w-]+|\[\d+\]|\[\*\]|\['[^']+'\])*)")
_SELECTOR_PART = re.compile(r"\.([\w-]+)|\[(\d+)\]|\[(\*)\]|\['([^']+)'\]")
# A selector that finds nothing; None would be JSON's null.
NOTHING = object()


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


def is_selector(text: str) -> bool:
    """Whether `select` understands it: names, indexes and `[*]`."""
    return _SELECTOR.fullmatch(text) is not None


def select(selector: str, value: Any) -> Any:
    """What a selector finds in a value; `NOTHING` if it isn't there."""
    for match in _SELECTOR_PART.finditer(selector):
        name, index, every = match[1] or match[4], match[2], match[3]
        if every:
            rest = "$" + selector[match.end() :]
            items = value if isinstance(value, list) else []
            found = [select(rest, item) for item in items]
            return [item for item in found if item is not NOTHING]
        if name and isinstance(value, dict) and name in value:
            value = value[name]
        elif index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
        else:
            return NOTHING
    return value
