"""The AWS account of a test, in the words of the tests."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from sandbox.client import Rule, Sandbox

FUNCTION = "certsweep-evaluate"
CERTIFICATE = "AWS::IAM::ServerCertificate"
ACCOUNT = "AWS::::Account"


@dataclass(frozen=True)
class Result:
    """What AWS Config shows for one resource."""

    type: str
    id: str
    compliance: str
    annotation: str


@dataclass(frozen=True)
class Run:
    """One invocation of the function, and how it ended."""

    invocation: dict[str, Any]

    @property
    def summary(self) -> dict[str, Any]:
        """The function's answer, which it gives only if everything was done."""
        assert not self.invocation["error"], self.invocation["payload"]
        summary: dict[str, Any] = self.invocation["payload"]
        return summary

    @property
    def outcome(self) -> str:
        """`REPORTED`, `TESTED` or `SUPERSEDED`; a run that failed has an error instead."""
        return str(self.summary["outcome"])

    @property
    def error(self) -> str:
        """What the function failed with."""
        assert self.invocation["error"], f"It did not fail: {self.invocation['payload']}"
        return str(self.invocation["payload"]["errorMessage"])

    @property
    def error_type(self) -> str:
        """The class of the exception, without its package."""
        return str(self.invocation["error"]).rpartition(".")[2]

    @property
    def log(self) -> str:
        """The log of this invocation."""
        return str(self.invocation["log"])

    @property
    def logged(self) -> dict[str, Any]:
        """The one structured line that the run leaves in its log."""
        lines = [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]
        assert len(lines) == 1, self.log
        line: dict[str, Any] = lines[0]
        return line

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics that CloudWatch finds in the log."""
        return {metric["name"]: metric["value"] for metric in self.invocation["metrics"]}


class Account:
    """An account with certificates, a rule and the rule's function."""

    def __init__(self, sandbox: Sandbox, zip_file: Path) -> None:
        self.sandbox = sandbox
        self._zip_file = zip_file
        self._rule: Rule | None = None

    # What people do.

    def store(
        self,
        name: str,
        expires_in: timedelta,
        *,
        path: str = "/",
    ) -> dict[str, Any]:
        """Uploads a certificate that expires in (or, if negative, has expired for) a time."""
        return self.sandbox.upload_certificate(name, now() + expires_in, path=path)

    def store_many(self, count: int, expires_in: timedelta) -> list[str]:
        """Uploads certificates of the same expiration, and answers their names."""
        names = [f"www-{number:04}" for number in range(count)]
        self.sandbox.upload_certificates(dict.fromkeys(names, now() + expires_in))
        return names

    def delete(self, name: str) -> None:
        """Deletes a certificate."""
        self.sandbox.client("iam").delete_server_certificate(ServerCertificateName=name)

    def rename(self, name: str, new_name: str) -> None:
        """Renames a certificate."""
        self.sandbox.client("iam").update_server_certificate(
            ServerCertificateName=name, NewServerCertificateName=new_name
        )

    def deploy(
        self,
        parameters: Mapping[str, Any] | None = None,
        *,
        function_name: str = FUNCTION,
        timeout: int = 900,
        region: str | None = None,
    ) -> Run:
        """Deploys the function and the rule, which AWS Config evaluates at once."""
        given = {"checkUsage": "false"} | dict(parameters or {})
        self._rule = self.sandbox.deploy_rule(
            self._zip_file,
            function_name=function_name,
            timeout=timeout,
            parameters=given,
            region=region,
        )
        return Run(self.sandbox.deliveries(self._rule)[-1]["invocation"])

    def set_parameters(self, parameters: Mapping[str, Any]) -> Run:
        """Changes the rule's parameters, upon which AWS Config evaluates it."""
        self.sandbox.put_rule(self.rule, self._function_arn(), parameters)
        self.sandbox.wait(self.rule)
        return Run(self.sandbox.deliveries(self.rule)[-1]["invocation"])

    def evaluate(self) -> Run:
        """Starts an evaluation and waits for its end."""
        return Run(self.sandbox.evaluate(self.rule))

    def invoke(self, event: Any) -> Run:
        """Invokes the function directly, with any event."""
        self.sandbox.client("lambda", self.rule.region).invoke(
            FunctionName=self.rule.function_name, Payload=json.dumps(event).encode()
        )
        return Run(self.sandbox.invocations()[-1])

    def record(self, kind: str, identifier: str, compliance: str = "NON_COMPLIANT") -> None:
        """Records a result for the rule, as another version of its function might have done."""
        evaluation = {
            "ComplianceResourceType": kind,
            "ComplianceResourceId": identifier,
            "ComplianceType": compliance,
            "OrderingTimestamp": now() - timedelta(hours=1),
        }
        answer = self.sandbox.client("config", self.rule.region).put_evaluations(
            Evaluations=[evaluation], ResultToken=self.last_event["resultToken"]
        )
        assert not answer["FailedEvaluations"]

    # What people see.

    @property
    def rule(self) -> Rule:
        """The deployed rule."""
        assert self._rule is not None, "deploy first"
        return self._rule

    @property
    def last_event(self) -> dict[str, Any]:
        """The event that AWS Config sent last."""
        event: dict[str, Any] = self.sandbox.deliveries(self.rule)[-1]["event"]
        return event

    @property
    def dashboard(self) -> list[Result]:
        """What an auditor sees: all results that are compliant or not, by id."""
        return self._results(["COMPLIANT", "NON_COMPLIANT"])

    @property
    def compliance(self) -> dict[str, str]:
        """The dashboard in short: compliance by resource."""
        return {result.id: result.compliance for result in self.dashboard}

    @property
    def cleared(self) -> list[tuple[str, str]]:
        """Types and ids of the resources that were taken off the dashboard."""
        return [(result.type, result.id) for result in self._results(["NOT_APPLICABLE"])]

    def annotation(self, name: str) -> str:
        """What stands beside the result of a resource."""
        return next(result.annotation for result in self.dashboard if result.id == name)

    def made(self) -> Counter[tuple[str, str]]:
        """How often the rule's function made which call, by service and operation."""
        calls = self.sandbox.requests.list(role=self.rule.function_name)
        return Counter((call["service"], call["operation"]) for call in calls)

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """The requests that the function made of one operation, oldest first."""
        role = self.rule.function_name
        return self.sandbox.requests.list(operation=operation, role=role)

    @property
    def sent(self) -> list[str]:
        """The resource ids of all evaluations that the function has sent, in that order."""
        return [
            evaluation["ComplianceResourceId"]
            for call in self.calls("PutEvaluations")
            for evaluation in call["parameters"]["Evaluations"]
        ]

    def _results(self, types: list[str]) -> list[Result]:
        found = []
        for result in self.sandbox.results(self.rule, types):
            key = result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
            found.append(
                Result(
                    key["ResourceType"],
                    key["ResourceId"],
                    result["ComplianceType"],
                    result.get("Annotation", ""),
                )
            )
        return sorted(found, key=lambda result: (result.id, result.type))

    def _function_arn(self) -> str:
        functions = self.sandbox.client("lambda", self.rule.region)
        answer = functions.get_function(FunctionName=self.rule.function_name)
        return str(answer["Configuration"]["FunctionArn"])


def now() -> datetime:
    """The real time, in whole seconds as certificates have it."""
    return datetime.now(timezone.utc).replace(microsecond=0)


def days(number: float) -> timedelta:
    """A time in days."""
    return timedelta(days=number)


def seconds(number: float) -> timedelta:
    """A time in seconds."""
    return timedelta(seconds=number)


@contextmanager
def while_held(
    sandbox: Sandbox,
    service: str,
    operation: str,
    work: Callable[[], Any],
    *,
    region: str = "",
    calls: int = 1,
) -> Iterator[Future[Any]]:
    """Starts `work`, and runs the block while its next `calls` of an operation are in flight.

    :returns: a `Future`, which has the result of `work` after the block
    """
    sandbox.faults.add(service, operation, kind="hold", times=calls, region=region)
    with ThreadPoolExecutor() as threads:
        try:
            future = threads.submit(work)
            while sandbox.faults.list()[-1]["seen"] < calls and not future.done():
                time.sleep(0.01)
            yield future
        finally:
            sandbox.faults.clear()
