import os
import posixpath
import re
import shutil
import subprocess
import tarfile
import zipfile
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


def test_the_audit_s_jar_has_the_license_of_each_library_in_it() -> None:
    own = "io.github.certsweep"
    with zipfile.ZipFile(ROOT / "target/certsweep-audit.jar") as jar:
        names = jar.namelist()
        told = jar.read("META-INF/THIRD-PARTY.txt").decode()
        assert jar.read("META-INF/LICENSE") == (ROOT / "LICENSE").read_bytes()
    assert len(names) == len(set(names))
    listed = set(re.findall(r"^([\w.]+): .* \(\S+:.+\), (?:Apache-2\.0|MIT|MIT-0)$", told, re.M))
    packages = {
        name.rpartition("/")[0].replace("/", ".")
        for name in names
        if name.endswith(".class") and not name.startswith("META-INF/")
    }
    found = {
        package: [one for one in (own, *listed) if f"{package}.".startswith(f"{one}.")]
        for package in packages
    }
    assert [package for package, libraries in found.items() if len(libraries) != 1] == []
    # And none that is no longer there.
    assert {library for (library,) in found.values()} == {own, *listed}


@pytest.mark.parametrize(
    "notice",
    [
        "Apache Commons CSV\nCopyright 2005-2025 The Apache Software Foundation",
        "Copyright (c) 2004-2022 QOS.ch Sarl (Switzerland)",
        "AWS SDK for Java 2.0\nCopyright Amazon.com, Inc. or its affiliates.",
    ],
)
def test_the_audit_s_jar_keeps_a_notice(notice: str) -> None:
    with zipfile.ZipFile(ROOT / "target/certsweep-audit.jar") as jar:
        assert notice in jar.read("META-INF/THIRD-PARTY.txt").decode()


def test_a_tar_that_can_not_sort_is_refused(tmp_path: Path) -> None:
    tar = tmp_path / "tar"
    tar.write_text('#!/bin/sh\necho "tar: Option --sort=name is not supported" >&2\nexit 1\n')
    tar.chmod(0o755)
    ran = subprocess.run(
        [ROOT / "bin/pack-release", tmp_path],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "needs GNU tar 1.28 or later" in ran.stderr
    assert not list(tmp_path.glob(ARCHIVE))


def test_what_is_released_is_built_with_all_commits_and_without_the_tests() -> None:
    built = {name: job["steps"] for name, job in jobs() if "make release" in _runs(job)}
    assert built.keys() == {"ci.yml/build", "release.yml/build"}
    for steps in built.values():
        (depth,) = [
            one["with"].get("fetch-depth") for one in steps if "checkout@" in one.get("uses", "")
        ]
        assert depth == 0
        assert [one for one in _runs({"steps": steps}) if "make" in one] == ["make release"]
    by_name = dict(jobs())
    assert "make test PYTHON=python3" in _runs(by_name["release.yml/test"])
    assert by_name["release.yml/publish"]["needs"] == ["test", "build"]


def _runs(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


class Sources:
    """A copy of what `make` builds the zip by, with a Maven that only says what it is asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "src/main").mkdir(parents=True)
        (folder / "bin").mkdir()
        for name in ("pom.xml", "LICENSE"):
            (folder / name).touch()
        shutil.copy(ROOT / "Makefile", folder)
        self._program("bin/find-jdk", "echo /jdk")
        self._program("mvn", 'echo "$@" >>asked; touch target/certsweep.zip')

    def _program(self, name: str, script: str) -> None:
        (self.folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.folder / name).chmod(0o755)

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
        command = ["git", *who, *arguments]
        ran = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=True)
        return ran.stdout.strip()

    def commit(self) -> str:
        self.git("add", "pom.xml")
        self.git("commit", "--quiet", "--allow-empty", "--message", "A change")
        return self.git("log", "-1", "--format=%H", "--", "pom.xml")

    def built(self) -> list[str]:
        """The commits that all builds so far have named."""
        path = f"{self.folder}:{os.environ['PATH']}"
        environment = {"PATH": path, "GIT_CEILING_DIRECTORIES": str(self.folder.parent)}
        command = ["make", "target/certsweep.zip"]
        subprocess.run(command, cwd=self.folder, env=environment, check=True)
        asked = (self.folder / "asked").read_text()
        return re.findall(r"-Dcommit=(\S+)", asked)


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(tmp_path)


def test_a_build_after_a_commit_names_that_commit(sources: Sources) -> None:
    sources.git("init", "--quiet")
    first = sources.commit()
    assert sources.built() == [first]
    (sources.folder / "pom.xml").write_text("<project/>")
    assert sources.built() == [first, f"{first}+changes"]
    second = sources.commit()
    assert sources.built() == [first, f"{first}+changes", second]


def test_nothing_is_built_again_for_the_same_commit(sources: Sources) -> None:
    sources.git("init", "--quiet")
    first = sources.commit()
    sources.built()
    (sources.folder / "README.md").touch()
    assert sources.built() == [first]


def test_sources_without_git_are_built_once(sources: Sources) -> None:
    sources.built()
    assert sources.built() == ["unknown"]


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
