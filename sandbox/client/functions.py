"""Deploys Lambda functions, and shows what became of their invocations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .connection import Connection
from .prerequisites import make_bucket

# What the names of the buckets begin with that the code of functions is uploaded to.
CODE_BUCKETS = "code-in-"


class Functions:
    """Lambda's functions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # Which file each object was uploaded from, by bucket and key.
        self._uploaded: dict[tuple[str, str], tuple[Path, int, int]] = {}

    def deploy(
        self,
        zip_file: Path | str,
        name: str,
        *,
        handler: str,
        memory: int = 256,
        timeout: int = 900,
        variables: Mapping[str, str] | None = None,
        region: str | None = None,
        permissions: Iterable[str] = (),
    ) -> str:
        """Deploys a function alone, with a role that is named after it, and answers its ARN.

        The parameters are those of `Rules.deploy`.
        """
        region = region or self._connection.region
        created = self._connection.client("lambda", region).create_function(
            FunctionName=name,
            Runtime="java25",
            Handler=handler,
            Role=make_role(self._connection, name, "lambda.amazonaws.com", region, permissions),
            Code=self._stored(Path(zip_file), region),
            MemorySize=memory,
            Timeout=timeout,
            Environment={"Variables": dict(variables or {})},
        )
        return str(created["FunctionArn"])

    def _stored(self, zip_file: Path, region: str) -> dict[str, str]:
        """The code of a function, in a bucket; uploaded unless a reset has kept it there.

        In the request itself it would be base64 in JSON: several times the work for both sides.
        """
        bucket = f"{CODE_BUCKETS}{region}"
        make_bucket(self._connection, bucket, region)
        files, known = self._connection.client("s3", region), zip_file.stat()
        version = (zip_file.absolute(), known.st_size, known.st_mtime_ns)
        there = files.list_objects_v2(Bucket=bucket, Prefix=zip_file.name).get("Contents", [])
        if not there or self._uploaded.get((bucket, zip_file.name)) != version:
            files.put_object(Bucket=bucket, Key=zip_file.name, Body=zip_file.read_bytes())
            self._uploaded[bucket, zip_file.name] = version
        return {"S3Bucket": bucket, "S3Key": zip_file.name}

    def invocations(self, function_name: str | None = None) -> list[dict[str, Any]]:
        """The finished invocations, oldest first: see `Invocation` of Lambda's functions."""
        finished: list[dict[str, Any]] = self._connection.control("GET", "invocations")
        return [
            one
            for one in finished
            if function_name is None or one["function_name"] == function_name
        ]

    def clear_invocations(self) -> None:
        """Forgets the finished invocations."""
        self._connection.control("DELETE", "invocations")


def make_role(
    connection: Connection, name: str, service: str, region: str, permissions: Iterable[str] = ()
) -> str:
    """The ARN of a role that a service may assume; it is created if it isn't there."""
    iam = connection.client("iam", region)
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    try:
        answer = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    except iam.exceptions.EntityAlreadyExistsException:
        answer = iam.get_role(RoleName=name)
    if actions := list(permissions):
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_role_policy(
            RoleName=name, PolicyName="permissions", PolicyDocument=json.dumps(policy)
        )
    return str(answer["Role"]["Arn"])
