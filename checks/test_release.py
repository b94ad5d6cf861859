import posixpath
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from . import template as templates
from .template import ROOT
from .workflows import jobs

TEMPLATE = "cloudformation/certsweep.yaml"
ARCHIVE = "certsweep-*.tar.gz"
# For those who have the repository.
NOT_RELEASED = {"CONTRIBUTING.md", "deployment/README.md", "sandbox/README.md"}
LINK = re.compile(r'\]\((?!https?:)([^)#]+)|(?:src|srcset)="([^"]+)"')


def packed(folder: Path, **options: Any) -> Path:
    subprocess.run([ROOT / "bin/pack-release", folder], check=True, **options)
    (archive,) = folder.glob(ARCHIVE)
    return archive


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def released(archive: Path) -> dict[str, bytes]:
    """Each file by its path in the archive's one folder."""
    folder = archive.name.removesuffix(".tar.gz")
    with tarfile.open(archive) as files:
        return {
            posixpath.relpath(member.name, folder): files.extractfile(member).read()  # type: ignore[union-attr]
            for member in files
            if member.isfile()
        }


def test_it_has_what_an_installation_takes(released: dict[str, bytes]) -> None:
    installed = {name for name in released if not name.startswith("docs/")}
    assert installed == {
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "SECURITY.md",
        "certsweep-audit.jar",
        "certsweep.cdx.json",
        "certsweep.zip",
        TEMPLATE,
        "cloudformation/certsweep-from-s3.yaml",
        "cloudformation/organization.yaml",
        "cloudformation/security-hub.yaml",
    }
    assert released["certsweep.zip"] == (ROOT / "target/certsweep.zip").read_bytes()


def test_a_page_links_to_what_is_there(released: dict[str, bytes]) -> None:
    linked = {
        posixpath.normpath(posixpath.join(posixpath.dirname(page), "".join(target)))
        for page, content in released.items()
        if page.endswith(".md")
        for target in LINK.findall(content.decode())
    }
    assert {"docs/remediation.md", "docs/audit-light.png", "docs/audit.schema.json"} <= linked
    assert linked - released.keys() == NOT_RELEASED


def test_the_template_finds_the_functions_code_beside_it(released: dict[str, bytes]) -> None:
    functions = templates.resources(
        templates.loads(released[TEMPLATE].decode()), "AWS::Lambda::Function"
    )
    codes = {
        posixpath.normpath(posixpath.join(posixpath.dirname(TEMPLATE), function["Code"]))
        for function in functions.values()
    }
    assert codes == {"certsweep.zip"}


def test_two_archives_of_the_same_files_are_the_same(archive: Path, tmp_path: Path) -> None:
    second = packed(tmp_path, umask=0o077, env={"TZ": "Pacific/Auckland", "PATH": "/usr/bin:/bin"})
    assert second.read_bytes() == archive.read_bytes()


def test_the_workflow_publishes_and_attests_this_archive_alone() -> None:
    by_name = dict(jobs())
    build, publish = (by_name[f"release.yml/{name}"]["steps"] for name in ("build", "publish"))
    assert "make release" in [step.get("run") for step in build]
    (stored,) = [step["with"]["path"] for step in build if "upload" in step.get("uses", "")]
    (created,) = [run for step in publish if "gh release create" in (run := step.get("run", ""))]
    attested = [
        step["with"]["subject-path"] for step in publish if "attest@" in step.get("uses", "")
    ]
    assert stored == f"target/{ARCHIVE}"
    assert created.split()[4:] == ["--verify-tag", "--generate-notes", ARCHIVE]
    assert ARCHIVE in attested[0].split()
