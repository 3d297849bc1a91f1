"""Which days a query is about."""

from datetime import date, timedelta

from smartexam.errors import InvalidFields
from smartexam.statistics.reading import Period
from smartexam.times import local_date

LONGEST = 366
_DAYS = {"today": 1, "week": 7, "month": 30}


def read_period(name: str, start: str | None, end: str | None, now: float, timezone: str) -> Period | None:
    """The days of a period; None for all time. `week` and `month` are the last 7 and 30 days, today included.

    Raises:
        InvalidFields: the dates of a custom period are missing, no dates, in the wrong order or too far apart.
    """
    if name == "all":
        return None
    if name in _DAYS:
        today = local_date(now, timezone)
        return Period(today - timedelta(days=_DAYS[name] - 1), today)
    first, last = read_day("startDate", start), read_day("endDate", end)
    if first is None or last is None:
        raise InvalidFields([("startDate" if first is None else "endDate", "This field is required")])
    if last < first:
        raise InvalidFields([("endDate", "must not be before startDate")])
    if (last - first).days >= LONGEST:
        raise InvalidFields([("endDate", f"must be at most {LONGEST} days from startDate")])
    return Period(first, last)


def read_day(field: str, text: str | None) -> date | None:
    """A day, None for none.

    Raises:
        InvalidFields: there is no such day.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidFields([(field, "must be a date as YYYY-MM-DD")]) from None
