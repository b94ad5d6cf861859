"""What S3 checks before it looks at a bucket, and what a reset spares. S3 itself is moto's."""

from __future__ import annotations

from collections.abc import Callable

from moto.s3.models import FakeKey, s3_backends

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


def spared(prefix: str) -> Callable[[], None]:
    """Takes the buckets of a prefix out of moto, with their objects, so that a reset spares them.

    :returns: what puts them back
    """
    names = [name for name in s3_backends.bucket_accounts if prefix and name.startswith(prefix)]
    places = {name: s3_backends.bucket_accounts.pop(name) for name in names}
    buckets = {
        name: s3_backends[account][partition].buckets.pop(name)
        for name, (partition, account) in places.items()
    }
    objects = [one for bucket in buckets.values() for one in bucket.keys.values()]
    # A metaclass of moto's gives the class this list, and a reset closes the files of all in it.
    for one in objects:
        FakeKey.instances_tracked.remove(one)  # type: ignore[attr-defined]

    def put_back() -> None:
        for name, (partition, account) in places.items():
            s3_backends[account][partition].buckets[name] = buckets[name]
        s3_backends.bucket_accounts.update(places)
        FakeKey.instances_tracked.extend(objects)  # type: ignore[attr-defined]

    return put_back
