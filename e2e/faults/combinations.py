"""What is tried: each call that was seen x each kind of fault x each position x once and on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.wire.not_found import not_found_codes

from ..production import REGIONAL

BUSY = "busy runbook"
DOORS = ("evaluate", "inspect", "remove", "runbook", BUSY)
# What happens to a call, in the words of `sandbox.faults`.
KINDS: dict[str, dict[str, Any]] = {
    "throttled": {"kind": "throttle"},
    "500": {"kind": "error", "status": 500, "code": "InternalFailure"},
    "503": {"kind": "error", "status": 503, "code": "ServiceUnavailable"},
    "denied": {"kind": "access-denied"},
    "expired": {"kind": "expired-credentials"},
    "not found": {"kind": "not-found"},
    "dropped": {"kind": "drop"},
    "lost": {"kind": "lost-answer"},
    "malformed": {"kind": "malformed"},
    "silent": {"kind": "hold"},
    "slow": {"kind": "delay"},
}
# How long a slow answer takes, in seconds: most of the 10 s that the functions wait for one.
SLOW_SECONDS = 9
# How many calls in a row are hit; 0 is all that follow, in that region.
DURATIONS = {"once": 1, "on": 0}
# What is not tried again: that it happens once makes no difference.
_FINAL = ("denied", "expired")
# What AWS says of what it was asked for, and not of the call. A call that names nothing can't be
# answered so.
NOT_FOUND = "not found"
# What all functions ask in a search; `test_usage_failures.py` breaks it for the rule and the
# inspection.
_SEARCHED = ("account", "cloudfront", *REGIONAL)
_IAM_NAMES = {"elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing"}
_IAM_ACTIONS = {("lambda", "Invoke"): "lambda:InvokeFunction"}


@dataclass(frozen=True, order=True)
class Call:
    """An operation that a door calls, and where in a run: `at` counts from 1 in its region."""

    door: str
    service: str
    operation: str
    position: str
    region: str
    at: int

    @property
    def action(self) -> str:
        """In IAM's notation, as the errors name it; Lambda's `Invoke` is `InvokeFunction` there."""
        service = _IAM_NAMES.get(self.service, self.service)
        known = _IAM_ACTIONS.get((self.service, self.operation))
        return known or f"{service}:{self.operation}"

    @property
    def title(self) -> str:
        """As the table names it: apart from other services that share the prefix in IAM."""
        return f"{self.service}:{self.operation}"

    def can_be(self, kind: str) -> bool:
        """Whether this kind of thing can happen to it: not each operation has each error.

        Throttling the start of the rule is what keeps the busy runbook busy. For good, that takes
        half an hour: checks/test_runbook_scripts.py tries it on a clock of its own.
        """
        if self.door == BUSY and self.operation == "StartConfigRulesEvaluation":
            return kind != "throttled"
        return kind != NOT_FOUND or bool(not_found_codes(self.service, self.operation))


@dataclass(frozen=True, order=True)
class Combination:
    """One call, and what happens to it."""

    call: Call
    kind: str
    duration: str

    @property
    def fault(self) -> dict[str, Any]:
        """The arguments of `sandbox.faults.add`."""
        fault = {
            "service": self.call.service,
            "operation": self.call.operation,
            "region": self.call.region,
            "at": self.call.at,
            "times": DURATIONS[self.duration],
            **KINDS[self.kind],
        }
        if self.kind == "slow":
            fault["seconds"] = SLOW_SECONDS
        return fault

    def __str__(self) -> str:
        call = self.call
        where = f" in {call.region}" if call.region else ""
        return f"{call.door} {call.title} {call.position}{where}: {self.kind} {self.duration}"


def calls(door: str, requests: Sequence[Mapping[str, Any]]) -> list[Call]:
    """The first, a middle and the last call of each operation in a fault-free run.

    Regions are searched side by side, so that calls there come in any order: they count region by
    region. What is called only once is the first.
    """
    seen: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for request in requests:
        region = request["region"] if request["service"] in REGIONAL else ""
        seen[request["service"], request["operation"]].append(region)
    found = []
    for (service, operation), regions in sorted(seen.items()):
        ordered = sorted(regions)
        # How often the busy runbook asks until AWS Config is free, only the time decides.
        last = len(ordered) - 1 if door != BUSY else min(1, len(ordered) - 1)
        places = {"first": 0, "middle": last // 2, "last": last}
        taken: set[int] = set()
        for position, index in places.items():
            if index not in taken:
                taken.add(index)
                at = index - ordered.index(ordered[index]) + 1
                found.append(Call(door, service, operation, position, ordered[index], at))
    return found


def observed(
    doors: Iterable[str], observe: Callable[[str], Sequence[Mapping[str, Any]]]
) -> list[Call]:
    """The calls of these doors, each once.

    :param observe: the requests of a fault-free run of a door
    """
    found: list[Call] = []
    for door in doors:
        # The busy runbook makes most of its calls as the other does.
        known = {replace(one, door=door) for one in found if one.door in door}
        found += [one for one in calls(door, observe(door)) if one not in known]
    return found


def combinations(found: Iterable[Call]) -> list[Combination]:
    """Everything that can happen to these calls: from there on; to the first, also just once."""
    return [
        Combination(call, kind, duration)
        for call in found
        for kind in KINDS
        if call.can_be(kind)
        for duration in DURATIONS
        if duration == "on" or (call.position == "first" and kind not in _FINAL)
    ]


def sample(every: Iterable[Combination]) -> list[Combination]:
    """Each call of each door once, but those of a search only for the removal.

    Each kind at least once; the same ones each time. What one has to wait for is tried once, and
    where that is shortest.
    """
    groups: defaultdict[tuple[str, str], list[Combination]] = defaultdict(list)
    for one in every:
        if one.call.service not in _SEARCHED or one.call.door == "remove":
            groups[one.call.door, one.call.title].append(one)
    counts = dict.fromkeys(KINDS, 0)
    chosen = []
    for group in groups.values():
        quick = [one for one in group if _seconds(one) <= _QUICK_SECONDS]
        best = min(quick, key=lambda one: (counts[one.kind] * (1 + _seconds(one)), -_seconds(one)))
        counts[best.kind] += 1
        chosen.append(best)
    return chosen


# What a combination of the sample may take, in seconds of waiting.
_QUICK_SECONDS = 10


def _seconds(one: Combination) -> float:
    """About how long one has to wait for a combination's end, in seconds."""
    is_runbook, stays = "runbook" in one.call.door, one.duration == "on"
    if one.kind == "silent":
        return {(False, False): 10, (False, True): 30, (True, False): 430}.get(
            (is_runbook, stays), 600
        )
    if one.kind == "slow":
        return SLOW_SECONDS * (2 if stays else 1)
    # Nobody tries again what was not found, and the pauses before a second look are short here.
    if one.kind in ("denied", "expired", NOT_FOUND, "malformed"):
        return 0
    if not stays:
        return 1
    return 160 if one.call.service == "lambda" else 20 if one.kind == "throttled" else 8


def longest_first(some: Iterable[Combination]) -> list[Combination]:
    """In the order in which many workers are done with them soonest."""
    return sorted(some, key=lambda one: (-_seconds(one), one))
