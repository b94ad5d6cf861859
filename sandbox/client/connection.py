"""The way to a sandbox: boto3's clients for what AWS has, `control` for what only a sandbox has."""

from __future__ import annotations

import http.client
import json
import os
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from sandbox.host.defaults import CREDENTIALS, DEFAULT_ACCOUNT, DEFAULT_REGION


class SandboxError(Exception):
    """The sandbox could not be started, or refused what was asked of it."""


class Connection:
    """A connection to the sandbox that runs at `endpoint`."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.region = DEFAULT_REGION
        self.account = DEFAULT_ACCOUNT
        self._clients: dict[tuple[str, str], Any] = {}
        # One for all clients: it reads each service's model once, which takes long.
        self._session = boto3.Session(
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )

    @property
    def environment(self) -> dict[str, str]:
        """The environment of this process, and what an SDK or the AWS CLI needs for the sandbox."""
        inherited = {name: v for name, v in os.environ.items() if not name.startswith("AWS_")}
        return (
            inherited
            | CREDENTIALS
            | {
                "AWS_ENDPOINT_URL": self.endpoint,
                "AWS_DEFAULT_REGION": self.region,
                "AWS_REGION": self.region,
            }
        )

    def client(
        self, service: str, region: str | None = None, *, validate: bool = True, account: str = ""
    ) -> Any:
        """A boto3 client. It doesn't retry, so that a test sees every error.

        :param validate: false to send what boto3 itself would refuse
        :param account: another account, whose root makes the calls
        """
        key = (f"{service} {validate} {account}", region or self.region)
        if key not in self._clients:
            self._clients[key] = self._session.client(
                service,
                region_name=key[1],
                endpoint_url=self.endpoint,
                aws_access_key_id=account or None,
                aws_secret_access_key=account or None,
                config=Config(
                    retries={"total_max_attempts": 1},
                    parameter_validation=validate,
                    read_timeout=120,
                    proxies={},
                ),
            )
        return self._clients[key]

    def control(self, method: str, path: str, content: Any = None) -> Any:
        """One request to the control API, on a connection of its own: threads can call at once.

        :raises SandboxError: with the sandbox's reason, if it refuses
        """
        body = None if content is None else json.dumps(content)
        with closing(http.client.HTTPConnection(str(urlsplit(self.endpoint).netloc))) as connection:
            connection.request(method, f"/_sandbox/{path}", body)
            response = connection.getresponse()
            answer = json.loads(response.read())
        if response.status != 200:
            raise SandboxError(answer["error"])
        return answer

    def close(self) -> None:
        """Closes the clients."""
        for client in self._clients.values():
            client.close()
