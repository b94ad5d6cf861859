"""AWS Config's rules and their results. Recorders, delivery channels and the rest are moto's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from moto.config.models import ConfigBackend, ConfigRule, config_backends

from sandbox.host.clock import Clock, as_utc
from sandbox.services.lambda_.functions import Functions
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, exclusively, not_imitated

from .evaluations import Delivery, Evaluations, Token
from .pages import tokens
from .results import Result, RuleState
from .rule_checks import check_definition, check_permission, check_resource_types

MAX_RULES = 1000
MIN_SECONDS_BETWEEN_STARTS = 60
RULES_PAGES = tokens(25)

ConfigRule.MAX_RULES = MAX_RULES  # moto has the limit of 2020


class ConfigRules:
    """The operations on rules, and those by which results come and go."""

    def __init__(self, clock: Clock, functions: Functions) -> None:
        self._clock = clock
        self.lock = threading.Condition(threading.RLock())
        self.evaluations = Evaluations(clock, functions, self.lock)
        self._states: dict[str, RuleState] = {}
        self._sequence = 0
        # Told of each new result: the rule, the old result, the new one.
        self.on_result: list[Callable[[RuleState, Result | None, Result], None]] = []

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return exclusively(
            self.lock,
            {
                "PutConfigRule": self._put_rule,
                "DescribeConfigRules": self._describe_rules,
                "DeleteConfigRule": self.delete,
                "PutEvaluations": self._put_evaluations,
                "DeleteEvaluationResults": self._delete_results,
                "StartConfigRulesEvaluation": self._start,
                # Documented for managed rules only, and those are never evaluated here.
                **not_imitated("DescribeConfigRuleEvaluationStatus"),
            },
        )

    def reset(self) -> None:
        """Forgets all rules, results, tokens and deliveries."""
        with self.lock:
            self._states.clear()
            self.evaluations.reset()
            self.lock.notify_all()

    # What tests control.

    def wait_until_idle(self, region: str, rule: str, timeout_seconds: float) -> bool:
        """Blocks until no event of the rule is being worked on; false after the timeout.

        :raises ValueError: if there is no such rule
        """
        with self.lock:
            state = self._state_named(region, rule)
            return self.lock.wait_for(lambda: state.running == 0, timeout_seconds)

    def redeliver(self, delivery_id: str) -> Delivery:
        """Sends an event again, exactly as it was: delivery is at least once.

        :raises ValueError: if there is no such delivery, or its rule is gone
        """
        with self.lock:
            delivery = self.evaluations.find(delivery_id)
            state = self._state_named(delivery.region, delivery.rule)
            return self.evaluations.send(state, delivery.event, "redelivered")

    def simulate(self, region: str, rule: str, created: datetime) -> Delivery:
        """Sends a new event that was created at a given time, as one that was delayed.

        :raises ValueError: if there is no such rule
        """
        with self.lock:
            state = self._state_named(region, rule)
            return self.evaluations.send(state, self.evaluations.event(state, created), "simulated")

    def find(self, region: str, name: str, account: str | None = None) -> RuleState | None:
        """The rule of this name; in any account if none is given."""
        with self.lock:
            return next(
                (
                    state
                    for state in self._states.values()
                    if (state.region, state.name) == (region, name)
                    and account in (None, state.account)
                ),
                None,
            )

    def one(self, call: Call) -> RuleState:
        """The rule that a request names."""
        return self.named(call, [call.params["ConfigRuleName"]])[0]

    def named(self, call: Call, names: list[str] | None) -> list[RuleState]:
        """The rules of these names, or all of the region, by name."""
        rules = _backend(call).config_rules
        for name in names or []:
            if name not in rules:
                raise _no_such_rule(name)
        chosen = sorted(set(names)) if names else sorted(rules)
        return [self._states[rules[name].config_rule_arn] for name in chosen]

    def _state_named(self, region: str, name: str) -> RuleState:
        for state in self._states.values():
            if (state.region, state.name) == (region, name):
                return state
        raise ValueError(f"There is no rule {name!r} in {region}")

    def _put_rule(self, call: Call) -> None:
        backend, definition = _backend(call), call.params["ConfigRule"]
        if not backend.recorders:
            raise AwsError(
                "NoAvailableConfigurationRecorderException",
                "Configuration recorder is not available to put config rule.",
            )
        check_definition(definition)
        existing = _existing_rule(backend, definition)
        if definition["Source"]["Owner"] == "CUSTOM_LAMBDA":
            function_arn = definition["Source"]["SourceIdentifier"]
            check_permission(call.account, call.region, function_arn, existing)
        if existing is None:
            backend.put_config_rule(definition, call.params.get("Tags"))
            rule = backend.config_rules[definition["ConfigRuleName"]]
            state = RuleState(rule, call.region, call.account)
            self._states[rule.config_rule_arn] = state
            self.evaluations.evaluate(state, "created")
        else:
            named = definition | {"ConfigRuleName": existing.config_rule_name}
            tags = [{"Key": key, "Value": value} for key, value in existing.tags.items()]
            backend.put_config_rule(named, tags)  # an update leaves the tags alone
            self.evaluations.evaluate(self._states[existing.config_rule_arn], "updated")

    def _describe_rules(self, call: Call) -> dict[str, Any]:
        names = call.params.get("ConfigRuleNames")
        states = self.named(call, names)
        page, token = RULES_PAGES.page(call, states, lambda state: state.name)
        return {"ConfigRules": [state.rule.to_dict() for state in page], "NextToken": token}

    def delete(self, call: Call) -> None:
        """DeleteConfigRule, whatever else there is for the rule."""
        state = self.one(call)
        _backend(call).delete_config_rule(state.name)
        del self._states[state.rule.config_rule_arn]

    def _start(self, call: Call) -> None:
        names = call.params.get("ConfigRuleNames")
        if not names:
            raise AwsError("InvalidParameterValueException", "Specify at least one ConfigRuleName.")
        states = self.named(call, names)
        now = self._clock.now()
        for state in states:
            _refuse_early_start(state, now)
        for state in states:
            state.last_start = now
            self.evaluations.evaluate(state, "started")

    def _put_evaluations(self, call: Call) -> dict[str, Any]:
        evaluations = call.params.get("Evaluations")
        if not evaluations:
            raise AwsError(
                "InvalidParameterValueException",
                "The Evaluations object in your request cannot be null. "
                "Add the required parameters and try again.",
            )
        if any(one["ComplianceType"] == "INSUFFICIENT_DATA" for one in evaluations):
            raise AwsError(
                "InvalidParameterValueException",
                "INSUFFICIENT_DATA is not a valid ComplianceType for PutEvaluations.",
            )
        if call.params.get("TestMode"):
            return {"FailedEvaluations": []}
        check_resource_types(evaluations)
        token = self._token(call)
        failed = [one for one in evaluations if _must_fail(one, call.fault)]
        for evaluation in evaluations:
            if evaluation not in failed:
                self._record(token, evaluation)
        return {"FailedEvaluations": failed}

    def _token(self, call: Call) -> Token:
        token = self.evaluations.token(call.params["ResultToken"])
        if token is None or (token.state.account, token.state.region) != (
            call.account,
            call.region,
        ):
            raise AwsError("InvalidResultTokenException", "The resultToken provided is invalid")
        if token.state.rule.config_rule_arn not in self._states:
            raise _no_such_rule(token.state.name)
        return token

    def _record(self, token: Token, evaluation: dict[str, Any]) -> None:
        state = token.state
        key = (evaluation["ComplianceResourceType"], evaluation["ComplianceResourceId"])
        self._sequence += 1
        known = state.results.get(key)
        state.news.add(key)
        state.results[key] = Result(
            sequence=known.sequence if known else self._sequence,
            rule_name=state.name,
            resource_type=key[0],
            resource_id=key[1],
            compliance=evaluation["ComplianceType"],
            annotation=evaluation.get("Annotation"),
            ordering_time=as_utc(evaluation["OrderingTimestamp"]),
            recorded_time=self._clock.now(),
            invoked_time=token.invoked,
        )
        for tell in self.on_result:
            tell(state, known, state.results[key])

    def _delete_results(self, call: Call) -> None:
        state = self.one(call)
        if state.running:
            raise AwsError(
                "ResourceInUseException",
                f"The rule {state.name} is currently being evaluated. Please retry after some time",
            )
        state.results.clear()


def _backend(call: Call) -> ConfigBackend:
    return config_backends[call.account][call.region]


def _no_such_rule(name: str) -> AwsError:
    return AwsError(
        "NoSuchConfigRuleException",
        f"The ConfigRule '{name}' provided in the request is invalid. "
        "Please check the configRule name",
    )


def _existing_rule(backend: ConfigBackend, definition: dict[str, Any]) -> ConfigRule | None:
    """The rule that a definition updates, by name, ARN or id."""
    for rule in backend.config_rules.values():
        if (
            definition.get("ConfigRuleName") == rule.config_rule_name
            or definition.get("ConfigRuleArn") == rule.config_rule_arn
            or definition.get("ConfigRuleId") == rule.config_rule_id
        ):
            return rule
    return None


def _refuse_early_start(state: RuleState, now: datetime) -> None:
    if state.running:
        raise AwsError(
            "LimitExceededException",
            f"An evaluation of the rule {state.name} is in progress. "
            "Wait until it completes and try again.",
        )
    since = now - state.last_start if state.last_start else timedelta.max
    if timedelta(0) <= since < timedelta(seconds=MIN_SECONDS_BETWEEN_STARTS):
        raise AwsError(
            "LimitExceededException",
            f"The rule {state.name} can be evaluated on demand once per minute.",
        )


def _must_fail(evaluation: dict[str, Any], fault: dict[str, Any]) -> bool:
    """Whether an injected `failed-evaluations` fault is for this one; without ids, for all."""
    if fault.get("kind") != "failed-evaluations":
        return False
    ids = fault.get("resource_ids")
    return ids is None or evaluation["ComplianceResourceId"] in ids
