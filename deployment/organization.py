"""Checks the parameters of an organization's deployment as given on the command line.

Refuses the same mistakes as for one account, and ARNs that are right in one account only.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .parameters import ParameterError, declared, parsed

TEMPLATE = Path(__file__).parent.parent / "cloudformation/organization.yaml"
# `make` gives them itself.
_OWN = ("OrganizationalUnitIds", "TemplateBucket", "TemplateKey")
# Each account has its own of what these name.
_OF_EACH_ACCOUNT = ("Approvers", "PermissionsBoundaryArn")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints nothing if the parameters are correct."""
    parser = argparse.ArgumentParser(prog="python -m deployment.organization", description=__doc__)
    parser.add_argument("parameters", nargs="*", metavar="Name=value")
    given = parser.parse_args(arguments).parameters
    known = declared(TEMPLATE)
    try:
        shared = {name: one for name, one in known.items() if name not in _OWN}
        _refuse_arns_of_one_account(parsed(given, shared))
    except ParameterError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _refuse_arns_of_one_account(values: Mapping[str, str]) -> None:
    for name in _OF_EACH_ACCOUNT:
        if arn := re.search("arn:[^,]*:[0-9]{12}:[^,]*", values.get(name, "")):
            raise ParameterError(
                f"{arn[0]} in {name} is right in one account only. Give a name with its path, such "
                "as role/Name or policy/Name. Each account completes it."
            )


if __name__ == "__main__":
    sys.exit(main())
