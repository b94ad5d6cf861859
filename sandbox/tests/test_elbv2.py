from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.client import FIXED_RESPONSE, Infrastructure, LoadBalancer, Sandbox

from .conftest import days, error_of, message_of, now

REGION = "eu-west-1"
UNKNOWN = "arn:aws:iam::123456789012:server-certificate/unknown"
NO_LOAD_BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/x/1"
NO_LISTENER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/x/1/2"


@pytest.fixture
def elbv2(sandbox: Sandbox) -> Any:
    return sandbox.client("elbv2", validate=False)


@pytest.fixture
def infrastructure(sandbox: Sandbox) -> Infrastructure:
    return Infrastructure(sandbox)


@pytest.fixture
def www(sandbox: Sandbox) -> str:
    return upload(sandbox, "www")


@pytest.fixture
def sni(sandbox: Sandbox) -> str:
    return upload(sandbox, "sni")


@pytest.fixture
def prod(infrastructure: Infrastructure, www: str, sni: str) -> LoadBalancer:
    return infrastructure.alb(REGION, "prod", www, [sni])


def upload(sandbox: Sandbox, name: str) -> str:
    return str(sandbox.upload_certificate(name, now() + days(90))["Arn"])


def certificate(arn: str) -> Any:
    return [{"CertificateArn": arn}]


def listed(elbv2: Any, listener: str) -> list[tuple[str, bool]]:
    found = elbv2.describe_listener_certificates(ListenerArn=listener)["Certificates"]
    return [(one["CertificateArn"], one["IsDefault"]) for one in found]


def described(elbv2: Any, listener: str) -> Any:
    balancer = listener.rpartition("/")[0].replace(":listener/", ":loadbalancer/")
    listeners = elbv2.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    return next(one for one in listeners if one["ListenerArn"] == listener)


def refused(operation: Any, **request: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as raised:
        operation(**request)
    return error_of(raised)


class TestLoadBalancers:
    @pytest.mark.parametrize(
        ("make", "kind", "in_arn"),
        [
            (Infrastructure.alb, "application", "loadbalancer/app/x/"),
            (Infrastructure.nlb, "network", "loadbalancer/net/x/"),
            (Infrastructure.gateway, "gateway", "loadbalancer/gwy/x/"),
        ],
    )
    def test_each_type_has_arns_of_its_own(
        self, elbv2: Any, infrastructure: Infrastructure, make: Any, kind: str, in_arn: str
    ) -> None:
        made = make(infrastructure, REGION, "x")
        found = elbv2.describe_load_balancers()["LoadBalancers"][0]
        assert found["Type"] == kind
        assert in_arn in made.arn
        assert made.listener_arn.startswith(made.arn.replace(":loadbalancer/", ":listener/"))

    def test_page_of_load_balancers_has_four_hundred_by_default(
        self, elbv2: Any, infrastructure: Infrastructure
    ) -> None:
        for number in range(60):
            infrastructure.alb(REGION, f"lb-{number}")
        assert len(elbv2.describe_load_balancers()["LoadBalancers"]) == 60
        pages = list(elbv2.get_paginator("describe_load_balancers").paginate(PageSize=25))
        assert [len(page["LoadBalancers"]) for page in pages] == [25, 25, 10]
        names = {one["LoadBalancerName"] for page in pages for one in page["LoadBalancers"]}
        assert len(names) == 60

    def test_two_of_a_name_are_refused(self, infrastructure: Infrastructure) -> None:
        infrastructure.alb(REGION, "prod")
        with pytest.raises(ClientError) as raised:
            infrastructure.alb(REGION, "prod")
        assert error_of(raised) == ("DuplicateLoadBalancerName", 400)

    def test_what_is_not_imitated_is_named(self, elbv2: Any) -> None:
        for operation, request in (
            (elbv2.describe_load_balancers, {"LoadBalancerArns": [NO_LOAD_BALANCER]}),
            (elbv2.describe_load_balancers, {"Names": ["prod"]}),
            (elbv2.describe_listeners, {"ListenerArns": [NO_LISTENER]}),
            (elbv2.modify_listener, {"ListenerArn": NO_LISTENER, "Port": 1}),
        ):
            assert refused(operation, **request)[0] == "NotImplemented"

    @pytest.mark.parametrize(
        "request_",
        [
            {"PageSize": 0},
            {"PageSize": 401},
            {"Marker": "nonsense"},
        ],
    )
    def test_request_beyond_the_limits_is_refused(self, elbv2: Any, request_: Any) -> None:
        answer = refused(elbv2.describe_load_balancers, **request_)
        assert answer == ("ValidationError", 400)


class TestDescribingListeners:
    def test_only_the_default_certificate_is_shown(
        self, elbv2: Any, prod: LoadBalancer, www: str
    ) -> None:
        listener = described(elbv2, prod.listener_arn)
        assert listener["Certificates"] == certificate(www)
        assert (listener["Protocol"], listener["Port"]) == ("HTTPS", 443)

    def test_plain_listener_has_neither_certificates_nor_policy(
        self, elbv2: Any, infrastructure: Infrastructure
    ) -> None:
        listener = described(elbv2, infrastructure.alb(REGION, "plain").listener_arn)
        assert "Certificates" not in listener
        assert "SslPolicy" not in listener

    def test_listener_of_a_gateway_has_neither_port_nor_protocol(
        self, elbv2: Any, infrastructure: Infrastructure
    ) -> None:
        listener = described(elbv2, infrastructure.gateway(REGION, "gateway").listener_arn)
        assert "Port" not in listener
        assert not listener.get("Protocol")

    def test_pages(self, elbv2: Any, infrastructure: Infrastructure, prod: LoadBalancer) -> None:
        for port in range(1, 5):
            infrastructure.listener(prod.arn, "HTTP", port)
        pages = elbv2.get_paginator("describe_listeners").paginate(
            LoadBalancerArn=prod.arn, PageSize=2
        )
        ports = [[one["Port"] for one in page["Listeners"]] for page in pages]
        assert [len(page) for page in ports] == [2, 2, 1]
        assert sorted(port for page in ports for port in page) == [1, 2, 3, 4, 443]

    def test_marker_of_another_load_balancer_is_refused(
        self, elbv2: Any, infrastructure: Infrastructure, prod: LoadBalancer
    ) -> None:
        infrastructure.listener(prod.arn, "HTTP", 80)
        marker = elbv2.describe_listeners(LoadBalancerArn=prod.arn, PageSize=1)["NextMarker"]
        other = infrastructure.alb(REGION, "other").arn
        answer = refused(elbv2.describe_listeners, LoadBalancerArn=other, Marker=marker)
        assert answer == ("ValidationError", 400)

    def test_load_balancer_must_be_named(self, elbv2: Any) -> None:
        assert refused(elbv2.describe_listeners) == ("ValidationError", 400)

    def test_unknown_load_balancer_is_refused(self, elbv2: Any) -> None:
        answer = refused(elbv2.describe_listeners, LoadBalancerArn=NO_LOAD_BALANCER)
        assert answer == ("LoadBalancerNotFound", 400)


class TestModification:
    def test_default_certificate_is_replaced(
        self, elbv2: Any, prod: LoadBalancer, sni: str
    ) -> None:
        elbv2.modify_listener(ListenerArn=prod.listener_arn, Certificates=certificate(sni))
        assert listed(elbv2, prod.listener_arn) == [(sni, True), (sni, False)]
        assert described(elbv2, prod.listener_arn)["Certificates"] == certificate(sni)

    def test_certificate_that_can_not_be_bound_changes_nothing(
        self, elbv2: Any, prod: LoadBalancer, www: str, sni: str
    ) -> None:
        answer = refused(
            elbv2.modify_listener, ListenerArn=prod.listener_arn, Certificates=certificate(UNKNOWN)
        )
        assert answer == ("CertificateNotFound", 400)
        assert listed(elbv2, prod.listener_arn) == [(www, True), (sni, False)]

    def test_plain_and_unknown_listeners_are_refused(
        self, elbv2: Any, infrastructure: Infrastructure, www: str
    ) -> None:
        plain = infrastructure.alb(REGION, "plain").listener_arn
        for listener, code in ((plain, "ValidationError"), (NO_LISTENER, "ListenerNotFound")):
            answer = refused(
                elbv2.modify_listener, ListenerArn=listener, Certificates=certificate(www)
            )
            assert answer == (code, 400)

    def test_anything_else_is_not_imitated(self, elbv2: Any, prod: LoadBalancer) -> None:
        with pytest.raises(ClientError, match="Port of elbv2 ModifyListener is not imitated here"):
            elbv2.modify_listener(ListenerArn=prod.listener_arn, Port=444)


class TestCertificateList:
    def test_default_comes_first_and_again_if_it_is_in_the_list(
        self, elbv2: Any, prod: LoadBalancer, www: str, sni: str
    ) -> None:
        elbv2.add_listener_certificates(
            ListenerArn=prod.listener_arn, Certificates=certificate(www)
        )
        assert listed(elbv2, prod.listener_arn)[0] == (www, True)
        assert set(listed(elbv2, prod.listener_arn)) == {(www, True), (www, False), (sni, False)}

    def test_pages(
        self, sandbox: Sandbox, elbv2: Any, infrastructure: Infrastructure, www: str
    ) -> None:
        others = [upload(sandbox, f"sni-{number}") for number in range(4)]
        listener = infrastructure.nlb(REGION, "net", www, others).listener_arn
        pages = elbv2.get_paginator("describe_listener_certificates").paginate(
            ListenerArn=listener, PageSize=2
        )
        found = [[one["CertificateArn"] for one in page["Certificates"]] for page in pages]
        assert [len(page) for page in found] == [2, 2, 1]
        assert {arn for page in found for arn in page} == {www, *others}

    def test_certificate_added_twice_is_listed_once(
        self, elbv2: Any, prod: LoadBalancer, www: str, sni: str
    ) -> None:
        elbv2.add_listener_certificates(
            ListenerArn=prod.listener_arn, Certificates=certificate(sni)
        )
        assert listed(elbv2, prod.listener_arn) == [(www, True), (sni, False)]

    def test_unknown_certificate_is_refused(self, elbv2: Any, prod: LoadBalancer) -> None:
        answer = refused(
            elbv2.add_listener_certificates,
            ListenerArn=prod.listener_arn,
            Certificates=certificate(UNKNOWN),
        )
        assert answer == ("CertificateNotFound", 400)

    def test_one_certificate_a_call_is_taken(
        self, elbv2: Any, prod: LoadBalancer, www: str, sni: str
    ) -> None:
        both = certificate(www) + certificate(sni)
        for operation in (elbv2.add_listener_certificates, elbv2.remove_listener_certificates):
            answer = refused(operation, ListenerArn=prod.listener_arn, Certificates=both)
            assert answer == ("ValidationError", 400)

    def test_twenty_sixth_is_refused(
        self, sandbox: Sandbox, elbv2: Any, infrastructure: Infrastructure, www: str
    ) -> None:
        sandbox.settings(quota=30)
        others = [upload(sandbox, f"sni-{number}") for number in range(26)]
        listener = infrastructure.alb(REGION, "full", www, others[:25]).listener_arn
        answer = refused(
            elbv2.add_listener_certificates,
            ListenerArn=listener,
            Certificates=certificate(others[25]),
        )
        assert answer == ("TooManyCertificates", 400)

    def test_plain_listener_takes_none(
        self, elbv2: Any, infrastructure: Infrastructure, www: str
    ) -> None:
        listener = infrastructure.alb(REGION, "plain").listener_arn
        answer = refused(
            elbv2.add_listener_certificates, ListenerArn=listener, Certificates=certificate(www)
        )
        assert answer == ("ValidationError", 400)
        assert listed(elbv2, listener) == []

    def test_certificate_can_be_removed_but_not_the_default(
        self, elbv2: Any, prod: LoadBalancer, www: str, sni: str
    ) -> None:
        elbv2.remove_listener_certificates(
            ListenerArn=prod.listener_arn, Certificates=certificate(sni)
        )
        assert listed(elbv2, prod.listener_arn) == [(www, True)]
        answer = refused(
            elbv2.remove_listener_certificates,
            ListenerArn=prod.listener_arn,
            Certificates=certificate(www),
        )
        assert answer == ("OperationNotPermitted", 400)

    def test_unknown_listener_is_refused(self, elbv2: Any, www: str) -> None:
        for operation in (elbv2.add_listener_certificates, elbv2.remove_listener_certificates):
            answer = refused(operation, ListenerArn=NO_LISTENER, Certificates=certificate(www))
            assert answer == ("ListenerNotFound", 400)
        answer = refused(elbv2.describe_listener_certificates, ListenerArn=NO_LISTENER)
        assert answer == ("ListenerNotFound", 400)

    def test_renamed_certificate_is_listed_as_it_was_given(
        self, sandbox: Sandbox, elbv2: Any, prod: LoadBalancer, www: str, sni: str
    ) -> None:
        for name in ("www", "sni"):
            sandbox.client("iam").update_server_certificate(
                ServerCertificateName=name, NewServerCertificateName=f"{name}-2018"
            )
        assert listed(elbv2, prod.listener_arn) == [(www, True), (sni, False)]


class TestCreatingListeners:
    @pytest.mark.parametrize(
        ("make", "protocol"), [(Infrastructure.alb, "HTTPS"), (Infrastructure.nlb, "TLS")]
    )
    def test_secure_one_needs_exactly_one_certificate(
        self,
        infrastructure: Infrastructure,
        elbv2: Any,
        www: str,
        sni: str,
        make: Any,
        protocol: str,
    ) -> None:
        balancer = make(infrastructure, REGION, "x", port=80).arn
        with pytest.raises(ClientError) as raised:
            infrastructure.listener(balancer, protocol, 443)
        assert error_of(raised) == ("ValidationError", 400)
        assert message_of(raised) == f"A certificate must be specified for {protocol} listeners"
        answer = refused(
            elbv2.create_listener,
            LoadBalancerArn=balancer,
            Protocol=protocol,
            Port=443,
            Certificates=certificate(www) + certificate(sni),
            DefaultActions=[FIXED_RESPONSE],
        )
        assert answer == ("ValidationError", 400)

    def test_plain_one_takes_no_certificate(self, infrastructure: Infrastructure, www: str) -> None:
        balancer = infrastructure.alb(REGION, "x").arn
        with pytest.raises(ClientError) as raised:
            infrastructure.listener(balancer, "HTTP", 8080, www)
        assert message_of(raised) == "A certificate cannot be specified for HTTP listeners"

    def test_unknown_certificate_is_refused(self, infrastructure: Infrastructure) -> None:
        with pytest.raises(ClientError) as raised:
            infrastructure.alb(REGION, "x", UNKNOWN)
        assert error_of(raised) == ("CertificateNotFound", 400)
        assert message_of(raised) == f"Certificate '{UNKNOWN}' not found"

    def test_another_one_on_a_port_is_refused(
        self, infrastructure: Infrastructure, prod: LoadBalancer, sni: str
    ) -> None:
        with pytest.raises(ClientError) as raised:
            infrastructure.listener(prod.arn, "HTTPS", 443, sni)
        assert error_of(raised) == ("DuplicateListener", 400)

    @pytest.mark.parametrize(
        ("make", "protocol"),
        [
            (Infrastructure.alb, "TLS"),
            (Infrastructure.nlb, "HTTPS"),
            (Infrastructure.gateway, "TCP"),
        ],
    )
    def test_protocol_of_another_type_of_load_balancer_is_refused(
        self, infrastructure: Infrastructure, www: str, make: Any, protocol: str
    ) -> None:
        balancer = make(infrastructure, REGION, "x").arn
        with pytest.raises(ClientError) as raised:
            infrastructure.listener(balancer, protocol, 9443, None if protocol == "TCP" else www)
        assert error_of(raised) == ("ValidationError", 400)

    @pytest.mark.parametrize("protocol", ["QUIC", "TCP_QUIC"])
    def test_quic_is_a_plain_protocol_of_network_load_balancers(
        self, elbv2: Any, infrastructure: Infrastructure, www: str, protocol: str
    ) -> None:
        balancer = infrastructure.nlb(REGION, "net", port=80).arn
        listener = infrastructure.listener(balancer, protocol, 443)
        found = described(elbv2, listener)
        assert (found["Protocol"], found["Port"]) == (protocol, 443)
        assert "Certificates" not in found
        assert "SslPolicy" not in found
        assert listed(elbv2, listener) == []
        with pytest.raises(ClientError) as raised:
            infrastructure.listener(balancer, protocol, 8443, www)
        assert error_of(raised) == ("ValidationError", 400)
        assert message_of(raised) == f"A certificate cannot be specified for {protocol} listeners"

    @pytest.mark.parametrize("make", [Infrastructure.alb, Infrastructure.gateway])
    def test_other_load_balancers_have_no_quic(
        self, infrastructure: Infrastructure, make: Any
    ) -> None:
        balancer = make(infrastructure, REGION, "x").arn
        with pytest.raises(ClientError) as raised:
            infrastructure.listener(balancer, "QUIC", 443)
        assert error_of(raised) == ("ValidationError", 400)

    def test_unknown_policy_is_refused(self, elbv2: Any, prod: LoadBalancer, www: str) -> None:
        answer = refused(
            elbv2.create_listener,
            LoadBalancerArn=prod.arn,
            Protocol="HTTPS",
            Port=8443,
            SslPolicy="none",
            Certificates=certificate(www),
            DefaultActions=[FIXED_RESPONSE],
        )
        assert answer == ("SSLPolicyNotFound", 400)

    def test_unknown_load_balancer_is_refused(
        self, infrastructure: Infrastructure, www: str
    ) -> None:
        with pytest.raises(ClientError) as raised:
            infrastructure.listener(NO_LOAD_BALANCER, "HTTPS", 443, www)
        assert error_of(raised) == ("LoadBalancerNotFound", 400)
