"""Where the stacks are, and how requests name them."""

from __future__ import annotations

import threading

from sandbox.wire.calls import Call

from .stack import Stack
from .template import TemplateError


class StackStore:
    """All stacks."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._stacks: dict[str, Stack] = {}

    def reset(self) -> None:
        """Forgets all stacks; what they were made of is their services' to forget."""
        with self.lock:
            self._stacks.clear()

    def add(self, stack: Stack) -> None:
        """Keeps a new stack."""
        self._stacks[stack.id] = stack

    def named(self, call: Call, name: str) -> Stack | None:
        """The stack of this id, whatever became of it, or of this name."""
        return self._stacks.get(name) or self.live(call, name)

    def all(self, call: Call) -> list[Stack]:
        """Those of the caller's account and region, newest first, the deleted ones too."""
        with self.lock:
            newest_first = reversed(list(self._stacks.values()))
            place = (call.account, call.region)
            return [one for one in newest_first if (one.account, one.region) == place]

    def live(self, call: Call, name: str) -> Stack | None:
        """The stack of this name, or of this id if it isn't deleted."""
        return next(
            (one for one in self.all(call) if one.is_live and name in (one.name, one.id)), None
        )

    def existing(self, call: Call, message: str) -> Stack:
        """The stack that a request names, by its id also if it is deleted."""
        name = call.params.get("StackName")
        if not name:
            raise TemplateError("Stack name must be specified")
        stack = self.live(call, name)
        if stack is None:
            stack = next((one for one in self.all(call) if one.id == name), None)
        if stack is None:
            raise TemplateError(message.format(name))
        return stack
