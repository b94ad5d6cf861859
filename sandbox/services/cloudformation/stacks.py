"""The operations of CloudFormation on stacks and change sets.

An operation that AWS answers at once and then works on is worked on first here and answered then,
so that nobody has to wait for the end by the half minutes in which the AWS CLI asks for it.
"""

from __future__ import annotations

from typing import Any

from sandbox.host.clock import Clock
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.models import service_model
from sandbox.wire.operations import Operations, not_imitated

from .change_sets import ChangeSets
from .clients import Clients
from .descriptions import Descriptions
from .preparation import UPDATABLE, Preparation, check_stack_name, refuse_options, refuse_unless
from .stack import FINAL_DELETED, IN_REVIEW
from .stack_store import StackStore
from .template import TemplateError

# Only a stack that nothing is done to can be deleted, whatever became of it.
_BUSY = "_IN_PROGRESS"
_NOTHING_TO_DO = "No updates are to be performed."


class Stacks:
    """Creates, updates and deletes stacks."""

    def __init__(self, clock: Clock) -> None:
        self._clients = Clients()
        self._stacks = StackStore()
        self._preparation = Preparation(clock, self._stacks, self._clients)
        self._change_sets = ChangeSets(clock, self._stacks, self._preparation)
        self._descriptions = Descriptions(self._stacks, self._change_sets, self._clients)

    def listen_at(self, endpoint: str) -> None:
        """Says where the sandbox listens."""
        self._clients.endpoint = endpoint

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        # moto has stacks too, but not these.
        others = not_imitated(*service_model("cloudformation").operation_names)
        return others | {
            "CreateStack": self._create_stack,
            "UpdateStack": self._update_stack,
            "DeleteStack": self._delete_stack,
            **self._change_sets.operations(),
            **self._descriptions.operations(),
        }

    def reset(self) -> None:
        """Forgets all stacks; what they were made of is their services' to forget."""
        self._stacks.reset()

    def _create_stack(self, call: Call) -> dict[str, Any]:
        params = call.params
        with self._stacks.lock:
            check_stack_name(params["StackName"])
            refuse_options(call)
            existing = self._stacks.live(call, params["StackName"])
            if existing is not None:
                raise AwsError("AlreadyExistsException", f"Stack [{existing.name}] already exists")
            stack = self._preparation.new_stack(call)
            plan = self._preparation.plan(call, None)
            target = self._preparation.target(call, stack, plan)
            self._preparation.begin(stack, plan)
            self._stacks.add(stack)
            stack.become("CREATE_IN_PROGRESS", "User Initiated")
        self._preparation.deployment(call, stack).create(plan, target)
        return {"StackId": stack.id}

    def _update_stack(self, call: Call) -> dict[str, Any]:
        with self._stacks.lock:
            refuse_options(call)
            stack = self._stacks.existing(call, "Stack [{}] does not exist")
            refuse_unless(stack, UPDATABLE, "updated")
            plan = self._preparation.plan(call, stack)
            target = self._preparation.target(call, stack, plan)
            if target.drafts == stack.drafts:
                raise TemplateError(_NOTHING_TO_DO)
            self._preparation.begin(stack, plan)
            stack.become("UPDATE_IN_PROGRESS", "User Initiated")
        self._preparation.deployment(call, stack).update(plan, target)
        return {"StackId": stack.id}

    def _delete_stack(self, call: Call) -> None:
        name = call.params["StackName"]
        with self._stacks.lock:
            stack = self._stacks.named(call, name)
            if stack is None or stack.status == FINAL_DELETED:
                return
            if stack.status.endswith(_BUSY) and stack.status != IN_REVIEW:
                raise TemplateError(
                    f"Stack:{stack.id} is in {stack.status} state and can not be deleted."
                )
            refuse_options(call)
            stack.become("DELETE_IN_PROGRESS", "User Initiated")
        self._preparation.deployment(call, stack).delete()
