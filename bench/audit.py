"""The audit as its user waits for it: the whole process, against the sandbox.

The sandbox answers on the same processors, so the time is more than the command's own.
"""

from __future__ import annotations

import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sandbox.client import Infrastructure, Sandbox

from .function import java_command
from .report import Figure, Section
from .subjects.boto3_search import HOME
from .usage import enable_regions

CERTIFICATES = 150
REGIONS = 7
BALANCERS = 14
MAX_SECONDS = 5
MAX_SECONDS_WITHOUT_DETAILS = 3


def measure(sandbox: Sandbox, zip_file: Path, rounds: int) -> list[Section]:
    """Measures an audit with details and one without, in turn."""
    _furnish(sandbox)
    jar = zip_file.with_name("certsweep-audit.jar")
    whole: list[float] = []
    quick: list[float] = []
    for _ in range(rounds):
        whole.append(_seconds(sandbox, jar))
        quick.append(_seconds(sandbox, jar, "--no-details"))
    return [
        Section(
            f"Audit: {CERTIFICATES} certificates, {REGIONS} regions, {BALANCERS} load balancers",
            "The whole process, from its start to its exit, in JSON. The sandbox answers on the"
            f" same processors. Medians of {rounds}, in turn.",
            (
                Figure.median("with details", whole, "s", MAX_SECONDS),
                Figure.median("--no-details", quick, "s", MAX_SECONDS_WITHOUT_DETAILS),
            ),
        )
    ]


def _furnish(sandbox: Sandbox) -> None:
    """A tenth has expired; each load balancer presents one of those."""
    regions = enable_regions(sandbox, REGIONS)
    now = datetime.now(timezone.utc)
    expirations = {
        f"certificate-{i:03}": now + timedelta(days=i - CERTIFICATES // 10 + 0.5)
        for i in range(CERTIFICATES)
    }
    sandbox.upload_certificates(expirations)
    iam = sandbox.client("iam")
    infrastructure = Infrastructure(sandbox)
    for number in range(BALANCERS):
        arn = iam.get_server_certificate(ServerCertificateName=f"certificate-{number:03}")[
            "ServerCertificate"
        ]["ServerCertificateMetadata"]["Arn"]
        infrastructure.alb(regions[number % REGIONS], f"balancer-{number}", default=arn)


def _seconds(sandbox: Sandbox, jar: Path, *options: str) -> float:
    begun = time.monotonic()
    ran = subprocess.run(
        [str(java_command()), "-jar", str(jar), "--format", "json", *options],
        env=sandbox.environment | {"AWS_REGION": HOME},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    # Something has expired, and everything was seen.
    if ran.returncode != 1:
        raise RuntimeError(f"The audit ended with {ran.returncode}: {ran.stderr}")
    return time.monotonic() - begun
