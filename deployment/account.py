"""Whose account, which region; AWS clients that don't wait for ever."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# Whatever an AWS call can raise.
AwsError = (BotoCoreError, ClientError)

_CONFIG = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=20,
)


class NoAccountError(Exception):
    """Credentials or a region are missing or don't work; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """The account and region that the credentials lead to."""

    session: Any
    number: str
    partition: str
    region: str
    # The ARN of who asks.
    caller: str

    @classmethod
    def of(cls, session: Any) -> Account:
        """The account of a boto3 session.

        :raises NoAccountError: if AWS can't be asked
        """
        if not session.region_name:
            raise NoAccountError(
                "No region is set. Set AWS_DEFAULT_REGION, or the region of your profile, to the "
                "region to use."
            )
        try:
            identity = session.client("sts", config=_CONFIG).get_caller_identity()
        except AwsError as error:
            raise NoAccountError(
                f"The AWS credentials don't work: {error}. Log in, or set AWS_PROFILE, or set "
                "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN."
            ) from error
        caller = identity["Arn"]
        return cls(session, identity["Account"], caller.split(":")[1], session.region_name, caller)

    def client(self, service: str, region: str | None = None) -> Any:
        """A client of a service, in the account's region or another."""
        return self.session.client(service, region_name=region or self.region, config=_CONFIG)

    def __str__(self) -> str:
        return f"account {self.number} ({self.partition}), region {self.region}, as {self.caller}"


def code_of(error: ClientError) -> str:
    """AWS's code of an error, such as `AccessDenied`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def shortened(error: Exception) -> str:
    """What AWS said, in one line; AWS Config names hundreds of resource types in some errors."""
    return textwrap.shorten(str(error), 300, placeholder=" ...")


def is_denial(error: Exception) -> bool:
    """Whether the caller may not do that."""
    return isinstance(error, ClientError) and (
        code_of(error) in ("403", "AuthorizationError", "UnauthorizedOperation")
        or "AccessDenied" in code_of(error)
    )
