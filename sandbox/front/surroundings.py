"""All that lies around the certificates: who can use them, in which regions, under which policies.

Puts these parts together for the gateway, which answers requests, and for the control API.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from sandbox.policy.authorization import Refusal
from sandbox.services import cloudfront, elb, elbv2
from sandbox.services.account.regions import Account
from sandbox.services.account.service_control_policies import Denial, Denials
from sandbox.services.appsync import DomainNames
from sandbox.services.certificate_users import DeleteConflicts
from sandbox.services.iam.server_certificates import ServerCertificate
from sandbox.services.s3 import owner_refusal
from sandbox.wire.calls import Call


class Surroundings:
    """The services around IAM and AWS Config, and the controls that tests have over them."""

    def __init__(self) -> None:
        # Load balancers need subnets, hence EC2; with its 1,282 machine images, moto makes each
        # region of it a hundred times as slowly. moto asks when it makes one.
        os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
        # One request at a time: what moto keeps and what we add to it must fit together.
        self._lock = threading.RLock()
        self._account = Account()
        self._denials = Denials()
        self._domain_names = DomainNames()
        self._delete_conflicts = DeleteConflicts()

    def operations(self) -> dict[str, dict[str, Callable[[Call], Any]]]:
        """The operations that the sandbox answers itself, by service and name."""
        services = {
            "account": self._account.operations(),
            "appsync": self._domain_names.operations(),
            "cloudfront": cloudfront.operations(),
            "elb": elb.operations(),
            "elbv2": elbv2.operations(),
        }
        return {
            service: {name: self._exclusively(operation) for name, operation in operations.items()}
            for service, operations in services.items()
        }

    def user(self, certificate: ServerCertificate) -> str:
        """The ARN of a load balancer that IAM finds to use a certificate; empty if none."""
        with self._lock:
            return self._delete_conflicts.user(certificate)

    def has_endpoint(self, call: Call) -> bool:
        """Whether AWS has a host for a request."""
        return self._account.has_endpoint(call)

    def refusal(self, call: Call, principal: str) -> Refusal | None:
        """Why a request may not be made, whatever the permissions of whoever makes it."""
        if call.model is None:
            return None
        return (
            self._account.refusal(call)
            or self._denials.refusal(call, principal)
            or owner_refusal(call)
        )

    def controls(self) -> dict[tuple[str, str], Callable[[dict[str, Any]], Any]]:
        """The routes of the control API."""
        return {
            ("POST", "regions"): self._account.set_regions,
            ("POST", "regions/offer"): lambda request: self._account.offer(**request),
            ("GET", "denials"): lambda _: self._denials.to_json(),
            ("POST", "denials"): lambda request: self._denials.add(Denial(**request)),
            ("DELETE", "denials"): lambda _: self._denials.clear(),
            ("POST", "delete-conflicts"): self._detect,
        }

    def reset(self) -> None:
        """Forgets what moto doesn't hold."""
        with self._lock:
            self._account.reset()
            self._denials.clear()
            self._domain_names.reset()
            self._delete_conflicts.reset()

    def _detect(self, changes: dict[str, Any]) -> None:
        with self._lock:
            self._delete_conflicts.change(changes)

    def _exclusively(self, operation: Callable[[Call], Any]) -> Callable[[Call], Any]:
        def locked(call: Call) -> Any:
            with self._lock:
                return operation(call)

        return locked
