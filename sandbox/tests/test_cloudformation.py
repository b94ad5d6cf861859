from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from sandbox.client import Sandbox

from .conftest import error_of, message_of

TOPIC = {"Type": "AWS::SNS::Topic"}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}


@pytest.fixture
def cloudformation(sandbox: Sandbox) -> Any:
    return sandbox.client("cloudformation")


def template(resources: Any = None, **sections: Any) -> str:
    return json.dumps({"Resources": resources or {"Topic": TOPIC}} | sections)


def topic(**properties: Any) -> dict[str, Any]:
    return TOPIC | {"Properties": properties}


def given(**values: str) -> list[dict[str, str]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


def create(cloudformation: Any, body: str, **request: Any) -> Any:
    cloudformation.create_stack(StackName="stack", TemplateBody=body, **request)
    return described(cloudformation)


def update(cloudformation: Any, body: str, **request: Any) -> Any:
    cloudformation.update_stack(StackName="stack", TemplateBody=body, **request)
    return described(cloudformation)


def described(cloudformation: Any, name: str = "stack") -> Any:
    return cloudformation.describe_stacks(StackName=name)["Stacks"][0]


def outputs(stack: Any) -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def resolved(cloudformation: Any, value: Any, resources: Any = None, **sections: Any) -> str:
    """What a value of an output comes to."""
    request = {"Parameters": sections.pop("given")} if "given" in sections else {}
    body = template(resources, Outputs={"Value": {"Value": value}}, **sections)
    return outputs(create(cloudformation, body, **request))["Value"]


def history(cloudformation: Any, logical_id: str) -> list[str]:
    """The statuses of a resource, oldest first."""
    stack = cloudformation.list_stacks()["StackSummaries"][0]["StackId"]
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return [
        one["ResourceStatus"] for one in reversed(events) if one["LogicalResourceId"] == logical_id
    ]


def reason(cloudformation: Any, logical_id: str) -> str:
    """Why a resource failed."""
    stack = cloudformation.list_stacks()["StackSummaries"][0]["StackId"]
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return next(
        str(one["ResourceStatusReason"])
        for one in events
        if one["LogicalResourceId"] == logical_id and one["ResourceStatus"].endswith("_FAILED")
    )


def refusal(cloudformation: Any, body: str, **request: Any) -> str:
    with pytest.raises(ClientError) as raised:
        create(cloudformation, body, **request)
    assert error_of(raised) == ("ValidationError", 400)
    return message_of(raised)


class TestTemplate:
    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ("{", "JSON not well-formed. (line 1, column 2)"),
            ("a: [", "YAML not well-formed. (line 1, column 5)"),
            ("text", "unsupported structure."),
            ("{}", "At least one Resources member must be defined."),
            (template({"A-B": TOPIC}), "Resource name A-B is non alphanumeric."),
            (template({"A": {}}), "[/Resources/A] Every Resources object must contain a Type"),
            (template({"A": {"Type": "AWS::No::Such"}}), "resource types: [AWS::No::Such]"),
            (template(Parameters={"P": {}}), "Every Parameters object must contain a Type"),
            (
                template(
                    Parameters={"P": {"Type": "Text"}},
                ),
                "Parameters: [P] must have values",
            ),
        ],
    )
    def test_malformed_one_is_refused(self, cloudformation: Any, body: str, message: str) -> None:
        assert message in refusal(cloudformation, body)

    def test_unknown_section_is_refused(self, cloudformation: Any) -> None:
        expected = "Invalid template property or properties [Foo]"
        assert refusal(cloudformation, template(Foo={})) == expected

    def test_transforms_are_not_supported(self, cloudformation: Any) -> None:
        message = refusal(cloudformation, template(Transform="AWS::Serverless-2016-10-31"))
        assert "runs no transforms: AWS::Serverless-2016-10-31" in message

    def test_type_that_the_sandbox_does_not_create_is_named(self, cloudformation: Any) -> None:
        message = refusal(cloudformation, template({"Queue": {"Type": "AWS::SQS::Queue"}}))
        assert message == "The sandbox does not create resources of AWS::SQS::Queue."

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ({"Ref": "No"}, "Unresolved resource dependencies [No] in the Resources block"),
            ({"Fn::Sub": "${No}"}, "Unresolved resource dependencies [No] in the Resources block"),
            ({"Fn::GetAtt": "No.Arn"}, "Unresolved resource dependencies [No] in the Resources"),
            ({"Fn::GetAtt": ["Role", "No"]}, "Role does not support attribute type No in"),
            ({"Fn::If": ["No", 1, 2]}, "Unresolved condition dependency No in the Resources"),
            ({"Fn::FindInMap": ["No", 1, 2]}, "Mapping named 'No' is not present in the 'Mapp"),
        ],
    )
    def test_reference_to_nothing_is_refused(
        self, cloudformation: Any, value: Any, message: str
    ) -> None:
        body = template({"Role": ROLE, "Topic": topic(DisplayName=value)})
        assert message in refusal(cloudformation, body, Capabilities=["CAPABILITY_IAM"])

    def test_reference_to_a_resource_whose_condition_is_false_is_refused(
        self, cloudformation: Any
    ) -> None:
        resources = {
            "Absent": TOPIC | {"Condition": "Never"},
            "Topic": topic(DisplayName={"Ref": "Absent"}),
        }
        body = template(resources, Conditions={"Never": {"Fn::Equals": [1, 2]}})
        expected = "Unresolved resource dependencies [Absent] in the Resources block"
        assert expected in refusal(cloudformation, body)

    def test_output_of_nothing_is_refused(self, cloudformation: Any) -> None:
        body = template(Outputs={"Value": {"Value": {"Ref": "No"}}})
        expected = "Unresolved resource dependencies [No] in the Outputs block of the template"
        assert expected in refusal(cloudformation, body)

    def test_condition_on_a_resource_is_refused(self, cloudformation: Any) -> None:
        body = template(Conditions={"C": {"Fn::Equals": [{"Ref": "Topic"}, ""]}})
        expected = "Unresolved dependencies [Topic]. Cannot reference resources in the Conditions"
        assert expected in refusal(cloudformation, body)

    def test_circle_is_refused(self, cloudformation: Any) -> None:
        resources = {
            "A": topic(DisplayName={"Ref": "B"}),
            "B": topic(DisplayName={"Fn::Sub": "${A.TopicName}"}),
            "C": TOPIC,
        }
        expected = "Circular dependency between resources: [A, B]"
        assert refusal(cloudformation, template(resources)) == expected

    def test_body_goes_up_to_51200_bytes(self, cloudformation: Any) -> None:
        body = template()
        message = refusal(cloudformation, body + " " * (51_201 - len(body)))
        assert message.endswith("Member must have length less than or equal to 51200")
        create(cloudformation, body + " " * (51_200 - len(body)))

    def test_larger_one_is_taken_from_s3(self, sandbox: Sandbox, cloudformation: Any) -> None:
        put_in_s3(sandbox, template() + " " * 900_000)
        url = f"{sandbox.endpoint}/templates/template"
        cloudformation.create_stack(StackName="stack", TemplateURL=url)
        assert described(cloudformation)["StackStatus"] == "CREATE_COMPLETE"

    def test_one_above_a_megabyte_is_refused(self, sandbox: Sandbox, cloudformation: Any) -> None:
        put_in_s3(sandbox, template() + " " * 1_000_000)
        with pytest.raises(ClientError, match="Template may not exceed 1000000 bytes in size"):
            cloudformation.create_stack(
                StackName="stack", TemplateURL="https://s3.amazonaws.com/templates/template"
            )

    @pytest.mark.parametrize(
        ("url", "message"),
        [
            ("https://templates.s3.eu-west-1.amazonaws.com/no", "S3 error: The specified key doe"),
            ("https://example.com/templates/template", "TemplateURL must be a supported URL"),
        ],
    )
    def test_one_that_is_not_in_s3_is_refused(
        self, sandbox: Sandbox, cloudformation: Any, url: str, message: str
    ) -> None:
        put_in_s3(sandbox, template())
        with pytest.raises(ClientError, match=message):
            cloudformation.create_stack(StackName="stack", TemplateURL=url)

    def test_needs_a_body_or_a_url(self, cloudformation: Any) -> None:
        with pytest.raises(ClientError, match="Either Template URL or Template Body must be"):
            cloudformation.create_stack(StackName="stack")

    def test_is_described(self, cloudformation: Any) -> None:
        body = template(
            {"Role": ROLE},
            Description="What it is",
            Metadata={"Key": "value"},
            Parameters={"P": {"Type": "Number", "Default": 1, "AllowedValues": [1, 2]}},
        )
        summary = cloudformation.get_template_summary(TemplateBody=body)
        assert summary["ResourceTypes"] == ["AWS::IAM::Role"]
        assert summary["Metadata"] == '{"Key": "value"}'
        assert summary["Parameters"][0]["ParameterConstraints"] == {"AllowedValues": ["1", "2"]}
        assert summary["Capabilities"] == ["CAPABILITY_IAM"]
        assert summary["Description"] == "What it is"
        assert summary["Parameters"][0]["DefaultValue"] == "1"


def put_in_s3(sandbox: Sandbox, body: str) -> None:
    s3 = sandbox.client("s3")
    location = {"LocationConstraint": sandbox.region}
    s3.create_bucket(Bucket="templates", CreateBucketConfiguration=location)
    s3.put_object(Bucket="templates", Key="template", Body=body.encode())


def has_list(cloudformation: Any, parameters: Any, items: list[str]) -> bool:
    """Whether the parameter L of a template is a list of these items."""
    rule = {"Assertions": [{"Assert": {"Fn::Equals": [{"Ref": "L"}, items]}}]}
    stack = create(cloudformation, template(Parameters=parameters, Rules={"Rule": rule}))
    return bool(stack["StackStatus"] == "CREATE_COMPLETE")


class TestParameters:
    @pytest.mark.parametrize(
        ("declaration", "value", "message"),
        [
            ({"AllowedPattern": "[a-z]+"}, "A", "Parameter 'P' must match pattern [a-z]+"),
            ({"AllowedPattern": "[a-z]*"}, "a1", "Parameter 'P' must match pattern [a-z]*"),
            ({"AllowedValues": ["a", "b"]}, "c", "Parameter 'P' must be one of AllowedValues"),
            ({"AllowedValues": [True]}, "no", "Parameter 'P' must be one of AllowedValues"),
            ({"MinLength": 2}, "a", "Parameter 'P' must contain at least 2 characters"),
            ({"MaxLength": 2}, "abc", "Parameter 'P' must contain at most 2 characters"),
            ({"Type": "Number"}, "x", "Parameter 'P' must be a number."),
            ({"Type": "Number", "MinValue": 2}, "1", "must be a number not less than 2"),
            ({"Type": "Number", "MaxValue": 2}, "3", "must be a number not greater than 2"),
            ({"Type": "CommaDelimitedList", "AllowedPattern": "a"}, "a, b", "match pattern a"),
            ({"Type": "List<Number>"}, "1,b", "Parameter 'P' must be a number."),
            (
                {"MinLength": 2, "ConstraintDescription": "be long"},
                "a",
                "Parameter P failed to satisfy constraint: be long",
            ),
        ],
    )
    def test_value_outside_the_constraints_is_refused(
        self, cloudformation: Any, declaration: Any, value: str, message: str
    ) -> None:
        body = template(Parameters={"P": {"Type": "String"} | declaration})
        assert message in refusal(cloudformation, body, Parameters=given(P=value))

    def test_default_must_satisfy_the_constraints_too(self, cloudformation: Any) -> None:
        body = template(Parameters={"P": {"Type": "String", "Default": "x", "MinLength": 2}})
        assert "must contain at least 2" in refusal(cloudformation, body)

    def test_unknown_and_missing_ones_are_refused(self, cloudformation: Any) -> None:
        body = template(Parameters={"P": {"Type": "String"}})
        assert refusal(cloudformation, body) == "Parameters: [P] must have values"
        message = refusal(cloudformation, body, Parameters=given(P="p", Q="q"))
        assert message == "Parameters: [Q] do not exist in the template"

    def test_unknown_type_is_refused(self, cloudformation: Any) -> None:
        body = template(Parameters={"P": {"Type": "AWS::EC2::VPC::Id"}})
        message = refusal(cloudformation, body, Parameters=given(P="vpc"))
        assert "Unrecognized parameter type: AWS::EC2::VPC::Id" in message

    def test_list_is_split_and_trimmed(self, cloudformation: Any) -> None:
        parameters = {"L": {"Type": "CommaDelimitedList", "Default": "a, b"}}
        assert has_list(cloudformation, parameters, ["a", "b"])

    def test_blank_list_has_one_blank_item(self, cloudformation: Any) -> None:
        parameters = {"L": {"Type": "CommaDelimitedList", "Default": ""}}
        assert has_list(cloudformation, parameters, [""])

    def test_no_echo_is_not_shown(self, cloudformation: Any) -> None:
        body = template(Parameters={"P": {"Type": "String", "NoEcho": True}})
        stack = create(cloudformation, body, Parameters=given(P="secret"))
        assert stack["Parameters"] == [{"ParameterKey": "P", "ParameterValue": "****"}]

    def test_previous_value_is_kept(self, cloudformation: Any) -> None:
        sections = {"Parameters": {"P": {"Type": "String"}}}
        value = {"Outputs": {"P": {"Value": {"Ref": "P"}}}}
        create(cloudformation, template(**sections), Parameters=given(P="kept"))
        kept = [{"ParameterKey": "P", "UsePreviousValue": True}]
        stack = update(cloudformation, template(**sections, **value), Parameters=kept)
        assert outputs(stack) == {"P": "kept"}

    def test_new_stack_has_no_previous_value(self, cloudformation: Any) -> None:
        body = template(Parameters={"P": {"Type": "String"}})
        kept = [{"ParameterKey": "P", "UsePreviousValue": True}]
        assert "usePreviousValue" in refusal(cloudformation, body, Parameters=kept)


class TestRules:
    PARAMETERS = {
        "P": {"Type": "String", "Default": "p"},
        "L": {"Type": "CommaDelimitedList", "Default": "a,b"},
    }

    @pytest.mark.parametrize(
        "assertion",
        [
            {"Fn::Equals": [{"Ref": "P"}, "p"]},
            {"Fn::Not": [{"Fn::Equals": [{"Ref": "P"}, ""]}]},
            {"Fn::Equals": [{"Ref": "L"}, ["a", "b"]]},
            {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
        ],
    )
    def test_assertion_that_holds_lets_the_stack_be_made(
        self, cloudformation: Any, assertion: Any
    ) -> None:
        rules = {"Rule": {"Assertions": [{"Assert": assertion}]}}
        body = template(Rules=rules, Parameters=self.PARAMETERS)
        assert create(cloudformation, body)["StackStatus"] == "CREATE_COMPLETE"
        rules = {"Rule": {"Assertions": [{"Assert": {"Fn::Not": [assertion]}}]}}
        body = template(Rules=rules, Parameters=self.PARAMETERS)
        with pytest.raises(ClientError, match="Rule Rule: an assertion failed"):
            cloudformation.create_stack(StackName="other", TemplateBody=body)

    def test_failed_assertion_says_why(self, cloudformation: Any) -> None:
        assertion = {"Assert": {"Fn::Equals": [1, 2]}, "AssertDescription": "One is not two."}
        body = template(Rules={"Rule": {"Assertions": [assertion]}})
        assert "One is not two." in refusal(cloudformation, body)
        assert cloudformation.list_stacks()["StackSummaries"] == []

    def test_rule_whose_condition_is_false_is_not_judged(self, cloudformation: Any) -> None:
        rule = {
            "RuleCondition": {"Fn::Equals": [{"Ref": "P"}, "other"]},
            "Assertions": [{"Assert": {"Fn::Equals": [1, 2]}}],
        }
        body = template(Rules={"Rule": rule}, Parameters=self.PARAMETERS)
        assert create(cloudformation, body)["StackStatus"] == "CREATE_COMPLETE"

    @pytest.mark.parametrize(
        ("assertion", "function"),
        [
            ({"Fn::If": ["C", 1, 2]}, "Fn::If"),
            ({"Condition": "C"}, "Condition"),
            ({"Fn::Equals": [{"Fn::Join": ["", ["a", "b"]]}, "ab"]}, "Fn::Join"),
            ({"Fn::Not": [{"Fn::Equals": [{"Fn::Sub": "a"}, "b"]}]}, "Fn::Sub"),
        ],
    )
    @pytest.mark.parametrize("place", ["Assert", "RuleCondition"])
    def test_functions_that_rules_do_not_have_are_refused(
        self, cloudformation: Any, place: str, assertion: Any, function: str
    ) -> None:
        holds = {"Fn::Equals": [1, 1]}
        given = {"Assert": holds, "RuleCondition": holds} | {place: assertion}
        rule = {
            "RuleCondition": given["RuleCondition"],
            "Assertions": [{"Assert": given["Assert"]}],
        }
        body = template(Rules={"Rule": rule}, Conditions={"C": holds})
        assert f"not supported in the Rules block of the template: [{function}]" in refusal(
            cloudformation, body
        )

    def test_functions_of_lists_are_refused_by_name(self, cloudformation: Any) -> None:
        rules = {"Rule": {"Assertions": [{"Assert": {"Fn::Contains": [["a"], "a"]}}]}}
        message = refusal(cloudformation, template(Rules=rules))
        assert message == "The sandbox does not have Fn::Contains in rules."


class TestFunctions:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ({"Ref": "AWS::Region"}, "eu-west-1"),
            ({"Ref": "AWS::AccountId"}, "123456789012"),
            ({"Ref": "AWS::Partition"}, "aws"),
            ({"Ref": "AWS::URLSuffix"}, "amazonaws.com"),
            ({"Ref": "AWS::StackName"}, "stack"),
            ({"Fn::Sub": "a-${AWS::Region}-${!Literal}"}, "a-eu-west-1-${Literal}"),
            ({"Fn::FindInMap": ["Map", {"Ref": "P"}, "key"]}, "found"),
            ({"Fn::Join": ["-", ["a", {"Ref": "P"}, 1]]}, "a-p-1"),
            ({"Fn::Join": [";", {"Fn::Split": [",", "a,b"]}]}, "a;b"),
            ({"Fn::Select": ["1", {"Fn::Split": [",", "a,b"]}]}, "b"),
            ({"Fn::Select": [0, ["a", "b"]]}, "a"),
            ({"Fn::If": ["Yes", "yes", "no"]}, "yes"),
            ({"Fn::If": ["No", "yes", "no"]}, "no"),
            ({"Fn::If": ["Both", "yes", "no"]}, "no"),
            ({"Fn::If": ["Either", "yes", "no"]}, "yes"),
        ],
    )
    def test_value(self, cloudformation: Any, value: Any, expected: str) -> None:
        sections = {
            "Parameters": {"P": {"Type": "String", "Default": "p"}},
            "Mappings": {"Map": {"p": {"key": "found"}}},
            "Conditions": {
                "Yes": {"Fn::Equals": [{"Ref": "P"}, "p"]},
                "No": {"Fn::Not": [{"Condition": "Yes"}]},
                "Both": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]},
                "Either": {"Fn::Or": [{"Condition": "Yes"}, {"Condition": "No"}]},
            },
        }
        assert resolved(cloudformation, value, **sections) == expected

    def test_attributes_and_names_of_resources(self, cloudformation: Any) -> None:
        resources = {"Topic": topic(TopicName="named")}
        value = {"Fn::Sub": "${Topic} ${Topic.TopicName}"}
        arn = "arn:aws:sns:eu-west-1:123456789012:named"
        assert resolved(cloudformation, value, resources) == f"{arn} named"

    @pytest.mark.parametrize(
        ("region", "partition", "suffix"),
        [
            ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
            ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
        ],
    )
    def test_other_partitions_have_names_of_their_own(
        self, sandbox: Sandbox, region: str, partition: str, suffix: str
    ) -> None:
        value = {"Fn::Sub": "${AWS::Partition} ${AWS::URLSuffix} ${Topic}"}
        shown = resolved(
            sandbox.client("cloudformation", region), value, {"Topic": topic(TopicName="t")}
        )
        assert shown == f"{partition} {suffix} arn:{partition}:sns:{region}:123456789012:t"

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ({"Fn::FindInMap": ["Map", "a", "c"]}, "Unable to get mapping for Map::a::c"),
            ({"Fn::Base64": "a"}, "Fn::Base64 is not a function that the sandbox has"),
            (
                {"Fn::Join": [{"Ref": "AWS::Region"}, ["a"]]},
                "(1) a string delimiter and (2) a list",
            ),
            ({"Fn::Join": [",", "a"]}, "(1) a string delimiter and (2) a list"),
            ({"Fn::Sub": ["a", {"A": "a"}]}, "the sandbox has Fn::Sub of a text alone"),
            ({"Fn::Select": [2, ["a", "b"]]}, "cannot select nonexistent value at index 2"),
            ({"Fn::Select": [0, "a"]}, "cannot select nonexistent value at index 0"),
        ],
    )
    def test_wrong_argument_is_refused(self, cloudformation: Any, value: Any, message: str) -> None:
        body = template({"Topic": topic(DisplayName=value)}, Mappings={"Map": {"a": {"b": "c"}}})
        assert message in refusal(cloudformation, body)

    @pytest.mark.parametrize("function", ["Fn::And", "Fn::Or"])
    def test_condition_of_one_part_alone_is_refused(
        self, cloudformation: Any, function: str
    ) -> None:
        condition = {function: [{"Fn::Equals": ["a", "a"]}]}
        body = template({"Topic": TOPIC}, Conditions={"One": condition})
        expected = f"every {function} object requires a list of at least 2 and at most 10"
        assert expected in refusal(cloudformation, body)

    def test_circle_of_conditions_is_refused(self, cloudformation: Any) -> None:
        circle = {"A": {"Fn::Not": [{"Condition": "B"}]}, "B": {"Fn::Not": [{"Condition": "A"}]}}
        body = template({"Topic": TOPIC}, Conditions=circle)
        assert "Circular dependencies in conditions: [A, B]" in refusal(cloudformation, body)

    def test_short_forms_of_yaml_and_dates_as_written(self, cloudformation: Any) -> None:
        body = """
            Resources:
              Topic:
                Type: AWS::SNS::Topic
                Properties:
                  DisplayName: !GetAtt Other.TopicName
                  Tags: [{Key: date, Value: 2012-10-17}]
              Other:
                Type: AWS::SNS::Topic
                Properties: {TopicName: !Sub "${AWS::StackName}-other"}
            Outputs:
              Value: {Value: !If [Yes1, !Sub a, b]}
            Conditions:
              Yes1: !Not [!Equals [1, 2]]
        """
        stack = create(cloudformation, body)
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        assert outputs(stack) == {"Value": "a"}

    def test_no_value_removes_a_property_and_an_item(
        self, sandbox: Sandbox, cloudformation: Any
    ) -> None:
        nothing = {"Fn::If": ["Never", "x", {"Ref": "AWS::NoValue"}]}
        tags = [{"Key": "a", "Value": "b"}, {"Fn::If": ["Never", {}, {"Ref": "AWS::NoValue"}]}]
        body = template(
            {"Topic": topic(TopicName="t", DisplayName=nothing, Tags=tags)},
            Conditions={"Never": {"Fn::Equals": [1, 2]}},
        )
        create(cloudformation, body)
        arn = "arn:aws:sns:eu-west-1:123456789012:t"
        shown = sandbox.client("sns").list_tags_for_resource(ResourceArn=arn)
        assert shown["Tags"] == [{"Key": "a", "Value": "b"}]

    def test_export_is_refused(self, cloudformation: Any) -> None:
        exported = {"Value": "v", "Export": {"Name": "exported"}}
        assert "has no exports" in refusal(cloudformation, template(Outputs={"Value": exported}))


class TestOthers:
    @pytest.mark.parametrize("operation", ["list_exports", "describe_account_limits"])
    def test_operation_that_is_not_imitated_is_named(
        self, cloudformation: Any, operation: str
    ) -> None:
        with pytest.raises(ClientError, match="is not imitated here") as raised:
            getattr(cloudformation, operation)()
        assert error_of(raised)[0] == "NotImplemented"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DisableRollback", True),
            ("EnableTerminationProtection", True),
            ("OnFailure", "DELETE"),
            ("RoleARN", "arn:aws:iam::123456789012:role/deployer"),
        ],
    )
    def test_option_that_is_not_imitated_is_named(
        self, cloudformation: Any, name: str, value: Any
    ) -> None:
        with pytest.raises(ClientError, match=f"{name} .* is not imitated"):
            create(cloudformation, template(), **{name: value})


class TestCapabilities:
    NAMED = ROLE | {"Properties": {"AssumeRolePolicyDocument": TRUST, "RoleName": "named"}}

    @pytest.mark.parametrize(
        ("role", "given_ones", "missing"),
        [
            (ROLE, [], "CAPABILITY_IAM"),
            (NAMED, [], "CAPABILITY_NAMED_IAM"),
            (NAMED, ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM"),
        ],
    )
    def test_iam_must_be_acknowledged(
        self, cloudformation: Any, role: Any, given_ones: list[str], missing: str
    ) -> None:
        with pytest.raises(ClientError) as raised:
            create(cloudformation, template({"Role": role}), Capabilities=given_ones)
        assert error_of(raised) == ("InsufficientCapabilitiesException", 400)
        assert message_of(raised) == f"Requires capabilities : [{missing}]"

    @pytest.mark.parametrize("role", [ROLE, NAMED])
    def test_names_include_the_rest(self, cloudformation: Any, role: Any) -> None:
        acknowledged = ["CAPABILITY_NAMED_IAM"]
        stack = create(cloudformation, template({"Role": role}), Capabilities=acknowledged)
        assert stack["Capabilities"] == acknowledged


class TestCreate:
    def test_resources_come_in_the_order_of_their_dependencies(self, cloudformation: Any) -> None:
        resources = {
            "Last": topic(DisplayName={"Fn::GetAtt": "Middle.TopicName"}),
            "Middle": TOPIC | {"DependsOn": "First"},
            "First": TOPIC,
        }
        create(cloudformation, template(resources))
        listed = cloudformation.list_stack_resources(StackName="stack")
        ids = [one["LogicalResourceId"] for one in listed["StackResourceSummaries"]]
        assert ids == ["First", "Middle", "Last"]

    def test_resource_whose_condition_is_false_is_left_out(self, cloudformation: Any) -> None:
        resources = {
            "Topic": TOPIC | {"DependsOn": ["Absent"]},
            "Absent": TOPIC | {"Condition": "Never"},
        }
        conditions = {"Never": {"Fn::Equals": [1, 2]}}
        outputs_ = {"Absent": {"Value": {"Ref": "Absent"}, "Condition": "Never"}}
        stack = create(cloudformation, template(resources, Conditions=conditions, Outputs=outputs_))
        assert "Outputs" not in stack
        shown = cloudformation.describe_stack_resources(StackName="stack")["StackResources"]
        assert [one["LogicalResourceId"] for one in shown] == ["Topic"]

    def test_name_in_use_is_refused(self, cloudformation: Any) -> None:
        create(cloudformation, template())
        with pytest.raises(ClientError) as raised:
            create(cloudformation, template())
        assert error_of(raised) == ("AlreadyExistsException", 400)
        assert message_of(raised) == "Stack [stack] already exists"

    @pytest.mark.parametrize("name", ["1stack", "a_b", "a" * 129])
    def test_malformed_name_is_refused(self, cloudformation: Any, name: str) -> None:
        with pytest.raises(ClientError, match="at 'stackName' failed to satisfy constraint"):
            cloudformation.create_stack(StackName=name, TemplateBody=template())

    def test_failure_rolls_back_and_says_why(self, sandbox: Sandbox, cloudformation: Any) -> None:
        sandbox.client("logs").create_log_group(logGroupName="taken")
        group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "taken"}}
        resources = {
            "Topic": TOPIC,
            "Group": group | {"DependsOn": "Topic"},
            "Never": TOPIC | {"DependsOn": "Group"},
        }
        stack = create(cloudformation, template(resources))
        assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
        assert sandbox.client("sns").list_topics()["Topics"] == []
        assert sandbox.client("logs").describe_log_groups()["logGroups"]
        assert "already exists" in reason(cloudformation, "Group")
        assert "HandlerErrorCode: AlreadyExists" in reason(cloudformation, "Group")
        assert history(cloudformation, "Never") == []
        assert history(cloudformation, "stack") == [
            "CREATE_IN_PROGRESS",
            "ROLLBACK_IN_PROGRESS",
            "ROLLBACK_COMPLETE",
        ]
        waiter = cloudformation.get_waiter("stack_create_complete")
        with pytest.raises(WaiterError):
            waiter.wait(StackName="stack")

    @pytest.mark.parametrize(
        ("resource", "message"),
        [
            (topic(No="such"), "#: Additional properties are not allowed ('No' was"),
            (topic(TopicArn="arn"), "#: extraneous key [TopicArn] is not permitted"),
            (topic(FifoTopic="maybe"), "#/FifoTopic: 'maybe' is not of type 'boolean'"),
            ({"Type": "AWS::SSM::Document"}, "#: 'Content' is a required property"),
            (topic(ArchivePolicy={}), "The sandbox does not apply ArchivePolicy of AWS::SNS"),
        ],
    )
    def test_property_that_is_not_allowed_fails_the_resource(
        self, cloudformation: Any, resource: Any, message: str
    ) -> None:
        stack = create(cloudformation, template({"Resource": resource}))
        assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
        assert message in reason(cloudformation, "Resource")

    def test_stack_that_rolled_back_can_only_be_deleted(self, cloudformation: Any) -> None:
        create(cloudformation, template({"Topic": topic(No="such")}))
        with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be upd"):
            update(cloudformation, template())
        cloudformation.delete_stack(StackName="stack")
        assert create(cloudformation, template())["StackStatus"] == "CREATE_COMPLETE"

    def test_resources_inherit_the_stack_s_tags(
        self, sandbox: Sandbox, cloudformation: Any
    ) -> None:
        create(
            cloudformation,
            template({"Topic": topic(TopicName="t", Tags=[{"Key": "own", "Value": "o"}])}),
            Tags=[{"Key": "of", "Value": "stack"}],
        )
        arn = "arn:aws:sns:eu-west-1:123456789012:t"
        tags = sandbox.client("sns").list_tags_for_resource(ResourceArn=arn)["Tags"]
        assert {tag["Key"] for tag in tags} == {"own", "of"}


class TestUpdate:
    def test_adds_changes_and_removes(self, sandbox: Sandbox, cloudformation: Any) -> None:
        create(cloudformation, template({"Kept": topic(TopicName="kept"), "Gone": TOPIC}))
        changed = topic(TopicName="kept", DisplayName="shown")
        stack = update(cloudformation, template({"Kept": changed, "New": topic(TopicName="new")}))
        assert stack["StackStatus"] == "UPDATE_COMPLETE"
        arns = [one["TopicArn"] for one in sandbox.client("sns").list_topics()["Topics"]]
        assert [arn.rpartition(":")[2] for arn in arns] == ["kept", "new"]
        shown = sandbox.client("sns").get_topic_attributes(TopicArn=arns[0])["Attributes"]
        assert shown["DisplayName"] == "shown"
        cloudformation.get_waiter("stack_update_complete").wait(StackName="stack")

    @pytest.mark.parametrize("change", [{}, {"Description": "another"}])
    def test_of_nothing_is_refused(self, cloudformation: Any, change: Any) -> None:
        create(cloudformation, template())
        with pytest.raises(ClientError) as raised:
            update(cloudformation, template(**change))
        assert error_of(raised) == ("ValidationError", 400)
        assert message_of(raised) == "No updates are to be performed."

    def test_of_a_stack_that_is_not_there_is_refused(self, cloudformation: Any) -> None:
        with pytest.raises(ClientError, match=r"Stack \[stack\] does not exist"):
            update(cloudformation, template())

    def test_of_a_type_is_refused(self, cloudformation: Any) -> None:
        create(cloudformation, template({"R": TOPIC}))
        with pytest.raises(ClientError, match="Update of resource type is not permitted"):
            update(cloudformation, template({"R": {"Type": "AWS::Logs::LogGroup"}}))

    def test_may_use_the_previous_template(self, cloudformation: Any) -> None:
        body = template(
            {"Topic": topic(DisplayName={"Ref": "P"})}, Parameters={"P": {"Type": "String"}}
        )
        create(cloudformation, body, Parameters=given(P="a"))
        cloudformation.update_stack(
            StackName="stack", UsePreviousTemplate=True, Parameters=given(P="b")
        )
        assert described(cloudformation)["StackStatus"] == "UPDATE_COMPLETE"

    def test_replaces_what_can_not_be_changed(self, sandbox: Sandbox, cloudformation: Any) -> None:
        create(cloudformation, template({"Topic": topic(TopicName="old")}))
        update(cloudformation, template({"Topic": topic(TopicName="new")}))
        arns = [one["TopicArn"] for one in sandbox.client("sns").list_topics()["Topics"]]
        assert [arn.rpartition(":")[2] for arn in arns] == ["new"]

    def test_does_not_replace_what_has_a_name_of_its_own(self, cloudformation: Any) -> None:
        def named(path: str) -> Any:
            properties = {"AssumeRolePolicyDocument": TRUST, "RoleName": "named", "Path": path}
            return template({"Role": ROLE | {"Properties": properties}})

        acknowledged = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
        create(cloudformation, named("/a/"), **acknowledged)
        stack = update(cloudformation, named("/b/"), **acknowledged)
        assert stack["StackStatus"] == "UPDATE_FAILED"
        assert "a custom-named resource requires replacing" in reason(cloudformation, "Role")

    def test_changed_tags_are_refused(self, cloudformation: Any) -> None:
        before, after = ([{"Key": "team", "Value": value}] for value in "ab")
        create(cloudformation, template({"Topic": topic(Tags=before)}))
        stack = update(cloudformation, template({"Topic": topic(Tags=after)}))
        assert stack["StackStatus"] == "UPDATE_FAILED"
        refused = "The sandbox does not change the tags of a resource."
        assert refused in reason(cloudformation, "Topic")

    def test_failure_ends_where_it_is(self, cloudformation: Any) -> None:
        create(cloudformation, template({"Topic": topic(DisplayName="before")}))
        resources = {
            "Topic": topic(DisplayName="after"),
            "Bad": topic(No="such") | {"DependsOn": "Topic"},
        }
        stack = update(cloudformation, template(resources))
        assert stack["StackStatus"] == "UPDATE_FAILED"
        assert "The sandbox rolls no update back" in stack["StackStatusReason"]
        with pytest.raises(ClientError, match="is in UPDATE_FAILED state and can not be updated"):
            update(cloudformation, template())
        cloudformation.delete_stack(StackName="stack")
        assert history(cloudformation, "stack")[-1] == "DELETE_COMPLETE"


class TestDelete:
    def test_removes_everything_in_reverse(self, sandbox: Sandbox, cloudformation: Any) -> None:
        arn = create(cloudformation, template())["StackId"]
        cloudformation.delete_stack(StackName="stack")
        cloudformation.get_waiter("stack_delete_complete").wait(StackName="stack")
        assert sandbox.client("sns").list_topics()["Topics"] == []
        assert described(cloudformation, arn)["StackStatus"] == "DELETE_COMPLETE"
        with pytest.raises(ClientError, match="Stack with id stack does not exist"):
            described(cloudformation)

    def test_of_nothing_succeeds(self, cloudformation: Any) -> None:
        cloudformation.delete_stack(StackName="stack")

    @pytest.mark.parametrize("deletion_policy", ["Retain", "RetainExceptOnCreate"])
    def test_what_is_retained_stays(
        self, sandbox: Sandbox, cloudformation: Any, deletion_policy: str
    ) -> None:
        create(cloudformation, template({"Topic": TOPIC | {"DeletionPolicy": deletion_policy}}))
        cloudformation.delete_stack(StackName="stack")
        assert len(sandbox.client("sns").list_topics()["Topics"]) == 1
        assert history(cloudformation, "Topic")[-1] == "DELETE_SKIPPED"

    def test_what_somebody_else_deleted_is_no_obstacle(
        self, sandbox: Sandbox, cloudformation: Any
    ) -> None:
        group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "group"}}
        create(cloudformation, template({"Group": group}))
        sandbox.client("logs").delete_log_group(logGroupName="group")
        cloudformation.delete_stack(StackName="stack")
        assert history(cloudformation, "Group")[-1] == "DELETE_COMPLETE"

    def test_failure_is_said(self, sandbox: Sandbox, cloudformation: Any) -> None:
        create(cloudformation, template({"Group": {"Type": "AWS::Logs::LogGroup"}}))
        sandbox.faults.add("logs", "DeleteLogGroup", kind="access-denied", times=0)
        cloudformation.delete_stack(StackName="stack")
        stack = described(cloudformation)
        assert stack["StackStatus"] == "DELETE_FAILED"
        assert stack["StackStatusReason"].startswith(
            "The following resource(s) failed to delete: [Group]"
        )
        sandbox.faults.clear()
        cloudformation.delete_stack(StackName="stack")
        assert history(cloudformation, "stack")[-1] == "DELETE_COMPLETE"


class TestChangeSet:
    def prepared(self, cloudformation: Any, body: str, kind: str = "CREATE") -> Any:
        answer = cloudformation.create_change_set(
            StackName="stack", ChangeSetName="changes", ChangeSetType=kind, TemplateBody=body
        )
        return cloudformation.describe_change_set(ChangeSetName=answer["Id"])

    def test_of_a_new_stack_creates_it_when_executed(self, cloudformation: Any) -> None:
        prepared = self.prepared(cloudformation, template())
        assert (prepared["Status"], prepared["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
        change = prepared["Changes"][0]["ResourceChange"]
        assert (change["Action"], change["LogicalResourceId"]) == ("Add", "Topic")
        assert described(cloudformation)["StackStatus"] == "REVIEW_IN_PROGRESS"
        cloudformation.execute_change_set(StackName="stack", ChangeSetName="changes")
        assert described(cloudformation)["StackStatus"] == "CREATE_COMPLETE"
        with pytest.raises(ClientError) as raised:
            cloudformation.execute_change_set(StackName="stack", ChangeSetName="changes")
        assert error_of(raised) == ("InvalidChangeSetStatus", 400)

    def test_of_an_existing_stack_shows_what_changes(self, cloudformation: Any) -> None:
        create(cloudformation, template({"A": topic(TopicName="a"), "B": TOPIC, "C": TOPIC}))
        body = template({"A": topic(TopicName="b"), "B": topic(DisplayName="b")})
        shown = {
            (one["ResourceChange"]["Action"], one["ResourceChange"].get("Replacement"))
            for one in self.prepared(cloudformation, body, "UPDATE")["Changes"]
        }
        assert shown == {("Modify", "True"), ("Modify", "False"), ("Remove", None)}
        cloudformation.execute_change_set(StackName="stack", ChangeSetName="changes")
        assert described(cloudformation)["StackStatus"] == "UPDATE_COMPLETE"

    def test_without_changes_fails(self, cloudformation: Any) -> None:
        create(cloudformation, template())
        prepared = self.prepared(cloudformation, template(), "UPDATE")
        assert prepared["Status"] == "FAILED"
        assert prepared["StatusReason"].startswith("The submitted information didn't contain")

    def test_unknown_one_is_not_found(self, cloudformation: Any) -> None:
        with pytest.raises(ClientError) as raised:
            cloudformation.describe_change_set(StackName="stack", ChangeSetName="changes")
        assert error_of(raised) == ("ChangeSetNotFound", 404)

    def test_of_a_stack_that_is_not_there_is_refused(self, cloudformation: Any) -> None:
        with pytest.raises(ClientError, match=r"Stack \[stack\] does not exist"):
            self.prepared(cloudformation, template(), "UPDATE")

    def test_name_of_a_pending_one_is_taken(self, cloudformation: Any) -> None:
        self.prepared(cloudformation, template())
        with pytest.raises(ClientError) as raised:
            self.prepared(cloudformation, template())
        assert error_of(raised) == ("AlreadyExistsException", 400)
        cloudformation.execute_change_set(StackName="stack", ChangeSetName="changes")
        self.prepared(cloudformation, template({"Other": TOPIC}), "UPDATE")

    def test_goes_with_its_stack(self, cloudformation: Any) -> None:
        self.prepared(cloudformation, template())
        cloudformation.delete_stack(StackName="stack")


def test_registry_has_the_types_that_the_region_has(sandbox: Sandbox, cloudformation: Any) -> None:
    name = "AWS::Config::RemediationConfiguration"
    found = cloudformation.describe_type(Type="RESOURCE", TypeName=name)
    assert found["TypeName"] == name
    assert found["Arn"].endswith("::type/resource/AWS-Config-RemediationConfiguration")
    assert json.loads(found["Schema"])["typeName"] == name
    sandbox.regions.set("ENABLED", "mx-central-1")
    elsewhere = sandbox.client("cloudformation", "mx-central-1")
    with pytest.raises(ClientError) as refused:
        elsewhere.describe_type(Type="RESOURCE", TypeName=name)
    assert error_of(refused) == ("TypeNotFoundException", 404)
    assert message_of(refused) == f"The type '{name}' cannot be found."
    assert elsewhere.describe_type(Type="RESOURCE", TypeName="AWS::Config::ConfigRule")


def test_registry_describes_nothing_but_types_of_resources(cloudformation: Any) -> None:
    with pytest.raises(ClientError, match="NotImplemented"):
        cloudformation.describe_type(Type="HOOK", TypeName="Any::Hook::Name")
