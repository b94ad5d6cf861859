from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sandbox.client import Sandbox

from .conftest import PROBE


def deploy(sandbox: Sandbox, zip_file: Path) -> None:
    sandbox.deploy_function(zip_file, "probe", handler=PROBE)


def buckets(sandbox: Sandbox) -> list[str]:
    return [one["Name"] for one in sandbox.client("s3").list_buckets()["Buckets"]]


def test_reset_that_keeps_the_code_keeps_nothing_else(sandbox: Sandbox, probe_zip: Path) -> None:
    deploy(sandbox, probe_zip)
    sandbox.make_bucket("backup")
    for _ in range(2):
        sandbox.reset(keep_code=True)
        assert buckets(sandbox) == ["code-in-eu-west-1"]
        files = sandbox.client("s3")
        code = files.get_object(Bucket="code-in-eu-west-1", Key="probe.zip")["Body"].read()
        assert code == probe_zip.read_bytes()
        assert sandbox.client("lambda").list_functions()["Functions"] == []
        assert sandbox.client("iam").list_roles()["Roles"] == []


def test_code_that_was_kept_is_not_uploaded_again_and_runs(
    sandbox: Sandbox, probe_zip: Path
) -> None:
    deploy(sandbox, probe_zip)
    sandbox.reset(keep_code=True, cold=True)
    deploy(sandbox, probe_zip)
    assert sandbox.requests.list("s3", "PutObject") == []
    sandbox.client("lambda").invoke(FunctionName="probe", Payload=b"{}")
    (ran,) = sandbox.invocations()
    assert (ran["cold"], ran["error"], ran["payload"]["invocations"]) == (True, "", 1)


@pytest.mark.parametrize("keep_code", [False, True])
def test_code_that_is_another_or_is_gone_is_uploaded(
    sandbox: Sandbox, probe_zip: Path, tmp_path: Path, keep_code: bool
) -> None:
    deploy(sandbox, probe_zip)
    sandbox.reset(keep_code=keep_code)
    other = tmp_path / "probe.zip"
    shutil.copy(probe_zip, other)
    deploy(sandbox, other if keep_code else probe_zip)
    assert len(sandbox.requests.list("s3", "PutObject")) == 1


def test_reset_keeps_no_bucket_by_itself(sandbox: Sandbox, probe_zip: Path) -> None:
    deploy(sandbox, probe_zip)
    sandbox.reset()
    assert buckets(sandbox) == []
