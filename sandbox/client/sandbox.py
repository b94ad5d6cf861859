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

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from sandbox.host.defaults import DEFAULT_RUNTIME, PROJECT

from .acm_certificates import AcmCertificates
from .connection import Connection, SandboxError
from .controls import (
    ClockControl,
    DeleteConflictControl,
    DenialControl,
    FaultControl,
    PermissionControl,
    RegionControl,
    RequestControl,
)
from .functions import CODE_BUCKETS, Functions
from .identities import Identities
from .organization import AggregatorControl, OrganizationControl
from .prerequisites import make_bucket, turn_on_config
from .remediation import AutomationControl, MessageControl, RemediationControl
from .rules import Rules
from .security_hub import SecurityHubControl
from .server_certificates import ServerCertificates


class Sandbox:
    """A sandbox, started here or elsewhere."""

    def __init__(self, endpoint: str, process: subprocess.Popen[str] | None = None) -> None:
        """Attaches to a sandbox that runs at `endpoint`; `start` starts one."""
        self._process = process
        self._connection = connection = Connection(endpoint)
        self.client = connection.client
        # What only a sandbox has.
        self.clock = ClockControl(connection)
        self.faults = FaultControl(connection)
        self.requests = RequestControl(connection)
        self.permissions = PermissionControl(connection)
        self.regions = RegionControl(connection)
        self.denials = DenialControl(connection)
        self.delete_conflicts = DeleteConflictControl(connection)
        self.messages = MessageControl(connection)
        self.organization = OrganizationControl(connection)
        self.security_hub = SecurityHubControl(connection)
        # What AWS has too, in fewer words.
        self.aggregators = AggregatorControl(connection)
        self.automations = AutomationControl(connection)
        self.remediations = RemediationControl(connection)
        self.identities = Identities(connection, self.clock)
        certificates = ServerCertificates(connection, self.clock)
        self.upload_certificate = certificates.upload
        self.upload_certificates = certificates.upload_many
        self.strip_expiration = certificates.strip_expiration
        self.put_acm_certificate = AcmCertificates(connection, self.clock).put
        functions = Functions(connection)
        self.deploy_function = functions.deploy
        self.invocations = functions.invocations
        self.clear_invocations = functions.clear_invocations
        rules = Rules(connection, self.clock, functions)
        self.deploy_rule = rules.deploy
        self.put_rule = rules.put
        self.evaluate = rules.evaluate
        self.redeliver = rules.redeliver
        self.deliver = rules.deliver
        self.wait = rules.wait
        self.results = rules.results
        self.deliveries = rules.deliveries

    @classmethod
    def start(
        cls,
        *,
        port: int = 0,
        java: Path | str | None = None,
        runtime: Path | str | None = None,
        log: Path | str | None = None,
        aot_caches: Path | str | None = None,
        makes_aot_caches: bool = False,
    ) -> Sandbox:
        """Starts a sandbox as a process of its own; it ends with this one at the latest.

        :param java: JDK or java command; by default JAVA_HOME or the java on the path
        :param runtime: folder with Lambda's runtime interface client
        :param log: file to append every request to
        :param aot_caches: folder with AOT caches of functions, which save processor time; by
            default functions start with Lambda's flags alone
        :param makes_aot_caches: functions make their cache when they end, if there is none
        :raises SandboxError: with the reason, if it doesn't start
        """
        options: dict[str, Any] = {
            "--port": port,
            "--runtime": runtime or PROJECT / DEFAULT_RUNTIME,
            "--java": java,
            "--log": log,
            "--aot-caches": aot_caches,
        }
        command = [sys.executable, "-m", "sandbox", "--stop-with-stdin"]
        if makes_aot_caches:
            command.append("--make-aot-caches")
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
        self._connection.close()
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
    def endpoint(self) -> str:
        """Where it listens."""
        return self._connection.endpoint

    @property
    def account(self) -> str:
        """The number of its account."""
        return self._connection.account

    @property
    def region(self) -> str:
        """The region of clients that are asked for without one."""
        return self._connection.region

    @region.setter
    def region(self, region: str) -> None:
        self._connection.region = region

    @property
    def environment(self) -> dict[str, str]:
        """The environment of this process, and what an SDK or the AWS CLI needs for the sandbox."""
        return self._connection.environment

    def reset(self, *, cold: bool = False, keep_code: bool = False) -> None:
        """Makes it as new: state, clock, faults, settings and requests.

        :param cold: also end the idle processes of functions, which are otherwise reused
        :param keep_code: keep the buckets from which functions were deployed, and what is in them,
            so that it need not be uploaded again
        """
        spared = CODE_BUCKETS if keep_code else ""
        self._connection.control("POST", "reset", {"cold": cold, "spared_buckets": spared})

    def make_bucket(self, name: str, account: str = "") -> None:
        """Makes a bucket in the sandbox's region, of another account if one is named."""
        make_bucket(self._connection, name, self.region, account)

    def turn_on_config(self, bucket: str) -> None:
        """Turns the configuration recorder on in the sandbox's region.

        :param bucket: where it delivers to
        """
        turn_on_config(self._connection, bucket, self.region)

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Changes settings, and answers all of them.

        Known are `quota` (certificates per account, 1 to 1000), `page_cap` (most certificates that
        IAM lists at once; 0 for as many as asked), `delete_lag_seconds` (how long a deleted
        certificate stays in listings) and `id_prefix` (what the ids of certificates begin with that
        are stored from then on; `ASCA` by default).
        """
        settings: dict[str, Any] = self._connection.control("POST", "settings", changes)
        return settings
