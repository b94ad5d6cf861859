"""What IAM checks of a certificate, its key, its chain and its tags when they are uploaded."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sandbox.wire.calls import AwsError

MAX_TAGS = 50


def checked_certificate(params: dict[str, Any], now: datetime) -> x509.Certificate:
    """The parsed certificate, if IAM would take it with this key and this chain at this time."""
    certificate = _parsed_body(params["CertificateBody"])
    key = _parsed_key(params["PrivateKey"])
    if _public_bytes(key.public_key()) != _public_bytes(certificate.public_key()):
        raise AwsError(
            "KeyPairMismatch",
            "The private key did not match the public key provided. "
            "Please verify the key material and try again.",
        )
    if now > certificate.not_valid_after_utc:
        _malformed(
            "Certificate is no longer valid. The 'Not After' date restriction on the "
            "certificate has passed."
        )
    if now < certificate.not_valid_before_utc:
        _malformed(
            "Certificate is not yet valid. The 'Not Before' date restriction on the "
            "certificate has not passed."
        )
    if "CertificateChain" in params:
        _check_chain(certificate, params["CertificateChain"])
    return certificate


def _parsed_body(pem: str) -> x509.Certificate:
    try:
        certificates = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        certificates = []
    if len(certificates) != 1:
        _malformed("Unable to parse certificate. Please ensure the certificate is in PEM format.")
    return certificates[0]


def _parsed_key(pem: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):  # TypeError: the key is encrypted
        _malformed("Invalid Private Key.")
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        _malformed("Invalid Private Key.")
    return key


def _public_bytes(key: Any) -> bytes:
    encoded: bytes = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded


def _check_chain(certificate: x509.Certificate, pem: str) -> None:
    try:
        chain = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        _malformed("Unknown")
    issued = certificate
    for index, issuer in enumerate(chain):
        try:
            issued.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            _malformed(
                "Unable to validate certificate chain. The certificate chain must start with the "
                "immediate signing certificate, followed by any intermediaries in order. The "
                f"index within the chain of the invalid certificate is: {index - 1}"
            )
        issued = issuer


def _malformed(reason: str) -> NoReturn:
    raise AwsError("MalformedCertificate", reason)


def checked_tags(
    existing: dict[str, dict[str, str]], added: list[dict[str, str]]
) -> dict[str, dict[str, str]]:
    """The tags after adding some, new ones first; keys may differ by case alone."""
    by_key = {tag["Key"]: tag for tag in added}
    if len(by_key) < len(added):
        raise AwsError("InvalidInput", "Duplicate tag keys found.")
    if any(key.lower().startswith("aws:") for key in by_key):
        raise AwsError("InvalidInput", "Tag keys that start with aws: are reserved.")
    new = {key: tag for key, tag in by_key.items() if key not in existing}
    tags = new | existing | by_key
    if len(tags) > MAX_TAGS:
        raise AwsError(
            "LimitExceeded", f"The number of tags has reached the maximum limit: {MAX_TAGS}"
        )
    return tags
