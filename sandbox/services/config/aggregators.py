"""AWS Config's aggregators: other accounts' results as tests put them in, and their sources.

PutConfigurationAggregator and what else changes an aggregator is moto's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

from moto.config.exceptions import NoSuchConfigurationAggregatorException
from moto.config.models import ConfigAggregator, config_backends

from sandbox.host.clock import Clock
from sandbox.host.defaults import ORGANIZATION
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, exclusively

from .aggregated_results import COMPLIANCE_TYPES, AggregatedResults, Result
from .pages import tokens

AGGREGATORS_PAGES = tokens(100)
RULES_PAGES = tokens(1000)
DETAILS_PAGES = tokens(50)
SOURCES_PAGES = tokens(100)
SOURCE_STATUSES = ("FAILED", "SUCCEEDED", "OUTDATED")
SOURCE_TYPES = ("ACCOUNT", "ORGANIZATION")


class Aggregators:
    """The operations that read aggregators, and the controls that fill them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        # By the ARN of an aggregator: another of the same name has another one.
        self._results: dict[str, AggregatedResults] = {}
        # What was set, by source and region.
        self._statuses: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
        self._empty_pages = 0

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return exclusively(
            self._lock,
            {
                "DescribeConfigurationAggregators": self._describe,
                "DescribeConfigurationAggregatorSourcesStatus": self._sources,
                "DescribeAggregateComplianceByConfigRules": self._rules,
                "GetAggregateComplianceDetailsByConfigRule": self._details,
            },
        )

    def reset(self) -> None:
        """Forgets what was put in."""
        with self._lock:
            self._results.clear()
            self._statuses.clear()
            self._empty_pages = 0

    # What tests control.

    def set_empty_pages(self, number: int) -> None:
        """Lets so many empty pages go before each page of rules or of their results."""
        with self._lock:
            self._empty_pages = number

    def add_results(
        self, account: str, region: str, aggregator: str, rule: str, rows: Iterable[list[Any]]
    ) -> None:
        """Adds results of a rule in many accounts; a resource's new result replaces its old one.

        :param account: the aggregator's
        :param region: the aggregator's
        :param rows: see `Result`; before it the account and the region that it comes from
        :raises ValueError: if there is no such aggregator, or it doesn't aggregate a source
        """
        with self._lock:
            found = _existing(account, region, aggregator)
            results = self._of(found)
            now = self._clock.now().timestamp()
            for source, source_region, resource, compliance, annotation, *times in rows:
                _check_source(found, source, source_region)
                if compliance not in COMPLIANCE_TYPES:
                    known = ", ".join(COMPLIANCE_TYPES)
                    raise ValueError(f"ComplianceType can't be {compliance!r}; allowed: {known}")
                result = Result.of(compliance, annotation, times, now)
                results.add((rule, source, source_region), resource, result)

    def set_source(self, account: str, region: str, aggregator: str, **status: Any) -> None:
        """Says how the last update from a source has gone.

        :param status: the members of `AggregatedSourceStatus`
        :raises ValueError: if there is no such aggregator, status or type of a source
        """
        for name, known in (("LastUpdateStatus", SOURCE_STATUSES), ("SourceType", SOURCE_TYPES)):
            if status[name] not in known:
                raise ValueError(f"{name} can't be {status[name]!r}; allowed: {', '.join(known)}")
        with self._lock:
            arn = _existing(account, region, aggregator).configuration_aggregator_arn
            key = (status["SourceId"], status["AwsRegion"])
            updated = {"LastUpdateTime": self._clock.now()} | status
            self._statuses.setdefault(arn, {})[key] = updated

    # What AWS has.

    def _describe(self, call: Call) -> dict[str, Any]:
        names = call.params.get("ConfigurationAggregatorNames") or []
        known = config_backends[call.account][call.region].config_aggregators
        if any(name not in known for name in names):
            raise NoSuchConfigurationAggregatorException(number=len(names))
        chosen = [known[name].to_dict() for name in set(names or known)]
        page, token = AGGREGATORS_PAGES.page(
            call, chosen, lambda one: str(one["ConfigurationAggregatorName"])
        )
        return {"ConfigurationAggregators": page, "NextToken": token}

    def _sources(self, call: Call) -> dict[str, Any]:
        wanted = call.params.get("UpdateStatus") or SOURCE_STATUSES
        listed = [
            one
            for one in self._all_sources(_named(call), call.region)
            if one["LastUpdateStatus"] in wanted
        ]
        page, token = SOURCES_PAGES.page(
            call, listed, lambda one: [one["SourceId"], one["AwsRegion"]]
        )
        return {"AggregatedSourceStatusList": page, "NextToken": token}

    def _all_sources(self, aggregator: ConfigAggregator, region: str) -> list[dict[str, Any]]:
        """Those with results or with a status that was set, and those that are listed by name."""
        created = datetime.fromtimestamp(aggregator.creation_time, timezone.utc)
        good = {"LastUpdateStatus": "SUCCEEDED", "LastUpdateTime": created}
        keys = self._of(aggregator).sources()
        for source in aggregator.account_aggregation_sources or ():
            regions = source.aws_regions or ()
            keys |= {(account, one) for account in source.account_ids for one in regions}
        found = {
            key: good | {"SourceId": key[0], "SourceType": "ACCOUNT", "AwsRegion": key[1]}
            for key in keys
        }
        if aggregator.organization_aggregation_source is not None:
            whole = {"SourceId": ORGANIZATION, "SourceType": "ORGANIZATION", "AwsRegion": region}
            found[ORGANIZATION, region] = good | whole
        set_ = self._statuses.get(aggregator.configuration_aggregator_arn, {})
        return list((found | set_).values())

    def _rules(self, call: Call) -> dict[str, Any]:
        filters = call.params.get("Filters") or {}
        _check_compliance(filters.get("ComplianceType"))
        listed = self._of(_named(call)).rules(filters)
        page, token = RULES_PAGES.page(
            call,
            listed,
            lambda one: [one["ConfigRuleName"], one["AccountId"], one["AwsRegion"]],
            empties=self._empty_pages,
        )
        return {"AggregateComplianceByConfigRules": page, "NextToken": token}

    def _details(self, call: Call) -> dict[str, Any]:
        params = call.params
        _check_compliance(params.get("ComplianceType"))
        results = self._of(_named(call)).details(
            (params["ConfigRuleName"], params["AccountId"], params["AwsRegion"]),
            params.get("ComplianceType"),
        )
        page, token = DETAILS_PAGES.page(
            call, results, lambda one: one[0], empties=self._empty_pages
        )
        found = [
            result.to_api(params["ConfigRuleName"], resource)
            | {"AccountId": params["AccountId"], "AwsRegion": params["AwsRegion"]}
            for resource, result in page
        ]
        return {"AggregateEvaluationResults": found, "NextToken": token}

    def _of(self, aggregator: ConfigAggregator) -> AggregatedResults:
        arn = aggregator.configuration_aggregator_arn
        return self._results.setdefault(arn, AggregatedResults())


def _named(call: Call) -> ConfigAggregator:
    """The aggregator that a request names."""
    known = config_backends[call.account][call.region].config_aggregators
    name = call.params["ConfigurationAggregatorName"]
    if name not in known:
        raise NoSuchConfigurationAggregatorException
    return known[name]


def _existing(account: str, region: str, name: str) -> ConfigAggregator:
    found = config_backends[account][region].config_aggregators.get(name)
    if found is None:
        raise ValueError(f"There is no aggregator {name!r} of {account} in {region}")
    return found


def _check_source(aggregator: ConfigAggregator, account: str, region: str) -> None:
    """Refuses results that the aggregator would never get."""
    whole = aggregator.organization_aggregation_source
    sources: list[Any] = [whole] if whole else list(aggregator.account_aggregation_sources or ())
    for source in sources:
        is_account = whole is not None or account in source.account_ids
        if is_account and (source.all_aws_regions or region in source.aws_regions):
            return
    name = aggregator.configuration_aggregator_name
    raise ValueError(f"The aggregator {name!r} has no source {account} in {region}")


def _check_compliance(wanted: str | None) -> None:
    if wanted is not None and wanted not in COMPLIANCE_TYPES:
        raise AwsError("ValidationException", f"{wanted} is not supported as a ComplianceType.")
