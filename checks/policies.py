"""The template's policy statements against AWS's service authorization reference.

cfn-lint carries the reference: https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource

# Whoever administers a key may do all with it; AWS's own default policy for keys says the same.
_ADMINISTRATION_OF_KEYS = "kms:*"


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    path: str
    content: dict[str, Any]

    @property
    def actions(self) -> list[str]:
        """The actions, a single one too."""
        return _list(self.content["Action"])

    @property
    def resources(self) -> list[str]:
        """The resources; none in a trust policy."""
        return _list(self.content.get("Resource", []))

    @property
    def services(self) -> list[str]:
        """The services that are its principals; none in a policy of a role."""
        principal = self.content.get("Principal", {})
        return _list(principal.get("Service", [])) if isinstance(principal, dict) else []

    @property
    def is_of_a_role(self) -> bool:
        """Whether it says what a role may do, not who may do something to a resource."""
        return "Principal" not in self.content


def statements(value: Any, path: str = "") -> Iterator[Statement]:
    """All statements within resolved resources."""
    if isinstance(value, dict):
        if "Effect" in value and "Action" in value:
            yield Statement(path, value)
        else:
            for key, inner in value.items():
                yield from statements(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from statements(inner, f"{path}/{index}")


def problems(statement: Statement) -> list[str]:
    """What is too wide, has no effect, or isn't known to AWS in a statement."""
    found = [*_conditions_that_never_hold(statement)]
    for action in statement.actions:
        if "*" in action or "?" in action:
            if action != _ADMINISTRATION_OF_KEYS or statement.is_of_a_role:
                found.append(f"{action} is a wildcard: name the actions")
        elif (forms := resource_forms(action)) is None:
            found.append(f"{action} is no action of AWS")
        elif statement.is_of_a_role:
            found += _wrong_resources(action, forms, statement.resources)
    return [f"{statement.path}: {problem}" for problem in found]


def resource_forms(action: str) -> list[str] | None:
    """The forms of ARNs that an action can be limited to, with `*` for what varies.

    None if AWS has no such action; empty if it has no resource level.
    """
    prefix, _, name = action.lower().partition(":")
    service = _reference().get(prefix, {})
    if name not in service.get("Actions", {}):
        return None
    return [
        re.sub(r"\$\{[^}]+\}|\.\*", "*", form)
        for kind in service["Actions"][name].get("Resources", [])
        for form in service["Resources"][kind.lower()]["ARNFormats"]
    ]


def _wrong_resources(action: str, forms: list[str], resources: list[str]) -> Iterator[str]:
    for resource in resources:
        if not forms and resource != "*":
            yield f"{action} has no resource level, so that {resource} allows nothing: it takes '*'"
        elif forms and resource == "*":
            yield f"{action} has a resource level, so that '*' is too wide: {', '.join(forms)}"
        elif forms and not any(_can_be(resource, form) for form in forms):
            yield f"{action} is never done on {resource}, but on {', '.join(forms)}"


def _conditions_that_never_hold(statement: Statement) -> Iterator[str]:
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html:
    # "You can't use Condition blocks in Amazon SNS topic policies for EventBridge", and
    # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html: "Adding the
    # aws:SourceAccount and aws:SourceArn to a AWS KMS policy is not supported for
    # EventBridge-to-encrypted topics." Messages are dropped silently then.
    if "events.amazonaws.com" in statement.services and "Condition" in statement.content:
        yield "EventBridge publishes without any condition key: the condition never holds"


def _can_be(resource: str, form: str) -> bool:
    """Whether the ARNs of a policy's resource are of a form, part by part."""
    parts = zip(resource.split(":", 5), form.split(":", 5), strict=True)
    return all(_overlap(one, other) for one, other in parts)


def _overlap(one: str, other: str) -> bool:
    """Whether some text matches both patterns."""

    @cache
    def overlap(i: int, j: int) -> bool:
        if i == len(one):
            return set(other[j:]) <= {"*"}
        if j == len(other):
            return set(one[i:]) <= {"*"}
        if one[i] == "*" or other[j] == "*":
            return overlap(i + 1, j) or overlap(i, j + 1)
        return one[i] == other[j] and overlap(i + 1, j + 1)

    return overlap(0, 0)


@cache
def _reference() -> dict[str, Any]:
    reference: dict[str, Any] = load_resource(AdditionalSpecs, "Policies.json")
    return reference


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
