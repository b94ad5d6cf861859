"""AWS Config's properties against AWS Config's own API model.

CloudFormation hands the properties of these resources to the API of the same shape. Both linters
know their names, but not which values they may have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import botocore.session
from botocore.model import Shape

SHAPES = {
    "AWS::Config::ConfigRule": "ConfigRule",
    "AWS::Config::RemediationConfiguration": "RemediationConfiguration",
}
_MODEL = botocore.session.get_session().get_service_model("config")


def problems(kind: str, properties: dict[str, Any]) -> list[str]:
    """What the API would refuse of a resource's resolved properties.

    :param kind: a key of `SHAPES`
    """
    properties = dict(properties)
    if "InputParameters" in properties:
        # An object in a template, text in the API.
        properties["InputParameters"] = json.dumps(properties["InputParameters"])
    return list(_problems(_MODEL.shape_for(SHAPES[kind]), properties, kind))


def _problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no structure"
            return
        for name, inner in value.items():
            if name in shape.members:
                yield from _problems(shape.members[name], inner, f"{path}.{name}")
            else:
                yield f"{path}.{name}: unknown"
        yield from (
            f"{path}.{name}: missing" for name in shape.required_members if name not in value
        )
    elif shape.type_name == "list":
        yield from _outside(shape, len(value), path)
        for index, inner in enumerate(value):
            yield from _problems(shape.member, inner, f"{path}[{index}]")
    elif shape.type_name == "map":
        for key, inner in value.items():
            yield from _problems(shape.value, inner, f"{path}.{key}")
    else:
        yield from _scalar_problems(shape, value, path)


def _scalar_problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "boolean":
        if value not in (True, False, "true", "false"):
            yield f"{path}: {value!r} is no Boolean"
    elif shape.type_name in ("integer", "long"):
        if re.fullmatch(r"-?[0-9]+", str(value)):
            yield from _outside(shape, int(value), path)
        else:
            yield f"{path}: {value!r} is no number"
    elif not isinstance(value, str):
        yield f"{path}: {value!r} is no text"
    else:
        metadata = shape.metadata
        if "enum" in metadata and value not in metadata["enum"]:
            yield f"{path}: {value!r} is none of {', '.join(metadata['enum'])}"
        yield from _outside(shape, len(value), path)
        if "pattern" in metadata and not re.fullmatch(metadata["pattern"], value, re.DOTALL):
            yield f"{path}: {value!r} doesn't match {metadata['pattern']}"


def _outside(shape: Shape, size: int, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min", size), shape.metadata.get("max", size)
    if not least <= size <= most:
        yield f"{path}: {size} is not within {least}..{most}"
