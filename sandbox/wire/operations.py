"""The operations of a service, as the gateway finds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from .calls import AwsError, Call

Operation = Callable[[Call], Any]
# By the names of the API.
Operations = dict[str, Operation]


def exclusively(
    lock: AbstractContextManager[Any], operations: Mapping[str, Operation]
) -> Operations:
    """The same operations, one at a time."""

    def locked(operation: Operation) -> Operation:
        def answer(call: Call) -> Any:
            with lock:
                return operation(call)

        return answer

    return {name: locked(operation) for name, operation in operations.items()}


def not_imitated(*names: str) -> Operations:
    """Operations that the sandbox refuses by name, where moto's answer would be a wrong one."""
    return dict.fromkeys(names, _refuse)


def refuse_parameters(call: Call, *names: str) -> None:
    """Refuses parameters by name that the sandbox does not look at.

    :raises AwsError: `NotImplemented`
    """
    for name in names:
        if call.params.get(name):
            text = f"{name} of {call.service} {call.operation} is not imitated here"
            raise AwsError("NotImplemented", text)


def _refuse(call: Call) -> Any:
    text = f"{call.service} {call.operation} is not imitated here"
    raise AwsError("NotImplemented", text)
