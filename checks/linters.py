"""cfn-lint and AWS's own cloudformation-validate, and what of their findings is ignored."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache

from cfnlint.api import ManualArgs, lint
from cfnlint.helpers import REGIONS
from cloudformation_validate import (
    CompositeEngine,
    PseudoParameterOverrides,
    Severity,
    TemplateContent,
    ValidateConfig,
)

# To judge conditions, cfn-lint looks thousands of times for a solver that is not installed.
sys.modules.setdefault("pycosat", None)  # type: ignore[arg-type]  # None: "not there"

# One region of each partition that the rule is for.
PARTITIONS = {"us-east-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov"}

# Where CloudFormation lacks the remediation, and so refuses the template. Preflight says so.
REMEDIATION = "AWS::Config::RemediationConfiguration"
WITHOUT_REMEDIATION = ("ap-east-2", "ap-southeast-6", "ap-southeast-7", "mx-central-1")
ALL_OTHERS = tuple(region for region in REGIONS if region not in WITHOUT_REMEDIATION)

# The functions' code is a local zip until `aws cloudformation package` uploads it.
_LOCAL_CODE = "W3002"
# The parameters PermissionsBoundaryArn and AlarmTopicArn are empty by default, which is no ARN.
# They are used behind Fn::If alone; test_template.py resolves all combinations.
_EMPTY_DEFAULT = "W1030"
# The engine overlooks that the output's Fn::If asks for the very condition of the topic.
_GUARDED_OUTPUT = ("W1001", "TopicArn")


def cfn_lint(source: str, regions: Iterable[str] = ALL_OTHERS) -> list[str]:
    """What cfn-lint says in these regions."""
    # Beside a config, it ignores its own argument `regions`.
    config = ManualArgs(ignore_checks=[_LOCAL_CODE], regions=list(regions))
    matches = lint(source, config=config)
    return [f"{match.rule.id} line {match.linenumber}: {match.message}" for match in matches]


def cloudformation_validate(source: str, region: str) -> list[str]:
    """What cloudformation-validate says, where warnings count as errors."""
    pseudo = PseudoParameterOverrides(region=region, partition=PARTITIONS[region])
    config = ValidateConfig(
        strict=True, severity_level=Severity.WARN, pseudo_parameter_overrides=pseudo
    )
    report = _engine().validate_template(TemplateContent(source), config)
    return [
        f"{one.rule_id} line {one.start_line}: {one.message}"
        for one in report.diagnostics
        if one.rule_id not in (_LOCAL_CODE, _EMPTY_DEFAULT)
        and (one.rule_id, one.entity and one.entity.logical_id) != _GUARDED_OUTPUT
    ]


@cache
def _engine() -> CompositeEngine:
    # Compiling the rules takes a second.
    return CompositeEngine()
