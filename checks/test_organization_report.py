"""The organization's examples that the Java tests write, against the published schema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from .template import ROOT

EXAMPLES = ROOT / "target/organization-examples"
SCHEMA = json.loads((ROOT / "docs/audit-organization.schema.json").read_text())


def _report(name: str) -> dict[str, Any]:
    path = EXAMPLES / f"{name}.json"
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing. Run `make test-java`.")
    loaded: dict[str, Any] = json.loads(path.read_bytes().decode("utf-8"))
    return loaded


def _errors(report: dict[str, Any]) -> list[str]:
    checker = FormatChecker(formats=["date-time"])
    validator = Draft202012Validator(SCHEMA, format_checker=checker)
    return [f"{one.json_path}: {one.message}" for one in validator.iter_errors(report)]


def _schemas(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for value in node.values() if isinstance(node, dict) else node:
        if isinstance(value, dict | list):
            yield from _schemas(value)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", ["typical", "empty", "unreadable", "hostile"])
def test_reports_are_as_the_published_schema_says(name: str) -> None:
    assert _errors(_report(name)) == []


def test_the_examples_have_every_kind_of_entry() -> None:
    report = _report("typical")
    assert {one["details"] for one in report["accounts"]} == {"READ", "NOT_ASKED"}
    assert {one["reason"] for one in report["missing"]} == {"AGGREGATION_OUTDATED", "NO_RESULTS"}
    assert report["unchecked"]
    assert _report("unreadable")["accounts"][0]["error"]["code"] == "AccessDeniedException"


def test_the_schema_describes_every_member_and_allows_no_other() -> None:
    objects = [one for one in _schemas(SCHEMA) if "object" in one.get("type", [])]
    assert len(objects) == 8
    for one in objects:
        assert one["additionalProperties"] is False
        assert one["required"] == list(one["properties"])
        undescribed = [
            name
            for name, member in one["properties"].items()
            if "$ref" not in member and not re.search(r"\.$", member.get("description", ""))
        ]
        assert undescribed == []


def _with_a_member_more(spoilt: dict[str, Any]) -> None:
    spoilt["accounts"][0]["secure"] = True


def _without_the_missing(spoilt: dict[str, Any]) -> None:
    del spoilt["missing"]


def _with_another_reason(spoilt: dict[str, Any]) -> None:
    spoilt["missing"][0]["reason"] = "ON_HOLIDAY"


def _with_a_time_in_words(spoilt: dict[str, Any]) -> None:
    spoilt["accounts"][0]["newest"] = "yesterday"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_with_a_member_more, "secure"),
        (_without_the_missing, "missing"),
        (_with_another_reason, "ON_HOLIDAY"),
        (_with_a_time_in_words, "yesterday"),
    ],
)
def test_the_schema_refuses_a_report(spoil: Callable[[dict[str, Any]], None], told: str) -> None:
    spoilt = _report("typical")
    spoil(spoilt)
    assert any(told in error for error in _errors(spoilt))
