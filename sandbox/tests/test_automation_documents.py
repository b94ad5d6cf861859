from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
import yaml

from sandbox.services.ssm.execution_parameters import InvalidParametersError, typed
from sandbox.services.ssm.runbook_checks import parsed
from sandbox.services.ssm.runbooks import InvalidDocumentError
from sandbox.services.ssm.variables import resolved
from sandbox.wire.selectors import NOTHING, select

SCRIPT = {"Runtime": "python3.11", "Handler": "handler", "Script": "def handler(e, c): pass"}
RUNBOOK: dict[str, Any] = {
    "schemaVersion": "0.3",
    "assumeRole": "{{ Role }}",
    "parameters": {"Role": {"type": "String", "default": ""}},
    "mainSteps": [
        {
            "name": "look",
            "action": "aws:executeScript",
            "inputs": SCRIPT,
            "outputs": [{"Name": "size", "Selector": "$.Payload.size", "Type": "Integer"}],
        },
        {
            "name": "branch",
            "action": "aws:branch",
            "inputs": {
                "Choices": [
                    {"NextStep": "end", "Variable": "{{ look.size }}", "NumericGreater": 1}
                ],
                "Default": "end",
            },
        },
        {"name": "end", "action": "aws:sleep", "inputs": {"Duration": "PT0S"}},
    ],
    "outputs": ["look.size"],
}


def runbook(*path: Any, value: Any) -> str:
    """The runbook above with one thing changed."""
    changed = copy.deepcopy(RUNBOOK)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return str(yaml.safe_dump(changed))


def choice(**condition: Any) -> str:
    return runbook("mainSteps", 1, "inputs", "Choices", value=[{"NextStep": "end"} | condition])


def approval(**inputs: Any) -> str:
    step = {"name": "ask", "action": "aws:approve", "inputs": {"Approvers": ["a", "b"]} | inputs}
    return (
        runbook("mainSteps", 2, value=step)
        .replace("Default: end", "Default: ask")
        .replace("NextStep: end", "NextStep: ask")
    )


class TestARunbookIsRefused:
    @pytest.mark.parametrize(
        ("content", "why"),
        [
            ("a: [", "no YAML"),
            ("text", "not a map"),
            (runbook("schemaVersion", value="2.2"), "'0.3'"),
            (runbook("schemaVersion", value=0.3), "'0.3'"),
            (runbook("extra", value=1), "unknown keys: extra"),
            (runbook("mainSteps", value=[]), "mainSteps"),
            (runbook("mainSteps", 0, "action", value="aws:fly"), "aws:fly"),
            (runbook("mainSteps", 0, "retries", value=1), "unknown keys: retries"),
            (runbook("mainSteps", 0, "name", value="a-b"), "letters, digits"),
            (runbook("mainSteps", 0, "name", value="end"), "two steps end"),
            (runbook("mainSteps", 0, "nextStep", value="gone"), "goes to gone"),
            (runbook("mainSteps", 0, "onFailure", value="step:gone"), "goes to gone"),
            (runbook("mainSteps", 0, "onFailure", value="Retry"), "Abort, Continue or step:NAME"),
            (runbook("mainSteps", 0, "isEnd", value="yes"), "neither true nor false"),
            (runbook("mainSteps", 0, "maxAttempts", value=0), "positive number"),
            (runbook("mainSteps", 0, "timeoutSeconds", value=601), "600 at most"),
            (runbook("mainSteps", 0, "inputs", value={"Runtime": "python3.11"}), "lacks the input"),
            (runbook("mainSteps", 0, "inputs", value=SCRIPT | {"Code": ""}), "unknown keys: Code"),
            (runbook("mainSteps", 0, "inputs", "Runtime", value="python2.7"), "Runtime"),
            (runbook("mainSteps", 0, "inputs", "Script", value="{{ Role }}"), "InputPayload"),
            (runbook("mainSteps", 0, "inputs", "InputPayload", value={"a": "{{ No }}"}), "to No"),
            (runbook("mainSteps", 1, "inputs", "Default", value="gone"), "goes to gone"),
            (runbook("mainSteps", 0, "outputs", 0, "Selector", value="Payload"), "Selector"),
            (runbook("mainSteps", 0, "outputs", 0, "Type", value="Number"), "Type"),
            (runbook("outputs", value=["look.gone"]), "look.gone"),
            (runbook("assumeRole", value="{{ Gone }}"), "Gone"),
            (runbook("parameters", "Role", "type", value="Text"), "unknown type"),
            (runbook("parameters", "Role", "required", value=True), "unknown keys: required"),
            (runbook("parameters", "Role", "default", value=False), "no String"),
            (runbook("parameters", "Role", "allowedPattern", value="["), "allowedPattern"),
            (runbook("parameters", "Role", "allowedPattern", value="arn:.*"), "doesn't allow"),
            (runbook("parameters", "Role", "allowedValues", value=["a"]), "doesn't allow"),
            (choice(Variable="{{ look.gone }}", StringEquals="a"), "to look.gone"),
            (choice(Variable="{{ look.size }}", NumericLike=1), "NumericGreater"),
            (choice(Variable="{{ look.size }}"), "NumericGreater"),
            (choice(And=[]), "And, Or"),
            (choice(Not={"StringEquals": "a"}), "StringEquals"),
            (choice(Variable="{{ Role }}", BooleanEquals="true"), "true is of type String"),
            (choice(Variable="{{ look.size }}", NumericEquals="1"), "1 is of type String"),
            (approval(Approvers=[]), "1 to 10"),
            (approval(Approvers=["a"] * 11), "1 to 10"),
            (approval(MinRequiredApprovals=3), "requires 3 of 2"),
            (approval(Message="a" * 4097), "4096"),
        ],
    )  # fmt: skip
    def test_for_what_is_wrong_in_it(self, content: str, why: str) -> None:
        with pytest.raises(InvalidDocumentError, match=re.escape(why)):
            parsed(content, "YAML")

    def test_with_an_inline_script_in_json(self) -> None:
        with pytest.raises(InvalidDocumentError, match="not supported in JSON"):
            parsed(json.dumps(RUNBOOK), "JSON")

    def test_unless_nothing_is_wrong(self) -> None:
        assert len(parsed(yaml.safe_dump(RUNBOOK), "YAML").steps) == 3
        assert len(parsed(approval(MinRequiredApprovals=2), "YAML").steps) == 3

    def test_for_flags_and_numbers_that_are_texts(self) -> None:
        texts = {"isEnd": "true", "isCritical": "false", "timeoutSeconds": "600"}
        step = parsed(runbook("mainSteps", 0, value=RUNBOOK["mainSteps"][0] | texts), "YAML").steps[
            0
        ]
        assert (step.is_end, step.is_critical, step.timeout_seconds) == (True, False, 600)


class TestParameters:
    def values(self, declared: dict[str, Any], **given: list[str]) -> dict[str, Any]:
        content = runbook("parameters", value=RUNBOOK["parameters"] | declared)
        return typed(parsed(content, "YAML"), given)

    def test_take_the_type_that_is_declared(self) -> None:
        declared = {
            "Flag": {"type": "Boolean"},
            "Count": {"type": "Integer"},
            "Names": {"type": "StringList"},
            "Map": {"type": "StringMap"},
            "Maps": {"type": "MapList"},
            "Default": {"type": "Integer", "default": 7},
        }
        values = self.values(
            declared, Flag=["True"], Count=["3"], Names=["a", "b"], Map=['{"a": 1}'], Maps=["{}"]
        )
        assert values == {
            "Role": "",
            "Flag": True,
            "Count": 3,
            "Names": ["a", "b"],
            "Map": {"a": 1},
            "Maps": [{}],
            "Default": 7,
        }

    @pytest.mark.parametrize(
        ("declared", "given", "why"),
        [
            ({}, {"Other": ["a"]}, r"\[Other\] are not defined"),
            ({"Name": {"type": "String"}}, {}, "Missing required parameter: Name in user inputs"),
            ({"Name": {"type": "String"}}, {"Name": ["a", "b"]}, "takes one value"),
            ({"Flag": {"type": "Boolean"}}, {"Flag": ["yes"]}, "no Boolean"),
            ({"Count": {"type": "Integer"}}, {"Count": ["true"]}, "no Integer"),
            (
                {"Name": {"type": "String", "allowedPattern": "[a-z]+"}},
                {"Name": ["abc\n"]},
                "not matching",
            ),
            (
                {"Name": {"type": "String", "allowedValues": ["Install", "Uninstall"]}},
                {"Name": ["install"]},
                r'Parameter "Name" has value "install" not found in \[Install, Uninstall\]',
            ),
            ({"Names": {"type": "StringList", "maxItems": 1}}, {"Names": ["a", "b"]}, "2 items"),
            ({"Name": {"type": "String", "minChars": 2}}, {"Name": ["a"]}, "1 characters"),
        ],
    )
    def test_are_refused(self, declared: Any, given: dict[str, list[str]], why: str) -> None:
        with pytest.raises(InvalidParametersError, match=why):
            self.values(declared, **given)


class TestVariables:
    def test_keep_their_type_as_whole_values_and_become_text_within_a_text(self) -> None:
        values: dict[str, Any] = {"flag": True, "map": {"a": [1]}}
        value = {"whole": "{{ flag }}", "text": "is {{flag}}: {{ map }}", "list": ["{{ map }}"]}
        assert resolved(value, values.__getitem__) == {
            "whole": True,
            "text": 'is true: {"a": [1]}',
            "list": [{"a": [1]}],
        }

    def test_are_resolved_once(self) -> None:
        assert resolved("{{ a }}", {"a": "{{ b }}"}.__getitem__) == "{{ b }}"

    @pytest.mark.parametrize(
        ("selector", "found"),
        [
            ("$", {"a": [{"b": 1}, {"b": 2}, {}]}),
            ("$.a[1].b", 2),
            ("$.a[*].b", [1, 2]),
            ("$['a'][0]", {"b": 1}),
            ("$.a[9]", NOTHING),
            ("$.a.b", NOTHING),
        ],
    )
    def test_are_selected_from_a_payload(self, selector: str, found: Any) -> None:
        assert select(selector, {"a": [{"b": 1}, {"b": 2}, {}]}) == found
