"""What is in the functions' zip and in the audit's jar, and what must not be."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from .template import ROOT

ZIP = ROOT / "target/certsweep.zip"
JAR = ROOT / "target/certsweep-audit.jar"
PACKAGE = "io/github/certsweep"
# Of the audit alone.
LIBRARIES = ("picocli", "jte", "commons-", "acm-", "organizations-", "sso-", "ssooidc-", "sts-")
MAX_JAR_BYTES = 32_000_000


def names(archive: Path) -> list[str]:
    """The paths of the files in it."""
    if not archive.exists():
        pytest.fail(f"{archive} is missing: run `make package` first.")
    with zipfile.ZipFile(archive) as files:
        return [one for one in files.namelist() if not one.endswith("/")]


def test_functions_have_nothing_of_the_audit() -> None:
    found = names(ZIP)
    assert f"{PACKAGE}/EvaluateHandler.class" in found
    assert [one for one in found if one.startswith(f"{PACKAGE}/audit/")] == []
    assert [one for one in found if one.endswith((".jte", ".css"))] == []
    libraries = [one.removeprefix("lib/") for one in found if one.startswith("lib/")]
    assert len(libraries) > 10
    assert [one for one in libraries if one.startswith(LIBRARIES)] == []


def test_audit_has_all_it_needs_and_nothing_of_the_functions_alone() -> None:
    found = names(JAR)
    for needed in (
        f"{PACKAGE}/audit/AuditCommand.class",
        f"{PACKAGE}/verdict/Judge.class",
        "picocli/CommandLine.class",
        "gg/jte/TemplateEngine.class",
        "org/apache/commons/csv/CSVPrinter.class",
        "software/amazon/awssdk/services/acm/AcmClient.class",
        "software/amazon/awssdk/services/sts/StsClient.class",
        "software/amazon/awssdk/services/sso/SsoClient.class",
        "software/amazon/awssdk/services/ssooidc/SsoOidcClient.class",
        "software/amazon/awssdk/services/organizations/OrganizationsClient.class",
    ):
        assert needed in found
    assert [one for one in found if one.startswith(f"{PACKAGE}/") and "Handler" in one] == []
    assert [one for one in found if "/securityhub/" in one] == []


def test_jar_is_smaller_than_32_mb() -> None:
    assert JAR.stat().st_size < MAX_JAR_BYTES


def test_jar_has_each_file_once() -> None:
    found = names(JAR)
    assert len(found) == len(set(found))
