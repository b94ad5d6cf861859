from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.client import Infrastructure, Sandbox, SandboxError, self_signed

from .conftest import days, error_of, message_of, now

REGION = "eu-west-1"
ALL_KEY_TYPES = [
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
]


@pytest.fixture
def acm(sandbox: Sandbox) -> Any:
    return sandbox.client("acm", REGION, validate=False)


def listed(acm: Any, **request: Any) -> list[dict[str, Any]]:
    request = {"Includes": {"keyTypes": ALL_KEY_TYPES}} | request
    return list(acm.list_certificates(**request)["CertificateSummaryList"])


def names(summaries: list[dict[str, Any]]) -> list[str]:
    return [one["DomainName"] for one in summaries]


def put(sandbox: Sandbox, *host_names: str, **options: Any) -> str:
    defaults: dict[str, Any] = {"expires": now() + days(90), "key_type": "EC_prime256v1"}
    options = defaults | options
    return sandbox.put_acm_certificate(REGION, *host_names, **options)


class TestSummary:
    def test_has_what_the_certificate_says(self, sandbox: Sandbox, acm: Any) -> None:
        expires = now() + days(90)
        arn = put(sandbox, "www.example.com", "example.com", expires=expires)
        [summary] = listed(acm)
        imported = summary.pop("ImportedAt")
        assert summary.pop("CreatedAt") == imported
        assert abs(imported - now()) < days(1)
        assert summary == {
            "CertificateArn": arn,
            "DomainName": "www.example.com",
            "SubjectAlternativeNameSummaries": ["www.example.com", "example.com"],
            "HasAdditionalSubjectAlternativeNames": False,
            "Status": "ISSUED",
            "Type": "IMPORTED",
            "KeyAlgorithm": "EC_prime256v1",
            "ExportOption": "DISABLED",
            "InUse": False,
            "Exported": False,
            "RenewalEligibility": "INELIGIBLE",
            "NotBefore": pytest.approx(expires - days(180), abs=days(1)),
            "NotAfter": expires,
            "CertificateKeyPairOrigin": "CUSTOMER_PROVIDED",
        }

    def test_shows_a_hundred_names_at_most(self, sandbox: Sandbox, acm: Any) -> None:
        put(sandbox, *(f"{number}.example.com" for number in range(101)))
        [summary] = listed(acm)
        assert len(summary["SubjectAlternativeNameSummaries"]) == 100
        assert summary["HasAdditionalSubjectAlternativeNames"]

    def test_has_no_dates_before_the_certificate_is_issued(self, acm: Any) -> None:
        acm.request_certificate(DomainName="www.example.com")
        [summary] = listed(acm)
        assert (summary["Status"], summary["Type"]) == ("PENDING_VALIDATION", "AMAZON_ISSUED")
        assert not {"NotBefore", "NotAfter", "IssuedAt", "ImportedAt"} & summary.keys()

    def test_requested_certificate_waits_for_its_dns_record_for_ever(
        self, sandbox: Sandbox, acm: Any
    ) -> None:
        acm.request_certificate(DomainName="www.example.com")
        sandbox.clock.advance(days(2))
        assert [one["Status"] for one in listed(acm)] == ["PENDING_VALIDATION"]

    def test_says_that_a_load_balancer_uses_it(self, sandbox: Sandbox, acm: Any) -> None:
        infrastructure = Infrastructure(sandbox)
        used = [put(sandbox, f"{name}.example.com") for name in ("classic", "alb", "sni")]
        free = put(sandbox, "free.example.com", type="AMAZON_ISSUED")
        infrastructure.classic(REGION, "classic", used[0])
        infrastructure.alb(REGION, "alb", used[1], sni=[used[2]])
        in_use = {one["CertificateArn"]: one["InUse"] for one in listed(acm)}
        assert in_use == dict.fromkeys(used, True) | {free: False}

    def test_says_that_cloudfront_or_appsync_uses_it(self, sandbox: Sandbox, acm: Any) -> None:
        infrastructure = Infrastructure(sandbox)
        arn = put(sandbox, "api.example.com", type="AMAZON_ISSUED")
        assert listed(acm)[0]["RenewalEligibility"] == "INELIGIBLE"
        infrastructure.domain(REGION, "api.example.com", arn)
        [summary] = listed(acm)
        assert summary["InUse"]
        assert summary["RenewalEligibility"] == "ELIGIBLE"


class TestStatus:
    def test_certificate_expires_by_the_sandbox_s_clock(self, sandbox: Sandbox, acm: Any) -> None:
        put(sandbox, "www.example.com", expires=now() + days(1))
        sandbox.clock.advance(days(2))
        assert [one["Status"] for one in listed(acm)] == ["EXPIRED"]

    def test_expired_certificate_can_be_put(self, sandbox: Sandbox, acm: Any) -> None:
        put(sandbox, "old.example.com", expires=now() - days(400))
        [summary] = listed(acm)
        assert summary["Status"] == "EXPIRED"
        assert summary["NotAfter"] == pytest.approx(now() - days(400), abs=days(1))

    def test_expired_certificate_is_not_imported(self, sandbox: Sandbox, acm: Any) -> None:
        files = self_signed("www.example.com", now() - days(1), now() + days(90))
        with sandbox.clock.at(now() + days(91)), pytest.raises(ClientError) as raised:
            acm.import_certificate(Certificate=files.body, PrivateKey=files.private_key)
        assert "expired" in message_of(raised)

    def test_status_and_type_can_be_set(self, sandbox: Sandbox, acm: Any) -> None:
        put(sandbox, "www.example.com", status="REVOKED", type="PRIVATE")
        [summary] = listed(acm)
        assert (summary["Status"], summary["Type"]) == ("REVOKED", "PRIVATE")

    @pytest.mark.parametrize("wrong", [{"status": "GONE"}, {"type": "BOUGHT"}])
    def test_unknown_status_or_type_is_refused(self, sandbox: Sandbox, wrong: Any) -> None:
        with pytest.raises(SandboxError, match="can't be"):
            put(sandbox, "www.example.com", **wrong)


class TestFilters:
    def test_only_short_rsa_keys_are_listed_unless_asked_for(
        self, sandbox: Sandbox, acm: Any
    ) -> None:
        for key_type in ALL_KEY_TYPES:
            put(sandbox, f"{key_type.replace('_', '-')}.example.com", key_type=key_type)
        default = acm.list_certificates()["CertificateSummaryList"]
        assert [one["KeyAlgorithm"] for one in default] == ["RSA_1024", "RSA_2048"]
        assert [one["KeyAlgorithm"] for one in listed(acm)] == ALL_KEY_TYPES
        curve = listed(acm, Includes={"keyTypes": ["EC_secp384r1"]})
        assert names(curve) == ["EC-secp384r1.example.com"]

    def test_statuses(self, sandbox: Sandbox, acm: Any) -> None:
        put(sandbox, "good.example.com")
        put(sandbox, "old.example.com", expires=now() - days(1))
        put(sandbox, "bad.example.com", status="REVOKED")
        assert names(listed(acm, CertificateStatuses=["ISSUED"])) == ["good.example.com"]
        found = names(listed(acm, CertificateStatuses=["EXPIRED", "REVOKED"]))
        assert sorted(found) == ["bad.example.com", "old.example.com"]

    def test_origin_of_the_key(self, sandbox: Sandbox, acm: Any) -> None:
        put(sandbox, "own.example.com")
        put(sandbox, "amazon.example.com", type="AMAZON_ISSUED")
        found = listed(acm, CertificateKeyPairOrigins=["AWS_MANAGED"])
        assert names(found) == ["amazon.example.com"]
        assert listed(acm, CertificateKeyPairOrigins=["ACME"]) == []

    def test_each_region_and_each_account_has_its_own(self, sandbox: Sandbox) -> None:
        put(sandbox, "www.example.com")
        assert listed(sandbox.client("acm", "eu-west-2")) == []
        assert listed(sandbox.client("acm", REGION, account="210987654321")) == []
        assert listed(sandbox.client("acm", "us-gov-west-1")) == []

    @pytest.mark.parametrize(
        "request_",
        [
            {"Includes": {"keyUsage": ["ANY"]}},
            {"Includes": {"exportOption": "ENABLED"}},
            {"SortBy": "CREATED_AT", "SortOrder": "ASCENDING"},
        ],
    )
    def test_what_is_not_imitated_is_refused_by_name(self, acm: Any, request_: Any) -> None:
        with pytest.raises(ClientError) as raised:
            acm.list_certificates(**request_)
        assert error_of(raised)[0] == "NotImplemented"
        assert next(iter(request_.get("Includes", request_))) in message_of(raised)


class TestPages:
    def test_each_certificate_is_on_one(self, sandbox: Sandbox, acm: Any) -> None:
        expected = [put(sandbox, f"{number}.example.com") for number in range(7)]
        pages = acm.get_paginator("list_certificates").paginate(
            Includes={"keyTypes": ALL_KEY_TYPES}, PaginationConfig={"PageSize": 3}
        )
        found = [
            [one["CertificateArn"] for one in page["CertificateSummaryList"]] for page in pages
        ]
        assert [len(page) for page in found] == [3, 3, 1]
        assert [arn for page in found for arn in page] == expected

    @pytest.mark.parametrize(
        "request_", [{"MaxItems": 0}, {"MaxItems": 1001}, {"NextToken": "nonsense"}]
    )
    def test_bad_page_is_refused(self, acm: Any, request_: Any) -> None:
        with pytest.raises(ClientError) as raised:
            acm.list_certificates(**request_)
        assert error_of(raised) == ("ValidationException", 400)
