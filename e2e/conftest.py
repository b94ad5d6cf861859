from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.client import PROJECT, Sandbox
from sandbox.host.aot_caches import FOLDER

from .account import Account
from .auditor import Auditor
from .deployment import Deployment
from .package import Package
from .production import Production

# Keys of roles and users, and whatever is in PEM.
SECRETS = re.compile(r"\b(ASIA|AKIA)[A-Z0-9]{12,}|-----BEGIN")


@pytest.fixture(scope="session")
def zip_file() -> Path:
    path = PROJECT / "target" / "certsweep.zip"
    if not path.exists():
        pytest.exit(f"{path} is missing: run `make package` first.", returncode=2)
    return path


# Of the package, not of the session: a worker that goes on to other tests needs the memory.
@pytest.fixture(scope="package")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(aot_caches=FOLDER) as sandbox:
        yield sandbox


@pytest.fixture
def account(shared_sandbox: Sandbox, zip_file: Path) -> Iterator[Account]:
    shared_sandbox.reset(keep_code=True)
    yield Account(shared_sandbox, zip_file)
    for invocation in shared_sandbox.invocations():
        assert_keeps_secrets(invocation)


def assert_keeps_secrets(invocation: dict[str, Any]) -> None:
    """Neither the log nor the answer has a key, a token or PEM in it."""
    told = invocation["log"] + str(invocation["payload"])
    assert not SECRETS.search(told), told
    event = invocation["event"]
    token = event.get("resultToken") if isinstance(event, dict) else None
    if token not in (None, "TESTMODE"):
        assert token not in told, told


@pytest.fixture
def auditor(shared_sandbox: Sandbox, tmp_path: Path) -> Auditor:
    """Somebody who audits an empty account."""
    shared_sandbox.reset()
    return Auditor(shared_sandbox, tmp_path)


@pytest.fixture
def production(account: Account, zip_file: Path, request: pytest.FixtureRequest) -> Production:
    """The same account, with what uses certificates."""
    production = Production(account.sandbox, zip_file)
    if request.node.get_closest_marker("all_regions") is None:
        production.leave_few_regions()
    return production


@pytest.fixture
def home(production: Production, request: pytest.FixtureRequest) -> Iterator[str]:
    """The region where the account lives, which may be of another partition."""
    usual = production.sandbox.region
    production.sandbox.region = request.param
    yield request.param
    production.sandbox.region = usual


@pytest.fixture(scope="package")
def deployment(zip_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """One stack for all tests that need one, which change its parameters as they like."""
    with Sandbox.start(aot_caches=FOLDER) as sandbox:
        package = Package.made(sandbox, zip_file, tmp_path_factory.mktemp("package"))
        deployment = Deployment(sandbox, package)
        deployment.make_new()
        yield deployment


@pytest.fixture
def new(deployment: Deployment) -> Iterator[Deployment]:
    """An account in which the stack has never been."""
    deployment.make_new()
    yield deployment
    deployment.make_new()


@pytest.fixture
def stack(deployment: Deployment) -> Iterator[Deployment]:
    """The stack with the template's defaults, in an empty account."""
    deployment.configure()
    yield from tidied(deployment)


@pytest.fixture
def guarded(deployment: Deployment) -> Iterator[Deployment]:
    """The stack with an approver and a bucket for backups."""
    deployment.guard()
    yield from tidied(deployment)


def tidied(deployment: Deployment) -> Iterator[Deployment]:
    """A deployment for one test, in an empty account."""
    deployment.tidy()
    yield deployment
    for invocation in deployment.sandbox.invocations():
        assert_keeps_secrets(invocation)
