"""The runbook's Python: what a linter sees, and a way to run it.

It runs with the boto3 that AWS Systems Manager brings, and nobody sees an error in it before then.
Clients that are `stubbed` refuse calls and arguments that AWS doesn't have.
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
from botocore.stub import Stubber

from .runbook import Document, steps

# Either would tie the script to one region or partition.
_FORBIDDEN_ARGUMENTS = {"region_name", "endpoint_url"}


@dataclass(frozen=True)
class Script:
    """The script of a step."""

    step: str
    source: str
    handler: str
    payload: dict[str, Any]


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
    return [f"{script.step}: {problem}" for problem in found]


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
