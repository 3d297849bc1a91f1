"""The running attempt: its paper, its saved draft, and the way to its next section."""

import msgspec

from exams import recent
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.layout import Layout, layout_of
from smartexam.catalog.paper import ExamPaper
from smartexam.catalog.store import papers
from smartexam.catalog.store.exams import find_exam
from smartexam.platform.errors import AppError, BadRequest, Conflict, Unavailable
from smartexam.sitting import answers, ending, sections
from smartexam.sitting.deadlines import still_running
from smartexam.sitting.store import attempts
from smartexam.sitting.store.sitting_items import OPEN, Sitting, SittingRefused

_TRIES = 4


class Draft(msgspec.Struct, frozen=True):
    """A student's saved state, in the shapes of the API."""

    answers: dict[str, str | list[str]]
    marked: list[int]
    visited: list[int]
    seconds: dict[str, int]


class OpenPaper(msgspec.Struct, frozen=True):
    """The paper of a running attempt, its layout, and its saved draft."""

    sitting: Sitting
    paper: ExamPaper
    layout: Layout
    draft: Draft


def open_paper(user_id: int, exam_id: int, time: ExamTime) -> OpenPaper:
    """The paper of the running attempt and its saved draft.

    Raises:
        NotFound: no such exam.
        BadRequest: no attempt is running.
    """
    sitting, paper = _running(user_id, exam_id, time, BadRequest)
    return OpenPaper(sitting, paper, layout_of(paper, sitting.seed), draft_of(paper, sitting))


def next_section(user_id: int, exam_id: int, left: int | None, time: ExamTime) -> tuple[Sitting, ExamPaper]:
    """Leave the open timed section for the next; its remaining time is lost.

    Args:
        left: the id of the section to leave, None for whichever is open.

    Raises:
        NotFound: no such exam.
        BadRequest: `not_that_section`, the open one is the last, or another than `left`; no attempt is running.
        Unavailable: the attempt kept changing.
    """
    for _ in range(_TRIES):
        sitting, paper = _running(user_id, exam_id, time, BadRequest)
        place = sections.current(paper, sitting, time.now) if paper.is_timed else None
        is_last = place is None or place.index == len(paper.sections) - 1
        if place is None or is_last or left not in {None, paper.sections[place.index].id}:
            raise BadRequest("This section cannot be left for the next one", code="not_that_section")
        following, deadline = sections.after(paper, place, time.now, sitting.deadline)
        try:
            return attempts.enter_section(sitting, following.index, following.begun, following.ends, deadline), paper
        except SittingRefused:
            continue
    raise Unavailable


def _running(
    user_id: int, exam_id: int, time: ExamTime, when_over: type[BadRequest] | type[Conflict]
) -> tuple[Sitting, ExamPaper]:
    sitting = require_running(user_id, exam_id, attempts.get_sitting(user_id, exam_id), time, when_over)
    recent.versions.saw(exam_id, sitting.paper_version)
    recent.sittings.saw(sitting)
    return sitting, papers.load_paper(exam_id, sitting.paper_version)


def require_running(
    user_id: int, exam_id: int, sitting: Sitting | None, time: ExamTime, when_over: type[BadRequest] | type[Conflict]
) -> Sitting:
    """The sitting if its attempt accepts answers; an attempt that is due is ended.

    Args:
        sitting: as it was read; None if there is none.
        when_over: the error for an attempt whose time is over.

    Raises:
        NotFound: no such exam.
        BadRequest: no attempt is running.
        Unavailable: the attempt kept changing.
    """
    for _ in range(_TRIES):
        if sitting is None or not sitting.is_running:
            find_exam(exam_id, reader=user_id)
            raise _over(when_over) if sitting is not None and sitting.ended_by_time else no_attempt()
        running = still_running(sitting, time)
        if running is not None:
            return running
        if ending.end_if_due(sitting, time):
            raise _over(when_over) if sitting.ended_by_time or sitting.status == OPEN else no_attempt()
        # More time was granted between the two looks at the deadline.
        sitting = attempts.get_sitting(user_id, exam_id)
    raise Unavailable


def _over(when_over: type[BadRequest] | type[Conflict]) -> AppError:
    return when_over("The time of this exam is over", code="exam_time_over")


def no_attempt() -> BadRequest:
    """The error for a request that needs an attempt in progress."""
    return BadRequest("No attempt in progress", code="no_attempt")


def draft_of(paper: ExamPaper, sitting: Sitting) -> Draft:
    """What a sitting has saved, without answers to questions that its attempt did not get."""
    count = len(paper)
    drawn = layout_of(paper, sitting.seed).drawn
    given = answers.decode(sitting.answers, count, sitting.changes)
    seconds = answers.decode_seconds(sitting.seconds, count)
    return Draft(
        answers.to_client(paper, [text if at in drawn else "" for at, text in enumerate(given)]),
        answers.marked_to_client(paper, answers.decode_marked(sitting.marked, count)),
        answers.marked_to_client(paper, answers.decode_marked(sitting.visited, count)),
        {str(paper.questions[at].id): each for at, each in enumerate(seconds) if each},
    )
