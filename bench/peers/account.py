"""The account, and Certsweep in it: all that the comparison needs of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from bench.template import jvm_options, memory_mb
from sandbox.client import Infrastructure, Rule, Sandbox

from .installed import PROJECT
from .score import PeerError, Truth

ZIP_FILE = PROJECT / "target" / "certsweep.zip"
CERTIFICATES = 150
EXPIRED = 14
# What IAM lists at once, unless it is asked for more or fewer.
PAGE = 100
ABROAD = "ap-southeast-2"
_WAIT_SECONDS = 300


class PeersAccount:
    """150 certificates, of which 14 have expired; three of those are in use."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Builds it, through API calls alone."""
        self._sandbox = sandbox
        sandbox.settings(quota=CERTIFICATES)
        expired = expired_names()
        by_listener, by_cloudfront, by_classic = in_use = users_of(expired)
        stored = {
            name: sandbox.upload_certificate(
                name, expires, path="/cloudfront/" if name == by_cloudfront else "/"
            )
            for name, expires in expirations(datetime.now(timezone.utc)).items()
        }
        valid = next(name for name in stored if name not in expired)
        infrastructure = Infrastructure(sandbox)
        infrastructure.alb(
            ABROAD, "checkout", default=stored[valid]["Arn"], sni=[stored[by_listener]["Arn"]]
        )
        arn = infrastructure.distribution("assets", stored[by_cloudfront]["ServerCertificateId"])
        infrastructure.classic(sandbox.region, "intranet", stored[by_classic]["Arn"])
        users = dict(zip(in_use, ("checkout", arn.rpartition("/")[2], "intranet"), strict=True))
        self.truth = Truth(frozenset(stored), frozenset(expired), users)

    @classmethod
    @contextmanager
    def made(cls) -> Iterator[PeersAccount]:
        """Starts a sandbox with it."""
        with Sandbox.start() as sandbox:
            yield cls(sandbox)

    @property
    def environment(self) -> Mapping[str, str]:
        """What an SDK needs to work on it."""
        return self._sandbox.environment

    @property
    def region(self) -> str:
        """The region that a program is told to work in."""
        return self._sandbox.region

    def listed(self) -> list[str]:
        """The names in the order in which IAM lists them."""
        pages = self._sandbox.client("iam").get_paginator("list_server_certificates").paginate()
        return [
            str(one["ServerCertificateName"])
            for page in pages
            for one in page["ServerCertificateMetadataList"]
        ]

    def deploy_certsweep(self) -> Rule:
        """Deploys the built function, which will be as cold as a daily run finds it."""
        rule = self._sandbox.deploy_rule(ZIP_FILE, memory=memory_mb())
        # A new configuration ends the process that evaluated the new rule.
        variables = {"JAVA_TOOL_OPTIONS": jvm_options(), "USAGE_REGIONS": ""}
        self._sandbox.client("lambda", rule.region).update_function_configuration(
            FunctionName=rule.function_name, Environment={"Variables": variables}
        )
        self._sandbox.clear_invocations()
        return rule

    def wait_for_certsweep(self, rule: Rule) -> None:
        """Blocks until the rule's evaluation is over.

        :raises PeerError: if the function failed, or was warm
        """
        self._sandbox.wait(rule, timeout_seconds=_WAIT_SECONDS)
        (invocation,) = self._sandbox.invocations(rule.function_name)
        if invocation["error"] or not invocation["cold"]:
            raise PeerError(f"The function failed or was warm: {invocation['payload']}")


def expired_names() -> list[str]:
    """The names of those that have expired, spread evenly over the listing."""
    return [_name(number * CERTIFICATES // EXPIRED) for number in range(EXPIRED)]


def users_of(expired: list[str]) -> tuple[str, str, str]:
    """Which of them are in use; the last stands beyond the first page."""
    return expired[2], expired[6], expired[12]


def expirations(now: datetime) -> dict[str, datetime]:
    """When each certificate expires, by its name: from years ago to two years ahead."""
    expired = expired_names()
    return {
        name: now.replace(microsecond=0)
        + timedelta(days=-3 - 97 * expired.index(name) if name in expired else 30 + 4 * number)
        for number, name in ((number, _name(number)) for number in range(CERTIFICATES))
    }


def _name(number: int) -> str:
    return f"site-{number:03}"
