"""Times as administrators give them: ISO-8601 with an offset, or local time at the institute.

A local time that a clock change skips is moved forward by the length of the gap; of one that occurs twice the first is
meant.
"""

import re
from datetime import UTC, datetime
from typing import Any

from smartexam.platform.settings import settings
from smartexam.platform.times import zone

_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?")
# Years that every consumer can show
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC).timestamp(), datetime(2200, 1, 1, tzinfo=UTC).timestamp()


def read_moment(value: Any) -> int:
    """Epoch seconds of `2026-01-05T10:30`, at the institute, or `2026-01-05T10:30:00+05:30`.

    Raises:
        ValueError: it is neither; the text is for the client.
    """
    text = value.strip() if isinstance(value, str) else ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is not None and moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(settings().exam_timezone)) if _LOCAL.fullmatch(text) else None
    if moment is None or not _FIRST <= moment.timestamp() < _LAST:
        raise ValueError("must be a time as YYYY-MM-DDTHH:MM, or ISO-8601 with an offset")
    return int(moment.timestamp())
