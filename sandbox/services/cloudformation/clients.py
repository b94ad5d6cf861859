"""The clients with which stacks are worked on: they call this sandbox."""

from __future__ import annotations

import threading
from typing import Any

import boto3
from botocore.config import Config

from sandbox.policy.authorization import Authorization
from sandbox.wire.calls import AwsError, Call

from .stack import Stack
from .template import TemplateError


class Clients:
    """Clients of all services, as the caller or as a stack's role."""

    def __init__(self, authorization: Authorization) -> None:
        self._authorization = authorization
        self._lock = threading.Lock()
        # One for all clients: it reads each service's model once, which takes long.
        self._session = boto3.Session()
        self._clients: dict[tuple[str, str, str], Any] = {}
        # The sandbox's own address; known once the server listens.
        self.endpoint = ""

    def access_key(self, call: Call, stack: Stack) -> str:
        """Whose key is used on a stack: the caller's, unless the stack has a role.

        :raises TemplateError: if the role can't be assumed
        """
        if not stack.role_arn:
            return call.access_key
        try:
            session = self._authorization.assume(
                stack.role_arn,
                "AWSCloudFormation",
                service="cloudformation.amazonaws.com",
                region=call.region,
                source={"aws:SourceAccount": call.account, "aws:SourceArn": stack.id},
            )
        except AwsError as error:
            raise TemplateError(f"Role {stack.role_arn} is invalid or cannot be assumed") from error
        return str(session.access_key_id)

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
