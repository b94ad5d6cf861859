"""IAM's server certificates. Everything else of IAM is moto's."""

from __future__ import annotations

import random
import re
import string
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from moto.iam.models import Certificate, IAMBackend, iam_backends

from sandbox.host.clock import Clock
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, exclusively
from sandbox.wire.paging import Pager

from .upload_checks import checked_certificate, checked_tags

PAGES = Pager(
    100,
    lambda marker: AwsError("ValidationError", f"Invalid Marker: {marker}"),
    size_parameter="MaxItems",
)
# How the ids of certificates end, and what they may begin with: in all 128 characters at most.
_RANDOM_CHARACTERS = 17
_ID_PREFIX = r"\w{1,111}"
_ID_ALPHABET = string.ascii_uppercase + "234567"
_random = random.SystemRandom()


@dataclass(frozen=True)
class CertificateSettings:
    """What differs between accounts, or from one day to the next."""

    # Certificates per account and partition. AWS raises it on request, to 1,000 at most.
    quota: int = 20
    # IAM "might return fewer" items than asked for; 0 means that it doesn't.
    page_cap: int = 0
    # For how long a deleted certificate stays in listings, which are eventually consistent.
    delete_lag_seconds: float = 0
    # What the ids of certificates begin with that are stored from now on. Those of old accounts
    # have other prefixes: Elastic Beanstalk's developer guide shows AS5YBEIONO2Q7CAIHKNGC.
    id_prefix: str = "ASCA"

    def changed(self, **changes: Any) -> CertificateSettings:
        """A copy with the changes.

        :raises ValueError: if a setting is unknown or its value is not allowed
        """
        unknown = changes.keys() - asdict(self).keys()
        if unknown:
            raise ValueError(f"Unknown settings: {', '.join(sorted(unknown))}")
        settings = replace(self, **changes)
        if not 1 <= settings.quota <= 1000:
            raise ValueError(f"quota is {settings.quota}; AWS allows 1 to 1000")
        if not re.fullmatch(_ID_PREFIX, settings.id_prefix, re.ASCII):
            raise ValueError(f"id_prefix is {settings.id_prefix!r}; it must match {_ID_PREFIX}")
        return settings


class ServerCertificate(Certificate):
    """A stored certificate; lives among moto's, so that moto's other services find it."""

    def __init__(
        self, call: Call, uploaded: datetime, expiration: datetime, id_prefix: str
    ) -> None:
        params = call.params
        super().__init__(
            account_id=call.account,
            region_name=call.region,
            cert_name=params["ServerCertificateName"],
            cert_body=params["CertificateBody"],
            private_key="",  # nobody can get it back, so it isn't kept
            cert_chain=params.get("CertificateChain"),
            path=params.get("Path"),
        )
        self.certificate_id = id_prefix + "".join(
            _random.choices(_ID_ALPHABET, k=_RANDOM_CHARACTERS)
        )
        self.uploaded = uploaded
        # Optional in the API: None is left out of every answer.
        self.expiration: datetime | None = expiration
        # By key. Not sorted: AWS lists those that were added last first.
        self.tags: dict[str, dict[str, str]] = {}

    def metadata(self) -> dict[str, Any]:
        """`ServerCertificateMetadata` of the API."""
        return {
            "Path": self.path,
            "ServerCertificateName": self.cert_name,
            "ServerCertificateId": self.certificate_id,
            "Arn": self.arn,
            "UploadDate": self.uploaded,
            "Expiration": self.expiration,
        }


class ServerCertificates:
    """The operations on server certificates, and the controls that tests have over them."""

    def __init__(
        self,
        clock: Clock,
        user: Callable[[ServerCertificate], str] = lambda _: "",
    ) -> None:
        """Starts without certificates.

        :param user: the ARN of a load balancer that uses a certificate; empty if none does
        """
        self._clock = clock
        self._user = user
        self._lock = threading.RLock()
        self.settings = CertificateSettings()
        self._deleted: list[tuple[datetime, ServerCertificate]] = []

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        operations: Operations = {
            "UploadServerCertificate": self._upload,
            "GetServerCertificate": self._get,
            "ListServerCertificates": self._list,
            "DeleteServerCertificate": self._delete,
            "UpdateServerCertificate": self._update,
            "TagServerCertificate": self._tag,
            "UntagServerCertificate": self._untag,
            "ListServerCertificateTags": self._list_tags,
            "GetAccountSummary": self._summary,
        }
        return exclusively(self._lock, operations)

    def reset(self) -> None:
        """Forgets what moto doesn't hold."""
        with self._lock:
            self.settings = CertificateSettings()
            self._deleted.clear()

    def strip_expiration(self, name: str) -> None:
        """Makes the certificates of this name answer without `Expiration`.

        :raises ValueError: if there is none
        """
        with self._lock:
            found = [
                certificate
                for partitions in iam_backends.values()
                for backend in partitions.values()
                for certificate in _all(backend)
                if certificate.cert_name == name
            ]
            if not found:
                raise ValueError(f"No server certificate is called {name!r}")
            for certificate in found:
                certificate.expiration = None

    def _upload(self, call: Call) -> dict[str, Any]:
        params, backend = call.params, _backend(call)
        name = params["ServerCertificateName"]
        parsed = checked_certificate(params, self._clock.now())
        tags = checked_tags({}, params.get("Tags") or [])
        _refuse_duplicate(_all(backend), name)
        if len(_all(backend)) >= self.settings.quota:
            raise AwsError(
                "LimitExceeded",
                f"Cannot exceed quota for ServerCertificatesPerAccount: {self.settings.quota}",
            )
        uploaded = self._clock.now().replace(microsecond=0)
        certificate = ServerCertificate(
            call, uploaded, parsed.not_valid_after_utc, self.settings.id_prefix
        )
        certificate.tags = tags
        backend.certificates[certificate.certificate_id] = certificate
        return {
            "ServerCertificateMetadata": certificate.metadata(),
            "Tags": list(certificate.tags.values()) or None,
        }

    def _get(self, call: Call) -> dict[str, Any]:
        certificate = _named(call)
        return {
            "ServerCertificate": {
                "ServerCertificateMetadata": certificate.metadata(),
                "CertificateBody": certificate.cert_body,
                "CertificateChain": certificate.cert_chain,
                # Always there, as an empty list if need be.
                "Tags": list(certificate.tags.values()),
            }
        }

    def _list(self, call: Call) -> dict[str, Any]:
        prefix = call.params.get("PathPrefix", "/")
        listed = [one for one in self._visible(call) if one.path.startswith(prefix)]
        page, marker = PAGES.page(call, listed, lambda one: one.cert_name, self.settings.page_cap)
        return {
            "ServerCertificateMetadataList": [certificate.metadata() for certificate in page],
            "IsTruncated": marker is not None,
            "Marker": marker,
        }

    def _delete(self, call: Call) -> None:
        certificate = _named(call)
        user = self._user(certificate)
        if user:
            raise AwsError(
                "DeleteConflict",
                f"Certificate: {certificate.certificate_id} is currently in use by {user}. "
                "Please remove it first before deleting it from IAM.",
            )
        del _backend(call).certificates[certificate.certificate_id]
        if self.settings.delete_lag_seconds:
            lag = timedelta(seconds=self.settings.delete_lag_seconds)
            self._deleted.append((self._clock.now() + lag, certificate))

    def _update(self, call: Call) -> None:
        certificate = _named(call)
        new_name = call.params.get("NewServerCertificateName", certificate.cert_name)
        # Not verified against AWS: that the own name in another case is no duplicate.
        others = [one for one in _all(_backend(call)) if one is not certificate]
        _refuse_duplicate(others, new_name)
        certificate.cert_name = new_name
        certificate.path = call.params.get("NewPath", certificate.path)

    def _tag(self, call: Call) -> None:
        certificate = _named(call)
        if not call.params["Tags"]:
            raise AwsError("InvalidInput", "The provided tag map must not be null/empty.")
        certificate.tags = checked_tags(certificate.tags, call.params["Tags"])

    def _untag(self, call: Call) -> None:
        certificate, keys = _named(call), call.params["TagKeys"]
        if not keys:
            raise AwsError("InvalidInput", "The provided tag keys must not be null/empty.")
        certificate.tags = {key: tag for key, tag in certificate.tags.items() if key not in keys}

    def _summary(self, call: Call) -> dict[str, Any]:
        """How many certificates there are and may be; what else there is, as moto counts it."""
        summary = _backend(call).account_summary.summary_map | {
            "ServerCertificates": len(_all(_backend(call))),
            "ServerCertificatesQuota": self.settings.quota,
        }
        return {"SummaryMap": summary}

    def _list_tags(self, call: Call) -> dict[str, Any]:
        tags = _named(call).tags.values()
        page, marker = PAGES.page(call, tags, lambda tag: tag["Key"], self.settings.page_cap)
        return {"Tags": page, "IsTruncated": marker is not None, "Marker": marker}

    def _visible(self, call: Call) -> list[ServerCertificate]:
        """The stored certificates, and the deleted ones that listings still show."""
        stored = _all(_backend(call))
        names = {certificate.cert_name for certificate in stored}
        now = self._clock.now()
        ghosts = [
            certificate
            for visible_until, certificate in self._deleted
            if now < visible_until
            and certificate.cert_name not in names
            and (certificate.account_id, certificate.partition) == (call.account, call.partition)
        ]
        return stored + ghosts


def _backend(call: Call) -> IAMBackend:
    return iam_backends[call.account][call.partition]


def _all(backend: IAMBackend) -> list[ServerCertificate]:
    stored = backend.certificates.values()
    return [certificate for certificate in stored if isinstance(certificate, ServerCertificate)]


def _named(call: Call) -> ServerCertificate:
    name = call.params["ServerCertificateName"]
    for certificate in _all(_backend(call)):
        if certificate.cert_name == name:
            return certificate
    raise AwsError("NoSuchEntity", f"The Server Certificate with name {name} cannot be found.")


def _refuse_duplicate(certificates: list[ServerCertificate], name: str) -> None:
    """Refuses a name that differs from another's in case at most; lookups go by case."""
    if any(certificate.cert_name.lower() == name.lower() for certificate in certificates):
        raise AwsError(
            "EntityAlreadyExists", f"The Server Certificate with name {name} already exists."
        )
