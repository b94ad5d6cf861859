from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.client import Sandbox

from .conftest import days, error_of, message_of

REGION = "eu-west-1"
GOVERNMENT = "us-gov-west-1"
CHINA = "cn-north-1"
ADMINISTRATOR = "210987654321"
SIGN_IN_PAGE = "https://example.awsapps.com/start"


def statement(action: str, **others: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action} | others


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


LISTING = policy(statement("iam:ListServerCertificates", Resource="*"))


def make_role(iam: Any, name: str, principal: str, **trust: Any) -> str:
    """A role that may list certificates."""
    trusted = statement("sts:AssumeRole", Principal={"AWS": principal}, **trust)
    created = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(policy(trusted)))
    iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=json.dumps(LISTING))
    return str(created["Role"]["Arn"])


def client(sandbox: Sandbox, service: str, keys: dict[str, Any], region: str = REGION) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
    )


def unsigned(sandbox: Sandbox, service: str, region: str = REGION) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=sandbox.endpoint,
        config=Config(signature_version=UNSIGNED),
    )


def user(sandbox: Sandbox, region: str = REGION) -> dict[str, Any]:
    iam = sandbox.client("iam", region)
    iam.create_user(UserName="alice", Path="/staff/")
    return dict(iam.create_access_key(UserName="alice")["AccessKey"])


def refused(operation: Any, **request: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as raised:
        operation(**request)
    return error_of(raised)


class TestCallerIdentity:
    @pytest.mark.parametrize(
        ("region", "partition"), [(REGION, "aws"), (GOVERNMENT, "aws-us-gov"), (CHINA, "aws-cn")]
    )
    def test_says_who_a_role_is(self, sandbox: Sandbox, region: str, partition: str) -> None:
        iam = sandbox.client("iam", region)
        arn = make_role(iam, "auditor", "*")
        sts = sandbox.client("sts", region)
        keys = sts.assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
        found = client(sandbox, "sts", keys, region).get_caller_identity()
        assert found["Arn"] == f"arn:{partition}:sts::123456789012:assumed-role/auditor/me"
        assert found["Account"] == "123456789012"
        assert found["UserId"] == iam.get_role(RoleName="auditor")["Role"]["RoleId"] + ":me"

    @pytest.mark.parametrize(
        ("region", "partition"), [(REGION, "aws"), (GOVERNMENT, "aws-us-gov"), (CHINA, "aws-cn")]
    )
    def test_says_who_a_user_is(self, sandbox: Sandbox, region: str, partition: str) -> None:
        found = client(sandbox, "sts", user(sandbox, region), region).get_caller_identity()
        assert found["Arn"] == f"arn:{partition}:iam::123456789012:user/staff/alice"
        assert found["Account"] == "123456789012"
        known = sandbox.client("iam", region).get_user(UserName="alice")["User"]
        assert found["UserId"] == known["UserId"]

    def test_says_who_root_is(self, sandbox: Sandbox) -> None:
        found = sandbox.client("sts", account=ADMINISTRATOR).get_caller_identity()
        assert found["Arn"] == f"arn:aws:iam::{ADMINISTRATOR}:root"
        assert (found["Account"], found["UserId"]) == (ADMINISTRATOR, ADMINISTRATOR)

    def test_needs_credentials(self, sandbox: Sandbox) -> None:
        answer = refused(unsigned(sandbox, "sts").get_caller_identity)
        assert answer == ("MissingAuthenticationToken", 403)

    def test_role_that_was_deleted_is_nobody(self, sandbox: Sandbox) -> None:
        iam = sandbox.client("iam")
        arn = make_role(iam, "auditor", "*")
        sts = sandbox.client("sts")
        keys = sts.assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
        iam.delete_role_policy(RoleName="auditor", PolicyName="inline")
        iam.delete_role(RoleName="auditor")
        answer = refused(client(sandbox, "sts", keys).get_caller_identity)
        assert answer == ("InvalidClientTokenId", 403)

    @pytest.mark.parametrize(
        ("service", "operation", "code"),
        [
            ("sts", "get_caller_identity", ("InvalidClientTokenId", 403)),
            ("iam", "list_server_certificates", ("InvalidClientTokenId", 403)),
            ("config", "describe_config_rules", ("UnrecognizedClientException", 400)),
        ],
    )
    def test_key_of_another_partition_is_unknown(
        self, sandbox: Sandbox, service: str, operation: str, code: tuple[str, int]
    ) -> None:
        keys = user(sandbox)
        getattr(client(sandbox, service, keys), operation)()
        there = client(sandbox, service, keys, CHINA)
        assert refused(getattr(there, operation)) == code


class TestAssumedRole:
    def test_may_do_what_its_policies_allow(self, sandbox: Sandbox) -> None:
        keys = user(sandbox)
        arn = make_role(sandbox.client("iam"), "auditor", "arn:aws:iam::123456789012:root")
        sts = client(sandbox, "sts", keys)
        session = sts.assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
        iam = client(sandbox, "iam", session)
        iam.list_server_certificates()
        assert refused(iam.get_account_summary) == ("AccessDenied", 403)

    def test_user_assumes_only_what_trusts_them(self, sandbox: Sandbox) -> None:
        sts = client(sandbox, "sts", user(sandbox))
        iam = sandbox.client("iam")
        named = make_role(iam, "named", "arn:aws:iam::123456789012:user/staff/alice")
        other = make_role(iam, "other", f"arn:aws:iam::{ADMINISTRATOR}:root")
        sts.assume_role(RoleArn=named, RoleSessionName="me")
        answer = refused(sts.assume_role, RoleArn=other, RoleSessionName="me")
        assert answer == ("AccessDenied", 403)

    def test_role_that_is_not_there_is_assumed_by_nobody(self, sandbox: Sandbox) -> None:
        for arn in ("arn:aws:iam::123456789012:role/gone", "arn:aws:iam::999999999999:role/gone"):
            with pytest.raises(ClientError) as raised:
                sandbox.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")
            assert error_of(raised) == ("AccessDenied", 403)
            assert message_of(raised) == (
                "User: arn:aws:iam::123456789012:root is not authorized to perform: "
                f"sts:AssumeRole on resource: {arn}"
            )

    def test_role_of_another_account_is_assumed_with_both_policies(self, sandbox: Sandbox) -> None:
        theirs = sandbox.client("iam", account=ADMINISTRATOR)
        arn = make_role(theirs, "aggregated", "arn:aws:iam::123456789012:root")
        iam = sandbox.client("iam")
        mine = make_role(iam, "auditor", "*")
        keys = sandbox.client("sts").assume_role(RoleArn=mine, RoleSessionName="me")
        sts = client(sandbox, "sts", keys["Credentials"])
        request = {"RoleArn": arn, "RoleSessionName": "there"}
        assert refused(sts.assume_role, **request) == ("AccessDenied", 403)
        allowed = json.dumps(policy(statement("sts:AssumeRole", Resource=arn)))
        iam.put_role_policy(RoleName="auditor", PolicyName="more", PolicyDocument=allowed)
        there = sts.assume_role(**request)["Credentials"]
        assert client(sandbox, "sts", there).get_caller_identity()["Account"] == ADMINISTRATOR
        client(sandbox, "iam", there).list_server_certificates()
        assert refused(client(sandbox, "iam", there).list_roles) == ("AccessDenied", 403)

    def test_external_id_is_asked_for(self, sandbox: Sandbox) -> None:
        condition = {"StringEquals": {"sts:ExternalId": "certsweep"}}
        arn = make_role(sandbox.client("iam"), "auditor", "*", Condition=condition)
        sts = client(sandbox, "sts", user(sandbox))
        request = {"RoleArn": arn, "RoleSessionName": "me"}
        assert refused(sts.assume_role, **request) == ("AccessDenied", 403)
        sts.assume_role(**request, ExternalId="certsweep")

    @pytest.mark.parametrize("operation", ["get_session_token", "get_federation_token"])
    def test_other_ways_are_refused_by_name(self, sandbox: Sandbox, operation: str) -> None:
        request = {"Name": "alice"} if operation == "get_federation_token" else {}
        answer = refused(getattr(sandbox.client("sts"), operation), **request)
        assert answer[0] == "NotImplemented"


class TestWebIdentity:
    def assume(self, sandbox: Sandbox, arn: str, token: str, region: str = REGION) -> Any:
        return unsigned(sandbox, "sts", region).assume_role_with_web_identity(
            RoleArn=arn, RoleSessionName="job", WebIdentityToken=token
        )

    @pytest.mark.parametrize("region", [REGION, GOVERNMENT, CHINA])
    def test_token_is_good_for_the_role(self, sandbox: Sandbox, region: str) -> None:
        arn, token = sandbox.identities.federate("ci", LISTING, region)
        assumed = self.assume(sandbox, arn, token, region)
        assert assumed["SubjectFromWebIdentityToken"] == "job:ci"
        assert assumed["Audience"] == "sts.amazonaws.com"
        keys = assumed["Credentials"]
        found = client(sandbox, "sts", keys, region).get_caller_identity()
        assert found["Arn"] == assumed["AssumedRoleUser"]["Arn"]
        assert found["UserId"] == assumed["AssumedRoleUser"]["AssumedRoleId"]
        iam = client(sandbox, "iam", keys, region)
        iam.list_server_certificates()
        assert refused(iam.get_account_summary) == ("AccessDenied", 403)

    def test_token_is_not_in_the_log(self, sandbox: Sandbox) -> None:
        arn, token = sandbox.identities.federate("ci", LISTING)
        self.assume(sandbox, arn, token)
        [request] = sandbox.requests.list("sts", "AssumeRoleWithWebIdentity")
        assert request["principal"] == ""
        assert request["parameters"]["RoleArn"] == arn
        assert token not in json.dumps(sandbox.requests.list())

    def test_another_subject_is_not_admitted(self, sandbox: Sandbox) -> None:
        arn, _ = sandbox.identities.federate("ci", LISTING)
        with pytest.raises(ClientError) as raised:
            self.assume(sandbox, arn, sandbox.identities.token("job:other"))
        assert error_of(raised) == ("AccessDenied", 403)
        assert message_of(raised) == "Not authorized to perform sts:AssumeRoleWithWebIdentity"

    def test_role_that_trusts_the_account_alone_is_not_admitted(self, sandbox: Sandbox) -> None:
        _, token = sandbox.identities.federate("ci", LISTING)
        arn = make_role(sandbox.client("iam"), "auditor", "*")
        with pytest.raises(ClientError) as raised:
            self.assume(sandbox, arn, token)
        assert error_of(raised) == ("AccessDenied", 403)

    def test_issuer_must_be_known(self, sandbox: Sandbox) -> None:
        arn, _ = sandbox.identities.federate("ci", LISTING)
        issuer = "https://token.example.org"
        with pytest.raises(ClientError) as raised:
            self.assume(sandbox, arn, sandbox.identities.token("job:ci", issuer=issuer))
        assert error_of(raised) == ("InvalidIdentityToken", 400)
        assert message_of(raised).endswith(f"provider found in your account for {issuer}")

    def test_audience_must_be_the_provider_s(self, sandbox: Sandbox) -> None:
        arn, _ = sandbox.identities.federate("ci", LISTING)
        with pytest.raises(ClientError) as raised:
            self.assume(sandbox, arn, sandbox.identities.token("job:ci", audience="others"))
        assert message_of(raised) == "Incorrect token audience"

    def test_token_expires_by_the_sandbox_s_clock(self, sandbox: Sandbox) -> None:
        arn, token = sandbox.identities.federate("ci", LISTING)
        sandbox.clock.advance(seconds=3601)
        with pytest.raises(ClientError) as raised:
            self.assume(sandbox, arn, token)
        assert error_of(raised) == ("ExpiredTokenException", 400)

    @pytest.mark.parametrize("token", ["nonsense", "a.b.c", "e30.e30.e30"])
    def test_token_must_be_one(self, sandbox: Sandbox, token: str) -> None:
        arn, _ = sandbox.identities.federate("ci", LISTING)
        with pytest.raises(ClientError) as raised:
            self.assume(sandbox, arn, token)
        assert error_of(raised) == ("InvalidIdentityToken", 400)


class TestSignedInUser:
    def get(self, sandbox: Sandbox, token: str, **others: str) -> dict[str, Any]:
        request = {"roleName": "Auditor", "accountId": "123456789012", "accessToken": token}
        answer = sandbox.client("sso").get_role_credentials(**request | others)
        return dict(answer["roleCredentials"])

    @pytest.mark.parametrize("region", [REGION, GOVERNMENT])
    def test_gets_credentials_of_a_permission_set(self, sandbox: Sandbox, region: str) -> None:
        arn = sandbox.identities.assign("Auditor", LISTING, region)
        found = self.get(sandbox, sandbox.identities.sign_in("bob"))
        keys = {name[0].upper() + name[1:]: value for name, value in found.items()}
        identity = client(sandbox, "sts", keys, region).get_caller_identity()
        assert identity["Arn"].endswith(f":assumed-role/{arn.rpartition('/')[2]}/bob")
        iam = client(sandbox, "iam", keys, region)
        iam.list_server_certificates()
        assert refused(iam.get_account_summary) == ("AccessDenied", 403)

    def test_has_to_be_signed_in(self, sandbox: Sandbox) -> None:
        sandbox.identities.assign("Auditor", LISTING)
        token = sandbox.identities.sign_in()
        self.get(sandbox, token)
        sandbox.clock.advance(days(1))
        for bad in (token, "nonsense"):
            with pytest.raises(ClientError) as raised:
                self.get(sandbox, bad)
            assert error_of(raised) == ("UnauthorizedException", 401)

    @pytest.mark.parametrize("wrong", [{"roleName": "Admin"}, {"accountId": ADMINISTRATOR}])
    def test_gets_only_what_is_assigned(self, sandbox: Sandbox, wrong: dict[str, str]) -> None:
        sandbox.identities.assign("Auditor", LISTING)
        with pytest.raises(ClientError) as raised:
            self.get(sandbox, sandbox.identities.sign_in(), **wrong)
        assert error_of(raised) == ("ForbiddenException", 403)
        assert message_of(raised) == "No access"

    def test_token_is_not_in_the_log(self, sandbox: Sandbox) -> None:
        sandbox.identities.assign("Auditor", LISTING)
        token = sandbox.identities.sign_in()
        self.get(sandbox, token)
        assert sandbox.requests.list("sso", "GetRoleCredentials")
        assert token not in json.dumps(sandbox.requests.list())

    def test_token_is_not_renewed_here(self, sandbox: Sandbox) -> None:
        renew = sandbox.client("sso-oidc").create_token
        request = {"clientId": "id", "clientSecret": "secret", "grantType": "refresh_token"}
        assert refused(renew, **request)[0] == "NotImplemented"


class TestCommandLine:
    """The AWS CLI finds credentials as the SDKs do."""

    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        (tmp_path / ".aws/sso/cache").mkdir(parents=True)
        return tmp_path

    def identity(self, sandbox: Sandbox, home: Path, profile: str) -> str:
        """Who the CLI is, with nothing but this profile."""
        (home / ".aws/config").write_text(f"[profile p]\nregion = {REGION}\n{profile}")
        inherited = {k: v for k, v in sandbox.environment.items() if not k.startswith("AWS_")}
        answer = subprocess.run(
            [sys.executable, "-m", "awscli", "sts", "get-caller-identity", "--profile", "p"],
            env=inherited | {"HOME": str(home), "AWS_ENDPOINT_URL": sandbox.endpoint},
            capture_output=True,
            text=True,
        )
        assert answer.returncode == 0, answer.stderr
        return str(json.loads(answer.stdout)["Arn"])

    def test_assumes_the_role_of_a_profile(self, sandbox: Sandbox, home: Path) -> None:
        keys = user(sandbox)
        arn = make_role(sandbox.client("iam"), "auditor", "arn:aws:iam::123456789012:root")
        profile = (
            f"role_arn = {arn}\nsource_profile = alice\n[profile alice]\n"
            f"aws_access_key_id = {keys['AccessKeyId']}\n"
            f"aws_secret_access_key = {keys['SecretAccessKey']}\n"
        )
        assert ":assumed-role/auditor/" in self.identity(sandbox, home, profile)

    def test_presents_a_token_file(self, sandbox: Sandbox, home: Path) -> None:
        arn, token = sandbox.identities.federate("ci", LISTING)
        (home / "token").write_text(token)
        profile = f"role_arn = {arn}\nweb_identity_token_file = {home}/token\n"
        assert ":assumed-role/ci/" in self.identity(sandbox, home, profile)

    def test_is_signed_in(self, sandbox: Sandbox, home: Path) -> None:
        sandbox.identities.assign("Auditor", LISTING)
        cached = {
            "startUrl": SIGN_IN_PAGE,
            "region": REGION,
            "accessToken": sandbox.identities.sign_in(),
            "expiresAt": "2099-01-01T00:00:00Z",
        }
        name = hashlib.sha1(SIGN_IN_PAGE.encode()).hexdigest()  # noqa: S324  as SDKs do
        (home / f".aws/sso/cache/{name}.json").write_text(json.dumps(cached))
        profile = (
            f"sso_start_url = {SIGN_IN_PAGE}\nsso_region = {REGION}\n"
            f"sso_account_id = {sandbox.account}\nsso_role_name = Auditor\n"
        )
        found = self.identity(sandbox, home, profile)
        assert ":assumed-role/AWSReservedSSO_Auditor_" in found
