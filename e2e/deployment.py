"""The stack as `make deploy` installs it, and what people do with it, in the words of the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.client import PROJECT, Estate, Rule, Sandbox

from .account import Run
from .production import ABROAD, HOME, Production

STACK = "certsweep"
BUCKET = "deployment"
BACKUPS = "certificates-of-old"
RULE_NAME = "iam-server-certificate-expiration"
NO_OUTPUT = "No output available yet because the step is not successfully executed"
OPTIONS = "JAVA_TOOL_OPTIONS"
# What tests change, and what it is in a stack that nobody has changed.
DEFAULTS = {
    "RuleName": RULE_NAME,
    "DaysToExpiration": "0",
    "CheckUsage": "true",
    "AutomaticRemediation": "false",
    "MaximumAutomaticAttempts": "5",
    "RetryAttemptSeconds": "60",
    "Approvers": "",
    "BackupBucket": "",
    "BackupBucketOwner": "",
    "BackupKeyArn": "",
    "Alarms": "all",
    "AlarmTopicArn": "",
    "EncryptAlarms": "false",
}


class StackError(Exception):
    """The stack could not be deployed; the message is what the operator reads."""


AWS_CLI = (
    sys.executable,
    str(Path(sys.executable).with_name("aws")),
    # A deployment ends before it is answered: the CLI must not ask a second time meanwhile.
    "--cli-read-timeout=600",
)
# The developer's own settings of the AWS CLI are not for the sandbox.
NO_SETTINGS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_PAGER": "",
}


@dataclass(frozen=True)
class Package:
    """The template as `aws cloudformation package` has made it, and the zip that it refers to."""

    template: Path
    zip_file: Path
    key: str

    @classmethod
    def made(cls, sandbox: Sandbox, zip_file: Path, folder: Path) -> Package:
        """Packages the rendered template, with the bucket in the sandbox."""
        make_bucket(sandbox, BUCKET)
        template = folder / "packaged.yaml"
        rendered = zip_file.parent / "cloudformation" / "certsweep.yaml"
        arguments = ["--template-file", str(rendered), "--output-template-file", str(template)]
        _aws(sandbox, "package", *arguments, "--s3-bucket", BUCKET)
        (stored,) = sandbox.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
        return cls(template, zip_file, stored["Key"])

    def store(self, sandbox: Sandbox) -> None:
        """Uploads the zip again, to a sandbox that is as new."""
        make_bucket(sandbox, BUCKET)
        sandbox.client("s3").put_object(
            Bucket=BUCKET, Key=self.key, Body=self.zip_file.read_bytes()
        )


@dataclass(frozen=True)
class Execution:
    """One run of the runbook, as Systems Manager shows it."""

    description: dict[str, Any]

    @property
    def id(self) -> str:
        """Of the execution."""
        return str(self.description["AutomationExecutionId"])

    @property
    def status(self) -> str:
        """`Success`, `Failed`, `TimedOut`, `Waiting` or `InProgress`."""
        return str(self.description["AutomationExecutionStatus"])

    @property
    def outcome(self) -> str:
        """What became of the certificate; empty if the run doesn't say."""
        return self._output("Outcome")

    @property
    def reason(self) -> str:
        """Why; empty if the run doesn't say."""
        return self._output("Reason")

    @property
    def backup(self) -> str:
        """Where the certificate was written to; empty if nowhere."""
        return self._output("Location")

    @property
    def verdict(self) -> dict[str, Any]:
        """The verdict of the inspection."""
        verdict: dict[str, Any] = json.loads(self._output("Verdict"))
        return verdict

    @property
    def steps(self) -> dict[str, str]:
        """The status of each step that ran."""
        steps = {one["StepName"]: one["StepStatus"] for one in self.description["StepExecutions"]}
        return {name: status for name, status in steps.items() if status != "Pending"}

    @property
    def failure(self) -> str:
        """Why steps failed; empty if none did."""
        messages = [one.get("FailureMessage") for one in self.description["StepExecutions"]]
        return "\n".join(message for message in messages if message)

    @property
    def result(self) -> tuple[str, str]:
        """Status and outcome."""
        return self.status, self.outcome

    def _output(self, name: str) -> str:
        told = [
            value
            for output, values in self.description.get("Outputs", {}).items()
            for value in values
            if output.endswith(f".{name}") and value != NO_OUTPUT
        ]
        assert len(told) <= 1, told
        return str(told[0]) if told else ""


class Deployment(Production):
    """The stack in an account; each test finds it deployed and the account empty."""

    def __init__(self, sandbox: Sandbox, package: Package) -> None:
        super().__init__(sandbox, package.zip_file)
        self._package = package
        self._parameters: dict[str, str] = {}
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
        _aws(
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
        wanted = DEFAULTS | parameters
        if wanted != self._parameters:
            self._parameters = {}
            if self.outputs:
                self._change(wanted)
            else:
                self.install(**wanted)
            self._parameters = wanted

    def _change(self, parameters: Mapping[str, str]) -> None:
        """Changes parameters as `install` does, but without the AWS CLI, which takes its time."""
        stacks = self.sandbox.client("cloudformation")
        described = stacks.describe_stacks(StackName=STACK)["Stacks"][0]["Parameters"]
        kept = {one["ParameterKey"] for one in described} - parameters.keys()
        given = [{"ParameterKey": key, "UsePreviousValue": True} for key in sorted(kept)]
        given += [{"ParameterKey": key, "ParameterValue": v} for key, v in parameters.items()]
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
        self.sandbox.reset()
        self.sandbox.region = region
        # The subnets that the old one knows are gone.
        self.estate = Estate(self.sandbox)
        self._parameters = {}
        self._approver = None
        self.outputs = {}
        self._package.store(self.sandbox)
        _turn_on_config(self.sandbox)

    def guard(self, **parameters: str) -> None:
        """Configures approval by `approver`, and backups to a bucket with a key of its own."""
        if BACKUPS not in self._buckets():
            key = self.sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
            make_bucket(self.sandbox, BACKUPS)
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
        functions.update_function_configuration(FunctionName=name, Timeout=seconds)
        try:
            yield
        finally:
            functions.update_function_configuration(FunctionName=name, Timeout=300)

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
                FunctionName=name, S3Bucket=BUCKET, S3Key=self._package.key
            )
            functions.update_function_configuration(
                FunctionName=name, Handler=before["Handler"], Environment=before["Environment"]
            )

    @contextmanager
    def without(self, role: str, action: str) -> Iterator[None]:
        """A role of the stack, by its logical id, lacks an action that the template grants it."""
        iam, name = self.sandbox.client("iam"), self.roles[role]
        inline = self.inline_policies(role)
        lesser = {policy: _without(document, action) for policy, document in inline.items()}
        assert lesser != inline, f"{role} is not granted {action}"
        try:
            for policy, document in lesser.items():
                _put_policy(iam, name, policy, document)
            yield
        finally:
            for policy, document in inline.items():
                _put_policy(iam, name, policy, document)

    @contextmanager
    def without_search(self, action: str) -> Iterator[None]:
        """The policy that lets the functions see users lacks an action."""
        iam = self.sandbox.client("iam")
        (arn,) = self.resources("AWS::IAM::ManagedPolicy").values()
        document = _default_document(iam, arn)
        lesser = _without(document, action)
        assert lesser != document, f"Searching is not granted {action}"
        first = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        created = iam.create_policy_version(
            PolicyArn=arn, PolicyDocument=json.dumps(lesser), SetAsDefault=True
        )
        try:
            yield
        finally:
            iam.set_default_policy_version(PolicyArn=arn, VersionId=first)
            iam.delete_policy_version(
                PolicyArn=arn, VersionId=created["PolicyVersion"]["VersionId"]
            )

    def inline_policies(self, role: str) -> dict[str, dict[str, Any]]:
        """The documents of a role's own policies, by name."""
        iam, name = self.sandbox.client("iam"), self.roles[role]
        return {
            policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
        }

    def granted(self, role: str) -> set[str]:
        """Every action that a role is allowed."""
        iam, name = self.sandbox.client("iam"), self.roles[role]
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        documents = [_default_document(iam, one["PolicyArn"]) for one in attached]
        documents += self.inline_policies(role).values()
        return {
            action
            for document in documents
            for statement in document["Statement"]
            for action in _actions(statement)
        }

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


def _aws(sandbox: Sandbox, *arguments: str) -> str:
    """Runs the AWS CLI's `cloudformation` and answers its output.

    :raises StackError: if it fails
    """
    ran = subprocess.run(
        [*AWS_CLI, "cloudformation", *arguments],
        cwd=PROJECT,
        env=sandbox.environment | NO_SETTINGS,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise StackError(ran.stderr.strip())
    return ran.stdout


def make_bucket(sandbox: Sandbox, name: str, account: str = "") -> None:
    """Makes a bucket in the sandbox's region, of another account if one is named."""
    region = sandbox.region
    location = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    files = sandbox.client("s3", account=account)
    files.create_bucket(Bucket=name, **({} if region == "us-east-1" else location))


def _turn_on_config(sandbox: Sandbox) -> None:
    config, partition = sandbox.client("config"), sandbox.client("sts").meta.partition
    role = (
        f"arn:{partition}:iam::{sandbox.account}:role/aws-service-role/config.amazonaws.com/"
        "AWSServiceRoleForConfig"
    )
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": BUCKET})
    config.start_configuration_recorder(ConfigurationRecorderName="default")


def _stop(sandbox: Sandbox, execution_id: str) -> None:
    sandbox.client("ssm").stop_automation_execution(AutomationExecutionId=execution_id)
    sandbox.automations.wait(execution_id)


def _put_policy(iam: Any, role: str, name: str, document: Mapping[str, Any]) -> None:
    """A policy without statements is none."""
    if document["Statement"]:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
    else:
        iam.delete_role_policy(RoleName=role, PolicyName=name)


def _default_document(iam: Any, policy_arn: str) -> dict[str, Any]:
    version = iam.get_policy(PolicyArn=policy_arn)["Policy"]["DefaultVersionId"]
    answer = iam.get_policy_version(PolicyArn=policy_arn, VersionId=version)
    document: dict[str, Any] = answer["PolicyVersion"]["Document"]
    return document


def _actions(statement: Mapping[str, Any]) -> list[str]:
    actions = statement["Action"]
    return [actions] if isinstance(actions, str) else list(actions)


def _without(document: Mapping[str, Any], action: str) -> dict[str, Any]:
    """The document without an action, and without statements that have no other."""
    kept = [
        dict(statement) | {"Action": [one for one in _actions(statement) if one != action]}
        if action in _actions(statement)
        else dict(statement)
        for statement in document["Statement"]
    ]
    return dict(document) | {"Statement": [one for one in kept if one["Action"]]}
