"""The AWS SDK for Java on the sandbox's wire protocols, through the project's own function."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.client import PROJECT, Rule, Sandbox

from .conftest import days, now

ROLE = "certsweep-evaluate"


@pytest.fixture
def certsweep(sandbox: Sandbox) -> Rule:
    sandbox.upload_certificate("old", now() - days(30))
    sandbox.upload_certificate("new", now() + days(300), path="/shop/")
    return sandbox.deploy_rule(PROJECT / "target" / "certsweep.zip")


def compliance(results: list[dict[str, Any]]) -> dict[str, str]:
    return {
        result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"]: result[
            "ComplianceType"
        ]
        for result in results
    }


def test_function_reports_on_every_certificate(sandbox: Sandbox, certsweep: Rule) -> None:
    assert sandbox.invocations()[-1]["error"] == ""
    expected = {"old": "NON_COMPLIANT", "new": "COMPLIANT"}
    assert compliance(sandbox.results(certsweep)) == expected


def test_function_s_requests_carry_its_role(sandbox: Sandbox, certsweep: Rule) -> None:
    sandbox.requests.clear()
    sandbox.evaluate(certsweep)
    operations = {request["operation"] for request in sandbox.requests.list(role=ROLE)}
    assert operations >= {
        "ListServerCertificates",
        "GetComplianceDetailsByConfigRule",
        "PutEvaluations",
    }


@pytest.mark.parametrize("kind", ["throttle", "error", "drop", "lost-answer"])
@pytest.mark.parametrize(
    ("service", "operation"), [("iam", "ListServerCertificates"), ("config", "PutEvaluations")]
)
def test_sdk_recovers_from_a_passing_fault(
    sandbox: Sandbox, certsweep: Rule, service: str, operation: str, kind: str
) -> None:
    sandbox.requests.clear()
    sandbox.faults.add(service, operation, kind=kind)
    assert sandbox.evaluate(certsweep)["error"] == ""
    requests = sandbox.requests.list(service, operation, role=ROLE)
    assert [request["fault"] for request in requests] == [kind, ""]


def test_two_hundred_certificates_take_several_pages_and_batches(sandbox: Sandbox) -> None:
    sandbox.upload_certificates({f"www-{n}": now() + days(n - 100) for n in range(200)})
    sandbox.settings(page_cap=50)
    rule = sandbox.deploy_rule(PROJECT / "target" / "certsweep.zip")
    assert len(sandbox.results(rule)) == 200
    assert len(sandbox.requests.list("iam", "ListServerCertificates", role=ROLE)) == 4
    assert len(sandbox.requests.list("config", "PutEvaluations", role=ROLE)) == 2
