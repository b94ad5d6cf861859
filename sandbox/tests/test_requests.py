from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.client import Rule, Sandbox, self_signed

from .conftest import days, error_of, message_of, now


def test_request_is_logged_with_all_that_is_known_of_it(sandbox: Sandbox, iam: Any) -> None:
    sandbox.requests.clear()
    iam.list_server_certificates(MaxItems=7)
    (request,) = sandbox.requests.list()
    assert (
        request.items()
        >= {
            "service": "iam",
            "operation": "ListServerCertificates",
            "region": "eu-west-1",
            "principal": "arn:aws:iam::123456789012:root",
            "status": 200,
            "error": "",
            "fault": "",
        }.items()
    )
    assert request["parameters"] == {"MaxItems": 7}
    assert request["milliseconds"] >= 0


def test_errors_of_all_services_are_logged(sandbox: Sandbox, iam: Any) -> None:
    with pytest.raises(ClientError):
        iam.get_server_certificate(ServerCertificateName="gone")
    with pytest.raises(ClientError):
        iam.get_role(RoleName="gone")
    with pytest.raises(ClientError):
        sandbox.client("ssm").get_document(Name="gone")
    logged = [(request["operation"], request["error"]) for request in sandbox.requests.list()]
    assert logged == [
        ("GetServerCertificate", "NoSuchEntity"),
        ("GetRole", "NoSuchEntity"),
        ("GetDocument", "InvalidDocument"),
    ]


def test_what_the_sandbox_does_not_know_is_an_error_that_says_so(config: Any) -> None:
    with pytest.raises(ClientError) as raised:
        config.describe_delivery_channel_status()
    assert error_of(raised) == ("NotImplemented", 501)
    assert "config DescribeDeliveryChannelStatus" in message_of(raised)


def test_faults_are_marked(sandbox: Sandbox, iam: Any) -> None:
    sandbox.faults.add("iam", "ListServerCertificates", kind="throttle")
    with pytest.raises(ClientError):
        iam.list_server_certificates()
    request = sandbox.requests.list()[-1]
    assert (request["fault"], request["error"], request["status"]) == (
        "throttle",
        "Throttling",
        400,
    )


def test_keys_and_bodies_are_never_in_the_log(sandbox: Sandbox, iam: Any, probe_zip: Path) -> None:
    files = self_signed("www", now() - days(1), now() + days(1))
    request = {"ServerCertificateName": "www", "CertificateBody": files.body}
    iam.upload_server_certificate(**request, PrivateKey=files.private_key)
    with pytest.raises(ClientError) as raised:
        iam.upload_server_certificate(**request, PrivateKey=files.private_key * 100)
    assert "PRIVATE" not in str(raised.value)
    sandbox.deploy_rule(probe_zip, handler="Probe::handleRequest")
    logged = json.dumps(sandbox.requests.list())
    assert "BEGIN" not in logged
    assert files.private_key.splitlines()[1] not in logged


def test_user_who_deletes_the_own_key_is_named(sandbox: Sandbox, iam: Any) -> None:
    iam.create_user(UserName="alice")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    alice = boto3.client(
        "iam",
        endpoint_url=sandbox.endpoint,
        region_name="eu-west-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    alice.delete_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"])
    (request,) = sandbox.requests.list("iam", "DeleteAccessKey")
    assert request["principal"] == "arn:aws:iam::123456789012:user/alice"


def test_function_s_requests_are_its_role_s(sandbox: Sandbox, rule: Rule, iam: Any) -> None:
    assert rule.function_name == "probe"
    role = iam.get_role(RoleName="probe")["Role"]["Arn"]
    sts = sandbox.client("sts")
    assumed = sts.assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    boto3.client(
        "iam",
        endpoint_url=sandbox.endpoint,
        region_name="eu-west-1",
        aws_access_key_id=assumed["AccessKeyId"],
        aws_secret_access_key=assumed["SecretAccessKey"],
        aws_session_token=assumed["SessionToken"],
    ).list_server_certificates()
    requests = sandbox.requests.list("iam", "ListServerCertificates", role="probe")
    assert [request["principal"] for request in requests] == [
        "arn:aws:sts::123456789012:assumed-role/probe/session"
    ]
