"""Whether a bucket's policy demands a header of uploads. A backup sends no encryption header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

_ENCRYPTION = "s3:x-amz-server-side-encryption"


@dataclass(frozen=True)
class Demand:
    """A statement that denies uploads without an encryption header."""

    # Its Sid, or its place in the policy.
    statement: str
    # Whether it certainly meets the runbook's role: it depends on nothing else, and on nobody.
    is_certain: bool


def demands(policy: dict[str, Any], key: str) -> Iterator[Demand]:
    """The statements that deny the upload of an object without an encryption header.

    :param key: the object's ARN
    """
    for number, statement in enumerate(_list(policy.get("Statement", [])), 1):
        if statement.get("Effect") != "Deny" or not _is_about(statement, key):
            continue
        conditions = [
            (operator, name.lower(), values)
            for operator, keys in statement.get("Condition", {}).items()
            for name, values in keys.items()
        ]
        headers = [one for one in conditions if one[1].startswith(_ENCRYPTION)]
        if headers and all(_holds_without(operator, values) for operator, _, values in headers):
            yield Demand(
                statement.get("Sid") or f"number {number}",
                len(headers) == len(conditions) and _is_everybody(statement.get("Principal")),
            )


def _is_about(statement: dict[str, Any], key: str) -> bool:
    """Whether a statement is about the upload of this object."""
    action = _names(statement, "Action", "s3:putobject", str.lower)
    return action and _names(statement, "Resource", key, str)


def _names(statement: dict[str, Any], element: str, value: str, fold: Any) -> bool:
    def any_of(patterns: Any) -> bool:
        # In a policy "[" is no wildcard.
        wild = [fold(one).replace("[", "[[]") for one in _list(patterns)]
        return any(fnmatchcase(value, one) for one in wild)

    if f"Not{element}" in statement:
        return not any_of(statement[f"Not{element}"])
    return any_of(statement.get(element, []))


def _holds_without(operator: str, values: Any) -> bool:
    """Whether a condition on a header holds for a request without it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    quantifier, _, plain = operator.rpartition(":")
    if plain == "Null":
        return "true" in [str(one).lower() for one in _list(values)]
    if plain.endswith("IfExists") or quantifier == "ForAllValues":
        return True
    return quantifier != "ForAnyValue" and bool(re.search("Not(Equals|Like)", plain))


def _is_everybody(principal: Any) -> bool:
    return principal == "*" or (
        isinstance(principal, dict) and "*" in _list(principal.get("AWS", []))
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
