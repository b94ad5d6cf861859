"""Runs that follow each other: what each of them reports, and what the dashboard shows after it."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from sandbox.client import Sandbox

from .account import Account, Run, days, now, while_held
from .javac import compile_java
from .production import HOME, MEMORY, QUICK, Production

HANDLER = "io.github.certsweep.SandboxClockHandler"
HOUR = timedelta(hours=1)
READ = ("config", "GetComplianceDetailsByConfigRule")
PUT = ("config", "PutEvaluations")
# Lambda's longest.
TIMEOUT = 900


def run_at(account: Account, hours: float) -> Run:
    """A run whose event is so many hours later than now."""
    with Sandbox(account.sandbox.endpoint) as own_connection:
        return Run(own_connection.deliver(account.rule, now() + hours * HOUR))


def reported(account: Account, hours: float) -> list[str]:
    """What is sent by a run whose event is so many hours later than now."""
    account.sandbox.requests.clear()
    assert run_at(account, hours).outcome == "REPORTED"
    return account.sent


@pytest.fixture
def three(account: Account) -> Account:
    """An account whose dashboard shows three valid certificates, `a`, `b` and `c`."""
    for name in "abc":
        account.store(name, days(90))
    account.deploy()
    assert account.sent == ["a", "b", "c"]
    return account


def test_run_without_news_reports_the_result_that_is_oldest(three: Account) -> None:
    assert [reported(three, hours) for hours in (1, 2, 3, 4)] == [["a"], ["b"], ["c"], ["a"]]
    assert three.compliance == dict.fromkeys("abc", "COMPLIANT")


def test_results_are_reported_again_after_a_day(three: Account) -> None:
    assert reported(three, 22.9) == ["a"]
    assert reported(three, 24) == ["b", "c"]


@pytest.mark.parametrize(
    ("refresh_days", "hours", "expected"),
    [("0", 0.1, "abc"), ("7", 166, "b"), ("7", 167.1, "abc")],
)
def test_operator_decides_how_often_results_are_reported_again(
    three: Account, refresh_days: str, hours: float, expected: str
) -> None:
    three.set_parameters({"checkUsage": "false", "refreshDays": "0"})
    three.set_parameters({"checkUsage": "false", "refreshDays": refresh_days})
    assert reported(three, hours) == list(expected)


def test_what_expired_is_reported_at_every_run(account: Account) -> None:
    account.store("expired", days(-3))
    account.store("valid", days(90))
    account.deploy({"refreshDays": "30"})
    assert [reported(account, hours) for hours in (1, 24, 700)] == [["expired"]] * 3


def test_result_without_an_annotation_is_replaced(three: Account) -> None:
    three.record("AWS::IAM::ServerCertificate", "b", "COMPLIANT")
    assert three.annotation("b") == ""
    assert reported(three, 1) == ["b"]
    assert three.annotation("b").startswith("Valid until ")


def test_everything_is_reported_if_old_results_can_not_be_read(three: Account) -> None:
    three.sandbox.faults.add(*READ, kind="error", times=0, status=403, code="AccessDenied")
    three.sandbox.requests.clear()
    assert "were not cleared." in run_at(three, 1).error
    assert three.sent == ["a", "b", "c"]


def test_run_whose_only_news_is_a_cleared_certificate_is_seen_by_an_older_one(
    three: Account,
) -> None:
    # The older run has listed all three when one is deleted, and a newer run clears it.
    with while_held(three.sandbox, *READ, lambda: run_at(three, 1)) as older:
        three.delete("b")
        assert reported(three, 2) == ["a", "b"]
        assert three.compliance == dict.fromkeys("ac", "COMPLIANT")
    assert older.result().outcome == "SUPERSEDED"
    assert three.compliance == dict.fromkeys("ac", "COMPLIANT")


def test_only_news_that_failed_to_be_recorded_is_reported_by_the_next_run(
    three: Account,
) -> None:
    three.delete("b")
    three.store("b", days(-3))
    three.sandbox.faults.add(*PUT, kind="error", times=0, status=403, code="AccessDeniedException")
    assert "1 of 1 results not recorded: b." in run_at(three, 1).error
    assert three.compliance["b"] == "COMPLIANT"
    three.sandbox.faults.clear()
    assert reported(three, 2) == ["b"]
    assert three.compliance["b"] == "NON_COMPLIANT"


# By the sandbox's clock.


@pytest.fixture(scope="session")
def clockwork(zip_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip, with the handler of SandboxClockHandler.java in it."""
    folder = tmp_path_factory.mktemp("clockwork")
    with zipfile.ZipFile(zip_file) as packed:
        packed.extractall(folder / "zip")
    class_path = f"{folder}/zip:{folder}/zip/lib/*"
    compile_java("SandboxClockHandler.java", folder / "classes", class_path)
    copy = Path(shutil.copy(zip_file, folder / "clockwork.zip"))
    with zipfile.ZipFile(copy, "a") as packed:
        for compiled in (folder / "classes").rglob("*.class"):
            packed.write(compiled, str(compiled.relative_to(folder / "classes")))
    return copy


class Timed(Production):
    """An account whose rule goes by the sandbox's clock."""

    def install(self, **parameters: str) -> Run:
        """Deploys the rule; answers its first run."""
        self._rule = self.sandbox.deploy_rule(
            self._zip,
            function_name="certsweep-clockwork",
            handler=f"{HANDLER}::handleRequest",
            memory=MEMORY,
            timeout=TIMEOUT,
            parameters=parameters,
            variables=QUICK | {"USAGE_REGIONS": HOME},
        )
        return Run(self.sandbox.deliveries(self.rule)[-1]["invocation"])

    def scheduled_run(self) -> Run:
        """A run whose event is of this moment."""
        with Sandbox(self.sandbox.endpoint) as own_connection:
            return Run(own_connection.deliver(self.rule, own_connection.clock.now()))


@pytest.fixture
def timed(account: Account, clockwork: Path) -> Iterator[Timed]:
    yield Timed(account.sandbox, clockwork)
    account.sandbox.clock.reset()


def test_day_of_hourly_runs_shows_within_the_hour_what_expires(timed: Timed) -> None:
    names = timed.store_many(99, days(90))
    timed.store("expires", 11.5 * HOUR)
    recorded = [timed.install(checkUsage="false").summary["recorded"]]
    for run in range(2, 25):
        timed.sandbox.clock.advance(HOUR)
        recorded.append(timed.scheduled_run().summary["recorded"])
        has_expired = run >= 13
        assert timed.compliance == dict.fromkeys(names, "COMPLIANT") | {
            "expires": "NON_COMPLIANT" if has_expired else "COMPLIANT"
        }
        assert timed.annotation("expires").startswith("Expired " if has_expired else "Valid until ")
    # The last one finds 89 that are 23 hours old, and the expired one, which is always due.
    assert recorded == [100, *[1] * 22, 90]


def test_run_of_14_minutes_reports_and_its_metrics_are_of_its_end(timed: Timed) -> None:
    expired = timed.expired()
    timed.infrastructure.classic(HOME, "old", expired.arn)
    timed.install()
    begun = timed.sandbox.clock.now()
    with timed.while_held("appsync", "ListDomainNames", timed.scheduled_run) as held:
        timed.sandbox.clock.advance(timedelta(minutes=14))
    run = held.result()
    assert run.outcome == "REPORTED"
    assert "In use by 1: Classic ELB" in timed.annotation("www")
    assert run.metrics == {"Certificates": 1, "ExpiredInUse": 1, "UsageChecksFailed": 0}
    (timestamp,) = {metric["timestamp"] for metric in run.invocation["metrics"]}
    ended = datetime.fromtimestamp(timestamp / 1000, timezone.utc)
    # An alarm looks at the last 900 seconds.
    assert begun + timedelta(minutes=14) <= ended <= timed.sandbox.clock.now()


def test_finding_outlives_the_90_days_after_which_security_hub_forgets(timed: Timed) -> None:
    hub = timed.sandbox.security_hub
    hub.enable()
    timed.expired()
    timed.install(checkUsage="false", securityHub="true")
    (first,) = hub.findings()
    imported = []
    for day in range(10, 101, 10):
        timed.sandbox.clock.advance(days(10))
        if timed.scheduled_run().summary["findingsImported"]:
            imported.append(day)
        (shown,) = hub.findings()
        assert shown["CreatedAt"] == shown["FirstObservedAt"] == first["CreatedAt"]
    assert imported == [30, 60, 90]
    # Nobody runs the rule any more.
    timed.sandbox.clock.advance(days(79))
    assert len(hub.findings()) == 1
    timed.sandbox.clock.advance(days(1.1))
    assert hub.findings() == []
