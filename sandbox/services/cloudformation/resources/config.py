"""Config's rules, their remediation, and runbooks."""

# ruff: noqa: D102  `Handler` says what each method does.
from __future__ import annotations

import json
from typing import Any

import yaml

from .handler import Handler, Properties, UnsupportedError, Work, some


class ConfigRuleHandler(Handler):
    """`AWS::Config::ConfigRule`."""

    name_property = "ConfigRuleName"
    applied = frozenset(
        {
            "ConfigRuleName",
            "Description",
            "EvaluationModes",
            "InputParameters",
            "MaximumExecutionFrequency",
            "Scope",
            "Source",
        }
    )
    attribute_names = frozenset({"Arn", "ConfigRuleId"})

    def create(self, work: Work, properties: Properties) -> str:
        name: str = properties.get("ConfigRuleName") or work.generated_name(128)
        self._put(work, name, properties)
        return name

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        del previous
        self._put(work, physical_id, properties)

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        work.client("config").delete_config_rule(ConfigRuleName=physical_id)

    def attributes(self, work: Work, physical_id: str) -> dict[str, Any]:
        answer = work.client("config").describe_config_rules(ConfigRuleNames=[physical_id])
        rule = answer["ConfigRules"][0]
        return {"Arn": rule["ConfigRuleArn"], "ConfigRuleId": rule["ConfigRuleId"]}

    def _put(self, work: Work, name: str, properties: Properties) -> None:
        rule = properties | {"ConfigRuleName": name}
        parameters = rule.get("InputParameters")
        if parameters is not None and not isinstance(parameters, str):
            rule["InputParameters"] = json.dumps(parameters)
        tags = work.tag_list(None)
        work.client("config").put_config_rule(ConfigRule=rule, **({"Tags": tags} if tags else {}))


class RemediationHandler(Handler):
    """`AWS::Config::RemediationConfiguration`; its properties are the API's parameters."""

    applied = frozenset(
        {
            "Automatic",
            "ConfigRuleName",
            "ExecutionControls",
            "MaximumAutomaticAttempts",
            "Parameters",
            "ResourceType",
            "RetryAttemptSeconds",
            "TargetId",
            "TargetType",
            "TargetVersion",
        }
    )

    def create(self, work: Work, properties: Properties) -> str:
        self._put(work, properties)
        return str(properties["ConfigRuleName"])

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        del physical_id, previous
        self._put(work, properties)

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        work.client("config").delete_remediation_configuration(
            ConfigRuleName=physical_id, **some(properties, "ResourceType")
        )

    def _put(self, work: Work, properties: Properties) -> None:
        answer = work.client("config").put_remediation_configurations(
            RemediationConfigurations=[properties]
        )
        for batch in answer.get("FailedBatches") or []:
            raise ValueError(batch.get("FailureMessage", "The remediation was refused."))


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
            "VersionName",
        }
    )

    def create(self, work: Work, properties: Properties) -> str:
        name: str = properties.get("Name") or work.generated_name(128)
        work.client("ssm").create_document(
            Name=name,
            Content=_content(properties),
            Tags=work.tag_list(properties.get("Tags")),
            **some(properties, "DocumentFormat", "DocumentType", "TargetType", "VersionName"),
        )
        return name

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        if _content(properties) == _content(previous):
            return
        documents = work.client("ssm")
        answer = documents.update_document(
            Name=physical_id,
            Content=_content(properties),
            DocumentVersion="$LATEST",
            **some(properties, "DocumentFormat", "TargetType", "VersionName"),
        )
        documents.update_document_default_version(
            Name=physical_id, DocumentVersion=answer["DocumentDescription"]["DocumentVersion"]
        )

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        work.client("ssm").delete_document(Name=physical_id)

    def needs_replacement(self, properties: Properties, previous: Properties) -> bool:
        """Without `NewVersion`, another content is another document."""
        is_versioned = properties.get("UpdateMethod") == "NewVersion"
        return not is_versioned and _content(properties) != _content(previous)


def _content(properties: Properties) -> str:
    content, kind = properties["Content"], properties.get("DocumentFormat", "JSON")
    if isinstance(content, str):
        return content
    content = _as_texts(content)
    if kind == "YAML":
        text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)
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
