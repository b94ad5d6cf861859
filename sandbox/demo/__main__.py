"""`python -m sandbox.demo`: plays the demo and leaves nothing behind."""

from __future__ import annotations

import signal
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from sandbox.client import PROJECT, Sandbox, SandboxError

from .acts import Story
from .stage import DemoError, Stage, new_console

TARGET = PROJECT / "target"
NEEDED = ("certsweep.zip", "certsweep-audit.jar", "cloudformation/certsweep.yaml")
INTERRUPTED = 130


def main() -> int:
    """Plays all acts; answers the exit status."""
    console = new_console()
    for missing in (TARGET / name for name in NEEDED if not (TARGET / name).exists()):
        print(f"demo: {missing} is missing: run `make package` first.", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, _end)
    # A shell that starts a job in the background may have it ignore Ctrl-C; kill -INT must work.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="demo-") as folder, Sandbox.start() as sandbox:
            stage = Stage(sandbox, console, Path(folder), TARGET)
            stage.play(Story(stage).acts())
    except KeyboardInterrupt:
        console.print("\nInterrupted.")
        return INTERRUPTED
    except (DemoError, SandboxError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


def _end(number: int, _frame: object) -> NoReturn:
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
