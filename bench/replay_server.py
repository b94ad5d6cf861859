"""A server that records what AWS (here the sandbox) answers, and replays it with a latency.

So the speed of the sandbox is not what is measured: replaying costs a dictionary look-up. The
latency is slept, not computed, and calls that come together wait together, as on a network.

    python -m bench.replay_server --upstream http://127.0.0.1:1234 [--certificate FILE --key FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import re
import ssl
import sys
import urllib.parse
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, RemoteDisconnected
from typing import NamedTuple

_SCOPE = re.compile(rb"Credential=[^/]+/\d+/([a-z0-9-]+)/([a-z0-9-]+)/")


class Request(NamedTuple):
    """An HTTP request as it came."""

    head: bytes
    body: bytes

    @property
    def line(self) -> list[bytes]:
        """Method, target and version."""
        return self.head.partition(b"\r\n")[0].split(b" ")

    def header(self, name: bytes) -> bytes:
        """The value of a header; empty if it isn't there."""
        found = re.search(rb"\r\n" + name + rb": *([^\r]*)", self.head, re.IGNORECASE)
        return found.group(1) if found else b""

    @property
    def key(self) -> tuple[bytes, ...]:
        """What tells one question from another: its region, its service, and what it asks."""
        scope = _SCOPE.search(self.header(b"authorization"))
        place = scope.groups() if scope else ()
        body = self.body
        if self.header(b"content-type").startswith(b"application/x-www-form-urlencoded"):
            body = _sorted(body)
        return (*place, *self.line[:2], self.header(b"x-amz-target"), body)


@functools.cache
def _sorted(form: bytes) -> bytes:
    """A form in one order, however a client orders it. The same ones come in each round."""
    return urllib.parse.urlencode(sorted(urllib.parse.parse_qsl(form.decode()))).encode()


class Replayer:
    """Records until it is told to replay."""

    def __init__(self, upstream: str) -> None:
        """Takes the address of what is recorded."""
        self._upstream = urllib.parse.urlsplit(upstream).netloc
        self._answers: dict[tuple[bytes, ...], bytes] = {}
        self._latency: float | None = None
        self._calls = 0
        self._unknown: list[str] = []

    def answer(self, request: Request, send: Callable[[bytes], None]) -> None:
        """Sends the whole HTTP response when its time has come."""
        if request.line[1] == b"/_replay":
            send(self._control(request))
            return
        self._calls += 1
        key = request.key
        known = self._answers.get(key)
        if self._latency is None:
            if known is None:
                recording = asyncio.ensure_future(asyncio.to_thread(self._record, request))
                recording.add_done_callback(lambda done: send(done.result()))
            else:
                send(known)
            return
        if known is None:
            self._unknown.append(repr(key))
            known = _response(500, b"This was not recorded.")
        # A timer and no task: the server shares the processors with what is measured.
        asyncio.get_running_loop().call_later(self._latency, send, known)

    def _control(self, request: Request) -> bytes:
        """Sets the latency in seconds (null: record); tells of the calls since the last time."""
        told = {"calls": self._calls, "unknown": self._unknown, "recorded": len(self._answers)}
        self._latency = json.loads(request.body)["latency"]
        self._calls = 0
        self._unknown = []
        return _response(200, json.dumps(told).encode())

    def _record(self, request: Request) -> bytes:
        try:
            answer = self._forward(request)
        except RemoteDisconnected:
            # The sandbox's word for a service that this region does not have; here every region
            # has all services, and answers as the first one did.
            answer = next(
                known for key, known in self._answers.items() if key[1:] == request.key[1:]
            )
        self._answers[request.key] = answer
        return answer

    def _forward(self, request: Request) -> bytes:
        method, target, _ = (part.decode() for part in request.line)
        headers = dict(
            line.split(": ", 1) for line in request.head.decode().split("\r\n")[1:] if line
        )
        with closing(HTTPConnection(self._upstream)) as connection:
            connection.request(method, target, request.body, headers)
            response = connection.getresponse()
            body = response.read()
        kept = {"content-type", "x-amzn-requestid", "x-amz-request-id", "x-amzn-errortype"}
        extra = "".join(
            f"{name}: {value}\r\n" for name, value in response.getheaders() if name.lower() in kept
        )
        return _response(response.status, body, extra)


def _response(status: int, body: bytes, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status} -\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


class _Connection(asyncio.Protocol):
    """One connection of a client; its requests are answered one after the other."""

    def __init__(self, replayer: Replayer) -> None:
        self._replayer = replayer
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, rest = self._received.partition(b"\r\n\r\n")
        if not separator:
            return
        request = Request(head, rest)
        length = int(request.header(b"content-length") or b"0")
        if len(rest) >= length:
            self._received = rest[length:]
            self._replayer.answer(Request(head, rest[:length]), self._transport.write)


async def _serve(options: argparse.Namespace) -> None:
    replayer = Replayer(options.upstream)
    tls = None
    if options.certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(options.certificate, options.key)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Connection(replayer), "127.0.0.1", 0, ssl=tls, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    # The benchmark's end closes standard input.
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.replay_server", description=__doc__)
    parser.add_argument("--upstream", required=True)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    asyncio.run(_serve(parser.parse_args()))
