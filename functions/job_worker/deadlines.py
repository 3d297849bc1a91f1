"""Carrying a changed closing, what a batch is granted, or who is in it, over to running attempts.

See `sitting.spreading`.
"""

from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import exams
from smartexam.jobs.running import Outcome, OutOfTime, Work
from smartexam.sitting import deadlines, spreading

_ENOUGH_SECONDS = 10.0


def carry_over(work: Work) -> Outcome:
    """Give the running attempts at an exam, or of students whose batches changed, the deadlines that hold now."""
    if "user_ids" in work.job.request:
        request, time = work.job.request, ExamTime.at(work.clock.now())
        spreading.carry_over_members(request["batch_ids"], request["user_ids"], time)
        return Outcome(b"{}", "The attempts have their deadlines")
    exam = exams.get_exam(int(work.job.request["exam_id"]))

    def may_go_on() -> bool:
        work.report(-1, "Looking at the attempts")
        return work.remaining() > _ENOUGH_SECONDS

    if exam is not None and not deadlines.refresh_all(exam, ExamTime.at(work.clock.now()), may_go_on):
        raise OutOfTime
    return Outcome(b"{}", "The attempts have their deadlines")
