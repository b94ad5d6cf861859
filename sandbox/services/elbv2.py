"""Application, network and gateway load balancers, their listeners and certificates.

Rules, target groups, attributes and the rest are moto's.
"""

from __future__ import annotations

from typing import Any

from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer, elbv2_backends
from moto.elbv2.responses import ELBV2Response
from moto.elbv2.ssl_policies import SSL_POLICIES

from sandbox.wire.calls import AwsError, Call, Response, serialize
from sandbox.wire.operations import Operations, refuse_parameters
from sandbox.wire.paging import Pager

from .certificate_references import Binding, bind

PAGES = Pager(400, lambda marker: AwsError("ValidationError", f"Invalid marker: {marker}"))
# Certificates of a listener, besides the default.
MAX_SNI_CERTIFICATES = 25
SECURE_PROTOCOLS = ("HTTPS", "TLS")
# Of Network Load Balancers. moto doesn't know them yet; they take no certificate, as TCP.
QUIC_PROTOCOLS = ("QUIC", "TCP_QUIC")
DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"
# moto's, with two attributes of ours: the bindings `default` (None if plain) and `sni` (a list).
Listener = Any
# How the type of a load balancer is written in its ARN.
_TYPES_IN_ARNS = {"application": "app", "network": "net", "gateway": "gwy"}


def operations() -> Operations:
    """The operations that the sandbox answers itself, by their names."""
    return {
        "CreateLoadBalancer": _create_load_balancer,
        "DescribeLoadBalancers": _describe_load_balancers,
        "CreateListener": _create_listener,
        "DescribeListeners": _describe_listeners,
        "ModifyListener": _modify_listener,
        "AddListenerCertificates": _add_certificates,
        "RemoveListenerCertificates": _remove_certificates,
        "DescribeListenerCertificates": _describe_certificates,
    }


# Load balancers.


def _create_load_balancer(call: Call) -> Response:
    params, backend = call.params, _backend(call)
    name, kind = params["Name"], params.get("Type", "application")
    if any(balancer.name == name for balancer in list(backend.load_balancers.values())):
        raise AwsError(
            "DuplicateLoadBalancerName",
            f"A load balancer with the same name '{name}' exists, but with different settings",
        )
    balancer = backend.create_load_balancer(
        name=name,
        security_groups=params.get("SecurityGroups", []),
        subnet_ids=params.get("Subnets", []),
        subnet_mappings=params.get("SubnetMappings", []),
        scheme=params.get("Scheme", "internet-facing"),
        loadbalancer_type=kind,
        ip_address_type=params.get("IpAddressType", "ipv4"),
    )
    # moto takes every load balancer for an application load balancer.
    del backend.load_balancers[balancer.arn]
    balancer.arn = balancer.arn.replace("/app/", f"/{_TYPES_IN_ARNS[kind]}/", 1)
    backend.load_balancers[balancer.arn] = balancer
    backend.tagging_service.tag_resource(balancer.arn, params.get("Tags"))
    return _answer(call, {"LoadBalancers": [balancer]})


def _describe_load_balancers(call: Call) -> Response:
    refuse_parameters(call, "LoadBalancerArns", "Names")
    balancers: list[FakeLoadBalancer] = list(_backend(call).load_balancers.values())
    for balancer in balancers:
        balancer.activate()
    found, marker = PAGES.page(call, balancers, lambda balancer: str(balancer.arn))
    return _answer(call, {"LoadBalancers": found, "NextMarker": marker})


# Listeners.


def _create_listener(call: Call) -> Response:
    params, backend = call.params, _backend(call)
    balancer = backend.load_balancers.get(params["LoadBalancerArn"])
    if balancer is None:
        raise _no_load_balancer()
    # A gateway's listener has neither, though moto's types say so.
    protocol: Any = params.get("Protocol")
    port: Any = params.get("Port")
    default = _default_certificate(call, protocol)
    if any(listener.port == port for listener in balancer.listeners.values()):
        raise AwsError(
            "DuplicateListener",
            f"A listener already exists on this port for this load balancer '{balancer.arn}'",
        )
    listener: Listener = backend.create_listener(
        load_balancer_arn=balancer.arn,
        protocol="TCP" if balancer.type == "network" and protocol in QUIC_PROTOCOLS else protocol,
        port=port,
        ssl_policy=_checked_policy(params, protocol),
        certificate=default.arn if default else None,
        actions=params["DefaultActions"],
        alpn_policy=params.get("AlpnPolicy", []),
        tags=params.get("Tags"),
    )
    listener.protocol = protocol or ""
    listener.sni = []
    _set_default(listener, default)
    return _answer(call, {"Listeners": [listener]})


def _describe_listeners(call: Call) -> Response:
    refuse_parameters(call, "ListenerArns")
    load_balancer = call.params.get("LoadBalancerArn")
    if not load_balancer:
        raise AwsError(
            "ValidationError", "You must specify either listener ARNs or a load balancer ARN"
        )
    balancer = _backend(call).load_balancers.get(load_balancer)
    if balancer is None:
        raise _no_load_balancer()
    listeners = list(balancer.listeners.values())
    found, marker = PAGES.page(call, listeners, lambda listener: str(listener.arn))
    return _answer(call, {"Listeners": found, "NextMarker": marker})


def _modify_listener(call: Call) -> Response:
    """Changes the default certificate, and nothing else."""
    others = set(call.params) - {"ListenerArn", "Certificates"}
    refuse_parameters(call, *sorted(others))
    listener = _secure_listener(call)
    _set_default(listener, _only_certificate(call))
    return _answer(call, {"Listeners": [listener]})


def _checked_policy(params: dict[str, Any], protocol: str | None) -> Any:
    if protocol not in SECURE_PROTOCOLS:
        return None
    policy = str(params.get("SslPolicy", DEFAULT_POLICY))
    if policy not in SSL_POLICIES:
        raise AwsError("SSLPolicyNotFound", f"SSL policy '{policy}' not found")
    return policy


# Certificates.


def _default_certificate(call: Call, protocol: str | None) -> Binding | None:
    """The default certificate that a request names, if a listener of this protocol takes it."""
    given = call.params.get("Certificates") or []
    if protocol not in SECURE_PROTOCOLS:
        if given:
            raise AwsError(
                "ValidationError", f"A certificate cannot be specified for {protocol} listeners"
            )
        return None
    if not given:
        raise AwsError(
            "ValidationError", f"A certificate must be specified for {protocol} listeners"
        )
    return _only_certificate(call)


def _set_default(listener: Listener, default: Binding | None) -> None:
    listener.default = default
    # What moto shows: a listener's description has the default certificate alone.
    listener.certificates = [default.arn] if default else []


def _add_certificates(call: Call) -> dict[str, Any]:
    listener = _secure_listener(call)
    added = _only_certificate(call)
    if added not in listener.sni:
        if len(listener.sni) >= MAX_SNI_CERTIFICATES:
            raise AwsError(
                "TooManyCertificates",
                "You've reached the limit on the number of certificates per load balancer",
            )
        listener.sni.append(added)
    return {
        "Certificates": [
            {"CertificateArn": binding.arn, "IsDefault": False} for binding in listener.sni
        ]
    }


def _remove_certificates(call: Call) -> None:
    listener = _secure_listener(call)
    arn = _only_arn(call)
    known = [binding.arn for binding in listener.sni]
    if arn == listener.default.arn and arn not in known:
        raise AwsError("OperationNotPermitted", "Default certificate cannot be removed")
    listener.sni = [binding for binding in listener.sni if binding.arn != arn]


def _describe_certificates(call: Call) -> dict[str, Any]:
    listener = _listener(call)
    listed = [] if listener.default is None else [(listener.default.arn, True)]
    listed += [(binding.arn, False) for binding in list(listener.sni)]
    # The default comes first, and again if it is among the others too.
    found, marker = PAGES.page(call, listed, lambda one: f"{not one[1]:d} {one[0]}")
    return {
        "Certificates": [{"CertificateArn": arn, "IsDefault": default} for arn, default in found],
        "NextMarker": marker,
    }


def _only_certificate(call: Call) -> Binding:
    arn = _only_arn(call)
    binding = bind(call, arn)
    if binding is None:
        raise AwsError("CertificateNotFound", f"Certificate '{arn}' not found")
    return binding


def _only_arn(call: Call) -> str:
    given = call.params["Certificates"]
    if len(given) != 1 or not given[0].get("CertificateArn"):
        raise AwsError("ValidationError", "You must specify exactly one certificate ARN")
    return str(given[0]["CertificateArn"])


def _secure_listener(call: Call) -> Listener:
    listener = _listener(call)
    if listener.default is None:
        raise AwsError(
            "ValidationError",
            f"A certificate cannot be specified for {listener.protocol} listeners",
        )
    return listener


# What all need.


def _backend(call: Call) -> ELBv2Backend:
    return elbv2_backends[call.account][call.region]


def _listener(call: Call) -> Listener:
    for balancer in list(_backend(call).load_balancers.values()):
        if call.params["ListenerArn"] in balancer.listeners:
            return balancer.listeners[call.params["ListenerArn"]]
    raise AwsError("ListenerNotFound", "One or more listeners not found")


def _no_load_balancer() -> AwsError:
    return AwsError("LoadBalancerNotFound", "One or more load balancers not found")


def _answer(call: Call, result: dict[str, Any]) -> Response:
    return serialize(call, result, ELBV2Response.RESPONSE_KEY_PATH_TO_TRANSFORMER)
