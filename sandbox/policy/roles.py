"""IAM's roles and policies as moto stores them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from moto.iam.models import IAMBackend, ManagedPolicy, Role, iam_backends
from moto.sts.models import AssumedRole, sts_backends
from moto.utilities.utils import PARTITION_NAMES

from sandbox.wire.calls import Call

from .language import Document, trusts


def role_named(account: str, partition: str, name: str) -> Role | None:
    """The role of this name, without its path."""
    roles = list(iam_backends[account][partition].roles.values())
    return next((role for role in roles if role.name == name), None)


def role_by_arn(call: Call, arn: str) -> Role | None:
    """The role of the caller's account that has this ARN."""
    role = role_named(call.account, call.partition, arn.rpartition("/")[2])
    return role if role is not None and role.arn == arn else None


def role_of_arn(arn: str) -> Role | None:
    """The role of this ARN, in whichever account and partition it is."""
    backend = backend_of_arn(arn)
    roles = [] if backend is None else list(backend.roles.values())
    return next((role for role in roles if role.arn == arn), None)


def backend_of_arn(arn: str) -> IAMBackend | None:
    """IAM in the account and partition of an ARN, if there are such."""
    fields = arn.split(":", 5)
    is_known = len(fields) == 6 and fields[1] in PARTITION_NAMES and fields[4] in iam_backends
    return iam_backends[fields[4]][fields[1]] if is_known else None


def admits(
    role: Role,
    principals: Iterable[str],
    context: Mapping[str, list[str]],
    action: str = "sts:AssumeRole",
) -> bool:
    """Whether a role's trust policy lets one of the principals assume it.

    :raises PolicyError: if the policy can't be understood
    """
    return trusts(parsed(role.assume_role_policy_document), principals, context, action)


def new_session(role: Role, name: str, seconds: int) -> AssumedRole:
    """Temporary credentials of a role, whoever asked for them."""
    _, partition, _, _, account, _ = role.arn.split(":", 5)
    return sts_backends[account][partition].assume_role(
        region_name=partition,  # from which moto tells the partition
        role_session_name=name,
        role_arn=role.arn,
        policy="",
        duration=seconds,
        external_id="",
    )


def parsed(text: str | bytes) -> Document:
    """A policy from its text, which may be encoded for a URL."""
    text = text.decode() if isinstance(text, bytes) else text
    document: Document = json.loads(unquote(text) if text.startswith("%7B") else text)
    return document


def default_version(policy: ManagedPolicy) -> Document:
    """What a managed policy says now."""
    return parsed(next(one.document for one in policy.versions if one.is_default))
