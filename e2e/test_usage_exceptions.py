"""What the operator has excepted may fail; what answers all the same counts, and no more can be."""

from __future__ import annotations

import pytest

from .account import Run
from .production import Production

GOVCLOUD = "us-gov-west-1"
# Of AppSync, where AWS has none: so that nothing else is unchecked, no other region is searched.
SEARCHED = {"USAGE_REGIONS": GOVCLOUD}
EXCEPTED = SEARCHED | {"USAGE_EXCEPTIONS": f"appsync/{GOVCLOUD}"}
OBSOLETE = (
    f"The exception appsync/{GOVCLOUD} is obsolete: the service answered, its host does not "
    "exist, or the region is not searched. Remove it from UsageExceptions."
)
in_govcloud = pytest.mark.parametrize("home", [GOVCLOUD], indirect=True)


@pytest.fixture
def host(production: Production, home: str) -> None:  # noqa: ARG001
    """AppSync's host answers in the region, though the SDK knows of no AppSync there."""
    production.sandbox.regions.offer("appsync", GOVCLOUD)


@pytest.fixture
def denying(production: Production, host: None) -> None:  # noqa: ARG001
    """And it denies, as hosts do of services that AWS does not offer."""
    production.sandbox.faults.add("appsync", "ListDomainNames", kind="access-denied", times=0)


# A host that denies.


@in_govcloud
@pytest.mark.usefixtures("denying")
def test_host_that_denies_keeps_every_certificate_without_an_exception(
    production: Production,
) -> None:
    expired = production.expired()
    production.search(SEARCHED)
    assert production.annotation("www").endswith(
        f"Usage unknown: 1 of 3 checks failed ({GOVCLOUD} appsync: AccessDeniedException)."
    )
    removed = production.removal(SEARCHED).invoke({"certificate": "www", "id": expired.id})
    assert removed.summary["outcome"] == "REFUSED"
    assert "forgiven" not in removed.summary["verdict"]
    assert production.names == ["www"]


@in_govcloud
@pytest.mark.usefixtures("denying")
def test_evaluation_tells_of_a_host_that_denies_and_is_excepted(production: Production) -> None:
    production.expired()
    run = production.search(EXCEPTED)
    assert production.annotation("www").endswith(
        " Not in use. Not checked (allowed by UsageExceptions): "
        f"{GOVCLOUD} appsync: AccessDeniedException."
    )
    assert (run.metrics["ExpiredInUse"], run.metrics["UsageChecksFailed"]) == (0, 0)
    (note,) = run.logged["evaluation"]["usageNotes"]
    assert note.startswith(
        f"Not checked (allowed by UsageExceptions): {GOVCLOUD} appsync: AccessDeniedException. "
    )


@in_govcloud
@pytest.mark.usefixtures("denying")
def test_host_that_denies_keeps_nothing_from_removal_if_excepted(production: Production) -> None:
    expired = production.expired()
    verdict = production.inspection(EXCEPTED).invoke({"certificate": "www"}).summary
    assert (verdict["deletable"], verdict["unchecked"]) == (True, [])
    assert "Not checked (allowed by UsageExceptions): " in verdict["reason"]
    (forgiven,) = verdict["forgiven"]
    assert (forgiven["service"], forgiven["region"]) == ("appsync", GOVCLOUD)
    assert "AccessDeniedException" in forgiven["error"]
    removed = production.removal(EXCEPTED).invoke({"certificate": "www", "id": expired.id})
    assert removed.summary["outcome"] == "REMOVED"
    assert removed.summary["verdict"]["forgivenCount"] == 1


@in_govcloud
@pytest.mark.usefixtures("denying")
def test_exception_hides_no_other_place_that_fails(production: Production) -> None:
    production.expired()
    production.sandbox.denials.add("elb")
    verdict = production.inspection(EXCEPTED).invoke({"certificate": "www"}).summary
    assert not verdict["deletable"]
    (unchecked,) = verdict["unchecked"]
    assert unchecked["service"] == "elasticloadbalancing"


# A host that answers.


@in_govcloud
@pytest.mark.usefixtures("host")
def test_host_that_answers_has_its_users_found_though_excepted(production: Production) -> None:
    used = production.expired()
    production.infrastructure.domain(GOVCLOUD, "api.example.com", used.arn)
    run = production.search(EXCEPTED)
    assert production.annotation("www").endswith(
        f"In use by 1: AppSync domain {GOVCLOUD} api.example.com."
    )
    assert run.logged["evaluation"]["usageNotes"] == [OBSOLETE]
    removed = production.removal(EXCEPTED).invoke({"certificate": "www", "id": used.id})
    assert removed.summary["outcome"] == "REFUSED"
    assert removed.summary["verdict"]["notes"] == [OBSOLETE]
    assert production.names == ["www"]


@in_govcloud
@pytest.mark.usefixtures("host")
def test_exception_that_is_not_needed_is_told_and_keeps_nothing_from_removal(
    production: Production,
) -> None:
    production.expired()
    verdict = production.inspection(EXCEPTED).invoke({"certificate": "www"}).summary
    assert (verdict["deletable"], verdict["notes"]) == (True, [OBSOLETE])
    assert "forgiven" not in verdict


@in_govcloud
@pytest.mark.usefixtures("host")
def test_host_that_answers_is_searched_without_an_exception(production: Production) -> None:
    used = production.expired()
    production.infrastructure.domain(GOVCLOUD, "api.example.com", used.arn)
    verdict = production.inspection(SEARCHED).invoke({"certificate": "www"}).summary
    assert [user["service"] for user in verdict["usage"]] == ["appsync"]
    assert "notes" not in verdict


# What can not be excepted.


def test_exception_of_anything_else_fails_every_function_by_name(production: Production) -> None:
    expired = production.expired()
    variables = {"USAGE_EXCEPTIONS": f"appsync/{GOVCLOUD}, cloudfront/global"}
    assert_names(production.search(variables), "cloudfront/global")
    assert production.dashboard == []
    inspection = production.inspection(variables)
    assert_names(inspection.invoke({"certificate": "www"}), "cloudfront/global")
    remove = production.removal(variables)
    assert_names(remove.invoke({"certificate": "www", "id": expired.id}), "cloudfront/global")
    assert production.names == ["www"]


def assert_names(run: Run, excepted: str) -> None:
    """The function fails, and says which exception it refuses."""
    assert run.error_type == "InvalidInputException"
    assert run.error.startswith(f'USAGE_EXCEPTIONS contains "{excepted}", which is not allowed. ')
    assert "Correct the stack's parameter UsageExceptions." in run.error
