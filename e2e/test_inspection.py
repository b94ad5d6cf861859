from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .production import ABROAD, HOME, INSPECT, Production

# No more are listed: it must fit what SSM Automation carries.
MOST = 50
SSM_LIMIT = 100 * 1024


@pytest.fixture
def inspect(production: Production) -> Callable[[str], dict[str, Any]]:
    """Inspects, and answers the verdict."""
    function = production.inspection()
    return lambda certificate: function.invoke({"certificate": certificate}).summary


def error_of(production: Production, request: Any) -> str:
    """What an inspection fails with."""
    run = production.inspection().invoke(request)
    assert run.error_type == "InvalidInputException"
    assert production.sandbox.requests.list("elbv2", role=INSPECT) == []
    return run.error


def test_verdict_on_an_unused_expired_certificate_is_complete(
    production: Production, inspect: Callable[[str], dict[str, Any]]
) -> None:
    expired = production.expired(path="/team/web/")
    verdict = inspect("www")
    reason = verdict.pop("reason")
    assert reason == f"Expired {expired.expiration}, 3 days ago. Not in use."
    assert verdict == {
        "found": True,
        "name": "www",
        "id": expired.id,
        "arn": expired.arn,
        "path": "/team/web/",
        "uploaded": expired.uploaded,
        "expiration": expired.expiration,
        "status": "EXPIRED",
        "deletable": True,
        "usage": [],
        "usageCount": 0,
        "unchecked": [],
        "uncheckedCount": 0,
    }


def test_verdict_on_a_certificate_in_use_names_the_user(
    production: Production, inspect: Callable[[str], dict[str, Any]]
) -> None:
    expired, default = production.expired(), production.valid("default")
    balancer = production.infrastructure.alb(ABROAD, "prod", default.arn, sni=[expired.arn])
    verdict = inspect("www")
    assert not verdict["deletable"]
    assert verdict["reason"].startswith(
        f"In use by 1 resource: ALB listener {ABROAD} app/prod:443 (SNI)."
    )
    assert verdict["usage"] == [
        {
            "service": "elasticloadbalancingv2",
            "region": ABROAD,
            "resource": balancer.listener_arn,
            "detail": "SNI",
        }
    ]
    assert verdict["usageCount"] == 1


def test_verdict_names_the_check_that_failed(
    production: Production, inspect: Callable[[str], dict[str, Any]]
) -> None:
    production.expired()
    production.sandbox.denials.add("appsync", region=ABROAD)
    verdict = inspect("www")
    assert not verdict["deletable"]
    assert verdict["reason"].startswith("Usage unknown: 1 of ")
    (unchecked,) = verdict["unchecked"]
    assert unchecked.keys() == {"service", "region", "error"}
    assert (unchecked["service"], unchecked["region"]) == ("appsync", ABROAD)
    assert "AccessDeniedException" in unchecked["error"]
    assert verdict["uncheckedCount"] == 1


def test_certificate_that_is_valid_is_not_deletable_though_nothing_uses_it(
    production: Production, inspect: Callable[[str], dict[str, Any]]
) -> None:
    production.valid()
    verdict = inspect("www")
    assert (verdict["found"], verdict["status"], verdict["usage"]) == (True, "VALID", [])
    assert not verdict["deletable"]
    assert verdict["reason"].startswith("Valid until ")


def test_certificate_without_expiration_is_unknown_and_not_deletable(
    production: Production, inspect: Callable[[str], dict[str, Any]]
) -> None:
    production.expired()
    production.sandbox.strip_expiration("www")
    verdict = inspect("www")
    assert (verdict["status"], verdict["deletable"]) == ("UNKNOWN", False)
    assert "expiration" not in verdict


@pytest.mark.parametrize(
    "selector",
    ["missing", "ASCA0123456789ABCDEF", "arn:aws:iam::123456789012:server-certificate/missing"],
)
def test_certificate_that_is_not_there_is_an_answer_and_no_error(
    production: Production, inspect: Callable[[str], dict[str, Any]], selector: str
) -> None:
    production.expired()
    verdict = inspect(selector)
    reason = verdict.pop("reason")
    assert verdict == {"found": False, "deletable": False}
    assert selector in reason


def test_arn_of_another_account_or_partition_is_not_this_one(
    production: Production, inspect: Callable[[str], dict[str, Any]]
) -> None:
    arn = production.expired().arn
    assert inspect(arn)["found"]
    assert not inspect(arn.replace("123456789012", "210987654321"))["found"]
    assert not inspect(arn.replace("arn:aws:", "arn:aws-cn:"))["found"]


def test_inspection_only_reads(
    production: Production, inspect: Callable[[str], dict[str, Any]]
) -> None:
    production.expired()
    inspect("www")
    made = {call["operation"] for call in production.sandbox.requests.list(role=INSPECT)}
    assert all(operation.startswith(("List", "Describe")) for operation in made), made
    assert production.sandbox.permissions.list(INSPECT, "denied") == []


def test_everything_is_read_afresh(
    production: Production, inspect: Callable[[str], dict[str, Any]]
) -> None:
    expired = production.expired()
    assert inspect("www")["deletable"]
    production.infrastructure.classic(HOME, "old", expired.arn)
    assert not inspect("www")["deletable"]
    production.sandbox.client("elb").delete_load_balancer(LoadBalancerName="old")
    assert inspect("www")["deletable"]


# How a certificate is called.


@pytest.mark.parametrize(
    ("home", "partition"),
    [(HOME, "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
    indirect=["home"],
)
@pytest.mark.usefixtures("home")
def test_certificate_is_found_by_whatever_it_is_called(
    production: Production, partition: str
) -> None:
    name = "a+b=c,d.e@f-g_h"
    stored = production.expired(name, path="/team/web/")
    production.expired("other")
    prefix = f"arn:{partition}:iam::{production.sandbox.account}:server-certificate"
    assert stored.arn == f"{prefix}/team/web/{name}"
    inspection = production.inspection({"USAGE_REGIONS": production.sandbox.region})
    for selector in (name, stored.id, stored.arn, f"{prefix}/{name}"):
        verdict = inspection.invoke({"certificate": selector}).summary
        assert (verdict["id"], verdict["name"], verdict["arn"]) == (stored.id, name, stored.arn)


def test_name_in_another_case_is_the_certificate_under_its_stored_name(
    production: Production, inspect: Callable[[str], dict[str, Any]]
) -> None:
    stored = production.expired("www-2018")
    verdict = inspect("WWW-2018")
    assert (verdict["name"], verdict["id"]) == ("www-2018", stored.id)
    assert verdict["deletable"]
    assert not inspect("WWW-2019")["found"]
    assert not inspect(stored.id.lower())["found"]


def test_id_is_no_name_in_another_case(
    production: Production, inspect: Callable[[str], dict[str, Any]]
) -> None:
    one = production.expired("one")
    twin = production.expired(one.id.lower())
    assert inspect(one.id)["name"] == "one"
    assert inspect(twin.name)["id"] == twin.id


def test_id_of_an_old_account_is_found(
    production: Production, inspect: Callable[[str], dict[str, Any]]
) -> None:
    production.sandbox.settings(id_prefix="AS5Y")
    old = production.expired()
    assert old.id.startswith("AS5Y")
    assert (inspect(old.id)["name"], inspect("www")["id"]) == ("www", old.id)


def test_arn_with_another_path_is_another_certificate(
    production: Production, inspect: Callable[[str], dict[str, Any]]
) -> None:
    stored = production.expired(path="/team/")
    assert not inspect(stored.arn.replace("/team/", "/other/"))["found"]


def test_name_that_is_another_certificate_s_id_is_ambiguous(production: Production) -> None:
    one = production.expired("one")
    twin = production.expired(one.id)
    error = error_of(production, {"certificate": one.id})
    assert error.startswith(f'"{one.id}" is ambiguous. It names more than one server certificate: ')
    assert one.arn in error
    assert twin.arn in error


def test_ambiguous_certificates_are_told_apart_by_arn(
    production: Production, inspect: Callable[[str], dict[str, Any]]
) -> None:
    one = production.expired("one")
    twin = production.expired(one.id)
    assert inspect(one.arn)["name"] == "one"
    assert inspect(twin.arn)["id"] == twin.id


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (
            {"certificate": "no spaces"},
            '"no spaces" is not the name, id or ARN of an IAM server certificate.',
        ),
        ({"certificate": "a" * 129}, "is not the name, id or ARN of an IAM server certificate"),
        ({"certificate": "/team/www"}, "is not the name, id or ARN of an IAM server certificate"),
        ({"certificate": "www*"}, "is not the name, id or ARN of an IAM server certificate"),
        ({"certificate": "arn:aws:acm:eu-west-1:123456789012:certificate/www"}, "ARN (arn:aws:iam"),
        ({"certificate": "arn:aws:iam::123:server-certificate/www"}, "ARN (arn:aws:iam"),
        ({"certificate": "arn:aws:iam::123456789012:server-certificate/"}, "ARN (arn:aws:iam"),
        ({"certificate": ""}, 'The request has no "certificate", which is required.'),
        ({"certificate": None}, 'The request has no "certificate", which is required.'),
        ({"certificate": 7}, '"certificate" must be a string'),
        ({"certificate": ["www"]}, '"certificate" must be a single value'),
        ({}, 'The request has no "certificate", which is required.'),
        (["www"], "The request is not one JSON object"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_malformed_request_is_an_error_that_says_so(
    production: Production, request_: Any, told: str
) -> None:
    assert told in error_of(production, request_)


# What fits.


@pytest.mark.all_regions
def test_lists_are_cut_after_fifty_and_counted(
    production: Production, inspect: Callable[[str], dict[str, Any]]
) -> None:
    expired = production.expired()
    balancer = production.infrastructure.alb(HOME, "prod", expired.arn)
    for port in range(1000, 1000 + MOST):
        production.infrastructure.listener(balancer.arn, "HTTPS", port, expired.arn)
    production.sandbox.denials.add("elasticloadbalancing")
    verdict = inspect("www")
    assert (verdict["uncheckedCount"], len(verdict["unchecked"])) == (34, 34)
    production.sandbox.denials.clear()
    verdict = inspect("www")
    assert (verdict["usageCount"], len(verdict["usage"])) == (MOST + 1, MOST)


@pytest.mark.all_regions
def test_verdict_at_its_longest_fits_what_ssm_carries(production: Production) -> None:
    production.expired()
    production.sandbox.regions.set("ENABLING", "af-south-1", "ap-east-1")
    for service, operation in (
        ("elb", "DescribeLoadBalancers"),
        ("elbv2", "DescribeLoadBalancers"),
        ("appsync", "ListDomainNames"),
    ):
        production.sandbox.faults.add(
            service,
            operation,
            kind="error",
            times=0,
            status=403,
            code="AccessDenied",
            message="long " * 2000,
        )
    run = production.inspection().invoke({"certificate": "www"})
    verdict = run.summary
    assert (verdict["uncheckedCount"], len(verdict["unchecked"])) == (57, MOST)
    assert len(str(verdict)) < SSM_LIMIT / 2


# What goes wrong.


def test_listing_that_fails_is_an_error_and_no_verdict(production: Production) -> None:
    production.expired()
    production.sandbox.denials.add("iam", "ListServerCertificates")
    run = production.inspection().invoke({"certificate": "www"})
    assert run.error.startswith("iam:ListServerCertificates failed: AccessDenied: ")


def test_region_that_is_too_slow_is_unchecked_before_lambda_ends_the_function(
    production: Production,
) -> None:
    production.expired()
    production.sandbox.faults.add(
        "elb", "DescribeLoadBalancers", kind="hold", times=0, region=ABROAD
    )
    inspection = production.inspection({"USAGE_REGIONS": f"{HOME},{ABROAD}"}, timeout=6)
    run = inspection.invoke({"certificate": "www"})
    verdict = run.summary
    assert not verdict["deletable"]
    assert ("elasticloadbalancing", ABROAD) in {
        (one["service"], one["region"]) for one in verdict["unchecked"]
    }
    assert "Task timed out" not in run.log
