"""Compiled papers and their answer keys.

A version is compiled when it is first needed and never changes afterwards, so processes may cache it without expiry.
"""

from functools import lru_cache

from pynamodb.attributes import BinaryAttribute

from smartexam.catalog.answer_key import AnswerKey
from smartexam.catalog.exam import Exam
from smartexam.catalog.marks import MarksError, format_marks
from smartexam.catalog.packing import pack_key, pack_paper, unpack_key, unpack_paper
from smartexam.catalog.paper import ExamPaper, ExamSnapshot, compile_paper
from smartexam.catalog.store import questions
from smartexam.catalog.store.exams import get_exam, mark_compiled, no_exam
from smartexam.catalog.store.passages import list_passages
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import ConditionFailed, Item
from smartexam.platform.errors import BadRequest, NotFound, Unavailable

_COMPILE_ATTEMPTS = 5


class PartItem(Item):
    """A part of a compiled paper or key."""

    class Meta:
        context = "catalog"

    content = BinaryAttribute(legacy_encoding=False)


class VersionItem(Item):
    """Lists a version of an exam's paper, for the exam's deletion."""

    class Meta:
        context = "catalog"


def versions_key(exam_id: int) -> str:
    """The partition that lists the versions of an exam's paper."""
    return f"PAPERS#{exam_id}"


def paper_key(exam_id: int, version: int) -> str:
    """The partition of a compiled paper."""
    return f"PAPER#{exam_id}#{version}"


def answers_key(exam_id: int, version: int) -> str:
    """The partition of a paper's answer key."""
    return f"KEY#{exam_id}#{version}"


@lru_cache(maxsize=64)
def load_paper(exam_id: int, version: int) -> ExamPaper:
    """A compiled paper, cached by this process.

    Raises:
        NotFound: the exam was deleted.
    """
    return unpack_paper(_parts(paper_key(exam_id, version)))


@lru_cache(maxsize=64)
def load_answer_key(exam_id: int, version: int) -> AnswerKey:
    """The answer key of a compiled paper, cached by this process.

    Raises:
        NotFound: the exam was deleted.
    """
    return unpack_key(_parts(answers_key(exam_id, version)))


def ready_version(exam: Exam) -> int:
    """The version of an exam's current paper; see `ready`."""
    return ready(exam).content_version


def ready(exam: Exam) -> Exam:
    """Compile the current paper of an exam if that has not been done.

    Returns:
        The exam whose paper is ready: the given one, or its state after an edit made meanwhile.

    Raises:
        NotFound: the exam has no questions, or was deleted.
        BadRequest: `pool_too_small`, fewer questions than are to be drawn.
        Unavailable: the exam was edited during every attempt.
    """
    current: Exam | None = exam
    for _ in range(_COMPILE_ATTEMPTS):
        if current is None:
            raise no_exam()
        if current.question_count == 0:
            raise NotFound("This exam has no questions", code="exam_without_questions")
        if current.totals is not None and current.totals.short:
            raise BadRequest("A section has fewer questions than are to be drawn", code="pool_too_small")
        if current.compiled_version == current.content_version or _compile(current):
            return current
        current = get_exam(exam.id)
    raise Unavailable


def _compile(exam: Exam) -> bool:
    """Store the paper and key of an exam's content version; returns False if the content changed meanwhile.

    Questions are read consistently, and every change of them increments the content version in the same transaction. So
    if the version is unchanged when it is marked as compiled, the questions read are those of that version, and another
    process that compiled at the same time has stored the same paper.
    """
    version = exam.content_version
    snapshot = ExamSnapshot(
        id=exam.id,
        name=exam.name,
        date=exam.date,
        start_time=exam.start_time,
        duration=exam.duration,
        positive_marks=format_marks(exam.positive_marks),
        negative_marks=format_marks(exam.negative_marks),
        instructions=exam.instructions,
        category_id=exam.category_id,
        max_attempts=exam.max_attempts,
        result_mode=exam.result_mode,
        languages=exam.structure.languages,
        shuffle=exam.structure.shuffle,
    )
    stored = [(question.id, question.content) for question in questions.questions_of(exam)]
    with_passages = any(content.passage_id for _, content in stored)
    try:
        paper, key = compile_paper(
            snapshot,
            stored,
            version,
            structure=exam.structure,
            passages=list_passages(exam.id) if with_passages else (),
        )
    except MarksError as error:
        raise BadRequest(f"The marks of this exam {error}", code="marks_too_fine") from None
    table.put(VersionItem(versions_key(exam.id), f"{version:08d}"))
    _store(paper_key(exam.id, version), pack_paper(paper))
    _store(answers_key(exam.id, version), pack_key(key))
    return mark_compiled(exam.id, version)


def _store(pk: str, parts: list[bytes]) -> None:
    for number, content in enumerate(parts):
        try:
            table.put(PartItem(pk, f"PART#{number:02d}", content=content), PartItem.pk.does_not_exist())
        except ConditionFailed:
            continue  # never overwrite a version that attempts may have started with


def _parts(pk: str) -> list[bytes]:
    parts = [item.content for item in table.query_all(PartItem, pk)]
    if not parts:
        raise no_exam()
    return parts
