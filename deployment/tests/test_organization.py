from __future__ import annotations

import pytest

from ..organization import TEMPLATE, main
from ..parameters import declared


def test_parameters_are_those_of_the_template() -> None:
    assert main(["DaysToExpiration=30", "CallAs=DELEGATED_ADMIN"]) == 0
    assert main([]) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["BackupBucket=backups"], "BackupBucket needs a different value in each account"),
        (["Approvers=arn:aws:iam::123456789012:user/a"], "See docs/organization.md"),
        (["DayToExpiration=30"], "no parameter DayToExpiration. Do you mean DaysToExpiration?"),
        (["OrganizationalUnitIds=r-ab12"], "no parameter OrganizationalUnitIds"),
        (["TemplateBucket=other"], "no parameter TemplateBucket"),
        (["CallAs"], "does not have the form Name=value"),
        (["CallAs=SELF", "CallAs=SELF"], "PARAMETERS contains CallAs twice"),
    ],
)
def test_parameters_that_cannot_be_are_refused(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 1
    assert message in capsys.readouterr().err


def test_what_make_gives_itself_is_declared() -> None:
    assert {"OrganizationalUnitIds", "TemplateBucket", "TemplateKey"} <= declared(TEMPLATE).keys()
