"""The accounts of an organization, as its management account lists them."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.host.clock import Clock
from sandbox.host.defaults import ORGANIZATION
from sandbox.wire.calls import AwsError, Call
from sandbox.wire.operations import Operations, exclusively, not_imitated
from sandbox.wire.paging import Pager

PAGES = Pager(
    20,
    lambda _: AwsError("InvalidInputException", "You provided an invalid pagination token."),
    marker="NextToken",
    size_parameter="MaxResults",
)
ROOT = "r-a1b2"
# What the older `Status` says of an account in a `State`.
STATUSES = {
    "PENDING_ACTIVATION": "ACTIVE",
    "ACTIVE": "ACTIVE",
    "SUSPENDED": "SUSPENDED",
    "PENDING_CLOSURE": "PENDING_CLOSURE",
    "CLOSED": "SUSPENDED",
}


@dataclass(frozen=True)
class Organization:
    """Who is in it. All its accounts have joined when it was made."""

    management: str
    administrators: frozenset[str]
    # Number, name and state of each.
    accounts: tuple[tuple[str, str, str], ...]
    made: datetime
    # Empty pages that go before each one with accounts.
    empty_pages: int
    # Whether accounts have a `Status`, which AWS retires on 2026-09-09.
    has_status: bool

    def account(self, number: str, name: str, state: str, partition: str) -> dict[str, Any]:
        """`Account` of the API."""
        root = f"arn:{partition}:organizations::{self.management}"
        return {
            "Id": number,
            "Arn": f"{root}:account/{ORGANIZATION}/{number}",
            "Email": f"{number}@example.com",
            "Name": name,
            "Status": STATUSES[state] if self.has_status else None,
            "State": state,
            "Paths": [f"{ORGANIZATION}/{ROOT}/{number}/"],
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": self.made,
        }


class Organizations:
    """The operation that lists accounts, and what tests have put in."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._organization: Organization | None = None

    def operations(self) -> Operations:
        """The operations that the sandbox answers itself, by their names."""
        return exclusively(
            self._lock,
            {
                "ListAccounts": self._list,
                # moto would answer them with an organization of its own.
                **not_imitated(
                    "CreateAccount",
                    "CreateOrganization",
                    "DescribeAccount",
                    "DescribeOrganization",
                    "ListAccountsForParent",
                    "ListChildren",
                    "ListDelegatedAdministrators",
                    "ListOrganizationalUnitsForParent",
                    "ListParents",
                    "ListRoots",
                ),
            },
        )

    def reset(self) -> None:
        """Leaves all accounts without an organization."""
        with self._lock:
            self._organization = None

    def put(
        self,
        *,
        management: str,
        accounts: list[list[str]],
        administrators: list[str],
        empty_pages: int,
        has_status: bool,
    ) -> None:
        """Makes an organization, in place of the one that there was.

        :param accounts: number, name and state of each, the management account's too
        :param administrators: the accounts that are delegated administrators of some service
        :raises ValueError: if an account's number or state can't be one
        """
        for number, _, state in accounts:
            if not re.fullmatch("[0-9]{12}", number):
                raise ValueError(f"{number!r} can't be the number of an account")
            if state not in STATUSES:
                raise ValueError(f"{number} can't be {state!r}; allowed: {', '.join(STATUSES)}")
        with self._lock:
            self._organization = Organization(
                management,
                frozenset(administrators),
                tuple((number, name, state) for number, name, state in accounts),
                self._clock.now(),
                empty_pages,
                has_status,
            )

    def _list(self, call: Call) -> dict[str, Any]:
        organization = self._organization
        if organization is None or not _has(organization, call.account):
            raise AwsError(
                "AWSOrganizationsNotInUseException",
                "Your account is not a member of an organization.",
            )
        if call.account not in (organization.management, *organization.administrators):
            text = "You don't have permissions to access this resource."
            raise AwsError("AccessDeniedException", text)
        page, token = PAGES.page(
            call,
            enumerate(organization.accounts),
            lambda one: one[0],
            empties=organization.empty_pages,
        )
        accounts = [organization.account(*account, call.partition) for _, account in page]
        return {"Accounts": accounts, "NextToken": token}


def _has(organization: Organization, account: str) -> bool:
    return any(account == number for number, _, _ in organization.accounts)
