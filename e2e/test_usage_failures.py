"""What can't be seen is unknown, named, and never taken for "not used"."""

from __future__ import annotations

from typing import Any

import pytest

from .account import Run
from .production import ABROAD, CHECKS, HOME, OF_REGION, QUICK, Certificate, Production

DENIED_REGION = ABROAD
BALANCERS = ("elbv2", "DescribeLoadBalancers")
# What answers in place of AWS, well-formed and with status 200.
STRANGER: dict[str, Any] = {
    "kind": "error",
    "status": 200,
    "code": "Welcome",
    "message": "Please log in.",
}
READS = [
    ("account", "ListRegions"),
    ("elb", "DescribeLoadBalancers"),
    ("elbv2", "DescribeLoadBalancers"),
    ("elbv2", "DescribeListeners"),
    ("elbv2", "DescribeListenerCertificates"),
    ("cloudfront", "ListDistributions"),
    ("appsync", "ListDomainNames"),
]


@pytest.fixture
def expired(production: Production) -> Certificate:
    """An expired certificate beside a load balancer that doesn't use it."""
    production.infrastructure.alb(HOME, "prod", production.valid("good").arn)
    return production.expired()


def assert_unknown(production: Production, run: Run, failed: int | None = None) -> None:
    """The evaluation is reported, but the usage is unknown and the certificate not deletable."""
    assert run.outcome == "REPORTED"
    assert production.compliance == {"good": "COMPLIANT", "www": "NON_COMPLIANT"}
    annotation = production.annotation("www")
    assert " Usage unknown: " in annotation
    assert "Not in use" not in annotation
    assert len(annotation) <= 256
    assert run.metrics["UsageChecksFailed"] >= 1
    if failed is not None:
        assert run.metrics["UsageChecksFailed"] == run.summary["usageChecksFailed"] == failed


def assert_not_deletable(production: Production) -> dict[str, Any]:
    """The inspection's verdict, which agrees with the rule's."""
    verdict: dict[str, Any] = production.inspection().invoke({"certificate": "www"}).summary
    assert verdict["status"] == "EXPIRED"
    assert not verdict["deletable"]
    assert verdict["usage"] == []
    assert verdict["uncheckedCount"] == len(verdict["unchecked"]) > 0
    assert verdict["reason"].startswith("Usage unknown: ")
    return verdict


@pytest.mark.usefixtures("expired")
def test_region_that_a_policy_denies_is_unknown_until_the_operator_leaves_it_out(
    production: Production,
) -> None:
    production.sandbox.denials.add(region=DENIED_REGION)
    assert_unknown(production, production.search(), failed=OF_REGION)
    annotation = production.annotation("www")
    assert f"Usage unknown: {OF_REGION} of {CHECKS} checks failed" in annotation
    assert f"({DENIED_REGION} appsync: AccessDeniedException, " in annotation
    unchecked = assert_not_deletable(production)["unchecked"]
    assert [(one["region"], one["service"]) for one in unchecked] == [
        (DENIED_REGION, "appsync"),
        (DENIED_REGION, "elasticloadbalancing"),
        (DENIED_REGION, "elasticloadbalancingv2"),
    ]
    assert all("service control policy" in one["error"] for one in unchecked)

    narrowed = {"USAGE_REGIONS": f"{HOME},us-east-1"}
    assert production.inspection(narrowed).invoke({"certificate": "www"}).summary["deletable"]
    run = production.search(narrowed)
    assert run.metrics["UsageChecksFailed"] == 0
    assert production.annotation("www").endswith("Not in use.")


def test_user_that_was_found_is_named_before_the_checks_that_failed(
    production: Production, expired: Certificate
) -> None:
    production.infrastructure.classic(HOME, "old", expired.arn)
    production.sandbox.denials.add(region=DENIED_REGION)
    run = production.search()
    assert production.annotation("www").endswith(
        f"In use by 1: Classic ELB eu-west-1 old:443. {OF_REGION} of {CHECKS} checks failed."
    )
    assert (run.metrics["ExpiredInUse"], run.metrics["UsageChecksFailed"]) == (1, OF_REGION)


@pytest.mark.usefixtures("expired")
def test_regions_that_may_not_be_listed_leave_usage_unknown(production: Production) -> None:
    production.sandbox.denials.add("account", "ListRegions")
    assert_unknown(production, production.search(), failed=1)
    assert "(global account: AccessDeniedException)" in production.annotation("www")
    assert production.searched_regions() == {HOME}
    unchecked = assert_not_deletable(production)["unchecked"]
    assert "account:ListRegions failed: " in unchecked[0]["error"]


@pytest.mark.parametrize(
    "fault",
    [{"kind": "throttle"}, {"kind": "error", "status": 503, "code": "ServiceUnavailable"}],
    ids=["throttling", "503"],
)
@pytest.mark.usefixtures("expired")
def test_failure_in_one_region_that_passes_is_not_noticed(
    production: Production, fault: dict[str, Any]
) -> None:
    production.sandbox.faults.add(*BALANCERS, times=2, region=ABROAD, **fault)
    assert production.search().metrics["UsageChecksFailed"] == 0
    assert production.annotation("www").endswith("Not in use.")
    asked = [call for call in production.calls("DescribeLoadBalancers") if call["fault"]]
    assert [call["region"] for call in asked] == [ABROAD, ABROAD]


@pytest.mark.usefixtures("expired")
def test_throttling_in_one_region_that_stays_leaves_usage_unknown(production: Production) -> None:
    production.sandbox.faults.add(*BALANCERS, kind="throttle", times=0, region=ABROAD)
    assert_unknown(production, production.search(), failed=1)
    assert (
        f"1 of {CHECKS} checks failed ({ABROAD} elasticloadbalancingv2: Throttling)."
        in production.annotation("www")
    )


@pytest.mark.parametrize(("status", "code"), [(500, "InternalFailure"), (503, "Unavailable")])
@pytest.mark.all_regions
@pytest.mark.usefixtures("expired")
def test_service_that_is_down_everywhere_leaves_usage_unknown(
    production: Production, status: int, code: str
) -> None:
    production.sandbox.faults.add(
        "appsync", "ListDomainNames", kind="error", times=0, status=status, code=code
    )
    regions = len(production.enabled_regions())
    assert_unknown(production, production.search(), failed=regions)
    annotation = production.annotation("www")
    checks = OF_REGION * regions + 1
    assert f"Usage unknown: {regions} of {checks} checks failed" in annotation
    assert annotation.endswith(" more).")


@pytest.mark.usefixtures("expired")
def test_connections_that_keep_dropping_leave_usage_unknown(production: Production) -> None:
    production.sandbox.faults.add(*BALANCERS, kind="drop", times=0, region=ABROAD)
    assert_unknown(production, production.search(), failed=1)
    assert f"({ABROAD} elasticloadbalancingv2: NoAnswer)." in production.annotation("www")


@pytest.mark.usefixtures("expired")
@pytest.mark.parametrize(("service", "operation"), READS, ids=lambda text: str(text))
def test_answer_that_can_not_be_read_leaves_usage_unknown(
    production: Production, service: str, operation: str
) -> None:
    production.sandbox.faults.add(service, operation, kind="malformed", times=0)
    assert_unknown(production, production.search())
    assert_not_deletable(production)


@pytest.mark.usefixtures("expired")
@pytest.mark.parametrize(("service", "operation"), READS, ids=lambda text: str(text))
def test_answer_of_a_stranger_leaves_usage_unknown(
    production: Production, service: str, operation: str
) -> None:
    production.sandbox.faults.add(service, operation, times=0, **STRANGER)
    assert_unknown(production, production.search())
    assert_not_deletable(production)


# Time.


@pytest.mark.usefixtures("expired")
def test_region_that_is_too_slow_is_out_of_time_and_the_report_is_sent(
    production: Production,
) -> None:
    # Of 36 seconds, 30 are kept back for the report and 2 for the end.
    production.sandbox.faults.add(*BALANCERS, kind="hold", times=0, region=ABROAD)
    run = production.search({"USAGE_REGIONS": f"{HOME},{ABROAD}"}, timeout=36)
    assert_unknown(production, run)
    assert f"{ABROAD} elasticloadbalancingv2: " in production.annotation("www")
    assert "Task timed out" not in run.log


@pytest.mark.usefixtures("expired")
def test_function_without_time_for_a_search_reports_all_the_same(production: Production) -> None:
    run = production.search(timeout=30)
    assert_unknown(production, run)
    assert ": OutOfTime" in production.annotation("www")
    requests = production.sandbox.requests.list(role=production.rule.function_name)
    assert {call["service"] for call in requests} == {
        "iam",
        "config",
    }


# What changes under the search.


def test_listener_that_is_deleted_during_the_search_uses_nothing(
    production: Production, expired: Certificate
) -> None:
    balancer = production.infrastructure.nlb(ABROAD, "going", expired.arn)
    balancing = production.sandbox.client("elbv2", ABROAD)
    inspection = production.inspection(QUICK)
    with production.while_held(
        "elbv2",
        "DescribeListenerCertificates",
        lambda: inspection.invoke({"certificate": "good"}),
        region=ABROAD,
    ) as inspected:
        balancing.delete_listener(ListenerArn=balancer.listener_arn)
    assert inspected.result().summary["uncheckedCount"] == 0
    assert [
        call["error"]
        for call in inspection.calls("DescribeListenerCertificates")
        if call["region"] == ABROAD
    ] == ["ListenerNotFound"]


def test_load_balancer_that_is_deleted_during_the_search_uses_nothing(
    production: Production, expired: Certificate
) -> None:
    balancer = production.infrastructure.nlb(ABROAD, "going", expired.arn)
    balancing = production.sandbox.client("elbv2", ABROAD)
    inspection = production.inspection(QUICK)
    with production.while_held(
        "elbv2",
        "DescribeListeners",
        lambda: inspection.invoke({"certificate": "www"}),
        region=ABROAD,
    ) as inspected:
        balancing.delete_load_balancer(LoadBalancerArn=balancer.arn)
    verdict = inspected.result().summary
    assert (verdict["usage"], verdict["unchecked"], verdict["deletable"]) == ([], [], True)
    assert [
        call["error"] for call in inspection.calls("DescribeListeners") if call["region"] == ABROAD
    ] == ["LoadBalancerNotFound"]


# References to what IAM does not list.


def test_listener_of_a_renamed_certificate_leaves_the_usage_of_all_unknown(
    production: Production, expired: Certificate
) -> None:
    production.infrastructure.alb(ABROAD, "old", expired.arn)
    production.expired("other")
    production.rename("www", "renamed")
    run = production.search()
    assert run.metrics["UsageChecksFailed"] == 1
    inspection = production.inspection()
    for name in ("renamed", "other"):
        assert (
            f"Usage unknown: 1 of {CHECKS} checks failed "
            f"({ABROAD} elasticloadbalancingv2: UnlistedCertificate)."
        ) in production.annotation(name)
        verdict = inspection.invoke({"certificate": name}).summary
        assert not verdict["deletable"]
        assert (
            "ALB listener ap-southeast-2 app/old:443 refers to" in verdict["unchecked"][0]["error"]
        )


def test_listener_of_a_deleted_certificate_leaves_the_usage_of_all_unknown(
    production: Production, expired: Certificate
) -> None:
    default = production.valid("default")
    production.infrastructure.alb(ABROAD, "old", default.arn, sni=[expired.arn])
    production.delete("www")
    production.expired("other")
    production.search()
    assert "elasticloadbalancingv2: UnlistedCertificate" in production.annotation("other")


def test_classic_load_balancer_of_a_deleted_certificate_refers_to_none(
    production: Production, expired: Certificate
) -> None:
    production.infrastructure.classic(ABROAD, "old", expired.arn)
    production.sandbox.delete_conflicts.detect(missed=["www"])
    production.delete("www")
    production.expired("other")
    production.search()
    assert production.annotation("other").endswith("Not in use.")
