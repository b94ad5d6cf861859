"""Runs one script of a runbook; a program of its own, which imports nothing of the sandbox.

`python -I script_runner.py DIRECTORY` reads `request.json` (script, handler, events, context) there
and writes `answer.json`: the `payload` that the handler returned, or the `error`.
"""

import importlib.util
import json
import sys
import traceback
from pathlib import Path
from typing import Any


def main(directory: Path) -> None:
    """Runs the script and writes the answer."""
    request = json.loads((directory / "request.json").read_text(encoding="utf-8"))
    try:
        payload = _run(directory, request)
        answer = json.dumps({"payload": payload})
    except BaseException as error:  # noqa: BLE001  whatever the script raises is the answer
        answer = json.dumps({"error": _described(error)})
    (directory / "answer.json").write_text(answer, encoding="utf-8")


def _run(directory: Path, request: dict[str, Any]) -> Any:
    file = directory / "customer_script.py"
    file.write_text(request["script"], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("customer_script", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, request["handler"])(request["events"], request["context"])


def _described(error: BaseException) -> str:
    """As SSM shows it: the script's own frames, then `KeyError - 'name'`."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.endswith("customer_script.py")]
    lines = "".join(traceback.format_list(own))
    return f"Traceback (most recent call last):\n{lines}\n{type(error).__name__} - {error}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
