"""Who knows whom, as pyproject.toml says for import-linter; and each contract can be broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .template import ROOT

PACKAGES = ("sandbox", "deployment", "checks", "e2e", "bench")
# Of each contract: a file, and an import that breaks it.
OFFENDERS = {
    "layers": ("sandbox/policy/roles.py", "from sandbox.services import elb"),
    "services": ("sandbox/services/elb.py", "from sandbox.services import certificate_users"),
    "client": ("sandbox/demo/stage.py", "from sandbox.wire import calls"),
    "server": ("sandbox/front/server.py", "from sandbox.client import PROJECT"),
    "deployment": ("deployment/findings.py", "from sandbox.client import PROJECT"),
    "users": ("bench/report.py", "from sandbox.front import gateway"),
}


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as lint; lint()",
    ]
    limits = [argument for one in contracts for argument in ("--contract", one)]
    return subprocess.run(
        [*command, "--no-cache", *limits], cwd=folder, capture_output=True, text=True
    )


def test_nobody_knows_whom_they_may_not() -> None:
    found = lint(ROOT)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("contract", OFFENDERS)
def test_contract_can_be_broken(contract: str, tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=lambda _, names: {*names} - _code(names)
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file, offence = OFFENDERS[contract]
    path = tmp_path / file
    path.write_text(path.read_text() + offence + "\n")
    found = lint(tmp_path, contract)
    assert found.returncode == 1, found.stdout + found.stderr
    assert "BROKEN" in found.stdout


def _code(names: list[str]) -> set[str]:
    """Python files and folders."""
    return {name for name in names if name.endswith(".py") or "." not in name}
