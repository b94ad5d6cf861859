"""What the template sets, so that the functions run here as they are deployed."""

from __future__ import annotations

import re

from sandbox.client import PROJECT

TEMPLATE = PROJECT / "cloudformation" / "certsweep.yaml"


def jvm_options() -> str:
    """The JVM's options."""
    return _setting(r"JAVA_TOOL_OPTIONS: (.*)")


def memory_mb() -> int:
    """The default memory of the functions."""
    return int(_setting(r"  MemorySize:\n(?:    .*\n)*?    Default: (\d+)"))


def _setting(pattern: str) -> str:
    found = re.search(pattern, TEMPLATE.read_text(encoding="utf-8"))
    if not found:
        raise RuntimeError(f"{TEMPLATE} does not say {pattern}")
    return found.group(1)
