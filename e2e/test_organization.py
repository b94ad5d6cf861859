from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.control import PROJECT

from .account import days
from .deployment import BUCKET, Deployment
from .test_stack import found_in

STACK = "certsweep-organization"
INSTANCE = re.compile(rf"StackSet-{STACK}-[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}")
UNITS = "ou-ab12-11111111,ou-ab12-22222222"


@pytest.fixture
def member(deployment: Deployment) -> Iterator[Deployment]:
    """An account of an organization, in which the stack has never been."""
    deployment.make_new()
    yield deployment
    deployment.make_new()


def make(environment: dict[str, str], *variables: str) -> subprocess.CompletedProcess[str]:
    """Runs `make deploy-organization` on what was built already."""
    aws = Path(sys.executable).with_name("aws")
    isolated = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_PAGER": "",
    }
    return subprocess.run(
        [
            *("make", "--assume-old=package", "--assume-old=.venv/.ready", "deploy-organization"),
            *(f"PY={sys.executable}", f"AWS={sys.executable} {aws}", *variables),
        ],
        cwd=PROJECT,
        # Whatever make runs the tests has given its own variables.
        env={name: value for name, value in environment.items() if name != "MAKEFLAGS"} | isolated,
        capture_output=True,
        text=True,
        check=False,
    )


def deploy(member: Deployment, folder: Path, parameters: str) -> dict[str, Any]:
    """Deploys to the organization; answers the stack that the account has got."""
    ran = make(
        member.sandbox.environment,
        *(f"BUCKET={BUCKET}", f"UNITS={UNITS}", f"PARAMETERS={parameters}"),
        f"PACKAGED={folder / 'packaged.yaml'}",
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    stacks = member.sandbox.client("cloudformation").describe_stacks()["Stacks"]
    assert len(stacks) == 2
    (instance,) = (one for one in stacks if INSTANCE.fullmatch(one["StackName"]))
    member.adopt(instance["StackName"])
    found: dict[str, Any] = instance
    return found


def values(stack: dict[str, Any]) -> dict[str, str]:
    return {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}


def test_organization_gets_the_whole_stack_and_gives_it_back(
    member: Deployment, tmp_path: Path
) -> None:
    member.expired("www")
    member.store("shop", days(10))
    before = found_in(member)
    first = deploy(
        member, tmp_path, "DaysToExpiration=30 RolePath=/security/ LogRetentionInDays=30"
    )
    given = values(first)
    assert (given["DaysToExpiration"], given["RolePath"]) == ("30", "/security/")
    assert (given["Approvers"], given["BackupBucket"]) == ("", "")
    groups = member.sandbox.client("logs").describe_log_groups()["logGroups"]
    assert [group["retentionInDays"] for group in groups] == [30, 30, 30]
    assert member.compliance == {"shop": "NON_COMPLIANT", "www": "NON_COMPLIANT"}
    assert member.remediate_after_a_run("www").result == ("Success", "REMOVED")
    assert member.names == ["shop"]
    assert member.sandbox.permissions.list(decision="denied") == []
    second = deploy(member, tmp_path, "DaysToExpiration=0")
    assert second["StackId"] == first["StackId"]
    assert values(second) == given | {"DaysToExpiration": "0"}
    assert member.compliance == {"shop": "COMPLIANT"}
    logs = {f"log groups: {group['logGroupName']}" for group in groups}
    member.sandbox.client("cloudformation").delete_stack(StackName=STACK)
    assert member.sandbox.client("cloudformation").describe_stacks()["Stacks"] == []
    assert found_in(member) == before | logs
    assert member.names == ["shop"]


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        (["BUCKET=b"], "No organizational units. Name them, or the root: make deploy-organization"),
        (["UNITS=r-ab12"], "No bucket for the functions' code."),
        (
            ["BUCKET=b", "UNITS=r-ab12", "PARAMETERS=BackupBucket=b"],
            "BackupBucket has another value in each account",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_told_before_anything_is_uploaded(
    variables: list[str], reason: str
) -> None:
    ran = make(dict(os.environ), *variables)
    assert ran.returncode != 0
    assert reason in ran.stderr
    assert "cloudformation" not in ran.stdout
