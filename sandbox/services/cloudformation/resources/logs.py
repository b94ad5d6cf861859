"""Groups of logs."""

# ruff: noqa: D102  `Handler` says what each method does.
from __future__ import annotations

from typing import Any

from .handler import Handler, Properties, Work


class LogGroupHandler(Handler):
    """`AWS::Logs::LogGroup`."""

    name_property = "LogGroupName"
    applied = frozenset({"LogGroupName", "RetentionInDays", "Tags"})
    attribute_names = frozenset({"Arn"})

    def create(self, work: Work, properties: Properties) -> str:
        name: str = properties.get("LogGroupName") or work.generated_name(512)
        tags = work.tags(properties.get("Tags"))
        work.client("logs").create_log_group(logGroupName=name, **({"tags": tags} if tags else {}))
        return name

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        """Leaves it to `settle`."""

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
