"""Starts a sandbox and controls it: what tests and the demo use.

    with Sandbox.start() as sandbox:
        sandbox.upload_certificate("www-2018", expires=datetime(2018, 7, 10, tzinfo=timezone.utc))
        rule = sandbox.deploy_rule("target/certsweep.zip")
        sandbox.faults.add("iam", "ListServerCertificates", kind="throttle", at=2)
        sandbox.evaluate(rule)
        print(sandbox.results(rule))

Everything that a person could do on AWS goes through real API calls; only what nobody can do
there (turning the clock, injecting faults, reading the requests) goes through `/_sandbox/`.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from sandbox.host.defaults import (
    CREDENTIALS,
    DEFAULT_ACCOUNT,
    DEFAULT_REGION,
    DEFAULT_RUNTIME,
    PROJECT,
)

from .certificates import CertificateFiles, new_key, self_signed
from .remediation import AutomationControl, MessageControl, RemediationControl

DEFAULT_HANDLER = "io.github.certsweep.EvaluateHandler::handleRequest"
RULE_NAME = "iam-server-certificate-expiration"
# What the function of a rule needs.
RULE_PERMISSIONS = (
    "account:ListRegions",
    "appsync:ListDomainNames",
    "cloudfront:ListDistributions",
    "config:GetComplianceDetailsByConfigRule",
    "config:PutEvaluations",
    "elasticloadbalancing:DescribeListenerCertificates",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers",
    "iam:ListServerCertificates",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
)


class SandboxError(Exception):
    """The sandbox could not be started, or refused what was asked of it."""


@dataclass(frozen=True)
class Rule:
    """A deployed rule."""

    name: str
    function_name: str
    region: str


class Sandbox:
    """A sandbox, started here or elsewhere."""

    def __init__(self, endpoint: str, process: subprocess.Popen[str] | None = None) -> None:
        """Attaches to a sandbox that runs at `endpoint`; `start` starts one."""
        self.endpoint = endpoint
        self.region = DEFAULT_REGION
        self.account = DEFAULT_ACCOUNT
        self._process = process
        self._clients: dict[tuple[str, str], Any] = {}
        # One for all clients: it reads each service's model once, which takes long.
        self._session = boto3.Session(
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )
        self._control = _Control(endpoint)
        self.clock = ClockControl(self._control)
        self.faults = FaultControl(self._control)
        self.requests = RequestControl(self._control)
        self.permissions = PermissionControl(self._control)
        self.regions = RegionControl(self._control)
        self.denials = DenialControl(self._control)
        self.delete_conflicts = DeleteConflictControl(self._control)
        self.automations = AutomationControl(self, self._control)
        self.remediations = RemediationControl(self, self._control)
        self.messages = MessageControl(self._control)

    @classmethod
    def start(
        cls,
        *,
        port: int = 0,
        java: Path | str | None = None,
        runtime: Path | str | None = None,
        log: Path | str | None = None,
    ) -> Sandbox:
        """Starts a sandbox as a process of its own; it ends with this one at the latest.

        :param java: JDK or java command; by default JAVA_HOME or the java on the path
        :param runtime: folder with Lambda's runtime interface client
        :param log: file to append every request to
        :raises SandboxError: with the reason, if it doesn't start
        """
        options: dict[str, Any] = {
            "--port": port,
            "--runtime": runtime or PROJECT / DEFAULT_RUNTIME,
            "--java": java,
            "--log": log,
        }
        command = [sys.executable, "-m", "sandbox", "--stop-with-stdin"]
        for name, value in options.items():
            if value is not None:
                command += [name, str(Path(value).absolute() if name != "--port" else value)]
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            first_line = process.stdout.readline().strip()
        except BaseException:  # interrupted, most likely
            process.communicate()
            raise
        if not first_line.startswith("export AWS_ENDPOINT_URL="):
            process.communicate()
            raise SandboxError("The sandbox did not start; its message stands above.")
        return cls(first_line.partition("=")[2], process)

    def stop(self) -> None:
        """Ends the sandbox and its functions, if it was started here."""
        for client in self._clients.values():
            client.close()
        if self._process is not None:
            self._process.communicate()  # closes its input, which ends it

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process number, if it was started here."""
        return self._process.pid if self._process else None

    @property
    def environment(self) -> dict[str, str]:
        """The environment of this process, and what an SDK or the AWS CLI needs for the sandbox."""
        inherited = {name: v for name, v in os.environ.items() if not name.startswith("AWS_")}
        return (
            inherited
            | CREDENTIALS
            | {
                "AWS_ENDPOINT_URL": self.endpoint,
                "AWS_DEFAULT_REGION": self.region,
                "AWS_REGION": self.region,
            }
        )

    def client(self, service: str, region: str | None = None, *, validate: bool = True) -> Any:
        """A boto3 client. It doesn't retry, so that a test sees every error.

        :param validate: false to send what boto3 itself would refuse
        """
        key = (f"{service} {validate}", region or self.region)
        if key not in self._clients:
            self._clients[key] = self._session.client(
                service,
                region_name=key[1],
                endpoint_url=self.endpoint,
                config=Config(
                    retries={"total_max_attempts": 1},
                    parameter_validation=validate,
                    read_timeout=120,
                    proxies={},
                ),
            )
        return self._clients[key]

    def reset(self, *, cold: bool = False) -> None:
        """Makes it as new: state, clock, faults, settings and requests.

        :param cold: also end the idle processes of functions, which are otherwise reused
        """
        self._control.call("POST", "reset", {"cold": cold})

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Changes settings, and answers all of them.

        Known are `quota` (certificates per account, 1 to 1000), `page_cap` (most certificates that
        IAM lists at once; 0 for as many as asked), `delete_lag_seconds` (how long a deleted
        certificate stays in listings) and `id_prefix` (what the ids of certificates begin with that
        are stored from then on; `ASCA` by default).
        """
        settings: dict[str, Any] = self._control.call("POST", "settings", changes)
        return settings

    # Certificates.

    def upload_certificate(
        self,
        name: str,
        expires: datetime,
        *,
        path: str = "/",
        files: CertificateFiles | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Uploads a certificate, a day before it expires if that is in the past.

        :param files: the certificate; by default a new one that expires at `expires`
        :returns: `ServerCertificateMetadata`
        """
        uploaded = min(self.clock.now(), expires - timedelta(days=1))
        files = files or self_signed(name, uploaded - timedelta(days=90), expires)
        with self.clock.at(uploaded):
            return self._upload(name, path, files, tags or {})

    def upload_certificates(self, expirations: Mapping[str, datetime]) -> None:
        """Uploads many, by name, fast, under the highest quota that AWS grants."""
        now, key = self.clock.now(), new_key()
        uploaded = min([now, *(expires - timedelta(days=1) for expires in expirations.values())])
        self.settings(quota=1000)
        with self.clock.at(uploaded):
            for name, expires in expirations.items():
                files = self_signed(name, uploaded - timedelta(days=90), expires, key)
                self._upload(name, "/", files, {})

    def strip_expiration(self, name: str) -> None:
        """Makes a certificate answer without `Expiration`, which is optional in the API."""
        self._control.call("POST", "certificates/strip-expiration", {"name": name})

    def _upload(
        self, name: str, path: str, files: CertificateFiles, tags: Mapping[str, str]
    ) -> dict[str, Any]:
        optional: dict[str, Any] = {"CertificateChain": files.chain} if files.chain else {}
        if tags:
            optional["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        answer: dict[str, Any] = self.client("iam").upload_server_certificate(
            ServerCertificateName=name,
            Path=path,
            CertificateBody=files.body,
            PrivateKey=files.private_key,
            **optional,
        )
        metadata: dict[str, Any] = answer["ServerCertificateMetadata"]
        return metadata

    # Rules.

    def deploy_rule(
        self,
        zip_file: Path | str,
        *,
        name: str = RULE_NAME,
        function_name: str = "certsweep-evaluate",
        handler: str = DEFAULT_HANDLER,
        parameters: Mapping[str, Any] | None = None,
        memory: int = 256,
        timeout: int = 300,
        variables: Mapping[str, str] | None = None,
        region: str | None = None,
        permissions: Iterable[str] = RULE_PERMISSIONS,
        wait: bool = True,
    ) -> Rule:
        """Does what a person does to deploy a rule: role, recorder, function, permission, rule.

        :param parameters: the rule's input parameters
        :param memory: the function's memory, in MB
        :param timeout: the function's timeout, in seconds
        :param variables: the function's environment variables
        :param permissions: the actions that the function's role allows, on all resources
        :param wait: wait for the evaluation that AWS Config starts for a new rule
        """
        rule = Rule(name, function_name, region or self.region)
        self._record(rule.region)
        function_arn = self.deploy_function(
            zip_file,
            function_name,
            handler=handler,
            memory=memory,
            timeout=timeout,
            variables=variables,
            region=region,
            permissions=permissions,
        )
        self.client("lambda", rule.region).add_permission(
            FunctionName=function_name,
            StatementId="config",
            Action="lambda:InvokeFunction",
            Principal="config.amazonaws.com",
            SourceAccount=self.account,
        )
        self.put_rule(rule, function_arn, parameters)
        if wait:
            self.wait(rule)
        return rule

    def deploy_function(
        self,
        zip_file: Path | str,
        name: str,
        *,
        handler: str,
        memory: int = 256,
        timeout: int = 300,
        variables: Mapping[str, str] | None = None,
        region: str | None = None,
        permissions: Iterable[str] = (),
    ) -> str:
        """Deploys a function alone, with a role that is named after it, and answers its ARN.

        The parameters are those of `deploy_rule`.
        """
        region = region or self.region
        created = self.client("lambda", region).create_function(
            FunctionName=name,
            Runtime="java25",
            Handler=handler,
            Role=self._role(name, "lambda.amazonaws.com", region, permissions),
            Code=self._stored(Path(zip_file), region),
            MemorySize=memory,
            Timeout=timeout,
            Environment={"Variables": dict(variables or {})},
        )
        return str(created["FunctionArn"])

    def _stored(self, zip_file: Path, region: str) -> dict[str, str]:
        """The code of a function, in a bucket.

        In the request itself it would be base64 in JSON: several times the work for both sides.
        """
        files, bucket = self.client("s3", region), f"code-in-{region}"
        location = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        with suppress(files.exceptions.BucketAlreadyOwnedByYou):
            files.create_bucket(Bucket=bucket, **({} if region == "us-east-1" else location))
        files.put_object(Bucket=bucket, Key=zip_file.name, Body=zip_file.read_bytes())
        return {"S3Bucket": bucket, "S3Key": zip_file.name}

    def put_rule(
        self, rule: Rule, function_arn: str, parameters: Mapping[str, Any] | None = None
    ) -> None:
        """Creates or updates a rule that runs every 24 hours."""
        details = {
            "EventSource": "aws.config",
            "MessageType": "ScheduledNotification",
            "MaximumExecutionFrequency": "TwentyFour_Hours",
        }
        definition: dict[str, Any] = {
            "ConfigRuleName": rule.name,
            "Source": {
                "Owner": "CUSTOM_LAMBDA",
                "SourceIdentifier": function_arn,
                "SourceDetails": [details],
            },
        }
        if parameters is not None:
            definition["InputParameters"] = json.dumps(parameters)
        self.client("config", rule.region).put_config_rule(ConfigRule=definition)

    def evaluate(self, rule: Rule, *, timeout_seconds: float = 120) -> dict[str, Any]:
        """Starts an evaluation, waits for its end, and answers its invocation.

        A minute passes on the sandbox's clock if AWS Config would else refuse a second start.
        """
        config = self.client("config", rule.region)
        self.wait(rule, timeout_seconds=timeout_seconds)
        try:
            config.start_config_rules_evaluation(ConfigRuleNames=[rule.name])
        except config.exceptions.LimitExceededException:
            self.clock.advance(seconds=60)
            config.start_config_rules_evaluation(ConfigRuleNames=[rule.name])
        return self._finished(self.deliveries()[-1]["id"], timeout_seconds)

    def redeliver(
        self, rule: Rule, delivery_id: str | None = None, *, timeout_seconds: float = 120
    ) -> dict[str, Any]:
        """Sends an event again, the last by default, and answers the invocation."""
        if delivery_id is None:
            delivery_id = self.deliveries(rule)[-1]["id"]
        again = self._control.call("POST", "deliveries/redeliver", {"id": delivery_id})
        return self._finished(again["id"], timeout_seconds)

    def deliver(
        self, rule: Rule, created: datetime, *, timeout_seconds: float = 120
    ) -> dict[str, Any]:
        """Sends an event that was created at a given time, such as one that comes late."""
        request = {"region": rule.region, "rule": rule.name, "created": created.isoformat()}
        delivery = self._control.call("POST", "deliveries/simulate", request)
        return self._finished(delivery["id"], timeout_seconds)

    def wait(self, rule: Rule, *, timeout_seconds: float = 120) -> None:
        """Blocks until no event of the rule is being worked on.

        :raises SandboxError: if that takes too long
        """
        request = {"region": rule.region, "rule": rule.name, "timeout_seconds": timeout_seconds}
        if not self._control.call("POST", "wait", request)["idle"]:
            raise SandboxError(f"{rule.name} is still being evaluated after {timeout_seconds} s")

    def results(self, rule: Rule, types: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """The rule's results, all pages of them.

        :param types: COMPLIANT and NON_COMPLIANT by default
        """
        pages = self.client("config", rule.region).get_paginator(
            "get_compliance_details_by_config_rule"
        )
        wanted = list(types or ["COMPLIANT", "NON_COMPLIANT"])
        found = pages.paginate(ConfigRuleName=rule.name, ComplianceTypes=wanted, Limit=100)
        return [result for page in found for result in page["EvaluationResults"]]

    def deliveries(self, rule: Rule | None = None) -> list[dict[str, Any]]:
        """The events that AWS Config has sent, oldest first: see `Delivery` of Config's rules."""
        sent: list[dict[str, Any]] = self._control.call("GET", "deliveries")
        return [one for one in sent if rule is None or one["rule"] == rule.name]

    def invocations(self, function_name: str | None = None) -> list[dict[str, Any]]:
        """The finished invocations, oldest first: see `Invocation` of Lambda's functions."""
        finished: list[dict[str, Any]] = self._control.call("GET", "invocations")
        return [
            one
            for one in finished
            if function_name is None or one["function_name"] == function_name
        ]

    def clear_invocations(self) -> None:
        """Forgets the finished invocations."""
        self._control.call("DELETE", "invocations")

    def _finished(self, delivery_id: str, timeout_seconds: float) -> dict[str, Any]:
        request = {"id": delivery_id, "timeout_seconds": timeout_seconds}
        if not self._control.call("POST", "deliveries/wait", request)["finished"]:
            raise SandboxError(f"An event is still being worked on after {timeout_seconds} s")
        delivery = next(one for one in self.deliveries() if one["id"] == delivery_id)
        if delivery["error"]:
            raise SandboxError(f"The function could not be invoked: {delivery['error']}")
        invocation: dict[str, Any] = delivery["invocation"]
        return invocation

    def _record(self, region: str) -> None:
        """Turns AWS Config on in a region, if it isn't."""
        config = self.client("config", region)
        if config.describe_configuration_recorders()["ConfigurationRecorders"]:
            return
        role = self._role("config-recorder", "config.amazonaws.com", region)
        bucket = f"config-{self.account}-{region}"
        location = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self.client("s3", region).create_bucket(
            Bucket=bucket, **({} if region == "us-east-1" else location)
        )
        config.put_configuration_recorder(
            ConfigurationRecorder={"name": "default", "roleARN": role}
        )
        config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": bucket})
        config.start_configuration_recorder(ConfigurationRecorderName="default")

    def _role(self, name: str, service: str, region: str, permissions: Iterable[str] = ()) -> str:
        iam = self.client("iam", region)
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": service},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        try:
            answer = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        except iam.exceptions.EntityAlreadyExistsException:
            answer = iam.get_role(RoleName=name)
        if actions := list(permissions):
            statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
            policy = {"Version": "2012-10-17", "Statement": [statement]}
            iam.put_role_policy(
                RoleName=name, PolicyName="permissions", PolicyDocument=json.dumps(policy)
            )
        return str(answer["Role"]["Arn"])


class ClockControl:
    """The sandbox's clock."""

    def __init__(self, control: _Control) -> None:
        self._control = control

    def now(self) -> datetime:
        """The sandbox's current time."""
        return _time(self._control.call("GET", "clock"))

    def set(self, when: datetime) -> None:
        """Makes `when` the current time; it goes on running from there."""
        self._control.call("POST", "clock", {"set": when.isoformat()})

    def advance(self, by: timedelta = timedelta(), *, seconds: float = 0) -> None:
        """Moves the time forward."""
        total = by.total_seconds() + seconds
        self._control.call("POST", "clock", {"advance_seconds": total})

    def reset(self) -> None:
        """Returns to real time."""
        self._control.call("POST", "clock", {})

    @contextmanager
    def at(self, when: datetime) -> Iterator[None]:
        """Within the block it is `when` o'clock, and goes on; after it, what it would have been."""
        back = self.now() - when
        self.advance(-back)
        try:
            yield
        finally:
            self.advance(back)


class FaultControl:
    """The faults in force."""

    def __init__(self, control: _Control) -> None:
        self._control = control

    def add(
        self,
        service: str,
        operation: str,
        *,
        kind: str,
        at: int = 1,
        times: int = 1,
        **details: Any,
    ) -> None:
        """Lets calls of an operation fail.

        :param service: as botocore calls it: `iam`, `config`, `lambda`, `elbv2`, ...
        :param kind: one of faults.KINDS
        :param at: the first call hit, counted from now; 1 is the next
        :param times: how many calls in a row are hit; 0 for all that follow
        :param details: `status`, `code` and `message` of an `error`, `code` of a `not-found`,
            `seconds` of a `delay`, `resource_ids` of `failed-evaluations`; `region`, if only one is
            to be hit; with `times=0`, the `seconds` after which a `not-found` or a `stale` ends,
            counted from the first call hit
        """
        fault = {"service": service, "operation": operation, "kind": kind, "at": at}
        self._control.call("POST", "faults", fault | {"times": times} | details)

    def list(self) -> list[dict[str, Any]]:
        """The faults, also those that have hit all that they could."""
        faults: list[dict[str, Any]] = self._control.call("GET", "faults")
        return faults

    def clear(self) -> None:
        """Lifts all faults."""
        self._control.call("DELETE", "faults")


class RequestControl:
    """The requests that the sandbox has received."""

    def __init__(self, control: _Control) -> None:
        self._control = control

    def list(
        self,
        service: str | None = None,
        operation: str | None = None,
        *,
        role: str | None = None,
    ) -> list[dict[str, Any]]:
        """The requests, oldest first: see `LoggedRequest` in request_log.py.

        :param role: only those made with this role, e.g. a function's, whose role is named after it
        """
        requests: list[dict[str, Any]] = self._control.call("GET", "requests")
        return [
            request
            for request in requests
            if (service is None or request["service"] == service)
            and (operation is None or request["operation"] == operation)
            and (role is None or f":assumed-role/{role}/" in request["principal"])
        ]

    def clear(self) -> None:
        """Forgets the requests."""
        self._control.call("DELETE", "requests")


class PermissionControl:
    """The permissions that requests with a role's credentials needed."""

    def __init__(self, control: _Control) -> None:
        self._control = control

    def list(self, role: str | None = None, decision: str | None = None) -> list[dict[str, Any]]:
        """Each permission once, with `role`, `action`, `resource`, `decision` and `count`.

        :param role: only those of this role, by its name
        :param decision: only the `allowed` or only the `denied`
        """
        checks: list[dict[str, Any]] = self._control.call("GET", "permissions")
        return [
            check
            for check in checks
            if (role is None or check["role"] == role)
            and (decision is None or check["decision"] == decision)
        ]

    def clear(self) -> None:
        """Forgets them."""
        self._control.call("DELETE", "permissions")


class RegionControl:
    """The regions of the account: which are enabled, and which services are there."""

    def __init__(self, control: _Control) -> None:
        self._control = control

    def set(self, status: str, *regions: str) -> None:
        """Gives regions a status; a disabled one answers to nobody.

        :param status: `ENABLED`, `ENABLING`, `DISABLING`, `DISABLED` or `ENABLED_BY_DEFAULT`
        """
        self._control.call("POST", "regions", dict.fromkeys(regions, status))

    def offer(self, service: str, region: str) -> None:
        """Lets a service have an endpoint in a region where botocore knows of none, until a reset.

        :param service: `appsync` alone
        """
        self._control.call("POST", "regions/offer", {"service": service, "region": region})


class DenialControl:
    """What service control policies deny to everybody."""

    def __init__(self, control: _Control) -> None:
        self._control = control

    def add(
        self, service: str = "", operation: str = "", *, region: str = "", account: str = ""
    ) -> None:
        """Denies requests; what is left out stands for all.

        :param service: as IAM names it (`elasticloadbalancing`) or as botocore does (`elbv2`)
        """
        denial = {"service": service, "operation": operation, "region": region, "account": account}
        self._control.call("POST", "denials", denial)

    def list(self) -> list[dict[str, str]]:
        """The denials in force."""
        denials: list[dict[str, str]] = self._control.call("GET", "denials")
        return denials

    def clear(self) -> None:
        """Lifts all denials."""
        self._control.call("DELETE", "denials")


class DeleteConflictControl:
    """Which users of a certificate IAM notices when it is to delete it."""

    def __init__(self, control: _Control) -> None:
        self._control = control

    def detect(self, **settings: Any) -> None:
        """Changes what is noticed.

        :param settings: `sni` (false): whether the certificates of a listener besides its default
            count; `missed`: names of certificates whose users are never noticed; `unforeseen`:
            users by certificate name, as ARNs, that only IAM knows of
        """
        self._control.call("POST", "delete-conflicts", settings)


class _Control:
    """The control API. Each call has a connection of its own, so that threads can call at once."""

    def __init__(self, endpoint: str) -> None:
        self._address = str(urlsplit(endpoint).netloc)

    def call(self, method: str, path: str, content: Any = None) -> Any:
        """One request.

        :raises SandboxError: with the sandbox's reason, if it refuses
        """
        body = None if content is None else json.dumps(content)
        with closing(http.client.HTTPConnection(self._address)) as connection:
            connection.request(method, f"/_sandbox/{path}", body)
            response = connection.getresponse()
            answer = json.loads(response.read())
        if response.status != 200:
            raise SandboxError(answer["error"])
        return answer


def _time(answer: dict[str, str]) -> datetime:
    return datetime.strptime(answer["now"].replace("Z", "+0000"), "%Y-%m-%dT%H:%M:%S.%f%z")
