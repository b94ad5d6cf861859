"""Makes real X.509 certificates, quickly: keys are on the P-256 curve unless asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
# As ACM calls them.
_CURVES: dict[str, type[ec.EllipticCurve]] = {
    "EC_prime256v1": ec.SECP256R1,
    "EC_secp384r1": ec.SECP384R1,
    "EC_secp521r1": ec.SECP521R1,
}


@dataclass(frozen=True, repr=False)
class CertificateFiles:
    """What `UploadServerCertificate` takes: three PEM texts; `chain` is empty if there is none."""

    body: str
    private_key: str
    chain: str = ""


def new_key(key_type: str = "EC_prime256v1") -> PrivateKey:
    """A private key; one key may serve any number of certificates.

    :param key_type: as ACM calls it, such as `RSA_2048`
    """
    if key_type in _CURVES:
        return ec.generate_private_key(_CURVES[key_type]())
    return rsa.generate_private_key(65537, int(key_type.removeprefix("RSA_")))


def self_signed(
    name: str,
    not_before: datetime,
    not_after: datetime,
    key: PrivateKey | None = None,
    names: Iterable[str] = (),
) -> CertificateFiles:
    """A certificate for the host `name` that signs itself. Times are whole seconds (X.509).

    :param names: its subject alternative names, if it has any
    """
    key = key or new_key()
    certificate = _signed(
        name, key, name, key, not_before, not_after, is_authority=False, names=names
    )
    return CertificateFiles(_pem(certificate), _key_pem(key))


def with_chain(
    name: str,
    not_before: datetime,
    not_after: datetime,
    intermediates: int = 1,
    authorities_end: datetime | None = None,
) -> CertificateFiles:
    """A certificate for the host `name` under a root and `intermediates` authorities.

    The chain starts with the immediate issuer and leaves the root out, as is usual.

    :param authorities_end: when the authorities expire; by default years after the certificate
    """
    margin = timedelta(days=3650)
    authorities_end = authorities_end or not_after + margin
    key, issuer = new_key(), "Sandbox Root CA"
    authorities: list[x509.Certificate] = []
    for level in range(1, intermediates + 1):
        own_key, own_name = new_key(), f"Sandbox Intermediate CA {level}"
        authorities.append(
            _signed(own_name, own_key, issuer, key, not_before - margin, authorities_end, True)
        )
        key, issuer = own_key, own_name
    leaf_key = new_key()
    leaf = _signed(name, leaf_key, issuer, key, not_before, not_after, is_authority=False)
    chain = "".join(_pem(authority) for authority in reversed(authorities))
    return CertificateFiles(_pem(leaf), _key_pem(leaf_key), chain)


def _signed(
    subject: str,
    key: PrivateKey,
    issuer: str,
    issuer_key: PrivateKey,
    not_before: datetime,
    not_after: datetime,
    is_authority: bool,
    names: Iterable[str] = (),
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_common_name(subject))
        .issuer_name(_common_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    alternatives = [x509.DNSName(name) for name in names]
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _common_name(name: str) -> x509.Name:
    # X.509 allows a common name of 64 characters.
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: PrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
