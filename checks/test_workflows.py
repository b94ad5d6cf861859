import re
from pathlib import Path

import pytest
import yaml

from .template import ROOT
from .workflows import (
    GITHUB,
    called_targets,
    jobs,
    makefile_targets,
    schema_errors,
    unsound_jobs,
    zizmor,
)

# What takes too long for `make test`, as far as the Makefile has it.
LONG = {"bench", "fuzz", "mutation", "soak"}


def test_zizmor_has_nothing_to_say() -> None:
    assert zizmor(GITHUB) == []


def test_workflows_and_forms_are_as_github_reads_them() -> None:
    assert schema_errors(GITHUB) == []


def test_every_job_ends_and_says_what_it_may() -> None:
    assert unsound_jobs(jobs()) == []


def test_workflows_run_what_the_makefile_has() -> None:
    assert {"libraries", "test"} <= called_targets() <= makefile_targets()


def test_all_that_takes_long_is_run_weekly() -> None:
    job = dict(jobs())["long.yml/long"]
    assert set(job["strategy"]["matrix"]["target"]) == LONG & makefile_targets()


BROKEN = {
    "an action by its tag": (
        "workflows/ci.yml",
        "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f",
        "actions/upload-artifact@v7",
    ),
    "credentials that stay": (
        "workflows/ci.yml",
        "        with:\n          persist-credentials: false\n",
        "",
    ),
    "all permissions": ("workflows/ci.yml", "permissions: {}\n\nconcurrency", "concurrency"),
    "text from outside in a script": (
        "workflows/ci.yml",
        "run: make release",
        "run: make release NOTE='${{ github.event.pull_request.title }}'",
    ),
    "a cache in a release": (
        "workflows/release.yml",
        "java-version: '25'",
        "java-version: '25'\n          cache: maven",
    ),
    "updates on the day they appear": (
        "dependabot.yml",
        "cooldown:\n      default-days: 7",
        "labels: [dependencies]",
    ),
}


@pytest.mark.parametrize("flaw", BROKEN)
def test_zizmor_refuses(tmp_path: Path, flaw: str) -> None:
    name, old, new = BROKEN[flaw]
    assert zizmor(_spoilt(tmp_path, name, old, new)) != []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("workflows/ci.yml", "timeout-minutes: 45", "timeout-minute: 45"),
        ("dependabot.yml", "interval: weekly", "interval: fortnightly"),
        ("ISSUE_TEMPLATE/bug.yml", "type: dropdown", "type: menu"),
        ("ISSUE_TEMPLATE/config.yml", "url: https", "link: https"),
    ],
)
def test_the_schemas_refuse(tmp_path: Path, name: str, old: str, new: str) -> None:
    assert schema_errors(_spoilt(tmp_path, name, old, new)) != []


def test_a_job_without_an_end_or_without_limits_is_noticed() -> None:
    assert len(unsound_jobs(iter([("ci.yml/test", {"steps": []})]))) == 2


def test_the_audit_s_job_is_as_github_reads_it_and_verifies_what_it_runs(tmp_path: Path) -> None:
    (text,) = re.findall(
        r"^```yaml\n(on:.*?)^```$", (ROOT / "docs/audit.md").read_text(), re.M | re.S
    )
    file = tmp_path / "workflows/audit.yml"
    file.parent.mkdir()
    file.write_text(text)
    assert schema_errors(tmp_path) == []
    steps = yaml.safe_load(text)["jobs"]["audit"]["steps"]
    # Each a command of its own: the shell, which has -e, goes on after one that fails before `&&`.
    (lines,) = [step["run"].splitlines() for step in steps if "run" in step]
    assert "&&" not in "".join(lines[:3])
    assert re.match(r"gh release download v\d+\.\d+\.\d+ ", lines[0])
    archive = "certsweep-*.tar.gz"
    assert lines[1] == f"gh attestation verify {archive} --repo certsweep/certsweep"
    assert lines[2] == f"tar -xzf {archive}"
    # More than GitHub allows by default fails the step.
    (days,) = [step["with"]["retention-days"] for step in steps if "upload" in step.get("uses", "")]
    assert days <= 90


def _spoilt(folder: Path, name: str, old: str, new: str) -> Path:
    """A `.github` that holds one of the files, with a flaw."""
    text = (GITHUB / name).read_text()
    assert old in text
    copy = folder / ".github"
    (copy / name).parent.mkdir(parents=True)
    (copy / name).write_text(text.replace(old, new, 1))
    return copy
