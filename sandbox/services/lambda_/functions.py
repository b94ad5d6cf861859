"""Runs Lambda functions. Their control plane (CreateFunction and the like) is moto's."""

from __future__ import annotations

import contextlib
import shutil
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from sandbox.host.aot_caches import AotCache, AotCaches
from sandbox.host.guardian import Guardian
from sandbox.host.setup import RUNTIME
from sandbox.policy.authorization import Authorization
from sandbox.wire.calls import AwsError, Call, Response
from sandbox.wire.operations import Operations

from .code import unpacked
from .environments import Environment, fingerprint_of
from .invocations import (
    Invocation,
    answer,
    check_payload,
    embedded_metrics,
)
from .runtime import Launch

MAX_CONCURRENCY = 10
# How many idle processes of deleted or changed functions to keep: tests often deploy the same
# function again. Lambda would start a new process.
MAX_ORPHANS = 6


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
        aot_caches: AotCaches | None,
    ) -> None:
        self._java = java
        self._runtime_jars = runtime_jars
        self._directory = directory
        self._guardian = guardian
        self._authorization = authorization
        self._aot_caches = aot_caches
        self._changed = threading.Condition()
        # The one that was busy last comes last.
        self._environments: list[Environment] = []
        self._invocations: list[Invocation] = []
        # Counts resets: what was begun before one must not be seen, or begin to run, after it.
        self._era = 0
        # The sandbox's own address; known once the server listens.
        self.endpoint = ""
        # Access keys given to functions; they outlive a reset, as warm processes do.
        self.principals: dict[str, str] = {}

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return {"Invoke": self._invoke}

    @property
    def era(self) -> int:
        """Changes with each reset."""
        return self._era

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
            self._changed.notify_all()  # what is queued gives up

    def close(self) -> None:
        """Ends all processes."""
        self.reset(cold=True)

    def run(
        self, function: LambdaFunction, event: bytes, era: int, *, is_queued: bool
    ) -> Invocation:
        """Invokes a function and waits for its end.

        :param era: `era` as it was when the event came: what came before a reset doesn't run
        :param is_queued: wait for a free process, as asynchronous events do, where a synchronous
            call is refused
        :raises AwsError: `TooManyRequestsException`; `ServiceException` if there was a reset
        """
        environment = self._acquire(function, era, is_queued)
        try:
            invocation = environment.invoke(function, event)
        finally:
            self._release(environment)
        with self._changed:
            if era == self._era:
                self._invocations.append(invocation)
                if self._authorization.may_log(function):
                    # CloudWatch Logs finds them in the log: without a log there are none.
                    invocation.metrics = embedded_metrics(invocation.log)
                    _write_to_cloudwatch_logs(function, invocation.log)
        return invocation

    def _invoke(self, call: Call) -> Response:
        era, function = self._era, _function(call)
        payload = call.params.get("Payload") or b"{}"
        kind = call.params.get("InvocationType", "RequestResponse")
        check_payload(payload, kind)
        if kind == "DryRun":
            return Response(204)
        if kind == "Event":
            arguments = (function, payload, era)
            threading.Thread(target=self._run_queued, args=arguments, daemon=True).start()
            return Response(202)
        return answer(call, function, self.run(function, payload, era, is_queued=False))

    def _run_queued(self, function: LambdaFunction, event: bytes, era: int) -> None:
        with contextlib.suppress(AwsError):  # nobody waits for the answer
            self.run(function, event, era, is_queued=True)

    def _acquire(self, function: LambdaFunction, era: int, is_queued: bool) -> Environment:
        fingerprint = fingerprint_of(function)
        with self._changed:
            while era == self._era:
                reserved = function.reserved_concurrency
                own = [one for one in self._environments if one.arn == function.function_arn]
                limit = MAX_CONCURRENCY if reserved is None else min(MAX_CONCURRENCY, reserved)
                if sum(one.is_busy for one in own) < limit:
                    idle = [one for one in own if not one.is_busy]
                    return self._warm(idle, fingerprint) or self._started(function, fingerprint)
                # Lambda doesn't queue the events of a function that may not run at all.
                if not is_queued or limit == 0:
                    raise _ThrottledError(is_reserved=limit == reserved)
                self._changed.wait()
        raise AwsError("ServiceException", "The sandbox was reset before the function ran.")

    def _warm(self, idle: list[Environment], fingerprint: str) -> Environment | None:
        # The latest first, so that calls one after the other stay in one process.
        for environment in reversed(idle):
            if not environment.is_alive:
                self._retire(environment)
            elif environment.fingerprint == fingerprint:
                environment.is_busy = True
                return environment
        return None

    def _retire_orphans(self) -> None:
        """Makes room: ends the idle processes that no function has a use for, but the latest.

        None at a reset: the next test often deploys the same functions again.
        """
        orphans = [one for one in self._environments if not one.is_busy and _is_orphan(one)]
        for environment in orphans[:-MAX_ORPHANS]:
            self._retire(environment)

    def _aot_cache(self, code_digest: str) -> AotCache | None:
        caches = self._aot_caches
        return caches.find(self._java, self._runtime_jars, code_digest) if caches else None

    def _started(self, function: LambdaFunction, fingerprint: str) -> Environment:
        self._retire_orphans()
        directory = self._directory / uuid.uuid4().hex
        directory.mkdir()
        cache = self._aot_cache(function.code_digest)
        folder = cache.code if cache else self._directory / "code" / function.code_digest
        task_root = unpacked(function, folder)
        credentials = self._credentials(function)
        launch = Launch(
            java=self._java,
            runtime_jars=self._runtime_jars,
            task_root=task_root,
            handler=function.handler or "",
            memory_mb=function.memory_size,
            environment=self._variables(function, directory.name, task_root) | credentials,
            log_file=directory / "log",
            aot_cache=cache,
        )
        environment = Environment(function.function_arn, fingerprint, launch)
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

    def _release(self, environment: Environment) -> None:
        with self._changed:
            environment.is_busy = False
            if not environment.is_alive:
                self._retire(environment)
            elif environment in self._environments:
                self._environments.remove(environment)
                self._environments.append(environment)
            self._changed.notify_all()

    def _retire(self, environment: Environment) -> None:
        """Ends a process, and removes its files unless its last log has yet to be read."""
        if environment in self._environments:
            self._environments.remove(environment)
            environment.kill()
            self._guardian.release(environment.pid)
            self._changed.notify_all()
        if not environment.is_busy:
            shutil.rmtree(environment.directory, ignore_errors=True)


class _ThrottledError(AwsError):
    """`TooManyRequestsException`."""

    def __init__(self, *, is_reserved: bool) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.")
        prefix = "ReservedFunction" if is_reserved else ""
        self.Reason = f"{prefix}ConcurrentInvocationLimitExceeded"
        self.Type = "User"


def _function(call: Call) -> LambdaFunction:
    name = call.params["FunctionName"]
    # moto takes an ARN's name alone.
    account = name.split(":")[4] if name.startswith("arn:") else call.account
    return get_backend(account, call.region).get_function(name, call.params.get("Qualifier"))


def _is_orphan(environment: Environment) -> bool:
    _, _, _, region, account, _, name = environment.arn.split(":")[:7]
    try:
        function = get_backend(account, region).get_function(name)
    except UnknownFunctionException:
        return True
    return fingerprint_of(function) != environment.fingerprint


def _write_to_cloudwatch_logs(function: LambdaFunction, log: str) -> None:
    function.logs_backend.ensure_log_group(function.logs_group_name)
    function.save_logs(log)
