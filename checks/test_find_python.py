from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .template import ROOT


def found(*named: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "bin/find-python"), *named]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def python_of(folder: Path, version: str, name: str = "python3") -> str:
    """A Python that says that it is of another version."""
    claimed = f"import sys; sys.version_info = ({version.replace('.', ', ')}, 0, 'final', 0)"
    python = folder / name
    python.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = --version ] && echo Python {version}.0 && exit\n'
        f'exec {sys.executable} -c "{claimed}; $2"\n'
    )
    python.chmod(0o755)
    return str(python)


def test_without_a_name_it_is_one_with_venv() -> None:
    (python,) = found().stdout.splitlines()
    subprocess.run([python, "-c", "import venv, ensurepip"], check=True)


def test_one_that_is_named_is_taken() -> None:
    assert found("python3").stdout == "python3\n"


@pytest.mark.parametrize("version", ["3.10", "3.14"])
def test_the_oldest_and_the_newest_are_taken(tmp_path: Path, version: str) -> None:
    python = python_of(tmp_path, version)
    assert found(python).stdout == f"{python}\n"


@pytest.mark.parametrize("version", ["3.9", "3.15"])
def test_one_that_is_too_old_or_too_new_is_named_with_the_remedy(
    tmp_path: Path, version: str
) -> None:
    python = python_of(tmp_path, version)
    refused = found(python)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"{python} is Python {version}.0 or lacks venv")
    assert "Needed is Python 3.10 to 3.14" in refused.stderr
    assert "make PYTHON=" in refused.stderr


def test_others_on_the_path_stand_in_for_a_system_s_that_is_too_new(tmp_path: Path) -> None:
    script = (ROOT / "bin/find-python").read_text()
    system = "/usr/bin/python3"
    assert script.count(system) == 1
    copy = tmp_path / "find-python"
    copy.write_text(script.replace(system, python_of(tmp_path, "3.15")))
    python_of(tmp_path, "3.15", "python3.14")
    python_of(tmp_path, "3.13", "python3.13")
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["/bin/bash", copy], capture_output=True, text=True, check=True, env={"PATH": path}
    )
    assert ran.stdout == "python3.13\n"


def test_one_that_is_missing_is_named_with_the_remedy() -> None:
    refused = found("no-python")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("No no-python found. Install Python 3.10 to 3.14")
