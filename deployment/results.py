"""The rule's results: when it last reported, and what is NON_COMPLIANT.

Nothing here asks for the rule's evaluation status: AWS documents that it leaves out custom Lambda
rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from .account import Account
from .findings import Finding, note, ok, warning
from .stacks import RULE, Stack

# The clocks of AWS and of this computer differ.
_SKEW = timedelta(minutes=5)
_KINDS = ["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"]


def results(account: Account, stack: Stack, now: datetime) -> Iterator[Finding]:
    """When the rule last reported, and what is NON_COMPLIANT."""
    rule = stack.resource(RULE)
    pages = account.client("config").get_paginator("get_compliance_details_by_config_rule")
    found = [
        (one["EvaluationResultIdentifier"], one)
        for page in pages.paginate(ConfigRuleName=rule, ComplianceTypes=_KINDS)
        for one in page["EvaluationResults"]
    ]
    if not found:
        # An account without certificates has a result too, its own.
        yield warning(
            f"Unknown when the rule last reported: {rule} has no results. It has never reported, "
            "or somebody has deleted its results.",
            f"aws configservice start-config-rules-evaluation --config-rule-names {rule} - then "
            "look here again. If nothing comes, read the log of the function in the stack's output "
            "EvaluateFunctionName.",
        )
        return
    newest = max(identifier["OrderingTimestamp"] for identifier, _ in found)
    yield _last_report(rule, newest, now, int(stack.parameters.get("EveryHours", "24")))
    bad = {
        identifier["EvaluationResultQualifier"]["ResourceId"]: one.get("Annotation") or "no reason"
        for identifier, one in found
        if one["ComplianceType"] == "NON_COMPLIANT"
    }
    if bad:
        yield warning(
            f"NON_COMPLIANT: {len(bad)} certificate{'' if len(bad) == 1 else 's'}.",
            "docs/remediation.md says what each annotation means, and what to do.",
        )
        for name, annotation in sorted(bad.items()):
            yield note(f"{name}: {annotation}")
    else:
        yield ok("No certificate is NON_COMPLIANT.")


def _last_report(rule: str, newest: datetime, now: datetime, every_hours: int) -> Finding:
    at = newest.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    if newest > now + _SKEW:
        return warning(
            f"The newest result of {rule} is of {at}, which is still to come. Until then every run "
            "takes itself for an old one and reports nothing.",
            f"aws configservice delete-evaluation-results --config-rule-name {rule}",
        )
    hours = (now - newest) / timedelta(hours=1)
    told = f"{rule} last reported at {at}, {max(hours, 0):.1f} hours ago"
    if hours > 2 * every_hours:
        return warning(
            f"{told}. It is set to run every {every_hours} hours.",
            '"The rule has not run" in docs/operations.md says where to look.',
        )
    return ok(f"{told}.")
