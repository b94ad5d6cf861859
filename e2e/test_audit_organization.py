"""The audit of an organization, by what its accounts have reported to a Config aggregator."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import time

from sandbox.client import AggregateResult

from .auditor import Auditor
from .test_audit_credentials import (
    actions,
    assert_each_missing_permission_is_told,
    policy,
    web_identity,
)

RULE = "iam-server-certificate-expiration"
NAME = "org"
OPTIONS = ("--aggregator", NAME)
EXPIRED = "Expired 2018-07-10T23:59:59Z (id ASCAEXAMPLE). In use by 1: CloudFront E2AB."


def number(account: int) -> str:
    return f"{account:012}"


def organization(auditor: Auditor, accounts: int, flagged: int) -> None:
    """An organization whose first accounts have something expired, and whose last has nothing."""
    numbers = [number(one) for one in range(1, accounts + 1)]
    auditor.sandbox.organization.put(numbers)
    auditor.sandbox.aggregators.of_organization(NAME)
    results = [
        AggregateResult(
            one,
            "eu-west-1",
            "www",
            *(("NON_COMPLIANT", EXPIRED) if index < flagged else ("COMPLIANT", "Valid until ...")),
        )
        for index, one in enumerate([*numbers[:-1], auditor.sandbox.account])
    ]
    auditor.sandbox.aggregators.add(NAME, RULE, results)


def test_accounts_are_listed_worst_first_with_who_is_missing(auditor: Auditor) -> None:
    organization(auditor, 5, 2)
    auditor.sandbox.aggregators.empty_pages(1)
    report = auditor.run(*OPTIONS, "--output", ".")
    assert report.status == 3, report.err
    names = {one.name for one in auditor.folder.iterdir()}
    assert names == {"report.json", "report.csv", "report.html"}
    found = json.loads((auditor.folder / "report.json").read_text())
    assert [one["account"] for one in found["accounts"]][:2] == [number(1), number(2)]
    (missing,) = found["missing"]
    assert (missing["account"], missing["reason"]) == (number(5), "NO_RESULTS")
    rows = list(csv.DictReader((auditor.folder / "report.csv").read_text().splitlines()))
    page = (auditor.folder / "report.html").read_text()
    for text in (report.out, page, json.dumps(rows)):
        assert number(5) in text
        assert "CloudFront E2AB" in text
    assert "://" not in page


def test_printed_policy_is_enough_and_each_action_is_used(auditor: Auditor) -> None:
    organization(auditor, 3, 1)
    printed = auditor.run(*OPTIONS, "--print-policy")
    document = json.loads(printed.out)
    environment = web_identity(auditor, document)
    auditor.sandbox.permissions.clear()
    report = auditor.report(*OPTIONS, **environment)
    assert report.status == 3
    assert report.json["unchecked"] == []
    used = auditor.sandbox.permissions.list(decision="allowed")
    assert {one["action"] for one in used} == actions(document)
    assert actions(document).isdisjoint(actions(policy(auditor)))
    assert auditor.sandbox.permissions.list(decision="denied") == []


def test_each_permission_that_is_missing_is_told(auditor: Auditor) -> None:
    organization(auditor, 3, 1)
    document = json.loads(auditor.run(*OPTIONS, "--print-policy").out)
    assert_each_missing_permission_is_told(
        auditor, document, "config:DescribeAggregateComplianceByConfigRules", *OPTIONS
    )


def test_wrong_name_is_answered_with_the_right_ones(auditor: Auditor) -> None:
    organization(auditor, 1, 0)
    report = auditor.run("--aggregator", "other")
    assert report.status == 64
    assert "other" in report.err
    assert NAME in report.err


def test_ten_thousand_accounts_take_few_calls_and_little_memory(auditor: Auditor) -> None:
    organization(auditor, 10_000, 500)
    auditor.sandbox.requests.clear()
    report = auditor.report(*OPTIONS, JDK_JAVA_OPTIONS="-Xmx128m")
    assert report.status == 3
    assert len(report.json["accounts"]) == 10_000
    calls = [one for one in auditor.sandbox.requests.list() if one["service"] != "sts"]
    assert len(calls) <= 1_200


def test_interrupted_run_leaves_the_earlier_report(auditor: Auditor) -> None:
    organization(auditor, 120, 100)
    earlier = auditor.folder / "report.json"
    earlier.write_text("earlier")
    operation = "GetAggregateComplianceDetailsByConfigRule"
    auditor.sandbox.faults.add("config", operation, kind="delay", seconds=4, times=0)
    running = subprocess.Popen(
        auditor.command(*OPTIONS, "--output", "."),
        cwd=auditor.folder,
        env=auditor.environment,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while not auditor.sandbox.requests.list("config", operation):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    running.send_signal(signal.SIGTERM)
    _, errors = running.communicate(timeout=30)
    assert (running.returncode, errors) == (143, b"")
    assert earlier.read_text() == "earlier"
    assert [one.name for one in auditor.folder.iterdir()] == ["report.json"]
