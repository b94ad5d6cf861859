"""What the roles of a stack may do, and what happens if they may do less."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


class Policies:
    """The policies of a stack's roles, which the tests name by their logical ids."""

    def __init__(self, iam: Any, roles: Mapping[str, str], search_policy: str) -> None:
        """Reads and changes policies.

        :param roles: their names, by their logical ids
        :param search_policy: ARN of the policy that lets functions look for users
        """
        self._iam = iam
        self._roles = roles
        self._search_policy = search_policy

    @contextmanager
    def without(self, role: str, action: str) -> Iterator[None]:
        """A role of the stack, by its logical id, lacks an action that the template grants it."""
        iam, name = self._iam, self._roles[role]
        inline = self.inline(role)
        lesser = {policy: _without(document, action) for policy, document in inline.items()}
        assert lesser != inline, f"{role} is not granted {action}"
        try:
            for policy, document in lesser.items():
                _put_policy(iam, name, policy, document)
            yield
        finally:
            for policy, document in inline.items():
                _put_policy(iam, name, policy, document)

    @contextmanager
    def without_search(self, action: str) -> Iterator[None]:
        """The policy that lets the functions see users lacks an action."""
        iam = self._iam
        arn = self._search_policy
        document = _default_document(iam, arn)
        lesser = _without(document, action)
        assert lesser != document, f"Searching is not granted {action}"
        first = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        created = iam.create_policy_version(
            PolicyArn=arn, PolicyDocument=json.dumps(lesser), SetAsDefault=True
        )
        try:
            yield
        finally:
            iam.set_default_policy_version(PolicyArn=arn, VersionId=first)
            iam.delete_policy_version(
                PolicyArn=arn, VersionId=created["PolicyVersion"]["VersionId"]
            )

    def inline(self, role: str) -> dict[str, dict[str, Any]]:
        """The documents of a role's own policies, by name."""
        iam, name = self._iam, self._roles[role]
        return {
            policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
        }

    def granted(self, role: str) -> set[str]:
        """Every action that a role is allowed."""
        iam, name = self._iam, self._roles[role]
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        documents = [_default_document(iam, one["PolicyArn"]) for one in attached]
        documents += self.inline(role).values()
        return {
            action
            for document in documents
            for statement in document["Statement"]
            for action in _actions(statement)
        }


def _put_policy(iam: Any, role: str, name: str, document: Mapping[str, Any]) -> None:
    """A policy without statements is none."""
    if document["Statement"]:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
    else:
        iam.delete_role_policy(RoleName=role, PolicyName=name)


def _default_document(iam: Any, policy_arn: str) -> dict[str, Any]:
    version = iam.get_policy(PolicyArn=policy_arn)["Policy"]["DefaultVersionId"]
    answer = iam.get_policy_version(PolicyArn=policy_arn, VersionId=version)
    document: dict[str, Any] = answer["PolicyVersion"]["Document"]
    return document


def _actions(statement: Mapping[str, Any]) -> list[str]:
    actions = statement["Action"]
    return [actions] if isinstance(actions, str) else list(actions)


def _without(document: Mapping[str, Any], action: str) -> dict[str, Any]:
    """The document without an action, and without statements that have no other."""
    kept = [
        dict(statement) | {"Action": [one for one in _actions(statement) if one != action]}
        if action in _actions(statement)
        else dict(statement)
        for statement in document["Statement"]
    ]
    return dict(document) | {"Statement": [one for one in kept if one["Action"]]}
