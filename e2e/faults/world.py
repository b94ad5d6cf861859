"""The account in which the matrix is tried: the stack as deployed, and every kind of user."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sandbox.client import Sandbox
from sandbox.client.certificates import self_signed
from sandbox.host.aot_caches import FOLDER

from ..account import days, now
from ..deployment import BACKUPS, Deployment
from ..package import Package
from ..production import ABROAD, REGIONS, Certificate

# Beside the others they make three batches of evaluations, and three pages of old results.
_FILLERS = [f"www-{number:03}" for number in range(200)]
# Timeouts of the functions, in seconds. Short, so that a fault that stays reaches the deadline, and
# such that no outcome hangs on a second: a slow listing of three pages (27 s) is over after the
# time to search (22 s), one with two slow pages is not. The two that read tags of exceptions after
# the search leave 5 s for that.
TIMEOUTS = {"EvaluateFunctionName": 89, "InspectFunctionName": 29, "RemoveFunctionName": 54}
# An exception lasts so many days after the certificate's expiration at most.
EXCEPTION_DAYS = 30
# So many days before its expiration a certificate counts as expiring, but for no more than this
# share of its lifetime. The short-lived one has more days left than its share, and fewer than 30.
LEAD_DAYS = 30
LEAD_PERCENT = 50
SHORT_LIFETIME = 40
SHORT_LIVED = "short-lived"
# By how much the functions' pauses are multiplied, before they look again for what was not found:
# tens of seconds would be more than the whole time of a function here.
PAUSE_FACTOR = 0.01
_SHORT_PAUSES = f"-Dcertsweep.pauseFactor={PAUSE_FACTOR}"
# The SDK gives up retries of a client that failed too often: a new process knows of no failure.
TRIALS_PER_PROCESS = 10


class World:
    """One sandbox with the stack; good for any number of trials, one after the other."""

    def __init__(self, zip_file: Path) -> None:
        self.sandbox = Sandbox.start(aot_caches=FOLDER)
        self._folder = TemporaryDirectory(prefix="faults-")
        package = Package.made(self.sandbox, zip_file, Path(self._folder.name))
        self.stack = Deployment(self.sandbox, package)
        self.stack.make_new()
        self.sandbox.make_bucket(BACKUPS)
        # Every run reports all results, so that all batches can be broken in each trial.
        self.sandbox.security_hub.enable()
        self.stack.configure(
            BackupBucket=BACKUPS,
            RefreshDays="0",
            MaximumExceptionDays=str(EXCEPTION_DAYS),
            SecurityHub="true",
            DaysToExpiration=str(LEAD_DAYS),
            DaysToExpirationPercent=str(LEAD_PERCENT),
        )
        self._shorten_pauses()
        self.sandbox.settings(quota=1000)
        # Users by the names of the certificates that they use, all of them expired.
        self.users: dict[str, str] = {}
        self._store_certificates()
        self.excepted = self._store_excepted()
        self._trials = 0
        self._is_full = False
        self._targets = 0
        self.target = self.new_target()
        self._refresh_processes()

    def close(self) -> None:
        """Ends the sandbox."""
        self.sandbox.stop()
        self._folder.cleanup()

    # The account.

    def _store_certificates(self) -> None:
        """Expired certificates: one for each place where one can be used, and one that is not."""
        valid = self.stack.valid("valid")
        infrastructure = self.stack.infrastructure
        for region in REGIONS:
            classic = self.stack.expired(f"used-elb-{region}")
            infrastructure.classic(region, "old", classic.arn)
            self.users[classic.name] = f"Classic ELB {region} old:443"
            default = self.stack.expired(f"used-default-{region}")
            sni = self.stack.expired(f"used-sni-{region}")
            infrastructure.alb(region, "app", default.arn, sni=[valid.arn, sni.arn])
            self.users[default.name] = f"ALB listener {region} app/app:443"
            self.users[sni.name] = f"ALB listener {region} app/app:443 (SNI)"
            domain = self.stack.expired(f"used-appsync-{region}")
            infrastructure.domain(region, "api.example.com", domain.arn)
            self.users[domain.name] = f"AppSync domain {region} api.example.com"
        distributed = self.stack.expired("used-cloudfront", path="/cloudfront/")
        infrastructure.distribution("shop", distributed.id)
        self.users[distributed.name] = "CloudFront "
        self.stack.expired("bystander")
        self._store_short_lived()

    def _store_short_lived(self) -> None:
        """A valid certificate that only its lifetime keeps from counting as expiring."""
        end = now() + days((LEAD_DAYS + SHORT_LIFETIME * LEAD_PERCENT / 100) / 2)
        files = self_signed(SHORT_LIVED, end - days(SHORT_LIFETIME), end)
        self.sandbox.upload_certificate(SHORT_LIVED, end, files=files)

    def _store_excepted(self) -> Certificate:
        """An expired certificate that nothing uses and that an exception keeps."""
        excepted = self.stack.expired("excepted")
        last = now() + days(EXCEPTION_DAYS - 10)
        self.stack.tag(excepted.name, until=f"{last:%Y-%m-%d}", reason="vendor migration")
        return excepted

    @property
    def kept(self) -> set[str]:
        """The names of expired certificates that may not be deleted."""
        return {*self.users, self.excepted.name}

    def fill(self) -> bool:
        """Stores so many certificates that their results take several calls; whether it had to."""
        if self._is_full:
            return False
        self.sandbox.upload_certificates(dict.fromkeys(_FILLERS, now() + days(90.5)))
        self._is_full = True
        return True

    def thin(self) -> None:
        """Deletes them again."""
        if self._is_full:
            for name in _FILLERS:
                self.stack.delete(name)
            self._is_full = False

    def used_by(self, service: str, operation: str, region: str) -> Certificate:
        """A certificate whose user is found by this call alone."""
        kinds = {"elb": "elb", "appsync": "appsync", "elbv2": "default"}
        kind = "sni" if operation == "DescribeListenerCertificates" else kinds.get(service, "sni")
        if service == "cloudfront":
            return self.certificates()["used-cloudfront"]
        return self.certificates()[f"used-{kind}-{region or ABROAD}"]

    def new_target(self) -> Certificate:
        """An expired certificate that nothing uses, to be deleted."""
        self._targets += 1
        self.target = self.stack.expired(f"target-{self._targets:03}")
        return self.target

    def page_in_three(self, certificates: int) -> None:
        """Has IAM list so many certificates in three pages."""
        self.sandbox.settings(page_cap=-(-certificates // 3))

    def certificates(self) -> dict[str, Certificate]:
        """All certificates in IAM, by name."""
        pages = self.sandbox.client("iam").get_paginator("list_server_certificates")
        listed = [one for page in pages.paginate() for one in page["ServerCertificateMetadataList"]]
        return {
            one["ServerCertificateName"]: Certificate(
                one["ServerCertificateName"],
                one["ServerCertificateId"],
                one["Arn"],
                one["Path"],
                one["UploadDate"].isoformat(),
                one["Expiration"].isoformat(),
            )
            for one in listed
        }

    # A trial.

    def begin(self) -> None:
        """Forgets what was seen before; a minute passes, so that the rule may be started."""
        self._trials += 1
        if self._trials % TRIALS_PER_PROCESS == 0:
            self._refresh_processes()
        self.sandbox.clock.advance(seconds=61)
        self.sandbox.clear_invocations()

    def lift(self) -> int:
        """Lifts all faults, waits for what takes effect only now; how often they hit."""
        hits = sum(map(_hits, self.sandbox.faults.list()))
        self.sandbox.faults.clear()
        while sum(1 for one in self.sandbox.requests.list() if one["fault"]) < hits:
            time.sleep(0.05)
        self.sandbox.wait(self.stack.rule)
        return hits

    def requests(self, role: str) -> list[dict[str, Any]]:
        """The requests of one of the stack's roles, by its logical id, since the trial began."""
        return self.sandbox.requests.list(role=self.stack.roles[role])

    def invoke(self, output: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Invokes a function of the stack; answers its invocation."""
        name = self.stack.outputs[output]
        answer = self.sandbox.client("lambda").invoke(
            FunctionName=name, Payload=json.dumps(request).encode()
        )
        request_id = answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
        finished = self.sandbox.invocations(name)
        return next(one for one in finished if one["request_id"] == request_id)

    def variables(self, output: str) -> dict[str, str]:
        """The environment variables of a function of the stack, as they are now."""
        configuration = self.sandbox.client("lambda").get_function_configuration(
            FunctionName=self.stack.outputs[output]
        )
        found: dict[str, str] = configuration["Environment"]["Variables"]
        return found

    def _shorten_pauses(self) -> None:
        functions = self.sandbox.client("lambda")
        for output in TIMEOUTS:
            functions.update_function_configuration(
                FunctionName=self.stack.outputs[output],
                # These replace all that there are.
                Environment={"Variables": with_short_pauses(self.variables(output))},
            )

    def _refresh_processes(self) -> None:
        """Has the functions start anew: one whose configuration is new does."""
        functions = self.sandbox.client("lambda")
        for output, timeout in TIMEOUTS.items():
            functions.update_function_configuration(
                FunctionName=self.stack.outputs[output],
                Timeout=timeout,
                MemorySize=512 + self._trials // TRIALS_PER_PROCESS,
            )


def with_short_pauses(variables: Mapping[str, str]) -> dict[str, str]:
    """The same variables, with one more option for the JVM."""
    options = variables.get("JAVA_TOOL_OPTIONS", "")
    return {**variables, "JAVA_TOOL_OPTIONS": f"{options} {_SHORT_PAUSES}".strip()}


def _hits(fault: Mapping[str, Any]) -> int:
    hits = max(0, int(fault["seen"]) - int(fault["at"]) + 1)
    return min(hits, int(fault["times"])) if fault["times"] else hits
