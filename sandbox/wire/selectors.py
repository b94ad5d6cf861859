"""Selectors of a part of a JSON value, such as `$.Payload.name`: a part of JSONPath."""

from __future__ import annotations

import re
from typing import Any

_SELECTOR = re.compile(r"\$((\.[\w-]+|\[\d+\]|\[\*\]|\['[^']+'\])*)")
_SELECTOR_PART = re.compile(r"\.([\w-]+)|\[(\d+)\]|\[(\*)\]|\['([^']+)'\]")
# A selector that finds nothing; None would be JSON's null.
NOTHING = object()


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
