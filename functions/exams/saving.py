"""Saves answers and marks of a running attempt."""

import msgspec
from msgspec import UNSET

from exams import recent
from exams.models import SyncBody
from exams.running import draft_of, require_running
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.paper import ExamPaper
from smartexam.catalog.store import papers
from smartexam.platform.errors import BadRequest, Conflict, NotFound, Unavailable
from smartexam.sitting import answers
from smartexam.sitting.answers import Rejected
from smartexam.sitting.merging import Given, merge, needs_state
from smartexam.sitting.store import attempts, drafts
from smartexam.sitting.store.sitting_items import Sitting, SittingRefused

_TRIES = 4
# Two devices of one student may save at the same time, but not hundreds.
_MERGES = 8
MOST_ANSWERS = 500


class Saved(msgspec.Struct, frozen=True):
    """The result of a sync: the saved sitting, the number of accepted answers, and the rejected ones."""

    sitting: Sitting
    saved: int
    rejected: list[Rejected]


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
    guess = recent.versions.guess(exam_id)
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
        if needs_state(paper) or body.visited is not UNSET or body.seconds is not UNSET:
            return _merge(user_id, exam_id, body, time)
        given = _read(paper, body, in_grace=in_grace)
        try:
            sitting = _save(user_id, exam_id, paper, given, body.revision, time, in_grace=in_grace)
        except SittingRefused as refused:
            running = require_running(user_id, exam_id, refused.sitting, time, Conflict)
            # Without another version or revision only the deadline has passed.
            if running.paper_version == version and body.revision not in {None, running.revision}:
                raise _stale(running, time) from None
            version, in_grace = running.paper_version, running.deadline < time.now
        else:
            recent.versions.saw(exam_id, version)
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
    sitting = recent.sittings.get(user_id, exam_id)
    if sitting is None or body.revision not in {None, sitting.revision}:
        sitting = attempts.get_sitting(user_id, exam_id)
    for _ in range(_MERGES):
        if sitting is None or sitting.deadline < time.now:
            sitting = attempts.get_sitting(user_id, exam_id)  # this process may have old state
        sitting = require_running(user_id, exam_id, sitting, time, Conflict)
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
        recent.versions.saw(exam_id, saved.paper_version)
        recent.sittings.saw(saved)
        return Saved(saved, merged.saved, merged.rejected)
    raise Unavailable


def _stored_version(user_id: int, exam_id: int, time: ExamTime) -> int:
    sitting = attempts.get_sitting(user_id, exam_id)
    return require_running(user_id, exam_id, sitting, time, Conflict).paper_version


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


def _stale(sitting: Sitting, time: ExamTime) -> Conflict:
    draft = draft_of(papers.load_paper(sitting.exam_id, sitting.paper_version), sitting)
    return Conflict(
        "Newer answers were saved meanwhile",
        code="stale_revision",
        revision=sitting.revision,
        answers=draft.answers,
        markedForReview=draft.marked,
        remaining_seconds=sitting.remaining_seconds(time.now),
    )
