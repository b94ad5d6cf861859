from __future__ import annotations

from typing import Any

import pytest

from .account import Account, days

LIST = ("iam", "ListServerCertificates")
ATTEMPTS = 5


@pytest.fixture
def watched(account: Account) -> Account:
    """An account with one result that has to be cleared and one that has to be changed."""
    account.store("gone", days(-3))
    account.store("www", days(-3))
    account.deploy()
    account.delete("gone")
    account.delete("www")
    account.store("www", days(90))
    account.store("zzz", days(90))
    account.sandbox.requests.clear()
    return account


def assert_nothing_was_touched(account: Account) -> None:
    assert account.sent == []
    assert account.compliance == {"gone": "NON_COMPLIANT", "www": "NON_COMPLIANT"}
    assert account.cleared == []


def test_denial_halfway_through_the_pages_reports_and_clears_nothing(watched: Account) -> None:
    watched.sandbox.settings(page_cap=1)
    watched.sandbox.faults.add(
        *LIST, kind="error", at=2, times=0, status=403, code="AccessDenied", message="No."
    )
    error = watched.evaluate().error
    assert error.startswith("iam:ListServerCertificates failed: AccessDenied: No. Allow the action")
    assert error.endswith("Nothing was reported and no old result was cleared.")
    assert_nothing_was_touched(watched)
    assert len(watched.calls("ListServerCertificates")) == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "throttle"},
        {"kind": "error", "status": 500, "code": "InternalFailure"},
        {"kind": "error", "status": 503, "code": "ServiceUnavailable"},
        {"kind": "drop"},
        {"kind": "lost-answer"},
    ],
    ids=["throttling", "500", "503", "dropped connection", "lost answer"],
)
def test_failure_that_passes_is_not_noticed(watched: Account, fault: dict[str, Any]) -> None:
    watched.sandbox.faults.add(*LIST, times=2, **fault)
    assert watched.evaluate().outcome == "REPORTED"
    assert watched.compliance == {"www": "COMPLIANT", "zzz": "COMPLIANT"}
    assert watched.sent == ["www", "zzz", "gone"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (
            {"kind": "throttle"},
            "Throttling: Rate exceeded. The account makes too many calls. Try again later.",
        ),
        (
            {"kind": "error", "status": 500, "code": "InternalFailure"},
            "AWS had an internal error. Try again later.",
        ),
        (
            {"kind": "error", "status": 503, "code": "ServiceUnavailable"},
            "AWS had an internal error. Try again later.",
        ),
    ],
    ids=["throttling", "500", "503"],
)
def test_failure_that_stays_is_given_up_after_five_attempts(
    watched: Account, fault: dict[str, Any], told: str
) -> None:
    watched.sandbox.faults.add(*LIST, times=0, **fault)
    error = watched.evaluate().error
    assert error.startswith("iam:ListServerCertificates failed: ")
    assert told in error
    assert len(watched.calls("ListServerCertificates")) == ATTEMPTS
    assert_nothing_was_touched(watched)


def test_connection_that_keeps_dropping_points_to_the_network(watched: Account) -> None:
    watched.sandbox.faults.add(*LIST, kind="drop", times=0)
    error = watched.evaluate().error
    assert error.startswith("iam:ListServerCertificates failed: NoAnswer: ")
    assert "check the function's network" in error
    assert len(watched.calls("ListServerCertificates")) == ATTEMPTS
    assert_nothing_was_touched(watched)


def test_answer_that_is_not_iam_s_clears_nothing(watched: Account) -> None:
    watched.sandbox.faults.add(*LIST, kind="malformed", times=0)
    assert watched.evaluate().error.startswith("iam:ListServerCertificates failed: ")
    assert_nothing_was_touched(watched)


def test_expired_credentials_are_named(watched: Account) -> None:
    watched.sandbox.faults.add(
        *LIST, kind="error", times=0, status=403, code="ExpiredToken", message="Expired."
    )
    assert "ExpiredToken: Expired. The function's temporary" in watched.evaluate().error
    assert_nothing_was_touched(watched)


def test_run_after_a_failed_one_does_everything(watched: Account) -> None:
    watched.sandbox.faults.add(*LIST, kind="error", status=403, code="AccessDenied")
    failed, succeeded = watched.evaluate(), watched.evaluate()
    assert failed.invocation["error"]
    assert succeeded.summary["staleCleared"] == 1
    assert watched.compliance == {"www": "COMPLIANT", "zzz": "COMPLIANT"}
    # In the same process, which is what makes it worth a test.
    assert succeeded.invocation["process_id"] == failed.invocation["process_id"]
    assert not succeeded.invocation["cold"]
