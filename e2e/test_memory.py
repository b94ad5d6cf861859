"""Large accounts: what the functions call, and how much memory they take as Lambda starts them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.client import Sandbox

from .account import Account, days
from .production import MEMORY, OPT_IN, Production


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    """Starts functions as Lambda does, without an archive of their classes: memory is measured."""
    with Sandbox.start() as sandbox:
        yield sandbox


@pytest.mark.all_regions
def test_300_load_balancers_in_20_regions_are_all_found_with_the_fewest_calls(
    production: Production,
) -> None:
    production.sandbox.regions.set("ENABLED", OPT_IN, "ap-east-1", "me-south-1")
    regions = production.enabled_regions()
    assert len(regions) == 20
    expired, default = production.expired(), production.valid("default")

    def build(region: str) -> None:
        for number in range(15):
            built = production.infrastructure.alb(
                region, f"lb-{number:02}", default.arn, [expired.arn]
            )
            production.infrastructure.listener(built.arn, "HTTPS", 8443, expired.arn)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(build, regions))

    run = production.search()

    assert run.metrics["UsageChecksFailed"] == 0
    annotation = production.annotation("www")
    assert " In use by 600: ALB listener ap-east-1 app/lb-00:443 (SNI), " in annotation
    assert annotation.endswith(" more.")
    assert len(annotation) <= 256
    assert production.made() == {
        ("iam", "ListServerCertificates"): 1,
        ("account", "ListRegions"): 1,
        ("elb", "DescribeLoadBalancers"): 20,
        ("elbv2", "DescribeLoadBalancers"): 20,
        ("elbv2", "DescribeListeners"): 300,
        ("elbv2", "DescribeListenerCertificates"): 600,
        ("cloudfront", "ListDistributions"): 1,
        ("appsync", "ListDomainNames"): 20,
        ("config", "GetComplianceDetailsByConfigRule"): 1,
        ("config", "PutEvaluations"): 1,
    }
    assert run.invocation["memory_mb"] == MEMORY
    assert run.invocation["max_memory_mb"] <= 256

    verdict = production.inspection().invoke({"certificate": "www"}).summary
    assert (verdict["usageCount"], len(verdict["usage"]), verdict["deletable"]) == (600, 50, False)
    assert verdict["reason"].startswith("In use by 600 resources: ALB listener ap-east-1 ")
    assert len(verdict["reason"]) < 2100


def test_thousand_certificates_take_no_more_calls_than_they_must(account: Account) -> None:
    names = account.store_many(1000, days(-90))
    account.sandbox.settings(page_cap=100)  # the size of a page by default
    account.deploy()
    account.sandbox.requests.clear()

    run = account.evaluate()

    assert run.summary["recorded"] == run.summary["expired"] == 1000
    assert len(account.calls("ListServerCertificates")) == 10
    assert len(account.calls("GetComplianceDetailsByConfigRule")) == 10
    assert len(account.calls("PutEvaluations")) == 10
    assert account.sent == names
    assert account.compliance == dict.fromkeys(names, "NON_COMPLIANT")
    assert all("Z (id ASCA" in result.annotation for result in account.dashboard)
    assert run.invocation["max_memory_mb"] <= 200


def test_memory_is_measured_without_an_archive_of_classes(production: Production) -> None:
    run = production.search({"JAVA_TOOL_OPTIONS": "-Xlog:class+load"})
    assert " io.github.certsweep.usage.UsageSearch source: file:" in run.log
    assert "shared objects file (top)" not in run.log
