"""Starts an attempt, or resumes the running one."""

import secrets
from collections.abc import Collection

from exams import access_codes, recent
from exams.audience import require_enrolled
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.grants import Grants, Window, window
from smartexam.catalog.store import overrides, papers
from smartexam.platform import ids
from smartexam.platform.errors import AppError, BadRequest, Unavailable
from smartexam.sitting import ending, sections
from smartexam.sitting.deadlines import still_running
from smartexam.sitting.store import attempts
from smartexam.sitting.store.sitting_items import IDLE, OPEN, Sitting, SittingRefused

_TRIES = 4
_SEED_BYTES = 16
_SERVER_ERRORS = 500


def start(
    user_id: int,
    exam_id: int,
    time: ExamTime,
    access_code: str | None = None,
    *,
    barred: AppError | None = None,
) -> tuple[Sitting, bool]:
    """Open an attempt or resume the running one.

    `barred` says why the student may begin none, whatever the exam's rules.

    Returns:
        The sitting, and whether it was resumed.

    Raises:
        NotFound: no such exam, or one without questions.
        Forbidden: the student is not in the audience, or the access code is missing or wrong.
        BadRequest: the exam is not open, or no attempt is left.
        RateLimited: too many wrong access codes.
    """
    exam, granted, batch_ids = overrides.find(exam_id, user_id)
    try:
        rules = _admission(exam, granted, batch_ids, time, barred)
        if exam.access_code:
            access_codes.check(user_id, exam, access_code, time.now)
        # The exam may have been edited: an attempt needs the duration and attempt limit of the exam whose paper it
        # gets.
        ready = papers.ready(exam)
        if ready.edit_version != exam.edit_version or ready.grants_version != exam.grants_version:
            exam, granted, batch_ids = overrides.find(exam_id, user_id)
            rules = _admission(exam, granted, batch_ids, time, barred)
        exam = ready
    except AppError as refusal:
        if refusal.status >= _SERVER_ERRORS or refusal.code == "exam_not_found":
            raise
        # Students who started earlier continue with their paper.
        return _running_or(user_id, exam_id, time, refusal), True
    attempt_id = ids.next_id("attempt")
    timed = exam.structure.is_timed
    deadline = rules.deadline(int(time.now), rules.seconds)
    paper = papers.load_paper(exam_id, exam.content_version) if timed else None
    section_ends = None if paper is None else sections.entered(paper, 0, int(time.now), deadline).ends
    for _ in range(_TRIES):
        try:
            sitting = attempts.start_attempt(
                user_id,
                exam_id,
                attempt_id=attempt_id,
                paper_version=exam.content_version,
                now=time.now,
                deadline=deadline,
                lasts=exam.duration * 60,
                grants_version=exam.grants_version,
                max_attempts=rules.max_attempts,
                seed=secrets.token_urlsafe(_SEED_BYTES) if exam.structure.needs_seed else "",
                section_ends=section_ends,
            )
        except SittingRefused as refused:
            stored = refused.sitting
            if stored is None or stored.status == IDLE:
                allowed = rules.max_attempts + (stored.allowance if stored else 0)
                raise BadRequest(f"Max attempts ({allowed}) reached", code="max_attempts_reached") from None
            running = still_running(stored, time)
            if running is not None:
                recent.versions.saw(exam_id, running.paper_version)
                return running, True
            ending.end_if_due(stored, time)
        else:
            recent.versions.saw(exam_id, exam.content_version)
            return sitting, False
    raise Unavailable


def _admission(
    exam: Exam, granted: Grants, batch_ids: Collection[int], time: ExamTime, barred: AppError | None
) -> Window:
    """The rules by which a student may start now.

    Raises:
        AppError: `barred`.
        Forbidden: the student is not in the audience.
        BadRequest: the exam is not open.
    """
    if barred is not None:
        raise barred
    require_enrolled(exam, batch_ids)
    rules = window(exam, granted, time.timezone)
    state = rules.state(time.now)
    if state == "completed":
        raise BadRequest("This exam has ended", code="exam_ended")
    if state == "upcoming":
        raise BadRequest("This exam has not started yet", code="exam_not_started")
    return rules


def _running_or(user_id: int, exam_id: int, time: ExamTime, otherwise: AppError) -> Sitting:
    """The running attempt of an exam that cannot be started; raises `otherwise` if there is none."""
    sitting = ending.current_sitting(user_id, exam_id, time)
    if sitting is None or sitting.status != OPEN:
        raise otherwise
    return sitting
