from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from .account import CERTIFICATE, Account, days

LONGEST_NAME = "a+=,.@-_" * 16
LONGEST_PATH = "/" + "p" * 510 + "/"


@pytest.mark.parametrize("name", [LONGEST_NAME, "x", "@", "www.example.com", "=+,.@-_"])
def test_every_name_that_iam_allows_is_reported_and_cleared(account: Account, name: str) -> None:
    account.store(name, days(-3))
    account.deploy()
    assert account.compliance == {name: "NON_COMPLIANT"}
    account.delete(name)
    account.evaluate()
    assert account.cleared == [(CERTIFICATE, name)]


@pytest.mark.parametrize("path", ["/cloudfront/", "/a/b/c/", LONGEST_PATH])
def test_path_does_not_hide_a_certificate(account: Account, path: str) -> None:
    account.store("www", days(-3), path=path)
    account.deploy()
    assert account.compliance == {"www": "NON_COMPLIANT"}


def test_name_that_differs_by_case_only_is_refused(account: Account) -> None:
    account.store("www", days(-3))
    with pytest.raises(ClientError, match="EntityAlreadyExists"):
        account.store("WWW", days(3))
    account.deploy()
    assert account.compliance == {"www": "NON_COMPLIANT"}
