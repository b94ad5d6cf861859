"""One request to a service: which operation it is, who makes it, with which parameters."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError
from botocore.model import OperationNotFoundError
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.serialize import XFormedAttributePicker, get_serializer_class
from moto.iam.models import get_account_id_from
from moto.utilities.utils import get_partition
from werkzeug.exceptions import HTTPException

from .models import service_model, service_router
from .validation import VALIDATION_CODES, WrongTypeError, message, violations

DEFAULT_REGION = "us-east-1"

# The name in the signature, where it isn't botocore's name of the service.
_SERVICES_BY_SIGNING_NAME = {"monitoring": "cloudwatch"}
# Two services share one signing name and differ by API version.
_LOAD_BALANCING_VERSIONS = {"2012-06-01": "elb", "2015-12-01": "elbv2"}
# Requests of whoever has no credentials yet carry no signature; these are known by their paths.
_UNSIGNED_PATHS = {"/federation/credentials": "sso", "/token": "sso-oidc"}
_UNSIGNED_ACTIONS = {"AssumeRoleWithWebIdentity": "sts", "GetCallerIdentity": "sts"}


class AwsError(ServiceException):
    """An error as AWS answers it: `AwsError(code, message)`.

    moto looks for the model of an exception by the module that it comes from: hence a class here.
    """

    def __init__(self, *arguments: Any, status: int = 0) -> None:
        """Takes what moto's takes.

        :param status: the HTTP status of a code that isn't in the service's model
        """
        super().__init__(*arguments)
        self.status = status


@dataclass(frozen=True)
class Response:
    """An HTTP response."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Call:
    """A request to an AWS service, identified but not yet answered."""

    request: Request
    service: str
    operation: str
    region: str
    account: str
    access_key: str
    path_params: dict[str, Any]
    model: OperationModel | None
    # ARN of whoever makes it.
    principal: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    # A copy for the log, as they came.
    logged_params: dict[str, Any] = field(default_factory=dict)
    # Whether `params` could be read: of what moto answers, not all can.
    is_parsed: bool = False
    # What fault injection tells the operation.
    fault: dict[str, Any] = field(default_factory=dict)

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn`, `aws-us-gov`, ..."""
        return get_partition(self.region)

    @property
    def protocol(self) -> str:
        """The wire protocol: `query`, `json`, `rest-json`, ...; empty if it isn't known."""
        if self.model is None:
            return ""
        try:
            return determine_request_protocol(self.model.service_model, self.request.content_type)
        except NotImplementedError:  # a content type that the service doesn't know
            return str(self.model.service_model.protocol)


def identify(request: Request) -> Call:
    """Says what a request is, from its signature, headers and form."""
    access_key, region, signing_name = _credential_scope(request)
    service = _service_name(signing_name, request)
    operation, path_params = _operation(service, request)
    return Call(
        request=request,
        service=service,
        operation=operation or "Unknown",
        region=region,
        account=account_of(access_key),
        access_key=access_key,
        path_params=path_params,
        model=_operation_model(service, operation),
    )


def account_of(access_key: str) -> str:
    """The account that a key belongs to; the number of an account stands for its root's key."""
    return access_key if re.fullmatch("[0-9]{12}", access_key) else get_account_id_from(access_key)


def _credential_scope(request: Request) -> tuple[str, str, str]:
    """Access key, region and signing name; another unsigned request is S3's."""
    authorization = request.headers.get("Authorization", "")
    _, _, credential = authorization.partition("Credential=")
    # A presigned URL has it in the query.
    credential = credential or request.args.get("X-Amz-Credential", "")
    parts = credential.split(",")[0].split("/")
    if len(parts) == 5:
        return parts[0], parts[2], parts[3].lower()
    return "", DEFAULT_REGION, _unsigned_service(request)


def _unsigned_service(request: Request) -> str:
    if _is_form(request) and request.values.get("Action") in _UNSIGNED_ACTIONS:
        return _UNSIGNED_ACTIONS[request.values["Action"]]
    return _UNSIGNED_PATHS.get(request.path, "s3")


def _is_form(request: Request) -> bool:
    return (request.content_type or "").startswith("application/x-www-form-urlencoded")


def _service_name(signing_name: str, request: Request) -> str:
    if signing_name == "elasticloadbalancing":
        return _LOAD_BALANCING_VERSIONS.get(request.values.get("Version", ""), "elbv2")
    return _SERVICES_BY_SIGNING_NAME.get(signing_name, signing_name)


def _operation(service: str, request: Request) -> tuple[str | None, dict[str, Any]]:
    target = request.headers.get("X-Amz-Target")
    if target:
        return target.rpartition(".")[2], {}
    if _is_form(request):
        action = request.values.get("Action")
        if action:
            return str(action), {}
    try:
        operation, path_params = service_router(service).match(request)
    except (BotoCoreError, HTTPException, NotImplementedError):  # moto will say that it's unknown
        return None, {}
    return str(operation.name), path_params


def _operation_model(service: str, operation: str | None) -> OperationModel | None:
    try:
        model: OperationModel = service_model(service).operation_model(operation or "")
    except (BotoCoreError, OperationNotFoundError):  # moto will say that it's unknown
        return None
    return model


def parse(call: Call) -> dict[str, Any]:
    """The request's parameters, by the names of the model.

    :raises AwsError: `SerializationException` if the body can't be read as the model says
    """
    assert call.model is not None
    request = call.request
    parser = PROTOCOL_PARSERS[call.protocol](call.model)
    try:
        if call.protocol == "json":
            json.loads(request.data or b"{}")
        parsed = parser.parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": call.path_params,
            }
        )
    except Exception as error:
        raise AwsError("SerializationException", str(error)) from error
    return dict(parsed or {})


def validate(call: Call) -> None:
    """Refuses what the service's model does not allow.

    :raises AwsError: the service's own validation error
    """
    assert call.model is not None
    try:
        problems = violations(call.model.input_shape, call.params)
    except WrongTypeError as error:
        raise AwsError("SerializationException", str(error)) from error
    if problems:
        code = VALIDATION_CODES.get(call.service, "ValidationException")
        raise AwsError(code, message(problems))


def serialize(
    call: Call, result: Any, transformers: dict[str, Callable[[Any], Any]] | None = None
) -> Response:
    """The answer on the wire: of a result (by the names of the model) or of an exception.

    :param transformers: if objects of moto's are in the result, what moto does to their values
    """
    assert call.model is not None
    if isinstance(result, JsonRESTError):
        result = AwsError(result.error_type, result.message)
    serializer_class = get_serializer_class(call.service, call.protocol)
    picker = None if transformers is None else XFormedAttributePicker(None, transformers)
    serializer = serializer_class(operation_model=call.model, value_picker=picker)
    with warnings.catch_warnings():
        # moto warns of codes that are in no model, such as Throttling.
        warnings.simplefilter("ignore")
        serialized = serializer.serialize(result)
    body = serialized["body"]
    status = result.status if isinstance(result, AwsError) else 0
    return Response(
        status or int(serialized["status_code"]),
        {str(key): str(value) for key, value in serialized["headers"].items()},
        body.encode() if isinstance(body, str) else bytes(body),
    )
