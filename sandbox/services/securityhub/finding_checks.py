"""What Security Hub refuses: a batch that is too large, or a finding, while the rest is imported.

Lengths and formats are those of AwsSecurityFinding's API reference, which botocore's model has in
its documentation only. How it words a refusal is quoted in
https://github.com/aws-samples/aws-securityhub-config-integration/issues/3.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.wire.calls import AwsError, Call

# "up to 240 KB per finding, and up to 6 MB per batch". AWS doesn't say whether a KB has 1,000 or
# 1,024 bytes. We take the smaller: what passes here passes there.
# https://docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html
_MAX_FINDING_BYTES = 240_000
_MAX_BATCH_BYTES = 6_000_000

_LENGTHS = {
    "AwsAccountId": 12,
    "CompanyName": 128,
    "Description": 1024,
    "GeneratorId": 512,
    "Id": 512,
    "ProductName": 128,
    "Title": 256,
}
_TIMES = ("CreatedAt", "UpdatedAt", "FirstObservedAt", "LastObservedAt")
_MAX_RESOURCES = 32
_MAX_REQUIREMENTS = 32
_MAX_RECOMMENDATION = 512
_SCHEMA_VERSION = "2018-10-08"
# Types begin with one of these.
_NAMESPACES = (
    "Software and Configuration Checks",
    "TTPs",
    "Effects",
    "Unusual Behaviors",
    "Sensitive Data Identifications",
)


@dataclass(frozen=True)
class Refusal:
    """Why a finding is not imported: `ImportFindingsError` without the id."""

    code: str
    message: str


def check_size(findings: Iterable[dict[str, Any]]) -> None:
    """Refuses a batch that is too large.

    :raises AwsError: `InvalidInputException`
    """
    size = sum(map(_size, findings))
    if size > _MAX_BATCH_BYTES:
        raise AwsError(
            "InvalidInputException", f"The findings have {size} bytes; the maximum is 6 MB."
        )


def refusal(call: Call, finding: dict[str, Any]) -> Refusal | None:
    """Why this finding is not imported; None if it is."""
    if finding["ProductArn"] != default_product(call):
        # "The finding provider also must be enabled"; an account's own product always is.
        return Refusal("InvalidAccess", f"Product {finding['ProductArn']} is not enabled.")
    if finding["AwsAccountId"] != call.account:
        return Refusal(
            "InvalidAccess", f"Account {call.account} can't import findings of another account."
        )
    size = _size(finding)
    if size > _MAX_FINDING_BYTES:
        return Refusal("InvalidInput", f"The finding has {size} bytes; the maximum is 240 KB.")
    problem = next(_problems(finding), "")
    if problem:
        text = f"Finding does not adhere to Amazon Finding Format. data{problem}"
        return Refusal("InvalidInput", f"{text}, data should match some schema in anyOf.")
    return None


def default_product(call: Call) -> str:
    """The product of what the account imports by itself."""
    return (
        f"arn:{call.partition}:securityhub:{call.region}:{call.account}:"
        f"product/{call.account}/default"
    )


def parsed_time(text: str) -> datetime | None:
    """A time as findings have it; nothing if it is none."""
    try:
        when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return when if when.tzinfo else None


def _size(finding: dict[str, Any]) -> int:
    """The size in JSON, in bytes."""
    return len(json.dumps(finding, ensure_ascii=False, separators=(",", ":")).encode())


def _problems(finding: dict[str, Any]) -> Iterator[str]:
    if finding["SchemaVersion"] != _SCHEMA_VERSION:
        yield ".SchemaVersion should be equal to one of the allowed values"
    for name, most in _LENGTHS.items():
        if len(finding.get(name, "")) > most:
            yield f".{name} should NOT be longer than {most} characters"
    for name in _TIMES:
        if name in finding and parsed_time(finding[name]) is None:
            yield f'.{name} should match format "date-time"'
    own = finding.get("FindingProviderFields", {})
    if not _has(own, finding, "Severity") or not _has(own, finding, "Types"):
        yield " should have required property 'FindingProviderFields'"
    for kind in own.get("Types", finding.get("Types", [])):
        if kind.split("/")[0] not in _NAMESPACES:
            yield ".Types[0] should match pattern"
    yield from _counts(finding)


def _counts(finding: dict[str, Any]) -> Iterator[str]:
    resources = finding["Resources"]
    if not 1 <= len(resources) <= _MAX_RESOURCES:
        yield f".Resources should have 1 to {_MAX_RESOURCES} items"
    if any(one.get("Tags") == {} for one in resources):
        yield ".Resources[0].Tags should NOT have fewer than 1 properties"
    requirements = finding.get("Compliance", {}).get("RelatedRequirements", [])
    if len(requirements) > _MAX_REQUIREMENTS:
        yield f".Compliance.RelatedRequirements should NOT have more than {_MAX_REQUIREMENTS} items"
    text = finding.get("Remediation", {}).get("Recommendation", {}).get("Text", "")
    if len(text) > _MAX_RECOMMENDATION:
        yield ".Remediation.Recommendation.Text should NOT be longer than 512 characters"


def _has(own: dict[str, Any], finding: dict[str, Any], name: str) -> bool:
    return name in own or name in finding
