"""Compiles the Java that stands beside the tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def compile_java(source: str, folder: Path, class_path: str = "") -> None:
    """Compiles a file of this folder, with the JDK of JAVA_HOME or the one on the path.

    :param folder: where the classes are put; made if it isn't there
    """
    home = os.environ.get("JAVA_HOME")
    javac = Path(home, "bin/javac") if home else "javac"
    file = Path(__file__).with_name(source)
    subprocess.run([javac, "-cp", class_path, "-d", folder, file], check=True)
