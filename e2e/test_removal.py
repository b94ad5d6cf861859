"""The one function that may delete, and that nothing makes it delete what it may not."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .account import Run
from .production import ABROAD, HOME, QUICK, REMOVE, Certificate, Function, Production

GET = ("iam", "GetServerCertificate")
DELETE = ("iam", "DeleteServerCertificate")
BYSTANDERS = ["bystander", "in-use", "valid"]


@pytest.fixture
def expired(production: Production) -> Iterator[Certificate]:
    """An expired certificate that nothing uses, among others that must survive."""
    expired = production.expired()
    production.expired("bystander")
    production.infrastructure.alb(HOME, "prod", production.valid("valid").arn)
    production.infrastructure.classic(HOME, "old", production.expired("in-use").arn)
    yield expired
    production.sandbox.faults.clear()
    assert set(BYSTANDERS) <= set(production.names)
    asked = {
        call["parameters"]["ServerCertificateName"]
        for call in production.sandbox.requests.list(*DELETE)
        if f":assumed-role/{REMOVE}" in call["principal"]
    }
    assert asked <= {expired.name}


@pytest.fixture
def remove(production: Production) -> Function:
    return production.removal()


def of(certificate: Certificate, **more: Any) -> dict[str, Any]:
    """The request to remove a certificate."""
    return {"certificate": certificate.name, "id": certificate.id, **more}


def assert_kept(function: Function, run: Run, production: Production, name: str = "www") -> str:
    """The reason of a refusal that did not even try to delete."""
    assert run.summary["outcome"] == "REFUSED"
    assert function.calls("DeleteServerCertificate") == []
    assert name in production.names
    return str(run.summary["reason"])


def assert_failed_before_deleting(function: Function, run: Run, production: Production) -> str:
    """The error of a removal that did not even try to delete."""
    error = run.error
    assert function.calls("DeleteServerCertificate") == []
    production.sandbox.faults.clear()
    assert "www" in production.names
    return error


# Removed.


def test_unused_expired_certificate_is_removed(
    production: Production, remove: Function, expired: Certificate
) -> None:
    answer = remove.invoke(of(expired)).summary
    assert answer.keys() == {"outcome", "reason", "verdict"}
    assert answer["outcome"] == "REMOVED"
    assert answer["reason"] == f"Deleted www ({expired.id})."
    assert (answer["verdict"]["deletable"], answer["verdict"]["arn"]) == (True, expired.arn)
    assert production.names == BYSTANDERS
    assert len(remove.calls("DeleteServerCertificate")) == 1


def test_removal_is_confirmed_by_two_reads(
    production: Production, remove: Function, expired: Certificate
) -> None:
    remove.invoke(of(expired))
    operations = [call["operation"] for call in remove.calls() if call["service"] == "iam"]
    assert operations == [
        "ListServerCertificates",
        "GetServerCertificate",
        "DeleteServerCertificate",
        "GetServerCertificate",
        "GetServerCertificate",
    ]
    assert production.sandbox.permissions.list(remove.name, "denied") == []


def test_certificate_with_an_odd_name_and_a_path_is_removed(
    production: Production, remove: Function
) -> None:
    odd = production.expired("a+b=c,d.e@f-g_h", path="/team/web/")
    assert remove.invoke(of(odd)).summary["outcome"] == "REMOVED"
    assert production.names == []


def test_certificate_with_an_id_of_an_old_account_is_removed(
    production: Production, remove: Function
) -> None:
    production.sandbox.settings(id_prefix="AS5Y")
    old = production.expired()
    assert old.id.startswith("AS5Y")
    answer = remove.invoke(of(old)).summary
    assert (answer["outcome"], answer["reason"]) == ("REMOVED", f"Deleted www ({old.id}).")
    assert production.names == []


def test_removal_again_finds_it_gone(remove: Function, expired: Certificate) -> None:
    outcomes = [remove.invoke(of(expired)).summary["outcome"] for _ in range(2)]
    assert outcomes == ["REMOVED", "ALREADY_GONE"]
    assert len(remove.calls("DeleteServerCertificate")) == 1


def test_listing_that_still_shows_it_does_not_hide_that_it_is_gone(
    production: Production, remove: Function, expired: Certificate
) -> None:
    assert remove.invoke(of(expired)).summary["outcome"] == "REMOVED"
    production.sandbox.faults.add("iam", "ListServerCertificates", kind="stale", times=2)
    assert remove.invoke(of(expired)).summary["outcome"] == "ALREADY_GONE"
    assert len(remove.calls("DeleteServerCertificate")) == 1


def test_certificate_that_somebody_else_has_deleted_is_already_gone(
    production: Production, remove: Function, expired: Certificate
) -> None:
    production.delete("www")
    answer = remove.invoke(of(expired)).summary
    assert answer["outcome"] == "ALREADY_GONE"
    assert answer["verdict"]["found"] is False
    assert remove.calls("DeleteServerCertificate") == []


# Refused.


@pytest.mark.parametrize("how", ["classic", "default", "sni", "cloudfront", "appsync"])
def test_certificate_in_use_is_refused(
    production: Production, remove: Function, expired: Certificate, how: str
) -> None:
    used = production.expired("used", path="/cloudfront/")
    default = production.valid("default")
    infrastructure = production.infrastructure
    if how == "classic":
        infrastructure.classic(ABROAD, "x", used.arn)
    elif how == "default":
        infrastructure.alb(ABROAD, "x", used.arn)
    elif how == "sni":
        infrastructure.nlb(ABROAD, "x", default.arn, sni=[used.arn])
    elif how == "cloudfront":
        infrastructure.distribution("x", used.id)
    else:
        infrastructure.domain(ABROAD, "x.example.com", used.arn)
    run = remove.invoke(of(used))
    reason = assert_kept(remove, run, production, "used")
    assert reason.startswith("In use by 1 resource: ")
    assert run.summary["verdict"]["usageCount"] == 1
    assert expired.name in production.names


def test_valid_certificate_is_refused(production: Production, remove: Function) -> None:
    valid = production.valid()
    reason = assert_kept(remove, remove.invoke(of(valid)), production)
    assert reason.startswith("Valid until ")


def test_certificate_without_expiration_is_refused(
    production: Production, remove: Function, expired: Certificate
) -> None:
    production.sandbox.strip_expiration("www")
    run = remove.invoke(of(expired))
    assert_kept(remove, run, production)
    assert run.summary["verdict"]["status"] == "UNKNOWN"


@pytest.mark.parametrize("denied", ["elasticloadbalancing", "cloudfront", "appsync", "account"])
def test_certificate_whose_usage_is_unknown_is_refused(
    production: Production, remove: Function, expired: Certificate, denied: str
) -> None:
    production.sandbox.denials.add(denied)
    reason = assert_kept(remove, remove.invoke(of(expired)), production)
    assert reason.startswith("Usage unknown: ")


def test_listener_that_refers_to_an_unlisted_certificate_keeps_all_of_them(
    production: Production, remove: Function, expired: Certificate
) -> None:
    production.infrastructure.alb(ABROAD, "x", production.expired("renamed-since").arn)
    production.rename("renamed-since", "new-name")
    reason = assert_kept(remove, remove.invoke(of(expired)), production)
    assert "UnlistedCertificate" in reason


# What happens between the inspection and the removal.


@pytest.fixture
def inspected(production: Production, expired: Certificate) -> Certificate:
    """The expired certificate, after an inspection that found it deletable."""
    verdict = production.inspection().invoke({"certificate": expired.arn}).summary
    assert verdict["deletable"]
    return expired


def test_certificate_replaced_under_its_name_is_refused(
    production: Production, remove: Function, inspected: Certificate
) -> None:
    new = production.replace("www")
    reason = assert_kept(remove, remove.invoke(of(inspected)), production)
    assert f"The name www now belongs to another certificate, {new.id} and not" in reason


def test_certificate_that_was_renewed_under_its_name_is_refused(
    production: Production, remove: Function, inspected: Certificate
) -> None:
    production.delete("www")
    production.valid("www")
    assert_kept(remove, remove.invoke(of(inspected)), production)


def test_renamed_certificate_is_refused_under_its_old_name(
    production: Production, remove: Function, inspected: Certificate
) -> None:
    production.rename("www", "renamed")
    reason = assert_kept(remove, remove.invoke(of(inspected)), production, "renamed")
    assert f"Certificate {inspected.id} is now named renamed, not www." in reason


def test_certificate_that_took_the_name_of_a_renamed_one_is_refused(
    production: Production, remove: Function, inspected: Certificate
) -> None:
    production.rename("www", "renamed")
    production.expired("www")
    assert_kept(remove, remove.invoke(of(inspected)), production)
    assert "renamed" in production.names


def test_certificate_attached_since_the_inspection_is_refused(
    production: Production, remove: Function, inspected: Certificate
) -> None:
    production.infrastructure.alb(ABROAD, "x", production.valid("default").arn, sni=[inspected.arn])
    reason = assert_kept(remove, remove.invoke(of(inspected)), production)
    assert "ALB listener ap-southeast-2 app/x:443 (SNI)" in reason


# What happens during the removal, between the search and the deletion.


def test_certificate_replaced_during_the_search_is_refused(
    production: Production, remove: Function, expired: Certificate
) -> None:
    with production.while_held(*GET, lambda: remove.invoke(of(expired))) as removed:
        new = production.replace("www")
    reason = assert_kept(remove, removed.result(), production)
    assert new.id in reason


def test_certificate_deleted_during_the_search_is_already_gone(
    production: Production, remove: Function, expired: Certificate
) -> None:
    with production.while_held(*GET, lambda: remove.invoke(of(expired))) as removed:
        production.delete("www")
    assert removed.result().summary["outcome"] == "ALREADY_GONE"
    assert remove.calls("DeleteServerCertificate") == []


def test_certificate_deleted_just_before_is_already_gone(
    production: Production, remove: Function, expired: Certificate
) -> None:
    with production.while_held(*DELETE, lambda: remove.invoke(of(expired))) as removed:
        production.delete("www")
    assert removed.result().summary["outcome"] == "ALREADY_GONE"
    assert len(remove.calls("DeleteServerCertificate")) == 1


@pytest.mark.parametrize("before", [GET, DELETE], ids=["reading", "deletion"])
def test_certificate_deleted_meanwhile_is_already_gone_though_listings_lag(
    production: Production, remove: Function, expired: Certificate, before: tuple[str, str]
) -> None:
    production.sandbox.settings(delete_lag_seconds=2)
    with production.while_held(*before, lambda: remove.invoke(of(expired))) as removed:
        production.delete("www")
    assert removed.result().summary["outcome"] == "ALREADY_GONE"


def test_certificate_attached_just_before_is_kept_by_iam(
    production: Production, remove: Function, expired: Certificate
) -> None:
    with production.while_held(*DELETE, lambda: remove.invoke(of(expired))) as removed:
        balancer = production.infrastructure.alb(ABROAD, "x", expired.arn)
    answer = removed.result().summary
    assert answer["outcome"] == "REFUSED"
    assert balancer.arn in answer["reason"]
    assert "www" in production.names


def test_two_removals_at_once_delete_once(
    production: Production, remove: Function, expired: Certificate
) -> None:
    def both() -> list[Run]:
        with ThreadPoolExecutor() as threads:
            return list(threads.map(remove.invoke, [of(expired)] * 2))

    # Both have judged, and know that it is still there.
    with production.while_held(*GET, both, calls=2) as removed:
        pass
    outcomes = sorted(run.summary["outcome"] for run in removed.result())
    assert outcomes == ["ALREADY_GONE", "REMOVED"]
    assert production.names == BYSTANDERS


# Who asks doesn't matter.


@pytest.mark.parametrize(
    "claims",
    [
        {"deletable": True},
        {"verdict": {"deletable": True, "status": "EXPIRED", "usage": [], "unchecked": []}},
        {"force": True, "approved": "true", "dryRun": False},
        {"regions": ["eu-west-2"], "USAGE_REGIONS": "eu-west-2"},
        {"usage": [], "unchecked": [], "expiration": "2001-01-01T00:00:00Z"},
    ],
    ids=lambda claims: ",".join(claims),
)
def test_whatever_a_caller_claims_is_ignored(
    production: Production, remove: Function, claims: dict[str, Any]
) -> None:
    used, valid = production.expired("used"), production.valid("valid")
    production.infrastructure.classic(ABROAD, "x", used.arn)
    assert_kept(remove, remove.invoke(of(used, **claims)), production, "used")
    assert_kept(remove, remove.invoke(of(valid, **claims)), production, "valid")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": None}, 'The request has no "id", which is required.'),
        ({"id": "*"}, '"id" is "*": it must be the id of a server certificate'),
        ({"id": "ASCA"}, "it must be the id of a server certificate"),
        ({"id": "ASCA-0123456789-ABCDEF"}, "it must be the id of a server certificate"),
        ({"id": "A" * 129}, "it must be the id of a server certificate"),
        ({"certificate": None}, 'The request has no "certificate", which is required.'),
        ({"certificate": "*"}, '"certificate" is "*": it must be the name'),
        (
            {"certificate": "arn:aws:iam::123456789012:server-certificate/www"},
            "it must be the name of a server certificate",
        ),
        ({"certificate": ["www", "bystander"]}, "must be a single value"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_malformed_request_is_an_error_and_asks_aws_nothing(
    remove: Function, expired: Certificate, changes: dict[str, Any], told: str
) -> None:
    run = remove.invoke(of(expired) | changes)
    assert run.error_type == "InvalidInputException"
    assert told in run.error
    assert run.error.endswith(" Nothing was deleted.")
    assert remove.calls() == []


def test_request_writes_no_line_of_its_own_into_the_log(
    remove: Function, expired: Certificate
) -> None:
    forged = '{"outcome": "REMOVED", "_aws": {"CloudWatchMetrics": []}}'
    for ending in ("\n", "\r", "\r\n"):
        for member in ("certificate", "id"):
            run = remove.invoke(of(expired) | {member: f"www{ending}{forged}{ending}"})
            assert run.error_type == "InvalidInputException"
            assert "it must be the " in run.error
            assert not [line for line in run.log.splitlines() if line.startswith(forged[:10])]


@pytest.mark.usefixtures("expired")
def test_id_of_another_certificate_than_the_name_is_refused(
    production: Production, remove: Function
) -> None:
    other = production.expired("other")
    run = remove.invoke({"certificate": "www", "id": other.id})
    assert "is now named other, not www" in assert_kept(remove, run, production)


def test_name_in_another_case_is_refused(
    production: Production, remove: Function, expired: Certificate
) -> None:
    run = remove.invoke(of(expired) | {"certificate": "WWW"})
    assert "is now named www, not WWW" in assert_kept(remove, run, production)


# IAM contradicts itself.


def test_certificate_that_iam_does_not_find_once_is_removed_all_the_same(
    production: Production, remove: Function, expired: Certificate
) -> None:
    production.sandbox.faults.add(*GET, kind="not-found")
    assert remove.invoke(of(expired)).summary["outcome"] == "REMOVED"
    assert production.names == BYSTANDERS


def test_certificate_that_iam_goes_on_not_finding_is_not_called_gone(
    production: Production, expired: Certificate
) -> None:
    remove = production.removal(QUICK)
    production.sandbox.faults.add(*GET, kind="not-found", times=0)
    error = assert_failed_before_deleting(remove, remove.invoke(of(expired)), production)
    assert error.startswith("iam:GetServerCertificate failed: IAM says that www does not exist, ")
    assert "Nothing was deleted here." in error


def test_deletion_whose_certificate_iam_does_not_find_is_an_error_and_not_repeated(
    production: Production, expired: Certificate
) -> None:
    remove = production.removal(QUICK)
    production.sandbox.faults.add(*DELETE, kind="not-found")
    error = remove.invoke(of(expired)).error
    assert error.startswith("iam:DeleteServerCertificate failed: IAM says that www does not exist,")
    assert "Nothing was deleted here." in error
    assert "www" in production.names
    assert len(remove.calls("DeleteServerCertificate")) == 1


def test_listing_that_lacks_what_can_be_read_is_an_error_and_nothing_is_gone(
    production: Production, remove: Function, expired: Certificate
) -> None:
    production.delete("www")
    remove.invoke(of(expired))
    again = production.expired()
    production.sandbox.faults.add("iam", "ListServerCertificates", kind="stale")
    error = assert_failed_before_deleting(remove, remove.invoke(of(again)), production)
    assert error.startswith("iam:ListServerCertificates failed: IAM says that www does not exist, ")


# IAM refuses, or says nothing.


def test_user_that_only_iam_knows_of_is_named_and_keeps_the_certificate(
    production: Production, remove: Function, expired: Certificate
) -> None:
    user = f"arn:aws:elasticloadbalancing:eu-west-1:{production.sandbox.account}:loadbalancer/odd"
    production.sandbox.delete_conflicts.detect(unforeseen={"www": user})
    answer = remove.invoke(of(expired)).summary
    assert answer["outcome"] == "REFUSED"
    assert answer["reason"].startswith(
        "IAM refused to delete the certificate because it is in use: "
    )
    assert user in answer["reason"]
    assert "www" in production.names
    assert len(remove.calls("DeleteServerCertificate")) == 1


@pytest.mark.parametrize("kind", ["lost-answer", "malformed"])
def test_answer_that_gets_lost_after_the_deletion_does_not_hide_it(
    production: Production, remove: Function, expired: Certificate, kind: str
) -> None:
    production.sandbox.faults.add(*DELETE, kind=kind, times=0)
    assert remove.invoke(of(expired)).summary["outcome"] == "REMOVED"
    assert production.names == BYSTANDERS
    assert len(remove.calls("DeleteServerCertificate")) == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"kind": "drop"}, "NoAnswer: "),
        ({"kind": "error", "status": 500, "code": "ServiceFailure"}, "ServiceFailure: "),
        ({"kind": "error", "status": 403, "code": "AccessDenied"}, "AccessDenied: "),
    ],
    ids=["dropped connection", "500", "denied"],
)
def test_deletion_that_fails_is_an_error_and_is_not_repeated(
    production: Production,
    remove: Function,
    expired: Certificate,
    fault: dict[str, Any],
    told: str,
) -> None:
    production.sandbox.faults.add(*DELETE, times=0, **fault)
    error = remove.invoke(of(expired)).error
    assert error.startswith(f"iam:DeleteServerCertificate failed: {told}")
    assert "www" in production.names
    assert len(remove.calls("DeleteServerCertificate")) == 1


def test_throttled_deletion_is_repeated(
    production: Production, remove: Function, expired: Certificate
) -> None:
    production.sandbox.faults.add(*DELETE, kind="throttle")
    assert remove.invoke(of(expired)).summary["outcome"] == "REMOVED"
    assert len(remove.calls("DeleteServerCertificate")) == 2


@pytest.mark.parametrize("action", ["iam:DeleteServerCertificate", "iam:GetServerCertificate"])
def test_role_that_lacks_a_permission_deletes_nothing(
    production: Production, expired: Certificate, action: str
) -> None:
    error = production.removal(without=action).invoke(of(expired)).error
    assert error.startswith(f"{action} failed: AccessDenied: ")
    assert "Allow the action in the policy of the function's role" in error
    assert "www" in production.names


@pytest.mark.parametrize("operation", ["ListServerCertificates", "GetServerCertificate"])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "malformed"},
        {"kind": "error", "status": 403, "code": "AccessDenied"},
        {"kind": "error", "status": 200, "code": "Welcome", "message": "Please log in."},
    ],
    ids=["unreadable", "denied", "stranger"],
)
def test_certificate_that_can_not_be_read_is_not_deleted(
    production: Production,
    remove: Function,
    expired: Certificate,
    operation: str,
    fault: dict[str, Any],
) -> None:
    production.sandbox.faults.add("iam", operation, times=0, **fault)
    error = assert_failed_before_deleting(remove, remove.invoke(of(expired)), production)
    assert error.startswith(f"iam:{operation} failed: ")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "malformed"},
        {"kind": "error", "status": 403, "code": "AccessDenied"},
        {"kind": "error", "status": 200, "code": "Welcome", "message": "Please log in."},
    ],
    ids=["unreadable", "denied", "stranger"],
)
def test_deletion_that_can_not_be_confirmed_is_an_error_that_says_it_was_accepted(
    production: Production, remove: Function, expired: Certificate, fault: dict[str, Any]
) -> None:
    production.sandbox.faults.add(*GET, at=2, times=0, **fault)
    error = remove.invoke(of(expired)).error
    assert error.startswith("iam:DeleteServerCertificate failed: IAM accepted the deletion of www,")
    assert production.names == BYSTANDERS
    assert len(remove.calls("DeleteServerCertificate")) == 1


# Time.


def test_search_that_is_not_finished_in_time_deletes_nothing(
    production: Production, expired: Certificate
) -> None:
    # Of 36 seconds, 30 are kept back for the deletion and 2 for the end.
    remove = production.removal({"USAGE_REGIONS": f"{HOME},{ABROAD}"}, timeout=36)
    production.sandbox.faults.add("appsync", "ListDomainNames", kind="hold", times=0, region=ABROAD)
    run = remove.invoke(of(expired))
    assert_kept(remove, run, production)
    assert ("appsync", ABROAD) in {
        (one["service"], one["region"]) for one in run.summary["verdict"]["unchecked"]
    }
    assert "Task timed out" not in run.log


def test_function_without_time_deletes_nothing(
    production: Production, expired: Certificate
) -> None:
    remove = production.removal(timeout=20)
    reason = assert_kept(remove, remove.invoke(of(expired)), production)
    assert "OutOfTime" in reason


def test_deletion_that_is_answered_too_late_is_an_error_and_is_not_repeated(
    production: Production, remove: Function, expired: Certificate
) -> None:
    with production.while_held(*DELETE, lambda: remove.invoke(of(expired))) as removed:
        error = removed.result().error
        assert "www" in production.names
    assert error.startswith("iam:DeleteServerCertificate failed: Timeout: ")
    while "www" in production.names:  # until IAM gets to it after all
        pass
    assert remove.invoke(of(expired)).summary["outcome"] == "ALREADY_GONE"
    assert len(remove.calls("DeleteServerCertificate")) == 1
