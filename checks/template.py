"""The rendered template as data: short forms such as `!Ref X` become `{"Ref": "X"}`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml

ROOT = Path(__file__).parent.parent
RENDERED = ROOT / "target/cloudformation/certsweep.yaml"
JAVA = ROOT / "src/main/java"

Template = dict[str, Any]


def text() -> str:
    """The rendered template.

    :raises FileNotFoundError: if it hasn't been rendered
    """
    if not RENDERED.exists():
        raise FileNotFoundError(f"{RENDERED} is missing. Run `make package` first.")
    return RENDERED.read_text()


def loads(source: str) -> Template:
    """A template's content, in plain dicts and lists."""
    loaded: Template = json.loads(json.dumps(cfn_yaml.loads(source)))
    return loaded


def resources(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    """The properties of the resources of one type, by logical id."""
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each text within a value, with the path to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts(inner, f"{path}/{index}")
    elif isinstance(value, str):
        yield path, value
