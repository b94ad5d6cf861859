"""What a test does to a sandbox that nobody can do to AWS: its clock, faults, requests, ..."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from .connection import Connection


class ClockControl:
    """The sandbox's clock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def now(self) -> datetime:
        """The sandbox's current time."""
        return _time(self._connection.control("GET", "clock"))

    def advance(self, by: timedelta = timedelta(), *, seconds: float = 0) -> None:
        """Moves the time forward, or back if negative."""
        total = by.total_seconds() + seconds
        self._connection.control("POST", "clock", {"advance_seconds": total})

    def reset(self) -> None:
        """Returns to real time."""
        self._connection.control("POST", "clock", {})

    @contextmanager
    def at(self, when: datetime) -> Iterator[None]:
        """Within the block it is `when` o'clock, and goes on; after it, what it would have been."""
        back = self.now() - when
        self.advance(-back)
        try:
            yield
        finally:
            self.advance(back)


class FaultControl:
    """The faults in force."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        service: str,
        operation: str,
        *,
        kind: str,
        at: int = 1,
        times: int = 1,
        **details: Any,
    ) -> None:
        """Lets calls of an operation fail.

        :param service: as botocore calls it: `iam`, `config`, `lambda`, `elbv2`, ...
        :param kind: one of faults.KINDS
        :param at: the first call hit, counted from now; 1 is the next
        :param times: how many calls in a row are hit; 0 for all that follow
        :param details: `status`, `code` and `message` of an `error`, `code` of a `not-found`,
            `seconds` of a `delay`, `resource_ids` of `failed-evaluations` and `failed-findings`;
            `region`, if only one is to be hit; with `times=0`, the `seconds` after which a
            `not-found` or a `stale` ends, counted from the first call hit
        """
        fault = {"service": service, "operation": operation, "kind": kind, "at": at}
        self._connection.control("POST", "faults", fault | {"times": times} | details)

    def list(self) -> list[dict[str, Any]]:
        """The faults, also those that have hit all that they could."""
        faults: list[dict[str, Any]] = self._connection.control("GET", "faults")
        return faults

    def clear(self) -> None:
        """Lifts all faults."""
        self._connection.control("DELETE", "faults")


class RequestControl:
    """The requests that the sandbox has received."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(
        self,
        service: str | None = None,
        operation: str | None = None,
        *,
        role: str | None = None,
    ) -> list[dict[str, Any]]:
        """The requests, oldest first: see `LoggedRequest` in request_log.py.

        :param role: only those made with this role, e.g. a function's, whose role is named after it
        """
        requests: list[dict[str, Any]] = self._connection.control("GET", "requests")
        return [
            request
            for request in requests
            if (service is None or request["service"] == service)
            and (operation is None or request["operation"] == operation)
            and (role is None or f":assumed-role/{role}/" in request["principal"])
        ]

    def clear(self) -> None:
        """Forgets the requests."""
        self._connection.control("DELETE", "requests")


class PermissionControl:
    """The permissions that requests with a role's credentials needed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, role: str | None = None, decision: str | None = None) -> list[dict[str, Any]]:
        """Each permission once, with `role`, `action`, `resource`, `decision` and `count`.

        :param role: only those of this role, by its name
        :param decision: only the `allowed` or only the `denied`
        """
        checks: list[dict[str, Any]] = self._connection.control("GET", "permissions")
        return [
            check
            for check in checks
            if (role is None or check["role"] == role)
            and (decision is None or check["decision"] == decision)
        ]

    def clear(self) -> None:
        """Forgets them."""
        self._connection.control("DELETE", "permissions")


class RegionControl:
    """The regions of the account: which are enabled, and which services are there."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set(self, status: str, *regions: str) -> None:
        """Gives regions a status; a disabled one answers to nobody.

        :param status: `ENABLED`, `ENABLING`, `DISABLING`, `DISABLED` or `ENABLED_BY_DEFAULT`
        """
        self._connection.control("POST", "regions", dict.fromkeys(regions, status))

    def offer(self, service: str, region: str) -> None:
        """Lets a service have an endpoint in a region where botocore knows of none, until a reset.

        :param service: `appsync` alone
        """
        self._connection.control("POST", "regions/offer", {"service": service, "region": region})


class DenialControl:
    """What service control policies deny to everybody."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, service: str = "", operation: str = "", *, region: str = "", account: str = ""
    ) -> None:
        """Denies requests; what is left out stands for all.

        :param service: as IAM names it (`elasticloadbalancing`) or as botocore does (`elbv2`)
        """
        denial = {"service": service, "operation": operation, "region": region, "account": account}
        self._connection.control("POST", "denials", denial)

    def clear(self) -> None:
        """Lifts all denials."""
        self._connection.control("DELETE", "denials")


class DeleteConflictControl:
    """Which users of a certificate IAM notices when it is to delete it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def detect(self, **settings: Any) -> None:
        """Changes what is noticed.

        :param settings: `sni` (false): whether the certificates of a listener besides its default
            count; `missed`: names of certificates whose users are never noticed; `unforeseen`:
            users by certificate name, as ARNs, that only IAM knows of
        """
        self._connection.control("POST", "delete-conflicts", settings)


def _time(answer: dict[str, str]) -> datetime:
    return datetime.strptime(answer["now"].replace("Z", "+0000"), "%Y-%m-%dT%H:%M:%S.%f%z")
