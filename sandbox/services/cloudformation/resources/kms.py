"""Keys."""

# ruff: noqa: D102  `Handler` says what each method does.
from __future__ import annotations

from typing import Any

from .handler import Handler, Properties, Work, document, some


class KeyHandler(Handler):
    """`AWS::KMS::Key`."""

    applied = frozenset({"Description", "EnableKeyRotation", "KeyPolicy", "Tags"})
    attribute_names = frozenset({"Arn", "KeyId"})

    def create(self, work: Work, properties: Properties) -> str:
        tags = work.tags(properties.get("Tags"))
        policy = properties.get("KeyPolicy")
        answer = work.client("kms").create_key(
            Tags=[{"TagKey": key, "TagValue": value} for key, value in tags.items()],
            **({"Policy": document(policy)} if policy else {}),
            **some(properties, "Description"),
        )
        return str(answer["KeyMetadata"]["KeyId"])

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        work.client("kms").schedule_key_deletion(KeyId=physical_id)

    def attributes(self, work: Work, physical_id: str) -> dict[str, Any]:
        return {"Arn": work.arn("kms", f"key/{physical_id}"), "KeyId": physical_id}

    def settle(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        del previous
        if properties.get("EnableKeyRotation"):
            work.client("kms").enable_key_rotation(KeyId=physical_id)
