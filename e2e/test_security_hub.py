"""Findings of our own in Security Hub, and what people and failures do to them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.client import PROJECT, Sandbox

from .account import Account, Run, days, now, while_held
from .package import NO_SETTINGS
from .production import HOME, NO_APPSYNC, QUICK, Production

ON = {"securityHub": "true"}
QUIET = ON | {"checkUsage": "false"}
READ = ("securityhub", "GetFindings")
IMPORT = ("securityhub", "BatchImportFindings")
MEMBER = "210987654321"
SDK = "software.amazon.awssdk.services.securityhub"
NOT_ENABLED = "Enable Security Hub CSPM for this account in the region of the function, or set"


@pytest.fixture
def hub(account: Account) -> Account:
    """An account with Security Hub, and without certificates."""
    account.sandbox.security_hub.enable()
    return account


@pytest.fixture
def used(production: Production) -> Production:
    """An account with Security Hub, in which an expired certificate, `www`, is in use."""
    production.sandbox.security_hub.enable()
    production.infrastructure.classic(HOME, "old", production.expired().arn)
    assert production.search(QUICK, ON).outcome == "REPORTED"
    return production


def only(account: Account, record_state: str = "ACTIVE") -> dict[str, Any]:
    (finding,) = account.sandbox.security_hub.findings(record_state)
    return finding


def ids(account: Account, record_state: str = "ACTIVE") -> list[str]:
    """The ids of the certificates that have findings."""
    found = account.sandbox.security_hub.findings(record_state)
    return [one["Id"].rpartition("/")[2] for one in found]


def of_member(finding: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A finding as another account has it."""
    own = json.loads(json.dumps(finding).replace("123456789012", MEMBER))
    return dict(own) | members


def run_documented(hub: Account, beginning: str, **words: str) -> None:
    """Runs a command of docs/security-hub.md with its words in capitals filled in.

    :param beginning: of the filters of the findings that it changes
    """
    page = (PROJECT / "docs/security-hub.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.M | re.S)
    (script,) = (one for one in blocks if f"'{beginning}=" in one)
    for word, value in words.items():
        script = script.replace(word, value)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["/bin/bash", "-ec", script],
        env=hub.sandbox.environment | NO_SETTINGS | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def workflows(hub: Account) -> dict[tuple[str, str], str]:
    """The workflow status of each active finding, by account and id."""
    found = hub.sandbox.security_hub.findings()
    return {(one["AwsAccountId"], one["Id"]): one["Workflow"]["Status"] for one in found}


def severity(account: Account) -> str:
    return str(only(account)["Severity"]["Label"])


def imported(account: Account) -> int:
    """How many findings the function has sent, retries too."""
    calls = account.calls("BatchImportFindings")
    return sum(len(call["parameters"]["Findings"]) for call in calls)


def run_later(account: Account, minutes: int = 1) -> Run:
    """A run whose event is so many minutes later than now, from another thread."""
    with Sandbox(account.sandbox.endpoint) as own_connection:
        return Run(own_connection.deliver(account.rule, now() + timedelta(minutes=minutes)))


# --- What a finding says --------------------------------------------------------------------------


def test_expired_certificate_in_use_is_a_critical_finding_with_the_annotation(
    used: Production,
) -> None:
    finding = only(used)
    assert finding["Severity"]["Label"] == "CRITICAL"
    assert finding["Description"] == used.annotation("www")
    assert "In use by 1: Classic ELB eu-west-1 old:443" in finding["Description"]
    assert finding["Title"].startswith("Expired IAM server certificate, in use: www (expired 20")
    assert finding["Compliance"]["Status"] == "FAILED"
    assert finding["Types"] == [
        "Software and Configuration Checks/Industry and Regulatory Standards/"
        "CIS AWS Foundations Benchmark"
    ]
    assert (finding["ProductName"], finding["CompanyName"]) == ("Certsweep", "Certsweep")
    (resource,) = finding["Resources"]
    assert resource == {
        "Type": "Other",
        "Id": "arn:aws:iam::123456789012:server-certificate/www",
        "Partition": "aws",
        "Region": HOME,
    }
    assert finding["FirstObservedAt"] == finding["CreatedAt"] == finding["UpdatedAt"]


@pytest.mark.parametrize("home", ["cn-north-1", "us-gov-west-1"], indirect=True)
def test_finding_in_another_partition_has_its_arns(production: Production, home: str) -> None:
    production.sandbox.security_hub.enable(home)
    production.expired()
    partition = "aws-cn" if home.startswith("cn-") else "aws-us-gov"
    run = production.search(NO_APPSYNC if partition == "aws-us-gov" else QUICK, ON)
    assert run.outcome == "REPORTED"
    (finding,) = production.sandbox.security_hub.findings(region=home)
    product = f"arn:{partition}:securityhub:{home}:123456789012:product/123456789012/default"
    assert finding["ProductArn"] == product
    (resource,) = finding["Resources"]
    assert resource["Id"] == f"arn:{partition}:iam::123456789012:server-certificate/www"
    assert (resource["Partition"], resource["Region"]) == (partition, home)


def test_thousand_expired_certificates_take_ten_imports_and_later_ten_reads(hub: Account) -> None:
    hub.store_many(1000, days(-3))
    summary = hub.deploy(QUIET).summary
    assert (summary["findingsImported"], summary["findingsArchived"]) == (1000, 0)
    assert (len(hub.calls("GetFindings")), len(hub.calls("BatchImportFindings"))) == (1, 10)
    assert len(hub.sandbox.security_hub.findings()) == 1000
    hub.sandbox.requests.clear()
    assert hub.evaluate().summary["findingsImported"] == 0
    assert (len(hub.calls("GetFindings")), hub.calls("BatchImportFindings")) == (10, [])


# --- What becomes of it ---------------------------------------------------------------------------


def test_certificate_that_was_renewed_under_its_name_and_then_deleted(hub: Account) -> None:
    old = hub.store("www", days(-3))["ServerCertificateId"]
    hub.deploy(QUIET)
    assert ids(hub) == [old]

    hub.delete("www")
    new = hub.store("www", days(90))["ServerCertificateId"]
    assert hub.evaluate().summary["findingsArchived"] == 1
    assert ids(hub) == []
    archived = only(hub, "ARCHIVED")
    assert archived["Compliance"]["Status"] == "PASSED"
    assert archived["Description"].startswith("No longer stored in IAM. Last known state: Expired ")

    hub.delete("www")
    newest = hub.store("www", days(-1))["ServerCertificateId"]
    hub.evaluate()
    assert ids(hub) == [newest]
    hub.delete("www")
    hub.evaluate()
    assert (ids(hub), sorted(ids(hub, "ARCHIVED"))) == ([], sorted([old, newest]))
    assert new not in ids(hub, "ARCHIVED")


def test_expiring_certificate_that_becomes_compliant_is_archived(hub: Account) -> None:
    hub.store("www", days(8.5))
    hub.deploy(QUIET | {"daysToExpiration": "30"})
    assert severity(hub) == "MEDIUM"
    hub.set_parameters(QUIET)
    assert ids(hub) == []
    assert only(hub, "ARCHIVED")["Title"].startswith("Valid IAM server certificate: www (until ")


def test_finding_that_becomes_active_again_counts_as_new(hub: Account) -> None:
    hub.store("www", days(8.5))
    hub.deploy(QUIET | {"daysToExpiration": "30"})
    first = only(hub)
    hub.set_parameters(QUIET)
    hub.sandbox.clock.advance(days(1))
    hub.set_parameters(QUIET | {"daysToExpiration": "30"})
    again = only(hub)
    assert again["Id"] == first["Id"]
    assert again["CreatedAt"] == again["FirstObservedAt"] == again["UpdatedAt"]
    assert again["CreatedAt"] > first["CreatedAt"]


def test_what_people_add_survives_every_update(used: Production) -> None:
    hub, finding = used.sandbox.security_hub, only(used)
    hub.change(
        finding,
        Workflow={"Status": "SUPPRESSED"},
        Note={"Text": "Ticket 42", "UpdatedBy": "alice"},
        Severity={"Label": "LOW"},
    )
    used.infrastructure.classic("us-east-1", "new", finding["Resources"][0]["Id"])
    assert used.evaluate().summary["findingsImported"] == 1
    shown = only(used)
    assert "In use by 2: " in shown["Description"]
    assert shown["Workflow"] == {"Status": "SUPPRESSED"}
    assert (shown["Note"]["Text"], shown["Severity"]["Label"]) == ("Ticket 42", "LOW")
    assert shown["FindingProviderFields"]["Severity"] == {"Label": "CRITICAL"}
    used.sandbox.requests.clear()
    assert used.evaluate().outcome == "REPORTED"
    assert used.calls("BatchImportFindings") == []


def test_finding_that_a_person_resolved_stays_so_while_nothing_changes(hub: Account) -> None:
    hub.store("www", days(-3))
    hub.deploy(QUIET)
    hub.sandbox.security_hub.change(only(hub), Workflow={"Status": "RESOLVED"})
    hub.evaluate()
    assert only(hub)["Workflow"] == {"Status": "RESOLVED"}


# --- What fails -----------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [READ, IMPORT], ids=["read", "import"])
@pytest.mark.parametrize(
    "fault",
    [{"kind": "throttle"}, {"kind": "error", "status": 500, "code": "InternalException"}],
    ids=["throttling", "500"],
)
def test_failure_that_passes_is_not_noticed(
    hub: Account, call: tuple[str, str], fault: dict[str, Any]
) -> None:
    hub.store("www", days(-3))
    hub.sandbox.faults.add(*call, times=2, **fault)
    assert hub.deploy(QUIET).outcome == "REPORTED"
    assert len(ids(hub)) == 1


@pytest.mark.parametrize("call", [READ, IMPORT], ids=["read", "import"])
def test_throttling_that_stays_fails_the_run_after_config_has_everything(
    hub: Account, call: tuple[str, str]
) -> None:
    hub.store("www", days(-3))
    hub.sandbox.faults.add(*call, kind="throttle", times=0)
    error = hub.deploy(QUIET).error
    assert error.startswith(f"securityhub:{call[1]} failed: ThrottlingException: Rate exceeded.")
    assert "out of date until the next run, which imports what is missing." in error
    assert len(hub.calls(call[1])) == 5
    hub.sandbox.faults.clear()
    assert (hub.compliance, ids(hub)) == ({"www": "NON_COMPLIANT"}, [])
    assert hub.evaluate().summary["findingsImported"] == 1


def test_account_without_security_hub_is_told_what_to_do(account: Account) -> None:
    account.store("www", days(-3))
    error = account.deploy(QUIET).error
    assert error.startswith("securityhub:GetFindings failed: InvalidAccessException: ")
    assert NOT_ENABLED in error
    assert account.compliance == {"www": "NON_COMPLIANT"}
    account.sandbox.security_hub.enable()
    assert account.evaluate().summary["findingsImported"] == 1


def test_security_hub_that_is_disabled_halfway_is_made_good_by_the_next_run(hub: Account) -> None:
    hub.store_many(201, days(-3))
    with while_held(hub.sandbox, *IMPORT, lambda: hub.deploy(QUIET)) as held:
        hub.sandbox.security_hub.disable()
    assert NOT_ENABLED in held.result().error
    assert "201 of 201 findings not imported into Security Hub: " in held.result().error
    assert set(hub.compliance.values()) == {"NON_COMPLIANT"}
    hub.sandbox.security_hub.enable()
    assert hub.evaluate().summary["findingsImported"] == 201
    assert len(ids(hub)) == 201


def test_batch_that_is_refused_does_not_hold_up_the_others(hub: Account) -> None:
    hub.store_many(201, days(-3))
    hub.sandbox.faults.add(
        *IMPORT, kind="error", at=2, status=401, code="InvalidAccessException", message="No."
    )
    error = hub.deploy(QUIET).error
    assert "100 of 201 findings not imported into Security Hub: " in error
    assert len(ids(hub)) == 101
    hub.sandbox.requests.clear()
    assert hub.evaluate().outcome == "REPORTED"
    assert (len(ids(hub)), imported(hub)) == (201, 100)


@pytest.mark.parametrize(("times", "fails"), [(3, False), (0, True)])
def test_three_of_a_hundred_that_are_refused_are_sent_again_and_named(
    hub: Account, times: int, fails: bool
) -> None:
    names = hub.store_many(100, days(-3))
    hub.deploy({"checkUsage": "false"})
    listed = hub.sandbox.client("iam").list_server_certificates()
    stored = {
        one["ServerCertificateName"]: one["ServerCertificateId"]
        for one in listed["ServerCertificateMetadataList"]
    }
    refused = [f"certsweep/123456789012/{stored[name]}" for name in names[:3]]
    hub.sandbox.faults.add(*IMPORT, kind="failed-findings", times=times, resource_ids=refused)
    run = hub.set_parameters(QUIET)
    calls = hub.calls("BatchImportFindings")
    assert [len(call["parameters"]["Findings"]) for call in calls] == [100, 3, 3, 3]
    if not fails:
        assert run.summary["findingsImported"] == 100
        return
    assert "InternalFailure: The finding could not be imported. 3 of 100 findings" in run.error
    for name in names[:3]:
        assert f"server-certificate/{name}" in run.error
    assert len(ids(hub)) == 97
    hub.sandbox.faults.clear()
    hub.sandbox.requests.clear()
    assert hub.evaluate().outcome == "REPORTED"
    assert (len(ids(hub)), imported(hub)) == (100, 3)


def test_import_whose_answer_got_lost_is_not_made_twice(hub: Account) -> None:
    hub.store("www", days(-3))
    hub.sandbox.faults.add(*IMPORT, kind="lost-answer")
    assert hub.deploy(QUIET).summary["findingsImported"] == 1
    first = only(hub)
    hub.sandbox.requests.clear()
    hub.evaluate()
    assert hub.calls("BatchImportFindings") == []
    assert only(hub)["CreatedAt"] == first["CreatedAt"]


def test_two_runs_at_once_import_the_truth(hub: Account) -> None:
    hub.store("www", days(-3))
    hub.store("api", days(-3))
    hub.deploy(QUIET)
    hub.delete("www")
    # The first run has judged and waits; a second one finds another certificate gone.
    with while_held(hub.sandbox, *IMPORT, lambda: run_later(hub, 1)) as first:
        hub.delete("api")
        second = run_later(hub, 2)
    assert (first.result().outcome, second.outcome) == ("REPORTED", "REPORTED")
    assert ids(hub) == []


# --- Whose findings -------------------------------------------------------------------------------


def test_administrator_leaves_the_findings_of_its_members_alone(hub: Account) -> None:
    hub.sandbox.security_hub.enable(account=MEMBER)
    hub.store("www", days(-3))
    hub.deploy(QUIET)
    member = hub.sandbox.client("securityhub", account=MEMBER)
    assert member.batch_import_findings(Findings=[of_member(only(hub))])["SuccessCount"] == 1
    hub.sandbox.security_hub.administer("123456789012")
    hub.delete("www")
    assert hub.evaluate().summary["findingsArchived"] == 1
    assert [one["AwsAccountId"] for one in hub.sandbox.security_hub.findings()] == [MEMBER]


def test_account_that_is_no_administrator_needs_nothing_of_one(hub: Account) -> None:
    hub.sandbox.security_hub.enable(account=MEMBER)
    hub.sandbox.security_hub.administer(MEMBER)
    hub.store("www", days(-3))
    assert hub.deploy(QUIET).outcome == "REPORTED"
    assert len(ids(hub)) == 1
    assert {call["operation"] for call in hub.sandbox.requests.list("securityhub")} == {
        "EnableSecurityHub",
        "BatchImportFindings",
        "GetFindings",
    }


# --- On and off -----------------------------------------------------------------------------------


def test_switched_off_again_nothing_is_asked_and_the_findings_age_out(hub: Account) -> None:
    hub.store("www", days(-3))
    hub.deploy(QUIET)
    hub.sandbox.requests.clear()
    run = hub.set_parameters({"checkUsage": "false"})
    assert "findingsImported" not in run.summary
    assert hub.sandbox.requests.list("securityhub") == []
    assert len(ids(hub)) == 1
    hub.sandbox.clock.advance(days(90))
    assert ids(hub) == []


def test_documented_command_hides_the_findings_of_the_account_and_of_no_member(
    hub: Account,
) -> None:
    hub.sandbox.security_hub.enable(account=MEMBER)
    hub.store("www", days(-3))
    hub.deploy(QUIET)
    finding = only(hub)
    theirs = of_member(finding)
    other = finding | {"Id": "other", "GeneratorId": "other"}
    hub.sandbox.client("securityhub").batch_import_findings(Findings=[other])
    hub.sandbox.client("securityhub", account=MEMBER).batch_import_findings(Findings=[theirs])
    hub.sandbox.security_hub.administer("123456789012")
    run_documented(hub, "ProductArn", REGION=HOME, ACCOUNT="123456789012")
    assert workflows(hub) == {
        ("123456789012", finding["Id"]): "SUPPRESSED",
        ("123456789012", "other"): "NEW",
        (MEMBER, theirs["Id"]): "NEW",
    }


def test_documented_command_shows_the_copies_of_config_that_the_automation_rule_has_hidden(
    hub: Account,
) -> None:
    hub.sandbox.security_hub.enable(account=MEMBER)
    hub.sandbox.security_hub.administer("123456789012")
    hub.store("www", days(-3))
    hub.deploy(QUIET)
    # They differ from AWS Config's in the product's ARN, which an account can't choose.
    copy = of_member(only(hub), ProductName="Config", Title=hub.rule.name)
    copies = [copy | {"Id": one} for one in ("hidden-by-the-rule", "hidden-by-alice", "resolved")]
    copies.append(copy | {"Id": "of-another-rule", "Title": "another-rule"})
    hub.sandbox.client("securityhub", account=MEMBER).batch_import_findings(Findings=copies)
    for shown in hub.sandbox.security_hub.findings():
        if shown["AwsAccountId"] == MEMBER:
            person = "alice" if shown["Id"] == "hidden-by-alice" else "certsweep"
            status = "RESOLVED" if shown["Id"] == "resolved" else "SUPPRESSED"
            note = {"Text": "Why", "UpdatedBy": person}
            hub.sandbox.security_hub.change(shown, Workflow={"Status": status}, Note=note)
    run_documented(hub, "ProductName", RULE=hub.rule.name)
    changed = {
        id_: status for (account, id_), status in workflows(hub).items() if account == MEMBER
    }
    assert changed == {
        "hidden-by-the-rule": "NEW",
        "hidden-by-alice": "SUPPRESSED",
        "resolved": "RESOLVED",
        "of-another-rule": "SUPPRESSED",
    }


@pytest.mark.parametrize("is_on", [False, True])
def test_classes_of_the_sdk_s_module_are_loaded_only_if_it_is_on(
    production: Production, tmp_path: Path, is_on: bool
) -> None:
    class_log = tmp_path / "classes.log"
    production.sandbox.security_hub.enable()
    production.infrastructure.classic(HOME, "old", production.expired().arn)
    options = f"{QUICK['JAVA_TOOL_OPTIONS']} -Xlog:class+load:file={class_log}"
    run = production.search(
        {"JAVA_TOOL_OPTIONS": options, "USAGE_REGIONS": HOME}, {"securityHub": str(is_on).lower()}
    )
    assert run.outcome == "REPORTED"
    loaded = class_log.read_text()
    assert "software.amazon.awssdk.services.config.ConfigClient" in loaded
    assert (SDK in loaded) is is_on
    assert bool(production.sandbox.requests.list("securityhub", "GetFindings")) is is_on
