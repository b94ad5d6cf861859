"""EventBridge's rules."""

# ruff: noqa: D102  `Handler` says what each method does.
from __future__ import annotations

from typing import Any

from .handler import Properties, PutHandler, Work, document, some


class EventRuleHandler(PutHandler):
    """`AWS::Events::Rule` with its targets."""

    name_property = "Name"
    name_limit = 64
    applied = frozenset({"Targets"})
    parameters = ("events", "PutRule")
    attribute_names = frozenset({"Arn"})

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        targets = [one["Id"] for one in properties.get("Targets", [])]
        if targets:
            self._remove_targets(work, physical_id, targets, properties)
        work.client("events").delete_rule(Name=physical_id, **some(properties, "EventBusName"))

    def attributes(self, work: Work, physical_id: str) -> dict[str, Any]:
        return {"Arn": work.arn("events", f"rule/{physical_id}")}

    def put(self, work: Work, name: str, properties: Properties) -> None:
        parameters = {
            key: value
            for key, value in properties.items()
            if key not in ("EventPattern", "Name", "Targets")
        }
        if "EventPattern" in properties:
            parameters["EventPattern"] = document(properties["EventPattern"])
        work.client("events").put_rule(Name=name, **parameters)

    def settle(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        if properties.get("Targets"):
            answer = work.client("events").put_targets(
                Rule=physical_id, Targets=properties["Targets"], **some(properties, "EventBusName")
            )
            if answer["FailedEntryCount"]:
                raise ValueError(f"Targets were refused: {answer['FailedEntries']}")
        kept = {one["Id"] for one in properties.get("Targets", [])}
        gone = [one["Id"] for one in previous.get("Targets", []) if one["Id"] not in kept]
        if gone:
            self._remove_targets(work, physical_id, gone, previous)

    def _remove_targets(
        self, work: Work, name: str, targets: list[str], properties: Properties
    ) -> None:
        work.client("events").remove_targets(
            Rule=name, Ids=targets, **some(properties, "EventBusName")
        )
