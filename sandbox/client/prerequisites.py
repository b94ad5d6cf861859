"""What an account has before a rule is deployed: buckets, and AWS Config turned on."""

from __future__ import annotations

from .connection import Connection


def make_bucket(connection: Connection, name: str, region: str, account: str = "") -> None:
    """Makes a bucket, unless the account has it already.

    :param account: another account that is to own it
    """
    files = connection.client("s3", region, account=account)
    if name in [one["Name"] for one in files.list_buckets()["Buckets"]]:
        return
    location = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    files.create_bucket(Bucket=name, **({} if region == "us-east-1" else location))


def turn_on_config(connection: Connection, bucket: str, region: str) -> None:
    """Turns the configuration recorder on, if there is none.

    :param bucket: where it delivers to; made if it isn't there
    """
    config = connection.client("config", region)
    if config.describe_configuration_recorders()["ConfigurationRecorders"]:
        return
    make_bucket(connection, bucket, region)
    role = "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    arn = f"arn:{config.meta.partition}:iam::{connection.account}:{role}"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": arn})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": bucket})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
