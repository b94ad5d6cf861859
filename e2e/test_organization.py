from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.client import PROJECT

from .account import days
from .deployment import Deployment
from .package import AWS_CLI, BUCKET, NO_SETTINGS
from .test_stack import found_in

STACK = "certsweep-organization"
INSTANCE = re.compile(rf"StackSet-{STACK}-[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}")
UNITS = "ou-ab12-11111111,ou-ab12-22222222"


def make(environment: dict[str, str], *variables: str) -> subprocess.CompletedProcess[str]:
    """Runs `make deploy-organization` on what was built already."""
    # Whatever make runs the tests has given its own variables.
    inherited = {name: value for name, value in environment.items() if name != "MAKEFLAGS"}
    return subprocess.run(
        [
            *("make", "--assume-old=package", "--assume-old=.venv/.ready", "deploy-organization"),
            *(f"PY={sys.executable}", f"AWS={' '.join(AWS_CLI)}", *variables),
        ],
        cwd=PROJECT,
        env=inherited | NO_SETTINGS,
        capture_output=True,
        text=True,
        check=False,
    )


def deploy(new: Deployment, folder: Path, parameters: str) -> dict[str, Any]:
    """Deploys to the organization; answers the stack that the account has got."""
    ran = make(
        new.sandbox.environment,
        *(f"BUCKET={BUCKET}", f"UNITS={UNITS}", f"PARAMETERS={parameters}"),
        f"PACKAGED={folder / 'packaged.yaml'}",
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    stacks = new.sandbox.client("cloudformation").describe_stacks()["Stacks"]
    assert len(stacks) == 2
    (instance,) = (one for one in stacks if INSTANCE.fullmatch(one["StackName"]))
    new.adopt(instance["StackName"])
    found: dict[str, Any] = instance
    return found


def values(stack: dict[str, Any]) -> dict[str, str]:
    return {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}


def test_organization_gets_the_whole_stack_and_gives_it_back(
    new: Deployment, tmp_path: Path
) -> None:
    new.expired("www")
    new.store("shop", days(10))
    before = found_in(new)
    first = deploy(new, tmp_path, "DaysToExpiration=30 RolePath=/security/ LogRetentionInDays=30")
    given = values(first)
    assert (given["DaysToExpiration"], given["RolePath"]) == ("30", "/security/")
    assert (given["Approvers"], given["BackupBucket"]) == ("", "")
    groups = new.sandbox.client("logs").describe_log_groups()["logGroups"]
    assert [group["retentionInDays"] for group in groups] == [30, 30, 30]
    assert new.compliance == {"shop": "NON_COMPLIANT", "www": "NON_COMPLIANT"}
    assert new.remediate_after_a_run("www").result == ("Success", "REMOVED")
    assert new.names == ["shop"]
    assert new.sandbox.permissions.list(decision="denied") == []
    second = deploy(new, tmp_path, "DaysToExpiration=0")
    assert second["StackId"] == first["StackId"]
    assert values(second) == given | {"DaysToExpiration": "0"}
    assert new.compliance == {"shop": "COMPLIANT"}
    logs = {f"log groups: {group['logGroupName']}" for group in groups}
    new.sandbox.client("cloudformation").delete_stack(StackName=STACK)
    assert new.sandbox.client("cloudformation").describe_stacks()["Stacks"] == []
    assert found_in(new) == before | logs
    assert new.names == ["shop"]


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        (["BUCKET=b"], "No organizational units. Name them, or the root: make deploy-organization"),
        (["UNITS=r-ab12"], "No bucket for the functions' code."),
        (
            ["BUCKET=b", "UNITS=r-ab12", "PARAMETERS=BackupBucket=b"],
            "BackupBucket needs a different value in each account",
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
