"""Formats times for clients and people."""

import math
from datetime import UTC, date, datetime, tzinfo


def iso(epoch_seconds: float) -> str:
    """ISO-8601 in UTC with milliseconds: `2025-01-15T10:30:00.000Z`."""
    moment = datetime.fromtimestamp(epoch_seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def whole_seconds(duration: float) -> int:
    """How many whole seconds to wait for a duration to be over; at least 1.

    Times are stored to the microsecond, so 15 minutes that have just begun may seem to last a fraction of it longer.
    """
    return max(1, math.ceil(round(duration, 3)))


def zone(name: str) -> tzinfo:
    """A time zone by its name, such as `Asia/Kolkata`."""
    # Importing it inspects how Python was built, which takes 4 ms of a cold start; few requests need a time zone.
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    return ZoneInfo(name)


def local_date(epoch_seconds: float, timezone: str) -> date:
    """The calendar day in a time zone, such as the institute's."""
    return datetime.fromtimestamp(epoch_seconds, zone(timezone)).date()


def local_text(epoch_seconds: float, timezone: str) -> str:
    """A time for people, in a time zone: `2025-01-15 16:00 IST`."""
    return datetime.fromtimestamp(epoch_seconds, zone(timezone)).strftime("%Y-%m-%d %H:%M %Z").strip()
