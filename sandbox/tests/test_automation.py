from __future__ import annotations

import json
import os
import signal
import socket
from textwrap import dedent
from typing import Any

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError

from sandbox.client import Sandbox
from sandbox.services.ssm.executions import NO_OUTPUT

from .conftest import days, error_of, is_running, message_of

FLAG_IS_TRUE = {"Variable": "{{ Flag }}", "BooleanEquals": True}
TOPIC = "arn:aws:sns:eu-west-1:123456789012:Automation-approvals"


@pytest.fixture
def ssm(sandbox: Sandbox) -> Any:
    return sandbox.client("ssm", validate=False)


@pytest.fixture
def role(sandbox: Sandbox) -> str:
    """A role for runbooks, which may do little."""
    return make_role(
        sandbox,
        {
            "StringEquals": {"aws:SourceAccount": sandbox.account},
            "ArnLike": {"aws:SourceArn": f"arn:aws:ssm:*:{sandbox.account}:automation-execution/*"},
        },
    )


def make_role(
    sandbox: Sandbox, condition: dict[str, Any], service: str = "ssm.amazonaws.com"
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
    created = iam.create_role(RoleName="runbook", AssumeRolePolicyDocument=policy(trust))
    iam.put_role_policy(RoleName="runbook", PolicyName="all", PolicyDocument=policy(allowed))
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


def sleep(name: str, **others: Any) -> dict[str, Any]:
    return {"name": name, "action": "aws:sleep", "inputs": {"Duration": "PT0S"}} | others


def approval(*approvers: str, **others: Any) -> dict[str, Any]:
    inputs = {"Approvers": list(approvers)} | others.pop("inputs", {})
    return {"name": "ask", "action": "aws:approve", "inputs": inputs} | others


def create(ssm: Any, *steps: dict[str, Any], **others: Any) -> None:
    content = {
        "schemaVersion": "0.3",
        "assumeRole": "{{ AutomationAssumeRole }}",
        "parameters": {"AutomationAssumeRole": {"type": "String", "default": ""}},
        "mainSteps": list(steps),
    }
    ssm.create_document(
        Name="runbook",
        Content=yaml.safe_dump(content | others),
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
            create(ssm, sleep("nap", nextStep="gone"))
        assert error_of(raised) == ("InvalidDocumentContent", 400)
        assert "gone" in message_of(raised)

    def test_are_checked_when_updated(self, ssm: Any) -> None:
        create(ssm, sleep("nap"))
        update = {"Name": "runbook", "DocumentFormat": "YAML", "DocumentVersion": "$LATEST"}
        with pytest.raises(ClientError) as raised:
            ssm.update_document(Content="schemaVersion: '0.3'", **update)
        assert error_of(raised) == ("InvalidDocumentContent", 400)
        better = yaml.safe_dump({"schemaVersion": "0.3", "mainSteps": [sleep("rest")]})
        ssm.update_document(Content=better, **update)
        versions = ssm.describe_document(Name="runbook")["Document"]
        assert (versions["DefaultVersion"], versions["LatestVersion"]) == ("1", "2")

    def test_have_64_kb_at_most(self, ssm: Any) -> None:
        with pytest.raises(ClientError) as raised:
            create(ssm, sleep("nap"), description="a" * 65536)
        assert error_of(raised) == ("MaxDocumentSizeExceeded", 400)

    def test_of_other_types_are_not_checked(self, ssm: Any) -> None:
        content = json.dumps({"schemaVersion": "2.2", "mainSteps": []})
        ssm.create_document(Name="command", Content=content, DocumentType="Command")
        with pytest.raises(ClientError) as raised:
            ssm.start_automation_execution(DocumentName="command")
        assert error_of(raised) == ("AutomationDefinitionNotFoundException", 400)


class TestStarting:
    def test_needs_a_runbook_of_that_name_and_version(self, ssm: Any) -> None:
        with pytest.raises(ClientError) as raised:
            start(ssm)
        assert error_of(raised) == ("AutomationDefinitionNotFoundException", 400)
        create(ssm, sleep("nap"))
        with pytest.raises(ClientError) as raised:
            start(ssm, DocumentVersion="2")
        assert error_of(raised) == ("AutomationDefinitionVersionNotFoundException", 400)
        arn = "arn:aws:ssm:eu-west-1:123456789012:document/runbook"
        assert ssm.start_automation_execution(DocumentName=arn, DocumentVersion="$DEFAULT")

    def test_refuses_unknown_and_missing_parameters(self, ssm: Any) -> None:
        create(ssm, sleep("nap"), assumeRole="", parameters={"Name": {"type": "String"}})
        for parameters, why in (({"Other": ["a"]}, "[Other]"), ({}, "required parameter: Name")):
            with pytest.raises(ClientError) as raised:
                start(ssm, **({"Parameters": parameters} if parameters else {}))
            assert error_of(raised) == ("InvalidAutomationExecutionParametersException", 400)
            assert why in message_of(raised)

    @pytest.mark.parametrize("values", [["a" * 513], [""], ["a"] * 51])
    def test_refuses_values_that_the_api_does_not_take(self, ssm: Any, values: list[str]) -> None:
        create(ssm, sleep("nap"), assumeRole="", parameters={"Names": {"type": "StringList"}})
        with pytest.raises(ClientError) as raised:
            start(ssm, Parameters={"Names": values})
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
        create(ssm, sleep("nap"))
        role = make_role(sandbox, condition, service)
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
        create(ssm, sleep("nap"))
        with pytest.raises(ClientError) as raised:
            start(ssm, Parameters={"AutomationAssumeRole": [role]})
        assert error_of(raised) == ("InvalidAutomationExecutionParametersException", 400)
        assert why in message_of(raised)

    def test_refuses_what_the_sandbox_does_not_do(self, ssm: Any) -> None:
        create(ssm, sleep("nap"))
        with pytest.raises(ClientError) as raised:
            start(ssm, Mode="Interactive")
        assert error_of(raised) == ("InvalidAutomationExecutionParametersException", 400)


class TestScripts:
    def test_run_with_the_role_and_nothing_of_the_developers(
        self, sandbox: Sandbox, ssm: Any, role: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SECRET", "of the developer")
        body = """
            import boto3, os
            boto3.client("iam").list_server_certificates()
            return {"names": sorted(os.environ), "home": os.listdir(os.environ["HOME"])}
        """
        output = {"Name": "names", "Selector": "$.Payload.names", "Type": "StringList"}
        create(ssm, script(body, outputs=[output]), outputs=["run.names"])
        execution = sandbox.automations.run("runbook", {"AutomationAssumeRole": [role]})
        assert execution["AutomationExecutionStatus"] == "Success"
        assert {name[:3] for name in execution["Outputs"]["run.names"]} <= {
            "AWS", "HOM", "LAN", "LC_", "PAT", "TZ",
        }  # fmt: skip
        called = sandbox.requests.list("iam", "ListServerCertificates", role="runbook")
        assert called[0]["principal"].endswith(f"/Automation-{execution['AutomationExecutionId']}")

    def test_fail_where_the_role_lacks_a_permission(
        self, sandbox: Sandbox, ssm: Any, role: str
    ) -> None:
        body = (
            "import boto3; boto3.client('iam').delete_server_certificate(ServerCertificateName='a')"
        )
        create(ssm, script(body))
        execution = sandbox.automations.run("runbook", {"AutomationAssumeRole": [role]})
        assert "iam:DeleteServerCertificate" in execution["FailureMessage"]

    def test_have_no_credentials_without_a_role(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, script("import boto3; boto3.client('iam').list_server_certificates()"))
        execution = sandbox.automations.run("runbook")
        assert "NoCredentialsError" in execution["FailureMessage"]

    def test_get_the_payload_and_hand_typed_outputs_on(self, sandbox: Sandbox, ssm: Any) -> None:
        payload = {"flag": "{{ Flag }}", "text": "flag is {{ Flag }} in {{ global:REGION }}"}
        outputs = [
            {"Name": "flag", "Selector": "$.Payload.flag", "Type": "Boolean"},
            {"Name": "map", "Selector": "$.Payload", "Type": "StringMap"},
        ]
        later = {"id": "{{ automation:EXECUTION_ID }}", "map": "{{ run.map }}"}
        create(
            ssm,
            script("return events", inputs={"InputPayload": payload}, outputs=outputs),
            script("return events", name="again", inputs={"InputPayload": later}),
            assumeRole="",
            parameters={"Flag": {"type": "Boolean"}},
            outputs=["run.flag", "run.map", "again.Payload"],
        )
        execution = sandbox.automations.run("runbook", {"Flag": ["true"]})
        found = {"flag": True, "text": "flag is true in eu-west-1"}
        shown = {name: json.loads(value) for name, [value] in execution["Outputs"].items()}
        assert shown == {
            "run.flag": True,
            "run.map": found,
            "again.Payload": {"id": execution["AutomationExecutionId"], "map": found},
        }

    def test_that_raise_fail_the_step_with_their_traceback(
        self, sandbox: Sandbox, ssm: Any
    ) -> None:
        create(ssm, script("return events['missing']"), sleep("after"), outputs=["run.Payload"])
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
        assert execution["Outputs"] == {"run.Payload": [NO_OUTPUT]}

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

    @pytest.mark.parametrize("value", ["1", "None", "True"])
    def test_fail_if_an_output_is_of_another_type(
        self, sandbox: Sandbox, ssm: Any, value: str
    ) -> None:
        output = {"Name": "name", "Selector": "$.Payload.name", "Type": "String"}
        create(ssm, script(f"return {{'name': {value}}}", outputs=[output]))
        assert "is no String" in sandbox.automations.run("runbook")["FailureMessage"]


class TestTheWayThroughTheSteps:
    def run(self, sandbox: Sandbox, *steps: dict[str, Any]) -> tuple[str, list[str]]:
        """The status, and the steps that ran."""
        create(sandbox.client("ssm"), *steps)
        execution = sandbox.automations.run("runbook")
        ran = [name for name, status in statuses(execution).items() if status != "Pending"]
        return execution["AutomationExecutionStatus"], ran

    failing = {"action": "aws:sleep", "inputs": {"Duration": "soon"}}

    @pytest.mark.parametrize(
        ("steps", "ways"),
        [
            ([sleep("a"), sleep("b")], ("Success", ["a", "b"])),
            ([sleep("a", isEnd=True), sleep("b")], ("Success", ["a"])),
            ([sleep("a", nextStep="c"), sleep("b"), sleep("c")], ("Success", ["a", "c"])),
            ([sleep("a", **failing), sleep("b")], ("Failed", ["a"])),
            ([sleep("a", **failing, onFailure="Continue"), sleep("b")], ("Success", ["a", "b"])),
            (
                [sleep("a", **failing, onFailure="Continue", isCritical=True), sleep("b")],
                ("Failed", ["a", "b"]),
            ),
            (
                [sleep("a", **failing, onFailure="step:c"), sleep("b"), sleep("c")],
                ("Failed", ["a", "c"]),
            ),
            (
                [sleep("a", **failing, onFailure="step:b", isCritical=False), sleep("b")],
                ("Success", ["a", "b"]),
            ),
            (
                [sleep("a", **failing, onFailure="Continue", isEnd=True), sleep("b")],
                ("Success", ["a"]),
            ),
        ],
    )
    def test_follows_their_keys(
        self, sandbox: Sandbox, steps: list[dict[str, Any]], ways: tuple[str, list[str]]
    ) -> None:
        assert self.run(sandbox, *steps) == ways

    @pytest.mark.parametrize(
        ("condition", "is_true"),
        [
            ({"Variable": "{{ Text }}", "StringEquals": "Abc"}, True),
            ({"Variable": "{{ Text }}", "StringEquals": "abc"}, False),
            ({"Variable": "{{ Text }}", "EqualsIgnoreCase": "abc"}, True),
            ({"Variable": "{{ Text }}", "StartsWith": "A"}, True),
            ({"Variable": "{{ Text }}", "EndsWith": "c"}, True),
            ({"Variable": "{{ Text }}", "Contains": "b"}, True),
            ({"Variable": "{{ Number }}", "NumericEquals": 3}, True),
            ({"Variable": "{{ Number }}", "NumericGreater": 3}, False),
            ({"Variable": "{{ Number }}", "NumericGreaterOrEquals": 3}, True),
            ({"Variable": "{{ Number }}", "NumericLesser": 4}, True),
            ({"Variable": "{{ Number }}", "NumericLesserOrEquals": 2}, False),
            (FLAG_IS_TRUE, True),
            ({"Not": FLAG_IS_TRUE}, False),
            (
                {"And": [FLAG_IS_TRUE, {"Variable": "{{ Text }}", "Contains": "x"}]},
                False,
            ),
            (
                {"Or": [FLAG_IS_TRUE, {"Variable": "{{ Text }}", "Contains": "x"}]},
                True,
            ),
        ],
    )  # fmt: skip
    def test_branches(self, sandbox: Sandbox, condition: dict[str, Any], is_true: bool) -> None:
        branch = {
            "name": "branch",
            "action": "aws:branch",
            "inputs": {"Choices": [{"NextStep": "yes"} | condition], "Default": "no"},
        }
        values = {
            "Text": {"type": "String", "default": "Abc"},
            "Number": {"type": "Integer", "default": 3},
            "Flag": {"type": "Boolean", "default": True},
        }
        create(
            sandbox.client("ssm"),
            branch,
            sleep("no", isEnd=True),
            sleep("yes"),
            assumeRole="",
            parameters=values,
        )
        ran = statuses(sandbox.automations.run("runbook"))
        assert (ran["yes"], ran["no"]) == (
            ("Success", "Pending") if is_true else ("Pending", "Success")
        )

    def test_fails_at_a_comparison_of_the_wrong_type(self, sandbox: Sandbox) -> None:
        choice = {"NextStep": "yes", "Variable": "{{ Text }}", "BooleanEquals": True}
        create(
            sandbox.client("ssm"),
            {"name": "branch", "action": "aws:branch", "inputs": {"Choices": [choice]}},
            sleep("yes"),
            assumeRole="",
            parameters={"Text": {"type": "String", "default": "true"}},
        )
        assert "wrong type" in sandbox.automations.run("runbook")["FailureMessage"]

    def test_fails_where_a_variable_has_no_value(self, sandbox: Sandbox) -> None:
        later = script(
            "return 1", name="later", inputs={"InputPayload": {"a": "{{ run.Payload }}"}}
        )
        create(sandbox.client("ssm"), later, script("return 1"))
        assert "run did not run" in sandbox.automations.run("runbook")["FailureMessage"]

    def test_tries_again(self, sandbox: Sandbox, role: str) -> None:
        sandbox.faults.add("iam", "ListServerCertificates", kind="error", code="Odd", status=400)
        body = "import boto3\nboto3.client('iam').list_server_certificates()"
        create(sandbox.client("ssm"), script(body, maxAttempts=2))
        execution = sandbox.automations.run("runbook", {"AutomationAssumeRole": [role]})
        assert execution["AutomationExecutionStatus"] == "Success"
        assert len(sandbox.requests.list("iam", "ListServerCertificates")) == 2

    def test_sleeps_by_the_sandboxs_clock(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, sleep("nap", inputs={"Duration": "P1DT2H"}))
        execution_id = start(ssm)
        sandbox.clock.advance(days(2))
        assert sandbox.automations.wait(execution_id)["AutomationExecutionStatus"] == "Success"


class TestApprovals:
    @pytest.fixture
    def alice(self, sandbox: Sandbox) -> Any:
        return sandbox.automations.user("alice")

    def test_let_the_execution_go_on(self, sandbox: Sandbox, ssm: Any, alice: Any) -> None:
        create(ssm, approval("alice"), sleep("after"), outputs=["ask.ApprovalStatus"])
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
        assert execution["Outputs"] == {"ask.ApprovalStatus": ["Approved"]}
        [decision] = execution["StepExecutions"][0]["Outputs"]["ApproverDecisions"]
        assert json.loads(decision) == {
            "Approver": f"arn:aws:iam::{sandbox.account}:user/alice",
            "Status": "Approved",
            "Comment": "Go ahead",
        }

    def test_may_be_refused(self, sandbox: Sandbox, ssm: Any, alice: Any) -> None:
        arn = f"arn:aws:iam::{sandbox.account}:user/alice"
        create(ssm, approval(arn, "bob"), sleep("after"))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        alice.send_automation_signal(AutomationExecutionId=execution_id, SignalType="Reject")
        execution = sandbox.automations.wait(execution_id)
        assert execution["AutomationExecutionStatus"] == "Failed"
        assert statuses(execution) == {"ask": "Failed", "after": "Pending"}
        assert f"rejected by {arn}" in execution["FailureMessage"]
        assert execution["StepExecutions"][0]["Outputs"]["ApprovalStatus"] == ["Rejected"]

    def test_expire_by_the_sandboxs_clock(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, approval("alice", timeoutSeconds=86400), sleep("after"))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        sandbox.clock.advance(days(1))
        execution = sandbox.automations.wait(execution_id)
        assert execution["AutomationExecutionStatus"] == "TimedOut"
        assert statuses(execution) == {"ask": "TimedOut", "after": "Pending"}

    def test_expire_after_seven_days(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, approval("alice"))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        sandbox.clock.advance(days(6.9))
        assert sandbox.automations.wait(execution_id)["AutomationExecutionStatus"] == "Waiting"
        sandbox.clock.advance(days(0.2))
        assert sandbox.automations.wait(execution_id)["AutomationExecutionStatus"] == "TimedOut"

    def test_are_counted_once_for_each_approver(
        self, sandbox: Sandbox, ssm: Any, alice: Any
    ) -> None:
        create(ssm, approval("alice", "bob", inputs={"MinRequiredApprovals": 2}))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        signal = {"AutomationExecutionId": execution_id, "SignalType": "Approve"}
        alice.send_automation_signal(**signal)
        assert sandbox.automations.wait(execution_id)["AutomationExecutionStatus"] == "Waiting"
        with pytest.raises(ClientError) as raised:
            alice.send_automation_signal(**signal)
        assert error_of(raised) == ("InvalidAutomationSignalException", 400)
        sandbox.automations.user("bob").send_automation_signal(**signal)
        assert sandbox.automations.wait(execution_id)["AutomationExecutionStatus"] == "Success"

    def test_are_for_approvers_alone(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, approval("alice"))
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

    def test_are_asked_for_on_a_topic_by_the_role(
        self, sandbox: Sandbox, ssm: Any, role: str
    ) -> None:
        sandbox.client("sns").create_topic(Name="Automation-approvals")
        create(ssm, approval("alice", inputs={"NotificationArn": TOPIC, "Message": "Delete a?"}))
        sandbox.automations.run("runbook", {"AutomationAssumeRole": [role]})
        [message] = sandbox.messages.sent("Automation-approvals")
        assert json.loads(message["message"])["approvalMessage"] == "Delete a?"
        assert sandbox.requests.list("sns", "Publish", role="runbook")

    @pytest.mark.parametrize("topic", [TOPIC, "arn:aws:sns:eu-west-1:123456789012:approvals"])
    def test_need_an_existing_topic_called_automation(
        self, sandbox: Sandbox, ssm: Any, topic: str
    ) -> None:
        create(ssm, approval("alice", inputs={"NotificationArn": topic}))
        assert sandbox.automations.run("runbook")["AutomationExecutionStatus"] == "Failed"

    @pytest.mark.parametrize("kind", ["Approve", "Reject", "Resume"])
    def test_are_refused_when_none_is_waited_for(
        self, sandbox: Sandbox, ssm: Any, kind: str
    ) -> None:
        create(ssm, sleep("nap"))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        with pytest.raises(ClientError) as raised:
            ssm.send_automation_signal(AutomationExecutionId=execution_id, SignalType=kind)
        assert error_of(raised) == ("InvalidAutomationSignalException", 400)


class TestStopping:
    def test_cancels_what_waits(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, approval("alice"), sleep("after"))
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

    def test_happens_at_a_reset(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, approval("alice"))
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
        create(ssm, sleep("nap"))
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
            ("StartTimeBefore", "2001-01-01T00:00:00Z", 0),
            ("StartTimeAfter", "2001-01-01T00:00:00Z", 1),
        ],
    )
    def test_filters_executions(
        self, sandbox: Sandbox, ssm: Any, key: str, value: str, count: int
    ) -> None:
        create(ssm, sleep("nap"))
        sandbox.automations.run("runbook")
        found = ssm.describe_automation_executions(Filters=[{"Key": key, "Values": [value]}])
        assert len(found["AutomationExecutionMetadataList"]) == count

    def test_lists_steps(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, sleep("a"), sleep("b"))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]

        def names(**request: Any) -> list[str]:
            found = ssm.describe_automation_step_executions(
                AutomationExecutionId=execution_id, **request
            )
            return [step["StepName"] for step in found["StepExecutions"]]

        assert names() == ["a", "b"]
        assert names(ReverseOrder=True) == ["b", "a"]
        assert names(Filters=[{"Key": "StepName", "Values": ["b"]}]) == ["b"]

    def test_refuses_a_token_of_its_own_making(self, ssm: Any) -> None:
        with pytest.raises(ClientError) as raised:
            ssm.describe_automation_executions(NextToken="other")
        assert error_of(raised) == ("InvalidNextToken", 400)

    def test_knows_executions_of_its_region_only(self, sandbox: Sandbox, ssm: Any) -> None:
        create(ssm, sleep("nap"))
        execution_id = sandbox.automations.run("runbook")["AutomationExecutionId"]
        with pytest.raises(ClientError) as raised:
            sandbox.client("ssm", "us-east-1").get_automation_execution(
                AutomationExecutionId=execution_id
            )
        assert error_of(raised) == ("AutomationExecutionNotFoundException", 400)
