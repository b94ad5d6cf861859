"""What AWS Config checks of a rule: its definition, the function, and its results' types."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from moto.awslambda.utils import get_backend
from moto.config.models import ConfigRule
from werkzeug.exceptions import HTTPException

from sandbox.wire.calls import AwsError
from sandbox.wire.models import service_model

# Rules may report on the account as a whole. The model has only the types that Config records.
_ACCOUNT = "AWS::::Account"


def check_definition(definition: dict[str, Any]) -> None:
    """Refuses what moto's own checks, which follow, don't look at."""
    source = definition["Source"]
    if source["Owner"] in ("AWS", "CUSTOM_LAMBDA") and not source.get("SourceIdentifier"):
        raise AwsError(
            "InvalidParameterValueException", "SourceIdentifier must not be null or empty."
        )
    for detail in source.get("SourceDetails") or []:
        if not detail.get("EventSource") or not detail.get("MessageType"):
            raise AwsError(
                "InvalidParameterValueException",
                "EventSource and MessageType must be provided in SourceDetails.",
            )
    _check_input_parameters(definition.get("InputParameters"))


def _check_input_parameters(text: str | None) -> None:
    if text is None:
        return
    try:
        parameters = json.loads(text)
    except ValueError:
        parameters = None
    if not isinstance(parameters, dict):
        raise AwsError(
            "InvalidParameterValueException",
            f"Invalid json {text} passed in the InputParameters field",
        )


def check_resource_types(evaluations: Iterable[dict[str, Any]]) -> None:
    """Refuses results for a type that Config doesn't know.

    https://github.com/awslabs/aws-config-rdk/issues/290
    """
    known = {_ACCOUNT, *service_model("config").shape_for("ResourceType").enum}
    for evaluation in evaluations:
        kind = evaluation["ComplianceResourceType"]
        if kind not in known:
            raise AwsError(
                "InvalidParameterValueException",
                f"The resource type {kind} is invalid. Only the following values are permitted: "
                f"[{', '.join(sorted(known, key=str.lower))}]",
            )


def check_permission(account: str, region: str, arn: str, rule: ConfigRule | None) -> None:
    """Refuses a function that is not there, or that Config may not invoke."""
    try:
        function = get_backend(account, region).get_function(arn) if arn[:4] == "arn:" else None
    except (HTTPException, ValueError):  # moto's ways to say that there is none
        function = None
    if function is None or not any(
        _lets_config_invoke(statement, account, region, rule)
        for statement in function.policy.statements
    ):
        raise AwsError(
            "InsufficientPermissionsException",
            f"The AWS Lambda function {arn} cannot be invoked. Check the specified function ARN, "
            "and check the function's permissions.",
        )


def _lets_config_invoke(
    statement: dict[str, Any], account: str, region: str, rule: ConfigRule | None
) -> bool:
    # A rule that doesn't exist yet has no ARN: whatever would admit one of them is good.
    rule_id = rule.config_rule_id if rule else "*"
    conditions = [
        condition
        for conditions in statement.get("Condition", {}).values()
        for condition in conditions.items()
    ]
    return (
        statement.get("Effect") == "Allow"
        and statement.get("Principal") == {"Service": "config.amazonaws.com"}
        and statement.get("Action") in ("lambda:InvokeFunction", "lambda:*")
        and all(_holds(key, value, account, region, rule_id) for key, value in conditions)
    )


def _holds(key: str, value: str, account: str, region: str, rule_id: str) -> bool:
    if key == "AWS:SourceAccount":
        return value == account
    if key == "AWS:SourceArn":
        # Only the tail is compared freely: `arn:aws:config:eu-west-1:1234...:config-rule/*`.
        _, _, service, its_region, its_account, resource = (value + ":::::").split(":")[:6]
        return (
            fnmatchcase("config", service or "*")
            and fnmatchcase(region, its_region or "*")
            and fnmatchcase(account, its_account or "*")
            and (rule_id == "*" or fnmatchcase(f"config-rule/{rule_id}", resource or "*"))
        )
    return False
