"""What the template grants to the roles that it deploys."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from awscli.customizations.cloudformation.yamlhelper import yaml_parse

from sandbox.host.defaults import PROJECT

_TEMPLATE = PROJECT / "target/cloudformation/certsweep.yaml"
# The template makes its functions' log groups; a function that is deployed alone makes its own.
_ALONE = "logs:CreateLogGroup"


@cache
def granted(role: str) -> tuple[str, ...]:
    """The actions that a role may do at most, whatever the template's parameters are.

    :param role: its logical id
    """
    resources = _resources()
    properties = resources[role]["Properties"]
    names = _members("Ref", properties.get("ManagedPolicyArns"))
    attached = [resources[name] for name in names if name in resources]
    return (_ALONE, *sorted(set(_members("Action", [properties["Policies"], attached]))))


@cache
def _resources() -> dict[str, Any]:
    resources: dict[str, Any] = yaml_parse(_TEMPLATE.read_text())["Resources"]
    return resources


def _members(name: str, value: Any) -> Iterator[str]:
    """The texts that members of a name have, anywhere in a value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == name:
                yield from [inner] if isinstance(inner, str) else inner
            else:
                yield from _members(name, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _members(name, inner)
