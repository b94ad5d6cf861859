"""Prowler: one of its checks, and its findings as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from .installed import Installed, run
from .score import Answer, PeerError

PACKAGE = "prowler"
CHECK = "iam_no_expired_server_certificates_stored"
_IAM = "prowler/providers/aws/services/iam"


def answers(
    installed: Installed, folder: Path, environment: Mapping[str, str], region: str
) -> list[Answer]:
    """Runs the check."""
    done = run(
        [
            installed.program("prowler"),
            "aws",
            *("--checks", CHECK, "--region", region),
            *("--output-formats", "json-ocsf", "--output-directory", "out"),
            *("--output-filename", "answer", "--no-banner", "--ignore-exit-code-3"),
        ],
        folder=folder,
        environment=environment,
    )
    text = (folder / "out" / "answer.ocsf.json").read_text(encoding="utf-8")
    return [Answer("Prowler", installed.version, done.command, parsed(text))]


def parsed(text: str) -> dict[str, str]:
    """The findings of certificates that failed, by name.

    :raises PeerError: if they are not findings of this check
    """
    findings = json.loads(text)
    try:
        if any(one["metadata"]["event_code"] != CHECK for one in findings):
            raise PeerError("Prowler answered of another check")
        failed = [one for one in findings if one["status_code"] == "FAIL"]
        return {
            str(resource["uid"]).rpartition("/")[2]: json.dumps(one)
            for one in failed
            for resource in one["resources"]
        }
    except (KeyError, TypeError) as error:
        raise PeerError(f"Prowler's findings are not as they were: {error!r}") from error


def not_looked_at(installed: Installed) -> list[str]:
    """What it does not look at, and where its source shows that."""
    service, check = f"{_IAM}/iam_service.py", f"{_IAM}/{CHECK}/{CHECK}.py"
    listing = installed.cited(service, "self.client.list_server_certificates()")
    kept = installed.cited(service, "class Certificate(")
    judged = installed.cited(check, "expiration_days = ")
    return [
        f"the certificates after the first page: it asks for the list once, `{listing}`",
        "who uses a certificate: it keeps the name, id, ARN, expiration and tags of each, "
        f"`{kept}`, and judges by the expiration, `{judged}`",
    ]
