"""Uploads server certificates, expired ones too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from .certificates import CertificateFiles, new_key, self_signed
from .connection import Connection
from .controls import ClockControl


class ServerCertificates:
    """IAM's server certificates."""

    def __init__(self, connection: Connection, clock: ClockControl) -> None:
        self._connection = connection
        self._clock = clock

    def upload(
        self,
        name: str,
        expires: datetime,
        *,
        path: str = "/",
        files: CertificateFiles | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Uploads a certificate, a day before it expires if that is in the past.

        :param files: the certificate; by default a new one that expires at `expires`
        :returns: `ServerCertificateMetadata`
        """
        uploaded = min(self._clock.now(), expires - timedelta(days=1))
        files = files or self_signed(name, uploaded - timedelta(days=90), expires)
        with self._clock.at(uploaded):
            return self._upload(name, path, files, tags or {})

    def upload_many(self, expirations: Mapping[str, datetime]) -> None:
        """Uploads many, by name, fast, under the highest quota that AWS grants."""
        now, key = self._clock.now(), new_key()
        uploaded = min([now, *(expires - timedelta(days=1) for expires in expirations.values())])
        self._connection.control("POST", "settings", {"quota": 1000})
        with self._clock.at(uploaded):
            for name, expires in expirations.items():
                files = self_signed(name, uploaded - timedelta(days=90), expires, key)
                self._upload(name, "/", files, {})

    def strip_expiration(self, name: str) -> None:
        """Makes a certificate answer without `Expiration`, which is optional in the API."""
        self._connection.control("POST", "certificates/strip-expiration", {"name": name})

    def _upload(
        self, name: str, path: str, files: CertificateFiles, tags: Mapping[str, str]
    ) -> dict[str, Any]:
        optional: dict[str, Any] = {"CertificateChain": files.chain} if files.chain else {}
        if tags:
            optional["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        answer: dict[str, Any] = self._connection.client("iam").upload_server_certificate(
            ServerCertificateName=name,
            Path=path,
            CertificateBody=files.body,
            PrivateKey=files.private_key,
            **optional,
        )
        metadata: dict[str, Any] = answer["ServerCertificateMetadata"]
        return metadata
