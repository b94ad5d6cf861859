"""The functions' pauses are as long as they were made: what shortens them is for tests alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .template import RENDERED, ROOT, Template, loads, resources

# A function looks again for what was not found after a pause. Without it a listing that AWS has not
# brought up to date yet would be taken for the truth, and a certificate in use for unused.
SHORTENING = re.compile("pause_?factor", re.IGNORECASE)
DEPLOYED = ("cloudformation", "deployment", "remediation")


def deployed_files() -> list[Path]:
    """What reaches an account, or the machine that deploys."""
    found = [path for folder in DEPLOYED for path in (ROOT / folder).rglob("*") if path.is_file()]
    sources = [path for path in found if "__pycache__" not in path.parts]
    return [*sources, RENDERED, ROOT / "Makefile"]


def shortening(files: Mapping[str, str]) -> list[str]:
    """The names of the files in whose text something shortens the pauses."""
    return [name for name, text in files.items() if SHORTENING.search(text)]


def set_properties(template: Template) -> list[str]:
    """Properties that the template sets in the functions' JVMs, or reads from a file there."""
    return [
        option
        for function in resources(template, "AWS::Lambda::Function").values()
        for variable in function["Environment"]["Variables"].values()
        for option in (variable.split() if isinstance(variable, str) else [])
        if option.startswith(("-D", "@", "-XX:Flags", "-XX:VMOptionsFile"))
    ]


def test_nothing_that_is_deployed_shortens_a_pause() -> None:
    texts = {str(path.relative_to(ROOT)): path.read_text() for path in deployed_files()}
    for folder in DEPLOYED:
        assert any(name.startswith(f"{folder}/") for name in texts), folder
    assert shortening(texts) == []


def test_the_template_sets_no_property_of_the_jvm(template: Template) -> None:
    assert set_properties(template) == []


@pytest.mark.parametrize(
    "option",
    ["-Dcertsweep.pauseFactor=0.01", "-Dcertsweep.pausefactor=0", "-DPAUSE_FACTOR=0"],
)
def test_a_template_that_shortens_a_pause_is_noticed(text: str, option: str) -> None:
    old = "JAVA_TOOL_OPTIONS: "
    assert old in text
    broken = text.replace(old, f"{old}{option} ", 1)
    assert shortening({"good": text, "broken": broken}) == ["broken"]
    assert set_properties(loads(broken)) == [option]


def test_a_property_that_comes_from_a_file_is_noticed(template: dict[str, Any]) -> None:
    function = template["Resources"]["RemoveFunction"]["Properties"]
    changed = {**function, "Environment": {"Variables": {"JAVA_TOOL_OPTIONS": "-Xmn1m @options"}}}
    broken = {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": changed}}}
    assert set_properties(broken) == ["@options"]
