from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.client import ORGANIZATION, AggregateResult, Sandbox, SandboxError

from .conftest import days, error_of, message_of, now

RULE = "iam-server-certificate-expiration"
REGION = "us-east-1"
ADMINISTRATOR = "210987654321"
FIRST, SECOND = "111111111111", "222222222222"
NAME = {"ConfigurationAggregatorName": "org"}


@pytest.fixture
def config(sandbox: Sandbox) -> Any:
    """An administrator's client, with an aggregator of the organization."""
    sandbox.aggregators.of_organization("org", region=REGION, account=ADMINISTRATOR)
    return sandbox.client("config", REGION, account=ADMINISTRATOR, validate=False)


def add(sandbox: Sandbox, *results: AggregateResult, rule: str = RULE) -> None:
    sandbox.aggregators.add("org", rule, results, region=REGION, account=ADMINISTRATOR)


def bad(account: str, resource: str = "www", region: str = "eu-west-1") -> AggregateResult:
    return AggregateResult(account, region, resource)


def good(account: str, resource: str = "www", region: str = "eu-west-1") -> AggregateResult:
    return AggregateResult(account, region, resource, "COMPLIANT")


def rules(config: Any, **filters: str) -> list[tuple[str, str, str, str]]:
    answer = config.describe_aggregate_compliance_by_config_rules(**NAME, Filters=filters)
    return [
        (
            one["ConfigRuleName"],
            one["AccountId"],
            one["AwsRegion"],
            one["Compliance"]["ComplianceType"],
        )
        for one in answer["AggregateComplianceByConfigRules"]
    ]


def details(config: Any, **request: Any) -> Any:
    request = {"ConfigRuleName": RULE, "AccountId": FIRST, "AwsRegion": "eu-west-1"} | request
    return config.get_aggregate_compliance_details_by_config_rule(**NAME, **request)


def resources(answer: Any) -> list[str]:
    return [
        one["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"]
        for one in answer["AggregateEvaluationResults"]
    ]


def sources(config: Any, **request: Any) -> list[dict[str, Any]]:
    answer = config.describe_configuration_aggregator_sources_status(**NAME, **request)
    return list(answer["AggregatedSourceStatusList"])


def pages(operation: Any, **request: Any) -> Iterator[Any]:
    """Every page, by hand: some of boto3's paginators stop at an empty one."""
    token: dict[str, str] = {}
    while True:
        answer = operation(**NAME, **request, **token)
        yield answer
        if "NextToken" not in answer:
            return
        token = {"NextToken": answer["NextToken"]}


def refused(operation: Any, **request: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as raised:
        operation(**request)
    return error_of(raised)


class TestRules:
    def test_one_non_compliant_resource_is_enough(self, sandbox: Sandbox, config: Any) -> None:
        add(sandbox, good(FIRST, "a"), bad(FIRST, "b"), good(SECOND))
        assert rules(config) == [
            (RULE, FIRST, "eu-west-1", "NON_COMPLIANT"),
            (RULE, SECOND, "eu-west-1", "COMPLIANT"),
        ]

    def test_newer_result_replaces_the_older_one(self, sandbox: Sandbox, config: Any) -> None:
        add(sandbox, bad(FIRST))
        add(sandbox, good(FIRST))
        assert rules(config) == [(RULE, FIRST, "eu-west-1", "COMPLIANT")]

    def test_contributors_are_counted_up_to_a_maximum(self, sandbox: Sandbox, config: Any) -> None:
        add(sandbox, *(bad(FIRST, f"{number}") for number in range(26)))
        add(sandbox, good(SECOND, "a"), *(bad(SECOND, name) for name in ("b", "c")))
        answer = config.describe_aggregate_compliance_by_config_rules(**NAME)
        assert [
            one["Compliance"]["ComplianceContributorCount"]
            for one in answer["AggregateComplianceByConfigRules"]
        ] == [
            {"CappedCount": 25, "CapExceeded": True},
            {"CappedCount": 2, "CapExceeded": False},
        ]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"ConfigRuleName": "other"}, [SECOND]),
            ({"ComplianceType": "NON_COMPLIANT"}, [FIRST]),
            ({"ComplianceType": "COMPLIANT"}, [SECOND, SECOND]),
            ({"AccountId": SECOND}, [SECOND, SECOND]),
            ({"AwsRegion": "eu-west-2"}, [SECOND]),
            ({"AwsRegion": "eu-west-2", "AccountId": FIRST}, []),
        ],
    )
    def test_filters(self, sandbox: Sandbox, config: Any, filters: Any, expected: Any) -> None:
        add(sandbox, bad(FIRST), good(SECOND, region="eu-west-2"))
        add(sandbox, good(SECOND), rule="other")
        assert [account for _, account, _, _ in rules(config, **filters)] == expected

    def test_other_compliance_is_no_filter(self, config: Any) -> None:
        answer = refused(
            config.describe_aggregate_compliance_by_config_rules,
            **NAME,
            Filters={"ComplianceType": "INSUFFICIENT_DATA"},
        )
        assert answer == ("ValidationException", 400)

    def test_aggregators_keep_their_results_apart(self, sandbox: Sandbox, config: Any) -> None:
        add(sandbox, bad(FIRST))
        sandbox.aggregators.of_organization("another", region=REGION, account=ADMINISTRATOR)
        another = config.describe_aggregate_compliance_by_config_rules(
            ConfigurationAggregatorName="another"
        )
        assert another["AggregateComplianceByConfigRules"] == []
        config.delete_configuration_aggregator(**NAME)
        sandbox.aggregators.of_organization("org", region=REGION, account=ADMINISTRATOR)
        assert rules(config) == []


class TestDetails:
    def test_result_is_as_it_was_put(self, sandbox: Sandbox, config: Any) -> None:
        result = AggregateResult(
            FIRST,
            "eu-west-1",
            "www",
            annotation="Expired 2018-07-10",
            recorded=now(),
            invoked=now() - days(1),
            ordering=now() - days(2),
        )
        add(sandbox, result)
        [found] = details(config)["AggregateEvaluationResults"]
        assert found == {
            "EvaluationResultIdentifier": {
                "EvaluationResultQualifier": {
                    "ConfigRuleName": RULE,
                    "ResourceType": "AWS::IAM::ServerCertificate",
                    "ResourceId": "www",
                },
                "OrderingTimestamp": result.ordering,
            },
            "ComplianceType": "NON_COMPLIANT",
            "ResultRecordedTime": result.recorded,
            "ConfigRuleInvokedTime": result.invoked,
            "Annotation": "Expired 2018-07-10",
            "AccountId": FIRST,
            "AwsRegion": "eu-west-1",
        }

    def test_times_are_the_sandbox_s_unless_given(self, sandbox: Sandbox, config: Any) -> None:
        with sandbox.clock.at(now() - days(30)):
            add(sandbox, bad(FIRST))
        [found] = details(config)["AggregateEvaluationResults"]
        age = now() - found["ResultRecordedTime"]
        assert abs(age - days(30)) < timedelta(minutes=1)
        assert "Annotation" not in found

    def test_compliance_type(self, sandbox: Sandbox, config: Any) -> None:
        add(sandbox, bad(FIRST, "a"), good(FIRST, "b"))
        assert resources(details(config)) == ["a", "b"]
        assert resources(details(config, ComplianceType="NON_COMPLIANT")) == ["a"]
        answer = refused(lambda: details(config, ComplianceType="NOT_APPLICABLE"))
        assert answer == ("ValidationException", 400)

    @pytest.mark.parametrize(
        "other", [{"ConfigRuleName": "x"}, {"AccountId": SECOND}, {"AwsRegion": "eu-west-2"}]
    )
    def test_what_has_no_results_is_empty(
        self, sandbox: Sandbox, config: Any, other: dict[str, str]
    ) -> None:
        add(sandbox, bad(FIRST))
        assert resources(details(config, **other)) == []

    def test_page_has_fifty_by_default_and_a_hundred_at_most(
        self, sandbox: Sandbox, config: Any
    ) -> None:
        names = [f"{number:03}" for number in range(101)]
        add(sandbox, *(bad(FIRST, name) for name in names))
        first = details(config)
        assert resources(first) == names[:50]
        rest = details(config, NextToken=first["NextToken"], Limit=100)
        assert resources(rest) == names[50:]
        assert len(resources(details(config, Limit=0))) == 50
        answer = refused(lambda: details(config, Limit=101))
        assert answer == ("ValidationException", 400)

    @pytest.mark.parametrize("missing", ["ConfigRuleName", "AccountId", "AwsRegion"])
    def test_all_but_the_compliance_is_required(self, config: Any, missing: str) -> None:
        answer = refused(lambda: details(config, **{missing: None}))
        assert answer == ("ValidationException", 400)


class TestManyAccounts:
    def test_ten_thousand_are_put_and_read_without_delay(
        self, sandbox: Sandbox, config: Any
    ) -> None:
        accounts = [f"{number:012}" for number in range(10_000)]
        begun = time.monotonic()
        add(
            sandbox,
            *((bad if number % 20 == 0 else good)(one) for number, one in enumerate(accounts)),
        )
        added = time.monotonic()
        describe = config.describe_aggregate_compliance_by_config_rules
        found = [one["AggregateComplianceByConfigRules"] for one in pages(describe)]
        read = time.monotonic()
        assert [len(page) for page in found] == [1000] * 10
        assert [one["AccountId"] for page in found for one in page] == accounts
        wanted = {"ComplianceType": "NON_COMPLIANT"}
        [only] = [
            one["AggregateComplianceByConfigRules"] for one in pages(describe, Filters=wanted)
        ]
        assert [one["AccountId"] for one in only] == accounts[::20]
        # Generous: a busy machine takes several times as long as a quiet one. Going through all
        # accounts for each of them would take far longer.
        assert added - begun < 20
        assert read - added < 20


class TestEmptyPages:
    def test_go_before_each_page_of_rules(self, sandbox: Sandbox, config: Any) -> None:
        add(sandbox, *(bad(f"{number:012}") for number in range(3)))
        sandbox.aggregators.empty_pages(2)
        describe = config.describe_aggregate_compliance_by_config_rules
        found = [
            [one["AccountId"][-1] for one in page["AggregateComplianceByConfigRules"]]
            for page in pages(describe, Limit=2)
        ]
        assert found == [[], [], ["0", "1"], [], [], ["2"]]

    def test_go_before_each_page_of_results(self, sandbox: Sandbox, config: Any) -> None:
        add(sandbox, *(bad(FIRST, name) for name in "abc"))
        sandbox.aggregators.empty_pages(1)
        request = {"ConfigRuleName": RULE, "AccountId": FIRST, "AwsRegion": "eu-west-1"}
        read = config.get_aggregate_compliance_details_by_config_rule
        found = [resources(page) for page in pages(read, **request, Limit=2)]
        assert found == [[], ["a", "b"], [], ["c"]]

    def test_end_with_a_reset(self, sandbox: Sandbox) -> None:
        sandbox.aggregators.empty_pages(1)
        sandbox.reset()
        sandbox.aggregators.of_organization("org")
        answer = sandbox.client("config").describe_aggregate_compliance_by_config_rules(**NAME)
        assert "NextToken" not in answer


class TestAggregators:
    def test_are_described(self, sandbox: Sandbox, config: Any) -> None:
        arn = sandbox.aggregators.of_accounts("few", [FIRST], regions=["eu-west-1"])
        [few] = sandbox.client("config").describe_configuration_aggregators()[
            "ConfigurationAggregators"
        ]
        assert few["ConfigurationAggregatorArn"] == arn
        assert few["AccountAggregationSources"] == [
            {"AccountIds": [FIRST], "AllAwsRegions": False, "AwsRegions": ["eu-west-1"]}
        ]
        request = {"ConfigurationAggregatorNames": ["org"]}
        [whole] = config.describe_configuration_aggregators(**request)["ConfigurationAggregators"]
        assert whole["OrganizationAggregationSource"]["AllAwsRegions"]
        assert abs(whole["CreationTime"] - now()) < timedelta(minutes=1)

    def test_pages(self, sandbox: Sandbox) -> None:
        for name in ("a", "b", "c"):
            sandbox.aggregators.of_organization(name)
        found = sandbox.client("config").get_paginator("describe_configuration_aggregators")
        names = [
            [one["ConfigurationAggregatorName"] for one in page["ConfigurationAggregators"]]
            for page in found.paginate(PaginationConfig={"PageSize": 2})
        ]
        assert names == [["a", "b"], ["c"]]

    @pytest.mark.parametrize(
        ("operation", "request_"),
        [
            ("describe_configuration_aggregators", {"ConfigurationAggregatorNames": ["gone"]}),
            (
                "describe_configuration_aggregator_sources_status",
                {"ConfigurationAggregatorName": "gone"},
            ),
            (
                "describe_aggregate_compliance_by_config_rules",
                {"ConfigurationAggregatorName": "gone"},
            ),
            (
                "get_aggregate_compliance_details_by_config_rule",
                {
                    "ConfigurationAggregatorName": "gone",
                    "ConfigRuleName": RULE,
                    "AccountId": FIRST,
                    "AwsRegion": "eu-west-1",
                },
            ),
        ],
    )
    def test_that_are_not_there(self, config: Any, operation: str, request_: Any) -> None:
        with pytest.raises(ClientError) as raised:
            getattr(config, operation)(**request_)
        assert error_of(raised) == ("NoSuchConfigurationAggregatorException", 400)
        assert message_of(raised) == (
            "The configuration aggregator does not exist. "
            "Check the configuration aggregator name and try again."
        )

    def test_are_there_in_one_region_and_account(self, sandbox: Sandbox, config: Any) -> None:
        assert rules(config) == []
        for elsewhere in (
            sandbox.client("config", REGION),
            sandbox.client("config", "eu-west-1", account=ADMINISTRATOR),
        ):
            answer = refused(elsewhere.describe_aggregate_compliance_by_config_rules, **NAME)
            assert answer[0] == "NoSuchConfigurationAggregatorException"

    @pytest.mark.parametrize(
        ("operation", "most"),
        [
            ("describe_configuration_aggregators", 100),
            ("describe_configuration_aggregator_sources_status", 100),
            ("describe_aggregate_compliance_by_config_rules", 1000),
        ],
    )
    def test_bad_page_is_refused(self, config: Any, operation: str, most: int) -> None:
        name = {} if operation.endswith("aggregators") else NAME
        ask = getattr(config, operation)
        assert refused(ask, **name, NextToken="x")[0] == "InvalidNextTokenException"
        assert refused(ask, **name, Limit=most + 1)[0] == "ValidationException"
        ask(**name, Limit=most)


class TestSources:
    def test_organization_and_accounts_with_results_have_succeeded(
        self, sandbox: Sandbox, config: Any
    ) -> None:
        add(sandbox, bad(FIRST), good(SECOND, region="eu-west-2"))
        found = sources(config)
        assert {one.pop("LastUpdateTime") - now() < days(1) for one in found} == {True}
        assert [tuple(one.values()) for one in found] == [
            (FIRST, "ACCOUNT", "eu-west-1", "SUCCEEDED"),
            (SECOND, "ACCOUNT", "eu-west-2", "SUCCEEDED"),
            (ORGANIZATION, "ORGANIZATION", REGION, "SUCCEEDED"),
        ]

    def test_listed_accounts_and_regions_are_there_without_results(self, sandbox: Sandbox) -> None:
        regions = ["eu-west-1", "eu-west-2"]
        sandbox.aggregators.of_accounts("org", [FIRST, SECOND], regions=regions)
        found = sources(sandbox.client("config"))
        assert [(one["SourceId"], one["AwsRegion"]) for one in found] == [
            (account, region) for account in (FIRST, SECOND) for region in regions
        ]

    def test_failure_says_why(self, sandbox: Sandbox, config: Any) -> None:
        add(sandbox, bad(FIRST), bad(SECOND))
        where: dict[str, Any] = {"region": REGION, "account": ADMINISTRATOR}
        error = ("AccessDenied", "No authorization")
        set_source = sandbox.aggregators.set_source
        set_source("org", SECOND, "eu-west-1", "FAILED", error=error, **where)
        set_source("org", ORGANIZATION, REGION, "OUTDATED", type="ORGANIZATION", **where)
        [failed] = sources(config, UpdateStatus=["FAILED"])
        assert failed["SourceId"] == SECOND
        assert (failed["LastErrorCode"], failed["LastErrorMessage"]) == error
        [outdated] = sources(config, UpdateStatus=["OUTDATED"])
        assert outdated["SourceType"] == "ORGANIZATION"
        assert len(sources(config)) == 3

    def test_pages_have_a_hundred_at_most(self, sandbox: Sandbox, config: Any) -> None:
        add(sandbox, *(bad(f"{number:012}") for number in range(150)))
        found = [
            len(page["AggregatedSourceStatusList"])
            for page in pages(config.describe_configuration_aggregator_sources_status)
        ]
        assert found == [100, 51]

    @pytest.mark.parametrize("wrong", [{"status": "GOOD"}, {"type": "UNIT"}])
    def test_unknown_status_is_refused(self, sandbox: Sandbox, config: Any, wrong: Any) -> None:
        assert sources(config)
        request = {"status": "FAILED", "region": REGION, "account": ADMINISTRATOR} | wrong
        with pytest.raises(SandboxError, match=r"can't be '(GOOD|UNIT)'; allowed: "):
            sandbox.aggregators.set_source("org", FIRST, "eu-west-1", **request)


class TestWhatIsPut:
    def test_needs_an_aggregator(self, sandbox: Sandbox) -> None:
        with pytest.raises(SandboxError, match="There is no aggregator 'org'"):
            sandbox.aggregators.add("org", RULE, [bad(FIRST)])

    @pytest.mark.parametrize("result", [bad(SECOND), bad(FIRST, region="eu-west-2")])
    def test_must_come_from_a_source(self, sandbox: Sandbox, result: AggregateResult) -> None:
        sandbox.aggregators.of_accounts("org", [FIRST], regions=["eu-west-1"])
        sandbox.aggregators.add("org", RULE, [bad(FIRST)])
        with pytest.raises(SandboxError, match="has no source"):
            sandbox.aggregators.add("org", RULE, [result])

    def test_must_be_compliant_or_not(self, sandbox: Sandbox) -> None:
        sandbox.aggregators.of_organization("org")
        result = AggregateResult(FIRST, "eu-west-1", "www", "NOT_APPLICABLE")
        with pytest.raises(SandboxError, match="NOT_APPLICABLE"):
            sandbox.aggregators.add("org", RULE, [result])
