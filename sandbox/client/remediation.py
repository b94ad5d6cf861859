"""What tests and the demo do with runbooks, remediation, events and messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import boto3
from botocore.config import Config

from .connection import Connection
from .rules import Rule

CERTIFICATE = "AWS::IAM::ServerCertificate"


class AutomationControl:
    """Executions of runbooks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def run(
        self,
        document: str,
        parameters: Mapping[str, Sequence[str]] | None = None,
        *,
        region: str | None = None,
        timeout_seconds: float = 120,
    ) -> dict[str, Any]:
        """Starts a runbook, waits as `wait` does, and answers the same."""
        given = {name: list(values) for name, values in (parameters or {}).items()}
        started = self._connection.client("ssm", region).start_automation_execution(
            DocumentName=document, **({"Parameters": given} if given else {})
        )
        execution_id = started["AutomationExecutionId"]
        return self.wait(execution_id, region=region, timeout_seconds=timeout_seconds)

    def wait(
        self, execution_id: str, *, region: str | None = None, timeout_seconds: float = 120
    ) -> dict[str, Any]:
        """Blocks until an execution is over or waits for an approval.

        :returns: `AutomationExecution`
        """
        request = {"id": execution_id, "timeout_seconds": timeout_seconds}
        self._connection.control("POST", "automations/wait", request)
        answer = self._connection.client("ssm", region).get_automation_execution(
            AutomationExecutionId=execution_id
        )
        execution: dict[str, Any] = answer["AutomationExecution"]
        return execution

    def list(self, *, region: str | None = None) -> list[dict[str, Any]]:
        """`AutomationExecutionMetadata` of all executions, newest first."""
        pages = self._connection.client("ssm", region).get_paginator(
            "describe_automation_executions"
        )
        return [one for page in pages.paginate() for one in page["AutomationExecutionMetadataList"]]

    def user(self, name: str, *, region: str | None = None) -> Any:
        """A new IAM user's client of Systems Manager, to approve and reject with."""
        iam = self._connection.client("iam")
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return boto3.client(
            "ssm",
            region_name=region or self._connection.region,
            endpoint_url=self._connection.endpoint,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )


class RemediationControl:
    """Remediation of what rules find."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def run(self, rule: Rule, *resource_ids: str, timeout_seconds: float = 120) -> dict[str, Any]:
        """Remediates resources, as the button of the dashboard does, and waits as `wait` does.

        :returns: `RemediationExecutionStatus` by resource id
        """
        self._connection.client("config", rule.region).start_remediation_execution(
            ConfigRuleName=rule.name,
            ResourceKeys=[{"resourceType": CERTIFICATE, "resourceId": one} for one in resource_ids],
        )
        self.wait(rule, timeout_seconds=timeout_seconds)
        return self.statuses(rule)

    def start_from_stale_snapshot(
        self, rule: Rule, resource_id: str, *, resource_type: str = CERTIFICATE
    ) -> None:
        """Starts a remediation of any resource, also of one that is compliant by now."""
        request = {"region": rule.region, "rule": rule.name}
        resource = {"resource_type": resource_type, "resource_id": resource_id}
        self._connection.control("POST", "remediations/start", request | resource)

    def wait(self, rule: Rule, *, timeout_seconds: float = 120) -> bool:
        """Blocks until each remediation is over or waits for an approval; false after the timeout.

        :raises SandboxError: if the rule has no remediation
        """
        request = {"region": rule.region, "rule": rule.name, "timeout_seconds": timeout_seconds}
        return bool(self._connection.control("POST", "remediations/wait", request)["settled"])

    def statuses(self, rule: Rule) -> dict[str, dict[str, Any]]:
        """`RemediationExecutionStatus` of the latest remediations, by resource id."""
        pages = self._connection.client("config", rule.region).get_paginator(
            "describe_remediation_execution_status"
        )
        found = pages.paginate(ConfigRuleName=rule.name)
        statuses = [one for page in found for one in page["RemediationExecutionStatuses"]]
        return {one["ResourceKey"]["resourceId"]: one for one in statuses}


class MessageControl:
    """What EventBridge and SNS have sent."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sent(self, topic: str | None = None) -> list[dict[str, Any]]:
        """The messages published to SNS topics: `topic`, `region`, `subject` and `message`.

        :param topic: only those of this topic, by ARN or name
        """
        sent: list[dict[str, Any]] = self._connection.control("GET", "messages")
        return [
            one for one in sent if topic in (None, one["topic"], one["topic"].rpartition(":")[2])
        ]

    def events(self) -> list[dict[str, Any]]:
        """Events that matched a rule of EventBridge, per target: see `EventDelivery`."""
        delivered: list[dict[str, Any]] = self._connection.control("GET", "events")
        return delivered
