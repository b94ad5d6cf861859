"""What must hold of the findings in Security Hub after a run of the rule, whatever breaks."""

from __future__ import annotations

from ..production import Certificate
from .combinations import Combination
from .doors import Evaluate
from .expectations import Verdict, some
from .world import SHORT_LIVED

# A run whose own calls to these broke may leave findings as they were, until the next run.
_EXCUSES = ("GetFindings", "BatchImportFindings", "ListServerCertificates")


class EvaluateAndImport(Evaluate):
    """The rule, which brings Security Hub to the same state as AWS Config."""

    def judge(self, subject: Certificate, broken: Combination | None) -> Verdict:
        verdict = super().judge(subject, broken)
        verdict.problems += self._wrongly_archived()
        requests = self.world.requests(self.role)
        error = str(self._invocation["payload"].get("errorMessage", ""))
        is_excused = "the function ran out of time" in error or any(
            one["fault"] and one["operation"] in _EXCUSES for one in requests
        )
        if not (error and is_excused):
            verdict.problems += self._wrong_findings()
        return verdict

    def afterwards(self, subject: Certificate) -> list[str]:
        problems = super().afterwards(subject)
        problems += [f"next run: {problem}" for problem in self._wrong_findings()]
        return problems + self._wrongly_archived()

    def _ids(self) -> dict[str, str]:
        """The ids of the findings that there must be, and the certificates' names."""
        stored = self.world.certificates()
        account = self.world.sandbox.account
        return {f"certsweep/{account}/{stored[name].id}": name for name in self._flagged()}

    def _wrongly_archived(self) -> list[str]:
        archived = {one["Id"] for one in self.world.sandbox.security_hub.findings("ARCHIVED")}
        wrongly = archived & set(self._ids())
        return [f"archived, but still expired: {some(wrongly)}"] if wrongly else []

    def _wrong_findings(self) -> list[str]:
        names = self._ids()
        active = {one["Id"]: one for one in self.world.sandbox.security_hub.findings()}
        verdict = Verdict()
        verdict.expect(
            not set(names) - set(active), f"no finding of {some(set(names) - set(active))}"
        )
        verdict.expect(
            not set(active) - set(names), f"findings of {some(set(active) - set(names))}"
        )
        for key in set(names) & set(active):
            name, label = names[key], active[key]["Severity"]["Label"]
            told = active[key]["Description"]
            is_unknown = "Usage unknown: " in told
            is_excepted = "Exception until " in told
            verdict.expect(
                not is_excepted or name == self.world.excepted.name, f"{name} is excepted: {told}"
            )
            is_low = is_excepted or (not is_unknown and name not in self.world.users)
            # It expires in weeks; the others have expired.
            unknown = "MEDIUM" if name == SHORT_LIVED else "HIGH"
            truth = "LOW" if is_low else unknown if is_unknown else "CRITICAL"
            verdict.expect(label == truth, f"the finding of {name} is {label}: {told}")
        return verdict.problems
