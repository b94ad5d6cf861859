from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.client import ORGANIZATION, PROJECT

from .account import days
from .deployment import Deployment
from .package import BUCKET, NO_SETTINGS, PATIENCE
from .test_stack import found_in

STACK = "certsweep-organization"
INSTANCE = re.compile(rf"StackSet-{STACK}-[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}")
CENTRAL, CENTRAL_BUCKET = "210987654321", "certificates-of-all"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
UNITS = "ou-ab12-11111111,ou-ab12-22222222"
AWS_CLI = f"{sys.executable} {Path(sys.executable).with_name('aws')} {PATIENCE}"


def make(environment: dict[str, str], *variables: str) -> subprocess.CompletedProcess[str]:
    """Runs `make deploy-organization` on what was built already."""
    # Whatever make runs the tests has given its own variables.
    inherited = {name: value for name, value in environment.items() if name != "MAKEFLAGS"}
    return subprocess.run(
        [
            *("make", "--assume-old=package", "--assume-old=.venv/.ready", "deploy-organization"),
            *(f"PY={sys.executable}", f"AWS={AWS_CLI}", *variables),
        ],
        cwd=PROJECT,
        env=inherited | NO_SETTINGS,
        capture_output=True,
        text=True,
        check=False,
    )


def deploy(new: Deployment, folder: Path, parameters: str) -> dict[str, Any]:
    """Deploys to the organization; answers the stack that the account has got."""
    ran = make(
        new.sandbox.environment,
        *(f"BUCKET={BUCKET}", f"UNITS={UNITS}", f"PARAMETERS={parameters}"),
        f"PACKAGED={folder / 'packaged.yaml'}",
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    stacks = new.sandbox.client("cloudformation").describe_stacks()["Stacks"]
    assert len(stacks) == 2
    (instance,) = (one for one in stacks if INSTANCE.fullmatch(one["StackName"]))
    new.adopt(instance["StackName"])
    found: dict[str, Any] = instance
    return found


def documented_policy(resource: str) -> str:
    """The policy that docs/organization.md has for a bucket or a topic, as somebody fills it in."""
    page = (PROJECT / "docs/organization.md").read_text()
    blocks = re.findall(r"^```json\n(.*?)^```$", page, re.M | re.S)
    (policy,) = (one for one in blocks if f":{resource}" in one)
    return str(policy).replace("o-...", ORGANIZATION)


def documented_key_policy() -> str:
    """The policy of a key with the statements that docs/organization.md has for the topic's."""
    page = (PROJECT / "docs/organization.md").read_text()
    blocks = re.findall(r"^```json\n(.*?)^```$", page, re.M | re.S)
    (statements,) = (json.loads(one) for one in blocks if one.startswith("["))
    policy = {"Version": "2012-10-17", "Statement": statements}
    return json.dumps(policy).replace("o-...", ORGANIZATION)


def recommended(region: str) -> str:
    """The parameters of the set-up that docs/organization.md recommends, filled in."""
    page = (PROJECT / "docs/organization.md").read_text()
    (parameters,) = re.findall(r'PARAMETERS="([^"]*Alarms=essential[^"]*)"', page)
    joined = " ".join(str(parameters).replace("\\\n", " ").split())
    return joined.replace("SECURITY", CENTRAL).replace("REGION", region)


def document(action: str) -> str:
    allowed = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


def session_of(new: Deployment, role: str, service: str = "ssm") -> Any:
    """A client with the credentials of a role."""
    arn = new.sandbox.client("iam").get_role(RoleName=role)["Role"]["Arn"]
    assumed = new.sandbox.client("sts").assume_role(RoleArn=arn, RoleSessionName="somebody")
    keys = assumed["Credentials"]
    return boto3.client(
        service,
        region_name=new.sandbox.region,
        endpoint_url=new.sandbox.endpoint,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


@pytest.fixture
def central(new: Deployment) -> Any:
    """The client of the account with the bucket for all accounts, with the documented policy."""
    new.sandbox.make_bucket(CENTRAL_BUCKET, account=CENTRAL)
    files = new.sandbox.client("s3", account=CENTRAL)
    files.put_bucket_policy(Bucket=CENTRAL_BUCKET, Policy=documented_policy(CENTRAL_BUCKET))
    return files


def values(stack: dict[str, Any]) -> dict[str, str]:
    return {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}


def test_organization_gets_the_whole_stack_and_gives_it_back(
    new: Deployment, tmp_path: Path
) -> None:
    new.expired("www")
    new.store("shop", days(10))
    before = found_in(new)
    first = deploy(new, tmp_path, "DaysToExpiration=30 RolePath=/security/ LogRetentionInDays=30")
    given = values(first)
    assert (given["DaysToExpiration"], given["RolePath"]) == ("30", "/security/")
    assert (given["Approvers"], given["BackupBucket"]) == ("", "")
    groups = new.sandbox.client("logs").describe_log_groups()["logGroups"]
    assert [group["retentionInDays"] for group in groups] == [30, 30, 30]
    assert new.compliance == {"shop": "NON_COMPLIANT", "www": "NON_COMPLIANT"}
    assert new.remediate_after_a_run("www").result == ("Success", "REMOVED")
    assert new.names == ["shop"]
    assert new.sandbox.permissions.list(decision="denied") == []
    second = deploy(new, tmp_path, "DaysToExpiration=0")
    assert second["StackId"] == first["StackId"]
    assert values(second) == given | {"DaysToExpiration": "0"}
    assert new.compliance == {"shop": "COMPLIANT"}
    logs = {f"log groups: {group['logGroupName']}" for group in groups}
    new.sandbox.client("cloudformation").delete_stack(StackName=STACK)
    assert new.sandbox.client("cloudformation").describe_stacks()["Stacks"] == []
    assert found_in(new) == before | logs
    assert new.names == ["shop"]


def test_organization_gets_approvers_a_boundary_and_a_central_bucket(
    new: Deployment, central: Any, tmp_path: Path
) -> None:
    iam, account = new.sandbox.client("iam"), new.sandbox.account
    iam.create_policy(PolicyName="Boundary", Path="/security/", PolicyDocument=document("*"))
    iam.create_role(RoleName="Approver", Path="/security/", AssumeRolePolicyDocument=TRUST)
    signal = document("ssm:SendAutomationSignal")
    iam.put_role_policy(RoleName="Approver", PolicyName="approve", PolicyDocument=signal)
    alice, mallory = (new.sandbox.automations.user(name) for name in ("alice", "mallory"))
    deploy(
        new,
        tmp_path,
        "Approvers=role/security/Approver,user/alice "
        "PermissionsBoundaryArn=policy/security/Boundary "
        f"BackupBucket={CENTRAL_BUCKET} BackupBucketOwner={CENTRAL}",
    )
    for name in new.roles.values():
        boundary = iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"]
        assert boundary["PermissionsBoundaryArn"] == (
            f"arn:aws:iam::{account}:policy/security/Boundary"
        )

    for name, approver in (("one", alice), ("two", session_of(new, "Approver"))):
        new.expired(name)
        waiting = new.remediate_after_a_run(name)
        assert waiting.status == "Waiting"
        with pytest.raises(ClientError, match="InvalidAutomationSignalException"):
            mallory.send_automation_signal(AutomationExecutionId=waiting.id, SignalType="Approve")
        approver.send_automation_signal(AutomationExecutionId=waiting.id, SignalType="Approve")
        execution = new.last_execution()
        assert execution.result == ("Success", "REMOVED")
        key = execution.backup.removeprefix(f"s3://{CENTRAL_BUCKET}/")
        assert key.startswith(f"certsweep/{account}/{name}/")
        assert (
            b"BEGIN CERTIFICATE"
            in central.get_object(Bucket=CENTRAL_BUCKET, Key=key)["Body"].read()
        )
        # AWS Config starts no rule twice in a minute: the second removal would wait for that.
        new.sandbox.clock.advance(seconds=61)

    assert new.names == []
    assert new.sandbox.permissions.list(decision="denied") == []


@pytest.mark.usefixtures("central")
def test_recommended_set_up_alarms_asks_and_keeps_backups_in_the_central_account(
    new: Deployment, tmp_path: Path
) -> None:
    region = new.sandbox.region
    topic = f"arn:aws:sns:{region}:{CENTRAL}:Automation-certsweep"
    policy = documented_policy("Automation-certsweep").replace("SECURITY", CENTRAL)
    new.sandbox.client("sns", account=CENTRAL).create_topic(
        Name="Automation-certsweep", Attributes={"Policy": policy.replace("REGION", region)}
    )
    iam = new.sandbox.client("iam")
    iam.create_policy(PolicyName="Boundary", PolicyDocument=document("*"))
    iam.create_role(RoleName="CertificateApprover", AssumeRolePolicyDocument=TRUST)
    signal = document("ssm:SendAutomationSignal")
    iam.put_role_policy(RoleName="CertificateApprover", PolicyName="approve", PolicyDocument=signal)
    given = values(deploy(new, tmp_path, recommended(region)))
    assert (given["RefreshDays"], given["Alarms"]) == ("7", "essential")
    (alarm,) = new.sandbox.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert alarm["AlarmActions"] == [topic]

    new.expired("www")
    waiting = new.remediate_after_a_run("www")
    assert waiting.status == "Waiting"
    told, asked = (one["message"] for one in new.sandbox.messages.sent(topic))
    assert "IAM server certificate www in account 123456789012 needs attention" in told
    assert "www" in asked
    session_of(new, "CertificateApprover").send_automation_signal(
        AutomationExecutionId=waiting.id, SignalType="Approve"
    )
    execution = new.last_execution()
    assert execution.result == ("Success", "REMOVED")
    assert execution.backup.startswith(f"s3://{CENTRAL_BUCKET}/certsweep/{new.sandbox.account}/")
    assert new.sandbox.permissions.list(decision="denied") == []


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_central_topic_takes_the_messages_of_its_own_account_too(
    new: Deployment, is_encrypted: bool
) -> None:
    region, account = new.sandbox.region, new.sandbox.account
    topic = f"arn:aws:sns:{region}:{account}:Automation-certsweep"
    policy = documented_policy("Automation-certsweep").replace("SECURITY", account)
    attributes = {"Policy": policy.replace("REGION", region)}
    if is_encrypted:
        key = new.sandbox.client("kms").create_key(
            Policy=documented_key_policy().replace("REGION", region)
        )
        attributes["KmsMasterKeyId"] = key["KeyMetadata"]["Arn"]
    new.sandbox.client("sns").create_topic(Name="Automation-certsweep", Attributes=attributes)
    new.configure(AlarmTopicArn=topic, AutomaticRemediation="true")
    new.expired("www")
    with new.policies.without("RemoveRole", "iam:DeleteServerCertificate"):
        new.scheduled_run()
        new.sandbox.remediations.wait(new.rule)
    told, failed = (one["message"] for one in new.sandbox.messages.sent(topic))
    assert f"IAM server certificate www in account {account} needs attention" in told
    assert "ended with the status Failed." in failed


def test_central_bucket_takes_backups_of_an_account_under_its_own_id_alone(
    new: Deployment, central: Any
) -> None:
    new.sandbox.client("iam").create_role(RoleName="anybody", AssumeRolePolicyDocument=TRUST)
    new.sandbox.client("iam").put_role_policy(
        RoleName="anybody", PolicyName="all", PolicyDocument=document("s3:*")
    )
    files, own = session_of(new, "anybody", "s3"), f"certsweep/{new.sandbox.account}/x"
    written = {"Bucket": CENTRAL_BUCKET, "Body": b"", "ExpectedBucketOwner": CENTRAL}
    files.put_object(Key=own, **written)
    denied: list[Callable[[], Any]] = [
        lambda: files.put_object(Key="certsweep/999999999999/x", **written),
        lambda: files.put_object(Key="x", **written),
        lambda: files.get_object(Bucket=CENTRAL_BUCKET, Key=own),
        lambda: files.delete_object(Bucket=CENTRAL_BUCKET, Key=own),
        lambda: files.list_objects_v2(Bucket=CENTRAL_BUCKET),
    ]
    for deed in denied:
        with pytest.raises(ClientError, match="no resource-based policy allows"):
            deed()
    policy = documented_policy(CENTRAL_BUCKET).replace(ORGANIZATION, "o-strangers")
    central.put_bucket_policy(Bucket=CENTRAL_BUCKET, Policy=policy)
    with pytest.raises(ClientError, match="no resource-based policy allows"):
        files.put_object(Key=own, **written)


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        (["BUCKET=b"], "No organizational units. Name them, or the root: make deploy-organization"),
        (["UNITS=r-ab12"], "No bucket for the functions' code."),
        (
            [
                *("BUCKET=b", "UNITS=r-ab12"),
                "PARAMETERS=Approvers=arn:aws:iam::123456789012:user/alice",
            ],
            "arn:aws:iam::123456789012:user/alice in Approvers is right in one account only.",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_told_before_anything_is_uploaded(
    variables: list[str], reason: str
) -> None:
    ran = make(dict(os.environ), *variables)
    assert ran.returncode != 0
    assert reason in ran.stderr
    assert "cloudformation" not in ran.stdout
