"""Times as clients read them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def iso(epoch_seconds: float) -> str:
    """ISO-8601 in UTC with milliseconds: `2025-01-15T10:30:00.000Z`."""
    moment = datetime.fromtimestamp(epoch_seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local_date(epoch_seconds: float, timezone: str) -> date:
    """The calendar day in a time zone, such as the institute's."""
    return datetime.fromtimestamp(epoch_seconds, ZoneInfo(timezone)).date()


def local_text(epoch_seconds: float, timezone: str) -> str:
    """A time for people, in a time zone: `2025-01-15 16:00 IST`."""
    return datetime.fromtimestamp(epoch_seconds, ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M %Z").strip()
