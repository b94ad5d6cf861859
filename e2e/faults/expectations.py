"""What must hold of a run, whatever breaks.

What must hold is computed from the account and the request log, never listed by combination.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..execution import Execution
from ..production import REGIONAL, REGIONS, Certificate
from .combinations import KINDS, NOT_FOUND, Combination
from .world import World

# How a trial ends; worst last. docs/faults.md says what each means.
RECOVERED, LATER, UNCHECKED, PARTLY, FAILED, DELETED, TIMED_OUT = OUTCOMES = "RLUPFDT"
SEARCH = {
    "account": ("ListRegions",),
    "appsync": ("ListDomainNames",),
    "cloudfront": ("ListDistributions",),
    "elb": ("DescribeLoadBalancers",),
    "elbv2": ("DescribeLoadBalancers", "DescribeListeners", "DescribeListenerCertificates"),
    "iam": ("ListServerCertificates",),
}
# The calls that show the tags of a certificate, and thus its exception.
TAGS = ("ListServerCertificateTags", "GetServerCertificate")
# How a verdict says that it does not know the exception.
UNREAD = "Exception unknown: "
# How an error says that a certificate may be taken for expiring too early.
LIFETIME_UNREAD = "All of daysToExpiration applies to certificates that were not read."
# What an error must name, and what it must advise.
_CALL = re.compile(r"\b[a-z0-9]+:[A-Z]\w+ (failed|was not made|kept answering)")
_REMEDY = re.compile(
    r"([Tt]ry again|Allow the action|Increase the|[Ss]tart (again|the rule)|Look whether)"
)
# How an error says that the certificate was deleted, or that it may have been.
DELETION = re.compile(r"accepted the deletion|not known whether|(?<!Nothing )was deleted")
# How Systems Manager says that it ended a step. No word of ours can be in it.
STEP_TIMED_OUT = "Step timed out while step is aws:executeScript"
# Faults after which a call has done its work and its answer was read.
_HARMLESS = ("", "delay")
_NOT_FOUND_FAULT = KINDS[NOT_FOUND]["kind"]


@dataclass
class Verdict:
    """How a run ended, and what does not hold of it."""

    outcome: str = FAILED
    problems: list[str] = field(default_factory=list)

    def expect(self, holds: bool, problem: str) -> None:
        """Notes a problem unless this holds."""
        if not holds:
            self.problems.append(problem)


def unclear(error: str, broken: Combination | None) -> list[str]:
    """What an error lacks: one line that names the call that failed and says what to do."""
    verdict = Verdict()
    verdict.expect("\n" not in error, f"more than a line: {error}")
    verdict.expect(bool(_CALL.search(error)), f"no call is named: {error}")
    verdict.expect(bool(_REMEDY.search(error)), f"no remedy is given: {error}")
    if broken is not None and broken.kind != "slow":  # that one shows at a call that comes later
        verdict.expect(broken.call.action in error, f"{broken.call.action} is not named: {error}")
    return verdict.problems


def failures(execution: Execution) -> list[str]:
    """Why steps failed, without the traceback and the guide that Systems Manager puts around."""
    found = []
    for step in execution.description["StepExecutions"]:
        message = step.get("FailureMessage") or ""
        if message:
            last = message.rpartition("Please refer to Automation Service")[0].strip()
            found.append(last.rpartition("\n\n")[2])
    return found


def misjudged(
    judged: Mapping[str, Any],
    subject: Certificate,
    world: World,
    role: str,
    broken: Combination | None,
) -> list[str]:
    """What is wrong with the verdict of an inspection or a removal."""
    verdict = Verdict()
    is_used = subject.name in world.users
    unchecked = judged["uncheckedCount"]
    exception = judged.get("exception", "")
    verdict.expect(not (is_used and judged["deletable"]), "in use, but said to be deletable")
    verdict.expect(not (unchecked and judged["deletable"]), "unchecked, but said to be deletable")
    is_kept = subject.name in world.kept or exception.startswith(UNREAD)
    verdict.expect(not (is_kept and judged["deletable"]), "excepted, but said to be deletable")
    if exception.startswith(UNREAD):
        verdict.problems += unclear(exception, broken)
    verdict.expect(
        not is_used or judged["usageCount"] or unchecked > 0, "in use, but no use was found"
    )
    verdict.expect(is_used or not judged["usageCount"], "a use was found that there isn't")
    if judged["deletable"]:
        requests = world.requests(role)
        verdict.problems += unsearched(requests)
        verdict.expect(any(map(_shows_tags, requests)), "deletable, but no tags were read")
    for one in judged["unchecked"]:
        if one["error"].startswith("OutOfTime: "):  # of a whole service, and says what to do
            continue
        # What another call's fault left no time for names itself, and not that other call.
        is_cause = "was not made: the function ran out of time" not in one["error"]
        verdict.problems += unclear(one["error"], broken if is_cause else None)
    return verdict.problems


def _shows_tags(request: Mapping[str, Any]) -> bool:
    is_answered = request["status"] == 200 and request["fault"] in _HARMLESS
    return is_answered and request["operation"] in TAGS


def unsearched(requests: Sequence[Mapping[str, Any]]) -> list[str]:
    """The places of a search that were never seen, before a deletion if there was one."""
    asked: dict[tuple[str, str, str, str], bool] = {}
    for request in requests:
        if request["operation"] == "DeleteServerCertificate":
            break
        if request["operation"] in SEARCH.get(request["service"], ()):
            parameters = json.dumps(request["parameters"], sort_keys=True)
            key = (request["service"], request["operation"], request["region"], parameters)
            is_answered = request["status"] == 200 and request["fault"] in _HARMLESS
            # Any attempt will do. Those that the client gave up are logged after those that came.
            # But who was answered that something does not exist has to ask again.
            is_seen = asked.get(key, False) and request["fault"] != _NOT_FOUND_FAULT
            asked[key] = is_seen or is_answered
    blind = [
        f"{service}:{operation} in {region}"
        for (service, operation, region, _), is_answered in asked.items()
        if not is_answered
    ]
    seen = {(service, operation) for service, operation, _, _ in asked}
    wanted = {(service, one) for service, names in SEARCH.items() for one in names}
    blind += [f"{service}:{operation}" for service, operation in sorted(wanted - seen)]
    for service, operation in ((service, SEARCH[service][0]) for service in REGIONAL):
        regions = {key[2] for key in asked if key[:2] == (service, operation)}
        blind += [f"{service}:{operation} in {one}" for one in set(REGIONS) - regions]
    return [f"deletable, but not all was searched: {', '.join(blind)}"] if blind else []


def leaves_lifetimes_unread(requests: Iterable[Mapping[str, Any]], error: str) -> bool:
    """Whether a run had to take a short-lived certificate for expiring too early.

    It says so, unless IAM said that the certificate does not exist.
    """
    return LIFETIME_UNREAD in error or any(
        one["operation"] == "GetServerCertificate" and one["fault"] == _NOT_FOUND_FAULT
        for one in requests
    )


def excused(
    requests: Sequence[Mapping[str, Any]],
    error: str,
    everything: set[tuple[str, str]],
    stale: set[tuple[str, str]],
) -> set[tuple[str, str]]:
    """What a failed run may leave unrecorded: what the broken calls were for."""
    broken = [one for one in requests if one["fault"]]
    operations = {one["operation"] for one in broken}
    if "ListServerCertificates" in operations or "the function ran out of time" in error:
        return everything
    allowed = set(stale) if "GetComplianceDetailsByConfigRule" in operations else set()
    for one in broken:
        for evaluation in one["parameters"].get("Evaluations", []):
            key = (evaluation["ComplianceResourceType"], evaluation["ComplianceResourceId"])
            allowed.add(key)
    return allowed


def some(things: Iterable[Any]) -> str:
    listed = sorted(map(str, things))
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")


def resource_of(result: Mapping[str, Any]) -> tuple[str, str]:
    """Type and id of what a result is about."""
    key = result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
    return key["ResourceType"], key["ResourceId"]


def ordered(result: Mapping[str, Any]) -> Any:
    """The time by which results are ordered."""
    return result["EvaluationResultIdentifier"]["OrderingTimestamp"]
