import json

import pytest
from botocore.exceptions import ClientError

from ..account import Account
from ..findings import Level
from ..topics import alarm_topic, approval_topic
from .conftest import KEY, NUMBER, REGION, FakeSession, only, wish

TOPIC = f"arn:aws:sns:{REGION}:{NUMBER}:Automation-pager"
PUBLISHERS = ("cloudwatch.amazonaws.com", "events.amazonaws.com")


@pytest.mark.parametrize(
    ("approvers", "topic", "warns"),
    [
        ("arn", TOPIC.replace("Automation-", ""), True),
        ("arn", TOPIC, False),
        ("arn", "", False),
        ("", TOPIC.replace("Automation-", ""), False),
    ],
)
def test_a_topic_for_approvals_should_be_named_so(
    account: Account, approvers: str, topic: str, warns: bool
) -> None:
    found = list(approval_topic(account, wish(Approvers=approvers, AlarmTopicArn=topic)))
    assert [finding.level for finding in found] == [Level.WARNING] * warns


def topic(
    session: FakeSession, *services: str, key: str = "", effect: str = "Allow", arn: str = TOPIC
) -> None:
    """A topic whose policy names these services."""
    statement = {"Effect": effect, "Action": "sns:Publish", "Resource": arn}
    statements = [statement | {"Principal": {"Service": list(services)}}] if services else []
    attributes = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}
    if key:
        attributes["KmsMasterKeyId"] = key
    session.stub("sns").add_response(
        "get_topic_attributes", {"Attributes": attributes}, {"TopicArn": arn}
    )


def test_no_topic_is_looked_at_if_none_is_named(account: Account) -> None:
    assert list(alarm_topic(account, wish())) == []


def test_a_topic_of_another_region_is_missing(account: Account) -> None:
    elsewhere = TOPIC.replace(REGION, "us-east-1")
    finding = only(alarm_topic(account, wish(AlarmTopicArn=elsewhere)))
    assert finding.level is Level.MISSING
    assert "is in us-east-1" in finding.text


def test_a_topic_that_lets_in_both_is_good(session: FakeSession, account: Account) -> None:
    topic(session, *PUBLISHERS)
    assert only(alarm_topic(account, wish(AlarmTopicArn=TOPIC))).level is Level.OK


@pytest.mark.parametrize(
    ("services", "effect", "closed"),
    [
        (PUBLISHERS[:1], "Allow", "events.amazonaws.com"),
        (PUBLISHERS[1:], "Allow", "cloudwatch.amazonaws.com"),
        ((), "Allow", "cloudwatch.amazonaws.com and events.amazonaws.com"),
        (PUBLISHERS, "Deny", "cloudwatch.amazonaws.com and events.amazonaws.com"),
    ],
)
def test_a_topic_that_leaves_a_service_out_is_a_warning(
    session: FakeSession, account: Account, services: tuple[str, ...], effect: str, closed: str
) -> None:
    topic(session, *services, effect=effect)
    finding = only(alarm_topic(account, wish(AlarmTopicArn=TOPIC)))
    assert finding.level is Level.WARNING
    assert f"does not name {closed}." in finding.text


@pytest.mark.parametrize("key", ["alias/aws/sns", f"arn:aws:kms:{REGION}:{NUMBER}:alias/aws/sns"])
def test_a_topic_with_aws_s_own_key_lets_nobody_publish(
    session: FakeSession, account: Account, key: str
) -> None:
    topic(session, *PUBLISHERS, key=key)
    _, finding = alarm_topic(account, wish(AlarmTopicArn=TOPIC))
    assert finding.level is Level.MISSING
    assert "AWS managed key" in finding.text


@pytest.mark.parametrize("approvers", ["", f"arn:aws:iam::{NUMBER}:role/security"])
def test_who_needs_the_key_of_a_topic_is_a_note(
    session: FakeSession, account: Account, approvers: str
) -> None:
    topic(session, *PUBLISHERS, key=KEY)
    _, finding = alarm_topic(account, wish(AlarmTopicArn=TOPIC, Approvers=approvers))
    assert finding.level is Level.NOTE
    assert KEY in finding.text
    assert ("RunbookRoleArn" in finding.text) == bool(approvers)


def test_a_topic_that_is_not_there_is_missing(session: FakeSession, account: Account) -> None:
    session.stub("sns").add_client_error("get_topic_attributes", "NotFound")
    finding = only(alarm_topic(account, wish(AlarmTopicArn=TOPIC)))
    assert finding.level is Level.MISSING
    assert TOPIC in finding.text


def test_a_topic_that_may_not_be_looked_at_is_not_checked(
    session: FakeSession, account: Account
) -> None:
    session.stub("sns").add_client_error("get_topic_attributes", "AuthorizationError")
    with pytest.raises(ClientError):
        list(alarm_topic(account, wish(AlarmTopicArn=TOPIC)))


# --- A topic of another account -------------------------------------------------------------------

FOREIGN = TOPIC.replace(NUMBER, "999988887777")


def test_of_a_foreign_topic_that_may_not_be_looked_at_nothing_is_taken_for_good(
    session: FakeSession, account: Account
) -> None:
    session.stub("sns").add_client_error("get_topic_attributes", "AuthorizationError")
    role, rest = alarm_topic(account, wish(AlarmTopicArn=FOREIGN))
    assert {role.level, rest.level} == {Level.NOTE}
    assert f"lets roles of account {NUMBER} publish" in role.text
    assert "whether it exists" in rest.text


def test_a_foreign_topic_needs_to_name_cloudwatch_alone(
    session: FakeSession, account: Account
) -> None:
    topic(session, "cloudwatch.amazonaws.com", arn=FOREIGN)
    _, finding = alarm_topic(account, wish(AlarmTopicArn=FOREIGN))
    assert finding.level is Level.OK


@pytest.mark.parametrize("approvers", ["", "role/security"])
def test_the_key_of_a_foreign_topic_must_allow_the_role_that_publishes(
    session: FakeSession, account: Account, approvers: str
) -> None:
    topic(session, "cloudwatch.amazonaws.com", arn=FOREIGN, key=KEY)
    _, __, key, *more = alarm_topic(account, wish(AlarmTopicArn=FOREIGN, Approvers=approvers))
    assert key.level is Level.NOTE
    assert "cloudwatch.amazonaws.com and the role of the stack's output PublishRoleArn" in key.text
    assert "events.amazonaws.com" not in key.text
    assert "RunbookRoleArn" not in key.text
    assert [finding.level for finding in more] == [Level.WARNING] * bool(approvers)
    assert all("requests for approval fail" in finding.text for finding in more)


def test_a_foreign_topic_that_does_not_exist_is_missing(
    session: FakeSession, account: Account
) -> None:
    session.stub("sns").add_client_error("get_topic_attributes", "NotFound")
    _, finding = alarm_topic(account, wish(AlarmTopicArn=FOREIGN))
    assert finding.level is Level.MISSING
