"""Changes many questions at once: adds a batch, deletes by ids, sets the marks of a type."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from admin_questions.models import RefusedQuestion
from admin_questions.service import read_exam_id
from smartexam.catalog.questions import MCQ, MSQ, NUMERIC, QUESTION_TYPES, Question, check, merge
from smartexam.catalog.store import question_changes
from smartexam.catalog.store.exams import find_exam
from smartexam.catalog.store.placement import misplacement, passage_ids, read_id
from smartexam.catalog.store.question_changes import Log
from smartexam.catalog.store.question_items import StoredQuestion
from smartexam.catalog.structure import fitted
from smartexam.platform import ids
from smartexam.platform.errors import BadRequest, Fault, InvalidFields

MAX_BATCH: Final = 5_000
MAX_IDS: Final = 10_000
# The first refusals are enough for a client that got everything wrong.
_MOST_REFUSALS_SHOWN = 1_000


def add_batch(exam_id_given: Any, items: Any, now: float, log: Log) -> tuple[list[int], list[RefusedQuestion]]:
    """Add the consistent questions of a batch, all in one step, and log it.

    Returns:
        The ids of the added questions, in order, and the errors of the others.

    Raises:
        InvalidFields: the exam's id or the list itself is invalid.
        NotFound: there is no such exam.
    """
    exam_id, faults = read_exam_id(exam_id_given)
    if not isinstance(items, list) or not items:
        faults.append(Fault("questions", "must be a list of at least one question"))
    elif len(items) > MAX_BATCH:
        faults.append(Fault("questions", f"must be at most {MAX_BATCH} questions"))
    if exam_id is None or faults:
        raise InvalidFields(faults)
    contents: list[Question] = []
    refused: list[RefusedQuestion] = []
    exam = find_exam(exam_id)
    read = [_read(exam_id, item) for item in items]
    known = passage_ids(exam, (item for item in items if isinstance(item, dict)))
    for index, (item, found) in enumerate(zip(items, read, strict=True)):
        if isinstance(found, Question):
            content = fitted(found, exam.structure, known)
        else:
            content = [*found, *(misplacement(item, exam, known) if isinstance(item, dict) else ())]
        if isinstance(content, Question):
            contents.append(content)
        else:
            refused.append(_refusal(index, content))
    if not contents:
        return [], refused[:_MOST_REFUSALS_SHOWN]
    fresh = ids.allocator().take("question", len(contents))
    question_changes.add_questions(exam_id, list(zip(fresh, contents, strict=True)), now, log)
    return list(fresh), refused[:_MOST_REFUSALS_SHOWN]


def delete_many(given: Any, log: Log) -> int:
    """Delete questions of any exams by a list of at most `MAX_IDS` ids, and log it.

    Returns:
        How many existed.

    Raises:
        InvalidFields: it is not a list of ids.
    """
    if not isinstance(given, list) or not given:
        raise InvalidFields([("ids", "must be a list of at least one question's number")])
    if len(given) > MAX_IDS:
        raise InvalidFields([("ids", f"must be at most {MAX_IDS} numbers")])
    read = [read_id(each) for each in given]
    if None in read:
        raise InvalidFields([(f"ids[{read.index(None)}]", "must be the number of a question")])
    return question_changes.delete_questions((question_id for question_id in read if question_id is not None), log)


def update_all(exam_id_given: Any, type_given: Any, changes: Mapping[str, Any], log: Log) -> int:
    """Set marks or tolerance of all questions of a type in an exam, and log it.

    Returns:
        How many questions of the type the exam has.

    Raises:
        InvalidFields: something is invalid; nothing was changed.
        NotFound: there is no such exam.
    """
    exam_id, faults = read_exam_id(exam_id_given)
    question_type = type_given.strip().upper() if isinstance(type_given, str) else ""
    if question_type not in QUESTION_TYPES:
        faults.append(Fault("question_type", "must be MCQ, MSQ or NUMERIC"))
    elif isinstance(found := merge(_EXAMPLES[question_type], changes), list):
        faults += found
    if not changes:
        faults.append(Fault("", "positive_marks, negative_marks or tolerance required"))
    if exam_id is None or faults:
        raise InvalidFields(faults)
    find_exam(exam_id)

    def change(stored: StoredQuestion) -> Question | None:
        if stored.content.question_type != question_type:
            return None
        content = merge(stored.content, changes)
        if not isinstance(content, Question):
            raise BadRequest(f"Question {stored.id} cannot be changed so: {content[0].field}: {content[0].message}")
        return content

    return question_changes.edit_questions(exam_id, change, log)


def _read(exam_id: int, item: object) -> Question | list[Fault]:
    if not isinstance(item, dict):
        return [Fault("", "must be an object with the fields of a question")]
    named = item.get("exam_id")
    content = check(item)
    if named in (None, "") or read_id(named) == exam_id:
        return content
    fault = Fault("exam_id", "must be the exam of the batch")
    return [fault] if isinstance(content, Question) else [fault, *content]


def _refusal(index: int, faults: list[Fault]) -> RefusedQuestion:
    message = "; ".join(f"{fault.field}: {fault.message}" if fault.field else fault.message for fault in faults)
    errors = [{"field": fault.field, "message": fault.message} for fault in faults]
    return RefusedQuestion(index, message, errors)


# The new values are tried on this question, so that invalid ones are refused even if the exam has no question of the
# type.
_WITH_OPTIONS = Question(question_type=MCQ, question_text="?", option_a="a", option_b="b", correct_answer="A")
_EXAMPLES: Final[Mapping[str, Question]] = {
    MCQ: _WITH_OPTIONS,
    MSQ: replace(_WITH_OPTIONS, question_type=MSQ),
    NUMERIC: Question(question_type=NUMERIC, question_text="?", correct_answer="0"),
}
