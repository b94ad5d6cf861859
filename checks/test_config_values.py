from collections.abc import Callable
from typing import Any

import pytest

from .config_shapes import SHAPES, problems
from .functions import Resolver
from .template import JAVA, Template

Properties = dict[str, Any]


def resolved(template: Template, kind: str, **parameters: str) -> Properties:
    resources = Resolver(template, parameters).resources()
    (name,) = (name for name, one in template["Resources"].items() if one["Type"] == kind)
    return resources[name]


@pytest.mark.parametrize("kind", SHAPES)
def test_config_takes_the_defaults(template: Template, kind: str) -> None:
    assert problems(kind, resolved(template, kind)) == []


def test_config_takes_every_frequency(template: Template) -> None:
    allowed = template["Parameters"]["EveryHours"]["AllowedValues"]
    for hours in allowed:
        rule = resolved(template, "AWS::Config::ConfigRule", EveryHours=str(hours))
        assert problems("AWS::Config::ConfigRule", rule) == []
    assert set(map(str, allowed)) == set(template["Mappings"]["Frequencies"])


def test_the_seconds_of_a_frequency_are_its_hours(template: Template) -> None:
    for hours, frequency in template["Mappings"]["Frequencies"].items():
        assert frequency["Seconds"] == int(hours) * 3600


@pytest.mark.parametrize("extreme", ["MinValue", "MaxValue"])
def test_config_takes_the_extremes_of_automatic_remediation(
    template: Template, extreme: str
) -> None:
    parameters = {
        name: str(template["Parameters"][name][extreme])
        for name in ("MaximumAutomaticAttempts", "RetryAttemptSeconds")
    }
    kind = "AWS::Config::RemediationConfiguration"
    properties = resolved(template, kind, AutomaticRemediation="true", **parameters)
    assert properties.keys() >= parameters.keys()
    assert problems(kind, properties) == []


def test_config_takes_the_longest_name_and_most_days(template: Template) -> None:
    days = str(template["Parameters"]["DaysToExpiration"]["MaxValue"])
    rule = resolved(template, "AWS::Config::ConfigRule", RuleName="n" * 64, DaysToExpiration=days)
    assert problems("AWS::Config::ConfigRule", rule) == []


def test_attempts_are_given_only_when_remediation_is_automatic(template: Template) -> None:
    manual = resolved(template, "AWS::Config::RemediationConfiguration")
    assert manual["Automatic"] == "false"
    assert not manual.keys() & {"MaximumAutomaticAttempts", "RetryAttemptSeconds"}


def test_the_rule_waits_for_the_permission_that_config_checks(template: Template) -> None:
    assert template["Resources"]["ConfigRule"]["DependsOn"] == "ConfigMayInvokeEvaluate"


def test_the_rule_is_told_only_what_the_function_knows(template: Template) -> None:
    known = (JAVA / "io/github/certsweep/rule/RuleParameters.java").read_text()
    for name in resolved(template, "AWS::Config::ConfigRule")["InputParameters"]:
        assert f'"{name}"' in known


def test_remediation_is_for_the_type_that_the_rule_reports(template: Template) -> None:
    kind = resolved(template, "AWS::Config::RemediationConfiguration")["ResourceType"]
    assert f'"{kind}"' in (JAVA / "io/github/certsweep/rule/Resource.java").read_text()


def test_remediation_passes_parameters_that_the_runbook_has(template: Template) -> None:
    resources = Resolver(template).resources()
    declared = resources["DeleteExpiredServerCertificate"]["Content"]["parameters"]
    passed = resources["Remediation"]["Parameters"]
    assert passed.keys() <= declared.keys()
    assert {name for name, one in declared.items() if "default" not in one} <= passed.keys()


def _source(rule: Properties) -> Properties:
    details: Properties = rule["Source"]["SourceDetails"][0]
    return details


RULE = "AWS::Config::ConfigRule"
REMEDIATION = "AWS::Config::RemediationConfiguration"
BROKEN: dict[str, tuple[str, Callable[[Properties], Any], str]] = {
    "an unknown owner": (RULE, lambda p: p["Source"].update(Owner="LAMBDA"), "LAMBDA"),
    "an unknown message type": (
        RULE,
        lambda p: _source(p).update(MessageType="Scheduled"),
        "ScheduledNotification",
    ),
    "an unknown frequency": (
        RULE,
        lambda p: _source(p).update(MaximumExecutionFrequency="Daily"),
        "TwentyFour_Hours",
    ),
    "an unknown event source": (
        RULE,
        lambda p: _source(p).update(EventSource="aws.iam"),
        "aws.config",
    ),
    "no source": (RULE, lambda p: p.pop("Source"), "'Source' is a required"),
    "a misspelt property": (RULE, lambda p: p.update(RuleName="x"), "'RuleName' was unexpected"),
    "a name that is too long": (RULE, lambda p: p.update(ConfigRuleName="n" * 129), "128"),
    "parameters that are too long": (
        RULE,
        lambda p: p["InputParameters"].update(checkUsage="x" * 1024),
        "inputParameters",
    ),
    "an unknown kind of target": (REMEDIATION, lambda p: p.update(TargetType="SSM"), "SSM"),
    "an unknown dynamic value": (
        REMEDIATION,
        lambda p: p["Parameters"]["ServerCertificate"]["ResourceValue"].update(Value="NAME"),
        "RESOURCE_ID",
    ),
    "an empty static value": (
        REMEDIATION,
        lambda p: p["Parameters"]["AutomationAssumeRole"]["StaticValue"].update(Values=[""]),
        "greater than or equal to 1",
    ),
    "too many attempts": (
        REMEDIATION,
        lambda p: p.update(MaximumAutomaticAttempts="26"),
        "less than or equal to 25",
    ),
    "attempts that are no number": (
        REMEDIATION,
        lambda p: p.update(MaximumAutomaticAttempts="five"),
        "MaximumAutomaticAttempts",
    ),
    "automatic neither true nor false": (
        REMEDIATION,
        lambda p: p.update(Automatic="yes"),
        "Automatic",
    ),
    "no target": (REMEDIATION, lambda p: p.pop("TargetId"), "'TargetId' is a required"),
}


@pytest.mark.parametrize("flaw", BROKEN)
def test_config_refuses(template: Template, flaw: str) -> None:
    kind, break_it, hint = BROKEN[flaw]
    properties = resolved(template, kind)
    break_it(properties)
    found = problems(kind, properties)
    assert len(found) == 1
    assert hint in found[0]
