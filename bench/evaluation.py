"""The warm function beside a plain boto3 loop that makes the same calls."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3

from sandbox.control import RULE_PERMISSIONS, Rule, Sandbox

from .report import Figure, Section

CERTIFICATES = 1000
# What the function asks IAM for.
IAM_PAGE = 1000
CONFIG_PAGE = 100
BATCH = 100
MEMORY_MB = 256
WARM_UP_ROUNDS = 3

MAX_RATIO = 1.1
MAX_MEMORY_MB = 200


def measure(sandbox: Sandbox, zip_file: Path, rounds: int) -> Section:
    """Measures both in turn, so that what slows the machine slows both."""
    now = datetime.now(timezone.utc)
    sandbox.upload_certificates(
        {
            f"www-{number:04}": now + timedelta(days=number - CERTIFICATES // 2)
            for number in range(CERTIFICATES)
        }
    )
    rule = sandbox.deploy_rule(zip_file, memory=MEMORY_MB, parameters={"checkUsage": "false"})
    loop = Loop(sandbox, rule)
    function_ms: list[float] = []
    loop_ms: list[float] = []
    for _ in range(WARM_UP_ROUNDS + rounds):
        sandbox.requests.clear()
        invocation = sandbox.evaluate(rule)
        if invocation["error"]:
            raise RuntimeError(f"The function failed: {invocation['payload']['errorMessage']}")
        function_ms.append(invocation["duration_ms"])
        loop_ms.append(loop.run(sandbox.deliveries(rule)[-1]["event"]))
        _check_same_calls(sandbox, rule)
    function = Figure.median("function", function_ms[WARM_UP_ROUNDS:], "ms")
    plain = Figure.median("boto3 loop", loop_ms[WARM_UP_ROUNDS:], "ms")
    return Section(
        f"Evaluating {CERTIFICATES} certificates",
        f"The warm function of {MEMORY_MB} MB and a plain boto3 loop that makes the same calls, "
        f"in turn, after {WARM_UP_ROUNDS} rounds to warm up; medians. "
        "The memory is the peak of the process's resident memory, its cold start included.",
        (
            function,
            plain,
            Figure("function / boto3 loop", function.value / plain.value, limit=MAX_RATIO),
            _peak_memory(sandbox, rule),
        ),
    )


class Loop:
    """What a script would do: list the certificates, read the old results, send the new ones."""

    ROLE = "bench-loop"

    def __init__(self, sandbox: Sandbox, rule: Rule) -> None:
        """Takes a role with the permissions of the function, so that both are judged alike."""
        account = f"arn:aws:iam::{sandbox.account}:root"
        role = f"arn:aws:iam::{sandbox.account}:role/{self.ROLE}"
        iam = sandbox.client("iam")
        iam.create_role(
            RoleName=self.ROLE,
            AssumeRolePolicyDocument=_policy("sts:AssumeRole", Principal={"AWS": account}),
        )
        iam.put_role_policy(
            RoleName=self.ROLE,
            PolicyName="permissions",
            PolicyDocument=_policy(*RULE_PERMISSIONS, Resource="*"),
        )
        credentials = sandbox.client("sts").assume_role(RoleArn=role, RoleSessionName="loop")[
            "Credentials"
        ]
        session = boto3.Session(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
            region_name=rule.region,
        )
        self._iam = session.client("iam", endpoint_url=sandbox.endpoint)
        self._config = session.client("config", endpoint_url=sandbox.endpoint)

    def run(self, event: dict[str, Any]) -> float:
        """One round; answers its duration in milliseconds."""
        begun = time.perf_counter()
        ordered = json.loads(event["invokingEvent"])["notificationCreationTime"]
        now = datetime.now(timezone.utc)
        evaluations = [_evaluation(one, now, ordered) for one in self._certificates()]
        present = {evaluation["ComplianceResourceId"] for evaluation in evaluations}
        evaluations += [
            _gone(identifier, ordered)
            for identifier in self._recorded(event["configRuleName"])
            if identifier not in present
        ]
        for start in range(0, len(evaluations), BATCH):
            answer = self._config.put_evaluations(
                Evaluations=evaluations[start : start + BATCH], ResultToken=event["resultToken"]
            )
            if answer["FailedEvaluations"]:
                raise RuntimeError("AWS Config did not take all evaluations of the loop")
        return (time.perf_counter() - begun) * 1000

    def _certificates(self) -> Iterator[dict[str, Any]]:
        pages = self._iam.get_paginator("list_server_certificates")
        for page in pages.paginate(PaginationConfig={"PageSize": IAM_PAGE}):
            yield from page["ServerCertificateMetadataList"]

    def _recorded(self, rule_name: str) -> Iterator[str]:
        pages = self._config.get_paginator("get_compliance_details_by_config_rule")
        for page in pages.paginate(
            ConfigRuleName=rule_name,
            ComplianceTypes=["COMPLIANT", "NON_COMPLIANT"],
            PaginationConfig={"PageSize": CONFIG_PAGE},
        ):
            for result in page["EvaluationResults"]:
                key = result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
                yield key["ResourceId"]


def _evaluation(certificate: dict[str, Any], now: datetime, ordered: str) -> dict[str, Any]:
    expiration = certificate["Expiration"]
    is_expired = now > expiration
    days = abs(now - expiration).days
    what = f"Expired {expiration}, {days} days ago" if is_expired else f"Valid until {expiration}"
    return {
        "ComplianceResourceType": "AWS::IAM::ServerCertificate",
        "ComplianceResourceId": certificate["ServerCertificateName"],
        "ComplianceType": "NON_COMPLIANT" if is_expired else "COMPLIANT",
        "Annotation": f"{what} (id {certificate['ServerCertificateId']}).",
        "OrderingTimestamp": ordered,
    }


def _gone(identifier: str, ordered: str) -> dict[str, Any]:
    return {
        "ComplianceResourceType": "AWS::IAM::ServerCertificate",
        "ComplianceResourceId": identifier,
        "ComplianceType": "NOT_APPLICABLE",
        "OrderingTimestamp": ordered,
    }


def _policy(*actions: str, **members: Any) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), **members}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _peak_memory(sandbox: Sandbox, rule: Rule) -> Figure:
    """The most that any process of the function has used."""
    peaks = [one["max_memory_mb"] for one in sandbox.invocations(rule.function_name)]
    if None in peaks:
        raise RuntimeError("The memory can't be measured here: there is no /proc")
    return Figure("peak memory of the function", max(peaks), "MB", limit=MAX_MEMORY_MB)


def _check_same_calls(sandbox: Sandbox, rule: Rule) -> None:
    """A comparison is worth nothing if one side has less to do."""
    calls = [
        Counter(request["operation"] for request in sandbox.requests.list(role=role))
        for role in (rule.function_name, Loop.ROLE)
    ]
    if calls[0] != calls[1] or not calls[0]:
        raise RuntimeError(f"The function and the loop made different calls: {calls}")
