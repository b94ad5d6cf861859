from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core.request import Request
from werkzeug.test import EnvironBuilder

from sandbox.client import DEFAULT_RUNTIME, PROJECT, Rule, Sandbox
from sandbox.wire.calls import Call

PROBE = "Probe::handleRequest"


def call_of(service: str, operation: str, *, is_parsed: bool = True, **params: Any) -> Call:
    """A call that has not been looked up in the service's model."""
    return Call(
        request=Request(EnvironBuilder().get_environ()),
        service=service,
        operation=operation,
        region="eu-west-1",
        account="123456789012",
        access_key="",
        path_params={},
        model=None,
        params=params,
        is_parsed=is_parsed,
    )


@pytest.fixture(scope="package")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    shared_sandbox.reset()
    return shared_sandbox


@pytest.fixture
def iam(sandbox: Sandbox) -> Any:
    return sandbox.client("iam", validate=False)


@pytest.fixture
def config(sandbox: Sandbox) -> Any:
    return sandbox.client("config", validate=False)


@pytest.fixture(scope="session")
def probe_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The function of Probe.java, packed as Lambda wants it."""
    folder = tmp_path_factory.mktemp("probe")
    home = os.environ.get("JAVA_HOME")
    javac = Path(home) / "bin" / "javac" if home else Path(shutil.which("javac") or "javac")
    jars = ":".join(str(jar) for jar in (PROJECT / DEFAULT_RUNTIME).glob("*.jar"))
    source = Path(__file__).with_name("Probe.java")
    subprocess.run([javac, "-cp", jars, "-d", folder, source], check=True)
    with zipfile.ZipFile(folder / "probe.zip", "w") as packed:
        packed.write(folder / "Probe.class", "Probe.class")
        packed.writestr("lib/data.txt", "data")
    return folder / "probe.zip"


@pytest.fixture
def rule(sandbox: Sandbox, probe_zip: Path) -> Rule:
    """A rule whose function reports nothing, so that a test can."""
    return sandbox.deploy_rule(probe_zip, name="rule", function_name="probe", handler=PROBE)


@pytest.fixture
def token(sandbox: Sandbox, rule: Rule) -> str:
    """The result token of the rule's first evaluation."""
    return str(sandbox.deliveries(rule)[0]["event"]["resultToken"])


def now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)


def days(number: float) -> timedelta:
    return timedelta(days=number)


def error_of(raised: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    """The error code and the HTTP status."""
    response = raised.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def message_of(raised: pytest.ExceptionInfo[ClientError]) -> str:
    return str(raised.value.response["Error"]["Message"])


def evaluation(resource: str = "www", compliance: str = "COMPLIANT", **others: Any) -> Any:
    return {
        "ComplianceResourceType": "AWS::IAM::ServerCertificate",
        "ComplianceResourceId": resource,
        "ComplianceType": compliance,
        "OrderingTimestamp": now(),
    } | others


def is_running(pid: int) -> bool:
    """A process that has ended and that nobody has asked for yet doesn't count."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
