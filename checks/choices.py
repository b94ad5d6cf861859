"""What an operator can choose, in all combinations."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, fields

APPROVERS = "arn:aws:iam::123456789012:role/security,arn:aws:iam::123456789012:user/auditor"
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"
# The same by name.
NAMES = "role/security,user/auditor"
BOUNDARY_NAME = "policy/boundary"
OWNER = "210987654321"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:Automation-pager"
FOREIGN_TOPIC = "arn:aws:sns:eu-west-1:210987654321:Automation-pager"


@dataclass(frozen=True)
class Choices:
    """Choices, and the parameters that say so."""

    automatic: bool = False
    approvers: bool = False
    bucket: bool = False
    key: bool = False
    topic: bool = False
    # That topic is of another account.
    foreign: bool = False
    email: bool = False
    encrypted: bool = False
    silent: bool = False
    boundary: bool = False
    # As for all accounts of an organization: names, a bucket of another account, exceptions, and a
    # lead time for short-lived certificates.
    central: bool = False
    usage: bool = True

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters that differ from the defaults."""
        chosen = {
            "AutomaticRemediation": ("true", self.automatic),
            "Approvers": (NAMES if self.central else APPROVERS, self.approvers),
            "BackupBucket": ("backups", self.bucket),
            "BackupBucketOwner": (OWNER, self.bucket and self.central),
            "BackupKeyArn": (KEY, self.key),
            "AlarmTopicArn": (FOREIGN_TOPIC if self.foreign else TOPIC, self.topic),
            "EncryptAlarms": ("true", self.encrypted),
            "Alarms": ("none", self.silent),
            "AlarmEmail": ("security@example.com", self.email),
            "PermissionsBoundaryArn": (
                BOUNDARY_NAME if self.central else BOUNDARY,
                self.boundary,
            ),
            "MaximumExceptionDays": ("90", self.central),
            "CheckUsage": ("false", not self.usage),
            "DaysToExpiration": ("30", self.central),
            "DaysToExpirationPercent": ("33", self.central),
            # Nothing else depends on it: combinations of its own would only double the time.
            "SecurityHub": ("true", self.boundary),
        }
        return {name: value for name, (value, is_chosen) in chosen.items() if is_chosen}

    @property
    def exclude_each_other(self) -> bool:
        """Whether one choice contradicts another."""
        return (
            (self.automatic and self.approvers)
            or (self.key and not self.bucket)
            or (self.email and self.topic)
            or (self.encrypted and self.topic)
        )

    def __str__(self) -> str:
        return "+".join(one.name for one in fields(self) if getattr(self, one.name)) or "nothing"


def all_choices() -> Iterator[Choices]:
    """Every combination, contradictions too."""
    for values in itertools.product((False, True), repeat=len(fields(Choices))):
        choices = Choices(*values)
        # Without a topic, `foreign` changes no parameter.
        if choices.topic or not choices.foreign:
            yield choices


def possible_choices() -> Iterator[Choices]:
    """Every combination without contradictions."""
    return (choices for choices in all_choices() if not choices.exclude_each_other)
