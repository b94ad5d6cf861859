from __future__ import annotations

from . import class_archive
from .production import Production


def test_functions_load_their_classes_from_the_archive(production: Production) -> None:
    class_archive.main()
    run = production.search({"JAVA_TOOL_OPTIONS": "-Xlog:class+load"})
    assert run.outcome == "REPORTED"
    for name in ("certsweep.rule.ServerCertificateRule", "certsweep.usage.UsageSearch"):
        assert f" io.github.{name} source: shared objects file (top)\n" in run.log
