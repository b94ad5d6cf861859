"""Builds what uses certificates, in few words: for tests and the demo.

    infrastructure = Infrastructure(sandbox)
    infrastructure.alb("eu-west-1", "prod", default=arn, sni=[another])
    infrastructure.distribution("shop", certificate_id)

All of it through real API calls, so that what AWS refuses is refused here too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .sandbox import Sandbox

FIXED_RESPONSE = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}


@dataclass(frozen=True)
class LoadBalancer:
    """A load balancer and its first listener."""

    region: str
    name: str
    arn: str
    # Empty if it has no listener.
    listener_arn: str = ""


class Infrastructure:
    """Load balancers, distributions and domains of the sandbox's account.

    Good until the sandbox is reset.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._subnets_by_region: dict[str, list[str]] = {}

    def classic(self, region: str, name: str, certificate: str | None = None) -> str:
        """A Classic Load Balancer that listens on port 443, or on 80 without a certificate.

        :param certificate: ARN
        :returns: ARN
        """
        listener: dict[str, Any] = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}
        if certificate:
            listener |= {
                "Protocol": "HTTPS",
                "LoadBalancerPort": 443,
                "InstanceProtocol": "HTTP",
                "SSLCertificateId": certificate,
            }
        self._sandbox.client("elb", region).create_load_balancer(
            LoadBalancerName=name, Listeners=[listener], Subnets=self._subnets(region)
        )
        account = self._sandbox.account
        partition = self._partition(region)
        return f"arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{name}"

    def alb(
        self,
        region: str,
        name: str,
        default: str | None = None,
        sni: Iterable[str] = (),
        port: int | None = None,
    ) -> LoadBalancer:
        """An Application Load Balancer with an HTTPS listener, or HTTP without a certificate.

        :param default: ARN of the listener's default certificate
        :param sni: ARNs of its further certificates
        :param port: 443 or 80 unless given
        """
        arn = self._load_balancer(region, name, "application")
        protocol = "HTTPS" if default else "HTTP"
        listener = self.listener(arn, protocol, port or (443 if default else 80), default, sni)
        return LoadBalancer(region, name, arn, listener)

    def nlb(
        self,
        region: str,
        name: str,
        default: str | None = None,
        sni: Iterable[str] = (),
        port: int = 443,
    ) -> LoadBalancer:
        """A Network Load Balancer with a TLS listener, or TCP without a certificate.

        :param default: ARN of the listener's default certificate
        :param sni: ARNs of its further certificates
        """
        arn = self._load_balancer(region, name, "network")
        protocol = "TLS" if default else "TCP"
        listener = self.listener(arn, protocol, port, default, sni)
        return LoadBalancer(region, name, arn, listener)

    def gateway(self, region: str, name: str) -> LoadBalancer:
        """A Gateway Load Balancer, whose listener has neither port nor certificate."""
        arn = self._load_balancer(region, name, "gateway")
        return LoadBalancer(region, name, arn, self.listener(arn, None, None))

    def listener(
        self,
        load_balancer: str,
        protocol: str | None,
        port: int | None,
        default: str | None = None,
        sni: Iterable[str] = (),
    ) -> str:
        """A further listener of a load balancer.

        :param load_balancer: ARN
        :returns: ARN
        """
        balancing = self._sandbox.client("elbv2", load_balancer.split(":")[3])
        optional = {
            "Protocol": protocol,
            "Port": port,
            "Certificates": [{"CertificateArn": default}] if default else None,
        }
        created = balancing.create_listener(
            LoadBalancerArn=load_balancer,
            DefaultActions=[FIXED_RESPONSE],
            **{name: value for name, value in optional.items() if value is not None},
        )
        arn = str(created["Listeners"][0]["ListenerArn"])
        for certificate in sni:  # one at a time: the API takes no more
            balancing.add_listener_certificates(
                ListenerArn=arn, Certificates=[{"CertificateArn": certificate}]
            )
        return arn

    def distribution(self, name: str, certificate_id: str | None = None) -> str:
        """A CloudFront distribution.

        :param name: its only alias, under example.com
        :param certificate_id: id of a certificate whose path begins with /cloudfront/;
            CloudFront's own if none
        :returns: ARN
        """
        created = self._sandbox.client("cloudfront").create_distribution(
            DistributionConfig=distribution_config(name, certificate_id)
        )
        return str(created["Distribution"]["ARN"])

    def domain(self, region: str, name: str, certificate: str) -> str:
        """An AppSync domain name.

        :param certificate: ARN
        :returns: ARN
        """
        created = self._sandbox.client("appsync", region).create_domain_name(
            domainName=name, certificateArn=certificate
        )
        return str(created["domainNameConfig"]["domainNameArn"])

    def _load_balancer(self, region: str, name: str, kind: str) -> str:
        created = self._sandbox.client("elbv2", region).create_load_balancer(
            Name=name, Type=kind, Subnets=self._subnets(region)
        )
        return str(created["LoadBalancers"][0]["LoadBalancerArn"])

    def _subnets(self, region: str) -> list[str]:
        """Two subnets of the default VPC, which every region has."""
        if region not in self._subnets_by_region:
            subnets = self._sandbox.client("ec2", region).describe_subnets()["Subnets"]
            self._subnets_by_region[region] = [str(one["SubnetId"]) for one in subnets][:2]
        return self._subnets_by_region[region]

    def _partition(self, region: str) -> str:
        return str(self._sandbox.client("elb", region).meta.partition)


def distribution_config(name: str, certificate_id: str | None = None) -> dict[str, Any]:
    """The least that CloudFront takes for a distribution."""
    certificate: dict[str, Any] = {"CloudFrontDefaultCertificate": True}
    if certificate_id:
        certificate = {
            "IAMCertificateId": certificate_id,
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        }
    origin = {
        "Id": "origin",
        "DomainName": f"{name}.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    return {
        "CallerReference": name,
        "Aliases": {"Quantity": 1, "Items": [f"{name}.example.com"]},
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "origin",
            "ViewerProtocolPolicy": "redirect-to-https",
            "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
            "MinTTL": 0,
        },
        "Comment": name,
        "Enabled": True,
        "ViewerCertificate": certificate,
    }
