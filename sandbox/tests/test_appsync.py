from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from sandbox.client import Infrastructure, Sandbox, SandboxError, self_signed

from .conftest import days, error_of, now

REGION = "eu-west-1"
GOVERNMENT = "us-gov-west-1"
ACM = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


@pytest.fixture
def appsync(sandbox: Sandbox) -> Any:
    return sandbox.client("appsync", validate=False)


@pytest.fixture
def infrastructure(sandbox: Sandbox) -> Infrastructure:
    return Infrastructure(sandbox)


@pytest.fixture
def www(sandbox: Sandbox) -> str:
    return str(sandbox.upload_certificate("www", now() + days(90), path="/a-b/")["Arn"])


def names(answer: Any) -> list[str]:
    return [one["domainName"] for one in answer["domainNameConfigs"]]


def refused(operation: Any, **request: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as raised:
        operation(**request)
    return error_of(raised)


def test_domain_name_shows_its_certificate(appsync: Any, www: str) -> None:
    created = appsync.create_domain_name(
        domainName="api.example.com", certificateArn=www, description="API", tags={"team": "api"}
    )["domainNameConfig"]
    assert created["certificateArn"] == www
    assert created["domainNameArn"].endswith(":domainnames/api.example.com")
    assert appsync.list_domain_names()["domainNameConfigs"] == [created]


def test_each_region_has_its_own(
    sandbox: Sandbox, infrastructure: Infrastructure, www: str
) -> None:
    infrastructure.domain(REGION, "api.example.com", www)
    assert names(sandbox.client("appsync", "eu-west-2").list_domain_names()) == []


def test_page_has_twenty_five_by_default(
    appsync: Any, infrastructure: Infrastructure, www: str
) -> None:
    for number in range(26):
        infrastructure.domain(REGION, f"api-{number:02}.example.com", www)
    first = appsync.list_domain_names()
    assert len(names(first)) == 25
    assert names(appsync.list_domain_names(nextToken=first["nextToken"])) == ["api-25.example.com"]
    assert len(names(appsync.list_domain_names(maxResults=3))) == 3
    assert len(names(appsync.list_domain_names(maxResults=0))) == 25


@pytest.mark.parametrize("request_", [{"maxResults": 26}, {"nextToken": "nonsense"}])
def test_bad_page_is_refused(appsync: Any, request_: Any) -> None:
    assert refused(appsync.list_domain_names, **request_) == ("BadRequestException", 400)


def test_certificate_of_acm_is_taken(infrastructure: Infrastructure) -> None:
    infrastructure.domain(REGION, "api.example.com", ACM)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::123456789012:server-certificate/unknown",
        "arn:aws:iam::123456789012:role/www-something",
        "ASCA2345672345672345",
    ],
)
def test_what_is_no_certificate_is_refused(appsync: Any, arn: str) -> None:
    answer = refused(appsync.create_domain_name, domainName="api.example.com", certificateArn=arn)
    assert answer == ("BadRequestException", 400)


@pytest.mark.parametrize("name", ["www.example.com", "a@b", "a+b", "a=b", "a,b"])
def test_certificate_whose_name_the_pattern_does_not_admit_is_refused(
    sandbox: Sandbox, appsync: Any, name: str
) -> None:
    arn = sandbox.upload_certificate(name, now() + days(90))["Arn"]
    answer = refused(appsync.create_domain_name, domainName="api.example.com", certificateArn=arn)
    assert answer == ("BadRequestException", 400)


def test_name_in_use_is_refused(appsync: Any, infrastructure: Infrastructure, www: str) -> None:
    infrastructure.domain(REGION, "api.example.com", www)
    answer = refused(appsync.create_domain_name, domainName="api.example.com", certificateArn=www)
    assert answer == ("BadRequestException", 400)


def test_operation_that_is_not_imitated_is_named(appsync: Any) -> None:
    answer = refused(appsync.get_domain_name, domainName="api.example.com")
    assert answer[0] == "NotImplemented"


def test_region_without_appsync_has_no_such_host(sandbox: Sandbox) -> None:
    sandbox.regions.set("ENABLED", "ap-southeast-6")
    for region in ("ap-southeast-6", "us-gov-west-1"):
        with pytest.raises(ConnectionClosedError):
            sandbox.client("appsync", region).list_domain_names()


class TestOffer:
    """A region that has AppSync, though botocore doesn't know."""

    def test_domain_names_are_there_as_anywhere(
        self, sandbox: Sandbox, infrastructure: Infrastructure
    ) -> None:
        sandbox.regions.offer("appsync", GOVERNMENT)
        files = self_signed("api", now() - days(1), now() + days(90))
        arn = sandbox.client("iam", GOVERNMENT).upload_server_certificate(
            ServerCertificateName="api",
            CertificateBody=files.body,
            PrivateKey=files.private_key,
        )["ServerCertificateMetadata"]["Arn"]
        domain = infrastructure.domain(GOVERNMENT, "api.example.com", arn)
        assert domain.startswith(f"arn:aws-us-gov:appsync:{GOVERNMENT}:")
        found = sandbox.client("appsync", GOVERNMENT).list_domain_names()
        assert names(found) == ["api.example.com"]

    def test_faults_hit_there(self, sandbox: Sandbox) -> None:
        sandbox.regions.offer("appsync", GOVERNMENT)
        sandbox.faults.add("appsync", "ListDomainNames", kind="access-denied", region=GOVERNMENT)
        appsync = sandbox.client("appsync", GOVERNMENT)
        assert refused(appsync.list_domain_names) == ("AccessDeniedException", 403)
        assert names(appsync.list_domain_names()) == []

    def test_other_regions_have_still_no_host(self, sandbox: Sandbox) -> None:
        sandbox.regions.offer("appsync", GOVERNMENT)
        with pytest.raises(ConnectionClosedError):
            sandbox.client("appsync", "us-gov-east-1").list_domain_names()

    def test_disabled_region_still_knows_nobody(self, sandbox: Sandbox) -> None:
        sandbox.regions.offer("appsync", "ap-southeast-6")
        appsync = sandbox.client("appsync", "ap-southeast-6")
        assert refused(appsync.list_domain_names) == ("UnrecognizedClientException", 403)

    def test_reset_takes_it_back(self, sandbox: Sandbox) -> None:
        sandbox.regions.offer("appsync", GOVERNMENT)
        sandbox.reset()
        with pytest.raises(ConnectionClosedError):
            sandbox.client("appsync", GOVERNMENT).list_domain_names()

    def test_region_that_has_it_may_be_named_too(self, sandbox: Sandbox, appsync: Any) -> None:
        sandbox.regions.offer("appsync", REGION)
        assert names(appsync.list_domain_names()) == []

    @pytest.mark.parametrize(
        ("service", "region", "reason"),
        [
            ("cloudfront", GOVERNMENT, "'cloudfront' can't be offered"),
            ("elb", GOVERNMENT, "'elb' can't be offered"),
            ("appsync", "us-gov-west-9", "There is no region 'us-gov-west-9'"),
        ],
    )
    def test_other_services_and_unknown_regions_are_refused(
        self, sandbox: Sandbox, service: str, region: str, reason: str
    ) -> None:
        with pytest.raises(SandboxError, match=reason):
            sandbox.regions.offer(service, region)
