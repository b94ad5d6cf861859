"""Runs `certsweep-audit.jar`, the way its users do, against the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.client import PROJECT, Sandbox
from sandbox.host.aot_caches import FOLDER, AotCache, AotCaches

from .package import NO_SETTINGS

JAR = PROJECT / "target/certsweep-audit.jar"
# Shorter starts; nothing here is measured.
QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dcertsweep.pauseFactor=0.01")
FILES = ("report.json", "report.csv", "report.html", "report.ocsf.json")


@dataclass(frozen=True)
class Report:
    """What a run said."""

    status: int
    out: str
    err: str
    folder: Path

    @property
    def json(self) -> dict[str, Any]:
        """The report of `--format json`, or the one in the folder."""
        text = self.out if self.out.startswith("{") else (self.folder / "report.json").read_text()
        found: dict[str, Any] = json.loads(text)
        return found

    def certificate(self, name: str) -> dict[str, Any]:
        """What the report says of a certificate."""
        (found,) = (one for one in self.json["certificates"] if one["name"] == name)
        certificate: dict[str, Any] = found
        return certificate


def java() -> str:
    """The JDK that the Makefile has found.

    :raises pytest.fail.Exception: if there is none
    """
    home = os.environ.get("JAVA_HOME")
    if not home:
        pytest.fail("JAVA_HOME is not set: run the tests with make, which finds a JDK.")
    return f"{home}/bin/java"


def aot_cache() -> AotCache:
    """What `aot_cache.py` makes of the jar, so that each run takes less."""
    return AotCaches(FOLDER).cache(Path(java()), (JAR,), "audit")


class Auditor:
    """Somebody with the jar, credentials and a folder for reports."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        if not JAR.exists():
            pytest.fail(f"{JAR} is missing: run `make package` first.")
        self.sandbox = sandbox
        self.folder = folder
        self.environment = sandbox.environment | NO_SETTINGS

    def command(self, *arguments: str) -> list[str]:
        """The command line."""
        cache = aot_cache()
        known = [cache.option()] if cache.file.exists() else []
        return [java(), *QUICK, *known, "-jar", str(JAR), *arguments]

    def run(self, *arguments: str, **environment: str) -> Report:
        """Runs the command; an empty variable is taken away from its environment."""
        variables = {
            name: value
            for name, value in (self.environment | environment).items()
            if value or name in NO_SETTINGS
        }
        ran = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return Report(ran.returncode, ran.stdout, ran.stderr, self.folder)

    def report(self, *arguments: str, **environment: str) -> Report:
        """A report as JSON, on the standard output."""
        report = self.run("--format", "json", *arguments, **environment)
        assert report.status in range(4), report.err
        return report
