import pytest

from ..account import Account
from ..config import other_regions
from ..findings import Level
from ..regions import recording_region, usage_exceptions, usage_regions
from .conftest import NUMBER, REGION, FakeSession, enabled, has_no_rule, has_rule, only, wish

OTHERS = ["eu-central-1", "us-east-1"]

# A region where AWS does not offer AppSync, as botocore knows it too.
WITHOUT_APPSYNC = "mx-central-1"


def test_no_rule_in_another_region_is_fine(session: FakeSession, account: Account) -> None:
    enabled(session, REGION, *OTHERS)
    for region in OTHERS:
        has_no_rule(session, region)
    assert "any other region (2 in all)" in only(other_regions(account, wish())).text
    session.assert_all_asked()


def test_a_rule_in_another_region_is_a_warning_that_names_it(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION, *OTHERS)
    has_rule(session, "eu-central-1")
    has_no_rule(session, "us-east-1")
    finding = only(other_regions(account, wish()))
    assert finding.level is Level.WARNING
    assert "also exists in eu-central-1" in finding.text


def denied(session: FakeSession, region: str) -> None:
    session.stub("config", region).add_client_error(
        "describe_config_rules", "AccessDeniedException", "explicit deny in a policy"
    )


def test_a_denied_region_is_a_hint_to_name_the_regions_to_search(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION, *OTHERS)
    denied(session, "us-east-1")
    has_no_rule(session, "eu-central-1")
    _, finding = other_regions(account, wish(UsageRegions=""))
    assert finding.level is Level.WARNING
    assert "may not call AWS Config in us-east-1" in finding.text
    assert "UsageRegions=" in finding.remedy


def test_a_denied_region_is_no_matter_once_the_regions_are_named(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION, "us-east-1")
    denied(session, "us-east-1")
    assert only(other_regions(account, wish(UsageRegions="eu-west-1"))).level is Level.OK


def test_a_region_that_fails_hides_no_other(session: FakeSession, account: Account) -> None:
    enabled(session, REGION, *OTHERS)
    session.stub("config", "us-east-1").add_client_error("describe_config_rules", "InternalFailure")
    has_rule(session, "eu-central-1")
    found, failed = other_regions(account, wish())
    assert "also exists in eu-central-1" in found.text
    assert "Could not call AWS Config in us-east-1" in failed.text


def test_a_region_to_search_that_does_not_exist_is_missing(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION, *OTHERS)
    finding = only(usage_regions(account, wish(UsageRegions=f"{REGION}, eu-wset-1")))
    assert finding.level is Level.MISSING
    assert "names eu-wset-1." in finding.text


def test_regions_to_search_that_exist_are_fine(session: FakeSession, account: Account) -> None:
    enabled(session, REGION, *OTHERS)
    assert list(usage_regions(account, wish(UsageRegions=f"us-east-1, {REGION}"))) == []


def test_nobody_is_asked_for_regions_if_none_is_named(account: Account) -> None:
    assert list(usage_regions(account, wish(UsageRegions=""))) == []


def test_exceptions_where_appsync_is_not_offered_are_fine(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION, WITHOUT_APPSYNC)
    pair = f"appsync/{WITHOUT_APPSYNC}"
    assert list(usage_exceptions(account, wish(UsageExceptions=f" {pair} ,{pair}"))) == []
    session.assert_all_asked()


def test_an_exception_in_a_region_that_is_named_is_fine_whatever_is_enabled(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION)
    chosen = wish(
        UsageExceptions=f"appsync/{WITHOUT_APPSYNC}", UsageRegions=f"{REGION}, {WITHOUT_APPSYNC}"
    )
    assert list(usage_exceptions(account, chosen)) == []


@pytest.mark.parametrize(
    "pair",
    [
        f"elasticloadbalancing/{WITHOUT_APPSYNC}",
        f"elasticloadbalancingv2/{WITHOUT_APPSYNC}",
        "cloudfront/us-east-1",
        f"AppSync/{WITHOUT_APPSYNC}",
        WITHOUT_APPSYNC,
    ],
)
def test_an_exception_of_another_service_is_refused_beside_one_that_is_fine(
    session: FakeSession, account: Account, pair: str
) -> None:
    enabled(session, REGION, WITHOUT_APPSYNC)
    named = f"appsync/{WITHOUT_APPSYNC}, {pair}"
    finding = only(usage_exceptions(account, wish(UsageExceptions=named)))
    assert finding.level is Level.MISSING
    assert pair in finding.text
    assert f"appsync/{WITHOUT_APPSYNC}" not in finding.text
    assert "Name only appsync, in regions where" in finding.remedy


def test_an_exception_where_aws_offers_appsync_is_refused(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION, WITHOUT_APPSYNC)
    finding = only(usage_exceptions(account, wish(UsageExceptions=f"appsync/{REGION}")))
    assert finding.level is Level.MISSING
    assert f"in {REGION}, where AWS offers it" in finding.text
    assert "UsageRegions" in finding.remedy


def test_an_exception_that_is_refused_is_not_said_to_do_nothing_too(
    session: FakeSession, account: Account
) -> None:
    enabled(session, REGION)
    finding = only(usage_exceptions(account, wish(UsageExceptions="appsync/us-east-1")))
    assert "where AWS offers it" in finding.text


@pytest.mark.parametrize(
    ("regions", "chosen"),
    [([REGION, *OTHERS], {}), ([REGION, WITHOUT_APPSYNC], {"UsageRegions": REGION})],
    ids=["a region that is not enabled", "a region that is not named"],
)
def test_an_exception_that_does_nothing_is_a_warning(
    session: FakeSession, account: Account, regions: list[str], chosen: dict[str, str]
) -> None:
    enabled(session, *regions)
    pair = f"appsync/{WITHOUT_APPSYNC}"
    finding = only(usage_exceptions(account, wish(UsageExceptions=pair, **chosen)))
    assert finding.level is Level.WARNING
    assert f"in {WITHOUT_APPSYNC}, which is not searched" in finding.text
    assert "has no effect" in finding.text


def test_nobody_is_asked_for_regions_if_nothing_is_excepted(account: Account) -> None:
    assert list(usage_exceptions(account, wish(UsageExceptions=""))) == []
    assert list(usage_exceptions(account, wish())) == []


def test_where_regions_cannot_be_listed_all_of_the_partition_are_asked(
    session: FakeSession,
) -> None:
    caller = f"arn:aws-us-gov:iam::{NUMBER}:user/deployer"
    account = Account(session, NUMBER, "aws-us-gov", "us-gov-west-1", caller)
    session.stub("account", "us-gov-west-1").add_client_error("list_regions", "AccessDenied")
    session.stub("config", "us-gov-east-1").add_client_error(
        "describe_config_rules", "UnrecognizedClientException"
    )
    # Not enabled: neither denied nor failed.
    assert "any other region (1 in all)" in only(other_regions(account, wish())).text
    session.assert_all_asked()


# --- Where AWS Config records certificates --------------------------------------------------------


@pytest.mark.parametrize(
    ("partition", "region"),
    [("aws", "us-east-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")],
)
def test_the_region_that_records_certificates_is_fine(
    session: FakeSession, partition: str, region: str
) -> None:
    account = Account(session, NUMBER, partition, region, "arn")
    finding = only(recording_region(account, wish()))
    assert finding.level is Level.OK
    assert region in finding.text


def test_another_region_works_and_the_one_that_records_is_recommended(account: Account) -> None:
    finding = only(recording_region(account, wish()))
    assert finding.level is Level.NOTE
    assert "in us-east-1 only" in finding.text
    assert "deploy in us-east-1" in finding.text


def test_in_a_partition_of_which_nothing_is_known_nothing_is_said(session: FakeSession) -> None:
    account = Account(session, NUMBER, "aws-iso", "us-iso-east-1", "arn")
    assert list(recording_region(account, wish())) == []
