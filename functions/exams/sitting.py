"""Sitting an exam: start, paper, saving answers, submission."""

import msgspec
from msgspec import UNSET

from exams.models import SyncBody
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.paper import ExamPaper
from smartexam.catalog.store import papers
from smartexam.catalog.store.exams import find_exam
from smartexam.platform import ids
from smartexam.platform.errors import AppError, BadRequest, Conflict, NotFound, Unavailable
from smartexam.sitting import answers, ending
from smartexam.sitting.answers import Rejected
from smartexam.sitting.store import attempts, drafts, results
from smartexam.sitting.store.attempts import CLOSED, IDLE, OPEN, Sitting, SittingRefused

_TRIES = 4
_MOST_GUESSES = 1000
MOST_ANSWERS = 500


class Draft(msgspec.Struct, frozen=True):
    """A student's saved state, in the shapes of the API."""

    answers: dict[str, str | list[str]]
    marked: list[int]


class Sync(msgspec.Struct, frozen=True):
    """What one sync writes.

    Attributes:
        saved: how many answers were accepted.
        rejected: the other answers and marks.
        whole: the whole draft, as its text; or
        changes: changed answers by position.
        marked: marks for review, replacing the stored ones.
    """

    saved: int
    rejected: list[Rejected]
    whole: str | None
    changes: dict[str, str] | None
    marked: str | None


class PaperVersions:
    """The paper version of each exam that this process saw last, which its attempts most likely have.

    Saving answers must not read first, but reading answers needs their paper. The write's condition checks the guess,
    which is wrong only while attempts from before and after an edit run at the same time.
    """

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}

    def guess(self, exam_id: int) -> int | None:
        """The version last seen, None if none was."""
        return self._seen.get(exam_id)

    def saw(self, exam_id: int, version: int) -> None:
        """Remember a version."""
        if len(self._seen) >= _MOST_GUESSES:
            self._seen.clear()
        self._seen[exam_id] = version


_versions = PaperVersions()


def start(user_id: int, exam_id: int, time: ExamTime) -> tuple[Sitting, bool]:
    """Start an attempt or resume the running one.

    Returns:
        The sitting, and whether it was resumed.

    Raises:
        NotFound: no such exam, or one without questions.
        BadRequest: the exam is not open, or no attempt is left.
    """
    exam = find_exam(exam_id, reader=user_id)
    try:
        if exam.is_open(time):
            # The exam may just have been edited: the attempt's duration and limit must belong to the paper it gets.
            exam = papers.ready(exam)
    except NotFound as nothing_to_sit:
        if nothing_to_sit.code != "exam_without_questions":
            raise
        # Students who started before the questions were deleted continue with their paper.
        return _running_or(user_id, exam_id, time, nothing_to_sit), True
    if not exam.is_open(time):
        return _running_or(user_id, exam_id, time, _not_open(exam)), True
    attempt_id = ids.next_id("attempt")
    for _ in range(_TRIES):
        try:
            sitting = attempts.start_attempt(
                user_id,
                exam_id,
                attempt_id=attempt_id,
                paper_version=exam.content_version,
                now=time.now,
                deadline=time.now + exam.duration * 60,
                max_attempts=exam.max_attempts,
            )
        except SittingRefused as refused:
            stored = refused.sitting
            if stored is None or stored.status == IDLE:
                allowed = exam.max_attempts + (stored.allowance if stored else 0)
                raise BadRequest(f"Max attempts ({allowed}) reached", code="max_attempts_reached") from None
            if stored.is_in_progress(time):
                _versions.saw(exam_id, stored.paper_version)
                return stored, True
            ending.end_if_due(stored, time)
        else:
            _versions.saw(exam_id, exam.content_version)
            return sitting, False
    raise Unavailable


def open_paper(user_id: int, exam_id: int, time: ExamTime) -> tuple[Sitting, ExamPaper, Draft]:
    """The paper of the running attempt, and what is saved.

    Raises:
        NotFound: no such exam.
        BadRequest: no attempt is running.
    """
    sitting = attempts.get_sitting(user_id, exam_id)
    if sitting is None or not sitting.is_in_progress(time):
        find_exam(exam_id, reader=user_id)
        raise _ended(sitting, time, BadRequest)
    _versions.saw(exam_id, sitting.paper_version)
    paper = papers.load_paper(exam_id, sitting.paper_version)
    return sitting, paper, _draft(paper, sitting)


def sync(user_id: int, exam_id: int, body: SyncBody, time: ExamTime) -> tuple[Sitting, Sync]:
    """Save answers and marks for review; rejected ones are left out, and what was saved for their questions stays.

    Returns:
        The sitting after the save, and what was accepted.

    Raises:
        BadRequest: no attempt is running, there is nothing to save, or too much.
        Conflict: `exam_time_over`, or `stale_revision` with the server's state.
    """
    if body.answers is UNSET and body.markedForReview is UNSET:
        raise BadRequest("answers or markedForReview required", code="nothing_to_save")
    if body.answers is not UNSET and len(body.answers) > MOST_ANSWERS:
        raise BadRequest(f"A sync takes at most {MOST_ANSWERS} answers", code="too_many_answers")
    guess = _versions.guess(exam_id)
    version = _stored_version(user_id, exam_id, time) if guess is None else guess
    in_grace = False
    for _ in range(_TRIES):
        try:
            paper = papers.load_paper(exam_id, version)
        except NotFound:
            stored = _stored_version(user_id, exam_id, time)
            if stored == version:
                raise
            version = stored
            continue
        read = _read(paper, body, in_grace=in_grace)
        try:
            sitting = drafts.save_draft(
                user_id,
                exam_id,
                paper_version=version,
                open_after=time.earliest_deadline if in_grace else time.now,
                revision=body.revision,
                answers=read.whole,
                changes=read.changes,
                marked=read.marked,
            )
        except SittingRefused as refused:
            if refused.sitting is None:
                find_exam(exam_id, reader=user_id)
            version = _version_after(refused.sitting, version, body.revision, time)
            in_grace = refused.sitting is not None and refused.sitting.deadline < time.now
        else:
            _versions.saw(exam_id, version)
            return sitting, read
    raise Unavailable


def submit(user_id: int, exam_id: int, time: ExamTime) -> tuple[Exam, int, int]:
    """End the running attempt and grade it; for an ended attempt, return its result again.

    Returns:
        The exam, when the attempt ended in epoch seconds, and its result's id.

    Raises:
        NotFound: no such exam.
        BadRequest: there is no attempt.
    """
    try:
        sitting = attempts.close_attempt(user_id, exam_id, attempt_id=None, time=time)
    except SittingRefused as refused:
        if refused.sitting is None:
            find_exam(exam_id, reader=user_id)
            raise _no_attempt() from None
        sitting = refused.sitting
    result_id = ending.grade_closed(sitting) if sitting.status == CLOSED else sitting.last_result_id
    exam = find_exam(exam_id, reader=user_id)
    if result_id is None:
        raise _no_attempt()
    if sitting.status != OPEN:
        return exam, sitting.completed_at, result_id
    # The attempt's time was over, and between our two writes another request ended it and started the next one.
    result = results.get_result(user_id, exam_id, result_id)
    if result is None:
        raise _no_attempt()
    return exam, result.completed_at, result_id


def _stored_version(user_id: int, exam_id: int, time: ExamTime) -> int:
    sitting = attempts.get_sitting(user_id, exam_id)
    if sitting is None:
        find_exam(exam_id, reader=user_id)
    if sitting is None or not sitting.is_in_progress(time):
        raise _ended(sitting, time, Conflict)
    return sitting.paper_version


def _read(paper: ExamPaper, body: SyncBody, *, in_grace: bool) -> Sync:
    """What a sync writes.

    After the deadline answers are added and changed but never removed, because a request that was on its way when the
    time ran out may contain an older or an empty state.
    """
    rejected: list[Rejected] = []
    whole = changes = marked = None
    saved = 0
    if body.answers is not UNSET:
        given, rejected = answers.read_answers(paper, body.answers)
        if in_grace:
            given = {position: text for position, text in given.items() if text}
        saved = len(given)
        kept = {paper.positions[each.question_id] for each in rejected if each.question_id in paper.positions}
        if body.partial or in_grace:
            changes = answers.as_changes(given)
        elif kept:
            # The write reads nothing, so it cannot repeat the answers to keep; it names all others.
            changes = answers.as_changes({at: given.get(at, "") for at in range(len(paper)) if at not in kept})
        else:
            whole = answers.encode_sparse(given, len(paper))
    if body.markedForReview is not UNSET:
        positions, unknown = answers.read_marked(paper, body.markedForReview)
        marked = answers.encode_marked(positions)
        rejected = [*rejected, *unknown]
    return Sync(saved, rejected, whole, changes, marked)


def _version_after(sitting: Sitting | None, tried: int, revision: int | None, time: ExamTime) -> int:
    """The version to try next after a refused write; raises the error for the client if there is none."""
    if sitting is None or not sitting.is_in_progress(time):
        raise _ended(sitting, time, Conflict)
    if sitting.paper_version != tried or revision in {None, sitting.revision}:
        return sitting.paper_version  # another version, or only the deadline passed
    draft = _draft(papers.load_paper(sitting.exam_id, sitting.paper_version), sitting)
    raise Conflict(
        "Newer answers were saved meanwhile",
        code="stale_revision",
        revision=sitting.revision,
        answers=draft.answers,
        markedForReview=draft.marked,
        remaining_seconds=sitting.remaining_seconds(time.now),
    )


def _running_or(user_id: int, exam_id: int, time: ExamTime, otherwise: AppError) -> Sitting:
    """The running attempt of an exam that cannot be started; raises `otherwise` if there is none."""
    sitting = ending.current_sitting(user_id, exam_id, time)
    if sitting is None or sitting.status != OPEN:
        raise otherwise
    return sitting


def _not_open(exam: Exam) -> BadRequest:
    if exam.status == "completed":
        return BadRequest("This exam has ended", code="exam_ended")
    return BadRequest("This exam has not started yet", code="exam_not_started")


def _ended(sitting: Sitting | None, time: ExamTime, when_over: type[BadRequest] | type[Conflict]) -> AppError:
    """The error for a request without an attempt in progress; ends an attempt that is due."""
    if sitting is not None and sitting.is_running:
        over = sitting.ended_by_time or sitting.status == OPEN
        ending.end_if_due(sitting, time)
    else:
        over = sitting is not None and sitting.ended_by_time
    return when_over("The time of this exam is over", code="exam_time_over") if over else _no_attempt()


def _no_attempt() -> BadRequest:
    return BadRequest("No attempt in progress", code="no_attempt")


def _draft(paper: ExamPaper, sitting: Sitting) -> Draft:
    given = answers.decode(sitting.answers, len(paper), sitting.changes)
    marked = answers.decode_marked(sitting.marked, len(paper))
    return Draft(answers.to_client(paper, given), answers.marked_to_client(paper, marked))
