"""Resolves a template's functions: conditions, rules, and values.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .template import (
    PLACEHOLDER,
    Reference,
    Template,
    TemplateError,
    attribute_reference,
    function,
)

# Stands for what `AWS::NoValue` removes.
_NOTHING = object()

# What a reference to a resource stands for.
Lookup = Callable[[Reference], Any]


class Scope:
    """What names in a template mean in one stack operation."""

    def __init__(
        self,
        template: Template,
        parameters: Mapping[str, Any],
        pseudo: Mapping[str, Any],
    ) -> None:
        """Judges the conditions at once.

        :param parameters: their values
        :param pseudo: the values of `AWS::Region` and the like
        :raises TemplateError: if a condition can't be judged
        """
        self._template = template
        self._names = dict(pseudo) | dict(parameters)
        self._conditions: dict[str, bool] = {}
        self._being_judged: list[str] = []
        for name in template.conditions:
            self.is_true(name)

    def is_true(self, condition: str | None) -> bool:
        """Whether a condition holds; no condition always does.

        :raises TemplateError: if there is no condition of that name
        """
        if condition is None:
            return True
        if condition in self._being_judged:
            names = ", ".join(self._being_judged)
            raise TemplateError(
                f"Template format error: Circular dependencies in conditions: [{names}]"
            )
        if condition not in self._conditions:
            if condition not in self._template.conditions:
                raise TemplateError(
                    f"Template format error: Unresolved condition dependency {condition} "
                    "in the Resources block of the template"
                )
            self._being_judged.append(condition)
            self._conditions[condition] = self._holds(self._template.conditions[condition])
            self._being_judged.remove(condition)
        return self._conditions[condition]

    def resolved(self, value: Any, lookup: Lookup) -> Any:
        """A part of the template with all functions resolved.

        :param lookup: the values of resources
        :raises TemplateError: if a function is wrong or unknown
        """
        resolved = self._resolved(value, lookup)
        return None if resolved is _NOTHING else resolved

    def check_rules(self) -> None:
        """Judges the template's `Rules`.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html

        :raises TemplateError: with the description of the first assertion that fails
        """
        for name, rule in self._template.rules.items():
            condition = rule.get("RuleCondition")
            if condition is not None and not self._holds(condition):
                continue
            for assertion in rule.get("Assertions", []):
                if not self._holds(assertion["Assert"]):
                    told = assertion.get("AssertDescription", "an assertion failed")
                    raise TemplateError(f"Template validation error: Rule {name}: {told}")

    def _holds(self, value: Any) -> bool:
        """Whether a condition, or an assertion of a rule, is true."""
        key, argument = function(value) or ("", None)
        if key == "Fn::Equals":
            first, second = (
                self._resolved(one, _no_resources) for one in _exactly(key, argument, 2)
            )
            return _same(first, second)
        if key == "Fn::Not":
            return not self._holds(_exactly(key, argument, 1)[0])
        if key in ("Fn::And", "Fn::Or"):
            decide = all if key == "Fn::And" else any
            return decide([self._holds(one) for one in _two_to_ten(key, argument)])
        if key == "Condition":
            return self.is_true(argument)
        raise TemplateError(f"Template error: a condition must be a function, not {value}")

    # Values.

    def _branch(self, argument: Any) -> Any:
        condition, positive, negative = _exactly("Fn::If", argument, 3)
        return positive if self.is_true(condition) else negative

    def _resolved(self, value: Any, lookup: Lookup) -> Any:
        if isinstance(value, list):
            items = [self._resolved(item, lookup) for item in value]
            return [item for item in items if item is not _NOTHING]
        if not isinstance(value, dict):
            return value
        if (found := function(value)) is not None:
            return self._value(*found, lookup)
        members = {name: self._resolved(item, lookup) for name, item in value.items()}
        return {name: item for name, item in members.items() if item is not _NOTHING}

    def _value(self, key: str, argument: Any, lookup: Lookup) -> Any:
        if key == "Ref":
            return self._ref(argument, lookup)
        if key == "Fn::GetAtt":
            return lookup(attribute_reference(self._resolved(argument, lookup)))
        if key == "Fn::If":
            return self._resolved(self._branch(argument), lookup)
        if key == "Fn::Sub":
            return self._sub(argument, lookup)
        if key == "Fn::FindInMap":
            return self._find_in_map(self._resolved(argument, lookup))
        if key == "Fn::Split":
            return _split(self._resolved(argument, lookup))
        if key == "Fn::Select":
            return _select(self._resolved(argument, lookup))
        if key == "Fn::Join":
            return self._join(argument, lookup)
        raise TemplateError(f"Template error: {key} is not a function that the sandbox has here")

    def _ref(self, name: str, lookup: Lookup) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        return self._names[name] if name in self._names else lookup(Reference(name))

    def _sub(self, text: Any, lookup: Lookup) -> str:
        if not isinstance(text, str):
            raise TemplateError("Template error: the sandbox has Fn::Sub of a text alone")

        def filled(match: re.Match[str]) -> str:
            name = match[1].strip()
            is_attribute = "." in name
            value = (
                lookup(Reference(*name.split(".", 1))) if is_attribute else self._ref(name, lookup)
            )
            if isinstance(value, (list, dict)) or value is _NOTHING:
                raise TemplateError(
                    f"Template error: variable {name} in Fn::Sub expression does not resolve "
                    "to a string"
                )
            return as_text(value)

        return PLACEHOLDER.sub(filled, text).replace("${!", "${")

    def _join(self, argument: Any, lookup: Lookup) -> str:
        delimiter, items = _exactly("Fn::Join", argument, 2)
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-join.html:
        # "For the Fn::Join delimiter, you can't use any functions."
        values = self._resolved(items, lookup)
        if not isinstance(delimiter, str) or not isinstance(values, list):
            raise TemplateError(
                "Template error: every Fn::Join object requires two parameters, (1) a string "
                "delimiter and (2) a list of strings to be joined or a function that returns a "
                "list of strings (such as Fn::GetAZs) to be joined."
            )
        return delimiter.join(map(as_text, values))

    def _find_in_map(self, argument: Any) -> Any:
        mapping, first, second = _exactly("Fn::FindInMap", argument, 3)
        if mapping not in self._template.mappings:
            raise TemplateError(
                f"Template error: Mapping named '{mapping}' is not present in the 'Mappings' "
                "section of template."
            )
        try:
            return self._template.mappings[mapping][first][second]
        except KeyError as error:
            raise TemplateError(
                f"Template error: Unable to get mapping for {mapping}::{first}::{second}"
            ) from error


def _exactly(key: str, argument: Any, count: int) -> list[Any]:
    if not isinstance(argument, list) or len(argument) != count:
        raise TemplateError(f"Template error: {key} requires a list argument with {count} elements")
    return argument


def _no_resources(reference: Reference) -> Any:
    raise TemplateError(
        f"Template format error: Unresolved dependencies [{reference.name}]. "
        "Cannot reference resources in the Conditions block of the template"
    )


def _same(first: Any, second: Any) -> bool:
    """Equality as texts: the number 1 is the text "1", and true is "true"."""
    if isinstance(first, list) or isinstance(second, list):
        return bool(first == second)
    return as_text(first) == as_text(second)


def as_text(value: Any) -> str:
    """A value as CloudFormation writes it into a text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _split(argument: Any) -> list[str]:
    separator, text = _exactly("Fn::Split", argument, 2)
    return as_text(text).split(separator)


def _select(argument: Any) -> Any:
    index, items = _exactly("Fn::Select", argument, 2)
    position = as_text(index)
    if not isinstance(items, list) or not position.isdecimal() or int(position) >= len(items):
        raise TemplateError(
            f"Template error: Fn::Select cannot select nonexistent value at index {position}"
        )
    return items[int(position)]


def _two_to_ten(key: str, argument: Any) -> list[Any]:
    if not isinstance(argument, list) or not 2 <= len(argument) <= 10:
        raise TemplateError(
            f"Template error: every {key} object requires a list of at least 2 and at most 10 "
            "boolean parameters."
        )
    return argument
