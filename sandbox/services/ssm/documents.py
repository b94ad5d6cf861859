"""Creates and updates documents, which moto stores; runbooks are checked first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ssm.models import ssm_backends

from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, not_imitated

from .runbook_checks import MAX_DOCUMENT_BYTES, problems
from .runbooks import Runbook, read


def operations() -> Operations:
    """The operations that the sandbox answers itself, by their names."""
    return {
        "CreateDocument": _create_document,
        # A stack replaces its document, as the template says.
        **not_imitated("UpdateDocument", "UpdateDocumentDefaultVersion"),
    }


def checked(content: str, document_format: str, refusal: Callable[[str], AwsError]) -> Runbook:
    """The runbook, or the refusal as an error of the operation."""
    try:
        document = read(content, document_format)
    except ValueError as error:
        raise refusal(f"The content is no {document_format}: {error}") from error
    if found := problems(document):
        raise refusal("; ".join(found))
    if document_format == "JSON" and '"Script"' in content:
        raise refusal("Inline scripts are not supported in JSON runbooks.")
    return Runbook.of(document)


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


def _check_content(content: str, document_format: str) -> None:
    if len(content.encode()) > MAX_DOCUMENT_BYTES:
        raise AwsError("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.")
    checked(content, document_format, lambda text: AwsError("InvalidDocumentContent", text))
