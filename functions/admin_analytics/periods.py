"""Which days a query is about."""

from datetime import date, timedelta

from smartexam.platform.errors import InvalidFields
from smartexam.platform.times import local_date
from smartexam.results.store.counters import Period

_DAYS = {"today": 1, "week": 7, "month": 30}
# Days beyond hold nothing, and who names one means the beginning or the end.
_EARLIEST, _LATEST = date(1970, 1, 1), date(2199, 12, 31)
# A chart of more days than this shows months, and of more than that years.
_MOST_DAYS, _MOST_DAYS_IN_MONTHS = 62, 3660
_DAY, _MONTH, _YEAR = len("2026-01-05"), len("2026-01"), len("2026")


def read_period(name: str, start: str | None, end: str | None, now: float, timezone: str) -> Period | None:
    """The days of a period; None for all time. `week` and `month` are the last 7 and 30 days, today included.

    Raises:
        InvalidFields: the dates of a custom period are missing, no dates or in the wrong order.
    """
    first, last = read_range(("startDate", start), ("endDate", end))
    if name == "all":
        return None
    if name in _DAYS:
        today = local_date(now, timezone)
        return Period(today - timedelta(days=_DAYS[name] - 1), today)
    if first is None or last is None:
        raise InvalidFields([("startDate" if first is None else "endDate", "This field is required")])
    return Period(first, last)


def read_range(start: tuple[str, str | None], end: tuple[str, str | None]) -> tuple[date | None, date | None]:
    """The first and the last day of a range, None where it is open.

    Args:
        start: name and value of the field with the first day.
        end: the same of the last.

    Raises:
        InvalidFields: there is no such day, or they are in the wrong order.
    """
    first, last = _read_day(*start), _read_day(*end)
    if first is not None and last is not None and last < first:
        raise InvalidFields([(end[0], f"must not be before {start[0]}")])
    return _bounded(first), _bounded(last)


def parts(period: Period) -> list[tuple[str, Period]]:
    """A period as a chart shows it, in days, months or years, by name (`2026-01-05`, `2026-01`, `2026`)."""
    size = _DAY if period.length <= _MOST_DAYS else _MONTH if period.length <= _MOST_DAYS_IN_MONTHS else _YEAR
    found: list[tuple[str, Period]] = []
    first = period.first
    while first <= period.last:
        last = min(_last_of(first, size), period.last)
        found.append((first.isoformat()[:size], Period(first, last)))
        first = last + timedelta(days=1)
    return found


def _last_of(day: date, size: int) -> date:
    """The last day of the day, month or year that a day is in."""
    if size == _DAY:
        return day
    if size == _YEAR:
        return date(day.year, 12, 31)
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _read_day(field: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidFields([(field, "must be a date as YYYY-MM-DD")]) from None


def _bounded(day: date | None) -> date | None:
    return None if day is None else min(max(day, _EARLIEST), _LATEST)
