"""How a function is started for the benchmark."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import pytest

from bench.cpu_share import starting
from bench.function import in_python
from bench.replay import Authority, Replay, botocore_authorities


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """One that was made without a JDK."""
    security = tmp_path / "jdk" / "lib" / "security"
    security.mkdir(parents=True)
    (security / "cacerts").touch()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: None)
    return Authority.make(tmp_path)


def test_python_reads_as_many_authorities_over_tls_as_in_lambda(authority: Authority) -> None:
    replay = Replay("https://localhost:1", authority)
    launch = in_python(authority.key.parent / "task", "bench.subjects.boto3_rule", replay, 1024)
    bundle = ssl.create_default_context(cafile=launch.environment["AWS_CA_BUNDLE"])
    usual = ssl.create_default_context(cadata=botocore_authorities())
    assert bundle.cert_store_stats()["x509"] == usual.cert_store_stats()["x509"] + 1
    assert usual.cert_store_stats()["x509"] > 100


def test_java_joins_its_group_wherever_both_are(tmp_path: Path) -> None:
    folder = tmp_path / "JDK 25 $HOME's"
    folder.mkdir()
    java, group = folder / "java", folder / "group"
    group.mkdir()
    java.write_text('#!/bin/sh\necho "$$ $*"\n', encoding="ascii")
    java.chmod(0o755)
    shown = subprocess.run(
        ["/bin/sh", "-c", starting(java, group), "java", "-jar", "a.jar"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (member,) = (group / "cgroup.procs").read_text(encoding="ascii").split()
    assert shown == f"{member} -jar a.jar\n"
