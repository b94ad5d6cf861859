import pytest

from .sentences import STANDING, descriptions, markdown, messages, read, too_long

LONG = "word " * 31
PLAIN = "word " * 30


def test_no_sentence_that_operators_and_auditors_read_is_too_long() -> None:
    found = [f"{name}: {one}" for name, text in read() for one in too_long(text)]
    assert [one for one in found if not any(start in one for start in STANDING)] == []


def test_each_sentence_that_stands_is_still_there_and_too_long() -> None:
    found = [one for _, text in read() for one in too_long(text)]
    assert [start for start in STANDING if not any(start in one for one in found)] == []


def test_every_kind_of_text_is_read() -> None:
    texts: dict[str, set[str]] = {}
    for name, text in read():
        texts.setdefault(name, set()).add(text)
    template = texts["cloudformation/certsweep.yaml"]
    assert any("one stack per account" in text for text in template)
    assert any("Must be region names" in text for text in template)
    assert any("has not reported for two periods" in text for text in template)
    assert any("select the certificate and choose Remediate" in text for text in template)
    assert any("It can't be restored without its owner's private key" in text for text in template)
    assert any("Starting again is safe" in text for text in template)
    assert any("up to ten ARNs" in text for text in template)
    assert any("can't be combined with Approvers" in text for text in template)
    assert any("You may not call AWS Config" in one for one in texts["deployment/config.py"])
    assert any("stop-automation-execution" in one for one in texts["deployment/undeploy.py"])
    assert {"README.md", "SECURITY.md", "docs/operations.md", "docs/benchmark.md"} <= texts.keys()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (PLAIN, 0),
        (LONG, 1),
        (f"{PLAIN.strip()}. {PLAIN.strip().capitalize()}.", 0),
        (f"{PLAIN.strip()}; {PLAIN}", 1),
        (f"{PLAIN.strip()} (e.g. {PLAIN.strip()}).", 1),
        (f"{PLAIN}- / |", 0),
    ],
)
def test_a_sentence_ends_at_its_period(text: str, count: int) -> None:
    assert len(too_long(text)) == count


def test_of_a_page_code_links_separators_and_named_tests_do_not_count() -> None:
    page = (
        f"Text\n```\n{LONG}\n```\nand `{LONG}` [here](https://a.b/{PLAIN}).\n"
        "  Tested: `a/test_b.py::test_c`,\n  `D::e`\n"
        "- one\n- two\n  goes on\n\n| a | b |\n| --- | --- |\n| c | d |\n"
    )
    found = [" ".join(text.split()) for text in markdown(page) if text.strip(" -")]
    assert found == ["Text", "and Code here.", "one", "two goes on", "a", "b", "c", "d"]


def test_of_a_template_descriptions_and_the_messages_of_scripts_count() -> None:
    template = {
        "Parameters": {"A": {"Description": "a", "ConstraintDescription": "b", "Type": "no"}},
        "Alarm": {"AlarmDescription": {"Fn::Sub": "c"}, "InputTemplate": "d"},
        "Content": [{"description": "e", "Message": "f", "Script": 'raise Error("g " + h)'}],
    }
    assert [text for text in descriptions(template) if text] == [*"abcdef", "g it"]


def test_of_python_texts_count_as_they_are_put_together_and_docstrings_do_not() -> None:
    source = '"""No."""\nprint(f"a {b} c" + d, "e" "f")\ndef g():\n    """No."""\n'
    assert list(messages(source)) == ["a it cit", "ef"]
