"""What is done before a stack is changed: planning, and refusing."""

from __future__ import annotations

import re
import uuid
from typing import Any

from sandbox.host.clock import Clock
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import refuse_parameters

from .clients import Clients
from .deployment import Deployment
from .resolved_template import ResolvedTemplate, refuse_changed_types
from .stack import Plan, Stack
from .stack_store import StackStore
from .template import TemplateError
from .template_parameters import parameter_texts
from .template_source import requested_template

UPDATABLE = (
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
)
_NAME = "[a-zA-Z][-a-zA-Z0-9]*"
_MAX_NAME = 128


class Preparation:
    """Plans what requests want."""

    def __init__(self, clock: Clock, stacks: StackStore, clients: Clients) -> None:
        self._clock = clock
        self._stacks = stacks
        self._clients = clients

    def new_stack(self, call: Call) -> Stack:
        """A stack that isn't kept yet."""
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

    def begin(self, stack: Stack, plan: Plan) -> None:
        """Checks what is only asked for when something is to be done."""
        refuse_missing_capabilities(plan)
        if stack.plan is not None:
            stack.updated = self._clock.now()

    def plan(self, call: Call, stack: Stack | None) -> Plan:
        """What a request wants of a stack, or of a new one."""
        params, old = call.params, stack.plan if stack else None
        if params.get("UsePreviousTemplate"):
            if old is None:
                raise TemplateError("No previous template.")
            wanted = old.template
        else:
            wanted = requested_template(self._clients, call)
        tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or []}
        previous = old.parameters if old else {}
        return Plan(
            template=wanted,
            parameters=parameter_texts(wanted, params.get("Parameters") or [], previous),
            # An update that says nothing of tags leaves them alone.
            tags=tags if "Tags" in params or old is None else old.tags,
            capabilities=tuple(params.get("Capabilities") or ()),
        )

    def target(self, call: Call, stack: Stack, plan: Plan) -> ResolvedTemplate:
        """What a plan amounts to."""
        target = ResolvedTemplate(stack, plan, call.partition)
        refuse_changed_types(stack.resources, target)
        return target

    def deployment(self, call: Call, stack: Stack) -> Deployment:
        """What does it."""

        def client(service: str) -> Any:
            return self._clients.client(service, call.region, call.access_key)

        return Deployment(stack, call.partition, client)


def refuse_missing_capabilities(plan: Plan) -> None:
    """Refuses a plan whose capabilities the caller hasn't acknowledged.

    :raises AwsError: `InsufficientCapabilitiesException`
    """
    for needed in plan.template.capabilities:
        # To acknowledge names is to acknowledge the rest.
        if needed not in plan.capabilities and "CAPABILITY_NAMED_IAM" not in plan.capabilities:
            raise AwsError(
                "InsufficientCapabilitiesException", f"Requires capabilities : [{needed}]"
            )


def refuse_options(call: Call) -> None:
    """Refuses options that AWS has and the sandbox has not.

    :raises AwsError: `NotImplemented`
    """
    refuse_parameters(
        call,
        "DisableRollback",
        "EnableTerminationProtection",
        "OnFailure",
        "OnStackFailure",
        "RetainResources",
        "RoleARN",
    )


def refuse_unless(stack: Stack, statuses: tuple[str, ...], done: str) -> None:
    """Refuses a stack in another status.

    :raises TemplateError: if so
    """
    if stack.status not in statuses:
        raise TemplateError(f"Stack:{stack.id} is in {stack.status} state and can not be {done}.")


def check_stack_name(name: str) -> None:
    """Refuses a name that no stack can have.

    :raises TemplateError: if so
    """
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
