from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from sandbox.client import Rule, Sandbox, SandboxError

from .conftest import days, error_of, evaluation, message_of, now

KIND = "AWS::IAM::ServerCertificate"
ROLE = "arn:aws:iam::123456789012:role/runbook"
ALICE = "arn:aws:iam::123456789012:user/alice"

# Names of certificates of which six can't be removed, and four can.
BAD = tuple(f"bad-{number}" for number in range(6))
GOOD = tuple(f"good-{number}" for number in range(4))


@pytest.fixture
def runbook(sandbox: Sandbox, rule: Rule) -> str:
    """A runbook that fails unless its certificate is called good... or wait: that asks first."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "ssm.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    sandbox.client("iam").create_role(RoleName="runbook", AssumeRolePolicyDocument=document)

    def when(name: str, step: str) -> dict[str, Any]:
        condition = {"Variable": "{{ ServerCertificate }}", "StringEquals": name}
        return {"NextStep": step, "And": [condition, condition]}

    def script(body: str) -> dict[str, str]:
        source = f"def handle(events, context):\n    {body}\n"
        return {"Runtime": "python3.11", "Handler": "handle", "Script": source}

    good = [when(name, "end") for name in ("good", *GOOD)]
    branch = {"Choices": [*good, when("wait", "ask")], "Default": "fail"}
    content = {
        "schemaVersion": "0.3",
        "assumeRole": "{{ AutomationAssumeRole }}",
        "parameters": {
            "ServerCertificate": {"type": "String"},
            "AutomationAssumeRole": {"type": "String", "default": ""},
        },
        "mainSteps": [
            {"name": "branch", "action": "aws:branch", "inputs": branch},
            {"name": "fail", "action": "aws:executeScript", "inputs": script("1 / 0")},
            {"name": "ask", "action": "aws:approve", "inputs": {"Approvers": [ALICE]}},
            {"name": "end", "action": "aws:executeScript", "inputs": script("return {}")},
        ],
    }
    sandbox.client("ssm", rule.region).create_document(
        Name="runbook",
        Content=yaml.safe_dump(content),
        DocumentType="Automation",
        DocumentFormat="YAML",
    )
    return "runbook"


def definition(**changes: Any) -> dict[str, Any]:
    return {
        "ConfigRuleName": "rule",
        "TargetType": "SSM_DOCUMENT",
        "TargetId": "runbook",
        "Parameters": {
            "ServerCertificate": {"ResourceValue": {"Value": "RESOURCE_ID"}},
            "AutomationAssumeRole": {"StaticValue": {"Values": [ROLE]}},
        },
    } | changes


AUTOMATIC = {"Automatic": True, "MaximumAutomaticAttempts": 2, "RetryAttemptSeconds": 600}


def put(config: Any, **changes: Any) -> None:
    answer = config.put_remediation_configurations(
        RemediationConfigurations=[definition(**changes)]
    )
    assert answer["FailedBatches"] == []


@pytest.fixture
def found(config: Any, token: str, runbook: str) -> None:
    """Three certificates that the rule has found, and one that is fine."""
    results = [evaluation(name, "NON_COMPLIANT") for name in ("good", "bad", "wait")]
    config.put_evaluations(ResultToken=token, Evaluations=[*results, evaluation("fine")])
    assert runbook


def keys(*names: str) -> list[dict[str, str]]:
    return [{"resourceType": KIND, "resourceId": name} for name in names]


def exception_keys(*names: str) -> list[dict[str, str]]:
    return [{"ResourceType": KIND, "ResourceId": name} for name in names]


def report_again(sandbox: Sandbox, config: Any, rule: Rule) -> None:
    """The rule finds the same once more."""
    token = sandbox.deliveries(rule)[0]["event"]["resultToken"]
    again = [evaluation(name, "NON_COMPLIANT") for name in ("good", "bad", "wait")]
    config.put_evaluations(ResultToken=token, Evaluations=again)
    sandbox.evaluate(rule)
    sandbox.remediations.wait(rule)


def states(sandbox: Sandbox, rule: Rule) -> dict[str, str]:
    sandbox.remediations.wait(rule)
    return {name: one["State"] for name, one in sandbox.remediations.statuses(rule).items()}


def exceptions(config: Any) -> list[str]:
    found = config.describe_remediation_exceptions(ConfigRuleName="rule")
    return [one["ResourceId"] for one in found["RemediationExceptions"]]


class TestConfigurations:
    @pytest.mark.usefixtures("runbook")
    def test_are_described_as_they_were_put(self, config: Any) -> None:
        put(config)
        [known] = config.describe_remediation_configurations(ConfigRuleNames=["rule", "other"])[
            "RemediationConfigurations"
        ]
        arn = known.pop("Arn")
        assert known == definition()
        assert arn.startswith(
            "arn:aws:config:eu-west-1:123456789012:remediation-configuration/rule/"
        )
        put(config, **AUTOMATIC)
        [changed] = config.describe_remediation_configurations(ConfigRuleNames=["rule"])[
            "RemediationConfigurations"
        ]
        assert changed == definition(**AUTOMATIC) | {"Arn": arn}

    @pytest.mark.usefixtures("runbook")
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"ConfigRuleName": "gone"}, "gone"),
            ({"TargetId": "gone"}, "gone"),
            ({"TargetVersion": "7"}, "7"),
            ({"Parameters": {"A": {}}}, "invalid RemediationParameterValues"),
            ({"Parameters": {"A": {"StaticValue": {"Values": []}}}}, "invalid Remediation"),
            (
                {
                    "Parameters": {
                        "A": {
                            "ResourceValue": {"Value": "RESOURCE_ID"},
                            "StaticValue": {"Values": ["a"]},
                        }
                    }
                },
                "invalid RemediationParameterValues",
            ),
            ({"Automatic": True, "RetryAttemptSeconds": 60}, "MaximumAutomaticAttempts"),
            ({"Automatic": True, "MaximumAutomaticAttempts": 5}, "RetryAttemptSeconds"),
            (AUTOMATIC | {"Parameters": {}}, "AutomationAssumeRole"),
        ],
    )
    def test_are_refused(self, config: Any, changes: dict[str, Any], why: str) -> None:
        with pytest.raises(ClientError) as raised:
            put(config, **changes)
        assert error_of(raised) == ("InvalidParameterValueException", 400)
        assert why in message_of(raised)

    @pytest.mark.usefixtures("runbook")
    @pytest.mark.parametrize(
        "changes",
        [
            {"TargetType": "LAMBDA"},
            {"Parameters": {"A": {"ResourceValue": {"Value": "RESOURCE_NAME"}}}},
            {"Parameters": {"A": {"StaticValue": {"Values": [""]}}}},
            {"Parameters": {"A": {"StaticValue": {"Values": ["a"] * 26}}}},
            {"MaximumAutomaticAttempts": 26},
            {"RetryAttemptSeconds": 2678001},
        ],
    )
    def test_are_refused_against_the_model(self, config: Any, changes: dict[str, Any]) -> None:
        with pytest.raises(ClientError) as raised:
            put(config, **changes)
        assert error_of(raised) == ("ValidationException", 400)

    @pytest.mark.usefixtures("runbook")
    def test_keep_their_rule_from_being_deleted(self, config: Any) -> None:
        put(config)
        with pytest.raises(ClientError) as raised:
            config.delete_config_rule(ConfigRuleName="rule")
        assert error_of(raised) == ("ResourceInUseException", 400)
        config.delete_remediation_configuration(ConfigRuleName="rule")
        config.delete_config_rule(ConfigRuleName="rule")

    @pytest.mark.usefixtures("runbook")
    def test_must_be_there(self, config: Any) -> None:
        requests: list[tuple[Any, dict[str, Any]]] = [
            (config.delete_remediation_configuration, {}),
            (config.describe_remediation_execution_status, {}),
            (config.start_remediation_execution, {"ResourceKeys": keys("good")}),
        ]
        for call, others in requests:
            with pytest.raises(ClientError) as raised:
                call(ConfigRuleName="rule", **others)
            assert error_of(raised) == ("NoSuchRemediationConfigurationException", 400)

    @pytest.mark.usefixtures("found")
    def test_are_not_deleted_while_a_remediation_runs(
        self, sandbox: Sandbox, config: Any, rule: Rule
    ) -> None:
        put(config)
        assert sandbox.remediations.run(rule, "wait")["wait"]["State"] == "IN_PROGRESS"
        with pytest.raises(ClientError) as raised:
            config.delete_remediation_configuration(ConfigRuleName="rule")
        assert error_of(raised) == ("RemediationInProgressException", 400)
        [execution] = sandbox.automations.list()
        sandbox.client("ssm").stop_automation_execution(
            AutomationExecutionId=execution["AutomationExecutionId"]
        )
        assert states(sandbox, rule) == {"wait": "FAILED"}
        config.delete_remediation_configuration(ConfigRuleName="rule")


@pytest.mark.usefixtures("found")
class TestRemediation:
    def test_runs_the_runbook_with_the_resources_id_and_the_role(
        self, sandbox: Sandbox, config: Any, rule: Rule
    ) -> None:
        put(config)
        status = sandbox.remediations.run(rule, "good")["good"]
        assert status["State"] == "SUCCEEDED"
        assert [(step["Name"], step["State"]) for step in status["StepDetails"]] == [
            ("branch", "SUCCEEDED"),
            ("fail", "PENDING"),
            ("ask", "PENDING"),
            ("end", "SUCCEEDED"),
        ]
        [execution] = sandbox.automations.list()
        assert "AWSServiceRoleForConfigRemediation" in execution["ExecutedBy"]
        detailed = sandbox.automations.wait(execution["AutomationExecutionId"])
        assert detailed["Parameters"] == {
            "ServerCertificate": ["good"],
            "AutomationAssumeRole": [ROLE],
        }

    def test_that_fails_says_at_which_step_and_why(
        self, sandbox: Sandbox, config: Any, rule: Rule
    ) -> None:
        put(config)
        status = sandbox.remediations.run(rule, "bad")["bad"]
        assert status["State"] == "FAILED"
        [failed] = [step for step in status["StepDetails"] if step["State"] == "FAILED"]
        assert failed["Name"] == "fail"
        assert "division by zero" in failed["ErrorMessage"]

    def test_that_can_not_start_says_why(self, sandbox: Sandbox, config: Any, rule: Rule) -> None:
        put(config, Parameters={})
        status = sandbox.remediations.run(rule, "good")["good"]
        assert status["State"] == "FAILED"
        assert "Missing required parameter" in status["StepDetails"][0]["ErrorMessage"]

    def test_is_refused_for_resources_unknown_or_in_progress(
        self, sandbox: Sandbox, config: Any, rule: Rule
    ) -> None:
        put(config)
        sandbox.remediations.run(rule, "wait")
        answer = config.start_remediation_execution(
            ConfigRuleName="rule", ResourceKeys=keys("good", "wait", "unknown")
        )
        assert answer["FailedItems"] == keys("wait", "unknown")
        assert "unknown is not a resource" in answer["FailureMessage"]
        assert states(sandbox, rule) == {"good": "SUCCEEDED", "wait": "IN_PROGRESS"}

    @pytest.mark.parametrize("number", [0, 101])
    def test_is_for_1_to_100_resources_at_once(self, config: Any, number: int) -> None:
        put(config)
        with pytest.raises(ClientError) as raised:
            config.start_remediation_execution(
                ConfigRuleName="rule", ResourceKeys=keys("good") * number
            )
        assert error_of(raised) == ("ValidationException", 400)

    def test_is_described_for_chosen_resources_and_in_pages(
        self, sandbox: Sandbox, config: Any, rule: Rule
    ) -> None:
        put(config)
        sandbox.remediations.run(rule, "good", "bad")
        chosen = config.describe_remediation_execution_status(
            ConfigRuleName="rule", ResourceKeys=keys("bad")
        )
        first = config.describe_remediation_execution_status(ConfigRuleName="rule", Limit=1)
        rest = config.describe_remediation_execution_status(
            ConfigRuleName="rule", Limit=1, NextToken=first["NextToken"]
        )
        names = [
            one["ResourceKey"]["resourceId"]
            for page in (chosen, first, rest)
            for one in page["RemediationExecutionStatuses"]
        ]
        assert names == ["bad", "bad", "good"]
        with pytest.raises(ClientError) as raised:
            config.describe_remediation_execution_status(ConfigRuleName="rule", NextToken="other")
        assert error_of(raised) == ("InvalidNextTokenException", 400)

    def test_may_come_from_a_stale_snapshot(
        self, sandbox: Sandbox, config: Any, rule: Rule
    ) -> None:
        put(config)
        sandbox.remediations.start_from_stale_snapshot(rule, "gone")
        assert states(sandbox, rule) == {"gone": "FAILED"}

    def test_is_waited_for_only_where_there_is_one(self, sandbox: Sandbox, rule: Rule) -> None:
        with pytest.raises(SandboxError, match="no remediation"):
            sandbox.remediations.wait(rule)


def controls(**percentages: int) -> dict[str, Any]:
    return {"ExecutionControls": {"SsmControls": percentages}}


class TestBatches:
    @pytest.fixture
    def ten(self, config: Any, token: str, runbook: str) -> tuple[str, ...]:
        """Ten certificates that the rule has found; the first six can't be removed."""
        names = BAD + GOOD
        results = [evaluation(name, "NON_COMPLIANT") for name in names]
        config.put_evaluations(ResultToken=token, Evaluations=results)
        assert runbook
        return names

    def test_some_are_left_behind_once_more_than_half_have_failed(
        self, sandbox: Sandbox, config: Any, rule: Rule, ten: tuple[str, ...]
    ) -> None:
        put(config)
        statuses = sandbox.remediations.run(rule, *ten)
        shown = {name: one["State"] for name, one in statuses.items()}
        assert shown == dict.fromkeys(BAD, "FAILED") | dict.fromkeys(GOOD, "QUEUED")
        assert len(sandbox.automations.list()) == len(BAD)
        # They can be started again.
        statuses = sandbox.remediations.run(rule, *GOOD)
        assert {statuses[name]["State"] for name in GOOD} == {"SUCCEEDED"}

    def test_none_is_left_behind_if_all_may_fail(
        self, sandbox: Sandbox, config: Any, rule: Rule, ten: tuple[str, ...]
    ) -> None:
        put(config, **controls(ErrorPercentage=100))
        statuses = sandbox.remediations.run(rule, *ten)
        assert {statuses[name]["State"] for name in GOOD} == {"SUCCEEDED"}

    @pytest.mark.parametrize(("percentage", "started"), [(40, 5), (50, 6), (1, 1)])
    def test_the_first_failure_beyond_the_percentage_is_the_last(
        self,
        sandbox: Sandbox,
        config: Any,
        rule: Rule,
        ten: tuple[str, ...],
        percentage: int,
        started: int,
    ) -> None:
        put(config, **controls(ErrorPercentage=percentage))
        sandbox.remediations.run(rule, *ten)
        assert len(sandbox.automations.list()) == started

    def test_refusals_to_start_count_as_failures(
        self, sandbox: Sandbox, config: Any, rule: Rule, ten: tuple[str, ...]
    ) -> None:
        put(config, Parameters={})
        statuses = sandbox.remediations.run(rule, *ten)
        shown = [statuses[name]["State"] for name in ten]
        assert shown == ["FAILED"] * 6 + ["QUEUED"] * 4

    def test_automatic_ones_are_left_behind_too(
        self, sandbox: Sandbox, config: Any, rule: Rule, ten: tuple[str, ...]
    ) -> None:
        put(config, **AUTOMATIC)
        assert [states(sandbox, rule)[name] for name in ten] == ["FAILED"] * 6 + ["QUEUED"] * 4

    @pytest.mark.parametrize(
        ("percentages", "state"),
        [({}, "QUEUED"), ({"ConcurrentExecutionRatePercentage": 100}, "SUCCEEDED")],
    )
    def test_so_many_run_at_a_time(
        self,
        sandbox: Sandbox,
        config: Any,
        rule: Rule,
        found: None,
        percentages: dict[str, int],
        state: str,
    ) -> None:
        assert found is None
        put(config, **controls(**percentages))
        statuses = sandbox.remediations.run(rule, "wait", "good")
        assert statuses["wait"]["State"] == "IN_PROGRESS"
        assert statuses["good"]["State"] == state

    @pytest.mark.usefixtures("found")
    def test_the_next_starts_when_one_ends(self, sandbox: Sandbox, config: Any, rule: Rule) -> None:
        put(config)
        sandbox.remediations.run(rule, "wait", "good")
        answer = config.start_remediation_execution(
            ConfigRuleName="rule", ResourceKeys=keys("good")
        )
        assert answer["FailedItems"] == keys("good")
        [execution] = sandbox.automations.list()
        sandbox.client("ssm").stop_automation_execution(
            AutomationExecutionId=execution["AutomationExecutionId"]
        )
        assert states(sandbox, rule) == {"wait": "FAILED", "good": "SUCCEEDED"}

    @pytest.mark.usefixtures("found")
    def test_none_starts_after_a_reset(self, sandbox: Sandbox, config: Any, rule: Rule) -> None:
        put(config)
        sandbox.remediations.run(rule, "wait", "good")
        sandbox.reset()
        assert sandbox.automations.list() == []


@pytest.mark.usefixtures("found")
class TestAutomaticRemediation:
    def test_starts_at_once_and_whenever_a_result_is_reported(
        self, sandbox: Sandbox, config: Any, rule: Rule
    ) -> None:
        put(config, **AUTOMATIC)
        assert states(sandbox, rule) == {
            "good": "SUCCEEDED",
            "bad": "FAILED",
            "wait": "IN_PROGRESS",
        }
        report_again(sandbox, config, rule)
        # The one that waits for approval is left alone.
        assert len(sandbox.automations.list()) == 5

    def test_is_not_started_by_a_run_that_reports_nothing(
        self, sandbox: Sandbox, config: Any, rule: Rule
    ) -> None:
        put(config, **AUTOMATIC)
        sandbox.evaluate(rule)
        sandbox.remediations.wait(rule)
        assert len(sandbox.automations.list()) == 3

    def test_is_not_there_in_manual_mode(self, sandbox: Sandbox, config: Any, rule: Rule) -> None:
        put(config)
        report_again(sandbox, config, rule)
        assert states(sandbox, rule) == {}

    def test_ends_with_an_exception_after_repeated_failures(
        self, sandbox: Sandbox, config: Any, rule: Rule
    ) -> None:
        put(config, **AUTOMATIC)
        sandbox.remediations.wait(rule)
        assert exceptions(config) == []
        report_again(sandbox, config, rule)
        assert exceptions(config) == ["bad"]
        report_again(sandbox, config, rule)
        # bad: two attempts; good: three; wait: one.
        assert len(sandbox.automations.list()) == 6
        config.delete_remediation_exceptions(
            ConfigRuleName="rule", ResourceKeys=exception_keys("bad")
        )
        report_again(sandbox, config, rule)
        assert len(sandbox.automations.list()) == 8
        assert exceptions(config) == []

    def test_forgets_failures_after_a_time(self, sandbox: Sandbox, config: Any, rule: Rule) -> None:
        put(config, **AUTOMATIC)
        sandbox.remediations.wait(rule)
        sandbox.clock.advance(timedelta(seconds=601))
        report_again(sandbox, config, rule)
        assert len(sandbox.automations.list()) == 5
        assert exceptions(config) == []

    def test_may_still_be_started_by_hand_on_an_excepted_resource(
        self, sandbox: Sandbox, config: Any, rule: Rule
    ) -> None:
        config.put_remediation_exceptions(
            ConfigRuleName="rule", ResourceKeys=exception_keys("good")
        )
        put(config, **AUTOMATIC)
        assert "good" not in states(sandbox, rule)
        assert sandbox.remediations.run(rule, "good")["good"]["State"] == "SUCCEEDED"


@pytest.mark.usefixtures("found")
class TestExceptions:
    def test_are_for_non_compliant_resources_alone(self, config: Any) -> None:
        answer = config.put_remediation_exceptions(
            ConfigRuleName="rule",
            ResourceKeys=exception_keys("bad", "fine", "gone"),
            Message="Kept on purpose",
        )
        [batch] = answer["FailedBatches"]
        assert [one["ResourceId"] for one in batch["FailedItems"]] == ["fine", "gone"]
        [known] = config.describe_remediation_exceptions(
            ConfigRuleName="rule", ResourceKeys=exception_keys("bad", "fine")
        )["RemediationExceptions"]
        assert known == {
            "ConfigRuleName": "rule",
            "ResourceType": KIND,
            "ResourceId": "bad",
            "Message": "Kept on purpose",
        }

    def test_expire(self, sandbox: Sandbox, config: Any) -> None:
        config.put_remediation_exceptions(
            ConfigRuleName="rule",
            ResourceKeys=exception_keys("bad"),
            ExpirationTime=now() + days(1),
        )
        assert exceptions(config) == ["bad"]
        sandbox.clock.advance(days(1))
        assert exceptions(config) == []

    def test_come_in_pages(self, config: Any) -> None:
        config.put_remediation_exceptions(
            ConfigRuleName="rule", ResourceKeys=exception_keys("bad", "good")
        )
        first = config.describe_remediation_exceptions(ConfigRuleName="rule", Limit=1)
        rest = config.describe_remediation_exceptions(
            ConfigRuleName="rule", Limit=1, NextToken=first["NextToken"]
        )
        pages = [first, rest]
        names = [one["ResourceId"] for page in pages for one in page["RemediationExceptions"]]
        assert names == ["bad", "good"]

    def test_that_are_not_there_can_not_be_deleted(self, config: Any) -> None:
        with pytest.raises(ClientError) as raised:
            config.delete_remediation_exceptions(
                ConfigRuleName="rule", ResourceKeys=exception_keys("bad")
            )
        assert error_of(raised) == ("NoSuchRemediationExceptionException", 400)
        config.put_remediation_exceptions(ConfigRuleName="rule", ResourceKeys=exception_keys("bad"))
        answer = config.delete_remediation_exceptions(
            ConfigRuleName="rule", ResourceKeys=exception_keys("bad", "good")
        )
        assert answer["FailedBatches"][0]["FailedItems"] == exception_keys("good")

    def test_are_of_an_existing_rule(self, config: Any) -> None:
        with pytest.raises(ClientError) as raised:
            config.describe_remediation_exceptions(ConfigRuleName="gone")
        assert error_of(raised) == ("InvalidParameterValueException", 400)
