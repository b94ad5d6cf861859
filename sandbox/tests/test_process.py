"""The sandbox as a process: how it starts, how it ends, and the AWS CLI on it."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.client import PROJECT, Sandbox, SandboxError, distribution_config, self_signed
from sandbox.host import setup

from .conftest import PROBE, days, is_running, now

MB = 1024 * 1024


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *options],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=30,
    )


def aws(sandbox: Sandbox, *arguments: str) -> Any:
    shown = subprocess.run(
        [sys.executable, "-m", "awscli", *arguments],
        env=sandbox.environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return json.loads(shown) if shown else None


def memory_mb(sandbox: Sandbox) -> float:
    """What of the sandbox is in the machine's memory."""
    pages = Path(f"/proc/{sandbox.pid}/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize() / MB


@contextmanager
def ended_after(process: subprocess.Popen[str], seconds: float) -> Iterator[None]:
    """Kills the process if the block takes longer, so that a test fails which would hang."""
    watch = threading.Timer(seconds, process.kill)
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


class TestStart:
    @pytest.mark.parametrize("inherited", [signal.SIG_DFL, signal.SIG_IGN])
    def test_prints_two_lines_to_export(self, inherited: signal.Handlers) -> None:
        # Shells have jobs in the background ignore it, and so do their children.
        before = signal.signal(signal.SIGINT, inherited)
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "sandbox"], cwd=PROJECT, stdout=subprocess.PIPE, text=True
            )
        finally:
            signal.signal(signal.SIGINT, before)
        with process, ended_after(process, seconds=60):
            assert process.stdout is not None
            lines = [process.stdout.readline(), process.stdout.readline()]
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate()
        assert lines[0].startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:")
        assert lines[1].startswith("export AWS_ACCESS_KEY_ID=AKIA")
        assert lines[1].endswith(" AWS_DEFAULT_REGION=eu-west-1\n")
        assert rest == ""
        assert process.returncode == 0

    def test_port_in_use_is_a_clear_error(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            ended = run("--port", port)
        assert ended.returncode == 2
        assert f"sandbox: Can't listen on 127.0.0.1:{port}" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--java", "/nowhere"], "Java can't be run from /nowhere"),
            (["--java", "/bin/true"], "give a JDK 25 with --java"),
            (["--runtime", "/nowhere"], "in /nowhere; run `make package` first"),
            (["--log", "/nowhere/log"], "Can't write the log /nowhere/log"),
        ],
    )
    def test_what_is_missing_is_a_clear_error(self, options: list[str], message: str) -> None:
        ended = run(*options)
        assert ended.returncode == 2
        assert message in ended.stderr
        assert len(ended.stderr.splitlines()) == 1

    def test_another_system_than_linux_is_refused_with_a_remedy(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "platform", "darwin")
        nowhere = Path("/nowhere")
        for check in (setup.check_java, setup.check_runtime):
            with pytest.raises(setup.SetupError, match=r"needs Linux\. This is darwin: run it in"):
                check(nowhere)

    def test_sandbox_that_does_not_start_is_reported(self) -> None:
        with pytest.raises(SandboxError):
            Sandbox.start(runtime="/nowhere")


class TestEnd:
    def test_log_file_keeps_every_request(self, tmp_path: Path) -> None:
        log = tmp_path / "requests.jsonl"
        with Sandbox.start(log=log) as sandbox:
            sandbox.client("iam").list_server_certificates()
            sandbox.reset()
            sandbox.client("iam").list_server_certificates()
        sequence = [json.loads(line)["sequence"] for line in log.read_text().splitlines()]
        assert sequence == [1, 2]

    def test_log_file_shows_parameters_as_they_came(self, tmp_path: Path) -> None:
        log = tmp_path / "requests.jsonl"
        config = distribution_config("shop")
        with Sandbox.start(log=log) as sandbox:
            sandbox.client("cloudfront").create_distribution(DistributionConfig=config)
        (line,) = log.read_text().splitlines()
        logged = json.loads(line)["parameters"]["DistributionConfig"]
        assert logged["CallerReference"] == config["CallerReference"]
        assert logged["Origins"]["Items"][0]["Id"] == config["Origins"]["Items"][0]["Id"]

    def test_nothing_outlives_a_killed_sandbox(self, probe_zip: Path) -> None:
        with Sandbox.start() as sandbox:
            sandbox.deploy_rule(probe_zip, function_name="probe", handler=PROBE)
            invocation = sandbox.invocations()[0]
            assert is_running(invocation["process_id"])
            assert sandbox.pid is not None
            os.kill(sandbox.pid, signal.SIGKILL)
        assert not is_running(invocation["process_id"])

    @pytest.mark.parametrize("how", ["stop", "terminate"])
    def test_nothing_outlives_an_ended_sandbox(self, probe_zip: Path, how: str) -> None:
        with Sandbox.start() as sandbox:
            sandbox.deploy_rule(probe_zip, function_name="probe", handler=PROBE)
            process = sandbox.invocations()[0]["process_id"]
            if how == "terminate":
                assert sandbox.pid is not None
                os.kill(sandbox.pid, signal.SIGTERM)
        assert not is_running(process)


class TestReset:
    def test_makes_all_as_new(self, sandbox: Sandbox) -> None:
        sandbox.upload_certificate("www", now() - days(1))
        sandbox.settings(quota=100)
        sandbox.clock.advance(days(9))
        sandbox.faults.add("iam", "ListServerCertificates", kind="throttle")
        sandbox.reset()
        assert abs(sandbox.clock.now() - now()) < days(0.01)
        assert sandbox.settings()["quota"] == 20
        assert sandbox.faults.list() == []
        listed = sandbox.client("iam").list_server_certificates()
        assert listed["ServerCertificateMetadataList"] == []
        assert len(sandbox.requests.list()) == 1

    def test_gives_memory_back(self, tmp_path: Path) -> None:
        code = tmp_path / "code.zip"
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("random", os.urandom(20 * MB))
        with Sandbox.start() as sandbox:

            def deploy() -> None:
                sandbox.reset()
                functions = sandbox.client("lambda")
                sandbox.deploy_function(code, "stored", handler=PROBE)
                functions.update_function_code(FunctionName="stored", ZipFile=code.read_bytes())

            for _ in range(2):
                deploy()
            before = memory_mb(sandbox)
            for _ in range(5):
                deploy()
            assert memory_mb(sandbox) - before < 50

    def test_unknown_setting_is_refused(self, sandbox: Sandbox) -> None:
        with pytest.raises(SandboxError, match="Unknown settings: page"):
            sandbox.settings(page=1)


class TestAwsCli:
    def test_certificate_is_uploaded_and_listed(self, sandbox: Sandbox, tmp_path: Path) -> None:
        files = self_signed("www", now() - days(1), now() + days(9))
        (tmp_path / "body.pem").write_text(files.body)
        (tmp_path / "key.pem").write_text(files.private_key)
        aws(
            sandbox,
            *("iam", "upload-server-certificate", "--server-certificate-name", "a@b+c"),
            *("--certificate-body", f"file://{tmp_path}/body.pem"),
            *("--private-key", f"file://{tmp_path}/key.pem"),
        )
        listed = aws(sandbox, "iam", "list-server-certificates")["ServerCertificateMetadataList"]
        assert [one["ServerCertificateName"] for one in listed] == ["a@b+c"]

    @pytest.mark.usefixtures("rule")
    def test_function_is_invoked(self, sandbox: Sandbox, tmp_path: Path) -> None:
        answer = aws(
            sandbox,
            *("lambda", "invoke", "--function-name", "probe", "--payload", "{}"),
            str(tmp_path / "answer"),
        )
        assert answer["StatusCode"] == 200
        assert "requestId" in (tmp_path / "answer").read_text()
