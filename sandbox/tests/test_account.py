from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from sandbox.client import Sandbox, SandboxError

from .conftest import error_of

DISABLED = "eu-south-2"


@pytest.fixture
def account(sandbox: Sandbox) -> Any:
    return sandbox.client("account", validate=False)


def statuses(account: Any, **request: Any) -> dict[str, str]:
    pages = account.get_paginator("list_regions").paginate(**request)
    return {
        region["RegionName"]: region["RegionOptStatus"]
        for page in pages
        for region in page["Regions"]
    }


def refused(operation: Any, **request: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as raised:
        operation(**request)
    return error_of(raised)


class TestListing:
    def test_new_account_has_old_regions_enabled_and_new_ones_disabled(self, account: Any) -> None:
        found = statuses(account)
        assert found["eu-west-1"] == "ENABLED_BY_DEFAULT"
        assert found[DISABLED] == "DISABLED"
        assert sorted(set(found.values())) == ["DISABLED", "ENABLED_BY_DEFAULT"]
        assert list(found.values()).count("ENABLED_BY_DEFAULT") == 17

    def test_status_can_be_set(self, sandbox: Sandbox, account: Any) -> None:
        sandbox.regions.set("ENABLED", DISABLED)
        sandbox.regions.set("DISABLING", "af-south-1")
        enabled = ["ENABLED", "DISABLING"]
        found = statuses(account, RegionOptStatusContains=enabled)
        assert found == {DISABLED: "ENABLED", "af-south-1": "DISABLING"}

    def test_pages(self, account: Any) -> None:
        first = account.list_regions(MaxResults=3)
        assert len(first["Regions"]) == 3
        second = account.list_regions(MaxResults=3, NextToken=first["NextToken"])
        assert second["Regions"][0]["RegionName"] > first["Regions"][-1]["RegionName"]
        assert statuses(account, PaginationConfig={"PageSize": 7}) == statuses(account)

    def test_each_partition_lists_its_own(self, sandbox: Sandbox) -> None:
        china = statuses(sandbox.client("account", "cn-northwest-1"))
        assert china == dict.fromkeys(("cn-north-1", "cn-northwest-1"), "ENABLED_BY_DEFAULT")

    def test_govcloud_has_no_such_host(self, sandbox: Sandbox) -> None:
        with pytest.raises(ConnectionClosedError):
            sandbox.client("account", "us-gov-west-1").list_regions()

    @pytest.mark.parametrize(
        "request_",
        [
            {"MaxResults": 0},
            {"MaxResults": 51},
            {"NextToken": "nonsense"},
            {"RegionOptStatusContains": ["OPEN"]},
        ],
    )
    def test_bad_request_is_refused(self, account: Any, request_: Any) -> None:
        assert refused(account.list_regions, **request_) == ("ValidationException", 400)

    def test_unknown_region_and_unknown_status_can_not_be_set(self, sandbox: Sandbox) -> None:
        with pytest.raises(SandboxError, match="There is no region 'eu-west-9'"):
            sandbox.regions.set("ENABLED", "eu-west-9")
        with pytest.raises(SandboxError, match="eu-south-2 can't be 'OPEN'"):
            sandbox.regions.set("OPEN", DISABLED)


class TestDisabledRegion:
    @pytest.mark.parametrize(
        ("service", "operation", "error"),
        [
            ("elb", "describe_load_balancers", ("InvalidClientTokenId", 403)),
            ("elbv2", "describe_load_balancers", ("InvalidClientTokenId", 403)),
            ("sts", "get_caller_identity", ("InvalidClientTokenId", 403)),
            ("appsync", "list_domain_names", ("UnrecognizedClientException", 403)),
            ("config", "describe_config_rules", ("UnrecognizedClientException", 400)),
            ("ec2", "describe_regions", ("AuthFailure", 401)),
            ("s3", "list_buckets", ("InvalidAccessKeyId", 403)),
        ],
    )
    def test_nobody_s_credentials_are_known(
        self, sandbox: Sandbox, service: str, operation: str, error: tuple[str, int]
    ) -> None:
        client = sandbox.client(service, DISABLED)
        assert refused(getattr(client, operation)) == error
        sandbox.regions.set("ENABLING", DISABLED)
        assert refused(getattr(client, operation)) == error

    @pytest.mark.parametrize("status", ["ENABLED", "DISABLING"])
    def test_answers_while_it_is_enabled(self, sandbox: Sandbox, status: str) -> None:
        sandbox.regions.set(status, DISABLED)
        assert sandbox.client("elb", DISABLED).describe_load_balancers()

    def test_region_that_is_enabled_by_default_can_be_disabled_too(self, sandbox: Sandbox) -> None:
        sandbox.regions.set("DISABLED", "eu-west-2")
        client = sandbox.client("elb", "eu-west-2")
        assert refused(client.describe_load_balancers) == ("InvalidClientTokenId", 403)

    def test_global_services_are_elsewhere(self, sandbox: Sandbox) -> None:
        assert sandbox.client("iam", DISABLED).list_server_certificates()
        assert sandbox.client("account", DISABLED).list_regions()
        assert sandbox.client("cloudfront", DISABLED).list_distributions()

    def test_is_as_new_after_a_reset(self, sandbox: Sandbox, account: Any) -> None:
        sandbox.regions.set("ENABLED", DISABLED)
        sandbox.reset()
        assert statuses(account)[DISABLED] == "DISABLED"
