"""What it costs a year, with the arithmetic shown.

Prices of US East (N. Virginia), in US dollars and without free tiers, as known in November 2026
without a look at the live pages. Check them there before you rely on them:

- AWS Config: https://aws.amazon.com/config/pricing/
- Security Hub CSPM: https://aws.amazon.com/security-hub/cspm/pricing/
- AWS Lambda: https://aws.amazon.com/lambda/pricing/
- Amazon CloudWatch: https://aws.amazon.com/cloudwatch/pricing/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import evaluation, memory
from .cpu_share import share_of
from .report import Section, number, table
from .template import alarms, log_retention_days, memory_mb

# For each evaluation of a resource; less after the first 100,000 a month in a region.
CONFIG_EVALUATIONS = ((100_000, 0.001), (400_000, 0.0008), (None, 0.0005))
# For each check of a resource; the same steps. What it evaluates in AWS Config is free.
SECURITY_HUB_CHECKS = CONFIG_EVALUATIONS
LAMBDA_GB_SECOND = 0.0000166667
LAMBDA_REQUEST = 0.20 / 1e6
# A month, by the hour: metered in the hours in which there is a value.
METRIC_MONTH = 0.30
ALARM_MONTH = 0.10
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


@dataclass(frozen=True)
class Run:
    """One evaluation as it is billed: a cold start, since a run comes at most once an hour."""

    seconds: float
    memory_mb: int

    @property
    def gb_seconds(self) -> float:
        """What Lambda bills."""
        return self.seconds * self.memory_mb / 1024


def measure(sections: Sequence[Section]) -> list[Section]:
    """From what was measured before; no section if the times by memory were not."""
    runs = _runs(sections)
    if not runs:
        return []
    rows, sums = [], []
    for certificates in ACCOUNTS:
        for schedule, times in SCHEDULES.items():
            parts = _parts(runs[certificates], certificates, times)
            total = sum(dollars for _, dollars, _ in parts)
            rival = _tiered(CONFIG_EVALUATIONS, certificates * times / MONTHS) * MONTHS
            checks = certificates * SCHEDULES["daily"]
            hub = _tiered(SECURITY_HUB_CHECKS, checks / MONTHS) * MONTHS
            name = f"{certificates:,} certificates, {schedule}"
            rows.append(
                [
                    name,
                    *(_usd(dollars) for _, dollars, _ in parts),
                    _usd(total),
                    _usd(rival),
                    _usd(hub),
                ]
            )
            sums.append(
                f"- {name}: "
                + "; ".join(f"{part} {how} = {_usd(dollars)}" for part, dollars, how in parts)
            )
    head = ["account", *(part for part, _, _ in parts), "Certsweep", "AWS's managed rule", "IAM.26"]
    return [
        Section(
            "Cost a year and account",
            "US dollars without free tiers, prices of US East (N. Virginia) as known in November "
            "2026; `bench/cost.py` names the pages to check them on. AWS's managed rule pays for "
            "the same evaluations and for nothing else: what Certsweep adds are its metrics, "
            "alarms, logs and function. Security Hub's control IAM.26 is periodic, and taken as "
            "once a day whatever the "
            "schedule; Security Hub does not charge its evaluations in AWS Config. The results of "
            "certificates that are gone, one evaluation each, are not counted.",
            notes=("\n".join(table(head, rows)), "\n".join(sums)),
        )
    ]


def _runs(sections: Sequence[Section]) -> dict[int, Run]:
    """By the number of certificates."""
    by_title = {section.title: section for section in sections}
    if memory.TITLE not in by_title or evaluation.TITLE not in by_title:
        return {}
    size = memory_mb()
    cold = next(
        figure.value
        for row, figure in by_title[memory.TITLE].all_figures()
        if row.startswith(f"{size:,} MB") and figure.name == memory.COLD_EVALUATION
    )
    warm = {
        row: figure.value / 1000
        for row, figure in by_title[evaluation.TITLE].all_figures()
        if figure.name == evaluation.FUNCTION
    }
    least = warm[evaluation.row_name(ACCOUNTS[0])]
    return {
        certificates: Run(
            cold + (warm[evaluation.row_name(certificates)] - least) / share_of(size), size
        )
        for certificates in ACCOUNTS
    }


def _parts(run: Run, certificates: int, times: int) -> list[tuple[str, float, str]]:
    """What it is for, the dollars of a year, and how they come about."""
    monthly = certificates * times / MONTHS
    hours = min(times / MONTHS, HOURS_IN_MONTH)
    metric_months = METRICS * MONTHS * hours / HOURS_IN_MONTH
    log_gb = times * LOG_BYTES / 1e9
    kept_months = log_gb / 2 * MONTHS * min(1, log_retention_days() / 365)
    count = alarms()
    return [
        (
            "evaluations",
            _tiered(CONFIG_EVALUATIONS, monthly) * MONTHS,
            f"{certificates:,} x {times:,} at $0.001 and less",
        ),
        (
            "function",
            times * (run.gb_seconds * LAMBDA_GB_SECOND + LAMBDA_REQUEST),
            f"{times:,} x ({run.seconds:.2f} s x {run.memory_mb} MB x ${LAMBDA_GB_SECOND} a "
            "GB-second + a request)",
        ),
        (
            "metrics",
            metric_months * METRIC_MONTH,
            f"{METRICS} x {MONTHS} months x {hours:.0f} of {HOURS_IN_MONTH} hours"
            f" x ${METRIC_MONTH}",
        ),
        ("alarms", count * MONTHS * ALARM_MONTH, f"{count} x {MONTHS} months x ${ALARM_MONTH}"),
        (
            "logs",
            log_gb * LOG_GB + kept_months * LOG_GB_MONTH,
            f"{log_gb * 1000:.1f} MB at ${LOG_GB} a GB, kept at ${LOG_GB_MONTH} a GB and month",
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


def _usd(dollars: float) -> str:
    return f"${number(dollars)}" if dollars < 0.01 else f"${dollars:,.2f}"
