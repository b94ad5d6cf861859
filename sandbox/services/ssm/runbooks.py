"""What a runbook is made of.

The shape of a runbook: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

MAX_SCRIPT_SECONDS = 600
MAX_APPROVERS = 10

STRING_OPERATORS = ("StringEquals", "EqualsIgnoreCase", "StartsWith", "EndsWith", "Contains")
NUMERIC_OPERATORS = (
    "NumericEquals",
    "NumericGreater",
    "NumericLesser",
    "NumericGreaterOrEquals",
    "NumericLesserOrEquals",
)
BOOLEAN_OPERATOR = "BooleanEquals"
OPERATORS = (*STRING_OPERATORS, *NUMERIC_OPERATORS, BOOLEAN_OPERATOR)

# Resource types are strings with a picker in the console.
_STRING_TYPES = {
    "String",
    "AWS::EC2::Instance::Id",
    "AWS::IAM::Role::Arn",
    "AWS::S3::Bucket::Name",
}
_LIST_TYPES = {"StringList", *(f"List<{name}>" for name in _STRING_TYPES - {"String"})}
PARAMETER_TYPES = _STRING_TYPES | _LIST_TYPES | {"Boolean", "Integer", "MapList", "StringMap"}
OUTPUT_TYPES = {"String", "StringList", "Boolean", "Integer", "MapList", "StringMap"}


class InvalidDocumentError(ValueError):
    """A runbook that SSM refuses; the message says why."""


@dataclass(frozen=True)
class Action:
    """What a kind of step takes and gives."""

    required: frozenset[str]
    optional: frozenset[str]
    # Given without being declared.
    outputs: frozenset[str] = frozenset()


ACTIONS = {
    "aws:approve": Action(
        frozenset({"Approvers"}),
        frozenset({"MinRequiredApprovals", "Message", "NotificationArn"}),
        frozenset({"ApprovalStatus", "ApproverDecisions"}),
    ),
    "aws:branch": Action(frozenset({"Choices"}), frozenset({"Default"})),
    "aws:executeScript": Action(
        frozenset({"Runtime", "Handler", "Script"}),
        frozenset({"InputPayload"}),
        frozenset({"Payload"}),
    ),
    "aws:sleep": Action(frozenset(), frozenset({"Duration", "Timestamp"})),
}


@dataclass(frozen=True)
class Parameter:
    """A parameter that a runbook declares."""

    name: str
    type: str
    # As YAML has it; None if the parameter is required.
    default: Any = None
    allowed_values: tuple[Any, ...] = ()
    allowed_pattern: str = ""
    min_items: int | None = None
    max_items: int | None = None
    min_chars: int | None = None
    max_chars: int | None = None

    def refusal(self, value: Any) -> str:
        """Why a value isn't allowed; empty if it is."""
        if not is_of_type(value, self.type):
            return f'Parameter "{self.name}" has a value that is no {self.type}: {value!r}.'
        items = value if isinstance(value, list) else [value]
        if isinstance(value, list) and not _is_within(len(value), self.min_items, self.max_items):
            return f'Parameter "{self.name}" has {len(value)} items.'
        return next(filter(None, map(self._refusal_of_item, items)), "")

    def _refusal_of_item(self, item: Any) -> str:
        shown = f'Parameter "{self.name}" has value "{item}"'
        if self.allowed_values and item not in self.allowed_values:
            allowed = ", ".join(str(value) for value in self.allowed_values)
            return f"{shown} not found in [{allowed}]."
        if not isinstance(item, str):
            return ""
        if self.allowed_pattern and not re.fullmatch(self.allowed_pattern, item, re.ASCII):
            return f"{shown} not matching {self.allowed_pattern}."
        if not _is_within(len(item), self.min_chars, self.max_chars):
            return f"{shown} of {len(item)} characters."
        return ""


@dataclass(frozen=True)
class Output:
    """An output that a step declares."""

    name: str
    selector: str
    type: str


@dataclass(frozen=True)
class Step:
    """A step of a runbook."""

    name: str
    action: str
    inputs: dict[str, Any]
    outputs: tuple[Output, ...]
    next_step: str
    is_end: bool
    on_failure: str
    is_critical: bool
    max_attempts: int
    timeout_seconds: int | None


@dataclass(frozen=True)
class Runbook:
    """A runbook that can be run."""

    parameters: dict[str, Parameter]
    steps: tuple[Step, ...]
    outputs: tuple[str, ...]
    assume_role: str


def is_of_type(value: Any, kind: str) -> bool:
    """Whether a value is of a type of parameters and outputs."""
    if kind in _STRING_TYPES:
        return isinstance(value, str)
    if kind in _LIST_TYPES:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind == "MapList":
        return isinstance(value, list) and all(isinstance(item, dict) for item in value)
    if kind == "StringMap":
        return isinstance(value, dict)
    if kind == "Boolean":
        return isinstance(value, bool)
    return isinstance(value, int) and not isinstance(value, bool)


def is_list(kind: str) -> bool:
    """Whether the values of a type are lists of texts."""
    return kind in _LIST_TYPES


def _is_within(size: int, low: int | None, high: int | None) -> bool:
    return (low is None or size >= low) and (high is None or size <= high)
