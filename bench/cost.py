"""What it costs a year, with the arithmetic shown.

Prices of US East (N. Virginia), in US dollars and without free tiers, as known in November 2026
without a look at the live pages. Check them there before you rely on them:

- AWS Config: https://aws.amazon.com/config/pricing/
- Security Hub CSPM: https://aws.amazon.com/security-hub/cspm/pricing/
- AWS Lambda: https://aws.amazon.com/lambda/pricing/
- Amazon CloudWatch: https://aws.amazon.com/cloudwatch/pricing/
- AWS KMS: https://aws.amazon.com/kms/pricing/
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from . import cold_start, evaluation, memory
from .cpu_share import share_of
from .report import Figure, Matrix, Section, number
from .template import alarms, keys, log_retention_days, memory_mb

# For each evaluation of a resource; less after the first 100,000 a month in a region.
CONFIG_EVALUATIONS = ((100_000, 0.001), (400_000, 0.0008), (None, 0.0005))
# For each check of a resource; the same steps. What it evaluates in AWS Config is free.
SECURITY_HUB_CHECKS = CONFIG_EVALUATIONS
LAMBDA_GB_SECOND = 0.0000166667
LAMBDA_REQUEST = 0.20 / 1e6
# A month, by the hour: metered in the hours in which there is a value.
METRIC_MONTH = 0.30
ALARM_MONTH = 0.10
# A key, and as much again for each rotation that is charged: once a year, the first two.
KEY_MONTH = 1.00
PAID_ROTATIONS = 2
LOG_GB = 0.50
LOG_GB_MONTH = 0.03

# What EvaluateHandler writes, see EmbeddedMetrics.
METRICS = 6
# Its line, and Lambda's START, END and REPORT.
LOG_BYTES = 1_600
HOURS_IN_MONTH = 730
MONTHS = 12
SCHEDULES = {"daily": 365, "hourly": 8_760}
ACCOUNTS = (20, 1_000)

TITLE = "Cost a year and account"
TOTAL = "Certsweep"
SEARCHES = "usage searches"


@dataclass(frozen=True)
class Run:
    """One evaluation as it is billed: a cold start, since a run comes at most once an hour."""

    seconds: float
    memory_mb: int

    @property
    def gb_seconds(self) -> float:
        """What Lambda bills."""
        return self.seconds * self.memory_mb / 1024


@dataclass(frozen=True)
class Runs:
    """The evaluations that are priced."""

    by_certificates: dict[int, Run]
    # What a usage search adds to a run; None if that was not measured.
    search: Run | None
    # Where the times come from.
    source: str


# What a part is for, the dollars of a year, and how they come about.
Part = tuple[str, float, str]


def measure(sections: Sequence[Section]) -> list[Section]:
    """From what was measured before."""
    method = (
        "US dollars without free tiers, at the prices of US East (N. Virginia) as known in "
        "November 2026. `bench/cost.py` names the pages to check them on. The costs are those of a "
        f"default stack in its first year, without an expired certificate. *{TOTAL}* is the sum of "
        "the parts before it. AWS's managed rule pays only for the same evaluations. Security "
        "Hub's control IAM.26 is periodic, and assumed to run once a day whatever the schedule. "
        "Security Hub does not charge for its evaluations in AWS Config. The costs leave out the "
        "results of deleted certificates, one evaluation each, and the messages to the topic."
    )
    runs = _runs(sections)
    if runs is None:
        why = "it takes the measurements `evaluation` and either `memory` or `cold-start`."
        return [Section(TITLE, method, not_measured=why)]
    rows: dict[str, tuple[Figure, ...]] = {}
    formulas: dict[str, dict[str, list[str]]] = {}
    for certificates in ACCOUNTS:
        for schedule, times in SCHEDULES.items():
            parts = _parts(runs.by_certificates[certificates], certificates, times)
            total = sum(dollars for _, dollars, _ in parts)
            others = [_searches(runs.search, times), *_rivals(certificates, times)]
            name = f"{certificates:,} certificates, {schedule}"
            rows[name] = (
                *map(_figure, parts),
                Figure(TOTAL, total, "USD"),
                *map(_figure, others),
            )
            for part, dollars, how in [*parts, *others]:
                formula = f"{how} = {_usd(dollars)}" if how else "not measured"
                formulas.setdefault(part, {}).setdefault(formula, []).append(name)
    rotated = keys() * MONTHS * KEY_MONTH
    notes = (
        "\n".join(_listed(formulas)),
        f"The time of a run is {runs.source}.",
        f"*{SEARCHES}* are an extra cost while a certificate is expired, because each run then "
        f"searches its usage. The price is for the time of a cold search of {memory.SIZE.name}.",
        f"The first {PAID_ROTATIONS} yearly rotations of the key add {_usd(rotated)} a year each: "
        f"{_usd(rotated)} more in the second year, {_usd(PAID_ROTATIONS * rotated)} more in the "
        "third and each year after. A topic of your own (`AlarmTopicArn`) needs no key.",
    )
    return [Section(TITLE, method, matrices=(Matrix("account", rows),), notes=notes)]


def _listed(formulas: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[str]:
    """Column by column, with the accounts where they differ."""
    for part, by_formula in formulas.items():
        if len(by_formula) == 1:
            yield f"- {part}: {next(iter(by_formula))}"
            continue
        yield f"- {part}"
        for formula, accounts in by_formula.items():
            yield f"  - {'; '.join(accounts)}: {formula}"


def _figure(part: Part) -> Figure:
    name, dollars, _ = part
    return Figure.absent(name) if math.isnan(dollars) else Figure(name, dollars, "USD")


def _runs(sections: Sequence[Section]) -> Runs | None:
    """None if too little was measured."""
    size = memory_mb()
    share, row = share_of(size), memory.row_name(size)
    warm = _column(sections, evaluation.TITLE, evaluation.FUNCTION)
    cold = _column(sections, memory.TITLE, memory.COLD_EVALUATION, row)
    init = _column(sections, memory.TITLE, memory.UNTIL_NEXT, row)
    searched = _column(sections, memory.TITLE, memory.COLD_SEARCH, row)
    over_tls = cold_start.TITLE.format(cold_start.TLS)
    processor = _column(sections, over_tls, cold_start.CPU, cold_start.CERTSWEEP)
    search = None
    if not warm:
        return None
    if cold:
        seconds = _only(cold)
        search = Run(_only(searched) - _only(init), size)
        source = "that of a cold evaluation in a function of the default memory"
    elif processor:
        seconds = _only(processor) / share
        source = (
            "the processor time of a cold start, divided by the share of a processor that Lambda "
            "gives: the times by memory were not measured, and are somewhat longer"
        )
    else:
        return None
    least = warm[evaluation.row_name(ACCOUNTS[0])]
    further = {
        certificates: (warm[evaluation.row_name(certificates)] - least) / 1000 / share
        for certificates in ACCOUNTS
    }
    return Runs(
        {certificates: Run(seconds + more, size) for certificates, more in further.items()},
        search,
        f"{source}; further certificates add what they add to a warm one",
    )


def _column(
    sections: Sequence[Section], title: str, name: str, row_begin: str = ""
) -> dict[str, float]:
    """The figures of this name, by their rows."""
    return {
        row: figure.value
        for section in sections
        if section.title == title
        for row, figure in section.all_figures()
        if figure.name == name and row.startswith(row_begin)
    }


def _only(column: dict[str, float]) -> float:
    (value,) = column.values()
    return value


def _searches(search: Run | None, times: int) -> Part:
    if search is None:
        return SEARCHES, math.nan, ""
    dollars = times * search.gb_seconds * LAMBDA_GB_SECOND
    return SEARCHES, dollars, f"{times:,} x {_billed(search)}"


def _rivals(certificates: int, times: int) -> list[Part]:
    """What others take for the same account."""
    return [
        ("AWS's managed rule", *_stepped(CONFIG_EVALUATIONS, certificates, times)),
        ("IAM.26", *_stepped(SECURITY_HUB_CHECKS, certificates, SCHEDULES["daily"])),
    ]


def _parts(run: Run, certificates: int, times: int) -> list[Part]:
    """What a stack costs in its first year."""
    hours = min(times / MONTHS, HOURS_IN_MONTH)
    metric_months = METRICS * MONTHS * hours / HOURS_IN_MONTH
    log_gb = times * LOG_BYTES / 1e9
    kept_months = log_gb / 2 * MONTHS * min(1, log_retention_days() / 365)
    count, key_count = alarms(), keys()
    return [
        ("evaluations", *_stepped(CONFIG_EVALUATIONS, certificates, times)),
        (
            "function",
            times * (run.gb_seconds * LAMBDA_GB_SECOND + LAMBDA_REQUEST),
            f"{times:,} x ({_billed(run)} + ${LAMBDA_REQUEST:.7f} a request)",
        ),
        (
            "metrics",
            metric_months * METRIC_MONTH,
            f"{METRICS} x {MONTHS} months x {hours:.0f} of {HOURS_IN_MONTH} hours"
            f" x ${METRIC_MONTH:.2f}",
        ),
        (
            "key",
            key_count * MONTHS * KEY_MONTH,
            f"{key_count} x {MONTHS} months x ${KEY_MONTH:.2f}",
        ),
        ("alarms", count * MONTHS * ALARM_MONTH, f"{count} x {MONTHS} months x ${ALARM_MONTH:.2f}"),
        (
            "logs",
            log_gb * LOG_GB + kept_months * LOG_GB_MONTH,
            f"{log_gb * 1000:.1f} MB at ${LOG_GB:.2f} a GB, kept at ${LOG_GB_MONTH:.2f} a GB and "
            "month",
        ),
    ]


def _tiered(steps: Sequence[tuple[int | None, float]], count: float) -> float:
    """The price of so many in a month."""
    total = 0.0
    for size, price in steps:
        within = count if size is None else min(count, size)
        total += within * price
        count -= within
    return total


def _stepped(
    steps: Sequence[tuple[int | None, float]], certificates: int, times: int
) -> tuple[float, str]:
    """The price of so many in a year, and its formula: with the steps if it takes more than one."""
    monthly = certificates * times / MONTHS
    dollars = _tiered(steps, monthly) * MONTHS
    first, price = steps[0]
    if first is None or monthly <= first:
        return dollars, f"{certificates:,} x {times:,} x ${price}"
    terms = []
    for size, price in steps:
        within = monthly if size is None else min(monthly, size)
        monthly -= within
        if within:
            terms.append(f"{within:,.0f} x ${price}")
    return dollars, f"{MONTHS} months x ({' + '.join(terms)})"


def _billed(run: Run) -> str:
    return (
        f"{run.seconds:.2f} s x {run.memory_mb / 1024:g} GB x ${LAMBDA_GB_SECOND:.10f} a GB-second"
    )


def _usd(dollars: float) -> str:
    return f"${number(dollars)}" if dollars < 0.1 else f"${dollars:,.2f}"
