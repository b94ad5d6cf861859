"""Who uses a certificate: of IAM's, as far as IAM finds out; of ACM's, as ACM says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from moto.cloudfront.models import cloudfront_backends
from moto.elb.models import elb_backends
from moto.elbv2.models import elbv2_backends
from moto.utilities.utils import get_partition

from . import elb
from .iam.server_certificates import ServerCertificate


@dataclass(frozen=True)
class DeleteConflictSettings:
    """What IAM detects. AWS documents that it may not detect every binding."""

    # Whether certificates of a listener besides its default count as used.
    sni: bool = False
    # Names of certificates whose users it never finds.
    missed: tuple[str, ...] = ()
    # Users that only IAM knows of: the certificate's name, and the ARN of the user.
    unforeseen: dict[str, str] = field(default_factory=dict)


class DeleteConflicts:
    """Finds the users that keep a certificate from being deleted."""

    def __init__(self) -> None:
        self._settings = DeleteConflictSettings()

    def reset(self) -> None:
        """Detects what AWS is known to detect."""
        self._settings = DeleteConflictSettings()

    def change(self, changes: dict[str, Any]) -> None:
        """Detects more or less than AWS.

        :raises ValueError: if a setting is unknown
        """
        unknown = changes.keys() - asdict(self._settings).keys()
        if unknown:
            raise ValueError(f"Unknown settings: {', '.join(sorted(unknown))}")
        self._settings = replace(self._settings, **changes)

    def user(self, certificate: ServerCertificate) -> str:
        """The ARN of a load balancer that IAM finds to use the certificate; empty if none."""
        if certificate.cert_name in self._settings.missed:
            return ""
        users = (*_classic_users(certificate), *_users(certificate, sni=self._settings.sni))
        found = self._settings.unforeseen.get(certificate.cert_name, "")
        return next(iter(users), found)


def acm_certificates_in_use(account: str, partition: str) -> set[str]:
    """The ARNs of ACM's certificates that load balancers and distributions use."""
    classic: list[Any] = [
        listener
        for backend in list(elb_backends[account].values())
        for balancer in list(backend.load_balancers.values())
        for listener in balancer.listeners
    ]
    modern: list[Any] = [
        listener
        for backend in list(elbv2_backends[account].values())
        for balancer in list(backend.load_balancers.values())
        for listener in list(balancer.listeners.values())
    ]
    bindings = [listener.binding for listener in classic]
    bindings += [one for listener in modern for one in (listener.default, *listener.sni)]
    configs = [
        vars(one.distribution_config)["ViewerCertificate"]
        for one in list(cloudfront_backends[account][partition].distributions.values())
    ]
    return {binding.arn for binding in bindings if binding is not None} | {
        config["ACMCertificateArn"] for config in configs if "ACMCertificateArn" in config
    }


def _classic_users(certificate: ServerCertificate) -> Iterator[str]:
    for region, backend in list(elb_backends[certificate.account_id].items()):
        for balancer in list(backend.load_balancers.values()):
            listeners: list[Any] = balancer.listeners
            bindings = [listener.binding for listener in listeners]
            if _is_among(certificate, bindings):
                yield elb.arn(balancer, region, get_partition(region))


def _users(certificate: ServerCertificate, *, sni: bool) -> Iterator[str]:
    for backend in list(elbv2_backends[certificate.account_id].values()):
        for balancer in list(backend.load_balancers.values()):
            listeners: list[Any] = list(balancer.listeners.values())
            bindings = [
                binding
                for listener in listeners
                for binding in (listener.default, *(listener.sni if sni else ()))
            ]
            if _is_among(certificate, bindings):
                yield str(balancer.arn)


def _is_among(certificate: ServerCertificate, bindings: list[Any]) -> bool:
    """Whether a binding is to this certificate, not to an earlier one of the same name."""
    return any(
        binding is not None and binding.certificate_id == certificate.certificate_id
        for binding in bindings
    )
