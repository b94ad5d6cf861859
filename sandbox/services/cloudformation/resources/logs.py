"""Groups of logs."""

# ruff: noqa: D102  `Handler` says what each method does.
from __future__ import annotations

from typing import Any

from .handler import Handler, Properties, UnsupportedError, Work


class LogGroupHandler(Handler):
    """`AWS::Logs::LogGroup`."""

    name_property = "LogGroupName"
    applied = frozenset({"KmsKeyId", "LogGroupClass", "LogGroupName", "RetentionInDays", "Tags"})
    attribute_names = frozenset({"Arn"})

    def create(self, work: Work, properties: Properties) -> str:
        name: str = properties.get("LogGroupName") or work.generated_name(512)
        optional: dict[str, Any] = {}
        if tags := work.tags(properties.get("Tags")):
            optional["tags"] = tags
        if "KmsKeyId" in properties:
            optional["kmsKeyId"] = properties["KmsKeyId"]
        if "LogGroupClass" in properties:
            optional["logGroupClass"] = properties["LogGroupClass"]
        work.client("logs").create_log_group(logGroupName=name, **optional)
        return name

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        del work, physical_id
        changed = {
            name
            for name in properties.keys() | previous.keys()
            if properties.get(name) != previous.get(name)
        }
        if changed - {"RetentionInDays", "Tags"}:
            raise UnsupportedError(f"The sandbox does not change {sorted(changed)} of a log group.")

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        work.client("logs").delete_log_group(logGroupName=physical_id)

    def attributes(self, work: Work, physical_id: str) -> dict[str, Any]:
        return {"Arn": work.arn("logs", f"log-group:{physical_id}:*")}

    def settle(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        if "RetentionInDays" in properties:
            work.client("logs").put_retention_policy(
                logGroupName=physical_id, retentionInDays=properties["RetentionInDays"]
            )
        elif "RetentionInDays" in previous:
            work.client("logs").delete_retention_policy(logGroupName=physical_id)
