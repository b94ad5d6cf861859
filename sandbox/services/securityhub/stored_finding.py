"""A finding as Security Hub keeps it: what its provider may change, and what people may.

https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.host.clock import iso
from sandbox.wire.calls import Call

from .finding_checks import parsed_time

# Of an existing finding, what a provider sends of these is ignored.
_OF_PEOPLE = ("Note", "UserDefinedFields", "VerificationState", "Workflow", "WorkflowState")
# A provider's own values stand in FindingProviderFields, and are copied from there for as long as
# nobody has changed them.
_PROVIDED = ("Confidence", "Criticality", "RelatedFindings", "Severity", "Types")
# What Security Hub fills in.
_OWN = ("ProcessedAt", "Region", "AwsAccountName")
_REOPENED = ("NOTIFIED", "RESOLVED")
_NORMALIZED = {"INFORMATIONAL": 0, "LOW": 1, "MEDIUM": 40, "HIGH": 70, "CRITICAL": 90}
# https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings.html
_KEPT = {"ACTIVE": timedelta(days=90), "ARCHIVED": timedelta(days=30)}


@dataclass
class StoredFinding:
    """One finding."""

    content: dict[str, Any]
    processed: datetime
    # Which of the provided members people have changed.
    overridden: set[str] = field(default_factory=set)

    @classmethod
    def new(cls, call: Call, finding: Mapping[str, Any], now: datetime) -> StoredFinding:
        """A finding that nobody has imported before."""
        defaults = {
            "CompanyName": "Personal",
            "ProductName": "Default",
            "RecordState": "ACTIVE",
            "Workflow": {"Status": "NEW"},
        }
        content = defaults | {name: one for name, one in finding.items() if name not in _OWN}
        content["Region"] = call.region
        content["ProductFields"] = dict(finding.get("ProductFields", {})) | {
            "aws/securityhub/FindingId": f"{finding['ProductArn']}/{finding['Id']}",
            "aws/securityhub/ProductName": content["ProductName"],
            "aws/securityhub/CompanyName": content["CompanyName"],
        }
        stored = cls(content, now)
        stored._provide(finding)
        stored._normalize(now)
        return stored

    @property
    def updated(self) -> datetime:
        """When its provider last updated it, by the provider's clock."""
        return _time(self.content["UpdatedAt"])

    def is_expired(self, now: datetime) -> bool:
        """Whether Security Hub has deleted it."""
        kept = _KEPT[self.content["RecordState"]]
        return now - max(self.updated, self.processed) >= kept

    def update(self, finding: Mapping[str, Any], now: datetime) -> None:
        """Its provider imports it again; ignored unless that is newer."""
        if _time(finding["UpdatedAt"]) <= self.updated:
            return
        before = dict(self.content)
        kept = (*_OF_PEOPLE, *_PROVIDED, *_OWN, "FindingProviderFields", "ProductFields")
        news = {name: one for name, one in finding.items() if name not in kept}
        self.content |= {"RecordState": "ACTIVE"} | news
        self._provide(finding)
        self._reopen(before)
        self._normalize(now)

    def change(self, changes: Mapping[str, Any], now: datetime) -> None:
        """A person, or a rule of theirs, changes it; that leaves `UpdatedAt` alone."""
        if "Note" in changes:
            self.content["Note"] = dict(changes["Note"]) | {"UpdatedAt": iso(now)}
        if "Workflow" in changes:
            self.content["Workflow"] = dict(changes["Workflow"])
        if "Severity" in changes:
            self.content["Severity"] = dict(changes["Severity"])
            self.overridden.add("Severity")
        self._normalize(self.processed)

    def _provide(self, finding: Mapping[str, Any]) -> None:
        own = dict(self.content.get("FindingProviderFields", {}))
        for name in _PROVIDED:
            given = finding.get("FindingProviderFields", {}).get(name, finding.get(name))
            if given is None:
                continue
            own[name] = given
            if name not in self.overridden:
                self.content[name] = given
        severity = own.get("Severity", {})
        label = severity.get("Label") or _label(severity.get("Normalized", 0))
        own["Severity"] = {"Label": label} | {
            name: one for name, one in severity.items() if name == "Original"
        }
        self.content["FindingProviderFields"] = own

    def _reopen(self, before: Mapping[str, Any]) -> None:
        is_back = (before["RecordState"], self.content["RecordState"]) == ("ARCHIVED", "ACTIVE")
        fails_again = _compliance(before) == "PASSED" and _compliance(self.content) in (
            "FAILED",
            "WARNING",
            "NOT_AVAILABLE",
        )
        if (is_back or fails_again) and self.content["Workflow"]["Status"] in _REOPENED:
            self.content["Workflow"] = {"Status": "NEW"}

    def _normalize(self, now: datetime) -> None:
        severity = dict(self.content.get("Severity", {}))
        if "Label" not in severity:
            severity["Label"] = _label(severity.get("Normalized", 0))
        severity["Normalized"] = severity.get("Normalized", _NORMALIZED[severity["Label"]])
        self.content["Severity"] = severity
        self.content["WorkflowState"] = "NEW"
        self.processed = now
        self.content["ProcessedAt"] = iso(now)


def _label(normalized: int) -> str:
    return next(label for label, low in reversed(_NORMALIZED.items()) if normalized >= low)


def _compliance(content: Mapping[str, Any]) -> str:
    return str(content.get("Compliance", {}).get("Status", ""))


def _time(text: str) -> datetime:
    when = parsed_time(text)
    assert when is not None, text
    return when
