"""The commands and declarations of README.md and docs, on a release's files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checks.wrappers import example, stack_of
from sandbox.client import PROJECT

from .account import days
from .deployment import Deployment
from .package import NO_SETTINGS

# What CloudFormation takes in a request.
MAX_BODY_BYTES = 51_200


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """The files of an unpacked release, with a template that does not fit in a request."""
    templates = tmp_path / "cloudformation"
    templates.mkdir()
    shutil.copy(PROJECT / "target/certsweep.zip", tmp_path)
    shutil.copy(PROJECT / "cloudformation/organization.yaml", templates)
    rendered = (PROJECT / "target/cloudformation/certsweep.yaml").read_text()
    # `package` drops comments.
    padded = rendered.replace("\nMetadata:\n", f"\nMetadata:\n  Padding: {'x' * MAX_BODY_BYTES}\n")
    (templates / "certsweep.yaml").write_text(padded)
    return tmp_path


def commands(page: str) -> str:
    """The block of a page that packages and deploys, from its first use of the AWS CLI."""
    (found,) = re.findall(
        r"^(aws cloudformation package .*?)^```$", (PROJECT / page).read_text(), re.M | re.S
    )
    return str(found)


def run(new: Deployment, folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["/bin/bash", "-ec", script],
        cwd=folder,
        env=new.sandbox.environment | NO_SETTINGS | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("page", "bucket"),
    [("README.md", "my-artifacts"), ("docs/organization.md", "artifacts-of-all")],
)
def test_documented_commands_deploy_a_template_that_is_too_large_for_a_request(
    new: Deployment, release: Path, page: str, bucket: str
) -> None:
    new.sandbox.make_bucket(bucket)
    ran = run(new, release, commands(page))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (release / "packaged.yaml").stat().st_size > MAX_BODY_BYTES
    stacks = new.sandbox.client("cloudformation").describe_stacks()["Stacks"]
    (stack,) = (one["StackName"] for one in stacks if one["StackName"] != "certsweep-organization")
    new.adopt(stack)
    new.expired("www")
    new.scheduled_run()
    assert new.compliance == {"www": "NON_COMPLIANT"}


def test_what_terraform_declares_becomes_a_stack_that_evaluates(
    new: Deployment, tmp_path: Path
) -> None:
    subprocess.run([PROJECT / "bin/pack-release", tmp_path], check=True)
    stack = stack_of(example("terraform.md", "hcl"))
    new.sandbox.make_bucket(stack["parameters"]["CodeBucket"])
    ran = run(new, tmp_path, example("terraform.md", "sh"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    # The calls of Terraform's provider.
    new.sandbox.client("cloudformation").create_stack(
        StackName=stack["name"],
        TemplateURL=stack["template_url"],
        Capabilities=stack["capabilities"],
        Parameters=[
            {"ParameterKey": name, "ParameterValue": str(value)}
            for name, value in stack["parameters"].items()
        ],
    )
    new.adopt(stack["name"])
    new.expired("www")
    new.store("soon", expires_in=days(20))
    new.scheduled_run()
    assert new.compliance == {"www": "NON_COMPLIANT", "soon": "NON_COMPLIANT"}
