from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.client import Infrastructure, Sandbox

from .conftest import days, error_of, message_of, now

REGION = "eu-west-1"
UNKNOWN = "arn:aws:iam::123456789012:server-certificate/unknown"
UNKNOWN_IN_ACM = (
    "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
)


@pytest.fixture
def elb(sandbox: Sandbox) -> Any:
    return sandbox.client("elb", validate=False)


@pytest.fixture
def infrastructure(sandbox: Sandbox) -> Infrastructure:
    return Infrastructure(sandbox)


@pytest.fixture
def certificate(sandbox: Sandbox) -> str:
    return str(sandbox.upload_certificate("www", now() + days(90))["Arn"])


def https(certificate: str | None, port: int = 443, **others: Any) -> Any:
    listener = {"Protocol": "HTTPS", "LoadBalancerPort": port, "InstancePort": 80} | others
    return listener | ({"SSLCertificateId": certificate} if certificate else {})


def listeners(elb: Any, name: str = "old") -> Any:
    described = elb.describe_load_balancers()["LoadBalancerDescriptions"]
    (found,) = (one for one in described if one["LoadBalancerName"] == name)
    return [one["Listener"] for one in found["ListenerDescriptions"]]


class TestDescribing:
    def test_listener_shows_protocols_ports_and_certificate(
        self, elb: Any, infrastructure: Infrastructure, certificate: str
    ) -> None:
        infrastructure.classic(REGION, "old", certificate)
        assert listeners(elb) == [
            {
                "Protocol": "HTTPS",
                "LoadBalancerPort": 443,
                "InstanceProtocol": "HTTP",
                "InstancePort": 80,
                "SSLCertificateId": certificate,
            }
        ]

    def test_plain_listener_has_no_certificate(
        self, elb: Any, infrastructure: Infrastructure
    ) -> None:
        infrastructure.classic(REGION, "old")
        assert "SSLCertificateId" not in listeners(elb)[0]

    def test_pages_go_on_where_the_last_ended_though_some_are_deleted_meanwhile(
        self, elb: Any, infrastructure: Infrastructure
    ) -> None:
        for number in range(5):
            infrastructure.classic(REGION, f"old-{number}")
        first = elb.describe_load_balancers(PageSize=2)
        elb.delete_load_balancer(LoadBalancerName="old-1")
        second = elb.describe_load_balancers(PageSize=2, Marker=first["NextMarker"])
        names = [one["LoadBalancerName"] for one in second["LoadBalancerDescriptions"]]
        assert names == ["old-2", "old-3"]

    def test_a_page_has_four_hundred_unless_asked_otherwise(
        self, elb: Any, infrastructure: Infrastructure
    ) -> None:
        for number in range(401):
            infrastructure.classic(REGION, f"old-{number}")
        page = elb.describe_load_balancers()
        assert len(page["LoadBalancerDescriptions"]) == 400
        rest = elb.describe_load_balancers(Marker=page["NextMarker"])
        assert len(rest["LoadBalancerDescriptions"]) == 1
        assert "NextMarker" not in rest

    @pytest.mark.parametrize("size", [0, 401])
    def test_page_size_is_one_to_four_hundred(self, elb: Any, size: int) -> None:
        with pytest.raises(ClientError) as raised:
            elb.describe_load_balancers(PageSize=size)
        assert error_of(raised) == ("ValidationError", 400)

    def test_bad_marker_is_refused(self, elb: Any) -> None:
        with pytest.raises(ClientError) as raised:
            elb.describe_load_balancers(Marker="nonsense")
        assert error_of(raised) == ("ValidationError", 400)

    def test_what_is_not_imitated_is_named(self, elb: Any) -> None:
        gone = {"LoadBalancerName": "old", "LoadBalancerPorts": [443]}
        for operation, request in (
            (elb.describe_load_balancers, {"LoadBalancerNames": ["old"]}),
            (elb.delete_load_balancer_listeners, gone),
        ):
            with pytest.raises(ClientError, match="is not imitated here") as raised:
                operation(**request)
            assert error_of(raised)[0] == "NotImplemented"


class TestCertificates:
    @pytest.mark.parametrize("unknown", [UNKNOWN, UNKNOWN_IN_ACM, "www"])
    def test_unknown_one_is_refused_at_creation(self, elb: Any, unknown: str) -> None:
        with pytest.raises(ClientError) as raised:
            elb.create_load_balancer(
                LoadBalancerName="old", Listeners=[https(unknown)], AvailabilityZones=["eu-west-1a"]
            )
        assert error_of(raised) == ("CertificateNotFound", 400)
        assert unknown in message_of(raised)

    def test_secure_listener_needs_one(self, elb: Any) -> None:
        with pytest.raises(ClientError) as raised:
            elb.create_load_balancer(
                LoadBalancerName="old", Listeners=[https(None)], AvailabilityZones=["eu-west-1a"]
            )
        assert error_of(raised) == ("ValidationError", 400)
        assert message_of(raised) == "Secure Listeners need to specify a SSLCertificateId"

    def test_one_of_acm_is_taken(
        self, sandbox: Sandbox, elb: Any, infrastructure: Infrastructure
    ) -> None:
        arn = sandbox.client("acm").request_certificate(DomainName="x.example.com")
        infrastructure.classic(REGION, "old", arn["CertificateArn"])
        assert listeners(elb)[0]["SSLCertificateId"] == arn["CertificateArn"]

    def test_one_that_has_been_deleted_is_shown_as_invalid(
        self, sandbox: Sandbox, elb: Any, infrastructure: Infrastructure, certificate: str
    ) -> None:
        infrastructure.classic(REGION, "old", certificate)
        sandbox.delete_conflicts.detect(missed=["www"])
        sandbox.client("iam").delete_server_certificate(ServerCertificateName="www")
        sandbox.upload_certificate("www", now() + days(90))  # the name is all that they share
        assert listeners(elb)[0]["SSLCertificateId"] == "Invalid-Certificate"

    def test_one_that_has_been_renamed_is_shown_as_it_was_given(
        self, sandbox: Sandbox, elb: Any, infrastructure: Infrastructure, certificate: str
    ) -> None:
        infrastructure.classic(REGION, "old", certificate)
        sandbox.client("iam").update_server_certificate(
            ServerCertificateName="www", NewServerCertificateName="new"
        )
        assert listeners(elb)[0]["SSLCertificateId"] == certificate
