import pytest
from botocore.exceptions import ClientError

from ..account import Account
from ..findings import Level
from ..registry import SCARCE, resource_types, runtime
from .conftest import FakeSession, only, wish


def registered(session: FakeSession, name: str) -> None:
    request = {"Type": "RESOURCE", "TypeName": name}
    session.stub("cloudformation").add_response("describe_type", {"TypeName": name}, request)


def unknown(session: FakeSession, name: str) -> None:
    session.stub("cloudformation").add_client_error(
        "describe_type",
        "TypeNotFoundException",
        f"The type '{name}' cannot be found.",
        expected_params={"Type": "RESOURCE", "TypeName": name},
    )


def test_a_region_with_the_type_is_fine(session: FakeSession, account: Account) -> None:
    registered(session, SCARCE)
    assert only(resource_types(account, wish())).level is Level.OK


def test_a_region_without_the_type_is_refused_and_another_recommended(
    session: FakeSession, account: Account
) -> None:
    unknown(session, SCARCE)
    registered(session, "AWS::Config::ConfigRule")
    finding = only(resource_types(account, wish()))
    assert finding.level is Level.MISSING
    assert f"does not have the type {SCARCE}" in finding.text
    assert "Deploy in us-east-1" in finding.remedy
    session.assert_all_asked()


def test_a_registry_that_lists_no_type_at_all_proves_nothing(
    session: FakeSession, account: Account
) -> None:
    unknown(session, SCARCE)
    unknown(session, "AWS::Config::ConfigRule")
    finding = only(resource_types(account, wish()))
    assert finding.level is Level.WARNING
    assert "proves nothing" in finding.text


@pytest.mark.parametrize("code", ["AccessDenied", "CFNRegistryException", "Throttling"])
def test_a_registry_that_does_not_answer_is_not_checked(
    session: FakeSession, account: Account, code: str
) -> None:
    session.stub("cloudformation").add_client_error("describe_type", code)
    with pytest.raises(ClientError):
        list(resource_types(account, wish()))


def test_the_runtime_is_a_note(account: Account) -> None:
    finding = only(runtime(account, wish()))
    assert finding.level is Level.NOTE
    assert "java25 in eu-west-1" in finding.text
