"""Reads a runbook, and refuses what SSM refuses when one is created."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from sandbox.wire.selectors import is_selector

from .runbooks import (
    ACTIONS,
    BOOLEAN_OPERATOR,
    MAX_APPROVERS,
    MAX_SCRIPT_SECONDS,
    NUMERIC_OPERATORS,
    OPERATORS,
    OUTPUT_TYPES,
    PARAMETER_TYPES,
    InvalidDocumentError,
    Output,
    Parameter,
    Runbook,
    Step,
    is_of_type,
)
from .variables import SYSTEM_VARIABLES, references

MAX_APPROVAL_SECONDS = 30 * 24 * 60 * 60


MAX_APPROVAL_MESSAGE = 4096


SCRIPT_RUNTIME = "python3.11"


_TOP_KEYS = {
    "schemaVersion",
    "description",
    "assumeRole",
    "parameters",
    "mainSteps",
    "outputs",
    "files",
}


_PARAMETER_KEYS = {
    "type",
    "description",
    "default",
    "allowedValues",
    "allowedPattern",
    "displayType",
    "minItems",
    "maxItems",
    "minChars",
    "maxChars",
}


_STEP_KEYS = {
    "name",
    "action",
    "description",
    "inputs",
    "outputs",
    "nextStep",
    "isEnd",
    "onFailure",
    "onCancel",
    "isCritical",
    "maxAttempts",
    "timeoutSeconds",
}


def parsed(content: str, document_format: str) -> Runbook:
    """Reads a runbook.

    :param document_format: `JSON` or `YAML`
    :raises InvalidDocumentError: if SSM would refuse it
    """
    try:
        document = json.loads(content) if document_format == "JSON" else yaml.safe_load(content)
    except (ValueError, yaml.YAMLError) as error:
        raise InvalidDocumentError(f"The content is no {document_format}: {error}") from error
    runbook = _runbook(_map(document, "The document"))
    if document_format == "JSON" and any("Script" in step.inputs for step in runbook.steps):
        raise InvalidDocumentError("Inline scripts are not supported in JSON runbooks.")
    return runbook


def _runbook(document: dict[str, Any]) -> Runbook:
    _refuse_unknown(document, _TOP_KEYS, "The document")
    if document.get("schemaVersion") != "0.3":
        raise InvalidDocumentError(
            f"schemaVersion of an Automation document is '0.3': {document.get('schemaVersion')!r}"
        )
    parameters = {
        name: _parameter(name, _map(declared, f"Parameter {name}"))
        for name, declared in _map(document.get("parameters", {}), "parameters").items()
    }
    steps = [_step(declared) for declared in _list(document.get("mainSteps"), "mainSteps")]
    outputs = [_text(name, "outputs") for name in document.get("outputs", [])]
    runbook = Runbook(
        parameters,
        tuple(steps),
        tuple(outputs),
        _text(document.get("assumeRole", ""), "assumeRole"),
    )
    _check_targets(runbook)
    _check_references(runbook)
    return runbook


def _parameter(name: str, declared: dict[str, Any]) -> Parameter:
    where = f"Parameter {name}"
    _refuse_unknown(declared, _PARAMETER_KEYS, where)
    kind = declared.get("type")
    if kind not in PARAMETER_TYPES:
        raise InvalidDocumentError(f"{where} has an unknown type: {kind!r}")
    pattern = _text(declared.get("allowedPattern", ""), f"{where}: allowedPattern")
    try:
        re.compile(pattern)
    except re.error as error:
        raise InvalidDocumentError(f"{where}: allowedPattern {pattern}: {error}") from error
    allowed = declared.get("allowedValues", [])
    parameter = Parameter(
        name,
        kind,
        declared.get("default"),
        tuple(_list(allowed, f"{where}: allowedValues")) if allowed else (),
        pattern,
        declared.get("minItems"),
        declared.get("maxItems"),
        declared.get("minChars"),
        declared.get("maxChars"),
    )
    refusal = "" if parameter.default is None else parameter.refusal(parameter.default)
    if refusal:
        raise InvalidDocumentError(f"{where} has a default that it doesn't allow: {refusal}")
    return parameter


def _step(declared: Any) -> Step:
    name = _text(_map(declared, "A step").get("name"), "The name of a step")
    where = f"Step {name}"
    if not re.fullmatch(r"\w+", name, re.ASCII):
        raise InvalidDocumentError(f"{where}: a name has letters, digits and underscores only.")
    _refuse_unknown(declared, _STEP_KEYS, where)
    action = declared.get("action")
    if action not in ACTIONS:
        raise InvalidDocumentError(
            f"{where} has an action that SSM or the sandbox doesn't know: {action!r}"
        )
    on_failure = declared.get("onFailure", "Abort")
    step = Step(
        name,
        action,
        _map(declared.get("inputs"), f"{where}: inputs"),
        tuple(_output(output, where) for output in declared.get("outputs", [])),
        _text(declared.get("nextStep", ""), f"{where}: nextStep"),
        _boolean(declared.get("isEnd", False), f"{where}: isEnd"),
        _text(on_failure, f"{where}: onFailure"),
        _boolean(declared.get("isCritical", on_failure != "Continue"), f"{where}: isCritical"),
        _count(declared.get("maxAttempts", 1), f"{where}: maxAttempts"),
        _timeout(declared, where),
    )
    _check_inputs(step)
    return step


def _output(declared: Any, where: str) -> Output:
    where = f"{where}: an output"
    output = _map(declared, where)
    _refuse_unknown(output, {"Name", "Selector", "Type"}, where)
    name = _text(output.get("Name"), f"{where}: Name")
    selector = _text(output.get("Selector"), f"{where}: Selector")
    if not is_selector(selector):
        raise InvalidDocumentError(f"{where}: can't read the Selector {selector!r}")
    kind = output.get("Type", "String")
    if kind not in OUTPUT_TYPES:
        raise InvalidDocumentError(f"{where}: unknown Type {kind!r}")
    return Output(name, selector, kind)


def _timeout(declared: dict[str, Any], where: str) -> int | None:
    if "timeoutSeconds" not in declared:
        return None
    seconds = _count(declared["timeoutSeconds"], f"{where}: timeoutSeconds")
    most = {"aws:executeScript": MAX_SCRIPT_SECONDS, "aws:approve": MAX_APPROVAL_SECONDS}
    limit = most.get(declared["action"], seconds)
    if seconds > limit:
        raise InvalidDocumentError(f"{where}: timeoutSeconds is {limit} at most: {seconds}")
    return seconds


def _check_inputs(step: Step) -> None:
    where, action = f"Step {step.name}", ACTIONS[step.action]
    missing = action.required - step.inputs.keys()
    if missing:
        raise InvalidDocumentError(f"{where} lacks the inputs {', '.join(sorted(missing))}.")
    _refuse_unknown(step.inputs, set(action.required | action.optional), f"{where}: inputs")
    check = _INPUT_CHECKS.get(step.action)
    if check:
        check(step.inputs, where)


def _check_approval(inputs: dict[str, Any], where: str) -> None:
    approvers, least = inputs["Approvers"], inputs.get("MinRequiredApprovals", 1)
    if isinstance(approvers, list):
        if not 1 <= len(approvers) <= MAX_APPROVERS:
            raise InvalidDocumentError(f"{where} has {len(approvers)} Approvers; 1 to 10 may be.")
        if isinstance(least, int) and not 1 <= least <= len(approvers):
            raise InvalidDocumentError(f"{where} requires {least} of {len(approvers)} approvals.")
    if len(_text(inputs.get("Message", ""), f"{where}: Message")) > MAX_APPROVAL_MESSAGE:
        raise InvalidDocumentError(f"{where}: Message has more than 4096 characters.")


def _check_branch(inputs: dict[str, Any], where: str) -> None:
    for choice in _list(inputs["Choices"], f"{where}: Choices"):
        rule = dict(_map(choice, f"{where}: a choice"))
        _text(rule.pop("NextStep", None), f"{where}: NextStep of a choice")
        _check_rule(rule, where)


def _check_rule(rule: Any, where: str) -> None:
    """A condition: a variable with an operator, or And, Or, Not of conditions."""
    keys = set(_map(rule, f"{where}: a condition"))
    if keys == {"Not"}:
        _check_rule(rule["Not"], where)
    elif keys in ({"And"}, {"Or"}):
        for part in _list(next(iter(rule.values())), f"{where}: And, Or"):
            _check_rule(part, where)
    elif len(keys) != 2 or "Variable" not in keys or not keys & set(OPERATORS):
        raise InvalidDocumentError(
            f"{where}: a condition has a Variable and one of {', '.join(OPERATORS)}: {rule}"
        )
    else:
        _check_operand(rule, where)


def _check_operand(rule: dict[str, Any], where: str) -> None:
    """A number or a Boolean as a text is taken elsewhere, but not here.

    The refusal: https://github.com/udondan/cdk-ssm-document/issues/15
    """
    operator, operand = next((name, rule[name]) for name in OPERATORS if name in rule)
    if operator == BOOLEAN_OPERATOR and not isinstance(operand, bool):
        raise InvalidDocumentError(f"{where}: {_mistyped(operand, 'Boolean')}")
    if operator in NUMERIC_OPERATORS and isinstance(operand, (str, bool)):
        raise InvalidDocumentError(f"{where}: {_mistyped(operand, 'Integer')}")


def _mistyped(value: Any, wanted: str) -> str:
    kind = "String" if isinstance(value, str) else type(value).__name__
    return f"Input {value} is of type {kind}, but expected type is {wanted}."


def _check_script(inputs: dict[str, Any], where: str) -> None:
    if inputs["Runtime"] != SCRIPT_RUNTIME:
        raise InvalidDocumentError(f"{where}: Runtime is not {SCRIPT_RUNTIME}: {inputs['Runtime']}")
    if "{{" in _text(inputs["Script"], f"{where}: Script"):
        raise InvalidDocumentError(f"{where}: pass variables by InputPayload, not in the Script.")
    _map(inputs.get("InputPayload", {}), f"{where}: InputPayload")


_INPUT_CHECKS: dict[str, Callable[[dict[str, Any], str], None]] = {
    "aws:approve": _check_approval,
    "aws:branch": _check_branch,
    "aws:executeScript": _check_script,
}


def _check_targets(runbook: Runbook) -> None:
    names = [step.name for step in runbook.steps]
    for name in names:
        if names.count(name) > 1:
            raise InvalidDocumentError(f"There are two steps {name}.")
    for step in runbook.steps:
        for target in _targets(step):
            if target not in names:
                raise InvalidDocumentError(f"Step {step.name} goes to {target}, which isn't there.")


def _targets(step: Step) -> Iterator[str]:
    if step.next_step:
        yield step.next_step
    if step.on_failure not in ("Abort", "Continue"):
        kind, _, target = step.on_failure.partition(":")
        if kind != "step":
            raise InvalidDocumentError(
                f"Step {step.name}: onFailure is Abort, Continue or step:NAME: {step.on_failure}"
            )
        yield target
    if step.action == "aws:branch":
        yield from (choice["NextStep"] for choice in step.inputs["Choices"])
        if "Default" in step.inputs:
            yield step.inputs["Default"]


def _check_references(runbook: Runbook) -> None:
    outputs = {
        f"{step.name}.{name}"
        for step in runbook.steps
        for name in (*ACTIONS[step.action].outputs, *(output.name for output in step.outputs))
    }
    for name in references(runbook.assume_role):
        if name not in runbook.parameters:
            raise InvalidDocumentError(f"assumeRole refers to {name}, which is no parameter.")
    for step in runbook.steps:
        for name in references(step.inputs):
            if name not in runbook.parameters and name not in {*outputs, *SYSTEM_VARIABLES}:
                raise InvalidDocumentError(
                    f"Step {step.name} refers to {name}, which is no parameter or declared output."
                )
    for name in runbook.outputs:
        if name not in outputs:
            raise InvalidDocumentError(f"The output {name} is not an output of a step.")


def _refuse_unknown(found: dict[str, Any], known: set[str], where: str) -> None:
    unknown = found.keys() - known
    if unknown:
        raise InvalidDocumentError(f"{where} has unknown keys: {', '.join(sorted(unknown))}")


def _map(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidDocumentError(f"{where} is not a map.")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise InvalidDocumentError(f"{where} is not a list with items.")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise InvalidDocumentError(f"{where} is not a text: {value!r}")
    return value


def _boolean(value: Any, where: str) -> bool:
    if not isinstance(value, bool) and value not in ("true", "false"):
        raise InvalidDocumentError(f"{where} is neither true nor false: {value!r}")
    return value in (True, "true")


def _count(value: Any, where: str) -> int:
    is_text = isinstance(value, str) and value.isdecimal()
    if not (is_text or is_of_type(value, "Integer")) or int(value) < 1:
        raise InvalidDocumentError(f"{where} is not a positive number: {value!r}")
    return int(value)
