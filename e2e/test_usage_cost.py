from __future__ import annotations

from .production import HOME, Production


def test_account_in_good_order_is_asked_for_nothing_but_its_certificates(
    production: Production,
) -> None:
    production.infrastructure.alb(HOME, "prod", production.valid().arn)
    run = production.search()
    assert (run.metrics["ExpiredInUse"], run.metrics["UsageChecksFailed"]) == (0, 0)
    assert {service for service, _ in production.made()} == {"iam", "config"}
    assert sum(production.made().values()) <= 5
    assert "use" not in production.annotation("www")


def test_rule_that_does_not_check_usage_says_nothing_of_it(production: Production) -> None:
    production.infrastructure.alb(HOME, "prod", production.expired().arn)
    run = production.search(parameters={"checkUsage": "false"})
    assert {service for service, _ in production.made()} == {"iam", "config"}
    assert "use" not in production.annotation("www")
    assert not run.metrics.keys() & {"ExpiredInUse", "UsageChecksFailed"}
    assert "expiredInUse" not in run.summary
