"""What the handler of a resource type must do, and what it is given for that."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from sandbox.wire.models import service_model

Properties = dict[str, Any]

_SUFFIX_ALPHABET = string.ascii_uppercase + string.digits
# The end of an error code that says that what is to be deleted isn't there.
_GONE = ("NoSuchEntity", "NotFound", "NotFoundException", "NoSuchBucket")
_GONE_PREFIX = "NoSuch"


class UnsupportedError(Exception):
    """Something that AWS does and the sandbox doesn't: better no resource than a wrong one."""


@dataclass(frozen=True)
class Work:
    """One resource within one operation on a stack."""

    logical_id: str
    stack_name: str
    region: str
    account: str
    partition: str
    # Tags of the stack, which its resources inherit.
    stack_tags: Mapping[str, str]
    # A client of a service, which acts as whoever works on the stack.
    client: Callable[[str], Any]

    def generated_name(self, limit: int) -> str:
        """A name for a resource that isn't given one, e.g. `stack-Function-1A2B3C4D5E6F`."""
        suffix = "".join(secrets.choice(_SUFFIX_ALPHABET) for _ in range(12))
        return f"{self.stack_name}-{self.logical_id}"[: limit - 13] + f"-{suffix}"

    def tags(self, own: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
        """The tags of a resource: the stack's and its own."""
        return dict(self.stack_tags) | {tag["Key"]: tag["Value"] for tag in own or ()}

    def tag_list(self, own: Iterable[Mapping[str, str]] | None) -> list[dict[str, str]]:
        """The same as a list of `Key` and `Value`."""
        return [{"Key": key, "Value": value} for key, value in self.tags(own).items()]

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the stack's account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


class Handler:
    """Creates, changes and deletes the resources of one type, by calls to its service.

    `create` gives the physical id, which is also what `Ref` stands for.
    """

    # What `applied_properties` answers.
    applied: frozenset[str] = frozenset()
    # The property that gives the resource a name of its own; empty if there is none.
    name_property = ""
    # What `Fn::GetAtt` can ask for.
    attribute_names: frozenset[str] = frozenset()

    def create(self, work: Work, properties: Properties) -> str:
        """Creates the resource in one call and answers its physical id."""
        raise NotImplementedError

    def settle(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        """Makes the further calls that a new or a changed resource needs.

        Called after `create`, then with nothing as `previous`, and after `update`.
        """

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        """Changes the resource in place."""
        del work, physical_id, properties, previous
        raise UnsupportedError("The sandbox does not change resources of this type in place.")

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        """Deletes the resource."""
        raise NotImplementedError

    def attributes(self, work: Work, physical_id: str) -> dict[str, Any]:
        """The values for `Fn::GetAtt`."""
        del work, physical_id
        return {}

    def needs_replacement(self, properties: Properties, previous: Properties) -> bool:
        """Whether a change that the schema allows in place needs a new resource all the same."""
        del properties, previous
        return False

    def applied_properties(self) -> frozenset[str]:
        """The properties that are applied; any other is refused, not dropped."""
        return self.applied

    def refuse_unapplied(self, resource_type: str, properties: Properties) -> None:
        """Refuses properties that the sandbox doesn't apply.

        :raises UnsupportedError: if there are any
        """
        unapplied = sorted(properties.keys() - self.applied_properties())
        if unapplied:
            raise UnsupportedError(
                f"The sandbox does not apply {', '.join(unapplied)} of {resource_type}."
            )


class PutHandler(Handler):
    """A type whose properties are the API's parameters, and which one call creates and changes."""

    # Where the API has them: service, operation, and the member of its parameters if it is one.
    parameters: tuple[str, ...]
    # The longest name that is given to a resource without one.
    name_limit = 128

    def put(self, work: Work, name: str, properties: Properties) -> None:
        """Makes the call."""
        raise NotImplementedError

    def create(self, work: Work, properties: Properties) -> str:
        """Puts it under its own name or another."""
        name: str = properties.get(self.name_property) or work.generated_name(self.name_limit)
        self.put(work, name, properties)
        return name

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        """Puts it again."""
        del previous
        self.put(work, physical_id, properties)

    def applied_properties(self) -> frozenset[str]:
        """All that the API takes, tags included."""
        service, operation, *members = self.parameters
        shape = service_model(service).operation_model(operation).input_shape
        for member in members:
            shape = shape.members[member]
            shape = getattr(shape, "member", shape)
        return self.applied.union(shape.members)


def is_gone(error: ClientError) -> bool:
    """Whether an error of a deletion says that there is nothing to delete."""
    code = str(error.response["Error"]["Code"])
    return code.endswith(_GONE) or code.startswith(_GONE_PREFIX)


def document(value: Any) -> str:
    """A policy as its service takes it: a JSON text, which a template may have as an object."""
    return value if isinstance(value, str) else json.dumps(value)


def some(properties: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those of the properties that are there."""
    return {name: properties[name] for name in names if name in properties}
