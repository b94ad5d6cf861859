from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.client import Sandbox

from .account import Account, Run, days, now, while_held


@pytest.fixture
def changed(account: Account) -> Account:
    """An account whose dashboard is no longer true: `www` was expired and is not any more."""
    account.store("www", days(-3))
    account.deploy()
    account.delete("www")
    account.store("www", days(90))
    account.sandbox.requests.clear()
    return account


class TestLateAndRepeatedEvents:
    def test_late_run_after_a_newer_one_reports_nothing(self, changed: Account) -> None:
        late = changed.sandbox.deliver(changed.rule, now() - timedelta(hours=1))
        assert Run(late).outcome == "SUPERSEDED"
        assert Run(late).metrics == {}
        assert changed.sent == []
        assert changed.compliance == {"www": "NON_COMPLIANT"}

    def test_late_run_without_a_newer_one_reports(self, account: Account) -> None:
        account.deploy()
        account.sandbox.client("config").delete_evaluation_results(ConfigRuleName=account.rule.name)
        late = account.sandbox.deliver(account.rule, now() - timedelta(hours=1))
        assert Run(late).outcome == "REPORTED"

    def test_event_delivered_twice_shows_the_same_twice(self, account: Account) -> None:
        account.store("expired", days(-3))
        account.store("valid", days(3))
        account.deploy()
        before = account.dashboard
        assert Run(account.sandbox.redeliver(account.rule)).outcome == "REPORTED"
        assert account.dashboard == before
        assert account.sent == ["expired", "valid", "expired"]

    def test_slow_run_overtaken_by_a_newer_one_reports_nothing(self, changed: Account) -> None:
        first, second = now() + timedelta(minutes=1), now() + timedelta(minutes=2)

        def deliver_slow() -> Run:
            with Sandbox(changed.sandbox.endpoint) as own_connection:
                return Run(own_connection.deliver(changed.rule, first))

        listing = ("iam", "ListServerCertificates")
        with while_held(changed.sandbox, *listing, deliver_slow) as slow:
            newer = Run(changed.sandbox.deliver(changed.rule, second))

        assert newer.outcome == "REPORTED"
        assert slow.result().outcome == "SUPERSEDED"
        assert changed.sent == ["www"]
        assert changed.compliance == {"www": "COMPLIANT"}


class TestRefusedReports:
    def test_invalid_token_is_an_error_that_does_not_tell_it(self, changed: Account) -> None:
        token = "forged-" + "0123456789" * 5
        run = changed.invoke(changed.last_event | {"resultToken": token})
        assert "config:PutEvaluations failed: InvalidResultTokenException" in run.error
        assert "1 of 1 results not recorded: www." in run.error
        assert changed.compliance == {"www": "NON_COMPLIANT"}

    def test_rule_deleted_before_the_run_is_an_error_that_says_so(self, changed: Account) -> None:
        event = changed.last_event
        changed.sandbox.client("config").delete_config_rule(ConfigRuleName=changed.rule.name)
        error = changed.invoke(event).error
        assert "config:GetComplianceDetailsByConfigRule failed: NoSuchConfigRule" in error
        assert "deploy the stack again, or delete it." in error
        assert "config:PutEvaluations failed: " in error

    def test_rule_deleted_during_the_run_is_an_error_that_says_so(self, changed: Account) -> None:
        changed.sandbox.faults.add(
            "config", "PutEvaluations", kind="error", status=400, code="NoSuchConfigRuleException"
        )
        assert "NoSuchConfigRuleException" in changed.evaluate().error


class TestTrial:
    def test_trial_is_checked_by_config_and_not_recorded(self, changed: Account) -> None:
        run = changed.invoke(changed.last_event | {"resultToken": "TESTMODE"})
        assert run.outcome == "TESTED"
        assert run.summary["certificates"] == 1
        assert run.summary["recorded"] == 0
        assert run.metrics == {}
        assert [call["parameters"]["TestMode"] for call in changed.calls("PutEvaluations")] == [
            True
        ]
        assert changed.compliance == {"www": "NON_COMPLIANT"}

    def test_trial_clears_nothing(self, changed: Account) -> None:
        changed.delete("www")
        changed.invoke(changed.last_event | {"resultToken": "TESTMODE"})
        assert changed.cleared == []


class TestParameters:
    @pytest.mark.parametrize(
        "value", ["30", " 30 ", 30], ids=["text", "text with blanks", "number"]
    )
    def test_days_may_be_text_or_a_number(self, account: Account, value: Any) -> None:
        account.store("www", days(8.5))
        account.deploy({"daysToExpiration": value})
        assert "limit 30 days" in account.annotation("www")

    @pytest.mark.parametrize("value", ["", " "])
    def test_blank_means_the_default(self, account: Account, value: str) -> None:
        account.store("www", days(0.5))
        account.deploy({"daysToExpiration": value})
        assert account.compliance == {"www": "COMPLIANT"}

    @pytest.mark.parametrize(
        ("parameters", "told"),
        [
            ({"daysToExpire": "30"}, 'Unknown rule parameter "daysToExpire": allowed are'),
            ({"daysToExpiration": "soon"}, 'daysToExpiration is "soon": it must be a whole number'),
            ({"daysToExpiration": "-1"}, 'daysToExpiration is "-1": it must be'),
            ({"daysToExpiration": "3651"}, "it must be a whole number of days from 0 to 3650."),
            ({"daysToExpiration": 1.5}, 'daysToExpiration is "1.5": it must be'),
            ({"daysToExpiration": [1]}, '"daysToExpiration" must be a single value'),
            ({"checkUsage": "maybe"}, 'checkUsage is "maybe": it must be true or false.'),
        ],
        ids=lambda value: "" if isinstance(value, str) else json.dumps(value),
    )
    def test_bad_parameter_is_a_clear_error_and_the_old_results_stay(
        self, changed: Account, parameters: dict[str, Any], told: str
    ) -> None:
        run = changed.set_parameters(parameters)
        assert told in run.error
        assert run.error_type == "InvalidInputException"
        assert changed.compliance == {"www": "NON_COMPLIANT"}
        assert changed.calls("ListServerCertificates") == []

    def test_corrected_parameter_heals_the_rule(self, changed: Account) -> None:
        changed.set_parameters({"daysToExpiration": "soon"})
        changed.set_parameters({"daysToExpiration": "30", "checkUsage": "false"})
        assert changed.compliance == {"www": "COMPLIANT"}


class TestEventsThatAreNoneOfOurs:
    def invoking_event(self, **changes: Any) -> str:
        return json.dumps(
            {
                "awsAccountId": "123456789012",
                "notificationCreationTime": datetime.now().astimezone().isoformat(),
                "messageType": "ScheduledNotification",
                "recordVersion": "1.0",
            }
            | changes
        )

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"invokingEvent": "{"}, 'The event\'s "invokingEvent" is not well-formed JSON'),
            ({"invokingEvent": None}, 'The event has no "invokingEvent", which is required.'),
            ({"configRuleName": ""}, 'The event has no "configRuleName", which is required.'),
            ({"configRuleName": "r" * 65}, "has 65 characters"),
            ({"resultToken": None}, 'The event has no "resultToken", which is required.'),
            ({"accountId": "42"}, 'The event\'s "accountId" must be twelve digits'),
            ({"ruleParameters": "{]"}, 'is not well-formed JSON: "{]"'),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    def test_malformed_event_is_refused_before_any_call(
        self, changed: Account, changes: dict[str, Any], told: str
    ) -> None:
        run = changed.invoke(changed.last_event | changes)
        assert told in run.error
        assert run.error_type == "InvalidInputException"
        assert changed.calls("ListServerCertificates") == []

    @pytest.mark.parametrize(
        "message_type",
        ["ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification"],
    )
    def test_change_of_a_resource_is_not_what_this_rule_is_for(
        self, changed: Account, message_type: str
    ) -> None:
        invoking_event = self.invoking_event(messageType=message_type)
        run = changed.invoke(changed.last_event | {"invokingEvent": invoking_event})
        assert f'messageType is "{message_type}", but this is a periodic rule' in run.error
        assert changed.calls("ListServerCertificates") == []

    @pytest.mark.parametrize("event", [None, [], "text", {}])
    def test_something_else_than_an_event_is_refused(self, changed: Account, event: Any) -> None:
        assert changed.invoke(event).error_type == "InvalidInputException"
