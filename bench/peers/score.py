"""What an answer is worth, against what is known of the account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class PeerError(Exception):
    """A program could not be installed or run, or its answer could not be read."""


@dataclass(frozen=True)
class Truth:
    """What the account was built to have."""

    names: frozenset[str]
    expired: frozenset[str]
    # What names the user of an expired certificate, by the certificate's name. Nothing else in the
    # account is called so.
    users: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What a program said."""

    program: str
    version: str
    command: str
    # What was said of each certificate that it holds to be expired, by the certificate's name.
    said: Mapping[str, str]


@dataclass(frozen=True)
class Score:
    """An answer in numbers."""

    found: int
    wrong: int
    users: int

    @classmethod
    def of(cls, said: Mapping[str, str], truth: Truth) -> Score:
        """Counts; a user counts where it is named with the certificate that it uses.

        :raises PeerError: if the answer has a certificate that the account never had: it was read
            wrongly then
        """
        if strange := said.keys() - truth.names:
            raise PeerError(f"Not certificates of this account: {', '.join(sorted(strange))}")
        return cls(
            found=len(said.keys() & truth.expired),
            wrong=len(said.keys() - truth.expired),
            users=sum(user in said.get(name, "") for name, user in truth.users.items()),
        )

    @classmethod
    def full(cls, truth: Truth) -> Score:
        """The score of an answer that lacks nothing."""
        return cls(len(truth.expired), 0, len(truth.users))
