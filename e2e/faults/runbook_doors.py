"""The runbook as a door, by itself and while the rule is busy."""

from __future__ import annotations

import json

from ..conftest import SECRETS
from ..execution import Execution
from ..production import Certificate
from .combinations import Call, Combination
from .doors import Remove
from .expectations import (
    DELETED,
    DELETION,
    FAILED,
    LATER,
    RECOVERED,
    STEP_TIMED_OUT,
    TIMED_OUT,
    Verdict,
    failures,
    unclear,
)

# Longer than a step of the runbook may take, four times.
RUNBOOK_SECONDS = 2500


class Runbook(Remove):
    """The runbook, on a certificate that may be deleted; the calls of its own steps."""

    role = "RunbookRole"

    def subjects(self, _: Call | None) -> list[Certificate]:
        return [self.world.target]

    def act(self, subject: Certificate) -> None:
        self._execution = Execution(
            self.world.sandbox.automations.run(
                self.world.stack.outputs["RunbookName"],
                {"ServerCertificate": [subject.name]},
                timeout_seconds=RUNBOOK_SECONDS,
            )
        )

    def judge(self, subject: Certificate, broken: Combination | None) -> Verdict:
        execution = self._execution
        error = "" if execution.status == "Success" else execution.failure
        verdict = Verdict(problems=self.leaks())
        told = json.dumps(execution.description, default=str)
        verdict.expect(not SECRETS.search(told), f"a secret was told: {told}")
        verdict.problems += self.deletion(subject, error, execution.outcome)
        is_gone = subject.name not in self.world.certificates()
        saved = any(f"/{subject.id}/" in key for key in self.world.stack.backups())
        verdict.expect(saved or not is_gone, "it is gone, but there is no backup of it")
        for failure in failures(execution):
            if STEP_TIMED_OUT not in failure:
                verdict.problems += unclear(failure, broken)
        if STEP_TIMED_OUT in error:
            verdict.outcome = TIMED_OUT
        elif error:
            verdict.outcome = DELETED if DELETION.search(error) else FAILED
        else:
            restarted = execution.steps.get("reevaluate") == "Success"
            verdict.outcome = RECOVERED if restarted else LATER
        return verdict

    def afterwards(self, subject: Certificate) -> list[str]:
        world = self.world
        world.sandbox.clock.advance(seconds=61)
        self.act(subject)
        world.sandbox.wait(world.stack.rule)
        done = self._execution.result
        problems = []
        if done not in (("Success", "REMOVED"), ("Success", "ALREADY_GONE")):
            problems.append(f"the next run ends as {done}: {self._execution.failure}")
        if subject.name in world.certificates():
            problems.append("the next run left the certificate")
        world.new_target()
        return problems


class BusyRunbook(Runbook):
    """The same, while AWS Config does not let the rule be started: it was, a moment ago."""

    def act(self, subject: Certificate) -> None:
        world = self.world
        world.sandbox.clock.advance(seconds=61)
        world.sandbox.client("config").start_config_rules_evaluation(
            ConfigRuleNames=[world.stack.rule.name]
        )
        world.sandbox.wait(world.stack.rule)
        super().act(subject)

    def afterwards(self, subject: Certificate) -> list[str]:
        return Runbook(self.world).afterwards(subject)
