"""Reads a template, and refuses one that CloudFormation would refuse without running it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from sandbox.wire.calls import AwsError

# The first is for a template in the request, the second for one in S3.
MAX_BODY_BYTES = 51_200
MAX_S3_BYTES = 1_000_000

_SECTIONS = {
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
}
_RESOURCE_ATTRIBUTES = {
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Description",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
}
_IAM_TYPES = {
    "AWS::IAM::AccessKey",
    "AWS::IAM::Group",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::IAM::UserToGroupAddition",
}
_IAM_NAMES = {"GroupName", "InstanceProfileName", "ManagedPolicyName", "RoleName", "UserName"}
PSEUDO_PARAMETERS = {
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
}
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-rules.html
_RULE_FUNCTIONS = {"Ref", "Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or"}
_RULE_FUNCTIONS_OF_LISTS = {
    "Fn::Contains",
    "Fn::EachMemberEquals",
    "Fn::EachMemberIn",
    "Fn::RefAll",
    "Fn::ValueOf",
    "Fn::ValueOfAll",
}
# `${Name}`, `${Name.Attribute}`; not `${!literal}`.
PLACEHOLDER = re.compile(r"\$\{(?!!)([^}]*)\}")


class TemplateError(AwsError):
    """The template, or what was given with it, is refused: `ValidationError`."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationError", message)


@dataclass(frozen=True)
class Reference:
    """A mention of a resource or a parameter: `Ref`, `Fn::GetAtt` or a placeholder of `Fn::Sub`."""

    name: str
    # Of `Fn::GetAtt`; empty for the value that `Ref` stands for.
    attribute: str = ""


class Template:
    """A template that is well-formed: sections, names and references are in order."""

    def __init__(self, body: str) -> None:
        """Reads and checks a template.

        :raises TemplateError: with the reason, if it isn't well-formed
        """
        self.body = body
        self.content = parsed(body)
        _check_sections(self.content)
        self.parameters: dict[str, dict[str, Any]] = self.content.get("Parameters") or {}
        self.mappings: dict[str, Any] = self.content.get("Mappings") or {}
        self.conditions: dict[str, Any] = self.content.get("Conditions") or {}
        self.rules: dict[str, Any] = self.content.get("Rules") or {}
        self.resources: dict[str, dict[str, Any]] = self.content["Resources"]
        self.outputs: dict[str, dict[str, Any]] = self.content.get("Outputs") or {}
        self._check_parameters()
        self._check_rules()
        self._check_resources()
        self._check_outputs()

    @property
    def description(self) -> str | None:
        """What the template says of itself."""
        text: str | None = self.content.get("Description")
        return text

    @property
    def capabilities(self) -> list[str]:
        """What the caller must acknowledge: resources of IAM, with or without names of their own.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
        """
        iam = [one for one in self.resources.values() if one["Type"] in _IAM_TYPES]
        if not iam:
            return []
        is_named = any(_IAM_NAMES & (one.get("Properties") or {}).keys() for one in iam)
        return ["CAPABILITY_NAMED_IAM" if is_named else "CAPABILITY_IAM"]

    @property
    def capabilities_reason(self) -> str:
        """Why, as CloudFormation says it."""
        types = {one["Type"] for one in self.resources.values()} & _IAM_TYPES
        return f"The following resource(s) require capabilities: [{', '.join(sorted(types))}]"

    def _check_parameters(self) -> None:
        for name, parameter in self.parameters.items():
            _check_name("Parameter", name)
            if not isinstance(parameter, dict) or "Type" not in parameter:
                raise TemplateError(
                    "Template format error: Every Parameters object must contain a Type member."
                )

    def _check_rules(self) -> None:
        used = _functions(self.rules)
        if refused := used - _RULE_FUNCTIONS - _RULE_FUNCTIONS_OF_LISTS:
            raise TemplateError(
                "Template format error: Following functions are not supported in the Rules block "
                f"of the template: [{', '.join(sorted(refused))}]"
            )
        if missing := used - _RULE_FUNCTIONS:
            raise TemplateError(f"The sandbox does not have {', '.join(sorted(missing))} in rules.")

    def _check_resources(self) -> None:
        for name, resource in self.resources.items():
            _check_name("Resource", name)
            if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
                raise TemplateError(
                    f"Template format error: [/Resources/{name}] Every Resources object must "
                    "contain a Type member."
                )
            unknown = sorted(resource.keys() - _RESOURCE_ATTRIBUTES)
            if unknown:
                raise TemplateError(f"Invalid template resource property '{unknown[0]}'")
        known = self.resources.keys() | self.parameters.keys() | PSEUDO_PARAMETERS
        missing = {
            reference.name
            for resource in self.resources.values()
            for reference in references(resource.get("Properties"))
            if reference.name not in (self.resources if reference.attribute else known)
        }
        missing |= {
            name
            for resource in self.resources.values()
            for name in depends_on(resource)
            if name not in self.resources
        }
        refuse_unresolved(missing, "Resources")

    def _check_outputs(self) -> None:
        known = self.resources.keys() | self.parameters.keys() | PSEUDO_PARAMETERS
        for name, output in self.outputs.items():
            _check_name("Output", name)
            if not isinstance(output, dict) or "Value" not in output:
                raise TemplateError(
                    "Template format error: Every Outputs member must contain a Value object"
                )
            if "Export" in output:
                raise TemplateError(f"The sandbox does not export {name}: it has no exports.")
        missing = {
            one.name
            for one in references(list(self.outputs.values()))
            if one.name not in (self.resources if one.attribute else known)
        }
        refuse_unresolved(missing, "Outputs")


def refuse_unresolved(missing: set[str], block: str) -> None:
    """Refuses references to resources that aren't there.

    :raises TemplateError: if there are any
    """
    if missing:
        raise TemplateError(
            f"Template format error: Unresolved resource dependencies {_listed(missing)} "
            f"in the {block} block of the template"
        )


def references(value: Any) -> Iterator[Reference]:
    """All references in a part of a template."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        if len(value) == 1:
            yield from _own_references(*next(iter(value.items())))
        for item in value.values():
            yield from references(item)


def function(value: Any) -> tuple[str, Any] | None:
    """The function and its argument, if that is what a value is."""
    if isinstance(value, dict) and len(value) == 1:
        key, argument = next(iter(value.items()))
        # {"Condition": {...}} is a member of a policy, {"Condition": "Name"} a function.
        is_condition = key == "Condition" and isinstance(argument, str)
        if key == "Ref" or str(key).startswith("Fn::") or is_condition:
            return str(key), argument
    return None


def _functions(value: Any) -> set[str]:
    """The names of all functions in a part of a template."""
    own = function(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return ({own[0]} if own else set()).union(*(_functions(part) for part in parts))


def depends_on(resource: dict[str, Any]) -> list[str]:
    """The names in `DependsOn`."""
    names = resource.get("DependsOn") or []
    return [names] if isinstance(names, str) else list(names)


def attribute_reference(argument: Any) -> Reference:
    """The argument of `Fn::GetAtt`: `Name.Attribute` or `[Name, Attribute]`.

    :raises TemplateError: if it is neither
    """
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    if not isinstance(parts, list) or len(parts) != 2 or not all(map(_is_text, parts)):
        raise TemplateError(
            "Template error: every Fn::GetAtt object requires two non-empty parameters, "
            "the resource name and the resource attribute"
        )
    return Reference(*parts)


def _own_references(key: str, argument: Any) -> Iterator[Reference]:
    if key == "Ref" and isinstance(argument, str):
        yield Reference(argument)
    elif key == "Fn::GetAtt":
        yield attribute_reference(argument)
    elif key == "Fn::Sub":
        for name in PLACEHOLDER.findall(str(argument)):
            yield Reference(*name.strip().split(".", 1))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _listed(names: set[str]) -> str:
    return f"[{', '.join(sorted(names))}]"


def _check_name(kind: str, name: str) -> None:
    if not re.fullmatch("[A-Za-z0-9]+", str(name)):
        raise TemplateError(f"Template format error: {kind} name {name} is non alphanumeric.")


def _check_sections(content: Any) -> None:
    if not isinstance(content, dict):
        raise TemplateError("Template format error: unsupported structure.")
    unknown = sorted(str(name) for name in content.keys() - _SECTIONS)
    if unknown:
        raise TemplateError(f"Invalid template property or properties [{', '.join(unknown)}]")
    if content.get("AWSTemplateFormatVersion", "2010-09-09") != "2010-09-09":
        raise TemplateError(
            "Template format error: unsupported value for AWSTemplateFormatVersion. "
            "No such version."
        )
    if content.get("Transform"):
        raise TemplateError(f"The sandbox runs no transforms: {content['Transform']}")
    if not isinstance(content.get("Resources"), dict) or not content["Resources"]:
        raise TemplateError("Template format error: At least one Resources member must be defined.")


def parsed(body: str) -> Any:
    """The content of a template, in JSON or YAML.

    :raises TemplateError: if it is neither
    """
    if body.lstrip().startswith("{"):
        try:
            return json.loads(body)
        except ValueError as error:
            line, column = getattr(error, "lineno", 0), getattr(error, "colno", 0)
            raise TemplateError(
                f"Template format error: JSON not well-formed. (line {line}, column {column})"
            ) from error
    try:
        return deepcopy(_from_yaml(body))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise TemplateError(f"Template format error: YAML not well-formed.{place}") from error


# The Python loader takes a quarter of a second for this project's template, which is sent again and
# again. The one in C counts the columns of errors otherwise.
@lru_cache(maxsize=8)
def _from_yaml(body: str) -> Any:
    return yaml.load(body, Loader=_Loader)  # noqa: S506  a SafeLoader


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # it has no types
    """YAML with CloudFormation's short forms of functions, and dates as they are written."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """`!Sub x` is `{"Fn::Sub": "x"}`."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _function)
