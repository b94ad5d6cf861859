"""Archives of the classes that functions load: they save a fifth of what a cold start takes.

They are what the JDK calls dynamic archives of class data sharing. An archive serves the JDK, the
runtime client and the code that it was made with, hence its name. Lambda has none.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from .defaults import PROJECT

# Where those of the tests are.
FOLDER = PROJECT / "target/class-archives"


class ClassArchives:
    """A folder of archives."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def file(self, java: Path, runtime_jars: tuple[Path, ...], code_digest: str) -> Path:
        """Where the archive of a function's code is, or would be.

        :param java: the `java` command
        :param runtime_jars: the JVM's class path
        :param code_digest: SHA-256 of the zip, in hexadecimal digits
        """
        # The JVM takes no archive of another JDK, or of jars that have changed: it warns, in the
        # log of the function.
        parts = [code_digest, (java.resolve().parents[1] / "release").read_text()]
        for jar in runtime_jars:
            known = jar.stat()
            parts += [str(jar), str(known.st_size), str(known.st_mtime_ns)]
        name = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return self._folder / f"{name}.jsa"

    def find(self, java: Path, runtime_jars: tuple[Path, ...], code_digest: str) -> Path | None:
        """The archive of a function's code; None if there is none."""
        file = self.file(java, runtime_jars, code_digest)
        return file if file.exists() else None
