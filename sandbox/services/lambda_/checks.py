"""What Lambda checks of a function's role and code, and moto doesn't."""

from __future__ import annotations

from moto.s3.models import s3_backends

from sandbox.policy.authorization import Refusal, not_understood
from sandbox.policy.language import PolicyError
from sandbox.policy.roles import admits, role_by_arn
from sandbox.wire.calls import AwsError, Call

_WITH_ROLE = ("CreateFunction", "UpdateFunctionConfiguration")
_WITH_CODE = ("CreateFunction", "UpdateFunctionCode")


def refusal(call: Call) -> Refusal | None:
    """Why a request may not be made: it is for a function that Lambda could not run."""
    try:
        if call.service == "lambda" and call.operation in _WITH_ROLE:
            _check_role(call)
        if call.service == "lambda" and call.operation in _WITH_CODE:
            _check_code(call)
    except PolicyError as error:
        return not_understood(call, error)
    except AwsError as error:
        return Refusal(str(error.code), error.message, 400)
    return None


def _check_role(call: Call) -> None:
    """A role that isn't there is refused by moto itself."""
    role = role_by_arn(call, call.params.get("Role", ""))
    name = call.params.get("FunctionName", "")
    source = f"arn:{call.partition}:lambda:{call.region}:{call.account}:function:{name}"
    context = {"aws:sourceaccount": [call.account], "aws:sourcearn": [source]}
    if role is not None and not admits(role, ["lambda.amazonaws.com"], context):
        raise AwsError(
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
        )


def _check_code(call: Call) -> None:
    code = call.params.get("Code", call.params)
    bucket_name, key = code.get("S3Bucket"), code.get("S3Key")
    if not bucket_name or not key:
        return
    bucket = s3_backends[call.account][call.partition].buckets.get(bucket_name)
    if bucket is None:
        missing = "NoSuchBucket. S3 Error Message: The specified bucket does not exist"
    elif key not in bucket.keys:
        missing = "NoSuchKey. S3 Error Message: The specified key does not exist."
    else:
        return
    raise AwsError(
        "InvalidParameterValueException",
        f"Error occurred while GetObject. S3 Error Code: {missing}",
    )
