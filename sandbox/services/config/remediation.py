"""AWS Config's remediation: runs a runbook on what a rule has found."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from moto.ssm.models import ssm_backends
from moto.utilities.utils import get_partition

from sandbox.host.clock import Clock, as_utc
from sandbox.services.ssm.automations import Automations
from sandbox.services.ssm.executions import OVER, Execution, Starter
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, exclusively

from .pages import tokens
from .rules import ConfigRules, RuleState

STATUS_PAGES = tokens(100)
EXCEPTION_PAGES = tokens(25)
ROLE_PARAMETER = "AutomationAssumeRole"

# Resource type and id.
_Key = tuple[str, str]
_STEP_STATES = {
    "Pending": "PENDING",
    "Success": "SUCCEEDED",
    "Failed": "FAILED",
    "TimedOut": "FAILED",
    "Cancelled": "EXITED",
}


@dataclass
class _Attempt:
    """The latest remediation of a resource."""

    key: _Key
    invoked: datetime
    is_automatic: bool
    # None if Systems Manager refused to start it.
    execution: Execution | None = None
    refusal: str = ""

    @property
    def state(self) -> str:
        status = self.execution.status if self.execution else "Failed"
        if status in OVER:
            return "SUCCEEDED" if status == "Success" else "FAILED"
        return "QUEUED" if status == "Pending" else "IN_PROGRESS"

    @property
    def is_running(self) -> bool:
        return self.execution is not None and not self.execution.is_finished

    def to_api(self) -> dict[str, Any]:
        """`RemediationExecutionStatus` of the API."""
        return {
            "ResourceKey": _resource_key(self.key),
            "State": self.state,
            "StepDetails": self._steps(),
            "InvocationTime": self.invoked,
            "LastUpdatedTime": self._updated(),
        }

    def _steps(self) -> list[dict[str, Any]]:
        if self.execution is None:
            return [{"State": "FAILED", "ErrorMessage": self.refusal}]
        return [
            {
                "Name": run.step.name,
                "State": _STEP_STATES.get(run.status, "IN_PROGRESS"),
                "ErrorMessage": run.failure or None,
                "StartTime": run.started,
                "StopTime": run.ended,
            }
            for run in self.execution.steps
        ]

    def _updated(self) -> datetime:
        if self.execution is None:
            return self.invoked
        times = [time for run in self.execution.steps for time in (run.started, run.ended) if time]
        return self.execution.ended or max(times, default=self.invoked)


@dataclass
class _Remediation:
    """The configuration for one rule, and what came of it."""

    definition: dict[str, Any]
    attempts: dict[_Key, _Attempt] = field(default_factory=dict)
    # When automatic attempts failed.
    failures: dict[_Key, list[datetime]] = field(default_factory=dict)

    @property
    def is_automatic(self) -> bool:
        return bool(self.definition.get("Automatic"))

    @property
    def is_running(self) -> bool:
        return any(attempt.is_running for attempt in self.attempts.values())


@dataclass(frozen=True)
class _Exception:
    """Keeps a resource from automatic remediation."""

    key: _Key
    message: str | None
    expires: datetime | None


class Remediations:
    """The operations on remediation, and the automatic mode."""

    def __init__(self, clock: Clock, rules: ConfigRules, automations: Automations) -> None:
        """Follows the evaluations of the rules from now on."""
        self._clock = clock
        self._rules = rules
        self._automations = automations
        self._lock = threading.RLock()
        self._remediations: dict[str, _Remediation] = {}
        self._exceptions: dict[str, dict[_Key, _Exception]] = {}
        self._delete_rule = rules.operations()["DeleteConfigRule"]
        rules.on_evaluated.append(self.evaluated)

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        operations: Operations = {
            "PutRemediationConfigurations": self._put,
            "DescribeRemediationConfigurations": self._describe,
            "DeleteRemediationConfiguration": self._delete,
            "StartRemediationExecution": self._start,
            "DescribeRemediationExecutionStatus": self._describe_status,
            "PutRemediationExceptions": self._put_exceptions,
            "DescribeRemediationExceptions": self._describe_exceptions,
            "DeleteRemediationExceptions": self._delete_exceptions,
            "DeleteConfigRule": self._delete_unremediated_rule,
        }
        return exclusively(self._lock, operations)

    def reset(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._remediations.clear()
            self._exceptions.clear()

    def evaluated(self, state: RuleState) -> None:
        """Starts the automatic remediation of what a rule has found."""
        with self._lock:
            remediation = self._remediations.get(_arn(state))
            if remediation is None or not remediation.is_automatic:
                return
            exceptions = self._exceptions_of(state)
            for key, result in list(state.results.items()):
                attempt = remediation.attempts.get(key)
                is_running = attempt is not None and attempt.is_running
                if (
                    result.compliance == "NON_COMPLIANT"
                    and key not in exceptions
                    and not is_running
                ):
                    self._launch(state, remediation, key, Starter(*_service(state)), True)

    # What tests control.

    def start_on(self, region: str, rule: str, resource_type: str, resource_id: str) -> None:
        """Starts a remediation on any resource, as Config does from a stale snapshot.

        :raises ValueError: if the rule has no remediation
        """
        with self._lock:
            state, remediation = self._named(region, rule)
            by, key = Starter(*_service(state)), (resource_type, resource_id)
            self._launch(state, remediation, key, by, remediation.is_automatic)

    def wait(self, region: str, rule: str, timeout_seconds: float) -> bool:
        """Blocks until every remediation is over or waits for approval; false after the timeout.

        :raises ValueError: if the rule has no remediation
        """
        with self._lock:
            _, remediation = self._named(region, rule)
            running = [one.execution for one in remediation.attempts.values() if one.execution]
        until = datetime.now().astimezone() + timedelta(seconds=timeout_seconds)
        settled = ("Waiting", *OVER)
        return all(
            self._automations.wait(
                execution.id, (until - datetime.now().astimezone()).total_seconds()
            )
            in settled
            for execution in running
        )

    def _named(self, region: str, rule: str) -> tuple[RuleState, _Remediation]:
        state = self._rules.find(region, rule)
        remediation = self._remediations.get(_arn(state)) if state else None
        if state is None or remediation is None:
            raise ValueError(f"The rule {rule!r} in {region} has no remediation")
        return state, remediation

    # Configurations.

    def _put(self, call: Call) -> dict[str, Any]:
        definitions = call.params["RemediationConfigurations"]
        states = [self._checked(call, definition) for definition in definitions]
        for state, definition in zip(states, definitions, strict=True):
            known = self._remediations.setdefault(_arn(state), _Remediation({}))
            arn = known.definition.get("Arn") or _new_arn(state)
            known.definition = definition | {"Arn": arn}
            self.evaluated(state)
        return {"FailedBatches": []}

    def _checked(self, call: Call, definition: dict[str, Any]) -> RuleState:
        name, document = definition["ConfigRuleName"], definition["TargetId"]
        state = self._rules.find(call.region, name, call.account)
        if state is None:
            raise _invalid(
                f"The ConfigRule '{name}' provided in the request is invalid. "
                "Please check the configRule name"
            )
        _check_document(call, document, definition.get("TargetVersion"))
        for parameter in definition.get("Parameters", {}).values():
            if not _is_valid_value(parameter):
                raise _invalid(
                    "There were invalid RemediationParameterValues for configurations for "
                    f"AWS Config Rules: [{name}]"
                )
        if definition.get("Automatic"):
            _check_automatic(definition)
        return state

    def _describe(self, call: Call) -> dict[str, Any]:
        names = call.params["ConfigRuleNames"]
        states = (self._rules.find(call.region, name, call.account) for name in names)
        arns = [_arn(state) for state in states if state]
        found = [self._remediations[arn] for arn in arns if arn in self._remediations]
        return {"RemediationConfigurations": [one.definition for one in found]}

    def _delete(self, call: Call) -> None:
        state, remediation = self._remediation(call)
        if remediation.is_running:
            raise AwsError(
                "RemediationInProgressException",
                "Remediation action is in progress. You can either cancel execution in "
                "AWS Systems Manager or wait and try again later.",
            )
        del self._remediations[_arn(state)]

    def _delete_unremediated_rule(self, call: Call) -> None:
        state = self._rules.find(call.region, call.params["ConfigRuleName"], call.account)
        if state is not None and _arn(state) in self._remediations:
            raise AwsError(
                "ResourceInUseException",
                "A remediation action is associated with the rule. Delete the remediation action "
                "associated with the rule before deleting the rule and try again later.",
            )
        self._delete_rule(call)
        if state is not None:
            self._exceptions.pop(_arn(state), None)

    def _remediation(self, call: Call) -> tuple[RuleState, _Remediation]:
        name = call.params["ConfigRuleName"]
        state = self._rules.find(call.region, name, call.account)
        remediation = self._remediations.get(_arn(state)) if state else None
        if state is None or remediation is None:
            raise AwsError(
                "NoSuchRemediationConfigurationException",
                f"No RemediationConfiguration for rule {name} exists.",
            )
        return state, remediation

    # Executions.

    def _start(self, call: Call) -> dict[str, Any]:
        state, remediation = self._remediation(call)
        failed: dict[_Key, str] = {}
        principal = _service(state)
        for resource in call.params["ResourceKeys"]:
            key = (resource["resourceType"], resource["resourceId"])
            attempt = remediation.attempts.get(key)
            if key not in state.results:
                failed[key] = f"{key[1]} is not a resource that {state.name} has evaluated."
            elif attempt is not None and attempt.is_running:
                failed[key] = f"A remediation of {key[1]} is in progress."
            else:
                # Without a role of its own, the runbook may do what the caller may.
                self._launch(state, remediation, key, Starter(*principal, call.access_key), False)
        return {
            "FailureMessage": " ".join(failed.values()) or None,
            "FailedItems": [_resource_key(key) for key in failed] or None,
        }

    def _launch(
        self,
        state: RuleState,
        remediation: _Remediation,
        key: _Key,
        by: Starter,
        is_automatic: bool,
    ) -> None:
        definition = remediation.definition
        attempt = _Attempt(key, self._clock.now(), is_automatic)
        remediation.attempts[key] = attempt
        request = {
            "DocumentName": definition["TargetId"],
            "DocumentVersion": definition.get("TargetVersion"),
            "Parameters": {
                name: [key[1]] if "ResourceValue" in value else value["StaticValue"]["Values"]
                for name, value in definition.get("Parameters", {}).items()
            },
        }
        try:
            attempt.execution = self._automations.start(
                by, request, lambda execution: self._finished(state, attempt, execution)
            )
        except AwsError as error:
            attempt.refusal = f"{error.code}: {error.message}"
            self._note_failure(state, attempt)

    def _finished(self, state: RuleState, attempt: _Attempt, execution: Execution) -> None:
        if execution.status != "Success":
            with self._lock:
                self._note_failure(state, attempt)

    def _note_failure(self, state: RuleState, attempt: _Attempt) -> None:
        """Adds an exception when too many automatic attempts have failed within their time."""
        remediation = self._remediations.get(_arn(state))
        if remediation is None or not attempt.is_automatic or not remediation.is_automatic:
            return
        now, key = self._clock.now(), attempt.key
        most = remediation.definition["MaximumAutomaticAttempts"]
        window = timedelta(seconds=remediation.definition["RetryAttemptSeconds"])
        failures = [*remediation.failures.get(key, []), now]
        remediation.failures[key] = [time for time in failures if now - time <= window]
        if len(remediation.failures[key]) >= most:
            seconds = int(window.total_seconds())
            text = f"{most} automatic remediations of {key[1]} failed within {seconds} s."
            self._exceptions.setdefault(_arn(state), {})[key] = _Exception(key, text, None)

    def _describe_status(self, call: Call) -> dict[str, Any]:
        _, remediation = self._remediation(call)
        wanted = [
            (one["resourceType"], one["resourceId"]) for one in call.params.get("ResourceKeys", [])
        ]
        attempts = [
            attempt for key, attempt in remediation.attempts.items() if not wanted or key in wanted
        ]
        found, token = STATUS_PAGES.page(call, attempts, _path)
        return {
            "RemediationExecutionStatuses": [attempt.to_api() for attempt in found],
            "NextToken": token,
        }

    # Exceptions.

    def _exceptions_of(self, state: RuleState) -> dict[_Key, _Exception]:
        """Those that haven't expired."""
        now, known = self._clock.now(), self._exceptions.get(_arn(state), {})
        return {key: one for key, one in known.items() if one.expires is None or one.expires > now}

    def _put_exceptions(self, call: Call) -> dict[str, Any]:
        state = self._rule(call)
        expires = call.params.get("ExpirationTime")
        stored = self._exceptions.setdefault(_arn(state), {})
        failed = []
        for key in _exception_keys(call):
            exception = _Exception(
                key, call.params.get("Message"), as_utc(expires) if expires else None
            )
            result = state.results.get(key)
            if result is not None and result.compliance == "NON_COMPLIANT":
                stored[key] = exception
            else:
                failed.append(_exception(state, exception))
        if not failed:
            return {"FailedBatches": []}
        text = "Remediation exceptions can only be placed on resources that are NON_COMPLIANT."
        return {"FailedBatches": [{"FailureMessage": text, "FailedItems": failed}]}

    def _describe_exceptions(self, call: Call) -> dict[str, Any]:
        state = self._rule(call)
        known, wanted = self._exceptions_of(state), _exception_keys(call)
        if wanted:
            found, token = [known[key] for key in wanted if key in known], None
        else:
            found, token = EXCEPTION_PAGES.page(call, known.values(), _path)
        return {
            "RemediationExceptions": [_exception(state, one) for one in found],
            "NextToken": token,
        }

    def _delete_exceptions(self, call: Call) -> dict[str, Any]:
        state = self._rules.find(call.region, call.params["ConfigRuleName"], call.account)
        known = self._exceptions_of(state) if state else {}
        keys = _exception_keys(call)
        if state is None or not any(key in known for key in keys):
            raise AwsError(
                "NoSuchRemediationExceptionException",
                "You tried to delete a remediation exception that does not exist.",
            )
        remediation = self._remediations.get(_arn(state))
        for key in keys:
            self._exceptions[_arn(state)].pop(key, None)
            if remediation is not None:
                remediation.failures.pop(key, None)
        missing = [key for key in keys if key not in known]
        if not missing:
            return {"FailedBatches": []}
        items = [{"ResourceType": key[0], "ResourceId": key[1]} for key in missing]
        text = "There is no remediation exception for these resources."
        return {"FailedBatches": [{"FailureMessage": text, "FailedItems": items}]}

    def _rule(self, call: Call) -> RuleState:
        name = call.params["ConfigRuleName"]
        state = self._rules.find(call.region, name, call.account)
        if state is None:
            raise _invalid(f"The ConfigRule '{name}' provided in the request is invalid.")
        return state


def _arn(state: RuleState) -> str:
    return str(state.rule.config_rule_arn)


def _new_arn(state: RuleState) -> str:
    partition = get_partition(state.region)
    return (
        f"arn:{partition}:config:{state.region}:{state.account}:"
        f"remediation-configuration/{state.name}/{uuid.uuid4()}"
    )


def _service(state: RuleState) -> tuple[str, str, str]:
    """Account, region, and the service's role, as which Config starts runbooks."""
    role = (
        f"arn:{get_partition(state.region)}:sts::{state.account}:assumed-role/"
        "AWSServiceRoleForConfigRemediation/AwsConfigRemediation"
    )
    return state.account, state.region, role


def _invalid(text: str) -> AwsError:
    return AwsError("InvalidParameterValueException", text)


def _check_document(call: Call, name: str, version: str | None) -> None:
    documents = ssm_backends[call.account][call.region]._documents.get(name.rpartition("/")[2])
    wanted = None if version == "$DEFAULT" else version
    if documents is None or documents.find(wanted, strict=False) is None:
        raise _invalid(f"The SSM document {name} {version or ''} does not exist.")
    if documents.find(wanted).document_type != "Automation":
        raise _invalid(f"The SSM document {name} is not an Automation document.")


def _is_valid_value(parameter: dict[str, Any]) -> bool:
    """Either the resource's id or at least one static value; not both."""
    static = parameter.get("StaticValue")
    if "ResourceValue" in parameter:
        return static is None
    return bool(static and static["Values"])


def _check_automatic(definition: dict[str, Any]) -> None:
    for member in ("MaximumAutomaticAttempts", "RetryAttemptSeconds"):
        if definition.get(member) is None:
            raise _invalid(f"{member} is required when Automatic is true.")
    if "StaticValue" not in definition.get("Parameters", {}).get(ROLE_PARAMETER, {}):
        raise _invalid(f"The parameter {ROLE_PARAMETER} is required when Automatic is true.")


def _resource_key(key: _Key) -> dict[str, str]:
    return {"resourceType": key[0], "resourceId": key[1]}


def _exception_keys(call: Call) -> list[_Key]:
    keys = call.params.get("ResourceKeys", [])
    return [(one.get("ResourceType", ""), one.get("ResourceId", "")) for one in keys]


def _exception(state: RuleState, exception: _Exception) -> dict[str, Any]:
    """`RemediationException` of the API."""
    return {
        "ConfigRuleName": state.name,
        "ResourceType": exception.key[0],
        "ResourceId": exception.key[1],
        "Message": exception.message,
        "ExpirationTime": exception.expires,
    }


def _path(item: _Attempt | _Exception) -> str:
    return "/".join(item.key)
