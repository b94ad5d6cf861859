"""The operations that show what rules have found."""

from __future__ import annotations

from typing import Any

from sandbox.host.clock import Clock
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, exclusively

from .pages import tokens
from .results import SUMMARY_RULE_CAP, capped, compliance_of, filtered, overall
from .rules import ConfigRules

PAGES = tokens(10)
# Of the operations that take no Limit.
LONG_PAGES = tokens(100)
RULES_PAGES = tokens(25)


class Compliance:
    """The results, by rule and by resource."""

    def __init__(self, clock: Clock, rules: ConfigRules) -> None:
        self._clock = clock
        self._rules = rules

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return exclusively(
            self._rules.lock,
            {
                "GetComplianceDetailsByConfigRule": self._details_by_rule,
                "GetComplianceDetailsByResource": self._details_by_resource,
                "DescribeComplianceByConfigRule": self._compliance_by_rule,
                "DescribeComplianceByResource": self._compliance_by_resource,
                "GetComplianceSummaryByConfigRule": self._summary_by_rule,
            },
        )

    def _details_by_rule(self, call: Call) -> dict[str, Any]:
        results = filtered(call, self._rules.one(call).results.values())
        page, token = PAGES.page(call, results, lambda result: result.sequence)
        return {"EvaluationResults": [result.to_api() for result in page], "NextToken": token}

    def _details_by_resource(self, call: Call) -> dict[str, Any]:
        kind, identifier = call.params.get("ResourceType"), call.params.get("ResourceId")
        if not kind or not identifier:
            raise AwsError("InvalidParameterValueException", "Specify ResourceType and ResourceId.")
        states = self._rules.named(call, None)
        known = (state.results.get((kind, identifier)) for state in states)
        results = filtered(call, (result for result in known if result))
        page, token = LONG_PAGES.page(call, results, lambda result: result.rule_name)
        return {"EvaluationResults": [result.to_api() for result in page], "NextToken": token}

    def _compliance_by_rule(self, call: Call) -> dict[str, Any]:
        wanted = call.params.get("ComplianceTypes")
        states = [
            state
            for state in self._rules.named(call, call.params.get("ConfigRuleNames"))
            if not wanted or state.compliance() in wanted
        ]
        page, token = RULES_PAGES.page(call, states, lambda state: state.name)
        return {
            "ComplianceByConfigRules": [
                {
                    "ConfigRuleName": state.name,
                    "Compliance": compliance_of(
                        [result.compliance for result in state.results.values()]
                    ),
                }
                for state in page
            ],
            "NextToken": token,
        }

    def _compliance_by_resource(self, call: Call) -> dict[str, Any]:
        kind, identifier = call.params.get("ResourceType"), call.params.get("ResourceId")
        if identifier and not kind:
            raise AwsError(
                "InvalidParameterValueException",
                "If you specify a ResourceId, you must also specify a ResourceType.",
            )
        compliances: dict[tuple[str, str], list[str]] = {}
        for state in self._rules.named(call, None):
            for key, result in state.results.items():
                if (not kind or key[0] == kind) and (not identifier or key[1] == identifier):
                    compliances.setdefault(key, []).append(result.compliance)
        wanted = call.params.get("ComplianceTypes")
        chosen = [
            (key, values)
            for key, values in sorted(compliances.items())
            if not wanted or overall(values) in wanted
        ]
        page, token = PAGES.page(call, chosen, lambda item: list(item[0]))
        return {
            "ComplianceByResources": [
                {"ResourceType": key[0], "ResourceId": key[1], "Compliance": compliance_of(values)}
                for key, values in page
            ],
            "NextToken": token,
        }

    def _summary_by_rule(self, call: Call) -> dict[str, Any]:
        compliances = [state.compliance() for state in self._rules.named(call, None)]
        return {
            "ComplianceSummary": {
                "CompliantResourceCount": capped(compliances.count("COMPLIANT"), SUMMARY_RULE_CAP),
                "NonCompliantResourceCount": capped(
                    compliances.count("NON_COMPLIANT"), SUMMARY_RULE_CAP
                ),
                "ComplianceSummaryTimestamp": self._clock.now(),
            }
        }
