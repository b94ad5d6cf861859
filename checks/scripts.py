"""The runbook's Python: what it calls, and a way to run it.

It runs with the boto3 that AWS Systems Manager brings, and nobody sees an error in it before then.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
from botocore.stub import Stubber

from .runbook import Document, steps

_SESSION = botocore.session.get_session()
# Either would tie the script to one region or partition.
_FORBIDDEN_ARGUMENTS = {"region_name", "endpoint_url"}


@dataclass(frozen=True)
class Script:
    """The script of a step."""

    step: str
    source: str
    handler: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class ApiCall:
    """A call of an AWS API."""

    service: str
    method: str
    arguments: frozenset[str]


def scripts(document: Document) -> dict[str, Script]:
    """The scripts of a runbook, by the name of their step."""
    return {
        step["name"]: Script(
            step["name"],
            step["inputs"]["Script"],
            step["inputs"]["Handler"],
            step["inputs"]["InputPayload"],
        )
        for step in steps(document, "aws:executeScript")
    }


def run(script: Script, events: Any, clients: Mapping[str, Any], **replaced: Any) -> Any:
    """Calls a script's handler as SSM does.

    :param clients: what `boto3.client` gives, by service
    :param replaced: names of the script's module that are to be something else, such as a clock
    """
    namespace: dict[str, Any] = {"__name__": script.step}
    exec(compile(script.source, script.step, "exec"), namespace)  # noqa: S102 - ours
    if "boto3" in namespace:
        namespace["boto3"] = SimpleNamespace(client=lambda service, **_: clients[service])
    namespace.update(replaced)
    handler: Callable[[Any, Any], Any] = namespace[script.handler]
    return handler(events, {})


def stubbed(service: str) -> tuple[Any, Stubber]:
    """A client that takes and gives only what the service's model knows, and its stubber."""
    client = boto3.client(
        service,
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - no secret
    )
    stubber = Stubber(client)
    stubber.activate()
    return client, stubber


def problems(script: Script) -> list[str]:
    """What would fail when the script runs, or isn't as it should be."""
    try:
        tree = ast.parse(script.source)
    except SyntaxError as error:
        return [f"{script.step}: {error}"]
    found = [*_handler_problems(script, tree), *_argument_problems(tree), *_lint(script)]
    for call in api_calls(tree):
        found += _call_problems(call)
    return [f"{script.step}: {problem}" for problem in found]


def api_calls(tree: ast.AST) -> list[ApiCall]:
    """The calls of AWS APIs, on `boto3.client("x")` itself or on a name given to it."""
    named = {
        target.id: service
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and (service := _client(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            service = named.get(owner.id) if isinstance(owner, ast.Name) else _client(owner)
            if service:
                arguments = frozenset(keyword.arg or "**" for keyword in node.keywords)
                found.append(ApiCall(service, node.func.attr, arguments))
    return found


def _client(node: ast.AST) -> str | None:
    """The service, if this is `boto3.client("service", ...)`."""
    is_client = (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "client"
        and isinstance(node.args[0], ast.Constant)
    )
    return str(node.args[0].value) if is_client else None  # type: ignore[attr-defined]


def _call_problems(call: ApiCall) -> Iterator[str]:
    if call.service not in _SESSION.get_available_services():
        yield f"boto3 has no client {call.service!r}"
        return
    model = _SESSION.get_service_model(call.service)
    operations = {
        botocore.xform_name(name): model.operation_model(name) for name in model.operation_names
    }
    if call.method not in operations:
        yield f"{call.service} has no {call.method}"
        return
    shape = operations[call.method].input_shape
    members = shape.members.keys() if shape else set()
    for argument in sorted(call.arguments - members):
        yield f"{call.service}.{call.method} takes no {argument}"
    for argument in shape.required_members if shape else []:
        if argument not in call.arguments:
            yield f"{call.service}.{call.method} needs {argument}"


def _argument_problems(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in _FORBIDDEN_ARGUMENTS:
            yield f"{node.arg} is given: leave it to the surroundings"


def _handler_problems(script: Script, tree: ast.Module) -> Iterator[str]:
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if script.handler not in functions:
        yield f"there is no function {script.handler}"
        return
    if [one.arg for one in functions[script.handler].args.args] != ["events", "context"]:
        yield f"{script.handler} doesn't take events and context"
    read = {
        str(node.slice.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == "events"
        and isinstance(node.slice, ast.Constant)
    }
    yield from (f"InputPayload has no {name}" for name in sorted(read - script.payload.keys()))
    yield from (f"{name} is passed and not read" for name in sorted(script.payload.keys() - read))


def _lint(script: Script) -> Iterator[str]:
    """What ruff says by its default rules.

    For Python 3.10, since the sandbox runs the scripts with the Python that it runs with itself.
    """
    options = ["--isolated", "--target-version=py310", "--output-format=concise"]
    command = [sys.executable, "-m", "ruff", "check", *options, "-"]
    result = subprocess.run(
        command, input=script.source, capture_output=True, text=True, check=False
    )
    if result.returncode:
        yield from (result.stdout or result.stderr).splitlines()[:5]
