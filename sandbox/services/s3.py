"""What S3 checks before it looks at a bucket. S3 itself is moto's."""

from __future__ import annotations

from moto.s3.models import s3_backends

from sandbox.policy.authorization import Refusal
from sandbox.wire.calls import Call


def owner_refusal(call: Call) -> Refusal | None:
    """Why a request may not be made that expects another owner of the bucket."""
    expected = call.request.headers.get("x-amz-expected-bucket-owner")
    if call.service != "s3" or expected is None:
        return None
    if len(expected) != 12 or not expected.isdecimal():
        return Refusal(
            "InvalidBucketOwnerAWSAccountID",
            "The value of the expected bucket owner parameter must be an AWS account ID",
            400,
        )
    bucket = call.request.path.lstrip("/").split("/", 1)[0]
    owner = s3_backends.bucket_accounts.get(bucket)  # none: moto says that there is no bucket
    is_other = owner is not None and owner[1] != expected
    return Refusal("AccessDenied", "Access Denied") if is_other else None
