"""Selectors of a part of a JSON value, such as `$.Payload.name`: names alone of JSONPath."""

from __future__ import annotations

from typing import Any

# A selector that finds nothing; None would be JSON's null.
NOTHING = object()


def select(selector: str, value: Any) -> Any:
    """What a selector finds in a value; `NOTHING` if it isn't there."""
    for name in selector.split(".")[1:]:
        if not isinstance(value, dict) or name not in value:
            return NOTHING
        value = value[name]
    return value
