"""Jobs that carry changed ends over to running attempts, and tell students the time.

See `sitting.spreading` and `talk.realtime.exam_time`.
"""

from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import exams
from smartexam.jobs.running import Outcome, OutOfTime, Work
from smartexam.sitting import deadlines, spreading
from smartexam.talk.realtime.exam_time import tell_time

_ENOUGH_SECONDS = 10.0


def carry_over(work: Work) -> Outcome:
    """Give the running attempts at an exam, or of students whose batches changed, the deadlines that hold now."""
    if "user_ids" in work.job.request:
        request, time = work.job.request, ExamTime.at(work.clock.now())
        spreading.carry_over_members(request["batch_ids"], request["user_ids"], time, tell=tell_time)
        return Outcome(b"{}", "The attempts have their deadlines")
    exam = exams.get_exam(int(work.job.request["exam_id"]))

    def may_go_on() -> bool:
        work.report(-1, "Looking at the attempts")
        return work.remaining() > _ENOUGH_SECONDS

    time = ExamTime.at(work.clock.now())
    if exam is not None and not deadlines.refresh_all(exam, time, may_go_on, tell=tell_time):
        raise OutOfTime
    return Outcome(b"{}", "The attempts have their deadlines")


def tell_all(work: Work) -> Outcome:
    """Tell the students of an exam the time that their attempts have left.

    Whom there is no time to tell in one invocation learns it by asking. Events may get lost anyway.
    """
    told, exam_id = 0, int(work.job.request["exam_id"])
    for sittings in deadlines.running_attempts(exam_id, ExamTime.at(work.clock.now())):
        if work.remaining() < _ENOUGH_SECONDS:
            break
        tell_time(sittings, ExamTime.at(work.clock.now()))
        told += len(sittings)
        work.report(-1, "Telling the students")
    return Outcome(b"{}", f"{told} students were told their time")
