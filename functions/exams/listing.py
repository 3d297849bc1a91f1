"""Exams and categories in the shapes that students see."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec import structs

from exams.audience import require_enrolled
from exams.models import AttemptCounts, CategoryView, ExamDetail, ExamSummary
from smartexam.accounts.store import batches, enrolments
from smartexam.accounts.store.batches import ListedExam
from smartexam.catalog import exam as exam_rules
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.grants import Grants, Window, opening, window
from smartexam.catalog.images import image_url
from smartexam.catalog.marks import display
from smartexam.catalog.store import categories, exams, listings, overrides, papers
from smartexam.catalog.store.listings import Piece, Reader, Wanted
from smartexam.platform.parallel import in_parallel
from smartexam.platform.times import iso
from smartexam.sitting.store.sitting_items import Sitting


class _Lists(msgspec.Struct):
    """What was read of a student's exams.

    Attributes:
        granted: by exam.
        own: wanted exams that are for the student's batches, or were read `apart`.
        apart: exams of which only the card says whether they are wanted; `unread` until it is read.
        pieces: of the exams for everyone.
    """

    granted: dict[int, Grants]
    own: list[ListedExam]
    apart: frozenset[int]
    unread: frozenset[int]
    pieces: list[Piece]


def list_exams(wanted: Wanted, user_id: int, time: ExamTime) -> tuple[list[ExamSummary], str | None]:
    """A page of exams that are for a student, the latest date first, and the place to continue after.

    Three round trips: the student's batches, then all lists and grants at once, then cards. More only if rows turn out
    to be of no use, which happens while exams change and in searches through thousands of names.
    """
    batch_ids = enrolments.batch_ids_of(user_id)
    readers = listings.readers(wanted, time)
    lists = _read_lists(user_id, batch_ids, readers, wanted, time)
    found: dict[int, tuple[str, ExamSummary]] = {}
    after = wanted.after
    while True:
        needed = wanted.limit + 1 - len(found)
        rows, floor, cards = _read_cards(lists, after, needed, user_id, wanted, time)
        for row in rows[:needed]:
            exam = cards.get(row.exam_id)
            if exam is None or not exam.admits(batch_ids):
                continue
            shown = summary(exam, window(exam, lists.granted.get(exam.id, Grants()), time.timezone), time)
            if wanted.status in {None, shown.status}:
                found.setdefault(exam.id, (row.place, shown))
        if len(found) > wanted.limit or (floor is None and len(rows) <= needed):
            break
        after = rows[needed - 1].place if len(rows) > needed else floor
        lists.pieces = in_parallel(partial(_read_piece, after), readers, most=len(readers))
    page = list(found.values())[: wanted.limit]
    return [exam for _, exam in page], page[-1][0] if len(found) > wanted.limit else None


def _read_lists(
    user_id: int, batch_ids: Sequence[int], readers: Sequence[Reader], wanted: Wanted, time: ExamTime
) -> _Lists:
    """All lists that a page may be made of, and the student's grants: one round trip."""
    reads: list[Callable[[], Any]] = [lambda: overrides.of_student(user_id, batch_ids)]
    reads += [partial(batches.exams_of, batch_id) for batch_id in batch_ids]
    reads += [partial(read, wanted.after) for read in readers]
    granted, *read = in_parallel(lambda each: each(), reads, most=len(reads))
    of_batches: dict[int, ListedExam] = {row.exam_id: row for rows in read[: len(batch_ids)] for row in rows}
    apart = {exam_id for exam_id, row in of_batches.items() if not row.place}
    if wanted.status is not None:
        apart |= {exam_id for exam_id, each in granted.items() if each.change_times} - of_batches.keys()
    own = [row for row in of_batches.values() if row.place and _is_wanted(row, granted, wanted, time)]
    return _Lists(granted, own, frozenset(apart), frozenset(apart), read[len(batch_ids) :])


def _read_piece(after: str | None, read: Reader) -> Piece:
    return read(after)


def _read_cards(
    lists: _Lists, after: str | None, needed: int, user_id: int, wanted: Wanted, time: ExamTime
) -> tuple[list[ListedExam], str | None, dict[int, Exam]]:
    """The rows after a place, down to which place they are complete, and the cards of the first ones."""
    rows, floor = _merged(lists, after)
    cards = exams.get_exams([*{row.exam_id for row in rows[:needed]} | lists.unread], reader=user_id)
    if not lists.unread:
        return rows, floor, cards
    # Some more rows may come before those whose cards were read, but only of exams whose cards were read too.
    known = [listings.listed(cards[exam_id]) for exam_id in lists.unread & cards.keys()]
    lists.own += [row for row in known if _is_wanted(row, lists.granted, wanted, time)]
    lists.unread = frozenset()
    return *_merged(lists, after), cards


def _merged(lists: _Lists, after: str | None) -> tuple[list[ListedExam], str | None]:
    """The rows after a place, the latest date first, and down to which place they are complete (None: to the end)."""
    floors = [piece.floor for piece in lists.pieces if piece.floor is not None]
    floor = max(floors) if floors else None
    known = {row.exam_id: row for piece in lists.pieces for row in piece.rows if row.exam_id not in lists.apart}
    known |= {row.exam_id: row for row in lists.own if after is None or row.place < after}
    rows = [row for row in known.values() if floor is None or row.place >= floor]
    return sorted(rows, key=lambda row: row.place, reverse=True), floor


def _is_wanted(exam: ListedExam, granted: Mapping[int, Grants], wanted: Wanted, time: ExamTime) -> bool:
    opens_at = exam_rules.opens_at(exam.place, time.timezone)
    times = opening(exam.status, opens_at, exam.closes_at, granted.get(exam.exam_id, Grants()))
    return (
        wanted.status in {None, times.state(time.now)}
        and wanted.category_id in {None, exam.category_id}
        and wanted.name.casefold() in exam.name
    )


def list_categories() -> list[CategoryView]:
    """All categories."""
    return [CategoryView(each.id, each.name, image_url(each.image_path)) for each in categories.list_categories()]


def preload(exam_id: int, user_id: int) -> int:
    """Make an exam's paper ready, in the database and in this process.

    Returns:
        How many questions it has.

    Raises:
        NotFound: no such exam, or one without questions.
        Forbidden: the student is not in the audience.
    """
    exam, _, batch_ids = overrides.find(exam_id, user_id)
    require_enrolled(exam, batch_ids)
    version = papers.ready_version(exam)
    return papers.load_paper(exam_id, version).asked


def summary(exam: Exam, rules: Window, time: ExamTime) -> ExamSummary:
    """An exam in a list, with its rules for one student now."""
    return ExamSummary(
        id=exam.id,
        name=exam.name,
        date=exam.date,
        start_time=exam.start_time,
        duration=exam.duration,
        status=rules.state(time.now),
        category_id=exam.category_id,
        total_questions=exam.total_questions,
        max_marks=display(exam.max_marks),
        max_attempts=rules.max_attempts,
        result_mode=exam.result_mode,
        opens_at=iso(rules.opens_at),
        closes_at=None if rules.closes_at is None else iso(rules.closes_at),
        timezone=time.timezone,
        needs_access_code=bool(exam.access_code),
        counted_attempt=exam.counted_attempt,
    )


def detail(exam: Exam, rules: Window, time: ExamTime) -> ExamDetail:
    """One exam."""
    return ExamDetail(
        **structs.asdict(summary(exam, rules, time)),
        instructions=exam.instructions,
        positive_marks=display(exam.positive_marks),
        negative_marks=display(exam.negative_marks),
    )


def attempt_counts(rules: Window, sitting: Sitting | None) -> AttemptCounts:
    """A student's attempts at an exam."""
    active = sitting is not None and sitting.is_running
    completed = 0 if sitting is None else sitting.completed
    if not rules.max_attempts:
        return AttemptCounts(completed, 0, -1, active)
    allowed = rules.max_attempts + (0 if sitting is None else sitting.allowance)
    return AttemptCounts(completed, allowed, max(0, allowed - completed - active), active)
