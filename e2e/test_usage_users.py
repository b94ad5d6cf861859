from __future__ import annotations

import pytest

from .production import ABROAD, CHECKS, HOME, OF_REGION, OPT_IN, REGIONS, Production

# Of a page: as many as the services list at once.
LOAD_BALANCERS_A_PAGE = 400
DISTRIBUTIONS_A_PAGE = 100
DOMAINS_A_PAGE = 25


def test_certificate_that_nothing_uses_is_said_to_be_unused(production: Production) -> None:
    production.expired()
    assert production.search().metrics["ExpiredInUse"] == 0
    assert production.annotation("www").endswith(" Not in use.")


def test_sni_certificate_in_another_region_is_in_use(production: Production) -> None:
    default, expired = production.valid("default"), production.expired()
    production.infrastructure.alb(ABROAD, "prod", default.arn, sni=[expired.arn])
    run = production.search()
    assert production.annotation("www").endswith(
        f"(id {expired.id}). In use by 1: ALB listener {ABROAD} app/prod:443 (SNI)."
    )
    assert production.compliance == {"default": "COMPLIANT", "www": "NON_COMPLIANT"}
    assert (run.metrics["ExpiredInUse"], run.metrics["UsageChecksFailed"]) == (1, 0)
    assert (run.summary["expiredInUse"], run.summary["usageChecksFailed"]) == (1, 0)


def test_one_certificate_may_be_in_use_by_five_services(production: Production) -> None:
    default, expired = production.valid("default"), production.expired(path="/cloudfront/")
    production.infrastructure.classic(HOME, "old", expired.arn)
    production.infrastructure.alb(HOME, "prod", expired.arn)
    production.infrastructure.nlb(ABROAD, "edge", default.arn, sni=[expired.arn])
    shop = production.infrastructure.distribution("shop", expired.id).rpartition("/")[2]
    production.infrastructure.domain("us-east-1", "api.example.com", expired.arn)
    production.search()
    annotation = production.annotation("www")
    assert " In use by 5: ALB listener eu-west-1 app/prod:443, " in annotation
    assert len(annotation) <= 256
    users = production.inspection().invoke({"certificate": "www"}).summary["usage"]
    assert sorted((user["service"], user["region"], user["detail"]) for user in users) == [
        ("appsync", "us-east-1", "custom domain"),
        ("cloudfront", "global", "viewer certificate"),
        ("elasticloadbalancing", HOME, "port 443"),
        ("elasticloadbalancingv2", ABROAD, "SNI"),
        ("elasticloadbalancingv2", HOME, "default"),
    ]
    assert any(user["resource"].endswith(f"distribution/{shop}") for user in users)


def test_users_are_told_apart_by_certificate(production: Production) -> None:
    one, other = production.expired("one"), production.expired("other")
    production.expired("unused")
    production.infrastructure.alb(HOME, "a", one.arn)
    production.infrastructure.nlb(HOME, "b", other.arn)
    assert production.search().metrics["ExpiredInUse"] == 2
    assert production.annotation("one").endswith("In use by 1: ALB listener eu-west-1 app/a:443.")
    assert production.annotation("other").endswith("In use by 1: NLB listener eu-west-1 net/b:443.")
    assert production.annotation("unused").endswith("Not in use.")


def test_expiring_certificate_has_its_users_named_too(production: Production) -> None:
    production.infrastructure.classic(HOME, "old", production.valid().arn)
    run = production.search(parameters={"daysToExpiration": "365"})
    assert production.annotation("www").endswith("In use by 1: Classic ELB eu-west-1 old:443.")
    assert run.metrics["ExpiredInUse"] == 0


def test_certificate_that_is_default_and_sni_of_one_listener_is_named_as_both(
    production: Production,
) -> None:
    expired = production.expired()
    production.infrastructure.alb(HOME, "prod", expired.arn, sni=[expired.arn])
    users = production.inspection().invoke({"certificate": "www"}).summary["usage"]
    assert [user["detail"] for user in users] == ["default", "SNI"]
    assert len({user["resource"] for user in users}) == 1


# Regions.


@pytest.mark.parametrize("status", ["ENABLED", "DISABLING"])
def test_region_that_the_account_opted_in_to_is_searched(
    production: Production, status: str
) -> None:
    production.sandbox.regions.set("ENABLED", OPT_IN)
    production.infrastructure.alb(OPT_IN, "prod", production.expired().arn)
    production.sandbox.regions.set(status, OPT_IN)
    production.search()
    assert production.annotation("www").endswith(f"ALB listener {OPT_IN} app/prod:443.")
    assert len(production.searched_regions()) == len(REGIONS) + 1


@pytest.mark.all_regions
def test_region_that_the_account_has_not_opted_in_to_is_left_alone(production: Production) -> None:
    production.expired()
    assert production.search().metrics["UsageChecksFailed"] == 0
    assert OPT_IN not in production.searched_regions()
    assert len(production.searched_regions()) == len(production.enabled_regions()) == 17


def test_region_that_is_still_being_enabled_leaves_usage_unknown(production: Production) -> None:
    production.expired()
    production.sandbox.regions.set("ENABLING", OPT_IN)
    run = production.search()
    assert (
        f"Usage unknown: {OF_REGION} of {CHECKS + OF_REGION} checks failed ({OPT_IN} "
        in production.annotation("www")
    )
    assert run.metrics["UsageChecksFailed"] == OF_REGION


def test_only_the_regions_that_the_operator_names_are_searched(production: Production) -> None:
    expired = production.expired()
    production.infrastructure.alb("us-east-1", "elsewhere", expired.arn)
    production.search({"USAGE_REGIONS": f" {HOME} , {ABROAD},,{HOME}"})
    assert production.searched_regions() == {HOME, ABROAD}
    assert production.calls("ListRegions") == []
    assert len(production.calls("ListDistributions")) == 1
    assert production.annotation("www").endswith("Not in use.")


def test_setting_that_names_no_region_fails_and_says_which(production: Production) -> None:
    production.expired()
    run = production.search({"USAGE_REGIONS": "eu-west-1;eu-west-2"})
    assert 'USAGE_REGIONS contains "eu-west-1;eu-west-2"' in str(run.invocation["payload"])
    assert production.dashboard == []


# What is no use of an IAM server certificate.


def test_certificates_of_acm_are_ignored(production: Production) -> None:
    production.expired()
    acm = production.sandbox.client("acm").request_certificate(DomainName="www.example.com")
    production.infrastructure.alb(HOME, "modern", acm["CertificateArn"])
    production.infrastructure.classic(HOME, "old", acm["CertificateArn"])
    production.infrastructure.domain(HOME, "api.example.com", acm["CertificateArn"])
    assert production.search().metrics["UsageChecksFailed"] == 0
    assert production.annotation("www").endswith("Not in use.")


def test_plain_listeners_are_ignored_and_cost_no_call(production: Production) -> None:
    production.expired()
    production.infrastructure.classic(HOME, "old")
    production.infrastructure.alb(HOME, "http")
    plain = production.infrastructure.nlb(HOME, "tcp")
    production.infrastructure.listener(plain.arn, "QUIC", 444)
    production.infrastructure.listener(plain.arn, "TCP_QUIC", 445)
    production.infrastructure.gateway(HOME, "appliance")
    production.infrastructure.distribution("shop")
    assert production.search().metrics["UsageChecksFailed"] == 0
    assert production.annotation("www").endswith("Not in use.")
    assert production.calls("DescribeListenerCertificates") == []
    assert len(production.calls("DescribeListeners")) == 2  # a gateway has no certificates at all


def test_encrypted_listener_among_plain_ones_is_asked_alone(production: Production) -> None:
    balancer = production.infrastructure.nlb(HOME, "prod", production.valid("default").arn)
    production.infrastructure.listener(balancer.arn, "QUIC", 444)
    production.infrastructure.listener(balancer.arn, "TCP_QUIC", 445)
    production.expired()
    production.search()
    (asked,) = production.calls("DescribeListenerCertificates")
    assert asked["parameters"]["ListenerArn"] == balancer.listener_arn


# CloudFront goes by id; all others by ARN.


def test_distribution_keeps_the_certificate_whose_id_it_has_through_a_rename(
    production: Production,
) -> None:
    expired = production.expired(path="/cloudfront/")
    shop = production.infrastructure.distribution("shop", expired.id).rpartition("/")[2]
    production.rename("www", "renamed")
    production.search()
    assert production.annotation("renamed").endswith(f"In use by 1: CloudFront {shop}.")


def test_certificate_uploaded_again_under_its_name_is_not_the_one_of_the_distribution(
    production: Production,
) -> None:
    production.infrastructure.distribution("shop", production.expired(path="/cloudfront/").id)
    production.delete("www")
    again = production.expired(path="/cloudfront/")
    production.search()
    assert production.annotation("www").endswith("Not in use.")
    verdict = production.inspection().invoke({"certificate": again.id}).summary
    assert (verdict["usage"], verdict["deletable"]) == ([], True)


def test_distribution_that_has_the_id_of_an_old_account_is_found(production: Production) -> None:
    production.sandbox.settings(id_prefix="AS5Y")
    old = production.expired(path="/cloudfront/")
    shop = production.infrastructure.distribution("shop", old.id).rpartition("/")[2]
    production.search()
    assert f"(id AS5Y{old.id[4:]}). In use by 1: CloudFront {shop}." in production.annotation("www")


def test_distribution_of_a_deleted_certificate_is_told_and_keeps_no_other(
    production: Production,
) -> None:
    gone = production.expired("gone", path="/cloudfront/")
    shop = production.infrastructure.distribution("shop", gone.id).rpartition("/")[2]
    production.delete("gone")
    other = production.expired("other")
    note = (
        f"CloudFront {shop} refers to {gone.id}, which IAM does not list. "
        "No certificate in IAM has this id."
    )
    run = production.search()
    assert production.annotation("other").endswith("Not in use.")
    assert run.metrics["UsageChecksFailed"] == 0
    assert run.summary["usageNotes"] == run.logged["evaluation"]["usageNotes"] == [note]
    verdict = production.inspection().invoke({"certificate": "other"}).summary
    assert (verdict["deletable"], verdict["notes"], verdict["notesCount"]) == (True, [note], 1)
    removed = production.removal().invoke({"certificate": "other", "id": other.id}).summary
    assert (removed["outcome"], removed["verdict"]["notes"]) == ("REMOVED", [note])


def test_listener_of_a_renamed_certificate_keeps_all_beside_such_a_distribution(
    production: Production,
) -> None:
    gone, renamed = production.expired("gone", path="/cloudfront/"), production.expired("before")
    production.infrastructure.distribution("shop", gone.id)
    production.infrastructure.alb(ABROAD, "prod", renamed.arn)
    production.delete("gone")
    production.rename("before", "after")
    production.expired("other")
    verdict = production.inspection().invoke({"certificate": "other"}).summary
    assert not verdict["deletable"]
    (unchecked,) = verdict["unchecked"]
    assert f"refers to {renamed.arn}, which IAM does not list" in unchecked["error"]
    (note,) = verdict["notes"]
    assert f"refers to {gone.id}, which IAM does not list" in note


def test_account_in_good_order_has_no_notes(production: Production) -> None:
    production.infrastructure.distribution("shop", production.expired(path="/cloudfront/").id)
    assert "usageNotes" not in production.search().summary
    assert "notes" not in production.inspection().invoke({"certificate": "www"}).summary


# Pages.


def test_distribution_of_the_second_page_is_found(production: Production) -> None:
    expired = production.expired(path="/cloudfront/")
    for number in range(DISTRIBUTIONS_A_PAGE):
        production.infrastructure.distribution(f"shop-{number}")
    # Listed by id, which is random: of ten, all of them on the first page would be a wonder.
    for number in range(10):
        production.infrastructure.distribution(f"live-{number}", expired.id)
    production.search()
    assert " In use by 10: CloudFront " in production.annotation("www")
    assert len(production.calls("ListDistributions")) == 2


def test_domain_of_the_second_page_is_found(production: Production) -> None:
    acm = f"arn:aws:acm:us-east-1:{production.sandbox.account}:certificate/valid"
    for number in range(DOMAINS_A_PAGE):
        production.infrastructure.domain(HOME, f"a{number:02}.example.com", acm)
    production.infrastructure.domain(HOME, "z.example.com", production.expired().arn)
    production.search()
    assert production.annotation("www").endswith("AppSync domain eu-west-1 z.example.com.")
    listings = [call for call in production.calls("ListDomainNames") if call["region"] == HOME]
    assert len(listings) == 2


def test_load_balancers_of_the_second_page_are_found(production: Production) -> None:
    expired = production.expired()
    for number in range(LOAD_BALANCERS_A_PAGE):
        production.infrastructure.classic(HOME, f"a{number:03}")
    production.infrastructure.classic(HOME, "z", expired.arn)
    for number in range(LOAD_BALANCERS_A_PAGE):
        production.infrastructure.gateway(HOME, f"a{number:03}")
    # By ARN, .../gwy/... comes before .../net/...
    production.infrastructure.nlb(HOME, "z", expired.arn)
    production.search()
    annotation = production.annotation("www")
    assert annotation.endswith(
        "In use by 2: Classic ELB eu-west-1 z:443, NLB listener eu-west-1 net/z:443."
    )
    at_home = [call for call in production.calls("DescribeLoadBalancers") if call["region"] == HOME]
    assert sorted(call["service"] for call in at_home) == ["elb", "elb", "elbv2", "elbv2"]
