from __future__ import annotations

import pytest

from sandbox.client import ENABLED_BY_DEFAULT, Infrastructure, Sandbox

from .conftest import days, now


@pytest.fixture
def certificate(sandbox: Sandbox) -> str:
    return str(sandbox.upload_certificate("www", now() + days(90))["Arn"])


def test_arns_are_those_that_the_api_lists(sandbox: Sandbox, certificate: str) -> None:
    made = Infrastructure(sandbox).nlb("eu-west-1", "net", certificate)
    elbv2 = sandbox.client("elbv2")
    listed = elbv2.describe_load_balancers()["LoadBalancers"][0]
    assert listed["LoadBalancerArn"] == made.arn
    listener = elbv2.describe_listeners(LoadBalancerArn=made.arn)["Listeners"][0]
    assert listener["ListenerArn"] == made.listener_arn


def test_arn_of_a_classic_load_balancer_names_region_and_partition(sandbox: Sandbox) -> None:
    arn = Infrastructure(sandbox).classic("us-gov-west-1", "old")
    account = sandbox.account
    assert arn == f"arn:aws-us-gov:elasticloadbalancing:us-gov-west-1:{account}:loadbalancer/old"


def test_load_balancers_can_be_spread_over_all_regions(sandbox: Sandbox, certificate: str) -> None:
    opted_in = ["af-south-1", "ca-west-1", "eu-south-1"]
    sandbox.regions.set("ENABLED", *opted_in)
    infrastructure, regions = Infrastructure(sandbox), [*sorted(ENABLED_BY_DEFAULT), *opted_in]
    for number in range(60):
        infrastructure.alb(regions[number % 20], f"lb-{number}", certificate)
    for region in regions:
        listed = sandbox.client("elbv2", region).describe_load_balancers()["LoadBalancers"]
        assert len(listed) == 3


def test_regions_are_made_without_the_machine_images_of_moto(sandbox: Sandbox) -> None:
    # With them, the first call to a region would take a hundred times as long.
    assert sandbox.client("ec2", "eu-west-1").describe_images()["Images"] == []
