"""What keeps resources from automatic remediation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.host.clock import Clock, as_utc
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations

from .pages import tokens
from .remediation_attempts import (
    Key,
    arn_of,
    invalid,
)
from .results import RuleState
from .rules import ConfigRules

EXCEPTION_PAGES = tokens(25)


@dataclass(frozen=True)
class RemediationException:
    """Keeps a resource from automatic remediation."""

    key: Key
    message: str | None
    expires: datetime | None


def _keys(call: Call) -> list[Key]:
    keys = call.params.get("ResourceKeys", [])
    return [(one.get("ResourceType", ""), one.get("ResourceId", "")) for one in keys]


def _shown(state: RuleState, exception: RemediationException) -> dict[str, Any]:
    """`RemediationException` of the API."""
    return {
        "ConfigRuleName": state.name,
        "ResourceType": exception.key[0],
        "ResourceId": exception.key[1],
        "Message": exception.message,
        "ExpirationTime": exception.expires,
    }


class RemediationExceptions:
    """The exceptions of all rules."""

    def __init__(
        self, clock: Clock, rules: ConfigRules, removed: Callable[[RuleState, Key], None]
    ) -> None:
        """Starts without exceptions.

        :param removed: is told of each that somebody takes away
        """
        self._clock = clock
        self._rules = rules
        self._removed = removed
        self._exceptions: dict[str, dict[Key, RemediationException]] = {}

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return {
            "PutRemediationExceptions": self._put,
            "DescribeRemediationExceptions": self._describe,
            "DeleteRemediationExceptions": self._delete,
        }

    def reset(self) -> None:
        """Forgets all."""
        self._exceptions.clear()

    def add(self, state: RuleState, exception: RemediationException) -> None:
        """Puts one on a resource."""
        self._exceptions.setdefault(arn_of(state), {})[exception.key] = exception

    def forget(self, state: RuleState) -> None:
        """Forgets those of a rule that is gone."""
        self._exceptions.pop(arn_of(state), None)

    def of(self, state: RuleState) -> dict[Key, RemediationException]:
        """Those that haven't expired."""
        now, known = self._clock.now(), self._exceptions.get(arn_of(state), {})
        return {key: one for key, one in known.items() if one.expires is None or one.expires > now}

    def _put(self, call: Call) -> dict[str, Any]:
        state = self._rule(call)
        expires = call.params.get("ExpirationTime")
        stored = self._exceptions.setdefault(arn_of(state), {})
        failed = []
        for key in _keys(call):
            exception = RemediationException(
                key, call.params.get("Message"), as_utc(expires) if expires else None
            )
            result = state.results.get(key)
            if result is not None and result.compliance == "NON_COMPLIANT":
                stored[key] = exception
            else:
                failed.append(_shown(state, exception))
        if not failed:
            return {"FailedBatches": []}
        text = "Remediation exceptions can only be placed on resources that are NON_COMPLIANT."
        return {"FailedBatches": [{"FailureMessage": text, "FailedItems": failed}]}

    def _describe(self, call: Call) -> dict[str, Any]:
        state = self._rule(call)
        known, wanted = self.of(state), _keys(call)
        if wanted:
            found, token = [known[key] for key in wanted if key in known], None
        else:
            found, token = EXCEPTION_PAGES.page(call, known.values(), lambda one: "/".join(one.key))
        return {
            "RemediationExceptions": [_shown(state, one) for one in found],
            "NextToken": token,
        }

    def _delete(self, call: Call) -> dict[str, Any]:
        state = self._rules.find(call.region, call.params["ConfigRuleName"], call.account)
        known = self.of(state) if state else {}
        keys = _keys(call)
        if state is None or not any(key in known for key in keys):
            raise AwsError(
                "NoSuchRemediationExceptionException",
                "You tried to delete a remediation exception that does not exist.",
            )
        for key in keys:
            self._exceptions[arn_of(state)].pop(key, None)
            self._removed(state, key)
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
            raise invalid(f"The ConfigRule '{name}' provided in the request is invalid.")
        return state
