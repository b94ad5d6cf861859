import copy
from collections.abc import Callable
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest

from .sbom import ZIP, Sbom, differences, jars, load
from .template import ROOT


@pytest.fixture(scope="module")
def sbom() -> Sbom:
    return load()


@pytest.fixture(scope="module")
def shipped() -> dict[str, str]:
    return jars(ZIP)


def test_it_lists_exactly_the_jars_of_the_zip(sbom: Sbom, shipped: dict[str, str]) -> None:
    assert len(shipped) > 20
    assert differences(sbom, shipped) == []


def test_it_is_of_this_version(sbom: Sbom) -> None:
    project = ElementTree.parse(ROOT / "pom.xml").getroot()  # noqa: S314 (our own file)
    component = sbom["metadata"]["component"]
    version = project.findtext("{http://maven.apache.org/POM/4.0.0}version")
    assert (component["name"], component["version"]) == ("certsweep", version)


def test_every_license_is_known(sbom: Sbom) -> None:
    assert [one["name"] for one in sbom["components"] if not one.get("licenses")] == []


def test_it_says_nothing_that_differs_from_build_to_build(sbom: Sbom) -> None:
    assert "timestamp" not in sbom["metadata"]


def test_it_has_what_an_attestation_takes(sbom: Sbom) -> None:
    assert sbom["bomFormat"] == "CycloneDX"
    assert sbom["specVersion"]
    assert sbom["serialNumber"].startswith("urn:uuid:")
    # Computed from names, not by chance.
    assert UUID(sbom["serialNumber"]).version == 3


def _without_a_component(sbom: dict[str, Any]) -> None:
    del sbom["components"][0]


def _with_a_component_twice(sbom: dict[str, Any]) -> None:
    sbom["components"].append(sbom["components"][0])


def _with_another_version(sbom: dict[str, Any]) -> None:
    sbom["components"][0]["version"] = "0"


def _with_another_hash(sbom: dict[str, Any]) -> None:
    for one in sbom["components"][0]["hashes"]:
        one["content"] = "0" * 64


def _with_another_package_url(sbom: dict[str, Any]) -> None:
    sbom["components"][0]["purl"] = "pkg:maven/a/b@1?type=jar"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_without_a_component, "is in the zip, but not listed"),
        (_with_a_component_twice, "is listed twice"),
        (_with_another_version, "is listed, but not in the zip"),
        (_with_another_hash, "has other bytes than listed"),
        (_with_another_package_url, "has a package URL of another"),
    ],
)
def test_noticed_is(
    sbom: Sbom, shipped: dict[str, str], spoil: Callable[[dict[str, Any]], None], told: str
) -> None:
    spoilt = copy.deepcopy(dict(sbom))
    spoil(spoilt)
    assert any(told in one for one in differences(spoilt, shipped))
