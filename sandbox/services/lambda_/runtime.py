"""One execution environment of a function: a JVM behind its own Lambda Runtime API.

The JVM runs the official runtime interface client, which asks the Runtime API for the next event
and posts the function's answer, exactly as in Lambda.
See https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
"""

from __future__ import annotations

import json
import platform
import queue
import subprocess
import threading
import time
import zipfile
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sandbox.host.aot_caches import AotCache

MAIN_CLASS = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"
NATIVE_LIBRARY = "com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI"
# How long a JVM may take until it asks for its first event. Lambda allows 10 s and then starts
# again within the function's own timeout; this is generous, for slow machines.
INIT_SECONDS = 60
# How long a function may be busy with itself after it has answered.
AFTERMATH_SECONDS = 10
# The type of the error when a function passes its deadline.
TIMED_OUT = "Sandbox.Timedout"
# The share of a function's memory that Lambda gives to the Java heap.
HEAP_SHARE = 0.85


@dataclass(frozen=True)
class Launch:
    """All that makes one function's process differ from another's."""

    java: Path
    runtime_jars: tuple[Path, ...]
    task_root: Path
    handler: str
    memory_mb: int
    environment: dict[str, str]
    log_file: Path
    # Lambda has none.
    aot_cache: AotCache | None = None

    @property
    def native_library(self) -> Path:
        """Where the runtime client's own library is unpacked to, for this process alone."""
        return self.log_file.with_suffix(".so")

    def command(self) -> list[str]:
        """The command line, with the flags of Lambda's Java runtime."""
        heap_kb = int(self.memory_mb * 1024 * HEAP_SHARE)
        class_path = [*self.runtime_jars]
        cache = []
        if self.aot_cache:
            class_path += sorted((self.task_root / "lib").glob("*.jar"))
            # What the cache knows of an earlier run has more compiled than so short a process uses.
            replay = ["-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTReplayTraining"]
            cache = [self.aot_cache.option(), *replay]
        return [
            str(self.java),
            f"-Xmx{heap_kb}k",
            # Lambda's machine has no more; without this the heap starts as on this machine.
            f"-XX:MaxRAM={self.memory_mb}m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            *(cache or ["-Xshare:auto"]),
            "-Djava.net.preferIPv4Stack=true",
            "--enable-native-access=ALL-UNNAMED",
            f"-D{NATIVE_LIBRARY}={self.native_library}",
            "-cp",
            ":".join(str(jar) for jar in class_path),
            MAIN_CLASS,
            self.handler,
        ]


@dataclass(frozen=True)
class Event:
    """One invocation, as the Runtime API hands it out."""

    request_id: str
    payload: bytes
    function_arn: str
    timeout_seconds: int


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended. `error` is empty if the function returned."""

    payload: bytes
    error: str = ""
    is_process_usable: bool = True


@dataclass(frozen=True)
class _Signal:
    """What the process tells: `ready`, `response`, `error`, `init-error`, `idle` or `exit`."""

    kind: str
    body: bytes = b""


class RuntimeProcess:
    """A started JVM; one invocation at a time."""

    def __init__(self, launch: Launch) -> None:
        self._signals: queue.Queue[_Signal] = queue.Queue()
        self._events: queue.Queue[Event | None] = queue.Queue()
        self._is_initialized = False
        self._log_file = launch.log_file
        self._log_offset = 0
        self._api = _RuntimeApi(self)
        environment = launch.environment | {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._api.server_port}"
        }
        _unpack_native_library(launch)
        with launch.log_file.open("wb") as log:
            self._process = subprocess.Popen(
                launch.command(),
                cwd=launch.task_root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def pid(self) -> int:
        """The JVM's process number."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the JVM still runs."""
        return self._process.poll() is None

    def initialize(self, request_id: str) -> Outcome | None:
        """Waits until the function is ready for its first event; an outcome means it never is."""
        signal = self._next_signal(INIT_SECONDS)
        if signal is not None and signal.kind == "ready":
            return None
        if signal is not None and signal.kind == "init-error":
            return Outcome(signal.body, _error_type(signal.body), is_process_usable=False)
        if signal is None:
            return _failure(TIMED_OUT, request_id, f"Init took over {INIT_SECONDS} s")
        return _failure("Runtime.ExitError", request_id, signal.body.decode())

    def invoke(self, event: Event) -> Outcome:
        """Hands out one event and waits for the answer, or for the deadline."""
        self._events.put(event)
        signal = self._next_signal(event.timeout_seconds)
        if signal is None:
            self.kill()
            seconds = f"{event.timeout_seconds:.2f} seconds"
            return _failure(TIMED_OUT, event.request_id, f"Task timed out after {seconds}")
        if signal.kind in ("response", "error"):
            error = _error_type(signal.body) if signal.kind == "error" else ""
            return Outcome(signal.body, error, is_process_usable=self._becomes_idle())
        return _failure("Runtime.ExitError", event.request_id, signal.body.decode())

    def take_log(self) -> str:
        """What the process has written since the last call.

        It writes to a file, so that everything written in an invocation is there at its end.
        """
        with self._log_file.open("rb") as log:
            log.seek(self._log_offset)
            text = log.read()
        self._log_offset += len(text)
        return text.decode(errors="replace")

    def peak_memory_mb(self) -> int | None:
        """The peak of the process's resident memory; None where there is no /proc."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return None
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                return -(-int(line.split()[1]) // 1024)
        return None

    def kill(self) -> None:
        """Ends the process at once."""
        self._process.kill()
        self._process.wait()
        self._events.put(None)
        self._api.shutdown()
        self._api.server_close()

    # Called by the Runtime API's threads.

    def next_event(self) -> Event | None:
        """Blocks until there is one; None when the environment shuts down."""
        self._signals.put(_Signal("idle" if self._is_initialized else "ready"))
        self._is_initialized = True
        return self._events.get()

    def post(self, kind: str, body: bytes) -> None:
        """The function's answer: `response`, `error` or `init-error`."""
        self._signals.put(_Signal(kind, body))

    def _becomes_idle(self) -> bool:
        """Waits until the process asks for the next event: it logs a stack trace after its answer.

        False if it doesn't.
        """
        signal = self._next_signal(AFTERMATH_SECONDS)
        return signal is not None and signal.kind == "idle"

    def _next_signal(self, timeout_seconds: float) -> _Signal | None:
        try:
            return self._signals.get(timeout=timeout_seconds)
        except queue.Empty:
            return None

    def _watch(self) -> None:
        code = self._process.wait()
        how = f"exit status {code}" if code >= 0 else f"signal: {-code}"
        self._signals.put(_Signal("exit", f"Error: Runtime exited with error: {how}".encode()))


def _unpack_native_library(launch: Launch) -> None:
    """Unpacks the library from the runtime client's jar.

    The client would do so itself, to one file in /tmp: processes that start at the same time then
    load what another one is still writing, and crash.
    """
    machine = "aarch_64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    system = "linux" if platform.libc_ver()[0] == "glibc" else "linux_musl"
    name = f"jni/libaws-lambda-jni.{system}-{machine}.so"
    for jar in launch.runtime_jars:
        with zipfile.ZipFile(jar) as archive:
            if name in archive.namelist():
                launch.native_library.write_bytes(archive.read(name))
                return
    raise FileNotFoundError(f"No jar of the Lambda runtime has {name}: {launch.runtime_jars}")


def _failure(error_type: str, request_id: str, reason: str) -> Outcome:
    prefix = f"RequestId: {request_id} "
    message = prefix + (reason if reason.startswith("Error: ") else f"Error: {reason}")
    payload = json.dumps({"errorType": error_type, "errorMessage": message}).encode()
    return Outcome(payload, error_type, is_process_usable=False)


def _error_type(payload: bytes) -> str:
    try:
        return str(json.loads(payload).get("errorType") or "Unhandled")
    except (ValueError, AttributeError):
        return "Unhandled"


class _RuntimeApi(ThreadingHTTPServer):
    """The Runtime API of one process, on a free loopback port."""

    daemon_threads = True

    def __init__(self, process: RuntimeProcess) -> None:
        super().__init__(("127.0.0.1", 0), _RuntimeApiHandler)
        self.process = process
        threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 5}, daemon=True
        ).start()

    def shutdown(self) -> None:
        # The loop ends at its next poll; nobody needs to wait for that.
        threading.Thread(target=super().shutdown, daemon=True).start()


class _RuntimeApiHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body in one packet
    server: _RuntimeApi

    def do_GET(self) -> None:
        """`/2018-06-01/runtime/invocation/next`"""
        event = self.server.process.next_event()
        if event is None:
            self.close_connection = True
            return
        deadline_ms = int((time.time() + event.timeout_seconds) * 1000)
        self._answer(
            200,
            event.payload,
            {
                "Content-Type": "application/json",  # without it the client's C code crashes
                "Lambda-Runtime-Aws-Request-Id": event.request_id,
                "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
                "Lambda-Runtime-Invoked-Function-Arn": event.function_arn,
                "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
            },
        )

    def do_POST(self) -> None:
        """`.../invocation/{id}/response`, `.../invocation/{id}/error` or `.../init/error`"""
        body = self._body()
        step, kind = self.path.split("/")[-2:]
        # Told before it is answered, and so before the process asks for the next event.
        self.server.process.post("init-error" if step == "init" else kind, body)
        self._answer(202, b'{"status":"OK"}\n', {"Content-Type": "application/json"})

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Says nothing: the sandbox has its own log."""
