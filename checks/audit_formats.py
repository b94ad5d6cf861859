"""The audit's examples that the Java tests write, against the published schemas.

The JSON format has its own, docs/audit.schema.json. The schema of OCSF's Compliance Finding is
OCSF's, as the package ocsf-json-schema carries it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from .template import ROOT

EXAMPLES = ROOT / "target/audit-examples"
OCSF_VERSION = "1.5.0"
OCSF_CLASS = 2003

Json = Mapping[str, Any]


def names() -> list[str]:
    """The names of all examples.

    :raises FileNotFoundError: if they haven't been written
    """
    found = sorted(path.stem for path in EXAMPLES.glob("*.csv"))
    if not found:
        raise FileNotFoundError(f"{EXAMPLES} has no examples. Run `make test-java`.")
    return found


def report(name: str) -> dict[str, Any]:
    """An example in the JSON format."""
    loaded: dict[str, Any] = json.loads(_bytes(f"{name}.json"))
    return loaded


def findings(name: str) -> list[dict[str, Any]]:
    """An example in the OCSF format."""
    loaded: list[dict[str, Any]] = json.loads(_bytes(f"{name}.ocsf.json"))
    return loaded


def rows(name: str) -> list[dict[str, str]]:
    """An example in the CSV format: a dict for each row, by the names of the columns."""
    with (EXAMPLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _bytes(name: str) -> str:
    return (EXAMPLES / name).read_bytes().decode("utf-8")


class ReportSchema:
    """The published schema of the JSON format."""

    def __init__(self) -> None:
        schema = json.loads((ROOT / "docs/audit.schema.json").read_text())
        Draft202012Validator.check_schema(schema)
        self.schema = schema
        self._validator = Draft202012Validator(
            schema, format_checker=FormatChecker(formats=["date-time"])
        )

    def errors(self, report: Json) -> list[str]:
        """What is not as the schema says."""
        return [f"{one.json_path}: {one.message}" for one in self._validator.iter_errors(report)]

    def objects(self) -> Iterator[dict[str, Any]]:
        """Each schema of an object."""
        for one in [self.schema, *_within(self.schema)]:
            if "properties" in one:
                yield one

    def members(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each member that an object can have, with its schema."""
        for one in self.objects():
            yield from one["properties"].items()


def _within(node: Any) -> Iterator[dict[str, Any]]:
    values = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    for value in values:
        if isinstance(value, dict):
            yield value
        yield from _within(value)


class FindingSchema:
    """OCSF's schema of a Compliance Finding with the profile `cloud`, and its enumerations."""

    def __init__(self) -> None:
        self._ocsf = get_ocsf_schema(version=OCSF_VERSION)
        generated = OcsfJsonSchemaEmbedded(self._ocsf)
        name = generated.lookup_class_name_from_uid(class_uid=OCSF_CLASS)
        schema = generated.get_class_schema(class_name=name, profiles=["cloud"])
        Draft202012Validator.check_schema(schema)
        self._validator = Draft202012Validator(schema)
        self._class = self._ocsf["classes"][name]["attributes"]

    def errors(self, finding: Json) -> list[str]:
        """What is not as OCSF says: members, types, numbers, and the captions of the numbers."""
        found = [f"{one.json_path}: {one.message}" for one in self._validator.iter_errors(finding)]
        found += self._captions(finding, self._class)
        for name in ("compliance", "cloud"):
            found += self._captions(finding[name], self._ocsf["objects"][name]["attributes"])
        found += self._deprecated(finding, self._class)
        for name in ("compliance", "finding_info", "metadata", "remediation"):
            found += self._deprecated(finding[name], self._ocsf["objects"][name]["attributes"])
        return found

    @staticmethod
    def _captions(node: Json, attributes: Json) -> Iterator[str]:
        """The JSON schema doesn't say which caption belongs to which number."""
        for name, attribute in attributes.items():
            sibling = attribute.get("sibling")
            if name in node and sibling in node:
                caption = attribute["enum"].get(str(node[name]), {}).get("caption")
                if node[sibling] != caption:
                    yield f"{sibling}: {node[sibling]!r} is not {caption!r}, as {name} says"

    @staticmethod
    def _deprecated(node: Json, attributes: Json) -> Iterator[str]:
        for name in node:
            if attributes.get(name, {}).get("@deprecated"):
                yield f"{name} is deprecated"
