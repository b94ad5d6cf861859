"""AWS says of what exists that it doesn't, as it may for minutes: that is no "not in use"."""

from __future__ import annotations

import pytest

from .production import (
    ABROAD,
    CHECKS,
    HOME,
    QUICK,
    REGIONS,
    Certificate,
    Function,
    Production,
)

Call = tuple[str, str]
BALANCERS = ("elbv2", "DescribeLoadBalancers")
LISTENERS = ("elbv2", "DescribeListeners")
CERTIFICATES = ("elbv2", "DescribeListenerCertificates")
# As the functions call it: a listing of the developer's is repeated to them if it is the same call.
SAME_PAGE = 400
# The first listing, and two more if something was not found.
LISTINGS = 3
FEW_REGIONS = {"USAGE_REGIONS": f"{HOME},{ABROAD}"}

of_a_balancer_or_a_listener = pytest.mark.parametrize(
    ("call", "code"),
    [(LISTENERS, "LoadBalancerNotFound"), (CERTIFICATES, "ListenerNotFound")],
    ids=["load balancer", "listener"],
)
once_or_twice = pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])


@pytest.fixture
def used(production: Production) -> Certificate:
    """An expired certificate that one listener has, beside its default: IAM would delete it."""
    used = production.expired()
    production.infrastructure.alb(ABROAD, "prod", production.valid("default").arn, sni=[used.arn])
    return used


def deny(production: Production, call: Call, times: int = 0, seconds: float = 0) -> None:
    """Has AWS answer in the region of the load balancer that there is no such thing."""
    production.sandbox.faults.add(
        *call, kind="not-found", times=times, region=ABROAD, seconds=seconds
    )


def errors(function: Function, call: Call) -> list[str]:
    """What the calls of an operation were answered in the region of the load balancer."""
    return [one["error"] for one in function.calls(call[1]) if one["region"] == ABROAD]


# It exists.


@once_or_twice
@of_a_balancer_or_a_listener
def test_inspection_finds_what_aws_does_not_find_for_a_time(
    production: Production, used: Certificate, call: Call, code: str, times: int
) -> None:
    inspection = production.inspection(QUICK)
    deny(production, call, times)
    verdict = inspection.invoke({"certificate": used.name}).summary
    assert errors(inspection, call) == [code] * times + [""]
    assert (verdict["deletable"], verdict["uncheckedCount"]) == (False, 0)
    assert [(user["region"], user["detail"]) for user in verdict["usage"]] == [(ABROAD, "SNI")]


@once_or_twice
@of_a_balancer_or_a_listener
@pytest.mark.usefixtures("used")
def test_evaluation_finds_what_aws_does_not_find_for_a_time(
    production: Production, call: Call, code: str, times: int
) -> None:
    deny(production, call, times)
    run = production.search(QUICK)
    assert [one["error"] for one in production.calls(call[1])] == [code] * times + [""]
    assert production.annotation("www").endswith(
        f" In use by 1: ALB listener {ABROAD} app/prod:443 (SNI)."
    )
    assert (run.metrics["ExpiredInUse"], run.metrics["UsageChecksFailed"]) == (1, 0)


@once_or_twice
@of_a_balancer_or_a_listener
def test_removal_finds_what_aws_does_not_find_for_a_time(
    production: Production, used: Certificate, call: Call, code: str, times: int
) -> None:
    remove = production.removal(QUICK)
    deny(production, call, times)
    removed = remove.invoke({"certificate": used.name, "id": used.id}).summary
    assert errors(remove, call) == [code] * times + [""]
    assert removed["outcome"] == "REFUSED"
    assert removed["reason"].startswith(
        f"In use by 1 resource: ALB listener {ABROAD} app/prod:443 (SNI)."
    )
    assert production.names == ["default", "www"]


@of_a_balancer_or_a_listener
def test_inspection_does_not_know_what_aws_goes_on_not_finding(
    production: Production, used: Certificate, call: Call, code: str
) -> None:
    inspection = production.inspection(QUICK)
    deny(production, call)
    verdict = inspection.invoke({"certificate": used.name}).summary
    assert errors(inspection, call) == [code] * LISTINGS
    assert (verdict["deletable"], verdict["usage"]) == (False, [])
    (unchecked,) = verdict["unchecked"]
    assert (unchecked["service"], unchecked["region"]) == ("elasticloadbalancingv2", ABROAD)
    assert f"{code}: " in unchecked["error"]
    assert "It was listed, so it may still exist." in unchecked["error"]


@of_a_balancer_or_a_listener
@pytest.mark.usefixtures("used")
def test_evaluation_does_not_know_what_aws_goes_on_not_finding(
    production: Production, call: Call, code: str
) -> None:
    deny(production, call)
    run = production.search(QUICK)
    assert production.annotation("www").endswith(
        f" Usage unknown: 1 of {CHECKS} checks failed ({ABROAD} elasticloadbalancingv2: {code})."
    )
    assert run.metrics["UsageChecksFailed"] == 1
    assert "ExpiredInUse" not in run.metrics


@of_a_balancer_or_a_listener
def test_removal_refuses_while_aws_goes_on_not_finding(
    production: Production, used: Certificate, call: Call, code: str
) -> None:
    remove = production.removal(QUICK)
    deny(production, call)
    removed = remove.invoke({"certificate": used.name, "id": used.id}).summary
    assert removed["outcome"] == "REFUSED"
    assert removed["reason"].startswith(f"Usage unknown: 1 of {CHECKS} checks failed ({ABROAD} ")
    assert code in removed["reason"]
    assert remove.calls("DeleteServerCertificate") == []
    assert production.names == ["default", "www"]


@of_a_balancer_or_a_listener
def test_not_found_that_ends_between_two_looks_hides_nothing(
    production: Production, used: Certificate, call: Call, code: str
) -> None:
    # It looks again after one second and after three.
    slower = {"JAVA_TOOL_OPTIONS": "-Dcertsweep.pauseFactor=0.1"} | FEW_REGIONS
    inspection = production.inspection(slower)
    deny(production, call, seconds=2)
    verdict = inspection.invoke({"certificate": used.name}).summary
    assert errors(inspection, call)[0] == code
    assert errors(inspection, call)[-1] == ""
    assert (verdict["usageCount"], verdict["uncheckedCount"]) == (1, 0)


# It is gone.


def ghosts(production: Production, count: int, listings: int = 1) -> list[str]:
    """Load balancers that are deleted, though the next listings show them all the same."""
    balancing = production.sandbox.client("elbv2", ABROAD)
    default = production.valid("default")
    arns = [production.infrastructure.nlb(ABROAD, f"lb-{n}", default.arn).arn for n in range(count)]
    balancing.describe_load_balancers(PageSize=SAME_PAGE)
    for arn in arns:
        balancing.delete_load_balancer(LoadBalancerArn=arn)
    production.sandbox.faults.add(*BALANCERS, kind="stale", times=listings, region=ABROAD)
    return arns


def test_load_balancer_that_two_fresh_listings_lack_is_gone(production: Production) -> None:
    expired = production.expired()
    ghosts(production, 1)
    remove = production.removal(QUICK)
    removed = remove.invoke({"certificate": "www", "id": expired.id}).summary
    assert errors(remove, LISTENERS) == ["LoadBalancerNotFound"]
    assert (removed["outcome"], removed["verdict"]["unchecked"]) == ("REMOVED", [])


@pytest.mark.parametrize("listings", [2, 3])
def test_load_balancer_that_a_listing_goes_on_showing_may_exist(
    production: Production, listings: int
) -> None:
    expired = production.expired()
    ghosts(production, 1, listings)
    remove = production.removal(QUICK)
    removed = remove.invoke({"certificate": "www", "id": expired.id}).summary
    assert errors(remove, LISTENERS) == ["LoadBalancerNotFound"] * listings
    assert removed["outcome"] == "REFUSED"
    assert "elasticloadbalancingv2: LoadBalancerNotFound" in removed["reason"]
    assert production.names == ["default", "www"]


def test_fifty_load_balancers_that_are_gone_cost_two_listings_together(
    production: Production,
) -> None:
    production.expired()
    ghosts(production, 50)
    run = production.search(QUICK)
    assert run.metrics["UsageChecksFailed"] == 0
    assert production.annotation("www").endswith("Not in use.")
    listings = [
        (one["service"], one["region"])
        for one in production.calls("DescribeLoadBalancers")
        if one["service"] == "elbv2"
    ]
    assert listings.count(("elbv2", ABROAD)) == LISTINGS
    assert len(listings) == len(REGIONS) - 1 + LISTINGS
    assert len(production.calls("DescribeListeners")) == 50


@pytest.mark.parametrize("used_again", [True, False], ids=["with it", "without it"])
def test_listener_that_was_made_anew_meanwhile_is_asked_in_place_of_the_old(
    production: Production, used_again: bool
) -> None:
    expired, default = production.expired(), production.valid("default")
    balancer = production.infrastructure.alb(ABROAD, "prod", default.arn, sni=[expired.arn])
    inspection = production.inspection(QUICK)
    with production.while_held(
        *CERTIFICATES, lambda: inspection.invoke({"certificate": "www"}), region=ABROAD
    ) as inspected:
        production.sandbox.client("elbv2", ABROAD).delete_listener(
            ListenerArn=balancer.listener_arn
        )
        sni = [expired.arn] if used_again else []
        again = production.infrastructure.listener(balancer.arn, "HTTPS", 443, default.arn, sni)
    verdict = inspected.result().summary
    assert [user["resource"] for user in verdict["usage"]] == ([again] if used_again else [])
    assert (verdict["uncheckedCount"], verdict["deletable"]) == (0, not used_again)
    assert sorted(errors(inspection, CERTIFICATES)) == ["", "ListenerNotFound"]


# A listing lacks what exists.


@pytest.fixture
def unlisted(production: Production) -> Certificate:
    """The certificate of a listener whose load balancer stale listings will lack."""
    used, default = production.expired(), production.valid("default")
    production.sandbox.client("elbv2", ABROAD).describe_load_balancers(PageSize=SAME_PAGE)
    production.infrastructure.alb(ABROAD, "prod", default.arn, sni=[used.arn])
    return used


@of_a_balancer_or_a_listener
def test_load_balancer_that_the_first_fresh_listing_lacks_is_found_in_the_second(
    production: Production, unlisted: Certificate, call: Call, code: str
) -> None:
    inspection = production.inspection(QUICK)
    deny(production, call, times=1)
    production.sandbox.faults.add(*BALANCERS, kind="stale", at=2, region=ABROAD)
    verdict = inspection.invoke({"certificate": unlisted.name}).summary
    assert errors(inspection, call) == [code, ""]
    assert (verdict["usageCount"], verdict["uncheckedCount"]) == (1, 0)


@pytest.mark.parametrize("listing", [2, 3], ids=["first", "second"])
@of_a_balancer_or_a_listener
def test_load_balancer_that_one_of_two_fresh_listings_lacks_may_exist(
    production: Production, unlisted: Certificate, call: Call, code: str, listing: int
) -> None:
    inspection = production.inspection(QUICK)
    deny(production, call)
    production.sandbox.faults.add(*BALANCERS, kind="stale", at=listing, region=ABROAD)
    verdict = inspection.invoke({"certificate": unlisted.name}).summary
    assert errors(inspection, call) == [code] * 2
    assert (verdict["deletable"], verdict["usage"]) == (False, [])
    assert code in verdict["unchecked"][0]["error"]


# No time.


@of_a_balancer_or_a_listener
def test_inspection_without_time_to_look_again_does_not_wait_in_vain(
    production: Production, used: Certificate, call: Call, code: str
) -> None:
    # Of 11 seconds, 2 are kept back for the end, and the pause would take 10.
    inspection = production.inspection(FEW_REGIONS, timeout=11)
    inspection.invoke({"certificate": used.name})  # so that no cold start takes the time
    deny(production, call, times=1)
    run = inspection.invoke({"certificate": used.name})
    assert errors(inspection, call) == ["", code]
    assert not run.summary["deletable"]
    assert f"{ABROAD} elasticloadbalancingv2: {code}" in run.summary["reason"]
    assert run.invocation["duration_ms"] < 9000


@of_a_balancer_or_a_listener
def test_removal_without_time_to_look_again_does_not_wait_in_vain(
    production: Production, used: Certificate, call: Call, code: str
) -> None:
    # Of 41 seconds, 30 are kept back for the deletion and 2 for the end.
    remove = production.removal(FEW_REGIONS, timeout=41)
    remove.invoke({"certificate": used.name, "id": used.id})  # refused; no cold start after it
    deny(production, call, times=1)
    run = remove.invoke({"certificate": used.name, "id": used.id})
    assert errors(remove, call) == ["", code]
    assert run.summary["outcome"] == "REFUSED"
    assert f"{ABROAD} elasticloadbalancingv2: {code}" in run.summary["reason"]
    assert run.invocation["duration_ms"] < 9000


def test_evaluation_without_time_to_look_again_does_not_wait_in_vain(
    production: Production,
) -> None:
    # Of 41 seconds, 30 are kept back for the report and 2 for the end.
    production.expired()
    ghosts(production, 1)
    run = production.search(FEW_REGIONS, timeout=41)
    assert run.outcome == "REPORTED"
    assert f"({ABROAD} elasticloadbalancingv2: LoadBalancerNotFound)" in production.annotation(
        "www"
    )
    assert run.invocation["duration_ms"] < 9000


def test_load_balancer_that_there_is_time_to_miss_but_once_may_exist(
    production: Production,
) -> None:
    # There is time for a pause of 10 seconds, and not for one of 20 after it.
    production.expired()
    ghosts(production, 1)
    inspection = production.inspection(QUICK | FEW_REGIONS, timeout=20)
    verdict = inspection.invoke({"certificate": "www"}).summary
    assert len(errors(inspection, BALANCERS)) == 2 + 1  # that of Classic Load Balancers
    assert not verdict["deletable"]
    assert "elasticloadbalancingv2: LoadBalancerNotFound" in verdict["reason"]
