"""What a template amounts to with given parameters: which resources, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from . import resource_schemas
from .intrinsic_functions import Scope
from .resources.registry import HANDLERS
from .stack import Plan, Resource, Stack
from .template import Reference, TemplateError, depends_on, refuse_unresolved
from .template_parameters import parameter_values

URL_SUFFIXES = {"aws-cn": "amazonaws.com.cn"}


@dataclass(frozen=True)
class Definition:
    """A resource as the template has it."""

    logical_id: str
    type: str
    properties: dict[str, Any]
    # What it needs to be there first.
    needs: frozenset[str]
    deletion_policy: str
    replacement_policy: str
    # Its properties and metadata with parameters filled in; tells whether it has changed.
    draft: Any


class ResolvedTemplate:
    """The resources of a plan in the order in which they can be made, and its outputs."""

    def __init__(self, stack: Stack, plan: Plan, partition: str) -> None:
        """Checks the plan as far as that is possible before anything is made.

        :raises TemplateError: if CloudFormation would refuse it
        """
        self._plan = plan
        template = plan.template
        resource_schemas.refuse_unknown_types(
            {one["Type"] for one in template.resources.values()}, stack.region
        )
        values = parameter_values(template, plan.parameters)
        self.scope = Scope(template, values, _pseudo_parameters(stack, partition))
        self.scope.check_rules()
        present = {
            name: resource
            for name, resource in template.resources.items()
            if self.scope.is_true(resource.get("Condition"))
        }
        definitions = [self._definition(name, present) for name in present]
        self.resources = {one.logical_id: one for one in _in_order(definitions)}
        self.outputs = {
            name: output
            for name, output in template.outputs.items()
            if self.scope.is_true(output.get("Condition"))
        }
        _, found = self._drafted(self.outputs)
        refuse_unresolved({one.name for one in found} - self.resources.keys(), "Outputs")
        _check_attributes(found, template.resources)

    @property
    def drafts(self) -> dict[str, Any]:
        """All that makes the stack what it is; the same drafts mean no update."""
        resources = {name: one.draft for name, one in self.resources.items()}
        outputs, _ = self._drafted(self.outputs)
        return {"resources": resources, "outputs": outputs, "tags": dict(self._plan.tags)}

    def _definition(self, name: str, present: Mapping[str, Any]) -> Definition:
        resource = present[name]
        if resource["Type"] not in HANDLERS:
            raise TemplateError(f"The sandbox does not create resources of {resource['Type']}.")
        properties = resource.get("Properties") or {}
        draft, found = self._drafted(properties)
        metadata, _ = self._drafted(resource.get("Metadata"))
        named = {one.name for one in found}
        refuse_unresolved(named - present.keys(), "Resources")
        _check_attributes(found, self._plan.template.resources)
        # A dependency on a resource whose condition doesn't hold is none.
        needs = named | (set(depends_on(resource)) & present.keys())
        deletion = resource.get("DeletionPolicy", "Delete")
        return Definition(
            logical_id=name,
            type=resource["Type"],
            properties=properties,
            needs=frozenset(needs),
            deletion_policy=deletion,
            replacement_policy=resource.get("UpdateReplacePolicy", "Delete"),
            draft=[resource["Type"], draft, metadata],
        )

    def _drafted(self, value: Any) -> tuple[Any, list[Reference]]:
        """A value whose resources aren't made yet, and the references to them."""
        found: list[Reference] = []

        def stand_in(reference: Reference) -> str:
            found.append(reference)
            return f"<{reference.name}.{reference.attribute}>"

        return self.scope.resolved(value, stand_in), found


def changes(stack: Stack, target: ResolvedTemplate, region: str) -> list[dict[str, Any]]:
    """The changes of a change set, as the API shows them."""
    drafts = stack.drafts.get("resources", {})
    listed = []
    for name, definition in target.resources.items():
        known = stack.resources.get(name)
        if known is None or name not in drafts:
            listed.append(_change("Add", name, definition.type))
        elif drafts[name] != definition.draft:
            replacement = _replacement(
                drafts[name][1], definition.draft[1], definition.type, region
            )
            listed.append(
                _change("Modify", name, definition.type, known.physical_id)
                | {"Replacement": replacement, "Scope": ["Properties"], "Details": []}
            )
    listed += [
        _change("Remove", name, known.type, known.physical_id)
        for name, known in stack.resources.items()
        if name not in target.resources
    ]
    return [{"Type": "Resource", "ResourceChange": one} for one in listed]


def _change(action: str, name: str, kind: str, physical_id: str | None = None) -> dict[str, Any]:
    return {
        "Action": action,
        "LogicalResourceId": name,
        "PhysicalResourceId": physical_id,
        "ResourceType": kind,
        "Scope": [],
        "Details": [],
    }


def _replacement(before: Any, after: Any, kind: str, region: str) -> str:
    return "True" if is_replacement(before, after, kind, region) else "False"


def is_replacement(
    before: Mapping[str, Any], after: Mapping[str, Any], kind: str, region: str
) -> bool:
    """Whether a property has changed that can only be set when the resource is made."""
    fixed = resource_schemas.names(kind, region, "createOnlyProperties")
    return any(before.get(name) != after.get(name) for name in fixed)


def refuse_changed_types(resources: Mapping[str, Resource], target: ResolvedTemplate) -> None:
    """Refuses to make another thing of a resource.

    :raises TemplateError: if a logical id has another type than before
    """
    changed = [
        name
        for name, one in target.resources.items()
        if name in resources and resources[name].type != one.type
    ]
    if changed:
        raise TemplateError(
            "Update of resource type is not permitted. The new template modifies resource type "
            f"of the following resources: [{', '.join(changed)}]"
        )


def _pseudo_parameters(stack: Stack, partition: str) -> dict[str, Any]:
    return {
        "AWS::AccountId": stack.account,
        "AWS::NotificationARNs": [],
        "AWS::Partition": partition,
        "AWS::Region": stack.region,
        "AWS::StackId": stack.id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": URL_SUFFIXES.get(partition, "amazonaws.com"),
    }


def _check_attributes(found: Iterable[Reference], resources: Mapping[str, Any]) -> None:
    for one in found:
        if one.attribute and one.name in resources:
            kind = resources[one.name]["Type"]
            if kind in HANDLERS and one.attribute not in HANDLERS[kind].attribute_names:
                raise TemplateError(
                    f"Template error: resource {one.name} does not support attribute type "
                    f"{one.attribute} in Fn::GetAtt"
                )


def _in_order(definitions: list[Definition]) -> list[Definition]:
    """Each after what it needs, else as in the template."""
    ordered: list[Definition] = []
    waiting = list(definitions)
    while waiting:
        made = {one.logical_id for one in ordered}
        ready = [one for one in waiting if one.needs <= made]
        if not ready:
            names = sorted(one.logical_id for one in waiting)
            raise TemplateError(f"Circular dependency between resources: [{', '.join(names)}]")
        ordered += ready
        waiting = [one for one in waiting if one not in ready]
    return ordered
