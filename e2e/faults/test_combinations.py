"""What is tried of a call, without a sandbox."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox.front.faults import Fault

from .combinations import KINDS, NOT_FOUND, Call, combinations, longest_first, sample

LISTENERS = Call("inspect", "elbv2", "DescribeListeners", "first", "eu-west-1", 1)
LATER = Call("inspect", "elbv2", "DescribeListeners", "middle", "eu-west-2", 1)
DOMAINS = Call("inspect", "appsync", "ListDomainNames", "first", "eu-west-1", 1)
# Of each service and operation: whether AWS can answer that what was named does not exist.
CAN_BE_NOT_FOUND = {
    ("account", "ListRegions"): False,
    ("appsync", "ListDomainNames"): False,
    ("cloudfront", "ListDistributions"): False,
    ("config", "GetComplianceDetailsByConfigRule"): True,
    ("config", "PutEvaluations"): True,
    ("config", "StartConfigRulesEvaluation"): True,
    ("elb", "DescribeLoadBalancers"): True,
    ("elbv2", "DescribeListenerCertificates"): True,
    ("elbv2", "DescribeListeners"): True,
    ("elbv2", "DescribeLoadBalancers"): True,
    ("iam", "DeleteServerCertificate"): True,
    ("iam", "GetServerCertificate"): True,
    ("iam", "ListServerCertificates"): False,
    ("iam", "ListServerCertificateTags"): True,
    ("lambda", "Invoke"): True,
    ("s3", "PutObject"): False,
}


@pytest.mark.parametrize(("service", "operation"), CAN_BE_NOT_FOUND)
def test_not_found_is_what_the_operation_can_answer(service: str, operation: str) -> None:
    call = Call("inspect", service, operation, "first", "", 1)
    assert call.can_be(NOT_FOUND) is CAN_BE_NOT_FOUND[service, operation]
    assert all(call.can_be(kind) for kind in KINDS if kind != NOT_FOUND)


def test_not_found_is_tried_once_and_on_at_each_position() -> None:
    tried = [one for one in combinations([LISTENERS, LATER]) if one.kind == NOT_FOUND]
    assert [(one.call, one.duration) for one in tried] == [
        (LISTENERS, "once"),
        (LISTENERS, "on"),
        (LATER, "on"),
    ]


def test_not_found_is_not_tried_where_it_cannot_be() -> None:
    kinds = {one.kind for one in combinations([DOMAINS])}
    assert kinds == KINDS.keys() - {NOT_FOUND}


@pytest.mark.parametrize(("service", "operation"), CAN_BE_NOT_FOUND)
def test_all_that_is_tried_is_a_fault_that_the_sandbox_knows(service: str, operation: str) -> None:
    for one in combinations([Call("remove", service, operation, "first", "", 1)]):
        assert Fault(**one.fault).kind == KINDS[one.kind]["kind"]


def test_nobody_waits_for_what_was_not_found() -> None:
    every = combinations([LISTENERS])
    first = longest_first(every)[: -len(every) // 2]
    assert NOT_FOUND not in {one.kind for one in first}


def test_a_sample_tries_what_cannot_be_not_found_with_something_else() -> None:
    chosen = sample(combinations([replace(one, door="remove") for one in (LISTENERS, DOMAINS)]))
    assert len(chosen) == 2
    assert all(one.call.can_be(one.kind) for one in chosen)


def test_a_sample_breaks_the_search_where_something_could_be_deleted() -> None:
    doors = ("evaluate", "inspect", "remove")
    chosen = sample(combinations([replace(LISTENERS, door=door) for door in doors]))
    assert [one.call.door for one in chosen] == ["remove"]
