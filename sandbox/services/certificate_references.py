"""How a resource refers to a certificate."""

from __future__ import annotations

from dataclasses import dataclass

from moto.acm.exceptions import CertificateNotFound
from moto.acm.models import acm_backends
from moto.iam.models import iam_backends

from sandbox.wire.calls import Call

from .iam.server_certificates import ServerCertificate


@dataclass(frozen=True)
class Binding:
    """What a listener keeps of its certificate.

    The ARN stays as it was given: a certificate that is renamed afterwards has another one.
    """

    arn: str
    # The account and partition of an IAM certificate, and its id; empty for one of ACM.
    owner: tuple[str, str] = ("", "")
    certificate_id: str = ""

    @property
    def is_dangling(self) -> bool:
        """Whether the certificate has been deleted from IAM under its user."""
        account, partition = self.owner
        return bool(account) and (
            self.certificate_id not in iam_backends[account][partition].certificates
        )


def bind(call: Call, arn: str) -> Binding | None:
    """The binding to an existing certificate of the caller; none if it doesn't exist."""
    if arn.startswith(f"arn:{call.partition}:acm:"):
        return _bound_to_acm(call, arn)
    for certificate in iam_backends[call.account][call.partition].certificates.values():
        if isinstance(certificate, ServerCertificate) and certificate.arn == arn:
            return Binding(arn, (call.account, call.partition), certificate.certificate_id)
    return None


def _bound_to_acm(call: Call, arn: str) -> Binding | None:
    try:
        acm_backends[call.account][call.region].get_certificate(arn)
    except CertificateNotFound:
        return None
    return Binding(arn)
