from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.client import Rule, Sandbox

from .conftest import PROBE, days, error_of, evaluation, message_of, now


def put(config: Any, token: str, *evaluations: Any, **others: Any) -> list[Any]:
    answer = config.put_evaluations(Evaluations=list(evaluations), ResultToken=token, **others)
    return list(answer["FailedEvaluations"])


def details(config: Any, **request: Any) -> Any:
    return config.get_compliance_details_by_config_rule(ConfigRuleName="rule", **request)


def resource_ids(answer: Any) -> list[str]:
    return [
        result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"]
        for result in answer["EvaluationResults"]
    ]


class TestPutConfigRule:
    def definition(self, sandbox: Sandbox, **changes: Any) -> dict[str, Any]:
        arn = f"arn:aws:lambda:eu-west-1:{sandbox.account}:function:probe"
        detail = {"EventSource": "aws.config", "MessageType": "ScheduledNotification"}
        source = {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": arn, "SourceDetails": [detail]}
        return {"ConfigRuleName": "other", "Source": source} | changes

    def test_needs_a_recorder_in_the_region(self, sandbox: Sandbox, config: Any) -> None:
        with pytest.raises(ClientError) as raised:
            config.put_config_rule(ConfigRule=self.definition(sandbox))
        assert error_of(raised) == ("NoAvailableConfigurationRecorderException", 400)

    @pytest.mark.usefixtures("rule")
    def test_needs_an_existing_function(self, sandbox: Sandbox, config: Any) -> None:
        definition = self.definition(sandbox)
        definition["Source"]["SourceIdentifier"] += "-gone"
        with pytest.raises(ClientError) as raised:
            config.put_config_rule(ConfigRule=definition)
        assert error_of(raised) == ("InsufficientPermissionsException", 400)

    @pytest.mark.usefixtures("rule")
    @pytest.mark.parametrize(
        "permission",
        [
            None,
            {"Principal": "events.amazonaws.com"},
            {"SourceAccount": "999999999999"},
            {"SourceArn": "arn:aws:config:us-east-1:123456789012:config-rule/*"},
            {"Action": "lambda:GetFunction"},
        ],
    )
    def test_needs_a_permission_for_config(
        self, sandbox: Sandbox, config: Any, permission: dict[str, str] | None
    ) -> None:
        functions = sandbox.client("lambda")
        functions.remove_permission(FunctionName="probe", StatementId="config")
        if permission is not None:
            request = {"Action": "lambda:InvokeFunction", "Principal": "config.amazonaws.com"}
            functions.add_permission(
                FunctionName="probe", StatementId="other", **(request | permission)
            )
        with pytest.raises(ClientError) as raised:
            config.put_config_rule(ConfigRule=self.definition(sandbox))
        assert error_of(raised) == ("InsufficientPermissionsException", 400)

    @pytest.mark.usefixtures("rule")
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"Source": {"Owner": "CUSTOM_LAMBDA"}}, "InvalidParameterValueException"),
            ({"InputParameters": "[]"}, "InvalidParameterValueException"),
            ({"InputParameters": "{"}, "InvalidParameterValueException"),
            ({"InputParameters": '{"a":"' + "x" * 1024 + '"}'}, "ValidationException"),
            ({"ConfigRuleName": "r" * 129}, "ValidationException"),
            ({"ConfigRuleName": " "}, "ValidationException"),
            ({"MaximumExecutionFrequency": "Hourly"}, "ValidationException"),
            ({"Description": "d" * 257}, "ValidationException"),
            ({"ConfigRuleArn": "arn:aws:config:::config-rule/x"}, "InvalidParameterValueException"),
        ],
    )
    def test_bad_definition_is_refused(
        self, sandbox: Sandbox, config: Any, changes: dict[str, Any], code: str
    ) -> None:
        with pytest.raises(ClientError) as raised:
            config.put_config_rule(ConfigRule=self.definition(sandbox, **changes))
        assert error_of(raised) == (code, 400)

    @pytest.mark.usefixtures("rule")
    @pytest.mark.parametrize(
        "source_details",
        [
            [],
            [{"EventSource": "aws.config"}],
            [{"MessageType": "ScheduledNotification"}],
            [
                {
                    "EventSource": "aws.config",
                    "MessageType": "ConfigurationItemChangeNotification",
                    "MaximumExecutionFrequency": "One_Hour",
                }
            ],
        ],
    )
    def test_bad_source_details_are_refused(
        self, sandbox: Sandbox, config: Any, source_details: list[dict[str, str]]
    ) -> None:
        definition = self.definition(sandbox)
        definition["Source"]["SourceDetails"] = source_details
        with pytest.raises(ClientError) as raised:
            config.put_config_rule(ConfigRule=definition)
        assert error_of(raised) == ("InvalidParameterValueException", 400)

    def test_rule_is_described_as_it_was_put(self, config: Any, rule: Rule) -> None:
        described = config.describe_config_rules(ConfigRuleNames=[rule.name])["ConfigRules"][0]
        assert described["ConfigRuleState"] == "ACTIVE"
        assert described["ConfigRuleArn"].startswith("arn:aws:config:eu-west-1:123456789012:")
        assert described["Source"]["SourceDetails"] == [
            {
                "EventSource": "aws.config",
                "MessageType": "ScheduledNotification",
                "MaximumExecutionFrequency": "TwentyFour_Hours",
            }
        ]

    def test_creating_and_updating_a_rule_starts_an_evaluation(
        self, sandbox: Sandbox, config: Any, rule: Rule
    ) -> None:
        described = config.describe_config_rules()["ConfigRules"][0]
        arn = described["Source"]["SourceIdentifier"]
        sandbox.put_rule(rule, arn, parameters={"daysToExpiration": "30"})
        sandbox.wait(rule)
        first, second = sandbox.deliveries(rule)
        assert (first["trigger"], second["trigger"]) == ("created", "updated")
        assert second["event"]["ruleParameters"] == '{"daysToExpiration": "30"}'
        assert (
            config.describe_config_rules()["ConfigRules"][0]["ConfigRuleId"]
            == (described["ConfigRuleId"])
        )

    def test_rules_may_live_in_other_partitions(self, sandbox: Sandbox, probe_zip: Path) -> None:
        rule = sandbox.deploy_rule(
            probe_zip, function_name="probe", handler=PROBE, region="cn-north-1"
        )
        event = sandbox.deliveries(rule)[0]["event"]
        assert event["configRuleArn"].startswith("arn:aws-cn:config:cn-north-1:")


class TestEvent:
    def test_looks_like_aws_s(self, sandbox: Sandbox, rule: Rule) -> None:
        event = sandbox.deliveries(rule)[0]["event"]
        assert event.keys() == {
            "version",
            "invokingEvent",
            "ruleParameters",
            "resultToken",
            "eventLeftScope",
            "executionRoleArn",
            "configRuleArn",
            "configRuleName",
            "configRuleId",
            "accountId",
        }
        invoking_event = json.loads(event["invokingEvent"])
        assert invoking_event.keys() == {
            "awsAccountId",
            "notificationCreationTime",
            "messageType",
            "recordVersion",
        }
        assert invoking_event["messageType"] == "ScheduledNotification"
        assert invoking_event["notificationCreationTime"].endswith("Z")
        assert event["configRuleName"] == rule.name

    def test_redelivery_is_the_same_event(self, sandbox: Sandbox, rule: Rule) -> None:
        invocation = sandbox.redeliver(rule)
        first, second = sandbox.deliveries(rule)
        assert first["event"] == second["event"] == invocation["event"]

    def test_late_event_has_its_own_time(self, sandbox: Sandbox, rule: Rule) -> None:
        created = now() - days(1)
        event = sandbox.deliver(rule, created)["event"]
        when = json.loads(event["invokingEvent"])["notificationCreationTime"]
        assert when == created.strftime("%Y-%m-%dT%H:%M:%S.000Z")


class TestClient:
    def test_deliveries_of_a_rule_are_of_its_region(
        self, sandbox: Sandbox, rule: Rule, elsewhere: Rule
    ) -> None:
        for one in (rule, elsewhere):
            assert [sent["region"] for sent in sandbox.deliveries(one)] == [one.region]

    def test_evaluation_is_the_rule_s_own_though_another_one_comes_after_it(
        self, sandbox: Sandbox, config: Any, rule: Rule, elsewhere: Rule
    ) -> None:
        events = sandbox.client("config", rule.region).meta.events
        after = "after-call.config.StartConfigRulesEvaluation"

        def deliver(**_: Any) -> None:
            sandbox.deliver(elsewhere, now())

        events.register(after, deliver)
        invocation = sandbox.evaluate(rule)
        events.unregister(after, deliver)
        (described,) = config.describe_config_rules()["ConfigRules"]
        assert invocation["event"]["configRuleArn"] == described["ConfigRuleArn"]

    @pytest.fixture
    def elsewhere(self, sandbox: Sandbox, probe_zip: Path) -> Rule:
        """A rule of the same name in another region."""
        return sandbox.deploy_rule(
            probe_zip, name="rule", function_name="probe", handler=PROBE, region="eu-west-3"
        )


class TestStartConfigRulesEvaluation:
    def test_invokes_the_function(self, sandbox: Sandbox, config: Any, rule: Rule) -> None:
        config.start_config_rules_evaluation(ConfigRuleNames=[rule.name])
        sandbox.wait(rule)
        assert [one["trigger"] for one in sandbox.deliveries(rule)] == ["created", "started"]
        assert len(sandbox.invocations("probe")) == 2

    def test_more_than_once_a_minute_is_refused(
        self, sandbox: Sandbox, config: Any, rule: Rule
    ) -> None:
        sandbox.evaluate(rule)
        with pytest.raises(ClientError) as raised:
            config.start_config_rules_evaluation(ConfigRuleNames=[rule.name])
        assert error_of(raised) == ("LimitExceededException", 400)
        sandbox.clock.advance(seconds=60)
        config.start_config_rules_evaluation(ConfigRuleNames=[rule.name])
        sandbox.wait(rule)

    def test_while_an_evaluation_runs_it_is_refused(
        self, sandbox: Sandbox, config: Any, probe_zip: Path
    ) -> None:
        rule = sandbox.deploy_rule(
            probe_zip,
            name="rule",
            function_name="probe",
            handler=PROBE,
            parameters={"do": "hang"},
            timeout=1,
            wait=False,
        )
        with pytest.raises(ClientError) as raised:
            config.start_config_rules_evaluation(ConfigRuleNames=[rule.name])
        assert error_of(raised) == ("LimitExceededException", 400)
        states = config.describe_config_rules()["ConfigRules"]
        assert states[0]["ConfigRuleState"] == "EVALUATING"
        sandbox.wait(rule)

    @pytest.mark.usefixtures("rule")
    def test_unknown_rule_is_refused(self, config: Any) -> None:
        with pytest.raises(ClientError) as raised:
            config.start_config_rules_evaluation(ConfigRuleNames=["rule", "gone"])
        assert error_of(raised) == ("NoSuchConfigRuleException", 400)

    @pytest.mark.parametrize("names", [[], [f"rule-{n}" for n in range(26)]])
    def test_one_to_twenty_five_rules_at_once(self, config: Any, names: list[str]) -> None:
        with pytest.raises(ClientError) as raised:
            config.start_config_rules_evaluation(ConfigRuleNames=names)
        assert error_of(raised) == ("ValidationException", 400)


def test_status_of_evaluations_is_nothing_to_rely_on(config: Any, rule: Rule) -> None:
    assert rule.name
    with pytest.raises(ClientError) as raised:
        config.describe_config_rule_evaluation_status()
    assert error_of(raised)[0] == "NotImplemented"


class TestPutEvaluations:
    def test_result_is_stored_with_its_annotation_and_times(self, config: Any, token: str) -> None:
        ordered = now() - days(1)
        put(config, token, evaluation(Annotation="Fine.", OrderingTimestamp=ordered))
        result = details(config)["EvaluationResults"][0]
        assert result["ComplianceType"] == "COMPLIANT"
        assert result["Annotation"] == "Fine."
        assert result["EvaluationResultIdentifier"]["OrderingTimestamp"] == ordered
        assert result["ResultRecordedTime"] >= result["ConfigRuleInvokedTime"]

    def test_latest_result_of_a_resource_stays(self, config: Any, token: str) -> None:
        put(config, token, evaluation("a"), evaluation("b"))
        put(config, token, evaluation("a", "NON_COMPLIANT"))
        assert resource_ids(details(config, ComplianceTypes=["NON_COMPLIANT"])) == ["a"]
        assert resource_ids(details(config)) == ["a", "b"]

    def test_not_applicable_is_shown_neither_as_compliant_nor_as_non_compliant(
        self, config: Any, token: str
    ) -> None:
        put(config, token, evaluation("www", "NON_COMPLIANT"))
        put(config, token, evaluation("www", "NOT_APPLICABLE"))
        shown = details(config, ComplianceTypes=["COMPLIANT", "NON_COMPLIANT"])
        assert resource_ids(shown) == []
        assert resource_ids(details(config, ComplianceTypes=["NOT_APPLICABLE"])) == ["www"]

    def test_test_mode_takes_any_token_and_stores_nothing(self, config: Any, rule: Rule) -> None:
        assert put(config, "TESTMODE", evaluation(), TestMode=True) == []
        assert rule.name == "rule"
        assert resource_ids(details(config)) == []

    def test_test_mode_does_not_check_the_resource_type(self, config: Any) -> None:
        unknown = evaluation(ComplianceResourceType="Foo")
        assert put(config, "TESTMODE", unknown, TestMode=True) == []

    @pytest.mark.parametrize("kind", ["Foo", "AWS::Account", "aws::iam::servercertificate"])
    def test_unknown_resource_type_is_refused_with_all_others(
        self, config: Any, token: str, kind: str
    ) -> None:
        with pytest.raises(ClientError) as raised:
            put(config, token, evaluation(), evaluation(ComplianceResourceType=kind))
        assert error_of(raised) == ("InvalidParameterValueException", 400)
        start = f"The resource type {kind} is invalid. Only the following values are permitted: ["
        assert message_of(raised).startswith(start)
        assert ", AWS::IAM::ServerCertificate, " in message_of(raised)
        assert resource_ids(details(config)) == []

    def test_result_may_be_of_the_account(self, sandbox: Sandbox, config: Any, token: str) -> None:
        put(config, token, evaluation(sandbox.account, ComplianceResourceType="AWS::::Account"))
        assert resource_ids(details(config)) == [sandbox.account]

    def test_invented_token_is_refused(self, config: Any) -> None:
        with pytest.raises(ClientError) as raised:
            put(config, "invented", evaluation())
        assert error_of(raised) == ("InvalidResultTokenException", 400)

    def test_token_of_another_region_is_refused(self, sandbox: Sandbox, token: str) -> None:
        with pytest.raises(ClientError) as raised:
            put(sandbox.client("config", "eu-west-3"), token, evaluation())
        assert error_of(raised) == ("InvalidResultTokenException", 400)

    def test_token_of_a_deleted_rule_is_refused(self, config: Any, rule: Rule, token: str) -> None:
        config.delete_config_rule(ConfigRuleName=rule.name)
        with pytest.raises(ClientError) as raised:
            put(config, token, evaluation())
        assert error_of(raised) == ("NoSuchConfigRuleException", 400)

    def test_insufficient_data_is_refused(self, config: Any, token: str) -> None:
        with pytest.raises(ClientError) as raised:
            put(config, token, evaluation("www", "INSUFFICIENT_DATA"))
        assert error_of(raised) == ("InvalidParameterValueException", 400)

    def test_none_at_all_is_refused(self, config: Any, token: str) -> None:
        with pytest.raises(ClientError) as raised:
            put(config, token)
        assert error_of(raised) == ("InvalidParameterValueException", 400)

    def test_more_than_a_hundred_are_refused(self, config: Any, token: str) -> None:
        assert put(config, token, *[evaluation(f"www-{n}") for n in range(100)]) == []
        with pytest.raises(ClientError) as raised:
            put(config, token, *[evaluation(f"www-{n}") for n in range(101)])
        assert error_of(raised) == ("ValidationException", 400)

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            (
                {"Annotation": "x" * 257},
                "at 'evaluations.1.member.annotation' failed to satisfy constraint: "
                "Member must have length less than or equal to 256",
            ),
            (
                {"Annotation": ""},
                "at 'evaluations.1.member.annotation' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1",
            ),
            (
                {"ComplianceType": "PERHAPS"},
                "Member must satisfy enum value set: [COMPLIANT, NON_COMPLIANT, "
                "NOT_APPLICABLE, INSUFFICIENT_DATA]",
            ),
            (
                {"ComplianceResourceId": "x" * 769},
                "at 'evaluations.1.member.complianceResourceId' failed to satisfy constraint: "
                "Member must have length less than or equal to 768",
            ),
        ],
    )
    def test_bad_evaluation_is_refused(
        self, config: Any, token: str, change: dict[str, str], constraint: str
    ) -> None:
        with pytest.raises(ClientError) as raised:
            put(config, token, evaluation() | change)
        assert error_of(raised) == ("ValidationException", 400)
        assert constraint in message_of(raised)

    def test_missing_token_is_refused(self, config: Any) -> None:
        with pytest.raises(ClientError) as raised:
            config.put_evaluations(Evaluations=[evaluation()])
        assert message_of(raised) == (
            "1 validation error detected: Value null at 'resultToken' failed to satisfy "
            "constraint: Member must not be null"
        )

    def test_wrong_json_type_is_refused(self, config: Any, token: str) -> None:
        with pytest.raises(ClientError) as raised:
            put(config, token, evaluation(Annotation=7))
        assert error_of(raised) == ("SerializationException", 400)


class TestComplianceDetails:
    def test_a_page_has_ten_by_default(self, config: Any, token: str) -> None:
        put(config, token, *[evaluation(f"www-{n}") for n in range(25)])
        for request in ({}, {"Limit": 0}):
            first = details(config, **request)
            assert len(first["EvaluationResults"]) == 10
            second = details(config, NextToken=first["NextToken"], **request)
            assert resource_ids(second) == [f"www-{n}" for n in range(10, 20)]

    def test_every_result_is_on_one_page(self, sandbox: Sandbox, rule: Rule, token: str) -> None:
        config = sandbox.client("config")
        for start in range(0, 1000, 100):
            put(config, token, *[evaluation(f"www-{start + n}") for n in range(100)])
        assert len(sandbox.results(rule)) == 1000
        pages = sandbox.requests.list("config", "GetComplianceDetailsByConfigRule")
        assert len(pages) == 10

    @pytest.mark.usefixtures("rule")
    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            ({"Limit": 101}, "ValidationException"),
            ({"NextToken": "x"}, "InvalidNextTokenException"),
            ({"ComplianceTypes": ["INSUFFICIENT_DATA"]}, "InvalidParameterValueException"),
        ],
    )
    def test_bad_request_is_refused(self, config: Any, request_: dict[str, Any], code: str) -> None:
        with pytest.raises(ClientError) as raised:
            details(config, **request_)
        assert error_of(raised) == (code, 400)

    def test_token_of_another_question_is_refused(self, config: Any, token: str) -> None:
        put(config, token, *[evaluation(f"www-{n}") for n in range(11)])
        next_token = details(config)["NextToken"]
        with pytest.raises(ClientError) as raised:
            details(config, ComplianceTypes=["COMPLIANT"], NextToken=next_token)
        assert error_of(raised) == ("InvalidNextTokenException", 400)

    @pytest.mark.parametrize(
        ("name", "code"),
        [("gone", "NoSuchConfigRuleException"), ("r" * 65, "ValidationException")],
    )
    def test_bad_rule_name_is_refused(self, config: Any, name: str, code: str) -> None:
        with pytest.raises(ClientError) as raised:
            config.get_compliance_details_by_config_rule(ConfigRuleName=name)
        assert error_of(raised) == (code, 400)

    def test_deleted_results_are_gone(self, config: Any, rule: Rule, token: str) -> None:
        put(config, token, evaluation())
        config.delete_evaluation_results(ConfigRuleName=rule.name)
        assert resource_ids(details(config)) == []


def test_compliance_of_a_rule_as_a_whole_is_not_imitated(config: Any, rule: Rule) -> None:
    with pytest.raises(ClientError, match="is not imitated here"):
        config.describe_compliance_by_config_rule(ConfigRuleNames=[rule.name])
