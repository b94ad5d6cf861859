"""Security Hub: can it take the rule's findings, and does its own control count twice?"""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError, EndpointConnectionError

from .account import Account, code_of
from .findings import Finding, missing, ok, warning
from .wish import Wish

CONTROL = "IAM.26"
_SERVICE = "securityhub"


def security_hub(account: Account, wish: Wish) -> Iterator[Finding]:
    """Whether Security Hub is there if it is wanted, and whether its control counts twice."""
    is_wanted = wish.parameters.get("SecurityHub") == "true"
    try:
        standards = _standards(account)
    except EndpointConnectionError:
        offered = account.session.get_available_regions(_SERVICE, account.partition)
        if account.region in offered:
            raise
        if is_wanted:
            yield missing(
                f"AWS does not offer Security Hub in {account.region}.",
                "Set SecurityHub to false, or deploy in another region.",
            )
        else:
            yield ok(f"AWS does not offer Security Hub in {account.region}.")
        return
    except ClientError as error:
        # That is how Security Hub says that it is off.
        if code_of(error) != "InvalidAccessException":
            raise
        standards = []
        if is_wanted:
            yield missing(
                f"SecurityHub is true, but Security Hub CSPM is not enabled in {account.region}. "
                "Each run would fail after it has reported to AWS Config.",
                "Enable Security Hub CSPM for this account and region, or set SecurityHub to "
                "false. In an organization, its administrator account decides.",
            )
    else:
        if is_wanted:
            yield ok("Security Hub CSPM is enabled and takes findings.")
    if standards:
        yield warning(
            f"Security Hub's control {CONTROL} is on ({', '.join(standards)}) and "
            "also creates findings for expired certificates.",
            f"Disable {CONTROL} and give this rule as the reason. Otherwise Security "
            "Hub shows each expired certificate twice.",
        )
    else:
        yield ok(f"Security Hub's control {CONTROL} is off.")


def _standards(account: Account) -> list[str]:
    """The standards in which the control is on."""
    pages = (
        account.client(_SERVICE)
        .get_paginator("list_standards_control_associations")
        .paginate(SecurityControlId=CONTROL)
    )
    return [
        one["StandardsArn"].split(":", 5)[5]
        for page in pages
        for one in page["StandardsControlAssociationSummaries"]
        if one["AssociationStatus"] == "ENABLED"
    ]
