"""Creates and updates documents, which moto stores; runbooks are checked first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ssm.models import ssm_backends

from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations

from .runbook_checks import parsed
from .runbooks import InvalidDocumentError, Runbook

MAX_DOCUMENT_BYTES = 64 * 1024


def operations() -> Operations:
    """The operations that the sandbox answers itself, by their names."""
    return {"CreateDocument": _create_document, "UpdateDocument": _update_document}


def checked(content: str, document_format: str, refusal: Callable[[str], AwsError]) -> Runbook:
    """The runbook, or the refusal as an error of the operation."""
    try:
        return parsed(content, document_format)
    except InvalidDocumentError as error:
        raise refusal(str(error)) from error


def _create_document(call: Call) -> dict[str, Any]:
    request = call.params
    if request.get("DocumentType") == "Automation":
        _check_content(request["Content"], request.get("DocumentFormat", "JSON"))
    backend: Any = ssm_backends[call.account][call.region]
    documents = backend.create_document(
        content=request["Content"],
        requires=request.get("Requires"),
        attachments=request.get("Attachments"),
        name=request["Name"],
        version_name=request.get("VersionName"),
        document_type=request.get("DocumentType"),
        document_format=request.get("DocumentFormat", "JSON"),
        target_type=request.get("TargetType"),
        tags=request.get("Tags"),
    )
    return {"DocumentDescription": documents.describe(tags=request.get("Tags"))}


def _update_document(call: Call) -> dict[str, Any]:
    request = call.params
    backend: Any = ssm_backends[call.account][call.region]
    documents = backend._documents.get(request["Name"])
    if documents and documents.get_default_version().document_type == "Automation":
        _check_content(request["Content"], request.get("DocumentFormat", "JSON"))
    description = backend.update_document(
        content=_told_apart(documents, request["Content"]) if documents else request["Content"],
        attachments=request.get("Attachments"),
        name=request["Name"],
        version_name=request.get("VersionName"),
        document_version=request.get("DocumentVersion"),
        document_format=request.get("DocumentFormat", "JSON"),
        target_type=request.get("TargetType"),
    )
    return {"DocumentDescription": description}


def _told_apart(documents: Any, content: str) -> str:
    """The content of a new version, by blank lines at its end told apart from older versions'.

    moto refuses the content of any version as a duplicate. Of AWS it is known only for the latest:
    https://github.com/hashicorp/terraform/pull/13491
    """
    latest: str = documents.find("$LATEST").content
    if latest.rstrip("\n") == content.rstrip("\n"):
        return latest
    while any(version.content == content for version in documents.versions.values()):
        content += "\n"
    return content


def _check_content(content: str, document_format: str) -> None:
    if len(content.encode()) > MAX_DOCUMENT_BYTES:
        raise AwsError("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.")
    checked(content, document_format, lambda text: AwsError("InvalidDocumentContent", text))
