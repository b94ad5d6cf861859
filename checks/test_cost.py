import re
from decimal import ROUND_HALF_UP, Decimal

import pytest

from .template import ROOT, Template, resources

DOCUMENT = (ROOT / "docs/cost.md").read_text()
FORMULA = re.compile(r"(?:^|: )([0-9.x/()+ -]*[x/+-][0-9.x/()+ -]*) = \$([0-9]+\.[0-9]{2})", re.M)
ROW = re.compile(r"^\| ([0-9,]+) \| (daily|hourly) \| ([17]) \| (.*) \|$", re.M)


def dollars(text: str) -> Decimal:
    return Decimal(text.strip("$* ").replace(",", ""))


def test_every_formula_gives_its_figure() -> None:
    formulas = FORMULA.findall(DOCUMENT)
    assert len(formulas) == DOCUMENT.count(" = $")
    for formula, figure in formulas:
        # Digits and operators alone, see above.
        value = eval(re.sub(r"[0-9.]+", r"Decimal('\g<0>')", formula.replace("x", "*")))  # noqa: S307
        assert value.quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal(figure), formula


def test_every_total_is_the_sum_of_its_parts() -> None:
    rows = ROW.findall(DOCUMENT)
    assert len(rows) == 6
    for *name, cells in rows:
        *parts, total, _ = map(dollars, cells.split("|"))
        assert sum(parts) == total, name


@pytest.mark.parametrize(
    ("name", "most"),
    [
        (("20", "daily", "1"), "14"),
        (("20", "hourly", "1"), "26"),
        # AWS's managed rule, without alarms.
        (("20", "daily", "7"), "7.29"),
    ],
)
def test_a_default_stack_costs_at_most(name: tuple[str, str, str], most: str) -> None:
    (cells,) = (cells for *row, cells in ROW.findall(DOCUMENT) if tuple(row) == name)
    assert dollars(cells.split("|")[-2]) <= Decimal(most)


def test_all_alarms_are_counted(template: Template) -> None:
    alarms = resources(template, "AWS::CloudWatch::Alarm")
    assert f"four: {len(alarms)} x 12" in DOCUMENT
    own = [name for name, alarm in alarms.items() if alarm.get("Namespace") != "AWS/Lambda"]
    assert f"`all`, hourly: {len(own)} x 12" in DOCUMENT
