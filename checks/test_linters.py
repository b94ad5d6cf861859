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


@pytest.mark.parametrize("region", WITHOUT_REMEDIATION)
def test_a_region_that_is_excepted_lacks_the_remediation_and_nothing_else(
    text: str, region: str
) -> None:
    (finding,) = cfn_lint(text, [region])
    assert finding.startswith("E3006 ")
    assert finding.endswith(f": Resource type '{REMEDIATION}' does not exist in '{region}'")


def test_preflight_asks_for_the_type_that_is_excepted() -> None:
    assert SCARCE == REMEDIATION


@pytest.mark.parametrize("region", PARTITIONS)
def test_the_second_validator_has_nothing_to_say_in_any_partition(text: str, region: str) -> None:
    assert cloudformation_validate(text, region) == []


BROKEN = {
    "a runtime that Lambda retired": ("Runtime: java25", "Runtime: java8"),
    "a misspelt property": ("MemorySize: !Ref MemorySize", "Memory: !Ref MemorySize"),
    "a reference to nothing": ("Role: !GetAtt EvaluateRole.Arn", "Role: !GetAtt Nobody.Arn"),
    "an unknown type": ("Type: AWS::SSM::Document", "Type: AWS::SSM::Dokument"),
    "an unknown retention": ("RetentionInDays: !Ref LogRetentionInDays", "RetentionInDays: 42"),
    "an unknown comparison": ("GreaterThanThreshold", "MoreThanThreshold"),
}


@pytest.mark.parametrize("flaw", BROKEN)
def test_cfn_lint_refuses(text: str, flaw: str) -> None:
    old, new = BROKEN[flaw]
    assert old in text
    # In one region of each partition: all 45 take three times as long, and find no less.
    assert cfn_lint(text.replace(old, new, 1), PARTITIONS) != []


@pytest.mark.parametrize("flaw", BROKEN)
def test_the_second_validator_refuses(text: str, flaw: str) -> None:
    old, new = BROKEN[flaw]
    assert cloudformation_validate(text.replace(old, new, 1), "us-east-1") != []
