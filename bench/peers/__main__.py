"""`python -m bench.peers`: runs all programs on one account, and writes docs/peers.md.

It fails if a program can't be installed or run, or if Certsweep misses anything.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from . import certsweep, custodian, prowler
from .account import PAGE, ZIP_FILE, PeersAccount
from .installed import PROJECT, Installed
from .page import written
from .score import PeerError, Score

ENVIRONMENTS = PROJECT / "target" / "peers"
PAGE_FILE = PROJECT / "docs" / "peers.md"
# The versions of Python that both pinned peers install on.
PYTHONS = ((3, 10), (3, 12))
PEERS = {"Prowler": prowler, "Cloud Custodian": custodian}
# What Certsweep leaves alone on purpose; README.md names the rest.
NOT_LOOKED_AT = [
    "certificates of AWS Certificate Manager",
    "what its README lists under [Limits](../README.md#limits)",
]


def main() -> int:
    """Runs them; answers the exit status."""
    if refused := python_refusal(sys.version_info[:2]):
        print(f"peers: {refused}", file=sys.stderr)
        return 1
    if not ZIP_FILE.exists():
        print(f"peers: {ZIP_FILE} is missing: run `make package` first.", file=sys.stderr)
        return 1
    if "JAVA_HOME" not in os.environ:
        print("peers: JAVA_HOME is not set: run `make bench-peers`, which does.", file=sys.stderr)
        return 1
    try:
        return _compare()
    except PeerError as error:
        print(f"peers: {error}", file=sys.stderr)
        return 1


def python_refusal(version: tuple[int, int]) -> str:
    """What to do about a Python that the peers don't install on; empty if they do."""
    oldest, newest = PYTHONS
    if oldest <= version <= newest:
        return ""
    needed, found = f"{_dotted(oldest)} to {_dotted(newest)}", _dotted(version)
    return (
        f"Prowler and Cloud Custodian need Python {needed}; .venv has {found}. "
        f"Remove .venv and run `make bench-peers PYTHON=python{_dotted(newest)}`."
    )


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def _compare() -> int:
    installed = {name: Installed.into(ENVIRONMENTS, peer.PACKAGE) for name, peer in PEERS.items()}
    with tempfile.TemporaryDirectory(prefix="peers-") as folder, PeersAccount.made() as account:
        print("peers: Certsweep ...", file=sys.stderr, flush=True)
        answers = [certsweep.answer(account, Path(folder))]
        for name, peer in PEERS.items():
            note = "what the sandbox does not imitate, it says here"
            print(f"peers: {name} ... ({note})", file=sys.stderr, flush=True)
            own = Path(folder, peer.PACKAGE)
            own.mkdir()
            environment = _environment(account, own)
            answers += peer.answers(installed[name], own, environment, account.region)
        first_page = set(account.listed()[:PAGE])
        truth = account.truth
    not_looked_at = {
        certsweep.PROGRAM: NOT_LOOKED_AT,
        **{name: peer.not_looked_at(installed[name]) for name, peer in PEERS.items()},
    }
    page = written(
        truth,
        len(first_page & truth.expired),
        answers,
        not_looked_at,
        f"{datetime.now(timezone.utc):%Y-%m-%d}",
    )
    if Score.of(answers[0].said, truth) != Score.full(truth):
        print(page, file=sys.stderr)
        raise PeerError("Certsweep has missed something; docs/peers.md stays as it is")
    PAGE_FILE.write_text(page, encoding="utf-8")
    print(page, end="")
    return 0


def _environment(account: PeersAccount, home: Path) -> Mapping[str, str]:
    """The account's, without whatever the person who runs this has in their home."""
    return {**account.environment, "HOME": str(home)}


if __name__ == "__main__":
    sys.exit(main())
