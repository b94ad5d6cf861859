"""Checks the parameters of an organization's deployment as given on the command line.

Refuses the same mistakes as for one account, and parameters that need a different value in each
account. The AWS CLI would silently ignore them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Container, Sequence
from pathlib import Path

from .parameters import ParameterError, declared, parsed

TEMPLATE = Path(__file__).parent.parent / "cloudformation/organization.yaml"
# `make` gives them itself.
_OWN = ("OrganizationalUnitIds", "TemplateBucket", "TemplateKey")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints nothing if the parameters are correct."""
    parser = argparse.ArgumentParser(prog="python -m deployment.organization", description=__doc__)
    parser.add_argument("parameters", nargs="*", metavar="Name=value")
    given = parser.parse_args(arguments).parameters
    known = declared(TEMPLATE)
    try:
        for word in given:
            _refuse_what_differs_between_accounts(word.partition("=")[0], known)
        parsed(given, {name: one for name, one in known.items() if name not in _OWN})
    except ParameterError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _refuse_what_differs_between_accounts(name: str, known: Container[str]) -> None:
    if name not in known and name in declared():
        raise ParameterError(
            f"{name} needs a different value in each account, so a deployment to all accounts "
            "can't set it. See docs/organization.md for what to do instead."
        )


if __name__ == "__main__":
    sys.exit(main())
