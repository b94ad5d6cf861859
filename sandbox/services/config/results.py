"""Results of rules, and what they amount to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.config.models import ConfigRule

from sandbox.wire.calls import AwsError, Call


@dataclass(frozen=True)
class Result:
    """The latest evaluation of one resource by one rule."""

    sequence: int
    rule_name: str
    resource_type: str
    resource_id: str
    compliance: str
    annotation: str | None
    ordering_time: datetime
    recorded_time: datetime
    invoked_time: datetime

    def to_api(self) -> dict[str, Any]:
        """`EvaluationResult` of the API."""
        return {
            "EvaluationResultIdentifier": {
                "EvaluationResultQualifier": {
                    "ConfigRuleName": self.rule_name,
                    "ResourceType": self.resource_type,
                    "ResourceId": self.resource_id,
                    "EvaluationMode": "DETECTIVE",
                },
                "OrderingTimestamp": self.ordering_time,
            },
            "ComplianceType": self.compliance,
            "ResultRecordedTime": self.recorded_time,
            "ConfigRuleInvokedTime": self.invoked_time,
            "Annotation": self.annotation,
        }


@dataclass
class RuleState:
    """What Config knows of a rule beyond its definition. A new rule has a new one."""

    rule: ConfigRule
    region: str
    account: str
    results: dict[tuple[str, str], Result] = field(default_factory=dict)
    # What was recorded since automatic remediation last looked, by type and id.
    news: set[tuple[str, str]] = field(default_factory=set)
    running: int = 0
    last_start: datetime | None = None

    @property
    def name(self) -> str:
        """The rule's name."""
        return str(self.rule.config_rule_name)


def filtered(call: Call, results: Iterable[Result]) -> list[Result]:
    """Those of the results that a request asks for.

    :raises AwsError: if it asks for `INSUFFICIENT_DATA`
    """
    wanted = call.params.get("ComplianceTypes")
    if wanted and "INSUFFICIENT_DATA" in wanted:
        raise AwsError(
            "InvalidParameterValueException",
            "INSUFFICIENT_DATA cannot be used as a ComplianceType for filtering results.",
        )
    return [result for result in results if not wanted or result.compliance in wanted]
