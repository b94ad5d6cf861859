"""Remediations of the rule, as AWS Config lists them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .account import Account

RUNNING = ("QUEUED", "IN_PROGRESS")


def remediations(account: Account, rule: str) -> Iterator[dict[str, Any]]:
    """The last remediation of each certificate."""
    pages = account.client("config").get_paginator("describe_remediation_execution_status")
    for page in pages.paginate(ConfigRuleName=rule):
        yield from page["RemediationExecutionStatuses"]


def exceptions(account: Account, rule: str) -> Iterator[dict[str, Any]]:
    """The exceptions, which keep automatic remediation from a certificate."""
    client, request = account.client("config"), {"ConfigRuleName": rule}
    while True:
        answer = client.describe_remediation_exceptions(**request)
        yield from answer["RemediationExceptions"]
        if not answer.get("NextToken"):
            return
        request["NextToken"] = answer["NextToken"]
