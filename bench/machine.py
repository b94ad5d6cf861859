"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path


def describe() -> dict[str, str]:
    """The machine and the versions that matter."""
    return {
        "System": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Processor": f"{_processor()}, {cores()} cores",
        "JDK": _jdk(),
        "Python": platform.python_version(),
    }


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "unknown processor"


def _jdk() -> str:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else "java"
    shown = subprocess.run([java, "-version"], capture_output=True, text=True, check=True)
    return shown.stderr.splitlines()[1]
