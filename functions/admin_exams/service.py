"""Lists, creates, changes and deletes exams."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from functools import partial
from typing import Any

from msgspec import structs

from admin_exams import fields, problems
from admin_exams.models import AdminExam, ExamSection, ExamsQuery, Problem
from smartexam.accounts.store import batches
from smartexam.catalog import erasing_queue
from smartexam.catalog.exam import Exam, opens_at
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.grants import Grants, window
from smartexam.catalog.marks import display, number_or_text
from smartexam.catalog.questions import Question
from smartexam.catalog.store import categories, exam_changes, exams, passages, question_changes, questions
from smartexam.catalog.structure import Marking, Section
from smartexam.erasing import erase_exam
from smartexam.platform import ids
from smartexam.platform.errors import AppError, Fault, InvalidFields, NotFound, Unavailable
from smartexam.platform.times import iso
from smartexam.sitting import spreading
from smartexam.talk.realtime import exam_time

# How many pages one request looks through for names that contain the text
_MOST_PAGES = 4
# How many pieces of a deleted exam are erased within the request: about 4,000 rows, one or two seconds.
_PIECES_AT_ONCE = 16
_PASSAGES_AT_ONCE = 25
_NO_CATEGORY = Fault("category_id", "There is no such category")
_NO_BATCH = Fault("batch_ids", "There is no such batch")


def list_exams(query: ExamsQuery, after: str | None, time: ExamTime) -> tuple[list[AdminExam], str | None]:
    """A page of exams and the place to continue after.

    Raises:
        InvalidFields: no such status.
    """
    if query.status is not None and query.status not in fields.STATUSES:
        raise InvalidFields([("status", f"must be one of {', '.join(fields.STATUSES)}")])
    wanted = query.q.strip().casefold()
    shown: list[AdminExam] = []
    for _ in range(_MOST_PAGES):
        found, after = exams.list_exams(
            status=query.status,
            category_id=query.category_id,
            limit=query.limit - len(shown),
            after=after,
            newest_first=query.order == "desc",
        )
        shown += [view(exam, time) for exam in found if wanted in exam.name.casefold()]
        if after is None or len(shown) == query.limit:
            break
    return shown, after


def create_exam(given: Mapping[str, Any], admin_id: int, time: ExamTime) -> Exam:
    """Store a new exam.

    Raises:
        InvalidFields: something is missing or wrong.
    """
    values = fields.read_new(given, partial(_faults, time=time))
    exam = Exam(id=ids.next_id("exam"), created_at=time.now, **values)
    try:
        exam_changes.create_exam(exam, admin_id)
    except NotFound as error:
        raise _dangling(error) from None
    return exam


def edit_exam(exam_id: int, given: Mapping[str, Any], admin_id: int, time: ExamTime) -> Exam:
    """Change an exam; a new closing holds for its running attempts too.

    Raises:
        InvalidFields: something is wrong.
        NotFound: there is no such exam.
    """

    def change(before: Exam) -> Mapping[str, Any]:
        return fields.read_changes(given, before, partial(_faults, time=time))

    before = exams.find_exam(exam_id)
    try:
        exam = exam_changes.edit_exam(exam_id, change, (admin_id, time.now))
    except NotFound as error:
        if error.code == "exam_not_found":
            raise
        raise _dangling(error) from None
    if exam.closes_at != before.closes_at:
        spreading.carry_over(exam, admin_id, time, tell=exam_time.tell_time)
    return exam


def delete_exam(exam_id: int, admin_id: int, now: float) -> None:
    """Delete an exam and everything that belongs to it: the exam at once, the rest as far as time permits.

    The last pass is ordered first, so it completes the deletion if this process dies. It also deletes writes that were
    in progress, such as the start of an attempt.

    Raises:
        NotFound: there is no such exam.
        Unavailable: the database or the queue cannot be reached.
    """
    exams.find_exam(exam_id)
    erasing_queue.order_last_pass(exam_id)
    if not exam_changes.remove_exam(exam_id, (admin_id, now)):
        raise exams.no_exam()
    pieces = iter(range(_PIECES_AT_ONCE))
    try:
        if not erase_exam(exam_id, lambda: next(pieces, None) is not None):
            erasing_queue.order(exam_id)
    except Unavailable:
        # The exam is deleted, as requested; the last pass deletes the rest.
        return


def release_results(exam_id: int, released: bool | None, admin_id: int, now: float) -> bool:  # noqa: FBT001 - a value
    """Release an exam's results or withdraw them; None toggles.

    Returns:
        Whether they are released now.

    Raises:
        NotFound: there is no such exam.
    """

    def change(exam: Exam) -> dict[str, bool]:
        return {"is_released": not exam.is_released if released is None else released}

    return exam_changes.edit_exam(exam_id, change, (admin_id, now)).is_released


def view(exam: Exam, time: ExamTime) -> AdminExam:
    """An exam as admins see it."""
    rules = window(exam, Grants(), time.timezone)
    return AdminExam(
        id=exam.id,
        name=exam.name,
        date=exam.date,
        start_time=exam.start_time,
        duration=exam.duration,
        status=exam.status,
        category_id=exam.category_id,
        total_questions=exam.total_questions,
        max_marks=display(exam.max_marks),
        max_attempts=exam.max_attempts,
        result_mode=exam.result_mode,
        result_delay=exam.result_delay,
        instructions=exam.instructions,
        positive_marks=number_or_text(exam.positive_marks),
        negative_marks=number_or_text(exam.negative_marks),
        allow_assistant=exam.allow_assistant,
        released=exam.is_released,
        state=rules.state(time.now),
        opens_at=iso(rules.opens_at),
        closes_at=None if exam.closes_at is None else iso(exam.closes_at),
        timezone=time.timezone,
        audience=exam.audience,
        batch_ids=list(exam.batch_ids),
        has_access_code=bool(exam.access_code),
        counted_attempt=exam.counted_attempt,
        discussion=exam.discussion,
        allow_chat=exam.allow_chat,
        created_at=iso(exam.created_at),
        languages=list(exam.structure.languages),
        sections=[_section(section) for section in exam.structure.sections],
        marking=_marking(exam.structure.marking),
        shuffle={"questions": exam.structure.shuffle.questions, "options": exam.structure.shuffle.options},
    )


def detail(exam_id: int, time: ExamTime) -> tuple[AdminExam, list[Problem]]:
    """An exam and the problems that would occur on its day.

    Raises:
        NotFound: there is no such exam.
    """
    exam = exams.find_exam(exam_id)
    return view(exam, time), problems.problems(exam)


def clone_exam(exam_id: int, given: Mapping[str, Any], admin_id: int, time: ExamTime) -> int:
    """Copy an exam with its sections, passages and questions under another name and date; returns the copy's id.

    The copy is open for as long as the original, for those of its batches that still exist.

    Raises:
        InvalidFields: a field is missing or wrong.
        NotFound: there is no such exam.
        Unavailable: the database cannot be reached; no copy was made.
    """
    values = fields.read_name_and_start(given)
    original = exams.find_exam(exam_id)
    contents = [question.content for question in questions.questions_of(original)]
    of_original = passages.list_passages(exam_id)
    new_ids = {passage.id: ids.next_id("passage") for passage in of_original}
    copied = [structs.replace(passage, id=new_ids[passage.id]) for passage in of_original]
    moved_by = opens_at(f"{values['date']} {values['start_time']}", time.timezone) - original.opens_at(time.timezone)
    copy = structs.replace(
        original,
        id=ids.next_id("exam"),
        created_at=time.now,
        status="upcoming",
        is_released=False,
        question_count=0,
        own_marks=0,
        without_own_marks=0,
        totals=None,
        edit_version=1,
        content_version=1,
        compiled_version=0,
        batches=0,
        open_batches=frozenset(),
        closes_at=None if original.closes_at is None else original.closes_at + int(moved_by),
        latest_grant=0,
        batch_ids=tuple(sorted(batches.get_many(original.batch_ids))),
        access_code="",
        grants_version=0,
        has_overrides=False,
        **values,
    )
    exam_changes.create_exam(copy, admin_id)
    try:
        for at in range(0, len(copied), _PASSAGES_AT_ONCE):
            passages.save_passages(copy.id, copied[at : at + _PASSAGES_AT_ONCE])
        if contents:
            fresh = ids.allocator().take("question", len(contents))
            moved = [_with_passage(content, new_ids) for content in contents]
            question_changes.add_questions(copy.id, list(zip(fresh, moved, strict=True)), time.now)
    except AppError:
        with suppress(AppError):
            delete_exam(copy.id, admin_id, time.now)
        raise
    return copy.id


def _with_passage(content: Question, new_ids: Mapping[int, int]) -> Question:
    if content.passage_id is None:
        return content
    return structs.replace(content, passage_id=new_ids.get(content.passage_id))


def _section(section: Section) -> ExamSection:
    draws = [
        {name: value for name, value in structs.asdict(draw).items() if value is not None} for draw in section.draw
    ]
    return ExamSection(
        section.id,
        section.name,
        section.instructions,
        section.minutes,
        section.choose,
        draws,
        _marking(section.marking),
    )


def _marking(marking: Marking) -> dict[str, dict[str, float | str]]:
    return {
        question_type: {
            name: value if name == "partial" else number_or_text(Fraction(value))
            for name, value in structs.asdict(marks).items()
            if value is not None
        }
        for question_type, marks in marking.items()
    }


def _faults(known: Mapping[str, Any], changed: Mapping[str, Any], *, time: ExamTime) -> Iterator[Fault]:
    """What is wrong with valid fields together, or with the changed ones because something does not exist."""
    yield from _contradictions(known, changed, time)
    yield from _unknown(changed)


def _contradictions(values: Mapping[str, Any], given: Collection[str], time: ExamTime) -> Iterator[Fault]:
    """Settings that contradict each other, as faults of one that was `given`; those that are missing are not known."""
    closes_at = values.get("closes_at")
    if closes_at is not None and values.keys() >= {"date", "start_time"}:
        name = next((each for each in ("closes_at", "start_time", "date") if each in given), None)
        if name is not None and closes_at <= opens_at(f"{values['date']} {values['start_time']}", time.timezone):
            yield Fault(name, "The exam must close after it opens")
    if values.get("result_mode") == "after_close" and "closes_at" in values and closes_at is None:
        name = "result_mode" if "result_mode" in given else "closes_at"
        if name in given:
            yield Fault(name, "Results after the closing need a closing")


def _unknown(values: Mapping[str, Any]) -> Iterator[Fault]:
    """A category and batches that do not exist; a batch counts also while the exam is for everyone."""
    category_id, batch_ids = values.get("category_id"), values.get("batch_ids", ())
    if category_id is not None and all(each.id != category_id for each in categories.list_categories()):
        yield _NO_CATEGORY
    if batch_ids and not batches.get_many(batch_ids).keys() >= set(batch_ids):
        yield _NO_BATCH


def _dangling(error: NotFound) -> InvalidFields:
    """The fault of a category or batch that was deleted meanwhile."""
    return InvalidFields([_NO_BATCH if error.code == "batch_not_found" else _NO_CATEGORY])
