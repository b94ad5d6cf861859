"""A peer's own environment, made anew when its pins change."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .score import PeerError

PROJECT = Path(__file__).resolve().parents[2]
PINS = Path(__file__).parent / "pins"
_TIMEOUT_SECONDS = 900


@dataclass(frozen=True)
class Run:
    """One run of a command that ended as it should."""

    # As a person would type it, in the folder that it ran in.
    command: str
    output: str


@dataclass(frozen=True)
class Installed:
    """A package in an environment of its own."""

    package: str
    version: str
    folder: Path

    @classmethod
    def into(cls, parent: Path, package: str) -> Installed:
        """Installs the pinned version into a folder of `parent`, unless that is done.

        :raises PeerError: with the reason, if it can't be installed
        """
        pins = PINS / f"{package}.txt"
        version = pinned_version(pins.read_text(encoding="utf-8"), package)
        folder = parent / package
        wanted = f"{sys.version_info[:2]} {hashlib.sha256(pins.read_bytes()).hexdigest()}"
        ready = folder / ".ready"
        if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
            print(f"peers: installing {package} {version} ...", file=sys.stderr, flush=True)
            run([sys.executable, "-m", "venv", "--clear", str(folder)])
            pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
            run([*pip, "--constraint", str(pins), f"{package}=={version}"], timeout=3600)
            ready.write_text(wanted, encoding="utf-8")
        return cls(package, version, folder)

    def program(self, name: str) -> str:
        """The path of one of its programs."""
        return str(self.folder / "bin" / name)

    def source(self, file: str) -> Path:
        """A file of the installed package, by its path as the package has it.

        :raises PeerError: if there is none
        """
        for found in self.folder.glob(f"lib/python3.*/site-packages/{file}"):
            return found
        raise PeerError(f"{self.package} {self.version} has no {file}")

    def cited(self, file: str, line: str, *, below: str = "") -> str:
        """Where a line of its source stands, as `file:number`.

        :param below: the only line that has this text stands above it
        """
        text = self.source(file).read_text(encoding="utf-8")
        return f"{file}:{line_number(text, line, below=below)}"


def pinned_version(pins: str, package: str) -> str:
    """The version of a package in a list of pins.

    :raises PeerError: if it has none
    """
    found = re.search(rf"^{re.escape(package)}==(\S+)$", pins, re.MULTILINE)
    if not found:
        raise PeerError(f"No version of {package} is pinned")
    return found[1]


def line_number(text: str, line: str, *, below: str = "") -> int:
    """The number of the only line that has this text in it; the first one below another, if given.

    :raises PeerError: if none has, or several
    """
    start = line_number(text, below) if below else 0
    lines = enumerate(text.splitlines()[start:], start + 1)
    numbers = [number for number, one in lines if line in one]
    if not numbers or (len(numbers) > 1 and not below):
        raise PeerError(f"{len(numbers)} lines have {line!r} in them, not one")
    return numbers[0]


def run(
    command: Sequence[str],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    timeout: float = _TIMEOUT_SECONDS,
) -> Run:
    """Runs a command to its end.

    :raises PeerError: with the end of what it said, if it fails or doesn't end
    """
    shown = " ".join([Path(command[0]).name, *command[1:]])
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired as error:
        raise PeerError(f"`{shown}` did not end within {timeout:.0f} seconds") from error
    if done.returncode != 0:
        said = (done.stdout + done.stderr)[-2000:]
        raise PeerError(f"`{shown}` failed with status {done.returncode}:\n{said}")
    return Run(shown, done.stdout)
