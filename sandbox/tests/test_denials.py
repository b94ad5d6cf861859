from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.client import Sandbox

from .conftest import error_of, message_of


def refused(operation: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as raised:
        operation()
    return error_of(raised)


@pytest.mark.parametrize(
    ("service", "operation", "error"),
    [
        ("elasticloadbalancing", "elb.describe_load_balancers", ("AccessDenied", 403)),
        ("elasticloadbalancing", "elbv2.describe_load_balancers", ("AccessDenied", 403)),
        ("cloudfront", "cloudfront.list_distributions", ("AccessDenied", 403)),
        ("appsync", "appsync.list_domain_names", ("AccessDeniedException", 403)),
        ("account", "account.list_regions", ("AccessDeniedException", 403)),
        ("iam", "iam.list_server_certificates", ("AccessDenied", 403)),
        ("config", "config.describe_config_rules", ("AccessDeniedException", 400)),
        ("sns", "sns.list_topics", ("AuthorizationError", 403)),
    ],
)
def test_each_service_answers_in_its_own_way(
    sandbox: Sandbox, service: str, operation: str, error: tuple[str, int]
) -> None:
    sandbox.denials.add(service)
    name, _, method = operation.partition(".")
    assert refused(getattr(sandbox.client(name), method)) == error


def test_message_names_who_and_what(sandbox: Sandbox) -> None:
    sandbox.denials.add("elasticloadbalancing", "DescribeLoadBalancers")
    with pytest.raises(ClientError) as raised:
        sandbox.client("elbv2").describe_load_balancers()
    assert message_of(raised) == (
        "User: arn:aws:iam::123456789012:root is not authorized to perform: "
        "elasticloadbalancing:DescribeLoadBalancers "
        "with an explicit deny in a service control policy"
    )


def test_only_what_is_named_is_denied(sandbox: Sandbox) -> None:
    sandbox.denials.add("elbv2", "DescribeLoadBalancers", region="eu-west-3")
    sandbox.client("elbv2", "eu-west-1").describe_load_balancers()
    sandbox.client("elb", "eu-west-3").describe_load_balancers()
    sandbox.client("elbv2", "eu-west-3").describe_target_groups()
    there = sandbox.client("elbv2", "eu-west-3")
    assert refused(there.describe_load_balancers) == ("AccessDenied", 403)


def test_region_can_be_denied_as_a_whole_but_for_global_services(sandbox: Sandbox) -> None:
    sandbox.denials.add(region="eu-west-3")
    for service, method in (
        ("elb", "describe_load_balancers"),
        ("appsync", "list_domain_names"),
        ("s3", "list_buckets"),
    ):
        assert refused(getattr(sandbox.client(service, "eu-west-3"), method))[1] == 403
    sandbox.client("iam", "eu-west-3").list_server_certificates()


def test_another_account_is_not_affected(sandbox: Sandbox) -> None:
    sandbox.denials.add("elb", account="999999999999")
    sandbox.client("elb").describe_load_balancers()


def test_denials_are_lifted_by_clearing_and_by_a_reset(sandbox: Sandbox) -> None:
    sandbox.denials.add("elb")
    assert refused(sandbox.client("elb").describe_load_balancers)
    sandbox.denials.clear()
    sandbox.client("elb").describe_load_balancers()
    sandbox.denials.add("elb")
    sandbox.reset()
    sandbox.client("elb").describe_load_balancers()


def test_denial_is_in_the_log(sandbox: Sandbox) -> None:
    sandbox.denials.add("elb")
    refused(sandbox.client("elb").describe_load_balancers)
    assert sandbox.requests.list("elb")[0]["error"] == "AccessDenied"
