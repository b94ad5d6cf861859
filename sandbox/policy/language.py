"""IAM's policy language: whether policies allow a request, and why not.

Pure functions of documents; authorization.py finds the documents. After
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

Document = Mapping[str, Any]


class PolicyError(Exception):
    """A policy says something that isn't understood here; better no answer than a wrong one."""


@dataclass(frozen=True)
class Access:
    """What somebody wants to do."""

    action: str
    resource: str
    # Condition keys in lower case, each with its values.
    context: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Policies:
    """The policies that bear on one access by a role."""

    identity: list[Document]
    # None if the role has no boundary.
    boundary: list[Document] | None = None
    # Of the resource, if it has any.
    resource: Document | None = None
    # Whether it belongs to another account than the caller.
    is_foreign: bool = False
    # How a resource's policy may name the caller: session and role.
    principals: Iterable[str] = ()
    # How it may name the caller's account. To allow the account is to leave it to the account's
    # own policies, which is enough for another account's; to deny it is to deny the caller.
    accounts: Iterable[str] = ()


def reason_for_denial(access: Access, policies: Policies) -> str:
    """Empty if the access is allowed, else the end of AWS's sentence of why it isn't.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html

    :raises PolicyError: if a policy can't be understood
    """
    by_resource = _resource_effect(access, policies)
    identity = effect(policies.identity, access)
    boundary = "Allow" if policies.boundary is None else effect(policies.boundary, access)
    for kind, found in (
        ("an identity-based policy", identity),
        ("a permissions boundary", boundary),
        ("a resource-based policy", by_resource),
    ):
        if found == "Deny":
            return f"with an explicit deny in {kind}"
    # Within an account one of the two is enough; between accounts both must allow.
    if identity != "Allow" and (by_resource != "Allow" or policies.is_foreign):
        return f"because no identity-based policy allows the {access.action} action"
    if policies.is_foreign and by_resource != "Allow":
        return f"because no resource-based policy allows the {access.action} action"
    if boundary != "Allow":
        return f"because no permissions boundary allows the {access.action} action"
    return ""


def effect(documents: Iterable[Document], access: Access) -> str:
    """`Deny`, `Allow` or, if no statement is about the access, nothing."""
    effects = {
        statement["Effect"]
        for document in documents
        for statement in _statements(document)
        if _is_about(statement, access)
    }
    return next((one for one in ("Deny", "Allow") if one in effects), "")


def trusts(
    document: Document,
    principals: Iterable[str],
    context: Mapping[str, list[str]],
    action: str = "sts:AssumeRole",
) -> bool:
    """Whether a role's trust policy lets one of these principals assume it.

    :param principals: a service (`lambda.amazonaws.com`), or what names a role, an account or an
        identity provider
    :param action: by which operation
    :raises PolicyError: if the policy can't be understood
    """
    access = Access(action, "", context)
    known = list(principals)
    effects = {
        statement["Effect"]
        for statement in _statements(document)
        if names_principal(statement, known) and _is_about(statement, access)
    }
    return effects == {"Allow"}


def names_principal(statement: Mapping[str, Any], principals: Iterable[str]) -> bool:
    """Whether the statement of a resource's policy is about one of the principals."""
    if "NotPrincipal" in statement:
        return not _names(statement["NotPrincipal"], principals)
    return _names(statement.get("Principal"), principals)


def _names(named: Any, principals: Iterable[str]) -> bool:
    if isinstance(named, str):
        return named == "*"
    values = [value for one in (named or {}).values() for value in _list(one)]
    return "*" in values or any(principal in values for principal in principals)


def _resource_effect(access: Access, policies: Policies) -> str:
    if policies.resource is None:
        return ""
    caller = list(policies.principals)
    caller_or_account = [*caller, *policies.accounts]
    allowed = caller_or_account if policies.is_foreign else caller
    statements = [
        statement
        for statement in _statements(policies.resource)
        if names_principal(
            statement, allowed if statement["Effect"] == "Allow" else caller_or_account
        )
    ]
    return effect([{"Statement": statements}], access)


def _statements(document: Document) -> list[Mapping[str, Any]]:
    statements = document.get("Statement", [])
    return [statements] if isinstance(statements, Mapping) else list(statements)


def _is_about(statement: Mapping[str, Any], access: Access) -> bool:
    return (
        _matches_action(statement, access.action)
        and _matches_resource(statement, access)
        and all(
            _holds(operator, key, _list(values), access)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _matches_action(statement: Mapping[str, Any], action: str) -> bool:
    def is_in(patterns: Any) -> bool:
        return any(_like(pattern.lower(), action.lower()) for pattern in _list(patterns))

    return (
        not is_in(statement["NotAction"])
        if "NotAction" in statement
        else is_in(statement.get("Action", []))
    )


def _matches_resource(statement: Mapping[str, Any], access: Access) -> bool:
    def is_in(patterns: Any) -> bool:
        return any(
            matches_arn(_with_variables(pattern, access), access.resource)
            for pattern in _list(patterns)
        )

    if "NotResource" in statement:
        return not is_in(statement["NotResource"])
    # Trust policies name no resource: they are about the role that they belong to.
    return "Resource" not in statement or is_in(statement["Resource"])


def matches_arn(pattern: str, resource: str) -> bool:
    """Compares segment by segment; fields missing at the end of the pattern are taken as `*`.

    An operation on no resource in particular is done on `*`, which only `*` covers.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    if pattern == "*" or resource == "*":
        return pattern == "*"
    wanted, given = pattern.split(":", 5), resource.split(":", 5)
    wanted += ["*"] * (6 - len(wanted))
    return len(given) == 6 and all(map(_like, wanted, given))


def _with_variables(pattern: str, access: Access) -> str:
    """`${aws:PrincipalAccount}` and the like, filled in; an unknown one matches nothing."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in "*?$":
            return str(name)
        values = access.context.get(name.lower())
        return values[0] if values else match.group(0)

    return re.sub(r"\$\{([^}]+)\}", value, pattern)


def _equals(wanted: str, given: str) -> bool:
    return wanted == given


def _equals_ignoring_case(wanted: str, given: str) -> bool:
    return wanted.lower() == given.lower()


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, re.DOTALL)


def _like(pattern: str, text: str) -> bool:
    return _pattern(pattern).fullmatch(text) is not None


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": _equals,
    "StringEqualsIgnoreCase": _equals_ignoring_case,
    "StringLike": _like,
    "ArnEquals": matches_arn,
    "ArnLike": matches_arn,
    "Bool": _equals_ignoring_case,
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def _holds(operator: str, key: str, wanted: list[str], access: Access) -> bool:
    """Whether one condition holds.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    quantifier, _, bare = operator.rpartition(":")
    name = bare.removesuffix("IfExists")
    given = access.context.get(key.lower())
    if name == "Null":
        return any(_equals_ignoring_case(one, str(given is None)) for one in wanted)
    compare = _OPERATORS.get(_NEGATED.get(name, name))
    if compare is None or quantifier not in ("", "ForAnyValue", "ForAllValues"):
        raise PolicyError(
            f"The condition operator {operator} is not known to the sandbox; known are "
            f"{', '.join([*_OPERATORS, *_NEGATED, 'Null'])}, each also with IfExists."
        )
    if given is None:
        # A key that isn't there differs from whatever was asked for.
        return bare != name or name in _NEGATED or quantifier == "ForAllValues"
    values = [_with_variables(one, access) for one in wanted]
    matched = [any(compare(one, actual) for one in values) for actual in given]
    results = [not one for one in matched] if name in _NEGATED else matched
    is_for_all = quantifier == "ForAllValues" or (not quantifier and name in _NEGATED)
    return all(results) if is_for_all else any(results)


def _list(value: Any) -> list[str]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values]
