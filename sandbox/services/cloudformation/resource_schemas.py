"""The schemas of resource types, which AWS publishes and cfn-lint carries with it.

They say which types a region has, which properties a type has, of which type they are, and which
of them can't be changed. Values are converted as CloudFormation does: a parameter is a text, and
a property that wants the number 256 takes the text "256".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, ValidationError
from jsonschema.validators import extend

from .template import TemplateError

_FALLBACK_REGION = "us-east-1"


class PropertiesError(Exception):
    """Properties that the schema of their resource's type doesn't allow."""


@cache
def _directory() -> Path:
    spec = find_spec("cfnlint")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "data" / "schemas"


@cache
def _types(region: str) -> dict[str, str]:
    """The files of the types that a region has."""
    file = _directory() / "providers" / f"{region}.json"
    if not file.exists():
        file = _directory() / "providers" / f"{_FALLBACK_REGION}.json"
    types: dict[str, str] = json.loads(file.read_text())
    return types


@cache
def schema(resource_type: str, region: str) -> dict[str, Any]:
    """The schema of a type.

    :raises TemplateError: if the region has no such type
    """
    file = _types(region).get(resource_type)
    if file is None:
        raise TemplateError(
            f"Template format error: Unrecognized resource types: [{resource_type}]"
        )
    found: dict[str, Any] = json.loads((_directory() / "resources" / f"{file}.json").read_text())
    return found


def is_known(resource_type: str, region: str) -> bool:
    """Whether a region has a type."""
    return resource_type in _types(region)


def refuse_unknown_types(types: set[str], region: str) -> None:
    """Refuses types that a region doesn't have.

    :raises TemplateError: if there are any
    """
    unknown = sorted(types - _types(region).keys())
    if unknown:
        raise TemplateError(
            f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]"
        )


def names(resource_type: str, region: str, kind: str) -> set[str]:
    """Top-level properties of a kind: `createOnlyProperties`, `primaryIdentifier`, ..."""
    paths = schema(resource_type, region).get(kind) or []
    return {path.split("/")[2] for path in paths}


def checked(resource: str, resource_type: str, region: str, properties: Any) -> dict[str, Any]:
    """The properties with their values converted to the types of the schema.

    :raises PropertiesError: as the resource's event tells it
    """
    own = schema(resource_type, region)
    converted = _converted(own, own, properties or {})
    problems = [_told(error) for error in _validator(own).iter_errors(converted)]
    problems += [
        f"#: extraneous key [{name}] is not permitted"
        for name in converted
        if f"/properties/{name}" in own.get("readOnlyProperties", [])
    ]
    if problems:
        raise PropertiesError(
            f"Properties validation failed for resource {resource} with message:\n"
            + "\n".join(problems)
        )
    return dict(converted)


def _converted(root: dict[str, Any], part: dict[str, Any], value: Any) -> Any:
    """A value as its schema wants it, as far as that is possible."""
    if "$ref" in part:
        return _converted(root, _definition(root, part["$ref"]), value)
    kind = part.get("type")
    if isinstance(value, dict):
        members = part.get("properties", {})
        other: dict[str, Any] = next(iter(part.get("patternProperties", {}).values()), {})
        return {
            name: _converted(root, members.get(name, other), item) for name, item in value.items()
        }
    if isinstance(value, list):
        return [_converted(root, part.get("items") or {}, item) for item in value]
    return _scalar(kind, value)


def _definition(root: dict[str, Any], reference: str) -> dict[str, Any]:
    part: Any = root
    for step in reference.removeprefix("#/").split("/"):
        part = part[step]
    definition: dict[str, Any] = part
    return definition


def _scalar(kind: Any, value: Any) -> Any:
    if kind == "boolean" and str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    if kind == "string" and isinstance(value, (bool, int, float)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if kind == "integer" and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "number" and isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    return value


def _check_pattern(
    _: Any, pattern: str, value: Any, __: dict[str, Any]
) -> Iterator[ValidationError]:
    try:
        is_wrong = isinstance(value, str) and re.search(pattern, value) is None
    except re.error:  # a pattern in Java's dialect; the service itself checks it again
        return
    if is_wrong:
        yield ValidationError(f"failed validation constraint for keyword [pattern] ({pattern})")


_Validator = extend(Draft7Validator, {"pattern": _check_pattern})


def _validator(own: dict[str, Any]) -> Any:
    return _Validator(own)


def _told(error: Any) -> str:
    path = "#" + "".join(f"/{step}" for step in error.absolute_path)
    return f"{path}: {error.message}"
