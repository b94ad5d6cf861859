"""The account's regions: which are enabled, which AWS Config records in, which are searched."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from .account import Account
from .findings import Finding, missing, note, ok, warning
from .wish import Wish

# The one service that the search takes exceptions of: AWS offers the others in every region.
_EXCEPTED = "appsync"
# Where AWS Config records server certificates, which are global: one region of each partition.
# https://docs.aws.amazon.com/config/latest/developerguide/what-is-resource-config-coverage.html
RECORDING = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}


def enabled(account: Account) -> list[str]:
    """The regions that are enabled; all of the partition, if the account can't be asked."""
    try:
        pages = (
            account.client("account")
            .get_paginator("list_regions")
            .paginate(RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"])
        )
        return [region["RegionName"] for page in pages for region in page["Regions"]]
    except (BotoCoreError, ClientError):
        known: list[str] = account.session.get_available_regions("config", account.partition)
        return known


def recommended(account: Account) -> str:
    """The region to deploy in, as a remedy names it."""
    return RECORDING.get(account.partition, "another region")


def recording_region(account: Account, _: Wish) -> Iterator[Finding]:
    """Whether AWS Config can show the certificates themselves here, and not only the results."""
    region = RECORDING.get(account.partition)
    if region == account.region:
        yield ok(f"AWS Config records server certificates in {region}.")
    elif region:
        yield note(
            f"AWS Config records server certificates in {region} only. In {account.region} the "
            'rule works too. But if you open a certificate there, AWS Config says that it "cannot '
            f'be found". If you have no other reason, deploy in {region}.'
        )


def usage_regions(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the regions to search exist: one that doesn't keeps every certificate."""
    wanted = set(wish.listed("UsageRegions"))
    unknown = sorted(wanted - set(enabled(account))) if wanted else []
    if unknown:
        yield missing(
            f"UsageRegions names {', '.join(unknown)}. This account has not enabled that, or AWS "
            "does not have it. If a region can't be searched, no certificate is removed.",
            "Correct the name, or leave it out.",
        )


def usage_exceptions(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether the functions will take the exceptions: refused ones end every run with an error."""
    pairs = [pair.partition("/") for pair in wish.listed("UsageExceptions")]
    if not pairs:
        return
    others = sorted(f"{service}/{region}" for service, _, region in pairs if service != _EXCEPTED)
    regions = {region for service, _, region in pairs if service == _EXCEPTED}
    session = account.session
    offered = regions & set(session.get_available_regions(_EXCEPTED, account.partition))
    if others:
        yield missing(
            f"UsageExceptions names {', '.join(others)}. The functions would refuse that and fail: "
            "load balancers and CloudFront can't be excepted.",
            f"Leave it out. Name only {_EXCEPTED}, in regions where AWS does not offer it.",
        )
    if offered:
        yield missing(
            f"UsageExceptions names {_EXCEPTED} in {', '.join(sorted(offered))}, where AWS offers "
            "it. The functions would refuse that and fail.",
            "Leave it out. If a policy denies the region, list the others in UsageRegions.",
        )
    searched = set(wish.listed("UsageRegions")) or set(enabled(account))
    idle = sorted(regions - offered - searched)
    if idle:
        yield warning(
            f"UsageExceptions names {_EXCEPTED} in {', '.join(idle)}, which is not searched. This "
            "account has not enabled it, or UsageRegions does not name it. The exception has no "
            "effect.",
            "Correct the name, or leave it out.",
        )
