"""What service control policies of the organization deny, whoever asks."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from sandbox.policy.actions import action_of
from sandbox.policy.authorization import Refusal, denied
from sandbox.wire.calls import Call

from .regions import requested_region

_REASON = "with an explicit deny in a service control policy"


@dataclass(frozen=True)
class Denial:
    """One denial; what is empty stands for all."""

    # As IAM names it (`elasticloadbalancing`, for both of its APIs) or as botocore does (`elbv2`).
    service: str = ""
    operation: str = ""
    region: str = ""
    account: str = ""

    def is_for(self, call: Call) -> bool:
        """Whether it denies this request."""
        return (
            self.service
            in ("", call.service, action_of(call.service, call.operation).split(":")[0])
            and self.operation in ("", call.operation)
            and self.region in ("", requested_region(call))
            and self.account in ("", call.account)
        )


class ServiceControlPolicies:
    """The denials in force."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._denials: list[Denial] = []

    def add(self, denial: Denial) -> None:
        """Puts a denial in force."""
        with self._lock:
            self._denials.append(denial)

    def clear(self) -> None:
        """Lifts all denials."""
        with self._lock:
            self._denials.clear()

    def refusal(self, call: Call, principal: str) -> Refusal | None:
        """Why a request may not be made; None if no policy denies it."""
        with self._lock:
            is_denied = any(denial.is_for(call) for denial in self._denials)
        if not is_denied:
            return None
        return denied(
            call.service, call.protocol, action_of(call.service, call.operation), principal, _REASON
        )
