import pytest

from .promises import SECURITY, broken, promises


def test_every_promise_of_security_md_names_tests_that_exist() -> None:
    text = SECURITY.read_text()
    assert len(promises(text)) >= 20
    assert broken(text) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- **It is safe.** Believe us.", "no test: It is safe"),
        ("- **It is safe.** As said.\n\nTested: `RemovalTest::inUseIsRefused`", "no test: It is"),
        ("- **Safe.** `e2e/test_removal.py::test_nothing`", "no such test: e2e/test_removal.py::"),
        ("- **Safe.** `e2e/test_nothing.py::test_nothing`", "no such test: e2e/test_nothing.py::"),
        ("- **Safe.** `RemovalTest::assertRefused`", "no such test: RemovalTest::assertRefused"),
        ("See `NoSuchTest::itIsSafe`.", "no such test: NoSuchTest::itIsSafe"),
    ],
)
def test_noticed_is(text: str, told: str) -> None:
    assert any(one.startswith(told) for one in broken(text))


def test_a_promise_may_have_tests_in_both_languages() -> None:
    text = (
        "- **Safe.** It looks\n  again.\n  Tested: `RemovalTest::aRequestNamesNameAndId`,\n"
        "  `RemovalTest::malformedRequestsAreRefused`,\n"
        "  `checks/test_promises.py::test_a_promise_may_have_tests_in_both_languages`"
    )
    assert broken(text) == []
    assert len(promises(text)["Safe"]) == 3
