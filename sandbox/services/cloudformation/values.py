"""What a stack's resources and outputs are given once the resources before them are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from . import resource_schemas
from .resolved_template import Definition, ResolvedTemplate
from .resources.handler import Handler, Properties, Work
from .resources.registry import HANDLERS
from .stack import Plan, Resource, Stack
from .template import Reference, TemplateError


class FailedError(Exception):
    """A resource, or the outputs, could not be made."""


class Values:
    """The values of one operation on a stack."""

    def __init__(self, stack: Stack, partition: str, client: Callable[[str], Any]) -> None:
        """Prepares to resolve; the parameters are those of `Deployment`."""
        self._stack = stack
        self._partition = partition
        self._client = client

    def properties(self, definition: Definition, target: ResolvedTemplate) -> Properties:
        """The properties of a resource, checked."""
        resolved = target.scope.resolved(definition.properties, self._lookup)
        return resource_schemas.checked(
            definition.logical_id, definition.type, self._stack.region, resolved
        )

    def _lookup(self, reference: Reference) -> Any:
        resource = self._stack.resources[reference.name]
        if not reference.attribute:
            return resource.physical_id
        handler: Handler = HANDLERS[resource.type]
        work = self.work(resource, self._stack.plan)
        return handler.attributes(work, resource.physical_id)[reference.attribute]

    def outputs(self, target: ResolvedTemplate) -> list[dict[str, Any]]:
        """The outputs of the stack.

        :raises FailedError: if one has no value that it can have
        """
        try:
            return [self._output(name, one, target) for name, one in target.outputs.items()]
        except (TemplateError, ClientError) as error:
            raise FailedError(f"{error} ") from error

    def _output(
        self, name: str, output: dict[str, Any], target: ResolvedTemplate
    ) -> dict[str, Any]:
        resolved = target.scope.resolved(output, self._lookup)
        value = resolved.get("Value")
        if not isinstance(value, (str, int, float, bool)):
            raise TemplateError(
                "Template format error: The Value field of every Outputs member must evaluate to "
                "a String."
            )
        return {
            "OutputKey": name,
            "OutputValue": str(value).lower() if isinstance(value, bool) else str(value),
            "Description": resolved.get("Description"),
        }

    def work(self, resource: Resource, plan: Plan | None) -> Work:
        """What a handler needs to work on a resource."""
        stack = self._stack
        return Work(
            logical_id=resource.logical_id,
            stack_name=stack.name,
            region=stack.region,
            account=stack.account,
            partition=self._partition,
            stack_tags=plan.tags if plan else {},
            client=self._client,
        )
