from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from sandbox.client import Infrastructure, Sandbox, distribution_config

from .conftest import days, error_of, now


@pytest.fixture
def cloudfront(sandbox: Sandbox) -> Any:
    return sandbox.client("cloudfront", validate=False)


@pytest.fixture
def infrastructure(sandbox: Sandbox) -> Infrastructure:
    return Infrastructure(sandbox)


@pytest.fixture
def www(sandbox: Sandbox) -> str:
    return upload(sandbox, "www", "/cloudfront/")


def upload(sandbox: Sandbox, name: str, path: str) -> str:
    uploaded = sandbox.upload_certificate(name, now() + days(90), path=path)
    return str(uploaded["ServerCertificateId"])


def config(certificate: Any) -> Any:
    return distribution_config("shop") | {"ViewerCertificate": certificate}


def listed(cloudfront: Any) -> Any:
    return cloudfront.list_distributions()["DistributionList"]["Items"]


def certificate_of(iam_id: str, **others: Any) -> Any:
    return {
        "IAMCertificateId": iam_id,
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021",
    } | others


class TestViewerCertificate:
    def test_one_of_iam_is_shown_by_its_id(
        self, cloudfront: Any, infrastructure: Infrastructure, www: str
    ) -> None:
        infrastructure.distribution("shop", www)
        assert listed(cloudfront)[0]["ViewerCertificate"] == {
            "CloudFrontDefaultCertificate": False,
            "IAMCertificateId": www,
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
            "Certificate": www,
            "CertificateSource": "iam",
        }

    def test_one_of_acm_is_shown_by_its_arn(self, cloudfront: Any) -> None:
        arn = "arn:aws:acm:us-east-1:123456789012:certificate/12345678"
        chosen = certificate_of("", ACMCertificateArn=arn)
        cloudfront.create_distribution(DistributionConfig=config(chosen))
        shown = listed(cloudfront)[0]["ViewerCertificate"]
        assert "IAMCertificateId" not in shown
        assert (shown["ACMCertificateArn"], shown["CertificateSource"]) == (arn, "acm")

    def test_cloudfront_s_own_is_told_from_both(
        self, cloudfront: Any, infrastructure: Infrastructure
    ) -> None:
        infrastructure.distribution("shop")
        shown = listed(cloudfront)[0]["ViewerCertificate"]
        assert shown["CloudFrontDefaultCertificate"] is True
        assert not shown.keys() & {"IAMCertificateId", "ACMCertificateArn", "Certificate"}

    def test_is_the_same_in_the_distribution_itself(
        self, cloudfront: Any, infrastructure: Infrastructure, www: str
    ) -> None:
        infrastructure.distribution("shop", www)
        found = cloudfront.get_distribution(Id=listed(cloudfront)[0]["Id"])["Distribution"]
        assert found["DistributionConfig"]["ViewerCertificate"]["IAMCertificateId"] == www

    def test_stays_when_iam_no_longer_has_it(
        self, cloudfront: Any, iam: Any, infrastructure: Infrastructure, www: str
    ) -> None:
        infrastructure.distribution("shop", www)
        iam.delete_server_certificate(ServerCertificateName="www")
        assert listed(cloudfront)[0]["ViewerCertificate"]["IAMCertificateId"] == www


class TestRefusals:
    @pytest.mark.parametrize(
        "certificate",
        [
            certificate_of("ASCAUNKNOWNUNKNOWNUNK"),
            certificate_of("ASCA", ACMCertificateArn="arn:aws:acm:us-east-1:1:certificate/1"),
        ],
    )
    def test_unknown_and_ambiguous_certificates(self, cloudfront: Any, certificate: Any) -> None:
        with pytest.raises(ClientError) as raised:
            cloudfront.create_distribution(DistributionConfig=config(certificate))
        assert error_of(raised) == ("InvalidViewerCertificate", 400)
        assert "Items" not in cloudfront.list_distributions()["DistributionList"]

    def test_certificate_outside_of_cloudfront_s_path(
        self, sandbox: Sandbox, infrastructure: Infrastructure
    ) -> None:
        with pytest.raises(ClientError) as raised:
            infrastructure.distribution("shop", upload(sandbox, "www", "/"))
        assert error_of(raised) == ("InvalidViewerCertificate", 400)

    @pytest.mark.parametrize("missing", ["SSLSupportMethod", "MinimumProtocolVersion"])
    def test_certificate_without_what_goes_with_it(
        self, cloudfront: Any, www: str, missing: str
    ) -> None:
        certificate = certificate_of(www)
        del certificate[missing]
        with pytest.raises(ClientError) as raised:
            cloudfront.create_distribution(DistributionConfig=config(certificate))
        assert error_of(raised) == ("InvalidViewerCertificate", 400)

    @pytest.mark.parametrize("request_", [{"Marker": "NONE"}, {"MaxItems": "x"}])
    def test_bad_page(self, cloudfront: Any, request_: Any) -> None:
        with pytest.raises(ClientError) as raised:
            cloudfront.list_distributions(**request_)
        assert error_of(raised) == ("InvalidArgument", 400)


class TestPages:
    def test_have_a_hundred_by_default_and_at_most(
        self, cloudfront: Any, infrastructure: Infrastructure
    ) -> None:
        for number in range(101):
            infrastructure.distribution(f"shop-{number}")
        first = cloudfront.list_distributions(MaxItems="1000")["DistributionList"]
        assert (first["Quantity"], len(first["Items"]), first["IsTruncated"]) == (100, 100, True)
        rest = cloudfront.list_distributions(Marker=first["NextMarker"])["DistributionList"]
        assert (rest["Quantity"], rest["IsTruncated"]) == (1, False)
        assert "NextMarker" not in rest

    def test_are_marked_by_the_last_id(
        self, cloudfront: Any, infrastructure: Infrastructure
    ) -> None:
        for number in range(3):
            infrastructure.distribution(f"shop-{number}")
        first = cloudfront.list_distributions(MaxItems="2")["DistributionList"]
        assert first["NextMarker"] == first["Items"][1]["Id"]


class TestPartitions:
    def test_china_has_distributions_of_its_own(
        self, sandbox: Sandbox, infrastructure: Infrastructure
    ) -> None:
        infrastructure.distribution("shop")
        there = sandbox.client("cloudfront", "cn-northwest-1")
        assert there.list_distributions()["DistributionList"]["Quantity"] == 0

    def test_govcloud_has_no_such_host(self, sandbox: Sandbox) -> None:
        with pytest.raises(ConnectionClosedError):
            sandbox.client("cloudfront", "us-gov-west-1").list_distributions()
