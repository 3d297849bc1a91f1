"""Adds reviewed questions to their exams, or exports them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from question_files import ExportedQuestion, write_csv
from smartexam.catalog.exam import Exam
from smartexam.catalog.questions import Question, check
from smartexam.catalog.store import exams, question_changes
from smartexam.catalog.store.placement import misplacement, passage_ids, read_id
from smartexam.platform import audit, ids
from smartexam.platform.audit import Change
from smartexam.platform.errors import Fault, InvalidFields, NotFound

MOST: Final = 500


def save(items: Sequence[Mapping[str, Any]], admin_id: int, now: float) -> int:
    """Add questions to the ends of the exams that they name, all or none, and log it.

    Returns:
        How many.

    Raises:
        InvalidFields: some are not consistent, with all errors of each.
        NotFound: an exam does not exist.
    """
    _require_some(items)
    known = exams.get_exams(sorted({exam_id for item in items if (exam_id := read_id(item.get("exam_id")))}))
    read = _read(items, known)
    by_exam: dict[int, list[Question]] = {}
    for exam_id, question in read:
        by_exam.setdefault(exam_id, []).append(question)
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
    _require_some(items)
    return write_csv([ExportedQuestion(exam_id, question) for exam_id, question in _read(items, {})])


def _require_some(items: Sequence[Mapping[str, Any]]) -> None:
    if not items:
        raise InvalidFields([("questions", "must be a list of at least one question")])
    if len(items) > MOST:
        raise InvalidFields([("questions", f"must be at most {MOST} questions")])


def _read(items: Sequence[Mapping[str, Any]], known: Mapping[int, Exam]) -> list[tuple[int, Question]]:
    """The questions with their exams' ids; those of `known` exams fit them."""
    by_exam: dict[int, list[Mapping[str, Any]]] = {}
    for item in items:
        by_exam.setdefault(read_id(item.get("exam_id")) or 0, []).append(item)
    of_exams = {exam_id: passage_ids(exam, by_exam[exam_id]) for exam_id, exam in known.items()}
    read: list[tuple[int, Question]] = []
    faults: list[Fault] = []
    for index, item in enumerate(items):
        exam_id, found = read_id(item.get("exam_id")), check(item)
        mine = [] if isinstance(found, Question) else list(found)
        if exam_id is None:
            mine.insert(0, Fault("exam_id", "must be the number of an exam"))
        elif exam_id in known:
            mine += misplacement(item, known[exam_id], of_exams[exam_id])
        faults += [Fault(f"questions[{index}].{fault.field}", fault.message) for fault in mine]
        if exam_id is not None and isinstance(found, Question):
            read.append((exam_id, found))
    if faults:
        raise InvalidFields(faults, "Nothing was stored, because not every question is consistent")
    return read
