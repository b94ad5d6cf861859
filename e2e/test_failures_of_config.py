from __future__ import annotations

from typing import Any

import pytest

from .account import Account, days

PUT = ("config", "PutEvaluations")
READ = ("config", "GetComplianceDetailsByConfigRule")
ATTEMPTS = 5
ROUNDS = 4


@pytest.fixture
def watched(account: Account) -> Account:
    """An account whose dashboard has one result to clear and one to change."""
    account.store("gone", days(-3))
    account.store("www", days(-3))
    account.deploy()
    account.delete("gone")
    account.delete("www")
    account.store("www", days(90))
    account.sandbox.requests.clear()
    return account


def assert_is_up_to_date(account: Account) -> None:
    assert account.compliance == {"www": "COMPLIANT"}
    assert [identifier for _, identifier in account.cleared] == ["gone"]


class TestSending:
    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "throttle"},
            {"kind": "error", "status": 500, "code": "InternalFailure"},
            {"kind": "error", "status": 503, "code": "ServiceUnavailable"},
            {"kind": "drop"},
        ],
        ids=["throttling", "500", "503", "dropped connection"],
    )
    def test_failure_that_passes_is_not_noticed(
        self, watched: Account, fault: dict[str, Any]
    ) -> None:
        watched.sandbox.faults.add(*PUT, times=2, **fault)
        assert watched.evaluate().outcome == "REPORTED"
        assert_is_up_to_date(watched)

    def test_throttling_that_stays_is_given_up_after_five_attempts(self, watched: Account) -> None:
        watched.sandbox.faults.add(*PUT, kind="throttle", times=0)
        error = watched.evaluate().error
        assert error.startswith("config:PutEvaluations failed: ThrottlingException: Rate exceeded.")
        assert error.endswith("2 of 2 results not recorded: www, gone.")
        assert len(watched.calls("PutEvaluations")) == ATTEMPTS
        assert watched.compliance == {"gone": "NON_COMPLIANT", "www": "NON_COMPLIANT"}

    def test_answer_lost_after_it_took_effect_is_sent_again(self, watched: Account) -> None:
        watched.sandbox.faults.add(*PUT, kind="lost-answer")
        assert watched.evaluate().summary["recorded"] == 2
        assert watched.sent == ["www", "gone"] * 2
        assert_is_up_to_date(watched)

    def test_answer_that_is_not_config_s_fails_the_run(self, watched: Account) -> None:
        watched.sandbox.faults.add(*PUT, kind="malformed", times=0)
        error = watched.evaluate().error
        assert error.startswith("config:PutEvaluations failed: ")
        assert "2 of 2 results not recorded: www, gone." in error

    def test_batch_that_is_refused_does_not_hold_up_the_others(self, account: Account) -> None:
        names = account.store_many(201, days(-3))
        account.sandbox.faults.add(
            *PUT, kind="error", at=2, status=403, code="AccessDeniedException", message="No."
        )
        error = account.deploy().error
        assert "config:PutEvaluations failed: AccessDeniedException: No. Allow the action" in error
        assert "100 of 201 results not recorded: www-0100, www-0101, " in error
        assert error.endswith(" and 50 more.")
        assert list(account.compliance) == names[:100] + names[200:]

        assert account.evaluate().outcome == "REPORTED"
        assert list(account.compliance) == names

    def test_failed_evaluations_that_recover_are_all_recorded(self, account: Account) -> None:
        names = account.store_many(3, days(-3))
        account.sandbox.faults.add(
            *PUT, kind="failed-evaluations", times=2, resource_ids=["www-0001"]
        )
        assert account.deploy().summary["recorded"] == 3
        assert list(account.compliance) == names
        assert account.sent == [*names, "www-0001", "www-0001"]

    def test_failed_evaluations_that_stay_are_named(self, account: Account) -> None:
        account.store_many(3, days(-3))
        account.sandbox.faults.add(
            *PUT, kind="failed-evaluations", times=0, resource_ids=["www-0001"]
        )
        error = account.deploy().error
        assert "answered with FailedEvaluations 4 times in a row." in error
        assert error.endswith("1 of 3 results not recorded: www-0001.")
        assert list(account.compliance) == ["www-0000", "www-0002"]
        assert len(account.calls("PutEvaluations")) == ROUNDS


class TestReadingOldResults:
    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "throttle"},
            {"kind": "error", "status": 500, "code": "InternalFailure"},
            {"kind": "drop"},
        ],
        ids=["throttling", "500", "dropped connection"],
    )
    def test_failure_that_passes_is_not_noticed(
        self, watched: Account, fault: dict[str, Any]
    ) -> None:
        watched.sandbox.faults.add(*READ, times=2, **fault)
        assert watched.evaluate().outcome == "REPORTED"
        assert_is_up_to_date(watched)

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "error", "status": 403, "code": "AccessDeniedException"},
            {"kind": "error", "status": 500, "code": "InternalFailure"},
            {"kind": "malformed"},
        ],
        ids=["denial", "500", "malformed"],
    )
    def test_failure_that_stays_reports_the_current_and_clears_nothing(
        self, watched: Account, fault: dict[str, Any]
    ) -> None:
        watched.sandbox.faults.add(*READ, times=0, **fault)
        error = watched.evaluate().error
        assert error.startswith("config:GetComplianceDetailsByConfigRule failed: ")
        assert error.endswith("Results of certificates that are gone were not cleared.")
        watched.sandbox.faults.clear()
        assert watched.compliance == {"gone": "NON_COMPLIANT", "www": "COMPLIANT"}
        assert watched.cleared == []

    def test_denial_halfway_through_the_pages_clears_nothing(self, account: Account) -> None:
        names = account.store_many(101, days(-3))
        account.deploy()
        account.delete(names[0])
        account.sandbox.faults.add(
            *READ, kind="error", at=2, status=403, code="AccessDeniedException"
        )
        assert "were not cleared." in account.evaluate().error
        assert account.cleared == []
        assert account.evaluate().summary["staleCleared"] == 1
