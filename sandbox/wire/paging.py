"""Pages of a list, with opaque markers that fit one question only."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from .calls import Call

Item = TypeVar("Item")


class InvalidMarkerError(ValueError):
    """The marker is none that this operation gave out for this question."""


def page(
    call: Call,
    items: Iterable[Item],
    *,
    key: Callable[[Item], str],
    size: int,
    marker: str = "Marker",
    size_parameter: str = "PageSize",
) -> tuple[list[Item], str | None]:
    """One page of items in the order of their keys, and the marker of the next.

    A marker carries the last key, so that what is deleted between two pages shifts none.

    :param size: the size of a page if the request names none
    :param marker: the parameter that takes the marker
    :param size_parameter: the parameter that takes the size
    :raises InvalidMarkerError: if the marker is for another question, or none at all
    """
    others = {
        name: value for name, value in call.params.items() if name not in (marker, size_parameter)
    }
    question = [call.operation, call.region, others]
    ordered = sorted(items, key=key)
    given = call.params.get(marker)
    if given:
        after = _last_key(given, question)
        ordered = [item for item in ordered if key(item) > after]
    size = call.params.get(size_parameter) or size
    found = ordered[:size]
    if len(ordered) <= size:
        return found, None
    return found, _encoded([question, key(found[-1])])


def _encoded(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _last_key(marker: str, question: list[Any]) -> str:
    try:
        asked, after = json.loads(base64.urlsafe_b64decode(marker.encode()))
    except (ValueError, TypeError) as error:
        raise InvalidMarkerError(marker) from error
    if asked != question:
        raise InvalidMarkerError(marker)
    return str(after)
