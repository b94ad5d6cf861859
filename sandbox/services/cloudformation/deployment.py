"""Makes a stack what a template says, and undoes its creation when a resource fails."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from .resolved_template import Definition, ResolvedTemplate, is_replacement
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


class Deployment:
    """One operation on a stack."""

    def __init__(self, stack: Stack, partition: str, client: Callable[[str], Any]) -> None:
        """Prepares an operation.

        :param client: a client of a service, acting as whoever works on the stack
        """
        self._stack = stack
        self._values = Values(stack, partition, client)

    def create(self, plan: Plan, target: ResolvedTemplate) -> None:
        """Creates all resources, or deletes again what it has created."""
        stack = self._stack
        stack.plan = plan
        try:
            for definition in target.resources.values():
                self._create(definition, target, plan)
            stack.outputs = self._values.outputs(target)
        except FailedError as error:
            stack.become("ROLLBACK_IN_PROGRESS", f"{error}Rollback requested by user.")
            if self._is_deleted(_RETAINING, "ROLLBACK_FAILED"):
                stack.become("ROLLBACK_COMPLETE")
            return
        stack.drafts = target.drafts
        stack.become("CREATE_COMPLETE")

    def update(self, plan: Plan, target: ResolvedTemplate) -> None:
        """Creates, changes and deletes resources; stops at the first that can't be."""
        stack, replaced = self._stack, list[Resource]()
        try:
            for definition in target.resources.values():
                self._create_or_update(definition, target, plan, replaced)
            outputs = self._values.outputs(target)
        except FailedError as error:
            stack.become("UPDATE_FAILED", f"{error}The sandbox rolls no update back.")
            return
        stack.become("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        for resource in reversed(replaced):
            self._clean_up(resource, resource.replacement_policy)
        for resource in self._stack.newest_first():
            if resource.logical_id not in target.resources:
                self._clean_up(resource, resource.deletion_policy)
                del stack.resources[resource.logical_id]
        stack.plan, stack.outputs, stack.drafts = plan, outputs, target.drafts
        stack.become("UPDATE_COMPLETE")

    def delete(self) -> None:
        """Deletes all resources; stops at the first that can't be."""
        if self._is_deleted((*_RETAINING, "RetainExceptOnCreate"), "DELETE_FAILED"):
            self._stack.become(FINAL_DELETED)

    # Creating.

    def _create(self, definition: Definition, target: ResolvedTemplate, plan: Plan) -> None:
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
            resource.properties = self._values.properties(definition, target)
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

    # Updating.

    def _create_or_update(
        self,
        definition: Definition,
        target: ResolvedTemplate,
        plan: Plan,
        replaced: list[Resource],
    ) -> None:
        known = self._stack.resources.get(definition.logical_id)
        if known is None:
            self._create(definition, target, plan)
            return
        before = copy.copy(known)
        known.deletion_policy = definition.deletion_policy
        known.replacement_policy = definition.replacement_policy
        try:
            properties = self._values.properties(definition, target)
            if properties == before.properties:
                return
            HANDLERS[known.type].refuse_unapplied(known.type, properties)
            if self._is_replaced(before, properties):
                self._replace(definition, before, properties, plan)
                replaced.append(before)
            else:
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
        self._make(resource, plan)
        self._stack.note(resource, "UPDATE_COMPLETE")

    def _change(self, resource: Resource, properties: Properties, plan: Plan) -> None:
        previous = resource.properties
        if properties.get("Tags") != previous.get("Tags"):
            raise UnsupportedError("The sandbox does not change the tags of a resource.")
        resource.properties = properties
        self._stack.note(resource, "UPDATE_IN_PROGRESS")
        handler, work = HANDLERS[resource.type], self._values.work(resource, plan)
        handler.update(work, resource.physical_id, properties, previous)
        handler.settle(work, resource.physical_id, properties, previous)
        self._stack.note(resource, "UPDATE_COMPLETE")

    # Deleting.

    def _is_deleted(self, policies: tuple[str, ...], failed: str) -> bool:
        """Deletes what has none of the policies.

        :param failed: the stack's status if a resource can't be deleted
        """
        for resource in self._stack.newest_first():
            if resource.status == "DELETE_COMPLETE":
                continue
            if resource.deletion_policy in policies:
                self._stack.note(resource, "DELETE_SKIPPED")
            elif not self._deleted(resource):
                name = f"[{resource.logical_id}]"
                self._stack.become(failed, f"The following resource(s) failed to delete: {name}. ")
                return False
        return True

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
