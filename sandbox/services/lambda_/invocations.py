"""What is known of an invocation: its payload, log and metrics."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any

from moto.awslambda.models import LambdaFunction

from sandbox.host.clock import iso
from sandbox.wire.calls import AwsError, Call, Response

from .runtime import TIMED_OUT

MAX_SYNCHRONOUS_PAYLOAD = 6 * 1024 * 1024


MAX_ASYNCHRONOUS_PAYLOAD = 1024 * 1024


LOG_TAIL = 4096


@dataclass
class Invocation:
    """One invocation and all that is known of it afterwards."""

    request_id: str
    function_name: str
    event: Any
    started: str
    payload: Any = None
    # The type of the function's error; empty if it returned.
    error: str = ""
    log: str = ""
    metrics: list[dict[str, Any]] = field(default_factory=list)
    cold: bool = False
    init_ms: float = 0
    duration_ms: float = 0
    memory_mb: int = 0
    max_memory_mb: int | None = None
    process_id: int = 0

    def to_json(self) -> dict[str, Any]:
        """As the control API shows it."""
        return asdict(self)


def epitaph(invocation: Invocation) -> str:
    """What Lambda writes to the log when it ends a function's process, or finds that it ended."""
    payload = invocation.payload
    text = str(payload.get("errorMessage", "") if isinstance(payload, dict) else payload)
    if invocation.error == TIMED_OUT:
        now, reason = iso(datetime.now(timezone.utc)), text.partition(" Error: ")[2]
        return f"{now} {invocation.request_id} {reason}\n"
    return f"{text}\n{invocation.error}\n"


def framed(invocation: Invocation, written: str) -> str:
    """The log as CloudWatch Logs shows it, between START and REPORT."""
    request_id = invocation.request_id
    if written and not written.endswith("\n"):
        written += "\n"
    report = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {invocation.duration_ms:.2f} ms",
        f"Billed Duration: {int(invocation.duration_ms + invocation.init_ms) + 1} ms",
        f"Memory Size: {invocation.memory_mb} MB",
    ]
    if invocation.max_memory_mb is not None:
        report.append(f"Max Memory Used: {invocation.max_memory_mb} MB")
    if invocation.cold:
        report.append(f"Init Duration: {invocation.init_ms:.2f} ms")
    return (
        f"START RequestId: {request_id} Version: $LATEST\n"
        f"{written}END RequestId: {request_id}\n" + "\t".join(report) + "\n"
    )


def embedded_metrics(log: str) -> list[dict[str, Any]]:
    """The metrics in a log, in CloudWatch's Embedded Metric Format, one entry per value.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    metrics: list[dict[str, Any]] = []
    for line in log.splitlines():
        document = as_json(line.encode()) if line.startswith("{") else None
        if isinstance(document, dict) and isinstance(document.get("_aws"), dict):
            metrics += _metrics_of(document)
    return metrics


def _metrics_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "namespace": directive["Namespace"],
            "name": metric["Name"],
            "unit": metric.get("Unit", "None"),
            "value": document[metric["Name"]],
            "dimensions": {name: document[name] for name in dimensions},
            "timestamp": document["_aws"]["Timestamp"],
        }
        for directive in document["_aws"].get("CloudWatchMetrics", [])
        for dimensions in directive.get("Dimensions") or [[]]
        for metric in directive.get("Metrics", [])
        if metric["Name"] in document
    ]


def check_payload(payload: bytes, kind: str) -> None:
    """Refuses a payload that is too large or no JSON.

    :param kind: `Event` or `RequestResponse`
    :raises AwsError: if so
    """
    limit = MAX_ASYNCHRONOUS_PAYLOAD if kind == "Event" else MAX_SYNCHRONOUS_PAYLOAD
    if len(payload) > limit:
        raise AwsError(
            "RequestTooLargeException",
            f"{len(payload)} byte payload is too large for the {kind} invocation type "
            f"(limit {limit} bytes)",
        )
    try:
        json.loads(payload)
    except ValueError as error:
        raise AwsError(
            "InvalidRequestContentException", f"Could not parse request body into json: {error}"
        ) from error


def answer(call: Call, function: LambdaFunction, invocation: Invocation) -> Response:
    """What `Invoke` answers once the function has ended."""
    headers = {
        "Content-Type": "application/json",
        "X-Amz-Executed-Version": str(function.version),
        "x-amzn-RequestId": invocation.request_id,
    }
    if invocation.error:
        headers["X-Amz-Function-Error"] = "Unhandled"
    if call.params.get("LogType") == "Tail":
        tail = invocation.log.encode()[-LOG_TAIL:]
        headers["X-Amz-Log-Result"] = base64.b64encode(tail).decode()
    body = json.dumps(invocation.payload).encode()
    if len(body) > MAX_SYNCHRONOUS_PAYLOAD:
        too_large = "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
        error = {"errorMessage": too_large, "errorType": "Function.ResponseSizeTooLarge"}
        headers["X-Amz-Function-Error"] = "Unhandled"
        body = json.dumps(error).encode()
    return Response(200, headers, body)


def as_json(payload: bytes) -> Any:
    """The JSON, or the text if it is none."""
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode(errors="replace")
