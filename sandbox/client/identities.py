"""Ways to credentials besides access keys: signed-in users, and tokens of identity providers."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import timedelta
from typing import Any

from sandbox.host.defaults import DEFAULT_ACCOUNT

from .connection import Connection
from .controls import ClockControl

# Of the identity provider that `federate` makes.
ISSUER = "https://token.example.com"
AUDIENCE = "sts.amazonaws.com"


class Identities:
    """Who has no credentials of AWS yet, but something to get them for."""

    def __init__(self, connection: Connection, clock: ClockControl) -> None:
        self._connection = connection
        self._clock = clock

    def sign_in(self, user: str = "alice", *, seconds: float = 8 * 3600) -> str:
        """Signs a user in to IAM Identity Center.

        :returns: the access token, which SDKs look for in `~/.aws/sso/cache`
        """
        answer = self._connection.control("POST", "sign-in", {"user": user, "seconds": seconds})
        return str(answer["token"])

    def assign(self, permission_set: str, policy: dict[str, Any], region: str = "") -> str:
        """Assigns a permission set to all who sign in, in the sandbox's account.

        :param policy: what it allows
        :param region: one of the partition; the sandbox's own unless given
        :returns: the ARN of its role
        """
        partition = self._connection.client("iam", region).meta.partition
        provider = f"arn:{partition}:iam::{DEFAULT_ACCOUNT}:saml-provider/AWSSSO_DO_NOT_DELETE"
        trust = {"Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithSAML"}
        name = f"AWSReservedSSO_{permission_set}_{secrets.token_hex(8)}"
        return self._role(name, "/aws-reserved/sso.amazonaws.com/", trust, policy, region)

    def federate(self, role: str, policy: dict[str, Any], region: str = "") -> tuple[str, str]:
        """Lets an identity provider's token be used for a role.

        :param policy: what the role allows
        :param region: one of the partition; the sandbox's own unless given
        :returns: the role's ARN, and a token that is good for an hour
        """
        provider = self._connection.client("iam", region).create_open_id_connect_provider(
            Url=ISSUER, ClientIDList=[AUDIENCE], ThumbprintList=["0" * 40]
        )["OpenIDConnectProviderArn"]
        subject = f"job:{role}"
        host = ISSUER.removeprefix("https://")
        trust = {
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{host}:aud": AUDIENCE, f"{host}:sub": subject}},
        }
        return self._role(role, "/", trust, policy, region), self.token(subject)

    def token(self, subject: str, *, issuer: str = ISSUER, audience: str = AUDIENCE) -> str:
        """A token of an identity provider, good for an hour; nobody checks its signature."""
        expires = self._clock.now() + timedelta(hours=1)
        claims = {"iss": issuer, "aud": audience, "sub": subject, "exp": int(expires.timestamp())}
        parts = [json.dumps({"alg": "RS256", "typ": "JWT"}), json.dumps(claims), "signature"]
        return ".".join(
            base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts
        )

    def _role(
        self, name: str, path: str, trust: dict[str, Any], policy: dict[str, Any], region: str
    ) -> str:
        iam = self._connection.client("iam", region)
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | trust]}
        created = iam.create_role(
            RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(document)
        )
        iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=json.dumps(policy))
        return str(created["Role"]["Arn"])
