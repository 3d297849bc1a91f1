"""Exams and categories in the shapes that students see."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec import structs

from exams.audience import require_enrolled
from exams.models import AttemptCounts, CategoryView, ExamDetail, ExamSummary
from smartexam.accounts.store import batches
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.grants import Grants, Window, window
from smartexam.catalog.images import image_url
from smartexam.catalog.marks import display
from smartexam.catalog.store import categories, exams, overrides, papers
from smartexam.platform.errors import InvalidFields
from smartexam.platform.parallel import in_parallel
from smartexam.platform.times import iso
from smartexam.sitting.store.sitting_items import Sitting

# How many pages one request reads to find exams that match a filter
_MOST_PAGES = 4
STATUSES = ("upcoming", "ongoing", "completed")


class Wanted(msgspec.Struct, frozen=True):
    """Which exams a student asks for.

    Attributes:
        status: the status for the student now; None for any.
        name: part of the name, in any case; "" for any.
        after: the place to continue after.
    """

    status: str | None
    category_id: int | None
    name: str
    after: str | None
    limit: int


def list_exams(wanted: Wanted, user_id: int, time: ExamTime) -> tuple[list[ExamSummary], str | None]:
    """A page of exams that are for a student, and the place to continue after.

    Three round trips without a filter. With one, a page may be short of `limit` although there is more: a request looks
    at a bounded number of exams.

    Raises:
        InvalidFields: no such status.
    """
    if wanted.status is not None and wanted.status not in STATUSES:
        raise InvalidFields([("status", f"must be one of {', '.join(STATUSES)}")])
    batch_ids = batches.batch_ids_of(user_id)
    page = partial(exams.places_for_everyone, wanted.category_id, limit=wanted.limit)
    granted, of_batches, first = _of_student(user_id, batch_ids, partial(page, after=wanted.after))
    found: list[ExamSummary] = []
    after = wanted.after
    for number in range(_MOST_PAGES):
        places, is_more = page(after=after) if number else first
        later = [place for place in of_batches if after is None or place < after]
        merged = sorted({*places, *later}, reverse=True)
        is_more = is_more or len(merged) > wanted.limit
        merged = merged[: wanted.limit]
        known = exams.get_exams([exams.exam_at(place) for place in merged], reader=user_id) if merged else {}
        for place in merged:
            exam = known.get(exams.exam_at(place))
            after = place
            if exam is None or not exam.admits(batch_ids):
                continue
            shown = summary(exam, window(exam, granted.get(exam.id, Grants()), time.timezone), time)
            if _is_wanted(shown, wanted):
                found.append(shown)
                if len(found) == wanted.limit:
                    return found, after if is_more or place != merged[-1] else None
        if not is_more:
            return found, None
    return found, after


def _of_student(
    user_id: int, batch_ids: Sequence[int], page: Callable[[], tuple[list[str], bool]]
) -> tuple[dict[int, Grants], list[str], tuple[list[str], bool]]:
    """The grants of a student, the places of the exams for the student's batches, and the first page of those for
    everyone: one round trip."""
    reads: list[Callable[[], Any]] = [lambda: overrides.of_student(user_id, batch_ids), page]
    reads += [partial(batches.exam_places, batch_id) for batch_id in batch_ids]
    granted, first, *places = in_parallel(lambda read: read(), reads, most=len(reads))
    return granted, sorted({place for each in places for place in each}, reverse=True), first


def _is_wanted(exam: ExamSummary, wanted: Wanted) -> bool:
    return (
        wanted.status in {None, exam.status}
        and wanted.category_id in {None, exam.category_id}
        and wanted.name.casefold() in exam.name.casefold()
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
