"""AWS Config's remediation: runs a runbook on what a rule has found."""

from __future__ import annotations

import threading
import uuid
from datetime import datetime, timedelta
from typing import Any

from moto.utilities.utils import get_partition

from sandbox.host.clock import Clock
from sandbox.services.ssm.automations import Automations
from sandbox.services.ssm.executions import OVER, Execution, Starter
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, exclusively

from .pages import tokens
from .remediation_attempts import (
    Attempt,
    Key,
    Remediation,
    arn_of,
    invalid,
    resource_key,
    service_principal,
)
from .remediation_batches import Batch
from .remediation_checks import check_automatic, check_document, is_valid_value
from .remediation_exceptions import RemediationException, RemediationExceptions
from .results import RuleState
from .rules import ConfigRules

STATUS_PAGES = tokens(100)


class Remediations:
    """The operations on remediation, and the automatic mode."""

    def __init__(self, clock: Clock, rules: ConfigRules, automations: Automations) -> None:
        """Follows the evaluations of the rules from now on."""
        self._clock = clock
        self._rules = rules
        self._automations = automations
        self._lock = threading.RLock()
        self._remediations: dict[str, Remediation] = {}
        self._exceptions = RemediationExceptions(clock, rules, self._forget_failures)
        rules.evaluations.on_evaluated.append(self.evaluated)

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        operations: Operations = {
            "PutRemediationConfigurations": self._put,
            "DescribeRemediationConfigurations": self._describe,
            "DeleteRemediationConfiguration": self._delete,
            "StartRemediationExecution": self._start,
            "DescribeRemediationExecutionStatus": self._describe_status,
            **self._exceptions.operations(),
            "DeleteConfigRule": self._delete_unremediated_rule,
        }
        return exclusively(self._lock, operations)

    def reset(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._remediations.clear()
            self._exceptions.reset()

    def evaluated(self, state: RuleState) -> None:
        """Starts the automatic remediation of what has been recorded, and of nothing else."""
        with self._rules.lock:
            news, state.news = sorted(state.news), set()
        with self._lock:
            remediation = self._remediations.get(arn_of(state))
            if remediation is None or not remediation.is_automatic:
                return
            exceptions = self._exceptions.of(state)
            keys = [
                key
                for key in news
                if key in state.results
                and state.results[key].compliance == "NON_COMPLIANT"
                and key not in exceptions
                and not remediation.is_in_progress(key)
            ]
            self._launch(state, remediation, keys, Starter(*service_principal(state)), True)

    # What tests control.

    def start_on(self, region: str, rule: str, resource_type: str, resource_id: str) -> None:
        """Starts a remediation on any resource, as Config does from a stale snapshot.

        :raises ValueError: if the rule has no remediation
        """
        with self._lock:
            state, remediation = self._named(region, rule)
            by, key = Starter(*service_principal(state)), (resource_type, resource_id)
            self._launch(state, remediation, [key], by, remediation.is_automatic)

    def wait(self, region: str, rule: str, timeout_seconds: float) -> bool:
        """Blocks until every remediation is over or waits for approval; false after the timeout.

        :raises ValueError: if the rule has no remediation
        """
        with self._lock:
            _, remediation = self._named(region, rule)
        until = datetime.now().astimezone() + timedelta(seconds=timeout_seconds)
        settled: set[str] = set()
        while True:
            with self._lock:
                # One that ended may have made room for the next.
                started = {
                    one.execution.id for one in remediation.attempts.values() if one.execution
                }
            if not started - settled:
                return True
            for execution_id in started - settled:
                left = (until - datetime.now().astimezone()).total_seconds()
                if self._automations.wait(execution_id, left) not in ("Waiting", *OVER):
                    return False
            settled |= started

    def _named(self, region: str, rule: str) -> tuple[RuleState, Remediation]:
        state = self._rules.find(region, rule)
        remediation = self._remediations.get(arn_of(state)) if state else None
        if state is None or remediation is None:
            raise ValueError(f"The rule {rule!r} in {region} has no remediation")
        return state, remediation

    # Configurations.

    def _put(self, call: Call) -> dict[str, Any]:
        definitions = call.params["RemediationConfigurations"]
        states = [self._checked(call, definition) for definition in definitions]
        for state, definition in zip(states, definitions, strict=True):
            known = self._remediations.setdefault(arn_of(state), Remediation({}))
            arn = known.definition.get("Arn") or _new_arn(state)
            known.definition = definition | {"Arn": arn}
            state.news = set(state.results)
            self.evaluated(state)
        return {"FailedBatches": []}

    def _checked(self, call: Call, definition: dict[str, Any]) -> RuleState:
        name, document = definition["ConfigRuleName"], definition["TargetId"]
        state = self._rules.find(call.region, name, call.account)
        if state is None:
            raise invalid(
                f"The ConfigRule '{name}' provided in the request is invalid. "
                "Please check the configRule name"
            )
        check_document(call, document, definition.get("TargetVersion"))
        for parameter in definition.get("Parameters", {}).values():
            if not is_valid_value(parameter):
                raise invalid(
                    "There were invalid RemediationParameterValues for configurations for "
                    f"AWS Config Rules: [{name}]"
                )
        if definition.get("Automatic"):
            check_automatic(definition)
        return state

    def _describe(self, call: Call) -> dict[str, Any]:
        names = call.params["ConfigRuleNames"]
        states = (self._rules.find(call.region, name, call.account) for name in names)
        arns = [arn_of(state) for state in states if state]
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
        del self._remediations[arn_of(state)]

    def _delete_unremediated_rule(self, call: Call) -> None:
        state = self._rules.find(call.region, call.params["ConfigRuleName"], call.account)
        if state is not None and arn_of(state) in self._remediations:
            raise AwsError(
                "ResourceInUseException",
                "A remediation action is associated with the rule. Delete the remediation action "
                "associated with the rule before deleting the rule and try again later.",
            )
        with self._rules.lock:
            self._rules.delete(call)
        if state is not None:
            self._exceptions.forget(state)

    def _remediation(self, call: Call) -> tuple[RuleState, Remediation]:
        name = call.params["ConfigRuleName"]
        state = self._rules.find(call.region, name, call.account)
        remediation = self._remediations.get(arn_of(state)) if state else None
        if state is None or remediation is None:
            raise AwsError(
                "NoSuchRemediationConfigurationException",
                f"No RemediationConfiguration for rule {name} exists.",
            )
        return state, remediation

    def _forget_failures(self, state: RuleState, key: Key) -> None:
        """Automatic remediation of the resource begins anew."""
        remediation = self._remediations.get(arn_of(state))
        if remediation is not None:
            remediation.failures.pop(key, None)

    # Executions.

    def _start(self, call: Call) -> dict[str, Any]:
        state, remediation = self._remediation(call)
        failed: dict[Key, str] = {}
        chosen: list[Key] = []
        for resource in call.params["ResourceKeys"]:
            key = (resource["resourceType"], resource["resourceId"])
            if key not in state.results:
                failed[key] = f"{key[1]} is not a resource that {state.name} has evaluated."
            elif remediation.is_in_progress(key):
                failed[key] = f"A remediation of {key[1]} is in progress."
            elif key not in chosen:
                chosen.append(key)
        self._launch(state, remediation, chosen, Starter(*service_principal(state)), False)
        return {
            "FailureMessage": " ".join(failed.values()) or None,
            "FailedItems": [resource_key(key) for key in failed] or None,
        }

    def _launch(
        self,
        state: RuleState,
        remediation: Remediation,
        keys: list[Key],
        by: Starter,
        is_automatic: bool,
    ) -> None:
        """Remediates resources as one batch."""
        attempts = [Attempt(key, self._clock.now(), is_automatic) for key in keys]
        remediation.attempts.update((attempt.key, attempt) for attempt in attempts)
        definition = remediation.definition

        def launch(attempt: Attempt) -> bool:
            request = {
                "DocumentName": definition["TargetId"],
                "DocumentVersion": definition.get("TargetVersion"),
                "Parameters": {
                    name: [attempt.key[1]]
                    if "ResourceValue" in value
                    else value["StaticValue"]["Values"]
                    for name, value in definition.get("Parameters", {}).items()
                },
            }
            try:
                attempt.execution = self._automations.start(
                    by, request, lambda execution: ended(attempt, execution)
                )
            except AwsError as error:
                attempt.refusal = f"{error.code}: {error.message}"
                self._note_failure(state, attempt)
            return not attempt.refusal

        def ended(attempt: Attempt, execution: Execution) -> None:
            failed = execution.status != "Success"
            with self._lock:
                if failed:
                    self._note_failure(state, attempt)
                # Nothing follows from what has been deleted or forgotten meanwhile.
                if self._remediations.get(arn_of(state)) is remediation:
                    batch.ended(failed=failed)

        batch = Batch(definition, attempts, launch)
        batch.start()

    def _note_failure(self, state: RuleState, attempt: Attempt) -> None:
        """Adds an exception when too many automatic attempts have failed within their time."""
        remediation = self._remediations.get(arn_of(state))
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
            self._exceptions.add(state, RemediationException(key, text, None))

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


def _new_arn(state: RuleState) -> str:
    partition = get_partition(state.region)
    return (
        f"arn:{partition}:config:{state.region}:{state.account}:"
        f"remediation-configuration/{state.name}/{uuid.uuid4()}"
    )


def _path(item: Attempt) -> str:
    return "/".join(item.key)
