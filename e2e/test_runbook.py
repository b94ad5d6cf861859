from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.client import DEFAULT_RUNTIME, PROJECT

from .account import days
from .deployment import BACKUPS, Deployment
from .javac import compile_java
from .production import ABROAD, HOME

STRANGER = "210987654321"
STRANGE_NAME = "shop@example.com+eu=1,2_3.4-5"


# What becomes of a certificate.


def test_unused_expired_certificate_is_deleted_and_its_result_disappears(
    stack: Deployment,
) -> None:
    expired = stack.expired("www")
    stack.valid("api")
    execution = stack.remediate_after_a_run("www")
    assert execution.result == ("Success", "REMOVED")
    assert execution.reason == f"Deleted www ({expired.id})."
    assert execution.verdict["deletable"]
    assert execution.verdict["id"] == expired.id
    assert execution.steps == dict.fromkeys(
        ("inspect", "decide", "remove", "reevaluate"), "Success"
    )
    stack.sandbox.wait(stack.rule)
    assert (stack.names, stack.compliance) == (["api"], {"api": "COMPLIANT"})
    assert stack.sandbox.remediations.statuses(stack.rule)["www"]["State"] == "SUCCEEDED"


def test_certificate_in_use_as_sni_in_another_region_is_refused(stack: Deployment) -> None:
    expired, default = stack.expired("www"), stack.valid("default")
    stack.infrastructure.alb(ABROAD, "prod", default.arn, sni=[expired.arn])
    execution = stack.remediate_after_a_run("www")
    assert execution.status == "Failed"
    reason = f"Not deleted: In use by 1 resource: ALB listener {ABROAD} app/prod:443 (SNI)."
    assert reason in execution.failure
    assert "Attach a valid certificate to these resources first." in execution.failure
    assert execution.verdict["usage"][0]["region"] == ABROAD
    assert (stack.names, stack.deletions()) == (["default", "www"], [])
    status = stack.sandbox.remediations.statuses(stack.rule)["www"]
    assert status["State"] == "FAILED"
    assert any(reason in step.get("ErrorMessage", "") for step in status["StepDetails"])


def test_valid_certificate_is_refused(stack: Deployment) -> None:
    stack.valid("www")
    execution = stack.run("www")
    assert execution.status == "Failed"
    assert "Not deleted: Valid until " in execution.failure
    assert (stack.names, stack.deletions()) == (["www"], [])


def test_certificate_that_the_rule_reports_ahead_of_time_is_refused(stack: Deployment) -> None:
    stack.configure(DaysToExpiration="30")
    stack.store("www", days(10))
    execution = stack.remediate_after_a_run("www")
    assert stack.compliance == {"www": "NON_COMPLIANT"}
    assert execution.status == "Failed"
    assert (stack.names, stack.deletions()) == (["www"], [])


def test_certificate_whose_use_is_unknown_is_refused(stack: Deployment) -> None:
    stack.expired("www")
    stack.sandbox.denials.add(region=ABROAD)
    execution = stack.run("www")
    assert execution.status == "Failed"
    assert "Usage unknown: 3 of " in execution.failure
    assert f"{ABROAD} appsync" in execution.failure
    assert (stack.names, stack.deletions()) == (["www"], [])


def test_certificate_that_is_gone_already_is_a_success(stack: Deployment) -> None:
    stack.expired("www")
    stack.scheduled_run()
    stack.delete("www")
    execution = stack.remediate("www")
    assert execution.result == ("Success", "ALREADY_GONE")
    assert "has no server certificate www" in execution.reason
    assert list(execution.steps) == ["inspect", "decide", "remove", "reevaluate"]
    assert stack.deletions() == []
    # The rule has been evaluated again, so that the stale result doesn't stay until its next run.
    stack.sandbox.wait(stack.rule)
    assert stack.compliance == {stack.sandbox.account: "COMPLIANT"}


def test_dry_run_on_a_certificate_that_is_gone_starts_nothing(stack: Deployment) -> None:
    execution = stack.run("gone", dry_run=True)
    assert execution.result == ("Success", "ALREADY_GONE")
    assert list(execution.steps) == ["inspect", "decide", "conclude"]
    assert stack.sandbox.requests.list("config", "StartConfigRulesEvaluation") == []


@pytest.mark.parametrize(("used", "outcome"), [(False, "WOULD_REMOVE"), (True, "WOULD_REFUSE")])
def test_dry_run_says_what_would_happen_and_deletes_nothing(
    stack: Deployment, used: bool, outcome: str
) -> None:
    expired = stack.expired("www")
    if used:
        stack.infrastructure.classic(HOME, "old", expired.arn)
    execution = stack.run("www", dry_run=True)
    assert execution.result == ("Success", outcome)
    assert execution.reason == execution.verdict["reason"]
    assert ("Classic ELB eu-west-1 old:443" in execution.reason) == used
    assert list(execution.steps) == ["inspect", "decide", "conclude"]
    assert (stack.names, stack.deletions()) == (["www"], [])


# What it is called.


def test_name_with_every_sign_and_a_path_is_deleted(stack: Deployment) -> None:
    stack.expired(STRANGE_NAME, path="/eu/shop/")
    assert stack.remediate_after_a_run(STRANGE_NAME).result == ("Success", "REMOVED")
    assert stack.names == []


@pytest.mark.parametrize("member", ["id", "arn"])
def test_id_and_arn_are_taken_too(stack: Deployment, member: str) -> None:
    expired = stack.expired(STRANGE_NAME, path="/eu/shop/")
    stack.expired("other")
    assert stack.run(getattr(expired, member)).result == ("Success", "REMOVED")
    assert (stack.names, stack.deletions()) == (["other"], [STRANGE_NAME])


def test_name_in_another_case_is_taken_too(stack: Deployment) -> None:
    expired = stack.expired("www-2018")
    execution = stack.run("WWW-2018")
    assert execution.result == ("Success", "REMOVED")
    assert execution.reason == f"Deleted www-2018 ({expired.id})."
    assert (stack.names, stack.deletions()) == ([], ["www-2018"])


@pytest.fixture
def old_account(stack: Deployment) -> Iterator[Deployment]:
    """The stack in an account whose certificates have ids of another form."""
    stack.sandbox.settings(id_prefix="AS5Y")
    yield stack
    stack.sandbox.settings(id_prefix="ASCA")


def test_id_of_an_old_account_is_taken_from_the_result_to_the_deletion(
    old_account: Deployment,
) -> None:
    expired = old_account.expired("www")
    old_account.scheduled_run()
    assert f"(id {expired.id})" in old_account.annotation("www")
    execution = old_account.run(expired.id)
    assert execution.result == ("Success", "REMOVED")
    assert execution.reason == f"Deleted www ({expired.id})."
    assert expired.id.startswith("AS5Y")
    assert old_account.names == []


@pytest.mark.parametrize(
    "malformed",
    ["www example", "www/x", "*", "x" * 129, "$(id)", "{{ inspect.Name }}", "arn:aws:acm:::x"],
)
def test_malformed_certificate_is_refused_before_anything_runs(
    stack: Deployment, malformed: str
) -> None:
    with pytest.raises(ClientError) as refused:
        stack.run(malformed)
    code = refused.value.response["Error"]["Code"]
    assert code in ("InvalidAutomationExecutionParametersException", "ValidationException")
    assert stack.sandbox.requests.list("lambda", "Invoke") == []


@pytest.mark.parametrize(("name", "value"), [("DryRun", "yes"), ("Approvers", "mallory")])
def test_caller_chooses_nothing_else(stack: Deployment, name: str, value: str) -> None:
    with pytest.raises(ClientError, match="InvalidAutomationExecutionParametersException"):
        stack.sandbox.client("ssm").start_automation_execution(
            DocumentName=stack.outputs["RunbookName"],
            Parameters={"ServerCertificate": ["www"], name: [value]},
        )


# What changed since AWS Config looked.


def test_renewed_certificate_is_refused(stack: Deployment) -> None:
    stack.expired("www")
    stack.scheduled_run()
    stack.delete("www")
    stack.valid("www")
    execution = stack.remediate("www")
    assert execution.status == "Failed"
    assert "Not deleted: Valid until " in execution.failure
    assert (stack.names, stack.deletions()) == (["www"], [])


def test_expired_certificate_that_replaced_it_is_judged_for_itself(stack: Deployment) -> None:
    stack.expired("www")
    stack.scheduled_run()
    replacement = stack.replace("www")
    stack.infrastructure.alb(HOME, "prod", replacement.arn)
    execution = stack.remediate("www")
    assert "In use by 1 resource: ALB listener eu-west-1 app/prod:443." in execution.failure
    assert execution.verdict["id"] == replacement.id
    assert (stack.names, stack.deletions()) == (["www"], [])


def test_renamed_certificate_is_left_alone(stack: Deployment) -> None:
    stack.expired("www")
    stack.scheduled_run()
    stack.rename("www", "www-old")
    assert stack.remediate("www").result == ("Success", "ALREADY_GONE")
    assert (stack.names, stack.deletions()) == (["www-old"], [])


# Between the inspection and the removal: while an approver takes their time.


def test_approved_certificate_is_deleted(guarded: Deployment) -> None:
    expired = guarded.expired("www")
    waiting = guarded.remediate_after_a_run("www")
    assert (waiting.status, guarded.names) == ("Waiting", ["www"])
    message = json.loads(guarded.messages()[-1])
    asked, _, told = message["approvalMessage"].partition("? ")
    account = guarded.sandbox.account
    assert asked == f"Delete the IAM server certificate www ({expired.id}) of account {account}"
    assert told.startswith("Expired 2")
    assert told.endswith(
        " ago. Not in use. It can't be restored without its owner's private key."
    ), told
    assert message["automationExecutionId"] == waiting.id
    execution = guarded.answer(waiting, "Approve")
    assert execution.result == ("Success", "REMOVED")
    assert guarded.names == []


def test_refused_approval_deletes_nothing(guarded: Deployment) -> None:
    guarded.expired("www")
    execution = guarded.answer(guarded.run("www"), "Reject")
    assert execution.result == ("Failed", "")
    assert "rejected" in execution.failure
    assert (guarded.names, guarded.deletions(), guarded.backups()) == (["www"], [], {})


def test_approval_that_nobody_gives_in_a_day_expires(guarded: Deployment) -> None:
    guarded.expired("www")
    waiting = guarded.run("www")
    guarded.sandbox.clock.advance(days(0.999))
    assert guarded.last_execution().status == "Waiting"
    guarded.sandbox.clock.advance(days(0.002))
    assert guarded.last_execution().status == "TimedOut"
    with pytest.raises(ClientError, match="InvalidAutomationSignalException"):
        guarded.answer(waiting, "Approve")
    assert (guarded.names, guarded.deletions(), guarded.backups()) == (["www"], [], {})


def test_nobody_but_an_approver_can_approve(guarded: Deployment) -> None:
    guarded.expired("www")
    waiting = guarded.run("www")
    with pytest.raises(ClientError, match="InvalidAutomationSignalException"):
        guarded.sandbox.client("ssm").send_automation_signal(
            AutomationExecutionId=waiting.id, SignalType="Approve"
        )
    assert guarded.last_execution().status == "Waiting"


def test_nobody_is_asked_about_a_certificate_that_is_refused(guarded: Deployment) -> None:
    guarded.valid("www")
    assert guarded.run("www").status == "Failed"
    (message,) = guarded.messages()
    assert "ended with the status Failed" in message


def test_certificate_attached_to_a_listener_after_the_inspection_is_refused(
    guarded: Deployment,
) -> None:
    expired, default = guarded.expired("www"), guarded.valid("default")
    waiting = guarded.run("www")
    guarded.infrastructure.nlb(ABROAD, "edge", default.arn, sni=[expired.arn])
    execution = guarded.answer(waiting, "Approve")
    assert execution.status == "Failed"
    assert f"Not deleted: In use by 1 resource: NLB listener {ABROAD} net/edge:443 (SNI)" in (
        execution.failure
    )
    assert (guarded.names, guarded.deletions()) == (["default", "www"], [])


def test_certificate_replaced_after_the_inspection_is_refused(guarded: Deployment) -> None:
    guarded.expired("www")
    waiting = guarded.run("www")
    guarded.replace("www")
    execution = guarded.answer(waiting, "Approve")
    assert execution.status == "Failed"
    assert "Not deleted: the name www now belongs to another certificate." in execution.failure
    assert (guarded.names, guarded.deletions(), guarded.backups()) == (["www"], [], {})


def test_certificate_renamed_after_the_inspection_is_left_alone(guarded: Deployment) -> None:
    guarded.expired("www")
    waiting = guarded.run("www")
    guarded.rename("www", "www-old")
    execution = guarded.answer(waiting, "Approve")
    assert execution.status == "Failed"
    assert "Not deleted: IAM no longer finds www. Somebody deleted or renamed it. Start again" in (
        execution.failure
    )
    assert (guarded.names, guarded.deletions()) == (["www-old"], [])


def test_certificate_deleted_by_somebody_else_after_the_inspection_is_gone(
    stack: Deployment,
) -> None:
    stack.configure(Approvers=f"arn:aws:iam::{stack.sandbox.account}:user/alice")
    stack.expired("www")
    waiting = stack.run("www")
    stack.delete("www")
    execution = stack.answer(waiting, "Approve")
    assert execution.result == ("Success", "ALREADY_GONE")
    assert stack.deletions() == []


def test_user_that_only_iam_knows_of_is_named_in_the_refusal(stack: Deployment) -> None:
    stack.expired("www")
    user = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/hidden"
    stack.sandbox.delete_conflicts.detect(unforeseen={"www": user})
    execution = stack.run("www")
    assert execution.status == "Failed"
    assert "Not deleted: IAM refused to delete the certificate" in execution.failure
    assert user in execution.failure
    assert (stack.names, stack.deletions()) == (["www"], ["www"])


# The backup.


@pytest.fixture
def strangers_bucket(stack: Deployment) -> Iterator[Any]:
    """The client of a stranger whose bucket anybody may write to."""
    stranger = stack.sandbox.client("s3", account=STRANGER)
    stack.sandbox.make_bucket("strange", account=STRANGER)
    anybody = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::strange/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [anybody]}
    stranger.put_bucket_policy(Bucket="strange", Policy=json.dumps(policy))
    yield stranger
    stranger.delete_bucket(Bucket="strange")


def test_backup_holds_all_that_iam_gives(guarded: Deployment) -> None:
    expired = guarded.expired(STRANGE_NAME, path="/eu/")
    iam = guarded.sandbox.client("iam")
    tags = [{"Key": "owner", "Value": "web"}]
    iam.tag_server_certificate(ServerCertificateName=STRANGE_NAME, Tags=tags)
    stored = iam.get_server_certificate(ServerCertificateName=STRANGE_NAME)["ServerCertificate"]

    execution = guarded.answer(guarded.run(STRANGE_NAME), "Approve")

    assert execution.result == ("Success", "REMOVED")
    ((key, backup),) = guarded.backups().items()
    assert execution.backup == f"s3://{BACKUPS}/{key}"
    folder, account, name, certificate_id, file = key.split("/")
    assert (folder, account) == ("certsweep", guarded.sandbox.account)
    assert (name, certificate_id) == (STRANGE_NAME, expired.id)
    year = execution.description["ExecutionStartTime"].year
    assert file.startswith(f"{year}-")
    assert file.endswith("Z.json")
    assert backup["CertificateBody"] == stored["CertificateBody"]
    assert backup.get("CertificateChain") == stored.get("CertificateChain")
    assert backup["Tags"] == tags
    assert backup["ServerCertificateMetadata"]["Arn"] == expired.arn
    assert "PRIVATE KEY" not in json.dumps(backup)


def test_backup_names_the_owner_of_the_bucket_and_no_encryption(guarded: Deployment) -> None:
    guarded.expired("www")
    guarded.answer(guarded.run("www"), "Approve")
    (written,) = guarded.sandbox.requests.list("s3", "PutObject")
    given = written["parameters"]
    assert given["ExpectedBucketOwner"] == guarded.sandbox.account
    assert not {name for name in given if "Encryption" in name or "SSE" in name}


@pytest.mark.parametrize("named", ["", "999999999999"])
def test_bucket_of_another_owner_than_named_gets_no_backup_and_nothing_is_deleted(
    stack: Deployment, strangers_bucket: Any, named: str
) -> None:
    stack.configure(BackupBucket="strange", BackupBucketOwner=named)
    stack.expired("www")
    execution = stack.run("www")
    assert execution.result == ("Failed", "")
    assert "Not deleted: s3:PutObject failed: " in execution.failure
    assert "AccessDenied" in execution.failure
    assert (stack.names, stack.deletions()) == (["www"], [])
    assert "Contents" not in strangers_bucket.list_objects_v2(Bucket="strange")


def test_bucket_of_another_owner_is_refused_even_if_the_role_may_write_anywhere(
    stack: Deployment, strangers_bucket: Any
) -> None:
    stack.configure(BackupBucket="strange")
    iam, role = stack.sandbox.client("iam"), stack.roles["RunbookRole"]
    anywhere = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [anywhere]}
    iam.put_role_policy(RoleName=role, PolicyName="wide", PolicyDocument=json.dumps(policy))
    stack.expired("www")
    execution = stack.run("www")
    iam.delete_role_policy(RoleName=role, PolicyName="wide")
    assert "AccessDenied" in execution.failure
    assert (stack.names, stack.deletions()) == (["www"], [])
    assert "Contents" not in strangers_bucket.list_objects_v2(Bucket="strange")


def test_nothing_is_deleted_if_the_bucket_is_missing(stack: Deployment) -> None:
    stack.configure(BackupBucket="no-such-bucket")
    stack.expired("www")
    execution = stack.run("www")
    assert execution.result == ("Failed", "")
    assert "NoSuchBucket" in execution.failure
    assert (stack.names, stack.deletions()) == (["www"], [])


def test_nothing_is_deleted_if_the_bucket_denies(guarded: Deployment) -> None:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{BACKUPS}/*",
    }
    files = guarded.sandbox.client("s3")
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    files.put_bucket_policy(Bucket=BACKUPS, Policy=json.dumps(policy))
    guarded.expired("www")
    execution = guarded.answer(guarded.run("www"), "Approve")
    files.delete_bucket_policy(Bucket=BACKUPS)
    assert execution.result == ("Failed", "")
    assert "AccessDenied" in execution.failure
    assert (guarded.names, guarded.deletions()) == (["www"], [])


# Functions that don't do their work.


def test_nothing_is_deleted_if_the_inspection_is_missing(stack: Deployment) -> None:
    stack.expired("www")
    missing: Any = {"code": "ResourceNotFoundException", "message": "Function not found"}
    stack.sandbox.faults.add("lambda", "Invoke", kind="error", times=0, status=404, **missing)
    execution = stack.run("www")
    assert execution.status == "Failed"
    assert "Function not found" in execution.failure
    assert (stack.names, stack.deletions()) == (["www"], [])


def test_nothing_is_deleted_if_the_inspection_fails(stack: Deployment) -> None:
    stack.expired("www")
    with stack.policies.without("InspectRole", "iam:ListServerCertificates"):
        execution = stack.run("www")
    assert execution.status == "Failed"
    assert "Not deleted: the inspection failed: " in execution.failure
    assert "iam:ListServerCertificates" in execution.failure
    assert (stack.names, stack.deletions()) == (["www"], [])


def test_nothing_is_deleted_if_the_inspection_takes_too_long(stack: Deployment) -> None:
    stack.expired("www")
    stack.sandbox.faults.add("iam", "ListServerCertificates", kind="hold", times=0)
    with stack.timeout("InspectFunctionName", 1):
        execution = stack.run("www")
    stack.sandbox.faults.clear()
    assert execution.status == "Failed"
    assert "Not deleted: the inspection failed: " in execution.failure
    assert (stack.names, stack.deletions()) == (["www"], [])


def test_nothing_is_deleted_if_the_removal_is_missing(stack: Deployment) -> None:
    stack.expired("www")
    missing: Any = {"code": "ResourceNotFoundException", "message": "Function not found"}
    stack.sandbox.faults.add("lambda", "Invoke", kind="error", at=2, times=0, status=404, **missing)
    execution = stack.run("www")
    assert list(execution.steps) == ["inspect", "decide", "remove"]
    assert execution.status == "Failed"
    assert "Function not found" in execution.failure
    assert (stack.names, stack.deletions()) == (["www"], [])


def test_nothing_is_deleted_if_the_removal_fails_before(stack: Deployment) -> None:
    stack.expired("www")
    with stack.policies.without("RemoveRole", "iam:DeleteServerCertificate"):
        execution = stack.run("www")
    assert execution.status == "Failed"
    assert "The removal failed: " in execution.failure
    assert "iam:DeleteServerCertificate" in execution.failure
    assert stack.names == ["www"]


def test_nothing_is_deleted_if_the_removal_has_no_time_to_search(stack: Deployment) -> None:
    stack.expired("www")
    with stack.timeout("RemoveFunctionName", 20):
        execution = stack.run("www")
    assert execution.status == "Failed"
    assert "Not deleted: Usage unknown" in execution.failure
    assert (stack.names, stack.deletions()) == (["www"], [])


def test_removal_that_fails_after_the_deletion_says_so(stack: Deployment) -> None:
    stack.expired("www")
    denied: Any = {"status": 403, "code": "AccessDenied", "message": "Denied all of a sudden"}
    stack.sandbox.faults.add("iam", "GetServerCertificate", kind="error", at=2, times=0, **denied)
    execution = stack.run("www")
    assert execution.status == "Failed"
    assert "IAM accepted the deletion of www, but" in execution.failure
    assert stack.names == []


def test_removal_whose_answer_is_lost_is_asked_again(stack: Deployment) -> None:
    stack.expired("www")
    stack.sandbox.faults.add("lambda", "Invoke", kind="lost-answer", at=2)
    execution = stack.run("www")
    assert execution.result == ("Success", "ALREADY_GONE")
    assert (stack.names, stack.deletions()) == ([], ["www"])


@pytest.mark.parametrize(("deleted", "then"), [("", "REMOVED"), ("www", "ALREADY_GONE")])
def test_removal_that_lambda_ends_says_that_nothing_is_known_and_can_be_started_again(
    stack: Deployment, forger: Path, deleted: str, then: str
) -> None:
    # A function of the project never gets so far, but a machine that stalls can.
    stack.expired("www")
    stalled = {"STALL": "true", "DELETE": deleted}
    with (
        stack.replaced("RemoveFunctionName", forger, "Forger::handleRequest", stalled),
        stack.timeout("RemoveFunctionName", 5),
    ):
        execution = stack.run("www")
    assert execution.result == ("Failed", "")
    assert "Task timed out after 5" in execution.failure
    assert "start again to find out. Starting again is safe" in execution.failure
    assert stack.names == ([] if deleted else ["www"])
    assert stack.run("www").result == ("Success", then)
    assert stack.names == []


def test_rule_that_cannot_be_started_does_not_fail_the_run(stack: Deployment) -> None:
    stack.expired("www")
    with stack.policies.without("RunbookRole", "config:StartConfigRulesEvaluation"):
        execution = stack.run("www")
    assert execution.result == ("Success", "REMOVED")
    assert execution.steps["reevaluate"] == "Failed"
    assert stack.names == []


# A forged verdict.


@pytest.fixture(scope="session")
def forger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The function of Forger.java, packed as Lambda wants it."""
    folder = tmp_path_factory.mktemp("forger")
    jars = ":".join(str(jar) for jar in (PROJECT / DEFAULT_RUNTIME).glob("*.jar"))
    compile_java("Forger.java", folder, jars)
    with zipfile.ZipFile(folder / "forger.zip", "w") as packed:
        packed.write(folder / "Forger.class", "Forger.class")
    return folder / "forger.zip"


def test_removal_believes_no_forged_inspection(stack: Deployment, forger: Path) -> None:
    used, valid = stack.expired("used"), stack.valid("valid")
    unused = stack.expired("unused")
    stack.infrastructure.alb(ABROAD, "prod", valid.arn, sni=[used.arn])
    lies = {
        "In use by 1 resource: ALB listener": ("used", used.id),
        "Valid until ": ("valid", valid.id),
        "The name used now belongs to another certificate": ("used", valid.id[:-1] + "0"),
        f"Certificate {unused.id} is now named unused, not valid": ("valid", unused.id),
    }
    for truth, (name, certificate_id) in lies.items():
        lie = {"found": True, "deletable": True, "name": name, "id": certificate_id}
        answer = {"ANSWER": json.dumps(lie | {"status": "EXPIRED", "reason": "Trust me."})}
        with stack.replaced("InspectFunctionName", forger, "Forger::handleRequest", answer):
            execution = stack.run(name)
        assert execution.steps["inspect"] == "Success"
        assert execution.status == "Failed"
        assert f"Not deleted: {truth}" in execution.failure
    assert (stack.names, stack.deletions()) == (["unused", "used", "valid"], [])


def test_malformed_id_is_refused_and_nothing_is_deleted(stack: Deployment, forger: Path) -> None:
    stack.expired("www")
    verdict = {"found": True, "deletable": True, "name": "www", "id": "AS5Y", "reason": "Trust me."}
    answer = {"ANSWER": json.dumps(verdict)}
    with stack.replaced("InspectFunctionName", forger, "Forger::handleRequest", answer):
        execution = stack.run("www")
    assert execution.status == "Failed"
    assert 'Not deleted: "id" is "AS5Y": it must be the id of a server' in execution.failure
    assert "Nothing was deleted." in execution.failure
    assert (stack.names, stack.deletions()) == (["www"], [])


def test_role_of_the_runbook_can_delete_nothing(guarded: Deployment) -> None:
    assert not {
        one for one in guarded.policies.granted("RunbookRole") if "Delete" in one or "*" in one
    }
