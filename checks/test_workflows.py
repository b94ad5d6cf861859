from pathlib import Path

import pytest

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


def _spoilt(folder: Path, name: str, old: str, new: str) -> Path:
    """A `.github` that holds one of the files, with a flaw."""
    text = (GITHUB / name).read_text()
    assert old in text
    copy = folder / ".github"
    (copy / name).parent.mkdir(parents=True)
    (copy / name).write_text(text.replace(old, new, 1))
    return copy
