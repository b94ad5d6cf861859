from typing import Any

import pytest
from botocore.exceptions import ClientError

from ..account import Account
from ..config import AWS_RULE, aws_rules, evaluations, recorder, rule_name
from ..findings import Level
from .conftest import REGION, RULE, FakeSession, has_no_rule, has_rule, only, wish


def recorders(session: FakeSession, *statuses: dict[str, Any]) -> None:
    session.stub("config").add_response(
        "describe_configuration_recorder_status", {"ConfigurationRecordersStatus": list(statuses)}
    )


def test_a_recorder_that_records_is_fine(session: FakeSession, account: Account) -> None:
    recorders(session, {"name": "default", "recording": True, "lastStatus": "SUCCESS"})
    finding = only(recorder(account, wish()))
    assert finding.level is Level.OK
    assert "is recording in eu-west-1" in finding.text


def test_a_missing_recorder_is_missing(session: FakeSession, account: Account) -> None:
    recorders(session)
    finding = only(recorder(account, wish()))
    assert finding.level is Level.MISSING
    assert "no configuration recorder in eu-west-1" in finding.text
    assert "Turn on AWS Config" in finding.remedy


def test_a_recorder_that_a_service_keeps_for_itself_does_not_count(
    session: FakeSession, account: Account
) -> None:
    status = {
        "name": "x",
        "recording": True,
        "servicePrincipal": "observabilityadmin.amazonaws.com",
    }
    recorders(session, status)
    assert "no configuration recorder" in only(recorder(account, wish())).text


def test_a_recorder_that_is_off_is_a_warning_as_the_rule_is_periodic(
    session: FakeSession, account: Account
) -> None:
    recorders(session, {"name": "default", "recording": False})
    finding = only(recorder(account, wish()))
    assert finding.level is Level.WARNING
    assert "default is off. The rule runs all the same" in finding.text
    assert "start-configuration-recorder --configuration-recorder-name default" in finding.remedy


def test_a_recorder_that_failed_last_is_a_warning(session: FakeSession, account: Account) -> None:
    recorders(
        session,
        {
            "name": "default",
            "recording": True,
            "lastStatus": "FAILURE",
            "lastErrorMessage": "no bucket",
        },
    )
    finding = only(recorder(account, wish()))
    assert finding.level is Level.WARNING
    assert "last reported a failure: no bucket" in finding.text


def test_a_name_that_is_free_is_fine(session: FakeSession, account: Account) -> None:
    has_no_rule(session)
    assert "is available" in only(rule_name(account, wish())).text


def test_a_name_that_the_stack_itself_has_is_fine(session: FakeSession, account: Account) -> None:
    has_rule(session)
    detail = {
        "LogicalResourceId": "ConfigRule",
        "PhysicalResourceId": RULE,
        "ResourceType": "AWS::Config::ConfigRule",
        "LastUpdatedTimestamp": "2026-01-01",
        "ResourceStatus": "CREATE_COMPLETE",
    }
    session.stub("cloudformation").add_response(
        "describe_stack_resource", {"StackResourceDetail": detail}
    )
    assert "belongs to this stack" in only(rule_name(account, wish())).text


def test_a_name_that_another_has_is_refused_with_the_choices(
    session: FakeSession, account: Account
) -> None:
    has_rule(session)
    session.stub("cloudformation").add_client_error("describe_stack_resource", "ValidationError")
    finding = only(rule_name(account, wish()))
    assert finding.level is Level.MISSING
    assert f"rule {RULE} already exists in {REGION}" in finding.text
    assert "RuleName" in finding.remedy


def rules(session: FakeSession, *found: dict[str, Any]) -> None:
    session.stub("config").add_response("describe_config_rules", {"ConfigRules": list(found)})


def aws_rule(**more: str) -> dict[str, Any]:
    source = {"Owner": "AWS", "SourceIdentifier": AWS_RULE}
    return {"ConfigRuleName": "aws-expiration", "Source": source, **more}


def test_without_awss_own_rule_nothing_is_counted_twice(
    session: FakeSession, account: Account
) -> None:
    rules(session, {"ConfigRuleName": RULE, "Source": {"Owner": "CUSTOM_LAMBDA"}})
    assert only(aws_rules(account, wish())).level is Level.OK


def test_awss_own_rule_is_a_warning_that_names_it(session: FakeSession, account: Account) -> None:
    rules(session, aws_rule())
    finding = only(aws_rules(account, wish()))
    assert finding.level is Level.WARNING
    assert "aws-expiration" in finding.text


def test_the_rule_that_security_hub_made_is_left_to_its_control(
    session: FakeSession, account: Account
) -> None:
    rules(session, aws_rule(CreatedBy="securityhub.amazonaws.com"))
    assert only(aws_rules(account, wish())).level is Level.OK


# --- A result in test mode ------------------------------------------------------------------------


def test_a_result_that_config_takes_is_fine_and_is_sent_in_test_mode(
    session: FakeSession, account: Account
) -> None:
    sent: dict[str, Any] = {}
    client = session.client("config")
    client.meta.events.register(
        "provide-client-params.config.PutEvaluations", lambda params, **_: sent.update(params)
    )
    session.stub("config").add_response("put_evaluations", {"FailedEvaluations": []})
    finding = only(evaluations(account, wish()))
    assert finding.level is Level.OK
    assert "AWS::IAM::ServerCertificate in test mode" in finding.text
    assert sent["TestMode"] is True
    (evaluation,) = sent["Evaluations"]
    assert evaluation["ComplianceResourceType"] == "AWS::IAM::ServerCertificate"


def test_a_type_that_config_refuses_is_missing_in_its_words(
    session: FakeSession, account: Account
) -> None:
    words = "The resource type AWS::IAM::ServerCertificate is invalid. Only the following " * 9
    session.stub("config").add_client_error(
        "put_evaluations", "InvalidParameterValueException", words
    )
    finding = only(evaluations(account, wish()))
    assert finding.level is Level.MISSING
    assert "The resource type AWS::IAM::ServerCertificate is invalid" in finding.text
    assert len(finding.text) < 500
    assert "us-east-1" in finding.remedy


def test_a_result_that_config_fails_is_missing(session: FakeSession, account: Account) -> None:
    failed = {
        "ComplianceResourceType": "AWS::IAM::ServerCertificate",
        "ComplianceResourceId": "certsweep-preflight",
        "ComplianceType": "COMPLIANT",
        "OrderingTimestamp": "2026-01-01",
    }
    session.stub("config").add_response("put_evaluations", {"FailedEvaluations": [failed]})
    finding = only(evaluations(account, wish()))
    assert finding.level is Level.MISSING
    assert "FailedEvaluations" in finding.text


@pytest.mark.parametrize("code", ["AccessDeniedException", "InvalidResultTokenException"])
def test_another_answer_to_the_result_is_not_checked(
    session: FakeSession, account: Account, code: str
) -> None:
    session.stub("config").add_client_error("put_evaluations", code)
    with pytest.raises(ClientError):
        list(evaluations(account, wish()))
