"""Functions and their logs."""

# ruff: noqa: D102  `Handler` says what each method does.
from __future__ import annotations

import uuid
from typing import Any

from moto.awslambda.utils import get_backend

from .handler import Handler, Properties, UnsupportedError, Work, some

_CONFIGURATION = (
    "DeadLetterConfig",
    "Description",
    "Environment",
    "EphemeralStorage",
    "Handler",
    "MemorySize",
    "Role",
    "Runtime",
    "Timeout",
    "TracingConfig",
)
_CODE = ("S3Bucket", "S3Key", "S3ObjectVersion")


class FunctionHandler(Handler):
    """`AWS::Lambda::Function` with its code in S3."""

    name_property = "FunctionName"
    applied = frozenset(_CONFIGURATION) | {
        "Architectures",
        "Code",
        "FunctionName",
        "KmsKeyArn",
        "LoggingConfig",
        "PackageType",
        "ReservedConcurrentExecutions",
        "Tags",
    }
    attribute_names = frozenset({"Arn"})

    def create(self, work: Work, properties: Properties) -> str:
        name: str = properties.get("FunctionName") or work.generated_name(64)
        code = properties["Code"]
        if unknown := code.keys() - set(_CODE):
            raise UnsupportedError(f"The sandbox takes code from S3 alone, not {sorted(unknown)}.")
        work.client("lambda").create_function(
            FunctionName=name,
            Code=code,
            Tags=work.tags(properties.get("Tags")),
            **_configuration(properties),
            **some(properties, "Architectures", "PackageType"),
        )
        return name

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        functions = work.client("lambda")
        if properties["Code"] != previous["Code"]:
            functions.update_function_code(FunctionName=physical_id, **properties["Code"])
        functions.update_function_configuration(
            FunctionName=physical_id, **_configuration(properties)
        )

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        work.client("lambda").delete_function(FunctionName=physical_id)

    def attributes(self, work: Work, physical_id: str) -> dict[str, Any]:
        return {"Arn": work.arn("lambda", f"function:{physical_id}")}

    def settle(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        functions = work.client("lambda")
        reserved = properties.get("ReservedConcurrentExecutions")
        if reserved is not None:
            functions.put_function_concurrency(
                FunctionName=physical_id, ReservedConcurrentExecutions=reserved
            )
        elif "ReservedConcurrentExecutions" in previous:
            functions.delete_function_concurrency(FunctionName=physical_id)
        # moto has no LoggingConfig; this is where the function's log goes.
        group = properties.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{physical_id}")
        function = get_backend(work.account, work.region).get_function(physical_id)
        function.logs_group_name = group


def _configuration(properties: Properties) -> dict[str, Any]:
    configuration = some(properties, *_CONFIGURATION, "LoggingConfig")
    if "KmsKeyArn" in properties:
        configuration["KMSKeyArn"] = properties["KmsKeyArn"]
    return configuration


class PermissionHandler(Handler):
    """`AWS::Lambda::Permission`: a statement of a function's policy."""

    applied = frozenset({"Action", "FunctionName", "Principal", "SourceAccount", "SourceArn"})

    def create(self, work: Work, properties: Properties) -> str:
        statement = work.generated_name(100)
        work.client("lambda").add_permission(StatementId=statement, **properties)
        return statement

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        work.client("lambda").remove_permission(
            FunctionName=properties["FunctionName"], StatementId=physical_id
        )


class EventInvokeConfigHandler(Handler):
    """`AWS::Lambda::EventInvokeConfig`: how often an asynchronous event is tried."""

    applied = frozenset(
        {
            "DestinationConfig",
            "FunctionName",
            "MaximumEventAgeInSeconds",
            "MaximumRetryAttempts",
            "Qualifier",
        }
    )

    def create(self, work: Work, properties: Properties) -> str:
        work.client("lambda").put_function_event_invoke_config(**properties)
        return str(uuid.uuid4())

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        # moto would add a second configuration and go on showing the first.
        self.delete(work, physical_id, previous)
        work.client("lambda").put_function_event_invoke_config(**properties)

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del physical_id
        work.client("lambda").delete_function_event_invoke_config(
            **some(properties, "FunctionName", "Qualifier")
        )


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
