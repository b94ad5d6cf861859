"""Where the URL of a template points."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from .template import TemplateError


def bucket_and_key(url: str, endpoint: str) -> tuple[str, str]:
    """Where an S3 URL points, be its bucket in the path or in the host's name.

    :param endpoint: the sandbox's own, which stands in for S3's
    :raises TemplateError: if it isn't a URL of S3
    """
    parts = urlsplit(url)
    path = unquote(parts.path).lstrip("/")
    is_own = parts.netloc == urlsplit(endpoint).netloc
    if is_own or re.fullmatch(r"s3[.-][\w.-]*amazonaws\.com(\.cn)?", parts.netloc):
        bucket, _, key = path.partition("/")
    elif match := re.fullmatch(r"(.+)\.s3[.-][\w.-]*amazonaws\.com(\.cn)?", parts.netloc):
        bucket, key = match.group(1), path
    else:
        bucket = key = ""
    if not bucket or not key:
        raise TemplateError("TemplateURL must be a supported URL.")
    return bucket, key
