"""ACM's list of certificates. The certificates themselves are moto's: real X.509."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timezone
from typing import Any

from moto import settings
from moto.acm import models
from moto.acm.models import AWSCertificateManagerBackend, CertBundle, acm_backends

from sandbox.host.clock import Clock
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, refuse_parameters
from sandbox.wire.paging import Pager

PAGES = Pager(
    100,
    lambda token: AwsError("ValidationException", f"Invalid NextToken: {token}"),
    marker="NextToken",
    size_parameter="MaxItems",
)
# "Default filtering returns only RSA_1024 and RSA_2048 certificates that have at least one
# domain": Filters, in botocore's model.
DEFAULT_KEY_TYPES = ("RSA_1024", "RSA_2048")
STATUSES = (
    "PENDING_VALIDATION",
    "ISSUED",
    "INACTIVE",
    "EXPIRED",
    "VALIDATION_TIMED_OUT",
    "REVOKED",
    "FAILED",
)
TYPES = ("IMPORTED", "AMAZON_ISSUED", "PRIVATE")
# "This parameter will only return the first 100 subject alternative names": CertificateSummary.
MAX_NAMES = 100
_FILTERS = ("extendedKeyUsage", "keyUsage", "exportOption", "managedBy")
_NEVER_ISSUED = ("PENDING_VALIDATION", "VALIDATION_TIMED_OUT", "FAILED")


class AcmCertificates:
    """The operation that lists them, and what tests may do to them."""

    def __init__(self, clock: Clock, in_use: Callable[[str, str], Collection[str]]) -> None:
        """Lets ACM go by the sandbox's clock.

        :param in_use: the ARNs of the certificates that an account uses, with its partition
        """
        self._in_use = in_use
        # moto's ACM module asks its own `utcnow` for the time, so this replaces it.
        vars(models)["utcnow"] = lambda: clock.now().replace(tzinfo=None)
        # Nobody adds the record to the DNS that a requested certificate waits for.
        settings.ACM_VALIDATION_WAIT = float("inf")  # type: ignore[assignment]

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return {"ListCertificates": self._list}

    def change(self, arn: str, *, status: str, kind: str) -> None:
        """Gives a certificate another status, and another type.

        :raises ValueError: if there is no such certificate, status or type
        """
        if status not in STATUSES:
            raise ValueError(f"{arn} can't be {status!r}; allowed: {', '.join(STATUSES)}")
        if kind not in TYPES:
            raise ValueError(f"{arn} can't be {kind!r}; allowed: {', '.join(TYPES)}")
        region, account = arn.split(":")[3:5]
        found = next((one for one in _all(acm_backends[account][region]) if one.arn == arn), None)
        if found is None:
            raise ValueError(f"There is no certificate {arn!r}")
        found.status, found.type = status, kind

    def _list(self, call: Call) -> dict[str, Any]:
        refuse_parameters(call, "SortBy", "SortOrder")
        filters = call.params.get("Includes") or {}
        for name in _FILTERS:
            if filters.get(name):
                raise AwsError(
                    "NotImplemented", f"{name} of {call.service} {call.operation} is not imitated"
                )
        in_use = self._in_use(call.account, call.partition)
        listed = [
            summary
            for bundle in _all(acm_backends[call.account][call.region])
            if _is_wanted(call, summary := _summary(bundle, in_use))
        ]
        page, token = PAGES.page(
            call, listed, lambda one: [one["CreatedAt"].isoformat(), one["CertificateArn"]]
        )
        return {"CertificateSummaryList": page, "NextToken": token}


def _all(backend: AWSCertificateManagerBackend) -> list[CertBundle]:
    # Each looks at the clock, whether it has expired.
    return [backend.get_certificate(arn) for arn in list(backend._certificates)]


def _is_wanted(call: Call, summary: dict[str, Any]) -> bool:
    params = call.params
    key_types = (params.get("Includes") or {}).get("keyTypes")
    if not key_types and not summary["DomainName"]:
        return False
    return (
        summary["KeyAlgorithm"] in (key_types or DEFAULT_KEY_TYPES)
        and summary["Status"] in (params.get("CertificateStatuses") or STATUSES)
        and summary["CertificateKeyPairOrigin"]
        # Those of ACME, which nobody can have here, are to be asked for.
        in (params.get("CertificateKeyPairOrigins") or ("AWS_MANAGED", "CUSTOMER_PROVIDED"))
    )


def _summary(bundle: CertBundle, in_use: Collection[str]) -> dict[str, Any]:
    """`CertificateSummary` of the API."""
    known = bundle.describe()["Certificate"]
    names = list(dict.fromkeys([name for name in (bundle.common_name, *bundle.sans) if name]))
    created = bundle.created_at.replace(tzinfo=timezone.utc)
    is_imported, is_issued = bundle.type == "IMPORTED", bundle.status not in _NEVER_ISSUED
    return {
        "CertificateArn": bundle.arn,
        "DomainName": bundle.common_name or None,
        "SubjectAlternativeNameSummaries": names[:MAX_NAMES] or None,
        "HasAdditionalSubjectAlternativeNames": len(names) > MAX_NAMES,
        "Status": bundle.status,
        "Type": bundle.type,
        "KeyAlgorithm": known["KeyAlgorithm"],
        "ExportOption": "DISABLED",
        "InUse": bundle.arn in in_use,
        "Exported": False,
        "RenewalEligibility": _eligibility(bundle, in_use),
        "NotBefore": bundle._cert.not_valid_before_utc if is_issued else None,
        "NotAfter": bundle._cert.not_valid_after_utc if is_issued else None,
        "CreatedAt": created,
        "IssuedAt": created if is_issued and not is_imported else None,
        "ImportedAt": created if is_imported else None,
        "CertificateKeyPairOrigin": "CUSTOMER_PROVIDED" if is_imported else "AWS_MANAGED",
    }


def _eligibility(bundle: CertBundle, in_use: Collection[str]) -> str:
    """ACM renews what it has issued and somebody uses.

    https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
    """
    is_renewed = bundle.type != "IMPORTED" and bundle.status == "ISSUED"
    return "ELIGIBLE" if is_renewed and bundle.arn in in_use else "INELIGIBLE"
