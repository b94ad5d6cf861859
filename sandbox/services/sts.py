"""STS: who somebody is, and roles for whoever another identity provider vouches for.

AssumeRole is moto's; policy/authorization.py says who may.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from moto.iam.models import iam_backends

from sandbox.host.clock import Clock
from sandbox.policy.roles import admits, backend_of_arn, new_session, role_named, role_of_arn
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, not_imitated

_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
_DEFAULT_SECONDS = 3600


class SecurityTokens:
    """The operations that the sandbox answers itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return {
            "AssumeRoleWithWebIdentity": self._assume_with_web_identity,
            "GetCallerIdentity": _caller,
            # moto gives all callers the same key, which here would be the developer's.
            **not_imitated("AssumeRoleWithSAML", "GetFederationToken", "GetSessionToken"),
        }

    def _assume_with_web_identity(self, call: Call) -> dict[str, Any]:
        params = call.params
        claims = _claims(params["WebIdentityToken"])
        provider = self._check_token(params["RoleArn"], claims)
        role, audience = role_of_arn(params["RoleArn"]), str(claims["aud"])
        key = _host(claims).lower()
        context = {f"{key}:aud": [audience], f"{key}:sub": [str(claims["sub"])]}
        if role is None or not admits(role, [provider], context, _WEB_IDENTITY):
            raise AwsError("AccessDenied", f"Not authorized to perform {_WEB_IDENTITY}", status=403)
        seconds = params.get("DurationSeconds", _DEFAULT_SECONDS)
        session = new_session(role, params["RoleSessionName"], seconds)
        return {
            "Credentials": {
                "AccessKeyId": session.access_key_id,
                "SecretAccessKey": session.secret_access_key,
                "SessionToken": session.session_token,
                "Expiration": session.expiration,
            },
            "SubjectFromWebIdentityToken": claims["sub"],
            "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
            "Provider": claims["iss"],
            "Audience": audience,
        }

    def _check_token(self, role_arn: str, claims: dict[str, Any]) -> str:
        """The ARN of the identity provider that has issued the token.

        Its signature is not checked.

        :raises AwsError: if the account of the role trusts none such, or no longer
        """
        backend = backend_of_arn(role_arn)
        known = {} if backend is None else backend.open_id_providers
        arn = f"{role_arn.rpartition(':')[0]}:oidc-provider/{_host(claims)}"
        if arn not in known:
            text = f"No OpenIDConnect provider found in your account for {claims['iss']}"
            raise AwsError("InvalidIdentityToken", text)
        now = int(self._clock.now().timestamp())
        if now >= claims["exp"]:
            raise AwsError(
                "ExpiredTokenException",
                f"Token expired: current date/time {now} must be before the expiration "
                f"date/time {claims['exp']}",
            )
        if claims["aud"] not in known[arn].client_id_list:
            raise AwsError("InvalidIdentityToken", "Incorrect token audience")
        return arn


def _claims(token: str) -> dict[str, Any]:
    """What a JSON Web Token says.

    :raises AwsError: if it is none, or lacks one of the claims that STS looks at
    """
    try:
        _, payload, _ = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return {name: claims[name] for name in ("iss", "aud", "sub", "exp")}
    except (ValueError, TypeError, KeyError) as error:
        raise AwsError(
            "InvalidIdentityToken",
            "The ID Token provided is not a valid JWT. "
            "(You may see this error if you sent an Access Token)",
        ) from error


def _host(claims: dict[str, Any]) -> str:
    """How IAM calls the provider that has issued a token."""
    return str(claims["iss"]).removeprefix("https://")


def _caller(call: Call) -> dict[str, Any]:
    if not call.access_key:
        text = "Request is missing Authentication Token"
        raise AwsError("MissingAuthenticationToken", text, status=403)
    return {"UserId": _user_id(call), "Account": call.account, "Arn": call.principal}


def _user_id(call: Call) -> str:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"""
    kind, _, name = call.principal.rpartition(":")[2].partition("/")
    if kind == "root":
        return call.account
    if kind == "user":
        users = iam_backends[call.account][call.partition].users.values()
        return next(str(user.id) for user in users if user.arn == call.principal)
    role_name, _, session = name.partition("/")
    role = role_named(call.account, call.partition, role_name)
    if role is None:  # deleted since
        text = "The security token included in the request is invalid."
        raise AwsError("InvalidClientTokenId", text, status=403)
    return f"{role.id}:{session}"
