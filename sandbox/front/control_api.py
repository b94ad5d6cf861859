"""The sandbox's own HTTP interface, under `/_sandbox/`; `client` is its Python side.

Requests and answers are JSON. A request that can't be done is answered with 400 and `{"error"}`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sandbox.host.clock import iso
from sandbox.services import events
from sandbox.services.account.service_control_policies import Denial
from sandbox.wire.calls import Response

from .faults import Fault
from .parts import Parts

PREFIX = "/_sandbox/"
# What answers a request, by its method and path.
Routes = dict[tuple[str, str], Callable[[dict[str, Any]], Any]]


class ControlApi:
    """What tests may do to the sandbox that nobody can do to AWS."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._routes: Routes = {
            ("GET", "health"): lambda _: {"status": "ok"},
            ("POST", "reset"): lambda request: parts.reset(
                cold=bool(request.get("cold")),
                spared_buckets=str(request.get("spared_buckets", "")),
            ),
            ("GET", "clock"): lambda _: self._time(),
            ("POST", "clock"): self._set_clock,
            ("GET", "faults"): lambda _: [fault.to_json() for fault in parts.faults.all()],
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): lambda _: parts.faults.clear(),
            ("GET", "requests"): lambda _: [one.to_json() for one in parts.log.all()],
            ("DELETE", "requests"): lambda _: parts.log.clear(),
            ("GET", "permissions"): lambda _: parts.authorization.checks(),
            ("DELETE", "permissions"): lambda _: parts.authorization.clear(),
            **self._account_routes(),
            **self._certificate_routes(),
            **self._evaluation_routes(),
            **self._follow_up_routes(),
            **self._organization_routes(),
        }

    def _account_routes(self) -> Routes:
        regions, policies = self._parts.regions, self._parts.service_control_policies
        return {
            ("POST", "regions"): regions.set_regions,
            ("POST", "regions/offer"): lambda request: regions.offer(**request),
            ("POST", "denials"): lambda request: policies.add(Denial(**request)),
            ("DELETE", "denials"): lambda _: policies.clear(),
            ("POST", "sign-in"): self._sign_in,
            ("POST", "security-hub/administrators"): (
                lambda request: self._parts.hubs.administer(request["account"])
            ),
        }

    def _certificate_routes(self) -> Routes:
        certificates = self._parts.certificates
        return {
            ("GET", "settings"): lambda _: asdict(certificates.settings),
            ("POST", "settings"): self._change_settings,
            ("POST", "certificates/strip-expiration"): (
                lambda request: certificates.strip_expiration(request["name"])
            ),
            ("POST", "delete-conflicts"): self._change_delete_conflicts,
            ("POST", "acm"): lambda request: self._parts.acm_certificates.change(**request),
        }

    def _evaluation_routes(self) -> Routes:
        functions, rules = self._parts.functions, self._parts.rules
        return {
            ("GET", "invocations"): lambda _: [one.to_json() for one in functions.invocations],
            ("DELETE", "invocations"): lambda _: functions.clear_invocations(),
            ("GET", "deliveries"): lambda _: [one.to_json() for one in rules.evaluations.all()],
            ("POST", "deliveries/redeliver"): self._redeliver,
            ("POST", "deliveries/simulate"): self._simulate,
            ("POST", "deliveries/wait"): self._wait_for_delivery,
            ("POST", "wait"): self._wait,
        }

    def _follow_up_routes(self) -> Routes:
        parts = self._parts
        return {
            ("POST", "automations/wait"): self._wait_for_automation,
            ("POST", "remediations/start"): lambda one: parts.remediations.start_on(**one),
            ("POST", "remediations/wait"): (
                lambda request: {"settled": parts.remediations.wait(**request)}
            ),
            ("GET", "events"): lambda _: [one.to_json() for one in parts.buses.deliveries],
            ("GET", "messages"): lambda _: events.messages(),
        }

    def _organization_routes(self) -> Routes:
        aggregators, organizations = self._parts.aggregators, self._parts.organizations
        return {
            ("POST", "organization"): lambda request: organizations.put(**request),
            ("POST", "aggregators/results"): lambda request: aggregators.add_results(**request),
            ("POST", "aggregators/sources"): lambda request: aggregators.set_source(**request),
            ("POST", "aggregators/empty-pages"): (
                lambda request: aggregators.set_empty_pages(request["number"])
            ),
        }

    def answer(self, method: str, path: str, body: bytes) -> Response:
        """Answers a request to the control API."""
        route = self._routes.get((method, path.removeprefix(PREFIX)))
        if route is None:
            return _json(404, {"error": f"No such control: {method} {path}"})
        try:
            return _json(200, route(json.loads(body or b"{}")))
        except (ValueError, TypeError, KeyError) as error:
            return _json(400, {"error": f"{type(error).__name__}: {error}"})

    def _time(self) -> dict[str, str]:
        return {"now": iso(self._parts.clock.now())}

    def _set_clock(self, request: dict[str, Any]) -> dict[str, str]:
        if "advance_seconds" in request:
            self._parts.clock.advance(timedelta(seconds=request["advance_seconds"]))
        else:
            self._parts.clock.reset()
        return self._time()

    def _add_fault(self, request: dict[str, Any]) -> dict[str, Any]:
        fault = Fault(**request)
        self._parts.faults.add(fault)
        return fault.to_json()

    def _sign_in(self, request: dict[str, Any]) -> dict[str, str]:
        return {"token": self._parts.signed_in_users.sign_in(**request)}

    def _change_settings(self, request: dict[str, Any]) -> dict[str, Any]:
        self._parts.certificates.settings = self._parts.certificates.settings.changed(**request)
        return asdict(self._parts.certificates.settings)

    def _change_delete_conflicts(self, changes: dict[str, Any]) -> None:
        with self._parts.users_lock:
            self._parts.delete_conflicts.change(changes)

    def _redeliver(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._parts.rules.redeliver(request["id"]).to_json()

    def _simulate(self, request: dict[str, Any]) -> dict[str, Any]:
        created = _time(request["created"])
        return self._parts.rules.simulate(request["region"], request["rule"], created).to_json()

    def _wait(self, request: dict[str, Any]) -> dict[str, bool]:
        """Blocks until the rule's function has nothing more to do."""
        is_idle = self._parts.rules.wait_until_idle(
            request["region"], request["rule"], request["timeout_seconds"]
        )
        return {"idle": is_idle}

    def _wait_for_delivery(self, request: dict[str, Any]) -> dict[str, bool]:
        """Blocks until the function has done what one event asked for."""
        is_finished = self._parts.rules.evaluations.wait_until_finished(
            request["id"], request["timeout_seconds"]
        )
        return {"finished": is_finished}

    def _wait_for_automation(self, request: dict[str, Any]) -> dict[str, str]:
        """Blocks until an execution is over or waits for an approval."""
        status = self._parts.automations.wait(request["id"], request["timeout_seconds"])
        return {"status": status}


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _json(status: int, content: Any) -> Response:
    body = json.dumps(content, default=str).encode()
    return Response(status, {"Content-Type": "application/json"}, body)
