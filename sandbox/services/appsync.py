"""AppSync's custom domain names. The rest of AppSync is moto's."""

from __future__ import annotations

import secrets
from collections import defaultdict
from typing import Any

from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, not_imitated
from sandbox.wire.paging import Pager

from .certificate_references import bind

PAGES = Pager(
    25,
    lambda token: AwsError("BadRequestException", f"Invalid nextToken: {token}"),
    marker="nextToken",
    size_parameter="maxResults",
)
# Of all domains that CloudFront serves, and AppSync's are among them.
HOSTED_ZONE = "Z2FDTNDATAQYW2"

DomainName = dict[str, Any]


class DomainNames:
    """The operations on domain names."""

    def __init__(self) -> None:
        self._domains: defaultdict[tuple[str, str], dict[str, DomainName]] = defaultdict(dict)

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return {
            "CreateDomainName": self._create,
            "ListDomainNames": self._list,
            **not_imitated("DeleteDomainName", "GetDomainName", "UpdateDomainName"),
        }

    def reset(self) -> None:
        """Forgets all domain names."""
        self._domains.clear()

    def certificates(self, account: str) -> set[str]:
        """The ARNs of the certificates of an account's domain names."""
        return {
            str(domain["certificateArn"])
            for (owner, _), domains in self._domains.items()
            for domain in domains.values()
            if owner == account
        }

    def _create(self, call: Call) -> dict[str, Any]:
        domains, name = self._of(call), call.params["domainName"]
        if name in domains:
            raise AwsError("BadRequestException", f"Domain name already exists: {name}")
        if not _is_known_certificate(call, call.params["certificateArn"]):
            raise AwsError("BadRequestException", "Certificate is invalid.")
        domains[name] = call.params | {
            "appsyncDomainName": f"d{secrets.token_hex(6)}.cloudfront.net",
            "hostedZoneId": HOSTED_ZONE,
            "domainNameArn": (
                f"arn:{call.partition}:appsync:{call.region}:{call.account}:domainnames/{name}"
            ),
        }
        return {"domainNameConfig": domains[name]}

    def _list(self, call: Call) -> dict[str, Any]:
        domains = self._of(call).values()
        found, token = PAGES.page(call, domains, lambda domain: str(domain["domainName"]))
        return {"domainNameConfigs": found, "nextToken": token}

    def _of(self, call: Call) -> dict[str, DomainName]:
        return self._domains[call.account, call.region]


def _is_known_certificate(call: Call, arn: str) -> bool:
    # AppSync's own service keeps ACM's certificates of other regions; those aren't looked up.
    return arn.startswith(f"arn:{call.partition}:acm:") or bind(call, arn) is not None
