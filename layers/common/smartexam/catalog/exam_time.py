"""The moment of a request, with the settings that exams need to judge it."""

from datetime import date

import msgspec

from smartexam.platform.settings import settings
from smartexam.platform.times import local_date


class ExamTime(msgspec.Struct, frozen=True):
    """`now` in epoch seconds, `grace` in seconds after a deadline, and the institute's time zone."""

    now: float
    grace: float
    timezone: str

    @classmethod
    def at(cls, now: float) -> "ExamTime":
        """A moment with this deployment's settings."""
        known = settings()
        return cls(now, known.sync_grace_seconds, known.exam_timezone)

    @property
    def earliest_deadline(self) -> float:
        """The earliest deadline at which an attempt still accepts answers, epoch seconds."""
        return self.now - self.grace

    @property
    def today(self) -> date:
        """The calendar day at the institute."""
        return local_date(self.now, self.timezone)
