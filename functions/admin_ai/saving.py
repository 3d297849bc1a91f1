"""Adds reviewed questions to their exams, or exports them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from question_files import ExportedQuestion, write_csv
from smartexam.catalog.questions import Question, check
from smartexam.catalog.store import exams, question_changes
from smartexam.platform import audit, ids
from smartexam.platform.audit import Change
from smartexam.platform.errors import Fault, InvalidFields, NotFound

MOST: Final = 500
_HIGHEST_ID: Final = 2**53 - 1


def save(items: Sequence[Mapping[str, Any]], admin_id: int, now: float) -> int:
    """Add questions to the ends of the exams that they name, all or none, and log it.

    Returns:
        How many.

    Raises:
        InvalidFields: some are not consistent, with all errors of each.
        NotFound: an exam does not exist.
    """
    read = _read(items)
    by_exam: dict[int, list[Question]] = {}
    for exam_id, question in read:
        by_exam.setdefault(exam_id, []).append(question)
    known = exams.get_exams(list(by_exam))
    missing = [exam_id for exam_id in by_exam if exam_id not in known]
    if missing:
        raise NotFound("Exam not found", code="exam_not_found", exam_id=missing[0])
    additions = {
        exam_id: list(zip(ids.allocator().take("question", len(questions)), questions, strict=True))
        for exam_id, questions in by_exam.items()
    }
    question_changes.add_to_exams(additions, now)
    for exam_id, added in additions.items():
        after = {"added": len(added), "question_ids": [question_id for question_id, _ in added]}
        audit.record(Change(admin_id, "questions.create", f"exam:{exam_id}", None, after), now)
    return len(read)


def as_csv(items: Sequence[Mapping[str, Any]]) -> bytes:
    """Questions as a CSV file that imports unchanged.

    Raises:
        InvalidFields: some are not consistent, with all errors of each.
    """
    rows = [ExportedQuestion(exam_id, question) for exam_id, question in _read(items)]
    return write_csv(rows)


def _read(items: Sequence[Mapping[str, Any]]) -> list[tuple[int, Question]]:
    if not items:
        raise InvalidFields([("questions", "must be a list of at least one question")])
    if len(items) > MOST:
        raise InvalidFields([("questions", f"must be at most {MOST} questions")])
    read: list[tuple[int, Question]] = []
    faults: list[Fault] = []
    for index, item in enumerate(items):
        place = f"questions[{index}]"
        exam_id = _exam_id(item.get("exam_id"))
        if exam_id is None:
            faults.append(Fault(f"{place}.exam_id", "must be the number of an exam"))
        found = check(item)
        if not isinstance(found, Question):
            faults += [Fault(f"{place}.{fault.field}", fault.message) for fault in found]
        elif exam_id is not None:
            read.append((exam_id, found))
    if faults:
        raise InvalidFields(faults, "Nothing was stored, because not every question is consistent")
    return read


def _exam_id(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 16:  # noqa: PLR2004 - digits of 2^53
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _HIGHEST_ID:
        return None
    return value
