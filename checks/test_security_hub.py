"""The template for the Security Hub administrator account."""

from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from cfnlint.helpers import REGIONS

from .functions import Resolver
from .linters import PARTITIONS, cfn_lint, cloudformation_validate
from .template import ROOT, Template, loads

MEMBER = "210987654321"


@pytest.fixture(scope="module")
def source() -> str:
    return (ROOT / "cloudformation/security-hub.yaml").read_text()


@pytest.fixture
def administrators(source: str) -> Template:
    return loads(source)


def rules(template: Template, **parameters: str) -> dict[str, dict[str, Any]]:
    """The automation rules that a stack with these parameters has."""
    return Resolver(template, parameters).resources()


def fields(rule: dict[str, Any]) -> dict[str, Any]:
    """What a rule changes in a finding."""
    (action,) = rule["Actions"]
    return dict(action["FindingFieldsUpdate"])


def matches(rule: dict[str, Any], finding: dict[str, str]) -> bool:
    """Whether Security Hub applies a rule to a finding, by the comparisons that are used here."""
    assert {one["Comparison"] for all_of in rule["Criteria"].values() for one in all_of} == {
        "EQUALS"
    }
    return all(
        any(one["Value"] == finding[name] for one in any_of)
        for name, any_of in rule["Criteria"].items()
    )


# As Security Hub makes it of a result of AWS Config.
CONFIGS = {
    "ProductName": "Config",
    "Title": "iam-server-certificate-expiration",
    "RecordState": "ACTIVE",
    "WorkflowStatus": "NEW",
    "ComplianceStatus": "FAILED",
    "SeverityLabel": "MEDIUM",
    "AwsAccountId": MEMBER,
}


def test_cfn_lint_has_nothing_to_say_in_any_region(source: str) -> None:
    assert cfn_lint(source, REGIONS) == []


@pytest.mark.parametrize("region", PARTITIONS)
def test_the_second_validator_has_nothing_to_say(source: str, region: str) -> None:
    assert cloudformation_validate(source, region) == []


BROKEN = {
    "an unknown criterion": ("ProductName: [", "ProductNames: ["),
    "an unknown status": ("Status: SUPPRESSED", "Status: HIDDEN"),
    "an unknown comparison": ("{Comparison: EQUALS, Value: Config}", "{Comparison: IS, Value: C}"),
    "a misspelt property": ("RuleStatus: ENABLED", "RuleState: ENABLED"),
}


@pytest.mark.parametrize("flaw", BROKEN)
def test_linters_refuse(source: str, flaw: str) -> None:
    old, new = BROKEN[flaw]
    assert old in source
    broken = source.replace(old, new, 1)
    assert cfn_lint(broken, ["us-east-1"]) != []


@pytest.mark.parametrize("own", ["true", "false"])
def test_security_hubs_own_model_has_nothing_to_say(administrators: Template, own: str) -> None:
    model = botocore.session.get_session().get_service_model("securityhub")
    shape = model.operation_model("CreateAutomationRule").input_shape
    (rule,) = rules(administrators, OwnFindings=own, OnlyAccount=MEMBER).values()
    # CloudFormation makes a number of it.
    report = ParamValidator().validate(rule | {"RuleOrder": int(rule["RuleOrder"])}, shape)
    assert not report.has_errors(), report.generate_report()


def test_where_findings_are_our_own_those_of_config_are_suppressed(
    administrators: Template,
) -> None:
    (rule,) = rules(administrators).values()
    assert matches(rule, CONFIGS)
    assert fields(rule)["Workflow"] == {"Status": "SUPPRESSED"}
    assert "Severity" not in fields(rule)
    # Certsweep's own findings, and those of another Config rule.
    assert not matches(rule, CONFIGS | {"ProductName": "Certsweep"})
    assert not matches(rule, CONFIGS | {"Title": "another-rule"})


def test_where_they_are_not_those_of_config_get_a_severity_and_a_note(
    administrators: Template,
) -> None:
    parameters = {"OwnFindings": "false", "SeverityWithoutOwnFindings": "CRITICAL"}
    (rule,) = rules(administrators, **parameters).values()
    assert matches(rule, CONFIGS)
    assert fields(rule)["Severity"] == {"Label": "CRITICAL"}
    assert "iam-server-certificate-expiration" in fields(rule)["Note"]["Text"]
    assert len(fields(rule)["Note"]["Text"]) <= 512
    assert "Workflow" not in fields(rule)
    assert not matches(rule, CONFIGS | {"ComplianceStatus": "PASSED"})


@pytest.mark.parametrize("own", ["true", "false"])
@pytest.mark.parametrize("status", ["NOTIFIED", "RESOLVED", "SUPPRESSED"])
def test_what_a_person_has_decided_stays(administrators: Template, own: str, status: str) -> None:
    (rule,) = rules(administrators, OwnFindings=own).values()
    assert not matches(rule, CONFIGS | {"WorkflowStatus": status})


@pytest.mark.parametrize("own", ["true", "false"])
def test_a_second_stack_excepts_an_account(administrators: Template, own: str) -> None:
    (all_accounts,) = rules(administrators).values()
    assert "AwsAccountId" not in all_accounts["Criteria"]
    (one,) = rules(administrators, OwnFindings=own, OnlyAccount=MEMBER, RuleOrder="50").values()
    assert matches(one, CONFIGS)
    assert not matches(one, CONFIGS | {"AwsAccountId": "123456789012"})
    assert int(one["RuleOrder"]) < int(all_accounts["RuleOrder"])
    assert (one["IsTerminal"], all_accounts["IsTerminal"]) == (True, False)


def test_every_parameter_is_described_and_grouped(administrators: Template) -> None:
    groups = administrators["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(administrators["Parameters"])
    for name, parameter in administrators["Parameters"].items():
        assert parameter["Description"].endswith("."), name
