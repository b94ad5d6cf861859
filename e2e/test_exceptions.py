"""Exceptions by tags: they keep a certificate, for a time, and never let one be deleted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from .account import Run
from .deployment import Deployment
from .production import HOME, Certificate, Function, Production

DAYS = 30
ON = {"MAXIMUM_EXCEPTION_DAYS": str(DAYS)}
REASON = "vendor migration"
TAGS = ("iam", "ListServerCertificateTags")
GET = ("iam", "GetServerCertificate")


def today() -> date:
    """Today in UTC."""
    return datetime.now(timezone.utc).date()


def expiration(certificate: Certificate) -> date:
    return date.fromisoformat(certificate.expiration[:10])


def last_day(certificate: Certificate) -> str:
    """The last day that an exception of it can have."""
    return str(expiration(certificate) + timedelta(days=DAYS))


@pytest.fixture
def excepted(production: Production) -> Certificate:
    """An expired certificate with an exception."""
    excepted = production.expired()
    production.tag("www", until=last_day(excepted), reason=REASON)
    return excepted


def removed(certificate: Certificate, function: Function) -> Run:
    return function.invoke({"certificate": certificate.name, "id": certificate.id})


def calls(production: Production, role: str) -> Counter[str]:
    """What a role called, by operation."""
    return Counter(one["operation"] for one in production.sandbox.requests.list(role=role))


# --- What an exception does -----------------------------------------------------------------------


def test_exception_at_the_limit_is_told_and_counted_and_keeps_the_certificate_from_removal(
    production: Production, excepted: Certificate
) -> None:
    production.infrastructure.alb(HOME, "prod", production.expired("used").arn)
    production.tag("used", until=last_day(excepted), reason="slow partner.")
    run = production.search(ON)
    told = f"Exception until {last_day(excepted)}: {REASON}."
    assert production.annotation("www") == (
        f"Expired {excepted.expiration} (id {excepted.id}). Not in use. {told}"
    )
    assert production.annotation("used").endswith(
        f" In use by 1: ALB listener {HOME} app/prod:443. "
        f"Exception until {last_day(excepted)}: slow partner."
    )
    assert set(production.compliance.values()) == {"NON_COMPLIANT"}
    assert (run.metrics["ExpiredInUse"], run.metrics["Exceptions"]) == (0, 2)
    assert (run.summary["exceptions"], run.summary["exceptionsUnread"]) == (2, 0)

    verdict = production.inspection(ON).invoke({"certificate": "www"}).summary
    assert (verdict["deletable"], verdict["exception"]) == (False, told)
    assert f"Not in use. {told} To end it sooner, remove the tag" in verdict["reason"]
    refused = removed(excepted, production.removal(ON)).summary
    assert (refused["outcome"], refused["verdict"]["exception"]) == ("REFUSED", told)
    assert told in refused["reason"]
    assert production.names == ["used", "www"]


def test_used_certificate_counts_again_when_its_exception_is_taken_away(
    production: Production,
) -> None:
    used = production.expired()
    production.infrastructure.alb(HOME, "prod", used.arn)
    production.tag("www", until=last_day(used), reason=REASON)
    assert production.search(ON).metrics["ExpiredInUse"] == 0
    production.untag("www")
    run = production.evaluate()
    assert (run.metrics["ExpiredInUse"], run.metrics["Exceptions"]) == (1, 0)
    assert production.annotation("www").endswith(
        "No exception: the tag certsweep:exception-until is missing."
    )


def test_reason_of_256_characters_is_annotated_with_sixty(production: Production) -> None:
    expired = production.expired()
    reason = "Jörg: " + "r" * 250
    production.tag("www", until=last_day(expired), reason=reason)
    production.search(ON)
    annotation = production.annotation("www")
    assert annotation.endswith(
        f" Not in use. Exception until {last_day(expired)}: {reason[:57]}..."
    )
    assert len(annotation) <= 256
    verdict = production.inspection(ON).invoke({"certificate": "www"}).summary
    assert verdict["exception"].endswith(f": {reason}.")


def test_iam_takes_no_quotes_and_no_line_breaks(
    production: Production, excepted: Certificate
) -> None:
    for reason in ('the "big" vendor', "one\ntwo", "one\r\ntwo", "a, b; c", "<b>", "r" * 257):
        with pytest.raises(ClientError) as refused:
            production.tag("www", until=last_day(excepted), reason=reason)
        assert refused.value.response["Error"]["Code"] == "ValidationError"


def test_line_separators_which_iam_takes_become_spaces(
    production: Production, excepted: Certificate
) -> None:
    production.tag("www", until=last_day(excepted), reason="one\u2028Not in use.\u2029\u00a0two")
    run = production.search(ON)
    assert production.annotation("www").endswith(": one Not in use. two.")
    assert run.logged["evaluation"]["exceptions"] == 1


# --- What is no exception -------------------------------------------------------------------------


def _in_days(number: int) -> str:
    return str(today() + timedelta(days=number))


NO_EXCEPTION: dict[str, Callable[[Certificate], tuple[dict[str, str], str]]] = {
    "past": lambda _: (
        {"until": _in_days(-1), "reason": REASON},
        f"Exception ended on {_in_days(-1)}.",
    ),
    "a day too late": lambda one: (
        {"until": str(expiration(one) + timedelta(days=DAYS + 1)), "reason": REASON},
        f"No exception: {expiration(one) + timedelta(days=DAYS + 1)} is after {last_day(one)}, "
        "the last day possible.",
    ),
    "for ever": lambda one: (
        {"until": "9999-12-31", "reason": REASON},
        f"No exception: 9999-12-31 is after {last_day(one)}, the last day possible.",
    ),
    "unreadable": lambda _: (
        {"until": "31.12.2026", "reason": REASON},
        'No exception: "31.12.2026" is not a date such as 2026-12-31.',
    ),
    "in another time zone": lambda _: (
        {"until": "2026-12-31+13:00", "reason": REASON},
        'No exception: "2026-12-31+13:00" is not a date such as 2026-12-31.',
    ),
    "with a time": lambda _: (
        {"until": "2026-12-31T23:59:59Z", "reason": REASON},
        'No exception: "2026-12-31T23:59:59Z" is not a date such as 2026-12-31.',
    ),
    "without a reason": lambda one: (
        {"until": last_day(one)},
        "No exception: the tag certsweep:exception-reason is missing.",
    ),
    "with an empty reason": lambda one: (
        {"until": last_day(one), "reason": "\u00a0 "},
        "No exception: the tag certsweep:exception-reason is missing.",
    ),
    "without an end": lambda _: (
        {"reason": REASON},
        "No exception: the tag certsweep:exception-until is missing.",
    ),
}


def test_what_is_no_exception_says_why_and_keeps_nothing(production: Production) -> None:
    expired, why = {}, {}
    for number, (which, make) in enumerate(NO_EXCEPTION.items()):
        expired[which] = production.expired(f"www-{number}")
        tags, why[which] = make(expired[which])
        production.tag(expired[which].name, **tags)
    run = production.search(ON)
    assert run.metrics["Exceptions"] == 0
    inspection, removal = production.inspection(ON), production.removal(ON)
    for which, one in expired.items():
        assert production.annotation(one.name).endswith(f" Not in use. {why[which]}"), which
        verdict = inspection.invoke({"certificate": one.name}).summary
        assert (verdict["deletable"], verdict["exception"]) == (True, why[which])
        assert removed(one, removal).summary["outcome"] == "REMOVED", which


def test_date_ends_with_the_day_in_utc_wherever_the_function_thinks_it_is(
    production: Production,
) -> None:
    # Before noon in UTC it is still yesterday in the west; after it, already tomorrow in the east.
    zone = "Etc/GMT+12" if datetime.now(timezone.utc).hour < 12 else "Pacific/Kiritimati"
    there = ON | {"JAVA_TOOL_OPTIONS": f"-Duser.timezone={zone}"}
    production.expired()
    production.tag("www", until=str(today()), reason=REASON)
    production.expired("ended")
    production.tag("ended", until=_in_days(-1), reason=REASON)
    assert production.search(there).metrics["Exceptions"] == 1
    assert production.annotation("www").endswith(f" Exception until {today()}: {REASON}.")
    assert production.annotation("ended").endswith(f" Exception ended on {_in_days(-1)}.")


def test_valid_certificate_needs_none_and_its_tags_are_not_read(production: Production) -> None:
    valid = production.valid()
    production.tag("www", until=last_day(valid), reason=REASON)
    run = production.search(ON)
    assert production.compliance == {"www": "COMPLIANT"}
    assert "xception" not in production.annotation("www")
    assert run.metrics["Exceptions"] == 0
    verdict = production.inspection(ON).invoke({"certificate": "www"}).summary
    assert not verdict["deletable"]
    assert "exception" not in verdict
    assert removed(valid, production.removal(ON)).summary["outcome"] == "REFUSED"
    assert production.sandbox.requests.list(*TAGS) == []


def test_exception_in_the_lead_time_is_told(production: Production) -> None:
    valid = production.valid()
    production.tag("www", until=last_day(valid), reason=REASON)
    production.search(ON, {"daysToExpiration": "100"})
    assert production.annotation("www").endswith(
        f" Not in use. Exception until {last_day(valid)}: {REASON}."
    )


# --- While a removal runs -------------------------------------------------------------------------


@pytest.mark.parametrize("held", [("cloudfront", "ListDistributions"), GET])
def test_exception_set_while_a_removal_searches_counts(
    production: Production, held: tuple[str, str]
) -> None:
    expired, function = production.expired(), production.removal(ON)
    with production.while_held(*held, lambda: removed(expired, function)) as run:
        production.tag("www", until=last_day(expired), reason=REASON)
    summary = run.result().summary
    assert summary["outcome"] == "REFUSED"
    assert f"Exception until {last_day(expired)}: {REASON}." in summary["reason"]
    assert function.calls("DeleteServerCertificate") == []
    assert production.names == ["www"]


@pytest.mark.parametrize("held", [("cloudfront", "ListDistributions"), GET])
def test_exception_taken_away_while_a_removal_searches_keeps_nothing(
    production: Production, excepted: Certificate, held: tuple[str, str]
) -> None:
    function = production.removal(ON)
    with production.while_held(*held, lambda: removed(excepted, function)) as run:
        production.untag("www")
    assert run.result().summary["outcome"] == "REMOVED"
    assert production.names == []


# --- Tags that can't be read ----------------------------------------------------------------------

UNREADABLE: dict[str, tuple[dict[str, Any], str]] = {
    "denied": ({"kind": "access-denied"}, "AccessDenied"),
    "throttled": ({"kind": "throttle"}, "Throttling"),
    "not found": ({"kind": "not-found"}, "NoSuchEntity"),
    "malformed": ({"kind": "malformed"}, "UnexpectedAnswer"),
}


@pytest.mark.parametrize("how", UNREADABLE)
def test_tags_that_can_not_be_read_are_no_exception_for_the_rule_and_unchecked_for_the_verdict(
    production: Production, excepted: Certificate, how: str
) -> None:
    production.infrastructure.alb(HOME, "prod", production.expired("used").arn)
    production.tag("used", until=last_day(excepted), reason=REASON)
    fault, code = UNREADABLE[how]
    production.sandbox.faults.add(*TAGS, times=0, **fault)
    run = production.search(ON)
    assert run.outcome == "REPORTED"
    assert production.annotation("www").endswith(f" Not in use. Exception unknown: {code}.")
    assert set(production.compliance.values()) == {"NON_COMPLIANT"}
    assert (run.metrics["ExpiredInUse"], run.metrics["Exceptions"]) == (1, 0)
    assert run.summary["exceptionsUnread"] == 2
    verdict = production.inspection(ON).invoke({"certificate": "www"}).summary
    assert not verdict["deletable"]
    assert "Not in use. Exception unknown: iam:ListServerCertificateTags fail" in verdict["reason"]
    assert code in verdict["reason"]


def test_removal_does_not_rely_on_tags_that_it_could_not_read(
    production: Production, excepted: Certificate
) -> None:
    production.sandbox.faults.add(*GET, kind="malformed", times=0)
    function = production.removal(ON)
    assert "iam:GetServerCertificate" in removed(excepted, function).error
    assert function.calls("DeleteServerCertificate") == []
    assert production.names == ["www"]


def test_throttling_that_ends_leaves_nothing_unread(
    production: Production, excepted: Certificate
) -> None:
    assert excepted.name == "www"
    production.sandbox.faults.add(*TAGS, kind="throttle", times=2)
    assert production.search(ON).summary["exceptions"] == 1


# --- Calls ----------------------------------------------------------------------------------------


def test_exceptions_are_off_by_default_and_then_cost_not_one_call(
    production: Production, excepted: Certificate
) -> None:
    used = production.expired("used")
    production.infrastructure.alb(HOME, "prod", used.arn)
    production.tag("used", until=last_day(used), reason=REASON)
    run = production.search()
    off = calls(production, production.rule.function_name)
    assert "xception" not in production.annotation("www")
    assert run.metrics["ExpiredInUse"] == 1
    assert "xception" not in run.log
    verdict = production.inspection().invoke({"certificate": "www"}).summary
    assert verdict["deletable"]
    assert "xception" not in json.dumps(verdict)
    assert production.sandbox.requests.list(*TAGS) == []

    production.search(ON)
    on = calls(production, production.rule.function_name)
    assert on - off == {"ListServerCertificateTags": 2}
    assert removed(excepted, production.removal()).summary["outcome"] == "REMOVED"


def test_each_flagged_certificate_costs_one_call(production: Production) -> None:
    names = production.store_many(120, timedelta(days=-3))
    production.valid("valid")
    last = str(today() - timedelta(days=3) + timedelta(days=DAYS))
    production.tag(names[-1], until=last, reason=REASON)
    run = production.search(ON)
    assert (run.summary["exceptions"], run.summary["exceptionsUnread"]) == (1, 0)
    assert calls(production, production.rule.function_name)[TAGS[1]] == 120


def test_tags_on_several_pages_are_all_read(production: Production, excepted: Certificate) -> None:
    assert excepted.name == "www"
    others = [{"Key": f"a{number}", "Value": ""} for number in range(7)]
    production.sandbox.client("iam").tag_server_certificate(
        ServerCertificateName="www", Tags=others
    )
    production.sandbox.settings(page_cap=2)
    assert production.search(ON).summary["exceptions"] == 1
    assert calls(production, production.rule.function_name)[TAGS[1]] == 5


def test_setting_that_is_not_allowed_fails_every_function_by_name(production: Production) -> None:
    expired, variables = production.expired(), {"MAXIMUM_EXCEPTION_DAYS": "3651"}
    for run in (
        production.search(variables),
        production.inspection(variables).invoke({"certificate": "www"}),
        removed(expired, production.removal(variables)),
    ):
        assert run.error.startswith('MAXIMUM_EXCEPTION_DAYS is "3651": it must be ')
        assert "Correct the stack's parameter MaximumExceptionDays." in run.error
    assert production.names == ["www"]


# --- The stack ------------------------------------------------------------------------------------


def test_stack_tells_of_the_exception_and_refuses_to_remediate(stack: Deployment) -> None:
    stack.configure(MaximumExceptionDays=str(DAYS))
    excepted = stack.expired()
    stack.tag("www", until=last_day(excepted), reason=REASON)
    execution = stack.remediate_after_a_run("www")
    told = f"Exception until {last_day(excepted)}: {REASON}."
    assert execution.status == "Failed"
    assert told in execution.failure
    (message,) = stack.messages()
    assert "IAM server certificate www " in message
    assert told in message
    assert (stack.names, stack.deletions()) == (["www"], [])
    stack.untag("www")
    assert stack.run("www").result == ("Success", "REMOVED")
    assert stack.sandbox.permissions.list(decision="denied") == []


def owner_of_tags(stack: Deployment) -> Any:
    """IAM for a role that may tag and untag certificates, and nothing else."""
    iam = stack.sandbox.client("iam")
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{stack.sandbox.account}:root"},
        "Action": "sts:AssumeRole",
    }
    allowed = {
        "Effect": "Allow",
        "Action": ["iam:TagServerCertificate", "iam:UntagServerCertificate"],
        "Resource": "*",
    }
    role = iam.create_role(RoleName="owner", AssumeRolePolicyDocument=_document(trust))["Role"]
    iam.put_role_policy(RoleName="owner", PolicyName="tag", PolicyDocument=_document(allowed))
    keys = stack.sandbox.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="owner")
    return boto3.client(
        "iam",
        region_name=stack.sandbox.region,
        endpoint_url=stack.sandbox.endpoint,
        aws_access_key_id=keys["Credentials"]["AccessKeyId"],
        aws_secret_access_key=keys["Credentials"]["SecretAccessKey"],
        aws_session_token=keys["Credentials"]["SessionToken"],
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_who_may_tag_but_not_delete_can_keep_a_certificate_and_have_none_deleted(
    stack: Deployment,
) -> None:
    stack.configure(MaximumExceptionDays=str(DAYS))
    expired, used = stack.expired(), stack.expired("used")
    stack.infrastructure.alb(HOME, "prod", used.arn)
    owner = owner_of_tags(stack)
    tags = {"certsweep:exception-until": last_day(expired), "certsweep:exception-reason": REASON}
    for name in ("www", "used"):
        owner.tag_server_certificate(
            ServerCertificateName=name,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
    with pytest.raises(ClientError, match="AccessDenied"):
        owner.delete_server_certificate(ServerCertificateName="www")
    request = {"certificate": "www", "id": expired.id}
    assert stack.function("RemoveFunctionName", request).summary["outcome"] == "REFUSED"
    # Neither a wild exception nor none lets anything in use be deleted.
    for value in (str(today()), "9999-12-31", "now"):
        owner.tag_server_certificate(
            ServerCertificateName="used",
            Tags=[{"Key": "certsweep:exception-until", "Value": value}],
        )
        request = {"certificate": "used", "id": used.id}
        assert stack.function("RemoveFunctionName", request).summary["outcome"] == "REFUSED"
    owner.untag_server_certificate(ServerCertificateName="used", TagKeys=list(tags))
    assert stack.function("RemoveFunctionName", request).summary["outcome"] == "REFUSED"
    assert stack.names == ["used", "www"]
