"""What CloudFormation knows of a stack: its resources, events and change sets."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .resources.handler import Properties
from .template import Template
from .template_parameters import shown_parameters

FINAL_DELETED = "DELETE_COMPLETE"
IN_REVIEW = "REVIEW_IN_PROGRESS"


@dataclass
class Resource:
    """A resource of a stack, once it was begun."""

    logical_id: str
    type: str
    physical_id: str = ""
    properties: Properties = field(default_factory=dict)
    status: str = ""
    reason: str | None = None
    changed: datetime | None = None
    deletion_policy: str = "Delete"
    replacement_policy: str = "Delete"
    # Resources are deleted in the reverse of the order in which they came about.
    order: int = 0


@dataclass(frozen=True)
class Event:
    """One line of a stack's history."""

    id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str | None
    time: datetime


@dataclass(frozen=True)
class Plan:
    """What a stack is to become."""

    template: Template
    # The values of the parameters, as texts.
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    capabilities: tuple[str, ...]


@dataclass
class Stack:
    """A stack; one that is deleted stays for whoever knows its id."""

    id: str
    name: str
    account: str
    region: str
    created: datetime
    now: Callable[[], datetime]
    plan: Plan | None = None
    status: str = ""
    reason: str | None = None
    updated: datetime | None = None
    deleted: datetime | None = None
    change_set_id: str | None = None
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    next_order: int = 0
    # What the last successful operation made of it: see `ResolvedTemplate.drafts`.
    drafts: dict[str, Any] = field(default_factory=dict)

    def become(self, status: str, reason: str | None = None) -> None:
        """Changes the stack's status, and says so in an event."""
        self.status, self.reason = status, reason
        self._note(self.name, self.id, "AWS::CloudFormation::Stack", status, reason)
        if status == FINAL_DELETED:
            self.deleted = self.now()

    def note(self, resource: Resource, status: str, reason: str | None = None) -> None:
        """Changes a resource's status, and says so in an event."""
        resource.status, resource.reason, resource.changed = status, reason, self.now()
        self._note(resource.logical_id, resource.physical_id, resource.type, status, reason)

    def _note(
        self, logical_id: str, physical_id: str, kind: str, status: str, reason: str | None
    ) -> None:
        event = Event(str(uuid.uuid4()), logical_id, physical_id, kind, status, reason, self.now())
        self.events.append(event)

    def begun(
        self, kind: str, logical_id: str, deletion_policy: str, replacement_policy: str
    ) -> Resource:
        """A new resource, the next in the order."""
        self.next_order += 1
        return Resource(
            logical_id,
            kind,
            deletion_policy=deletion_policy,
            replacement_policy=replacement_policy,
            order=self.next_order,
        )

    def newest_first(self) -> list[Resource]:
        """Its resources in the order in which they are deleted."""
        return sorted(self.resources.values(), key=lambda one: one.order, reverse=True)

    @property
    def is_live(self) -> bool:
        """Whether it can be found by its name."""
        return self.status != FINAL_DELETED

    def to_api(self) -> dict[str, Any]:
        """`Stack` of the API."""
        plan = self.plan
        shown: dict[str, Any] = {
            "StackId": self.id,
            "StackName": self.name,
            "CreationTime": self.created,
            "LastUpdatedTime": self.updated,
            "DeletionTime": self.deleted,
            "StackStatus": self.status,
            "StackStatusReason": self.reason,
            "DisableRollback": False,
            "NotificationARNs": [],
            "EnableTerminationProtection": False,
            "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
            "RollbackConfiguration": {},
            "ChangeSetId": self.change_set_id,
            "Outputs": self.outputs or None,
        }
        if plan is None:
            return shown
        return shown | {
            "Description": plan.template.description,
            "Parameters": shown_parameters(plan.template, plan.parameters) or None,
            "Capabilities": list(plan.capabilities) or None,
            "Tags": [{"Key": key, "Value": value} for key, value in plan.tags.items()],
        }


@dataclass
class ChangeSet:
    """A change of a stack, prepared and perhaps executed."""

    id: str
    name: str
    stack: Stack
    kind: str
    plan: Plan
    description: str | None
    created: datetime
    changes: list[dict[str, Any]]
    status: str = "CREATE_COMPLETE"
    execution_status: str = "AVAILABLE"
    reason: str | None = None

    def to_api(self) -> dict[str, Any]:
        """What DescribeChangeSet answers."""
        return {
            "ChangeSetName": self.name,
            "ChangeSetId": self.id,
            "StackId": self.stack.id,
            "StackName": self.stack.name,
            "Description": self.description,
            "Parameters": shown_parameters(self.plan.template, self.plan.parameters),
            "CreationTime": self.created,
            "ExecutionStatus": self.execution_status,
            "Status": self.status,
            "StatusReason": self.reason,
            "NotificationARNs": [],
            "RollbackConfiguration": {},
            "Capabilities": list(self.plan.capabilities),
            "Tags": [{"Key": key, "Value": value} for key, value in self.plan.tags.items()],
            "Changes": self.changes,
            "IncludeNestedStacks": False,
        }
