"""An account of stubbed clients: they take and give only what the services' models know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ..account import Account
from ..findings import Finding
from ..wish import Wish

REGION = "eu-west-1"
NUMBER = "123456789012"
CALLER = f"arn:aws:iam::{NUMBER}:user/deployer"
RULE = "iam-server-certificate-expiration"
KEY = f"arn:aws:kms:{REGION}:{NUMBER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


class FakeSession:
    """What the checks use of a boto3 session."""

    def __init__(self, region_name: str | None = REGION) -> None:
        self.region_name = region_name
        self._stubs: dict[tuple[str, str | None], tuple[Any, Stubber]] = {}

    def client(self, service: str, region_name: str | None = None, **_: Any) -> Any:
        return self._of(service, region_name)[0]

    def stub(self, service: str, region: str | None = None) -> Stubber:
        """The stubber of the client that the checks get."""
        return self._of(service, region)[1]

    def get_available_regions(self, service: str, partition: str) -> list[str]:
        found: list[str] = boto3.Session().get_available_regions(service, partition)
        return found

    def assert_all_asked(self) -> None:
        for _, stubber in self._stubs.values():
            stubber.assert_no_pending_responses()

    def _of(self, service: str, region: str | None) -> tuple[Any, Stubber]:
        key = (service, region or self.region_name)
        if key not in self._stubs:
            client = boto3.client(
                service,
                region_name=region or self.region_name or REGION,
                aws_access_key_id="testing",
                aws_secret_access_key="testing",
            )
            stubber = Stubber(client)
            stubber.activate()
            self._stubs[key] = client, stubber
        return self._stubs[key]


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def account(session: FakeSession) -> Account:
    return Account(session, NUMBER, "aws", REGION, CALLER)


def wish(bucket: str = "", **parameters: str) -> Wish:
    return Wish("certsweep", bucket, {"RuleName": RULE, **parameters})


def only(findings: Iterator[Finding]) -> Finding:
    (finding,) = findings
    return finding


def has_rule(session: FakeSession, region: str = REGION) -> None:
    session.stub("config", region).add_response(
        "describe_config_rules",
        {"ConfigRules": [{"ConfigRuleName": RULE, "Source": {"Owner": "CUSTOM_LAMBDA"}}]},
        {"ConfigRuleNames": [RULE]},
    )


def has_no_rule(session: FakeSession, region: str = REGION) -> None:
    session.stub("config", region).add_client_error(
        "describe_config_rules", "NoSuchConfigRuleException"
    )


def enabled(session: FakeSession, *regions: str) -> None:
    found = [{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in regions]
    session.stub("account").add_response(
        "list_regions",
        {"Regions": found},
        {"RegionOptStatusContains": ["ENABLED", "ENABLED_BY_DEFAULT"]},
    )
