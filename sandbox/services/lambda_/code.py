"""The code of functions, read from its bucket once, and unpacked once."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from moto.awslambda import models
from moto.awslambda.models import LambdaFunction

_Content = tuple[bytes, int, str, str]
_read = models._s3_content
# By the digest of the object, which is of its content.
_contents: dict[str, _Content] = {}
# So many are kept: few sandboxes see more than two zips.
_KEPT = 4


def unpacked(function: LambdaFunction, folder: Path) -> Path:
    """The folder of a function's code, which is there once: in Lambda nobody writes to it."""
    if not folder.exists():
        with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as code:
            folder.mkdir(parents=True)
            code.extractall(folder)
    return folder


def _read_once(key: Any) -> _Content:
    content = _contents.get(key.etag)
    if content is None:
        content = _read(key)
        if len(_contents) >= _KEPT:
            _contents.clear()
        _contents[key.etag] = content
    return content


# For each of a stack's functions moto copied the zip of 29 MB twice and took its SHA-256.
models._s3_content = _read_once
