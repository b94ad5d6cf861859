"""What the sandbox needs of its host: Linux, Java, and AWS's runtime client for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

JAVA_VERSION = "25"


RUNTIME = f"java{JAVA_VERSION}"


# AWS's runtime interface client and its dependencies. It needs `utils-lite` for its thread-locals.
RUNTIME_JARS = (
    "aws-lambda-java-core",
    "aws-lambda-java-runtime-interface-client",
    "aws-lambda-java-serialization",
    "utils-lite",
)


class SetupError(Exception):
    """The sandbox can't run functions here; the message says what to do."""


def check_java(java: Path) -> Path:
    """The path of the `java` command, if it is the version that Lambda runs.

    :raises SetupError: if it is missing or another version, or the system isn't Linux
    """
    _check_system()
    command = java / "bin" / "java" if java.is_dir() else java
    try:
        shown = subprocess.run([command, "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(
            f"Java can't be run from {java}: {error}. Give a JDK {JAVA_VERSION} with --java."
        ) from error
    if f'version "{JAVA_VERSION}' not in shown.stderr:
        found = shown.stderr.splitlines()[0] if shown.stderr else "an unknown version"
        raise SetupError(f"{command} is {found}; give a JDK {JAVA_VERSION} with --java.")
    return command


def check_runtime(directory: Path) -> tuple[Path, ...]:
    """The jars of the runtime interface client.

    :raises SetupError: if they aren't there, or the system isn't Linux
    """
    _check_system()
    jars = tuple(sorted(directory.resolve().glob("*.jar")))
    missing = [name for name in RUNTIME_JARS if not any(jar.name.startswith(name) for jar in jars)]
    if missing:
        raise SetupError(
            f"No {' and no '.join(missing)} in {directory}; run `make package` first, "
            "or name the folder of Lambda's runtime interface client with --runtime."
        )
    return jars


def _check_system() -> None:
    """Processes are watched by pidfds, and the runtime client brings a native library for Linux."""
    system = sys.platform
    if system != "linux":
        raise SetupError(
            f"The sandbox needs Linux. This is {system}: run it in a Linux container or virtual "
            "machine."
        )
