"""Sitting an exam: start, paper, saving answers, submission."""

import secrets
from collections import OrderedDict
from collections.abc import Collection

import msgspec
from msgspec import UNSET

from exams import access_codes
from exams.audience import require_enrolled
from exams.models import SyncBody
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.grants import Grants, Window, window
from smartexam.catalog.layout import Layout, layout_of
from smartexam.catalog.paper import ExamPaper
from smartexam.catalog.store import overrides, papers
from smartexam.catalog.store.exams import find_exam
from smartexam.platform import ids
from smartexam.platform.errors import AppError, BadRequest, Conflict, NotFound, Unavailable
from smartexam.sitting import answers, ending, sections
from smartexam.sitting.answers import Rejected
from smartexam.sitting.deadlines import still_running
from smartexam.sitting.merging import Given, merge, needs_state
from smartexam.sitting.store import attempts, drafts, results
from smartexam.sitting.store.attempts import CLOSED, IDLE, OPEN, Sitting, SittingRefused

_TRIES = 4
# Two devices of one student may save at the same time, but not hundreds.
_MERGES = 8
_MOST_GUESSES = 1000
_MOST_SITTINGS = 2000
_SEED_BYTES = 16
_SERVER_ERRORS = 500
MOST_ANSWERS = 500


class Draft(msgspec.Struct, frozen=True):
    """A student's saved state, in the shapes of the API."""

    answers: dict[str, str | list[str]]
    marked: list[int]
    visited: list[int]
    seconds: dict[str, int]


class Saved(msgspec.Struct, frozen=True):
    """The result of a sync: the saved sitting, the number of accepted answers, and the rejected ones."""

    sitting: Sitting
    saved: int
    rejected: list[Rejected]


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


class LatestSittings:
    """Sittings that this process saved last.

    In a closed or full section the result of a sync depends on the saved state. If this process did the last sync of
    the attempt, it knows that state, and the write's condition checks it; otherwise the refused write returns the
    current sitting.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[int, int], Sitting] = OrderedDict()

    def get(self, user_id: int, exam_id: int) -> Sitting | None:
        """The last known sitting, None if this process does not know it."""
        return self._seen.get((user_id, exam_id))

    def clear(self) -> None:
        """Forget them all."""
        self._seen.clear()

    def saw(self, sitting: Sitting) -> None:
        """Remember a sitting."""
        key = sitting.user_id, sitting.exam_id
        self._seen[key] = sitting
        self._seen.move_to_end(key)
        if len(self._seen) > _MOST_SITTINGS:
            self._seen.popitem(last=False)


_versions = PaperVersions()
latest_sittings = LatestSittings()


def start(user_id: int, exam_id: int, time: ExamTime, access_code: str | None = None) -> tuple[Sitting, bool]:
    """Open an attempt or resume the running one.

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
        rules = _admission(exam, granted, batch_ids, time)
        if exam.access_code:
            access_codes.check(user_id, exam, access_code, time.now)
        # The exam may have been edited: an attempt needs the duration and attempt limit of the exam whose paper it
        # gets.
        ready = papers.ready(exam)
        if ready.edit_version != exam.edit_version or ready.grants_version != exam.grants_version:
            exam, granted, batch_ids = overrides.find(exam_id, user_id)
            rules = _admission(exam, granted, batch_ids, time)
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
                _versions.saw(exam_id, running.paper_version)
                return running, True
            ending.end_if_due(stored, time)
        else:
            _versions.saw(exam_id, exam.content_version)
            return sitting, False
    raise Unavailable


def _admission(exam: Exam, granted: Grants, batch_ids: Collection[int], time: ExamTime) -> Window:
    """The rules by which a student may start now.

    Raises:
        Forbidden: the student is not in the audience.
        BadRequest: the exam is not open.
    """
    require_enrolled(exam, batch_ids)
    rules = window(exam, granted, time.timezone)
    state = rules.state(time.now)
    if state == "completed":
        raise BadRequest("This exam has ended", code="exam_ended")
    if state == "upcoming":
        raise BadRequest("This exam has not started yet", code="exam_not_started")
    return rules


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
    return OpenPaper(sitting, paper, layout_of(paper, sitting.seed), _draft(paper, sitting))


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


def sync(user_id: int, exam_id: int, body: SyncBody, time: ExamTime) -> Saved:
    """Save answers and marks for review; invalid ones are left out and keep their saved values.

    Raises:
        BadRequest: no attempt is running, there is nothing to save, or too much.
        Conflict: `exam_time_over`, or `stale_revision` with the server's state.
    """
    if all(part is UNSET for part in (body.answers, body.markedForReview, body.visited, body.seconds)):
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
        given = _read(paper, body, in_grace=in_grace)
        if needs_state(paper, given):
            return _merge(user_id, exam_id, body, time)
        try:
            sitting = _save(user_id, exam_id, paper, given, body.revision, time, in_grace=in_grace)
        except SittingRefused as refused:
            if refused.sitting is None:
                find_exam(exam_id, reader=user_id)
            version = _version_after(refused.sitting, version, body.revision, time)
            in_grace = refused.sitting is not None and refused.sitting.deadline < time.now
        else:
            _versions.saw(exam_id, version)
            return Saved(sitting, 0 if given.answers is None else len(given.answers), given.rejected)
    raise Unavailable


def _save(
    user_id: int,
    exam_id: int,
    paper: ExamPaper,
    given: Given,
    revision: int | None,
    time: ExamTime,
    *,
    in_grace: bool,
) -> Sitting:
    """Save a sync that does not depend on the saved state: one write without a read."""
    whole = changes = None
    if given.answers is not None and not given.replaces:
        changes = answers.as_changes(given.answers)
    elif given.answers is not None and given.kept:
        # The write does not read the saved answers, so it must name every other answer.
        named = {at: given.answers.get(at, "") for at in range(len(paper)) if at not in given.kept}
        changes = answers.as_changes(named)
    elif given.answers is not None:
        whole = answers.encode_sparse(given.answers, len(paper))
    return drafts.save_draft(
        user_id,
        exam_id,
        paper_version=paper.version,
        open_after=time.earliest_deadline if in_grace else time.now,
        revision=revision,
        answers=whole,
        changes=changes,
        marked=None if given.marked is None else answers.encode_marked(given.marked),
    )


def _merge(user_id: int, exam_id: int, body: SyncBody, time: ExamTime) -> Saved:
    """Save a sync that depends on the saved state: one write of the whole new state, conditional on the old one."""
    sitting = latest_sittings.get(user_id, exam_id)
    if sitting is None or body.revision not in {None, sitting.revision}:
        sitting = attempts.get_sitting(user_id, exam_id)
    for _ in range(_MERGES):
        if sitting is None or not sitting.is_in_progress(time):
            sitting = attempts.get_sitting(user_id, exam_id)  # this process may have old state
        if sitting is None:
            find_exam(exam_id, reader=user_id)
        running = None if sitting is None else still_running(sitting, time)
        if running is None:
            raise _ended(sitting, time, Conflict)
        sitting = running
        if body.revision not in {None, sitting.revision}:
            raise _stale(sitting, time)
        paper = papers.load_paper(exam_id, sitting.paper_version)
        in_grace = sitting.deadline < time.now
        merged = merge(paper, sitting, _read(paper, body, in_grace=in_grace), time.now)
        fields = {name: getattr(merged, name) for name in ("answers", "marked", "visited", "seconds")}
        if merged.place is not None:
            place = merged.place
            fields |= {"section": place.index, "section_from": place.begun, "section_ends": place.ends}
        try:
            saved = drafts.replace_draft(sitting, fields, open_after=time.earliest_deadline)
        except SittingRefused as refused:
            sitting = refused.sitting
            continue
        _versions.saw(exam_id, saved.paper_version)
        latest_sittings.saw(saved)
        return Saved(saved, merged.saved, merged.rejected)
    raise Unavailable


def _running(
    user_id: int, exam_id: int, time: ExamTime, when_over: type[BadRequest] | type[Conflict]
) -> tuple[Sitting, ExamPaper]:
    stored = attempts.get_sitting(user_id, exam_id)
    sitting = None if stored is None else still_running(stored, time)
    if sitting is None:
        find_exam(exam_id, reader=user_id)
        raise _ended(stored, time, when_over)
    _versions.saw(exam_id, sitting.paper_version)
    latest_sittings.saw(sitting)
    return sitting, papers.load_paper(exam_id, sitting.paper_version)


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
    running = None if sitting is None else still_running(sitting, time)
    if running is None:
        raise _ended(sitting, time, Conflict)
    sitting = running
    return sitting.paper_version


def _read(paper: ExamPaper, body: SyncBody, *, in_grace: bool) -> Given:
    """A sync, checked against the paper.

    After the deadline answers are added and changed but never removed, because a delayed request may contain an older
    or an empty state.
    """
    rejected: list[Rejected] = []
    given = marked = None
    kept: frozenset[int] = frozenset()
    if body.answers is not UNSET:
        given, rejected = answers.read_answers(paper, body.answers)
        if in_grace:
            given = {position: text for position, text in given.items() if text}
        kept = frozenset(paper.positions[each.question_id] for each in rejected if each.question_id in paper.positions)
    if body.markedForReview is not UNSET:
        marked, unknown = answers.read_marked(paper, body.markedForReview)
        rejected = [*rejected, *unknown]
    return Given(
        given,
        rejected,
        kept,
        replaces=not (body.partial or in_grace),
        marked=marked,
        visited=None if body.visited is UNSET else body.visited,
        seconds=None if body.seconds is UNSET else body.seconds,
    )


def _version_after(sitting: Sitting | None, tried: int, revision: int | None, time: ExamTime) -> int:
    """The version to try next after a refused write; raises the error for the client if there is none."""
    running = None if sitting is None else still_running(sitting, time)
    if running is None:
        raise _ended(sitting, time, Conflict)
    sitting = running
    if sitting.paper_version != tried or revision in {None, sitting.revision}:
        return sitting.paper_version  # another version, or only the deadline passed
    raise _stale(sitting, time)


def _stale(sitting: Sitting, time: ExamTime) -> Conflict:
    draft = _draft(papers.load_paper(sitting.exam_id, sitting.paper_version), sitting)
    return Conflict(
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
