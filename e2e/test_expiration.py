from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.client.certificates import self_signed

from .account import Account, days, now, seconds

READ = "GetServerCertificate"


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


def store_short_lived(account: Account, name: str, lifetime: float, days_left: float) -> None:
    """Uploads a certificate of this lifetime, in days, when it has so many left."""
    end = now() + days(days_left)
    files = self_signed(name, end - days(lifetime), end)
    account.sandbox.upload_certificate(name, end, files=files)


@pytest.mark.parametrize(
    ("lifetime", "days_left", "expected"),
    [
        # 33 % are 16 days, and of a year more than 30.
        (47, 17, "COMPLIANT"),
        (47, 15.9, "NON_COMPLIANT"),
        (397, 29.9, "NON_COMPLIANT"),
        (397, 30.1, "COMPLIANT"),
    ],
)
def test_lead_time_is_no_more_than_its_share_of_the_lifetime(
    account: Account, lifetime: float, days_left: float, expected: str
) -> None:
    store_short_lived(account, "www", lifetime, days_left)
    account.deploy({"daysToExpiration": "30", "daysToExpirationPercent": "33"})
    assert account.compliance == {"www": expected}


def test_only_lifetimes_that_matter_are_read_and_by_default_none(account: Account) -> None:
    store_short_lived(account, "short", 47, 15.5)
    store_short_lived(account, "far", 47, 40)
    account.store("expired", days(-3.5))
    # Uploaded long ago: that alone proves a long life.
    with account.sandbox.clock.at(now() - days(200)):
        store_short_lived(account, "old", 397, 10)
    account.deploy({"daysToExpiration": "30"})
    assert account.calls(READ) == []
    given = {"checkUsage": "false", "daysToExpiration": "30", "daysToExpirationPercent": "33"}
    run = account.set_parameters(given)
    assert run.outcome == "REPORTED"
    read = [one["parameters"]["ServerCertificateName"] for one in account.calls(READ)]
    assert read == ["short"]
    assert "; limit 16 days (id " in account.annotation("short")
    assert "; limit 30 days (id " in account.annotation("old")


def test_lifetime_that_may_not_be_read_fails_the_run_after_the_early_result(
    account: Account,
) -> None:
    store_short_lived(account, "short", 47, 20)
    account.deploy({"daysToExpiration": "30", "daysToExpirationPercent": "33"})
    assert account.compliance == {"short": "COMPLIANT"}
    account.sandbox.faults.add("iam", READ, kind="error", times=0, status=403, code="AccessDenied")
    run = account.evaluate()
    assert READ in run.error
    assert "AccessDenied" in run.error
    assert account.compliance == {"short": "NON_COMPLIANT"}
    assert "; limit 30 days (id " in account.annotation("short")
