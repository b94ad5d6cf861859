"""What AWS Config checks of a remediation when it is put."""

from __future__ import annotations

from typing import Any

from moto.ssm.models import ssm_backends

from sandbox.wire.calls import Call

from .remediation_attempts import (
    invalid,
)

ROLE_PARAMETER = "AutomationAssumeRole"


def check_document(call: Call, name: str, version: str | None) -> None:
    """Refuses what is no runbook.

    :raises AwsError: if so
    """
    documents = ssm_backends[call.account][call.region]._documents.get(name.rpartition("/")[2])
    wanted = None if version == "$DEFAULT" else version
    if documents is None or documents.find(wanted, strict=False) is None:
        raise invalid(f"The SSM document {name} {version or ''} does not exist.")
    if documents.find(wanted).document_type != "Automation":
        raise invalid(f"The SSM document {name} is not an Automation document.")


def is_valid_value(parameter: dict[str, Any]) -> bool:
    """Either the resource's id or at least one static value; not both."""
    static = parameter.get("StaticValue")
    if "ResourceValue" in parameter:
        return static is None
    return bool(static and static["Values"])


def check_automatic(definition: dict[str, Any]) -> None:
    """Refuses an automatic remediation that lacks what only that needs.

    :raises AwsError: if so
    """
    for member in ("MaximumAutomaticAttempts", "RetryAttemptSeconds"):
        if definition.get(member) is None:
            raise invalid(f"{member} is required when Automatic is true.")
    if "StaticValue" not in definition.get("Parameters", {}).get(ROLE_PARAMETER, {}):
        raise invalid(f"The parameter {ROLE_PARAMETER} is required when Automatic is true.")
