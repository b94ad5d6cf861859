"""Makes a stack what a blueprint says, and undoes it when a resource fails."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from .blueprint import Blueprint, Definition, is_replacement
from .resources.handler import Properties, UnsupportedError, is_gone
from .resources.registry import HANDLERS
from .stack import FINAL_DELETED, Plan, Resource, Stack
from .values import FailedError, Values

_RETAINING = ("Retain",)
# How CloudFormation classes the errors of services.
_ERROR_CLASSES = {
    "AccessDenied": "AccessDenied",
    "AlreadyExists": "AlreadyExists",
    "Conflict": "ResourceConflict",
    "InUse": "ResourceConflict",
    "NoSuch": "NotFound",
    "NotFound": "NotFound",
    "Throttl": "Throttling",
    "LimitExceeded": "ServiceLimitExceeded",
}


@dataclass(frozen=True)
class _Step:
    """A change made by an update: what there was before, and what there is now."""

    before: Resource | None
    now: Resource
    is_new: bool


class Deployment:
    """One operation on a stack."""

    def __init__(self, stack: Stack, partition: str, client: Callable[[str], Any]) -> None:
        """Prepares an operation.

        :param client: a client of a service, acting as whoever works on the stack
        """
        self._stack = stack
        self._values = Values(stack, partition, client)

    def create(self, plan: Plan, blueprint: Blueprint, on_failure: str) -> None:
        """Creates all resources.

        :param on_failure: `ROLLBACK`, `DELETE` or `DO_NOTHING`
        """
        stack = self._stack
        stack.plan = plan
        try:
            for definition in blueprint.resources.values():
                self._create(definition, blueprint, plan)
            stack.outputs = self._values.outputs(blueprint)
        except FailedError as error:
            self._give_up(str(error), on_failure)
            return
        stack.drafts = blueprint.drafts
        stack.become("CREATE_COMPLETE")

    def update(self, plan: Plan, blueprint: Blueprint) -> None:
        """Creates, changes and deletes resources, or goes back to what there was."""
        stack, steps = self._stack, list[_Step]()
        try:
            for definition in blueprint.resources.values():
                self._create_or_update(definition, blueprint, plan, steps)
            outputs = self._values.outputs(blueprint)
        except FailedError as error:
            self._go_back(str(error), steps)
            return
        stack.become("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        for step in reversed(steps):
            if step.before is not None and step.is_new:
                self._clean_up(step.before, step.before.replacement_policy)
        for resource in self._stack.newest_first():
            if resource.logical_id not in blueprint.resources:
                self._clean_up(resource, resource.deletion_policy)
                del stack.resources[resource.logical_id]
        stack.plan, stack.outputs, stack.drafts = plan, outputs, blueprint.drafts
        stack.become("UPDATE_COMPLETE")

    def delete(self, retained: frozenset[str] = frozenset()) -> None:
        """Deletes all resources; stops at the first that can't be.

        :param retained: logical ids of resources that stay
        """
        failed = self._delete_all(retained, (*_RETAINING, "RetainExceptOnCreate"))
        if failed:
            self._stack.become(
                "DELETE_FAILED", f"The following resource(s) failed to delete: [{failed}]. "
            )
        else:
            self._stack.become(FINAL_DELETED)

    # Creating.

    def _create(self, definition: Definition, blueprint: Blueprint, plan: Plan) -> None:
        stack = self._stack
        resource = stack.begun(
            definition.type,
            definition.logical_id,
            definition.deletion_policy,
            definition.replacement_policy,
        )
        stack.resources[definition.logical_id] = resource
        stack.note(resource, "CREATE_IN_PROGRESS")
        try:
            resource.properties = self._values.properties(definition, blueprint)
            self._make(resource, plan)
        except Exception as error:  # whatever kept it from being made
            raise _failed(self._stack, resource, "CREATE_FAILED", error) from error

    def _make(self, resource: Resource, plan: Plan) -> None:
        handler, work = HANDLERS[resource.type], self._values.work(resource, plan)
        handler.refuse_unapplied(resource.type, resource.properties)
        resource.physical_id = handler.create(work, resource.properties)
        self._stack.note(resource, "CREATE_IN_PROGRESS", "Resource creation Initiated")
        handler.settle(work, resource.physical_id, resource.properties, {})
        self._stack.note(resource, "CREATE_COMPLETE")

    def _give_up(self, reason: str, on_failure: str) -> None:
        stack = self._stack
        if on_failure == "DO_NOTHING":
            stack.become("CREATE_FAILED", reason)
        elif on_failure == "DELETE":
            stack.become("DELETE_IN_PROGRESS", f"{reason}Delete requested by user.")
            self.delete()
        else:
            stack.become("ROLLBACK_IN_PROGRESS", f"{reason}Rollback requested by user.")
            failed = self._delete_all(frozenset(), _RETAINING)
            if failed:
                stack.become(
                    "ROLLBACK_FAILED", f"The following resource(s) failed to delete: [{failed}]. "
                )
            else:
                stack.become("ROLLBACK_COMPLETE")

    # Updating.

    def _create_or_update(
        self, definition: Definition, blueprint: Blueprint, plan: Plan, steps: list[_Step]
    ) -> None:
        known = self._stack.resources.get(definition.logical_id)
        if known is None:
            try:
                self._create(definition, blueprint, plan)
            finally:
                steps.append(_Step(None, self._stack.resources[definition.logical_id], True))
            return
        before = copy.copy(known)
        known.deletion_policy = definition.deletion_policy
        known.replacement_policy = definition.replacement_policy
        try:
            properties = self._values.properties(definition, blueprint)
            if properties == before.properties:
                return
            HANDLERS[known.type].refuse_unapplied(known.type, properties)
            if self._is_replaced(before, properties):
                self._replace(definition, before, properties, plan, steps)
            else:
                steps.append(_Step(before, known, is_new=False))
                self._change(known, properties, plan)
        except Exception as error:  # whatever kept it from being changed
            resource = self._stack.resources[definition.logical_id]
            raise _failed(self._stack, resource, "UPDATE_FAILED", error) from error

    def _is_replaced(self, before: Resource, properties: Properties) -> bool:
        return is_replacement(
            before.properties, properties, before.type, self._stack.region
        ) or HANDLERS[before.type].needs_replacement(properties, before.properties)

    def _replace(
        self,
        definition: Definition,
        before: Resource,
        properties: Properties,
        plan: Plan,
        steps: list[_Step],
    ) -> None:
        name = HANDLERS[before.type].name_property
        if name in properties and before.properties.get(name) == properties[name]:
            raise UnsupportedError(
                "CloudFormation cannot update a stack when a custom-named resource requires "
                f"replacing. Rename {before.physical_id} and update the stack again."
            )
        self._stack.note(
            before,
            "UPDATE_IN_PROGRESS",
            "Requested update requires the creation of a new physical resource; hence creating "
            "one.",
        )
        resource = self._stack.begun(
            definition.type,
            definition.logical_id,
            definition.deletion_policy,
            definition.replacement_policy,
        )
        resource.properties = properties
        self._stack.resources[definition.logical_id] = resource
        steps.append(_Step(before, resource, is_new=True))
        self._make(resource, plan)
        self._stack.note(resource, "UPDATE_COMPLETE")

    def _change(self, resource: Resource, properties: Properties, plan: Plan) -> None:
        previous, resource.properties = resource.properties, properties
        self._stack.note(resource, "UPDATE_IN_PROGRESS")
        handler, work = HANDLERS[resource.type], self._values.work(resource, plan)
        handler.update(work, resource.physical_id, properties, previous)
        handler.settle(work, resource.physical_id, properties, previous)
        self._stack.note(resource, "UPDATE_COMPLETE")

    def _go_back(self, reason: str, steps: list[_Step]) -> None:
        stack = self._stack
        assert stack.plan is not None
        stack.become("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        failed = []
        for step in reversed(steps):
            if step.before is None:
                del stack.resources[step.now.logical_id]
            else:
                stack.resources[step.now.logical_id] = step.before
            if not step.is_new and not self._changed_back(step, stack.plan):
                failed.append(step.now.logical_id)
        if failed:
            stack.become(
                "UPDATE_ROLLBACK_FAILED",
                f"The following resource(s) failed to update: [{', '.join(failed)}]. ",
            )
            return
        stack.become("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        for step in reversed(steps):
            if step.is_new:
                self._clean_up(step.now, "Delete")
        stack.become("UPDATE_ROLLBACK_COMPLETE")

    def _changed_back(self, step: _Step, plan: Plan) -> bool:
        assert step.before is not None
        resource = step.before
        wanted, resource.properties = resource.properties, step.now.properties
        try:
            self._change(resource, wanted, plan)
        except Exception as error:  # noqa: BLE001  whatever kept it from being changed back
            resource.properties = wanted
            self._stack.note(resource, "UPDATE_FAILED", _reason(error, resource.type))
            return False
        return True

    # Deleting.

    def _delete_all(self, retained: frozenset[str], policies: tuple[str, ...]) -> str:
        """Deletes what has none of the policies; answers the logical id of the first failure."""
        for resource in self._stack.newest_first():
            if resource.status == "DELETE_COMPLETE":
                continue
            if resource.logical_id in retained or resource.deletion_policy in policies:
                self._stack.note(resource, "DELETE_SKIPPED")
            elif not self._deleted(resource):
                return resource.logical_id
        return ""

    def _clean_up(self, resource: Resource, policy: str) -> None:
        if policy == "Delete":
            self._deleted(resource)
        else:
            self._stack.note(resource, "DELETE_SKIPPED")

    def _deleted(self, resource: Resource) -> bool:
        stack = self._stack
        stack.note(resource, "DELETE_IN_PROGRESS")
        if resource.physical_id:
            work = self._values.work(resource, stack.plan)
            try:
                HANDLERS[resource.type].delete(work, resource.physical_id, resource.properties)
            except Exception as error:  # noqa: BLE001  whatever kept it from being deleted
                if not (isinstance(error, ClientError) and is_gone(error)):
                    stack.note(resource, "DELETE_FAILED", _reason(error, resource.type))
                    return False
        stack.note(resource, "DELETE_COMPLETE")
        return True


def _failed(stack: Stack, resource: Resource, status: str, error: Exception) -> FailedError:
    verb = "create" if status.startswith("CREATE") else "update"
    stack.note(resource, status, _reason(error, resource.type))
    names = f"[{resource.logical_id}]"
    return FailedError(f"The following resource(s) failed to {verb}: {names}. ")


def _reason(error: Exception, resource_type: str) -> str:
    """Why a resource failed, as its event tells it."""
    if not isinstance(error, ClientError):
        return str(error) or type(error).__name__
    response = error.response
    code, text = response["Error"]["Code"], response["Error"]["Message"]
    metadata = response["ResponseMetadata"]
    kind = next((kind for part, kind in _ERROR_CLASSES.items() if part in code), "InvalidRequest")
    request = metadata.get("RequestId") or uuid.uuid4()
    service = resource_type.split("::")[1]
    return (
        f'Resource handler returned message: "{text} (Service: {service}, '
        f'Status Code: {metadata["HTTPStatusCode"]}, Request ID: {request})" '
        f"(RequestToken: {uuid.uuid4()}, HandlerErrorCode: {kind})"
    )
