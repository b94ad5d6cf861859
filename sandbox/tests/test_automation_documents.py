from __future__ import annotations

import copy
from typing import Any

import pytest

from sandbox.services.ssm.runbook_checks import problems
from sandbox.services.ssm.runbooks import InvalidParametersError, Runbook
from sandbox.services.ssm.variables import resolved
from sandbox.wire.selectors import NOTHING, select

SCRIPT = {"Runtime": "python3.11", "Handler": "handler", "Script": "def handler(e, c): pass"}
IS_IRELAND = {"Variable": "{{ global:REGION }}", "StringEquals": "eu-west-1"}
APPROVER = "arn:aws:iam::123456789012:user/alice"
RUNBOOK: dict[str, Any] = {
    "schemaVersion": "0.3",
    "assumeRole": "{{ Role }}",
    "parameters": {"Role": {"type": "String", "default": ""}},
    "mainSteps": [
        {
            "name": "look",
            "action": "aws:executeScript",
            "inputs": SCRIPT,
            "outputs": [{"Name": "size", "Selector": "$.Payload.size", "Type": "String"}],
        },
        {
            "name": "branch",
            "action": "aws:branch",
            "inputs": {
                "Choices": [{"NextStep": "ask", "And": [IS_IRELAND, IS_IRELAND]}],
                "Default": "ask",
            },
        },
        {"name": "ask", "action": "aws:approve", "inputs": {"Approvers": [APPROVER]}},
    ],
    "outputs": ["look.size"],
}


def runbook(*path: Any, value: Any) -> dict[str, Any]:
    """The runbook above with one thing changed."""
    changed = copy.deepcopy(RUNBOOK)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


class TestARunbookIsRefused:
    @pytest.mark.parametrize(
        ("document", "why"),
        [
            ("text", "not of type 'object'"),
            (runbook("schemaVersion", value=0.3), "'0.3'"),
            (runbook("extra", value=1), "'extra' was unexpected"),
            (runbook("mainSteps", value=[]), "mainSteps"),
            (runbook("mainSteps", 0, "action", value="aws:sleep"), "aws:sleep"),
            (runbook("mainSteps", 0, "nextStep", value="ask"), "'nextStep' was unexpected"),
            (runbook("mainSteps", 0, "name", value="a-b"), "does not match"),
            (runbook("mainSteps", 0, "name", value="ask"), "two steps ask"),
            (runbook("mainSteps", 0, "onFailure", value="step:ask"), "onFailure"),
            (runbook("mainSteps", 0, "isEnd", value="yes"), "isEnd"),
            (runbook("mainSteps", 0, "timeoutSeconds", value=601), "maximum of 600"),
            (runbook("mainSteps", 0, "timeoutSeconds", value="601"), "does not match"),
            (runbook("mainSteps", 0, "timeoutSeconds", value="0"), "timeoutSeconds"),
            (runbook("mainSteps", 0, "inputs", value={"Handler": "a"}), "'Script' is a required"),
            (runbook("mainSteps", 0, "inputs", value=SCRIPT | {"Code": ""}), "'Code' was"),
            (runbook("mainSteps", 0, "inputs", "Script", value="{{ Role }}"), "not be valid"),
            (runbook("mainSteps", 0, "inputs", "InputPayload", value={"a": "{{ No }}"}), "No }}"),
            (runbook("mainSteps", 1, "inputs", "Default", value="gone"), "goes to gone"),
            (runbook("mainSteps", 2, "inputs", "MinRequiredApprovals", value=2), "'MinRequired"),
            (runbook("mainSteps", 2, "inputs", "Approvers", value=["alice"]), "'alice' does not"),
            (runbook("parameters", "Role", "type", value="StringList"), "'String' was expected"),
            (runbook("parameters", "Role", "allowedPattern", value="["), "is not a 'regex'"),
            (runbook("parameters", "Role", "allowedPattern", value="arn:.*"), "not matching arn"),
            (runbook("parameters", "Role", "allowedValues", value=["a"]), "not found in [a]"),
        ],
    )  # fmt: skip
    def test_for_what_is_wrong_in_it(self, document: Any, why: str) -> None:
        assert any(why in problem for problem in problems(document)), problems(document)

    def test_unless_nothing_is_wrong(self) -> None:
        assert problems(RUNBOOK) == []

    def test_but_flags_and_numbers_may_be_texts(self) -> None:
        texts = {"isEnd": "true", "isCritical": "false", "timeoutSeconds": "600"}
        document = runbook("mainSteps", 0, value=RUNBOOK["mainSteps"][0] | texts)
        assert problems(document) == []
        step = Runbook.of(document).steps[0]
        assert (step.is_end, step.is_critical, step.timeout_seconds) == (True, False, 600)


class TestParameters:
    @pytest.mark.parametrize(
        ("declared", "given", "why"),
        [
            ({}, {"Other": ["a"]}, r"\[Other\] are not defined"),
            ({}, {}, "Missing required parameter: Name in user inputs"),
            ({}, {"Name": ["a", "b"]}, "takes one value"),
            ({"allowedPattern": "[a-z]+"}, {"Name": ["abc\n"]}, "not matching"),
            (
                {"allowedValues": ["Install", "Uninstall"]},
                {"Name": ["install"]},
                r'Parameter "Name" has value "install" not found in \[Install, Uninstall\]',
            ),
        ],
    )
    def test_are_refused(self, declared: Any, given: dict[str, list[str]], why: str) -> None:
        parameter = {"type": "String"} | declared
        with pytest.raises(InvalidParametersError, match=why):
            Runbook.of(runbook("parameters", "Name", value=parameter)).values(given)

    def test_have_their_defaults(self) -> None:
        document = runbook("parameters", "Name", value={"type": "String"})
        assert Runbook.of(document).values({"Name": ["a"]}) == {"Role": "", "Name": "a"}


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
            ("$", {"a": {"b": None}}),
            ("$.a.b", None),
            ("$.b", NOTHING),
            ("$.a.b.c", NOTHING),
        ],
    )
    def test_are_selected_from_a_payload(self, selector: str, found: Any) -> None:
        assert select(selector, {"a": {"b": None}}) == found
