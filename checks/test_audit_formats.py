import copy
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from .audit_formats import FindingSchema, ReportSchema, findings, names, report, rows


@pytest.fixture(scope="module")
def report_schema() -> ReportSchema:
    return ReportSchema()


@pytest.fixture(scope="module")
def finding_schema() -> FindingSchema:
    return FindingSchema()


def test_there_are_examples_of_everything() -> None:
    assert {"full", "empty"} < set(names())
    assert len(names()) > 30
    statuses = Counter(one["status"] for one in report("full")["certificates"])
    assert statuses.keys() == {"EXPIRED", "UNKNOWN", "EXPIRING", "VALID"}
    counts = report("full")["counts"]["byPriority"]
    assert [priority for priority, count in counts.items() if count == 0] == []


def test_reports_are_as_the_published_schema_says(report_schema: ReportSchema) -> None:
    assert {
        name: errors for name in names() if (errors := report_schema.errors(report(name)))
    } == {}


def test_the_schema_describes_every_member_and_allows_no_other(report_schema: ReportSchema) -> None:
    for one in report_schema.objects():
        if one.get("type") in ("object", ["object", "null"]):
            assert one["additionalProperties"] is False
            assert one["required"] == list(one["properties"])
    undescribed = [
        name
        for name, one in report_schema.members()
        if not re.search(r"\.$", one.get("description", ""))
    ]
    assert undescribed == []


def _with_a_member_more(spoilt: dict[str, Any]) -> None:
    spoilt["certificates"][0]["inUse"] = False


def _without_what_was_not_checked(spoilt: dict[str, Any]) -> None:
    del spoilt["unchecked"]


def _with_another_status(spoilt: dict[str, Any]) -> None:
    spoilt["certificates"][0]["status"] = "OK"


def _with_a_time_in_words(spoilt: dict[str, Any]) -> None:
    spoilt["at"] = "yesterday"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_with_a_member_more, "inUse"),
        (_without_what_was_not_checked, "unchecked"),
        (_with_another_status, "OK"),
        (_with_a_time_in_words, "yesterday"),
    ],
)
def test_the_schema_refuses_a_report(
    report_schema: ReportSchema, spoil: Callable[[dict[str, Any]], None], told: str
) -> None:
    spoilt = report("full")
    spoil(spoilt)
    assert any(told in error for error in report_schema.errors(spoilt))


def test_findings_are_as_ocsf_says(finding_schema: FindingSchema) -> None:
    found = {
        name: errors
        for name in names()
        for one in findings(name)
        if (errors := finding_schema.errors(one))
    }
    assert found == {}


def _with_another_class(spoilt: dict[str, Any]) -> None:
    spoilt["class_uid"] = 2004


def _without_a_cloud(spoilt: dict[str, Any]) -> None:
    spoilt["cloud"] = {}


def _with_null(spoilt: dict[str, Any]) -> None:
    spoilt["message"] = None


def _with_a_member_that_ocsf_lacks(spoilt: dict[str, Any]) -> None:
    spoilt["compliance"]["verdict"] = "Fail"


def _with_the_caption_of_another_number(spoilt: dict[str, Any]) -> None:
    spoilt["compliance"]["status"] = "Pass"


def _with_a_deprecated_member(spoilt: dict[str, Any]) -> None:
    spoilt["compliance"]["status_detail"] = "Expired"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_with_another_class, "2003 was expected"),
        (_without_a_cloud, "'provider' is a required property"),
        (_with_null, "None is not of type 'string'"),
        (_with_a_member_that_ocsf_lacks, "'verdict' was unexpected"),
        (_with_the_caption_of_another_number, "'Pass' is not 'Fail'"),
        (_with_a_deprecated_member, "status_detail is deprecated"),
    ],
)
def test_ocsf_refuses_a_finding(
    finding_schema: FindingSchema, spoil: Callable[[dict[str, Any]], None], told: str
) -> None:
    spoilt = copy.deepcopy(findings("full")[1])
    spoil(spoilt)
    assert any(told in error for error in finding_schema.errors(spoilt))


@pytest.mark.parametrize("column", ["status", "priority", "usageStatus", "id"])
def test_the_formats_agree_as_other_programs_read_them(column: str) -> None:
    for name in names():
        as_json = [one[column] for one in report(name)["certificates"]]
        as_csv = [one[column] for one in rows(name) if one["record"] == "certificate"]
        as_ocsf = [one["unmapped"]["certificate"][column] for one in findings(name)[1:]]
        assert as_json == as_csv == as_ocsf


def test_what_was_not_checked_is_in_every_format() -> None:
    for name in names():
        unchecked = report(name)["unchecked"]
        above = [one for one in rows(name) if one["record"] == "not-checked"]
        assert rows(name)[: len(above)] == above
        assert len(above) == len(unchecked)
        first = findings(name)[0]
        assert first["unmapped"]["report"]["unchecked"] == unchecked
        assert (first["compliance"]["status"] == "Unknown") is not report(name)["complete"]


def test_no_cell_can_be_taken_for_a_formula() -> None:
    cells = [
        (column, cell) for name in names() for one in rows(name) for column, cell in one.items()
    ]
    formula = re.compile(r"\s*[=+@-]|[\t\r\n]")
    assert {column for column, cell in cells if formula.match(cell)} <= {"days"}
    assert all(re.fullmatch(r"(-?[0-9]+)?", cell) for column, cell in cells if column == "days")
    assert any(cell.startswith("'=") for _, cell in cells)
