"""Puts certificates into ACM, of any kind of key, expired ones too."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from .certificates import PrivateKey, new_key, self_signed
from .connection import Connection
from .controls import ClockControl


class AcmCertificates:
    """ACM's certificates."""

    def __init__(self, connection: Connection, clock: ClockControl) -> None:
        self._connection = connection
        self._clock = clock

    def put(
        self,
        region: str,
        *names: str,
        expires: datetime,
        key_type: str = "RSA_2048",
        status: str = "ISSUED",
        type: str = "IMPORTED",  # noqa: A002  the API's name
    ) -> str:
        """Imports a certificate, a day before it expires if that is in the past.

        :param names: the host names; the first is the certificate's `DomainName`
        :param expires: in whole seconds (X.509)
        :param key_type: such as `RSA_2048` or `EC_prime256v1`
        :param status: `ISSUED` is shown as `EXPIRED` once it has
        :param type: `IMPORTED`, `AMAZON_ISSUED` or `PRIVATE`
        :returns: ARN
        """
        imported = min(self._clock.now(), expires - timedelta(days=1))
        key = _key(key_type)
        files = self_signed(names[0], imported - timedelta(days=90), expires, key, names)
        with self._clock.at(imported):
            answer = self._connection.client("acm", region).import_certificate(
                Certificate=files.body, PrivateKey=files.private_key
            )
        arn = str(answer["CertificateArn"])
        self._connection.control("POST", "acm", {"arn": arn, "status": status, "kind": type})
        return arn


@cache
def _key(key_type: str) -> PrivateKey:
    """One key of each kind is enough, and large ones take long to make."""
    return new_key(key_type)
