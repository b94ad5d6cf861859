"""The buckets: that of the functions' code, and that of the backups."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from .account import Account, code_of, is_denial
from .bucket_policy import demands
from .findings import Finding, missing, note, ok, warning
from .wish import Wish


def deployment_bucket(account: Account, wish: Wish) -> Iterator[Finding]:
    """The bucket that the functions' code is uploaded to; Lambda wants it in its own region."""
    if not wish.bucket:
        yield note("The deployment bucket was not checked. Name it with BUCKET=...")
        return
    try:
        answer = account.client("s3").head_bucket(Bucket=wish.bucket)
    except ClientError as error:
        yield _unreachable(wish.bucket, "deployment bucket", error, account)
        return
    region = answer.get("BucketRegion") or _region_in(answer)
    if region == account.region:
        yield ok(f"The deployment bucket {wish.bucket} is in {region}.")
    elif not region:
        yield warning(f"The deployment bucket {wish.bucket} exists, but its region is unknown.")
    else:
        yield missing(
            f"The deployment bucket {wish.bucket} is in {region}. Lambda accepts code only from "
            f"buckets in {account.region}.",
            f"Name another BUCKET, or set AWS_DEFAULT_REGION={region} to deploy there.",
        )


def backup_bucket(account: Account, wish: Wish) -> Iterator[Finding]:
    """The bucket that certificates are written to before they are deleted."""
    bucket, owner = _backups(account, wish)
    if not bucket:
        return
    client = account.client("s3")
    try:
        client.head_bucket(Bucket=bucket, ExpectedBucketOwner=owner)
    except ClientError as error:
        if owner == account.number or not is_denial(error):
            yield _unreachable(bucket, "backup bucket", error, account)
        else:
            yield warning(
                f"You may not look at the backup bucket {bucket}: it does not belong to account "
                f"{owner}, or that account does not let you in. The role of the runbook may be "
                "let in all the same."
            )
            yield _unchecked(bucket, owner)
        return
    yield ok(f"The backup bucket {bucket} belongs to account {owner}.")
    if owner != account.number:
        yield _unchecked(bucket, owner)
        return
    given = wish.parameters.get("BackupKeyArn", "")
    for key in _keys_of(client, bucket, owner):
        # The bucket may name its key by ARN, by id or by an alias.
        if given and "alias/" in key:
            yield note(
                f"The backup bucket is encrypted with the KMS key {key}. Not checked: whether that "
                "is BackupKeyArn."
            )
        elif not given or key not in (given, given.rpartition("/")[2]):
            but = f", but BackupKeyArn is {given}" if given else ""
            yield warning(
                f"The backup bucket is encrypted with the KMS key {key}{but}. Without permission "
                "to use the bucket's key, every backup fails and nothing is removed.",
                "Set the parameter BackupKeyArn to the key's ARN.",
            )


def backup_policy(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the policy of a backup bucket of this account demands an encryption header."""
    bucket, owner = _backups(account, wish)
    if not bucket or owner != account.number:
        return
    try:
        answer = account.client("s3").get_bucket_policy(Bucket=bucket, ExpectedBucketOwner=owner)
    except ClientError as error:
        # Of a bucket that isn't there the check above has said so.
        if code_of(error) not in ("NoSuchBucketPolicy", "NoSuchBucket"):
            raise
        return
    key = f"arn:{account.partition}:s3:::{bucket}/certsweep/{owner}/name/id/time.json"
    for demand in demands(json.loads(answer["Policy"]), key):
        where = f"The policy of the backup bucket {bucket} (statement {demand.statement})"
        remedy = "Remove the statement: S3 encrypts every object by default."
        if demand.is_certain:
            yield missing(
                f"{where} denies uploads without an encryption header. A backup sends none, so "
                "every backup fails and nothing is removed.",
                remedy,
            )
        else:
            yield warning(
                f"{where} denies some uploads without an encryption header. A backup sends none. "
                "If the statement applies to the runbook's role, nothing is removed.",
                remedy,
            )


def _backups(account: Account, wish: Wish) -> tuple[str, str]:
    """The bucket for backups, empty if there is none, and the account that must own it."""
    parameters = wish.parameters
    return parameters.get("BackupBucket", ""), (
        parameters.get("BackupBucketOwner") or account.number
    )


def _unchecked(bucket: str, owner: str) -> Finding:
    return note(
        f"Not checked, as {bucket} belongs to another account: whether its policy lets the "
        "runbook's role write, whether it demands an encryption header, and with which key it is "
        f"encrypted. Look in account {owner}. A backup sends no encryption header."
    )


def _keys_of(client: Any, bucket: str, owner: str) -> list[str]:
    """The KMS keys of a bucket's default encryption that are not AWS's own."""
    try:
        answer = client.get_bucket_encryption(Bucket=bucket, ExpectedBucketOwner=owner)
    except ClientError as error:
        if code_of(error) == "ServerSideEncryptionConfigurationNotFoundError":
            return []
        raise
    rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
    keys = [
        rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID", "")
        for rule in rules
    ]
    return [key for key in keys if key and not key.endswith("alias/aws/s3")]


def _unreachable(bucket: str, role: str, error: ClientError, account: Account) -> Finding:
    code = code_of(error)
    if code in ("404", "NoSuchBucket"):
        return missing(
            f"The {role} {bucket} does not exist.",
            f"aws s3 mb s3://{bucket} --region {account.region}",
        )
    if is_denial(error):
        return warning(
            f"Could not check the {role} {bucket}: it belongs to another account, or you may not "
            "read it.",
            f"Name a bucket of account {account.number}, or ask for s3:ListBucket on it.",
        )
    raise error


def _region_in(answer: dict[str, Any]) -> str:
    return str(
        answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("x-amz-bucket-region", "")
    )
