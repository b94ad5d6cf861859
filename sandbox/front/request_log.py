"""Every request to the sandbox, as an access log would have it."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

REDACTED = "(redacted)"
# Secrets, and documents that only make a log long.
_HIDDEN = {"PrivateKey", "CertificateBody", "CertificateChain", "ZipFile", "Body", "Payload"} | {
    "WebIdentityToken",
    "accessToken",
    "clientSecret",
    "refreshToken",
}


@dataclass(frozen=True)
class LoggedRequest:
    """One request and how it was answered."""

    sequence: int
    time: str
    service: str
    operation: str
    region: str
    # ARN of the user or role behind the access key.
    principal: str
    parameters: dict[str, Any]
    # HTTP status; 0 if the connection was dropped without an answer.
    status: int
    # The service's error code; empty if there was none.
    error: str
    # The kind of the fault that was injected; empty if there was none.
    fault: str
    milliseconds: float

    def to_json(self) -> dict[str, Any]:
        """As the control API and the log file show it."""
        return asdict(self)


class RequestLog:
    """The requests since the start or the last clearing, and a file of all of them."""

    def __init__(self, file: Path | None) -> None:
        self._lock = threading.Lock()
        self._requests: list[LoggedRequest] = []
        self._sequence = 0
        self._file = file.open("a", encoding="utf-8") if file else None

    def add(self, **fields: Any) -> None:
        """Notes a request; takes the fields of `LoggedRequest`, less `sequence`.

        Its parameters must be `redacted`, and a copy: moto makes objects of its own of some.
        """
        with self._lock:
            self._sequence += 1
            request = LoggedRequest(sequence=self._sequence, **fields)
            self._requests.append(request)
            if self._file:
                self._file.write(json.dumps(request.to_json()) + "\n")
                self._file.flush()

    def all(self) -> list[LoggedRequest]:
        """The requests, oldest first."""
        with self._lock:
            return list(self._requests)

    def clear(self) -> None:
        """Forgets the requests; the file keeps them."""
        with self._lock:
            self._requests.clear()

    def close(self) -> None:
        """Closes the file."""
        if self._file:
            self._file.close()


def redacted(value: Any) -> Any:
    """Parameters as JSON has them, without secrets and bodies."""
    if isinstance(value, dict):
        return {
            key: REDACTED if key in _HIDDEN and isinstance(item, (str, bytes)) else redacted(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [redacted(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return REDACTED if isinstance(value, (bytes, bytearray)) else value
