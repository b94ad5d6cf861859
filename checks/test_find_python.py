from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .template import ROOT


def found(*named: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "bin/find-python"), *named]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def old_python(tmp_path: Path) -> str:
    """Says that it is 3.9, and that it is older than what it is asked for."""
    python = tmp_path / "python3.9"
    python.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.18\nexit 1\n')
    python.chmod(0o755)
    return str(python)


def test_without_a_name_it_is_one_with_venv() -> None:
    (python,) = found().stdout.splitlines()
    subprocess.run([python, "-c", "import venv, ensurepip"], check=True)


def test_one_that_is_named_is_taken() -> None:
    assert found("python3").stdout == "python3\n"


def test_one_that_is_too_old_is_named_with_the_remedy(old_python: str) -> None:
    refused = found(old_python)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"{old_python} is Python 3.9.18 or lacks venv")
    assert "make PYTHON=" in refused.stderr


def test_one_that_is_missing_is_named_with_the_remedy() -> None:
    refused = found("no-python")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("No no-python found. Install Python 3.10 or later")
