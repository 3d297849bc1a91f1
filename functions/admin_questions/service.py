"""Lists, adds, edits and deletes questions."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from admin_questions.models import AdminQuestion, QuestionsQuery
from smartexam.catalog.exam import Exam
from smartexam.catalog.images import image_url, image_urls
from smartexam.catalog.marks import number_or_text
from smartexam.catalog.questions import DIFFICULTIES, Question, as_fields, check, merge
from smartexam.catalog.store import exams, question_changes, questions
from smartexam.catalog.store.exams import find_exam
from smartexam.catalog.store.placement import misplacement, read_id
from smartexam.catalog.store.question_changes import Log
from smartexam.catalog.store.question_items import StoredQuestion
from smartexam.platform import ids
from smartexam.platform.dynamodb.table import Put
from smartexam.platform.errors import Fault, InvalidFields, NotFound

# The characters of a text by which questions are sorted, and which a cursor has.
_LONGEST_PLACE: Final = 100
_SORTED_BY: Final[Mapping[str, Callable[[Question], str]]] = {
    "position": lambda _: "",
    "text": lambda question: question.question_text,
    "type": lambda question: question.question_type,
    "topic": lambda question: question.topic,
    "difficulty": lambda question: str(DIFFICULTIES.index(question.difficulty)) if question.difficulty else "",
}


def list_questions(query: QuestionsQuery, after: str | None) -> tuple[list[AdminQuestion], str | None]:
    """A page of an exam's questions, or of all exams', and the place to continue after.

    Raises:
        InvalidFields: all exams' questions in another order than the exams'.
        NotFound: there is no such exam.
    """
    is_plain = query.sort == "position" and query.order == "asc"
    if query.exam_id is None:
        if not is_plain:
            raise InvalidFields([("exam_id", "is needed with `sort` and `order`")])
        found, place = questions.list_all_questions(limit=query.limit, after=after)
        known = exams.get_exams(sorted({question.exam_id for question in found})) if found else {}
    else:
        exam = find_exam(query.exam_id)
        known = {exam.id: exam}
        if is_plain:
            found, place = questions.list_questions(exam, limit=query.limit, after=after)
        else:
            found, place = _sorted_questions(exam, query, after)
    return [view(question, known.get(question.exam_id)) for question in found], place


def _sorted_questions(exam: Exam, query: QuestionsQuery, after: str | None) -> tuple[list[StoredQuestion], str | None]:
    """A page of an exam's questions in another order than its own.

    Each page reads all questions of the exam, as its paper and its problems do. The place to continue after is that of
    the last question in this order, so that a question that is deleted between two pages moves no other.
    """

    def place(question: StoredQuestion) -> tuple[str, str]:
        return _SORTED_BY[query.sort](question.content).casefold()[:_LONGEST_PLACE], question.place

    is_descending = query.order == "desc"
    everything = sorted(questions.questions_of(exam), key=place, reverse=is_descending)
    if after is not None:
        last = msgspec.json.decode(after, type=tuple[str, str])
        everything = [each for each in everything if (place(each) < last if is_descending else place(each) > last)]
    found = everything[: query.limit]
    if len(found) == len(everything):
        return found, None
    return found, msgspec.json.encode(place(found[-1])).decode()


def find_question(question_id: int) -> StoredQuestion:
    """A question that must exist.

    Raises:
        NotFound: there is no such question.
    """
    question = questions.get_question(question_id)
    if question is None:
        raise _no_question()
    return question


def add_question(given: Mapping[str, Any], now: float, log: Log) -> StoredQuestion:
    """Add a question to the end of an exam, and log it.

    Raises:
        InvalidFields: with everything that is wrong with it.
        NotFound: there is no such exam.
    """
    exam_id, faults = read_exam_id(given.get("exam_id"))
    content = check(given)
    if not isinstance(content, Question):
        exam = None if exam_id is None else exams.get_exam(exam_id)
        raise InvalidFields([*faults, *content, *misplacement(given, exam)])
    if exam_id is None:
        raise InvalidFields(faults)
    return question_changes.add_questions(exam_id, [(ids.next_id("question"), content)], now, log)[0]


def edit_question(
    question_id: int,
    given: Mapping[str, Any],
    now: float,
    log: Callable[[StoredQuestion, StoredQuestion], Sequence[Put]],
) -> StoredQuestion:
    """Change the given fields of a question, and log it; another `exam_id` moves it to that exam's end.

    Raises:
        InvalidFields: with everything that is wrong with the whole question, or because no field is given.
        NotFound: there is no such question, or no such exam.
    """
    if not given:
        raise InvalidFields([("", "No field to change")])
    exam_id: int | None = None
    if given.get("exam_id") not in (None, ""):
        exam_id, faults = read_exam_id(given["exam_id"])
        if exam_id is None:
            stored = find_question(question_id)
            content = merge(stored.content, given)
            faults += [] if isinstance(content, Question) else content
            raise InvalidFields([*faults, *misplacement(given, exams.get_exam(stored.exam_id))])
    move_to = None if exam_id is None else (exam_id, now)
    return question_changes.edit_question(
        question_id, lambda stored: _merged(stored, given, exam_id), move_to=move_to, log=log
    )


def delete_question(question_id: int, log: Log) -> None:
    """Delete a question, and log it. Running attempts keep it.

    Raises:
        NotFound: there is no such question.
    """
    if not question_changes.delete_questions([question_id], log):
        raise _no_question()


def read_exam_id(value: object) -> tuple[int | None, list[Fault]]:
    """The id of an exam, given as a number or its text; None with a fault for anything else."""
    exam_id = read_id(value)
    if exam_id is None:
        missing = value is None or value == ""
        return None, [Fault("exam_id", "This field is required" if missing else "must be the number of an exam")]
    return exam_id, []


def show_question(question_id: int) -> AdminQuestion:
    """A question as admins see it, in its section.

    Raises:
        NotFound: there is no such question.
    """
    question = find_question(question_id)
    return view(question, exams.get_exam(question.exam_id) if question.content.section_id is None else None)


def view(question: StoredQuestion, exam: Exam | None = None) -> AdminQuestion:
    """A question as admins see it; `exam` tells the section of one that is older than the exam's sections."""
    content = question.content
    section = None if exam is None else exam.structure.section_of(content)
    if section is not None:
        content = replace(content, section_id=section.id)
    fields: dict[str, Any] = {
        **as_fields(content),
        "positive_marks": None if content.positive_marks is None else number_or_text(content.positive_marks),
        "negative_marks": None if content.negative_marks is None else number_or_text(content.negative_marks),
        "tolerance": _number_or_text(content.tolerance),
    }
    return AdminQuestion(
        id=question.id,
        exam_id=question.exam_id,
        image_url=image_url(content.image_path),
        option_image_urls=image_urls(content.option_images),
        solution_image_url=image_url(content.solution_image),
        **fields,
    )


def _merged(stored: StoredQuestion, changes: Mapping[str, Any], exam_id: int | None) -> Question:
    if exam_id not in {None, stored.exam_id}:
        # The other exam has its own sections and passages.
        changes = {"section_id": None, "passage_id": None, **changes}
    content = merge(stored.content, changes)
    if not isinstance(content, Question):
        raise InvalidFields([*content, *misplacement(changes, exams.get_exam(exam_id or stored.exam_id))])
    return content


def _number_or_text(text: str) -> float | str:
    number = float(text)
    return number if Decimal(repr(number)) == Decimal(text) else text


def _no_question() -> NotFound:
    return NotFound("Question not found", code="question_not_found")
