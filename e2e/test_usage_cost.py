from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.client import Sandbox

from .production import HOME, MEMORY, OPT_IN, Production


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    """Starts functions as Lambda does, without an archive of their classes: memory is measured."""
    with Sandbox.start() as sandbox:
        yield sandbox


def made(production: Production) -> Counter[tuple[str, str]]:
    """The calls that the rule's function made, by service and operation."""
    calls = production.sandbox.requests.list(role=production.rule.function_name)
    return Counter((call["service"], call["operation"]) for call in calls)


def test_account_in_good_order_is_asked_for_nothing_but_its_certificates(
    production: Production,
) -> None:
    production.infrastructure.alb(HOME, "prod", production.valid().arn)
    run = production.search()
    assert (run.metrics["ExpiredInUse"], run.metrics["UsageChecksFailed"]) == (0, 0)
    assert {service for service, _ in made(production)} == {"iam", "config"}
    assert sum(made(production).values()) <= 5
    assert "use" not in production.annotation("www")


def test_rule_that_does_not_check_usage_says_nothing_of_it(production: Production) -> None:
    production.infrastructure.alb(HOME, "prod", production.expired().arn)
    run = production.search(parameters={"checkUsage": "false"})
    assert {service for service, _ in made(production)} == {"iam", "config"}
    assert "use" not in production.annotation("www")
    assert not run.metrics.keys() & {"ExpiredInUse", "UsageChecksFailed"}
    assert "expiredInUse" not in run.summary


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
    assert made(production) == {
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


def test_memory_is_measured_without_an_archive_of_classes(production: Production) -> None:
    run = production.search({"JAVA_TOOL_OPTIONS": "-Xlog:class+load"})
    assert " io.github.certsweep.usage.UsageSearch source: file:" in run.log
    assert "shared objects file (top)" not in run.log
