"""An account whose certificates are in use, in the words of the tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.client import Infrastructure, Sandbox, granted

from .account import FUNCTION, Account, Run, days, while_held

HOME = "eu-west-1"
ABROAD = "ap-southeast-2"
# Before they look again for what was not found, the functions wait for tens of seconds: here for a
# hundredth of that.
QUICK = {"JAVA_TOOL_OPTIONS": "-Dcertsweep.pauseFactor=0.01"}
# A host that does not resolve: AWS has none for AppSync in GovCloud.
NO_APPSYNC = QUICK | {"AWS_ENDPOINT_URL_APPSYNC": "http://appsync.invalid"}
# Of a region that does not exist no host resolves.
NO_HOSTS = NO_APPSYNC | {
    "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING": "http://elb.invalid",
    "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2": "http://elbv2.invalid",
}
# Disabled in a new account, until the account opts in.
OPT_IN = "eu-south-2"
# Enabled in the account of a test, the last of them with the global services. A new account has
# seventeen, of which AWS lets nobody disable one: to search them takes four times as many calls.
REGIONS = (ABROAD, HOME, "us-east-1")
# The services that a search asks in each region. CloudFront is asked once.
REGIONAL = ("appsync", "elb", "elbv2")
OF_REGION = len(REGIONAL)
CHECKS = OF_REGION * len(REGIONS) + 1
# What the template gives each function by default: its memory, in MB.
MEMORY = 1024
# And the timeouts of the rule's function and of the two others, in seconds.
EVALUATE_TIMEOUT = 900
TIMEOUT = 420
INSPECT = "certsweep-inspect"
REMOVE = "certsweep-remove"


@dataclass(frozen=True)
class Certificate:
    """A certificate in IAM, as it was when it was stored."""

    name: str
    id: str
    arn: str
    path: str
    uploaded: str
    expiration: str


class Function:
    """A deployed function that the runbook calls."""

    def __init__(self, sandbox: Sandbox, name: str, region: str) -> None:
        self._sandbox = sandbox
        self._region = region
        self.name = name

    def invoke(self, request: Any) -> Run:
        """Invokes it and waits for the end."""
        answer = self._sandbox.client("lambda", self._region).invoke(
            FunctionName=self.name, Payload=json.dumps(request).encode()
        )
        request_id = answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
        finished = self._sandbox.invocations(self.name)
        return Run(next(one for one in finished if one["request_id"] == request_id))

    def calls(self, operation: str | None = None) -> list[dict[str, Any]]:
        """The requests that it made, oldest first."""
        return self._sandbox.requests.list(operation=operation, role=self.name)


class Production(Account):
    """An account with load balancers and the like, and functions that look for them."""

    def __init__(self, sandbox: Sandbox, zip_file: Path) -> None:
        super().__init__(sandbox, zip_file)
        self.infrastructure = Infrastructure(sandbox)
        self._zip = zip_file

    def expired(self, name: str = "www", path: str = "/") -> Certificate:
        """Stores a certificate that expired three days ago."""
        return _certificate(self.store(name, days(-3), path=path))

    def valid(self, name: str = "www", path: str = "/") -> Certificate:
        """Stores a certificate that is good for months."""
        return _certificate(self.store(name, days(90.5), path=path))

    def search(
        self,
        variables: Mapping[str, str] | None = None,
        parameters: Mapping[str, Any] | None = None,
        *,
        timeout: int = EVALUATE_TIMEOUT,
        region: str | None = None,
    ) -> Run:
        """Deploys the rule, which looks for the users of certificates at once."""
        self._rule = self.sandbox.deploy_rule(
            self._zip,
            function_name=_own_name(FUNCTION, variables, timeout),
            parameters=parameters,
            memory=MEMORY,
            timeout=timeout,
            variables=variables,
            region=region,
        )
        return Run(self.sandbox.deliveries(self._rule)[-1]["invocation"])

    def inspection(
        self, variables: Mapping[str, str] | None = None, *, timeout: int = TIMEOUT
    ) -> Function:
        """Deploys the function that inspects."""
        name = _own_name(INSPECT, variables, timeout)
        return self._function(name, "InspectHandler", granted("InspectRole"), variables, timeout)

    def removal(
        self,
        variables: Mapping[str, str] | None = None,
        *,
        timeout: int = TIMEOUT,
        without: str = "",
    ) -> Function:
        """Deploys the function that removes.

        :param without: an action that its role lacks
        """
        permissions = tuple(one for one in granted("RemoveRole") if one != without)
        name = _own_name(REMOVE, variables, timeout)
        return self._function(name, "RemoveHandler", permissions, variables, timeout)

    def while_held(
        self, service: str, operation: str, work: Callable[[], Any], **which: Any
    ) -> AbstractContextManager[Future[Any]]:
        """As `account.while_held`, in this account."""
        return while_held(self.sandbox, service, operation, work, **which)

    @property
    def names(self) -> list[str]:
        """The names of all certificates in IAM."""
        listed = self.sandbox.client("iam").list_server_certificates(MaxItems=1000)
        return sorted(
            one["ServerCertificateName"] for one in listed["ServerCertificateMetadataList"]
        )

    def tag(self, name: str, **values: str) -> None:
        """Sets the tags of an exception, `until` and `reason`; others stay as they are."""
        tags = [{"Key": f"certsweep:exception-{key}", "Value": one} for key, one in values.items()]
        self.sandbox.client("iam").tag_server_certificate(ServerCertificateName=name, Tags=tags)

    def untag(self, name: str) -> None:
        """Takes an exception away."""
        self.sandbox.client("iam").untag_server_certificate(
            ServerCertificateName=name, TagKeys=["certsweep:exception-until"]
        )

    def replace(self, name: str) -> Certificate:
        """Puts another expired certificate where one is."""
        self.delete(name)
        return self.expired(name)

    def enabled_regions(self) -> list[str]:
        """The regions of the account."""
        listed = self.sandbox.client("account").list_regions(
            RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"], MaxResults=50
        )
        return [region["RegionName"] for region in listed["Regions"]]

    def leave_few_regions(self) -> None:
        """Disables all regions but `REGIONS`."""
        self.sandbox.regions.set("DISABLED", *set(self.enabled_regions()) - set(REGIONS))

    def searched_regions(self) -> set[str]:
        """Where the rule's function looked for load balancers."""
        return {call["region"] for call in self.calls("DescribeLoadBalancers")}

    def _function(
        self,
        name: str,
        handler: str,
        permissions: tuple[str, ...],
        variables: Mapping[str, str] | None,
        timeout: int,
    ) -> Function:
        self.sandbox.deploy_function(
            self._zip,
            name,
            handler=f"io.github.certsweep.{handler}::handleRequest",
            memory=MEMORY,
            timeout=timeout,
            variables=variables,
            permissions=permissions,
        )
        return Function(self.sandbox, name, self.sandbox.region)


def _own_name(name: str, variables: Mapping[str, str] | None, timeout: int) -> str:
    """Names apart for functions out of the ordinary, so that the usual ones' processes stay warm.

    What a function that ran out of time has still under way is answered after its test, so it
    shares its name with no other.
    """
    if timeout not in (EVALUATE_TIMEOUT, TIMEOUT):
        return f"{name}-{timeout}"
    if variables == QUICK:
        return f"{name}-quick"
    return f"{name}-special" if variables else name


def _certificate(metadata: dict[str, Any]) -> Certificate:
    return Certificate(
        metadata["ServerCertificateName"],
        metadata["ServerCertificateId"],
        metadata["Arn"],
        metadata["Path"],
        metadata["UploadDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        metadata["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
