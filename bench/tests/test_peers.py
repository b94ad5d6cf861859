"""How the answers of peers are read and counted, from small recorded ones."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bench.peers import account, certsweep, custodian, prowler
from bench.peers.__main__ import python_refusal
from bench.peers.installed import PINS, Installed, line_number, pinned_version, run
from bench.peers.page import written
from bench.peers.score import Answer, PeerError, Score, Truth

SAMPLES = Path(__file__).parent / "samples"
TRUTH = Truth(
    names=frozenset({"site-000", "site-001", "site-021", "site-064", "site-128"}),
    expired=frozenset({"site-000", "site-021", "site-064", "site-128"}),
    users={"site-021": "checkout", "site-128": "intranet"},
)
POLICY = """
class CertificateDelete(BaseAction):
    '''Delete an IAM Certificate

    :example:

      .. code-block:: yaml

        - name: expired
          resource: iam-certificate
          filters:
            - type: value
              key: Expiration
              op: greater-than
              value: 0
          actions:
            - type: delete

    '''
"""


def _sample(name: str) -> str:
    return (SAMPLES / name).read_text()


@pytest.mark.parametrize("version", [(3, 10), (3, 12)])
def test_a_python_that_the_peers_install_on_is_taken(version: tuple[int, int]) -> None:
    assert python_refusal(version) == ""


@pytest.mark.parametrize("version", [(3, 9), (3, 13)])
def test_another_python_is_refused_with_the_remedy(version: tuple[int, int]) -> None:
    refused = python_refusal(version)
    assert "need Python 3.10 to 3.12" in refused
    assert "Remove .venv and run `make bench-peers PYTHON=python3.12`" in refused


def test_of_prowler_s_findings_those_that_failed_count() -> None:
    said = prowler.parsed(_sample("prowler.ocsf.json"))
    assert said.keys() == {"site-000", "site-064"}
    assert "site-000 has expired 3 days ago" in said["site-000"]
    assert Score.of(said, TRUTH) == Score(found=2, wrong=0, users=0)


def test_what_custodian_selects_is_what_it_holds_to_be_expired() -> None:
    said = custodian.parsed(_sample("custodian.resources.json"))
    assert said.keys() == {"site-000", "site-064"}
    assert Score.of(said, TRUTH) == Score(found=2, wrong=0, users=0)


def test_certsweep_s_annotations_name_users() -> None:
    said = certsweep.parsed(_sample("certsweep.results.json"))
    assert said.keys() == TRUTH.expired
    assert said["site-000"].endswith("Not in use.")
    assert Score.of(said, TRUTH) == Score.full(TRUTH) == Score(found=4, wrong=0, users=2)


def test_a_certificate_that_only_expires_soon_is_not_counted() -> None:
    soon = _sample("certsweep.results.json").replace("Expired 2", "Expires 2")
    assert certsweep.parsed(soon) == {}


@pytest.mark.parametrize(
    ("parsed", "text"),
    [
        (prowler.parsed, "[{}]"),
        (prowler.parsed, '{"findings": []}'),
        (custodian.parsed, '[{"ServerCertificateId": "ASCA"}]'),
        (custodian.parsed, '["site-000"]'),
        (certsweep.parsed, "{}"),
        (certsweep.parsed, '{"EvaluationResults": [{"Annotation": "Expired 2018."}]}'),
    ],
)
def test_an_answer_of_another_shape_is_refused(parsed: object, text: str) -> None:
    assert callable(parsed)
    with pytest.raises(PeerError, match="not as they were"):
        parsed(text)


def test_findings_of_another_check_are_refused() -> None:
    other = _sample("prowler.ocsf.json").replace(
        f'"event_code": "{prowler.CHECK}"', '"event_code": "iam_other"'
    )
    with pytest.raises(PeerError, match="another check"):
        prowler.parsed(other)


def test_a_valid_certificate_that_is_named_is_wrong() -> None:
    assert Score.of({"site-001": "", "site-000": ""}, TRUTH) == Score(found=1, wrong=1, users=0)


def test_a_user_counts_only_with_its_own_certificate() -> None:
    said = {"site-021": "In use by intranet.", "site-000": "In use by checkout."}
    assert Score.of(said, TRUTH).users == 0


def test_a_certificate_that_never_was_means_that_the_answer_was_misread() -> None:
    with pytest.raises(PeerError, match="ASCA1"):
        Score.of({"ASCA1": ""}, TRUTH)


def test_the_documented_policy_is_taken_as_it_stands_and_turned() -> None:
    policy = custodian.documented(POLICY)
    assert policy["filters"][0]["op"] == "greater-than"
    assert custodian.turned(policy) == {
        **policy,
        "filters": [{"type": "value", "key": "Expiration", "op": "less-than", "value": 0}],
    }
    assert policy["filters"][0]["op"] == "greater-than"


@pytest.mark.parametrize(
    "source", ["", "class CertificateDelete: pass", POLICY.replace("yaml", "")]
)
def test_a_source_without_the_example_is_refused(source: str) -> None:
    with pytest.raises(PeerError, match="no example"):
        custodian.documented(source)


def test_an_example_that_was_mended_is_not_turned() -> None:
    mended = custodian.documented(POLICY.replace("greater-than", "less-than"))
    with pytest.raises(PeerError, match="has changed"):
        custodian.turned(mended)


def test_a_line_is_cited_only_if_it_is_the_one() -> None:
    text = "a\nop: x\nclass B:\nop: x\nop: x\n"
    assert line_number(text, "class B") == 3
    assert line_number(text, "op: x", below="class B") == 4
    for line in ("op: x", "class C"):
        with pytest.raises(PeerError):
            line_number(text, line)


def test_a_source_that_is_gone_can_t_be_cited(tmp_path: Path) -> None:
    with pytest.raises(PeerError, match=r"has no c7n/resources/iam\.py"):
        custodian.not_looked_at(Installed("c7n", "1", tmp_path))


@pytest.mark.parametrize("package", [prowler.PACKAGE, custodian.PACKAGE])
def test_every_peer_and_all_that_comes_with_it_is_pinned(package: str) -> None:
    lines = (PINS / f"{package}.txt").read_text().splitlines()
    assert pinned_version("\n".join(lines), package)
    assert [line for line in lines if line[:1] != "#" and "==" not in line] == []


def test_a_peer_without_a_pin_is_refused() -> None:
    with pytest.raises(PeerError, match="prowler"):
        pinned_version("prowler-cloud==5.46.0\n", "prowler")


def test_a_program_that_fails_says_why() -> None:
    with pytest.raises(PeerError, match=r"(?s)status 3:.*no account"):
        run([sys.executable, "-c", "import sys; print('no account'); sys.exit(3)"])
    with pytest.raises(PeerError, match="did not end"):
        run([sys.executable, "-c", "input(); import time; time.sleep(60)"], timeout=0.01)


def test_a_command_is_shown_as_a_person_would_type_it(tmp_path: Path) -> None:
    done = run([sys.executable, "-c", "print()"], folder=tmp_path)
    assert done.command == f"{Path(sys.executable).name} -c print()"


def test_ten_of_the_fourteen_are_on_the_first_page() -> None:
    now = datetime.now(timezone.utc)
    expirations = account.expirations(now)
    first_page = sorted(expirations)[: account.PAGE]
    expired = {name for name, end in expirations.items() if end < now}
    assert len(expirations) == account.CERTIFICATES == 150
    assert expired == set(account.expired_names())
    assert len(expired) == account.EXPIRED == 14
    assert len(expired & set(first_page)) == 10
    assert [name in first_page for name in account.users_of(account.expired_names())] == [
        True,
        True,
        False,
    ]


def test_the_page_has_a_row_for_each_answer_and_says_what_is_not_looked_at() -> None:
    said = prowler.parsed(_sample("prowler.ocsf.json"))
    answer = Answer("Prowler", "5.46.0", "prowler aws", said)
    page = written(TRUTH, 3, [answer], {"Prowler": ["who uses it"]}, "2026-11-26")
    assert page.startswith("# One account of 5 certificates, in this repository's sandbox\n")
    row = next(line for line in page.splitlines() if line.startswith("| Prowler"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    counts = ["2 of 4", "0", "0 of 2"]
    assert cells == ["Prowler", "5.46.0", "2026-11-26", *counts, "`prowler aws`"]
    assert "\nProwler:\n\n- who uses it.\n" in page


def test_the_version_is_that_of_what_was_built() -> None:
    sbom = {"metadata": {"component": {"version": "1.0.0"}}}
    assert certsweep.version(json.dumps(sbom)) == "1.0.0"
