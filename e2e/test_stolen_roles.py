"""What whoever has the credentials of one of the stack's roles can't do: SECURITY.md, tried."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from .deployment import BACKUPS, Deployment
from .package import BUCKET
from .production import ABROAD, Certificate

# Certificates, code, settings (regions that could be hidden), roles, approvals, backups, results.
Deed = Callable[["Thief"], Any]
# How services say that it may not be done.
CODES = ("AccessDenied", "AccessDeniedException", "AuthorizationError")


class Thief:
    """Somebody with the credentials of a role, in an account with one expired certificate."""

    def __init__(self, stack: Deployment, role: str) -> None:
        self.stack = stack
        iam = stack.sandbox.client("iam")
        self.role = stack.roles[role]
        arn = iam.get_role(RoleName=self.role)["Role"]["Arn"]
        stolen = stack.sandbox.client("sts").assume_role(RoleArn=arn, RoleSessionName="thief")
        credentials = stolen["Credentials"]
        self._session = boto3.Session(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
            region_name=stack.sandbox.region,
        )

    def client(self, service: str) -> Any:
        """A client with the role's credentials."""
        return self._session.client(service, endpoint_url=self.stack.sandbox.endpoint)

    def function(self, role: str) -> str:
        """The name of the function that a role is for."""
        return self.stack.outputs[role.replace("Role", "FunctionName")]

    def invoke(self, role: str, request: Any) -> dict[str, Any]:
        """What a function answers, or the denial."""
        answer = self.client("lambda").invoke(
            FunctionName=self.function(role), Payload=json.dumps(request).encode()
        )
        told: dict[str, Any] = json.loads(answer["Payload"].read())
        return told


def put_object(bucket: str, key: str) -> Deed:
    return lambda thief: thief.client("s3").put_object(Bucket=bucket, Key=key, Body=b"{}")


EVERY_ROLE: dict[str, Deed] = {
    "replace the code that deletes": lambda thief: thief.client("lambda").update_function_code(
        FunctionName=thief.function("RemoveRole"), ZipFile=b"PK"
    ),
    "hide a region": lambda thief: thief.client("lambda").update_function_configuration(
        FunctionName=thief.function("RemoveRole"),
        Environment={"Variables": {"USAGE_REGIONS": "eu-west-2"}},
    ),
    "give itself more": lambda thief: thief.client("iam").put_role_policy(
        RoleName=thief.role,
        PolicyName="more",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}),
    ),
    "become the role that deletes": lambda thief: thief.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{thief.stack.sandbox.account}:role/"
        + thief.stack.roles["RemoveRole"],
        RoleSessionName="thief",
    ),
    "rename a certificate": lambda thief: thief.client("iam").update_server_certificate(
        ServerCertificateName="www", NewServerCertificateName="other"
    ),
    "except a certificate": lambda thief: thief.client("iam").tag_server_certificate(
        ServerCertificateName="www", Tags=[{"Key": "certsweep:exception-until", "Value": "x"}]
    ),
    "end an exception": lambda thief: thief.client("iam").untag_server_certificate(
        ServerCertificateName="www", TagKeys=["certsweep:exception-until"]
    ),
    "change the runbook": lambda thief: thief.client("ssm").update_document(
        Name=thief.stack.outputs["RunbookName"], Content="{}", DocumentVersion="$LATEST"
    ),
    "start the runbook": lambda thief: thief.client("ssm").start_automation_execution(
        DocumentName=thief.stack.outputs["RunbookName"],
        Parameters={"ServerCertificate": ["www"]},
    ),
    "approve": lambda thief: thief.client("ssm").send_automation_signal(
        AutomationExecutionId=thief.stack.last_execution().id, SignalType="Approve"
    ),
    "change the rule": lambda thief: thief.client("config").delete_config_rule(
        ConfigRuleName=thief.stack.rule.name
    ),
    "read a backup": lambda thief: thief.client("s3").get_object(Bucket=BACKUPS, Key="certsweep/x"),
    "delete a backup": lambda thief: thief.client("s3").delete_object(
        Bucket=BACKUPS, Key="certsweep/x"
    ),
    "write where backups are not": put_object(BACKUPS, "elsewhere"),
    "write among another account's backups": put_object(BACKUPS, "certsweep/210987654321/x"),
    "write to another bucket": put_object(BUCKET, "certsweep/123456789012/x"),
}
NOT_FOR_REMOVAL: dict[str, Deed] = {
    "delete a certificate": lambda thief: thief.client("iam").delete_server_certificate(
        ServerCertificateName="www"
    ),
}
NOT_FOR_THE_RUNBOOK: dict[str, Deed] = {
    "have a certificate deleted": lambda thief: thief.invoke("RemoveRole", {}),
    "send messages": lambda thief: thief.client("sns").publish(
        TopicArn=thief.stack.outputs["TopicArn"], Message="All is well."
    ),
}
NOT_FOR_THE_RULE: dict[str, Deed] = {
    "write results": lambda thief: thief.client("config").put_evaluations(
        Evaluations=[], ResultToken="token"
    ),
}
DENIED = {
    "EvaluateRole": EVERY_ROLE | NOT_FOR_REMOVAL | NOT_FOR_THE_RUNBOOK,
    "InspectRole": EVERY_ROLE | NOT_FOR_REMOVAL | NOT_FOR_THE_RUNBOOK | NOT_FOR_THE_RULE,
    "RemoveRole": EVERY_ROLE | NOT_FOR_THE_RUNBOOK | NOT_FOR_THE_RULE,
    "RunbookRole": EVERY_ROLE | NOT_FOR_REMOVAL | NOT_FOR_THE_RULE,
}


@pytest.mark.parametrize("role", DENIED)
def test_stolen_role_is_denied(guarded: Deployment, role: str) -> None:
    guarded.expired("www")
    waiting = guarded.run("www")
    thief = Thief(guarded, role)
    for name, deed in DENIED[role].items():
        with pytest.raises(ClientError) as refused:
            deed(thief)
        assert refused.value.response["Error"]["Code"] in CODES, name
        assert f"assumed-role/{thief.role}/thief is not authorized" in str(refused.value), name
    assert guarded.last_execution().status == waiting.status == "Waiting"
    assert guarded.names == ["www"]


def test_denials_are_not_the_sandbox_s_answer_to_everything(guarded: Deployment) -> None:
    """What the template grants is allowed to whoever has the credentials."""
    guarded.expired("www")
    runbook = Thief(guarded, "RunbookRole")
    put_object(BACKUPS, f"certsweep/{guarded.sandbox.account}/x")(runbook)
    runbook.client("iam").get_server_certificate(ServerCertificateName="www")
    assert runbook.invoke("InspectRole", {"certificate": "www"})["deletable"] is True
    Thief(guarded, "RemoveRole").client("iam").delete_server_certificate(
        ServerCertificateName="www"
    )
    assert guarded.names == []


def test_stolen_runbook_role_meets_the_judge_though_no_approver(guarded: Deployment) -> None:
    used, valid = guarded.expired("used"), guarded.valid("valid")
    unused = guarded.expired("unused")
    guarded.infrastructure.alb(ABROAD, "prod", valid.arn, sni=[used.arn])
    thief = Thief(guarded, "RunbookRole")

    def outcome(certificate: Certificate) -> str:
        request = {"certificate": certificate.name, "id": certificate.id, "approved": True}
        return str(thief.invoke("RemoveRole", request)["outcome"])

    assert [outcome(one) for one in (used, valid)] == ["REFUSED", "REFUSED"]
    assert guarded.names == ["unused", "used", "valid"]
    # SECURITY.md says so: the approval is a step of the runbook, not of the function.
    assert outcome(unused) == "REMOVED"


@pytest.mark.parametrize("role", ["EvaluateRole", "InspectRole", "RemoveRole"])
def test_runbook_runs_with_no_role_that_is_for_a_function(guarded: Deployment, role: str) -> None:
    guarded.expired("www")
    arn = guarded.sandbox.client("iam").get_role(RoleName=guarded.roles[role])["Role"]["Arn"]
    given = {"ServerCertificate": ["www"], "AutomationAssumeRole": [arn]}
    with pytest.raises(ClientError, match="unable to be assumed"):
        guarded.sandbox.automations.run(guarded.outputs["RunbookName"], given)
    assert (guarded.names, guarded.deletions()) == (["www"], [])
