"""AOT caches: the classes that functions load, read and linked before a process starts.

They halve the processor time of a cold start and its first search. Lambda has none. A cache serves
the JDK and the class path that it was made with. So the zip's libraries are on the class path of a
process with a cache. In Lambda the runtime client loads them, as it loads the zip's own classes
here too.
See https://openjdk.org/jeps/514.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from .defaults import PROJECT

# Where those of the tests are.
FOLDER = PROJECT / "target/aot-caches"


@dataclass(frozen=True)
class AotCache:
    """The cache of one program, whether it is there or has yet to be made."""

    file: Path

    @property
    def code(self) -> Path:
        """The folder in which the zip is unpacked."""
        return self.file.with_suffix("")

    @property
    def unfinished(self) -> Path:
        """What a process writes at its end that makes the cache."""
        return self.file.with_suffix(".part")

    def option(self) -> str:
        """The option of the JVM that uses the cache, or makes it if it is not there."""
        if self.file.exists():
            return f"-XX:AOTCache={self.file}"
        return f"-XX:AOTCacheOutput={self.unfinished}"


class AotCaches:
    """A folder of caches."""

    def __init__(self, folder: Path, *, makes_missing: bool = False) -> None:
        """Looks into a folder.

        :param makes_missing: have processes without a cache make one
        """
        self._folder = folder.absolute()
        self._makes_missing = makes_missing

    def cache(self, java: Path, jars: tuple[Path, ...], code_digest: str) -> AotCache:
        """The cache of a program.

        :param java: the `java` command
        :param jars: the JVM's class path, less the zip's libraries
        :param code_digest: SHA-256 of the zip, in hexadecimal digits
        """
        # The JVM takes no cache of another JDK, or of jars that have changed: it warns, in the log
        # of the function.
        parts = [code_digest, (java.resolve().parents[1] / "release").read_text()]
        for jar in jars:
            known = jar.stat()
            parts += [str(jar), str(known.st_size), str(known.st_mtime_ns)]
        name = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return AotCache(self._folder / f"{name}.aot")

    def find(self, java: Path, jars: tuple[Path, ...], code_digest: str) -> AotCache | None:
        """The cache that a program is to be started with; None if with none."""
        cache = self.cache(java, jars, code_digest)
        is_there = cache.file.exists() and cache.code.exists()
        return cache if is_there or self._makes_missing else None
