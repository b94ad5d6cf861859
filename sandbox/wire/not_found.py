"""How each operation says that something doesn't exist, as botocore's models have it."""

from __future__ import annotations

import re

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError, Shape

from .models import service_model

_DEFAULT_STATUS = 400
# Of several, the one that a caller is most likely to meet.
_USUAL_CODES = {
    # Asked by load balancer. Only who asks by listener can meet the other.
    ("elbv2", "DescribeListeners"): "LoadBalancerNotFound",
    # What is invoked is the function. The other is of the key of its variables.
    ("lambda", "Invoke"): "ResourceNotFoundException",
}
# AWS's own words. For the others, the models describe the error in words much like them.
_MESSAGES = {
    ("elbv2", "LoadBalancerNotFound"): "One or more load balancers not found",
    ("elbv2", "ListenerNotFound"): "One or more listeners not found",
}


def not_found_codes(service: str, operation: str) -> tuple[str, ...]:
    """The codes with which an operation can say that something doesn't exist; empty if none.

    :param service: as botocore calls it
    """
    return tuple(_shapes(service, operation))


def not_found(service: str, operation: str, code: str = "") -> tuple[str, str, int]:
    """Code, message and HTTP status of such an error.

    :param code: which of several; by default the only or the usual one
    :raises ValueError: if the operation has no such error, or several of which none is the usual
    """
    shapes = _shapes(service, operation)
    known = ", ".join(shapes)
    if not shapes:
        raise ValueError(f"{service} {operation} has no error for what doesn't exist")
    if not code:
        only = next(iter(shapes)) if len(shapes) == 1 else ""
        code = _USUAL_CODES.get((service, operation), only)
    if not code:
        raise ValueError(f"{service} {operation} has several such errors; give a code: {known}")
    if code not in shapes:
        raise ValueError(f"{service} {operation} has no such error: {code!r}; known: {known}")
    shape = shapes[code]
    message = _MESSAGES.get((service, code)) or _first_sentence(shape.documentation)
    return code, message, int(_error(shape).get("httpStatusCode", _DEFAULT_STATUS))


def _shapes(service: str, operation: str) -> dict[str, Shape]:
    try:
        errors = service_model(service).operation_model(operation).error_shapes
    except (UnknownServiceError, OperationNotFoundError):  # nothing is known of its errors
        return {}
    by_code = {str(_error(shape).get("code", shape.name)): shape for shape in errors}
    return {code: by_code[code] for code in by_code if "NotFound" in code or "NoSuch" in code}


def _error(shape: Shape) -> dict[str, str | int]:
    """What the model says of an error on the wire."""
    error: dict[str, str | int] = shape.metadata.get("error", {})
    return error


def _first_sentence(documentation: str) -> str:
    text = re.sub(r"<[^>]*>", "", documentation).strip()
    return re.split(r"(?<=\.)\s", text, maxsplit=1)[0]
