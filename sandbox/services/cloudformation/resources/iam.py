"""Roles and policies."""

# ruff: noqa: D102  `Handler` says what each method does.
from __future__ import annotations

from typing import Any

from .handler import Handler, Properties, Work, document, some


class RoleHandler(Handler):
    """`AWS::IAM::Role` with inline and attached policies and a boundary."""

    name_property = "RoleName"
    applied = frozenset(
        {
            "AssumeRolePolicyDocument",
            "Description",
            "ManagedPolicyArns",
            "MaxSessionDuration",
            "Path",
            "PermissionsBoundary",
            "Policies",
            "RoleName",
            "Tags",
        }
    )
    attribute_names = frozenset({"Arn", "RoleId"})

    def create(self, work: Work, properties: Properties) -> str:
        name: str = properties.get("RoleName") or work.generated_name(64)
        work.client("iam").create_role(
            RoleName=name,
            AssumeRolePolicyDocument=document(properties["AssumeRolePolicyDocument"]),
            Tags=work.tag_list(properties.get("Tags")),
            **some(properties, "Description", "MaxSessionDuration", "Path", "PermissionsBoundary"),
        )
        return name

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        iam = work.client("iam")
        iam.update_assume_role_policy(
            RoleName=physical_id,
            PolicyDocument=document(properties["AssumeRolePolicyDocument"]),
        )
        iam.update_role(
            RoleName=physical_id, **some(properties, "Description", "MaxSessionDuration")
        )
        if "PermissionsBoundary" in properties:
            iam.put_role_permissions_boundary(
                RoleName=physical_id, PermissionsBoundary=properties["PermissionsBoundary"]
            )
        elif "PermissionsBoundary" in previous:
            iam.delete_role_permissions_boundary(RoleName=physical_id)

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        del properties
        iam = work.client("iam")
        for policy in iam.list_attached_role_policies(RoleName=physical_id)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=physical_id, PolicyArn=policy["PolicyArn"])
        for name in iam.list_role_policies(RoleName=physical_id)["PolicyNames"]:
            iam.delete_role_policy(RoleName=physical_id, PolicyName=name)
        iam.delete_role(RoleName=physical_id)

    def attributes(self, work: Work, physical_id: str) -> dict[str, Any]:
        return some(work.client("iam").get_role(RoleName=physical_id)["Role"], "Arn", "RoleId")

    def settle(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        iam = work.client("iam")
        inline = {one["PolicyName"]: one for one in properties.get("Policies", [])}
        for policy_name, policy in inline.items():
            iam.put_role_policy(
                RoleName=physical_id,
                PolicyName=policy_name,
                PolicyDocument=document(policy["PolicyDocument"]),
            )
        for policy in previous.get("Policies", []):
            if policy["PolicyName"] not in inline:
                iam.delete_role_policy(RoleName=physical_id, PolicyName=policy["PolicyName"])
        wanted = set(properties.get("ManagedPolicyArns", []))
        attached = set(previous.get("ManagedPolicyArns", []))
        for arn in sorted(wanted - attached):
            iam.attach_role_policy(RoleName=physical_id, PolicyArn=arn)
        for arn in sorted(attached - wanted):
            iam.detach_role_policy(RoleName=physical_id, PolicyArn=arn)


class ManagedPolicyHandler(Handler):
    """`AWS::IAM::ManagedPolicy`."""

    name_property = "ManagedPolicyName"
    applied = frozenset({"Description", "ManagedPolicyName", "Path", "PolicyDocument"})
    attribute_names = frozenset({"PolicyArn", "PolicyId"})

    def create(self, work: Work, properties: Properties) -> str:
        answer = work.client("iam").create_policy(
            PolicyName=properties.get("ManagedPolicyName") or work.generated_name(128),
            PolicyDocument=document(properties["PolicyDocument"]),
            **some(properties, "Description", "Path"),
        )
        return str(answer["Policy"]["Arn"])

    def update(
        self, work: Work, physical_id: str, properties: Properties, previous: Properties
    ) -> None:
        if properties["PolicyDocument"] == previous["PolicyDocument"]:
            return
        iam = work.client("iam")
        versions = iam.list_policy_versions(PolicyArn=physical_id)["Versions"]
        for version in versions:
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=physical_id, VersionId=version["VersionId"])
        iam.create_policy_version(
            PolicyArn=physical_id,
            PolicyDocument=document(properties["PolicyDocument"]),
            SetAsDefault=True,
        )

    def delete(self, work: Work, physical_id: str, properties: Properties) -> None:
        iam = work.client("iam")
        del properties
        for version in iam.list_policy_versions(PolicyArn=physical_id)["Versions"]:
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=physical_id, VersionId=version["VersionId"])
        iam.delete_policy(PolicyArn=physical_id)

    def attributes(self, work: Work, physical_id: str) -> dict[str, Any]:
        policy = work.client("iam").get_policy(PolicyArn=physical_id)["Policy"]
        return {"PolicyArn": physical_id, "PolicyId": policy["PolicyId"]}
