"""The results in an aggregator: of tens of thousands of accounts, hence kept small."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, NamedTuple

# "AWS Config supports only the COMPLIANT and NON_COMPLIANT": AggregateEvaluationResult.
COMPLIANCE_TYPES = ("COMPLIANT", "NON_COMPLIANT")
RESOURCE_TYPE = "AWS::IAM::ServerCertificate"
# No rule counts more resources that are responsible for its compliance.
MAX_CONTRIBUTORS = 25
# A rule, the account and the region that it is in.
Key = tuple[str, str, str]


class Result(NamedTuple):
    """The latest result of one resource; times are seconds since 1970."""

    compliance: str
    annotation: str
    recorded: float
    invoked: float
    ordering: float

    @classmethod
    def of(cls, compliance: str, annotation: str, times: list[float | None], now: float) -> Result:
        """A result; a time that isn't given is now.

        :param times: when it was recorded, when the rule was invoked, what it is ordered by
        """
        recorded, invoked, ordering = [*times, None, None, None][:3]
        return cls(
            sys.intern(compliance),
            sys.intern(annotation),
            now if recorded is None else recorded,
            now if invoked is None else invoked,
            now if ordering is None else ordering,
        )

    def to_api(self, rule: str, resource: str) -> dict[str, Any]:
        """`AggregateEvaluationResult` of the API, less account and region."""
        return {
            "EvaluationResultIdentifier": {
                "EvaluationResultQualifier": {
                    "ConfigRuleName": rule,
                    "ResourceType": RESOURCE_TYPE,
                    "ResourceId": resource,
                },
                "OrderingTimestamp": _time(self.ordering),
            },
            "ComplianceType": self.compliance,
            "ResultRecordedTime": _time(self.recorded),
            "ConfigRuleInvokedTime": _time(self.invoked),
            "Annotation": self.annotation or None,
        }


class AggregatedResults:
    """All results in one aggregator."""

    def __init__(self) -> None:
        self._resources: dict[Key, dict[str, Result]] = {}

    def add(self, key: Key, resource: str, result: Result) -> None:
        """Adds a result, or replaces the resource's old one."""
        self._resources.setdefault(key, {})[resource] = result

    def sources(self) -> set[tuple[str, str]]:
        """The accounts and regions that there are results of."""
        return {(account, region) for _, account, region in self._resources}

    def rules(self, filters: Mapping[str, str]) -> list[dict[str, Any]]:
        """`AggregateComplianceByConfigRule` for each rule with results that the filters let by."""
        wanted = [filters.get(name) for name in ("ConfigRuleName", "AccountId", "AwsRegion")]
        compliance = filters.get("ComplianceType")
        found = [
            _rule(key, resources)
            for key, resources in self._resources.items()
            if all(one in (None, part) for one, part in zip(wanted, key, strict=True))
        ]
        return [one for one in found if compliance in (None, one["Compliance"]["ComplianceType"])]

    def details(self, key: Key, compliance: str | None) -> list[tuple[str, Result]]:
        """The resources of one rule, and their results."""
        resources = self._resources.get(key, {})
        return [one for one in resources.items() if compliance in (None, one[1].compliance)]


def _rule(key: Key, resources: Mapping[str, Result]) -> dict[str, Any]:
    bad = sum(result.compliance == "NON_COMPLIANT" for result in resources.values())
    count = bad or len(resources)
    return {
        "ConfigRuleName": key[0],
        "Compliance": {
            "ComplianceType": "NON_COMPLIANT" if bad else "COMPLIANT",
            "ComplianceContributorCount": {
                "CappedCount": min(count, MAX_CONTRIBUTORS),
                "CapExceeded": count > MAX_CONTRIBUTORS,
            },
        },
        "AccountId": key[1],
        "AwsRegion": key[2],
    }


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)
