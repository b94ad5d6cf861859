from typing import Any

import pytest

from ..bucket_policy import Demand, demands

KEY = "arn:aws:s3:::backups/certsweep/123456789012/www/ASCA/now.json"
HEADER = "s3:x-amz-server-side-encryption"
BY_KEY = f"{HEADER}-aws-kms-key-id"


def found(**changed: Any) -> list[Demand]:
    statement = {
        "Sid": "Encrypted",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::backups/*",
        "Condition": {"Null": {HEADER: "true"}},
    } | changed
    kept = {name: value for name, value in statement.items() if value is not None}
    return list(demands({"Version": "2012-10-17", "Statement": [kept]}, KEY))


CERTAIN = [Demand("Encrypted", is_certain=True)]
UNCERTAIN = [Demand("Encrypted", is_certain=False)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"Null": {HEADER: "true"}}, CERTAIN),
        ({"Null": {HEADER: ["true"]}}, CERTAIN),
        ({"Null": {HEADER: True}}, CERTAIN),
        ({"Null": {HEADER.upper().replace("S3:", "s3:"): "true"}}, CERTAIN),
        ({"StringNotEquals": {HEADER: "aws:kms"}}, CERTAIN),
        ({"StringNotEqualsIfExists": {HEADER: "aws:kms"}}, CERTAIN),
        ({"StringNotLike": {BY_KEY: "arn:aws:kms:*"}}, CERTAIN),
        ({"ArnNotEquals": {BY_KEY: "arn"}}, CERTAIN),
        ({"ForAllValues:StringEquals": {HEADER: "AES256"}}, CERTAIN),
        ({"StringEqualsIfExists": {HEADER: "AES256"}}, CERTAIN),
        ({"Null": {HEADER: "true"}, "StringNotEquals": {BY_KEY: "arn"}}, CERTAIN),
        ({"Null": {HEADER: "true"}, "Bool": {"aws:SecureTransport": "false"}}, UNCERTAIN),
        ({"Null": {HEADER: "false"}}, []),
        ({"Null": {f"{HEADER}-customer-algorithm": "false"}}, []),
        ({"StringEquals": {HEADER: "AES256"}}, []),
        ({"ForAnyValue:StringNotEquals": {HEADER: "aws:kms"}}, []),
        ({"Null": {HEADER: "false"}, "StringNotEquals": {HEADER: "aws:kms"}}, []),
        ({"Bool": {"aws:SecureTransport": "false"}}, []),
        (None, []),
    ],
)
def test_a_condition_is_a_demand_if_it_holds_for_a_request_without_the_header(
    condition: Any, expected: list[Demand]
) -> None:
    assert found(Condition=condition) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"Action": "s3:*"}, CERTAIN),
        ({"Action": ["s3:GetObject", "S3:putobject"]}, CERTAIN),
        ({"Action": "*", "Resource": "*"}, CERTAIN),
        ({"Action": None, "NotAction": "s3:GetObject"}, CERTAIN),
        ({"Resource": ["arn:aws:s3:::backups", "arn:aws:s3:::backups/certsweep/*"]}, CERTAIN),
        ({"Resource": None, "NotResource": "arn:aws:s3:::backups/public/*"}, CERTAIN),
        ({"Principal": {"AWS": "*"}}, CERTAIN),
        ({"Principal": {"AWS": ["arn:aws:iam::123456789012:root"]}}, UNCERTAIN),
        ({"Principal": None, "NotPrincipal": {"AWS": "arn"}}, UNCERTAIN),
        ({"Sid": None}, [Demand("number 1", is_certain=True)]),
        ({"Effect": "Allow"}, []),
        ({"Action": "s3:GetObject"}, []),
        ({"Action": None, "NotAction": "s3:Put*"}, []),
        ({"Resource": "arn:aws:s3:::backups/public/*"}, []),
        ({"Resource": "arn:aws:s3:::backups"}, []),
        ({"Resource": "arn:aws:s3:::backups/[a-z]*"}, []),
        ({"Resource": None, "NotResource": "arn:aws:s3:::backups/certsweep/*"}, []),
    ],
)
def test_a_statement_is_a_demand_if_it_denies_the_upload(
    changed: dict[str, Any], expected: list[Demand]
) -> None:
    assert found(**changed) == expected


def test_a_policy_may_have_one_statement_that_is_no_list() -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    assert list(demands({"Statement": statement}, KEY)) == []
    assert list(demands({}, KEY)) == []
