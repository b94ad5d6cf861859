"""How each door is used, and how a run of it is judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..account import CERTIFICATE
from ..conftest import assert_keeps_secrets
from ..production import Certificate
from .combinations import Call, Combination
from .expectations import (
    DELETED,
    DELETION,
    FAILED,
    PARTLY,
    RECOVERED,
    SEARCH,
    STEP_TIMED_OUT,
    TAGS,
    UNCHECKED,
    UNREAD,
    Verdict,
    excused,
    leaves_lifetimes_unread,
    misjudged,
    ordered,
    resource_of,
    some,
    unclear,
    unsearched,
)
from .world import SHORT_LIVED, World


class Door:
    """One way into the product."""

    # The role whose calls count, by its logical id.
    role = ""
    # Whether it needs an account of many certificates, in which everything else takes longer.
    needs_many = False

    def __init__(self, world: World) -> None:
        self.world = world

    def subjects(self, call: Call | None) -> list[Certificate]:
        """The certificates to try it with, one after the other.

        :param call: what is broken; None if nothing is
        """
        del call
        return [self.world.target]

    def prepare(self) -> int:
        """Leaves something to do; answers how many certificates there are."""
        return len(self.world.certificates())

    def act(self, subject: Certificate) -> None:
        """Uses the door, and waits for its end."""
        raise NotImplementedError

    def judge(self, subject: Certificate, broken: Combination | None) -> Verdict:
        """What came of it, when no fault is in force any more."""
        raise NotImplementedError

    def afterwards(self, subject: Certificate) -> list[str]:
        """Uses the door once more, without a fault; what is not as it should be.

        Once for all subjects.
        """
        raise NotImplementedError

    def leaks(self) -> list[str]:
        """Secrets in logs and answers."""
        try:
            for invocation in self.world.sandbox.invocations():
                assert_keeps_secrets(invocation)
        except AssertionError as error:
            return [f"a secret was told: {error}"]
        return []


class Evaluate(Door):
    """The rule: AWS Config sends an event."""

    role = "EvaluateRole"
    needs_many = True

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._turns = 0
        # Whether the run could not know that the short-lived certificate is valid.
        self._is_early = False
        world.stack.expired("rotating-0")
        world.stack.expired("changing")
        self._before: set[str] = set()
        self._latest: Any = None
        self._invocation: dict[str, Any] = {}

    def prepare(self) -> int:
        """One certificate is gone, one is new, and one has changed."""
        stack = self.world.stack
        if self.world.fill():
            stack.scheduled_run()  # A trial needs their results of a run before it.
        stack.delete(f"rotating-{self._turns}")
        self._turns += 1
        stack.expired(f"rotating-{self._turns}")
        stack.delete("changing")
        (stack.valid if self._turns % 2 else stack.expired)("changing")
        self._before = set(self.world.certificates())
        self._latest = max(ordered(one) for one in self._results())
        return len(self._before)

    def act(self, _: Certificate) -> None:
        self._invocation = self.world.stack.scheduled_run().invocation

    def judge(self, _: Certificate, broken: Combination | None) -> Verdict:
        verdict = Verdict(problems=self.leaks())
        requests = self.world.requests(self.role)
        told = str(self._invocation["payload"].get("errorMessage", ""))
        self._is_early = leaves_lifetimes_unread(requests, told)
        stored = self.world.certificates()
        verdict.expect(set(stored) == self._before, "a certificate is gone")
        results = {resource_of(one): one for one in self._results()}
        cleared = {
            name
            for (kind, name), one in results.items()
            if kind == CERTIFICATE and one["ComplianceType"] == "NOT_APPLICABLE"
        }
        wrongly = cleared & set(stored)
        verdict.expect(not wrongly, f"cleared, but still in IAM: {some(wrongly)}")
        current = {(CERTIFICATE, name) for name in stored}
        stale = {(CERTIFICATE, f"rotating-{self._turns - 1}")}
        fresh = {key for key, one in results.items() if ordered(one) > self._latest}
        missing = (current | stale) - fresh
        for name, problem in self._wrong(results, current & fresh):
            verdict.problems.append(f"{name} {problem}")
        if not self._invocation["error"]:
            verdict.expect(not missing, f"reported, but not recorded: {some(missing)}")
            summary = self._invocation["payload"]
            unknown = summary.get("usageChecksFailed", 0) + summary["exceptionsUnread"]
            verdict.outcome = UNCHECKED if unknown else RECOVERED
            return verdict
        error = str(self._invocation["payload"]["errorMessage"])
        verdict.problems += unclear(error, broken)
        is_nothing_reported = "nothing was reported" in error.lower()
        verdict.expect(not (is_nothing_reported and fresh), f"reported all the same: {error}")
        allowed = excused(requests, error, current | stale, stale)
        lost = missing - allowed
        verdict.expect(not lost, f"could have been recorded, but was not: {some(lost)}: {error}")
        verdict.outcome = PARTLY if fresh else FAILED
        return verdict

    def afterwards(self, _: Certificate) -> list[str]:
        run = self.world.stack.scheduled_run()
        self._is_early = False
        if run.invocation["error"]:
            return [f"the next run failed: {run.error}"]
        stored = {(CERTIFICATE, name) for name in self.world.certificates()}
        shown = {
            key: one
            for one in self._results()
            if one["ComplianceType"] != "NOT_APPLICABLE"
            for key in [resource_of(one)]
        }
        problems = [f"next run: {name} {problem}" for name, problem in self._wrong(shown, stored)]
        if run.metrics["UsageChecksFailed"] or run.metrics["Exceptions"] != 1:
            problems.append("the next run could not check everything")
        if set(shown) != stored:
            problems.append(f"the next run left {some(set(shown) ^ stored)}")
        problems += [
            f"next run: {name} is said to be {shown[CERTIFICATE, name]['Annotation']!r}"
            for name in self._flagged()
            if (CERTIFICATE, name) in shown
            and self._truth(name) not in shown[CERTIFICATE, name]["Annotation"]
        ]
        return problems + self.leaks()

    def _results(self) -> list[dict[str, Any]]:
        kinds = ["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"]
        return self.world.sandbox.results(self.world.stack.rule, kinds)

    def _flagged(self) -> list[str]:
        """What has expired; beside it, what the run has to take for expiring."""
        changing = [] if self._turns % 2 else ["changing"]
        rotating = f"rotating-{self._turns}"
        kept = sorted(self.world.kept)
        expiring = [SHORT_LIVED] if self._is_early else []
        return [*kept, "bystander", rotating, self.world.target.name, *changing, *expiring]

    def _truth(self, name: str) -> str:
        user = self.world.users.get(name)
        return f"In use by 1: {user}" if user else "Not in use."

    def _wrong(
        self, results: Mapping[tuple[str, str], Any], keys: Iterable[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        """Results that say what isn't so: by name, and what it is."""
        flagged = set(self._flagged())
        found = []
        for key in sorted(set(keys) & set(results)):
            result, name = results[key], key[1]
            truth = "NON_COMPLIANT" if name in flagged else "COMPLIANT"
            if result["ComplianceType"] != truth:
                found.append((name, f"is {result['ComplianceType']}, not {truth}"))
            told = result.get("Annotation", "")
            user = self.world.users.get(name)
            if user and f"In use by 1: {user}" not in told and "Usage unknown: " not in told:
                found.append((name, f"is in use, but is said to be {told!r}"))
            is_known = "Exception until " in told or "Exception unknown: " in told
            if name == self.world.excepted.name and not is_known:
                found.append((name, f"is excepted, but is said to be {told!r}"))
            if name in flagged and not user and "In use" in told:
                found.append((name, f"is not in use, but is said to be {told!r}"))
        return found


class Inspect(Door):
    """The verdict on one certificate, which may never be that what is in use is deletable."""

    role = "InspectRole"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._invocation: dict[str, Any] = {}

    def subjects(self, call: Call | None) -> list[Certificate]:
        if call is None:
            return [self.world.target]
        if call.operation in TAGS:
            return [self.world.excepted, self.world.target]
        return [self.world.used_by(call.service, call.operation, call.region), self.world.target]

    def act(self, subject: Certificate) -> None:
        request = {"certificate": subject.name}
        self._invocation = self.world.invoke("InspectFunctionName", request)

    def judge(self, subject: Certificate, broken: Combination | None) -> Verdict:
        verdict = Verdict(problems=self.leaks())
        verdict.expect(subject.name in self.world.certificates(), "it is gone")
        answer = self._invocation["payload"]
        if self._invocation["error"]:
            verdict.problems += unclear(str(answer["errorMessage"]), broken)
            return verdict
        verdict.problems += misjudged(answer, subject, self.world, self.role, broken)
        is_unread = answer.get("exception", "").startswith(UNREAD)
        verdict.outcome = UNCHECKED if answer["uncheckedCount"] or is_unread else RECOVERED
        return verdict

    def afterwards(self, subject: Certificate) -> list[str]:
        self.act(subject)
        if self._invocation["error"]:
            return [f"the next run failed: {self._invocation['payload']}"]
        answer = self._invocation["payload"]
        is_right = answer["deletable"] and not answer["uncheckedCount"]
        return [] if is_right else [f"the next run judges: {answer['reason']}"]


class Remove(Door):
    """The removal of one certificate, of which those in use are never deleted."""

    role = "RemoveRole"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._invocation: dict[str, Any] = {}
        self._before: dict[str, Certificate] = {}

    def subjects(self, call: Call | None) -> list[Certificate]:
        if call is not None and call.operation in TAGS:
            return [self.world.excepted, self.world.target]
        if call is None or call.operation not in SEARCH.get(call.service, ()):
            return [self.world.target]
        used = self.world.used_by(call.service, call.operation, call.region)
        return [used, self.world.target]

    def prepare(self) -> int:
        self._before = self.world.certificates()
        return len(self._before)

    def act(self, subject: Certificate) -> None:
        request = {"certificate": subject.name, "id": subject.id}
        self._invocation = self.world.invoke("RemoveFunctionName", request)

    def judge(self, subject: Certificate, broken: Combination | None) -> Verdict:
        answer = self._invocation["payload"]
        verdict = Verdict(problems=self.leaks())
        error = str(answer["errorMessage"]) if self._invocation["error"] else ""
        verdict.problems += self.deletion(subject, error, "" if error else answer["outcome"])
        if error:
            verdict.problems += unclear(error, broken)
            verdict.outcome = DELETED if DELETION.search(error) else FAILED
            return verdict
        judged = answer["verdict"]
        if "uncheckedCount" in judged:
            verdict.problems += misjudged(judged, subject, self.world, self.role, broken)
        if judged.get("uncheckedCount"):
            verdict.outcome = UNCHECKED
        elif answer["outcome"] == "REFUSED" and subject.name not in self.world.kept:
            # Nothing is in the way but the fault: a refusal has to be as clear as an error.
            verdict.problems += unclear(answer["reason"], broken)
        else:
            verdict.outcome = RECOVERED
        return verdict

    def deletion(self, subject: Certificate, error: str, outcome: str) -> list[str]:
        """What is wrong with what is left in IAM."""
        verdict = Verdict()
        before, after = self._before, self.world.certificates()
        gone = {name for name, one in before.items() if name not in after or after[name] != one}
        verdict.expect(gone <= {subject.name}, f"others are gone: {some(gone - {subject.name})}")
        is_gone = subject.name in gone
        is_told_gone = outcome in ("REMOVED", "ALREADY_GONE")
        told = is_told_gone or bool(DELETION.search(error))
        told |= STEP_TIMED_OUT in error  # the step's description says that it is not known then
        verdict.expect(told or not is_gone, f"it is gone, which nobody says: {outcome}{error}")
        verdict.expect(is_gone or not is_told_gone, f"it is said to be {outcome}, but is there")
        verdict.expect(
            not (is_gone and subject.name in self.world.kept), f"{subject.name} may not be deleted"
        )
        asked = self.world.requests("RemoveRole")
        if any(one["operation"] == "DeleteServerCertificate" for one in asked):
            verdict.problems += unsearched(asked)
        return verdict.problems

    def afterwards(self, subject: Certificate) -> list[str]:
        self.act(subject)
        answer = self._invocation["payload"]
        if self._invocation["error"]:
            return [f"the next run failed: {answer}"]
        is_right = answer["outcome"] in ("REMOVED", "ALREADY_GONE")
        is_right &= subject.name not in self.world.certificates()
        self.world.new_target()
        return [] if is_right else [f"the next run says: {answer['outcome']}: {answer['reason']}"]
