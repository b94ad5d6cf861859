"""Decides whether a request may be made, by the policies that are stored in the sandbox.

Only requests with a role's temporary credentials are judged: functions, automations, and whoever
has assumed a role. The developer, whose access key is in no backend, may do anything.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend
from moto.iam.models import Role, iam_backends
from moto.s3.models import FakeBucket, s3_backends
from moto.sns.models import sns_backends
from moto.sts.models import AssumedRole
from moto.utilities.utils import get_partition
from werkzeug.exceptions import HTTPException

from sandbox.host.defaults import ORGANIZATION
from sandbox.wire.calls import AwsError, Call

from .actions import needed
from .language import Access, Document, Policies, PolicyError, reason_for_denial
from .roles import admits, default_version, new_session, parsed, role_named, role_of_arn

# moto takes a bucket policy's conditions for true; bucket policies are judged here instead.
FakeBucket.get_permission = lambda *_: None  # type: ignore[method-assign]

# How services say that somebody may not do something, by protocol: code, HTTP status.
_DENIED = {"json": ("AccessDeniedException", 400), "rest-json": ("AccessDeniedException", 403)}
_DEFAULT_DENIED = ("AccessDenied", 403)
# Those with words of their own.
_DENIED_BY_SERVICE = {"sns": ("AuthorizationError", 403)}


@dataclass(frozen=True)
class Refusal:
    """The error that a request is answered with."""

    code: str
    message: str
    status: int = 403


@dataclass(frozen=True)
class Check:
    """One decision on a permission."""

    # The role's name.
    role: str
    action: str
    resource: str
    # `allowed` or `denied`.
    decision: str


def denied(
    service: str, protocol: str, action: str, principal: str = "", reason: str = ""
) -> Refusal:
    """The refusal of a request by somebody who may not make it, as its service words it.

    :param protocol: that of the request: `query`, `json`, `rest-json` or `rest-xml`
    :param action: as IAM names it
    :param principal: ARN of whoever makes it; empty if nobody in particular
    :param reason: the rest of the sentence
    """
    user = f"User: {principal}" if principal else "User"
    text = f"{user} is not authorized to perform: {action} {reason}".rstrip()
    return _denied(service, protocol, text)


def not_understood(call: Call, error: PolicyError) -> Refusal:
    """Refuses a request because a policy that applies to it can't be understood."""
    return _denied(call.service, call.protocol, str(error))


class Authorization:
    """Judges requests, and remembers what was asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._checks: Counter[Check] = Counter()

    def checks(self) -> list[dict[str, Any]]:
        """Each permission that was needed, by which role, how it was decided, and how often."""
        with self._lock:
            return [asdict(check) | {"count": count} for check, count in self._checks.items()]

    def clear(self) -> None:
        """Forgets the decisions."""
        with self._lock:
            self._checks.clear()

    def refusal(self, call: Call, principal: str) -> Refusal | None:
        """Why a request may not be made; None if it may.

        :param principal: ARN of whoever makes it; empty if the request has no signature
        """
        if call.service == "s3" and not principal:
            # Buckets that are open to the public are not imitated.
            return Refusal("AccessDenied", "Access Denied")
        try:
            if ":assumed-role/" in principal:
                self._judge(call, principal)
            if (call.service, call.operation) == ("sts", "AssumeRole"):
                _check_role_asked_for(call, principal)
        except PolicyError as error:
            return not_understood(call, error)
        except _DeniedError as error:
            access = error.access
            resource = f'"{access.resource}"' if call.service == "s3" else access.resource
            reason = f"on resource: {resource} {error.reason}"
            return denied(call.service, call.protocol, access.action, principal, reason)
        return None

    def may_log(self, function: LambdaFunction) -> bool:
        """Whether a function's role lets it write its log, as it does with its own credentials."""
        group = function.logs_group_name
        arn = f"arn:{get_partition(function.region)}:logs:{function.region}:{function.account_id}"
        actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
        if group not in function.logs_backend.groups:
            actions.insert(0, "logs:CreateLogGroup")
        principal = (
            f"arn:{get_partition(function.region)}:sts::{function.account_id}:assumed-role/"
            f"{function.role.rpartition('/')[2]}/{function.function_name}"
        )
        try:
            for action in actions:
                stream = "" if action == "logs:CreateLogGroup" else function.function_name
                resource = f"{arn}:log-group:{group}:log-stream:{stream}"
                access = Access(action, resource)
                self._decide(_Caller(principal), access, None, function.account_id)
        except (_DeniedError, PolicyError):
            return False
        return True

    def assume(
        self,
        role_arn: str,
        session_name: str,
        *,
        service: str,
        region: str,
        source: Mapping[str, str],
    ) -> AssumedRole:
        """A session of a role for an AWS service, if the role's trust policy admits the service.

        :param service: such as `ssm.amazonaws.com`
        :param source: what the service says of itself, such as `aws:SourceAccount`
        :raises AwsError: `AccessDenied`
        :raises PolicyError: if the trust policy can't be understood
        """
        account = role_arn.split(":")[4]
        role = role_named(account, get_partition(region), role_arn.rpartition("/")[2])
        context = {key.lower(): [value] for key, value in source.items()}
        if role is None or role.arn != role_arn or not admits(role, [service], context):
            raise AwsError(
                "AccessDenied",
                f"{service} is not authorized to perform: sts:AssumeRole on resource: {role_arn}",
            )
        return new_session(role, session_name, 3600)

    def reason_for_denial(
        self, principal: str, access: Access, resource_policy: Document, owner: str
    ) -> str:
        """Why a service may not do something with a role; empty if it may.

        :param principal: ARN of the role's session
        :param owner: the account that the resource belongs to
        :raises PolicyError: if a policy can't be understood
        """
        try:
            self._decide(_Caller(principal), access, resource_policy, owner)
        except _DeniedError as error:
            return error.reason
        return ""

    def _judge(self, call: Call, principal: str) -> None:
        caller = _Caller(principal)
        for action, resource in needed(call):
            owner = _owner(call, resource)
            policy = _resource_policy(call, resource, owner)
            access = Access(action, resource, _request_context(call, owner))
            self._decide(caller, access, policy, owner)

    def _decide(
        self, caller: _Caller, access: Access, resource_policy: Document | None, owner: str
    ) -> None:
        """Refuses what the policies don't allow.

        :param owner: the account that the resource belongs to
        :raises _DeniedError: if so
        """
        context = caller.context | {"aws:resourceaccount": [owner]} | dict(access.context)
        access = Access(access.action, access.resource, context)
        policies = Policies(
            is_foreign=owner != caller.account,
            identity=caller.identity_policies(),
            boundary=caller.boundary(),
            resource=resource_policy,
            principals=caller.names,
            accounts=(caller.account, caller.root),
        )
        reason = reason_for_denial(access, policies)
        decision = "denied" if reason else "allowed"
        with self._lock:
            self._checks[Check(caller.role_name, access.action, access.resource, decision)] += 1
        if reason:
            raise _DeniedError(access, reason)


class _DeniedError(Exception):
    def __init__(self, access: Access, reason: str) -> None:
        super().__init__(reason)
        self.access = access
        self.reason = reason


class _Caller:
    """A session of a role: what it is called, and the policies that go with it."""

    def __init__(self, principal: str) -> None:
        _, self.partition, _, _, self.account, resource = principal.split(":", 5)
        self.role_name = resource.split("/")[1]
        self.role = role_named(self.account, self.partition, self.role_name)
        self.root = f"arn:{self.partition}:iam::{self.account}:root"
        role_arn = self.role.arn if self.role else ""
        self.names = (principal, role_arn)
        self.context = {
            "aws:principalaccount": [self.account],
            "aws:principalarn": [role_arn],
            "aws:principalorgid": [ORGANIZATION],
            "aws:principaltype": ["AssumedRole"],
            # The sandbox stands in for endpoints that are reached by TLS.
            "aws:securetransport": ["true"],
            "aws:viaawsservice": ["false"],
        }

    def identity_policies(self) -> list[Document]:
        """Inline and attached; none if the role is gone."""
        if self.role is None:
            return []
        inline = [parsed(text) for text in self.role.policies.values()]
        return inline + [default_version(one) for one in self.role.managed_policies.values()]

    def boundary(self) -> list[Document] | None:
        """None if the role has none; a boundary that isn't there lets nothing through."""
        arn = self.role.permissions_boundary_arn if self.role else None
        if not arn:
            return None
        policy = iam_backends[self.account][self.partition].managed_policies.get(arn)
        return [default_version(policy)] if policy else []


def _request_context(call: Call, owner: str) -> dict[str, list[str]]:
    """The condition keys that depend on the request."""
    context = {"aws:requestedregion": [call.region]}
    if call.service == "s3":
        context["s3:resourceaccount"] = [owner]
        for key, member in (
            ("s3:prefix", "Prefix"),
            ("s3:x-amz-server-side-encryption", "ServerSideEncryption"),
            ("s3:x-amz-server-side-encryption-aws-kms-key-id", "SSEKMSKeyId"),
        ):
            if call.params.get(member):
                context[key] = [str(call.params[member])]
    return context


def _owner(call: Call, resource: str) -> str:
    """The account that owns the bucket, topic or function of a request.

    The caller's for anything else, and for a bucket that isn't there: moto says that it isn't.
    """
    if call.service == "s3":
        bucket = s3_backends.bucket_accounts.get(call.params.get("Bucket", ""))
        return bucket[1] if bucket else call.account
    fields = resource.split(":", 5)
    is_known = call.service in ("lambda", "sns") and len(fields) == 6
    return fields[4] if is_known else call.account


def _resource_policy(call: Call, resource: str, owner: str) -> Document | None:
    """The policy of the bucket, topic or function that a request is for."""
    if call.service == "s3" and call.params.get("Bucket"):
        bucket = s3_backends[owner][call.partition].buckets.get(call.params["Bucket"])
        return parsed(bucket.policy) if bucket is not None and bucket.policy else None
    if call.service == "sns":
        topic = sns_backends[owner][call.region].topics.get(resource)
        return parsed(topic.policy) if topic is not None else None
    if call.service == "lambda" and call.params.get("FunctionName"):
        function = _function(owner, call.region, call.params["FunctionName"])
        statements = function.policy.statements if function is not None else []
        return {"Statement": [_as_aws_writes_it(one) for one in statements]}
    return None


def _as_aws_writes_it(statement: Mapping[str, Any]) -> dict[str, Any]:
    """A statement of a function's policy, where moto leaves the ARNs of roles and functions raw."""
    principal = str(statement["Principal"])
    if re.fullmatch("[0-9]{12}", principal):
        partition = statement["Resource"].split(":")[1]
        principal = f"arn:{partition}:iam::{principal}:root"
    return dict(statement) | {
        "Principal": {"AWS": principal} if principal.startswith("arn:") else statement["Principal"],
        "Resource": statement["Resource"].removesuffix(":"),
    }


def _function(account: str, region: str, name: str) -> LambdaFunction | None:
    try:
        return get_backend(account, region).get_function(name)
    except (HTTPException, ValueError):  # moto's ways to say that there is none
        return None


def _check_role_asked_for(call: Call, principal: str) -> None:
    """Refuses a role that isn't there, or that doesn't trust the caller; the developer needs none.

    :raises _DeniedError: if so
    """
    arn = call.params.get("RoleArn", "")
    role = role_of_arn(arn)
    is_here = role is not None and arn.split(":")[1] == call.partition
    if role is None or not is_here or not _is_trusted(call, principal, role):
        raise _DeniedError(Access("sts:AssumeRole", arn), "")


def _is_trusted(call: Call, principal: str, role: Role) -> bool:
    root = f"arn:{call.partition}:iam::{call.account}:root"
    if principal == root:
        return True
    names, context = [principal, call.account, root], {"aws:principalaccount": [call.account]}
    if ":assumed-role/" in principal:
        caller = _Caller(principal)
        names, context = [*caller.names, *names], dict(caller.context)
    context["aws:resourceaccount"] = [role.arn.split(":")[4]]
    if "ExternalId" in call.params:
        context["sts:externalid"] = [call.params["ExternalId"]]
    return admits(role, names, context)


def _denied(service: str, protocol: str, text: str) -> Refusal:
    default = _DENIED.get(protocol, _DEFAULT_DENIED)
    code, status = _DENIED_BY_SERVICE.get(service, default)
    return Refusal(code, text, status)
