"""Faults that tests inject into any operation of any service."""

from __future__ import annotations

import threading
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from .models import service_model
from .not_found import not_found

KINDS = (
    # Refused with the service's own throttling error.
    "throttle",
    # Refused with the service's own error for who may not make the call.
    "access-denied",
    # Refused with the service's own error for credentials that were good once.
    "expired-credentials",
    # Refused with the operation's own error for what doesn't exist, though it does: `code`, if the
    # operation has several; see not_found.py.
    "not-found",
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
)

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
}
_DEFAULT_THROTTLING = ("ThrottlingException", "Rate exceeded", 400)
# Services whose errors end in `Exception`, and the status of their refusals. That of the others,
# which speak XML, is 403.
_JSON_STATUSES = {"json": 400, "rest-json": 403}
_EXPIRED = "The security token included in the request is expired"
# Those with words of their own: (code, message, HTTP status).
_EXPIRED_CREDENTIALS = {"s3": ("ExpiredToken", "The provided token has expired.", 400)}
# Longer than a step of a runbook may last, and thus any client waits.
_LONGEST_HOLD_SECONDS = 15 * 60
# Kinds that answer an error and do nothing.
REFUSALS = ("throttle", "access-denied", "expired-credentials", "not-found", "error")
_DEFAULT_CODE = "InternalFailure"


@dataclass
class Fault:
    """One fault, for calls of one operation, in one region or (if empty) in all.

    The first call hit is the `at`-th from now (1 is the next), then as many in a row as `times`
    says; 0 means all that follow.
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

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"Unknown kind of fault: {self.kind!r}; known: {', '.join(KINDS)}")
        if self.at < 1 or self.times < 0:
            raise ValueError(f"at must be 1 or more and times 0 or more: {self.at}, {self.times}")
        if self.kind == "failed-evaluations" and self.operation != "PutEvaluations":
            raise ValueError("failed-evaluations is a fault of PutEvaluations alone")
        self.id = self.id or uuid.uuid4().hex
        if self.kind in REFUSALS and self.kind != "error":
            self.code, self.message, self.status = self._refusal()
        self.code = self.code or _DEFAULT_CODE

    def to_json(self) -> dict[str, Any]:
        """As the control API shows it."""
        return asdict(self)

    def hits_next(self) -> bool:
        """Counts one call, and says whether the fault is for it."""
        self.seen += 1
        return self.seen >= self.at and (self.times == 0 or self.seen < self.at + self.times)

    def _refusal(self) -> tuple[str, str, int]:
        """Code, message and HTTP status, as the service words it."""
        if self.kind == "not-found":
            return not_found(self.service, self.operation, self.code)
        return _refusal(self.kind, self.service, self.operation)


class Faults:
    """The faults in force."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Puts a fault in force; it counts calls from now on."""
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

    def hold(self, fault: Fault) -> None:
        """Waits until the fault is lifted, or as long as it says."""
        seconds = fault.seconds if fault.kind == "delay" else _LONGEST_HOLD_SECONDS
        with self._lock:
            # By identity: two faults may look alike.
            self._lock.wait_for(lambda: all(one is not fault for one in self._faults), seconds)

    def next(self, service: str, operation: str, region: str) -> Fault | None:
        """The fault for this call: the first that hits; all that match count it."""
        with self._lock:
            hits = [
                fault
                for fault in self._faults
                if (fault.service, fault.operation) == (service, operation)
                and fault.region in ("", region)
                and fault.hits_next()
            ]
            return hits[0] if hits else None


def _refusal(kind: str, service: str, operation: str) -> tuple[str, str, int]:
    """Code, message and HTTP status, as the service words it."""
    if kind == "throttle":
        return _THROTTLING.get(service, _DEFAULT_THROTTLING)
    status = _JSON_STATUSES.get(service_model(service).metadata["protocol"])
    suffix = "" if status is None else "Exception"
    if kind == "access-denied":
        message = f"User is not authorized to perform: {service}:{operation}"
        return f"AccessDenied{suffix}", message, status or 403
    expired = (f"ExpiredToken{suffix}", _EXPIRED, status or 403)
    return _EXPIRED_CREDENTIALS.get(service, expired)
