"""Names and ids of certificates are what IAM's model says, wherever they are checked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest

from .runbook import Document
from .template import JAVA

SOURCE = JAVA / "io/github/certsweep/certificate/CertificateIdentifiers.java"
# The constants of that class, and what they are of in IAM's model.
CONSTANTS = {"NAME": "ServerCertificateName", "ID": "ServerCertificateId"}
# Ids that AWS's documentation shows; not all begin alike.
IDS = ("ASCACKCEVSQ6C2EXAMPLE", "AS5YBEIONO2Q7CAIHKNGC")
# Every sign of ASCII, and some that only look like letters, digits or ends of a line.
SIGNS = [*map(chr, range(128)), *"éßА٣\u0085\u2028"]


def expected(member: str) -> re.Pattern[str]:
    """What IAM's model allows as the name or the id of a server certificate."""
    model = botocore.session.get_session().get_service_model("iam")
    metadata: dict[str, Any] = model.shape_for("ServerCertificateMetadata").members[member].metadata
    one = metadata["pattern"].removesuffix("+")
    assert one != metadata["pattern"]
    return re.compile(f"{one}{{{metadata['min']},{metadata['max']}}}", re.ASCII)


def constant(source: str, name: str) -> re.Pattern[str]:
    """A pattern of a Java class, of one text or of several that are put together."""
    texts = r'"(?:[^"\\\n]|\\.)*"'
    found = re.search(
        rf"\bPattern\s+{name}\s*=\s*Pattern\s*\.compile\(\s*({texts}(?:\s*\+\s*{texts})*)\s*\)\s*;",
        source,
    )
    assert found, f"{name} is no Pattern.compile of texts alone"
    # Java's escapes in a text are JSON's, as far as a pattern needs them.
    pattern = "".join(json.loads(text) for text in re.findall(texts, found[1]))
    return re.compile(pattern, re.ASCII)


def cases(allowed: re.Pattern[str]) -> list[str]:
    """Texts of every length that matters, and of every sign."""
    lengths = [length for length in range(300) if allowed.fullmatch("A" * length)]
    shortest, longest = lengths[0], lengths[-1]
    assert lengths == list(range(shortest, longest + 1))
    around = ["A" * length for length in range(max(0, shortest - 2), longest + 3)]
    whole = [sign * shortest for sign in SIGNS]
    last = ["A" * shortest + sign for sign in SIGNS]
    first = [sign + "A" * shortest for sign in SIGNS]
    return [*around, *whole, *last, *first, *IDS]


def differences(pattern: re.Pattern[str], allowed: re.Pattern[str]) -> list[str]:
    """What one takes and the other does not."""
    return [
        text
        for text in cases(allowed)
        if bool(pattern.fullmatch(text)) != bool(allowed.fullmatch(text))
    ]


@pytest.mark.parametrize("name", CONSTANTS)
def test_the_functions_take_what_iam_does(name: str) -> None:
    pattern = constant(SOURCE.read_text(), name)
    assert differences(pattern, expected(CONSTANTS[name])) == []


def test_the_runbook_takes_each_name_and_each_id(runbook: Callable[..., Document]) -> None:
    # SSM uses Java's regular expressions: "$" alone would not admit a line's end there.
    source = runbook()["parameters"]["ServerCertificate"]["allowedPattern"].strip("^$")
    pattern = re.compile(source, re.ASCII)
    name, identifier = map(expected, CONSTANTS.values())
    # Every id is of the form of a name.
    assert all(name.fullmatch(text) for text in cases(identifier) if identifier.fullmatch(text))
    assert differences(pattern, name) == []


def test_the_runbook_promises_no_beginning_of_an_id(runbook: Callable[..., Document]) -> None:
    assert "ASCA" not in json.dumps(runbook())


def test_ids_that_aws_shows_are_ids_by_its_model() -> None:
    assert all(expected("ServerCertificateId").fullmatch(one) for one in IDS)


# --- What is noticed ------------------------------------------------------------------------------


def test_a_pattern_is_read_whole_from_java() -> None:
    source = """
      /** Of a name. */
      public static final Pattern NAME =
          Pattern.compile(
              "[\\\\w+=,"
                  + ".@-]{1,128}");
      static final Pattern ID = Pattern.compile("[\\\\w]{16,128}");
    """
    for name, member in CONSTANTS.items():
        assert constant(source, name).pattern in (r"[\w+=,.@-]{1,128}", r"[\w]{16,128}")
        assert differences(constant(source, name), expected(member)) == []


@pytest.mark.parametrize(
    "source",
    [
        "",
        'static final Pattern OTHER = Pattern.compile("[a]");',
        "static final Pattern ID = Pattern.compile(TEXT);",
        'static final Pattern ID = Pattern.compile("[\\\\w]" + LENGTH);',
        'static final Pattern ID = Pattern.compile("[\\\\w]{16,128}", Pattern.DOTALL);',
    ],
)
def test_a_pattern_that_cannot_be_read_whole_is_an_error(source: str) -> None:
    with pytest.raises(AssertionError, match="ID is no"):
        constant(source, "ID")


@pytest.mark.parametrize(
    "flaw",
    [
        "ASCA[A-Z0-9]{12,124}",
        r"[\w]{15,128}",
        r"[\w]{16,129}",
        r"[\w]{16,}",
        "[A-Z0-9]{16,128}",
        r"[\w-]{16,128}",
        r"[\w]{16,128}\n?",
        r"(?u:[\w]{16,128})",
    ],
)
def test_noticed_is_the_pattern(flaw: str) -> None:
    assert differences(re.compile(flaw), expected("ServerCertificateId"))
