import pytest
from botocore.exceptions import ClientError

from ..account import Account
from ..findings import Level
from ..stacks import is_at_rest, kept_parameters, stack
from ..wish import Wish
from .conftest import RULE, FakeSession, only, wish


def stack_in(session: FakeSession, status: str, **parameters: str) -> None:
    found = {
        "StackName": "certsweep",
        "CreationTime": "2026-01-01",
        "StackStatus": status,
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
    }
    session.stub("cloudformation").add_response(
        "describe_stacks", {"Stacks": [found]}, {"StackName": "certsweep"}
    )


def test_a_new_stack_is_fine(session: FakeSession, account: Account) -> None:
    session.stub("cloudformation").add_client_error("describe_stacks", "ValidationError")
    assert "is new" in only(stack(account, wish())).text


@pytest.mark.parametrize("name", ["aws-certsweep", "AmazonCertsweep", "amzn"])
def test_a_name_that_systems_manager_reserves_is_refused(
    session: FakeSession, account: Account, name: str
) -> None:
    session.stub("cloudformation").add_client_error("describe_stacks", "ValidationError")
    reserved, _ = stack(account, Wish(name, "", {"RuleName": RULE}))
    assert reserved.level is Level.MISSING
    assert name in reserved.text


@pytest.mark.parametrize(
    ("status", "level", "words"),
    [
        ("CREATE_COMPLETE", Level.OK, "can be updated"),
        ("UPDATE_ROLLBACK_COMPLETE", Level.OK, "can be updated"),
        ("REVIEW_IN_PROGRESS", Level.OK, "can be updated"),
        ("ROLLBACK_COMPLETE", Level.MISSING, "can't be updated"),
        ("DELETE_FAILED", Level.MISSING, "can't be updated"),
        ("UPDATE_IN_PROGRESS", Level.MISSING, "is changing"),
        ("UPDATE_ROLLBACK_FAILED", Level.MISSING, "can't be updated"),
        ("IMPORT_ROLLBACK_FAILED", Level.MISSING, "can't be updated"),
    ],
)
def test_a_stack_that_is_there_is_judged_by_its_status(
    session: FakeSession, account: Account, status: str, level: Level, words: str
) -> None:
    stack_in(session, status)
    finding = only(stack(account, wish()))
    assert finding.level is level
    assert words in finding.text
    assert bool(finding.remedy) == (level is Level.MISSING)


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        ("ROLLBACK_COMPLETE", "Run make undeploy STACK=certsweep, then deploy again."),
        ("IMPORT_ROLLBACK_FAILED", "Run make undeploy STACK=certsweep, then deploy again."),
        (
            "UPDATE_ROLLBACK_FAILED",
            "aws cloudformation continue-update-rollback --stack-name certsweep",
        ),
    ],
)
def test_a_stack_that_cannot_be_updated_comes_with_the_way_out(
    session: FakeSession, account: Account, status: str, remedy: str
) -> None:
    stack_in(session, status)
    assert remedy in only(stack(account, wish())).remedy


@pytest.mark.parametrize(
    ("status", "kept"),
    [
        ("CREATE_COMPLETE", {"SecurityHub": "true"}),
        ("UPDATE_ROLLBACK_FAILED", {"SecurityHub": "true"}),
        # A new stack takes their place.
        ("REVIEW_IN_PROGRESS", {}),
        ("ROLLBACK_COMPLETE", {}),
        ("IMPORT_ROLLBACK_FAILED", {}),
    ],
)
def test_an_update_keeps_the_parameters_of_the_stack(
    session: FakeSession, account: Account, status: str, kept: dict[str, str]
) -> None:
    stack_in(session, status, SecurityHub="true")
    assert kept_parameters(account, "certsweep") == kept


def test_a_new_stack_keeps_no_parameters(session: FakeSession, account: Account) -> None:
    session.stub("cloudformation").add_client_error("describe_stacks", "ValidationError")
    assert kept_parameters(account, "certsweep") == {}


def test_a_denied_look_at_the_stack_is_an_error(session: FakeSession, account: Account) -> None:
    session.stub("cloudformation").add_client_error("describe_stacks", "AccessDenied")
    with pytest.raises(ClientError):
        list(stack(account, wish()))


@pytest.mark.parametrize(
    ("status", "rests"),
    [
        ("CREATE_COMPLETE", True),
        ("UPDATE_ROLLBACK_COMPLETE", True),
        ("ROLLBACK_COMPLETE", False),
        ("UPDATE_IN_PROGRESS", False),
        ("UPDATE_ROLLBACK_FAILED", False),
    ],
)
def test_a_stack_rests_when_it_is_deployed_and_not_changing(status: str, rests: bool) -> None:
    assert is_at_rest(status) is rests
