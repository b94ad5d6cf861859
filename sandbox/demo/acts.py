"""The story that the demo tells. An act relies on what those before it left behind."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sandbox.client import Rule

from .dashboard import Dashboard, certificates_table, remediations_table
from .stage import Act, DemoError, Stage
from .starting_point import (
    ABROAD,
    ARTIFACTS,
    BACKUPS,
    EARLY,
    FORGOTTEN,
    HIDDEN,
    Certificate,
    StartingPoint,
)

DAYS_TO_EXPIRATION = 30
STACK = "certsweep"
APPROVER = "alice"
REPORT = "target/demo-report"


class Story:
    """The acts, and what they know of each other."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._sandbox = stage.sandbox
        self._account = StartingPoint(stage.sandbox)
        self._dashboard = Dashboard.empty()
        self._outputs: dict[str, str] = {}

    def acts(self) -> list[Act]:
        """All acts, in order."""
        return [
            Act(
                "Certificates gather in IAM",
                "Seven were uploaded, each on a day when it was still valid: IAM takes no expired "
                "one. The sandbox's clock is turned back for that. The first of them:",
                self.gather_certificates,
            ),
            Act(
                "One stack is deployed",
                "The rule, its functions, the runbook behind Remediate, alarms. `make deploy` does "
                f"this too. Whatever expires within {DAYS_TO_EXPIRATION} days is to be reported.",
                self.deploy,
            ),
            Act(
                "AWS Config evaluates the new rule",
                "The function judges each certificate and looks in every region for who uses it.",
                self._see_evaluation,
            ),
            Act(
                "Somebody is told",
                "For each certificate that becomes NON_COMPLIANT, the subscribers of the stack's "
                "topic get a message. One of them:",
                self.read_message,
            ),
            Act(
                "A dry run asks first",
                "The runbook looks at one certificate afresh and says what it would do.",
                self.ask_first,
            ),
            Act(
                "An auditor presses Remediate",
                f"On three: {FORGOTTEN}, expired and unused; {HIDDEN}, expired, but a listener in "
                f"{ABROAD} still presents it; {EARLY}, valid and reported ahead of time.",
                self.remediate,
            ),
            Act(
                "The listener is mended, and a second person approves",
                f"The stack now wants the approval of {APPROVER}, and a backup. The listener drops "
                "its expired certificate, and the auditor presses Remediate again.",
                self.remediate_with_approval,
            ),
            Act(
                "A certificate is renewed under its old name",
                f"The owner of {EARLY} replaces it, and has the rule evaluated. The name is the "
                "same, the id is not: a removal that was asked for the old one would be refused.",
                self.renew,
            ),
            Act(
                "An auditor asks for the whole picture",
                "One command, which needs no stack: what has expired, who uses it, what could take "
                "its place and how. ACM has certificates for two of the names.",
                self.audit,
            ),
        ]

    def gather_certificates(self) -> None:
        """Uploads certificates, old ones in their own time, and puts some to use."""
        first, *others = certificates = self._account.certificates()
        self._upload(first, at=first.uploaded)
        for certificate in others:
            self._account.store(certificate)
        self._account.put_to_use()
        self._stage.tell("With six more, and with what was built since, this is in the account:")
        self._stage.show(certificates_table(certificates))

    def deploy(self) -> None:
        """Deploys the rendered template as anybody would."""
        self._sandbox.turn_on_config(ARTIFACTS)
        self._sandbox.make_bucket(BACKUPS)
        self._stage.aws(
            *("cloudformation", "package", "--s3-bucket", ARTIFACTS),
            *("--template-file", "target/cloudformation/certsweep.yaml"),
            *("--output-template-file", "packaged.yaml"),
        )
        self._deploy_stack(f"DaysToExpiration={DAYS_TO_EXPIRATION}")

    def read_message(self) -> None:
        """Shows what a subscriber of the topic gets."""
        self._stage.quote(next(one for one in self._messages() if HIDDEN in one))

    def ask_first(self) -> None:
        """Runs the runbook without letting it delete anything."""
        execution_id = self._stage.aws(
            *("ssm", "start-automation-execution"),
            *("--document-name", self._outputs["RunbookName"]),
            *("--parameters", f"ServerCertificate={FORGOTTEN},DryRun=true"),
        )["AutomationExecutionId"]
        outputs = self._outputs_of(execution_id)
        self._stage.quote(f"{outputs['conclude.Outcome']}: {outputs['conclude.Reason']}")

    def remediate(self) -> None:
        """Presses the button on what may be deleted and on what may not."""
        self._press_remediate(FORGOTTEN, HIDDEN, EARLY)
        answer: dict[str, Any] = self._stage.aws(
            *("configservice", "describe-remediation-execution-status"),
            *("--config-rule-name", self._rule.name),
        )
        self._stage.show(remediations_table(answer["RemediationExecutionStatuses"]))
        self._stage.tell("\nThe runbook has had the rule evaluated again:")
        self._see_evaluation()

    def remediate_with_approval(self) -> None:
        """Removes the cause of a refusal, and has the removal approved."""
        self._stage.write("credentials", self._account.hire(APPROVER))
        approver = f"arn:aws:iam::{self._sandbox.account}:user/{APPROVER}"
        self._deploy_stack(f"Approvers={approver}", f"BackupBucket={BACKUPS}")
        self._stage.aws(
            *("elbv2", "remove-listener-certificates", "--region", ABROAD),
            *("--listener-arn", self._account.listener_abroad),
            *("--certificates", f"CertificateArn={self._account.arn(HIDDEN)}"),
        )
        # AWS Config starts a rule once a minute at most, and the last start was moments ago.
        self._sandbox.clock.advance(seconds=61)
        self._press_remediate(HIDDEN)
        request = self._request_for_approval()
        self._stage.tell(f"The runbook waits, and {APPROVER} gets a message:")
        self._stage.quote(request["approvalMessage"])
        execution_id = request["automationExecutionId"]
        self._stage.aws(
            *("ssm", "send-automation-signal", "--profile", APPROVER),
            *("--automation-execution-id", execution_id, "--signal-type", "Approve"),
        )
        outputs = self._outputs_of(execution_id)
        self._stage.quote(f"{outputs['remove.Outcome']}: {outputs['remove.Reason']}")
        self._stage.tell("The backup, without the private key, which IAM never gives out:")
        self._stage.quote(outputs["backUp.Location"])
        self._see_evaluation()
        asked = self._sandbox.requests.list("iam", "DeleteServerCertificate")
        names = " and ".join(one["parameters"]["ServerCertificateName"] for one in asked)
        self._stage.tell(f"\nIn all this, IAM was asked to delete {names}, and nothing else.")

    def renew(self) -> None:
        """Replaces a certificate that is about to expire."""
        self._stage.aws("iam", "delete-server-certificate", "--server-certificate-name", EARLY)
        self._upload(self._account.renewal(EARLY))
        self._sandbox.clock.advance(seconds=61)
        self._stage.aws(
            *("configservice", "start-config-rules-evaluation"),
            *("--config-rule-names", self._rule.name),
        )
        self._see_evaluation()

    def audit(self) -> None:
        """Reports on the account as it is now."""
        self._account.prepare_replacements()
        report = self._stage.audit("--output", REPORT)
        self._stage.print(report)
        page = self._stage.target / REPORT.removeprefix("target/") / "report.html"
        self._stage.tell(f"\nThe page to look at, or to mail:\n{page}")

    @property
    def _rule(self) -> Rule:
        function = self._outputs["EvaluateFunctionName"]
        return Rule(self._outputs["RuleName"], function, self._sandbox.region)

    def _upload(self, certificate: Certificate, at: datetime | None = None) -> None:
        files, name = certificate.files(), certificate.name
        self._stage.write(f"{name}.pem", files.body)
        self._stage.write(f"{name}.key", files.private_key)
        self._stage.aws(
            *("iam", "upload-server-certificate", "--server-certificate-name", name),
            *("--certificate-body", f"file://{name}.pem", "--private-key", f"file://{name}.key"),
            at=at,
        )

    def _deploy_stack(self, *parameters: str) -> None:
        self._stage.aws(
            *("cloudformation", "deploy", "--stack-name", STACK),
            *("--template-file", "packaged.yaml", "--s3-bucket", ARTIFACTS),
            *("--capabilities", "CAPABILITY_IAM"),
            *("--parameter-overrides", *parameters),
        )
        described = self._sandbox.client("cloudformation").describe_stacks(StackName=STACK)
        outputs = described["Stacks"][0]["Outputs"]
        self._outputs = {one["OutputKey"]: one["OutputValue"] for one in outputs}

    def _see_evaluation(self) -> None:
        """Shows what an auditor sees, beside what it was when it was last shown."""
        self._stage.wait_for_evaluation(self._rule)
        answer = self._stage.aws(
            *("configservice", "get-compliance-details-by-config-rule"),
            *("--config-rule-name", self._rule.name),
            *("--compliance-types", "NON_COMPLIANT", "COMPLIANT"),
        )
        before, self._dashboard = self._dashboard, Dashboard.of(answer["EvaluationResults"])
        self._stage.show(self._dashboard.table(before, self._stage.console.width))

    def _press_remediate(self, *names: str) -> None:
        self._stage.aws(
            *("configservice", "start-remediation-execution"),
            *("--config-rule-name", self._rule.name, "--resource-keys", *_resource_keys(names)),
        )
        self._sandbox.remediations.wait(self._rule)

    def _outputs_of(self, execution_id: str) -> dict[str, str]:
        """What a run of the runbook answers when it is over.

        :raises DemoError: if it failed
        """
        run = self._sandbox.automations.wait(execution_id)
        if run["AutomationExecutionStatus"] != "Success":
            raise DemoError(f"The runbook failed: {run.get('FailureMessage')}")
        outputs: dict[str, list[str]] = self._stage.aws(
            *("ssm", "get-automation-execution", "--automation-execution-id", execution_id),
            *("--query", "AutomationExecution.Outputs"),
        )
        return {name: values[0] for name, values in outputs.items()}

    def _request_for_approval(self) -> dict[str, str]:
        """What the runbook sent to the topic before it waited.

        :raises DemoError: if it sent nothing
        """
        last = self._messages()[-1]
        if "approvalMessage" not in last:
            raise DemoError("Nobody was asked for an approval.")
        request: dict[str, str] = json.loads(last)
        return request

    def _messages(self) -> list[str]:
        sent = self._sandbox.messages.sent(self._outputs["TopicArn"])
        return [one["message"] for one in sent]


def _resource_keys(names: tuple[str, ...]) -> list[str]:
    return [f"resourceType=AWS::IAM::ServerCertificate,resourceId={name}" for name in names]
