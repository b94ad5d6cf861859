"""The operations of CloudFormation on stacks and change sets.

An operation that AWS answers at once and then works on is worked on first here and answered then,
so that nobody has to wait for the end by the half minutes in which the AWS CLI asks for it.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.host.clock import Clock
from sandbox.policy.authorization import Authorization
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations

from . import resource_schemas
from .blueprint import Blueprint, changes, refuse_changed_types
from .deployment import Deployment
from .stack import FINAL_DELETED, IN_REVIEW, ChangeSet, Plan, Resource, Stack
from .template import MAX_BODY_BYTES, MAX_S3_BYTES, Template, TemplateError
from .template_parameters import is_hidden, parameter_texts
from .template_url import bucket_and_key

_NAME = "[a-zA-Z][-a-zA-Z0-9]*"
_MAX_NAME = 128
_UPDATABLE = (
    "CREATE_COMPLETE",
    "IMPORT_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
)
# Only a stack that nothing is done to can be deleted, whatever became of it.
_BUSY = "_IN_PROGRESS"
_NOTHING_TO_DO = "No updates are to be performed."
_EMPTY_CHANGE_SET = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)


class Stacks:
    """All stacks."""

    def __init__(self, clock: Clock, authorization: Authorization) -> None:
        self._clock = clock
        self._authorization = authorization
        self._lock = threading.RLock()
        self._stacks: dict[str, Stack] = {}
        # One for all clients: it reads each service's model once, which takes long.
        self._session = boto3.Session()
        self._clients: dict[tuple[str, str, str], Any] = {}
        # The sandbox's own address; known once the server listens.
        self.endpoint = ""

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return {
            "CreateStack": self._create_stack,
            "UpdateStack": self._update_stack,
            "DeleteStack": self._delete_stack,
            "CreateChangeSet": self._create_change_set,
            "DescribeChangeSet": self._describe_change_set,
            "ExecuteChangeSet": self._execute_change_set,
            "DeleteChangeSet": self._delete_change_set,
            "ListChangeSets": self._list_change_sets,
            "DescribeStacks": self._describe_stacks,
            "ListStacks": self._list_stacks,
            "DescribeStackEvents": self._describe_events,
            "DescribeStackResource": self._describe_resource,
            "DescribeStackResources": self._describe_resources,
            "ListStackResources": self._list_resources,
            "ListExports": self._list_exports,
            "GetTemplate": self._get_template,
            "GetTemplateSummary": self._get_template_summary,
            "UpdateTerminationProtection": self._protect,
            "ValidateTemplate": self._validate_template,
        }

    def reset(self) -> None:
        """Forgets all stacks; what they were made of is their services' to forget."""
        with self._lock:
            self._stacks.clear()

    # Stacks.

    def _create_stack(self, call: Call) -> dict[str, Any]:
        params = call.params
        with self._lock:
            _check_stack_name(params["StackName"])
            existing = self._live(call, params["StackName"])
            if existing is not None:
                raise AwsError("AlreadyExistsException", f"Stack [{existing.name}] already exists")
            stack = self._new_stack(call)
            plan = self._plan(call, None)
            blueprint = self._blueprint(call, stack, plan)
            self._begin(call, stack, plan)
            stack.is_protected = bool(params.get("EnableTerminationProtection"))
            stack.is_rollback_disabled = bool(params.get("DisableRollback"))
            self._stacks[stack.id] = stack
            stack.become("CREATE_IN_PROGRESS", "User Initiated")
        on_failure = params.get("OnFailure") or (
            "DO_NOTHING" if stack.is_rollback_disabled else "ROLLBACK"
        )
        self._deployment(call, stack).create(plan, blueprint, on_failure)
        return {"StackId": stack.id}

    def _update_stack(self, call: Call) -> dict[str, Any]:
        with self._lock:
            stack = self._existing(call, "Stack [{}] does not exist")
            _refuse_unless(stack, _UPDATABLE, "updated")
            plan = self._plan(call, stack)
            blueprint = self._blueprint(call, stack, plan)
            if blueprint.drafts == stack.drafts:
                raise TemplateError(_NOTHING_TO_DO)
            self._begin(call, stack, plan)
            stack.become("UPDATE_IN_PROGRESS", "User Initiated")
        self._deployment(call, stack).update(plan, blueprint)
        return {"StackId": stack.id}

    def _delete_stack(self, call: Call) -> None:
        name = call.params["StackName"]
        with self._lock:
            stack = self._stacks.get(name) or self._live(call, name)
            if stack is None or stack.status == FINAL_DELETED:
                return
            if stack.is_protected:
                raise TemplateError(
                    f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
                )
            if stack.status.endswith(_BUSY) and stack.status != IN_REVIEW:
                raise TemplateError(
                    f"Stack:{stack.id} is in {stack.status} state and can not be deleted."
                )
            retained = frozenset(call.params.get("RetainResources") or ())
            if retained and stack.status != "DELETE_FAILED":
                raise TemplateError(
                    "Invalid operation on stack. RetainResources can only be specified for a "
                    "stack in the DELETE_FAILED state."
                )
            stack.role_arn = call.params.get("RoleARN") or stack.role_arn
            stack.become("DELETE_IN_PROGRESS", "User Initiated")
        self._deployment(call, stack).delete(retained)

    def _protect(self, call: Call) -> dict[str, Any]:
        stack = self._existing(call, "Stack [{}] does not exist")
        stack.is_protected = bool(call.params["EnableTerminationProtection"])
        return {"StackId": stack.id}

    def _new_stack(self, call: Call) -> Stack:
        name = call.params["StackName"]
        resource = f"{call.region}:{call.account}:stack/{name}/{uuid.uuid4()}"
        return Stack(
            id=f"arn:{call.partition}:cloudformation:{resource}",
            name=name,
            account=call.account,
            region=call.region,
            created=self._clock.now(),
            now=self._clock.now,
        )

    def _begin(self, call: Call, stack: Stack, plan: Plan) -> None:
        """Checks what is only asked for when something is to be done."""
        _refuse_missing_capabilities(plan)
        stack.role_arn = call.params.get("RoleARN") or stack.role_arn
        self._access_key(call, stack)
        if stack.plan is not None:
            stack.updated = self._clock.now()

    def _plan(self, call: Call, stack: Stack | None) -> Plan:
        params, old = call.params, stack.plan if stack else None
        if params.get("UsePreviousTemplate"):
            if old is None:
                raise TemplateError("No previous template.")
            template = old.template
        else:
            template = self._template(call)
        tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or []}
        previous = old.parameters if old else {}
        return Plan(
            template=template,
            parameters=parameter_texts(template, params.get("Parameters") or [], previous),
            # An update that says nothing of tags leaves them alone.
            tags=tags if "Tags" in params or old is None else old.tags,
            capabilities=tuple(params.get("Capabilities") or ()),
        )

    def _blueprint(self, call: Call, stack: Stack, plan: Plan) -> Blueprint:
        def imported(name: str) -> Any:
            values = self._exported(call)
            if name not in values:
                raise TemplateError(f"No export named {name} found.")
            return values[name]["Value"]

        blueprint = Blueprint(stack, plan, call.partition, imported)
        refuse_changed_types(stack.resources, blueprint)
        return blueprint

    def _deployment(self, call: Call, stack: Stack) -> Deployment:
        access_key = self._access_key(call, stack)

        def client(service: str) -> Any:
            return self._client(service, call.region, access_key)

        def exports() -> dict[str, str]:
            return {name: one["Stack"] for name, one in self._exported(call).items()}

        return Deployment(stack, call.partition, client, exports)

    def _access_key(self, call: Call, stack: Stack) -> str:
        """Whoever calls works on the stack, unless the stack has a role."""
        if not stack.role_arn:
            return call.access_key
        try:
            session = self._authorization.assume(
                stack.role_arn,
                "AWSCloudFormation",
                service="cloudformation.amazonaws.com",
                region=call.region,
                source={"aws:SourceAccount": call.account, "aws:SourceArn": stack.id},
            )
        except AwsError as error:
            raise TemplateError(f"Role {stack.role_arn} is invalid or cannot be assumed") from error
        return str(session.access_key_id)

    def _client(self, service: str, region: str, access_key: str) -> Any:
        key = (service, region, access_key)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._session.client(
                    service,
                    aws_access_key_id=access_key or "none",
                    aws_secret_access_key="none",  # noqa: S106  signatures aren't checked
                    region_name=region,
                    endpoint_url=self.endpoint,
                    # A stack set waits for its stacks, which are made within one call.
                    config=Config(retries={"total_max_attempts": 3}, proxies={}, read_timeout=600),
                )
            return self._clients[key]

    # Change sets.

    def _create_change_set(self, call: Call) -> dict[str, Any]:
        params = call.params
        with self._lock:
            _check_stack_name(params["StackName"])
            kind = params.get("ChangeSetType", "UPDATE")
            stack = self._stack_to_change(call, kind)
            _refuse_pending(stack, params["ChangeSetName"])
            plan = self._plan(call, stack)
            blueprint = self._blueprint(call, stack, plan)
            _refuse_missing_capabilities(plan)
            change_set = self._new_change_set(call, stack, kind, plan)
            change_set.changes = changes(stack, blueprint, call.region)
            if blueprint.drafts == stack.drafts:
                change_set.status, change_set.execution_status = "FAILED", "UNAVAILABLE"
                change_set.reason = _EMPTY_CHANGE_SET
            if not stack.status:
                stack.become(IN_REVIEW, "User Initiated")
                self._stacks[stack.id] = stack
            stack.change_sets[change_set.id] = change_set
        return {"Id": change_set.id, "StackId": stack.id}

    def _stack_to_change(self, call: Call, kind: str) -> Stack:
        name = call.params["StackName"]
        existing = self._live(call, name)
        if kind == "UPDATE":
            if existing is None or existing.status == IN_REVIEW:
                raise TemplateError(f"Stack [{name}] does not exist")
            _refuse_unless(existing, _UPDATABLE, "updated")
            return existing
        if kind != "CREATE":
            raise TemplateError(f"The sandbox has no change sets of the type {kind}.")
        if existing is not None and existing.status != IN_REVIEW:
            raise TemplateError(
                f"Stack [{name}] already exists and cannot be created again with the changeSet "
                f"[{call.params['ChangeSetName']}]."
            )
        return existing or self._new_stack(call)

    def _new_change_set(self, call: Call, stack: Stack, kind: str, plan: Plan) -> ChangeSet:
        params = call.params
        resource = f"changeSet/{params['ChangeSetName']}/{uuid.uuid4()}"
        return ChangeSet(
            id=f"arn:{call.partition}:cloudformation:{call.region}:{call.account}:{resource}",
            name=params["ChangeSetName"],
            stack=stack,
            kind=kind,
            plan=plan,
            description=params.get("Description"),
            created=self._clock.now(),
            changes=[],
            role_arn=params.get("RoleARN"),
            on_failure=params.get("OnStackFailure"),
        )

    def _execute_change_set(self, call: Call) -> dict[str, Any]:
        with self._lock:
            change_set = self._change_set(call)
            stack, plan = change_set.stack, change_set.plan
            if change_set.execution_status != "AVAILABLE":
                raise AwsError(
                    "InvalidChangeSetStatus",
                    f"ChangeSet [{change_set.id}] cannot be executed in its current status of "
                    f"[{change_set.status}]",
                )
            is_new = change_set.kind == "CREATE"
            _refuse_unless(stack, (IN_REVIEW,) if is_new else _UPDATABLE, "updated")
            blueprint = self._blueprint(call, stack, plan)
            stack.role_arn = change_set.role_arn or stack.role_arn
            self._begin(call, stack, plan)
            stack.change_set_id = change_set.id
            # Whatever else was prepared is out of date by now.
            stack.change_sets = {change_set.id: change_set}
            change_set.execution_status = "EXECUTE_IN_PROGRESS"
            stack.become("CREATE_IN_PROGRESS" if is_new else "UPDATE_IN_PROGRESS", "User Initiated")
        deployment = self._deployment(call, stack)
        if is_new:
            is_kept = call.params.get("DisableRollback")
            default = "DO_NOTHING" if is_kept else "ROLLBACK"
            deployment.create(plan, blueprint, change_set.on_failure or default)
        else:
            deployment.update(plan, blueprint)
        has_failed = stack.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        change_set.execution_status = "EXECUTE_FAILED" if has_failed else "EXECUTE_COMPLETE"
        return {}

    def _describe_change_set(self, call: Call) -> dict[str, Any]:
        return self._change_set(call).to_api()

    def _delete_change_set(self, call: Call) -> dict[str, Any]:
        with self._lock:
            try:
                change_set = self._change_set(call)
            except AwsError:  # deleting what isn't there succeeds
                return {}
            if change_set.execution_status == "EXECUTE_IN_PROGRESS":
                raise AwsError(
                    "InvalidChangeSetStatus",
                    f"ChangeSet [{change_set.id}] cannot be deleted while it is executed",
                )
            del change_set.stack.change_sets[change_set.id]
        return {}

    def _list_change_sets(self, call: Call) -> dict[str, Any]:
        stack = self._existing(call, "Stack [{}] does not exist")
        described = [one.to_api() for one in stack.change_sets.values()]
        return {"Summaries": described}

    def _change_set(self, call: Call) -> ChangeSet:
        name, stack_name = call.params["ChangeSetName"], call.params.get("StackName")
        if not name.startswith("arn:") and not stack_name:
            raise TemplateError(
                "StackName must be specified if ChangeSetName is not specified as an ARN."
            )
        for stack in self._all(call):
            for change_set in reversed(list(stack.change_sets.values())):
                is_there = stack_name in (None, stack.name, stack.id)
                if change_set.id == name or (change_set.name == name and is_there):
                    return change_set
        raise AwsError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist")

    # Reading.

    def _describe_stacks(self, call: Call) -> dict[str, Any]:
        if "StackName" in call.params:
            return {"Stacks": [self._existing(call, "Stack with id {} does not exist").to_api()]}
        return {"Stacks": [stack.to_api() for stack in self._all(call) if stack.is_live]}

    def _list_stacks(self, call: Call) -> dict[str, Any]:
        wanted = call.params.get("StackStatusFilter")
        return {
            "StackSummaries": [
                stack.to_api()
                | {"TemplateDescription": stack.plan.template.description if stack.plan else None}
                for stack in self._all(call)
                if not wanted or stack.status in wanted
            ]
        }

    def _describe_events(self, call: Call) -> dict[str, Any]:
        stack = self._existing(call, "Stack [{}] does not exist")
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
        physical_id = call.params.get("PhysicalResourceId")
        if physical_id:
            stack = self._stack_with(call, physical_id)
        else:
            stack = self._existing(call, "Stack with id {} does not exist")
        wanted = call.params.get("LogicalResourceId")
        return {
            "StackResources": [
                _shown(stack, resource) | {"Timestamp": resource.changed}
                for resource in _oldest_first(stack)
                if wanted in (None, resource.logical_id)
            ]
        }

    def _describe_resource(self, call: Call) -> dict[str, Any]:
        stack = self._existing(call, "Stack '{}' does not exist")
        name = call.params["LogicalResourceId"]
        if name not in stack.resources:
            raise TemplateError(f"Resource {name} does not exist for stack {stack.name}")
        resource = stack.resources[name]
        shown = _shown(stack, resource) | {"LastUpdatedTimestamp": resource.changed}
        return {"StackResourceDetail": shown}

    def _list_resources(self, call: Call) -> dict[str, Any]:
        stack = self._existing(call, "Stack with id {} does not exist")
        return {
            "StackResourceSummaries": [
                _shown(stack, resource) | {"LastUpdatedTimestamp": resource.changed}
                for resource in _oldest_first(stack)
            ]
        }

    def _list_exports(self, call: Call) -> dict[str, Any]:
        return {
            "Exports": [
                {"ExportingStackId": one["Id"], "Name": name, "Value": one["Value"]}
                for name, one in self._exported(call).items()
            ]
        }

    def _get_template(self, call: Call) -> dict[str, Any]:
        if "ChangeSetName" in call.params:
            plan: Plan | None = self._change_set(call).plan
        else:
            plan = self._existing(call, "Stack with id {} does not exist").plan
        if plan is None:
            raise TemplateError("Stack has no template yet")
        return {
            "TemplateBody": plan.template.body,
            "StagesAvailable": ["Original", "Processed"],
        }

    def _get_template_summary(self, call: Call) -> dict[str, Any]:
        if "StackName" in call.params:
            stack = self._existing(call, "Stack with id {} does not exist")
            template = stack.plan.template if stack.plan else None
            if template is None:
                raise TemplateError(f"Stack [{stack.name}] has no template yet")
        else:
            template = self._template(call)
        metadata = template.content.get("Metadata")
        return _described(template) | {
            "Parameters": [_declared(*one) for one in template.parameters.items()],
            "ResourceTypes": sorted({one["Type"] for one in template.resources.values()}),
            "Version": template.content.get("AWSTemplateFormatVersion"),
            "Metadata": json.dumps(metadata) if metadata else None,
        }

    def _validate_template(self, call: Call) -> dict[str, Any]:
        template = self._template(call)
        return _described(template) | {
            "Parameters": [
                {name: value for name, value in declared.items() if name in _VALIDATED}
                for declared in (_declared(*one) for one in template.parameters.items())
            ],
        }

    def _template(self, call: Call) -> Template:
        """The template of a request, from its body or from S3."""
        body, url = call.params.get("TemplateBody"), call.params.get("TemplateURL")
        if (body is None) == (url is None):
            raise TemplateError("Either Template URL or Template Body must be specified.")
        if body is None:
            body = self._from_s3(call, str(url))
        elif len(body.encode()) > MAX_BODY_BYTES:
            raise TemplateError(
                f"1 validation error detected: Value '{body[:1000]}...' at 'templateBody' failed "
                "to satisfy constraint: Member must have length less than or equal to "
                f"{MAX_BODY_BYTES}"
            )
        template = Template(body)
        types = {one["Type"] for one in template.resources.values()}
        resource_schemas.refuse_unknown_types(types, call.region)
        return template

    def _from_s3(self, call: Call, url: str) -> str:
        bucket, key = bucket_and_key(url, self.endpoint)
        try:
            answer = self._client("s3", call.region, call.access_key).get_object(
                Bucket=bucket, Key=key
            )
        except ClientError as error:
            raise TemplateError(
                f"S3 error: {error.response['Error']['Message']}\nFor more information check "
                "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
            ) from error
        content: bytes = answer["Body"].read()
        if len(content) > MAX_S3_BYTES:
            raise TemplateError(f"Template may not exceed {MAX_S3_BYTES} bytes in size.")
        return content.decode()

    # Finding.

    def _all(self, call: Call) -> list[Stack]:
        with self._lock:
            newest_first = reversed(list(self._stacks.values()))
            place = (call.account, call.region)
            return [one for one in newest_first if (one.account, one.region) == place]

    def _live(self, call: Call, name: str) -> Stack | None:
        """The stack of this name, or of this id if it isn't deleted."""
        return next(
            (one for one in self._all(call) if one.is_live and name in (one.name, one.id)), None
        )

    def _existing(self, call: Call, message: str) -> Stack:
        """The stack that a request names, by its id also if it is deleted."""
        name = call.params.get("StackName")
        if not name:
            raise TemplateError("Stack name must be specified")
        stack = self._live(call, name)
        if stack is None:
            stack = next((one for one in self._all(call) if one.id == name), None)
        if stack is None:
            raise TemplateError(message.format(name))
        return stack

    def _stack_with(self, call: Call, physical_id: str) -> Stack:
        for stack in self._all(call):
            if any(one.physical_id == physical_id for one in stack.resources.values()):
                return stack
        raise TemplateError(f"Stack for {physical_id} does not exist")

    def _exported(self, call: Call) -> dict[str, dict[str, str]]:
        return {
            output["ExportName"]: {
                "Stack": stack.name,
                "Id": stack.id,
                "Value": output["OutputValue"],
            }
            for stack in self._all(call)
            if stack.is_live
            for output in stack.outputs
            if output.get("ExportName")
        }


_VALIDATED = ("ParameterKey", "DefaultValue", "NoEcho", "Description")


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


def _refuse_missing_capabilities(plan: Plan) -> None:
    for needed in plan.template.capabilities:
        # To acknowledge names is to acknowledge the rest.
        if needed not in plan.capabilities and "CAPABILITY_NAMED_IAM" not in plan.capabilities:
            raise AwsError(
                "InsufficientCapabilitiesException", f"Requires capabilities : [{needed}]"
            )


def _refuse_pending(stack: Stack, name: str) -> None:
    """Refuses a change set whose name one has that was not executed."""
    for one in stack.change_sets.values():
        if one.name == name and not one.execution_status.startswith("EXECUTE_"):
            raise AwsError("AlreadyExistsException", f"ChangeSet {name} already exists")


def _refuse_unless(stack: Stack, statuses: tuple[str, ...], done: str) -> None:
    if stack.status not in statuses:
        raise TemplateError(f"Stack:{stack.id} is in {stack.status} state and can not be {done}.")


def _check_stack_name(name: str) -> None:
    if name.startswith("arn:"):
        return
    if not re.fullmatch(_NAME, name):
        must = f"satisfy regular expression pattern: {_NAME}"
    elif len(name) > _MAX_NAME:
        must = f"have length less than or equal to {_MAX_NAME}"
    else:
        return
    raise TemplateError(
        f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy "
        f"constraint: Member must {must}"
    )
