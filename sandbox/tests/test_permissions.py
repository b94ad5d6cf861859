from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource

from sandbox.client import ORGANIZATION, Rule, Sandbox
from sandbox.policy.actions import needed
from sandbox.policy.language import (
    Access,
    Policies,
    PolicyError,
    effect,
    matches_arn,
    reason_for_denial,
    trusts,
)
from sandbox.wire.models import service_model

from .conftest import PROBE, call_of, days, error_of, message_of, now

OTHER = "210987654321"
CERTIFICATES = "arn:aws:iam::123456789012:server-certificate/"
DELETE = Access("iam:DeleteServerCertificate", f"{CERTIFICATES}www")


def statement(
    action: Any = "iam:*", resource: Any = "*", effect: str = "Allow", **others: Any
) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource} | others


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allows(document: dict[str, Any], access: Access = DELETE) -> bool:
    return effect([document], access) == "Allow"


def denial(access: Access = DELETE, **policies: Any) -> str:
    return reason_for_denial(access, Policies(**{"identity": []} | policies))


class TestStatements:
    @pytest.mark.parametrize(
        "action",
        [
            "*",
            "iam:*",
            "iam:Delete*",
            "IAM:deleteservercertificate",
            "iam:?eleteServerCertificate",
            ["s3:GetObject", "iam:DeleteServerCertificate"],
        ],
    )
    def test_action_matches(self, action: Any) -> None:
        assert allows(policy(statement(action)))

    @pytest.mark.parametrize("action", ["iam:Get*", "s3:*", "iam:DeleteServerCertificates", []])
    def test_other_action_does_not_match(self, action: Any) -> None:
        assert not allows(policy(statement(action)))

    def test_not_action_matches_all_others(self) -> None:
        others = {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}
        assert allows(policy(others))
        assert not allows(policy(others | {"NotAction": ["iam:Delete*"]}))

    @pytest.mark.parametrize(
        ("resource", "is_matched"),
        [
            ("*", True),
            (f"{CERTIFICATES}*", True),
            (f"{CERTIFICATES}ww?", True),
            (f"{CERTIFICATES}w", False),
            (f"{CERTIFICATES}WWW", False),
            ("arn:*:iam::123456789012:server-certificate/*", True),
            ("arn:aws-cn:iam::123456789012:server-certificate/*", False),
            ("arn:aws:iam::210987654321:server-certificate/*", False),
            ("arn:aws:iam", True),
            ("arn:aws:*:server-certificate/*", False),
        ],
    )
    def test_resource_is_compared_segment_by_segment(self, resource: str, is_matched: bool) -> None:
        assert allows(policy(statement(resource=resource))) == is_matched

    def test_slashes_and_colons_are_within_the_last_segment(self) -> None:
        assert matches_arn("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/a/b:c")

    def test_not_resource_matches_all_others(self) -> None:
        others = {"Effect": "Allow", "Action": "*", "NotResource": f"{CERTIFICATES}kept"}
        assert allows(policy(others))
        assert not allows(policy(others), Access("iam:GetServerCertificate", f"{CERTIFICATES}kept"))

    def test_operation_on_no_resource_needs_the_star(self) -> None:
        listing = Access("iam:ListServerCertificates", "*")
        assert allows(policy(statement()), listing)
        assert not allows(policy(statement(resource=f"{CERTIFICATES}*")), listing)

    def test_single_statement_needs_no_list(self) -> None:
        assert allows({"Version": "2012-10-17", "Statement": statement()})

    def test_variable_is_filled_in(self) -> None:
        own = "arn:aws:iam::${aws:PrincipalAccount}:server-certificate/*"
        access = Access(DELETE.action, DELETE.resource, {"aws:principalaccount": ["123456789012"]})
        assert allows(policy(statement(resource=own)), access)
        assert not allows(policy(statement(resource=own)))


class TestConditions:
    CONTEXT = {
        "aws:sourceaccount": ["123456789012"],
        "aws:sourcearn": ["arn:aws:ssm:eu-west-1:123456789012:automation-execution/1"],
        "aws:securetransport": ["true"],
        "many": ["a", "b"],
    }

    @pytest.mark.parametrize(
        ("operator", "key", "value", "holds"),
        [
            ("StringEquals", "aws:SourceAccount", "123456789012", True),
            ("StringEquals", "AWS:sourceaccount", ["1", "123456789012"], True),
            ("StringEquals", "aws:SourceAccount", "1", False),
            ("StringEquals", "absent", "1", False),
            ("StringEqualsIfExists", "absent", "1", True),
            ("StringEqualsIfExists", "aws:SourceAccount", "1", False),
            ("StringNotEquals", "aws:SourceAccount", ["1", "2"], True),
            ("StringNotEquals", "aws:SourceAccount", ["1", "123456789012"], False),
            ("StringNotEquals", "absent", "1", True),
            ("StringEqualsIgnoreCase", "aws:SecureTransport", "TRUE", True),
            ("StringNotEqualsIgnoreCase", "aws:SecureTransport", "TRUE", False),
            ("StringLike", "aws:SourceAccount", "1234*", True),
            ("StringNotLike", "aws:SourceAccount", "1234*", False),
            ("ArnLike", "aws:SourceArn", "arn:aws:ssm:*:123456789012:automation-execution/*", True),
            ("ArnEquals", "aws:SourceArn", "arn:aws:ssm:*:123456789012:automation-*", True),
            ("ArnLike", "aws:SourceArn", "arn:aws:ssm:*:1:automation-execution/*", False),
            ("ArnNotLike", "aws:SourceArn", "arn:aws:ssm:*:1:automation-execution/*", True),
            ("Bool", "aws:SecureTransport", False, False),
            ("Bool", "aws:SecureTransport", "true", True),
            ("Null", "absent", "true", True),
            ("Null", "aws:SourceAccount", True, False),
            ("ForAnyValue:StringEquals", "many", ["b", "c"], True),
            ("ForAllValues:StringEquals", "many", ["b", "c"], False),
            ("ForAllValues:StringEquals", "many", ["a", "b"], True),
            ("ForAllValues:StringEquals", "absent", "a", True),
        ],
    )
    def test_operator(self, operator: str, key: str, value: Any, holds: bool) -> None:
        access = Access(DELETE.action, DELETE.resource, self.CONTEXT)
        document = policy(statement(Condition={operator: {key: value}}))
        assert allows(document, access) == holds

    def test_all_must_hold(self) -> None:
        access = Access(DELETE.action, DELETE.resource, self.CONTEXT)
        condition = {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"many": "c"}}
        assert not allows(policy(statement(Condition=condition)), access)

    def test_unknown_operator_is_named(self) -> None:
        document = policy(statement(Condition={"NumericLessThan": {"a": "1"}}))
        with pytest.raises(PolicyError, match="NumericLessThan is not known to the sandbox"):
            allows(document)


class TestReasons:
    def test_nothing_allows(self) -> None:
        expected = "because no identity-based policy allows the iam:DeleteServerCertificate action"
        assert denial() == expected
        assert denial(boundary=[policy(statement())]) == expected

    def test_explicit_deny_wins(self) -> None:
        documents = [policy(statement()), policy(statement(effect="Deny"))]
        assert denial(identity=documents) == "with an explicit deny in an identity-based policy"

    def test_boundary_limits(self) -> None:
        assert denial(identity=[policy(statement())], boundary=[policy(statement("s3:*"))]) == (
            "because no permissions boundary allows the iam:DeleteServerCertificate action"
        )
        denied = [policy(statement(), statement(effect="Deny"))]
        assert denial(identity=[policy(statement())], boundary=denied) == (
            "with an explicit deny in a permissions boundary"
        )
        assert denial(identity=[policy(statement())], boundary=[policy(statement("iam:D*"))]) == ""

    def test_resource_s_policy_allows_whom_it_names(self) -> None:
        named = policy(statement(Principal={"AWS": "arn:of:role"}))
        assert denial(resource=named, principals=["arn:of:role"]) == ""
        assert denial(resource=named, principals=["arn:of:another"]) != ""

    def test_resource_s_policy_that_allows_the_account_leaves_it_to_the_account(self) -> None:
        account = policy(statement(Principal={"AWS": "account"}))
        assert denial(resource=account, principals=["role"], accounts=["account"]) != ""

    def test_resource_of_another_account_needs_both_policies(self) -> None:
        mine = [policy(statement())]
        for principal in ("*", "role", "account"):
            theirs = policy(statement(Principal={"AWS": principal}))
            both: dict[str, Any] = {"resource": theirs, "principals": ["role"], "is_foreign": True}
            both["accounts"] = ["account"]
            assert denial(identity=mine, **both) == ""
            assert "no identity-based policy" in denial(identity=[], **both)
        for resource in (None, policy(), policy(statement(Principal={"AWS": "another"}))):
            reason = denial(identity=mine, resource=resource, is_foreign=True)
            assert reason == (
                "because no resource-based policy allows the iam:DeleteServerCertificate action"
            )

    def test_resource_s_policy_denies(self) -> None:
        denied = policy(statement(effect="Deny", Principal={"AWS": ["account"]}))
        reason = denial(identity=[policy(statement())], resource=denied, accounts=["account"])
        assert reason == "with an explicit deny in a resource-based policy"

    def test_not_principal_is_about_all_others(self) -> None:
        denied = policy(statement(effect="Deny", NotPrincipal={"AWS": "trusted"}))
        allowed: dict[str, Any] = {"identity": [policy(statement())], "resource": denied}
        assert denial(principals=["other"], **allowed) != ""
        assert denial(principals=["trusted"], **allowed) == ""


class TestTrust:
    DOCUMENT = policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": "ssm.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "123456789012"},
                "ArnLike": {"aws:SourceArn": "arn:aws:ssm:*:123456789012:automation-execution/*"},
            },
        }
    )
    SOURCE = {
        "aws:sourceaccount": ["123456789012"],
        "aws:sourcearn": ["arn:aws:ssm:eu-west-1:123456789012:automation-execution/1"],
    }

    def test_service_is_admitted_for_its_account(self) -> None:
        assert trusts(self.DOCUMENT, ["ssm.amazonaws.com"], self.SOURCE)

    @pytest.mark.parametrize(
        ("service", "source"),
        [
            ("lambda.amazonaws.com", SOURCE),
            ("ssm.amazonaws.com", {}),
            ("ssm.amazonaws.com", SOURCE | {"aws:sourceaccount": ["210987654321"]}),
            ("ssm.amazonaws.com", SOURCE | {"aws:sourcearn": ["arn:aws:ssm:::document/1"]}),
        ],
    )
    def test_others_are_not(self, service: str, source: Any) -> None:
        assert not trusts(self.DOCUMENT, [service], source)

    def test_denial_wins(self) -> None:
        denied = {"Effect": "Deny", "Principal": "*", "Action": "sts:*"}
        document = policy(*self.DOCUMENT["Statement"], denied)
        assert not trusts(document, ["ssm.amazonaws.com"], self.SOURCE)


class Role:
    """A role of the sandbox, and clients with its temporary credentials."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.iam = sandbox.client("iam")
        trust = policy(
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        )
        created = self.iam.create_role(
            RoleName="role", Path="/path/", AssumeRolePolicyDocument=json.dumps(trust)
        )
        self.arn = created["Role"]["Arn"]

    def may(self, *statements: dict[str, Any]) -> None:
        document = json.dumps(policy(*statements))
        self.iam.put_role_policy(RoleName="role", PolicyName="inline", PolicyDocument=document)

    def client(self, service: str) -> Any:
        sts = self.sandbox.client("sts")
        keys = sts.assume_role(RoleArn=self.arn, RoleSessionName="session")["Credentials"]
        return boto3.client(
            service,
            region_name=self.sandbox.region,
            endpoint_url=self.sandbox.endpoint,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )


@pytest.fixture
def role(sandbox: Sandbox) -> Role:
    return Role(sandbox)


def upload(sandbox: Sandbox, name: str = "www", path: str = "/") -> None:
    sandbox.upload_certificate(name, expires=now() + days(90), path=path)


# How services of each protocol deny something, and SNS in words of its own.
JSON, REST_JSON = ("AccessDeniedException", 400), ("AccessDeniedException", 403)
XML, SNS = ("AccessDenied", 403), ("AuthorizationError", 403)


class TestEnforcement:
    def test_developer_may_do_anything(self, sandbox: Sandbox) -> None:
        sandbox.client("iam").list_server_certificates()
        assert sandbox.permissions.list() == []

    def test_role_may_do_what_it_is_allowed(self, sandbox: Sandbox, role: Role) -> None:
        role.may(statement("iam:ListServerCertificates"))
        role.client("iam").list_server_certificates()
        assert sandbox.permissions.list("role") == [
            {
                "role": "role",
                "action": "iam:ListServerCertificates",
                "resource": "*",
                "decision": "allowed",
                "count": 1,
            }
        ]

    def test_role_may_do_nothing_else(self, sandbox: Sandbox, role: Role) -> None:
        with pytest.raises(ClientError) as raised:
            role.client("iam").list_server_certificates()
        assert error_of(raised) == ("AccessDenied", 403)
        assert message_of(raised) == (
            "User: arn:aws:sts::123456789012:assumed-role/role/session is not authorized to "
            "perform: iam:ListServerCertificates on resource: * because no identity-based policy "
            "allows the iam:ListServerCertificates action"
        )
        assert [one["action"] for one in sandbox.permissions.list(decision="denied")] == [
            "iam:ListServerCertificates"
        ]
        sandbox.permissions.clear()
        assert sandbox.permissions.list() == []

    @pytest.mark.parametrize(
        ("service", "operation", "request_", "error", "action"),
        [
            ("sns", "publish", {"TopicArn": "t", "Message": "m"}, SNS, "Publish"),
            ("config", "describe_config_rules", {}, JSON, "DescribeConfigRules"),
            ("ssm", "list_documents", {}, JSON, "ListDocuments"),
            ("lambda", "invoke", {"FunctionName": "f"}, REST_JSON, "InvokeFunction"),
            ("account", "list_regions", {}, REST_JSON, "ListRegions"),
            ("appsync", "list_domain_names", {}, REST_JSON, "ListDomainNames"),
            ("cloudfront", "list_distributions", {}, XML, "ListDistributions"),
            ("elb", "describe_load_balancers", {}, XML, "DescribeLoadBalancers"),
            ("elbv2", "describe_load_balancers", {}, XML, "DescribeLoadBalancers"),
            ("logs", "describe_log_groups", {}, JSON, "DescribeLogGroups"),
            ("cloudformation", "describe_stacks", {}, XML, "DescribeStacks"),
            ("s3", "list_buckets", {}, XML, "ListAllMyBuckets"),
        ],
    )
    def test_each_service_denies_in_its_own_way(
        self,
        role: Role,
        service: str,
        operation: str,
        request_: Any,
        error: tuple[str, int],
        action: str,
    ) -> None:
        with pytest.raises(ClientError) as raised:
            getattr(role.client(service), operation)(**request_)
        assert error_of(raised) == error
        assert f":{action} action" in message_of(raised)

    def test_certificate_is_known_by_its_arn_with_the_path(
        self, sandbox: Sandbox, role: Role
    ) -> None:
        upload(sandbox, path="/cloudfront/")
        role.may(statement(resource=f"{CERTIFICATES}cloudfront/*"))
        role.client("iam").get_server_certificate(ServerCertificateName="www")
        role.may(statement(resource=f"{CERTIFICATES}www"))
        with pytest.raises(ClientError, match="server-certificate/cloudfront/www because"):
            role.client("iam").get_server_certificate(ServerCertificateName="www")

    def test_certificate_that_is_not_there_is_denied_before_it_is_missed(
        self, sandbox: Sandbox, role: Role
    ) -> None:
        role.may(statement(resource=f"{CERTIFICATES}other"))
        with pytest.raises(ClientError, match="AccessDenied"):
            role.client("iam").get_server_certificate(ServerCertificateName="www")
        role.may(statement(resource=f"{CERTIFICATES}*"))
        with pytest.raises(ClientError, match="NoSuchEntity"):
            role.client("iam").get_server_certificate(ServerCertificateName="www")
        assert sandbox.permissions.list("role", "allowed")[0]["resource"] == f"{CERTIFICATES}www"

    def test_attached_policy_and_boundary_count(self, role: Role) -> None:
        document = json.dumps(policy(statement("iam:List*")))
        arn = role.iam.create_policy(PolicyName="listing", PolicyDocument=document)["Policy"]["Arn"]
        role.iam.attach_role_policy(RoleName="role", PolicyArn=arn)
        role.client("iam").list_server_certificates()
        role.may(statement("iam:*"))
        role.iam.put_role_permissions_boundary(RoleName="role", PermissionsBoundary=arn)
        role.client("iam").list_server_certificates()
        with pytest.raises(ClientError, match="because no permissions boundary allows the"):
            role.client("iam").get_server_certificate(ServerCertificateName="www")

    def test_boundary_that_is_not_there_lets_nothing_through(self, role: Role) -> None:
        role.may(statement("iam:*"))
        gone = "arn:aws:iam::123456789012:policy/gone"
        role.iam.put_role_permissions_boundary(RoleName="role", PermissionsBoundary=gone)
        with pytest.raises(ClientError, match="because no permissions boundary allows the"):
            role.client("iam").list_server_certificates()

    def test_role_that_is_gone_may_do_nothing(self, role: Role) -> None:
        client = role.client("iam")
        role.iam.delete_role(RoleName="role")
        with pytest.raises(ClientError, match="AccessDenied"):
            client.list_server_certificates()

    def test_unknown_condition_operator_is_named(self, role: Role) -> None:
        role.may(statement(Condition={"DateLessThan": {"aws:CurrentTime": "2099-01-01"}}))
        with pytest.raises(ClientError, match="operator DateLessThan is not known"):
            role.client("iam").list_server_certificates()

    def test_fault_comes_before_the_judgement(self, sandbox: Sandbox, role: Role) -> None:
        client = role.client("iam")
        sandbox.faults.add("iam", "ListServerCertificates", kind="error", status=400, code="Other")
        with pytest.raises(ClientError, match="Other"):
            client.list_server_certificates()
        assert sandbox.permissions.list("role") == []

    def test_rule_is_known_by_its_arn(self, sandbox: Sandbox, role: Role, rule: Rule) -> None:
        role.may(statement("config:GetComplianceDetailsByConfigRule"))
        role.client("config").get_compliance_details_by_config_rule(ConfigRuleName=rule.name)
        resource = sandbox.permissions.list("role")[0]["resource"]
        described = sandbox.client("config").describe_config_rules()["ConfigRules"][0]
        assert resource == described["ConfigRuleArn"]

    def test_function_is_known_by_its_arn(self, sandbox: Sandbox, role: Role, rule: Rule) -> None:
        arn = f"arn:aws:lambda:eu-west-1:123456789012:function:{rule.function_name}"
        role.may(statement("lambda:InvokeFunction", arn))
        for name in (rule.function_name, arn):
            role.client("lambda").invoke(FunctionName=name, Payload=b"{}")
        assert [one["resource"] for one in sandbox.permissions.list("role")] == [arn]

    def test_function_may_be_invoked_by_whom_its_policy_names(
        self, sandbox: Sandbox, role: Role, rule: Rule
    ) -> None:
        sandbox.client("lambda").add_permission(
            FunctionName=rule.function_name,
            StatementId="role",
            Action="lambda:InvokeFunction",
            Principal=role.arn,
        )
        answer = role.client("lambda").invoke(FunctionName=rule.function_name, Payload=b"{}")
        assert answer["StatusCode"] == 200


def function_of_others(sandbox: Sandbox, probe_zip: Path, name: str) -> str:
    """A function in another account; answers its ARN."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "lambda.amazonaws.com"},
            }
        ],
    }
    theirs = sandbox.client("iam", account=OTHER).create_role(
        RoleName="theirs", AssumeRolePolicyDocument=json.dumps(trust)
    )
    created = sandbox.client("lambda", account=OTHER).create_function(
        FunctionName=name,
        Runtime="java25",
        Handler=PROBE,
        Role=theirs["Role"]["Arn"],
        Code={"ZipFile": probe_zip.read_bytes()},
        MemorySize=512,
    )
    return str(created["FunctionArn"])


class TestOtherAccounts:
    """Between accounts both must allow: the role's policies, and that of the topic or function."""

    def test_topic_takes_what_both_accounts_allow(self, sandbox: Sandbox, role: Role) -> None:
        owner = sandbox.client("sns", account=OTHER)
        topic = owner.create_topic(Name="theirs")["TopicArn"]

        def allow(**others: Any) -> None:
            theirs = policy(statement("sns:Publish", topic, Principal={"AWS": "*"}, **others))
            owner.set_topic_attributes(
                TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(theirs)
            )

        def of(organization: str) -> dict[str, Any]:
            return {"StringEquals": {"aws:PrincipalOrgID": organization}}

        def publish() -> None:
            role.client("sns").publish(TopicArn=topic, Message="message")

        def is_denied(kind: str) -> None:
            with pytest.raises(ClientError, match=f"no {kind} policy allows the sns:Publish"):
                publish()

        role.may(statement("sns:Publish", topic))
        is_denied("resource-based")
        allow(Condition=of("o-strangers"))
        is_denied("resource-based")
        allow(Condition=of(ORGANIZATION))
        publish()
        assert [one["message"] for one in sandbox.messages.sent(topic)] == ["message"]
        role.may(statement("sns:Publish", f"{topic}-other"))
        is_denied("identity-based")
        owner_is = {"StringEquals": {"aws:ResourceAccount": OTHER}}
        role.may(statement("sns:Publish", topic, Condition=owner_is))
        publish()

    def test_topic_that_is_not_there_is_denied(self, role: Role) -> None:
        role.may(statement("sns:Publish"))
        with pytest.raises(ClientError, match="no resource-based policy allows"):
            role.client("sns").publish(TopicArn=f"arn:aws:sns:eu-west-1:{OTHER}:t", Message="m")

    def test_function_takes_what_its_own_policy_allows_too(self, role: Role, rule: Rule) -> None:
        function = f"arn:aws:lambda:eu-west-1:{OTHER}:function:{rule.function_name}"
        role.may(statement("lambda:InvokeFunction", function))
        with pytest.raises(ClientError) as raised:
            role.client("lambda").invoke(FunctionName=function, Payload=b"{}")
        assert error_of(raised) == REST_JSON
        assert "no resource-based policy allows the lambda:InvokeFunction" in message_of(raised)

    def test_what_runs_is_the_function_of_the_account_that_allows_it(
        self, sandbox: Sandbox, role: Role, rule: Rule, probe_zip: Path
    ) -> None:
        function = function_of_others(sandbox, probe_zip, rule.function_name)
        assert f":{OTHER}:" in function
        sandbox.client("lambda", account=OTHER).add_permission(
            FunctionName=rule.function_name,
            StatementId="account",
            Action="lambda:InvokeFunction",
            Principal=sandbox.account,
        )
        role.may(statement("lambda:InvokeFunction", function))
        answer = role.client("lambda").invoke(FunctionName=function, Payload=b"{}")
        assert answer["StatusCode"] == 200
        # The caller's own function of this name has less.
        assert [one["memory_mb"] for one in sandbox.invocations() if one["event"] == {}] == [512]

    def test_process_that_a_reset_spares_stays_in_its_account(
        self, sandbox: Sandbox, probe_zip: Path
    ) -> None:
        function_of_others(sandbox, probe_zip, "theirs")
        answer = sandbox.client("lambda", account=OTHER).invoke(
            FunctionName="theirs", Payload=b'{"do": "environment"}'
        )
        variables = json.loads(answer["Payload"].read())
        sandbox.reset()
        topics = boto3.client(
            "sns",
            region_name="eu-west-1",
            endpoint_url=sandbox.endpoint,
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=variables["AWS_SESSION_TOKEN"],
        )
        with pytest.raises(ClientError, match=f"on resource: arn:aws:sns:eu-west-1:{OTHER}:t"):
            topics.create_topic(Name="t")


# What requests to AWS Config name, where they name something.
NAMES: dict[str, Any] = {
    "ConfigRule": {"ConfigRuleName": "rule"},
    "ConfigRuleName": "rule",
    "ConfigRuleNames": ["rule"],
    "ConfigurationAggregatorName": "all",
    "RemediationConfigurations": [{"ConfigRuleName": "rule"}],
}


def config_requests() -> dict[str, dict[str, Any]]:
    """A request of each operation of AWS Config that names a rule or an aggregator."""
    model = service_model("config")
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    return {
        name: {member: NAMES[member] for member in NAMES if member in shape.members}
        for name, shape in shapes.items()
        if shape and not NAMES.keys().isdisjoint(shape.members)
    }


@pytest.mark.parametrize(("operation", "params"), config_requests().items())
def test_config_s_operations_are_done_on_what_the_reference_says(
    operation: str, params: dict[str, Any]
) -> None:
    reference = load_resource(AdditionalSpecs, "Policies.json")["config"]
    kinds = reference["Actions"][operation.lower()].get("Resources", [])
    forms = [form for kind in kinds for form in reference["Resources"][kind.lower()]["ARNFormats"]]
    [(action, resource)] = needed(call_of("config", operation, **params))
    assert action == f"config:{operation}"
    patterns = [re.sub(r"\$\{[^}]+\}|\.\*", "*", form) for form in forms]
    is_right = any(matches_arn(one, resource) for one in patterns) if patterns else resource == "*"
    assert is_right, resource


def only_of(account: str) -> dict[str, Any]:
    return {"StringEquals": {"s3:ResourceAccount": account}}


class TestBuckets:
    @pytest.fixture(autouse=True)
    def bucket(self, sandbox: Sandbox) -> Any:
        location = {"LocationConstraint": sandbox.region}
        s3 = sandbox.client("s3")
        s3.create_bucket(Bucket="bucket", CreateBucketConfiguration=location)
        return s3

    def test_object_is_known_by_its_arn(self, role: Role) -> None:
        role.may(statement("s3:PutObject", "arn:aws:s3:::bucket/certsweep/*"))
        s3 = role.client("s3")
        s3.put_object(Bucket="bucket", Key="certsweep/a/b", Body=b"")
        with pytest.raises(ClientError) as raised:
            s3.put_object(Bucket="bucket", Key="other", Body=b"")
        assert 'on resource: "arn:aws:s3:::bucket/other" because' in message_of(raised)

    @pytest.mark.parametrize(("owner", "is_allowed"), [("123456789012", True), ("1", False)])
    def test_bucket_s_account_is_a_condition(
        self, role: Role, owner: str, is_allowed: bool
    ) -> None:
        role.may(statement("s3:PutObject", Condition=only_of(owner)))
        s3 = role.client("s3")
        if is_allowed:
            s3.put_object(Bucket="bucket", Key="key", Body=b"")
        else:
            with pytest.raises(ClientError, match="no identity-based policy allows"):
                s3.put_object(Bucket="bucket", Key="key", Body=b"")

    def test_bucket_of_another_account_takes_what_both_accounts_allow(
        self, sandbox: Sandbox, role: Role
    ) -> None:
        owner = sandbox.client("s3", account=OTHER)
        location = {"LocationConstraint": sandbox.region}
        owner.create_bucket(Bucket="theirs", CreateBucketConfiguration=location)

        def allow(resource: str, organization: str = ORGANIZATION) -> None:
            theirs = statement(
                "s3:PutObject",
                f"arn:aws:s3:::theirs/{resource}",
                Principal={"AWS": "*"},
                Condition={"StringEquals": {"aws:PrincipalOrgID": organization}},
            )
            owner.put_bucket_policy(Bucket="theirs", Policy=json.dumps(policy(theirs)))

        def put() -> None:
            key = f"of/{sandbox.account}/key"
            role.client("s3").put_object(
                Bucket="theirs", Key=key, Body=b"", ExpectedBucketOwner=OTHER
            )

        def is_denied(kind: str) -> None:
            with pytest.raises(ClientError, match=f"no {kind} policy allows the s3:PutObject"):
                put()

        role.may(statement("s3:PutObject", Condition=only_of(OTHER)))
        is_denied("resource-based")
        allow("*", "o-strangers")
        is_denied("resource-based")
        allow("of/210987654321/*")
        is_denied("resource-based")
        allow("of/${aws:PrincipalAccount}/*")
        put()
        assert [one["Key"] for one in owner.list_objects_v2(Bucket="theirs")["Contents"]] == [
            f"of/{sandbox.account}/key"
        ]
        role.may(statement("s3:PutObject", Condition=only_of(sandbox.account)))
        is_denied("identity-based")

    def test_tagging_at_upload_needs_its_own_permission(self, role: Role) -> None:
        role.may(statement("s3:PutObject"))
        with pytest.raises(ClientError, match="s3:PutObjectTagging"):
            role.client("s3").put_object(Bucket="bucket", Key="key", Body=b"", Tagging="a=b")

    def test_looking_for_a_bucket_is_listing_it(self, role: Role) -> None:
        with pytest.raises(ClientError) as raised:
            role.client("s3").head_bucket(Bucket="bucket")
        assert error_of(raised) == ("403", 403)
        role.may(statement("s3:ListBucket", "arn:aws:s3:::bucket"))
        role.client("s3").head_bucket(Bucket="bucket")

    def test_bucket_s_policy_denies_and_its_conditions_count(self, role: Role, bucket: Any) -> None:
        role.may(statement("s3:*"))

        def deny(condition: Any) -> None:
            denied = {"Principal": "*", "Condition": condition}
            document = policy(statement("s3:*", "arn:aws:s3:::bucket/*", "Deny", **denied))
            bucket.put_bucket_policy(Bucket="bucket", Policy=json.dumps(document))

        deny({"Bool": {"aws:SecureTransport": "false"}})
        role.client("s3").put_object(Bucket="bucket", Key="key", Body=b"")
        bucket.put_object(Bucket="bucket", Key="key", Body=b"")
        deny({"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}})
        with pytest.raises(ClientError, match="with an explicit deny in a resource-based policy"):
            role.client("s3").put_object(Bucket="bucket", Key="key", Body=b"")

    def test_bucket_s_policy_allows_whom_it_names(self, role: Role, bucket: Any) -> None:
        document = policy(statement("s3:GetObject", "*", Principal={"AWS": role.arn}))
        bucket.put_bucket_policy(Bucket="bucket", Policy=json.dumps(document))
        bucket.put_object(Bucket="bucket", Key="key", Body=b"content")
        assert role.client("s3").get_object(Bucket="bucket", Key="key")["Body"].read() == b"content"


class TestRoles:
    def test_function_s_role_must_trust_lambda(self, sandbox: Sandbox) -> None:
        trust = policy(
            {
                "Effect": "Allow",
                "Principal": {"Service": "ssm.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        )
        iam = sandbox.client("iam")
        created = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))
        with pytest.raises(ClientError) as raised:
            sandbox.client("lambda").create_function(
                FunctionName="f",
                Role=created["Role"]["Arn"],
                Runtime="java25",
                Handler=PROBE,
                Code={"ZipFile": b"zip"},
            )
        assert error_of(raised) == ("InvalidParameterValueException", 400)
        expected = "The role defined for the function cannot be assumed by Lambda."
        assert message_of(raised) == expected

    def test_role_assumes_only_what_trusts_it(self, sandbox: Sandbox, role: Role) -> None:
        role.may(statement("sts:AssumeRole"))
        iam = sandbox.client("iam")
        trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        for name, principal in (("open", role.arn), ("closed", "arn:aws:iam::210987654321:root")):
            document = policy(trust | {"Principal": {"AWS": principal}})
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
        sts = role.client("sts")
        account = "arn:aws:iam::123456789012:role/"
        sts.assume_role(RoleArn=f"{account}open", RoleSessionName="session")
        with pytest.raises(ClientError) as raised:
            sts.assume_role(RoleArn=f"{account}closed", RoleSessionName="session")
        assert error_of(raised) == ("AccessDenied", 403)

    def test_anybody_may_ask_who_they_are(self, role: Role) -> None:
        role.may(statement("*") | {"Effect": "Deny"})
        assert ":assumed-role/role/" in role.client("sts").get_caller_identity()["Arn"]

    @pytest.mark.parametrize("missing", ["document/runbook", "automation-execution/*"])
    def test_runbook_is_started_with_rights_on_the_document_and_on_executions(
        self, sandbox: Sandbox, role: Role, missing: str
    ) -> None:
        arn = f"arn:aws:ssm:{sandbox.region}:{sandbox.account}:"
        both = [f"{arn}document/runbook", f"{arn}automation-execution/*"]
        start = {"DocumentName": "runbook"}
        role.may(statement("ssm:StartAutomationExecution", both))
        with pytest.raises(ClientError) as raised:
            role.client("ssm").start_automation_execution(**start)
        assert error_of(raised)[0] == "AutomationDefinitionNotFoundException"
        role.may(statement("ssm:StartAutomationExecution", [x for x in both if missing not in x]))
        with pytest.raises(ClientError) as raised:
            role.client("ssm").start_automation_execution(**start)
        assert error_of(raised)[0] == "AccessDeniedException"

    def test_log_is_written_only_if_the_role_allows_it(
        self, sandbox: Sandbox, probe_zip: Any
    ) -> None:
        sandbox.deploy_rule(
            probe_zip, name="rule", function_name="probe", handler=PROBE, permissions=["iam:*"]
        )
        assert sandbox.invocations("probe")[0]["log"].startswith("START")
        assert sandbox.client("logs").describe_log_groups()["logGroups"] == []
        denied = sandbox.permissions.list("probe", "denied")
        assert [one["action"] for one in denied] == ["logs:CreateLogGroup"]
