"""The operations of CloudFormation on change sets."""

from __future__ import annotations

import uuid
from typing import Any

from sandbox.host.clock import Clock
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations

from .preparation import (
    UPDATABLE,
    Preparation,
    check_stack_name,
    refuse_missing_capabilities,
    refuse_options,
    refuse_unless,
)
from .resolved_template import changes
from .stack import IN_REVIEW, ChangeSet, Plan, Stack
from .stack_store import StackStore
from .template import TemplateError

_EMPTY_CHANGE_SET = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)


class ChangeSets:
    """Changes of stacks, prepared and executed."""

    def __init__(self, clock: Clock, stacks: StackStore, preparation: Preparation) -> None:
        self._clock = clock
        self._stacks = stacks
        self._preparation = preparation

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return {
            "CreateChangeSet": self._create_change_set,
            "DescribeChangeSet": self._describe_change_set,
            "ExecuteChangeSet": self._execute_change_set,
        }

    def _create_change_set(self, call: Call) -> dict[str, Any]:
        params = call.params
        with self._stacks.lock:
            check_stack_name(params["StackName"])
            refuse_options(call)
            kind = params.get("ChangeSetType", "UPDATE")
            stack = self._stack_to_change(call, kind)
            _refuse_pending(stack, params["ChangeSetName"])
            plan = self._preparation.plan(call, stack)
            target = self._preparation.target(call, stack, plan)
            refuse_missing_capabilities(plan)
            change_set = self._new_change_set(call, stack, kind, plan)
            change_set.changes = changes(stack, target, call.region)
            if target.drafts == stack.drafts:
                change_set.status, change_set.execution_status = "FAILED", "UNAVAILABLE"
                change_set.reason = _EMPTY_CHANGE_SET
            if not stack.status:
                stack.become(IN_REVIEW, "User Initiated")
                self._stacks.add(stack)
            stack.change_sets[change_set.id] = change_set
        return {"Id": change_set.id, "StackId": stack.id}

    def _stack_to_change(self, call: Call, kind: str) -> Stack:
        name = call.params["StackName"]
        existing = self._stacks.live(call, name)
        if kind == "UPDATE":
            if existing is None or existing.status == IN_REVIEW:
                raise TemplateError(f"Stack [{name}] does not exist")
            refuse_unless(existing, UPDATABLE, "updated")
            return existing
        if kind != "CREATE":
            raise TemplateError(f"The sandbox has no change sets of the type {kind}.")
        if existing is not None and existing.status != IN_REVIEW:
            raise TemplateError(
                f"Stack [{name}] already exists and cannot be created again with the changeSet "
                f"[{call.params['ChangeSetName']}]."
            )
        return existing or self._preparation.new_stack(call)

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
        )

    def _execute_change_set(self, call: Call) -> dict[str, Any]:
        with self._stacks.lock:
            refuse_options(call)
            change_set = self.one(call)
            stack, plan = change_set.stack, change_set.plan
            if change_set.execution_status != "AVAILABLE":
                raise AwsError(
                    "InvalidChangeSetStatus",
                    f"ChangeSet [{change_set.id}] cannot be executed in its current status of "
                    f"[{change_set.status}]",
                )
            is_new = change_set.kind == "CREATE"
            refuse_unless(stack, (IN_REVIEW,) if is_new else UPDATABLE, "updated")
            target = self._preparation.target(call, stack, plan)
            self._preparation.begin(stack, plan)
            stack.change_set_id = change_set.id
            # Whatever else was prepared is out of date by now.
            stack.change_sets = {change_set.id: change_set}
            change_set.execution_status = "EXECUTE_IN_PROGRESS"
            stack.become("CREATE_IN_PROGRESS" if is_new else "UPDATE_IN_PROGRESS", "User Initiated")
        deployment = self._preparation.deployment(call, stack)
        if is_new:
            deployment.create(plan, target)
        else:
            deployment.update(plan, target)
        has_failed = stack.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        change_set.execution_status = "EXECUTE_FAILED" if has_failed else "EXECUTE_COMPLETE"
        return {}

    def _describe_change_set(self, call: Call) -> dict[str, Any]:
        return self.one(call).to_api()

    def one(self, call: Call) -> ChangeSet:
        """The change set that a request names.

        :raises AwsError: `ChangeSetNotFound`
        """
        name, stack_name = call.params["ChangeSetName"], call.params.get("StackName")
        if not name.startswith("arn:") and not stack_name:
            raise TemplateError(
                "StackName must be specified if ChangeSetName is not specified as an ARN."
            )
        for stack in self._stacks.all(call):
            for change_set in reversed(list(stack.change_sets.values())):
                is_there = stack_name in (None, stack.name, stack.id)
                if change_set.id == name or (change_set.name == name and is_there):
                    return change_set
        raise AwsError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist")


def _refuse_pending(stack: Stack, name: str) -> None:
    """Refuses a change set whose name one has that was not executed."""
    for one in stack.change_sets.values():
        if one.name == name and not one.execution_status.startswith("EXECUTE_"):
            raise AwsError("AlreadyExistsException", f"ChangeSet {name} already exists")
