"""The audit of one account with everything in it."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import pty
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.client import PROJECT, Infrastructure, Sandbox
from sandbox.client.certificates import new_key, self_signed, with_chain

from .account import days, now
from .auditor import FILES, Auditor, Report
from .production import ABROAD, HOME

CERTIFICATES = 150
LONG_AGO = timedelta(days=900)
NAME = "www.example.com"


# Each service takes it.
RSA = new_key("RSA_2048")


def store(auditor: Auditor, name: str, days: float, *names: str, path: str = "/") -> str:
    """Stores a certificate for these host names that expires in so many days; answers its ARN."""
    end = now() + timedelta(days=days)
    begin = min(now(), end - timedelta(days=1)) - timedelta(days=90)
    files = self_signed(name, begin, end, RSA, names)
    uploaded = auditor.sandbox.upload_certificate(name, end, path=path, files=files)
    return str(uploaded["Arn"])


def id_of(auditor: Auditor, name: str) -> str:
    answer = auditor.sandbox.client("iam").get_server_certificate(ServerCertificateName=name)
    return str(answer["ServerCertificate"]["ServerCertificateMetadata"]["ServerCertificateId"])


def furnish(auditor: Auditor) -> None:
    """All five kinds of use, replacements and near misses, a broken chain, and plenty beside."""
    sandbox, used = auditor.sandbox, Infrastructure(auditor.sandbox)
    many = {f"other-{i:03}": now() + timedelta(days=100 + i) for i in range(CERTIFICATES - 9)}
    sandbox.upload_certificates(many)
    old = store(auditor, "old", -LONG_AGO.days, NAME, path="/shop/")
    used.alb(HOME, "prod", default=old)
    used.nlb(HOME, "sni", default=store(auditor, "default", 300), sni=[old])
    used.classic(ABROAD, "legacy", old)
    store(auditor, "soon", 20, NAME, path="/cloudfront/")
    used.distribution("shop", id_of(auditor, "soon"))
    api = store(auditor, "api", 10, "api.example.com")
    used.domain("us-east-1", "api.example.com", api)
    store(auditor, "unused", -30)
    store(auditor, "wildcard", 200, "*.example.com")
    store(auditor, "near-miss", 400, "*.www.example.com", "example.com")
    store(auditor, "too-short", 25, NAME)
    end = now() + timedelta(days=60)
    files = with_chain("chained", now() - LONG_AGO, end, authorities_end=now() - timedelta(days=5))
    with sandbox.clock.at(now() - timedelta(days=10)):
        sandbox.upload_certificate("chained", end, files=files)
    end = now() + timedelta(days=90)
    sandbox.put_acm_certificate(HOME, NAME, expires=end, type="AMAZON_ISSUED")
    sandbox.put_acm_certificate(HOME, NAME, expires=end + timedelta(days=9), type="PRIVATE")
    sandbox.put_acm_certificate("us-east-1", "*.example.com", expires=end, type="AMAZON_ISSUED")
    sandbox.put_acm_certificate(HOME, "api.example.com", expires=end)


@pytest.fixture(scope="module")
def everything(shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """One audit of an account with everything, in all formats."""
    shared_sandbox.reset()
    auditor = Auditor(shared_sandbox, tmp_path_factory.mktemp("audit"))
    furnish(auditor)
    shared_sandbox.denials.add("appsync", region="eu-west-3")
    shared_sandbox.requests.clear()
    report = auditor.run("--output", ".")
    made = shared_sandbox.requests.list()
    calls = Counter(f"{one['service']}:{one['operation']}" for one in made)
    (auditor.folder / "calls.json").write_text(json.dumps(calls))
    return report


def test_all_formats_are_written_and_named(everything: Report) -> None:
    assert everything.status == 3, everything.err
    assert everything.err == ""
    for name in FILES:
        assert (everything.folder / name).stat().st_size > 1000
        assert f"Written: ./{name}" in everything.out
    assert {one.name for one in everything.folder.iterdir()} == {*FILES, "calls.json"}


def test_everything_is_listed_the_worst_first(everything: Report) -> None:
    report = everything.json
    names = [one["name"] for one in report["certificates"]]
    assert len(names) == CERTIFICATES
    assert names[0] == "old"
    assert report["counts"]["byStatus"] == {
        "EXPIRED": 2,
        "UNKNOWN": 0,
        "EXPIRING": 3,
        "VALID": CERTIFICATES - 5,
    }
    assert report["verdict"].startswith("1 expired certificate is still in use. Replace it now.")
    assert report["quota"]["used"] == CERTIFICATES
    assert everything.certificate("old")["path"] == "/shop/"


def test_what_was_not_seen_stands_on_top_of_every_format(everything: Report) -> None:
    (place,) = everything.json["unchecked"]
    assert (place["service"], place["region"]) == ("appsync", "eu-west-3")
    assert "AccessDenied" in place["error"]
    assert everything.json["complete"] is False
    table, told = everything.out, "eu-west-3 appsync: "
    assert table.index(told) < table.index("What to do")
    rows = list(csv.DictReader((everything.folder / "report.csv").read_text().splitlines()))
    assert rows[0]["record"] == "not-checked"
    page = (everything.folder / "report.html").read_text()
    assert page.index("eu-west-3") < page.index("old")
    first, *findings = json.loads((everything.folder / "report.ocsf.json").read_text())
    assert "eu-west-3" in json.dumps(first)
    assert first["compliance"]["status"] == "Unknown"
    (unused,) = (one for one in findings if one["resources"][0]["name"] == "unused")
    assert "unknown" in unused["status_detail"].lower()


def test_every_use_has_its_replacement_and_its_command(everything: Report) -> None:
    commands = {one["detail"]: one for one in everything.certificate("old")["commands"]}
    assert set(commands) == {"default", "SNI", "port 443"}
    default, sni, classic = (commands[one] for one in ("default", "SNI", "port 443"))
    best, *others = everything.certificate("old")["replacements"]
    assert best["arn"] == default["replacement"] == default["candidates"][0]
    assert (best["store"], best["region"], best["issuer"]) == ("ACM", HOME, "Amazon")
    assert {one["issuer"] for one in others} == {"AWS Private CA", "CN=wildcard"}
    assert "trust" not in default["note"]
    assert classic["note"].startswith("Check first that all clients trust the issuer")
    assert default["commands"][0].startswith("aws elbv2 modify-listener --region eu-west-1 ")
    (both,) = sni["commands"]
    assert [one.split()[2] for one in both.split(" && ")] == [
        "add-listener-certificates",
        "remove-listener-certificates",
    ]
    # Nothing in ACM there; in IAM the wildcard does, and neither the near miss nor what ends soon.
    assert classic["candidates"] == [everything.certificate("wildcard")["arn"]]
    assert "set-load-balancer-listener-ssl-certificate" in classic["commands"][0]
    (cloudfront,) = everything.certificate("soon")["commands"]
    assert ":acm:us-east-1:" in cloudfront["replacement"]
    assert "--if-match" in cloudfront["commands"][2]
    (domain,) = everything.certificate("api")["commands"]
    assert domain["commands"] == []
    assert "can't change the certificate" in domain["note"]


def test_page_names_the_digest_of_the_data(everything: Report) -> None:
    data = (everything.folder / "report.json").read_bytes()
    page = (everything.folder / "report.html").read_text()
    assert hashlib.sha256(data).hexdigest() in page
    assert "://" not in page.replace("file://", "")


def test_users_of_valid_certificates_are_told_too(everything: Report) -> None:
    assert everything.certificate("default")["usage"][0]["label"].startswith("NLB listener")
    assert everything.certificate("wildcard")["usage"] == []


def test_expired_intermediate_is_a_warning(everything: Report) -> None:
    chained = everything.certificate("chained")
    assert chained["status"] == "VALID"
    assert [one["code"] for one in chained["warnings"]] == ["CHAIN_EXPIRED"]


def test_calls_are_those_of_the_search_and_few_more(everything: Report) -> None:
    calls = json.loads((everything.folder / "calls.json").read_text())
    assert calls["iam:GetServerCertificate"] == CERTIFICATES
    assert calls["iam:ListServerCertificates"] == 1
    assert calls["iam:GetAccountSummary"] == 1
    assert calls["sts:GetCallerIdentity"] == 1
    # Where something has to be replaced: two regions of load balancers, and CloudFront's.
    assert calls["acm:ListCertificates"] == 3
    changing = re.compile(r":(?!List|Get|Describe)")
    assert [one for one in calls if changing.search(one)] == []


def test_numbers_of_all_formats_agree(everything: Report) -> None:
    flagged = {one["name"] for one in everything.json["certificates"] if one["status"] != "VALID"}
    rows = csv.DictReader((everything.folder / "report.csv").read_text().splitlines())
    by_csv = [one for one in rows if one["record"] == "certificate"]
    assert len(by_csv) == CERTIFICATES
    assert {one["name"] for one in by_csv if one["status"] != "VALID"} == flagged
    findings = json.loads((everything.folder / "report.ocsf.json").read_text())
    # The first says what was not checked.
    assert len(findings) == CERTIFICATES + 1
    table = everything.out.split("All certificates", 1)[1]
    assert {line.split()[-1] for line in table.splitlines() if line.startswith("EXPIR")} == flagged


# Exit codes.


def test_exit_code_tells_what_was_seen(auditor: Auditor) -> None:
    narrow = ("--regions", HOME)
    assert auditor.report(*narrow).status == 0
    store(auditor, "www", 40)
    assert auditor.report(*narrow).status == 0
    assert auditor.report(*narrow, "--days", "60").status == 1
    auditor.sandbox.denials.add("elbv2", region=HOME)
    assert auditor.report(*narrow).status == 2
    assert auditor.report(*narrow, "--days", "60").status == 3
    # Whoever does not ask for users does not miss them, but is told so.
    blind = auditor.report("--no-usage", "--no-details")
    assert blind.status == 0
    assert len(blind.json["limits"]) == 2
    assert blind.certificate("www")["usageStatus"] == "UNKNOWN"


@pytest.fixture
def pasted(auditor: Auditor) -> Callable[[], int]:
    """Pastes the commands for the certificate `old` into a shell; answers its exit code."""
    path = f"{PROJECT / '.venv' / 'bin'}:{os.environ['PATH']}"
    used, old = Infrastructure(auditor.sandbox), store(auditor, "old", -5, NAME)
    used.alb(HOME, "default", default=old)
    used.alb(HOME, "sni", default=store(auditor, "other", 300), sni=[old])
    store(auditor, "www.example.com,2027", 300, NAME)
    commands = [
        command
        for one in auditor.report("--regions", HOME).certificate("old")["commands"]
        for command in one["commands"]
    ]

    def run() -> int:
        return subprocess.run(
            ["/bin/bash", "-c", "\n".join(commands)],
            env=auditor.environment | {"PATH": path},
            cwd=auditor.folder,
            stdout=subprocess.DEVNULL,
            check=False,
        ).returncode

    return run


def users(auditor: Auditor, name: str) -> list[str]:
    found = auditor.report("--regions", HOME, "--days", "0").certificate(name)["usage"]
    return [f"{one['label']} {one['detail']}" for one in found]


def test_printed_commands_replace_the_certificate(
    auditor: Auditor, pasted: Callable[[], int]
) -> None:
    before = users(auditor, "old")
    assert len(before) == 2
    assert pasted() == 0
    assert users(auditor, "old") == []
    assert users(auditor, "www.example.com,2027") == before


def test_what_can_not_be_added_takes_nothing_away(
    auditor: Auditor, pasted: Callable[[], int]
) -> None:
    before = users(auditor, "old")
    auditor.sandbox.client("iam").delete_server_certificate(
        ServerCertificateName="www.example.com,2027"
    )
    assert pasted() != 0
    assert users(auditor, "old") == before


def test_without_the_listing_there_is_no_report(auditor: Auditor) -> None:
    (auditor.folder / "report.json").write_text("earlier")
    auditor.sandbox.faults.add(
        "iam",
        "ListServerCertificates",
        kind="error",
        status=403,
        times=0,
        code="AccessDenied",
        message="No.",
    )
    report = auditor.run("--output", ".")
    assert report.status == 70
    assert report.err.startswith("iam:ListServerCertificates failed: AccessDenied: No.")
    assert (auditor.folder / "report.json").read_text() == "earlier"


def test_details_that_are_throttled_or_refused_are_told(auditor: Auditor) -> None:
    for name in ("a", "b"):
        store(auditor, name, 40)
    auditor.sandbox.faults.add("iam", "GetServerCertificate", kind="throttle", times=2)
    report = auditor.report("--no-usage")
    assert report.status == 0
    auditor.sandbox.faults.add(
        "iam", "GetServerCertificate", kind="error", status=403, code="AccessDenied", message="No."
    )
    report = auditor.report("--no-usage")
    assert report.status == 2
    (place,) = report.json["unchecked"]
    assert place["error"].startswith("Details of ")


def test_comparison_tells_what_is_new_gone_and_still_there(auditor: Auditor) -> None:
    iam, options = auditor.sandbox.client("iam"), ("--no-usage", "--no-details")
    for name, left in (("still", -40), ("gone", -30), ("valid", 40)):
        store(auditor, name, left)
    old = auditor.folder / "old.json"
    old.write_text(auditor.report(*options).out)
    first = json.loads(old.read_text())["at"]
    iam.delete_server_certificate(ServerCertificateName="gone")
    store(auditor, "new", -10)
    report = auditor.report(*options, "--compare", str(old))
    comparison = report.json["comparison"]
    assert comparison["earlier"] == first
    assert {
        kind: [one["name"] for one in comparison[kind]] for kind in ("added", "gone", "still")
    } == {
        "added": ["new"],
        "gone": ["gone"],
        "still": ["still"],
    }
    assert comparison["still"][0]["since"] == report.certificate("still")["flaggedSince"] == first
    table = auditor.run(*options, "--compare", str(old)).out
    assert f"Since {first}" in table
    assert re.search(r"Gone: 1\n +gone .*deleted", table)
    old.write_text(old.read_text().replace(auditor.sandbox.account, "210987654321"))
    refused = auditor.run(*options, "--compare", str(old))
    assert refused.status == 64
    assert "is of account 210987654321" in refused.err


# Where it is written.


def test_folder_is_made_and_one_that_is_not_writable_is_told(auditor: Auditor) -> None:
    report = auditor.run("--no-usage", "--format", "json", "--output", "new/folder")
    assert report.status == 0, report.err
    assert (auditor.folder / "new/folder/report.json").exists()
    full = auditor.run("--no-usage", "--output", "/proc/certsweep")
    assert full.status == 74
    assert full.err.startswith("The report can't be written to /proc/certsweep: ")


def test_full_disk_is_told(auditor: Auditor) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            auditor.command("--no-usage", "--format", "json"),
            env=auditor.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ran.returncode == 74
    assert ran.stderr == "The report could not be written to the standard output.\n"


def test_full_folder_is_told_and_keeps_the_earlier_report(auditor: Auditor) -> None:
    assert auditor.run("--no-usage", "--output", ".").status == 0
    earlier = {name: (auditor.folder / name).read_bytes() for name in FILES}
    auditor.sandbox.upload_certificate("new", now() + days(90))
    # No file may be longer than 8 KB, as if the disk had no more.
    ran = subprocess.run(
        ["/bin/bash", "-c", 'ulimit -f 8 && exec "$@"', "bash", *auditor.command("--output", ".")],
        env=auditor.environment,
        cwd=auditor.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 74, ran.stderr
    assert "The report can't be written to " in ran.stderr
    assert {one.name: one.read_bytes() for one in auditor.folder.iterdir()} == earlier


def test_interrupted_run_leaves_the_earlier_report(auditor: Auditor) -> None:
    earlier = auditor.folder / "report.json"
    earlier.write_text("earlier")
    # They are read eight at a time, so this takes long after the first answers.
    auditor.sandbox.upload_certificates({f"c{i}": now() + timedelta(days=40) for i in range(40)})
    auditor.sandbox.faults.add("iam", "GetServerCertificate", kind="delay", seconds=4, times=0)
    running = subprocess.Popen(
        auditor.command("--output", "."), cwd=auditor.folder, env=auditor.environment
    )
    deadline = time.monotonic() + 60
    while not auditor.sandbox.requests.list("iam", "GetServerCertificate"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=30) == 143
    assert earlier.read_text() == "earlier"
    assert [one.name for one in auditor.folder.iterdir()] == ["report.json"]


def on_a_terminal(auditor: Auditor, term: str) -> str:
    """What a terminal is shown."""
    leader, follower = pty.openpty()
    running = subprocess.Popen(
        auditor.command("--regions", HOME),
        env=auditor.environment | {"TERM": term, "COLUMNS": "80"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    shown = b""
    try:
        while chunk := os.read(leader, 4096):
            shown += chunk
    except OSError:  # the last one has closed the terminal
        pass
    os.close(leader)
    assert running.wait(timeout=60) == 1
    return shown.decode()


def test_terminal_gets_colors_and_progress_and_others_do_not(auditor: Auditor) -> None:
    store(auditor, "www", -40)
    shown = on_a_terminal(auditor, "xterm")
    assert "\x1b[31mEXPIRED" in shown
    assert "Listing the certificates ..." in shown
    dumb = on_a_terminal(auditor, "dumb")
    assert "\x1b" not in dumb
    assert "..." not in dumb
    piped = auditor.run("--regions", HOME)
    assert "\x1b" not in piped.out
    assert piped.err == ""


def test_hostile_names_move_no_cursor(auditor: Auditor) -> None:
    arn = store(auditor, "www", -40)
    Infrastructure(auditor.sandbox).domain("us-east-1", "a.example.com", arn)
    auditor.sandbox.faults.add(
        "appsync",
        "ListDomainNames",
        kind="error",
        region="us-east-1",
        status=400,
        code="Bad",
        message="\x1b[2J\nEXPIRED forged",
    )
    report = auditor.run("--regions", f"us-east-1,{HOME}")
    assert "\x1b" not in report.out
    assert not [one for one in report.out.splitlines() if one.startswith("EXPIRED forged")]
