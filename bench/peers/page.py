"""The page that a run writes: docs/peers.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.report import table

from .score import Answer, Score, Truth

_HEAD = [
    "program",
    "version",
    "date",
    "expired ones found",
    "valid ones named as expired",
    "users named",
    "command",
]


def written(
    truth: Truth,
    on_first_page: int,
    answers: Sequence[Answer],
    not_looked_at: Mapping[str, Sequence[str]],
    date: str,
) -> str:
    """The page in Markdown.

    :param on_first_page: how many of the expired ones are in IAM's first answer to a listing
    :param not_looked_at: what that is, for each program
    :param date: when it was measured
    """
    lines = [
        f"# One account of {len(truth.names)} certificates, in this repository's sandbox",
        "",
        "`make bench-peers` writes this page, with Python 3.10 to 3.12. It installs each program "
        "at a pinned version, without hashes.",
        "It builds the account through AWS's APIs, runs one program after the other with "
        "`AWS_ENDPOINT_URL` pointing at the sandbox, and reads",
        "their answers.",
        "",
        f"Of the {len(truth.names)} certificates, {len(truth.expired)} have expired, and "
        f"{len(truth.users)} of these are in use: by a listener (SNI), a CloudFront",
        "distribution and a Classic Load Balancer. IAM lists 100 at a time, unless it is asked for "
        "another number, and the",
        f"sandbox lists them by name: {on_first_page} of the expired ones are among the first 100.",
        "",
        *table(_HEAD, [_row(answer, truth, date) for answer in answers]),
        "",
        "A user counts as named if the finding on its certificate names it.",
        "",
        "## What each does not look at",
        "",
        "Files and lines are those of the installed package.",
    ]
    for program, what in not_looked_at.items():
        lines += ["", f"{program}:", "", *(f"- {one}." for one in what)]
    return "\n".join([*lines, ""])


def _row(answer: Answer, truth: Truth, date: str) -> list[str]:
    score = Score.of(answer.said, truth)
    return [
        answer.program,
        answer.version,
        date,
        f"{score.found} of {len(truth.expired)}",
        str(score.wrong),
        f"{score.users} of {len(truth.users)}",
        f"`{answer.command}`",
    ]
