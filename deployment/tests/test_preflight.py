import inspect
from pathlib import Path

import pytest
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.exceptions import EndpointConnectionError

from .. import (
    buckets,
    config,
    organization,
    parameters,
    permissions,
    preflight,
    regions,
    registry,
    security_hub,
    stacks,
    topics,
)
from ..account import Account, NoAccountError
from ..findings import Finding, Level, missing, note, ok, warning
from ..parameters import TEMPLATE, ParameterError, declared, main, parsed, template_rules
from ..wish import Wish
from .conftest import CALLER, NUMBER, REGION, FakeSession, only, wish

IDENTITY = {"UserId": "AIDAIOSFODNN7EXAMPLE1", "Account": NUMBER, "Arn": CALLER}


def test_it_says_whose_account_it_looks_at(session: FakeSession) -> None:
    session.stub("sts").add_response("get_caller_identity", IDENTITY)
    account = Account.of(session)
    assert str(account) == f"account {NUMBER} (aws), region {REGION}, as {CALLER}"


def test_the_partition_is_that_of_the_caller(session: FakeSession) -> None:
    arn = f"arn:aws-us-gov:iam::{NUMBER}:user/deployer"
    session.stub("sts").add_response("get_caller_identity", IDENTITY | {"Arn": arn})
    assert Account.of(session).partition == "aws-us-gov"


def test_without_a_region_it_says_how_to_set_one() -> None:
    with pytest.raises(NoAccountError, match=r"No region is set\. Set AWS_DEFAULT_REGION"):
        Account.of(FakeSession(region_name=None))


def test_the_region_is_read_from_the_variable_that_messages_name() -> None:
    # botocore and the AWS CLI 1 pass over AWS_REGION: `make undeploy` would remove another stack.
    assert BOTOCORE_DEFAUT_SESSION_VARIABLES["region"][1] == "AWS_DEFAULT_REGION"
    for module in Path(preflight.__file__).parent.glob("*.py"):
        assert "AWS_REGION" not in module.read_text()


def test_without_credentials_it_says_how_to_get_some(session: FakeSession) -> None:
    session.stub("sts").add_client_error("get_caller_identity", "ExpiredToken", "it expired")
    with pytest.raises(NoAccountError, match=r"don't work: .*it expired.* AWS_PROFILE"):
        Account.of(session)


def test_a_check_that_fails_hides_no_other(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first_one(_: Account, __: Wish):  # type: ignore[no-untyped-def] # noqa: ANN202
        yield ok("found before it failed")
        raise EndpointConnectionError(endpoint_url="https://example.com")

    def second_one(_: Account, __: Wish):  # type: ignore[no-untyped-def] # noqa: ANN202
        yield ok("found after the failure")

    monkeypatch.setattr(preflight, "CHECKS", (first_one, second_one))
    texts = [finding.text for finding in preflight.inspect(account, Wish("certsweep"))]
    assert texts[1] == "found before it failed"
    assert texts[2].startswith(
        'Could not check: first one. Could not connect to the endpoint URL: "'
    )
    assert texts[3] == "found after the failure"


def test_every_check_is_made() -> None:
    modules = (
        buckets,
        config,
        parameters,
        permissions,
        regions,
        registry,
        security_hub,
        stacks,
        topics,
    )
    found = {
        check
        for module in modules
        for check in vars(module).values()
        if inspect.isfunction(check)
        and check.__module__ == module.__name__
        and not check.__name__.startswith("_")
        and list(inspect.signature(check).parameters.values())[1:]
        and inspect.signature(check).return_annotation == "Iterator[Finding]"
    }
    assert found == set(preflight.CHECKS)


def has_stack(session: FakeSession, **parameters: str) -> None:
    found = {
        "StackName": "mine",
        "CreationTime": "2026-01-01",
        "StackStatus": "CREATE_COMPLETE",
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
    }
    session.stub("cloudformation").add_response(
        "describe_stacks", {"Stacks": [found]}, {"StackName": "mine"}
    )


def run(
    monkeypatch: pytest.MonkeyPatch, session: FakeSession, *findings: Finding
) -> tuple[int, list[Wish]]:
    seen = []

    def only_check(_: Account, wish: Wish):  # type: ignore[no-untyped-def] # noqa: ANN202
        seen.append(wish)
        yield from findings

    monkeypatch.setattr(preflight, "CHECKS", (only_check,))
    session.stub("sts").add_response("get_caller_identity", IDENTITY)
    arguments = ["--stack", "mine", "--bucket", "artifacts", "BackupBucket=backups"]
    return preflight.main(arguments, session), seen


def test_what_is_missing_ends_with_status_1(
    session: FakeSession, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    has_stack(session)
    status, _ = run(monkeypatch, session, missing("There is no X.", "Make an X."))
    assert status == 1
    assert capsys.readouterr().out.splitlines()[1:] == [
        "missing   There is no X.",
        "          -> Make an X.",
        "",
        "Not ready to deploy: fix what is missing above.",
    ]


def test_warnings_and_notes_end_with_status_0(
    session: FakeSession, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    has_stack(session)
    status, _ = run(monkeypatch, session, warning("W."), note("N."))
    assert status == 0
    assert capsys.readouterr().out.endswith("warning   W.\nnote      N.\n\nReady to deploy.\n")


def test_checks_see_what_is_wished_for_over_the_templates_defaults(
    session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.stub("cloudformation").add_client_error("describe_stacks", "ValidationError")
    _, (wished,) = run(monkeypatch, session)
    assert (wished.stack, wished.bucket) == ("mine", "artifacts")
    assert wished.parameters["BackupBucket"] == "backups"
    assert wished.parameters["RuleName"] == "iam-server-certificate-expiration"
    assert wished.parameters["UsageRegions"] == ""


def test_checks_see_what_an_update_keeps(
    session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_stack(session, RuleName="x", BackupBucket="old", SecurityHub="true", Former="y")
    _, (wished,) = run(monkeypatch, session)
    assert wished.parameters["RuleName"] == "x"
    assert wished.parameters["SecurityHub"] == "true"
    assert wished.parameters["BackupBucket"] == "backups"
    assert "Former" not in wished.parameters


def test_a_stack_that_may_not_be_read_is_a_warning(
    session: FakeSession, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session.stub("cloudformation").add_client_error("describe_stacks", "AccessDenied", "may not")
    status, (wished,) = run(monkeypatch, session)
    assert status == 0
    assert wished.parameters["SecurityHub"] == "false"
    out = " ".join(capsys.readouterr().out.split())
    assert "warning Could not read the parameters that the stack mine has." in out
    assert "The checks take the template's defaults for them. An error occurred" in out


def test_a_kept_value_that_the_template_refuses_stops_it(
    session: FakeSession, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    has_stack(session, AlarmTopicArn="no-arn")
    assert run(monkeypatch, session) == (1, [])
    assert "AlarmTopicArn is 'no-arn'. Must be the ARN" in capsys.readouterr().err


def test_a_parameter_that_cannot_be_stops_it(
    session: FakeSession, capsys: pytest.CaptureFixture[str]
) -> None:
    assert preflight.main(["Aprovers=x"], session) == 1
    assert "no parameter Aprovers. Do you mean Approvers?" in capsys.readouterr().err


def test_credentials_that_do_not_work_stop_it(
    session: FakeSession, capsys: pytest.CaptureFixture[str]
) -> None:
    session.stub("sts").add_client_error("get_caller_identity", "InvalidClientTokenId")
    assert preflight.main([], session) == 1
    assert "credentials don't work" in capsys.readouterr().err


def test_long_findings_are_wrapped_under_their_start() -> None:
    lines = str(Finding(Level.WARNING, "word " * 40, "remedy " * 30)).splitlines()
    assert len(lines) > 3
    assert all(len(line) <= 110 for line in lines)
    assert lines[1].startswith(" " * 10 + "word")
    assert sum("-> " in line for line in lines) == 1


# --- Parameters -----------------------------------------------------------------------------------


def defaults() -> dict[str, str]:
    return {name: str(parameter["Default"]) for name, parameter in declared().items()}


def test_parameters_are_those_of_the_template() -> None:
    assert parsed(["EveryHours=6", "Approvers=role/a=b,user/c"], declared()) == {
        "EveryHours": "6",
        "Approvers": "role/a=b,user/c",
    }


@pytest.mark.parametrize("file", [TEMPLATE, organization.TEMPLATE])
def test_every_limit_can_be_told(file: Path) -> None:
    for parameter in declared(file).values():
        assert ("AllowedPattern" in parameter) == ("ConstraintDescription" in parameter)
        assert ("MinValue" in parameter) == ("MaxValue" in parameter)


def test_every_default_is_allowed() -> None:
    known = declared()
    words = [f"{name}={parameter['Default']}" for name, parameter in known.items()]
    assert parsed(words, known).keys() == known.keys()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["EveryHours"], "'EveryHours' in PARAMETERS does not have the form Name=value"),
        (["Everyhour=6"], "no parameter Everyhour. Do you mean EveryHours?"),
        (["X=6"], "no parameter X. It has RuleName, "),
        (["EveryHours=6", "EveryHours=3"], "PARAMETERS contains EveryHours twice"),
        (["EveryHours=5"], "EveryHours is '5'. Must be one of 1, 3, 6, 12, 24."),
        (["SecurityHub=yes"], "SecurityHub is 'yes'. Must be one of true, false."),
        (["RuleName=a b"], "RuleName is 'a b'. Must be 1 to 64 letters, digits, "),
        (["UsageRegions=eu-west-1 x"], "Must be region names separated by commas, or empty."),
        (["MemorySize=255"], "MemorySize is '255'. Must be a whole number from 256 to 10240."),
        (["MemorySize=10241"], "Must be a whole number from 256 to 10240."),
        (["MemorySize=much"], "Must be a whole number from 256 to 10240."),
        (["MemorySize=nan"], "Must be a whole number from 256 to 10240."),
    ],
)
def test_parameters_that_cannot_be_are_refused(words: list[str], message: str) -> None:
    with pytest.raises(ParameterError) as refusal:
        parsed(words, declared())
    assert message in str(refusal.value)


def test_the_command_says_nothing_if_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["EveryHours=6"]) == 0
    assert main([]) == 0
    assert main(["Hours=6"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "no parameter Hours" in captured.err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"AutomaticRemediation": "true", "Approvers": "role/a"}, "combined with Approvers"),
        ({"AlarmTopicArn": "arn", "EncryptAlarms": "true"}, "EncryptAlarms works only with"),
        ({"AlarmTopicArn": "arn", "AlarmEmail": "a@b.c"}, "AlarmEmail works only with"),
        ({"BackupKeyArn": "arn"}, "BackupKeyArn requires BackupBucket"),
        ({"BackupBucketOwner": NUMBER}, "BackupBucketOwner requires BackupBucket"),
    ],
)
def test_what_the_rules_of_the_template_refuse_is_missing(
    account: Account, given: dict[str, str], words: str
) -> None:
    finding = only(template_rules(account, wish(**defaults() | given)))
    assert finding.level is Level.MISSING
    assert words in finding.text
    assert "PARAMETERS" in finding.remedy


def test_the_defaults_are_what_the_rules_of_the_template_allow(account: Account) -> None:
    assert list(template_rules(account, wish(**defaults()))) == []
