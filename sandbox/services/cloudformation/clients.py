"""The clients with which stacks are worked on: they call this sandbox."""

from __future__ import annotations

import threading
from typing import Any

import boto3
from botocore.config import Config


class Clients:
    """Clients of all services, as the caller."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # One for all clients: it reads each service's model once, which takes long.
        self._session = boto3.Session()
        self._clients: dict[tuple[str, str, str], Any] = {}
        # The sandbox's own address; known once the server listens.
        self.endpoint = ""

    def client(self, service: str, region: str, access_key: str) -> Any:
        """A client of a service, for whoever has the access key."""
        key = (service, region, access_key)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._session.client(
                    service,
                    aws_access_key_id=access_key or "none",
                    aws_secret_access_key="none",  # noqa: S106  signatures aren't checked
                    region_name=region,
                    endpoint_url=self.endpoint,
                    # A stack set waits for its stacks, which are made within one call.
                    config=Config(retries={"total_max_attempts": 3}, proxies={}, read_timeout=600),
                )
            return self._clients[key]
