import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ..account import Account
from ..buckets import backup_bucket, backup_policy, deployment_bucket
from ..findings import Level
from ..preflight import Check
from ..wish import Wish
from .conftest import KEY, NUMBER, REGION, FakeSession, only, wish


def test_without_a_bucket_the_deployment_bucket_is_not_checked(account: Account) -> None:
    finding = only(deployment_bucket(account, wish()))
    assert finding.level is Level.NOTE
    assert "BUCKET=" in finding.text


def test_a_deployment_bucket_of_the_region_is_fine(session: FakeSession, account: Account) -> None:
    answer = {"BucketRegion": REGION}
    session.stub("s3").add_response("head_bucket", answer, {"Bucket": "artifacts"})
    assert only(deployment_bucket(account, wish("artifacts"))).level is Level.OK


def test_a_deployment_bucket_of_another_region_is_refused_with_the_choices(
    session: FakeSession, account: Account
) -> None:
    session.stub("s3").add_response("head_bucket", {"BucketRegion": "us-east-1"})
    finding = only(deployment_bucket(account, wish("artifacts")))
    assert finding.level is Level.MISSING
    assert "is in us-east-1" in finding.text
    assert "AWS_DEFAULT_REGION=us-east-1" in finding.remedy


def test_a_deployment_bucket_of_unknown_region_is_a_warning(
    session: FakeSession, account: Account
) -> None:
    session.stub("s3").add_response("head_bucket", {})
    finding = only(deployment_bucket(account, wish("artifacts")))
    assert finding.level is Level.WARNING
    assert "its region is unknown" in finding.text


CHECKS = [
    (deployment_bucket, wish("artifacts"), "deployment bucket artifacts"),
    (backup_bucket, wish(BackupBucket="backups"), "backup bucket backups"),
]


@pytest.mark.parametrize(("check", "wished", "name"), CHECKS)
def test_a_bucket_that_does_not_exist_is_missing(
    session: FakeSession, account: Account, check: Check, wished: Wish, name: str
) -> None:
    session.stub("s3").add_client_error("head_bucket", "404")
    finding = only(check(account, wished))
    assert finding.level is Level.MISSING
    assert f"The {name} does not exist." in finding.text
    assert "aws s3 mb s3://" in finding.remedy


@pytest.mark.parametrize(("check", "wished", "name"), CHECKS)
def test_a_bucket_that_may_not_be_looked_at_is_not_checked(
    session: FakeSession, account: Account, check: Check, wished: Wish, name: str
) -> None:
    session.stub("s3").add_client_error("head_bucket", "403")
    finding = only(check(account, wished))
    assert finding.level is Level.WARNING
    assert f"Could not check the {name}: it belongs to another account, or you may not" in (
        finding.text
    )
    assert f"account {NUMBER}" in finding.remedy


@pytest.mark.parametrize(("check", "wished"), [one[:2] for one in CHECKS])
def test_another_failure_of_s3_is_an_error(
    session: FakeSession, account: Account, check: Check, wished: Wish
) -> None:
    session.stub("s3").add_client_error("head_bucket", "503")
    with pytest.raises(ClientError):
        list(check(account, wished))


def test_no_backup_bucket_is_no_matter(account: Account) -> None:
    assert list(backup_bucket(account, wish(BackupBucket=""))) == []


def encryption(session: FakeSession, **default: str) -> None:
    request = {"Bucket": "backups", "ExpectedBucketOwner": NUMBER}
    session.stub("s3").add_response("head_bucket", {}, request)
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
    answer = {"ServerSideEncryptionConfiguration": rules}
    session.stub("s3").add_response("get_bucket_encryption", answer, request)


def test_a_backup_bucket_of_this_account_is_fine(session: FakeSession, account: Account) -> None:
    encryption(session, SSEAlgorithm="AES256")
    finding = only(backup_bucket(account, wish(BackupBucket="backups")))
    assert finding.level is Level.OK
    session.assert_all_asked()


def test_a_backup_bucket_with_a_key_of_its_own_needs_the_key_as_a_parameter(
    session: FakeSession, account: Account
) -> None:
    encryption(session, SSEAlgorithm="aws:kms", KMSMasterKeyID=KEY)
    _, finding = backup_bucket(account, wish(BackupBucket="backups"))
    assert finding.level is Level.WARNING
    assert KEY in finding.text
    assert "BackupKeyArn" in finding.remedy


def test_a_backup_bucket_whose_key_was_given_is_fine(
    session: FakeSession, account: Account
) -> None:
    encryption(session, SSEAlgorithm="aws:kms", KMSMasterKeyID=KEY)
    finding = only(backup_bucket(account, wish(BackupBucket="backups", BackupKeyArn=KEY)))
    assert finding.level is Level.OK


@pytest.mark.parametrize(
    ("key", "level", "words"),
    [
        (KEY.rpartition("/")[2], None, ""),
        (KEY[:-1] + "c", Level.WARNING, f"{KEY[:-1]}c, but BackupKeyArn is {KEY}."),
        (KEY.rpartition("/")[2][:-1] + "c", Level.WARNING, f"but BackupKeyArn is {KEY}."),
        ("alias/backups", Level.NOTE, "alias/backups. Not checked: whether that is BackupKeyArn."),
        (f"arn:aws:kms:{REGION}:{NUMBER}:alias/backups", Level.NOTE, "alias/backups. Not checked"),
    ],
)
def test_the_key_that_was_given_must_be_that_of_the_backup_bucket(
    session: FakeSession, account: Account, key: str, level: Level | None, words: str
) -> None:
    encryption(session, SSEAlgorithm="aws:kms", KMSMasterKeyID=key)
    found = list(backup_bucket(account, wish(BackupBucket="backups", BackupKeyArn=KEY)))[1:]
    assert [finding.level for finding in found] == ([level] if level else [])
    assert all(words in finding.text for finding in found)


def test_a_backup_bucket_without_default_encryption_is_fine(
    session: FakeSession, account: Account
) -> None:
    session.stub("s3").add_response("head_bucket", {})
    session.stub("s3").add_client_error(
        "get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError"
    )
    assert only(backup_bucket(account, wish(BackupBucket="backups"))).level is Level.OK


# --- A bucket of another account ------------------------------------------------------------------

OTHER = "999988887777"
FOREIGN = wish(BackupBucket="backups", BackupBucketOwner=OTHER)
UNCHECKED = ("policy", "encryption header", "with which key", f"account {OTHER}")


def test_of_a_foreign_bucket_it_says_what_it_did_not_check(
    session: FakeSession, account: Account
) -> None:
    request = {"Bucket": "backups", "ExpectedBucketOwner": OTHER}
    session.stub("s3").add_response("head_bucket", {}, request)
    found, unchecked = backup_bucket(account, FOREIGN)
    assert found.level is Level.OK
    assert f"belongs to account {OTHER}" in found.text
    assert unchecked.level is Level.NOTE
    assert all(one in unchecked.text for one in UNCHECKED)
    assert list(backup_policy(account, FOREIGN)) == []
    session.assert_all_asked()


def test_a_foreign_bucket_that_may_not_be_looked_at_is_no_proof_of_anything(
    session: FakeSession, account: Account
) -> None:
    session.stub("s3").add_client_error("head_bucket", "403")
    denied, unchecked = backup_bucket(account, FOREIGN)
    assert denied.level is Level.WARNING
    assert "or that account does not let you in" in denied.text
    assert all(one in unchecked.text for one in UNCHECKED)


def test_a_foreign_bucket_that_does_not_exist_is_missing(
    session: FakeSession, account: Account
) -> None:
    session.stub("s3").add_client_error("head_bucket", "404")
    assert only(backup_bucket(account, FOREIGN)).level is Level.MISSING


# --- The bucket's policy --------------------------------------------------------------------------

DEMAND = {
    "Sid": "Encrypted",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::backups/*",
    "Condition": {"Null": {"s3:x-amz-server-side-encryption": "true"}},
}


def policy(session: FakeSession, *statements: dict[str, Any]) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    request = {"Bucket": "backups", "ExpectedBucketOwner": NUMBER}
    session.stub("s3").add_response("get_bucket_policy", {"Policy": document}, request)


def test_a_policy_that_demands_an_encryption_header_is_refused_by_its_statement(
    session: FakeSession, account: Account
) -> None:
    policy(session, DEMAND)
    finding = only(backup_policy(account, wish(BackupBucket="backups")))
    assert finding.level is Level.MISSING
    assert "backups (statement Encrypted) denies uploads" in finding.text


def test_a_policy_that_demands_it_of_some_is_a_warning(
    session: FakeSession, account: Account
) -> None:
    policy(session, DEMAND | {"Principal": {"AWS": f"arn:aws:iam::{NUMBER}:root"}})
    finding = only(backup_policy(account, wish(BackupBucket="backups")))
    assert finding.level is Level.WARNING
    assert "If the statement applies to the runbook's role" in finding.text


def test_a_policy_that_demands_none_is_no_matter(session: FakeSession, account: Account) -> None:
    policy(session, DEMAND | {"Effect": "Allow"})
    assert list(backup_policy(account, wish(BackupBucket="backups"))) == []


@pytest.mark.parametrize("code", ["NoSuchBucketPolicy", "NoSuchBucket"])
def test_a_bucket_without_a_policy_demands_nothing(
    session: FakeSession, account: Account, code: str
) -> None:
    session.stub("s3").add_client_error("get_bucket_policy", code)
    assert list(backup_policy(account, wish(BackupBucket="backups"))) == []


def test_a_policy_that_may_not_be_read_is_not_checked(
    session: FakeSession, account: Account
) -> None:
    session.stub("s3").add_client_error("get_bucket_policy", "AccessDenied")
    with pytest.raises(ClientError):
        list(backup_policy(account, wish(BackupBucket="backups")))


def test_without_a_backup_bucket_no_policy_is_read(account: Account) -> None:
    assert list(backup_policy(account, wish())) == []
