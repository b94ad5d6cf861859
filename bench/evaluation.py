"""The warm evaluation beside a plain boto3 loop that makes the same calls."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3

from sandbox.client import CREDENTIALS, Sandbox

from .function import EVALUATE, in_java, running, unpack
from .replay import Replay
from .report import Figure, Matrix, Section
from .subjects.boto3_rule import Boto3Rule

SIZES = (20, 100, 1000)
MEMORY_MB = 256
WARM_UP_ROUNDS = 5

TITLE = "Warm evaluation"
FUNCTION = "function"

# For an account with 1,000 certificates. An evaluation of few makes only three calls, and after so
# few rounds the JVM is not warm for those.
MAX_RATIO = 1.1
MAX_MEMORY_MB = 200


def measure(sandbox: Sandbox, zip_file: Path, rounds: int) -> list[Section]:
    """Measures both in turn, so that what slows the machine slows both."""
    rows: dict[str, tuple[Figure, ...]] = {}
    with tempfile.TemporaryDirectory() as folder:
        task_root = Path(folder, "task")
        unpack(zip_file, task_root)
        for certificates in SIZES:
            event = account_with(sandbox, zip_file, certificates)
            limit = MAX_RATIO if certificates == SIZES[-1] else None
            rows[row_name(certificates)] = _measure(sandbox, task_root, event, rounds, limit)
    least, most = rows[row_name(SIZES[0])], rows[row_name(SIZES[-1])]
    further = SIZES[-1] - SIZES[0]
    return [
        Section(
            TITLE,
            f"A function of {MEMORY_MB} MB is compared with a plain boto3 loop that makes the same "
            f"calls. Both are warm. The figures are medians of {rounds} rounds in turn, after "
            f"{WARM_UP_ROUNDS} rounds to warm up. A server replays the answers over plain HTTP, "
            "without latency. Half of the certificates have expired, and usage is not searched. "
            "The memory is the peak of the process, including its cold start.",
            (
                Figure(
                    "each further certificate", (most[0].value - least[0].value) / further, "ms"
                ),
                Figure(
                    "each further certificate", (most[-1].value - least[-1].value) / further, "MB"
                ),
            ),
            (Matrix("account", rows),),
        )
    ]


def row_name(certificates: int) -> str:
    """The row of such an account."""
    return f"{certificates:,} certificates"


def account_with(sandbox: Sandbox, zip_file: Path, certificates: int) -> dict[str, Any]:
    """Makes an account anew, half of its certificates expired; answers Config's event."""
    sandbox.reset(cold=True)
    now = datetime.now(timezone.utc)
    sandbox.upload_certificates(
        {
            f"www-{number:04}": now + timedelta(days=number - certificates // 2)
            for number in range(certificates)
        }
    )
    # The loop reports all results at each run, and so must the function.
    parameters = {"checkUsage": "false", "refreshDays": "0"}
    rule = sandbox.deploy_rule(zip_file, parameters=parameters)
    event: dict[str, Any] = sandbox.deliveries(rule)[-1]["event"]
    return event


def _measure(
    sandbox: Sandbox, task_root: Path, event: dict[str, Any], rounds: int, max_ratio: float | None
) -> tuple[Figure, ...]:
    function_ms: list[float] = []
    loop_ms: list[float] = []
    calls = 0
    session = boto3.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=sandbox.region,
    )
    with Replay.start(sandbox, tls=False) as replay:
        loop = Boto3Rule(session, endpoint_url=replay.endpoint)
        with running(in_java(task_root, EVALUATE, replay, MEMORY_MB)) as function:
            function.invoke(event)
            loop.evaluate(event)
            replay.set_latency(0)
            for _ in range(WARM_UP_ROUNDS + rounds):
                function_ms.append(function.invoke_ms(event)[1])
                calls = replay.set_latency(0)
                loop_ms.append(loop.evaluate_ms(event))
                if calls != replay.set_latency(0):
                    raise RuntimeError("The function and the loop made different calls")
            peak = function.peak_mb
    ours, theirs = function_ms[WARM_UP_ROUNDS:], loop_ms[WARM_UP_ROUNDS:]
    return (
        Figure.median(FUNCTION, ours, "ms"),
        Figure.median("boto3 loop", theirs, "ms"),
        Figure.ratio("function / boto3 loop", ours, theirs, max_ratio),
        Figure("calls", calls),
        Figure("peak memory", peak, "MB", limit=MAX_MEMORY_MB),
    )
