"""The sandbox's own HTTP interface, under `/_sandbox/`; `client` is its Python side.

Requests and answers are JSON. A request that can't be done is answered with 400 and `{"error"}`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from moto.moto_api._internal.models import moto_api_backend

from sandbox.host import memory
from sandbox.host.clock import Clock, iso
from sandbox.policy.authorization import Authorization
from sandbox.services.cloudformation.stacks import Stacks
from sandbox.services.config.rules import ConfigRules
from sandbox.services.iam.server_certificates import ServerCertificates
from sandbox.services.lambda_.functions import Functions
from sandbox.wire.calls import Response

from .faults import Fault, Faults
from .follow_up import FollowUp
from .request_log import RequestLog
from .surroundings import Surroundings

PREFIX = "/_sandbox/"


class ControlApi:
    """What tests may do to the sandbox that nobody can do to AWS."""

    def __init__(
        self,
        *,
        clock: Clock,
        faults: Faults,
        log: RequestLog,
        certificates: ServerCertificates,
        rules: ConfigRules,
        functions: Functions,
        authorization: Authorization,
        stacks: Stacks,
        surroundings: Surroundings,
        follow_up: FollowUp,
    ) -> None:
        self._clock = clock
        self._faults = faults
        self._log = log
        self._certificates = certificates
        self._rules = rules
        self._functions = functions
        self._authorization = authorization
        self._stacks = stacks
        self._surroundings = surroundings
        self._follow_up = follow_up
        self._routes: dict[tuple[str, str], Callable[[dict[str, Any]], Any]] = {
            ("GET", "health"): lambda _: {"status": "ok"},
            ("POST", "reset"): self._reset,
            ("GET", "clock"): lambda _: self._time(),
            ("POST", "clock"): self._set_clock,
            ("GET", "faults"): lambda _: [fault.to_json() for fault in faults.all()],
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): lambda _: faults.clear(),
            ("GET", "requests"): lambda _: [request.to_json() for request in log.all()],
            ("DELETE", "requests"): lambda _: log.clear(),
            ("GET", "settings"): lambda _: asdict(certificates.settings),
            ("POST", "settings"): self._change_settings,
            ("POST", "certificates/strip-expiration"): self._strip_expiration,
            ("GET", "invocations"): lambda _: [one.to_json() for one in functions.invocations],
            ("DELETE", "invocations"): lambda _: functions.clear_invocations(),
            ("GET", "deliveries"): lambda _: [one.to_json() for one in rules.deliveries],
            ("POST", "deliveries/redeliver"): self._redeliver,
            ("POST", "deliveries/simulate"): self._simulate,
            ("GET", "permissions"): lambda _: authorization.checks(),
            ("DELETE", "permissions"): lambda _: authorization.clear(),
            ("POST", "deliveries/wait"): self._wait_for_delivery,
            ("POST", "wait"): self._wait,
            **surroundings.controls(),
            **follow_up.controls(),
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

    def _reset(self, request: dict[str, Any]) -> None:
        self._follow_up.reset()
        self._rules.reset()
        self._functions.reset(cold=bool(request.get("cold")))
        self._certificates.reset()
        self._surroundings.reset()
        self._faults.reset()
        self._authorization.clear()
        self._stacks.reset()
        self._clock.reset()
        moto_api_backend.reset()
        self._log.clear()
        memory.collect()

    def _time(self) -> dict[str, str]:
        return {"now": iso(self._clock.now())}

    def _set_clock(self, request: dict[str, Any]) -> dict[str, str]:
        if "set" in request:
            self._clock.set(_time(request["set"]))
        elif "advance_seconds" in request:
            self._clock.advance(timedelta(seconds=request["advance_seconds"]))
        else:
            self._clock.reset()
        return self._time()

    def _add_fault(self, request: dict[str, Any]) -> dict[str, Any]:
        fault = Fault(**request)
        self._faults.add(fault)
        return fault.to_json()

    def _change_settings(self, request: dict[str, Any]) -> dict[str, Any]:
        self._certificates.settings = self._certificates.settings.changed(**request)
        return asdict(self._certificates.settings)

    def _strip_expiration(self, request: dict[str, Any]) -> None:
        self._certificates.strip_expiration(request["name"])

    def _redeliver(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._rules.redeliver(request["id"]).to_json()

    def _simulate(self, request: dict[str, Any]) -> dict[str, Any]:
        created = _time(request["created"])
        return self._rules.simulate(request["region"], request["rule"], created).to_json()

    def _wait(self, request: dict[str, Any]) -> dict[str, bool]:
        """Blocks until the rule's function has nothing more to do."""
        is_idle = self._rules.wait_until_idle(
            request["region"], request["rule"], request["timeout_seconds"]
        )
        return {"idle": is_idle}

    def _wait_for_delivery(self, request: dict[str, Any]) -> dict[str, bool]:
        """Blocks until the function has done what one event asked for."""
        is_finished = self._rules.wait_until_finished(request["id"], request["timeout_seconds"])
        return {"finished": is_finished}


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _json(status: int, content: Any) -> Response:
    body = json.dumps(content, default=str).encode()
    return Response(status, {"Content-Type": "application/json"}, body)
