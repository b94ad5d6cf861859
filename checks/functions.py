"""CloudFormation's functions, as far as the template uses them, for given parameters.

What a resource is called and what its attributes are, nobody knows before it exists: they are made
up here, of the form that AWS gives them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .template import Template

ACCOUNT = "123456789012"
_ABSENT = object()


class UnresolvableError(ValueError):
    """A reference to what isn't there, or a function that isn't known here."""


class Resolver:
    """Resolves values of a template."""

    def __init__(
        self,
        template: Template,
        parameters: Mapping[str, str] | None = None,
        *,
        partition: str = "aws",
        region: str = "eu-west-1",
    ) -> None:
        given = dict(parameters or {})
        declared = template["Parameters"]
        if unknown := given.keys() - declared.keys():
            raise UnresolvableError(f"no such parameters: {sorted(unknown)}")
        self._template = template
        self._parameters = {
            name: given.get(name, str(parameter["Default"])) for name, parameter in declared.items()
        }
        self._partition = partition
        self._region = region
        self._pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::NoValue": _ABSENT,
            "AWS::Partition": partition,
            "AWS::Region": region,
            "AWS::StackName": "certsweep",
        }

    def resolve(self, value: Any) -> Any:
        """A value without functions; members and items that are `AWS::NoValue` are left out.

        :raises UnresolvableError: if it refers to what doesn't exist with these parameters
        """
        if isinstance(value, dict):
            if len(value) == 1:
                (name, argument), *_ = value.items()
                if name in ("Ref", "Condition") or name.startswith("Fn::"):
                    return self._call(name, argument)
            resolved = {key: self.resolve(inner) for key, inner in value.items()}
            return {key: inner for key, inner in resolved.items() if inner is not _ABSENT}
        if isinstance(value, list):
            return [one for one in map(self.resolve, value) if one is not _ABSENT]
        return value

    def condition(self, name: str) -> bool:
        """Whether a condition holds.

        :raises UnresolvableError: if there is none of that name
        """
        if name not in self._template["Conditions"]:
            raise UnresolvableError(f"no condition {name}")
        return bool(self.resolve(self._template["Conditions"][name]))

    def resources(self) -> dict[str, dict[str, Any]]:
        """The properties of the resources that exist with these parameters."""
        return {
            name: self.resolve(resource["Properties"])
            for name, resource in self._template["Resources"].items()
            if self._exists(name)
        }

    def refusals(self) -> list[str]:
        """What the template's rules say against these parameters."""
        return [
            assertion["AssertDescription"]
            for rule in self._template["Rules"].values()
            if self.resolve(rule["RuleCondition"])
            for assertion in rule["Assertions"]
            if not self.resolve(assertion["Assert"])
        ]

    def _exists(self, name: str) -> bool:
        resource = self._template["Resources"].get(name)
        if resource is None:
            return False
        return "Condition" not in resource or self.condition(resource["Condition"])

    def _call(self, name: str, argument: Any) -> Any:
        if name == "Fn::If":
            condition, then, otherwise = argument
            return self.resolve(then if self.condition(condition) else otherwise)
        if name == "Fn::GetAtt":
            return self._attribute(*argument)
        if name == "Fn::Sub":
            text, own = argument if isinstance(argument, list) else (argument, {})
            values = self.resolve(own)
            return re.sub(
                r"\$\{([^!}]+)\}", lambda one: values.get(one[1]) or self._variable(one[1]), text
            )
        if name == "Condition":
            return self.condition(argument)
        argument = self.resolve(argument)
        if name == "Ref":
            return self._reference(argument)
        if name == "Fn::Equals":
            return argument[0] == argument[1]
        if name == "Fn::Not":
            return not argument[0]
        if name == "Fn::FindInMap":
            mapping, first, second = argument
            return self._template["Mappings"][mapping][first][second]
        if name == "Fn::Split":
            separator, parts = argument
            return parts.split(separator)
        if name in ("Fn::And", "Fn::Or"):
            return (all if name == "Fn::And" else any)(argument)
        if name == "Fn::Select":
            return argument[1][int(argument[0])]
        if name == "Fn::Join":
            delimiter, parts = argument
            return delimiter.join(parts)
        raise UnresolvableError(f"unknown function {name}")

    def _variable(self, name: str) -> str:
        resource, _, attribute = name.partition(".")
        return str(self._attribute(resource, attribute) if attribute else self._reference(name))

    def _reference(self, name: str) -> Any:
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self._parameters:
            return self._parameters[name]
        kind = self._kind(name)
        if kind in ("AWS::SNS::Topic", "AWS::IAM::ManagedPolicy"):
            return self._arn(kind, name)
        if kind == "AWS::Config::ConfigRule":
            properties = self._template["Resources"][name]["Properties"]
            return self.resolve(properties["ConfigRuleName"])
        return f"certsweep-{name}-1A2B3C4D"

    def _attribute(self, name: str, attribute: str) -> str:
        if attribute != "Arn":
            raise UnresolvableError(f"unknown attribute {name}.{attribute}")
        return self._arn(self._kind(name), name)

    def _kind(self, name: str) -> str:
        if not self._exists(name):
            raise UnresolvableError(f"{name} doesn't exist with these parameters")
        return str(self._template["Resources"][name]["Type"])

    def _arn(self, kind: str, name: str) -> str:
        form = {
            "AWS::Config::ConfigRule": "config:{region}:{account}:config-rule/config-rule-a1b2c3",
            "AWS::IAM::ManagedPolicy": "iam::{account}:policy/certsweep-{name}-1A2B3C4D",
            "AWS::IAM::Role": "iam::{account}:role/certsweep-{name}-1A2B3C4D",
            "AWS::KMS::Key": "kms:{region}:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "AWS::Lambda::Function": "lambda:{region}:{account}:function:certsweep-{name}-1A2B3C4D",
            "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:certsweep-{name}-1A2B3C4D:*",
            "AWS::SNS::Topic": "sns:{region}:{account}:Automation-certsweep-alarms",
        }.get(kind)
        if form is None:
            raise UnresolvableError(f"unknown form of the ARN of {name}, {kind}")
        rest = form.format(region=self._region, account=ACCOUNT, name=name)
        return f"arn:{self._partition}:{rest}"
