"""What every request passes through: identification, faults, validation, an answer, the log."""

from __future__ import annotations

import io
import time
import traceback
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import (
    BackendRequest,
    DomainDispatcherApplication,
    create_backend_app,
)
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition
from werkzeug.test import run_wsgi_app

from sandbox.host.clock import iso
from sandbox.policy.authorization import Refusal
from sandbox.wire.calls import AwsError, Call, Response, identify, parse, serialize, validate
from sandbox.wire.operations import Operation

from .faults import REFUSALS, Fault
from .parts import Parts
from .request_log import redacted

# What a broken proxy might send.
_GARBAGE = b"\x00<<{ this is not an answer of AWS"


class ConnectionDroppedError(Exception):
    """The client must get no answer."""


@dataclass
class _Answer:
    """An answer and what the log says of it."""

    response: Response
    error: str = ""


class _Dispatcher(DomainDispatcherApplication):
    """Moto's services by host. To find one, moto looks at two hundred folders each time."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self._backends: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        """The name of a service; looked up once."""
        if host not in self._backends:
            self._backends[host] = super().get_backend_for_host(host)
        return self._backends[host]


class Gateway:
    """All of AWS: what the sandbox answers itself, and moto for the rest."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._clock = parts.clock
        self._faults = parts.faults
        self._operations = parts.operations()
        self._moto = _Dispatcher()

    def answer(self, environ: dict[str, Any], body: bytes) -> Response:
        """Answers a request to a service.

        :param environ: as WSGI has it
        :raises ConnectionDroppedError: if a fault says so, or where AWS has no such host
        """
        call = identify(BackendRequest(environ | {"wsgi.input": io.BytesIO(body)}))
        if not self._parts.regions.has_endpoint(call):
            raise ConnectionDroppedError
        call.principal = self._principal(call)
        if call.access_key in self._parts.functions.principals:
            # moto doesn't know the keys of a process that a reset has spared, nor their account.
            call.account = call.principal.split(":")[4]
        environ["wsgi.input"] = io.BytesIO(body)  # for moto, which reads it again
        call_time, begun = self._clock.now(), time.monotonic()
        fault = self._faults.next(call.service, call.operation, call.region)
        is_dropped = fault is not None and fault.kind in ("drop", "lost-answer")
        try:
            answer = self._answer_or_fault(call, environ, fault)
            if fault is None or fault.kind in ("delay", "hold"):
                self._faults.answers.remember(call, answer.response)
        except Exception as error:  # noqa: BLE001  a defect, or what neither moto nor we know
            traceback.print_exc()
            answer = _broken(call, error)
        self._parts.log.add(
            time=iso(call_time),
            service=call.service,
            operation=call.operation,
            region=call.region,
            principal=call.principal,
            parameters=call.logged_params,
            status=0 if is_dropped else answer.response.status,
            error=answer.error,
            fault=fault.kind if fault else "",
            milliseconds=round((time.monotonic() - begun) * 1000, 1),
        )
        if is_dropped:
            raise ConnectionDroppedError
        return answer.response

    def _answer_or_fault(self, call: Call, environ: dict[str, Any], fault: Fault | None) -> _Answer:
        refused = self._parsed(call)
        if fault is None:
            return refused or self._answered(call, environ)
        if fault.kind == "stale":
            return refused or self._refused(call) or _repeated(call, fault)
        if fault.kind == "drop":
            return _Answer(Response(0))
        if fault.kind in REFUSALS:
            return _refused(call, fault)
        if fault.kind in ("delay", "hold"):
            self._faults.hold(fault)
        call.fault = fault.to_json()
        answer = refused or self._answered(call, environ)
        if fault.kind == "malformed":
            return _Answer(Response(200, answer.response.headers, _GARBAGE))
        return answer

    def _parsed(self, call: Call) -> _Answer | None:
        """Sets the parameters; an answer if an operation of ours can't be read."""
        if call.model is None:
            return None
        try:
            call.params, call.is_parsed = parse(call), True
            call.logged_params = redacted(call.params)
        except ServiceException as error:
            if self._own_operation(call) is not None:
                return _error(call, error)
        return None

    def _refused(self, call: Call) -> _Answer | None:
        """An answer if the call may not be made."""
        refusal = self._parts.refusal(call, call.principal)
        return None if refusal is None else _refused(call, refusal)

    def _answered(self, call: Call, environ: dict[str, Any]) -> _Answer:
        refused = self._refused(call)
        if refused is not None:
            return refused
        operation = self._own_operation(call)
        if operation is None:
            return self._from_moto(call, environ)
        try:
            validate(call)
            result = operation(call)
        except (ServiceException, JsonRESTError) as error:
            return _error(call, error)
        return _Answer(result if isinstance(result, Response) else serialize(call, result))

    def _own_operation(self, call: Call) -> Operation | None:
        return self._operations.get(call.service, {}).get(call.operation)

    def _from_moto(self, call: Call, environ: dict[str, Any]) -> _Answer:
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = call.account
        body, status, headers = run_wsgi_app(self._moto, environ, buffered=True)
        content = b"".join(body)
        response = Response(int(status.split()[0]), dict(headers), content)
        error = "" if response.status < 400 else _error_code(response)
        return _Answer(response, error)

    def _principal(self, call: Call) -> str:
        """The ARN behind the access key; an unknown key is taken for the account's root.

        Empty for a request without a signature: who has no credentials is nobody.
        """
        if not call.access_key:
            return ""
        known = self._parts.functions.principals.get(call.access_key)
        if known:
            return known
        partition = get_partition(call.region)
        role = sts_backends[call.account][partition].get_assumed_role_from_access_key(
            call.access_key
        )
        if role is not None:
            return role.arn
        backend = iam_backends[call.account][partition]
        key = backend.access_keys.get(call.access_key)
        user = backend.users.get(key.user_name) if key is not None and key.user_name else None
        return str(user.arn) if user else f"arn:{partition}:iam::{call.account}:root"


def _error(call: Call, error: Exception) -> _Answer:
    if isinstance(error, JsonRESTError):
        error = AwsError(error.error_type, error.message)
    return _Answer(serialize(call, error), str(getattr(error, "code", type(error).__name__)))


def _broken(call: Call, error: Exception) -> _Answer:
    is_unknown = isinstance(error, NotImplementedError)
    status, code = (501, "NotImplemented") if is_unknown else (500, "InternalFailure")
    text = f"The sandbox can't do {call.service} {call.operation}: {error!r}"
    return _failed(call, text, status, code)


def _repeated(call: Call, fault: Fault) -> _Answer:
    """The answer from before the fault."""
    answer = fault.earlier_answer(call)
    if answer is not None:
        return _Answer(answer)
    text = (
        f"The sandbox has no earlier answer to repeat for {call.service} {call.operation} in "
        f"{call.region} with these parameters: {redacted(call.params)}"
    )
    # A mistake of the test. As any other answer it would go unnoticed.
    return _failed(call, text)


def _failed(call: Call, text: str, status: int = 500, code: str = "InternalFailure") -> _Answer:
    return _refused(call, Fault(call.service, call.operation, "error", 1, 1, status, code, text))


def _refused(call: Call, fault: Fault | Refusal) -> _Answer:
    error = AwsError(fault.code, fault.message)
    if call.model is None:
        return _Answer(Response(fault.status, {}, fault.message.encode()), fault.code)
    response = serialize(call, error)
    return _Answer(Response(fault.status, response.headers, response.body), fault.code)


def _error_code(response: Response) -> str:
    """The code in an error of moto's, whichever protocol it is in."""
    text = response.body.decode(errors="replace")
    header = next(
        (value for name, value in response.headers.items() if name.lower() == "x-amzn-errortype"),
        "",
    )
    for opening, closing in (("<Code>", "</Code>"), ('"__type": "', '"'), ('"__type":"', '"')):
        if opening in text:
            return text.split(opening, 1)[1].split(closing, 1)[0].rpartition("#")[2]
    return header or f"HTTP {response.status}"
