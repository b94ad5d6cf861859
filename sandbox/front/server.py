"""The HTTP server."""

from __future__ import annotations

import io
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

from sandbox.host.aot_caches import AotCaches
from sandbox.host.guardian import Guardian
from sandbox.host.setup import SetupError
from sandbox.wire.calls import Response

from .control_api import PREFIX, ControlApi
from .gateway import ConnectionDroppedError, Gateway
from .parts import Parts
from .request_log import RequestLog

HOST = "127.0.0.1"
# Headers whose names have an underscore, which WSGI can't tell from a dash.
_KEPT_HEADERS = ("x-amz-sso_bearer_token",)


class SandboxServer:
    """A running sandbox; leaves neither process nor file behind when closed."""

    def __init__(
        self,
        *,
        port: int,
        java: Path,
        runtime_jars: tuple[Path, ...],
        log_file: Path | None,
        aot_caches: AotCaches | None = None,
    ) -> None:
        """Starts to listen.

        :param port: 0 for any that is free
        :raises SetupError: if the port is taken or the log file can't be written
        """
        self._socket = _listening_socket(port)
        log = _request_log(log_file)
        self._directory = Path(tempfile.mkdtemp(prefix="sandbox-"))
        self._guardian = Guardian(self._directory)
        self._parts = Parts(java, runtime_jars, self._directory, self._guardian, log, aot_caches)
        self._gateway = Gateway(self._parts)
        self._control = ControlApi(self._parts)
        self.endpoint = f"http://{HOST}:{self._socket.getsockname()[1]}"
        self._parts.listen_at(self.endpoint)

    def serve_forever(self) -> None:
        """Answers requests until `KeyboardInterrupt` or `SystemExit`."""
        server = ThreadedWSGIServer(
            HOST,
            self._socket.getsockname()[1],
            app=self._wsgi,
            handler=_RequestHandler,
            fd=self._socket.fileno(),
        )
        server.serve_forever()

    def close(self) -> None:
        """Ends runbooks and functions, and removes what was written."""
        self._parts.close()
        self._guardian.close()
        shutil.rmtree(self._directory, ignore_errors=True)
        self._socket.close()

    def _wsgi(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        response = self._answer(environ)
        start_response(f"{response.status} -", list(response.headers.items()))
        return [response.body]

    def _answer(self, environ: dict[str, Any]) -> Response:
        path, body = environ["PATH_INFO"], environ["wsgi.input"].read()
        if path.startswith(PREFIX):
            return self._control.answer(environ["REQUEST_METHOD"], path, body)
        return self._gateway.answer(environ, body)


class _RequestHandler(MotoRequestHandler):
    """Werkzeug's handler closes the connection after each answer; this one keeps it open.

    AWS does too, and clients that reuse connections are several times as fast.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body in one packet

    def run_wsgi(self) -> None:
        """Answers one request."""
        if self.headers.get("Expect", "").lower().strip() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        started: list[Any] = []

        def start_response(*arguments: Any) -> Any:
            started.extend(arguments)

        try:
            body = b"".join(self.server.app(self._environ(), start_response))
        except ConnectionDroppedError:
            self._drop()
            return
        status, headers = started
        self._send(int(status.split()[0]), headers, body)

    def _environ(self) -> dict[str, Any]:
        """WSGI's environment, with the whole body in memory."""
        environ = self.make_environ()
        for name in _KEPT_HEADERS:
            if name in self.headers:
                environ["HTTP_" + name.upper().replace("-", "_")] = self.headers[name]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        is_chunked = environ.get("wsgi.input_terminated", False)
        body = environ["wsgi.input"].read() if is_chunked else self.rfile.read(length)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ["wsgi.input"] = io.BytesIO(body)
        # It ends by itself: Werkzeug need not count, which copies tens of megabytes piece by piece.
        environ["wsgi.input_terminated"] = True
        return environ

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        is_bodiless = self.command == "HEAD" or status in (204, 304)
        for name, value in headers:
            is_length = name.lower() == "content-length"
            if name.lower() not in ("connection", "transfer-encoding") and (
                is_bodiless or not is_length
            ):
                self.send_header(name, value)
        if not is_bodiless:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not is_bodiless:
            self.wfile.write(body)
        self.wfile.flush()

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log(self, *_: Any) -> None:
        """Says nothing: the request log says it."""


def _listening_socket(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except (OSError, OverflowError) as error:
        raise SetupError(
            f"Can't listen on {HOST}:{port}: {error}. Choose another --port, or 0 for any."
        ) from error
    listener.listen(128)
    return listener


def _request_log(file: Path | None) -> RequestLog:
    try:
        return RequestLog(file)
    except OSError as error:
        raise SetupError(f"Can't write the log {file}: {error}. Choose another --log.") from error
