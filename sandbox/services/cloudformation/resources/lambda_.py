"""Functions and who may invoke them."""

# ruff: noqa: D102  `Handler` says what each method does.
from __future__ import annotations

from typing import Any

from moto.awslambda.utils import get_backend

from .handler import Handler, Properties, UnsupportedError, Work, some

_CONFIGURATION = (
    "Description",
    "Environment",
    "Handler",
    "MemorySize",
    "Role",
    "Runtime",
    "Timeout",
    "LoggingConfig",
)
_CODE = ("S3Bucket", "S3Key", "S3ObjectVersion")


class FunctionHandler(Handler):
    """`AWS::Lambda::Function` with its code in S3."""

    name_property = "FunctionName"
    applied = frozenset(_CONFIGURATION) | {
        "Code",
        "FunctionName",
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
            **some(properties, *_CONFIGURATION),
        )
        return name

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        functions = work.client("lambda")
        if properties["Code"] != previous["Code"]:
            functions.update_function_code(FunctionName=physical_id, **properties["Code"])
        functions.update_function_configuration(
            FunctionName=physical_id, **some(properties, *_CONFIGURATION)
        )

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        work.client("lambda").delete_function(FunctionName=physical_id)

    def attributes(self, work: Work, physical_id: str) -> dict[str, Any]:
        return {"Arn": work.arn("lambda", f"function:{physical_id}")}

    def settle(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        del previous
        # moto has no LoggingConfig; this is where the function's log goes.
        group = properties.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{physical_id}")
        function = get_backend(work.account, work.region).get_function(physical_id)
        function.logs_group_name = group


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
