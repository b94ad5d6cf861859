"""The account's regions: which there are, which are enabled, and which services are where."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import boto3
from moto.iam.models import iam_backends
from moto.utilities.utils import PARTITION_NAMES

from sandbox.host.defaults import ENABLED_BY_DEFAULT
from sandbox.policy.authorization import Refusal
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations
from sandbox.wire.paging import Pager

PAGES = Pager(
    50,
    lambda token: AwsError("ValidationException", f"Invalid NextToken: {token}"),
    marker="NextToken",
    size_parameter="MaxResults",
)
STATUSES = ("ENABLED", "ENABLING", "DISABLING", "DISABLED", "ENABLED_BY_DEFAULT")
# An account can't be used in a region until enabling it is complete.
UNUSABLE = ("DISABLED", "ENABLING")
# Services that botocore's list of endpoints decides about, and tests may.
OFFERED_SERVICES = ("appsync",)
# Served by one endpoint for all regions of a partition.
GLOBAL_SERVICES = frozenset(("account", "cloudfront", "iam", "organizations"))
# The region of those endpoints. In other partitions it makes no difference here.
_GLOBAL_REGIONS = {"aws": "us-east-1"}
_PARTITIONS_OF_SERVICES = {"account": ("aws", "aws-cn"), "cloudfront": ("aws", "aws-cn")}
_INVALID_TOKEN = "The security token included in the request is invalid."  # noqa: S105
# How services word it that have words of their own.
_UNKNOWN_CREDENTIALS = {
    "ec2": Refusal(
        "AuthFailure", "AWS was not able to validate the provided access credentials", 401
    ),
    "s3": Refusal(
        "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."
    ),
}


def requested_region(call: Call) -> str:
    """The region that serves a request, whichever the client is set to."""
    if call.service in GLOBAL_SERVICES:
        return _GLOBAL_REGIONS.get(call.partition, call.region)
    return call.region


class Regions:
    """The regions of the account and their states."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed: dict[str, str] = {}
        self._offered: set[tuple[str, str]] = set()

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return {"ListRegions": self._list}

    def reset(self) -> None:
        """Makes every region what it is in a new account."""
        with self._lock:
            self._changed.clear()
            self._offered.clear()

    def has_endpoint(self, call: Call) -> bool:
        """Whether AWS has a host for this service where the request is meant to go."""
        if call.service in _PARTITIONS_OF_SERVICES:
            return call.partition in _PARTITIONS_OF_SERVICES[call.service]
        if call.service not in OFFERED_SERVICES:
            return True
        with self._lock:
            is_offered = (call.service, call.region) in self._offered
        return is_offered or call.region in _regions(call.service, call.partition)

    def offer(self, service: str, region: str) -> None:
        """Gives a service an endpoint in a region where botocore knows of none.

        :raises ValueError: if there is no such region, or it isn't botocore that decides
        """
        if service not in OFFERED_SERVICES:
            known = ", ".join(OFFERED_SERVICES)
            raise ValueError(f"{service!r} can't be offered in a region; allowed: {known}")
        _check_region(region)
        with self._lock:
            self._offered.add((service, region))

    def set_regions(self, statuses: dict[str, str]) -> None:
        """Sets the status of some regions.

        :raises ValueError: if there is no such region or status
        """
        for region, status in statuses.items():
            _check_region(region)
            if status not in STATUSES:
                raise ValueError(f"{region} can't be {status!r}; allowed: {', '.join(STATUSES)}")
        with self._lock:
            self._changed |= statuses

    def statuses(self, partition: str) -> dict[str, str]:
        """The status of each region of a partition."""
        with self._lock:
            return {
                region: self._changed.get(region, _status_in_new_account(region, partition))
                for region in _regions("ec2", partition)
            }

    def refusal(self, call: Call) -> Refusal | None:
        """What a region answers to credentials of another partition; a disabled one, to any."""
        is_usable = self.statuses(call.partition).get(requested_region(call)) not in UNUSABLE
        if is_usable and not _is_of_another_partition(call):
            return None
        if call.service in _UNKNOWN_CREDENTIALS:
            return _UNKNOWN_CREDENTIALS[call.service]
        if call.protocol == "query":
            return Refusal("InvalidClientTokenId", _INVALID_TOKEN)
        status = 400 if call.protocol == "json" else 403
        return Refusal("UnrecognizedClientException", _INVALID_TOKEN, status)

    def _list(self, call: Call) -> dict[str, Any]:
        wanted = call.params.get("RegionOptStatusContains") or STATUSES
        regions = [
            {"RegionName": region, "RegionOptStatus": status}
            for region, status in self.statuses(call.partition).items()
            if status in wanted
        ]
        found, token = PAGES.page(call, regions, lambda region: region["RegionName"])
        return {"Regions": found, "NextToken": token}


def _is_of_another_partition(call: Call) -> bool:
    """Whether the access key is known, but not in the partition that it is used in."""
    backends = iam_backends[call.account]
    known = [one for one in PARTITION_NAMES if call.access_key in backends[one].access_keys]
    return bool(known) and call.partition not in known


def _check_region(region: str) -> None:
    if not any(region in _regions("ec2", one) for one in _partitions()):
        raise ValueError(f"There is no region {region!r}")


def _status_in_new_account(region: str, partition: str) -> str:
    is_enabled = partition != "aws" or region in ENABLED_BY_DEFAULT
    return "ENABLED_BY_DEFAULT" if is_enabled else "DISABLED"


# One for all regions of a search, which ask at once: it reads a service's model once.
_session_lock = threading.Lock()


@cache
def _partitions() -> tuple[str, ...]:
    return tuple(_session().get_available_partitions())


@cache
def _regions(service: str, partition: str) -> tuple[str, ...]:
    """The regions of a partition that have a service, as botocore knows them; all have EC2."""
    with _session_lock:
        return tuple(_session().get_available_regions(service, partition))


@cache
def _session() -> boto3.Session:
    return boto3.Session()
