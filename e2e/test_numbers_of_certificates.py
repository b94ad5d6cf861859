from __future__ import annotations

from .account import ACCOUNT, CERTIFICATE, Account, Result, days


def test_account_without_certificates_is_compliant_as_a_whole(account: Account) -> None:
    assert account.deploy().summary["certificates"] == 0
    assert account.dashboard == [
        Result(
            ACCOUNT,
            account.sandbox.account,
            "COMPLIANT",
            "No server certificates are stored in IAM.",
        )
    ]


def test_one_certificate_is_one_evaluation(account: Account) -> None:
    metadata = account.store("www", days(90.5))
    assert account.deploy().outcome == "REPORTED"
    expiration = metadata["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ")
    annotation = f"Valid until {expiration} (id {metadata['ServerCertificateId']})."
    assert account.dashboard == [Result(CERTIFICATE, "www", "COMPLIANT", annotation)]
    assert len(account.calls("PutEvaluations")) == 1


def test_hundred_certificates_are_one_batch(account: Account) -> None:
    names = account.store_many(100, days(90))
    assert account.deploy().summary["batches"] == 1
    assert account.sent == names


def test_hundred_and_one_certificates_are_two_batches(account: Account) -> None:
    names = account.store_many(101, days(90))
    assert account.deploy().summary["batches"] == 2
    assert [len(call["parameters"]["Evaluations"]) for call in account.calls("PutEvaluations")] == [
        100,
        1,
    ]
    assert account.sent == names


def test_quiet_account_is_asked_for_nothing_but_its_certificates(account: Account) -> None:
    account.store("www", days(90))
    account.deploy()
    assert account.made().keys() == {
        ("iam", "ListServerCertificates"),
        ("config", "GetComplianceDetailsByConfigRule"),
        ("config", "PutEvaluations"),
    }
