"""Security Hub's own control, which counts each certificate a second time."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from .account import Account, code_of
from .findings import Finding, ok, warning
from .wish import Wish

CONTROL = "IAM.26"


def security_hub(account: Account, _: Wish) -> Iterator[Finding]:
    """Security Hub's control, which makes a finding of each certificate a second time."""
    client = account.client("securityhub")
    pages = client.get_paginator("list_standards_control_associations").paginate(
        SecurityControlId=CONTROL
    )
    try:
        standards = [
            one["StandardsArn"].split(":", 5)[5]
            for page in pages
            for one in page["StandardsControlAssociationSummaries"]
            if one["AssociationStatus"] == "ENABLED"
        ]
    except ClientError as error:
        # That is how Security Hub says that it is off.
        if code_of(error) != "InvalidAccessException":
            raise
        standards = []
    if standards:
        yield warning(
            f"Security Hub's control {CONTROL} is on ({', '.join(standards)}) and "
            "also creates findings for expired certificates.",
            f"Disable {CONTROL} and give this rule as the reason. Otherwise Security "
            "Hub shows each expired certificate twice.",
        )
    else:
        yield ok(f"Security Hub's control {CONTROL} is off.")
