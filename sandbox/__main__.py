"""`python -m sandbox`: runs a local AWS until it is interrupted."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import NoReturn

from sandbox.host import memory
from sandbox.host.aot_caches import AotCaches
from sandbox.host.defaults import CREDENTIALS, DEFAULT_REGION, DEFAULT_RUNTIME
from sandbox.host.setup import SetupError, check_java, check_runtime


def main() -> None:
    """Starts the sandbox, says on standard output how to reach it, and serves."""
    options = _options()
    # moto must not find the developer's settings; clients of the sandbox bring their own.
    for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
        del os.environ[name]
    memory.prepare()
    try:
        java, runtime_jars = check_java(_java(options.java)), check_runtime(options.runtime)
        # What is missing is told at once: moto, which this loads, takes seconds.
        from .front.server import SandboxServer

        server = SandboxServer(
            port=options.port,
            java=java,
            runtime_jars=runtime_jars,
            log_file=options.log,
            aot_caches=(
                AotCaches(options.aot_caches, makes_missing=options.make_aot_caches)
                if options.aot_caches
                else None
            ),
        )
    except SetupError as error:
        print(f"sandbox: {error}", file=sys.stderr)
        sys.exit(2)
    signal.signal(signal.SIGTERM, _stop)
    # A shell that starts a job in the background may have it ignore Ctrl-C; kill -INT must work.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if options.stop_with_stdin:
        threading.Thread(target=_stop_when_stdin_closes, daemon=True).start()
    try:
        print(_exports(server.endpoint), flush=True)
        server.serve_forever()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        server.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A local AWS.")
    parser.add_argument(
        "--port", type=int, default=0, help="loopback port to listen on; 0, the default: any free"
    )
    parser.add_argument(
        "--java", type=Path, help="JDK or java command that runs functions; default: JAVA_HOME"
    )
    parser.add_argument(
        "--runtime",
        type=Path,
        default=DEFAULT_RUNTIME,
        help=f"folder with Lambda's runtime interface client; default: {DEFAULT_RUNTIME}",
    )
    parser.add_argument("--log", type=Path, help="file to append every request to, as JSON lines")
    parser.add_argument(
        "--aot-caches",
        type=Path,
        help="folder with AOT caches of functions, which Lambda has not; default: none",
    )
    parser.add_argument(
        "--make-aot-caches",
        action="store_true",
        help="functions make their AOT cache when they end, if there is none",
    )
    parser.add_argument(
        "--stop-with-stdin",
        action="store_true",
        help="stop when standard input closes, that is, with the process that started this one",
    )
    return parser.parse_args()


def _java(option: Path | None) -> Path:
    if option is not None:
        return option
    home = os.environ.get("JAVA_HOME")
    return Path(home) if home else Path(shutil.which("java") or "java")


def _exports(endpoint: str) -> str:
    variables = CREDENTIALS | {"AWS_DEFAULT_REGION": DEFAULT_REGION}
    return f"export AWS_ENDPOINT_URL={endpoint}\nexport " + " ".join(
        f"{name}={value}" for name, value in variables.items()
    )


def _stop(_signal: int, _frame: object) -> NoReturn:
    sys.exit(0)


def _stop_when_stdin_closes() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
