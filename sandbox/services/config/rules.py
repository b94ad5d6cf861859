"""AWS Config's rules and compliance. Recorders, delivery channels and the rest are moto's."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend
from moto.config.models import ConfigBackend, ConfigRule, config_backends
from werkzeug.exceptions import HTTPException

from sandbox.host.clock import Clock, as_utc, iso
from sandbox.services.lambda_.functions import Functions
from sandbox.services.lambda_.invocations import Invocation
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, exclusively

from .pages import tokens

MAX_RULES = 1000
PAGES = tokens(10)
# Of the operations that take no Limit, or have another default.
LONG_PAGES = tokens(100)
RULES_PAGES = tokens(25)
CONTRIBUTOR_CAP = 25
SUMMARY_RULE_CAP = 25
MIN_SECONDS_BETWEEN_STARTS = 60

ConfigRule.MAX_RULES = MAX_RULES  # moto has the limit of 2020


@dataclass(frozen=True)
class Result:
    """The latest evaluation of one resource by one rule."""

    sequence: int
    rule_name: str
    resource_type: str
    resource_id: str
    compliance: str
    annotation: str | None
    ordering_time: datetime
    recorded_time: datetime
    invoked_time: datetime

    def to_api(self) -> dict[str, Any]:
        """`EvaluationResult` of the API."""
        return {
            "EvaluationResultIdentifier": {
                "EvaluationResultQualifier": {
                    "ConfigRuleName": self.rule_name,
                    "ResourceType": self.resource_type,
                    "ResourceId": self.resource_id,
                    "EvaluationMode": "DETECTIVE",
                },
                "OrderingTimestamp": self.ordering_time,
            },
            "ComplianceType": self.compliance,
            "ResultRecordedTime": self.recorded_time,
            "ConfigRuleInvokedTime": self.invoked_time,
            "Annotation": self.annotation,
        }


@dataclass
class Delivery:
    """One event that Config has sent to a rule's function."""

    id: str
    rule: str
    region: str
    # Why: `created`, `updated`, `started`, `redelivered` or `simulated`.
    trigger: str
    event: dict[str, Any]
    finished: bool = False
    # Why the function could not be invoked; empty if it was.
    error: str = ""
    # The invocation, once it has ended.
    invocation: Invocation | None = None

    def to_json(self) -> dict[str, Any]:
        """As the control API shows it."""
        return asdict(self)


@dataclass
class RuleState:
    """What Config knows of a rule beyond its definition. A new rule has a new one."""

    rule: ConfigRule
    region: str
    account: str
    activated: datetime
    results: dict[tuple[str, str], Result] = field(default_factory=dict)
    running: int = 0
    last_start: datetime | None = None
    last_invocation: datetime | None = None
    last_failed_invocation: datetime | None = None
    last_evaluation: datetime | None = None
    last_error: tuple[str, str] | None = None
    has_evaluated: bool = False

    @property
    def name(self) -> str:
        """The rule's name."""
        return str(self.rule.config_rule_name)

    def compliance(self) -> str:
        """The rule as a whole."""
        return _overall(result.compliance for result in self.results.values())


@dataclass(frozen=True)
class _Token:
    """What a result token stands for."""

    state: RuleState
    invoked: datetime


class ConfigRules:
    """The operations on rules and their results, and the evaluations that follow from them."""

    def __init__(self, clock: Clock, functions: Functions) -> None:
        self._clock = clock
        self._functions = functions
        self._changed = threading.Condition(threading.RLock())
        self._states: dict[str, RuleState] = {}
        self._tokens: dict[str, _Token] = {}
        self._deliveries: list[Delivery] = []
        self._sequence = 0
        # Told of each new result (the rule, the old result, the new one), and when the function of
        # a rule has run.
        self.on_result: list[Callable[[RuleState, Result | None, Result], None]] = []
        self.on_evaluated: list[Callable[[RuleState], None]] = []

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        operations: Operations = {
            "PutConfigRule": self._put_rule,
            "DescribeConfigRules": self._describe_rules,
            "DeleteConfigRule": self._delete_rule,
            "PutEvaluations": self._put_evaluations,
            "DeleteEvaluationResults": self._delete_results,
            "StartConfigRulesEvaluation": self._start,
            "DescribeConfigRuleEvaluationStatus": self._describe_status,
            "GetComplianceDetailsByConfigRule": self._details_by_rule,
            "GetComplianceDetailsByResource": self._details_by_resource,
            "DescribeComplianceByConfigRule": self._compliance_by_rule,
            "DescribeComplianceByResource": self._compliance_by_resource,
            "GetComplianceSummaryByConfigRule": self._summary_by_rule,
        }
        return exclusively(self._changed, operations)

    def reset(self) -> None:
        """Forgets all rules, results, tokens and deliveries."""
        with self._changed:
            self._states.clear()
            self._tokens.clear()
            self._deliveries.clear()
            self._changed.notify_all()

    # What tests control.

    @property
    def deliveries(self) -> list[Delivery]:
        """The events sent so far, oldest first."""
        with self._changed:
            return list(self._deliveries)

    def wait_until_idle(self, region: str, rule: str, timeout_seconds: float) -> bool:
        """Blocks until no event of the rule is being worked on; false after the timeout.

        :raises ValueError: if there is no such rule
        """
        with self._changed:
            state = self._state_named(region, rule)
            return self._changed.wait_for(lambda: state.running == 0, timeout_seconds)

    def wait_until_finished(self, delivery_id: str, timeout_seconds: float) -> bool:
        """Blocks until this event has been worked on, whatever others there are; as above.

        :raises ValueError: if there is no such delivery
        """
        with self._changed:
            delivery = self._delivery(delivery_id)
            return self._changed.wait_for(lambda: delivery.finished, timeout_seconds)

    def redeliver(self, delivery_id: str) -> Delivery:
        """Sends an event again, exactly as it was: delivery is at least once.

        :raises ValueError: if there is no such delivery, or its rule is gone
        """
        with self._changed:
            delivery = self._delivery(delivery_id)
            state = self._state_named(delivery.region, delivery.rule)
            return self._deliver(state, delivery.event, "redelivered")

    def simulate(self, region: str, rule: str, created: datetime) -> Delivery:
        """Sends a new event that was created at a given time, as one that was delayed.

        :raises ValueError: if there is no such rule
        """
        with self._changed:
            state = self._state_named(region, rule)
            return self._deliver(state, self._event(state, created), "simulated")

    def find(self, region: str, name: str, account: str | None = None) -> RuleState | None:
        """The rule of this name; in any account if none is given."""
        with self._changed:
            return next(
                (
                    state
                    for state in self._states.values()
                    if (state.region, state.name) == (region, name)
                    and account in (None, state.account)
                ),
                None,
            )

    def _state_named(self, region: str, name: str) -> RuleState:
        for state in self._states.values():
            if (state.region, state.name) == (region, name):
                return state
        raise ValueError(f"There is no rule {name!r} in {region}")

    # Rules.

    def _put_rule(self, call: Call) -> None:
        backend, definition = _backend(call), call.params["ConfigRule"]
        if not backend.recorders:
            raise AwsError(
                "NoAvailableConfigurationRecorderException",
                "Configuration recorder is not available to put config rule.",
            )
        _check_definition(definition)
        existing = _existing_rule(backend, definition)
        if definition["Source"]["Owner"] == "CUSTOM_LAMBDA":
            function_arn = definition["Source"]["SourceIdentifier"]
            _check_permission(call.account, call.region, function_arn, existing)
        if existing is None:
            backend.put_config_rule(definition, call.params.get("Tags"))
            rule = backend.config_rules[definition["ConfigRuleName"]]
            state = RuleState(rule, call.region, call.account, self._clock.now())
            self._states[rule.config_rule_arn] = state
            self._evaluate(state, "created")
        else:
            named = definition | {"ConfigRuleName": existing.config_rule_name}
            tags = [{"Key": key, "Value": value} for key, value in existing.tags.items()]
            backend.put_config_rule(named, tags)  # an update leaves the tags alone
            self._evaluate(self._states[existing.config_rule_arn], "updated")

    def _describe_rules(self, call: Call) -> dict[str, Any]:
        names = call.params.get("ConfigRuleNames")
        states = self._named(call, names)
        page, token = RULES_PAGES.page(call, states, lambda state: state.name)
        return {"ConfigRules": [state.rule.to_dict() for state in page], "NextToken": token}

    def _delete_rule(self, call: Call) -> None:
        state = self._state(call)
        _backend(call).delete_config_rule(state.name)
        del self._states[state.rule.config_rule_arn]

    def _state(self, call: Call) -> RuleState:
        return self._named(call, [call.params["ConfigRuleName"]])[0]

    def _named(self, call: Call, names: list[str] | None) -> list[RuleState]:
        """The rules of these names, or all of the region, by name."""
        rules = _backend(call).config_rules
        for name in names or []:
            if name not in rules:
                raise _no_such_rule(name)
        chosen = sorted(set(names)) if names else sorted(rules)
        return [self._states[rules[name].config_rule_arn] for name in chosen]

    # Evaluations.

    def _start(self, call: Call) -> None:
        names = call.params.get("ConfigRuleNames")
        if not names:
            raise AwsError("InvalidParameterValueException", "Specify at least one ConfigRuleName.")
        states = self._named(call, names)
        now = self._clock.now()
        for state in states:
            _refuse_early_start(state, now)
        for state in states:
            state.last_start = now
            self._evaluate(state, "started")

    def _evaluate(self, state: RuleState, trigger: str) -> None:
        details = state.rule.source.source_details or []
        if any(detail.message_type == "ScheduledNotification" for detail in details):
            self._deliver(state, self._event(state, self._clock.now()), trigger)

    def _event(self, state: RuleState, created: datetime) -> dict[str, Any]:
        """The event as Config sends it; two of its fields are JSON in strings.

        https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html
        """
        rule = state.rule
        token = base64.b64encode(secrets.token_bytes(240)).decode()
        self._tokens[token] = _Token(state, self._clock.now())
        invoking_event = {
            "awsAccountId": state.account,
            "notificationCreationTime": iso(created),
            "messageType": "ScheduledNotification",
            "recordVersion": "1.0",
        }
        return {
            "version": "1.0",
            "invokingEvent": json.dumps(invoking_event),
            "ruleParameters": rule.input_parameters or "{}",
            "resultToken": token,
            "eventLeftScope": False,
            "executionRoleArn": self._recorder_role(state),
            "configRuleArn": rule.config_rule_arn,
            "configRuleName": state.name,
            "configRuleId": rule.config_rule_id,
            "accountId": state.account,
        }

    def _recorder_role(self, state: RuleState) -> str:
        recorders = config_backends[state.account][state.region].recorders.values()
        return next((str(recorder.role_arn) for recorder in recorders), "")

    def _deliver(self, state: RuleState, event: dict[str, Any], trigger: str) -> Delivery:
        delivery = Delivery(uuid.uuid4().hex, state.name, state.region, trigger, event)
        self._deliveries.append(delivery)
        state.running += 1
        state.rule.config_rule_state = "EVALUATING"
        threading.Thread(target=self._run, args=(state, delivery), daemon=True).start()
        return delivery

    def _delivery(self, delivery_id: str) -> Delivery:
        for delivery in self._deliveries:
            if delivery.id == delivery_id:
                return delivery
        raise ValueError(f"There is no delivery {delivery_id!r}")

    def _run(self, state: RuleState, delivery: Delivery) -> None:
        try:
            function = self._invocable_function(state)
            delivery.invocation = self._functions.run(
                function, json.dumps(delivery.event).encode(), is_queued=True
            )
            for tell in self.on_evaluated:
                tell(state)
        except Exception as error:  # noqa: BLE001  whatever kept the function from running
            code = getattr(error, "code", None)
            delivery.error = str(error)
            with self._changed:
                state.last_failed_invocation = self._clock.now()
                state.last_error = (str(code or type(error).__name__), str(error))
        finally:
            with self._changed:
                delivery.finished = True
                state.has_evaluated = True
                state.running -= 1
                if state.running == 0:
                    state.rule.config_rule_state = "ACTIVE"
                self._changed.notify_all()

    def _invocable_function(self, state: RuleState) -> LambdaFunction:
        with self._changed:
            arn = state.rule.source.source_identifier
            _check_permission(state.account, state.region, arn, state.rule)
            # Lambda takes the event and answers at once, whatever becomes of it.
            state.last_invocation = self._clock.now()
            return get_backend(state.account, state.region).get_function(arn)

    def _describe_status(self, call: Call) -> dict[str, Any]:
        states = self._named(call, call.params.get("ConfigRuleNames"))
        page, token = LONG_PAGES.page(call, states, lambda state: state.name)
        return {
            "ConfigRulesEvaluationStatus": [_status(state) for state in page],
            "NextToken": token,
        }

    # Results.

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
        token = self._token(call)
        failed = [one for one in evaluations if _must_fail(one, call.fault)]
        for evaluation in evaluations:
            if evaluation not in failed:
                self._record(token, evaluation)
        if len(failed) < len(evaluations):
            token.state.last_evaluation = self._clock.now()
        return {"FailedEvaluations": failed}

    def _token(self, call: Call) -> _Token:
        token = self._tokens.get(call.params["ResultToken"])
        if token is None or (token.state.account, token.state.region) != (
            call.account,
            call.region,
        ):
            raise AwsError("InvalidResultTokenException", "The resultToken provided is invalid")
        if token.state.rule.config_rule_arn not in self._states:
            raise _no_such_rule(token.state.name)
        return token

    def _record(self, token: _Token, evaluation: dict[str, Any]) -> None:
        state = token.state
        key = (evaluation["ComplianceResourceType"], evaluation["ComplianceResourceId"])
        self._sequence += 1
        known = state.results.get(key)
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
        state = self._state(call)
        if state.running:
            raise AwsError(
                "ResourceInUseException",
                f"The rule {state.name} is currently being evaluated. Please retry after some time",
            )
        state.results.clear()

    def _details_by_rule(self, call: Call) -> dict[str, Any]:
        results = _filtered(call, self._state(call).results.values())
        page, token = PAGES.page(call, results, lambda result: result.sequence)
        return {"EvaluationResults": [result.to_api() for result in page], "NextToken": token}

    def _details_by_resource(self, call: Call) -> dict[str, Any]:
        kind, identifier = call.params.get("ResourceType"), call.params.get("ResourceId")
        if not kind or not identifier:
            raise AwsError("InvalidParameterValueException", "Specify ResourceType and ResourceId.")
        states = self._named(call, None)
        known = (state.results.get((kind, identifier)) for state in states)
        results = _filtered(call, (result for result in known if result))
        page, token = LONG_PAGES.page(call, results, lambda result: result.rule_name)
        return {"EvaluationResults": [result.to_api() for result in page], "NextToken": token}

    def _compliance_by_rule(self, call: Call) -> dict[str, Any]:
        wanted = call.params.get("ComplianceTypes")
        states = [
            state
            for state in self._named(call, call.params.get("ConfigRuleNames"))
            if not wanted or state.compliance() in wanted
        ]
        page, token = RULES_PAGES.page(call, states, lambda state: state.name)
        return {
            "ComplianceByConfigRules": [
                {
                    "ConfigRuleName": state.name,
                    "Compliance": _compliance(
                        [result.compliance for result in state.results.values()]
                    ),
                }
                for state in page
            ],
            "NextToken": token,
        }

    def _compliance_by_resource(self, call: Call) -> dict[str, Any]:
        kind, identifier = call.params.get("ResourceType"), call.params.get("ResourceId")
        if identifier and not kind:
            raise AwsError(
                "InvalidParameterValueException",
                "If you specify a ResourceId, you must also specify a ResourceType.",
            )
        compliances: dict[tuple[str, str], list[str]] = {}
        for state in self._named(call, None):
            for key, result in state.results.items():
                if (not kind or key[0] == kind) and (not identifier or key[1] == identifier):
                    compliances.setdefault(key, []).append(result.compliance)
        wanted = call.params.get("ComplianceTypes")
        chosen = [
            (key, values)
            for key, values in sorted(compliances.items())
            if not wanted or _overall(values) in wanted
        ]
        page, token = PAGES.page(call, chosen, lambda item: list(item[0]))
        return {
            "ComplianceByResources": [
                {"ResourceType": key[0], "ResourceId": key[1], "Compliance": _compliance(values)}
                for key, values in page
            ],
            "NextToken": token,
        }

    def _summary_by_rule(self, call: Call) -> dict[str, Any]:
        compliances = [state.compliance() for state in self._named(call, None)]
        return {
            "ComplianceSummary": {
                "CompliantResourceCount": _capped(compliances.count("COMPLIANT"), SUMMARY_RULE_CAP),
                "NonCompliantResourceCount": _capped(
                    compliances.count("NON_COMPLIANT"), SUMMARY_RULE_CAP
                ),
                "ComplianceSummaryTimestamp": self._clock.now(),
            }
        }


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


def _check_definition(definition: dict[str, Any]) -> None:
    """Refuses what moto's own checks, which follow, don't look at."""
    source = definition["Source"]
    if source["Owner"] in ("AWS", "CUSTOM_LAMBDA") and not source.get("SourceIdentifier"):
        raise AwsError(
            "InvalidParameterValueException", "SourceIdentifier must not be null or empty."
        )
    for detail in source.get("SourceDetails") or []:
        if not detail.get("EventSource") or not detail.get("MessageType"):
            raise AwsError(
                "InvalidParameterValueException",
                "EventSource and MessageType must be provided in SourceDetails.",
            )
    _check_input_parameters(definition.get("InputParameters"))


def _check_input_parameters(text: str | None) -> None:
    if text is None:
        return
    try:
        parameters = json.loads(text)
    except ValueError:
        parameters = None
    if not isinstance(parameters, dict):
        raise AwsError(
            "InvalidParameterValueException",
            f"Invalid json {text} passed in the InputParameters field",
        )


def _check_permission(account: str, region: str, arn: str, rule: ConfigRule | None) -> None:
    """Refuses a function that is not there, or that Config may not invoke."""
    try:
        function = get_backend(account, region).get_function(arn) if arn[:4] == "arn:" else None
    except (HTTPException, ValueError):  # moto's ways to say that there is none
        function = None
    if function is None or not any(
        _lets_config_invoke(statement, account, region, rule)
        for statement in function.policy.statements
    ):
        raise AwsError(
            "InsufficientPermissionsException",
            f"The AWS Lambda function {arn} cannot be invoked. Check the specified function ARN, "
            "and check the function's permissions.",
        )


def _lets_config_invoke(
    statement: dict[str, Any], account: str, region: str, rule: ConfigRule | None
) -> bool:
    # A rule that doesn't exist yet has no ARN: whatever would admit one of them is good.
    rule_id = rule.config_rule_id if rule else "*"
    conditions = [
        condition
        for conditions in statement.get("Condition", {}).values()
        for condition in conditions.items()
    ]
    return (
        statement.get("Effect") == "Allow"
        and statement.get("Principal") == {"Service": "config.amazonaws.com"}
        and statement.get("Action") in ("lambda:InvokeFunction", "lambda:*")
        and all(_holds(key, value, account, region, rule_id) for key, value in conditions)
    )


def _holds(key: str, value: str, account: str, region: str, rule_id: str) -> bool:
    if key == "AWS:SourceAccount":
        return value == account
    if key == "AWS:SourceArn":
        # Only the tail is compared freely: `arn:aws:config:eu-west-1:1234...:config-rule/*`.
        _, _, service, its_region, its_account, resource = (value + ":::::").split(":")[:6]
        return (
            fnmatchcase("config", service or "*")
            and fnmatchcase(region, its_region or "*")
            and fnmatchcase(account, its_account or "*")
            and (rule_id == "*" or fnmatchcase(f"config-rule/{rule_id}", resource or "*"))
        )
    return False


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


def _status(state: RuleState) -> dict[str, Any]:
    code, text = state.last_error or (None, None)
    return {
        "ConfigRuleName": state.name,
        "ConfigRuleArn": state.rule.config_rule_arn,
        "ConfigRuleId": state.rule.config_rule_id,
        "LastSuccessfulInvocationTime": state.last_invocation,
        "LastFailedInvocationTime": state.last_failed_invocation,
        "LastSuccessfulEvaluationTime": state.last_evaluation,
        "FirstActivatedTime": state.activated,
        "LastErrorCode": code,
        "LastErrorMessage": text,
        "FirstEvaluationStarted": state.has_evaluated,
    }


def _must_fail(evaluation: dict[str, Any], fault: dict[str, Any]) -> bool:
    """Whether an injected `failed-evaluations` fault is for this one; without ids, for all."""
    if fault.get("kind") != "failed-evaluations":
        return False
    ids = fault.get("resource_ids")
    return ids is None or evaluation["ComplianceResourceId"] in ids


def _filtered(call: Call, results: Iterable[Result]) -> list[Result]:
    wanted = call.params.get("ComplianceTypes")
    if wanted and "INSUFFICIENT_DATA" in wanted:
        raise AwsError(
            "InvalidParameterValueException",
            "INSUFFICIENT_DATA cannot be used as a ComplianceType for filtering results.",
        )
    return [result for result in results if not wanted or result.compliance in wanted]


def _overall(compliances: Iterable[str]) -> str:
    known = set(compliances)
    if "NON_COMPLIANT" in known:
        return "NON_COMPLIANT"
    return "COMPLIANT" if "COMPLIANT" in known else "INSUFFICIENT_DATA"


def _compliance(compliances: list[str]) -> dict[str, Any]:
    overall = _overall(compliances)
    count = compliances.count("NON_COMPLIANT")
    return {
        "ComplianceType": overall,
        "ComplianceContributorCount": _capped(count, CONTRIBUTOR_CAP) if count else None,
    }


def _capped(count: int, cap: int) -> dict[str, Any]:
    return {"CappedCount": min(count, cap), "CapExceeded": count > cap}
