"""Runs Lambda functions. Their control plane (CreateFunction and the like) is moto's."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import threading
import time
import uuid
import zipfile
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from sandbox.host.clock import iso
from sandbox.host.guardian import Guardian
from sandbox.policy.authorization import Authorization
from sandbox.wire.calls import AwsError, Call, Response
from sandbox.wire.operations import Operations

from .runtime import TIMED_OUT, Event, Launch, Outcome, RuntimeProcess

JAVA_VERSION = "25"
RUNTIME = f"java{JAVA_VERSION}"
# The runtime interface client and what it needs; the last for its own locals of threads.
RUNTIME_JARS = (
    "aws-lambda-java-core",
    "aws-lambda-java-runtime-interface-client",
    "aws-lambda-java-serialization",
    "utils-lite",
)
MAX_CONCURRENCY = 10
MAX_SYNCHRONOUS_PAYLOAD = 6 * 1024 * 1024
MAX_ASYNCHRONOUS_PAYLOAD = 1024 * 1024
LOG_TAIL = 4096


class SetupError(Exception):
    """The sandbox can't run functions here; the message says what to do."""


def check_java(java: Path) -> Path:
    """The path of the `java` command, if it is the version that Lambda runs.

    :raises SetupError: if it is missing or another version
    """
    command = java / "bin" / "java" if java.is_dir() else java
    try:
        shown = subprocess.run([command, "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(
            f"Java can't be run from {java}: {error}. Give a JDK {JAVA_VERSION} with --java."
        ) from error
    if f'version "{JAVA_VERSION}' not in shown.stderr:
        found = shown.stderr.splitlines()[0] if shown.stderr else "an unknown version"
        raise SetupError(f"{command} is {found}; give a JDK {JAVA_VERSION} with --java.")
    return command


def check_runtime(directory: Path) -> tuple[Path, ...]:
    """The jars of the runtime interface client.

    :raises SetupError: if they aren't there
    """
    jars = tuple(sorted(directory.resolve().glob("*.jar")))
    missing = [name for name in RUNTIME_JARS if not any(jar.name.startswith(name) for jar in jars)]
    if missing:
        raise SetupError(
            f"No {' and no '.join(missing)} in {directory}; run `make package` first, "
            "or name the folder of Lambda's runtime interface client with --runtime."
        )
    return jars


@dataclass
class Invocation:
    """One invocation and all that is known of it afterwards."""

    request_id: str
    function_name: str
    event: Any
    started: str
    payload: Any = None
    # The type of the function's error; empty if it returned.
    error: str = ""
    log: str = ""
    metrics: list[dict[str, Any]] = field(default_factory=list)
    cold: bool = False
    init_ms: float = 0
    duration_ms: float = 0
    memory_mb: int = 0
    max_memory_mb: int | None = None
    process_id: int = 0

    def to_json(self) -> dict[str, Any]:
        """As the control API shows it."""
        return asdict(self)


@dataclass(frozen=True)
class Principal:
    """Whom an access key belongs to."""

    access_key: str
    arn: str


class Functions:
    """Runs functions in processes that are kept warm and reused."""

    def __init__(
        self,
        java: Path,
        runtime_jars: tuple[Path, ...],
        directory: Path,
        guardian: Guardian,
        authorization: Authorization,
    ) -> None:
        self._java = java
        self._runtime_jars = runtime_jars
        self._directory = directory
        self._guardian = guardian
        self._authorization = authorization
        self._changed = threading.Condition()
        self._environments: list[_Environment] = []
        self._invocations: list[Invocation] = []
        # Counts resets: what was begun before one must not be seen after it.
        self._era = 0
        # The sandbox's own address; known once the server listens.
        self.endpoint = ""
        # Access keys given to functions; they outlive a reset, as warm processes do.
        self.principals: dict[str, str] = {}

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return {"Invoke": self._invoke}

    @property
    def invocations(self) -> list[Invocation]:
        """The finished invocations, oldest first."""
        with self._changed:
            return list(self._invocations)

    def clear_invocations(self) -> None:
        """Forgets the finished invocations."""
        with self._changed:
            self._invocations.clear()

    def reset(self, cold: bool = False) -> None:
        """Forgets invocations and ends busy processes; idle ones too if `cold`."""
        with self._changed:
            self._era += 1
            self._invocations.clear()
            for environment in list(self._environments):
                if cold or environment.is_busy:
                    self._retire(environment)

    def close(self) -> None:
        """Ends all processes."""
        self.reset(cold=True)

    def run(self, function: LambdaFunction, event: bytes, is_queued: bool) -> Invocation:
        """Invokes a function and waits for its end.

        :param is_queued: wait for a free process, as asynchronous events do, where a synchronous
            call is refused
        :raises AwsError: `TooManyRequestsException`
        """
        era = self._era
        environment = self._acquire(function, is_queued)
        try:
            invocation = environment.invoke(function, event)
        finally:
            self._release(environment)
        with self._changed:
            if era == self._era:
                self._invocations.append(invocation)
                if self._authorization.may_log(function):
                    _write_to_cloudwatch_logs(function, invocation.log)
        return invocation

    def _invoke(self, call: Call) -> Response:
        function = _function(call)
        payload = call.params.get("Payload") or b"{}"
        kind = call.params.get("InvocationType", "RequestResponse")
        _check_payload(payload, kind)
        if kind == "DryRun":
            return Response(204)
        if kind == "Event":
            threading.Thread(target=self.run, args=(function, payload, True), daemon=True).start()
            return Response(202)
        return _answer(call, function, self.run(function, payload, is_queued=False))

    def _acquire(self, function: LambdaFunction, is_queued: bool) -> _Environment:
        fingerprint = _fingerprint(function)
        limit = min(MAX_CONCURRENCY, function.reserved_concurrency or MAX_CONCURRENCY)
        with self._changed:
            while True:
                self._retire_outdated(function, fingerprint)
                own = [one for one in self._environments if one.arn == function.function_arn]
                for environment in own:
                    if not environment.is_busy:
                        environment.is_busy = True
                        return environment
                if len(own) < limit:
                    return self._started(function, fingerprint)
                if not is_queued:
                    raise AwsError("TooManyRequestsException", "Rate Exceeded.")
                self._changed.wait()

    def _retire_outdated(self, function: LambdaFunction, fingerprint: str) -> None:
        for environment in list(self._environments):
            is_outdated = environment.fingerprint != fingerprint or not environment.is_alive
            is_own = environment.arn == function.function_arn
            if is_own and is_outdated and not environment.is_busy:
                self._retire(environment)

    def _retire_orphans(self) -> None:
        """Makes room: ends idle processes of functions that were deleted, or gone with a reset.

        Not at the reset itself: the next test often deploys the same function again.
        """
        for environment in list(self._environments):
            if not environment.is_busy and not _exists(environment.arn):
                self._retire(environment)

    def _unpacked(self, function: LambdaFunction) -> Path:
        """The folder of the function's code, which is there once: in Lambda nobody writes to it."""
        folder = self._directory / "code" / hashlib.sha256(function.code_bytes).hexdigest()
        if not folder.exists():
            with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as code:
                folder.mkdir(parents=True)
                code.extractall(folder)
        return folder

    def _started(self, function: LambdaFunction, fingerprint: str) -> _Environment:
        self._retire_orphans()
        directory = self._directory / uuid.uuid4().hex
        directory.mkdir()
        task_root = self._unpacked(function)
        credentials = self._credentials(function)
        launch = Launch(
            java=self._java,
            runtime_jars=self._runtime_jars,
            task_root=task_root,
            handler=function.handler or "",
            memory_mb=function.memory_size,
            environment=self._variables(function, directory.name, task_root) | credentials,
            log_file=directory / "log",
        )
        environment = _Environment(function.function_arn, fingerprint, launch)
        self._guardian.watch(environment.pid)
        self._environments.append(environment)
        return environment

    def _credentials(self, function: LambdaFunction) -> dict[str, str]:
        """Temporary credentials of the function's role, by which its requests are recognised."""
        partition = get_partition(function.region)
        role = sts_backends[function.account_id][partition].assume_role(
            region_name=function.region,
            role_session_name=function.function_name,
            role_arn=function.role,
            policy="",
            duration=3600,
            external_id="",
        )
        self.principals[role.access_key_id] = role.arn
        return {
            "AWS_ACCESS_KEY_ID": role.access_key_id,
            "AWS_SECRET_ACCESS_KEY": role.secret_access_key,
            "AWS_SESSION_TOKEN": role.session_token,
        }

    def _variables(
        self, function: LambdaFunction, instance: str, task_root: Path
    ) -> dict[str, str]:
        """The variables that Lambda sets, after the function's own; nothing of this process's."""
        own = {name: str(value) for name, value in (function.environment_vars or {}).items()}
        return own | {
            "_HANDLER": function.handler or "",
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{RUNTIME}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
            "AWS_LAMBDA_LOG_STREAM_NAME": f"[{function.version}]{instance}",
            "AWS_REGION": function.region,
            "LAMBDA_TASK_ROOT": str(task_root),
            "LANG": "en_US.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "TZ": ":UTC",
        }

    def _release(self, environment: _Environment) -> None:
        with self._changed:
            environment.is_busy = False
            if not environment.is_alive:
                self._retire(environment)
            self._changed.notify_all()

    def _retire(self, environment: _Environment) -> None:
        if environment in self._environments:
            self._environments.remove(environment)
            environment.kill()
            self._guardian.release(environment.pid)
            self._changed.notify_all()


class _Environment:
    """A process with the function's code, busy or idle."""

    def __init__(self, arn: str, fingerprint: str, launch: Launch) -> None:
        self.arn = arn
        self.fingerprint = fingerprint
        self.is_busy = True
        self._launched = time.monotonic()
        self._process = RuntimeProcess(launch)
        self._is_cold = True

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive

    def kill(self) -> None:
        self._process.kill()

    def invoke(self, function: LambdaFunction, event: bytes) -> Invocation:
        """Runs one event to its end; ends the process if it can't be used any more."""
        invocation = Invocation(
            request_id=str(uuid.uuid4()),
            function_name=function.function_name,
            event=_as_json(event),
            started=iso(datetime.now(timezone.utc)),
            cold=self._is_cold,
            memory_mb=function.memory_size,
            process_id=self.pid,
        )
        outcome = self._initialized(invocation)
        if outcome is None:
            begun = time.monotonic()
            outcome = self._process.invoke(
                Event(invocation.request_id, event, function.function_arn, function.timeout)
            )
            invocation.duration_ms = round((time.monotonic() - begun) * 1000, 2)
        self._finish(invocation, outcome)
        return invocation

    def _initialized(self, invocation: Invocation) -> Outcome | None:
        if not self._is_cold:
            return None
        self._is_cold = False
        outcome = self._process.initialize(invocation.request_id)
        invocation.init_ms = round((time.monotonic() - self._launched) * 1000, 2)
        return outcome

    def _finish(self, invocation: Invocation, outcome: Outcome) -> None:
        invocation.payload = _as_json(outcome.payload)
        invocation.error = outcome.error
        invocation.max_memory_mb = self._process.peak_memory_mb()
        written = self._process.take_log()
        invocation.metrics = _embedded_metrics(written)
        if not outcome.is_process_usable:
            written += _epitaph(invocation)
            self.kill()
        invocation.log = _framed(invocation, written)


def _epitaph(invocation: Invocation) -> str:
    """What Lambda writes to the log when it ends a function's process, or finds that it ended."""
    payload = invocation.payload
    text = str(payload.get("errorMessage", "") if isinstance(payload, dict) else payload)
    if invocation.error == TIMED_OUT:
        now, reason = iso(datetime.now(timezone.utc)), text.partition(" Error: ")[2]
        return f"{now} {invocation.request_id} {reason}\n"
    return f"{text}\n{invocation.error}\n"


def _framed(invocation: Invocation, written: str) -> str:
    """The log as CloudWatch Logs shows it, between START and REPORT."""
    request_id = invocation.request_id
    if written and not written.endswith("\n"):
        written += "\n"
    report = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {invocation.duration_ms:.2f} ms",
        f"Billed Duration: {int(invocation.duration_ms + invocation.init_ms) + 1} ms",
        f"Memory Size: {invocation.memory_mb} MB",
    ]
    if invocation.max_memory_mb is not None:
        report.append(f"Max Memory Used: {invocation.max_memory_mb} MB")
    if invocation.cold:
        report.append(f"Init Duration: {invocation.init_ms:.2f} ms")
    return (
        f"START RequestId: {request_id} Version: $LATEST\n"
        f"{written}END RequestId: {request_id}\n" + "\t".join(report) + "\n"
    )


def _embedded_metrics(log: str) -> list[dict[str, Any]]:
    """The metrics in a log, in CloudWatch's Embedded Metric Format, one entry per value.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    metrics: list[dict[str, Any]] = []
    for line in log.splitlines():
        document = _as_json(line.encode()) if line.startswith("{") else None
        if isinstance(document, dict) and isinstance(document.get("_aws"), dict):
            metrics += _metrics_of(document)
    return metrics


def _metrics_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "namespace": directive["Namespace"],
            "name": metric["Name"],
            "unit": metric.get("Unit", "None"),
            "value": document[metric["Name"]],
            "dimensions": {name: document[name] for name in dimensions},
            "timestamp": document["_aws"]["Timestamp"],
        }
        for directive in document["_aws"].get("CloudWatchMetrics", [])
        for dimensions in directive.get("Dimensions") or [[]]
        for metric in directive.get("Metrics", [])
        if metric["Name"] in document
    ]


def _function(call: Call) -> LambdaFunction:
    backend = get_backend(call.account, call.region)
    return backend.get_function(call.params["FunctionName"], call.params.get("Qualifier"))


def _exists(function_arn: str) -> bool:
    _, _, _, region, account, _, name = function_arn.split(":")[:7]
    try:
        get_backend(account, region).get_function(name)
    except UnknownFunctionException:
        return False
    return True


def _check_payload(payload: bytes, kind: str) -> None:
    limit = MAX_ASYNCHRONOUS_PAYLOAD if kind == "Event" else MAX_SYNCHRONOUS_PAYLOAD
    if len(payload) > limit:
        raise AwsError(
            "RequestTooLargeException",
            f"{len(payload)} byte payload is too large for the {kind} invocation type "
            f"(limit {limit} bytes)",
        )
    try:
        json.loads(payload)
    except ValueError as error:
        raise AwsError(
            "InvalidRequestContentException", f"Could not parse request body into json: {error}"
        ) from error


def _answer(call: Call, function: LambdaFunction, invocation: Invocation) -> Response:
    headers = {
        "Content-Type": "application/json",
        "X-Amz-Executed-Version": str(function.version),
        "x-amzn-RequestId": invocation.request_id,
    }
    if invocation.error:
        headers["X-Amz-Function-Error"] = "Unhandled"
    if call.params.get("LogType") == "Tail":
        tail = invocation.log.encode()[-LOG_TAIL:]
        headers["X-Amz-Log-Result"] = base64.b64encode(tail).decode()
    body = json.dumps(invocation.payload).encode()
    if len(body) > MAX_SYNCHRONOUS_PAYLOAD:
        too_large = "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
        error = {"errorMessage": too_large, "errorType": "Function.ResponseSizeTooLarge"}
        headers["X-Amz-Function-Error"] = "Unhandled"
        body = json.dumps(error).encode()
    return Response(200, headers, body)


def _fingerprint(function: LambdaFunction) -> str:
    """Changes with the code or the configuration that a process is started with."""
    parts = [
        function.code_digest,
        function.handler,
        function.memory_size,
        function.role,
        sorted((function.environment_vars or {}).items()),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _as_json(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode(errors="replace")


def _write_to_cloudwatch_logs(function: LambdaFunction, log: str) -> None:
    function.logs_backend.ensure_log_group(function.logs_group_name)
    function.save_logs(log)
