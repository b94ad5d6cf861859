"""Stacks: one as it is deployed, and whether the one that is wanted can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from .account import Account, code_of
from .findings import Finding, missing, ok
from .wish import Wish

# Logical ids of the rule, its function and the runbook.
RULE, FUNCTION, RUNBOOK = "ConfigRule", "EvaluateFunction", "DeleteExpiredServerCertificate"
# The way out of these is to delete the stack.
_DEAD = {
    "CREATE_FAILED",
    "DELETE_FAILED",
    "IMPORT_ROLLBACK_FAILED",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
}
# The way out of this one is to go on rolling back.
_STUCK = "UPDATE_ROLLBACK_FAILED"
# A change set was made for a stack that does not exist yet.
_PLANNED = "REVIEW_IN_PROGRESS"
# How names of documents may not begin, and the runbook's begins with the stack's:
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
_RESERVED = ("aws", "amazon", "amzn")


class NoResourceError(Exception):
    """The stack lacks a resource of the template, perhaps as its deployment failed."""


@dataclass(frozen=True)
class Stack:
    """A stack as it is deployed."""

    name: str
    id: str
    status: str
    parameters: dict[str, str]
    # Physical ids by logical ids.
    resources: dict[str, str]

    @classmethod
    def find(cls, account: Account, name: str) -> Stack | None:
        """The stack of that name, if there is one."""
        found = _described(account, name)
        if found is None:
            return None
        lister = account.client("cloudformation").get_paginator("list_stack_resources")
        pages = lister.paginate(StackName=found["StackId"])
        return cls(
            name,
            found["StackId"],
            found["StackStatus"],
            _parameters(found),
            {
                one["LogicalResourceId"]: one["PhysicalResourceId"]
                for page in pages
                for one in page["StackResourceSummaries"]
                if one.get("PhysicalResourceId") and one["ResourceStatus"] != "DELETE_COMPLETE"
            },
        )

    def resource(self, logical_id: str) -> str:
        """The physical id of a resource.

        :raises NoResourceError: if the stack has none of that name
        """
        if logical_id not in self.resources:
            raise NoResourceError(f"The stack {self.name} has no {logical_id} ({self.status}).")
        return self.resources[logical_id]


def is_at_rest(status: str) -> bool:
    """Whether a stack in this status is deployed, and not changing."""
    return status.endswith("_COMPLETE") and status not in _DEAD


def kept_parameters(account: Account, name: str) -> dict[str, str]:
    """The values that an update of this stack keeps; none if the stack is to be a new one."""
    found = _described(account, name)
    if found is None or found["StackStatus"] in (*_DEAD, _PLANNED):
        return {}
    return _parameters(found)


def _described(account: Account, name: str) -> dict[str, Any] | None:
    try:
        stacks = account.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if code_of(error) == "ValidationError":
            return None
        raise
    found: dict[str, Any] = stacks[0]
    return found


def _parameters(described: dict[str, Any]) -> dict[str, str]:
    return {one["ParameterKey"]: one["ParameterValue"] for one in described.get("Parameters", [])}


def stack(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the stack can be created or updated."""
    if wish.stack.lower().startswith(_RESERVED):
        yield missing(
            f"Systems Manager reserves the name that the runbook of the stack {wish.stack} would "
            "get.",
            f"Choose a STACK name that does not begin with {', '.join(_RESERVED)}.",
        )
    found = _described(account, wish.stack)
    if found is None:
        yield ok(f"The stack {wish.stack} is new.")
        return
    status = found["StackStatus"]
    if status in _DEAD:
        yield missing(
            f"The stack {wish.stack} can't be updated: its status is {status}.",
            f"Run make undeploy STACK={wish.stack}, then deploy again.",
        )
    elif status == _STUCK:
        yield missing(
            f"The stack {wish.stack} can't be updated: its status is {status}.",
            "Correct what the stack's events name. Then: aws cloudformation "
            f"continue-update-rollback --stack-name {wish.stack}",
        )
    elif status.endswith("_IN_PROGRESS") and status != _PLANNED:
        yield missing(f"The stack {wish.stack} is changing: {status}.", "Wait until it is done.")
    else:
        yield ok(f"The stack {wish.stack} exists ({status}) and can be updated.")


def rule_of_stack(account: Account, name: str) -> str:
    """The name of the stack's rule; empty if there is no such stack, or no rule in it."""
    try:
        answer = account.client("cloudformation").describe_stack_resource(
            StackName=name, LogicalResourceId=RULE
        )
    except ClientError as error:
        if code_of(error) == "ValidationError":
            return ""
        raise
    return str(answer["StackResourceDetail"].get("PhysicalResourceId", ""))
