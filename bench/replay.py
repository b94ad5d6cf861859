"""Starts and controls the replaying server, `replay_server.py`."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import botocore

from sandbox.client import PROJECT, Sandbox, certificates


@dataclass(frozen=True)
class Authority:
    """What a client has to trust to talk to the server over TLS."""

    certificate: Path
    key: Path
    # The JDK's own authorities and this one: reading more than a hundred is part of a cold start.
    trust_store: Path
    # The same for Python: botocore's own authorities and this one.
    bundle: Path

    @classmethod
    def make(cls, folder: Path) -> Authority:
        """Makes a certificate for this machine, and the stores that have it."""
        now = datetime.now(timezone.utc)
        day = timedelta(days=1)
        files = certificates.self_signed("localhost", now - day, now + day)
        made = cls(
            certificate=folder / "server.pem",
            key=folder / "server.key",
            trust_store=folder / "cacerts",
            bundle=folder / "bundle.pem",
        )
        made.certificate.write_text(files.body, encoding="utf-8")
        made.key.write_text(files.private_key, encoding="utf-8")
        made.bundle.write_text(f"{botocore_authorities()}\n{files.body}", encoding="utf-8")
        home = Path(os.environ["JAVA_HOME"])
        shutil.copyfile(home / "lib" / "security" / "cacerts", made.trust_store)
        command = [str(home / "bin" / "keytool"), "-importcert", "-noprompt", "-alias", "bench"]
        command += ["-keystore", str(made.trust_store), "-storepass", "changeit"]
        command += ["-file", str(made.certificate)]
        subprocess.run(command, check=True, capture_output=True)
        return made


def botocore_authorities() -> str:
    """What botocore trusts, in PEM."""
    return Path(botocore.__file__).with_name("cacert.pem").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Replay:
    """The replaying server, in a process of its own."""

    endpoint: str
    # None over plain HTTP.
    authority: Authority | None

    @classmethod
    @contextmanager
    def start(cls, sandbox: Sandbox, *, tls: bool) -> Iterator[Replay]:
        """Starts it in front of the sandbox, recording."""
        with tempfile.TemporaryDirectory() as folder:
            authority = Authority.make(Path(folder)) if tls else None
            command = [sys.executable, "-m", "bench.replay_server", "--upstream", sandbox.endpoint]
            if authority:
                command += ["--certificate", str(authority.certificate)]
                command += ["--key", str(authority.key)]
            with subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT
            ) as process:
                assert process.stdout is not None
                port = int(process.stdout.readline())
                yield cls(f"http{'s' if tls else ''}://localhost:{port}", authority)
                process.terminate()

    def set_latency(self, seconds: float) -> int:
        """Replays with this latency from now on; answers the calls since the last time."""
        request = urllib.request.Request(  # noqa: S310
            f"{self.endpoint}/_replay",
            data=json.dumps({"latency": seconds}).encode(),
            headers={"Content-Type": "application/json"},
        )
        context = None
        if self.authority:
            context = ssl.create_default_context(cafile=str(self.authority.certificate))
        with urllib.request.urlopen(request, context=context) as answer:  # noqa: S310
            told = json.load(answer)
        if told["unknown"]:
            raise RuntimeError(f"Calls that were not recorded: {told['unknown'][:3]}")
        return int(told["calls"])

    def jvm_options(self) -> str:
        """What a JVM needs to trust the server."""
        return f"-Djavax.net.ssl.trustStore={self.authority.trust_store}" if self.authority else ""
