"""Runbooks."""

# ruff: noqa: D102  `Handler` says what each method does.
from __future__ import annotations

import json
from typing import Any

import yaml

from sandbox.host.libyaml import SafeDumper

from .handler import Handler, Properties, UnsupportedError, Work, some

_FIXED = ("DocumentFormat", "DocumentType", "TargetType")


class DocumentHandler(Handler):
    """`AWS::SSM::Document`."""

    name_property = "Name"
    applied = frozenset(
        {
            "Content",
            "DocumentFormat",
            "DocumentType",
            "Name",
            "Tags",
            "TargetType",
            "UpdateMethod",
        }
    )

    def create(self, work: Work, properties: Properties) -> str:
        name: str = properties.get("Name") or work.generated_name(128)
        work.client("ssm").create_document(
            Name=name,
            Content=_content(properties),
            Tags=work.tag_list(properties.get("Tags")),
            **some(properties, *_FIXED),
        )
        return name

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        """Refuses changes: new content makes a new document, and nothing else can change.

        :raises UnsupportedError: if something else changes
        """
        del work, physical_id
        if some(properties, *_FIXED) != some(previous, *_FIXED):
            raise UnsupportedError(f"The sandbox changes none of a document's {', '.join(_FIXED)}.")

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        work.client("ssm").delete_document(Name=physical_id)

    def needs_replacement(self, properties: Properties, previous: Properties) -> bool:
        """Another content is another document: that is what `Replace` means."""
        return _content(properties) != _content(previous)

    def refuse_unapplied(self, resource_type: str, properties: Properties) -> None:
        super().refuse_unapplied(resource_type, properties)
        if properties.get("UpdateMethod", "Replace") != "Replace":
            raise UnsupportedError("The sandbox makes no new versions of documents.")


def _content(properties: Properties) -> str:
    content, kind = properties["Content"], properties.get("DocumentFormat", "JSON")
    if isinstance(content, str):
        return content
    content = _as_texts(content)
    if kind == "YAML":
        text: str = yaml.dump(
            content, Dumper=SafeDumper, sort_keys=False, allow_unicode=True, width=1000
        )
        return text
    if kind == "JSON":
        return json.dumps(content)
    raise UnsupportedError(f"The sandbox has no documents in {kind}.")


def _as_texts(value: Any) -> Any:
    """The value with its numbers and Booleans as texts.

    So CloudFormation passes on what no schema types:
    https://github.com/aws-cloudformation/cloudformation-cli/issues/435, of a document
    https://github.com/udondan/cdk-ssm-document/issues/15
    """
    if isinstance(value, dict):
        return {key: _as_texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_texts(item) for item in value]
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value
