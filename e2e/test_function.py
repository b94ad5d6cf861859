from __future__ import annotations

import pytest

from .account import Account, days
from .production import HOME, Production


def test_warm_process_serves_the_next_run(account: Account) -> None:
    account.store("www", days(-3))
    first, second = account.deploy(), account.evaluate()
    assert first.invocation["process_id"] == second.invocation["process_id"]
    assert not second.invocation["cold"]
    assert first.summary == second.summary


def test_metrics_are_counted_by_rule(account: Account) -> None:
    account.store("expired", days(-3))
    account.store("expiring", days(8.5))
    account.store("valid", days(98.5))
    run = account.deploy({"daysToExpiration": "30"})
    assert run.metrics == {"Certificates": 3}
    assert {metric["namespace"] for metric in run.invocation["metrics"]} == {"Certsweep"}
    assert [metric["dimensions"] for metric in run.invocation["metrics"]] == [
        {"ConfigRuleName": account.rule.name}
    ]
    figures = run.logged["evaluation"]
    assert (figures["expired"], figures["expiring"], figures["daysToNextExpiration"]) == (1, 1, 8)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("", {"Certificates", "ExpiredInUse", "UsageChecksFailed"}),
        ("all", {"Certificates", "ExpiredInUse", "UsageChecksFailed"}),
        ("essential", {"Certificates"}),
        ("none", set()),
    ],
)
def test_metrics_are_those_that_an_alarm_reads_and_the_log_has_all_figures(
    production: Production, level: str, expected: set[str]
) -> None:
    production.expired()
    run = production.search({"ALARMS": level, "USAGE_REGIONS": HOME})
    assert set(run.metrics) == expected
    assert run.logged["evaluation"] == run.summary
    figures = {"certificates": 1, "expired": 1, "expiredInUse": 0, "usageChecksFailed": 0}
    assert figures.items() <= run.summary.items()


def test_unknown_level_of_alarms_is_an_error_that_says_what_is_allowed(
    production: Production,
) -> None:
    run = production.search({"ALARMS": "some"})
    assert 'ALARMS is "some": it must be all, essential or none.' in run.error
    assert production.dashboard == []


def test_account_without_certificates_has_metrics_but_no_next_expiration(account: Account) -> None:
    run = account.deploy()
    assert run.metrics == {"Certificates": 0}
    assert "daysToNextExpiration" not in run.logged["evaluation"]


def test_run_that_fails_to_list_has_no_metrics_that_could_look_good(account: Account) -> None:
    account.sandbox.faults.add(
        "iam", "ListServerCertificates", kind="error", times=0, status=403, code="AccessDenied"
    )
    assert account.deploy().metrics == {}


def test_log_has_one_line_with_the_summary(account: Account) -> None:
    account.store("www", days(-3))
    run = account.deploy()
    assert run.logged["evaluation"] == run.summary


def test_failed_run_logs_the_error_that_it_ends_with(account: Account) -> None:
    account.sandbox.faults.add(
        "iam", "ListServerCertificates", kind="error", times=0, status=403, code="AccessDenied"
    )
    run = account.deploy()
    assert run.logged["evaluation"]["outcome"] == "FAILED"
    assert run.logged["evaluation"]["error"] == run.error
    assert "EvaluationFailedException: iam:ListServerCertificates failed: AccessDenied" in run.log


def test_log_of_runs_that_fail_tells_no_secret(account: Account) -> None:
    # The secrets are looked for after every test; this one has something to find.
    account.store("www", days(-3))
    account.sandbox.faults.add("config", "PutEvaluations", kind="malformed", times=0)
    run = account.deploy()
    assert run.error
    assert account.last_event["resultToken"] not in run.log
    answer = account.sandbox.client("logs").filter_log_events(
        logGroupName=f"/aws/lambda/{account.rule.function_name}"
    )
    written = "".join(event["message"] for event in answer["events"])
    assert "PutEvaluations" in written
    assert account.last_event["resultToken"] not in written


def test_slow_aws_ends_the_run_with_its_own_error_before_lambda_does(account: Account) -> None:
    # Under a name of its own: the call that is given up is answered after the test.
    account.sandbox.faults.add("iam", "ListServerCertificates", kind="delay", times=0, seconds=5)
    run = account.deploy(function_name="certsweep-slow", timeout=6)
    assert run.error_type == "EvaluationFailedException"
    assert run.error.startswith("iam:ListServerCertificates failed: Timeout: ")
    assert run.error.endswith("Nothing was reported and no old result was cleared.")
    assert "Task timed out" not in run.log
    assert run.invocation["duration_ms"] < 6000


def test_time_that_runs_out_between_pages_is_told_too(account: Account) -> None:
    for name in ("a", "b", "c", "d", "e", "f"):
        account.store(name, days(-3))
    account.sandbox.settings(page_cap=1)
    account.sandbox.faults.add("iam", "ListServerCertificates", kind="delay", times=0, seconds=1)
    run = account.deploy(function_name="certsweep-slow", timeout=6)
    assert run.error.startswith("iam:ListServerCertificates ")
    assert account.dashboard == []


def test_function_sees_the_certificates_of_its_own_partition(account: Account) -> None:
    account.store("www", days(-3))
    assert account.deploy(region="us-gov-west-1").summary["certificates"] == 0
    assert {call["region"] for call in account.calls("ListServerCertificates")} == {"us-gov-west-1"}
