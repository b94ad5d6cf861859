from __future__ import annotations

import pytest

from ..organization import TEMPLATE, main
from ..parameters import declared


def test_parameters_are_those_of_the_template() -> None:
    assert main(["DaysToExpiration=30", "CallAs=DELEGATED_ADMIN"]) == 0
    assert main([]) == 0


def test_names_of_approvers_and_the_boundary_are_right_everywhere() -> None:
    names = [
        "Approvers=role/CertificateApprover,user/a/b",
        "PermissionsBoundaryArn=policy/Boundary",
    ]
    assert main([*names, "BackupBucket=backups", "BackupBucketOwner=210987654321"]) == 0
    # AWS's own policies are the same in all accounts.
    assert main(["PermissionsBoundaryArn=arn:aws:iam::aws:policy/PowerUserAccess"]) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["Approvers=arn:aws:iam::123456789012:user/a,arn:aws:iam::123456789012:role/b"],
            "arn:aws:iam::123456789012:user/a in Approvers is right in one account only. Give a "
            "name with its path, such as role/Name or policy/Name. Each account completes it.",
        ),
        (
            ["PermissionsBoundaryArn=arn:aws-cn:iam::123456789012:policy/a/b"],
            "in PermissionsBoundaryArn is right in one account only",
        ),
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
