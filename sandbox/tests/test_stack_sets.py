from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.client import Sandbox

from .test_cloudformation import ROLE, TOPIC, described, given, put_in_s3, reason, template

UNITS = {"OrganizationalUnitIds": ["ou-ab12-11111111"]}
INSTANCE = re.compile(r"StackSet-everywhere-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# A function that isn't there: the template is in order, its resource fails.
PERMISSION = {
    "Action": "lambda:InvokeFunction",
    "FunctionName": "nobody",
    "Principal": "config.amazonaws.com",
}
FAILING = template({"Admission": {"Type": "AWS::Lambda::Permission", "Properties": PERMISSION}})
NAMED = template(
    {"Topic": TOPIC | {"Properties": {"DisplayName": {"Ref": "Name"}}}},
    Parameters={"Name": {"Type": "String", "MaxLength": 10}},
)


@pytest.fixture
def cloudformation(sandbox: Sandbox) -> Any:
    return sandbox.client("cloudformation")


def stack_set(sandbox: Sandbox, body: str | None = None, **properties: Any) -> str:
    """A template with a stack set; properties that are None are left out."""
    set_of = {
        "StackSetName": "everywhere",
        "PermissionModel": "SERVICE_MANAGED",
        "AutoDeployment": {"Enabled": True, "RetainStacksOnAccountRemoval": False},
        "StackInstancesGroup": [{"DeploymentTargets": UNITS, "Regions": [sandbox.region]}],
        "TemplateBody": body or template(),
    } | properties
    present = {name: value for name, value in set_of.items() if value is not None}
    resource = {"Type": "AWS::CloudFormation::StackSet", "Properties": present}
    outputs = {
        "Ref": {"Value": {"Ref": "Set"}},
        "Id": {"Value": {"Fn::GetAtt": ["Set", "StackSetId"]}},
    }
    return json.dumps({"Resources": {"Set": resource}, "Outputs": outputs})


def create(cloudformation: Any, body: str) -> str:
    """Creates the stack that has the set; answers its status."""
    cloudformation.create_stack(StackName="organization", TemplateBody=body)
    return str(described(cloudformation, "organization")["StackStatus"])


def update(cloudformation: Any, body: str) -> str:
    cloudformation.update_stack(StackName="organization", TemplateBody=body)
    return str(described(cloudformation, "organization")["StackStatus"])


def instances(cloudformation: Any) -> list[Any]:
    stacks = cloudformation.describe_stacks()["Stacks"]
    return [one for one in stacks if one["StackName"].startswith("StackSet-")]


def refused(cloudformation: Any, body: str) -> str:
    """Why the set could not be made; nothing of it is left."""
    assert create(cloudformation, body) == "ROLLBACK_COMPLETE"
    assert instances(cloudformation) == []
    return failure_of_set(cloudformation)


def failure_of_set(cloudformation: Any) -> str:
    events = cloudformation.describe_stack_events(StackName="organization")["StackEvents"]
    return next(
        str(one["ResourceStatusReason"])
        for one in events
        if one["LogicalResourceId"] == "Set" and one["ResourceStatus"].endswith("_FAILED")
    )


def topics(sandbox: Sandbox) -> int:
    return len(sandbox.client("sns").list_topics()["Topics"])


class TestInstance:
    def test_the_account_gets_one_stack_with_a_name_of_its_own(
        self, sandbox: Sandbox, cloudformation: Any
    ) -> None:
        assert create(cloudformation, stack_set(sandbox)) == "CREATE_COMPLETE"
        (instance,) = instances(cloudformation)
        assert INSTANCE.fullmatch(instance["StackName"])
        assert instance["StackStatus"] == "CREATE_COMPLETE"
        assert topics(sandbox) == 1
        stack = described(cloudformation, "organization")
        shown = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
        assert re.fullmatch("everywhere:[0-9a-f-]{36}", shown["Ref"])
        assert shown["Id"] == shown["Ref"]

    def test_parameters_and_tags_arrive(self, sandbox: Sandbox, cloudformation: Any) -> None:
        tags = [{"Key": "team", "Value": "security"}]
        create(cloudformation, stack_set(sandbox, NAMED, Parameters=given(Name="a"), Tags=tags))
        (instance,) = instances(cloudformation)
        assert instance["Parameters"] == given(Name="a")
        assert instance["Tags"] == tags

    def test_template_in_s3_is_taken(self, sandbox: Sandbox, cloudformation: Any) -> None:
        put_in_s3(sandbox, template())
        url = f"https://s3.{sandbox.region}.amazonaws.com/templates/template"
        body = stack_set(sandbox, TemplateBody=None, TemplateURL=url)
        assert create(cloudformation, body) == "CREATE_COMPLETE"
        assert len(instances(cloudformation)) == 1

    def test_update_changes_it(self, sandbox: Sandbox, cloudformation: Any) -> None:
        create(cloudformation, stack_set(sandbox, NAMED, Parameters=given(Name="a")))
        (before,) = instances(cloudformation)
        body = stack_set(sandbox, NAMED, Parameters=given(Name="b"))
        assert update(cloudformation, body) == "UPDATE_COMPLETE"
        (after,) = instances(cloudformation)
        assert after["StackId"] == before["StackId"]
        assert after["Parameters"] == given(Name="b")
        assert after["StackStatus"] == "UPDATE_COMPLETE"

    def test_update_of_the_set_alone_leaves_it(self, sandbox: Sandbox, cloudformation: Any) -> None:
        create(cloudformation, stack_set(sandbox))
        body = stack_set(sandbox, OperationPreferences={"FailureTolerancePercentage": 10})
        assert update(cloudformation, body) == "UPDATE_COMPLETE"
        assert instances(cloudformation)[0]["StackStatus"] == "CREATE_COMPLETE"

    def test_goes_with_its_group(self, sandbox: Sandbox, cloudformation: Any) -> None:
        create(cloudformation, stack_set(sandbox))
        update(cloudformation, stack_set(sandbox, StackInstancesGroup=None))
        assert instances(cloudformation) == []
        assert topics(sandbox) == 0

    def test_goes_with_the_set(self, sandbox: Sandbox, cloudformation: Any) -> None:
        create(cloudformation, stack_set(sandbox))
        cloudformation.delete_stack(StackName="organization")
        assert instances(cloudformation) == []
        assert topics(sandbox) == 0

    def test_one_that_cannot_be_deleted_keeps_the_set(
        self, sandbox: Sandbox, cloudformation: Any
    ) -> None:
        group = {"Type": "AWS::Logs::LogGroup"}
        create(cloudformation, stack_set(sandbox, template({"Group": group})))
        sandbox.faults.add("logs", "DeleteLogGroup", kind="access-denied", times=0)
        cloudformation.delete_stack(StackName="organization")
        assert described(cloudformation, "organization")["StackStatus"] == "DELETE_FAILED"
        assert "failed to delete: [Group]" in failure_of_set(cloudformation)

    def test_another_set_leaves_it_alone(self, sandbox: Sandbox, cloudformation: Any) -> None:
        create(cloudformation, stack_set(sandbox))
        other = stack_set(sandbox, StackSetName="every")
        cloudformation.create_stack(StackName="other", TemplateBody=other)
        cloudformation.delete_stack(StackName="other")
        (left,) = instances(cloudformation)
        assert INSTANCE.fullmatch(left["StackName"])

    def test_failure_fails_the_set(self, sandbox: Sandbox, cloudformation: Any) -> None:
        why = refused(cloudformation, stack_set(sandbox, FAILING))
        assert "ResourceLogicalId:Admission, ResourceType:AWS::Lambda::Permission, " in why

    def test_failure_of_an_update_is_told(self, sandbox: Sandbox, cloudformation: Any) -> None:
        create(cloudformation, stack_set(sandbox))
        assert update(cloudformation, stack_set(sandbox, FAILING)) == "UPDATE_FAILED"
        assert "ResourceLogicalId:Admission" in failure_of_set(cloudformation)
        assert topics(sandbox) == 1

    @pytest.mark.parametrize(
        ("preferences", "status"),
        [
            ({"FailureTolerancePercentage": 99}, "ROLLBACK_COMPLETE"),
            ({"FailureTolerancePercentage": 100}, "CREATE_COMPLETE"),
            ({"FailureToleranceCount": 1}, "CREATE_COMPLETE"),
        ],
    )
    def test_failure_within_the_tolerance_does_not(
        self, sandbox: Sandbox, cloudformation: Any, preferences: Mapping[str, int], status: str
    ) -> None:
        body = stack_set(sandbox, FAILING, OperationPreferences=preferences)
        assert create(cloudformation, body) == status

    def test_value_that_its_parameter_does_not_allow_fails_the_set(
        self, sandbox: Sandbox, cloudformation: Any
    ) -> None:
        why = refused(cloudformation, stack_set(sandbox, NAMED, Parameters=given(Name="x" * 11)))
        assert "Parameter 'Name' must contain at most 10 characters" in why


class TestRefusal:
    @pytest.mark.parametrize(
        ("body", "message"),
        [
            (
                template(Transform="AWS::Serverless-2016-10-31"),
                "Transform is not supported in SERVICE_MANAGED permission model",
            ),
            (
                template({"Topic": TOPIC | {"Properties": {"Fn::Transform": {"Name": "Macro"}}}}),
                "Transform is not supported in SERVICE_MANAGED permission model",
            ),
            (
                template(
                    {
                        "Nested": {
                            "Type": "AWS::CloudFormation::Stack",
                            "Properties": {"TemplateURL": "https://s3.amazonaws.com/a/b"},
                        }
                    }
                ),
                "Stack resource is not supported in SERVICE_MANAGED permission model",
            ),
        ],
    )
    def test_template_that_the_default_role_cannot_deploy(
        self, sandbox: Sandbox, cloudformation: Any, body: str, message: str
    ) -> None:
        assert message in refused(cloudformation, stack_set(sandbox, body))

    def test_set_within_a_set(self, sandbox: Sandbox, cloudformation: Any) -> None:
        why = refused(cloudformation, stack_set(sandbox, stack_set(sandbox)))
        assert "StackSet resource is not supported in SERVICE_MANAGED permission model" in why

    @pytest.mark.parametrize(
        ("properties", "message"),
        [
            ({"Parameters": given(Nobody="a")}, "Parameters: [Nobody] do not exist in the templ"),
            ({"TemplateBody": NAMED}, "Parameters: [Name] must have values"),
            ({"TemplateBody": template({"R": ROLE})}, "Requires capabilities : [CAPABILITY_IAM]"),
            ({"AutoDeployment": None}, "AutoDeployment must be specified"),
            (
                {"AutoDeployment": {"Enabled": False, "RetainStacksOnAccountRemoval": True}},
                "RetainStacksOnAccountRemoval can only be specified",
            ),
            (
                {"TemplateBody": None, "TemplateURL": "http://s3.amazonaws.com/templates/template"},
                "TemplateURL must begin with https://",
            ),
            (
                {"TemplateBody": None, "TemplateURL": "https://example.com/templates/template"},
                "TemplateURL must be a supported URL.",
            ),
            (
                {"TemplateBody": None, "TemplateURL": "https://s3.amazonaws.com/templates/no"},
                "The specified bucket does not exist",
            ),
            ({"TemplateBody": None}, "is not valid under any of the given schemas"),
            ({"StackSetName": "every where"}, "#/StackSetName: failed validation"),
            ({"CallAs": "SOMEBODY"}, "#/CallAs"),
            ({"PermissionModel": "SELF_MANAGED"}, "The sandbox's stack sets are SERVICE_MANAGED."),
        ],
    )
    def test_of_properties(
        self, sandbox: Sandbox, cloudformation: Any, properties: dict[str, Any], message: str
    ) -> None:
        # Refused outright, not a stack that fails: no tolerance helps.
        tolerant = {"OperationPreferences": {"FailureTolerancePercentage": 100}} | properties
        assert message in refused(cloudformation, stack_set(sandbox, **tolerant))

    @pytest.mark.parametrize(
        ("group", "message"),
        [
            ({"DeploymentTargets": {"Accounts": ["123456789012"]}}, "OrganizationalUnitIds are re"),
            (
                {"DeploymentTargets": UNITS | {"Accounts": ["123456789012"]}},
                "no single accounts",
            ),
            ({"DeploymentTargets": {"OrganizationalUnitIds": ["all"]}}, "OrganizationalUnitIds/0"),
            ({"Regions": ["ap-south-1"]}, "deploy to their own region"),
            ({"ParameterOverrides": given(A="b")}, "nor overrides"),
        ],
    )
    def test_of_targets(
        self, sandbox: Sandbox, cloudformation: Any, group: dict[str, Any], message: str
    ) -> None:
        whole = {"DeploymentTargets": UNITS, "Regions": [sandbox.region]} | group
        assert message in refused(cloudformation, stack_set(sandbox, StackInstancesGroup=[whole]))

    def test_of_a_name_that_is_taken(self, sandbox: Sandbox, cloudformation: Any) -> None:
        create(cloudformation, stack_set(sandbox))
        cloudformation.create_stack(StackName="stack", TemplateBody=stack_set(sandbox))
        assert "Stack set everywhere already exists" in reason(cloudformation, "Set")
        assert len(instances(cloudformation)) == 1

    def test_of_an_update_leaves_the_stack(self, sandbox: Sandbox, cloudformation: Any) -> None:
        create(cloudformation, stack_set(sandbox))
        body = stack_set(sandbox, Parameters=given(Nobody="a"))
        assert update(cloudformation, body) == "UPDATE_FAILED"
        assert instances(cloudformation)[0]["StackStatus"] == "CREATE_COMPLETE"
