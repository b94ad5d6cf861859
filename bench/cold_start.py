"""The start of the evaluating function, from the start of its process to its first answer.

It is measured beside what it could be compared with; each start is a process of its own. AWS's
answers are replayed without a latency, so only the function's own time is measured.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from sandbox.client import Sandbox
from sandbox.services.lambda_.runtime import Launch

from .function import EVALUATE, in_java, in_python, running, unpack
from .replay import Replay
from .report import Figure, Matrix, Section
from .template import memory_mb

SOURCES = Path(__file__).parent / "subjects"
# What AWS allows an account unless it asks for more. None has expired: no usage is searched.
CERTIFICATES = 20
MEMORY_MB = memory_mb()

CERTSWEEP = "Certsweep"
SMALLEST = "smallest SDK handler"
BOTO3 = "boto3 rule"
HELLO = "hello, world"
SUBJECTS = (CERTSWEEP, SMALLEST, BOTO3, HELLO)

TITLE = "Cold start over {}"
TLS = "TLS"
CPU = "CPU to the response"

MAX_RESPONSE_RATIO = 1.15
MAX_INIT_CPU_RATIO = 1.1
MAX_CALLS = 5


@dataclass(frozen=True)
class Start:
    """One start, in seconds and megabytes; `init` is until the first `/next`."""

    init_wall: float
    init_cpu: float
    wall: float
    cpu: float
    peak_mb: float


def measure(sandbox: Sandbox, zip_file: Path, rounds: int) -> list[Section]:
    """Over plain HTTP, and over TLS as in Lambda."""
    event = account_in_good_order(sandbox, zip_file)
    sections = []
    for tls in (True, False):
        with (
            tempfile.TemporaryDirectory() as folder,
            Replay.start(sandbox, tls=tls) as replay,
        ):
            subjects = Subjects(_launches(Path(folder), replay, zip_file), event)
            sections.append(_measure(subjects, replay, rounds, TLS if tls else "plain HTTP"))
    return sections


@dataclass(frozen=True)
class Subjects:
    """What is started."""

    launches: dict[str, Launch]
    event: dict[str, Any]

    def start(self, subject: str) -> Start:
        """Starts it, invokes it once and ends it."""
        with running(self.launches[subject]) as function:
            init = function.at_next
            _, answered = function.invoke(self.event)
            return Start(init.wall, init.cpu, answered.wall, answered.cpu, function.peak_mb)

    def classes(self, subject: str) -> tuple[int, int]:
        """The classes loaded until `/next` and until the answer: a start of its own, logged."""
        launch = self.launches[subject]
        log = launch.log_file.with_suffix(".classes")
        options = f"{launch.environment['JAVA_TOOL_OPTIONS']} -Xlog:class+load:file={log}"
        environment = launch.environment | {"JAVA_TOOL_OPTIONS": options}
        with running(replace(launch, environment=environment)) as function:
            until_next = _lines(log)
            function.invoke(self.event)
            return until_next, _lines(log)


def _lines(file: Path) -> int:
    return file.read_bytes().count(b"\n")


def account_in_good_order(sandbox: Sandbox, zip_file: Path) -> dict[str, Any]:
    """Answers the event with which AWS Config starts an evaluation of it."""
    expires = datetime.now(timezone.utc) + timedelta(days=90)
    sandbox.upload_certificates({f"www-{number:02}": expires for number in range(CERTIFICATES)})
    rule = sandbox.deploy_rule(zip_file, memory=MEMORY_MB)
    event: dict[str, Any] = sandbox.deliveries(rule)[-1]["event"]
    return event


def _launches(folder: Path, replay: Replay, zip_file: Path) -> dict[str, Launch]:
    roots = {subject: folder / subject.split()[0] for subject in SUBJECTS}
    lib = roots[CERTSWEEP] / "lib"
    unpack(zip_file, roots[CERTSWEEP])
    _compile("SmallestHandler", roots[SMALLEST], lib)
    shutil.copytree(lib, roots[SMALLEST] / "lib")
    _compile("HelloHandler", roots[HELLO], lib)
    return {
        CERTSWEEP: in_java(roots[CERTSWEEP], EVALUATE, replay, MEMORY_MB),
        SMALLEST: in_java(roots[SMALLEST], "SmallestHandler::handleRequest", replay, MEMORY_MB),
        BOTO3: in_python(roots[BOTO3], "bench.subjects.boto3_rule", replay, MEMORY_MB),
        HELLO: in_java(roots[HELLO], "HelloHandler::handleRequest", replay, MEMORY_MB),
    }


def _compile(name: str, task_root: Path, lib: Path) -> None:
    javac = Path(os.environ["JAVA_HOME"]) / "bin" / "javac"
    source = SOURCES / f"{name}.java"
    subprocess.run([javac, "-cp", f"{lib}/*", "-d", task_root, source], check=True)


def _measure(subjects: Subjects, replay: Replay, rounds: int, transport: str) -> Section:
    for _ in range(2):  # is recorded; then fills the machine's file cache
        for subject in SUBJECTS:
            subjects.start(subject)
        replay.set_latency(0)
    starts: dict[str, list[Start]] = {subject: [] for subject in SUBJECTS}
    for _ in range(rounds):
        for subject in SUBJECTS:
            starts[subject].append(subjects.start(subject))
    replay.set_latency(0)
    subjects.start(CERTSWEEP)
    calls = replay.set_latency(0)
    return Section(
        TITLE.format(transport),
        f"The account has {CERTIFICATES} certificates, none expired. The functions have "
        f"{MEMORY_MB:,} MB. Each figure is the median of {rounds} starts, in turn. "
        "Classes and calls are of one start. Lambda's init ends at `/next`. The smallest SDK "
        "handler makes only one call to IAM and one to AWS Config, with the SDK's default clients "
        "and the same jars. The boto3 rule makes the same calls as Certsweep. Hello, world is only "
        "the JVM and Lambda's runtime client.",
        (
            _ratio("response: Certsweep / smallest", starts, SMALLEST, "wall", MAX_RESPONSE_RATIO),
            _ratio(
                "CPU of init: Certsweep / smallest",
                starts,
                SMALLEST,
                "init_cpu",
                MAX_INIT_CPU_RATIO,
            ),
            _ratio("CPU to the response: Certsweep / smallest", starts, SMALLEST, "cpu"),
            _ratio("response: Certsweep / boto3 rule", starts, BOTO3, "wall"),
            _ratio("response: Certsweep / hello, world", starts, HELLO, "wall"),
            Figure("calls of an evaluation", calls, limit=MAX_CALLS),
        ),
        (Matrix("start", {name: _row(subjects, name, starts[name]) for name in SUBJECTS}),),
    )


def _ratio(
    name: str,
    starts: dict[str, list[Start]],
    other: str,
    attribute: str,
    limit: float | None = None,
) -> Figure:
    ours, theirs = (
        [getattr(start, attribute) for start in starts[subject]] for subject in (CERTSWEEP, other)
    )
    return Figure.ratio(name, ours, theirs, limit)


def _row(subjects: Subjects, subject: str, starts: list[Start]) -> tuple[Figure, ...]:
    return (
        Figure.median("to `/next`", [start.init_wall for start in starts], "s"),
        Figure.median("to the response", [start.wall for start in starts], "s"),
        Figure.median("CPU to `/next`", [start.init_cpu for start in starts], "s"),
        Figure.median(CPU, [start.cpu for start in starts], "s"),
        Figure.median("peak memory", [start.peak_mb for start in starts], "MB"),
        *_classes(subjects, subject),
    )


def _classes(subjects: Subjects, subject: str) -> tuple[Figure, ...]:
    names = ("classes to `/next`", "classes to the response")
    if subject == BOTO3:  # which has no JVM
        return tuple(map(Figure.absent, names))
    return tuple(map(Figure, names, subjects.classes(subject)))
