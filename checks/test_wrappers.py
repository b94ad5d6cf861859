"""The template that needs no packaging, and the pages that wrap it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from .functions import Resolver
from .linters import PARTITIONS, cfn_lint, cloudformation_validate
from .template import ROOT, Template, loads, resources
from .wrappers import (
    FROM_S3,
    RELEASE,
    SynthesisError,
    example,
    plain,
    stack_of,
    synthesized,
    with_values,
)

CODE = {"CodeBucket": "my-artifacts", "CodeKey": "certsweep-1.0.0/certsweep.zip"}
# What the CDK adds to every template.
BOOTSTRAP = {"Parameters": "BootstrapVersion", "Rules": "CheckBootstrapVersion"}


@pytest.fixture(scope="module")
def source() -> str:
    return FROM_S3.read_text()


@pytest.fixture
def from_s3(source: str) -> Template:
    return loads(source)


# --- The template ---------------------------------------------------------------------------------


def test_cfn_lint_has_nothing_to_say(source: str) -> None:
    # test_linters.py lints the rendered template for all regions, and this one is the same but for
    # where the code is: test_it_is_the_other_template_but_for_where_the_code_is.
    assert cfn_lint(source, PARTITIONS) == []


@pytest.mark.parametrize("region", PARTITIONS)
def test_the_second_validator_has_nothing_to_say(source: str, region: str) -> None:
    assert cloudformation_validate(source, region) == []


def test_it_is_the_other_template_but_for_where_the_code_is(
    template: Template, from_s3: Template
) -> None:
    functions = resources(from_s3, "AWS::Lambda::Function")
    assert len(functions) == 3
    for properties in functions.values():
        code = {"S3Bucket": {"Ref": "CodeBucket"}, "S3Key": {"Ref": "CodeKey"}}
        assert properties["Code"] == code
        properties["Code"] = "../certsweep.zip"
    for name in CODE:
        del from_s3["Parameters"][name]
    groups = from_s3["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert groups.pop(0)["Parameters"] == [*CODE]
    assert from_s3 == template


def test_its_code_comes_from_the_bucket_that_is_named(from_s3: Template) -> None:
    existing = Resolver(from_s3, CODE).resources()
    for name in resources(from_s3, "AWS::Lambda::Function"):
        code = {"S3Bucket": CODE["CodeBucket"], "S3Key": CODE["CodeKey"]}
        assert existing[name]["Code"] == code


@pytest.mark.parametrize(
    ("name", "allowed", "refused"),
    [
        ("CodeBucket", ["my-artifacts", "a.b-1"], ["", "My-Artifacts", "s3://my-artifacts"]),
        ("CodeKey", ["certsweep.zip", "a/b_c-1.0.0/certsweep.zip"], ["", "a b.zip"]),
    ],
)
def test_parameters_of_the_code_have_no_default_and_are_constrained(
    from_s3: Template, name: str, allowed: list[str], refused: list[str]
) -> None:
    parameter = from_s3["Parameters"][name]
    assert "Default" not in parameter
    assert parameter["ConstraintDescription"].endswith(".")
    assert parameter["Description"].endswith(".")
    assert all(re.fullmatch(parameter["AllowedPattern"], one) for one in allowed)
    assert not any(re.fullmatch(parameter["AllowedPattern"], one) for one in refused)


# --- Terraform ------------------------------------------------------------------------------------


def test_terraform_declares_a_stack_that_the_template_makes(from_s3: Template) -> None:
    stack = stack_of(example("terraform.md", "hcl"))
    parameters = {name: str(value) for name, value in stack["parameters"].items()}
    assert Resolver(from_s3, parameters).refusal() == ""
    assert parameters.items() >= CODE.items()
    assert stack["capabilities"] == ["CAPABILITY_IAM"]
    # The host without a region is of no use in other partitions and in newer regions.
    host = f"{CODE['CodeBucket']}.s3.REGION.amazonaws.com"
    assert stack["template_url"] == f"https://{host}/{RELEASE}/cloudformation/{FROM_S3.name}"


def test_its_release_is_the_version_that_is_built() -> None:
    (version,) = re.findall(r"^  <version>(.*)</version>$", (ROOT / "pom.xml").read_text(), re.M)
    assert f"certsweep-{version}" == RELEASE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("template_url", "template_uri"),
        ("aws_cloudformation_stack", "aws_cloudformation_stacks"),
        ("parameters = {", "parameters = "),
    ],
)
def test_what_the_provider_would_refuse_is_refused(old: str, new: str) -> None:
    source = example("terraform.md", "hcl")
    assert old in source
    with pytest.raises(ValueError, match=r"This is not one stack|has no"):
        stack_of(source.replace(old, new))


# --- CDK ------------------------------------------------------------------------------------------


def test_the_cdk_makes_the_same_template_of_it(from_s3: Template, tmp_path: Path) -> None:
    made = synthesized(example("cdk.md", "ts"), tmp_path)
    for section, name in BOOTSTRAP.items():
        del made[section][name]
    code: dict[str, Any] = made["Resources"]["EvaluateFunction"]["Properties"]["Code"]
    values = {"CodeBucket": code["S3Bucket"], "CodeKey": code["S3Key"], "DaysToExpiration": 30}
    assert plain(made) == plain(with_values(from_s3, values))
    # The CDK names assets by their content.
    (asset,) = (tmp_path / "cdk.out").glob("asset.*.zip")
    assert asset.name == f"asset.{code['S3Key']}"
    assert digest(asset) == digest(ROOT / "target/certsweep.zip")


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_cdk_refuses_a_parameter_that_the_template_lacks(tmp_path: Path) -> None:
    app = example("cdk.md", "ts").replace("DaysToExpiration", "DaysToExpire")
    with pytest.raises(SynthesisError, match="DaysToExpire"):
        synthesized(app, tmp_path)
