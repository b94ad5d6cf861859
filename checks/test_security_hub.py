"""The template for the Security Hub administrator account."""

import re
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
    for name, (criterion,) in rule["Criteria"].items():
        assert criterion["Comparison"] in ("EQUALS", "NOT_EQUALS")
        is_equal = criterion["Value"] == finding[name]
        if is_equal != (criterion["Comparison"] == "EQUALS"):
            return False
    return True


def applied(finding: dict[str, str], *stacks: dict[str, dict[str, Any]]) -> dict[str, str]:
    """What Security Hub makes of a finding by the rules of all stacks, none of them terminal."""
    shown = finding
    for stack in stacks:
        (rule,) = stack.values()
        assert not rule.get("IsTerminal")
        if matches(rule, shown):
            changes = fields(rule)
            shown = shown | {
                "WorkflowStatus": changes.get("Workflow", {}).get(
                    "Status", shown["WorkflowStatus"]
                ),
                "SeverityLabel": changes.get("Severity", {}).get("Label", shown["SeverityLabel"]),
            }
    return shown


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


@pytest.mark.parametrize("account", ["OnlyAccount", "ExceptAccount"])
@pytest.mark.parametrize("own", ["true", "false"])
def test_security_hubs_own_model_has_nothing_to_say(
    administrators: Template, own: str, account: str
) -> None:
    model = botocore.session.get_session().get_service_model("securityhub")
    shape = model.operation_model("CreateAutomationRule").input_shape
    (rule,) = rules(administrators, **{"OwnFindings": own, account: MEMBER}).values()
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


def test_the_command_that_shows_them_again_finds_what_the_rule_suppressed(
    administrators: Template,
) -> None:
    (rule,) = rules(administrators).values()
    page = (ROOT / "docs/security-hub.md").read_text()
    (line,) = (one for one in page.splitlines() if "'ProductName=" in one)
    filters = dict(re.findall(r"(\w+)=\[\{Value=(\w+),Comparison=EQUALS\}\]", line))
    assert filters == {
        "ProductName": rule["Criteria"]["ProductName"][0]["Value"],
        "Title": "RULE",
        "WorkflowStatus": fields(rule)["Workflow"]["Status"],
        "NoteUpdatedBy": fields(rule)["Note"]["UpdatedBy"],
    }


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


def test_where_nothing_failed_nothing_is_suppressed(administrators: Template) -> None:
    (rule,) = rules(administrators).values()
    assert not matches(rule, CONFIGS | {"ComplianceStatus": "PASSED"})


def test_all_accounts_are_meant_unless_one_is_named(administrators: Template) -> None:
    for own in ("true", "false"):
        (rule,) = rules(administrators, OwnFindings=own).values()
        assert "AwsAccountId" not in rule["Criteria"]


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("passed_before", [True, False])
def test_account_that_differs_has_a_stack_of_its_own(
    administrators: Template, is_first: bool, passed_before: bool
) -> None:
    others = rules(administrators, ExceptAccount=MEMBER)
    own = rules(administrators, OwnFindings="false", OnlyAccount=MEMBER)
    stacks = (own, others) if is_first else (others, own)
    finding = CONFIGS
    if passed_before:
        passed = CONFIGS | {"ComplianceStatus": "PASSED"}
        assert applied(passed, *stacks) == passed
        finding = applied(passed, *stacks) | {"ComplianceStatus": "FAILED"}
    failed = applied(finding, *stacks)
    assert (failed["WorkflowStatus"], failed["SeverityLabel"]) == ("NEW", "HIGH")
    # AWS Config updates it.
    assert applied(failed, *stacks) == failed
    other = applied(CONFIGS | {"AwsAccountId": "123456789012"}, *stacks)
    assert (other["WorkflowStatus"], other["SeverityLabel"]) == ("SUPPRESSED", "MEDIUM")


def test_one_stack_does_not_both_name_and_except_an_account(administrators: Template) -> None:
    both = {"OnlyAccount": MEMBER, "ExceptAccount": MEMBER}
    assert "can't be combined" in Resolver(administrators, both).refusal()
    for name in both:
        assert Resolver(administrators, {name: MEMBER}).refusal() == ""


def test_account_may_be_the_one_with_findings_of_its_own(administrators: Template) -> None:
    others = rules(administrators, OwnFindings="false", ExceptAccount=MEMBER)
    own = rules(administrators, OnlyAccount=MEMBER)
    for stacks in ((own, others), (others, own)):
        shown = applied(CONFIGS, *stacks)
        assert (shown["WorkflowStatus"], shown["SeverityLabel"]) == ("SUPPRESSED", "MEDIUM")
        other = applied(CONFIGS | {"AwsAccountId": "123456789012"}, *stacks)
        assert (other["WorkflowStatus"], other["SeverityLabel"]) == ("NEW", "HIGH")


def test_every_parameter_is_described_and_grouped(administrators: Template) -> None:
    groups = administrators["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(administrators["Parameters"])
    for name, parameter in administrators["Parameters"].items():
        assert parameter["Description"].endswith("."), name
