from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from sandbox.client import CertificateFiles, Sandbox, SandboxError, self_signed, with_chain

from .conftest import days, error_of, message_of, now


def valid() -> CertificateFiles:
    return self_signed("www.example.com", now() - days(1), now() + days(90))


def upload(iam: Any, files: CertificateFiles, name: str = "www", **others: Any) -> Any:
    return iam.upload_server_certificate(
        ServerCertificateName=name,
        CertificateBody=files.body,
        PrivateKey=files.private_key,
        **others,
    )["ServerCertificateMetadata"]


def names(iam: Any, **request: Any) -> list[str]:
    listed = iam.list_server_certificates(**request)["ServerCertificateMetadataList"]
    return [certificate["ServerCertificateName"] for certificate in listed]


class TestUpload:
    def test_expiration_is_that_of_the_certificate(self, iam: Any) -> None:
        expires = now() + days(33)
        files = self_signed("www.example.com", now() - days(1), expires)
        assert upload(iam, files)["Expiration"] == expires

    def test_upload_date_is_the_sandbox_s_time(self, sandbox: Sandbox, iam: Any) -> None:
        with sandbox.clock.at(now() - days(1000)):
            files = self_signed("old", now() - days(1001), now() - days(900))
            uploaded = upload(iam, files)["UploadDate"]
        assert abs(uploaded - (now() - days(1000))) < days(0.01)

    def test_each_has_an_id_of_its_own_even_under_a_name_used_before(self, iam: Any) -> None:
        ids = set()
        for _ in range(3):
            ids.add(upload(iam, valid())["ServerCertificateId"])
            iam.delete_server_certificate(ServerCertificateName="www")
        assert len(ids) == 3
        assert all(re.fullmatch("ASCA[A-Z2-7]{17}", one) for one in ids)

    def test_ids_begin_as_those_of_the_account_do(self, sandbox: Sandbox, iam: Any) -> None:
        before = upload(iam, valid(), "before")
        assert sandbox.settings(id_prefix="AS5Y")["id_prefix"] == "AS5Y"
        after = upload(iam, valid(), "after")["ServerCertificateId"]
        assert re.fullmatch("AS5Y[A-Z2-7]{17}", after)
        stored = iam.get_server_certificate(ServerCertificateName="before")["ServerCertificate"]
        assert stored["ServerCertificateMetadata"] == before

    def test_longest_id_is_taken(self, sandbox: Sandbox, iam: Any) -> None:
        sandbox.settings(id_prefix="a_9" * 37)
        assert len(upload(iam, valid())["ServerCertificateId"]) == 128

    @pytest.mark.parametrize("prefix", ["", "A" * 112, "AS-5", "ÄSCA", "ASCA\n", 5])
    def test_prefix_that_no_id_can_have_is_refused(self, sandbox: Sandbox, prefix: Any) -> None:
        with pytest.raises(SandboxError):
            sandbox.settings(id_prefix=prefix)
        assert sandbox.settings()["id_prefix"] == "ASCA"

    def test_reset_brings_the_usual_prefix_back(self, sandbox: Sandbox) -> None:
        sandbox.settings(id_prefix="AS5Y")
        sandbox.reset()
        assert sandbox.settings()["id_prefix"] == "ASCA"

    def test_arn_has_account_and_path(self, iam: Any) -> None:
        arn = upload(iam, valid(), Path="/cloudfront/x/")["Arn"]
        assert arn == "arn:aws:iam::123456789012:server-certificate/cloudfront/x/www"

    @pytest.mark.parametrize(
        ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
    )
    def test_other_partitions_have_certificates_of_their_own(
        self, sandbox: Sandbox, region: str, partition: str
    ) -> None:
        there = sandbox.client("iam", region)
        assert upload(there, valid())["Arn"].startswith(f"arn:{partition}:iam::")
        assert names(sandbox.client("iam")) == []

    def test_name_in_use_is_refused(self, iam: Any) -> None:
        upload(iam, valid())
        with pytest.raises(ClientError) as raised:
            upload(iam, valid())
        assert error_of(raised) == ("EntityAlreadyExists", 409)

    def test_name_in_use_is_refused_in_another_case_too(self, iam: Any) -> None:
        upload(iam, valid())
        with pytest.raises(ClientError) as raised:
            upload(iam, valid(), "WWW")
        assert error_of(raised) == ("EntityAlreadyExists", 409)
        assert message_of(raised) == "The Server Certificate with name WWW already exists."
        assert names(iam) == ["www"]

    def test_twenty_first_is_refused_until_the_quota_is_raised(
        self, sandbox: Sandbox, iam: Any
    ) -> None:
        for number in range(20):
            upload(iam, valid(), f"www-{number}")
        with pytest.raises(ClientError) as raised:
            upload(iam, valid())
        assert error_of(raised) == ("LimitExceeded", 409)
        sandbox.settings(quota=21)
        upload(iam, valid())

    def test_quota_goes_to_a_thousand_at_most(self, sandbox: Sandbox) -> None:
        with pytest.raises(SandboxError, match="AWS allows 1 to 1000"):
            sandbox.settings(quota=1001)

    def test_expired_certificate_is_refused(self, iam: Any) -> None:
        with pytest.raises(ClientError) as raised:
            upload(iam, self_signed("www", now() - days(2), now() - days(1)))
        assert error_of(raised) == ("MalformedCertificate", 400)
        assert "The 'Not After' date restriction" in message_of(raised)

    def test_certificate_of_the_future_is_refused(self, iam: Any) -> None:
        with pytest.raises(ClientError) as raised:
            upload(iam, self_signed("www", now() + days(1), now() + days(2)))
        assert error_of(raised) == ("MalformedCertificate", 400)

    def test_key_of_another_certificate_is_refused(self, iam: Any) -> None:
        files = CertificateFiles(valid().body, valid().private_key)
        with pytest.raises(ClientError) as raised:
            upload(iam, files)
        assert error_of(raised) == ("KeyPairMismatch", 400)
        assert message_of(raised) == (
            "The private key did not match the public key provided. "
            "Please verify the key material and try again."
        )

    @pytest.mark.parametrize("body", ["nonsense", valid().body + valid().body, valid().private_key])
    def test_anything_but_one_certificate_is_refused(self, iam: Any, body: str) -> None:
        with pytest.raises(ClientError) as raised:
            upload(iam, CertificateFiles(body, valid().private_key))
        assert error_of(raised) == ("MalformedCertificate", 400)

    @pytest.mark.parametrize("kind", ["nonsense", "encrypted", "ed25519"])
    def test_unusable_private_key_is_refused(self, iam: Any, kind: str) -> None:
        key = ed25519.Ed25519PrivateKey.generate()
        encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if kind == "encrypted":
            encryption = serialization.BestAvailableEncryption(b"password")
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        ).decode()
        with pytest.raises(ClientError) as raised:
            upload(iam, CertificateFiles(valid().body, pem if kind != "nonsense" else kind))
        assert error_of(raised) == ("MalformedCertificate", 400)

    def test_chain_is_kept(self, iam: Any) -> None:
        files = with_chain("www", now() - days(1), now() + days(90), intermediates=2)
        upload(iam, files, CertificateChain=files.chain)
        stored = iam.get_server_certificate(ServerCertificateName="www")["ServerCertificate"]
        assert stored["CertificateChain"].strip() == files.chain.strip()

    def test_chain_that_does_not_start_with_the_issuer_is_refused(self, iam: Any) -> None:
        files = with_chain("www", now() - days(1), now() + days(90))
        other = with_chain("www", now() - days(1), now() + days(90))
        with pytest.raises(ClientError) as raised:
            upload(iam, files, CertificateChain=other.chain)
        assert error_of(raised) == ("MalformedCertificate", 400)
        assert message_of(raised).endswith("invalid certificate is: -1")

    def test_unreadable_chain_is_refused_without_a_reason(self, iam: Any) -> None:
        with pytest.raises(ClientError) as raised:
            upload(iam, valid(), CertificateChain="nonsense")
        assert error_of(raised) == ("MalformedCertificate", 400)
        assert message_of(raised) == "Unknown"

    @pytest.mark.parametrize(
        ("name", "path"),
        [("w" * 128, "/"), ("a_b+c=d,e.f@g-h", "/"), ("www", "/" + "p" * 510 + "/")],
    )
    def test_names_and_paths_at_their_limits_are_taken(
        self, iam: Any, name: str, path: str
    ) -> None:
        assert upload(iam, valid(), name, Path=path)["Path"] == path

    @pytest.mark.parametrize(
        ("name", "path", "member"),
        [
            ("w" * 129, "/", "serverCertificateName"),
            ("a b", "/", "serverCertificateName"),
            ("", "/", "serverCertificateName"),
            ("www", "x/", "path"),
            ("www", "/" + "p" * 511 + "/", "path"),
        ],
    )
    def test_names_and_paths_beyond_their_limits_are_refused(
        self, iam: Any, name: str, path: str, member: str
    ) -> None:
        with pytest.raises(ClientError) as raised:
            upload(iam, valid(), name, Path=path)
        assert error_of(raised) == ("ValidationError", 400)
        assert f"at '{member}' failed to satisfy constraint" in message_of(raised)

    def test_missing_key_is_refused(self, iam: Any) -> None:
        with pytest.raises(ClientError) as raised:
            iam.upload_server_certificate(ServerCertificateName="www", CertificateBody="x")
        assert message_of(raised) == (
            "1 validation error detected: Value null at 'privateKey' failed to satisfy "
            "constraint: Member must not be null"
        )


class TestGet:
    def test_answers_the_body_and_never_the_key(self, iam: Any) -> None:
        files = valid()
        upload(iam, files)
        stored = iam.get_server_certificate(ServerCertificateName="www")["ServerCertificate"]
        assert stored["CertificateBody"].strip() == files.body.strip()
        assert "PRIVATE KEY" not in str(stored)
        assert "CertificateChain" not in stored

    def test_unknown_name_is_not_found(self, iam: Any) -> None:
        with pytest.raises(ClientError) as raised:
            iam.get_server_certificate(ServerCertificateName="www")
        assert error_of(raised) == ("NoSuchEntity", 404)
        expected = "The Server Certificate with name www cannot be found."
        assert message_of(raised) == expected

    def test_certificate_without_expiration_has_none(self, sandbox: Sandbox, iam: Any) -> None:
        upload(iam, valid())
        sandbox.strip_expiration("www")
        stored = iam.get_server_certificate(ServerCertificateName="www")["ServerCertificate"]
        assert "Expiration" not in stored["ServerCertificateMetadata"]
        listed = iam.list_server_certificates()["ServerCertificateMetadataList"]
        assert "Expiration" not in listed[0]


class TestList:
    def test_empty_account_has_none(self, iam: Any) -> None:
        answer = iam.list_server_certificates()
        assert answer["ServerCertificateMetadataList"] == []
        assert answer["IsTruncated"] is False

    def test_a_page_has_a_hundred_by_default(self, sandbox: Sandbox, iam: Any) -> None:
        sandbox.upload_certificates({f"www-{n:03}": now() + days(9) for n in range(101)})
        first = iam.list_server_certificates()
        assert len(first["ServerCertificateMetadataList"]) == 100
        assert first["IsTruncated"]
        assert names(iam, Marker=first["Marker"]) == ["www-100"]
        assert len(names(iam, MaxItems=1000)) == 101

    def test_every_certificate_is_on_one_page(self, sandbox: Sandbox, iam: Any) -> None:
        sandbox.upload_certificates({f"www-{n}": now() + days(9) for n in range(10)})
        pages = iam.get_paginator("list_server_certificates").paginate(
            PaginationConfig={"PageSize": 3}
        )
        listed = [one for page in pages for one in page["ServerCertificateMetadataList"]]
        assert len({one["ServerCertificateId"] for one in listed}) == len(listed) == 10

    def test_iam_may_return_fewer_than_asked_for(self, sandbox: Sandbox, iam: Any) -> None:
        sandbox.upload_certificates({f"www-{n}": now() + days(9) for n in range(3)})
        sandbox.settings(page_cap=2)
        answer = iam.list_server_certificates(MaxItems=100)
        assert len(answer["ServerCertificateMetadataList"]) == 2
        assert answer["IsTruncated"]

    def test_only_paths_with_the_prefix_are_listed(self, iam: Any) -> None:
        upload(iam, valid(), "a", Path="/x/y/")
        upload(iam, valid(), "b", Path="/z/")
        assert names(iam, PathPrefix="/x") == ["a"]

    def test_no_tags_are_listed(self, iam: Any) -> None:
        upload(iam, valid(), Tags=[{"Key": "k", "Value": "v"}])
        assert "Tags" not in iam.list_server_certificates()["ServerCertificateMetadataList"][0]

    @pytest.mark.parametrize(
        "request_", [{"MaxItems": 0}, {"MaxItems": 1001}, {"Marker": "x"}, {"PathPrefix": "x"}]
    )
    def test_bad_paging_is_refused(self, iam: Any, request_: dict[str, Any]) -> None:
        with pytest.raises(ClientError) as raised:
            iam.list_server_certificates(**request_)
        assert error_of(raised) == ("ValidationError", 400)


class TestDelete:
    def test_deleted_certificate_is_gone(self, iam: Any) -> None:
        upload(iam, valid())
        iam.delete_server_certificate(ServerCertificateName="www")
        assert names(iam) == []

    def test_unknown_name_is_not_found(self, iam: Any) -> None:
        with pytest.raises(ClientError) as raised:
            iam.delete_server_certificate(ServerCertificateName="www")
        assert error_of(raised) == ("NoSuchEntity", 404)

    def test_listing_may_lag_behind_a_deletion(self, sandbox: Sandbox, iam: Any) -> None:
        sandbox.settings(delete_lag_seconds=30)
        upload(iam, valid())
        iam.delete_server_certificate(ServerCertificateName="www")
        assert names(iam) == ["www"]
        with pytest.raises(ClientError) as raised:
            iam.get_server_certificate(ServerCertificateName="www")
        assert error_of(raised) == ("NoSuchEntity", 404)
        sandbox.clock.advance(seconds=30)
        assert names(iam) == []


class TestUpdate:
    def test_renames_and_moves_and_keeps_the_id(self, iam: Any) -> None:
        uploaded = upload(iam, valid())
        iam.update_server_certificate(
            ServerCertificateName="www", NewServerCertificateName="shop", NewPath="/x/"
        )
        listed = iam.list_server_certificates()["ServerCertificateMetadataList"][0]
        assert listed["ServerCertificateId"] == uploaded["ServerCertificateId"]
        assert listed["Arn"].endswith(":server-certificate/x/shop")

    def test_name_in_use_is_refused(self, iam: Any) -> None:
        upload(iam, valid(), "a")
        upload(iam, valid(), "b")
        with pytest.raises(ClientError) as raised:
            iam.update_server_certificate(ServerCertificateName="a", NewServerCertificateName="b")
        assert error_of(raised) == ("EntityAlreadyExists", 409)

    def test_name_in_use_is_refused_in_another_case_too(self, iam: Any) -> None:
        upload(iam, valid(), "a")
        upload(iam, valid(), "b")
        with pytest.raises(ClientError) as raised:
            iam.update_server_certificate(ServerCertificateName="a", NewServerCertificateName="B")
        assert error_of(raised) == ("EntityAlreadyExists", 409)

    @pytest.mark.parametrize("name", ["WWW", "www"])
    def test_own_name_may_be_given_again_in_any_case(self, iam: Any, name: str) -> None:
        upload(iam, valid())
        iam.update_server_certificate(ServerCertificateName="www", NewServerCertificateName=name)
        assert names(iam) == [name]


class TestCase:
    """Names are looked up as they are written."""

    @pytest.mark.parametrize(
        ("operation", "request_"),
        [
            ("get_server_certificate", {}),
            ("delete_server_certificate", {}),
            ("update_server_certificate", {"NewPath": "/x/"}),
            ("tag_server_certificate", {"Tags": [{"Key": "k", "Value": "v"}]}),
            ("list_server_certificate_tags", {}),
        ],
    )
    def test_name_in_another_case_is_not_found(
        self, iam: Any, operation: str, request_: dict[str, Any]
    ) -> None:
        upload(iam, valid())
        with pytest.raises(ClientError) as raised:
            getattr(iam, operation)(ServerCertificateName="WWW", **request_)
        assert error_of(raised) == ("NoSuchEntity", 404)
        assert names(iam) == ["www"]


class TestTags:
    def stored(self, iam: Any) -> list[dict[str, str]]:
        answer = iam.get_server_certificate(ServerCertificateName="www")
        tags: list[dict[str, str]] = answer["ServerCertificate"]["Tags"]
        return tags

    def listed(self, iam: Any, name: str = "www") -> list[dict[str, str]]:
        answer = iam.list_server_certificate_tags(ServerCertificateName=name)
        tags: list[dict[str, str]] = answer["Tags"]
        return tags

    def test_certificate_without_tags_has_an_empty_list(self, iam: Any) -> None:
        upload(iam, valid())
        assert self.stored(iam) == []

    def test_keys_that_differ_in_case_are_two(self, iam: Any) -> None:
        tags = [{"Key": "Team", "Value": "one"}, {"Key": "team", "Value": "two"}]
        upload(iam, valid(), Tags=tags)
        assert self.stored(iam) == tags

    def test_tag_replaces_the_value_of_its_key_in_place(self, iam: Any) -> None:
        tags = [{"Key": "team", "Value": "shop"}, {"Key": "a", "Value": "b"}]
        upload(iam, valid(), Tags=tags)
        retagged = {"Key": "a", "Value": "c"}
        iam.tag_server_certificate(ServerCertificateName="www", Tags=[retagged])
        assert self.stored(iam) == [tags[0], retagged]

    def test_new_tag_comes_first(self, iam: Any) -> None:
        first, second = {"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}
        upload(iam, valid(), Tags=[first])
        iam.tag_server_certificate(ServerCertificateName="www", Tags=[second])
        assert self.stored(iam) == [second, first]

    def test_untagging_goes_by_case(self, iam: Any) -> None:
        tags = [{"Key": "Team", "Value": "one"}, {"Key": "team", "Value": "two"}]
        upload(iam, valid(), Tags=tags)
        iam.untag_server_certificate(ServerCertificateName="www", TagKeys=["team"])
        assert self.stored(iam) == tags[:1]

    @pytest.mark.parametrize(
        ("operation", "nothing", "what"),
        [
            ("tag_server_certificate", {"Tags": []}, "tag map"),
            ("untag_server_certificate", {"TagKeys": []}, "tag keys"),
        ],
    )
    def test_nothing_to_tag_or_untag_is_refused(
        self, iam: Any, operation: str, nothing: dict[str, Any], what: str
    ) -> None:
        upload(iam, valid())
        with pytest.raises(ClientError) as raised:
            getattr(iam, operation)(ServerCertificateName="www", **nothing)
        assert error_of(raised) == ("InvalidInput", 400)
        assert message_of(raised) == f"The provided {what} must not be null/empty."

    def test_listed_by_their_keys(self, iam: Any) -> None:
        upload(iam, valid())
        assert self.listed(iam) == []
        tags = [{"Key": "z", "Value": "1"}, {"Key": "a", "Value": ""}]
        upload(iam, valid(), "other", Tags=tags)
        assert self.listed(iam, "other") == tags[::-1]

    def test_listed_page_by_page(self, sandbox: Sandbox, iam: Any) -> None:
        tags = [{"Key": f"k{n}", "Value": f"{n}"} for n in range(7)]
        upload(iam, valid(), Tags=tags)
        pages = list(
            iam.get_paginator("list_server_certificate_tags").paginate(
                ServerCertificateName="www", PaginationConfig={"PageSize": 3}
            )
        )
        assert [page["IsTruncated"] for page in pages] == [True, True, False]
        assert [tag for page in pages for tag in page["Tags"]] == tags
        sandbox.settings(page_cap=2)
        assert len(iam.list_server_certificate_tags(ServerCertificateName="www")["Tags"]) == 2

    @pytest.mark.parametrize("request_", [{"MaxItems": 0}, {"MaxItems": 1001}, {"Marker": "x"}])
    def test_bad_paging_of_tags_is_refused(self, iam: Any, request_: dict[str, Any]) -> None:
        upload(iam, valid())
        with pytest.raises(ClientError) as raised:
            iam.list_server_certificate_tags(ServerCertificateName="www", **request_)
        assert error_of(raised) == ("ValidationError", 400)

    def test_tags_of_an_unknown_name_are_not_found(self, iam: Any) -> None:
        with pytest.raises(ClientError) as raised:
            iam.list_server_certificate_tags(ServerCertificateName="www")
        assert error_of(raised) == ("NoSuchEntity", 404)

    @pytest.mark.parametrize(
        "value", ['"quoted"', "it's", "a\nb", "a\r\nb", "a\tb", "a,b", "a;b", "(a)", "x" * 257]
    )
    def test_value_that_iam_does_not_allow_is_refused(self, iam: Any, value: str) -> None:
        upload(iam, valid())
        with pytest.raises(ClientError) as raised:
            iam.tag_server_certificate(
                ServerCertificateName="www", Tags=[{"Key": "k", "Value": value}]
            )
        assert error_of(raised) == ("ValidationError", 400)

    @pytest.mark.parametrize(
        "value", ["", "x" * 256, "Jörg_1 @=+-./:", "移行", "a\u2028b\u00a0c", "2026-12-31"]
    )
    def test_value_of_letters_digits_separators_and_a_few_signs_is_kept(
        self, iam: Any, value: str
    ) -> None:
        upload(iam, valid(), Tags=[{"Key": "certsweep:k", "Value": value}])
        assert self.listed(iam) == self.stored(iam) == [{"Key": "certsweep:k", "Value": value}]

    def test_more_than_fifty_are_refused(self, iam: Any) -> None:
        upload(iam, valid(), Tags=[{"Key": f"k{n}", "Value": ""} for n in range(50)])
        with pytest.raises(ClientError) as raised:
            iam.tag_server_certificate(
                ServerCertificateName="www", Tags=[{"Key": "one more", "Value": ""}]
            )
        assert error_of(raised) == ("LimitExceeded", 409)

    def test_one_key_twice_is_refused(self, iam: Any) -> None:
        tags = [{"Key": "k", "Value": ""}, {"Key": "k", "Value": ""}]
        with pytest.raises(ClientError) as raised:
            upload(iam, valid(), Tags=tags)
        assert error_of(raised) == ("InvalidInput", 400)


class TestAccountSummary:
    def counted(self, iam: Any) -> tuple[int, int]:
        summary = iam.get_account_summary()["SummaryMap"]
        return summary["ServerCertificates"], summary["ServerCertificatesQuota"]

    def test_counts_certificates(self, sandbox: Sandbox, iam: Any) -> None:
        assert self.counted(iam) == (0, 20)
        sandbox.upload_certificate("www", now() + days(90))
        sandbox.settings(quota=77)
        assert self.counted(iam) == (1, 77)
        iam.delete_server_certificate(ServerCertificateName="www")
        assert self.counted(iam) == (0, 77)

    def test_each_account_and_each_partition_has_its_own(self, sandbox: Sandbox) -> None:
        sandbox.upload_certificate("www", now() + days(90))
        assert self.counted(sandbox.client("iam", account="210987654321")) == (0, 20)
        assert self.counted(sandbox.client("iam", "us-gov-west-1")) == (0, 20)

    def test_counts_the_rest_as_moto_does(self, iam: Any) -> None:
        summary = iam.get_account_summary()["SummaryMap"]
        assert {"Roles", "RolesQuota", "Users", "Policies"} <= summary.keys()
