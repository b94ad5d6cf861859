"""What is to be deployed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Wish:
    """What is to be deployed."""

    stack: str
    bucket: str = ""
    # The template's parameters: what was given, else what an update keeps, else the defaults.
    parameters: dict[str, str] = field(default_factory=dict)

    def listed(self, parameter: str) -> list[str]:
        """What a parameter names, separated by commas."""
        named = [one.strip() for one in self.parameters.get(parameter, "").split(",")]
        return [one for one in named if one]
