import pytest

from .controls import README, paragraphs, requirements, table, unknown, written


def test_readme_has_the_table_that_the_data_makes() -> None:
    page = README.read_text()
    assert written(page) == page
    assert table().count("\n") > 8


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the markers"):
        written("# A page\n")


def test_each_requirement_is_in_the_table() -> None:
    for one in requirements():
        (row,) = (
            row
            for row in table().splitlines()
            if f"| {one['number']} |" in row and one["source"] in row and one["version"] in row
        )
        assert ("| us; " in row) == (one["mappedBy"] == "Certsweep")


def test_no_text_names_a_requirement_that_the_data_lacks() -> None:
    assert [(name, number) for name, text in paragraphs() for number in unknown(text)] == []


def test_texts_that_name_requirements_are_read() -> None:
    named = {name for name, text in paragraphs() if "IAM.26" in text}
    assert {"README.md", "docs/cost.md", "cloudformation/certsweep.yaml"} <= named


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CIS AWS Foundations 1.19 in v1.3 to v4.0, 1.18 in v5.0; Security Hub IAM.26", []),
        ("1.19 of the CIS AWS Foundations Benchmark v1.3 to v4.0", []),
        ("1.19 of the CIS AWS Foundations Benchmark v1.3 to v5.0", ["1.19 of the CIS AWS Fou"]),
        ("CIS AWS Foundations 1.19 in v1.2", ["v1.2", "1.19 in v1.2"]),
        ("CIS AWS Foundations 1.18 in v6.0", ["1.18 in v6.0"]),
        ("CIS AWS Foundations 1.20", ["1.20"]),
        ("Security Hub IAM.27", ["IAM.27"]),
        ("PCI DSS 4.0.1 (4.2.1, 4.2.1.1)", []),
        ("PCI DSS 3.2.1 (4.1)", ["3.2.1", "4.1"]),
        ("NIST 800-53 SC-12 and SC-13", ["SC-13"]),
        ("ISO 27001 A.8.24 and A.8.9", ["A.8.9"]),
        ("The SDK 2.40.2 of SC-13 is no standard.", []),
        ("Security Hub IAM.26 costs $7.30 a year", []),
    ],
)
def test_a_wrong_number_is_found(text: str, found: list[str]) -> None:
    assert [one[:23] for one in unknown(text)] == found
