"""The account of the story, as it is before anybody has heard of Certsweep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sandbox.client import CertificateFiles, Infrastructure, Sandbox, self_signed, with_chain

ABROAD = "ap-southeast-2"
ARTIFACTS = "my-artifacts"
BACKUPS = "my-backups"
FORGOTTEN = "www.example.com-2018"
HIDDEN = "shop@example.com+eu"
EARLY = "mail.example.com"
VALID = "www.example.com"


@dataclass(frozen=True)
class Certificate:
    """A certificate of the story."""

    name: str
    expires: datetime
    # What `put_to_use` builds, as a person would say it.
    users: str
    path: str = "/"
    has_chain: bool = False

    @property
    def uploaded(self) -> datetime:
        """On a day when it was still valid, in the past."""
        return min(self.expires, _now()) - timedelta(days=1)

    def files(self) -> CertificateFiles:
        """A real certificate, of a year."""
        make = with_chain if self.has_chain else self_signed
        return make(self.name, self.uploaded - timedelta(days=364), self.expires)


class StartingPoint:
    """Certificates, and load balancers and the like that present some of them."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._home = sandbox.region
        self._stored: dict[str, dict[str, Any]] = {}
        self.listener_abroad = ""

    def certificates(self) -> list[Certificate]:
        """What gathers in IAM, worst first."""
        return [
            Certificate(FORGOTTEN, datetime(2018, 7, 10, 23, 59, 59, tzinfo=timezone.utc), "-"),
            Certificate(HIDDEN, _in_days(-40), f"ALB, {ABROAD} (SNI)"),
            Certificate("cdn", _in_days(-2), "CloudFront", path="/cloudfront/shop/"),
            Certificate("intranet", _in_days(5), f"Classic ELB, {self._home}", "/internal/"),
            # AppSync takes no ARN with a dot in the name.
            Certificate("api", _in_days(12), f"AppSync, {self._home}", has_chain=True),
            Certificate(EARLY, _in_days(20), "-"),
            Certificate(VALID, _in_days(98), f"ALB, {ABROAD}"),
        ]

    def renewal(self, name: str) -> Certificate:
        """A new certificate under a name that is taken so far."""
        return Certificate(name, _in_days(364), "-")

    def store(self, certificate: Certificate) -> None:
        """Uploads a certificate."""
        self._sandbox.upload_certificate(
            certificate.name,
            certificate.expires,
            path=certificate.path,
            files=certificate.files(),
        )

    def put_to_use(self) -> None:
        """Builds what uses the certificates, all of which are stored."""
        infrastructure = Infrastructure(self._sandbox)
        balancer = infrastructure.alb(ABROAD, "shop", self.arn(VALID), sni=[self.arn(HIDDEN)])
        self.listener_abroad = balancer.listener_arn
        infrastructure.classic(self._home, "intranet", self.arn("intranet"))
        infrastructure.distribution("cdn", self._metadata("cdn")["ServerCertificateId"])
        infrastructure.domain(self._home, "api.example.com", self.arn("api"))

    def prepare_replacements(self) -> None:
        """Puts certificates into ACM that could take the place of two of those in use."""
        for region, name in ((self._home, "intranet"), ("us-east-1", "cdn")):
            self._sandbox.put_acm_certificate(
                region, name, expires=_in_days(90), type="AMAZON_ISSUED"
            )

    def arn(self, name: str) -> str:
        """The ARN of a certificate."""
        return str(self._metadata(name)["Arn"])

    def hire(self, user: str) -> str:
        """Creates a user; answers the section of their access key in a file of credentials."""
        iam = self._sandbox.client("iam")
        iam.create_user(UserName=user)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        return (
            f"[{user}]\n"
            f"aws_access_key_id = {key['AccessKeyId']}\n"
            f"aws_secret_access_key = {key['SecretAccessKey']}\n"
        )

    def _metadata(self, name: str) -> dict[str, Any]:
        if name not in self._stored:
            listed = self._sandbox.client("iam").list_server_certificates()
            self._stored = {
                one["ServerCertificateName"]: one for one in listed["ServerCertificateMetadataList"]
            }
        return self._stored[name]


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)


def _in_days(number: float) -> datetime:
    """That many days from now and half a day more, so that the demo reads the same all day."""
    return _now() + timedelta(days=number, hours=12)
