"""CloudWatch's alarms."""

# ruff: noqa: D102  `Handler` says what each method does.
from __future__ import annotations

from typing import Any

from .handler import Properties, PutHandler, Work

_SPECIAL = ("AlarmName", "Tags")


class AlarmHandler(PutHandler):
    """`AWS::CloudWatch::Alarm`."""

    name_property = "AlarmName"
    name_limit = 255
    parameters = ("cloudwatch", "PutMetricAlarm")
    attribute_names = frozenset({"Arn"})

    def put(self, work: Work, name: str, properties: Properties) -> None:
        parameters = {key: one for key, one in properties.items() if key not in _SPECIAL}
        work.client("cloudwatch").put_metric_alarm(
            AlarmName=name, Tags=work.tag_list(properties.get("Tags")), **parameters
        )

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        work.client("cloudwatch").delete_alarms(AlarmNames=[physical_id])

    def attributes(self, work: Work, physical_id: str) -> dict[str, Any]:
        return {"Arn": work.arn("cloudwatch", f"alarm:{physical_id}")}
