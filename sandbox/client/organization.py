"""What other accounts have: an organization's accounts, and their results in an aggregator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .connection import Connection


@dataclass(frozen=True)
class AggregateResult:
    """The result of one resource in one account."""

    account: str
    region: str
    resource: str
    compliance: str = "NON_COMPLIANT"
    annotation: str = ""
    # Now unless given.
    recorded: datetime | None = None
    invoked: datetime | None = None
    ordering: datetime | None = None

    def row(self) -> list[Any]:
        """As the sandbox's control takes it."""
        times = (self.recorded, self.invoked, self.ordering)
        return [
            self.account,
            self.region,
            self.resource,
            self.compliance,
            self.annotation,
            *(None if one is None else one.timestamp() for one in times),
        ]


class AggregatorControl:
    """Aggregators of AWS Config. They are the sandbox's account's unless another one is named."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_organization(self, name: str, *, region: str = "", account: str = "") -> str:
        """Makes an aggregator of all accounts of the organization, in all regions.

        :param region: where it is; the sandbox's own region unless given
        :returns: ARN
        """
        owner = account or self._connection.account
        partition = self._connection.client("config", region).meta.partition
        role = f"arn:{partition}:iam::{owner}:role/aggregator"
        source = {"RoleArn": role, "AllAwsRegions": True}
        return self._put(name, region, account, OrganizationAggregationSource=source)

    def of_accounts(
        self,
        name: str,
        accounts: Iterable[str],
        *,
        regions: Iterable[str] = (),
        region: str = "",
        account: str = "",
    ) -> str:
        """Makes an aggregator of these accounts, in these regions or in all.

        :returns: ARN
        """
        where = {"AwsRegions": list(regions)} if regions else {"AllAwsRegions": True}
        source = {"AccountIds": list(accounts)} | where
        return self._put(name, region, account, AccountAggregationSources=[source])

    def add(
        self,
        name: str,
        rule: str,
        results: Iterable[AggregateResult],
        *,
        region: str = "",
        account: str = "",
    ) -> None:
        """Adds results of a rule, of any number of accounts; newer ones replace older ones.

        :param name: the aggregator's
        :param region: the aggregator's
        :param account: the aggregator's
        """
        rows = [result.row() for result in results]
        self._control("results", name, region, account, rule=rule, rows=rows)

    def set_source(
        self,
        name: str,
        source: str,
        source_region: str,
        status: str,
        *,
        error: tuple[str, str] | None = None,
        type: str = "ACCOUNT",  # noqa: A002  the API's name
        region: str = "",
        account: str = "",
    ) -> None:
        """Says how the last update from a source has gone.

        :param source: the number of an account, or the id of the organization
        :param status: `SUCCEEDED`, `FAILED` or `OUTDATED`
        :param error: code and message
        :param type: `ACCOUNT` or `ORGANIZATION`
        """
        members = {
            "SourceId": source,
            "SourceType": type,
            "AwsRegion": source_region,
            "LastUpdateStatus": status,
        }
        if error:
            members |= {"LastErrorCode": error[0], "LastErrorMessage": error[1]}
        self._control("sources", name, region, account, **members)

    def empty_pages(self, number: int) -> None:
        """Lets so many empty pages go before each page of rules or of their results."""
        self._connection.control("POST", "aggregators/empty-pages", {"number": number})

    def _put(self, name: str, region: str, account: str, **source: Any) -> str:
        answer = self._connection.client(
            "config", region, account=account
        ).put_configuration_aggregator(ConfigurationAggregatorName=name, **source)
        return str(answer["ConfigurationAggregator"]["ConfigurationAggregatorArn"])

    def _control(self, path: str, name: str, region: str, account: str, **what: Any) -> None:
        where = {
            "aggregator": name,
            "region": region or self._connection.region,
            "account": account or self._connection.account,
        }
        self._connection.control("POST", f"aggregators/{path}", where | what)


class OrganizationControl:
    """The organization that the sandbox's accounts are in; there is none unless it is put."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(
        self,
        accounts: Iterable[str],
        *,
        management: str = "",
        administrators: Iterable[str] = (),
        states: Mapping[str, str] | None = None,
        empty_pages: int = 0,
        has_status: bool = True,
    ) -> None:
        """Makes an organization, in place of the one that there was.

        :param accounts: the numbers of its members, without the management account
        :param management: the sandbox's account unless given
        :param administrators: the members that are delegated administrators
        :param states: of members that aren't `ACTIVE`, such as `SUSPENDED` or `CLOSED`
        :param empty_pages: so many go before each page with accounts
        :param has_status: whether accounts have `Status`, which AWS retires, besides `State`
        """
        management = management or self._connection.account
        numbers = [management, *accounts]
        states = states or {}
        rows = [[one, f"account-{one}", states.get(one, "ACTIVE")] for one in numbers]
        content = {
            "management": management,
            "administrators": list(administrators),
            "accounts": rows,
            "empty_pages": empty_pages,
            "has_status": has_status,
        }
        self._connection.control("POST", "organization", content)
