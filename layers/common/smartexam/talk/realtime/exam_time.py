"""Tells students' devices when the time of their running attempts changes."""

from collections.abc import Sequence

from smartexam.catalog.exam_time import ExamTime
from smartexam.jobs import queue
from smartexam.platform.times import iso
from smartexam.sitting.store.sitting_items import Sitting
from smartexam.talk.realtime.events import AttemptTime
from smartexam.talk.realtime.publishing import Event, publish

KIND = "exam_time"
# So many can be told within a request, even if their connections are slow.
_AT_ONCE = 200


def tell_time(sittings: Sequence[Sitting], time: ExamTime) -> None:
    """Send students the time that is left of their attempts at an exam; as every event, it may get lost."""
    events = [Event("exam_time", _time_of(each, time), [each.user_id], is_chat=False) for each in sittings]
    publish(events, now=time.now)


def tell_time_of_many(exam_id: int, sittings: Sequence[Sitting], admin_id: int, time: ExamTime) -> None:
    """The same, for any number of attempts: of more than `_AT_ONCE`, a job tells all whose attempts run.

    Raises:
        Unavailable: the database or the queue cannot be reached.
    """
    if len(sittings) <= _AT_ONCE:
        tell_time(sittings, time)
    else:
        queue.ask(KIND, {"exam_id": exam_id}, created_by=admin_id, now=time.now, inputs=f"{exam_id}/{time.now}")


def _time_of(sitting: Sitting, time: ExamTime) -> AttemptTime:
    remaining = max(0, int(sitting.deadline - time.now))
    return AttemptTime(sitting.exam_id, sitting.attempt_id, remaining, iso(time.now))
