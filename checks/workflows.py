"""What GitHub runs and shows: its workflows, Dependabot's settings, the forms for issues."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from .template import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = GITHUB / "workflows"

# As check-jsonschema carries them, by the files that they are for.
SCHEMAS = {
    "workflows/*.yml": "vendor.github-workflows",
    "dependabot.yml": "vendor.dependabot",
    "ISSUE_TEMPLATE/[!c]*.yml": "vendor.github-issue-forms",
    "ISSUE_TEMPLATE/config.yml": "vendor.github-issue-config",
}

_TARGET = re.compile(r"^([a-z][a-z0-9-]*):", re.MULTILINE)
_MAKE = re.compile(r"\bmake ([a-z][a-z0-9-]*)")


def zizmor(folder: Path) -> list[str]:
    """What zizmor finds in a `.github`: actions without a hash, permissions, injections."""
    ran = _run("zizmor", "--offline", "--persona=pedantic", "--format=github", str(folder))
    found = [line for line in ran.stdout.splitlines() if line.startswith("::")]
    if ran.returncode and not found:
        raise RuntimeError(f"zizmor failed: {ran.stderr}")
    return found


def schema_errors(folder: Path) -> list[str]:
    """What is not as GitHub's schemas say, by the copies that check-jsonschema carries."""
    errors = []
    for pattern, schema in SCHEMAS.items():
        files = [str(file) for file in sorted(folder.glob(pattern))]
        if files:
            ran = _run("check-jsonschema", "--builtin-schema", schema, *files)
            if ran.returncode:
                errors.append(ran.stdout + ran.stderr)
    return errors


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each job, as `file/job`."""
    for file in sorted(WORKFLOWS.glob("*.yml")):
        for name, job in yaml.safe_load(file.read_text())["jobs"].items():
            yield f"{file.name}/{name}", job


def unsound_jobs(jobs: Iterator[tuple[str, dict[str, Any]]]) -> list[str]:
    """What zizmor lets pass: a job that may run for hours, or with the permissions of all."""
    found = []
    for name, job in jobs:
        if "timeout-minutes" not in job:
            found.append(f"{name} has no timeout")
        if "permissions" not in job:
            found.append(f"{name} does not say what it may")
    return found


def makefile_targets() -> set[str]:
    """What `make` knows."""
    return set(_TARGET.findall((ROOT / "Makefile").read_text()))


def called_targets() -> set[str]:
    """What the workflows run by name; not what they take from a matrix."""
    return {
        target
        for _, job in jobs()
        for step in job["steps"]
        for target in _MAKE.findall(step.get("run", ""))
    }


def _run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name(tool)
    return subprocess.run([command, *arguments], capture_output=True, text=True, check=False)
