"""Lists what the account lacks for a deployment, and what to do about it.

It changes nothing. The exit status is 1 if something that the deployment needs is missing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import boto3

from .account import Account, AwsError, NoAccountError, shortened
from .buckets import backup_bucket, backup_policy, deployment_bucket
from .config import aws_rules, evaluations, other_regions, recorder, rule_name
from .findings import Finding, is_anything_missing, ok, warning
from .parameters import ParameterError, check_values, declared, parsed, template_rules
from .permissions import permissions
from .regions import recording_region, usage_exceptions, usage_regions
from .registry import resource_types, runtime
from .security_hub import security_hub
from .stacks import kept_parameters, stack
from .topics import alarm_topic, approval_topic
from .wish import Wish

# Takes the account and what is wished for, and gives what it found. It may fail with any AWS error:
# that is reported as not checked.
Check = Callable[[Account, Wish], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    resource_types,
    recording_region,
    recorder,
    evaluations,
    deployment_bucket,
    backup_bucket,
    backup_policy,
    stack,
    template_rules,
    rule_name,
    aws_rules,
    security_hub,
    other_regions,
    usage_regions,
    usage_exceptions,
    approval_topic,
    alarm_topic,
    runtime,
    permissions,
)


def inspect(account: Account, wish: Wish) -> Iterator[Finding]:
    """What all checks find; one that fails hides no other."""
    yield ok(f"Checking {account}.")
    for check in CHECKS:
        yield from _findings(check, account, wish)


def _findings(check: Check, account: Account, wish: Wish) -> Iterator[Finding]:
    try:
        yield from check(account, wish)
    except AwsError as error:
        name = check.__name__.replace("_", " ")
        yield warning(f"Could not check: {name}. {shortened(error)}")


def main(arguments: Sequence[str] | None = None, session: Any = None) -> int:
    """Prints the list.

    :param session: a boto3 session; that of the environment by default
    """
    given = _parser().parse_args(arguments)
    try:
        known = declared()
        defaults = {name: str(parameter["Default"]) for name, parameter in known.items()}
        wanted = parsed(given.parameters, known)
        account = Account.of(session or boto3.Session())
        kept, findings = _kept(account, given.stack)
        parameters = {name: (defaults | kept | wanted)[name] for name in known}
        check_values(parameters, known)
    except (ParameterError, NoAccountError) as error:
        print(error, file=sys.stderr)
        return 1
    for finding in findings:
        print(finding)
    for finding in inspect(account, Wish(given.stack, given.bucket, parameters)):
        print(finding, flush=True)
        findings.append(finding)
    if is_anything_missing(findings):
        print("\nNot ready to deploy: fix what is missing above.")
        return 1
    print("\nReady to deploy.")
    return 0


def _kept(account: Account, name: str) -> tuple[dict[str, str], list[Finding]]:
    """The parameters that an update keeps, and what to say if they can't be read."""
    try:
        return kept_parameters(account, name), []
    except AwsError as error:
        told = (
            f"Could not read the parameters that the stack {name} has. The checks take the "
            f"template's defaults for them. {shortened(error)}"
        )
        return {}, [warning(told)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deployment.preflight", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--stack", default="certsweep", help="name of the stack (certsweep)")
    parser.add_argument("--bucket", default="", help="bucket to upload the code to")
    parser.add_argument("parameters", nargs="*", metavar="Name=value", help="the template's")
    return parser


if __name__ == "__main__":
    sys.exit(main())
