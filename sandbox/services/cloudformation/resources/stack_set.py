"""Stack sets, of which the sandbox's one account gets one stack.

The account stands for all accounts of whichever organizational units are named. A set is its
stack: there is no other record of it, and CloudFormation's operations on stack sets aren't served.
"""

# ruff: noqa: D102  `Handler` says what each method does.
from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Iterator
from typing import Any

from sandbox.services.cloudformation.template import parsed
from sandbox.services.cloudformation.template_url import bucket_and_key

from .handler import Handler, Properties, UnsupportedError, Work, some

_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MODEL = "SERVICE_MANAGED"
# What the role that StackSets works with in each account can't provision.
_NESTED_TYPES = {"AWS::CloudFormation::Stack": "Stack", "AWS::CloudFormation::StackSet": "StackSet"}
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


class StackSetHandler(Handler):
    """`AWS::CloudFormation::StackSet` with service-managed permissions."""

    name_property = "StackSetName"
    applied = frozenset(
        {
            "AutoDeployment",
            "CallAs",
            "Capabilities",
            "Description",
            "ManagedExecution",
            "OperationPreferences",
            "Parameters",
            "PermissionModel",
            "StackInstancesGroup",
            "StackSetName",
            "Tags",
            "TemplateBody",
            "TemplateURL",
        }
    )
    attribute_names = frozenset({"StackSetId"})

    def create(self, work: Work, properties: Properties) -> str:
        name = str(properties["StackSetName"])
        if _instance(work, name):
            raise ValueError(f"Stack set {name} already exists.")
        _check(work, properties)
        return f"{name}:{uuid.uuid4()}"

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        del physical_id, previous
        _check(work, properties)

    def settle(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        del previous
        name = physical_id.partition(":")[0]
        stack = _instance(work, name)
        if not properties.get("StackInstancesGroup"):
            _delete(work, stack)
        elif failure := _deployed(work, name, stack, properties):
            # A share of the one account is none, unless it is all of it.
            preferences = properties.get("OperationPreferences") or {}
            is_tolerated = (
                preferences.get("FailureTolerancePercentage", 0) == 100
                or preferences.get("FailureToleranceCount", 0) > 0
            )
            if not is_tolerated:
                raise ValueError(failure)

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        _delete(work, _instance(work, physical_id.partition(":")[0]))

    def attributes(self, work: Work, physical_id: str) -> dict[str, Any]:
        del work
        return {"StackSetId": physical_id}


def _check(work: Work, properties: Properties) -> None:
    """Refuses what StackSets refuses before any stack is made.

    :raises ValueError: with the reason
    :raises UnsupportedError: for what the sandbox can't stand in for
    """
    if properties["PermissionModel"] != _MODEL:
        raise UnsupportedError(f"The sandbox's stack sets are {_MODEL}.")
    deployment = properties.get("AutoDeployment")
    if deployment is None:
        raise ValueError(f"AutoDeployment must be specified in {_MODEL} permission model")
    if "RetainStacksOnAccountRemoval" in deployment and not deployment.get("Enabled"):
        raise ValueError(
            "RetainStacksOnAccountRemoval can only be specified if AutoDeployment is enabled"
        )
    for group in properties.get("StackInstancesGroup") or []:
        _check_group(work, group)
    for reason in _refusals(_body(work, properties)):
        raise ValueError(f"{reason} is not supported in {_MODEL} permission model")
    _check_request(work, properties)


def _check_group(work: Work, group: dict[str, Any]) -> None:
    targets = group["DeploymentTargets"]
    if "OrganizationalUnitIds" not in targets:
        raise ValueError(f"OrganizationalUnitIds are required in {_MODEL} permission model")
    if len(targets) > 1 or group.get("ParameterOverrides"):
        raise UnsupportedError("The sandbox has no single accounts in a stack set, nor overrides.")
    if group["Regions"] != [work.region]:
        raise UnsupportedError(f"The sandbox's stack sets deploy to their own region {work.region}")


def _body(work: Work, properties: Properties) -> str:
    if "TemplateBody" in properties:
        return str(properties["TemplateBody"])
    url, files = properties["TemplateURL"], work.client("s3")
    # The sandbox itself has no TLS.
    if not url.startswith(("https://", f"{files.meta.endpoint_url}/")):
        raise ValueError("TemplateURL must begin with https://")
    bucket, key = bucket_and_key(url, files.meta.endpoint_url)
    content: bytes = files.get_object(Bucket=bucket, Key=key)["Body"].read()
    return content.decode()


def _refusals(body: str) -> Iterator[str]:
    """The parts of a template that service-managed permissions don't support."""
    content = parsed(body)
    if "Transform" in content or _mentions(content, "Fn::Transform"):
        yield "Transform"
    for resource in content.get("Resources", {}).values():
        if resource.get("Type") in _NESTED_TYPES:
            yield f"{_NESTED_TYPES[resource['Type']]} resource"


def _mentions(value: Any, function: str) -> bool:
    if isinstance(value, dict):
        return function in value or any(_mentions(one, function) for one in value.values())
    return isinstance(value, list) and any(_mentions(one, function) for one in value)


def _check_request(work: Work, properties: Properties) -> None:
    """Refuses parameters that the template doesn't have, and missing capabilities."""
    summary = work.client("cloudformation").get_template_summary(
        **some(properties, "TemplateBody", "TemplateURL")
    )
    declared = {one["ParameterKey"]: one for one in summary["Parameters"]}
    given = [one["ParameterKey"] for one in properties.get("Parameters") or []]
    if unknown := [name for name in given if name not in declared]:
        raise ValueError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [
        name for name, one in declared.items() if "DefaultValue" not in one and name not in given
    ]
    if missing:
        raise ValueError(f"Parameters: [{', '.join(missing)}] must have values")
    acknowledged = properties.get("Capabilities") or []
    for needed in summary.get("Capabilities", []):
        if not {needed, "CAPABILITY_NAMED_IAM"} & set(acknowledged):
            raise ValueError(f"Requires capabilities : [{needed}]")


def _instance(work: Work, name: str) -> dict[str, Any] | None:
    """The stack of a set in this account."""
    pattern = re.compile(f"StackSet-{re.escape(name)}-{_UUID}")
    stacks: list[dict[str, Any]] = work.client("cloudformation").describe_stacks()["Stacks"]
    return next((one for one in stacks if pattern.fullmatch(one["StackName"])), None)


def _deployed(work: Work, name: str, stack: dict[str, Any] | None, properties: Properties) -> str:
    """Creates or updates the stack; says why that failed, or nothing."""
    stacks = work.client("cloudformation")
    request = some(properties, "Capabilities", "Parameters", "TemplateBody", "TemplateURL")
    request["Tags"] = work.tag_list(properties.get("Tags"))
    try:
        if stack is None:
            stack_name = f"StackSet-{name}-{uuid.uuid4()}"
            stack_id = stacks.create_stack(StackName=stack_name, **request)["StackId"]
        else:
            stack_id = stack["StackId"]
            stacks.update_stack(StackName=stack_id, **request)
    except stacks.exceptions.ClientError as error:
        text = str(error.response["Error"]["Message"])
        return "" if text == "No updates are to be performed." else text
    if stacks.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"] in _DONE:
        return ""
    return _first_failure(stacks.describe_stack_events(StackName=stack_id)["StackEvents"])


def _first_failure(newest_first: list[dict[str, Any]]) -> str:
    """What failed first in the operation that somebody started last."""
    operation = itertools.takewhile(
        lambda one: one.get("ResourceStatusReason") != "User Initiated", newest_first
    )
    *_, event = (one for one in operation if one["ResourceStatus"].endswith("_FAILED"))
    return (
        f"ResourceLogicalId:{event['LogicalResourceId']}, ResourceType:{event['ResourceType']}, "
        f"ResourceStatusReason:{event.get('ResourceStatusReason', '')}."
    )


def _delete(work: Work, stack: dict[str, Any] | None) -> None:
    """Deletes the stack of a set.

    :raises ValueError: if one of its resources can't be deleted
    """
    if stack is None:
        return
    stacks = work.client("cloudformation")
    stacks.delete_stack(StackName=stack["StackId"])
    left = stacks.describe_stacks(StackName=stack["StackId"])["Stacks"][0]
    if left["StackStatus"] != "DELETE_COMPLETE":
        raise ValueError(f"{stack['StackName']}: {left.get('StackStatusReason', '')}")
