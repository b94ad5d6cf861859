"""What must hold of a run, judged without a sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ..production import REGIONS, Certificate
from .combinations import NOT_FOUND, Call, Combination
from .doors import Remove
from .expectations import (
    FAILED,
    RECOVERED,
    SEARCH,
    TAGS,
    UNCHECKED,
    excused,
    unclear,
    unsearched,
)
from .world import World

ARN = "arn:aws:iam::123456789012:server-certificate/target"
TARGET = Certificate("target", "ASCATARGETTARGETTARGE", ARN, "/", "2026-01-01", "2026-02-01")
USED = Certificate("used", "ASCAUSEDUSEDUSEDUSEDU", f"{ARN}-used", "/", "2026-01-01", "2026-02-01")
EXCEPTED = replace(USED, name="excepted")
GET = Call("remove", "iam", "GetServerCertificate", "first", "", 1)
NO_RULE = "NoSuchConfigRuleException: The Config rule in the request is not valid. Correct it"
EVERYTHING = {("AWS::IAM::ServerCertificate", name) for name in ("a", "b")}
STALE = {("AWS::IAM::ServerCertificate", "gone")}


def broken(operation: str, service: str = "config", kind: str = NOT_FOUND) -> Combination:
    return Combination(Call("evaluate", service, operation, "first", "", 1), kind, "on")


# --- What is in IAM -------------------------------------------------------------------------------


class Removal(Remove):
    """The removal's door, of which only the end is judged."""

    def __init__(self, *left: Certificate, requests: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(
            cast(
                World,
                SimpleNamespace(
                    certificates=lambda: {one.name: one for one in left},
                    users={USED.name: "somebody"},
                    kept={USED.name, EXCEPTED.name},
                    requests=lambda _: list(requests),
                    sandbox=SimpleNamespace(invocations=list),
                ),
            )
        )
        self._before = {one.name: one for one in (TARGET, USED)}

    def answering(self, outcome: str, reason: str, **verdict: Any) -> Removal:
        """The same, after this answer."""
        judged = {"deletable": True, "usageCount": 0, "uncheckedCount": 0, "unchecked": []}
        answer = {"outcome": outcome, "reason": reason, "verdict": judged | verdict}
        self._invocation = {"error": "", "payload": answer}
        return self


@pytest.mark.parametrize("outcome", ["REMOVED", "ALREADY_GONE"])
def test_what_is_said_to_be_gone_must_be(outcome: str) -> None:
    told = f"it is said to be {outcome}, but is there"
    assert Removal(TARGET, USED).deletion(TARGET, "", outcome) == [told]
    assert Removal(USED).deletion(TARGET, "", outcome) == []


def test_what_is_kept_may_be_refused() -> None:
    assert Removal(TARGET, USED).deletion(TARGET, "", "REFUSED") == []


@pytest.mark.parametrize("outcome", ["REMOVED", "ALREADY_GONE"])
def test_what_is_in_use_may_not_be_gone_whatever_is_said(outcome: str) -> None:
    assert Removal(TARGET).deletion(USED, "", outcome) == ["used may not be deleted"]


def test_what_is_excepted_may_not_be_gone_whatever_is_said() -> None:
    kept = Removal(TARGET, USED)
    kept._before |= {EXCEPTED.name: EXCEPTED}
    assert kept.deletion(EXCEPTED, "", "REMOVED") == ["excepted may not be deleted"]


def test_what_is_gone_must_be_said_to_be() -> None:
    (problem,) = Removal(USED).deletion(TARGET, "", "REFUSED")
    assert problem.startswith("it is gone, which nobody says")


# --- A refusal for which only the fault can be the reason -----------------------------------------


def test_refusal_of_what_is_unused_has_to_name_the_call_and_the_remedy() -> None:
    once = Combination(GET, NOT_FOUND, "once")
    reason = "iam:GetServerCertificate failed: IAM lists it all the same. Start again."
    searched = Removal(TARGET, USED, requests=SEEN)
    clear = searched.answering("REFUSED", reason).judge(TARGET, once)
    assert (clear.outcome, clear.problems) == (FAILED, [])
    vague = searched.answering("REFUSED", "It was not found.").judge(TARGET, once)
    assert vague.outcome == FAILED
    assert [one.split(":")[0] for one in vague.problems] == [
        "no call is named",
        "no remedy is given",
        "iam",
    ]


def test_refusal_of_what_is_in_use_is_as_if_nothing_had_happened() -> None:
    used = {"deletable": False, "usageCount": 1}
    verdict = Removal(TARGET, USED).answering("REFUSED", "In use.", **used).judge(USED, None)
    assert (verdict.outcome, verdict.problems) == (RECOVERED, [])


def test_refusal_of_what_was_not_checked_everywhere_is_unchecked() -> None:
    error = "elasticloadbalancing:DescribeListeners failed: LoadBalancerNotFound: X. Try again."
    unchecked = {"deletable": False, "uncheckedCount": 1, "unchecked": [{"error": error}]}
    removal = Removal(TARGET, USED).answering("REFUSED", "Usage unknown.", **unchecked)
    verdict = removal.judge(TARGET, broken("DescribeListeners", "elbv2"))
    assert (verdict.outcome, verdict.problems) == (UNCHECKED, [])


# --- Exceptions -----------------------------------------------------------------------------------


def test_exception_that_could_not_be_read_has_to_be_told_and_keeps_the_certificate() -> None:
    removal = Removal(TARGET, USED, requests=SEEN)
    told = "Exception unknown: iam:GetServerCertificate failed: X. Try again."
    unread = removal.answering("REFUSED", told, deletable=False, exception=told)
    assert unread.judge(TARGET, Combination(GET, "malformed", "on")).problems == []
    vague = removal.answering("REFUSED", told, exception="Exception unknown: well.")
    problems = vague.judge(TARGET, Combination(GET, "malformed", "on")).problems
    assert "excepted, but said to be deletable" in problems
    assert any(one.startswith("no call is named") for one in problems)


def test_nothing_is_deletable_whose_tags_nobody_saw() -> None:
    blind = [one for one in SEEN if one["operation"] not in TAGS]
    verdict = Removal(TARGET, USED, requests=blind).answering("REFUSED", "No.").judge(TARGET, None)
    assert "deletable, but no tags were read" in verdict.problems


# --- What was searched ----------------------------------------------------------------------------


def request(
    service: str, operation: str, region: str, fault: str = "", **parameters: str
) -> dict[str, Any]:
    status = {"": 200, "malformed": 200, "delay": 200}.get(fault, 400)
    return {
        "service": service,
        "operation": operation,
        "region": region,
        "fault": fault,
        "status": status,
        "parameters": parameters,
    }


# A whole search.
SEEN = [
    request(service, operation, region)
    for service, operations in SEARCH.items()
    for operation in operations
    for region in REGIONS
] + [request("iam", "GetServerCertificate", "us-east-1")]


def listeners(fault: str = "", balancer: str = "app") -> dict[str, Any]:
    return request("elbv2", "DescribeListeners", REGIONS[0], fault, LoadBalancerArn=balancer)


def test_whole_search_leaves_nothing_out() -> None:
    assert unsearched([*SEEN, listeners()]) == []


@pytest.mark.parametrize("fault", ["not-found", "throttle", "malformed", "error"])
def test_place_that_only_failed_was_not_searched(fault: str) -> None:
    (problem,) = unsearched([*SEEN, listeners(fault)])
    assert problem.endswith(f"elbv2:DescribeListeners in {REGIONS[0]}")


@pytest.mark.parametrize("fault", ["not-found", "throttle", "malformed", "error"])
def test_place_that_answered_the_same_request_later_was_searched(fault: str) -> None:
    assert unsearched([*SEEN, listeners(fault), listeners()]) == []
    assert unsearched([*SEEN, listeners(fault), listeners("delay")]) == []


def test_answer_to_another_request_is_none_to_what_was_not_found() -> None:
    assert unsearched([*SEEN, listeners("not-found"), listeners(balancer="other")])


def test_answer_from_before_is_none_to_what_was_not_found_since() -> None:
    assert unsearched([*SEEN, listeners(), listeners("not-found")])
    # A client may give up an attempt that is logged later than the one that came after it.
    assert unsearched([*SEEN, listeners(), listeners("drop")]) == []


def test_what_is_searched_after_the_deletion_comes_too_late() -> None:
    delete = request("iam", "DeleteServerCertificate", "us-east-1")
    assert unsearched([*SEEN, listeners("not-found"), delete, listeners()])


# --- A rule that is said to be gone ---------------------------------------------------------------


def test_other_errors_name_the_call_that_was_not_found() -> None:
    put = broken("PutEvaluations")
    assert unclear(f"config:PutEvaluations failed: {NO_RULE} and try again.", put) == []
    assert unclear(f"config:Other failed: {NO_RULE} and try again.", put)


def reading(fault: str) -> dict[str, Any]:
    return request("config", "GetComplianceDetailsByConfigRule", "eu-west-1", fault)


def test_run_may_not_leave_everything_for_any_other_failure_of_reading() -> None:
    told = "config:GetComplianceDetailsByConfigRule failed: X. Try again."
    assert excused([reading("not-found")], told, EVERYTHING, STALE) == STALE
    assert excused([reading("access-denied")], told, EVERYTHING, STALE) == STALE
    assert excused([], told, EVERYTHING, STALE) == set()
