"""What each kind of step does."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from moto.sts.models import AssumedRole

from sandbox.policy.authorization import Authorization
from sandbox.policy.language import PolicyError
from sandbox.wire.calls import AwsError

from .executions import Execution, StepFailedError, StepRun, StepTimedOutError
from .runbooks import MAX_SCRIPT_SECONDS
from .scripts import ScriptError, Scripts, ScriptTimeoutError

APPROVAL_SECONDS = 7 * 24 * 60 * 60


class Actions:
    """Does what steps say, with the permissions of their execution."""

    def __init__(self, authorization: Authorization, scripts: Scripts) -> None:
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
        with self._session_lock:  # boto3's sessions aren't thread-safe
            return self._session.client(
                service,
                region_name=execution.start.by.region,
                endpoint_url=self.endpoint,
                aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
                aws_session_token=credentials["AWS_SESSION_TOKEN"],
                config=Config(proxies={}),
            )

    def _run_script(self, execution: Execution, run: StepRun) -> dict[str, Any]:
        environment = self._credentials(execution) | {
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
        chosen = [
            choice["NextStep"]
            for choice in run.inputs["Choices"]
            if all(one["Variable"] == one["StringEquals"] for one in choice["And"])
        ]
        run.chosen = chosen[0] if chosen else run.inputs["Default"]
        return {}

    def _approve(self, execution: Execution, run: StepRun) -> dict[str, Any]:
        self._ask_for_approval(execution, run)
        decisions: dict[str, dict[str, str]] = {}
        execution.decisions = decisions
        seconds = run.step.timeout_seconds or APPROVAL_SECONDS
        execution.wait(run, lambda: bool(decisions), seconds, "Waiting")
        # The first decides: more than one approval can't be asked for.
        decider, decision = next(iter(decisions.items()))
        run.outputs = {
            "ApprovalStatus": decision["Status"],
            "ApproverDecisions": list(decisions.values()),
        }
        if decision["Status"] == "Rejected":
            raise StepFailedError(
                f"Step fails when it is Poll action status for completion. "
                f"The approval was rejected by {decider}"
            )
        return run.outputs

    def _ask_for_approval(self, execution: Execution, run: StepRun) -> None:
        topic = run.inputs.get("NotificationArn")
        if not topic:
            return
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

    An approver is the ARN of a user, of a role, or of a session of a role.
    """
    names = [principal]
    if ":assumed-role/" in principal:
        _, partition, _, _, account, resource = principal.split(":", 5)
        role = resource.split("/")[1]
        is_role = re.compile(f"arn:{partition}:iam::{account}:role/(.*/)?{re.escape(role)}")
        names = [principal, *(one for one in approvers if is_role.fullmatch(one))]
    return next((one for one in approvers if one in names), "")
