"""Evaluations: the events that AWS Config sends to the functions of rules."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend
from moto.config.models import config_backends

from sandbox.host.clock import Clock, iso
from sandbox.services.lambda_.functions import Functions
from sandbox.services.lambda_.invocations import Invocation

from .results import RuleState
from .rule_checks import check_permission


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


@dataclass(frozen=True)
class Token:
    """What a result token stands for."""

    state: RuleState
    invoked: datetime


class Evaluations:
    """The events sent so far, and the tokens in them."""

    def __init__(self, clock: Clock, functions: Functions, changed: threading.Condition) -> None:
        """Sends nothing yet.

        :param changed: guards the rules and this, and is told of the end of each event
        """
        self._clock = clock
        self._functions = functions
        self._changed = changed
        self._tokens: dict[str, Token] = {}
        self._deliveries: list[Delivery] = []
        # Told when the function of a rule has run.
        self.on_evaluated: list[Callable[[RuleState], None]] = []

    def reset(self) -> None:
        """Forgets all tokens and deliveries."""
        self._tokens.clear()
        self._deliveries.clear()

    def token(self, text: str) -> Token | None:
        """What a result token stands for; None if AWS Config never gave it out."""
        return self._tokens.get(text)

    def all(self) -> list[Delivery]:
        """The events sent so far, oldest first."""
        with self._changed:
            return list(self._deliveries)

    def wait_until_finished(self, delivery_id: str, timeout_seconds: float) -> bool:
        """Blocks until this event has been worked on, whatever others there are.

        :raises ValueError: if there is no such delivery
        """
        with self._changed:
            delivery = self.find(delivery_id)
            return self._changed.wait_for(lambda: delivery.finished, timeout_seconds)

    def find(self, delivery_id: str) -> Delivery:
        """The delivery of this id.

        :raises ValueError: if there is none
        """
        for delivery in self._deliveries:
            if delivery.id == delivery_id:
                return delivery
        raise ValueError(f"There is no delivery {delivery_id!r}")

    def evaluate(self, state: RuleState, trigger: str) -> None:
        """Starts an evaluation, if the rule is a scheduled one."""
        details = state.rule.source.source_details or []
        if any(detail.message_type == "ScheduledNotification" for detail in details):
            self.send(state, self.event(state, self._clock.now()), trigger)

    def event(self, state: RuleState, created: datetime) -> dict[str, Any]:
        """The event as Config sends it; two of its fields are JSON in strings.

        https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html
        """
        rule = state.rule
        token = base64.b64encode(secrets.token_bytes(240)).decode()
        self._tokens[token] = Token(state, self._clock.now())
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

    def send(self, state: RuleState, event: dict[str, Any], trigger: str) -> Delivery:
        """Sends an event to the rule's function, and doesn't wait."""
        delivery = Delivery(uuid.uuid4().hex, state.name, state.region, trigger, event)
        self._deliveries.append(delivery)
        state.running += 1
        state.rule.config_rule_state = "EVALUATING"
        arguments = (state, delivery, self._functions.era)
        threading.Thread(target=self._run, args=arguments, daemon=True).start()
        return delivery

    def _run(self, state: RuleState, delivery: Delivery, era: int) -> None:
        try:
            function = self._invocable_function(state)
            delivery.invocation = self._functions.run(
                function, json.dumps(delivery.event).encode(), era, is_queued=True
            )
            for tell in self.on_evaluated:
                tell(state)
        except Exception as error:  # noqa: BLE001  whatever kept the function from running
            delivery.error = str(error)
        finally:
            with self._changed:
                delivery.finished = True
                state.running -= 1
                if state.running == 0:
                    state.rule.config_rule_state = "ACTIVE"
                self._changed.notify_all()

    def _invocable_function(self, state: RuleState) -> LambdaFunction:
        with self._changed:
            arn = state.rule.source.source_identifier
            check_permission(state.account, state.region, arn, state.rule)
            return get_backend(state.account, state.region).get_function(arn)
