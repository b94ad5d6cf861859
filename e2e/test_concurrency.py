"""Two at once: what the window leaves, and that the next run puts it right."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.client import Sandbox

from .account import Run, now
from .production import Certificate, Production

PUT = ("config", "PutEvaluations")


@pytest.fixture
def evaluated(production: Production) -> Production:
    """An account whose dashboard shows an expired certificate that nothing uses, `www`."""
    production.expired("www")
    production.valid("api")
    production.search()
    return production


def run_at(production: Production, minutes: int) -> Run:
    """A run of the rule whose event is so many minutes later than now."""
    with Sandbox(production.sandbox.endpoint) as own_connection:
        created = now() + timedelta(minutes=minutes)
        return Run(own_connection.deliver(production.rule, created))


def stored(production: Production) -> Certificate:
    """The expired certificate, as it is stored now."""
    listed = production.sandbox.client("iam").list_server_certificates()
    (found,) = (
        one
        for one in listed["ServerCertificateMetadataList"]
        if one["ServerCertificateName"] == "www"
    )
    return Certificate("www", found["ServerCertificateId"], found["Arn"], "/", "", "")


def test_two_runs_that_send_at_once_both_report_the_truth(evaluated: Production) -> None:
    evaluated.delete("www")
    with evaluated.while_held(*PUT, lambda: [run_at(evaluated, 1)], calls=1) as first:
        second = run_at(evaluated, 2)
    assert (first.result()[0].outcome, second.outcome) == ("REPORTED", "REPORTED")
    assert evaluated.compliance == {"api": "COMPLIANT"}


def test_run_that_sends_after_a_newer_one_is_put_right_by_the_next(evaluated: Production) -> None:
    # Two warm processes: what follows must fit in the ten seconds that a call waits for its answer.
    with evaluated.while_held(*PUT, lambda: run_at(evaluated, -2)):
        run_at(evaluated, -1)
    # The first run has judged, and has not sent, when the world changes and a second one reports.
    with evaluated.while_held(*PUT, lambda: run_at(evaluated, 1)) as first:
        evaluated.replace("api")
        evaluated.delete("www")
        evaluated.valid("www")
        assert run_at(evaluated, 2).outcome == "REPORTED"
        assert evaluated.compliance == {"api": "NON_COMPLIANT", "www": "COMPLIANT"}
    assert first.result().outcome == "REPORTED"
    # It found `api` as recorded, and so left it alone.
    assert evaluated.compliance == {"api": "NON_COMPLIANT", "www": "NON_COMPLIANT"}
    assert run_at(evaluated, 3).outcome == "REPORTED"
    assert evaluated.compliance == {"api": "NON_COMPLIANT", "www": "COMPLIANT"}


def test_removal_during_a_run_leaves_a_result_that_the_next_run_clears(
    evaluated: Production,
) -> None:
    remove, expired = evaluated.removal(), stored(evaluated)
    with evaluated.while_held(*PUT, lambda: run_at(evaluated, 1)) as run:
        removed = remove.invoke({"certificate": "www", "id": expired.id})
    assert removed.summary["outcome"] == "REMOVED"
    assert run.result().outcome == "REPORTED"
    assert evaluated.names == ["api"]
    assert evaluated.compliance == {"api": "COMPLIANT", "www": "NON_COMPLIANT"}
    assert run_at(evaluated, 2).summary["staleCleared"] == 1
    assert evaluated.compliance == {"api": "COMPLIANT"}


def test_run_during_a_removal_clears_nothing_that_is_still_there(evaluated: Production) -> None:
    remove, expired = evaluated.removal(), stored(evaluated)
    request = {"certificate": "www", "id": expired.id}
    # The removal has judged, and is about to delete.
    with evaluated.while_held(
        "iam", "DeleteServerCertificate", lambda: remove.invoke(request)
    ) as removed:
        assert run_at(evaluated, 1).outcome == "REPORTED"
        assert evaluated.compliance == {"api": "COMPLIANT", "www": "NON_COMPLIANT"}
        assert evaluated.cleared == []
    assert removed.result().summary["outcome"] in ("REMOVED", "ALREADY_GONE")
    assert run_at(evaluated, 2).outcome == "REPORTED"
    assert evaluated.compliance == {"api": "COMPLIANT"}
