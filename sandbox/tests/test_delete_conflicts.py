from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.client import Infrastructure, Sandbox, SandboxError

from .conftest import days, error_of, message_of, now

HERE, THERE = "eu-west-1", "ap-south-1"


@pytest.fixture
def infrastructure(sandbox: Sandbox) -> Infrastructure:
    return Infrastructure(sandbox)


@pytest.fixture
def www(sandbox: Sandbox) -> Any:
    return sandbox.upload_certificate("www", now() + days(90), path="/cloudfront/")


def delete(iam: Any, name: str = "www") -> None:
    iam.delete_server_certificate(ServerCertificateName=name)


def conflict(iam: Any) -> str:
    with pytest.raises(ClientError) as raised:
        delete(iam)
    assert error_of(raised) == ("DeleteConflict", 409)
    return message_of(raised)


def in_use(certificate: Any, user: str) -> str:
    return (
        f"Certificate: {certificate['ServerCertificateId']} is currently in use by {user}. "
        "Please remove it first before deleting it from IAM."
    )


def test_classic_load_balancer_of_another_region_is_named(
    iam: Any, infrastructure: Infrastructure, www: Any
) -> None:
    user = infrastructure.classic(THERE, "old", www["Arn"])
    assert conflict(iam) == in_use(www, user)


@pytest.mark.parametrize("make", [Infrastructure.alb, Infrastructure.nlb])
def test_load_balancer_of_the_default_certificate_is_named(
    iam: Any, infrastructure: Infrastructure, www: Any, make: Any
) -> None:
    user = make(infrastructure, THERE, "prod", www["Arn"])
    assert conflict(iam) == in_use(www, user.arn)


def test_nothing_is_in_the_way_once_the_listener_is_gone(
    sandbox: Sandbox, iam: Any, infrastructure: Infrastructure, www: Any
) -> None:
    listener = infrastructure.alb(HERE, "prod", www["Arn"]).listener_arn
    sandbox.client("elbv2").delete_listener(ListenerArn=listener)
    delete(iam)


def test_certificate_in_the_list_of_a_listener_is_missed(
    sandbox: Sandbox, iam: Any, infrastructure: Infrastructure, www: Any
) -> None:
    other = sandbox.upload_certificate("other", now() + days(90))["Arn"]
    infrastructure.alb(HERE, "prod", other, [www["Arn"]])
    delete(iam)


def test_certificate_in_the_list_of_a_listener_can_be_made_to_be_found(
    sandbox: Sandbox, iam: Any, infrastructure: Infrastructure, www: Any
) -> None:
    other = sandbox.upload_certificate("other", now() + days(90))["Arn"]
    user = infrastructure.alb(HERE, "prod", other, [www["Arn"]])
    sandbox.delete_conflicts.detect(sni=True)
    assert conflict(iam) == in_use(www, user.arn)


def test_distributions_and_domains_are_missed(
    iam: Any, infrastructure: Infrastructure, www: Any
) -> None:
    infrastructure.distribution("shop", www["ServerCertificateId"])
    infrastructure.domain(HERE, "api.example.com", www["Arn"])
    delete(iam)


def test_users_of_one_certificate_can_be_made_to_be_missed(
    sandbox: Sandbox, iam: Any, infrastructure: Infrastructure, www: Any
) -> None:
    infrastructure.alb(HERE, "prod", www["Arn"])
    sandbox.delete_conflicts.detect(missed=["www"])
    delete(iam)


def test_users_can_be_found_that_nobody_else_sees(sandbox: Sandbox, iam: Any, www: Any) -> None:
    user = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/ghost"
    sandbox.delete_conflicts.detect(unforeseen={"www": user})
    assert conflict(iam) == in_use(www, user)


def test_renamed_certificate_is_still_found(
    iam: Any, infrastructure: Infrastructure, www: Any
) -> None:
    infrastructure.alb(HERE, "prod", www["Arn"])
    iam.update_server_certificate(ServerCertificateName="www", NewServerCertificateName="new")
    with pytest.raises(ClientError) as raised:
        delete(iam, "new")
    assert error_of(raised) == ("DeleteConflict", 409)


def test_certificate_under_the_name_of_one_in_use_is_not_found(
    sandbox: Sandbox, iam: Any, infrastructure: Infrastructure, www: Any
) -> None:
    infrastructure.alb(HERE, "prod", www["Arn"])
    sandbox.delete_conflicts.detect(missed=["www"])
    delete(iam)
    sandbox.delete_conflicts.detect(missed=[])
    sandbox.upload_certificate("www", now() + days(90), path="/cloudfront/")
    delete(iam)


def test_certificate_of_another_partition_can_not_be_used(
    infrastructure: Infrastructure, www: Any
) -> None:
    with pytest.raises(ClientError) as raised:
        infrastructure.classic("cn-north-1", "old", www["Arn"])
    assert error_of(raised) == ("CertificateNotFound", 400)


def test_unknown_setting_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="Unknown settings: snl"):
        sandbox.delete_conflicts.detect(snl=True)
