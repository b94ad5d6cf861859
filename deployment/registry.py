"""What CloudFormation and Lambda have in the region."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from .account import Account, code_of
from .findings import Finding, missing, note, ok, warning
from .regions import recommended
from .wish import Wish

# Of the template's types, the one that some regions lack; checks/linters.py names them.
SCARCE = "AWS::Config::RemediationConfiguration"
# One that every region has. A registry that doesn't list it either says nothing about the other.
_EVERYWHERE = "AWS::Config::ConfigRule"


def resource_types(account: Account, _: Wish) -> Iterator[Finding]:
    """Whether CloudFormation has the template's types: it refuses templates with unknown ones."""
    if _is_registered(account, SCARCE):
        yield ok(f"CloudFormation has the type {SCARCE} in {account.region}.")
    elif _is_registered(account, _EVERYWHERE):
        yield missing(
            f"CloudFormation in {account.region} does not have the type {SCARCE}, so it refuses "
            "the template.",
            f"Deploy in {recommended(account)}. The rule checks all certificates from any region.",
        )
    else:
        # In GovCloud the registry was seen not to list a type that CloudFormation took:
        # https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/403
        yield warning(
            f"CloudFormation's registry in {account.region} lists neither {SCARCE} nor "
            f"{_EVERYWHERE}, which every region has. So its answer proves nothing.",
            f"Deploy in {recommended(account)}, or try: CloudFormation refuses the template before "
            "it creates anything.",
        )


def _is_registered(account: Account, name: str) -> bool:
    """Whether the registry lists a type. Whoever may not ask gets an error, not a no."""
    try:
        account.client("cloudformation").describe_type(Type="RESOURCE", TypeName=name)
    except ClientError as error:
        if code_of(error) == "TypeNotFoundException":
            return False
        raise
    return True


def runtime(account: Account, _: Wish) -> Iterator[Finding]:
    """Nobody can ask Lambda for its runtimes."""
    yield note(
        f"Not checked: whether Lambda has the runtime java25 in {account.region}. If it does not, "
        "the deployment says so and rolls back."
    )
