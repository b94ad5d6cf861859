"""Buckets."""

# ruff: noqa: D102  `Handler` says what each method does.
from __future__ import annotations

from typing import Any

from .handler import Handler, Properties, Work
from .iam import document


class BucketHandler(Handler):
    """`AWS::S3::Bucket`, with what a careful template says of one."""

    name_property = "BucketName"
    applied = frozenset(
        {
            "BucketEncryption",
            "BucketName",
            "OwnershipControls",
            "PublicAccessBlockConfiguration",
            "Tags",
            "VersioningConfiguration",
        }
    )
    attribute_names = frozenset({"Arn", "DomainName", "RegionalDomainName"})

    def create(self, work: Work, properties: Properties) -> str:
        name: str = properties.get("BucketName") or work.generated_name(63).lower()
        location = {"CreateBucketConfiguration": {"LocationConstraint": work.region}}
        work.client("s3").create_bucket(
            Bucket=name, **({} if work.region == "us-east-1" else location)
        )
        return name

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        """Leaves it to `settle`."""

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        work.client("s3").delete_bucket(Bucket=physical_id)

    def attributes(self, work: Work, physical_id: str) -> dict[str, Any]:
        suffix = "amazonaws.com.cn" if work.partition == "aws-cn" else "amazonaws.com"
        return {
            "Arn": f"arn:{work.partition}:s3:::{physical_id}",
            "DomainName": f"{physical_id}.s3.{suffix}",
            "RegionalDomainName": f"{physical_id}.s3.{work.region}.{suffix}",
        }

    def settle(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        del previous
        buckets = work.client("s3")
        if "BucketEncryption" in properties:
            rules = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            buckets.put_bucket_encryption(
                Bucket=physical_id,
                ServerSideEncryptionConfiguration={"Rules": [_encryption(rule) for rule in rules]},
            )
        if "PublicAccessBlockConfiguration" in properties:
            buckets.put_public_access_block(
                Bucket=physical_id,
                PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"],
            )
        if "OwnershipControls" in properties:
            buckets.put_bucket_ownership_controls(
                Bucket=physical_id, OwnershipControls=properties["OwnershipControls"]
            )
        if "VersioningConfiguration" in properties:
            buckets.put_bucket_versioning(
                Bucket=physical_id, VersioningConfiguration=properties["VersioningConfiguration"]
            )
        if tags := work.tag_list(properties.get("Tags")):
            buckets.put_bucket_tagging(Bucket=physical_id, Tagging={"TagSet": tags})


def _encryption(rule: dict[str, Any]) -> dict[str, Any]:
    """The API calls the default what the template calls `ServerSideEncryptionByDefault`."""
    renamed = dict(rule)
    if "ServerSideEncryptionByDefault" in renamed:
        renamed["ApplyServerSideEncryptionByDefault"] = renamed.pop("ServerSideEncryptionByDefault")
    return renamed


class BucketPolicyHandler(Handler):
    """`AWS::S3::BucketPolicy`."""

    applied = frozenset({"Bucket", "PolicyDocument"})

    def create(self, work: Work, properties: Properties) -> str:
        work.client("s3").put_bucket_policy(
            Bucket=properties["Bucket"], Policy=document(properties["PolicyDocument"])
        )
        return str(properties["Bucket"])

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        del physical_id, previous
        self.create(work, properties)

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        work.client("s3").delete_bucket_policy(Bucket=physical_id)
