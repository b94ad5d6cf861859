"""The operations of Security Hub CSPM on hubs and findings. The rest is moto's."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.host.clock import Clock, iso
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, exclusively, not_imitated, refuse_parameters
from sandbox.wire.paging import Pager

from .finding_checks import Refusal, check_size, refusal
from .stored_finding import StoredFinding

PAGES = Pager(
    100,
    lambda token: AwsError("InvalidInputException", f"Invalid parameter NextToken: {token}"),
    marker="NextToken",
    size_parameter="MaxResults",
)
# The filters that are looked at, and the member that each compares.
_FILTERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "AwsAccountId": lambda finding: str(finding["AwsAccountId"]),
    "GeneratorId": lambda finding: str(finding["GeneratorId"]),
    "Id": lambda finding: str(finding["Id"]),
    "NoteUpdatedBy": lambda finding: str(finding.get("Note", {}).get("UpdatedBy", "")),
    "ProductArn": lambda finding: str(finding["ProductArn"]),
    "ProductName": lambda finding: str(finding["ProductName"]),
    "RecordState": lambda finding: str(finding["RecordState"]),
    "Title": lambda finding: str(finding["Title"]),
    "WorkflowStatus": lambda finding: str(finding["Workflow"]["Status"]),
}
_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "EQUALS": lambda value, wanted: value == wanted,
    "PREFIX": lambda value, wanted: value.startswith(wanted),
}
_CHANGED_BY_PEOPLE = ("Confidence", "Criticality", "RelatedFindings", "Types", "UserDefinedFields")


@dataclass
class _Hub:
    """Security Hub of one account in one region."""

    # When it was enabled; None if it is not.
    enabled: datetime | None = None
    # By product and id. They outlive a hub that is disabled.
    findings: dict[tuple[str, str], StoredFinding] = field(default_factory=dict)


class Hubs:
    """Security Hub in all accounts and regions."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._hubs: defaultdict[tuple[str, str], _Hub] = defaultdict(_Hub)
        self._administrators: set[str] = set()

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return exclusively(
            self._lock,
            {
                "BatchImportFindings": self._import,
                "BatchUpdateFindings": self._change,
                "DescribeHub": self._describe,
                "DisableSecurityHub": self._disable,
                "EnableSecurityHub": self._enable,
                "GetFindings": self._get,
                **not_imitated("EnableOrganizationAdminAccount", "UpdateFindings"),
            },
        )

    def reset(self) -> None:
        """Disables it everywhere, and forgets all findings."""
        with self._lock:
            self._hubs.clear()
            self._administrators.clear()

    def administer(self, account: str) -> None:
        """Makes an account the administrator: it sees and changes the findings of all others."""
        with self._lock:
            self._administrators.add(account)

    def _enable(self, call: Call) -> dict[str, Any]:
        hub = self._hub(call)
        if hub.enabled:
            raise AwsError(
                "ResourceConflictException", "Account is already subscribed to Security Hub"
            )
        hub.enabled = self._clock.now()
        return {}

    def _disable(self, call: Call) -> dict[str, Any]:
        self._enabled(call).enabled = None
        return {}

    def _describe(self, call: Call) -> dict[str, Any]:
        enabled = self._enabled(call).enabled
        assert enabled is not None
        return {
            "HubArn": f"arn:{call.partition}:securityhub:{call.region}:{call.account}:hub/default",
            "SubscribedAt": iso(enabled),
            "AutoEnableControls": True,
            "ControlFindingGenerator": "SECURITY_CONTROL",
        }

    def _import(self, call: Call) -> dict[str, Any]:
        hub, now = self._enabled(call), self._clock.now()
        check_size(call.params["Findings"])
        _forget_expired(hub, now)
        failed = []
        for finding in call.params["Findings"]:
            refused = _injected(call, finding) or refusal(call, finding)
            if refused:
                error = {"ErrorCode": refused.code, "ErrorMessage": refused.message}
                failed.append({"Id": finding["Id"]} | error)
                continue
            key = (finding["ProductArn"], finding["Id"])
            if key in hub.findings:
                hub.findings[key].update(finding, now)
            else:
                hub.findings[key] = StoredFinding.new(call, finding, now)
        succeeded = len(call.params["Findings"]) - len(failed)
        return {"FailedCount": len(failed), "SuccessCount": succeeded, "FailedFindings": failed}

    def _change(self, call: Call) -> dict[str, Any]:
        refuse_parameters(call, *_CHANGED_BY_PEOPLE, "VerificationState")
        self._enabled(call)
        visible = {
            (one.content["ProductArn"], one.content["Id"]): one for one in self._visible(call)
        }
        processed, unprocessed = [], []
        for identifier in call.params["FindingIdentifiers"]:
            stored = visible.get((identifier["ProductArn"], identifier["Id"]))
            if stored is None:
                error = {"ErrorCode": "FindingNotFound", "ErrorMessage": "Finding not found."}
                unprocessed.append({"FindingIdentifier": identifier} | error)
            else:
                stored.change(call.params, self._clock.now())
                processed.append(identifier)
        return {"ProcessedFindings": processed, "UnprocessedFindings": unprocessed}

    def _get(self, call: Call) -> dict[str, Any]:
        refuse_parameters(call, "SortCriteria")
        self._enabled(call)
        filters = call.params.get("Filters", {})
        for name, wanted in filters.items():
            if name not in _FILTERS or any(one["Comparison"] not in _COMPARISONS for one in wanted):
                text = f"The filter {name}: {wanted} is not imitated here"
                raise AwsError("NotImplemented", text)
        found = [one.content for one in self._visible(call) if _matches(one.content, filters)]
        page, token = PAGES.page(call, found, lambda one: [one["ProductArn"], one["Id"]])
        return {"Findings": page, "NextToken": token}

    def _visible(self, call: Call) -> Iterable[StoredFinding]:
        for (account, region), hub in self._hubs.items():
            is_visible = account == call.account or call.account in self._administrators
            if region == call.region and is_visible:
                _forget_expired(hub, self._clock.now())
                yield from hub.findings.values()

    def _hub(self, call: Call) -> _Hub:
        return self._hubs[call.account, call.region]

    def _enabled(self, call: Call) -> _Hub:
        hub = self._hub(call)
        if hub.enabled is None:
            raise AwsError(
                "InvalidAccessException",
                f"Account {call.account} is not subscribed to AWS Security Hub",
            )
        return hub


def _forget_expired(hub: _Hub, now: datetime) -> None:
    for key in [key for key, stored in hub.findings.items() if stored.is_expired(now)]:
        del hub.findings[key]


def _matches(finding: dict[str, Any], filters: dict[str, list[dict[str, str]]]) -> bool:
    """Filters of one member are joined by OR, those of different members by AND."""
    return all(
        any(_COMPARISONS[one["Comparison"]](_FILTERS[name](finding), one["Value"]) for one in given)
        for name, given in filters.items()
    )


def _injected(call: Call, finding: dict[str, Any]) -> Refusal | None:
    """Whether an injected `failed-findings` fault is for this one; without ids, for all."""
    if call.fault.get("kind") != "failed-findings":
        return None
    ids = call.fault.get("resource_ids")
    is_hit = ids is None or finding["Id"] in ids
    return Refusal("InternalFailure", "The finding could not be imported.") if is_hit else None
