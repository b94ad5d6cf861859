from __future__ import annotations

from datetime import timedelta

import pytest

from .account import Account, days, seconds


def test_certificate_that_expired_seconds_ago_has_expired(account: Account) -> None:
    account.store("www", seconds(-2))
    account.deploy()
    assert account.compliance == {"www": "NON_COMPLIANT"}
    assert account.annotation("www").startswith("Expired ")


def test_certificate_that_expires_within_the_minute_is_still_valid(account: Account) -> None:
    account.store("www", seconds(50))
    account.deploy()
    assert account.compliance == {"www": "COMPLIANT"}
    assert account.annotation("www").startswith("Valid until ")


@pytest.mark.parametrize(
    ("lead_time", "expires_in", "expected"),
    [
        (0, seconds(50), "COMPLIANT"),
        (0, seconds(-2), "NON_COMPLIANT"),
        (1, days(1) - seconds(2), "NON_COMPLIANT"),
        (1, days(1) + seconds(50), "COMPLIANT"),
        (3650, days(3650) - seconds(2), "NON_COMPLIANT"),
        (3650, days(3650) + seconds(50), "COMPLIANT"),
    ],
)
def test_lead_time_ends_to_the_second(
    account: Account, lead_time: int, expires_in: timedelta, expected: str
) -> None:
    account.store("www", expires_in)
    account.deploy({"daysToExpiration": str(lead_time)})
    assert account.compliance == {"www": expected}


def test_annotations_tell_dates_and_ids_and_count_no_days(account: Account) -> None:
    stored = {
        "expired": account.store("expired", days(-3.5)),
        "expiring": account.store("expiring", days(8.5)),
        "valid": account.store("valid", days(98.5)),
    }
    account.deploy({"daysToExpiration": "30"})
    when = {name: f"{one['Expiration']:%Y-%m-%dT%H:%M:%SZ}" for name, one in stored.items()}
    ids = {name: one["ServerCertificateId"] for name, one in stored.items()}
    assert {result.id: result.annotation for result in account.dashboard} == {
        "expired": f"Expired {when['expired']} (id {ids['expired']}).",
        "expiring": f"Expires {when['expiring']}; limit 30 days (id {ids['expiring']}).",
        "valid": f"Valid until {when['valid']} (id {ids['valid']}).",
    }


def test_certificate_without_expiration_is_reported_as_unknown(account: Account) -> None:
    account.store("www", days(90))
    account.sandbox.strip_expiration("www")
    assert account.deploy().summary["unknown"] == 1
    assert account.compliance == {"www": "NON_COMPLIANT"}
    assert account.annotation("www").startswith("IAM gives no expiration for this certificate")


def test_certificate_that_has_expired_for_decades_is_judged_too(account: Account) -> None:
    expiration = account.store("www", days(-365 * 20))["Expiration"]
    account.deploy()
    assert account.compliance == {"www": "NON_COMPLIANT"}
    assert account.annotation("www").startswith(f"Expired {expiration:%Y-%m-%dT%H:%M:%SZ} (id ")
