"""Faults that tests inject into any operation of any service."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.policy.actions import action_of
from sandbox.policy.authorization import denied
from sandbox.wire.calls import Call, Response
from sandbox.wire.models import service_model
from sandbox.wire.not_found import not_found

from .earlier_answers import READING, Answers, Key, is_reading, key_of

KINDS = (
    # Refused with the service's own throttling error.
    "throttle",
    # Refused with the service's own error for who may not make the call.
    "access-denied",
    # Refused with the service's own error for credentials that were good once.
    "expired-credentials",
    # Refused with the operation's own error for what doesn't exist, though it does: `code`, if the
    # operation has several; see not_found.py. With `seconds`, only for a time.
    "not-found",
    # A listing that lags. Repeats the last good answer that the same call got before the fault was
    # put in force: what was made since is missing, and what was deleted since is there. Without
    # such an answer, an internal failure. See earlier_answers.py. With `seconds`, only for a time.
    "stale",
    # Refused with `status`, `code` and `message`.
    "error",
    # Takes effect; then the connection drops without an answer.
    "lost-answer",
    # The connection drops; nothing takes effect.
    "drop",
    # Waits `seconds`, or until the fault is lifted, then goes on as usual.
    "delay",
    # Waits until the fault is lifted, then goes on as usual. To a client that gives up before it is
    # a server that never answers; what was asked for takes effect all the same, only later.
    "hold",
    # Takes effect; the answer is 200 with a body that isn't the protocol's.
    "malformed",
    # PutEvaluations alone: `resource_ids`, or all, come back as failed and aren't stored.
    "failed-evaluations",
    # BatchImportFindings alone: findings of the ids in `resource_ids`, or all, come back as failed.
    "failed-findings",
)
# Kinds that make a batch fail in part, and the operation of each.
_IN_PART = {"failed-evaluations": "PutEvaluations", "failed-findings": "BatchImportFindings"}


# How services say that they are throttled: (code, message, HTTP status).
_THROTTLING = {
    "iam": ("Throttling", "Rate exceeded", 400),
    "lambda": ("TooManyRequestsException", "Rate Exceeded.", 429),
    "s3": ("SlowDown", "Please reduce your request rate.", 503),
    "elb": ("Throttling", "Rate exceeded", 400),
    "elbv2": ("Throttling", "Rate exceeded", 400),
    "cloudformation": ("Throttling", "Rate exceeded", 400),
    "cloudfront": ("Throttling", "Rate exceeded", 400),
    "sts": ("Throttling", "Rate exceeded", 400),
    "account": ("TooManyRequestsException", "Rate exceeded", 429),
    "appsync": ("TooManyRequestsException", "Rate exceeded", 429),
    "organizations": ("TooManyRequestsException", "Rate exceeded", 400),
    "sso": ("TooManyRequestsException", "Rate exceeded", 429),
}
_DEFAULT_THROTTLING = ("ThrottlingException", "Rate exceeded", 400)
_EXPIRED = "The security token included in the request is expired"
# How services say that credentials have expired, by protocol: code, HTTP status.
_EXPIRED_BY_PROTOCOL = {
    "json": ("ExpiredTokenException", 400),
    "rest-json": ("ExpiredTokenException", 403),
}
_DEFAULT_EXPIRED = ("ExpiredToken", 403)
# Those with words of their own: (code, message, HTTP status).
_EXPIRED_CREDENTIALS = {"s3": ("ExpiredToken", "The provided token has expired.", 400)}
# Longer than a step of a runbook may last, and thus any client waits.
_LONGEST_HOLD_SECONDS = 15 * 60
# Kinds that answer an error and do nothing.
REFUSALS = ("throttle", "access-denied", "expired-credentials", "not-found", "error")
# Kinds that end by themselves so many `seconds` after they first hit, if `times` is 0.
FOR_A_TIME = ("not-found", "stale")
_DEFAULT_CODE = "InternalFailure"


@dataclass
class Fault:
    """One fault, for calls of one operation, in one region or (if empty) in all.

    The first call hit is the `at`-th from now (1 is the next), then as many in a row as `times`
    says; 0 means all that follow, or with some kinds all within `seconds` of the first hit.
    """

    service: str
    operation: str
    kind: str
    at: int = 1
    times: int = 1
    status: int = 500
    code: str = ""
    message: str = "The request processing has failed because of an unknown error."
    seconds: float = 0
    resource_ids: list[str] | None = None
    region: str = ""
    id: str = ""
    # Calls seen so far.
    seen: int = 0
    # Calls hit so far.
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"Unknown kind of fault: {self.kind!r}; known: {', '.join(KINDS)}")
        if self.at < 1 or self.times < 0:
            raise ValueError(f"at must be 1 or more and times 0 or more: {self.at}, {self.times}")
        if self.operation != _IN_PART.get(self.kind, self.operation):
            raise ValueError(f"{self.kind} is a fault of {_IN_PART[self.kind]} alone")
        if self.kind == "stale" and not is_reading(self.operation):
            raise ValueError(f"stale is a fault of {', '.join(READING)} alone: {self.operation}")
        if self.seconds < 0:
            raise ValueError(f"seconds must be 0 or more: {self.seconds}")
        if self.kind in FOR_A_TIME and self.seconds and self.times:
            raise ValueError(f"{self.kind} for some seconds hits all calls: times must be 0")
        # No fields, since the control API need not show them: when the fault ends by itself, and
        # what `stale` repeats.
        self._end: float | None = None
        self._earlier: dict[Key, Response] = {}
        self.id = self.id or uuid.uuid4().hex
        if self.kind in REFUSALS and self.kind != "error":
            self.code, self.message, self.status = self._refusal()
        self.code = self.code or _DEFAULT_CODE

    def to_json(self) -> dict[str, Any]:
        """As the control API shows it."""
        return asdict(self)

    def hits_next(self, now: float) -> bool:
        """Counts one call, and says whether the fault is for it.

        :param now: seconds of a clock that is never set back
        """
        self.seen += 1
        if self.seen < self.at or (self.times and self.seen >= self.at + self.times):
            return False
        if self.kind not in FOR_A_TIME or not self.seconds:
            return True
        if self._end is None:
            self._end = now + self.seconds
        return now < self._end

    def put_in_force(self, answers: Answers) -> None:
        """Takes what it may need of the answers so far."""
        if self.kind == "stale":
            self._earlier = answers.of(self.service, self.operation)

    def earlier_answer(self, call: Call) -> Response | None:
        """What the same call was answered before the fault was put in force."""
        key = key_of(call)
        return self._earlier.get(key) if key else None

    def _refusal(self) -> tuple[str, str, int]:
        """Code, message and HTTP status, as the service words it."""
        if self.kind == "not-found":
            return not_found(self.service, self.operation, self.code)
        return _refusal(self.kind, self.service, self.operation)


class Faults:
    """The faults in force."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Starts without faults.

        :param clock: seconds, never set back, for faults that end by themselves
        """
        self._clock = clock
        # For the gateway to fill: what faults may repeat.
        self.answers = Answers()
        self._lock = threading.Condition()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Puts a fault in force; it counts calls from now on."""
        fault.put_in_force(self.answers)
        with self._lock:
            self._faults.append(fault)

    def all(self) -> list[Fault]:
        """The faults in force, also those that have hit all that they could."""
        with self._lock:
            return list(self._faults)

    def clear(self) -> None:
        """Lifts all faults."""
        with self._lock:
            self._faults.clear()
            self._lock.notify_all()

    def reset(self) -> None:
        """Lifts all faults, and forgets what they could repeat."""
        self.clear()
        self.answers.clear()

    def hold(self, fault: Fault) -> None:
        """Waits until the fault is lifted, or as long as it says."""
        seconds = fault.seconds if fault.kind == "delay" else _LONGEST_HOLD_SECONDS
        with self._lock:
            # By identity: two faults may look alike.
            self._lock.wait_for(lambda: all(one is not fault for one in self._faults), seconds)

    def next(self, service: str, operation: str, region: str) -> Fault | None:
        """The fault for this call: the first that hits; all that match count it."""
        with self._lock:
            now = self._clock()
            hits = [
                fault
                for fault in self._faults
                if (fault.service, fault.operation) == (service, operation)
                and fault.region in ("", region)
                and fault.hits_next(now)
            ]
            if not hits:
                return None
            hits[0].hits += 1
            return hits[0]


def _refusal(kind: str, service: str, operation: str) -> tuple[str, str, int]:
    """Code, message and HTTP status, as the service words it."""
    if kind == "throttle":
        return _THROTTLING.get(service, _DEFAULT_THROTTLING)
    protocol = service_model(service).metadata["protocol"]
    if kind == "access-denied":
        refusal = denied(service, protocol, action_of(service, operation))
        return refusal.code, refusal.message, refusal.status
    code, status = _EXPIRED_BY_PROTOCOL.get(protocol, _DEFAULT_EXPIRED)
    return _EXPIRED_CREDENTIALS.get(service, (code, _EXPIRED, status))
