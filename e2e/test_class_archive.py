from __future__ import annotations

from pathlib import Path

from . import class_archive
from .auditor import Auditor
from .production import Production


def test_functions_load_their_classes_from_the_archive(production: Production) -> None:
    class_archive.main()
    run = production.search({"JAVA_TOOL_OPTIONS": "-Xlog:class+load"})
    assert run.outcome == "REPORTED"
    for name in ("certsweep.rule.ServerCertificateRule", "certsweep.usage.UsageSearch"):
        assert f" io.github.{name} source: shared objects file (top)\n" in run.log


def test_audit_loads_its_classes_from_the_archive(production: Production, tmp_path: Path) -> None:
    class_archive.main()
    auditor = Auditor(production.sandbox, tmp_path)
    report = auditor.run("--version", JDK_JAVA_OPTIONS="-Xlog:class+load")
    assert "shared objects file (top)" in report.out
