"""The runbook's scripts, run against clients that know the services' models."""

import io
import json
from collections.abc import Callable
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from botocore.response import StreamingBody

from .choices import OWNER, Choices
from .functions import ACCOUNT, Resolver
from .runbook import Document
from .scripts import Script, run, scripts, stubbed
from .template import JAVA

Deployed = Callable[..., Document]
ID = "ASCAIOSFODNN7EXAMPLE1"


@pytest.fixture
def deployed(runbook: Deployed) -> dict[str, Script]:
    return scripts(runbook(Choices(bucket=True)))


def lambda_answering(payload: Any, request: dict[str, Any], error: str = "") -> Any:
    """A Lambda client that expects one request and answers it."""
    client, stubber = stubbed("lambda")
    body = json.dumps(payload).encode()
    answer = {"StatusCode": 200, "Payload": StreamingBody(io.BytesIO(body), len(body))}
    if error:
        answer["FunctionError"] = error
    expected = {"FunctionName": "function", "Payload": json.dumps(request)}
    stubber.add_response("invoke", answer, expected)
    return client


# --- inspect --------------------------------------------------------------------------------------

REQUEST = {"certificate": "www"}


def inspect(script: Script, payload: Any, error: str = "") -> Any:
    client = lambda_answering(payload, REQUEST, error)
    return run(script, {"Function": "function", "Request": REQUEST}, {"lambda": client})


def test_inspection_hands_on_the_verdict(deployed: dict[str, Script]) -> None:
    verdict = {"found": True, "name": "www", "id": ID, "deletable": True, "reason": "Expired."}
    assert inspect(deployed["inspect"], verdict) == {
        "verdict": verdict,
        "found": "true",
        "deletable": "true",
        "reason": "Expired.",
        "name": "www",
        "id": ID,
    }


def test_inspection_of_a_certificate_that_is_gone_has_texts_for_the_next_steps(
    deployed: dict[str, Script],
) -> None:
    verdict = {"found": False, "deletable": False, "reason": "IAM has no www."}
    answer = inspect(deployed["inspect"], verdict)
    assert answer == {
        "verdict": verdict,
        "found": "false",
        "deletable": "false",
        "reason": "IAM has no www.",
        "name": "www",
        "id": "gone",
    }


def test_a_failed_inspection_says_that_nothing_was_deleted_and_why(
    deployed: dict[str, Script],
) -> None:
    error = {"errorMessage": "iam:ListServerCertificates failed", "errorType": "AwsCall"}
    with pytest.raises(
        RuntimeError, match="Not deleted: the inspection failed: iam:ListServerCertificates failed"
    ):
        inspect(deployed["inspect"], error, "Unhandled")


def test_a_failure_without_a_message_is_shown_whole(deployed: dict[str, Script]) -> None:
    with pytest.raises(RuntimeError, match=r"errorType.*Runtime\.ExitError"):
        inspect(deployed["inspect"], {"errorType": "Runtime.ExitError"}, "Unhandled")


# --- remove ---------------------------------------------------------------------------------------


def remove(script: Script, payload: Any, error: str = "", on_refusal: str = "Fail") -> Any:
    request = {"certificate": "www", "id": ID}
    client = lambda_answering(payload, request, error)
    events = {"Function": "function", "OnRefusal": on_refusal, "Request": request}
    found = {"Found": "true", "Reason": "Expired."}
    return run(script, events | found, {"lambda": client})


@pytest.mark.parametrize("outcome", ["REMOVED", "ALREADY_GONE"])
def test_removal_says_what_became_of_the_certificate(
    deployed: dict[str, Script], outcome: str
) -> None:
    payload = {"outcome": outcome, "reason": "Because.", "verdict": {}}
    assert remove(deployed["remove"], payload) == {"outcome": outcome, "reason": "Because."}


def test_a_refused_removal_fails_the_run_when_a_person_started_it(
    deployed: dict[str, Script],
) -> None:
    payload = {"outcome": "REFUSED", "reason": "In use by 1 resource.", "verdict": {}}
    with pytest.raises(RuntimeError, match=r"^Not deleted: In use by 1 resource\.$"):
        remove(deployed["remove"], payload)


def test_a_refused_removal_succeeds_where_config_would_give_up(deployed: dict[str, Script]) -> None:
    payload = {"outcome": "REFUSED", "reason": "In use.", "verdict": {}}
    answer = remove(deployed["remove"], payload, on_refusal="Succeed")
    assert answer == {"outcome": "REFUSED", "reason": "In use."}


@pytest.mark.parametrize("on_refusal", ["Fail", "Succeed"])
def test_a_failed_removal_fails_the_run_and_does_not_say_that_nothing_was_deleted(
    deployed: dict[str, Script], on_refusal: str
) -> None:
    with pytest.raises(RuntimeError, match=r"^The removal failed: Task timed out - ") as failed:
        remove(deployed["remove"], {"errorMessage": "Task timed out"}, "Unhandled", on_refusal)
    assert "start again to find out. Starting again is safe" in str(failed.value)


INVALID_INPUT = "io.github.certsweep.input.InvalidInputException"


@pytest.mark.parametrize("on_refusal", ["Fail", "Succeed"])
def test_a_removal_that_refuses_its_input_fails_the_run_and_says_that_nothing_was_deleted(
    deployed: dict[str, Script], on_refusal: str
) -> None:
    message = '"id" is "www": it must be the id of a server certificate. Nothing was deleted.'
    payload = {"errorMessage": message, "errorType": INVALID_INPUT}
    with pytest.raises(RuntimeError) as failed:
        remove(deployed["remove"], payload, "Unhandled", on_refusal)
    assert str(failed.value) == f"Not deleted: {message}"


@pytest.mark.parametrize(
    "error_type",
    [
        "io.github.certsweep.aws.AwsCallException",
        # IAM's own error of that name may come after the deletion.
        "software.amazon.awssdk.services.iam.model.InvalidInputException",
        f"{INVALID_INPUT}$Other",
        "Runtime.ExitError",
        "Sandbox.Timedout",
        "",
        None,
    ],
)
def test_of_any_other_failed_removal_nobody_says_that_nothing_was_deleted(
    deployed: dict[str, Script], error_type: str | None
) -> None:
    payload = {"errorMessage": "It broke.", "errorType": error_type}
    with pytest.raises(RuntimeError, match=r"^The removal failed: It broke\. - ") as failed:
        remove(deployed["remove"], payload, "Unhandled")
    assert "start again to find out. Starting again is safe" in str(failed.value)
    assert "Not deleted" not in str(failed.value)


def test_the_input_is_refused_by_the_class_that_the_runbook_knows() -> None:
    package, _, name = INVALID_INPUT.rpartition(".")
    source = (JAVA / f"{INVALID_INPUT.replace('.', '/')}.java").read_text()
    assert f"package {package};" in source
    assert f"class {name} extends" in source


@pytest.mark.parametrize("found", ["false", "", "unforeseen"])
def test_nothing_is_asked_to_delete_what_was_not_found(
    deployed: dict[str, Script], found: str
) -> None:
    request = {"certificate": "www", "id": "gone"}
    events = {"Function": "function", "OnRefusal": "Fail", "Request": request}
    answer = run(deployed["remove"], events | {"Found": found, "Reason": "IAM has no www."}, {})
    assert answer == {"outcome": "ALREADY_GONE", "reason": "IAM has no www."}


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("inspect", "Not deleted: "),
        # It may have been: the function may have done its work before its answer got lost.
        ("remove", "It is not known whether www was deleted: "),
    ],
)
def test_an_invocation_without_an_answer_says_what_is_known_and_what_to_do(
    deployed: dict[str, Script], step: str, told: str
) -> None:
    events = {"Function": "function", "OnRefusal": "Fail", "Request": REQUEST, "Found": "true"}
    client, stubber = stubbed("lambda")
    stubber.add_client_error("invoke", "ServiceException")
    expected = rf"^{told}lambda:InvokeFunction failed: .*ServiceException.* start again.*\.$"
    with pytest.raises(RuntimeError, match=expected):
        run(deployed[step], events, {"lambda": client})
    client, stubber = stubbed("lambda")
    page = StreamingBody(io.BytesIO(b"<html>"), 6)
    stubber.add_response("invoke", {"StatusCode": 200, "Payload": page})
    with pytest.raises(RuntimeError, match=f"^{told}lambda:InvokeFunction failed: Expecting value"):
        run(deployed[step], events, {"lambda": client})


# --- backUp ---------------------------------------------------------------------------------------

CERTIFICATE = {
    "ServerCertificateMetadata": {
        "Path": "/",
        "ServerCertificateName": "www",
        "ServerCertificateId": ID,
        "Arn": "arn:aws:iam::123456789012:server-certificate/www",
        "Expiration": datetime(2018, 7, 10, 23, 59, 59, tzinfo=timezone.utc),
    },
    "CertificateBody": "-----BEGIN CERTIFICATE-----",
    "CertificateChain": "-----BEGIN CERTIFICATE-----",
    "Tags": [{"Key": "owner", "Value": "shop"}],
}
BACKUP = {
    "Name": "www",
    "Id": ID,
    "Bucket": "backups",
    "Owner": "210987654321",
    "Account": "123456789012",
}


def test_the_backup_holds_all_that_iam_gives_and_goes_to_the_named_owner_alone(
    deployed: dict[str, Script],
) -> None:
    iam, iam_stub = stubbed("iam")
    name = {"ServerCertificateName": "www"}
    iam_stub.add_response("get_server_certificate", {"ServerCertificate": CERTIFICATE}, name)
    sent: dict[str, Any] = {}
    s3 = SimpleNamespace(put_object=sent.update)

    answer = run(deployed["backUp"], BACKUP, {"iam": iam, "s3": s3})

    stored = json.loads(sent.pop("Body"))
    assert stored["CertificateBody"] == CERTIFICATE["CertificateBody"]
    assert stored["CertificateChain"] == CERTIFICATE["CertificateChain"]
    assert stored["Tags"] == CERTIFICATE["Tags"]
    assert stored["ServerCertificateMetadata"]["Expiration"] == "2018-07-10 23:59:59+00:00"
    key = sent.pop("Key")
    assert key.startswith(f"certsweep/123456789012/www/{ID}/20")
    assert key.endswith("Z.json")
    assert answer == {"location": f"s3://backups/{key}"}
    # Without an encryption header: the bucket's default applies.
    assert sent == {
        "Bucket": "backups",
        "ContentType": "application/json",
        "ExpectedBucketOwner": "210987654321",
    }


def test_the_backup_goes_where_the_role_may_write(
    deployed: dict[str, Script], template: dict[str, Any]
) -> None:
    policies = json.dumps(template["Resources"]["RunbookRole"]["Properties"]["Policies"])
    assert "${BackupBucket}/certsweep/${AWS::AccountId}/*" in policies
    assert deployed["backUp"].payload["Account"] == "{{ global:ACCOUNT_ID }}"


@pytest.mark.parametrize(("central", "owner"), [(False, ACCOUNT), (True, OWNER)])
def test_the_role_may_write_to_the_owner_that_the_script_names_alone(
    runbook: Deployed, template: dict[str, Any], central: bool, owner: str
) -> None:
    choices = Choices(bucket=True, central=central)
    assert scripts(runbook(choices))["backUp"].payload["Owner"] == owner
    role = Resolver(template, choices.parameters).resources()["RunbookRole"]
    (policy,) = (one for one in role["Policies"] if one["PolicyName"] == "back-up")
    (write,) = (
        one for one in policy["PolicyDocument"]["Statement"] if one["Sid"] == "WriteBackups"
    )
    assert write["Condition"] == {"StringEquals": {"s3:ResourceAccount": owner}}


def test_nothing_is_stored_if_the_name_belongs_to_another_certificate_now(
    deployed: dict[str, Script],
) -> None:
    iam, iam_stub = stubbed("iam")
    iam_stub.add_response("get_server_certificate", {"ServerCertificate": CERTIFICATE})
    s3, _ = stubbed("s3")
    with pytest.raises(RuntimeError, match="Not deleted: the name www now belongs to another"):
        run(deployed["backUp"], BACKUP | {"Id": "ASCAOTHER"}, {"iam": iam, "s3": s3})


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchBucket"])
def test_a_backup_that_is_refused_fails_the_step(deployed: dict[str, Script], code: str) -> None:
    iam, iam_stub = stubbed("iam")
    iam_stub.add_response("get_server_certificate", {"ServerCertificate": CERTIFICATE})
    s3, s3_stub = stubbed("s3")
    s3_stub.add_client_error("put_object", code)
    with pytest.raises(RuntimeError, match=rf"^Not deleted: s3:PutObject failed: .*{code}.* again"):
        run(deployed["backUp"], BACKUP, {"iam": iam, "s3": s3})


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("Throttling", r"iam:GetServerCertificate failed: .*Throttling.* start again\.$"),
        ("NoSuchEntity", r"IAM no longer finds \S+\. Somebody deleted .* clear its result\.$"),
    ],
)
def test_a_certificate_that_cannot_be_read_for_the_backup_is_not_deleted(
    deployed: dict[str, Script], code: str, told: str
) -> None:
    iam, iam_stub = stubbed("iam")
    iam_stub.add_client_error("get_server_certificate", code)
    with pytest.raises(RuntimeError, match="^Not deleted: " + told):
        run(deployed["backUp"], BACKUP, {"iam": iam, "s3": stubbed("s3")[0]})


# --- reevaluate -----------------------------------------------------------------------------------

RULE = {"ConfigRuleNames": ["rule"]}
DETAILS = "get_compliance_details_by_config_rule"
SHOWN = {
    "ConfigRuleName": "rule",
    "ComplianceTypes": ["COMPLIANT", "NON_COMPLIANT"],
    "Limit": 100,
}


class Clock:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def reevaluate(
    script: Script,
    client: Any,
    clock: Clock,
    outcome: str = "REMOVED",
    certificate: str = "www",
    found: str = "true",
) -> Any:
    return run(
        script,
        {"Rule": "rule", "Certificate": certificate, "Found": found, "Outcome": outcome},
        {"config": client},
        time=clock,
        random=SimpleNamespace(uniform=lambda low, high: (low + high) / 2),
    )


def results(*names: str, token: str = "") -> dict[str, Any]:
    """What AWS Config shows of the rule."""
    shown = [
        {"EvaluationResultIdentifier": {"EvaluationResultQualifier": {"ResourceId": name}}}
        for name in names
    ]
    return {"EvaluationResults": shown} | ({"NextToken": token} if token else {})


@pytest.mark.parametrize("outcome", ["REMOVED", "ALREADY_GONE"])
def test_the_rule_is_evaluated_at_once_if_config_lets_it(
    deployed: dict[str, Script], outcome: str
) -> None:
    client, stubber = stubbed("config")
    stubber.add_response("start_config_rules_evaluation", {}, RULE)
    clock = Clock()
    assert reevaluate(deployed["reevaluate"], client, clock, outcome) == {"evaluation": "STARTED"}
    assert clock.seconds == 0


def test_the_rule_is_not_evaluated_after_a_refusal_which_would_be_remediated_again(
    deployed: dict[str, Script],
) -> None:
    client, _ = stubbed("config")
    answer = reevaluate(deployed["reevaluate"], client, Clock(), "REFUSED")
    assert answer == {"evaluation": "NOT_NEEDED"}


@pytest.mark.parametrize(
    "code", ["LimitExceededException", "ResourceInUseException", "ThrottlingException"]
)
def test_a_busy_rule_is_started_again_after_a_pause(deployed: dict[str, Script], code: str) -> None:
    client, stubber = stubbed("config")
    stubber.add_client_error("start_config_rules_evaluation", code)
    stubber.add_client_error(DETAILS, code)
    stubber.add_response(DETAILS, results("www"), SHOWN)
    stubber.add_client_error("start_config_rules_evaluation", code)
    stubber.add_response(DETAILS, results("www"), SHOWN)
    stubber.add_response("start_config_rules_evaluation", {}, RULE)
    clock = Clock()
    assert reevaluate(deployed["reevaluate"], client, clock) == {"evaluation": "STARTED"}
    assert 45 <= clock.seconds <= 135
    stubber.assert_no_pending_responses()


@pytest.mark.parametrize("pages", [[()], [("shop", "www2")], [("shop",), ("WWW2",)]])
def test_a_result_that_another_evaluation_cleared_is_enough(
    deployed: dict[str, Script], pages: list[tuple[str, ...]]
) -> None:
    client, stubber = stubbed("config")
    stubber.add_client_error("start_config_rules_evaluation", "LimitExceededException")
    request = SHOWN
    for number, names in enumerate(pages):
        token = "more" if number + 1 < len(pages) else ""
        stubber.add_response(DETAILS, results(*names, token=token), request)
        request = SHOWN | {"NextToken": token}
    answer = reevaluate(deployed["reevaluate"], client, Clock())
    assert answer == {"evaluation": "ALREADY_CLEARED"}
    stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    "given", ["www", "WWW", "arn:aws:iam::123456789012:server-certificate/a/www"]
)
def test_a_result_on_a_later_page_is_still_shown(deployed: dict[str, Script], given: str) -> None:
    client, stubber = stubbed("config")
    stubber.add_client_error("start_config_rules_evaluation", "LimitExceededException")
    stubber.add_response(DETAILS, results("shop", token="more"), SHOWN)
    stubber.add_response(DETAILS, results("www"), SHOWN | {"NextToken": "more"})
    stubber.add_response("start_config_rules_evaluation", {}, RULE)
    answer = reevaluate(deployed["reevaluate"], client, Clock(), certificate=given)
    assert answer == {"evaluation": "STARTED"}


def test_an_id_of_one_that_was_gone_before_proves_nothing(deployed: dict[str, Script]) -> None:
    client, stubber = stubbed("config")
    stubber.add_client_error("start_config_rules_evaluation", "LimitExceededException")
    stubber.add_response("start_config_rules_evaluation", {}, RULE)
    answer = reevaluate(deployed["reevaluate"], client, Clock(), "ALREADY_GONE", ID, "false")
    assert answer == {"evaluation": "STARTED"}
    stubber.assert_no_pending_responses()


def test_after_eight_minutes_it_says_what_to_do_before_the_step_times_out(
    runbook: Deployed, deployed: dict[str, Script]
) -> None:
    client, stubber = stubbed("config")
    stubber.add_client_error("start_config_rules_evaluation", "LimitExceededException")
    for _ in range(40):
        stubber.add_response(DETAILS, results("www"), SHOWN)
        stubber.add_client_error("start_config_rules_evaluation", "LimitExceededException")
    clock = Clock()
    told = r"is gone, but config:\w+ failed: AWS Config was busy .* Start the rule"
    with pytest.raises(RuntimeError, match=told):
        reevaluate(deployed["reevaluate"], client, clock)
    assert 8 * 60 <= clock.seconds <= 8 * 60 + 45
    (step,) = (step for step in runbook()["mainSteps"] if step["name"] == "reevaluate")
    # After the last pause two calls may each be tried five times, 15 seconds apart in all.
    assert step["timeoutSeconds"] > 8 * 60 + 45 + 2 * 15


def test_its_attempts_outlast_an_evaluation_and_another_that_clears_the_result(
    runbook: Deployed, template: dict[str, Any]
) -> None:
    longest = template["Resources"]["EvaluateFunction"]["Properties"]["Timeout"]
    (step,) = (step for step in runbook()["mainSteps"] if step["name"] == "reevaluate")
    # Between the two a minute, and a pause.
    assert step["maxAttempts"] * 8 * 60 > longest + 60 + 45 + longest


def test_what_waiting_does_not_heal_is_not_waited_for(deployed: dict[str, Script]) -> None:
    client, stubber = stubbed("config")
    stubber.add_client_error("start_config_rules_evaluation", "NoSuchConfigRuleException")
    clock = Clock()
    told = "^The certificate is gone, but config:StartConfigRulesEvaluation failed: .*NoSuch"
    with pytest.raises(RuntimeError, match=told):
        reevaluate(deployed["reevaluate"], client, clock)
    assert clock.seconds == 0


def test_results_that_cannot_be_read_say_what_to_do(deployed: dict[str, Script]) -> None:
    client, stubber = stubbed("config")
    stubber.add_client_error("start_config_rules_evaluation", "LimitExceededException")
    stubber.add_client_error(DETAILS, "AccessDeniedException")
    told = "config:GetComplianceDetailsByConfigRule failed: .*AccessDenied.* Start the rule"
    with pytest.raises(RuntimeError, match=told):
        reevaluate(deployed["reevaluate"], client, Clock())


# --- conclude -------------------------------------------------------------------------------------

EXPIRED = {"Found": "true", "Deletable": "true", "Reason": "Expired. Not in use."}
IN_USE = {"Found": "true", "Deletable": "false", "Reason": "In use by 1 resource."}
GONE = {"Found": "false", "Deletable": "false", "Reason": "IAM has no www."}


def conclude(script: Script, verdict: Any, dry_run: str, on_refusal: str) -> Any:
    return run(script, verdict | {"DryRun": dry_run, "OnRefusal": on_refusal}, {})


@pytest.mark.parametrize(
    ("verdict", "dry_run", "on_refusal", "outcome"),
    [
        (GONE, "true", "Succeed", "ALREADY_GONE"),
        (EXPIRED, "true", "Fail", "WOULD_REMOVE"),
        (IN_USE, "true", "Fail", "WOULD_REFUSE"),
        (IN_USE, "true", "Succeed", "WOULD_REFUSE"),
        (IN_USE, "false", "Succeed", "REFUSED"),
    ],
)
def test_a_run_that_deletes_nothing_says_why(
    deployed: dict[str, Script], verdict: Any, dry_run: str, on_refusal: str, outcome: str
) -> None:
    answer = conclude(deployed["conclude"], verdict, dry_run, on_refusal)
    assert answer == {"outcome": outcome, "reason": verdict["Reason"]}


def test_a_refusal_fails_the_run_when_a_person_started_it(deployed: dict[str, Script]) -> None:
    with pytest.raises(RuntimeError, match=r"^Not deleted: In use by 1 resource\.$"):
        conclude(deployed["conclude"], IN_USE, "false", "Fail")


def test_the_stubs_refuse_what_the_services_do_not_know() -> None:
    client, stubber = stubbed("config")
    stubber.add_response("start_config_rules_evaluation", {})
    with pytest.raises(ParamValidationError, match="Unknown parameter"):
        client.start_config_rules_evaluation(RuleNames=["rule"])
