"""The operations of CloudFormation that show stacks and templates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, refuse_parameters

from .change_sets import ChangeSets
from .clients import Clients
from .resource_schemas import is_known, schema
from .stack import Resource, Stack
from .stack_store import StackStore
from .template import Template, TemplateError
from .template_parameters import is_hidden
from .template_source import requested_template


class Descriptions:
    """What CloudFormation shows."""

    def __init__(self, stacks: StackStore, change_sets: ChangeSets, clients: Clients) -> None:
        self._stacks = stacks
        self._change_sets = change_sets
        self._clients = clients

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return {
            "DescribeStacks": self._describe_stacks,
            "ListStacks": self._list_stacks,
            "DescribeStackEvents": self._describe_events,
            "DescribeStackResource": self._describe_resource,
            "DescribeStackResources": self._describe_resources,
            "ListStackResources": self._list_resources,
            "GetTemplateSummary": self._get_template_summary,
            "DescribeType": _describe_type,
        }

    def _describe_stacks(self, call: Call) -> dict[str, Any]:
        if "StackName" in call.params:
            return {
                "Stacks": [self._stacks.existing(call, "Stack with id {} does not exist").to_api()]
            }
        return {"Stacks": [stack.to_api() for stack in self._stacks.all(call) if stack.is_live]}

    def _list_stacks(self, call: Call) -> dict[str, Any]:
        refuse_parameters(call, "StackStatusFilter")
        return {"StackSummaries": [stack.to_api() for stack in self._stacks.all(call)]}

    def _describe_events(self, call: Call) -> dict[str, Any]:
        stack = self._stacks.existing(call, "Stack [{}] does not exist")
        return {
            "StackEvents": [
                {
                    "StackId": stack.id,
                    "StackName": stack.name,
                    "EventId": event.id,
                    "LogicalResourceId": event.logical_id,
                    "PhysicalResourceId": event.physical_id,
                    "ResourceType": event.type,
                    "ResourceStatus": event.status,
                    "ResourceStatusReason": event.reason,
                    "Timestamp": event.time,
                }
                for event in reversed(stack.events)
            ]
        }

    def _describe_resources(self, call: Call) -> dict[str, Any]:
        refuse_parameters(call, "LogicalResourceId", "PhysicalResourceId")
        stack = self._stacks.existing(call, "Stack with id {} does not exist")
        return {
            "StackResources": [
                _shown(stack, resource) | {"Timestamp": resource.changed}
                for resource in _oldest_first(stack)
            ]
        }

    def _describe_resource(self, call: Call) -> dict[str, Any]:
        stack = self._stacks.existing(call, "Stack '{}' does not exist")
        name = call.params["LogicalResourceId"]
        if name not in stack.resources:
            raise TemplateError(f"Resource {name} does not exist for stack {stack.name}")
        resource = stack.resources[name]
        shown = _shown(stack, resource) | {"LastUpdatedTimestamp": resource.changed}
        return {"StackResourceDetail": shown}

    def _list_resources(self, call: Call) -> dict[str, Any]:
        stack = self._stacks.existing(call, "Stack with id {} does not exist")
        return {
            "StackResourceSummaries": [
                _shown(stack, resource) | {"LastUpdatedTimestamp": resource.changed}
                for resource in _oldest_first(stack)
            ]
        }

    def _get_template_summary(self, call: Call) -> dict[str, Any]:
        if "StackName" in call.params:
            stack = self._stacks.existing(call, "Stack with id {} does not exist")
            if stack.plan is None:
                raise TemplateError(f"Stack [{stack.name}] has no template yet")
            found = stack.plan.template
        else:
            found = requested_template(self._clients, call)
        metadata = found.content.get("Metadata")
        return _described(found) | {
            "Parameters": [_declared(*one) for one in found.parameters.items()],
            "ResourceTypes": sorted({one["Type"] for one in found.resources.values()}),
            "Version": found.content.get("AWSTemplateFormatVersion"),
            "Metadata": json.dumps(metadata) if metadata else None,
        }


def _describe_type(call: Call) -> dict[str, Any]:
    """The registry, of AWS's own resource types alone."""
    name, kind = call.params.get("TypeName"), call.params.get("Type")
    if not name or kind != "RESOURCE":
        raise AwsError(
            "NotImplemented", "The sandbox describes types by Type=RESOURCE and TypeName alone."
        )
    if not is_known(name, call.region):
        raise AwsError("TypeNotFoundException", f"The type '{name}' cannot be found.")
    path = name.replace("::", "-")
    own = schema(name, call.region)
    return {
        "Arn": f"arn:{call.partition}:cloudformation:{call.region}::type/resource/{path}",
        "Type": "RESOURCE",
        "TypeName": name,
        "Description": own.get("description"),
        "Schema": json.dumps(own),
        "DeprecatedStatus": "LIVE",
        "Visibility": "PUBLIC",
    }


def _described(template: Template) -> dict[str, Any]:
    capabilities = template.capabilities
    return {
        "Description": template.description,
        "Capabilities": capabilities or None,
        "CapabilitiesReason": template.capabilities_reason if capabilities else None,
        "DeclaredTransforms": [],
    }


def _declared(name: str, declaration: Mapping[str, Any]) -> dict[str, Any]:
    default, allowed = declaration.get("Default"), declaration.get("AllowedValues")
    return {
        "ParameterKey": name,
        "DefaultValue": None if default is None else str(default),
        "ParameterType": declaration["Type"],
        "NoEcho": is_hidden(declaration),
        "Description": declaration.get("Description"),
        "ParameterConstraints": {"AllowedValues": [str(one) for one in allowed]} if allowed else {},
    }


def _shown(stack: Stack, resource: Resource) -> dict[str, Any]:
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id or None,
        "ResourceType": resource.type,
        "ResourceStatus": resource.status,
        "ResourceStatusReason": resource.reason,
        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
    }


def _oldest_first(stack: Stack) -> list[Resource]:
    return sorted(stack.resources.values(), key=lambda one: one.order)
