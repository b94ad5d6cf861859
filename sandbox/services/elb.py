"""Classic load balancers and their certificates. Policies, instances and the rest are moto's."""

from __future__ import annotations

from typing import Any

from moto.elb.models import ELBBackend, elb_backends
from moto.elb.responses import ELBResponse

from sandbox.wire.calls import AwsError, Call, Response, serialize
from sandbox.wire.operations import Operations, not_imitated, refuse_parameters
from sandbox.wire.paging import Pager

from .certificate_references import Binding, bind

PAGES = Pager(400, lambda marker: AwsError("ValidationError", f"Invalid marker: {marker}"))
SECURE_PROTOCOLS = ("HTTPS", "SSL")
# What DescribeLoadBalancers shows for a certificate that IAM no longer has.
INVALID_CERTIFICATE = "Invalid-Certificate"
# moto's, with listeners of ours.
LoadBalancer = Any


class Listener:
    """A listener; has the attributes of moto's, which lives from them."""

    def __init__(self, definition: dict[str, Any], binding: Binding | None) -> None:
        self.load_balancer_port = definition["LoadBalancerPort"]
        self.instance_port = definition["InstancePort"]
        self.protocol = definition["Protocol"].upper()
        self.instance_protocol = definition.get("InstanceProtocol", self.protocol).upper()
        self.binding = binding
        self.policy_names: list[str] = []

    @property
    def ssl_certificate_id(self) -> str | None:
        """The certificate's ARN, as AWS shows it."""
        if self.binding is None:
            return None
        return INVALID_CERTIFICATE if self.binding.is_dangling else self.binding.arn


def operations() -> Operations:
    """The operations that the sandbox answers itself, by their names."""
    return {
        "CreateLoadBalancer": _create,
        "DescribeLoadBalancers": _describe,
        **not_imitated(
            "CreateLoadBalancerListeners",
            "DeleteLoadBalancerListeners",
            "SetLoadBalancerListenerSSLCertificate",
        ),
    }


def arn(balancer: LoadBalancer, region: str, partition: str) -> str:
    """The ARN of a load balancer, which has no place in its API, but in messages of others."""
    return (
        f"arn:{partition}:elasticloadbalancing:{region}:{balancer.account_id}"
        f":loadbalancer/{balancer.name}"
    )


def _create(call: Call) -> dict[str, Any]:
    params, backend = call.params, _backend(call)
    listeners = [_checked_listener(call, definition) for definition in params["Listeners"]]
    balancer: LoadBalancer = backend.create_load_balancer(
        name=params["LoadBalancerName"],
        zones=params.get("AvailabilityZones", []),
        ports=params["Listeners"],
        scheme=params.get("Scheme", "internet-facing"),
        subnets=params.get("Subnets", []),
        security_groups=params.get("SecurityGroups", []),
    )
    balancer.listeners = listeners
    balancer.dns_name = f"{balancer.name}-1.{call.region}.elb.amazonaws.com"
    for tag in params.get("Tags", []):
        balancer.add_tag(tag["Key"], tag.get("Value", ""))
    return {"DNSName": balancer.dns_name}


def _describe(call: Call) -> Response:
    refuse_parameters(call, "LoadBalancerNames")
    balancers = list(_backend(call).load_balancers.values())
    found, marker = PAGES.page(call, balancers, lambda one: str(one.name))
    result = {"LoadBalancerDescriptions": found, "NextMarker": marker}
    return serialize(call, result, ELBResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER)


def _checked_listener(call: Call, definition: dict[str, Any]) -> Listener:
    protocol, certificate = definition["Protocol"].upper(), definition.get("SSLCertificateId")
    if protocol not in SECURE_PROTOCOLS:
        return Listener(definition, None)  # AWS drops the certificate of a plain listener
    if not certificate:
        raise AwsError("ValidationError", "Secure Listeners need to specify a SSLCertificateId")
    return Listener(definition, _bound(call, certificate))


def _bound(call: Call, certificate: str) -> Binding:
    binding = bind(call, certificate)
    if binding is None:
        raise AwsError(
            "CertificateNotFound", f"Server Certificate not found for the key: {certificate}"
        )
    return binding


def _backend(call: Call) -> ELBBackend:
    return elb_backends[call.account][call.region]
