"""The same rule as a plain boto3 script: lists, reads the old results, sends the new ones.

`python -m bench.subjects.boto3_rule` runs it as Lambda would, behind the Lambda Runtime API. AWS's
own runtime client for Python does more at its start than the few lines here.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from http.client import HTTPConnection
from typing import Any

import boto3

# What the function asks for.
IAM_PAGE = 1000
CONFIG_PAGE = 100
BATCH = 100


class Boto3Rule:
    """What a script would do. Holds its clients, as a warm function does."""

    def __init__(self, session: boto3.Session, **client: Any) -> None:
        """Takes what tells the clients where to go, if the environment does not."""
        self._iam = session.client("iam", **client)
        self._config = session.client("config", **client)

    def evaluate_ms(self, event: dict[str, Any]) -> float:
        """Answers how many milliseconds an evaluation took."""
        begun = time.perf_counter()
        self.evaluate(event)
        return (time.perf_counter() - begun) * 1000

    def evaluate(self, event: dict[str, Any]) -> None:
        """One evaluation of all certificates."""
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
                raise RuntimeError("AWS Config did not take all evaluations")

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


def _serve() -> None:
    rule = Boto3Rule(boto3.Session())
    api = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        api.request("GET", "/2018-06-01/runtime/invocation/next")
        answer = api.getresponse()
        rule.evaluate(json.load(answer))
        request_id = answer.headers["Lambda-Runtime-Aws-Request-Id"]
        api.request("POST", f"/2018-06-01/runtime/invocation/{request_id}/response", b"1")
        api.getresponse().read()


if __name__ == "__main__":
    _serve()
