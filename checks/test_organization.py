"""The template for an organization beside the one that it deploys in each account."""

import json
import re
from typing import Any

import pytest

from .linters import PARTITIONS, cfn_lint, cloudformation_validate
from .template import ROOT, Template, loads, resources, texts
from .test_template import foreign

STACK_SET = "AWS::CloudFormation::StackSet"
# Which accounts get what; all other parameters are those of the stack in each account.
OWN = {
    "OrganizationalUnitIds",
    "CallAs",
    "FailureTolerancePercentage",
    "ConcurrencyMode",
    "RetainStacksOnAccountRemoval",
    "TemplateBucket",
    "TemplateKey",
}
# Where many accounts are best served otherwise than one: docs/organization.md says why.
DEFAULTS = {"Alarms": {"Default": "essential"}}


@pytest.fixture(scope="module")
def source() -> str:
    return (ROOT / "cloudformation/organization.yaml").read_text()


@pytest.fixture
def organization(source: str) -> Template:
    return loads(source)


@pytest.fixture
def stack_set(organization: Template) -> dict[str, Any]:
    (found,) = resources(organization, STACK_SET).values()
    return found


# --- Linters --------------------------------------------------------------------------------------


def test_cfn_lint_has_nothing_to_say(source: str) -> None:
    assert cfn_lint(source) == []


@pytest.mark.parametrize("region", PARTITIONS)
def test_the_second_validator_has_nothing_to_say(source: str, region: str) -> None:
    assert cloudformation_validate(source, region) == []


BROKEN = {
    "an unknown model": ("PermissionModel: SERVICE_MANAGED", "PermissionModel: SERVICE"),
    "a misspelt property": ("CallAs: !Ref CallAs", "CalledAs: !Ref CallAs"),
    "a reference to nothing": ("TemplateBucket}/", "TemplateBuket}/"),
    "an unknown capability": ("[CAPABILITY_IAM]", "[CAPABILITY_EVERYTHING]"),
    "a set without regions": ("          Regions: [!Ref AWS::Region]\n", ""),
}


@pytest.mark.parametrize("flaw", BROKEN)
def test_linters_refuse(source: str, flaw: str) -> None:
    old, new = BROKEN[flaw]
    assert old in source
    broken = source.replace(old, new, 1)
    # One region is enough to find a flaw. Without flaws, the template is linted for all.
    assert cfn_lint(broken, ["us-east-1"]) != []
    assert cloudformation_validate(broken, "us-east-1") != []


# --- The same parameters as for one account -------------------------------------------------------


def test_each_parameter_is_there(template: Template, organization: Template) -> None:
    assert organization["Parameters"].keys() == template["Parameters"].keys() | OWN


def test_each_is_as_in_the_template_that_is_deployed(
    template: Template, organization: Template
) -> None:
    for name in organization["Parameters"].keys() - OWN:
        expected = template["Parameters"][name] | DEFAULTS.get(name, {})
        assert organization["Parameters"][name] == expected, name


def test_each_is_passed_on(organization: Template, stack_set: dict[str, Any]) -> None:
    passed = {one["ParameterKey"]: one["ParameterValue"] for one in stack_set["Parameters"]}
    assert len(passed) == len(stack_set["Parameters"])
    assert passed == {name: {"Ref": name} for name in organization["Parameters"].keys() - OWN}


def test_combinations_are_refused_as_for_one_account(
    template: Template, organization: Template
) -> None:
    shared = organization["Parameters"].keys() - OWN
    rules = {
        name: rule
        for name, rule in template["Rules"].items()
        if {text for path, text in texts(rule) if path.endswith("/Ref")} <= shared
    }
    assert rules
    assert organization["Rules"] == rules


def test_every_own_parameter_is_described_and_constrained(organization: Template) -> None:
    for name in OWN:
        parameter = organization["Parameters"][name]
        assert parameter["Description"].endswith("."), name
        assert {"AllowedValues", "AllowedPattern", "MinValue"} & parameter.keys(), name
        if "AllowedPattern" in parameter:
            assert parameter["ConstraintDescription"].endswith("."), name


def test_every_parameter_is_in_exactly_one_group_of_the_interface(organization: Template) -> None:
    groups = organization["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(organization["Parameters"])


@pytest.mark.parametrize(
    ("unit", "is_allowed"),
    [
        ("ou-ab12-11111111", True),
        ("r-ab12", True),
        ("ou-ab12", False),
        ("123456789012", False),
        ("OU-ab12-11111111", False),
    ],
)
def test_units_are_units_or_the_root(organization: Template, unit: str, is_allowed: bool) -> None:
    pattern = organization["Parameters"]["OrganizationalUnitIds"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, unit)) == is_allowed


# --- The set --------------------------------------------------------------------------------------


def test_one_region_per_account(stack_set: dict[str, Any]) -> None:
    (group,) = stack_set["StackInstancesGroup"]
    assert group["Regions"] == [{"Ref": "AWS::Region"}]


def test_the_set_acknowledges_what_the_template_for_one_account_needs(
    template: Template, stack_set: dict[str, Any]
) -> None:
    named = [
        name
        for kind in ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy")
        for name, properties in resources(template, kind).items()
        if {"RoleName", "ManagedPolicyName"} & properties.keys()
    ]
    assert resources(template, "AWS::IAM::Role")
    assert named == []
    assert stack_set["Capabilities"] == ["CAPABILITY_IAM"]


def test_accounts_that_join_get_it_too(stack_set: dict[str, Any]) -> None:
    assert stack_set["PermissionModel"] == "SERVICE_MANAGED"
    assert stack_set["AutoDeployment"]["Enabled"] is True


def test_nothing_is_tied_to_a_partition_region_account_or_endpoint(organization: Template) -> None:
    (url,) = (one["TemplateURL"]["Fn::Sub"] for one in resources(organization, STACK_SET).values())
    assert url.startswith("https://s3.${AWS::Region}.${AWS::URLSuffix}/")
    found = foreign(organization["Resources"])
    assert found == [f"/StackSet/Properties/TemplateURL/Fn::Sub: {url}"]


# --- The document ---------------------------------------------------------------------------------

DOCUMENT = (ROOT / "docs/organization.md").read_text()
# A year of 10,000 accounts before there was anything to choose.
BEFORE = 274_000


def priced(document: str) -> dict[str, tuple[float, str, str]]:
    """What the arithmetic of each row comes to, and what the row says for one and 10,000."""
    rows = [line.strip("| ").split(" | ") for line in document.splitlines() if " x " in line]
    return {
        row[0]: (calculated(row[1]), row[2], row[3])
        for row in rows
        if len(row) >= 4 and re.fullmatch(r"[\d.,$x/ ]+", row[1])
    }


def calculated(arithmetic: str) -> float:
    value = 1.0
    for operator, number in re.findall(r"([x/]?) ?\$?([\d.,]+)", arithmetic):
        factor = float(number.replace(",", ""))
        value = value / factor if operator == "/" else value * factor
    return value


def test_costs_are_what_their_arithmetic_comes_to() -> None:
    rows = priced(DOCUMENT)
    assert len(rows) >= 15
    for name, (value, one, all_of_them) in rows.items():
        assert (one, all_of_them) == (f"${value:,.2f}", f"${10_000 * value:,.0f}"), name


def test_the_recommended_set_up_costs_an_eighth_at_most() -> None:
    recommended, _, _ = DOCUMENT.partition("| **together** |")
    total = sum(value for value, _, _ in priced(recommended).values())
    assert f"| **together** | | **${total:,.2f}** | **${10_000 * total:,.0f}** |" in DOCUMENT
    assert 10_000 * total <= BEFORE / 8


def test_a_wrong_cost_is_noticed() -> None:
    (row,) = priced("| a | 2 x 12 x $0.30 / 24 | $0.30 | $3,000 |").values()
    value, *printed = row
    assert value == pytest.approx(0.30)
    assert printed == ["$0.30", "$3,000"]


def test_policies_to_paste_are_policies() -> None:
    blocks = re.findall(r"^ *```json\n(.*?)^ *```$", DOCUMENT, re.M | re.S)
    assert len(blocks) == 5
    for block in blocks:
        read = json.loads(block)
        statements = read if isinstance(read, list) else read.get("Statement", [read])
        for one in statements:
            open_to_all = one["Principal"] == {"AWS": "*"}
            assert open_to_all == ("aws:PrincipalOrgID" in str(one.get("Condition")))
