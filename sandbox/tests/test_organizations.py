from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.client import ORGANIZATION, Sandbox, SandboxError

from .conftest import error_of, message_of

MANAGEMENT = "210987654321"
MEMBERS = ["111111111111", "222222222222"]


def organizations(sandbox: Sandbox, account: str = "", region: str = "us-east-1") -> Any:
    return sandbox.client("organizations", region, account=account, validate=False)


def pages(client: Any, **request: Any) -> list[list[str]]:
    """The accounts of every page."""
    found: list[list[str]] = []
    token: dict[str, str] = {}
    while True:
        answer = client.list_accounts(**request, **token)
        found.append([one["Id"] for one in answer["Accounts"]])
        if "NextToken" not in answer:
            return found
        token = {"NextToken": answer["NextToken"]}


def refused(operation: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        operation(**request)
    assert error_of(raised)[1] == 400
    return error_of(raised)[0], message_of(raised)


class TestWhoMayList:
    def test_nobody_without_an_organization(self, sandbox: Sandbox) -> None:
        answer = refused(organizations(sandbox).list_accounts)
        assert answer == (
            "AWSOrganizationsNotInUseException",
            "Your account is not a member of an organization.",
        )

    def test_management_account(self, sandbox: Sandbox) -> None:
        sandbox.organization.put(MEMBERS)
        assert pages(organizations(sandbox)) == [[sandbox.account, *MEMBERS]]

    def test_delegated_administrator(self, sandbox: Sandbox) -> None:
        members = [sandbox.account, *MEMBERS]
        sandbox.organization.put(members, management=MANAGEMENT, administrators=MEMBERS[:1])
        expected = [[MANAGEMENT, *members]]
        assert pages(organizations(sandbox, MEMBERS[0])) == expected
        assert pages(organizations(sandbox, MANAGEMENT)) == expected

    def test_no_other_member(self, sandbox: Sandbox) -> None:
        sandbox.organization.put([sandbox.account], management=MANAGEMENT)
        answer = refused(organizations(sandbox).list_accounts)
        assert answer == (
            "AccessDeniedException",
            "You don't have permissions to access this resource.",
        )

    def test_no_stranger(self, sandbox: Sandbox) -> None:
        sandbox.organization.put(MEMBERS, management=MANAGEMENT)
        answer = refused(organizations(sandbox).list_accounts)
        assert answer[0] == "AWSOrganizationsNotInUseException"

    def test_nobody_after_a_reset(self, sandbox: Sandbox) -> None:
        sandbox.organization.put(MEMBERS)
        sandbox.reset()
        answer = refused(organizations(sandbox).list_accounts)
        assert answer[0] == "AWSOrganizationsNotInUseException"


class TestAccounts:
    def test_account_has_what_aws_documents(self, sandbox: Sandbox) -> None:
        sandbox.organization.put([])
        [account] = organizations(sandbox).list_accounts()["Accounts"]
        assert account.pop("JoinedTimestamp")
        assert account == {
            "Id": sandbox.account,
            "Arn": f"arn:aws:organizations::{sandbox.account}:account/{ORGANIZATION}/"
            f"{sandbox.account}",
            "Email": f"{sandbox.account}@example.com",
            "Name": f"account-{sandbox.account}",
            "Status": "ACTIVE",
            "State": "ACTIVE",
            "Paths": [f"{ORGANIZATION}/r-a1b2/{sandbox.account}/"],
            "JoinedMethod": "CREATED",
        }

    def test_states(self, sandbox: Sandbox) -> None:
        sandbox.organization.put(
            MEMBERS, states={MEMBERS[0]: "SUSPENDED", MEMBERS[1]: "PENDING_CLOSURE"}
        )
        found = organizations(sandbox).list_accounts()["Accounts"]
        states = ["ACTIVE", "SUSPENDED", "PENDING_CLOSURE"]
        assert [one["State"] for one in found] == states
        assert [one["Status"] for one in found] == states

    def test_status_may_be_retired(self, sandbox: Sandbox) -> None:
        sandbox.organization.put(MEMBERS, states={MEMBERS[0]: "CLOSED"}, has_status=False)
        found = organizations(sandbox).list_accounts()["Accounts"]
        assert [one["State"] for one in found] == ["ACTIVE", "CLOSED", "ACTIVE"]
        assert not any("Status" in one for one in found)

    def test_arn_is_of_the_partition(self, sandbox: Sandbox) -> None:
        sandbox.organization.put([])
        client = organizations(sandbox, region="us-gov-west-1")
        [account] = client.list_accounts()["Accounts"]
        assert account["Arn"].startswith("arn:aws-us-gov:organizations::")

    @pytest.mark.parametrize("wrong", [["12345"], ["account"]])
    def test_number_must_be_one(self, sandbox: Sandbox, wrong: list[str]) -> None:
        with pytest.raises(SandboxError, match="can't be the number"):
            sandbox.organization.put(wrong)

    def test_state_must_be_one(self, sandbox: Sandbox) -> None:
        with pytest.raises(SandboxError, match="can't be 'GONE'"):
            sandbox.organization.put(MEMBERS, states={MEMBERS[0]: "GONE"})


class TestPages:
    def test_have_twenty_accounts_at_most(self, sandbox: Sandbox) -> None:
        sandbox.organization.put(f"{number:012}" for number in range(40))
        client = organizations(sandbox)
        assert [len(page) for page in pages(client)] == [20, 20, 1]
        assert [len(page) for page in pages(client, MaxResults=15)] == [15, 15, 11]

    def test_may_be_empty_and_go_on(self, sandbox: Sandbox) -> None:
        sandbox.organization.put(MEMBERS, empty_pages=2)
        found = pages(organizations(sandbox), MaxResults=2)
        assert found == [[], [], [sandbox.account, MEMBERS[0]], [], [], [MEMBERS[1]]]

    @pytest.mark.parametrize(
        "request_", [{"MaxResults": 0}, {"MaxResults": 21}, {"NextToken": "nonsense"}]
    )
    def test_bad_page_is_refused(self, sandbox: Sandbox, request_: Any) -> None:
        sandbox.organization.put(MEMBERS)
        answer = refused(organizations(sandbox).list_accounts, **request_)
        assert answer[0] == "InvalidInputException"

    def test_ten_thousand_accounts_are_read_in_seconds(self, sandbox: Sandbox) -> None:
        members = [f"{number:012}" for number in range(9_999)]
        begun = time.monotonic()
        sandbox.organization.put(members)
        found = pages(organizations(sandbox))
        assert [one for page in found for one in page] == [sandbox.account, *members]
        assert time.monotonic() - begun < 20


def test_other_operations_are_refused_by_name(sandbox: Sandbox) -> None:
    sandbox.organization.put(MEMBERS)
    answer = refused(organizations(sandbox).describe_organization)
    assert answer == (
        "NotImplemented",
        "organizations DescribeOrganization is not imitated here",
    )
