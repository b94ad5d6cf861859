from __future__ import annotations

from pathlib import Path

from . import aot_cache
from .auditor import Auditor
from .production import Production

PRODUCT = "io.github.certsweep"
CACHED = "source: shared objects file"


def test_functions_load_their_classes_from_the_cache(production: Production) -> None:
    aot_cache.main()
    run = production.search({"JAVA_TOOL_OPTIONS": "-Xlog:class+load"})
    assert run.outcome == "REPORTED"
    for name in ("software.amazon.awssdk.services.iam.IamClient", f"{PRODUCT}.verdict.Judge"):
        assert f" {name} {CACHED}\n" in run.log


def test_audit_loads_its_classes_from_the_cache(production: Production, tmp_path: Path) -> None:
    aot_cache.main()
    auditor = Auditor(production.sandbox, tmp_path)
    report = auditor.run("--version", JDK_JAVA_OPTIONS="-Xlog:class+load")
    assert f" {PRODUCT}.audit.AuditCommand {CACHED}\n" in report.out
