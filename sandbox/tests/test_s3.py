from __future__ import annotations

from typing import Any
from urllib.request import urlopen

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.client import DEFAULT_ACCOUNT, Sandbox

from .conftest import error_of

OTHER = "999999999999"


@pytest.fixture
def s3(sandbox: Sandbox) -> Any:
    client = sandbox.client("s3")
    client.create_bucket(
        Bucket="backup", CreateBucketConfiguration={"LocationConstraint": sandbox.region}
    )
    client.put_object(Bucket="backup", Key="one/two.json", Body=b"{}")
    return client


def requests(owner: str) -> dict[str, dict[str, Any]]:
    bucket: dict[str, Any] = {"Bucket": "backup", "ExpectedBucketOwner": owner}
    an_object = bucket | {"Key": "one/two.json"}
    return {
        "head_bucket": bucket,
        "put_object": an_object | {"Body": b"[]"},
        "get_object": an_object,
        "list_objects_v2": bucket,
    }


@pytest.mark.parametrize("operation", requests(""))
def test_bucket_of_the_expected_owner_answers(s3: Any, operation: str) -> None:
    assert getattr(s3, operation)(**requests(DEFAULT_ACCOUNT)[operation])


@pytest.mark.parametrize("operation", requests(""))
def test_bucket_of_another_owner_is_refused(s3: Any, operation: str) -> None:
    with pytest.raises(ClientError) as raised:
        getattr(s3, operation)(**requests(OTHER)[operation])
    # The answer to a HEAD has no body that could say more.
    code = "403" if operation == "head_bucket" else "AccessDenied"
    assert error_of(raised) == (code, 403)
    assert s3.get_object(Bucket="backup", Key="one/two.json")["Body"].read() == b"{}"


def test_owner_that_is_no_account_is_refused(s3: Any) -> None:
    with pytest.raises(ClientError) as raised:
        s3.get_object(**requests("me")["get_object"])
    assert error_of(raised) == ("InvalidBucketOwnerAWSAccountID", 400)


def test_missing_bucket_is_said_to_be_missing(s3: Any) -> None:
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket="none", Key="x", ExpectedBucketOwner=OTHER)
    assert error_of(raised) == ("NoSuchBucket", 404)


@pytest.mark.usefixtures("s3")
def test_request_without_a_signature_is_refused(sandbox: Sandbox) -> None:
    anybody = boto3.client(
        "s3",
        region_name=sandbox.region,
        endpoint_url=sandbox.endpoint,
        config=Config(signature_version=UNSIGNED),
    )
    with pytest.raises(ClientError) as raised:
        anybody.get_object(Bucket="backup", Key="one/two.json")
    assert error_of(raised) == ("AccessDenied", 403)
    (request,) = sandbox.requests.list("s3", "GetObject")
    assert request["principal"] == ""


@pytest.mark.usefixtures("s3")
def test_presigned_url_is_a_request_of_whoever_signed_it(sandbox: Sandbox) -> None:
    iam = sandbox.client("iam")
    iam.create_user(UserName="alice")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    alice = boto3.client(
        "s3",
        region_name=sandbox.region,
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        config=Config(signature_version="s3v4"),
    )
    wanted = {"Bucket": "backup", "Key": "one/two.json"}
    url = alice.generate_presigned_url("get_object", Params=wanted)
    with urlopen(url) as answer:  # noqa: S310
        assert answer.read() == b"{}"
    (request,) = sandbox.requests.list("s3", "GetObject")
    assert (request["principal"], request["region"]) == (
        "arn:aws:iam::123456789012:user/alice",
        sandbox.region,
    )
