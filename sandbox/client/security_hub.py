"""Security Hub: whether it is enabled, and which findings it shows."""

from __future__ import annotations

from typing import Any

from .connection import Connection


class SecurityHubControl:
    """Security Hub of the account, or of another, in one region."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def enable(self, region: str | None = None, *, account: str = "") -> None:
        """Does what a person does to turn it on, without any standard."""
        self._client(region, account).enable_security_hub(EnableDefaultStandards=False)

    def disable(self, region: str | None = None, *, account: str = "") -> None:
        """Turns it off; what it has stays for a time."""
        self._client(region, account).disable_security_hub()

    def administer(self, account: str) -> None:
        """Makes an account the administrator of all others, whose findings it then sees."""
        self._connection.control("POST", "security-hub/administrators", {"account": account})

    def findings(
        self, record_state: str = "ACTIVE", region: str | None = None, *, account: str = ""
    ) -> list[dict[str, Any]]:
        """All findings of a record state, by id."""
        wanted = [{"Value": record_state, "Comparison": "EQUALS"}]
        pages = self._client(region, account).get_paginator("get_findings")
        found = pages.paginate(Filters={"RecordState": wanted})
        return [finding for page in found for finding in page["Findings"]]

    def change(self, finding: dict[str, Any], **changes: Any) -> None:
        """Does what a person does to a finding: `Workflow`, `Note` or `Severity`."""
        identifier = {"Id": finding["Id"], "ProductArn": finding["ProductArn"]}
        region = str(finding["Region"])
        answer = self._client(region, "").batch_update_findings(
            FindingIdentifiers=[identifier], **changes
        )
        assert not answer["UnprocessedFindings"], answer

    def _client(self, region: str | None, account: str) -> Any:
        return self._connection.client("securityhub", region, account=account)
