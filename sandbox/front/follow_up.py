"""What follows from an evaluation: events, remediation, and the runbooks that do it.

Puts these parts together for the gateway, which answers requests, and for the control API.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.host.clock import Clock
from sandbox.host.guardian import Guardian
from sandbox.policy.authorization import Authorization
from sandbox.services import events as event_bus
from sandbox.services.config.compliance_events import ComplianceEvents
from sandbox.services.config.remediation import Remediations
from sandbox.services.config.rules import ConfigRules
from sandbox.services.ssm.automations import Automations
from sandbox.wire.calls import Call


class FollowUp:
    """The services that act on a rule's results, and the controls that tests have over them."""

    def __init__(
        self,
        clock: Clock,
        rules: ConfigRules,
        authorization: Authorization,
        directory: Path,
        guardian: Guardian,
    ) -> None:
        """Follows the rules from now on; scripts of runbooks work below `directory`."""
        self._automations = Automations(clock, authorization, directory, guardian)
        self._remediations = Remediations(clock, rules, self._automations)
        self._events = ComplianceEvents(clock)
        rules.on_result.append(self._events.changed)

    def listen_at(self, endpoint: str) -> None:
        """Says where the sandbox listens."""
        self._automations.listen_at(endpoint)

    def config_operations(self) -> dict[str, Callable[[Call], Any]]:
        """The operations of AWS Config that the sandbox answers itself, by name."""
        return self._remediations.operations()

    def ssm_operations(self) -> dict[str, Callable[[Call], Any]]:
        """The operations of Systems Manager that the sandbox answers itself, by name."""
        return self._automations.operations()

    def controls(self) -> dict[tuple[str, str], Callable[[dict[str, Any]], Any]]:
        """The routes of the control API."""
        return {
            ("POST", "automations/wait"): self._wait_for_automation,
            ("POST", "remediations/start"): lambda request: self._remediations.start_on(**request),
            ("POST", "remediations/wait"): self._wait_for_remediations,
            ("GET", "events"): lambda _: [one.to_json() for one in self._events.deliveries],
            ("GET", "messages"): lambda _: event_bus.messages(),
        }

    def reset(self) -> None:
        """Stops what runs and forgets it."""
        self._automations.reset()
        self._remediations.reset()
        self._events.reset()

    def close(self) -> None:
        """Stops what runs, for good."""
        self.reset()
        self._automations.close()

    def _wait_for_automation(self, request: dict[str, Any]) -> dict[str, str]:
        return {"status": self._automations.wait(request["id"], request["timeout_seconds"])}

    def _wait_for_remediations(self, request: dict[str, Any]) -> dict[str, bool]:
        return {"settled": self._remediations.wait(**request)}
