"""The SBOM against the zip that it describes."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from .template import ROOT

ZIP = ROOT / "target/certsweep.zip"
SBOM = ROOT / "target/certsweep.cdx.json"

Sbom = Mapping[str, Any]


def load() -> Sbom:
    """The SBOM that was built.

    :raises FileNotFoundError: if it hasn't been built
    """
    if not SBOM.exists():
        raise FileNotFoundError(f"{SBOM} is missing. Run `make package` first.")
    loaded: Sbom = json.loads(SBOM.read_text())
    return loaded


def jars(zip_file: Path) -> dict[str, str]:
    """The SHA-256 of each jar in a zip, by file name."""
    with zipfile.ZipFile(zip_file) as archive:
        return {
            PurePosixPath(name).name: hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if name.endswith(".jar")
        }


def differences(sbom: Sbom, shipped: Mapping[str, str]) -> list[str]:
    """What the SBOM and the zip don't agree on.

    :param shipped: as `jars` has it
    """
    listed: dict[str, str] = {}
    found = []
    for one in sbom["components"]:
        jar = f"{one['name']}-{one['version']}.jar"
        if jar in listed:
            found.append(f"{jar} is listed twice")
        hashes = {each["alg"]: each["content"] for each in one["hashes"]}
        listed[jar] = hashes["SHA-256"]
        if one["purl"] != f"pkg:maven/{one['group']}/{one['name']}@{one['version']}?type=jar":
            found.append(f"{jar} has a package URL of another: {one['purl']}")
    found += [f"{jar} is listed, but not in the zip" for jar in listed.keys() - shipped.keys()]
    found += [f"{jar} is in the zip, but not listed" for jar in shipped.keys() - listed.keys()]
    found += [
        f"{jar} has other bytes than listed"
        for jar in listed.keys() & shipped.keys()
        if listed[jar] != shipped[jar]
    ]
    return sorted(found)
