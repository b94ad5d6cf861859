from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.parsers import ResponseParserError

from sandbox.client import Infrastructure, Sandbox, SandboxError
from sandbox.front import earlier_answers
from sandbox.front.earlier_answers import Answers, key_of
from sandbox.front.faults import Fault, Faults
from sandbox.wire.calls import Call, Response

from .conftest import call_of, days, error_of, message_of, now


def store(sandbox: Sandbox, *names: str) -> None:
    for name in names:
        sandbox.upload_certificate(name, now() + days(90))


def names(iam: Any, **request: Any) -> list[str]:
    listed = iam.list_server_certificates(**request)["ServerCertificateMetadataList"]
    return [certificate["ServerCertificateName"] for certificate in listed]


def lag(sandbox: Sandbox, **details: Any) -> None:
    sandbox.faults.add("iam", "ListServerCertificates", kind="stale", **({"times": 0} | details))


def refused(operation: Any, **request: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as raised:
        operation(**request)
    return error_of(raised)


class TestListingThatLags:
    def test_what_was_made_since_is_missing(self, sandbox: Sandbox, iam: Any) -> None:
        store(sandbox, "old")
        assert names(iam) == ["old"]
        lag(sandbox)
        store(sandbox, "new")
        assert [names(iam), names(iam)] == [["old"], ["old"]]
        sandbox.faults.clear()
        assert names(iam) == ["new", "old"]

    def test_what_was_deleted_since_is_still_there(self, sandbox: Sandbox, iam: Any) -> None:
        store(sandbox, "www")
        names(iam)
        lag(sandbox, times=1)
        iam.delete_server_certificate(ServerCertificateName="www")
        assert [names(iam), names(iam)] == [["www"], []]

    def test_last_answer_before_the_fault_is_repeated(self, sandbox: Sandbox, iam: Any) -> None:
        names(iam)
        store(sandbox, "old")
        names(iam)
        lag(sandbox, at=2)
        store(sandbox, "new")
        assert [names(iam), names(iam)] == [["new", "old"], ["old"]]

    def test_later_fault_repeats_what_came_before_it(self, sandbox: Sandbox, iam: Any) -> None:
        names(iam)
        lag(sandbox, times=1)
        store(sandbox, "old")
        assert [names(iam), names(iam)] == [[], ["old"]]
        lag(sandbox, times=1)
        store(sandbox, "new")
        assert names(iam) == ["old"]

    def test_it_may_last_for_a_time(self, sandbox: Sandbox, iam: Any) -> None:
        names(iam)
        lag(sandbox, seconds=0.1)
        store(sandbox, "www")
        assert names(iam) == []
        while not names(iam):
            pass
        assert sandbox.faults.list()[0]["hits"] >= 1

    def test_it_stands_in_the_log_as_other_faults_do(self, sandbox: Sandbox, iam: Any) -> None:
        names(iam)
        lag(sandbox, times=1)
        names(iam)
        requests = sandbox.requests.list("iam", "ListServerCertificates")
        assert [(one["fault"], one["status"]) for one in requests] == [("", 200), ("stale", 200)]

    def test_each_page_is_repeated(self, sandbox: Sandbox, iam: Any) -> None:
        store(sandbox, "a", "b")
        sandbox.settings(page_cap=1)
        pages = iam.get_paginator("list_server_certificates")
        before = [page["ServerCertificateMetadataList"] for page in pages.paginate()]
        lag(sandbox)
        store(sandbox, "c")
        after = [page["ServerCertificateMetadataList"] for page in pages.paginate()]
        assert len(before) == 2
        assert after == before

    def test_listing_of_moto_s_may_lag_too(self, sandbox: Sandbox, iam: Any) -> None:
        iam.list_groups()
        sandbox.faults.add("iam", "ListGroups", kind="stale")
        iam.create_group(GroupName="staff")
        assert iam.list_groups()["Groups"] == []
        assert len(iam.list_groups()["Groups"]) == 1

    def test_each_region_has_its_own(self, sandbox: Sandbox) -> None:
        infrastructure = Infrastructure(sandbox)
        here, there = (sandbox.client("elbv2", one) for one in ("eu-west-1", "eu-west-2"))
        infrastructure.alb("eu-west-1", "old")
        for client in (here, there):
            client.describe_load_balancers()
        sandbox.faults.add("elbv2", "DescribeLoadBalancers", kind="stale", times=0)
        for region in ("eu-west-1", "eu-west-2"):
            infrastructure.alb(region, "new")
        assert len(here.describe_load_balancers()["LoadBalancers"]) == 1
        assert there.describe_load_balancers()["LoadBalancers"] == []

    def test_who_may_not_ask_is_told_nothing(self, sandbox: Sandbox, iam: Any) -> None:
        names(iam)
        lag(sandbox)
        sandbox.denials.add("iam", "ListServerCertificates")
        assert refused(iam.list_server_certificates) == ("AccessDenied", 403)

    @pytest.mark.parametrize("operation", ["DeleteServerCertificate", "PutEvaluations"])
    def test_only_what_reads_can_lag(self, sandbox: Sandbox, operation: str) -> None:
        with pytest.raises(SandboxError, match="stale is a fault of Describe, Get, List alone"):
            sandbox.faults.add("iam", operation, kind="stale")


class TestWithoutAnEarlierAnswer:
    def test_it_is_an_internal_failure_that_says_so(self, sandbox: Sandbox, iam: Any) -> None:
        lag(sandbox)
        with pytest.raises(ClientError) as raised:
            iam.list_server_certificates(PathPrefix="/x/")
        assert error_of(raised) == ("InternalFailure", 500)
        assert message_of(raised) == (
            "The sandbox has no earlier answer to repeat for iam ListServerCertificates in "
            "eu-west-1 with these parameters: {'PathPrefix': '/x/'}"
        )
        logged = sandbox.requests.list("iam", "ListServerCertificates")[0]
        assert (logged["fault"], logged["error"]) == ("stale", "InternalFailure")

    def test_answer_to_other_parameters_does_not_count(self, sandbox: Sandbox, iam: Any) -> None:
        names(iam)
        lag(sandbox)
        answer = refused(iam.list_server_certificates, PathPrefix="/x/")
        assert answer == ("InternalFailure", 500)

    def test_answer_after_the_fault_does_not_count(self, sandbox: Sandbox, iam: Any) -> None:
        lag(sandbox, at=2)
        names(iam)
        assert refused(iam.list_server_certificates) == ("InternalFailure", 500)

    def test_answer_before_a_reset_does_not_count(self, sandbox: Sandbox, iam: Any) -> None:
        names(iam)
        sandbox.reset()
        lag(sandbox)
        assert refused(iam.list_server_certificates) == ("InternalFailure", 500)

    def test_answer_in_another_region_does_not_count(self, sandbox: Sandbox) -> None:
        sandbox.client("elb", "eu-west-2").describe_load_balancers()
        sandbox.faults.add("elb", "DescribeLoadBalancers", kind="stale")
        answer = refused(sandbox.client("elb").describe_load_balancers)
        assert answer == ("InternalFailure", 500)

    @pytest.mark.parametrize("kind", ["throttle", "drop", "lost-answer", "malformed"])
    def test_call_that_another_fault_hit_does_not_count(
        self, sandbox: Sandbox, iam: Any, kind: str
    ) -> None:
        sandbox.faults.add("iam", "ListServerCertificates", kind=kind)
        with pytest.raises((ClientError, ConnectionClosedError, ResponseParserError)):
            iam.list_server_certificates()
        lag(sandbox)
        assert refused(iam.list_server_certificates) == ("InternalFailure", 500)

    def test_late_answer_counts(self, sandbox: Sandbox, iam: Any) -> None:
        sandbox.faults.add("iam", "ListServerCertificates", kind="delay", seconds=0.01)
        names(iam)
        lag(sandbox)
        store(sandbox, "www")
        assert names(iam) == []


class TestMemory:
    """What is kept of the answers, without a sandbox."""

    def call(self, operation: str = "ListGroups", *, is_parsed: bool = True, **params: Any) -> Call:
        return call_of("iam", operation, is_parsed=is_parsed, **params)

    def kept(self, memory: Answers) -> list[bytes]:
        return [answer.body for answer in memory.of("iam", "ListGroups").values()]

    def test_oldest_answers_are_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(earlier_answers, "MAX_ANSWERS", 2)
        memory = Answers()
        for path in "abac":
            memory.remember(self.call(PathPrefix=path), Response(200, {}, path.encode()))
        assert self.kept(memory) == [b"a", b"c"]

    def test_all_bodies_together_are_limited(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(earlier_answers, "MAX_TOTAL_BYTES", 5)
        memory = Answers()
        for body in (b"12", b"3", b"456", b"7"):
            memory.remember(self.call(PathPrefix=body.decode()), Response(200, {}, body))
        assert self.kept(memory) == [b"3", b"456", b"7"]

    def test_large_body_is_not_kept(self) -> None:
        memory = Answers()
        for size in (earlier_answers.MAX_BODY_BYTES, earlier_answers.MAX_BODY_BYTES + 1):
            memory.remember(self.call(MaxItems=size), Response(200, {}, b"x" * size))
        assert [len(body) for body in self.kept(memory)] == [earlier_answers.MAX_BODY_BYTES]

    def test_repeated_answer_takes_the_place_of_the_former(self) -> None:
        memory = Answers()
        for body in (b"old", b"new"):
            memory.remember(self.call(), Response(200, {}, body))
        assert self.kept(memory) == [b"new"]

    @pytest.mark.parametrize("status", [0, 201, 404, 500])
    def test_other_than_good_answers_are_not_kept(self, status: int) -> None:
        memory = Answers()
        memory.remember(self.call(), Response(status, {}, b"x"))
        assert self.kept(memory) == []

    def test_order_of_parameters_makes_no_difference(self) -> None:
        assert key_of(self.call(a=1, b=2)) == key_of(self.call(b=2, a=1))

    def test_call_that_could_not_be_read_is_like_no_other(self) -> None:
        assert key_of(self.call(is_parsed=False)) is None
        memory = Answers()
        memory.remember(self.call(is_parsed=False), Response(200, {}, b"x"))
        assert self.kept(memory) == []
        fault = Fault("iam", "ListGroups", "stale")
        assert fault.earlier_answer(self.call(is_parsed=False)) is None

    def test_reset_forgets(self) -> None:
        faults = Faults()
        faults.answers.remember(self.call(), Response(200, {}, b"x"))
        faults.clear()
        assert self.kept(faults.answers) == [b"x"]
        faults.reset()
        assert self.kept(faults.answers) == []
