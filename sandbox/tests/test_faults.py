from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from sandbox.client import Sandbox, SandboxError, self_signed
from sandbox.front.faults import Fault, Faults
from sandbox.wire.not_found import not_found_codes

from .conftest import days, error_of, evaluation, message_of, now


def listing_succeeds(iam: Any) -> bool:
    try:
        iam.list_server_certificates()
    except ClientError:
        return False
    return True


def upload(iam: Any) -> None:
    files = self_signed("www", now() - days(1), now() + days(1))
    iam.upload_server_certificate(
        ServerCertificateName="www", CertificateBody=files.body, PrivateKey=files.private_key
    )


@pytest.mark.parametrize(
    ("service", "operation", "call", "expected"),
    [
        ("iam", "ListServerCertificates", "list_server_certificates", ("Throttling", 400)),
        ("config", "DescribeConfigRules", "describe_config_rules", ("ThrottlingException", 400)),
        ("lambda", "ListFunctions", "list_functions", ("TooManyRequestsException", 429)),
        ("elbv2", "DescribeLoadBalancers", "describe_load_balancers", ("Throttling", 400)),
        ("elb", "DescribeLoadBalancers", "describe_load_balancers", ("Throttling", 400)),
        ("cloudfront", "ListDistributions", "list_distributions", ("Throttling", 400)),
        ("ssm", "ListDocuments", "list_documents", ("ThrottlingException", 400)),
        ("s3", "ListBuckets", "list_buckets", ("SlowDown", 503)),
    ],
)
def test_every_service_throttles_in_its_own_words(
    sandbox: Sandbox, service: str, operation: str, call: str, expected: tuple[str, int]
) -> None:
    sandbox.faults.add(service, operation, kind="throttle")
    with pytest.raises(ClientError) as raised:
        getattr(sandbox.client(service), call)()
    assert error_of(raised) == expected
    getattr(sandbox.client(service), call)()


# A call to a service of each protocol, and to one with words of its own.
CALLS = [
    ("iam", "ListServerCertificates", "list_server_certificates"),
    ("cloudfront", "ListDistributions", "list_distributions"),
    ("s3", "ListBuckets", "list_buckets"),
    ("config", "DescribeConfigRules", "describe_config_rules"),
    ("lambda", "ListFunctions", "list_functions"),
    ("sns", "ListTopics", "list_topics"),
]


def refused(sandbox: Sandbox, kind: str) -> dict[str, tuple[str, int]]:
    """What each of these services answers, once."""
    answers = {}
    for service, operation, call in CALLS:
        sandbox.faults.add(service, operation, kind=kind)
        with pytest.raises(ClientError) as raised:
            getattr(sandbox.client(service), call)()
        answers[service] = error_of(raised)
        getattr(sandbox.client(service), call)()
    return answers


def test_every_service_denies_in_its_own_words(sandbox: Sandbox) -> None:
    assert refused(sandbox, "access-denied") == {
        "iam": ("AccessDenied", 403),
        "cloudfront": ("AccessDenied", 403),
        "s3": ("AccessDenied", 403),
        "config": ("AccessDeniedException", 400),
        "lambda": ("AccessDeniedException", 403),
        "sns": ("AuthorizationError", 403),
    }


def test_every_service_says_in_its_own_words_that_credentials_have_expired(
    sandbox: Sandbox,
) -> None:
    assert refused(sandbox, "expired-credentials") == {
        "iam": ("ExpiredToken", 403),
        "cloudfront": ("ExpiredToken", 403),
        "s3": ("ExpiredToken", 400),
        "config": ("ExpiredTokenException", 400),
        "lambda": ("ExpiredTokenException", 403),
        "sns": ("ExpiredToken", 403),
    }


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("elbv2", "DescribeListeners", "elasticloadbalancing:DescribeListeners"),
        ("lambda", "Invoke", "lambda:InvokeFunction"),
        ("s3", "ListBuckets", "s3:ListAllMyBuckets"),
    ],
)
def test_what_is_denied_has_the_name_that_iam_gives_it(
    service: str, operation: str, action: str
) -> None:
    message = Fault(service, operation, "access-denied").message
    assert message == f"User is not authorized to perform: {action}"


@pytest.mark.parametrize(
    ("service", "operation", "codes"),
    [
        ("iam", "GetServerCertificate", ("NoSuchEntity",)),
        ("config", "PutEvaluations", ("NoSuchConfigRuleException",)),
        ("elb", "DescribeLoadBalancers", ("LoadBalancerNotFound",)),
        ("elbv2", "DescribeListeners", ("ListenerNotFound", "LoadBalancerNotFound")),
        ("iam", "ListServerCertificates", ()),
        ("iam", "Nothing", ()),
        ("nothing", "ListServerCertificates", ()),
    ],
)
def test_errors_for_what_does_not_exist_are_those_of_the_model(
    service: str, operation: str, codes: tuple[str, ...]
) -> None:
    assert not_found_codes(service, operation) == codes


@pytest.mark.parametrize(
    ("service", "operation", "call", "request_", "expected", "message"),
    [
        (
            "iam",
            "GetServerCertificate",
            "get_server_certificate",
            {"ServerCertificateName": "www"},
            ("NoSuchEntity", 404),
            "The request was rejected because it referenced a resource entity that does not exist.",
        ),
        (
            "lambda",
            "Invoke",
            "invoke",
            {"FunctionName": "probe"},
            ("ResourceNotFoundException", 404),
            "The resource specified in the request does not exist.",
        ),
        (
            "config",
            "DescribeConfigRules",
            "describe_config_rules",
            {},
            ("NoSuchConfigRuleException", 400),
            "The Config rule in the request is not valid.",
        ),
        (
            "elb",
            "DescribeLoadBalancers",
            "describe_load_balancers",
            {},
            ("LoadBalancerNotFound", 400),
            "The specified load balancer does not exist.",
        ),
        (
            "elbv2",
            "DescribeListeners",
            "describe_listeners",
            {"LoadBalancerArn": "arn"},
            ("LoadBalancerNotFound", 400),
            "One or more load balancers not found",
        ),
    ],
)
def test_every_service_says_in_its_own_words_that_something_does_not_exist(
    sandbox: Sandbox,
    service: str,
    operation: str,
    call: str,
    request_: dict[str, Any],
    expected: tuple[str, int],
    message: str,
) -> None:
    sandbox.faults.add(service, operation, kind="not-found")
    with pytest.raises(ClientError) as raised:
        getattr(sandbox.client(service), call)(**request_)
    assert error_of(raised) == expected
    assert message_of(raised) == message
    assert sandbox.requests.list(service, operation)[0]["fault"] == "not-found"


def test_what_is_said_not_to_exist_is_left_as_it_was(sandbox: Sandbox, iam: Any) -> None:
    upload(iam)
    sandbox.faults.add("iam", "DeleteServerCertificate", kind="not-found")
    with pytest.raises(ClientError, match="does not exist"):
        iam.delete_server_certificate(ServerCertificateName="www")
    assert len(iam.list_server_certificates()["ServerCertificateMetadataList"]) == 1


def test_one_of_several_errors_can_be_chosen(sandbox: Sandbox) -> None:
    sandbox.faults.add("elbv2", "DescribeListeners", kind="not-found", code="ListenerNotFound")
    with pytest.raises(ClientError) as raised:
        sandbox.client("elbv2").describe_listeners(LoadBalancerArn="arn")
    assert error_of(raised) == ("ListenerNotFound", 400)
    assert message_of(raised) == "One or more listeners not found"


@pytest.mark.parametrize(
    ("service", "operation", "code", "reason"),
    [
        ("iam", "ListServerCertificates", "", "has no error for what doesn't exist"),
        ("elbv2", "DescribeTags", "", "has several such errors; give a code: LoadBalancerNotFo"),
        ("elbv2", "DescribeListeners", "RuleNotFound", "has no such error: 'RuleNotFound'; known"),
        ("iam", "GetServerCertificate", "InternalFailure", "has no such error: 'InternalFailure'"),
    ],
)
def test_error_that_the_model_does_not_have_is_refused(
    sandbox: Sandbox, service: str, operation: str, code: str, reason: str
) -> None:
    with pytest.raises(SandboxError, match=reason):
        sandbox.faults.add(service, operation, kind="not-found", code=code)


def is_found(iam: Any) -> bool:
    try:
        iam.get_server_certificate(ServerCertificateName="www")
    except iam.exceptions.NoSuchEntityException:
        return False
    return True


class Stopwatch:
    """A clock that stands still unless a test moves it."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def is_hit(faults: Faults) -> bool:
    return faults.next("iam", "GetServerCertificate", "us-east-1") is not None


def test_fault_for_a_time_ends_so_many_seconds_after_its_first_hit() -> None:
    clock = Stopwatch()
    faults = Faults(clock)
    faults.add(Fault("iam", "GetServerCertificate", "not-found", at=2, times=0, seconds=5))
    clock.seconds += 10
    assert [is_hit(faults) for _ in range(3)] == [False, True, True]
    clock.seconds += 4.9
    assert is_hit(faults)
    clock.seconds += 0.1
    assert [is_hit(faults) for _ in range(2)] == [False, False]
    assert (faults.all()[0].seen, faults.all()[0].hits) == (6, 3)


def test_fault_without_seconds_does_not_end() -> None:
    clock = Stopwatch()
    faults = Faults(clock)
    faults.add(Fault("iam", "GetServerCertificate", "not-found", times=0))
    assert is_hit(faults)
    clock.seconds += 1e9
    assert is_hit(faults)


def test_seconds_of_a_late_answer_do_not_end_the_fault() -> None:
    clock = Stopwatch()
    faults = Faults(clock)
    faults.add(Fault("iam", "GetServerCertificate", "delay", times=0, seconds=5))
    assert is_hit(faults)
    clock.seconds += 10
    assert is_hit(faults)


def test_calls_go_on_as_usual_after_a_fault_for_a_time(sandbox: Sandbox, iam: Any) -> None:
    upload(iam)
    sandbox.faults.add("iam", "GetServerCertificate", kind="not-found", times=0, seconds=0.1)
    while not is_found(iam):
        pass
    requests = sandbox.requests.list("iam", "GetServerCertificate")
    assert [one["fault"] for one in requests[:-1]] == ["not-found"] * (len(requests) - 1)
    assert len(requests) > 1
    assert requests[-1]["fault"] == ""
    assert sandbox.faults.list()[0]["hits"] == len(requests) - 1


@pytest.mark.parametrize(
    "fault", [{"seconds": 1}, {"seconds": 1, "times": 2}, {"seconds": -1, "times": 0}]
)
def test_fault_for_a_time_hits_all_calls(sandbox: Sandbox, fault: dict[str, Any]) -> None:
    with pytest.raises(SandboxError, match="must be 0"):
        sandbox.faults.add("iam", "GetServerCertificate", kind="not-found", **fault)


def test_calls_hit_are_counted_for_the_fault_that_hit_them() -> None:
    faults = Faults()
    for times in (1, 2):
        faults.add(Fault("iam", "GetServerCertificate", "throttle", times=times))
    assert [is_hit(faults) for _ in range(3)] == [True, True, False]
    assert [(one.seen, one.hits) for one in faults.all()] == [(3, 1), (3, 1)]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "InternalFailure"),
        (503, "ServiceUnavailable"),
        (403, "AccessDenied"),
        (403, "ExpiredToken"),
    ],
)
def test_any_error_can_be_answered(sandbox: Sandbox, iam: Any, status: int, code: str) -> None:
    sandbox.faults.add("iam", "ListServerCertificates", kind="error", status=status, code=code)
    with pytest.raises(ClientError) as raised:
        iam.list_server_certificates()
    assert error_of(raised) == (code, status)


def test_errors_of_json_services_can_be_answered(sandbox: Sandbox, config: Any) -> None:
    sandbox.faults.add(
        "config",
        "PutEvaluations",
        kind="error",
        status=403,
        code="AccessDeniedException",
        message="No.",
    )
    with pytest.raises(ClientError) as raised:
        config.put_evaluations(ResultToken="x", TestMode=True, Evaluations=[evaluation()])
    assert error_of(raised) == ("AccessDeniedException", 403)
    assert raised.value.response["Error"]["Message"] == "No."


def test_fault_hits_the_calls_that_were_meant(sandbox: Sandbox, iam: Any) -> None:
    sandbox.faults.add("iam", "ListServerCertificates", kind="throttle", at=2, times=2)
    assert [listing_succeeds(iam) for _ in range(5)] == [True, False, False, True, True]


def test_fault_may_last_for_ever(sandbox: Sandbox, iam: Any) -> None:
    sandbox.faults.add("iam", "ListServerCertificates", kind="throttle", at=2, times=0)
    assert [listing_succeeds(iam) for _ in range(4)] == [True, False, False, False]
    sandbox.faults.clear()
    assert listing_succeeds(iam)


def test_lost_answer_has_taken_effect(sandbox: Sandbox, iam: Any) -> None:
    sandbox.faults.add("iam", "UploadServerCertificate", kind="lost-answer")
    with pytest.raises(ConnectionClosedError):
        upload(iam)
    assert len(iam.list_server_certificates()["ServerCertificateMetadataList"]) == 1


def test_dropped_connection_has_not(sandbox: Sandbox, iam: Any) -> None:
    sandbox.faults.add("iam", "UploadServerCertificate", kind="drop")
    with pytest.raises(ConnectionClosedError):
        upload(iam)
    assert iam.list_server_certificates()["ServerCertificateMetadataList"] == []


def test_answer_may_be_late(sandbox: Sandbox, iam: Any) -> None:
    sandbox.faults.add("iam", "ListServerCertificates", kind="delay", seconds=0.2)
    begun = time.monotonic()
    iam.list_server_certificates()
    assert time.monotonic() - begun >= 0.2


def test_late_answer_comes_at_once_when_the_fault_is_lifted(sandbox: Sandbox, iam: Any) -> None:
    sandbox.faults.add("iam", "ListServerCertificates", kind="delay", seconds=100)
    with ThreadPoolExecutor() as threads:
        listing = threads.submit(listing_succeeds, iam)
        while not sandbox.faults.list()[0]["seen"]:
            assert not listing.done()
        sandbox.faults.clear()
        assert listing.result(timeout=50)


def test_call_that_is_never_answered_takes_effect_later(sandbox: Sandbox, iam: Any) -> None:
    sandbox.faults.add("iam", "UploadServerCertificate", kind="hold")
    impatient = boto3.client(
        "iam",
        endpoint_url=sandbox.endpoint,
        region_name=sandbox.region,
        aws_access_key_id="AKIASANDBOXDEVELOPER",
        aws_secret_access_key="sandbox",
        config=Config(read_timeout=0.2, retries={"total_max_attempts": 1}, proxies={}),
    )
    with pytest.raises(ReadTimeoutError):
        upload(impatient)
    impatient.close()
    assert iam.list_server_certificates()["ServerCertificateMetadataList"] == []
    sandbox.faults.clear()
    while not iam.list_server_certificates()["ServerCertificateMetadataList"]:
        pass


def test_answer_may_be_held_until_the_fault_is_lifted(sandbox: Sandbox, iam: Any) -> None:
    sandbox.faults.add("iam", "ListServerCertificates", kind="hold")
    with ThreadPoolExecutor() as threads:
        listing = threads.submit(listing_succeeds, iam)
        while not sandbox.faults.list()[0]["seen"]:
            assert not listing.done()
        assert not listing.done()
        sandbox.faults.clear()
        assert listing.result()


def test_fault_may_be_of_one_region(sandbox: Sandbox) -> None:
    sandbox.faults.add(
        "elbv2", "DescribeLoadBalancers", kind="throttle", times=0, region="eu-west-3"
    )
    sandbox.client("elbv2", "eu-west-1").describe_load_balancers()
    with pytest.raises(ClientError, match="Rate exceeded"):
        sandbox.client("elbv2", "eu-west-3").describe_load_balancers()


def test_answer_may_be_garbage(sandbox: Sandbox, iam: Any) -> None:
    sandbox.faults.add("iam", "ListServerCertificates", kind="malformed")
    with pytest.raises(ResponseParserError):
        iam.list_server_certificates()


def test_failed_evaluations_come_back_and_are_not_stored(
    sandbox: Sandbox, config: Any, token: str
) -> None:
    evaluations = [evaluation("a"), evaluation("b")]
    sandbox.faults.add("config", "PutEvaluations", kind="failed-evaluations", resource_ids=["b"])
    answer = config.put_evaluations(ResultToken=token, Evaluations=evaluations)
    assert [one["ComplianceResourceId"] for one in answer["FailedEvaluations"]] == ["b"]
    results = config.get_compliance_details_by_config_rule(ConfigRuleName="rule")
    assert len(results["EvaluationResults"]) == 1
    again = config.put_evaluations(ResultToken=token, Evaluations=evaluations)
    assert again["FailedEvaluations"] == []


def test_all_evaluations_may_fail(sandbox: Sandbox, config: Any, token: str) -> None:
    sandbox.faults.add("config", "PutEvaluations", kind="failed-evaluations")
    answer = config.put_evaluations(ResultToken=token, Evaluations=[evaluation()])
    assert len(answer["FailedEvaluations"]) == 1


@pytest.mark.parametrize(
    "fault",
    [{"kind": "flood"}, {"kind": "throttle", "at": 0}, {"kind": "delay", "hours": 1}],
)
def test_unknown_fault_is_refused(sandbox: Sandbox, fault: dict[str, Any]) -> None:
    with pytest.raises(SandboxError):
        sandbox.faults.add("iam", "ListServerCertificates", **fault)
