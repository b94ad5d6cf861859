"""Where a request has its template: in itself, or behind a URL of S3."""

from __future__ import annotations

from botocore.exceptions import ClientError

from sandbox.wire.calls import Call

from . import resource_schemas
from .clients import Clients
from .template import MAX_BODY_BYTES, MAX_S3_BYTES, Template, TemplateError
from .template_url import bucket_and_key


def requested_template(clients: Clients, call: Call) -> Template:
    """The template of a request, from its body or from S3.

    :raises TemplateError: if there is none, or it isn't well-formed
    """
    body, url = call.params.get("TemplateBody"), call.params.get("TemplateURL")
    if (body is None) == (url is None):
        raise TemplateError("Either Template URL or Template Body must be specified.")
    if body is None:
        body = _from_s3(clients, call, str(url))
    elif len(body.encode()) > MAX_BODY_BYTES:
        raise TemplateError(
            f"1 validation error detected: Value '{body[:1000]}...' at 'templateBody' failed "
            "to satisfy constraint: Member must have length less than or equal to "
            f"{MAX_BODY_BYTES}"
        )
    template = Template(body)
    types = {one["Type"] for one in template.resources.values()}
    resource_schemas.refuse_unknown_types(types, call.region)
    return template


def _from_s3(clients: Clients, call: Call, url: str) -> str:
    bucket, key = bucket_and_key(url, clients.endpoint)
    try:
        answer = clients.client("s3", call.region, call.access_key).get_object(
            Bucket=bucket, Key=key
        )
    except ClientError as error:
        raise TemplateError(
            f"S3 error: {error.response['Error']['Message']}\nFor more information check "
            "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
        ) from error
    content: bytes = answer["Body"].read()
    if len(content) > MAX_S3_BYTES:
        raise TemplateError(f"Template may not exceed {MAX_S3_BYTES} bytes in size.")
    return content.decode()
