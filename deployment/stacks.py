"""Stacks: one as it is deployed, and whether the one that is wanted can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError

from .account import Account, code_of
from .findings import Finding, missing, ok
from .wish import Wish

# Logical ids of the rule and the runbook.
RULE, RUNBOOK = "ConfigRule", "DeleteExpiredServerCertificate"
# CloudFormation can only delete a stack in these.
_DEAD = {"CREATE_FAILED", "DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
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
        client = account.client("cloudformation")
        try:
            found = client.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if code_of(error) == "ValidationError":
                return None
            raise
        pages = client.get_paginator("list_stack_resources").paginate(StackName=found["StackId"])
        return cls(
            name,
            found["StackId"],
            found["StackStatus"],
            {one["ParameterKey"]: one["ParameterValue"] for one in found.get("Parameters", [])},
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


def stack(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the stack can be created or updated."""
    if wish.stack.lower().startswith(_RESERVED):
        yield missing(
            f"Systems Manager reserves the name that the runbook of the stack {wish.stack} would "
            "get.",
            f"Choose a STACK name that does not begin with {', '.join(_RESERVED)}.",
        )
    try:
        found = account.client("cloudformation").describe_stacks(StackName=wish.stack)["Stacks"][0]
    except ClientError as error:
        if code_of(error) != "ValidationError":
            raise
        yield ok(f"The stack {wish.stack} is new.")
        return
    status = found["StackStatus"]
    if status in _DEAD:
        yield missing(
            f"The stack {wish.stack} can't be updated: its status is {status}.",
            f"Run make undeploy STACK={wish.stack}, then deploy again.",
        )
    elif status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
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
