from __future__ import annotations

import json
import os
import signal
import socket
import threading
from textwrap import dedent
from typing import Any

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError

from sandbox.client import Sandbox
from sandbox.host.clock import Clock
from sandbox.services.ssm.executions import NO_OUTPUT, Execution, Start, Starter, StepRun
from sandbox.services.ssm.runbooks import Runbook, Step

from .conftest import days, error_of, is_running, message_of

TOPIC = "arn:aws:sns:eu-west-1:123456789012:Automation-approvals"
ROLE = "arn:aws:iam::123456789012:role/runbook"
ALICE = "arn:aws:iam::123456789012:user/alice"
BOB = "arn:aws:iam::123456789012:user/bob"


@pytest.fixture
def ssm(sandbox: Sandbox) -> Any:
    return sandbox.client("ssm", validate=False)


@pytest.fixture(autouse=True)
def role(sandbox: Sandbox) -> None:
    make_runbook_role(sandbox)


def make_runbook_role(sandbox: Sandbox) -> None:
    """A role for runbooks, which may do little."""
    make_role(
        sandbox,
        "runbook",
        {
            "StringEquals": {"aws:SourceAccount": sandbox.account},
            "ArnLike": {"aws:SourceArn": f"arn:aws:ssm:*:{sandbox.account}:automation-execution/*"},
        },
    )


def make_role(
    sandbox: Sandbox, name: str, condition: dict[str, Any], service: str = "ssm.amazonaws.com"
) -> str:
    iam = sandbox.client("iam")
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    allowed = {
        "Effect": "Allow",
        "Action": ["iam:ListServerCertificates", "sns:Publish"],
        "Resource": "*",
    }
    created = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=policy(allowed))
    return str(created["Role"]["Arn"])


def policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def script(body: str, **others: Any) -> dict[str, Any]:
    """A step `run` that runs the body of a handler."""
    source = "def handler(events, context):\n" + "".join(
        f"    {line}\n" for line in dedent(body).strip().splitlines()
    )
    inputs = {"Runtime": "python3.11", "Handler": "handler", "Script": source}
    inputs |= others.pop("inputs", {})
    return {"name": "run", "action": "aws:executeScript", "inputs": inputs} | others


def step(name: str, body: str = "return {}", **others: Any) -> dict[str, Any]:
    return script(body, name=name, **others)


def branch(variable: str, value: str) -> dict[str, Any]:
    """A step that goes to `yes` if a variable has a value, else to `not`."""
    condition = {"Variable": f"{{{{ {variable} }}}}", "StringEquals": value}
    choice = {"NextStep": "yes", "And": [condition, condition]}
    inputs = {"Choices": [choice], "Default": "not"}
    return {"name": "branch", "action": "aws:branch", "inputs": inputs}


def approval(*approvers: str, **others: Any) -> dict[str, Any]:
    inputs = {"Approvers": list(approvers)} | others.pop("inputs", {})
    return {"name": "ask", "action": "aws:approve", "inputs": inputs} | others


def content(*steps: dict[str, Any], **others: Any) -> str:
    document: dict[str, Any] = {
        "schemaVersion": "0.3",
        "assumeRole": "{{ AutomationAssumeRole }}",
        "parameters": {"AutomationAssumeRole": {"type": "String", "default": ROLE}},
        "mainSteps": list(steps),
    }
    document["parameters"] |= others.pop("parameters", {})
    return str(yaml.safe_dump(document | others))


def create(ssm: Any, *steps: dict[str, Any], **others: Any) -> None:
    ssm.create_document(
        Name="runbook",
        Content=content(*steps, **others),
        DocumentType="Automation",
        DocumentFormat="YAML",
    )


def statuses(execution: Any) -> dict[str, str]:
    return {step["StepName"]: step["StepStatus"] for step in execution["StepExecutions"]}


def start(ssm: Any, **request: Any) -> str:
    answer = ssm.start_automation_execution(DocumentName="runbook", **request)
    return str(answer["AutomationExecutionId"])


def session_client(sandbox: Sandbox, credentials: dict[str, str]) -> Any:
    return boto3.client(
        "ssm",
        region_name=sandbox.region,
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


class TestDocuments:
    def test_are_checked_when_created(self, ssm: Any) -> None:
        with pytest.raises(ClientError) as raised:
            create(ssm, step("nap", inputs={"InputPayload": {"a": "{{ gone.Output }}"}}))
        assert error_of(raised) == ("InvalidDocumentContent", 400)
        assert "gone" in message_of(raised)

    def test_are_replaced_and_not_updated(self, ssm: Any) -> None:
        create(ssm, step("nap"))
        with pytest.raises(ClientError) as raised:
            ssm.update_document(Name="runbook", Content=content(step("rest")))
        assert "not imitated here" in message_of(raised)

    def test_have_no_inline_scripts_in_json(self, ssm: Any) -> None:
        document = json.dumps(yaml.safe_load(content(step("nap"))))
        with pytest.raises(ClientError) as raised:
            ssm.create_document(Name="runbook", Content=document, DocumentType="Automation")
        assert error_of(raised) == ("InvalidDocumentContent", 400)
        assert "not supported in JSON" in message_of(raised)

    def test_are_readable(self, ssm: Any) -> None:
        with pytest.raises(ClientError) as raised:
            ssm.create_document(
                Name="runbook", Content="a: [", DocumentType="Automation", DocumentFormat="YAML"
            )
        assert "no YAML" in message_of(raised)

    def test_have_64_kb_at_most(self, ssm: Any) -> None:
        with pytest.raises(ClientError) as raised:
            create(ssm, step("nap"), description="a" * 65536)
        assert error_of(raised) == ("MaxDocumentSizeExceeded", 400)

    def test_of_other_types_are_not_checked(self, ssm: Any) -> None:
        other = json.dumps({"schemaVersion": "2.2", "mainSteps": []})
        ssm.create_document(Name="command", Content=other, DocumentType="Command")
        with pytest.raises(ClientError) as raised:
            ssm.start_automation_execution(DocumentName="command")
        assert error_of(raised) == ("AutomationDefinitionNotFoundException", 400)


class TestStarting:
    def test_needs_a_runbook_of_that_name_and_version(self, ssm: Any) -> None:
        with pytest.raises(ClientError) as raised:
            start(ssm)
        assert error_of(raised) == ("AutomationDefinitionNotFoundException", 400)
        create(ssm, step("nap"))
        with pytest.raises(ClientError) as raised:
            start(ssm, DocumentVersion="2")
        assert error_of(raised) == ("AutomationDefinitionVersionNotFoundException", 400)
        arn = "arn:aws:ssm:eu-west-1:123456789012:document/runbook"
        assert ssm.start_automation_execution(DocumentName=arn, DocumentVersion="$DEFAULT")

    def test_refuses_unknown_and_missing_parameters(self, ssm: Any) -> None:
        create(ssm, step("nap"), parameters={"Name": {"type": "String"}})
        for parameters, why in (({"Other": ["a"]}, "[Other]"), ({}, "required parameter: Name")):
            with pytest.raises(ClientError) as raised:
                start(ssm, **({"Parameters": parameters} if parameters else {}))
            assert error_of(raised) == ("InvalidAutomationExecutionParametersException", 400)
            assert why in message_of(raised)

    @pytest.mark.parametrize("values", [["a" * 513], [""], ["a"] * 51])
    def test_refuses_values_that_the_api_does_not_take(self, ssm: Any, values: list[str]) -> None:
        create(ssm, step("nap"), parameters={"Name": {"type": "String"}})
        with pytest.raises(ClientError) as raised:
            start(ssm, Parameters={"Name": values})
        assert error_of(raised) == ("ValidationException", 400)

    @pytest.mark.parametrize(
        ("condition", "service"),
        [
            ({}, "lambda.amazonaws.com"),
            ({"StringEquals": {"aws:SourceAccount": "999999999999"}}, "ssm.amazonaws.com"),
            ({"ArnLike": {"aws:SourceArn": "arn:aws:ssm:*:1:document/*"}}, "ssm.amazonaws.com"),
        ],
    )
    def test_needs_a_role_that_trusts_ssm(
        self, sandbox: Sandbox, ssm: Any, condition: dict[str, Any], service: str
    ) -> None:
        create(ssm, step("nap"))
        role = make_role(sandbox, "other", condition, service)
        with pytest.raises(ClientError) as raised:
            start(ssm, Parameters={"AutomationAssumeRole": [role]})
        assert error_of(raised) == ("InvalidAutomationExecutionParametersException", 400)
        assert message_of(raised) == "The defined assume role is unable to be assumed."

    @pytest.mark.parametrize(
        ("role", "why"),
        [
            ("arn:aws:iam::123456789012:role/gone", "unable to be assumed"),
            ("runbook", "format of the supplied assume role ARN is invalid"),
        ],
    )
    def test_needs_a_role_that_is_there(self, ssm: Any, role: str, why: str) -> None:
        create(ssm, step("nap"))
        with pytest.raises(ClientError) as raised:
            start(ssm, Parameters={"AutomationAssumeRole": [role]})
        assert error_of(raised) == ("InvalidAutomationExecutionParametersException", 400)
        assert why in message_of(raised)

    def test_refuses_what_the_sandbox_does_not_do(self, ssm: Any) -> None:
        create(ssm, step("nap"))
        with pytest.raises(ClientError) as raised:
            start(ssm, Mode="Interactive")
        assert error_of(raised) == ("InvalidAutomationExecutionParametersException", 400)


class TestScripts:
    def test_run_with_the_role_and_nothing_of_the_developers(
        self, sandbox: Sandbox, ssm: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SECRET", "of the developer")
        body = """
            import boto3, os
            boto3.client("iam").list_server_certificates()
            return {"names": sorted(os.environ), "home": os.listdir(os.environ["HOME"])}
        """
        output = {"Name": "all", "Selector": "$.Payload", "Type": "StringMap"}
        create(ssm, script(body, outputs=[output]), outputs=["run.all"])
        execution = sandbox.automations.run("runbook")
        assert execution["AutomationExecutionStatus"] == "Success"
        assert {name[:3] for name in json.loads(execution["Outputs"]["run.all"][0])["names"]} <= {
            "AWS", "HOM", "LAN", "LC_", "PAT", "TZ",
        }  # fmt: skip
        called = sandbox.requests.list("iam", "ListServerCertificates", role="runbook")
        assert called[0]["principal"].endswith(f"/Automation-{execution['AutomationExecutionId']}")

    def test_fail_where_the_role_lacks_a_permission(self, sandbox: Sandbox, ssm: Any) -> None:
        body = (
            "import boto3; boto3.client('iam').delete_server_certificate(ServerCertificateName='a')"
        )
        create(ssm, script(body))
        execution = sandbox.automations.run("runbook")
        assert "iam:DeleteServerCertificate" in execution["FailureMessage"]

    def test_get_the_payload_and_hand_outputs_on(self, sandbox: Sandbox, ssm: Any) -> None:
        payload = {"name": "{{ Name }}", "text": "{{ Name }} in {{ global:REGION }}"}
        outputs = [
            {"Name": "name", "Selector": "$.Payload.name", "Type": "String"},
            {"Name": "map", "Selector": "$.Payload", "Type": "StringMap"},
        ]
        later = {"id": "{{ automation:EXECUTION_ID }}", "map": "{{ run.map }}"}
        whole = {"Name": "all", "Selector": "$.Payload", "Type": "StringMap"}
        create(
            ssm,
            script("return events", inputs={"InputPayload": payload}, outputs=outputs),
            step("again", "return events", inputs={"InputPayload": later}, outputs=[whole]),
            parameters={"Name": {"type": "String"}},
            outputs=["run.name", "run.map", "again.all"],
        )
        execution = sandbox.automations.run("runbook", {"Name": ["www"]})
        found = {"name": "www", "text": "www in eu-west-1"}
        shown = execution["Outputs"]
        assert shown["run.name"] == ["www"]
        assert json.loads(shown["run.map"][0]) == found
        assert json.loads(shown["again.all"][0]) == {
            "id": execution["AutomationExecutionId"],
            "map": found,
        }

    def test_that_raise_fail_the_step_with_their_traceback(
        self, sandbox: Sandbox, ssm: Any
    ) -> None:
        output = {"Name": "name", "Selector": "$.Payload.name", "Type": "String"}
        failing = script("return events['missing']", outputs=[output])
        create(ssm, failing, step("after"), outputs=["run.name"])
        execution = sandbox.automations.run("runbook")
        assert execution["AutomationExecutionStatus"] == "Failed"
        assert statuses(execution) == {"run": "Failed", "after": "Pending"}
        message = execution["FailureMessage"]
        assert message.startswith(
            "Step fails when it is Poll action status for completion. Traceback (most recent call "
        )
        assert "customer_script.py\", line 2, in handler\n    return events['missing']" in message
        assert "\nKeyError - 'missing'. Please refer to Automation Service" in message
        assert "script_runner" not in message
        assert execution["Outputs"] == {"run.name": [NO_OUTPUT]}

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            ("return 'a' * 102400", "100 KB"),
            ("return {'list': list(range(101))}", "more than 100 items"),
            ("return object()", "not JSON serializable"),
            ("import os; os._exit(3)", "without an answer"),
            ("raise SystemExit(1)", "SystemExit - 1"),
        ],
    )
    def test_fail_with_what_ssm_can_not_carry(
        self, sandbox: Sandbox, ssm: Any, body: str, why: str
    ) -> None:
        create(ssm, script(body))
        execution = sandbox.automations.run("runbook")
        assert statuses(execution) == {"run": "Failed"}
        assert why in execution["FailureMessage"]

    def test_that_are_not_found_fail(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, script("return 1", inputs={"Handler": "other"}))
        assert "AttributeError" in sandbox.automations.run("runbook")["FailureMessage"]

    def test_time_out(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, script("import threading; threading.Event().wait()", timeoutSeconds=1))
        execution = sandbox.automations.run("runbook")
        assert (execution["AutomationExecutionStatus"], statuses(execution)) == (
            "TimedOut",
            {"run": "TimedOut"},
        )

    @pytest.mark.parametrize(
        ("keys", "status", "calls"),
        [
            ({}, "Failed", 1),
            ({"maxAttempts": 2}, "Failed", 2),
            ({"maxAttempts": "3"}, "Success", 3),
            ({"maxAttempts": 4}, "Success", 3),
        ],
    )
    def test_are_tried_again_after_a_failure(
        self, sandbox: Sandbox, ssm: Any, keys: dict[str, Any], status: str, calls: int
    ) -> None:
        sandbox.faults.add(
            "iam", "ListServerCertificates", kind="error", code="Odd", status=400, times=2
        )
        body = "import boto3\nboto3.client('iam').list_server_certificates()"
        create(ssm, script(body, **keys))
        execution = sandbox.automations.run("runbook")
        assert execution["AutomationExecutionStatus"] == status
        assert len(sandbox.requests.list("iam", "ListServerCertificates")) == calls

    @pytest.mark.parametrize("value", ["1", "None", "True"])
    def test_fail_if_an_output_is_of_another_type(
        self, sandbox: Sandbox, ssm: Any, value: str
    ) -> None:
        output = {"Name": "name", "Selector": "$.Payload.name", "Type": "String"}
        create(ssm, script(f"return {{'name': {value}}}", outputs=[output]))
        assert "is no str" in sandbox.automations.run("runbook")["FailureMessage"]


class TestTheWayThroughTheSteps:
    def run(self, sandbox: Sandbox, *steps: dict[str, Any]) -> tuple[str, list[str]]:
        """The status, and the steps that ran."""
        create(sandbox.client("ssm"), *steps)
        execution = sandbox.automations.run("runbook")
        ran = [name for name, status in statuses(execution).items() if status != "Pending"]
        return execution["AutomationExecutionStatus"], ran

    @pytest.mark.parametrize(
        ("keys", "way"),
        [
            ({}, ("Success", ["one", "two"])),
            ({"isEnd": True}, ("Success", ["one"])),
            ({"isEnd": "true"}, ("Success", ["one"])),
            ({"body": "1 / 0"}, ("Failed", ["one"])),
            ({"body": "1 / 0", "onFailure": "Continue"}, ("Success", ["one", "two"])),
            (
                {"body": "1 / 0", "onFailure": "Continue", "isCritical": True},
                ("Failed", ["one", "two"]),
            ),
            ({"body": "1 / 0", "isCritical": "false"}, ("Success", ["one"])),
            ({"body": "1 / 0", "onFailure": "Continue", "isEnd": True}, ("Success", ["one"])),
        ],
    )
    def test_follows_their_keys(
        self, sandbox: Sandbox, keys: dict[str, Any], way: tuple[str, list[str]]
    ) -> None:
        assert self.run(sandbox, step("one", **keys), step("two")) == way

    @pytest.mark.parametrize(("value", "chosen"), [("Abc", "yes"), ("abc", "not")])
    def test_branches_on_equal_texts(self, sandbox: Sandbox, value: str, chosen: str) -> None:
        create(
            sandbox.client("ssm"),
            branch("Text", value),
            step("not", isEnd=True),
            step("yes"),
            parameters={"Text": {"type": "String", "default": "Abc"}},
        )
        ran = statuses(sandbox.automations.run("runbook"))
        assert [name for name in ("yes", "not") if ran[name] == "Success"] == [chosen]

    def test_fails_where_a_variable_has_no_value(self, sandbox: Sandbox) -> None:
        output = {"Name": "name", "Selector": "$.Payload.name", "Type": "String"}
        skipped = step("yes", "return {'name': 'a'}", outputs=[output])
        later = step("not", inputs={"InputPayload": {"a": "{{ yes.name }}"}})
        create(sandbox.client("ssm"), branch("global:REGION", "us-east-1"), skipped, later)
        assert "yes did not run" in sandbox.automations.run("runbook")["FailureMessage"]


class TestApprovals:
    @pytest.fixture
    def alice(self, sandbox: Sandbox) -> Any:
        return sandbox.automations.user("alice")

    def test_let_the_execution_go_on(self, sandbox: Sandbox, ssm: Any, alice: Any) -> None:
        create(ssm, approval(ALICE), step("after"))
        waiting = sandbox.automations.run("runbook")
        assert (waiting["AutomationExecutionStatus"], statuses(waiting)) == (
            "Waiting",
            {"ask": "Waiting", "after": "Pending"},
        )
        execution_id = waiting["AutomationExecutionId"]
        alice.send_automation_signal(
            AutomationExecutionId=execution_id,
            SignalType="Approve",
            Payload={"Comment": ["Go ahead"]},
        )
        execution = sandbox.automations.wait(execution_id)
        assert execution["AutomationExecutionStatus"] == "Success"
        assert execution["StepExecutions"][0]["Outputs"]["ApprovalStatus"] == ["Approved"]
        [decision] = execution["StepExecutions"][0]["Outputs"]["ApproverDecisions"]
        assert json.loads(decision) == {
            "Approver": ALICE,
            "Status": "Approved",
            "Comment": "Go ahead",
        }

    def test_may_be_refused(self, sandbox: Sandbox, ssm: Any, alice: Any) -> None:
        create(ssm, approval(ALICE, BOB), step("after"))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        alice.send_automation_signal(AutomationExecutionId=execution_id, SignalType="Reject")
        execution = sandbox.automations.wait(execution_id)
        assert execution["AutomationExecutionStatus"] == "Failed"
        assert statuses(execution) == {"ask": "Failed", "after": "Pending"}
        assert f"rejected by {ALICE}" in execution["FailureMessage"]
        assert execution["StepExecutions"][0]["Outputs"]["ApprovalStatus"] == ["Rejected"]

    def test_expire_by_the_sandboxs_clock(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, approval(ALICE, timeoutSeconds=86400), step("after"))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        sandbox.clock.advance(days(1))
        execution = sandbox.automations.wait(execution_id)
        assert execution["AutomationExecutionStatus"] == "TimedOut"
        assert statuses(execution) == {"ask": "TimedOut", "after": "Pending"}

    def test_expire_after_seven_days(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, approval(ALICE))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        sandbox.clock.advance(days(6.9))
        assert sandbox.automations.wait(execution_id)["AutomationExecutionStatus"] == "Waiting"
        sandbox.clock.advance(days(0.2))
        assert sandbox.automations.wait(execution_id)["AutomationExecutionStatus"] == "TimedOut"

    def test_are_for_approvers_alone(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, approval(ALICE))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        with pytest.raises(ClientError) as raised:
            ssm.send_automation_signal(AutomationExecutionId=execution_id, SignalType="Approve")
        assert error_of(raised) == ("InvalidAutomationSignalException", 400)

    def test_may_be_a_roles(self, sandbox: Sandbox, ssm: Any) -> None:
        root = f"arn:aws:iam::{sandbox.account}:root"
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": root}}
        allowed = {"Effect": "Allow", "Action": "ssm:SendAutomationSignal", "Resource": "*"}
        iam = sandbox.client("iam")
        boss = iam.create_role(RoleName="boss", Path="/a/", AssumeRolePolicyDocument=policy(trust))[
            "Role"
        ]["Arn"]
        iam.put_role_policy(RoleName="boss", PolicyName="all", PolicyDocument=policy(allowed))
        create(ssm, approval(boss))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        session = sandbox.client("sts").assume_role(RoleArn=boss, RoleSessionName="me")
        session_client(sandbox, session["Credentials"]).send_automation_signal(
            AutomationExecutionId=execution_id, SignalType="Approve"
        )
        assert sandbox.automations.wait(execution_id)["AutomationExecutionStatus"] == "Success"

    def test_are_asked_for_on_a_topic_by_the_role(self, sandbox: Sandbox, ssm: Any) -> None:
        sandbox.client("sns").create_topic(Name="Automation-approvals")
        create(ssm, approval(ALICE, inputs={"NotificationArn": TOPIC, "Message": "Delete a?"}))
        sandbox.automations.run("runbook")
        [message] = sandbox.messages.sent("Automation-approvals")
        assert json.loads(message["message"])["approvalMessage"] == "Delete a?"
        assert sandbox.requests.list("sns", "Publish", role="runbook")

    def test_need_an_existing_topic(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, approval(ALICE, inputs={"NotificationArn": TOPIC}))
        assert sandbox.automations.run("runbook")["AutomationExecutionStatus"] == "Failed"

    @pytest.mark.parametrize("kind", ["Approve", "Reject", "Resume"])
    def test_are_refused_when_none_is_waited_for(
        self, sandbox: Sandbox, ssm: Any, kind: str
    ) -> None:
        create(ssm, step("nap"))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        with pytest.raises(ClientError) as raised:
            ssm.send_automation_signal(AutomationExecutionId=execution_id, SignalType=kind)
        assert error_of(raised) == ("InvalidAutomationSignalException", 400)


def of_one_step() -> Start:
    only = Step("only", "aws:executeScript", {}, (), True, "Abort", True, None, 1)
    by = Starter("123456789012", "eu-west-1", ALICE)
    return Start("runbook", "1", Runbook({}, (only,), (), ""), {}, by, "")


class TestStopping:
    def test_cancels_what_waits(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, approval(ALICE), step("after"))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        ssm.stop_automation_execution(AutomationExecutionId=execution_id)
        execution = sandbox.automations.wait(execution_id)
        assert execution["AutomationExecutionStatus"] == "Cancelled"
        assert statuses(execution) == {"ask": "Cancelled", "after": "Pending"}
        with pytest.raises(ClientError) as raised:
            ssm.stop_automation_execution(AutomationExecutionId=execution_id)
        assert error_of(raised) == ("InvalidAutomationStatusUpdateException", 400)

    def test_cancels_a_script_that_runs(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, script("import threading; threading.Event().wait()"))
        execution_id = start(ssm)
        ssm.stop_automation_execution(AutomationExecutionId=execution_id, Type="Cancel")
        execution = sandbox.automations.wait(execution_id, timeout_seconds=20)
        assert execution["AutomationExecutionStatus"] == "Cancelled"

    def test_that_comes_too_late_changes_nothing(self) -> None:
        execution = Execution(of_one_step(), Clock(), threading.Condition(), lambda *_: {})
        execution.run()
        assert not execution.cancel()
        assert execution.status == "Success"

    def test_that_comes_when_the_last_step_is_done_is_kept(self) -> None:
        class CancelledLate(Execution):
            def _attempted(self, run: StepRun) -> tuple[str, str]:
                outcome = super()._attempted(run)
                assert self.cancel()
                return outcome

        execution = CancelledLate(of_one_step(), Clock(), threading.Condition(), lambda *_: {})
        execution.run()
        assert (execution.status, execution.steps[0].status) == ("Cancelled", "Cancelled")

    def test_happens_at_a_reset(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, approval(ALICE))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        sandbox.reset()
        with pytest.raises(ClientError) as raised:
            ssm.get_automation_execution(AutomationExecutionId=execution_id)
        assert error_of(raised) == ("AutomationExecutionNotFoundException", 400)

    @pytest.mark.parametrize("how", ["closed", "killed"])
    def test_sandbox_that_ends_leaves_no_script_behind_and_says_nothing(
        self, capfd: pytest.CaptureFixture[str], how: str
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as door:
            door.settimeout(60)
            with Sandbox.start() as sandbox:
                make_runbook_role(sandbox)
                ssm = sandbox.client("ssm")
                body = f"""
                    import os, socket
                    door = socket.create_connection({door.getsockname()})
                    door.send(str(os.getppid()).encode())
                    door.recv(1)
                """
                create(ssm, script(body))
                start(ssm)
                connection, _ = door.accept()
                connection.settimeout(60)
                runner = int(connection.recv(16))
                assert is_running(runner)
                if how == "killed":
                    assert sandbox.pid is not None
                    os.kill(sandbox.pid, signal.SIGKILL)
            with connection:
                assert connection.recv(1) == b""
        assert not is_running(runner)
        assert capfd.readouterr().err == ""


class TestDescribing:
    def test_lists_executions_newest_first_in_pages(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, step("nap"))
        ids = [sandbox.automations.run("runbook")["AutomationExecutionId"] for _ in range(3)]
        first = ssm.describe_automation_executions(MaxResults=2)
        rest = ssm.describe_automation_executions(MaxResults=2, NextToken=first["NextToken"])
        pages = [first["AutomationExecutionMetadataList"], rest["AutomationExecutionMetadataList"]]
        assert [one["AutomationExecutionId"] for page in pages for one in page] == ids[::-1]
        assert "NextToken" not in rest

    @pytest.mark.parametrize(
        ("key", "value", "count"),
        [
            ("DocumentNamePrefix", "run", 1),
            ("DocumentNamePrefix", "other", 0),
            ("ExecutionStatus", "Success", 1),
            ("ExecutionStatus", "Failed", 0),
            ("StartTimeAfter", "2001-01-01T00:00:00Z", 1),
            ("StartTimeAfter", "2101-01-01T00:00:00Z", 0),
        ],
    )
    def test_filters_executions(
        self, sandbox: Sandbox, ssm: Any, key: str, value: str, count: int
    ) -> None:
        create(ssm, step("nap"))
        sandbox.automations.run("runbook")
        found = ssm.describe_automation_executions(Filters=[{"Key": key, "Values": [value]}])
        assert len(found["AutomationExecutionMetadataList"]) == count

    def test_refuses_other_filters_and_lists_of_steps_by_name(self, ssm: Any) -> None:
        create(ssm, step("nap"))
        execution_id = start(ssm)
        with pytest.raises(ClientError) as raised:
            ssm.describe_automation_executions(
                Filters=[{"Key": "TargetResourceGroup", "Values": ["a"]}]
            )
        assert error_of(raised) == ("InvalidFilterKey", 400)
        with pytest.raises(ClientError) as raised:
            ssm.describe_automation_step_executions(AutomationExecutionId=execution_id)
        assert "not imitated here" in message_of(raised)

    def test_refuses_a_token_of_its_own_making(self, ssm: Any) -> None:
        with pytest.raises(ClientError) as raised:
            ssm.describe_automation_executions(NextToken="other")
        assert error_of(raised) == ("InvalidNextToken", 400)

    def test_knows_executions_of_its_region_only(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, step("nap"))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        with pytest.raises(ClientError) as raised:
            sandbox.client("ssm", "us-east-1").get_automation_execution(
                AutomationExecutionId=execution_id
            )
        assert error_of(raised) == ("AutomationExecutionNotFoundException", 400)
