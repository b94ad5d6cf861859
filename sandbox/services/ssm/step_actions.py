"""What each kind of step does."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from moto.sts.models import AssumedRole

from sandbox.host.clock import Clock
from sandbox.policy.authorization import Authorization
from sandbox.policy.language import PolicyError
from sandbox.wire.calls import AwsError

from .executions import Execution, StepFailedError, StepRun, StepTimedOutError
from .runbooks import (
    BOOLEAN_OPERATOR,
    MAX_APPROVERS,
    MAX_SCRIPT_SECONDS,
    NUMERIC_OPERATORS,
    OPERATORS,
    STRING_OPERATORS,
)
from .scripts import ScriptError, Scripts, ScriptTimeoutError
from .variables import as_text

APPROVAL_SECONDS = 7 * 24 * 60 * 60
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")

_STRING_COMPARISONS: tuple[Callable[[str, str], bool], ...] = (
    lambda value, wanted: value == wanted,
    lambda value, wanted: value.lower() == wanted.lower(),
    lambda value, wanted: value.startswith(wanted),
    lambda value, wanted: value.endswith(wanted),
    lambda value, wanted: wanted in value,
)
_NUMERIC_COMPARISONS: tuple[Callable[[float, float], bool], ...] = (
    lambda value, wanted: value == wanted,
    lambda value, wanted: value > wanted,
    lambda value, wanted: value < wanted,
    lambda value, wanted: value >= wanted,
    lambda value, wanted: value <= wanted,
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    **dict(zip(STRING_OPERATORS, _STRING_COMPARISONS, strict=True)),
    **dict(zip(NUMERIC_OPERATORS, _NUMERIC_COMPARISONS, strict=True)),
    BOOLEAN_OPERATOR: lambda value, wanted: bool(value == wanted),
}


class Actions:
    """Does what steps say, with the permissions of their execution."""

    def __init__(self, clock: Clock, authorization: Authorization, scripts: Scripts) -> None:
        self._clock = clock
        self._authorization = authorization
        self._scripts = scripts
        self._session = _session()
        self._session_lock = threading.Lock()
        # The sandbox's own address; known once the server listens.
        self.endpoint = ""
        self._by_name: dict[str, Callable[[Execution, StepRun], dict[str, Any]]] = {
            "aws:approve": self._approve,
            "aws:branch": self._branch,
            "aws:executeScript": self._run_script,
            "aws:sleep": self._sleep,
        }

    def act(self, execution: Execution, run: StepRun) -> dict[str, Any]:
        """Does what a step says, and answers the outputs of its action.

        :raises StepFailedError: if it can't be done
        :raises StepTimedOutError: if it isn't done in time
        :raises CancelledError: if the execution is stopped meanwhile
        """
        try:
            return self._by_name[run.step.action](execution, run)
        except (BotoCoreError, ClientError, TypeError) as error:
            raise StepFailedError(
                f"Step fails when it is Execute/Cancelling action. {error}"
            ) from error

    def assume(self, execution: Execution) -> AssumedRole:
        """A session of the execution's role.

        :raises AwsError: if the role isn't there or doesn't trust SSM
        :raises PolicyError: if its trust policy can't be understood
        """
        start = execution.start
        partition = execution.system_variables()["global:AWS_PARTITION"]
        return self._authorization.assume(
            start.role_arn,
            f"Automation-{execution.id}",
            service="ssm.amazonaws.com",
            region=start.by.region,
            source={
                "aws:SourceAccount": start.by.account,
                "aws:SourceArn": f"arn:{partition}:ssm:{start.by.region}:{start.by.account}"
                f":automation-execution/{execution.id}",
            },
        )

    def _credentials(self, execution: Execution) -> dict[str, str]:
        """Of the role or, without one, of whoever started the execution."""
        if not execution.start.role_arn:
            key = execution.start.by.access_key
            return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "-"} if key else {}
        try:
            role = self.assume(execution)
        except (AwsError, PolicyError) as error:
            raise StepFailedError("The defined assume role is unable to be assumed") from error
        return {
            "AWS_ACCESS_KEY_ID": role.access_key_id,
            "AWS_SECRET_ACCESS_KEY": role.secret_access_key,
            "AWS_SESSION_TOKEN": role.session_token,
        }

    def _client(self, execution: Execution, service: str) -> Any:
        credentials = self._credentials(execution)
        if not credentials:
            raise StepFailedError("There is neither a role to assume nor a caller")
        with self._session_lock:  # boto3's sessions aren't thread-safe
            return self._session.client(
                service,
                region_name=execution.start.by.region,
                endpoint_url=self.endpoint,
                aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=credentials.get("AWS_SESSION_TOKEN"),
                config=Config(proxies={}, read_timeout=310),
            )

    def _run_script(self, execution: Execution, run: StepRun) -> dict[str, Any]:
        # A script needs a role to call anything: without one it gets no credentials.
        credentials = self._credentials(execution) if execution.start.role_arn else {}
        environment = credentials | {
            "AWS_DEFAULT_REGION": execution.start.by.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": execution.start.by.region,
            "LANG": "en_US.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "TZ": "UTC",
        }
        request = {
            "script": run.inputs["Script"],
            "handler": run.inputs["Handler"],
            "events": run.inputs.get("InputPayload", {}),
            "context": execution.system_variables(),
        }

        def started(kill: Callable[[], None]) -> None:
            execution.stop_step = kill
            if execution.is_cancelled:
                kill()

        timeout = run.step.timeout_seconds or MAX_SCRIPT_SECONDS
        try:
            return {"Payload": self._scripts.run(request, environment, timeout, started)}
        except ScriptTimeoutError as error:
            raise StepTimedOutError from error
        except ScriptError as error:
            raise StepFailedError(
                f"Step fails when it is Poll action status for completion. {error}"
            ) from error

    def _branch(self, _: Execution, run: StepRun) -> dict[str, Any]:
        chosen = [choice for choice in run.inputs["Choices"] if _holds(choice)]
        run.chosen = chosen[0]["NextStep"] if chosen else run.inputs.get("Default", "")
        return {}

    def _sleep(self, execution: Execution, run: StepRun) -> dict[str, Any]:
        try:
            seconds = self._seconds_to_sleep(run.inputs)
            execution.wait(run, lambda: False, seconds, "InProgress")
        except StepTimedOutError:
            pass
        return {}

    def _seconds_to_sleep(self, inputs: dict[str, Any]) -> float:
        if "Timestamp" in inputs:
            until = datetime.fromisoformat(inputs["Timestamp"].replace("Z", "+00:00"))
            return (until - self._clock.now()).total_seconds()
        match = _DURATION.fullmatch(inputs.get("Duration", ""))
        if match is None:
            raise StepFailedError(f"Duration is not of ISO 8601: {inputs.get('Duration')}")
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds

    def _approve(self, execution: Execution, run: StepRun) -> dict[str, Any]:
        required = _required_approvals(run)
        self._ask_for_approval(execution, run)
        decisions: dict[str, dict[str, str]] = {}
        execution.decisions = decisions

        def count(status: str) -> int:
            return sum(one["Status"] == status for one in decisions.values())

        execution.wait(
            run,
            lambda: count("Rejected") > 0 or count("Approved") >= required,
            run.step.timeout_seconds or APPROVAL_SECONDS,
            "Waiting",
        )
        is_rejected = count("Rejected") > 0
        run.outputs = {
            "ApprovalStatus": "Rejected" if is_rejected else "Approved",
            "ApproverDecisions": list(decisions.values()),
        }
        if is_rejected:
            rejecter = next(arn for arn, one in decisions.items() if one["Status"] == "Rejected")
            raise StepFailedError(
                f"Step fails when it is Poll action status for completion. "
                f"The approval was rejected by {rejecter}"
            )
        return run.outputs

    def _ask_for_approval(self, execution: Execution, run: StepRun) -> None:
        topic = run.inputs.get("NotificationArn")
        if not topic:
            return
        if not topic.rpartition(":")[2].startswith("Automation"):
            raise StepFailedError(f"The name of the topic {topic} doesn't begin with Automation")
        text = {
            "approvalMessage": run.inputs.get("Message", ""),
            "approvers": run.inputs["Approvers"],
            "automationExecutionId": execution.id,
            "documentName": execution.start.document_name,
            "stepName": run.step.name,
        }
        self._client(execution, "sns").publish(
            TopicArn=topic,
            Subject=f"Approval required for {execution.start.document_name}"[:100],
            Message=json.dumps(text, indent=2),
        )


def _session() -> boto3.Session:
    """A session that doesn't read the developer's settings."""
    session = botocore.session.Session()
    for name in ("config_file", "credentials_file"):
        session.set_config_variable(name, os.devnull)
    return boto3.Session(botocore_session=session)


def approver(approvers: list[str], principal: str) -> str:
    """The approver who a principal is; empty if none.

    An approver is a user's name or ARN, a role's ARN, or the ARN of a session of a role.
    """
    names = [principal, principal.rpartition(":user/")[2].rpartition("/")[2]]
    if ":assumed-role/" in principal:
        _, partition, _, _, account, resource = principal.split(":", 5)
        role = resource.split("/")[1]
        is_role = re.compile(f"arn:{partition}:iam::{account}:role/(.*/)?{re.escape(role)}")
        names = [principal, *(one for one in approvers if is_role.fullmatch(one))]
    return next((one for one in approvers if one in names), "")


def _required_approvals(run: StepRun) -> int:
    approvers, required = run.inputs["Approvers"], run.inputs.get("MinRequiredApprovals", 1)
    if not isinstance(approvers, list) or not 1 <= len(approvers) <= MAX_APPROVERS:
        raise StepFailedError(f"Approvers are 1 to {MAX_APPROVERS}: {approvers}")
    required = int(required)
    if not 1 <= required <= len(approvers):
        raise StepFailedError(f"{required} approvals are required of {len(approvers)} approvers")
    return required


def _holds(rule: dict[str, Any]) -> bool:
    """Whether a condition of a branch is true."""
    if "And" in rule:
        return all(_holds(part) for part in rule["And"])
    if "Or" in rule:
        return any(_holds(part) for part in rule["Or"])
    if "Not" in rule:
        return not _holds(rule["Not"])
    operator = next(name for name in OPERATORS if name in rule)
    value, wanted = rule["Variable"], rule[operator]
    if not _is_comparable(operator, value) or not _is_comparable(operator, wanted):
        raise StepFailedError(
            f"{operator} can't compare {as_text(value)} with {as_text(wanted)}: wrong type"
        )
    return _COMPARISONS[operator](value, wanted)


def _is_comparable(operator: str, value: Any) -> bool:
    if operator == BOOLEAN_OPERATOR:
        return isinstance(value, bool)
    if operator in STRING_OPERATORS:
        return isinstance(value, str)
    return isinstance(value, (int, float)) and not isinstance(value, bool)
