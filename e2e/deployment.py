"""The stack as `make deploy` installs it, and what people do with it, in the words of the tests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.client import Infrastructure, Rule, Sandbox

from .account import Run
from .execution import Execution
from .package import BUCKET, CODE_BUCKET, Package, StackError, aws
from .policies import Policies
from .production import ABROAD, HOME, Production

STACK = "certsweep"
BACKUPS = "certificates-of-old"
RULE_NAME = "iam-server-certificate-expiration"
OPTIONS = "JAVA_TOOL_OPTIONS"


class Deployment(Production):
    """The stack in an account; each test finds it deployed and the account empty."""

    def __init__(self, sandbox: Sandbox, package: Package) -> None:
        super().__init__(sandbox, package.zip_file)
        self._package = package
        # The parameters that differ from the template's defaults; None if unknown.
        self._parameters: dict[str, str] | None = None
        self._approver: Any = None
        self._stack = STACK
        # Published before the test that runs.
        self._messages_before = 0
        self.outputs: dict[str, str] = {}

    # What the operator does.

    def install(self, *arguments: str, **parameters: str) -> None:
        """Deploys the stack, or changes parameters of the one that is there.

        :raises StackError: if CloudFormation refuses
        """
        given = [f"{name}={value}" for name, value in parameters.items()]
        if given:
            arguments = (*arguments, "--parameter-overrides", *given)
        aws(
            self.sandbox,
            "deploy",
            *("--template-file", str(self._package.template), "--stack-name", STACK),
            *("--s3-bucket", BUCKET),
            *("--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset", *arguments),
        )
        self.adopt(STACK)

    def adopt(self, stack: str) -> None:
        """Takes a stack that is deployed for the one that the tests work with."""
        self._stack = stack
        described = self.sandbox.client("cloudformation").describe_stacks(StackName=stack)
        outputs = described["Stacks"][0]["Outputs"]
        self.outputs = {one["OutputKey"]: one["OutputValue"] for one in outputs}
        function = self.outputs["EvaluateFunctionName"]
        self._rule = Rule(self.outputs["RuleName"], function, self.sandbox.region)
        self.sandbox.wait(self.rule)

    def configure(self, **parameters: str) -> None:
        """Makes the stack one with these parameters, and all others as by default.

        :raises StackError: if CloudFormation refuses
        """
        if parameters != self._parameters:
            self._parameters = None
            if self.outputs:
                self._change(parameters)
            else:
                self.install(**parameters)
            self._parameters = parameters

    def _change(self, parameters: Mapping[str, str]) -> None:
        """Updates the stack without the AWS CLI, which is slow and keeps what is not given."""
        stacks = self.sandbox.client("cloudformation")
        given = [{"ParameterKey": key, "ParameterValue": v} for key, v in parameters.items()]
        try:
            stacks.update_stack(
                StackName=STACK,
                UsePreviousTemplate=True,
                Parameters=given,
                Capabilities=["CAPABILITY_IAM"],
            )
        except stacks.exceptions.ClientError as refusal:
            if "No updates are to be performed" not in str(refusal):
                raise StackError(str(refusal)) from refusal
        else:
            status = stacks.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
            if status != "UPDATE_COMPLETE":
                raise StackError(status)
        self.adopt(STACK)

    def add_variables(self, variables: dict[str, str]) -> None:
        """Gives all functions of the stack further environment variables, and options of the JVM.

        The template's own options stay beside those.
        """
        functions = self.sandbox.client("lambda")
        for name in self.resources("AWS::Lambda::Function").values():
            own = functions.get_function_configuration(FunctionName=name)["Environment"]
            both = own["Variables"] | variables
            both[OPTIONS] = f"{own['Variables'][OPTIONS]} {variables.get(OPTIONS, '')}".strip()
            functions.update_function_configuration(
                FunctionName=name, Environment={"Variables": both}
            )

    def uninstall(self) -> None:
        """Deletes the stack."""
        self.sandbox.client("cloudformation").delete_stack(StackName=STACK)

    def make_new(self, region: str = HOME) -> None:
        """Makes the account as new, with nothing but the recorder and the packaged zip."""
        # The zip's bucket has the same name in every region, so it can't be in two.
        self.sandbox.reset(keep_code=region == self.sandbox.region)
        self.sandbox.region = region
        if region == HOME:
            self.leave_few_regions()
        # The subnets that the old one knows are gone.
        self.infrastructure = Infrastructure(self.sandbox)
        self._parameters = None
        self._approver = None
        self.outputs = {}
        self._package.store(self.sandbox)
        self.sandbox.turn_on_config(BUCKET)

    def guard(self, **parameters: str) -> None:
        """Configures approval by `approver`, and backups to a bucket with a key of its own."""
        if BACKUPS not in self._buckets():
            key = self.sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
            self.sandbox.make_bucket(BACKUPS)
            encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
            self.sandbox.client("s3").put_bucket_encryption(
                Bucket=BACKUPS,
                ServerSideEncryptionConfiguration={
                    "Rules": [{"ApplyServerSideEncryptionByDefault": encryption}]
                },
            )
        self.configure(
            Approvers=f"arn:aws:iam::{self.sandbox.account}:user/alice",
            BackupBucket=BACKUPS,
            BackupKeyArn=self._backup_key(),
            **parameters,
        )

    # What AWS Config and the auditor do.

    def scheduled_run(self) -> Run:
        """The rule is evaluated as its schedule has it, and not because somebody starts it."""
        return Run(self.sandbox.deliver(self.rule, self.sandbox.clock.now()))

    def remediate(self, name: str, timeout_seconds: float = 120) -> Execution:
        """The button of the dashboard; answers the run when it is over or waits for approval."""
        self.sandbox.remediations.run(self.rule, name, timeout_seconds=timeout_seconds)
        return self.last_execution()

    def remediate_after_a_run(self, name: str) -> Execution:
        """The rule finds it as its schedule has it, and the auditor presses the button."""
        self.scheduled_run()
        return self.remediate(name)

    def run(self, certificate: str, *, dry_run: bool | None = None) -> Execution:
        """Starts the runbook by hand; answers the run when it is over or waits for approval."""
        given = {"ServerCertificate": [certificate]}
        if dry_run is not None:
            given["DryRun"] = [str(dry_run).lower()]
        return Execution(self.sandbox.automations.run(self.outputs["RunbookName"], given))

    def last_execution(self) -> Execution:
        """The run of the runbook that was started last."""
        newest = self.sandbox.automations.list()[0]["AutomationExecutionId"]
        return Execution(self.sandbox.automations.wait(newest))

    def answer(self, waiting: Execution, signal: str) -> Execution:
        """The approver approves or rejects; answers the run when it is over.

        :param signal: `Approve` or `Reject`
        """
        if self._approver is None:
            self._approver = self.sandbox.automations.user("alice")
        self._approver.send_automation_signal(AutomationExecutionId=waiting.id, SignalType=signal)
        return Execution(self.sandbox.automations.wait(waiting.id))

    def function(self, output: str, request: Any) -> Run:
        """Invokes a function of the stack directly.

        :param output: `InspectFunctionName` or `RemoveFunctionName`
        """
        name = self.outputs[output]
        self.sandbox.client("lambda").invoke(
            FunctionName=name, Payload=json.dumps(request).encode()
        )
        return Run(self.sandbox.invocations(name)[-1])

    # What is to be seen.

    @property
    def roles(self) -> dict[str, str]:
        """The names of the stack's roles, by their logical ids."""
        return self.resources("AWS::IAM::Role")

    def resources(self, kind: str) -> dict[str, str]:
        """The physical ids of the stack's resources of one type, by their logical ids."""
        stacks = self.sandbox.client("cloudformation")
        listed = stacks.describe_stack_resources(StackName=self._stack)
        return {
            one["LogicalResourceId"]: one["PhysicalResourceId"]
            for one in listed["StackResources"]
            if one["ResourceType"] == kind
        }

    @property
    def policies(self) -> Policies:
        """The policies of the stack's roles."""
        (search_policy,) = self.resources("AWS::IAM::ManagedPolicy").values()
        return Policies(self.sandbox.client("iam"), self.roles, search_policy)

    def deletions(self) -> list[str]:
        """The names of the certificates that the stack asked IAM to delete."""
        asked = self.sandbox.requests.list("iam", "DeleteServerCertificate")
        return [
            one["parameters"]["ServerCertificateName"]
            for one in asked
            if ":assumed-role/" in one["principal"]
        ]

    def messages(self) -> list[str]:
        """What was published to the stack's topic since the test began."""
        sent = self.sandbox.messages.sent(self.outputs["TopicArn"])
        return [one["message"] for one in sent[self._messages_before :]]

    def backups(self) -> dict[str, dict[str, Any]]:
        """The backups, by their keys."""
        files = self.sandbox.client("s3")
        listed = files.list_objects_v2(Bucket=BACKUPS).get("Contents", [])
        return {
            one["Key"]: json.loads(files.get_object(Bucket=BACKUPS, Key=one["Key"])["Body"].read())
            for one in listed
        }

    # Disturbances, each undone after the block.

    @contextmanager
    def timeout(self, output: str, seconds: int) -> Iterator[None]:
        """A function of the stack has a timeout of its own."""
        functions, name = self.sandbox.client("lambda"), self.outputs[output]
        before = functions.get_function_configuration(FunctionName=name)["Timeout"]
        functions.update_function_configuration(FunctionName=name, Timeout=seconds)
        try:
            yield
        finally:
            functions.update_function_configuration(FunctionName=name, Timeout=before)

    @contextmanager
    def replaced(self, output: str, code: Path, handler: str, variables: Any) -> Iterator[None]:
        """Somebody has replaced the code of a function of the stack."""
        functions, name = self.sandbox.client("lambda"), self.outputs[output]
        before = functions.get_function_configuration(FunctionName=name)
        functions.update_function_code(FunctionName=name, ZipFile=code.read_bytes())
        functions.update_function_configuration(
            FunctionName=name, Handler=handler, Environment={"Variables": variables}
        )
        try:
            yield
        finally:
            functions.update_function_code(
                FunctionName=name, S3Bucket=CODE_BUCKET, S3Key=self._package.key
            )
            functions.update_function_configuration(
                FunctionName=name, Handler=before["Handler"], Environment=before["Environment"]
            )

    # Between tests.

    def tidy(self) -> None:
        """Leaves the stack as it is, but the account empty and undisturbed.

        A minute passes: AWS Config starts no rule twice in one.
        """
        sandbox = self.sandbox
        sandbox.faults.clear()
        sandbox.denials.clear()
        sandbox.delete_conflicts.detect(sni=False, missed=[], unforeseen={})
        for one in sandbox.automations.list():
            if one["AutomationExecutionStatus"] in ("InProgress", "Waiting", "Pending"):
                _stop(sandbox, one["AutomationExecutionId"])
        for region in (HOME, ABROAD):
            self._remove_load_balancers(region)
        for name in self.names:
            self.delete(name)
        if BACKUPS in self._buckets():
            for key in self.backups():
                sandbox.client("s3").delete_object(Bucket=BACKUPS, Key=key)
        sandbox.clock.advance(seconds=61)
        sandbox.wait(self.rule)
        sandbox.client("config").delete_evaluation_results(ConfigRuleName=self.rule.name)
        sandbox.requests.clear()
        sandbox.permissions.clear()
        sandbox.clear_invocations()
        self._messages_before = len(sandbox.messages.sent(self.outputs["TopicArn"]))

    def _remove_load_balancers(self, region: str) -> None:
        balancing = self.sandbox.client("elbv2", region)
        for one in balancing.describe_load_balancers()["LoadBalancers"]:
            for listener in balancing.describe_listeners(LoadBalancerArn=one["LoadBalancerArn"])[
                "Listeners"
            ]:
                balancing.delete_listener(ListenerArn=listener["ListenerArn"])
            balancing.delete_load_balancer(LoadBalancerArn=one["LoadBalancerArn"])
        classic = self.sandbox.client("elb", region)
        for one in classic.describe_load_balancers()["LoadBalancerDescriptions"]:
            classic.delete_load_balancer(LoadBalancerName=one["LoadBalancerName"])

    def _buckets(self) -> list[str]:
        return [one["Name"] for one in self.sandbox.client("s3").list_buckets()["Buckets"]]

    def _backup_key(self) -> str:
        encryption = self.sandbox.client("s3").get_bucket_encryption(Bucket=BACKUPS)
        rule = encryption["ServerSideEncryptionConfiguration"]["Rules"][0]
        return str(rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"])


def _stop(sandbox: Sandbox, execution_id: str) -> None:
    sandbox.client("ssm").stop_automation_execution(AutomationExecutionId=execution_id)
    sandbox.automations.wait(execution_id)
