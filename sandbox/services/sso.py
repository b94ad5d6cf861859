"""IAM Identity Center: the credentials of a permission set for whoever has signed in."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from moto.iam.models import Role, iam_backends
from moto.utilities.utils import PARTITION_NAMES

from sandbox.host.clock import Clock
from sandbox.policy.roles import new_session
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, not_imitated

# https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
ROLE_PATH = "/aws-reserved/sso.amazonaws.com/"
ROLE_PREFIX = "AWSReservedSSO_"
_SESSION = timedelta(hours=1)


class SignedInUsers:
    """The access tokens of users, and what they get for them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # The user's name, and until when the token is good.
        self._tokens: dict[str, tuple[str, datetime]] = {}

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return {
            "GetRoleCredentials": self._role_credentials,
            **not_imitated("ListAccountRoles", "ListAccounts", "Logout"),
        }

    def token_operations(self) -> Operations:
        """Those of the service that gives out and renews access tokens: none."""
        return not_imitated("CreateToken", "RegisterClient", "StartDeviceAuthorization")

    def reset(self) -> None:
        """Signs all users out."""
        self._tokens.clear()

    def sign_in(self, user: str, seconds: float) -> str:
        """Signs a user in.

        :param seconds: for how long
        :returns: the access token
        """
        token = secrets.token_urlsafe(60)
        self._tokens[token] = (user, self._clock.now() + timedelta(seconds=seconds))
        return token

    def _role_credentials(self, call: Call) -> dict[str, Any]:
        user, until = self._tokens.get(call.params["accessToken"], ("", None))
        if until is None or self._clock.now() >= until:
            raise AwsError("UnauthorizedException", "Session token not found or invalid")
        role = _role(call.params["accountId"], call.params["roleName"])
        if role is None:
            raise AwsError("ForbiddenException", "No access", status=403)
        session = new_session(role, user, int(_SESSION.total_seconds()))
        return {
            "roleCredentials": {
                "accessKeyId": session.access_key_id,
                "secretAccessKey": session.secret_access_key,
                "sessionToken": session.session_token,
                "expiration": int((self._clock.now() + _SESSION).timestamp() * 1000),
            }
        }


def _role(account: str, permission_set: str) -> Role | None:
    """The role in an account that stands for a permission set."""
    if account not in iam_backends:
        return None
    roles = (
        role
        for partition in PARTITION_NAMES
        for role in list(iam_backends[account][partition].roles.values())
    )
    prefix = f"{ROLE_PREFIX}{permission_set}_"
    return next(
        (one for one in roles if one.path.startswith(ROLE_PATH) and one.name[:-16] == prefix), None
    )
