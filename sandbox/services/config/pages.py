"""AWS Config's pages."""

from __future__ import annotations

from sandbox.wire.calls import AwsError
from sandbox.wire.paging import Pager


def tokens(size: int) -> Pager:
    """Pages of this size, unless the request has a `Limit`."""
    return Pager(
        size,
        lambda _: AwsError("InvalidNextTokenException", "The nextToken provided is invalid"),
        marker="NextToken",
        size_parameter="Limit",
    )
