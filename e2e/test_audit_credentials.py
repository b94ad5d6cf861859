"""Who may make an audit: which credentials it finds, and which permissions it needs."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sandbox.client import Infrastructure

from .account import now
from .auditor import Auditor
from .production import HOME
from .test_audit import NAME, store

PORTAL = "https://example.awsapps.com/start"
ROLE = "Auditor"


def policy(auditor: Auditor) -> dict[str, Any]:
    """What the command prints."""
    printed = auditor.run("--print-policy")
    assert printed.status == 0
    document: dict[str, Any] = json.loads(printed.out)
    return document


def actions(document: dict[str, Any]) -> set[str]:
    return {action for one in document["Statement"] for action in one["Action"]}


def web_identity(auditor: Auditor, document: dict[str, Any]) -> dict[str, str]:
    """The environment of a job whose token is good for a role with this policy."""
    arn, token = auditor.sandbox.identities.federate(ROLE, document)
    file = auditor.folder / "token"
    file.write_text(token)
    return {
        "AWS_ROLE_ARN": arn,
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(file),
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
        "AWS_SESSION_TOKEN": "",
    }


def configured(auditor: Auditor, text: str) -> dict[str, str]:
    """The environment of a person with this AWS configuration and nothing else."""
    (auditor.folder / ".aws").mkdir()
    config = auditor.folder / ".aws/config"
    config.write_text(text)
    return {
        "HOME": str(auditor.folder),
        "AWS_CONFIG_FILE": str(config),
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
        "AWS_SESSION_TOKEN": "",
    }


# Permissions.


def everything_needed(auditor: Auditor) -> None:
    """An account in which an audit makes every call that it can make."""
    old = store(auditor, "old", -30, NAME)
    Infrastructure(auditor.sandbox).alb(HOME, "prod", default=old)


def test_printed_policy_is_enough_and_each_action_is_used(auditor: Auditor) -> None:
    everything_needed(auditor)
    document = policy(auditor)
    environment = web_identity(auditor, document)
    auditor.sandbox.permissions.clear()
    report = auditor.report(**environment)
    assert (report.status, report.json["unchecked"]) == (1, [])
    assert f":assumed-role/{ROLE}/" in report.json["caller"]
    used = auditor.sandbox.permissions.list(role=ROLE)
    assert {one["action"] for one in used if one["decision"] == "allowed"} == actions(document)
    assert auditor.sandbox.permissions.list(decision="denied") == []


def assert_each_missing_permission_is_told(
    auditor: Auditor, document: dict[str, Any], indispensable: str, *arguments: str
) -> None:
    """Takes away one permission at a time.

    :param indispensable: without this permission there is no report
    """
    environment = web_identity(auditor, document)
    iam = auditor.sandbox.client("iam")
    for action in sorted(actions(document)):
        lesser = json.loads(json.dumps(document))
        for statement in lesser["Statement"]:
            statement["Action"] = [one for one in statement["Action"] if one != action]
        lesser["Statement"] = [one for one in lesser["Statement"] if one["Action"]]
        iam.put_role_policy(RoleName=ROLE, PolicyName="inline", PolicyDocument=json.dumps(lesser))
        report = auditor.run("--format", "json", *arguments, **environment)
        if action == indispensable:
            assert report.status == 70
            assert f"{action} failed: AccessDenied" in report.err
        else:
            assert report.status == 3, (action, report.err)
            errors = [one["error"] for one in report.json["unchecked"]]
            assert any(f"{action} failed: AccessDenied" in one for one in errors), (action, errors)


def test_each_permission_that_is_missing_is_told(auditor: Auditor) -> None:
    everything_needed(auditor)
    assert_each_missing_permission_is_told(
        auditor, policy(auditor), "iam:ListServerCertificates", "--regions", ""
    )


# Credentials.


def by_keys(_: Auditor) -> tuple[dict[str, str], str]:
    return {}, ":root"


def by_web_identity(auditor: Auditor) -> tuple[dict[str, str], str]:
    return web_identity(auditor, policy(auditor)), f":assumed-role/{ROLE}/"


def by_process(auditor: Auditor) -> tuple[dict[str, str], str]:
    given = auditor.environment
    script = auditor.folder / "credentials.py"
    keys = {
        "Version": 1,
        "AccessKeyId": given["AWS_ACCESS_KEY_ID"],
        "SecretAccessKey": given["AWS_SECRET_ACCESS_KEY"],
    }
    script.write_text(f"print({json.dumps(json.dumps(keys))})")
    text = f"[profile audit]\ncredential_process = {sys.executable} {script}\n"
    return configured(auditor, text), ":root"


def by_assumed_role(auditor: Auditor) -> tuple[dict[str, str], str]:
    given, iam = auditor.environment, auditor.sandbox.client("iam")
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{auditor.sandbox.account}:root"},
        "Action": "sts:AssumeRole",
    }
    document = {"Version": "2012-10-17", "Statement": [trust]}
    role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(document))
    iam.put_role_policy(
        RoleName=ROLE, PolicyName="audit", PolicyDocument=json.dumps(policy(auditor))
    )
    text = (
        f"[profile base]\naws_access_key_id = {given['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {given['AWS_SECRET_ACCESS_KEY']}\n"
        f"[profile audit]\nsource_profile = base\nrole_arn = {role['Role']['Arn']}\n"
    )
    return configured(auditor, text), f":assumed-role/{ROLE}/"


def by_single_sign_on(auditor: Auditor) -> tuple[dict[str, str], str]:
    auditor.sandbox.identities.assign(ROLE, policy(auditor))
    environment = configured(
        auditor,
        f"[profile audit]\nsso_start_url = {PORTAL}\nsso_region = {HOME}\n"
        f"sso_account_id = {auditor.sandbox.account}\nsso_role_name = {ROLE}\n",
    )
    cache(auditor, PORTAL, auditor.sandbox.identities.sign_in())
    return environment, f":assumed-role/AWSReservedSSO_{ROLE}_"


def cache(auditor: Auditor, key: str, token: str, **members: str) -> None:
    """What `aws sso login` leaves."""
    folder = auditor.folder / ".aws/sso/cache"
    folder.mkdir(parents=True)
    content = {
        "accessToken": token,
        "expiresAt": f"{now() + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
        "region": HOME,
        "startUrl": PORTAL,
    }
    name = hashlib.sha1(key.encode()).hexdigest()  # noqa: S324  the CLI's name for it
    (folder / f"{name}.json").write_text(json.dumps(content | members))


@pytest.mark.parametrize(
    "credentials", [by_keys, by_web_identity, by_process, by_assumed_role, by_single_sign_on]
)
def test_callers_own_credentials_are_used(
    auditor: Auditor, credentials: Callable[[Auditor], tuple[dict[str, str], str]]
) -> None:
    environment, principal = credentials(auditor)
    profile = ("--profile", "audit") if "AWS_CONFIG_FILE" in environment else ()
    report = auditor.report("--no-usage", "--no-details", *profile, **environment)
    assert report.status == 0
    assert principal in report.json["caller"]


def test_token_of_a_session_is_renewed_at_the_identity_center(auditor: Auditor) -> None:
    environment = configured(
        auditor,
        "[profile audit]\nsso_session = company\n"
        f"sso_account_id = {auditor.sandbox.account}\nsso_role_name = {ROLE}\n"
        f"[sso-session company]\nsso_region = {HOME}\nsso_start_url = {PORTAL}\n"
        "sso_registration_scopes = sso:account:access\n",
    )
    cache(
        auditor,
        "company",
        "old",
        expiresAt=f"{now() - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
        refreshToken="refresh",
        clientId="client",
        clientSecret="secret",
        registrationExpiresAt=f"{now() + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
    )
    report = auditor.run("--profile", "audit", **environment)
    # The sandbox renews no tokens; that it is asked shows that the way is right.
    assert report.status == 70
    assert auditor.sandbox.requests.list("sso-oidc", "CreateToken")
    assert report.err.startswith("No AWS credentials: ")


def test_named_profile_goes_before_the_environments_keys(auditor: Auditor) -> None:
    environment, principal = by_assumed_role(auditor)
    keys = {name: auditor.environment[name] for name in environment if "KEY" in name}
    report = auditor.report(
        "--no-usage", "--no-details", "--profile", "audit", **environment | keys
    )
    assert principal in report.json["caller"]


def test_without_credentials_the_remedy_is_told(auditor: Auditor) -> None:
    environment = configured(auditor, "")
    report = auditor.run(**environment, AWS_EC2_METADATA_DISABLED="true")
    assert report.status == 70
    assert report.err.startswith("No AWS credentials: ")
    assert "aws sso login" in report.err
    assert len(report.err.splitlines()) == 1


def test_without_a_region_the_remedy_is_told(auditor: Auditor) -> None:
    environment = {"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_EC2_METADATA_DISABLED": "true"}
    report = auditor.run(**environment)
    assert report.status == 64
    assert report.err.startswith("No region is configured. Give --region, or set AWS_REGION.")
