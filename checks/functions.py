"""The template resolved for given parameters, by the functions that the sandbox has for stacks.

What a resource is called and what its attributes are, nobody knows before it exists: they are made
up here, of the form that AWS gives them.
"""

from __future__ import annotations

import json
import marshal
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sandbox.services.cloudformation.intrinsic_functions import Scope
from sandbox.services.cloudformation.template import Reference
from sandbox.services.cloudformation.template import Template as CheckedTemplate
from sandbox.services.cloudformation.template import TemplateError as TemplateError
from sandbox.services.cloudformation.template_parameters import parameter_texts, parameter_values

from .template import Template

ACCOUNT = "123456789012"
_ARNS = {
    "AWS::Config::ConfigRule": "config:{region}:{account}:config-rule/config-rule-a1b2c3",
    "AWS::IAM::ManagedPolicy": "iam::{account}:policy/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::KMS::Key": "kms:{region}:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::SNS::Topic": "sns:{region}:{account}:Automation-certsweep-alarms",
}


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
        """Judges conditions at once.

        :raises TemplateError: if CloudFormation would refuse the template or the parameters
        """
        self._partition, self._region = partition, region
        self._template = _checked(marshal.dumps(template))
        given = [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in (parameters or {}).items()
        ]
        values = parameter_values(self._template, parameter_texts(self._template, given, {}))
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": partition,
            "AWS::Region": region,
            "AWS::StackName": "certsweep",
        }
        self._scope = Scope(self._template, values, pseudo)

    def resolve(self, value: Any) -> Any:
        """A value without functions; members and items that are `AWS::NoValue` are left out.

        :raises TemplateError: if it refers to what doesn't exist with these parameters
        """
        return self._scope.resolved(value, self._made_up)

    def condition(self, name: str) -> bool:
        """Whether a condition holds."""
        return self._scope.is_true(name)

    def resources(self) -> dict[str, dict[str, Any]]:
        """The properties of the resources that exist with these parameters."""
        return {
            name: self.resolve(resource["Properties"])
            for name, resource in self._template.resources.items()
            if self._scope.is_true(resource.get("Condition"))
        }

    def refusal(self) -> str:
        """What the template's rules say against these parameters; empty if nothing."""
        try:
            self._scope.check_rules()
        except TemplateError as error:
            return str(error.message)
        return ""

    def _made_up(self, reference: Reference) -> Any:
        resource = self._template.resources.get(reference.name)
        if resource is None or not self._scope.is_true(resource.get("Condition")):
            raise TemplateError(f"{reference.name} doesn't exist with these parameters")
        kind, name = resource["Type"], f"certsweep-{reference.name}-1A2B3C4D"
        if reference.attribute == "Arn" or kind in ("AWS::SNS::Topic", "AWS::IAM::ManagedPolicy"):
            rest = _ARNS[kind].format(region=self._region, account=ACCOUNT, name=name)
            return f"arn:{self._partition}:{rest}"
        if kind == "AWS::Config::ConfigRule":
            return self.resolve(resource["Properties"]["ConfigRuleName"])
        return name


@lru_cache(maxsize=4)
def _checked(template: bytes) -> CheckedTemplate:
    """The same for all choices, of which there are thousands."""
    return CheckedTemplate(json.dumps(marshal.loads(template)))  # noqa: S302  our own
