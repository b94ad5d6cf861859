from __future__ import annotations

import os
from pathlib import Path

import pytest

from .commands import CUSTOM, PAGES, commands, refusal, targets
from .template import ROOT, Template, resources

FIRST = ROOT / "docs/first-deployment.md"


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the developer has set up for the AWS CLI is no matter here."""
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)


def of(page: Path, program: str) -> list[list[str]]:
    return [one for one in commands(page.read_text()) if one[0] == program]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_is_one_that_the_aws_cli_or_make_takes(page: Path) -> None:
    assert {" ".join(one): told for one in of(page, "aws") if (told := refusal(one))} == {}
    assert [one for one in of(page, "make") if one[1] not in targets()] == []


def test_many_commands_are_read() -> None:
    assert len(of(FIRST, "aws")) >= 18
    assert {one[1] for one in of(FIRST, "make")} == {"preflight", "deploy", "status", "undeploy"}
    assert any(tuple(one[1:3]) in CUSTOM for one in of(ROOT / "README.md", "aws"))


def test_the_first_deployment_asks_for_resources_of_the_template(template: Template) -> None:
    option = "--logical-resource-id"
    named = [one[one.index(option) + 1] for one in of(FIRST, "aws") if option in one]
    assert named
    assert set(named) <= resources(template, "AWS::CloudWatch::Alarm").keys()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("aws configservice describe-remediation-exception", "Invalid choice"),
        ("aws iam delete-role", "--role-name"),
        ("aws iam delete-role --role-name x --force", "--force"),
        ("aws sts get-caller-identity --account 1", "--account"),
        (
            "aws configservice start-remediation-execution --config-rule-name x "
            "--resource-keys ResourceType=x,ResourceId=y",
            "must be one of: resourceType, resourceId",
        ),
    ],
)
def test_a_command_that_the_aws_cli_does_not_take_is_refused(command: str, told: str) -> None:
    assert told in refusal(command.split())


@pytest.mark.parametrize(
    "option", ['--cli-input-json {"RoleName":"x"}', "--generate-cli-skeleton", "--role-name x"]
)
def test_a_command_that_is_taken_leaves_the_next_one_to_be_refused(option: str) -> None:
    assert refusal(f"aws iam delete-role {option}".split()) == ""
    assert refusal(["aws", "iam", "delete-role"]) != ""


def test_commands_are_found_wherever_a_shell_has_them() -> None:
    page = """
Not `aws this`, nor
```json
aws that
```
  ```sh
  A=$(aws one --x "y (z)") && aws two \\
    --more
  for n in 1; do aws three; done   # aws comment
  aws four | jq . > file
  python - <<'END'
  aws five
  END
  ```
"""
    found = [one for one in commands(page) if one[0] == "aws"]
    assert found == [
        ["aws", "one", "--x", "y (z)"],
        ["aws", "two", "--more"],
        ["aws", "three"],
        ["aws", "four"],
    ]
