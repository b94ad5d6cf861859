"""CloudFront distributions and their viewer certificates. The rest of CloudFront is moto's."""

from __future__ import annotations

from typing import Any

from moto.cloudfront.models import CloudFrontBackend, Distribution, cloudfront_backends
from moto.iam.models import iam_backends

from sandbox.wire.calls import AwsError, Call, Response, serialize
from sandbox.wire.operations import Operations, not_imitated

from .iam.server_certificates import ServerCertificate

MAX_PAGE = 100
# IAM demands this path of certificates for CloudFront.
CERTIFICATE_PATH = "/cloudfront/"


def operations() -> Operations:
    """The operations that the sandbox answers itself, by their names."""
    return {
        "CreateDistribution": _create,
        "ListDistributions": _list,
        **not_imitated("CreateDistributionWithTags", "UpdateDistribution"),
    }


def _create(call: Call) -> Response:
    config = call.params["DistributionConfig"]
    certificate = _viewer_certificate(call, config.get("ViewerCertificate") or {})
    distribution, location, tag = _backend(call).create_distribution(config, [])
    vars(distribution.distribution_config)["ViewerCertificate"] = certificate
    return _answer(call, {"Distribution": distribution, "ETag": tag, "Location": location})


def _list(call: Call) -> Response:
    marker, size = call.params.get("Marker", ""), _page_size(call)
    distributions: dict[str, Distribution] = dict(sorted(_backend(call).distributions.items()))
    if marker and marker not in distributions:
        raise AwsError("InvalidArgument", f"The parameter Marker is invalid: {marker}")
    listed = [one for name, one in distributions.items() if name > marker]
    for distribution in listed[:size]:
        distribution.advance()
    is_truncated = len(listed) > size
    result = {
        "Marker": marker,
        # Not opaque: the documentation says that it is the last id of the page.
        "NextMarker": listed[size - 1].id if is_truncated else None,
        "MaxItems": size,
        "IsTruncated": is_truncated,
        "Quantity": len(listed[:size]),
        "Items": listed[:size] or None,
    }
    return _answer(call, {"DistributionList": result})


def _page_size(call: Call) -> int:
    given = str(call.params.get("MaxItems") or MAX_PAGE)
    if not given.isdecimal() or int(given) < 1:
        raise AwsError("InvalidArgument", f"The parameter MaxItems is invalid: {given}")
    return min(int(given), MAX_PAGE)


def _viewer_certificate(call: Call, config: dict[str, Any]) -> dict[str, Any]:
    """`ViewerCertificate` as CloudFront shows it, with the deprecated members that it still has."""
    iam_id, acm_arn = config.get("IAMCertificateId"), config.get("ACMCertificateArn")
    if not iam_id and not acm_arn:
        return {
            "CloudFrontDefaultCertificate": True,
            "SSLSupportMethod": "vip",
            "MinimumProtocolVersion": "TLSv1",
            "CertificateSource": "cloudfront",
        }
    if iam_id and acm_arn:
        raise AwsError(
            "InvalidViewerCertificate", "Specify IAMCertificateId or ACMCertificateArn, not both."
        )
    if iam_id and not _is_usable(call, iam_id):
        raise AwsError(
            "InvalidViewerCertificate",
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, "
            "or doesn't include a valid certificate chain.",
        )
    chosen = {"IAMCertificateId": iam_id} if iam_id else {"ACMCertificateArn": acm_arn}
    return chosen | {
        "CloudFrontDefaultCertificate": False,
        "SSLSupportMethod": _required(config, "SSLSupportMethod"),
        "MinimumProtocolVersion": _required(config, "MinimumProtocolVersion"),
        "Certificate": iam_id or acm_arn,
        "CertificateSource": "iam" if iam_id else "acm",
    }


def _is_usable(call: Call, certificate_id: str) -> bool:
    certificate = iam_backends[call.account][call.partition].certificates.get(certificate_id)
    return isinstance(certificate, ServerCertificate) and str(certificate.path).startswith(
        CERTIFICATE_PATH
    )


def _required(config: dict[str, Any], name: str) -> str:
    if not config.get(name):
        raise AwsError("InvalidViewerCertificate", f"{name} is required with a certificate.")
    return str(config[name])


def _backend(call: Call) -> CloudFrontBackend:
    return cloudfront_backends[call.account][call.partition]


def _answer(call: Call, result: dict[str, Any]) -> Response:
    return serialize(call, result, {})
