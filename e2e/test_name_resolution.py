"""A name resolution that fails is no proof that AWS doesn't have a service in a region."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from .account import Run
from .javac import compile_java
from .production import QUICK, Certificate, Production

GOVCLOUD = "us-gov-west-1"
APPSYNC = "appsync.sandbox.test"
BALANCERS = "elbv2.sandbox.test"
# What the SDK would ask in the place of those, if it were not told otherwise.
OF_AWS = ("elasticloadbalancing.us-gov-west-1.amazonaws.com", "appsync.us-gov-west-1.amazonaws.com")
# The SDK looks a host up once for each attempt.
ATTEMPTS = 5
ALWAYS = 1_000_000
# For how many seconds the JDK remembers that a host doesn't exist. Lambda's runtime has it remember
# for one, unless a variable says otherwise.
REMEMBERED = 10

pytestmark = [
    pytest.mark.parametrize("home", [GOVCLOUD], indirect=True),
    pytest.mark.usefixtures("home"),
]


@dataclass(frozen=True)
class Resolver:
    """The name resolution of DenyingResolver.java, for functions of one sandbox."""

    folder: Path
    port: int

    def denying(self, *, remembered: int = 0, **lookups: tuple[int, int]) -> dict[str, str]:
        """Variables of a function for which hosts don't exist at some of their look-ups.

        :param remembered: for how many seconds the JVM remembers that a host doesn't exist; if it
            does, the pauses are as long as they are in Lambda
        :param lookups: the first and the last that is denied, by the host's name in short
        """
        denied = {f"{name}.sandbox.test": which for name, which in lookups.items()}
        denied |= dict.fromkeys(OF_AWS, (1, ALWAYS))
        options = [f"-Xbootclasspath/a:{self.folder}"]
        return {
            "JAVA_TOOL_OPTIONS": " ".join([*options, *(() if remembered else QUICK.values())]),
            "AWS_LAMBDA_JAVA_NETWORKADDRESS_CACHE_NEGATIVE_TTL": str(remembered),
            "DENIED_HOSTS": ",".join(f"{host}={a}-{z}" for host, (a, z) in denied.items()),
            "USAGE_REGIONS": GOVCLOUD,
            "AWS_ENDPOINT_URL_APPSYNC": f"http://{APPSYNC}:{self.port}",
            "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2": f"http://{BALANCERS}:{self.port}",
        }


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the resolver, for the JVM's own class path."""
    folder = tmp_path_factory.mktemp("resolver")
    compile_java("DenyingResolver.java", folder)
    services = folder / "META-INF" / "services"
    services.mkdir(parents=True)
    (services / "java.net.spi.InetAddressResolverProvider").write_text("DenyingResolver")
    return folder


@pytest.fixture
def resolver(production: Production, compiled: Path) -> Resolver:
    return Resolver(compiled, urlsplit(production.sandbox.endpoint).port or 80)


@pytest.fixture
def used(production: Production) -> Certificate:
    """An expired certificate that AppSync uses, in a region where the SDK knows of no AppSync."""
    production.sandbox.regions.offer("appsync", GOVCLOUD)
    used = production.expired()
    production.infrastructure.domain(GOVCLOUD, "api.example.com", used.arn)
    return used


def lookups(run: Run, host: str) -> list[str]:
    """What the look-ups of a host were answered in one run."""
    lines = [line for line in run.log.splitlines() if line.startswith("look-up ")]
    return [line.rpartition(" ")[2] for line in lines if f" of {host}: " in line]


def test_host_that_can_not_be_resolved_at_first_is_asked_later(
    production: Production, used: Certificate, resolver: Resolver
) -> None:
    inspection = production.inspection(resolver.denying(appsync=(1, ATTEMPTS)))
    run = inspection.invoke({"certificate": used.name})
    assert lookups(run, APPSYNC)[: ATTEMPTS + 1] == ["denied"] * ATTEMPTS + ["answered"]
    (user,) = run.summary["usage"]
    assert (user["service"], user["region"]) == ("appsync", GOVCLOUD)
    assert (run.summary["uncheckedCount"], run.summary["deletable"]) == (0, False)


def test_evaluation_finds_the_user_behind_a_host_that_can_not_be_resolved_at_first(
    production: Production, used: Certificate, resolver: Resolver
) -> None:
    run = production.search(resolver.denying(appsync=(1, ATTEMPTS)))
    assert lookups(run, APPSYNC)[:ATTEMPTS] == ["denied"] * ATTEMPTS
    assert production.annotation(used.name).endswith(
        f"In use by 1: AppSync domain {GOVCLOUD} api.example.com."
    )
    assert run.metrics["UsageChecksFailed"] == 0


def test_removal_refuses_for_a_user_behind_a_host_that_can_not_be_resolved_at_first(
    production: Production, used: Certificate, resolver: Resolver
) -> None:
    remove = production.removal(resolver.denying(appsync=(1, ATTEMPTS)))
    run = remove.invoke({"certificate": used.name, "id": used.id})
    assert run.summary["outcome"] == "REFUSED"
    assert run.summary["reason"].startswith("In use by 1 resource: AppSync domain ")
    assert production.names == ["www"]


def test_host_is_asked_again_when_the_jvm_has_forgotten_that_it_does_not_exist(
    production: Production, used: Certificate, resolver: Resolver
) -> None:
    # Takes so long: nothing is shortened here.
    inspection = production.inspection(resolver.denying(remembered=REMEMBERED, appsync=(1, 1)))
    run = inspection.invoke({"certificate": used.name})
    assert lookups(run, APPSYNC) == ["denied", "answered"]
    assert run.invocation["duration_ms"] > REMEMBERED * 1000
    assert (run.summary["usageCount"], run.summary["uncheckedCount"]) == (1, 0)


def test_host_that_is_never_resolved_while_others_are_is_not_offered(
    production: Production, resolver: Resolver
) -> None:
    expired = production.expired()
    remove = production.removal(resolver.denying(appsync=(1, ALWAYS)))
    run = remove.invoke({"certificate": "www", "id": expired.id})
    assert lookups(run, APPSYNC) == ["denied"] * 2 * ATTEMPTS
    assert lookups(run, OF_AWS[0]) == []
    assert (run.summary["outcome"], run.summary["verdict"]["unchecked"]) == ("REMOVED", [])


def test_host_is_no_proof_when_that_of_load_balancers_is_not_resolved_either(
    production: Production, used: Certificate, resolver: Resolver
) -> None:
    # Load balancers were searched by then; what fails is the resolver. The JVM has to forget where
    # their host is, so nothing is shortened here.
    fails = resolver.denying(remembered=1, appsync=(1, ALWAYS), elbv2=(2, ALWAYS))
    remove = production.removal(fails)
    run = remove.invoke({"certificate": "www", "id": used.id})
    assert lookups(run, BALANCERS) == ["answered", "denied"]
    assert run.summary["outcome"] == "REFUSED"
    (unchecked,) = run.summary["verdict"]["unchecked"]
    assert (unchecked["service"], unchecked["region"]) == ("appsync", GOVCLOUD)
    assert production.names == ["www"]


def test_resolver_that_fails_altogether_leaves_usage_unknown(
    production: Production, used: Certificate, resolver: Resolver
) -> None:
    run = production.search(resolver.denying(appsync=(1, ALWAYS), elbv2=(1, ALWAYS)))
    assert run.metrics["UsageChecksFailed"] == 2
    assert " Usage unknown: 2 of 3 checks failed (us-gov-west-1 appsync: NoAnswer, " in (
        production.annotation(used.name)
    )
