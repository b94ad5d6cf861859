"""The sandbox's own time."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone


class Clock:
    """Real time plus an offset.

    Turning it back is how history comes about: IAM refuses an expired certificate, so a test
    uploads it on a day when it was still valid and then returns to the present.
    """

    def __init__(self) -> None:
        self._offset = timedelta()
        # Told when the time is changed, for what waits by this clock.
        self.on_change: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The current time of the sandbox, in UTC."""
        return datetime.now(timezone.utc) + self._offset

    def advance(self, by: timedelta) -> None:
        """Moves the time forward, or back if `by` is negative."""
        self._move(self._offset + by)

    def reset(self) -> None:
        """Returns to real time."""
        self._move(timedelta())

    def _move(self, offset: timedelta) -> None:
        self._offset = offset
        for changed in self.on_change:
            changed()


def as_utc(when: datetime) -> datetime:
    """A time as moto's parsers give it (naive, in UTC) made explicit."""
    return when.replace(tzinfo=timezone.utc) if when.tzinfo is None else when


def iso(when: datetime) -> str:
    """ISO 8601 with milliseconds and `Z`, as AWS Config writes it in events."""
    return when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
