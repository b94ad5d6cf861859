"""Deploys rules of AWS Config, evaluates them, and reads their results."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .connection import Connection, SandboxError
from .controls import ClockControl
from .functions import Functions
from .prerequisites import turn_on_config
from .roles import granted

DEFAULT_HANDLER = "io.github.certsweep.EvaluateHandler::handleRequest"
RULE_NAME = "iam-server-certificate-expiration"


@dataclass(frozen=True)
class Rule:
    """A deployed rule."""

    name: str
    function_name: str
    region: str


class Rules:
    """AWS Config's rules."""

    def __init__(self, connection: Connection, clock: ClockControl, functions: Functions) -> None:
        self._connection = connection
        self._clock = clock
        self._functions = functions

    def deploy(
        self,
        zip_file: Path | str,
        *,
        name: str = RULE_NAME,
        function_name: str = "certsweep-evaluate",
        handler: str = DEFAULT_HANDLER,
        parameters: Mapping[str, Any] | None = None,
        memory: int = 256,
        timeout: int = 900,
        variables: Mapping[str, str] | None = None,
        region: str | None = None,
        permissions: Iterable[str] | None = None,
        wait: bool = True,
    ) -> Rule:
        """Does what a person does to deploy a rule: role, recorder, function, permission, rule.

        :param parameters: the rule's input parameters
        :param memory: the function's memory, in MB
        :param timeout: the function's timeout, in seconds
        :param variables: the function's environment variables
        :param permissions: the actions that the function's role allows, on all resources; those
            that the template grants by default
        :param wait: wait for the evaluation that AWS Config starts for a new rule
        """
        rule = Rule(name, function_name, region or self._connection.region)
        bucket = f"config-{self._connection.account}-{rule.region}"
        turn_on_config(self._connection, bucket, rule.region)
        function_arn = self._functions.deploy(
            zip_file,
            function_name,
            handler=handler,
            memory=memory,
            timeout=timeout,
            variables=variables,
            region=region,
            permissions=granted("EvaluateRole") if permissions is None else permissions,
        )
        self._connection.client("lambda", rule.region).add_permission(
            FunctionName=function_name,
            StatementId="config",
            Action="lambda:InvokeFunction",
            Principal="config.amazonaws.com",
            SourceAccount=self._connection.account,
        )
        self.put(rule, function_arn, parameters)
        if wait:
            self.wait(rule)
        return rule

    def put(
        self, rule: Rule, function_arn: str, parameters: Mapping[str, Any] | None = None
    ) -> None:
        """Creates or updates a rule that runs every 24 hours."""
        details = {
            "EventSource": "aws.config",
            "MessageType": "ScheduledNotification",
            "MaximumExecutionFrequency": "TwentyFour_Hours",
        }
        definition: dict[str, Any] = {
            "ConfigRuleName": rule.name,
            "Source": {
                "Owner": "CUSTOM_LAMBDA",
                "SourceIdentifier": function_arn,
                "SourceDetails": [details],
            },
        }
        if parameters is not None:
            definition["InputParameters"] = json.dumps(parameters)
        self._connection.client("config", rule.region).put_config_rule(ConfigRule=definition)

    def evaluate(self, rule: Rule, *, timeout_seconds: float = 120) -> dict[str, Any]:
        """Starts an evaluation, waits for its end, and answers its invocation.

        A minute passes on the sandbox's clock if AWS Config would else refuse a second start.
        """
        config = self._connection.client("config", rule.region)
        self.wait(rule, timeout_seconds=timeout_seconds)
        try:
            config.start_config_rules_evaluation(ConfigRuleNames=[rule.name])
        except config.exceptions.LimitExceededException:
            self._clock.advance(seconds=60)
            config.start_config_rules_evaluation(ConfigRuleNames=[rule.name])
        return self._finished(self.deliveries(rule)[-1]["id"], timeout_seconds)

    def redeliver(
        self, rule: Rule, delivery_id: str | None = None, *, timeout_seconds: float = 120
    ) -> dict[str, Any]:
        """Sends an event again, the last by default, and answers the invocation."""
        if delivery_id is None:
            delivery_id = self.deliveries(rule)[-1]["id"]
        again = self._connection.control("POST", "deliveries/redeliver", {"id": delivery_id})
        return self._finished(again["id"], timeout_seconds)

    def deliver(
        self, rule: Rule, created: datetime, *, timeout_seconds: float = 120
    ) -> dict[str, Any]:
        """Sends an event that was created at a given time, such as one that comes late."""
        request = {"region": rule.region, "rule": rule.name, "created": created.isoformat()}
        delivery = self._connection.control("POST", "deliveries/simulate", request)
        return self._finished(delivery["id"], timeout_seconds)

    def wait(self, rule: Rule, *, timeout_seconds: float = 120) -> None:
        """Blocks until no event of the rule is being worked on.

        :raises SandboxError: if that takes too long
        """
        request = {"region": rule.region, "rule": rule.name, "timeout_seconds": timeout_seconds}
        if not self._connection.control("POST", "wait", request)["idle"]:
            raise SandboxError(f"{rule.name} is still being evaluated after {timeout_seconds} s")

    def results(self, rule: Rule, types: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """The rule's results, all pages of them.

        :param types: COMPLIANT and NON_COMPLIANT by default
        """
        pages = self._connection.client("config", rule.region).get_paginator(
            "get_compliance_details_by_config_rule"
        )
        wanted = list(types or ["COMPLIANT", "NON_COMPLIANT"])
        found = pages.paginate(ConfigRuleName=rule.name, ComplianceTypes=wanted, Limit=100)
        return [result for page in found for result in page["EvaluationResults"]]

    def deliveries(self, rule: Rule | None = None) -> list[dict[str, Any]]:
        """The events that AWS Config has sent, oldest first: see `Delivery` of Config's rules."""
        sent: list[dict[str, Any]] = self._connection.control("GET", "deliveries")
        return [
            one
            for one in sent
            if rule is None or (one["rule"], one["region"]) == (rule.name, rule.region)
        ]

    def _finished(self, delivery_id: str, timeout_seconds: float) -> dict[str, Any]:
        request = {"id": delivery_id, "timeout_seconds": timeout_seconds}
        if not self._connection.control("POST", "deliveries/wait", request)["finished"]:
            raise SandboxError(f"An event is still being worked on after {timeout_seconds} s")
        delivery = next(one for one in self.deliveries() if one["id"] == delivery_id)
        if delivery["error"]:
            raise SandboxError(f"The function could not be invoked: {delivery['error']}")
        invocation: dict[str, Any] = delivery["invocation"]
        return invocation
