"""The operations that show what rules have found."""

from __future__ import annotations

from typing import Any

from sandbox.wire.calls import Call
from sandbox.wire.operations import Operations, exclusively, not_imitated

from .pages import tokens
from .results import filtered
from .rules import ConfigRules

PAGES = tokens(10)


class Compliance:
    """The results of rules, and what they amount to."""

    def __init__(self, rules: ConfigRules) -> None:
        self._rules = rules

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return exclusively(
            self._rules.lock,
            {
                "GetComplianceDetailsByConfigRule": self._details_by_rule,
                **not_imitated(
                    "DescribeComplianceByConfigRule",
                    "DescribeComplianceByResource",
                    "GetComplianceDetailsByResource",
                    "GetComplianceSummaryByConfigRule",
                    "GetComplianceSummaryByResourceType",
                ),
            },
        )

    def _details_by_rule(self, call: Call) -> dict[str, Any]:
        results = filtered(call, self._rules.one(call).results.values())
        page, token = PAGES.page(call, results, lambda result: result.sequence)
        return {"EvaluationResults": [result.to_api() for result in page], "NextToken": token}
