"""The usage search beside a sequential boto3 loop, against answers replayed with a latency."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from cryptography.x509 import load_pem_x509_certificate

from sandbox import certificates
from sandbox.account import ENABLED_BY_DEFAULT
from sandbox.control import PROJECT, Sandbox
from sandbox.estate import Estate

from .report import Figure, Section

LATENCY_SECONDS = 0.05
BALANCERS = 300
LISTENERS_EACH = 2
# Seventeen are on by default; these make it twenty.
OPTED_IN = ("af-south-1", "ap-east-1", "eu-south-1")
REGIONS = (*ENABLED_BY_DEFAULT, *OPTED_IN)
MEMORY_MB = 256
WARM_UP_ROUNDS = 5

# An inspection: list the certificates, then the longest chain of calls that depend on each other:
# list the regions, the load balancers, their listeners, the certificates of each listener.
CHAIN = 5
MAX_CHAINS = 4
MIN_SPEED_UP = 10
MAX_MEMORY_MB = 256

SERVICES = (
    "IAM",
    "ACCOUNT",
    "ELASTIC_LOAD_BALANCING",
    "ELASTIC_LOAD_BALANCING_V2",
    "CLOUDFRONT",
    "APPSYNC",
)
PERMISSIONS = (
    "iam:ListServerCertificates",
    "account:ListRegions",
    "elasticloadbalancing:Describe*",
    "cloudfront:ListDistributions",
    "appsync:ListDomainNames",
)
FUNCTION = "bench-inspect"


def measure(sandbox: Sandbox, zip_file: Path, rounds: int) -> Section:
    """Measures the search in the inspection of one certificate that every listener uses."""
    build_estate(sandbox)
    with Replay.start(sandbox) as replay:
        function = Function(sandbox, zip_file, replay)
        loop = Loop(replay, sandbox)
        function.inspect()
        loop.run()
        replay.set_latency(LATENCY_SECONDS)
        for _ in range(WARM_UP_ROUNDS):
            function.inspect()
        replay.set_latency(LATENCY_SECONDS)
        samples = [function.inspect() for _ in range(rounds)]
        function_calls = replay.set_latency(LATENCY_SECONDS) / rounds
        loop_ms = loop.run()
        loop_calls = replay.set_latency(LATENCY_SECONDS)
    critical_ms = CHAIN * LATENCY_SECONDS * 1000
    search = Figure.median("inspection, usage search included", samples, "ms")
    return Section(
        f"Usage search: {BALANCERS} load balancers, {BALANCERS * LISTENERS_EACH} HTTPS listeners, "
        f"{len(REGIONS)} regions",
        f"The warm inspection function of {MEMORY_MB} MB, and a sequential boto3 loop that "
        f"makes the same calls once, both over TLS, against recorded answers that come after "
        f"{LATENCY_SECONDS * 1000:.0f} ms. The longest chain of calls that depend on each other "
        f"has {CHAIN} calls.",
        (
            search,
            Figure("calls of an inspection", function_calls),
            Figure("calls of the loop", loop_calls),
            Figure("latency-bound critical path", critical_ms, "ms"),
            Figure("inspection / critical path", search.value / critical_ms, limit=MAX_CHAINS),
            Figure("sequential boto3 loop", loop_ms, "ms"),
            Figure("inspection / boto3 loop", search.value / loop_ms, limit=1 / MIN_SPEED_UP),
            Figure(
                "peak memory of the function",
                max(one["max_memory_mb"] for one in sandbox.invocations(FUNCTION)),
                "MB",
                limit=MAX_MEMORY_MB,
            ),
        ),
    )


def build_estate(sandbox: Sandbox) -> None:
    """Load balancers, spread evenly; each listener has a default and an SNI certificate."""
    sandbox.regions.set("ENABLED", *OPTED_IN)
    now = datetime.now(timezone.utc)
    default = sandbox.upload_certificate("valid", now + timedelta(days=90))["Arn"]
    sni = sandbox.upload_certificate("expired", now - timedelta(days=90))["Arn"]
    estate = Estate(sandbox)
    for number in range(BALANCERS):
        region = REGIONS[number % len(REGIONS)]
        balancer = estate.alb(region, f"balancer-{number}", default=default, sni=[sni])
        for extra in range(1, LISTENERS_EACH):
            estate.listener(balancer.arn, "HTTPS", 8443 + extra, default=default, sni=[sni])


@dataclass
class Replay:
    """The replaying server, in a process of its own, over TLS."""

    endpoint: str
    authority: Path
    trust_store: Path

    @classmethod
    @contextmanager
    def start(cls, sandbox: Sandbox) -> Iterator[Replay]:
        """Starts it in front of the sandbox, recording."""
        with tempfile.TemporaryDirectory() as folder:
            now = datetime.now(timezone.utc)
            files = certificates.self_signed(
                "localhost", now - timedelta(days=1), now + timedelta(days=1)
            )
            authority, key = Path(folder, "server.pem"), Path(folder, "server.key")
            authority.write_text(files.body, encoding="utf-8")
            key.write_text(files.private_key, encoding="utf-8")
            store = Path(folder, "trust.p12")
            store.write_bytes(
                pkcs12.serialize_java_truststore(
                    [
                        pkcs12.PKCS12Certificate(
                            load_pem_x509_certificate(files.body.encode()), b"a"
                        )
                    ],
                    NoEncryption(),
                )
            )
            command = [sys.executable, "-m", "bench.replay", "--upstream", sandbox.endpoint]
            command += ["--certificate", str(authority), "--key", str(key)]
            with subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT
            ) as process:
                assert process.stdout is not None
                yield cls(f"https://localhost:{int(process.stdout.readline())}", authority, store)
                process.terminate()

    def set_latency(self, seconds: float) -> int:
        """Replays with this latency from now on; answers the calls since the last time."""
        request = urllib.request.Request(  # noqa: S310
            f"{self.endpoint}/_replay",
            data=json.dumps({"latency": seconds}).encode(),
            headers={"Content-Type": "application/json"},
        )
        context = ssl.create_default_context(cafile=str(self.authority))
        with urllib.request.urlopen(request, context=context) as answer:  # noqa: S310
            told = json.load(answer)
        if told["unknown"]:
            raise RuntimeError(f"Calls that were not recorded: {told['unknown'][:3]}")
        return int(told["calls"])


class Function:
    """The inspection function, with the services that it asks behind the replaying server."""

    def __init__(self, sandbox: Sandbox, zip_file: Path, replay: Replay) -> None:
        """Deploys it."""
        self._lambda = sandbox.client("lambda")
        variables = {f"AWS_ENDPOINT_URL_{service}": replay.endpoint for service in SERVICES}
        # One host stands for all services of all regions, so that it is kept as many connections.
        variables["JAVA_TOOL_OPTIONS"] = (
            f"{_template_options()} -Dhttp.maxConnections=400"
            f" -Djavax.net.ssl.trustStore={replay.trust_store}"
        )
        iam = sandbox.client("iam")
        role = iam.create_role(
            RoleName=FUNCTION,
            AssumeRolePolicyDocument=_policy(
                "sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"}
            ),
        )["Role"]["Arn"]
        iam.put_role_policy(
            RoleName=FUNCTION,
            PolicyName="inspect",
            PolicyDocument=_policy(*PERMISSIONS, Resource="*"),
        )
        self._lambda.create_function(
            FunctionName=FUNCTION,
            Runtime="java25",
            Handler="io.github.certsweep.InspectHandler::handleRequest",
            Role=role,
            Code={"ZipFile": zip_file.read_bytes()},
            MemorySize=MEMORY_MB,
            Timeout=300,
            Environment={"Variables": variables},
        )
        self._sandbox = sandbox

    def resize(self, memory_mb: int) -> None:
        """Gives it another size, so that the next invocation is a cold one."""
        for size in (memory_mb + 1, memory_mb):
            self._lambda.update_function_configuration(FunctionName=FUNCTION, MemorySize=size)

    def inspect(self) -> float:
        """Inspects the certificate that all use; answers the duration in milliseconds."""
        answer = self._lambda.invoke(
            FunctionName=FUNCTION, Payload=json.dumps({"certificate": "expired"})
        )
        verdict = json.load(answer["Payload"])
        if verdict.get("usageCount") != BALANCERS * LISTENERS_EACH or verdict["unchecked"]:
            raise RuntimeError(f"The inspection did not see every user: {str(verdict)[:500]}")
        return float(self._sandbox.invocations(FUNCTION)[-1]["duration_ms"])


class Loop:
    """What a script would do: one call after the other."""

    def __init__(self, replay: Replay, sandbox: Sandbox) -> None:
        """Uses one session, as a script would."""
        self._replay = replay
        self._session = boto3.Session(
            aws_access_key_id=sandbox.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=sandbox.environment["AWS_SECRET_ACCESS_KEY"],
        )

    def run(self) -> float:
        """Makes all calls once; answers the duration in milliseconds."""
        begun = time.perf_counter()
        pages = self._client("iam", "us-east-1").get_paginator("list_server_certificates")
        list(pages.paginate(PaginationConfig={"PageSize": 1000}))
        for region in self._regions():
            self._search(region)
        list(self._client("cloudfront", "us-east-1").get_paginator("list_distributions").paginate())
        return (time.perf_counter() - begun) * 1000

    def _regions(self) -> list[str]:
        pages = self._client("account", "us-east-1").get_paginator("list_regions")
        statuses = ["ENABLED", "ENABLED_BY_DEFAULT", "ENABLING", "DISABLING"]
        answered = pages.paginate(
            RegionOptStatusContains=statuses, PaginationConfig={"PageSize": 50}
        )
        return [region["RegionName"] for page in answered for region in page["Regions"]]

    def _search(self, region: str) -> None:
        classic = self._client("elb", region).get_paginator("describe_load_balancers")
        list(classic.paginate(PaginationConfig={"PageSize": 400}))
        elb = self._client("elbv2", region)
        size = {"PageSize": 400}
        for page in elb.get_paginator("describe_load_balancers").paginate(PaginationConfig=size):
            for balancer in page["LoadBalancers"]:
                self._search_balancer(elb, balancer["LoadBalancerArn"])
        domains = self._client("appsync", region).get_paginator("list_domain_names")
        list(domains.paginate(PaginationConfig={"PageSize": 25}))

    @staticmethod
    def _search_balancer(elb: Any, arn: str) -> None:
        size = {"PageSize": 400}
        pages = elb.get_paginator("describe_listeners")
        for page in pages.paginate(LoadBalancerArn=arn, PaginationConfig=size):
            for listener in page["Listeners"]:
                of_listener = elb.get_paginator("describe_listener_certificates")
                list(
                    of_listener.paginate(ListenerArn=listener["ListenerArn"], PaginationConfig=size)
                )

    def _client(self, service: str, region: str) -> Any:
        return self._session.client(
            service,
            region_name=region,
            endpoint_url=self._replay.endpoint,
            verify=str(self._replay.authority),
            config=Config(retries={"total_max_attempts": 1}),
        )


def _template_options() -> str:
    """The JVM's options, as the template sets them."""
    template = (PROJECT / "cloudformation" / "certsweep.yaml").read_text(encoding="utf-8")
    found = re.search(r"JAVA_TOOL_OPTIONS: (.*)", template)
    assert found is not None
    return found.group(1)


def _policy(*actions: str, **members: Any) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), **members}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
