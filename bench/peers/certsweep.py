"""Certsweep: the built function, evaluating its rule; read with the AWS CLI."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from .account import PeersAccount
from .installed import PROJECT, run
from .score import Answer, PeerError

PROGRAM = "Certsweep"
_SBOM = PROJECT / "target" / "certsweep.cdx.json"
_EXPIRED = "Expired "


def answer(account: PeersAccount, folder: Path) -> Answer:
    """Has the rule evaluated by a function that is not warm, and reads the results."""
    rule = account.deploy_certsweep()
    config = [str(Path(sys.executable).parent / "aws"), "configservice"]
    start = run(
        [*config, "start-config-rules-evaluation", "--config-rule-names", rule.name],
        folder=folder,
        environment=account.environment,
    )
    account.wait_for_certsweep(rule)
    results = run(
        [
            *config,
            *("get-compliance-details-by-config-rule", "--config-rule-name", rule.name),
            *("--compliance-types", "NON_COMPLIANT", "--output", "json"),
        ],
        folder=folder,
        environment=account.environment,
    )
    return Answer(
        PROGRAM,
        version(_SBOM.read_text(encoding="utf-8")),
        f"{start.command}; {results.command}",
        parsed(results.output),
    )


def version(sbom: str) -> str:
    """The version of what was built."""
    return str(json.loads(sbom)["metadata"]["component"]["version"])


def parsed(text: str) -> dict[str, str]:
    """The annotations of certificates that have expired, by name.

    :raises PeerError: if they are not results of the rule
    """
    try:
        return {
            _name(result): str(result["Annotation"])
            for result in json.loads(text)["EvaluationResults"]
            if result["Annotation"].startswith(_EXPIRED)
        }
    except (KeyError, TypeError) as error:
        raise PeerError(f"The rule's results are not as they were: {error!r}") from error


def _name(result: dict[str, Any]) -> str:
    return str(result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"])
