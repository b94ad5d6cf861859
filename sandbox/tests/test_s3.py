from __future__ import annotations

from typing import Any

import pytest
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
