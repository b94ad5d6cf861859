"""The operations of SSM Automation. moto stores the documents."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moto.ssm.models import Document, SimpleSystemManagerBackend, ssm_backends

from sandbox.host.clock import Clock
from sandbox.host.guardian import Guardian
from sandbox.policy.authorization import Authorization
from sandbox.policy.language import PolicyError
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, not_imitated
from sandbox.wire.paging import Pager

from . import documents
from .execution_views import detailed, matches, summary
from .executions import Execution, Start, Starter
from .runbooks import InvalidParametersError
from .scripts import Scripts
from .step_actions import Actions, approver
from .variables import resolved

PAGES = Pager(
    50,
    lambda _: AwsError("InvalidNextToken", "The specified token isn't valid."),
    marker="NextToken",
    size_parameter="MaxResults",
)
_ROLE_ARN = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+")
_UNSUPPORTED = (
    "AlarmConfiguration",
    "TargetLocations",
    "TargetLocationsURL",
    "TargetMaps",
    "Targets",
)


class Automations:
    """Checks runbooks, and runs them."""

    def __init__(
        self, clock: Clock, authorization: Authorization, directory: Path, guardian: Guardian
    ) -> None:
        """Prepares to run; see `Scripts` for the directory and the guardian."""
        self._clock = clock
        self._changed = threading.Condition()
        self._scripts = Scripts(directory, guardian)
        self._actions = Actions(authorization, self._scripts)
        self._executions: dict[str, Execution] = {}
        self._threads: list[threading.Thread] = []
        # Told of each execution that has ended.
        self.on_ended: list[Callable[[Execution], None]] = []
        clock.on_change.append(self._wake)

    def listen_at(self, endpoint: str) -> None:
        """Says where the sandbox listens."""
        self._actions.endpoint = endpoint

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return {
            **documents.operations(),
            "StartAutomationExecution": self._start,
            "GetAutomationExecution": self._get,
            "DescribeAutomationExecutions": self._describe,
            "SendAutomationSignal": self._signal,
            "StopAutomationExecution": self._stop,
            **not_imitated("DescribeAutomationStepExecutions"),
        }

    def reset(self) -> None:
        """Stops and forgets all executions."""
        with self._changed:
            executions, threads = list(self._executions.values()), self._threads
            self._executions, self._threads = {}, []
        for execution in executions:
            execution.cancel()
        for thread in threads:
            thread.join(5)

    def close(self) -> None:
        """Ends what runs scripts; to be reset before."""
        self._scripts.close()

    def wait(self, execution_id: str, timeout_seconds: float) -> str:
        """Blocks until an execution is over or waits for an approval, and answers its status.

        :raises ValueError: if there is no such execution
        """
        with self._changed:
            execution = self._executions.get(execution_id)
            if execution is None:
                raise ValueError(f"There is no execution {execution_id}")
            self._changed.wait_for(
                lambda: (
                    execution.is_finished
                    or (execution.status == "Waiting" and execution.is_waiting())
                ),
                timeout_seconds,
            )
            return execution.status

    def start(
        self,
        by: Starter,
        request: dict[str, Any],
        finished: Callable[[Execution], None] = lambda _: None,
    ) -> Execution:
        """Starts an execution.

        :param request: as for `StartAutomationExecution`
        :param finished: is told of the end
        :raises AwsError: as `StartAutomationExecution` answers it
        """
        document = _document(by, request)
        runbook = documents.checked(
            document.content, document.document_format, _definition_not_found
        )
        try:
            values = runbook.values(request.get("Parameters") or {})
        except InvalidParametersError as error:
            raise _invalid_parameters(str(error)) from error
        execution = Execution(
            Start(
                document_name=document.name,
                document_version=document.document_version,
                runbook=runbook,
                parameters=values,
                by=by,
                role_arn=resolved(runbook.assume_role, values.__getitem__),
            ),
            self._clock,
            self._changed,
            self._actions.act,
        )
        self._check_role(execution)
        with self._changed:
            self._executions[execution.id] = execution
            thread = threading.Thread(target=self._run, args=(execution, finished), daemon=True)
            self._threads.append(thread)
        thread.start()
        return execution

    def _run(self, execution: Execution, finished: Callable[[Execution], None]) -> None:
        try:
            execution.run()
            for told in (*self.on_ended, finished):
                told(execution)
        finally:
            # Also after a defect: nobody is to wait in vain.
            with self._changed:
                execution.is_finished = True
                self._changed.notify_all()

    def _check_role(self, execution: Execution) -> None:
        if not _ROLE_ARN.fullmatch(execution.start.role_arn):
            raise _invalid_parameters("The format of the supplied assume role ARN is invalid.")
        try:
            self._actions.assume(execution)
        except (AwsError, PolicyError) as error:
            raise _invalid_parameters("The defined assume role is unable to be assumed.") from error

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    # Executions.

    def _start(self, call: Call) -> dict[str, Any]:
        unsupported = [name for name in _UNSUPPORTED if call.params.get(name)]
        if unsupported or call.params.get("Mode", "Auto") != "Auto":
            raise _invalid_parameters(
                f"The sandbox doesn't support {', '.join(unsupported) or 'the mode Interactive'}."
            )
        by = Starter(call.account, call.region, call.principal)
        return {"AutomationExecutionId": self.start(by, call.params).id}

    def _get(self, call: Call) -> dict[str, Any]:
        execution = self._execution(call)
        with self._changed:
            return {"AutomationExecution": detailed(execution)}

    def _describe(self, call: Call) -> dict[str, Any]:
        with self._changed:
            executions = [
                execution
                for execution in reversed(self._executions.values())
                if _is_of(execution, call)
                and all(matches(execution, one) for one in call.params.get("Filters", []))
            ]
            page, token = PAGES.page(call, enumerate(executions), lambda numbered: numbered[0])
            return {
                "AutomationExecutionMetadataList": [summary(one) for _, one in page],
                "NextToken": token,
            }

    def _signal(self, call: Call) -> None:
        execution, kind = self._execution(call), call.params["SignalType"]
        status = {"Approve": "Approved", "Reject": "Rejected"}.get(kind)
        if status is None:
            raise _invalid_signal(f"The sandbox doesn't support the signal {kind}.")
        with self._changed:
            run = execution.current
            if run is None or run.status != "Waiting":
                raise _invalid_signal(
                    f"The automation execution {execution.id} does not wait for an approval."
                )
            known = approver(run.inputs["Approvers"], call.principal)
            if not known:
                raise _invalid_signal(f"{call.principal} is not an approver of {run.step.name}.")
            if known in execution.decisions:
                raise _invalid_signal(f"{call.principal} has already decided on {run.step.name}.")
            comment = (call.params.get("Payload") or {}).get("Comment", [""])[0]
            execution.decisions[known] = {
                "Approver": call.principal,
                "Status": status,
                "Comment": comment,
            }
            self._changed.notify_all()

    def _stop(self, call: Call) -> None:
        execution = self._execution(call)
        if call.params.get("Type", "Cancel") != "Cancel":
            raise AwsError(
                "InvalidAutomationStatusUpdateException",
                "The sandbox can cancel an execution, not complete it.",
            )
        if not execution.cancel():
            raise AwsError(
                "InvalidAutomationStatusUpdateException",
                f"The automation execution {execution.id} is {execution.status} already.",
            )

    def _execution(self, call: Call) -> Execution:
        execution = self._executions.get(call.params["AutomationExecutionId"])
        if execution is None or not _is_of(execution, call):
            raise AwsError(
                "AutomationExecutionNotFoundException",
                f"Couldn't find an automation execution with the id "
                f"{call.params['AutomationExecutionId']}.",
            )
        return execution


def _backend(where: Call | Starter) -> SimpleSystemManagerBackend:
    return ssm_backends[where.account][where.region]


def _document(by: Starter, request: dict[str, Any]) -> Document:
    name = request["DocumentName"]
    if name.startswith("arn:"):
        name = name.rpartition("document/")[2]
    versions = _backend(by)._documents.get(name)
    if versions is None or versions.get_default_version().document_type != "Automation":
        raise _definition_not_found(f"Automation Definition Not Found: {name}")
    version = request.get("DocumentVersion")
    wanted = None if version == "$DEFAULT" else version
    document = versions.find(document_version=wanted, strict=False)
    if document is None:
        raise AwsError(
            "AutomationDefinitionVersionNotFoundException",
            f"Automation Definition {name} has no version {version}.",
        )
    return document


def _definition_not_found(text: str) -> AwsError:
    return AwsError("AutomationDefinitionNotFoundException", text)


def _invalid_parameters(text: str) -> AwsError:
    return AwsError("InvalidAutomationExecutionParametersException", text)


def _invalid_signal(text: str) -> AwsError:
    return AwsError("InvalidAutomationSignalException", text)


def _is_of(execution: Execution, call: Call) -> bool:
    by = execution.start.by
    return (by.account, by.region) == (call.account, call.region)
