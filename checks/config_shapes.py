"""AWS Config's properties against AWS Config's own API model.

CloudFormation hands the properties of these resources to the API of the same shape. Both linters
know their names, but not which values they may have.
"""

from __future__ import annotations

import json
from typing import Any

import botocore.session

from sandbox.services.cloudformation.resource_schemas import PropertiesError, checked
from sandbox.wire.validation import violations

SHAPES = {
    "AWS::Config::ConfigRule": "ConfigRule",
    "AWS::Config::RemediationConfiguration": "RemediationConfiguration",
}
_MODEL = botocore.session.get_session().get_service_model("config")


def problems(kind: str, properties: dict[str, Any]) -> list[str]:
    """What CloudFormation, or then the API, would refuse of a resource's resolved properties.

    :param kind: a key of `SHAPES`
    """
    try:
        converted = checked("Resource", kind, "eu-west-1", properties)
    except PropertiesError as error:
        return [str(error)]
    if "InputParameters" in converted:
        # An object in a template, text in the API.
        converted["InputParameters"] = json.dumps(converted["InputParameters"])
    return violations(_MODEL.shape_for(SHAPES[kind]), converted)
