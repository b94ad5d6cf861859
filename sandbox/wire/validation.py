"""Checks a request against the service's own model, as the real front ends do.

botocore's validator, which runs in the client, knows required members and lower bounds only.
AWS also checks upper bounds, enums and patterns, and answers with a sentence for each violation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

# How a front end names the error. The rest call it ValidationException.
VALIDATION_CODES = {
    "cloudformation": "ValidationError",
    "appsync": "BadRequestException",
    "cloudfront": "InvalidArgument",
    "elb": "ValidationError",
    "elbv2": "ValidationError",
    "iam": "ValidationError",
    "organizations": "InvalidInputException",
    "securityhub": "InvalidInputException",
    "sso": "InvalidRequestException",
    "sso-oidc": "InvalidRequestException",
    "sts": "ValidationError",
}

_PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "boolean": bool,
    "timestamp": datetime,
    "blob": (bytes, bytearray, str),
    "list": list,
    "map": dict,
    "structure": dict,
}


class WrongTypeError(Exception):
    """A member has another JSON type than the model's: AWS can't even deserialise the request."""


def violations(shape: Shape | None, params: dict[str, Any]) -> list[str]:
    """The sentences in which AWS would refuse `params`; none if they are valid.

    :raises WrongTypeError: if a member has the wrong JSON type
    """
    return [] if shape is None else list(_check(shape, params, ""))


def message(problems: list[str]) -> str:
    """The text of the error, e.g. `1 validation error detected: ...`."""
    noun = "error" if len(problems) == 1 else "errors"
    return f"{len(problems)} validation {noun} detected: " + "; ".join(problems)


def _check(shape: Shape, value: Any, path: str) -> Iterator[str]:
    _check_type(shape, value, path)
    if isinstance(shape, StructureShape):
        yield from _check_structure(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _check_length(shape, value, path)
        for index, item in enumerate(value, start=1):
            yield from _check(shape.member, item, f"{path}.{index}.member")
    elif isinstance(shape, MapShape):
        yield from _check_length(shape, value, path)
        yield from _check_keys(shape, value, path)
        for key, item in value.items():
            yield from _check(shape.value, item, f"{path}.{key}.member")
    elif isinstance(shape, StringShape):
        yield from _check_string(shape, value, path)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _check_range(shape, value, path)


def _check_keys(shape: MapShape, value: dict[str, Any], path: str) -> Iterator[str]:
    problems = [problem for key in value for problem in _check(shape.key, key, path)]
    if problems:
        # AWS names all that a key must be, whatever it is not.
        limits = shape.key.metadata
        musts = [
            text.format(limits[name])
            for name, text in (
                ("max", "have length less than or equal to {}"),
                ("min", "have length greater than or equal to {}"),
                ("pattern", "satisfy regular expression pattern: {}"),
            )
            if name in limits
        ]
        shown = ", ".join(f"{key}={item}" for key, item in value.items())
        yield (
            f"Value '{{{_shown(shown)}}}' at '{path}' failed to satisfy constraint: Map keys must "
            f"satisfy constraint: [{', '.join(f'Member must {must}' for must in musts)}]"
        )


def _check_type(shape: Shape, value: Any, path: str) -> None:
    expected = _PYTHON_TYPES.get(shape.type_name, object)
    is_wrong_bool = isinstance(value, bool) and shape.type_name != "boolean"
    if is_wrong_bool or not isinstance(value, expected):
        raise WrongTypeError(
            f"{type(value).__name__.upper()}_VALUE at '{path}' can not be converted "
            f"to {shape.type_name.capitalize()}"
        )


def _check_structure(shape: StructureShape, value: dict[str, Any], path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            member = _member_path(path, name)
            yield (
                f"Value null at '{member}' failed to satisfy constraint: Member must not be null"
            )
    for name, member_shape in shape.members.items():
        if value.get(name) is not None:
            yield from _check(member_shape, value[name], _member_path(path, name))


def _member_path(path: str, name: str) -> str:
    first_lower = name[0].lower() + name[1:]
    return f"{path}.{first_lower}" if path else first_lower


def _check_string(shape: StringShape, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        allowed = ", ".join(shape.enum)
        yield _violation(shape, value, path, f"satisfy enum value set: [{allowed}]")
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        yield _violation(shape, value, path, f"satisfy regular expression pattern: {pattern}")
    yield from _check_length(shape, value, path)


def _check_length(shape: Shape, value: Any, path: str) -> Iterator[str]:
    yield from _check_bounds(shape, value, path, len(value), "have length")


def _check_range(shape: Shape, value: float, path: str) -> Iterator[str]:
    yield from _check_bounds(shape, value, path, value, "have value")


def _check_bounds(shape: Shape, value: Any, path: str, size: float, verb: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield _violation(shape, value, path, f"{verb} greater than or equal to {low}")
    if high is not None and size > high:
        yield _violation(shape, value, path, f"{verb} less than or equal to {high}")


def _violation(shape: Shape, value: Any, path: str, must: str) -> str:
    # AWS leaves the value of a sensitive member (a private key) out of the sentence.
    shown = "Value" if shape.metadata.get("sensitive") else f"Value '{_shown(value)}'"
    return f"{shown} at '{path}' failed to satisfy constraint: Member must {must}"


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 1024 else text[:1024] + "..."


# Unicode's category Z. Unlike `\s` it has no line feed, no carriage return and no tab.
_SEPARATORS = r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


@cache
def _compiled(java_pattern: str) -> re.Pattern[str]:
    r"""The model's patterns are Java's; `re` lacks Unicode categories, and Java's \\w is ASCII."""
    if "\\p{" not in java_pattern:
        return re.compile(java_pattern, re.ASCII)
    python_pattern = re.sub(r"\\p\{[LN]\}", r"\\w", java_pattern).replace(r"\p{Z}", _SEPARATORS)
    return re.compile(python_pattern)
