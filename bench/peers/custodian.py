"""Cloud Custodian: the policy that its documentation shows, and the same with its filter turned."""

from __future__ import annotations

import ast
import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .installed import Installed, run
from .score import Answer, PeerError

PACKAGE = "c7n"
# The example stands in the documentation of a class of this file.
SOURCE = "c7n/resources/iam.py"
DOCUMENTED_AT = "CertificateDelete"
_CODE_BLOCK = ".. code-block:: yaml\n"
_TURNED = {"greater-than": "less-than"}


def answers(
    installed: Installed, folder: Path, environment: Mapping[str, str], region: str
) -> list[Answer]:
    """Runs both policies; their action, which is to delete, is not carried out."""
    example = documented(installed.source(SOURCE).read_text(encoding="utf-8"))
    policies = {
        "documented": ("Cloud Custodian, its documented example", example),
        "turned": ("Cloud Custodian, the example with `op: less-than`", turned(example)),
    }
    made = []
    for name, (program, policy) in policies.items():
        text = yaml.safe_dump({"policies": [policy]}, sort_keys=False)
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
        done = run(
            [
                installed.program("custodian"),
                *("run", "--dryrun", "--cache-period", "0", "--region", region),
                *("--output-dir", name, f"{name}.yml"),
            ],
            folder=folder,
            environment=environment,
        )
        selected = folder / name / str(policy["name"]) / "resources.json"
        said = parsed(selected.read_text(encoding="utf-8"))
        made.append(Answer(program, installed.version, done.command, said))
    return made


def documented(source: str) -> dict[str, Any]:
    """The example in the documentation of a class.

    :raises PeerError: if there is none
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.name == DOCUMENTED_AT:
            _, found, example = (ast.get_docstring(node) or "").partition(_CODE_BLOCK)
            if found:
                policy: dict[str, Any] = yaml.safe_load(textwrap.dedent(example))[0]
                return policy
    raise PeerError(f"{DOCUMENTED_AT} has no example in {SOURCE}")


def turned(policy: Mapping[str, Any]) -> dict[str, Any]:
    """The policy with its only comparison the other way round.

    :raises PeerError: if that is not what it has
    """
    (filtered,) = policy["filters"]
    if filtered["op"] not in _TURNED:
        raise PeerError(f"The documented example compares by {filtered['op']}: it has changed")
    return {**policy, "filters": [{**filtered, "op": _TURNED[filtered["op"]]}]}


def parsed(text: str) -> dict[str, str]:
    """The certificates that a policy selected, by name.

    :raises PeerError: if they are not certificates
    """
    try:
        return {str(one["ServerCertificateName"]): json.dumps(one) for one in json.loads(text)}
    except (KeyError, TypeError) as error:
        raise PeerError(f"Custodian's resources are not as they were: {error!r}") from error


def not_looked_at(installed: Installed) -> list[str]:
    """What it does not look at, and where its source shows that."""
    listing = installed.cited(SOURCE, "enum_spec = ('list_server_certificates',")
    below = f"class {DOCUMENTED_AT}("
    example = installed.cited(SOURCE, "- name: ", below=below)
    compared = installed.cited(SOURCE, "op: greater-than", below=below)
    return [
        "who uses a certificate: of this resource it knows only what `ListServerCertificates` "
        f"returns, `{listing}`",
        f"expired certificates, in its documented example, `{example}`: the example selects an "
        f"expiration later than now, `{compared}`",
    ]
