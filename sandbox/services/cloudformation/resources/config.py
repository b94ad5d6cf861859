"""Config's rules and their remediation."""

# ruff: noqa: D102  `Handler` says what each method does.
from __future__ import annotations

import json
from typing import Any

from .handler import Properties, PutHandler, Work, some


class ConfigRuleHandler(PutHandler):
    """`AWS::Config::ConfigRule`."""

    name_property = "ConfigRuleName"
    parameters = ("config", "PutConfigRule", "ConfigRule")
    attribute_names = frozenset({"Arn", "ConfigRuleId"})

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        work.client("config").delete_config_rule(ConfigRuleName=physical_id)

    def attributes(self, work: Work, physical_id: str) -> dict[str, Any]:
        answer = work.client("config").describe_config_rules(ConfigRuleNames=[physical_id])
        rule = answer["ConfigRules"][0]
        return {"Arn": rule["ConfigRuleArn"], "ConfigRuleId": rule["ConfigRuleId"]}

    def put(self, work: Work, name: str, properties: Properties) -> None:
        rule = properties | {"ConfigRuleName": name}
        parameters = rule.get("InputParameters")
        if parameters is not None and not isinstance(parameters, str):
            rule["InputParameters"] = json.dumps(parameters)
        tags = work.tag_list(None)
        work.client("config").put_config_rule(ConfigRule=rule, **({"Tags": tags} if tags else {}))


class RemediationHandler(PutHandler):
    """`AWS::Config::RemediationConfiguration`."""

    name_property = "ConfigRuleName"
    parameters = ("config", "PutRemediationConfigurations", "RemediationConfigurations")

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        work.client("config").delete_remediation_configuration(
            ConfigRuleName=physical_id, **some(properties, "ResourceType")
        )

    def put(self, work: Work, name: str, properties: Properties) -> None:
        del name
        answer = work.client("config").put_remediation_configurations(
            RemediationConfigurations=[properties]
        )
        for batch in answer.get("FailedBatches") or []:
            raise ValueError(batch.get("FailureMessage", "The remediation was refused."))
