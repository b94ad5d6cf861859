"""All parts of a sandbox, put together; the only place that knows them all."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from moto.moto_api._internal.models import moto_api_backend

from sandbox.host import memory
from sandbox.host.aot_caches import AotCaches
from sandbox.host.clock import Clock
from sandbox.host.guardian import Guardian
from sandbox.policy.authorization import Authorization, Refusal
from sandbox.services import cloudfront, elb, elbv2, s3, sns
from sandbox.services.account.regions import Regions
from sandbox.services.account.service_control_policies import ServiceControlPolicies
from sandbox.services.acm import AcmCertificates
from sandbox.services.appsync import DomainNames
from sandbox.services.certificate_users import DeleteConflicts, acm_certificates_in_use
from sandbox.services.cloudformation.stacks import Stacks
from sandbox.services.config.aggregators import Aggregators
from sandbox.services.config.compliance import Compliance
from sandbox.services.config.compliance_events import ComplianceEvents
from sandbox.services.config.remediation import Remediations
from sandbox.services.config.rules import ConfigRules
from sandbox.services.events import DefaultBuses
from sandbox.services.iam.server_certificates import ServerCertificate, ServerCertificates
from sandbox.services.lambda_ import checks
from sandbox.services.lambda_.functions import Functions
from sandbox.services.organizations import Organizations
from sandbox.services.securityhub.hubs import Hubs
from sandbox.services.ssm.automations import Automations
from sandbox.services.ssm.execution_events import ExecutionEvents
from sandbox.services.sso import SignedInUsers
from sandbox.services.sts import SecurityTokens
from sandbox.wire.calls import Call
from sandbox.wire.operations import Operations, exclusively

from .faults import Faults
from .request_log import RequestLog


class Parts:
    """The services, what stands before them, and what tests control."""

    def __init__(
        self,
        java: Path,
        runtime_jars: tuple[Path, ...],
        directory: Path,
        guardian: Guardian,
        log: RequestLog,
        aot_caches: AotCaches | None,
    ) -> None:
        """Puts them together; functions and scripts work below `directory`."""
        # Load balancers need subnets, hence EC2; with its 1,282 machine images, moto makes each
        # region of it a hundred times as slowly. moto asks when it makes one.
        os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
        self.log = log
        self.clock = Clock()
        self.faults = Faults()
        self.authorization = Authorization()
        self.regions = Regions()
        self.service_control_policies = ServiceControlPolicies()
        self.delete_conflicts = DeleteConflicts()
        # One request at a time: what moto keeps of the users of certificates and what we add to it
        # must fit together.
        self.users_lock = threading.RLock()
        self._domain_names = DomainNames()
        self.acm_certificates = AcmCertificates(
            self.clock,
            lambda account, partition: (
                acm_certificates_in_use(account, partition)
                | self._domain_names.certificates(account)
            ),
        )
        self.certificates = ServerCertificates(self.clock, self._user)
        self.functions = Functions(
            java, runtime_jars, directory, guardian, self.authorization, aot_caches
        )
        self.rules = ConfigRules(self.clock, self.functions)
        self._compliance = Compliance(self.rules)
        self.aggregators = Aggregators(self.clock)
        self.organizations = Organizations(self.clock)
        self.hubs = Hubs(self.clock)
        self.buses = DefaultBuses(self.authorization)
        self.automations = Automations(self.clock, self.authorization, directory, guardian)
        self.automations.on_ended.append(ExecutionEvents(self.clock, self.buses).ended)
        self.remediations = Remediations(self.clock, self.rules, self.automations)
        self.rules.on_result.append(ComplianceEvents(self.clock, self.buses).changed)
        self._stacks = Stacks(self.clock)
        self._security_tokens = SecurityTokens(self.clock)
        self.signed_in_users = SignedInUsers(self.clock)

    def listen_at(self, endpoint: str) -> None:
        """Says where the sandbox listens: functions, runbooks and stacks call it themselves."""
        self.functions.endpoint = endpoint
        self.automations.listen_at(endpoint)
        self._stacks.listen_at(endpoint)

    def operations(self) -> dict[str, Operations]:
        """The operations that the sandbox answers itself, by service and name."""
        users = {
            "account": self.regions.operations(),
            "acm": self.acm_certificates.operations(),
            "appsync": self._domain_names.operations(),
            "cloudfront": cloudfront.operations(),
            "elb": elb.operations(),
            "elbv2": elbv2.operations(),
        }
        return {
            "cloudformation": self._stacks.operations(),
            "config": self.rules.operations()
            | self._compliance.operations()
            | self.remediations.operations()
            | self.aggregators.operations(),
            "iam": self.certificates.operations(),
            "lambda": self.functions.operations(),
            "organizations": self.organizations.operations(),
            "securityhub": self.hubs.operations(),
            "sns": sns.operations(),
            "ssm": self.automations.operations(),
            "sso": self.signed_in_users.operations(),
            "sso-oidc": self.signed_in_users.token_operations(),
            "sts": self._security_tokens.operations(),
        } | {service: exclusively(self.users_lock, own) for service, own in users.items()}

    def refusal(self, call: Call, principal: str) -> Refusal | None:
        """Why a request may not be made; None if it may.

        :param principal: ARN of whoever makes it; empty if the request has no signature
        """
        around = (
            self.regions.refusal(call)
            or self.service_control_policies.refusal(call, principal)
            or s3.owner_refusal(call)
            if call.model is not None
            else None
        )
        return around or self.authorization.refusal(call, principal) or checks.refusal(call)

    def reset(self, *, cold: bool, spared_buckets: str) -> None:
        """Makes all as new, moto's state too.

        :param cold: also end the idle processes of functions
        :param spared_buckets: what the names of buckets begin with that stay; empty for none
        """
        self._stop()
        self.rules.reset()
        self.functions.reset(cold=cold)
        self.certificates.reset()
        self.hubs.reset()
        with self.users_lock:
            self.regions.reset()
            self.service_control_policies.clear()
            self._domain_names.reset()
            self.delete_conflicts.reset()
        self.faults.reset()
        self.authorization.clear()
        self._stacks.reset()
        self.signed_in_users.reset()
        self.aggregators.reset()
        self.organizations.reset()
        self.clock.reset()
        put_back = s3.spared(spared_buckets)
        moto_api_backend.reset()
        put_back()
        # After moto: an event that is still on its way then finds no rule.
        self.buses.reset()
        self.log.clear()
        memory.collect()

    def close(self) -> None:
        """Ends runbooks and functions, for good."""
        self._stop()
        self.automations.close()
        self.functions.close()
        self.log.close()

    def _stop(self) -> None:
        """Stops the runbooks that run, and forgets the remediations."""
        self.remediations.reset()  # before: what is stopped must not make room for another
        self.automations.reset()

    def _user(self, certificate: ServerCertificate) -> str:
        """The ARN of a load balancer that IAM finds to use a certificate; empty if none."""
        with self.users_lock:
            return self.delete_conflicts.user(certificate)
