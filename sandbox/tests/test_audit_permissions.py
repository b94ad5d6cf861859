"""What a role needs for the calls of an audit, as the Service Authorization Reference has it."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.client import AggregateResult, Sandbox

from .conftest import message_of

REGION = "eu-west-1"
RULE = "iam-server-certificate-expiration"
AGGREGATOR = {"ConfigurationAggregatorName": "org"}
# The service of boto3, the operation, its parameters, the action, and whether it is done on the
# aggregator; else it is done on no resource in particular.
CALLS = [
    ("acm", "list_certificates", {}, "acm:ListCertificates", False),
    ("iam", "get_account_summary", {}, "iam:GetAccountSummary", False),
    ("iam", "list_server_certificates", {}, "iam:ListServerCertificates", False),
    ("organizations", "list_accounts", {}, "organizations:ListAccounts", False),
    (
        "config",
        "describe_configuration_aggregators",
        {},
        "config:DescribeConfigurationAggregators",
        False,
    ),
    (
        "config",
        "describe_configuration_aggregator_sources_status",
        AGGREGATOR,
        "config:DescribeConfigurationAggregatorSourcesStatus",
        True,
    ),
    (
        "config",
        "describe_aggregate_compliance_by_config_rules",
        AGGREGATOR,
        "config:DescribeAggregateComplianceByConfigRules",
        True,
    ),
    (
        "config",
        "get_aggregate_compliance_details_by_config_rule",
        AGGREGATOR
        | {"ConfigRuleName": RULE, "AccountId": "111111111111", "AwsRegion": "eu-west-1"},
        "config:GetAggregateComplianceDetailsByConfigRule",
        True,
    ),
]


@pytest.fixture
def aggregator(sandbox: Sandbox) -> str:
    """The ARN of an aggregator, in an organization with a management account."""
    sandbox.organization.put(["111111111111"])
    arn = sandbox.aggregators.of_organization("org")
    sandbox.aggregators.add("org", RULE, [AggregateResult("111111111111", "eu-west-1", "www")])
    return arn


def role_client(sandbox: Sandbox, service: str, *allowed: tuple[str, str]) -> Any:
    """A client of a role that may do these actions on these resources."""
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in allowed
    ]
    policy = {"Version": "2012-10-17", "Statement": statements}
    sandbox.identities.assign("Auditor", policy)
    keys = sandbox.client("sso").get_role_credentials(
        roleName="Auditor", accountId=sandbox.account, accessToken=sandbox.identities.sign_in()
    )["roleCredentials"]
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=keys["accessKeyId"],
        aws_secret_access_key=keys["secretAccessKey"],
        aws_session_token=keys["sessionToken"],
    )


@pytest.mark.parametrize(("service", "operation", "request_", "action", "is_on_it"), CALLS)
def test_action_is_enough(
    sandbox: Sandbox,
    aggregator: str,
    service: str,
    operation: str,
    request_: Any,
    action: str,
    is_on_it: bool,
) -> None:
    resource = aggregator if is_on_it else "*"
    getattr(role_client(sandbox, service, (action, resource)), operation)(**request_)
    [check] = sandbox.permissions.list()
    assert (check["action"], check["resource"], check["decision"]) == (action, resource, "allowed")


@pytest.mark.parametrize(("service", "operation", "request_", "action", "is_on_it"), CALLS)
def test_without_it_the_call_is_refused(
    sandbox: Sandbox,
    aggregator: str,
    service: str,
    operation: str,
    request_: Any,
    action: str,
    is_on_it: bool,
) -> None:
    others = [(one[3], "*") for one in CALLS if one[3] != action]
    elsewhere = (
        action,
        aggregator[:-1] + "/" if is_on_it else f"arn:aws:{service}::123456789012:role/x",
    )
    client = role_client(sandbox, service, *others, elsewhere)
    with pytest.raises(ClientError) as raised:
        getattr(client, operation)(**request_)
    assert raised.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    assert f"is not authorized to perform: {action} on resource" in message_of(raised)


def test_aggregator_that_is_not_there_is_refused_to_whom_its_name_is_not_allowed(
    sandbox: Sandbox, aggregator: str
) -> None:
    action = "config:DescribeAggregateComplianceByConfigRules"
    client = role_client(sandbox, "config", (action, aggregator))
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.describe_aggregate_compliance_by_config_rules(ConfigurationAggregatorName="gone")
