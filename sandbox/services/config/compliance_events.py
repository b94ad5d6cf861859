"""The event "Config Rules Compliance Change" of AWS Config."""

from __future__ import annotations

import uuid
from typing import Any

from sandbox.host.clock import Clock, iso
from sandbox.services.events import DefaultBuses

from .results import Result, RuleState


class ComplianceEvents:
    """Puts an event on the default bus when a result changes."""

    def __init__(self, clock: Clock, buses: DefaultBuses) -> None:
        self._clock = clock
        self._buses = buses

    def changed(self, state: RuleState, old: Result | None, new: Result) -> None:
        """Tells of a new result, if its compliance isn't that of the old one."""
        if old is None or old.compliance != new.compliance:
            self._buses.put(self._event(state, old, new))

    def _event(self, state: RuleState, old: Result | None, new: Result) -> dict[str, Any]:
        """The event as AWS sends it.

        https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html
        """
        now = self._clock.now()
        detail = {
            "resourceId": new.resource_id,
            "awsRegion": state.region,
            "awsAccountId": state.account,
            "configRuleName": state.name,
            "recordVersion": "1.0",
            "configRuleARN": state.rule.config_rule_arn,
            "messageType": "ComplianceChangeNotification",
            "newEvaluationResult": _result(new),
            "notificationCreationTime": iso(now),
            "resourceType": new.resource_type,
        }
        if old is not None:
            detail["oldEvaluationResult"] = _result(old)
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Config Rules Compliance Change",
            "source": "aws.config",
            "account": state.account,
            "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": state.region,
            "resources": [],
            "detail": detail,
        }


def _result(result: Result) -> dict[str, Any]:
    found = {
        "evaluationResultIdentifier": {
            "evaluationResultQualifier": {
                "configRuleName": result.rule_name,
                "resourceType": result.resource_type,
                "resourceId": result.resource_id,
                "evaluationMode": "DETECTIVE",
            },
            "orderingTimestamp": iso(result.ordering_time),
        },
        "complianceType": result.compliance,
        "resultRecordedTime": iso(result.recorded_time),
        "configRuleInvokedTime": iso(result.invoked_time),
    }
    return found | ({"annotation": result.annotation} if result.annotation else {})
