"""What service control policies of the organization deny, whoever asks."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from sandbox.policy.actions import needed
from sandbox.policy.authorization import Refusal
from sandbox.wire.calls import Call

from .regions import requested_region

_XML_PROTOCOLS = ("query", "rest-xml")


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
            self.service in ("", call.service, _action(call).split(":")[0])
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
        code = "AccessDenied" if call.protocol in _XML_PROTOCOLS else "AccessDeniedException"
        text = (
            f"User: {principal} is not authorized to perform: {_action(call)} "
            "with an explicit deny in a service control policy"
        )
        return Refusal(code, text, 400 if call.protocol == "json" else 403)


def _action(call: Call) -> str:
    """The action of IAM's that is asked for; a request may need several, and names the first."""
    permissions = needed(call) or [(f"{call.service}:{call.operation}", "*")]
    return permissions[0][0]
