from __future__ import annotations

import pytest

from .production import NO_APPSYNC, NO_HOSTS, Production

CHINA = "cn-north-1"
GOVCLOUD = "us-gov-west-1"


@pytest.mark.parametrize("home", [CHINA], indirect=True)
def test_in_china_users_are_found_in_both_regions_and_cloudfront(
    production: Production, home: str
) -> None:
    expired = production.expired(path="/cloudfront/")
    assert expired.arn.startswith("arn:aws-cn:iam::")
    production.infrastructure.classic(home, "old", expired.arn)
    production.infrastructure.nlb("cn-northwest-1", "edge", expired.arn)
    production.infrastructure.domain(home, "api.example.com", expired.arn)
    shop = production.infrastructure.distribution("shop", expired.id)
    run = production.search()
    assert (run.metrics["ExpiredInUse"], run.metrics["UsageChecksFailed"]) == (1, 0)
    assert " In use by 4: " in production.annotation("www")
    assert production.searched_regions() == {CHINA, "cn-northwest-1"}
    users = production.inspection().invoke({"certificate": expired.arn}).summary["usage"]
    assert {user["service"] for user in users} == {
        "appsync",
        "cloudfront",
        "elasticloadbalancing",
        "elasticloadbalancingv2",
    }
    assert all(user["resource"].startswith("arn:aws-cn:") for user in users)
    assert shop in {user["resource"] for user in users}


@pytest.mark.parametrize("home", [GOVCLOUD], indirect=True)
def test_in_govcloud_regions_come_from_the_sdk_and_cloudfront_is_not_asked(
    production: Production, home: str
) -> None:
    expired = production.expired()
    assert expired.arn.startswith("arn:aws-us-gov:iam::")
    production.infrastructure.alb(
        "us-gov-east-1", "prod", production.valid("default").arn, [expired.arn]
    )
    run = production.search(NO_APPSYNC)
    assert (run.metrics["ExpiredInUse"], run.metrics["UsageChecksFailed"]) == (1, 0)
    assert production.annotation("www").endswith("ALB listener us-gov-east-1 app/prod:443 (SNI).")
    assert production.searched_regions() == {home, "us-gov-east-1"}
    assert production.calls("ListRegions") == production.calls("ListDistributions") == []
    verdict = production.inspection(NO_APPSYNC).invoke({"certificate": expired.arn}).summary
    assert verdict["usage"][0]["resource"].startswith(
        "arn:aws-us-gov:elasticloadbalancing:us-gov-east-1:"
    )


@pytest.mark.parametrize("home", [GOVCLOUD], indirect=True)
@pytest.mark.usefixtures("home")
def test_service_that_a_region_does_not_have_is_neither_used_nor_unchecked(
    production: Production,
) -> None:
    expired = production.expired()
    verdict = production.inspection(NO_APPSYNC).invoke({"certificate": expired.id}).summary
    assert verdict["unchecked"] == []
    assert verdict["deletable"]
    removed = production.removal(NO_APPSYNC).invoke({"certificate": "www", "id": expired.id})
    assert removed.summary["outcome"] == "REMOVED"


@pytest.mark.parametrize("home", [GOVCLOUD], indirect=True)
@pytest.mark.usefixtures("home")
def test_host_that_exists_but_does_not_answer_may_be_a_service_that_is_new_there(
    production: Production,
) -> None:
    # The sandbox's own address resolves, and closes the connection where AWS has no AppSync.
    production.expired()
    run = production.search()
    assert run.metrics["UsageChecksFailed"] == 2
    assert "appsync: NoAnswer" in production.annotation("www")


def test_region_that_does_not_exist_keeps_every_certificate(production: Production) -> None:
    expired = production.expired()
    misspelt = NO_HOSTS | {"USAGE_REGIONS": "eu-wset-1"}
    run = production.search(misspelt)
    # That no host can be resolved is no proof of anything, of AppSync neither.
    assert run.metrics["UsageChecksFailed"] == 3
    assert " Usage unknown: 3 of 4 checks failed (eu-wset-1 appsync" in production.annotation("www")
    removed = production.removal(misspelt).invoke({"certificate": "www", "id": expired.id})
    assert removed.summary["outcome"] == "REFUSED"
    unchecked = removed.summary["verdict"]["unchecked"]
    assert all("Check the spelling of the region" in one["error"] for one in unchecked)


def test_service_that_a_region_is_known_to_have_is_unchecked_if_its_host_is_unknown(
    production: Production,
) -> None:
    production.expired()
    regions = {"USAGE_REGIONS": "eu-west-1"}
    run = production.search(NO_APPSYNC | regions)
    assert run.metrics["UsageChecksFailed"] == 1
    assert "(eu-west-1 appsync: NoAnswer)" in production.annotation("www")
