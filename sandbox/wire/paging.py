"""Pages of a list, with opaque markers that fit one question only."""

from __future__ import annotations

import base64
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from .calls import AwsError, Call

Item = TypeVar("Item")


@dataclass(frozen=True)
class Pager:
    """How a service gives out pages."""

    # Items of a page if the request doesn't say how many.
    size: int
    # The error for a marker that this operation didn't give out for this question.
    refusal: Callable[[str], AwsError]
    # The parameters that take the marker and the size.
    marker: str = "Marker"
    size_parameter: str = "PageSize"

    def page(
        self,
        call: Call,
        items: Iterable[Item],
        key: Callable[[Item], Any],
        most: int = 0,
        empties: int = 0,
    ) -> tuple[list[Item], str | None]:
        """One page of items in the order of their keys, and the marker of the next.

        A marker carries the last key, so that what is deleted between two pages shifts none.

        :param key: what JSON can carry: a text, a number or a list of them
        :param most: no page has more items than this, whatever was asked for; 0 for no limit
        :param empties: so many empty pages, with markers, go before each one with items
        :raises AwsError: if the marker is for another question, or none at all
        """
        question = [call.operation, call.region, self._others(call)]
        given = call.params.get(self.marker)
        after, empty = self._position(given, question) if given else (None, 0)
        if empty < empties:
            return [], _encoded([question, after, empty + 1])
        ordered = sorted(items, key=key)
        if after is not None:
            ordered = ordered[bisect_right(ordered, after, key=key) :]
        size = call.params.get(self.size_parameter) or self.size
        size = min(size, most) if most else size
        found = ordered[:size]
        if len(ordered) <= size:
            return found, None
        return found, _encoded([question, key(found[-1]), 0])

    def _others(self, call: Call) -> dict[str, Any]:
        """What is asked for, whichever page of it."""
        own = (self.marker, self.size_parameter)
        return {name: value for name, value in call.params.items() if name not in own}

    def _position(self, marker: str, question: list[Any]) -> tuple[Any, int]:
        """The last key before the page, and how many empty pages have come since."""
        try:
            asked, after, empty = json.loads(base64.urlsafe_b64decode(marker.encode()))
        except (ValueError, TypeError) as error:
            raise self.refusal(marker) from error
        if asked != question:
            raise self.refusal(marker)
        return after, int(empty)


def _encoded(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
