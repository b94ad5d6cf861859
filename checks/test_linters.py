import pytest

from deployment.registry import SCARCE

from .linters import (
    ALL_OTHERS,
    PARTITIONS,
    REMEDIATION,
    WITHOUT_REMEDIATION,
    cfn_lint,
    cloudformation_validate,
)


def test_cfn_lint_has_nothing_to_say_in_any_region_that_has_the_remediation(text: str) -> None:
    assert len(ALL_OTHERS) > 40
    assert {*ALL_OTHERS} >= PARTITIONS.keys()
    assert cfn_lint(text) == []


def test_the_regions_that_are_excepted_lack_the_remediation_and_nothing_else(text: str) -> None:
    findings = cfn_lint(text, WITHOUT_REMEDIATION)
    assert {finding.partition(" ")[0] for finding in findings} == {"E3006"}
    assert sorted(finding.partition(": ")[2] for finding in findings) == sorted(
        f"Resource type '{REMEDIATION}' does not exist in '{region}'"
        for region in WITHOUT_REMEDIATION
    )


def test_preflight_asks_for_the_type_that_is_excepted() -> None:
    assert SCARCE == REMEDIATION


@pytest.mark.parametrize("region", PARTITIONS)
def test_the_second_validator_has_nothing_to_say_in_any_partition(text: str, region: str) -> None:
    assert cloudformation_validate(text, region) == []


# What is right, what is wrong in its place, and what cfn-lint says of that.
BROKEN = {
    "a runtime that Lambda retired": (
        "Runtime: java25",
        "Runtime: java8",
        "Runtime 'java8' was deprecated",
    ),
    "a misspelt property": (
        "MemorySize: !Ref MemorySize",
        "Memory: !Ref MemorySize",
        "'Memory' was unexpected",
    ),
    "a reference to nothing": (
        "Role: !GetAtt EvaluateRole.Arn",
        "Role: !GetAtt Nobody.Arn",
        "'Nobody' is not one of",
    ),
    "an unknown type": (
        "Type: AWS::SSM::Document",
        "Type: AWS::SSM::Dokument",
        "'AWS::SSM::Dokument' does not exist",
    ),
    "an unknown retention": (
        "RetentionInDays: !Ref LogRetentionInDays",
        "RetentionInDays: 42",
        "42 is not one of",
    ),
    "an unknown comparison": (
        "GreaterThanThreshold",
        "MoreThanThreshold",
        "'MoreThanThreshold' is not one of",
    ),
}


@pytest.fixture(scope="module")
def findings(text: str) -> str:
    """What cfn-lint says of all flaws at once: a run takes seconds, whatever it finds."""
    for old, new, _ in BROKEN.values():
        assert old in text
        text = text.replace(old, new, 1)
    # In one region of each partition: all 45 take three times as long, and find no less.
    return "\n".join(cfn_lint(text, PARTITIONS))


@pytest.mark.parametrize("flaw", BROKEN)
def test_cfn_lint_refuses(findings: str, flaw: str) -> None:
    assert BROKEN[flaw][2] in findings


@pytest.mark.parametrize("flaw", BROKEN)
def test_the_second_validator_refuses(text: str, flaw: str) -> None:
    old, new, _ = BROKEN[flaw]
    assert cloudformation_validate(text.replace(old, new, 1), "us-east-1") != []
