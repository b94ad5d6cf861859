"""The template as the AWS CLI packages it, in a bucket of the sandbox."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sandbox.client import PROJECT, Sandbox
from sandbox.client.functions import CODE_BUCKETS

from . import aws_cli

BUCKET = "deployment"
# Of the zip alone: a reset can spare it.
CODE_BUCKET = f"{CODE_BUCKETS}{BUCKET}"


class StackError(Exception):
    """The stack could not be deployed; the message is what the operator reads."""


# A deployment ends before it is answered: the AWS CLI must not ask a second time meanwhile.
PATIENCE = "--cli-read-timeout=600"
# The developer's own settings of the AWS CLI are not for the sandbox.
NO_SETTINGS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_PAGER": "",
}


@dataclass(frozen=True)
class Package:
    """The template as `aws cloudformation package` has made it, and the zip that it refers to."""

    template: Path
    zip_file: Path
    key: str

    @classmethod
    def made(cls, sandbox: Sandbox, zip_file: Path, folder: Path) -> Package:
        """Packages the rendered template, with the bucket in the sandbox."""
        sandbox.make_bucket(CODE_BUCKET)
        template = folder / "packaged.yaml"
        rendered = zip_file.parent / "cloudformation" / "certsweep.yaml"
        arguments = ["--template-file", str(rendered), "--output-template-file", str(template)]
        aws(sandbox, "package", *arguments, "--s3-bucket", CODE_BUCKET)
        (stored,) = sandbox.client("s3").list_objects_v2(Bucket=CODE_BUCKET)["Contents"]
        return cls(template, zip_file, stored["Key"])

    def store(self, sandbox: Sandbox) -> None:
        """Uploads the zip again, unless the reset of the sandbox has spared it."""
        sandbox.make_bucket(CODE_BUCKET)
        files = sandbox.client("s3")
        if "Contents" not in files.list_objects_v2(Bucket=CODE_BUCKET):
            files.put_object(Bucket=CODE_BUCKET, Key=self.key, Body=self.zip_file.read_bytes())


def aws(sandbox: Sandbox, *arguments: str) -> str:
    """Runs the AWS CLI's `cloudformation` and answers its output.

    :raises StackError: if it fails
    """
    ran = aws_cli.run(
        [PATIENCE, "cloudformation", *arguments], sandbox.environment | NO_SETTINGS, PROJECT
    )
    if ran.returncode:
        raise StackError(ran.stderr.strip())
    return ran.stdout
