"""The last good answers of listings, for a fault that repeats them."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict

from sandbox.wire.calls import Call, Response

# How the operations are called whose answers are kept.
READING = ("Describe", "Get", "List")
# A search of 300 load balancers with 600 listeners makes half as many calls.
MAX_ANSWERS = 2000
# A page of 1,000 certificates has half of it.
MAX_BODY_BYTES = 1_000_000
MAX_TOTAL_BYTES = 20_000_000

# Account, service, operation, region and parameters.
Key = tuple[str, str, str, str, str]


def is_reading(operation: str) -> bool:
    """Whether the answers of an operation are kept."""
    return operation.startswith(READING)


class Answers:
    """What was answered last, call by call; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[Key, Response] = OrderedDict()
        self._bytes = 0

    def remember(self, call: Call, answer: Response) -> None:
        """Keeps an answer, if it is a good one of a listing and not too large."""
        key = key_of(call)
        if key is None or answer.status != 200 or len(answer.body) > MAX_BODY_BYTES:
            return
        with self._lock:
            self._forget(key)
            self._answers[key] = answer
            self._bytes += len(answer.body)
            while len(self._answers) > MAX_ANSWERS or self._bytes > MAX_TOTAL_BYTES:
                self._forget(next(iter(self._answers)))

    def of(self, service: str, operation: str) -> dict[Key, Response]:
        """The answers of one operation, as they are now."""
        with self._lock:
            answers = self._answers.items()
            return {key: one for key, one in answers if key[1:3] == (service, operation)}

    def clear(self) -> None:
        """Forgets all answers."""
        with self._lock:
            self._answers.clear()
            self._bytes = 0

    def _forget(self, key: Key) -> None:
        forgotten = self._answers.pop(key, None)
        if forgotten is not None:
            self._bytes -= len(forgotten.body)


def key_of(call: Call) -> Key | None:
    """What makes calls the same; nothing, if it isn't known or the answer isn't kept."""
    if not call.is_parsed or not is_reading(call.operation):
        return None
    params = json.dumps(call.params, sort_keys=True, default=str)
    return call.account, call.service, call.operation, call.region, params
