from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.client import PROJECT

ESCAPE = "\x1b"
UNUSED = "www.example.com-2018"
IN_USE = "shop@example.com+eu"
# Generous: a demo takes less than a minute on a machine that does nothing else.
DEMO_SECONDS = 600
LISTENER = "ALB listener ap-southeast-2 app/shop:443 (SNI)."
needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc")


@contextmanager
def started_demo(folder: Path, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """The demo with its output in a pipe and all its files in a folder; killed if it hangs."""
    inherited = {
        name: v for name, v in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")
    }
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox.demo"],
        cwd=PROJECT,
        env=inherited | {"TMPDIR": str(folder)} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        watch = threading.Timer(DEMO_SECONDS, demo.kill)
        watch.start()
        try:
            yield demo
        finally:
            watch.cancel()


@contextmanager
def ignored_interrupts() -> Iterator[None]:
    """SIGINT is ignored, as by the jobs that a shell starts in the background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def processes_of(folder: Path) -> list[str]:
    """The processes that know the folder: by their arguments, environment or directory."""
    told = [what_is_known_of(process) for process in Path("/proc").glob("[0-9]*")]
    return [known for known in told if str(folder) in known]


def what_is_known_of(process: Path) -> str:
    try:
        told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        return f"{told.decode(errors='replace')} in {(process / 'cwd').readlink()}"
    except OSError:
        return ""  # it has ended, or isn't ours


def in_acts(output: str) -> list[str]:
    """What each act shows, by its number; number 0 is nothing."""
    return re.split(r"^\d\. (?!Replace|Delete)", output, flags=re.MULTILINE)


@needs_proc
def test_demo_tells_its_story_and_leaves_nothing_behind(zip_file: Path, tmp_path: Path) -> None:
    assert zip_file.exists()
    with started_demo(tmp_path) as demo:
        output, errors = demo.communicate()
    assert (demo.returncode, errors) == (0, "")
    assert (list(tmp_path.iterdir()), processes_of(tmp_path)) == ([], [])
    assert ESCAPE not in output
    _, _, deployed, found, told, asked, remediated, approved, renewed, audited = in_acts(output)
    assert "$ aws cloudformation package " in deployed
    assert "$ aws cloudformation deploy " in deployed
    for certificate, compliance, annotation in (
        (UNUSED, "NON_COMPLIANT", r"Expired 2018-07-10T23:59:59Z \(id .* Not in use\."),
        (IN_USE, "NON_COMPLIANT", f"Expired .* In use by 1: {re.escape(LISTENER)}"),
        ("cdn", "NON_COMPLIANT", r"Expired .* In use by 1: CloudFront \w+\."),
        ("intranet", "NON_COMPLIANT", r"Expires .* 1: Classic ELB eu-west-1 intranet:443\."),
        ("api", "NON_COMPLIANT", r"Expires .* 1: AppSync domain eu-west-1 api\.example\.com\."),
        ("mail.example.com", "NON_COMPLIANT", r"Expires \S+; limit 30 days .* Not in use\."),
        ("www.example.com", "COMPLIANT", r"Valid until \S+ \(id"),
    ):
        assert_has_row(found, certificate, compliance, annotation)
    assert f"IAM server certificate {IN_USE} in account 123456789012" in told
    assert re.search(r"> WOULD_REMOVE: Expired 2018-\S+ \d+ days ago\. Not in use\.", asked)
    assert_has_row(remediated, UNUSED, "SUCCEEDED", "Steps taken: inspect, decide, remove, ree")
    in_use = f"Not deleted: In use by 1 resource: {re.escape(LISTENER)}"
    assert_has_row(remediated, IN_USE, "FAILED", in_use)
    assert_has_row(remediated, "mail.example.com", "FAILED", "Not deleted: Valid until ")
    assert_has_row(remediated, UNUSED, r"gone \(was NON_COMPLIANT\)", "")
    assert_has_row(remediated, IN_USE, "NON_COMPLIANT", "as before")
    assert f"> Delete the IAM server certificate {IN_USE} (ASCA" in approved
    assert "$ aws ssm send-automation-signal --profile alice " in approved
    assert f"> REMOVED: Deleted {IN_USE} (ASCA" in approved
    assert f"> s3://my-backups/certsweep/123456789012/{IN_USE}/ASCA" in approved
    assert_has_row(approved, IN_USE, r"gone \(was NON_COMPLIANT\)", "")
    assert approved.endswith(f"asked to delete {UNUSED} and {IN_USE}, and nothing else.\n\n")
    assert "$ aws iam delete-server-certificate --server-certificate-name mail" in renewed
    assert_has_row(renewed, "mail.example.com", r"COMPLIANT \(was NON_COMPLIANT\)", "Valid until ")
    assert "$ java -jar target/certsweep-audit.jar --output target/demo-report" in audited
    assert "1 expired certificate is still in use. Replace it now." in audited
    assert "$ aws cloudfront update-distribution --id " in audited
    assert audited.rstrip().endswith("/target/demo-report/report.html")


def assert_has_row(shown: str, *cells: str) -> None:
    """A table has a row: a certificate, and patterns of what stands beside it."""
    certificate, *others = cells
    assert re.search(" +".join([f"^{re.escape(certificate)}", *others]), shown, re.MULTILINE), cells


@needs_proc
def test_interrupted_demo_leaves_nothing_behind_either(zip_file: Path, tmp_path: Path) -> None:
    assert zip_file.exists()
    with ignored_interrupts(), started_demo(tmp_path, COLUMNS="80") as demo:
        assert demo.stdout is not None
        # By now functions have run, and so has the runbook.
        while "get-automation-execution" not in demo.stdout.readline():
            assert demo.poll() is None
        demo.send_signal(signal.SIGINT)
        _, errors = demo.communicate()
    assert (demo.returncode, errors) == (130, "")
    assert (list(tmp_path.iterdir()), processes_of(tmp_path)) == ([], [])
