from __future__ import annotations

from .account import ACCOUNT, CERTIFICATE, Account, days


def test_deleted_certificate_leaves_the_dashboard(account: Account) -> None:
    account.store("gone", days(-3))
    account.store("kept", days(-3))
    account.deploy()
    account.delete("gone")
    assert account.evaluate().summary["staleCleared"] == 1
    assert account.compliance == {"kept": "NON_COMPLIANT"}
    assert account.cleared == [(CERTIFICATE, "gone")]


def test_cleared_result_is_not_cleared_again(account: Account) -> None:
    account.store("gone", days(-3))
    account.store("kept", days(3))
    account.deploy()
    account.delete("gone")
    account.evaluate()
    assert account.evaluate().summary["staleCleared"] == 0


def test_renamed_certificate_is_shown_under_its_new_name_alone(account: Account) -> None:
    account.store("before", days(-3))
    account.deploy()
    account.rename("before", "after")
    account.evaluate()
    assert account.compliance == {"after": "NON_COMPLIANT"}
    assert account.cleared == [(CERTIFICATE, "before")]


def test_replaced_certificate_keeps_its_line_and_changes_its_verdict(account: Account) -> None:
    account.store("www", days(-3))
    account.deploy()
    account.delete("www")
    account.store("www", days(90))
    account.evaluate()
    assert account.compliance == {"www": "COMPLIANT"}
    assert account.cleared == []


def test_result_under_another_type_is_cleared_under_that_type(account: Account) -> None:
    account.store("www", days(3))
    account.deploy()
    account.record("AWS::EC2::Instance", "i-0123456789abcdef0")
    account.record("AWS::ACM::Certificate", "www")
    assert account.evaluate().summary["staleCleared"] == 2
    assert account.compliance == {"www": "COMPLIANT"}
    assert sorted(account.cleared) == [
        ("AWS::ACM::Certificate", "www"),
        ("AWS::EC2::Instance", "i-0123456789abcdef0"),
    ]


def test_result_of_the_account_makes_way_for_the_first_certificate(account: Account) -> None:
    account.deploy()
    account.store("www", days(-3))
    account.evaluate()
    assert account.compliance == {"www": "NON_COMPLIANT"}
    assert account.cleared == [(ACCOUNT, account.sandbox.account)]


def test_result_of_the_account_returns_when_the_last_certificate_is_gone(account: Account) -> None:
    account.store("www", days(-3))
    account.deploy()
    account.delete("www")
    account.evaluate()
    assert account.compliance == {account.sandbox.account: "COMPLIANT"}
    assert account.cleared == [(CERTIFICATE, "www")]


def test_stale_results_beyond_the_first_page_are_cleared_too(account: Account) -> None:
    names = account.store_many(101, days(-3))
    account.deploy()
    for name in names:
        account.delete(name)
    assert account.evaluate().summary["staleCleared"] == 101
    assert account.compliance == {account.sandbox.account: "COMPLIANT"}


def test_deleted_certificate_that_iam_still_lists_is_cleared_by_a_later_run(
    account: Account,
) -> None:
    account.store("www", days(-3))
    account.deploy()
    account.sandbox.settings(delete_lag_seconds=30)
    account.delete("www")
    account.evaluate()
    assert account.cleared == []
    account.sandbox.clock.advance(seconds=60)
    account.evaluate()
    assert account.cleared == [(CERTIFICATE, "www")]
