"""Adding, editing and deleting questions.

Each change is one transaction with the counts and the content version on the exam's card and with the log entry, on
condition that the exam exists. A change that races with the exam's deletion therefore writes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import structs

from smartexam.catalog.exam import Exam
from smartexam.catalog.questions import Question
from smartexam.catalog.store import passages, question_batches, questions
from smartexam.catalog.store.exams import REPLICAS, find_exam, get_exam
from smartexam.catalog.store.question_items import (
    ArrivalItem,
    PointerItem,
    QuestionItem,
    StoredQuestion,
    arrivals_key,
    edited,
    new_questions,
    pointer_key,
    questions_key,
    to_item,
    to_pointer,
)
from smartexam.catalog.store.totals import counted, totals_of
from smartexam.catalog.structure import fitted
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Delete, Operation, Put
from smartexam.platform.errors import InvalidFields, NotFound

# DynamoDB takes 100 operations in a transaction. The card's replicas are four, the log entry is one, and a question
# with its pointer is two.
_MOST_EDITED = 100 - REPLICAS - 1
_MOST_ADDED = _MOST_DELETED = _MOST_EDITED // 2

Additions = Mapping[int, Sequence[tuple[int, Question]]]
# The log entry of a transaction, given the questions that it added, changed (before the change) or removed.
Log = Callable[[Sequence[StoredQuestion]], Put]


def add_questions(
    exam_id: int,
    added: Sequence[tuple[int, Question]],
    now: float,
    log: Log | None = None,
    *,
    as_of: int | None = None,
) -> list[StoredQuestion]:
    """Add at least one question, given with fresh ids, to the end of an exam, all or none, however many.

    Args:
        as_of: the content version that the exam must have; None for any.

    Raises:
        NotFound: the exam does not exist.
        ContentChanged: the exam has another content version than `as_of`.
        InvalidFields: a question does not fit the exam.
        BadRequest: `unequal_marks`.
        Unavailable: the database cannot be reached; all were added or none.
    """
    if len(added) > _MOST_ADDED:
        return question_batches.add({exam_id: added}, now, log, fit=fit, as_of=_versions(exam_id, as_of))

    def attempt() -> list[StoredQuestion]:
        exam = find_exam(exam_id)
        fitting = fit(exam, added)
        fresh = new_questions(exam_id, fitting, now)
        operations: list[Operation] = [Put(to_item(each), QuestionItem.pk.does_not_exist()) for each in fresh]
        operations += [Put(to_pointer(each)) for each in fresh]
        operations += _logged(log, fresh)
        table.transact(operations + counted(exam, added=dict(fitting), as_of=as_of))
        return fresh

    return table.retried(attempt)


def fit(exam: Exam, added: Sequence[tuple[int, Question]]) -> list[tuple[int, Question]]:
    """Questions adapted to an exam: each is in one of its sections.

    Raises:
        InvalidFields: a question names a section, passage or language that the exam does not have.
    """
    known = passage_ids(exam, (content for _, content in added))
    fitting = [(question_id, fitted(content, exam.structure, known)) for question_id, content in added]
    for _, found in fitting:
        if not isinstance(found, Question):
            raise InvalidFields(found)
    return [(question_id, found) for question_id, found in fitting if isinstance(found, Question)]


def passage_ids(exam: Exam, contents: Iterable[Question]) -> set[int]:
    """The ids of an exam's passages, read only if a question names one."""
    if all(content.passage_id is None for content in contents):
        return set()
    return {passage.id for passage in passages.list_passages(exam.id)}


def add_to_exams(
    additions: Additions, now: float, log: Log | None = None, *, as_of: Mapping[int, int] | None = None
) -> None:
    """Add questions to the ends of several exams (at most `question_batches.MOST_EXAMS`), all or none, and log it.

    Args:
        additions: questions with fresh ids, by exam.
        now: epoch seconds.
        log: the log entry.
        as_of: content versions that exams must have.

    Raises:
        NotFound: one of the exams does not exist.
        ContentChanged: one of the exams has another content version than in `as_of`.
        Unavailable: the database cannot be reached; all were added or none.
    """
    versions = as_of or {}
    if len(additions) == 1:
        ((exam_id, added),) = additions.items()
        add_questions(exam_id, added, now, log, as_of=versions.get(exam_id))
    elif additions:
        question_batches.add(additions, now, log, fit=fit, as_of=versions)


def edit_question(
    question_id: int,
    change: Callable[[StoredQuestion], Question],
    *,
    move_to: tuple[int, float] | None = None,
    log: Callable[[StoredQuestion, StoredQuestion], Sequence[Put]] | None = None,
) -> StoredQuestion:
    """Replace a question's content, and optionally move it to another exam.

    Args:
        change: the new content, given the question; called again if the question changes meanwhile.
        move_to: the exam to whose end it moves unless it is there already, and the time in epoch seconds.
        log: the log entry, given the question before and after; not called if nothing changes.

    Raises:
        NotFound: the question or the other exam does not exist.
        Unavailable: the exam was edited during every attempt.
    """

    def attempt() -> StoredQuestion:
        before = questions.get_question(question_id)
        if before is None:
            raise NotFound("Question not found", code="question_not_found")
        content = change(before)
        if move_to is not None and move_to[0] != before.exam_id:
            exam = find_exam(move_to[0])
            ((_, content),) = fit(exam, [(before.id, content)])
            after = _moved(before, content, *move_to)
            _move(before, after, exam, [] if log is None else log(before, after))
            return after
        if content == before.content:
            return edited(before, content)
        exam = find_exam(before.exam_id)
        ((_, content),) = fit(exam, [(before.id, content)])
        after = edited(before, content)
        logged = [] if log is None else log(before, after)
        counts = counted(exam, added={before.id: content}, removed={before.id: before.content})
        table.transact([_rewrite(before, after), *logged, *counts])
        return after

    return table.retried(attempt)


def edit_questions(exam_id: int, change: Callable[[StoredQuestion], Question | None], log: Log | None = None) -> int:
    """Replace the content of many questions of an exam.

    Args:
        change: the new content of a question, None to leave it. An error that it raises comes before any write.
        log: the log entry of each transaction.

    Returns:
        The number of questions for which `change` gave content, even if it was the same.

    Raises:
        NotFound: the exam was deleted.
        BadRequest: `unequal_marks`; nothing was changed.
        Unavailable: the exam was edited during every attempt; some questions may have been changed.
    """
    concerned = 0
    places = []
    exam = get_exam(exam_id)
    after: list[Question] = []
    for stored in () if exam is None else questions.questions_of(exam):
        content = change(stored)
        concerned += content is not None
        after.append(content or stored.content)
        if content is not None and content != stored.content:
            places.append(stored.place)
    if exam is not None:
        totals_of(exam, after)
    for chunk in _chunks(places, _MOST_EDITED):
        _edit_chunk(exam_id, chunk, change, log)
    return concerned


def delete_questions(question_ids: Iterable[int], log: Log | None = None) -> int:
    """Delete questions of any exams, however many; unknown ids are skipped.

    Each transaction concerns one exam, and `log` gives its log entry. Returns how many questions existed.

    Raises:
        Unavailable: an exam was edited during every attempt; some questions may have been deleted.
    """
    left = set(question_ids)
    tried: dict[int, tuple[int, str]] = {}
    count = 0
    # Repeated for questions that were moved to another exam meanwhile.
    while pointers := {
        question_id: pointer
        for question_id, pointer in questions.pointers_of(left).items()
        if tried.get(question_id) != (pointer.exam_id, pointer.question_sk)
    }:
        places: dict[int, list[str]] = {}
        for question_id, pointer in pointers.items():
            tried[question_id] = (pointer.exam_id, pointer.question_sk)
            places.setdefault(pointer.exam_id, []).append(pointer.question_sk)
        deleted = {
            question_id
            for exam_id, of_exam in places.items()
            for chunk in _chunks(sorted(of_exam), _MOST_DELETED)
            for question_id in _delete_chunk(exam_id, chunk, log)
        }
        count += len(deleted)
        left = set(pointers) - deleted
    return count


def _moved(before: StoredQuestion, content: Question, exam_id: int, now: float) -> StoredQuestion:
    """A question at the end of another exam."""
    (arriving,) = new_questions(exam_id, [(before.id, content)], now)
    return structs.replace(arriving, revision=before.revision + 1, created_at=before.created_at)


def _move(before: StoredQuestion, after: StoredQuestion, to: Exam, logged: Sequence[Put]) -> None:
    table.transact(
        [
            _removal(before),
            Put(to_item(after), QuestionItem.pk.does_not_exist()),
            Put(to_pointer(after)),
            Put(ArrivalItem(arrivals_key(after.exam_id), f"QUESTION#{after.id}")),
            *logged,
            *counted(find_exam(before.exam_id), removed={before.id: before.content}),
            *counted(to, added={after.id: after.content}),
        ]
    )


def _edit_chunk(
    exam_id: int, places: Sequence[str], change: Callable[[StoredQuestion], Question | None], log: Log | None
) -> None:
    def attempt() -> None:
        rewrites: list[Operation] = []
        before, after = [], []
        for stored in questions.find_questions(exam_id, places):
            content = change(stored)
            if content is not None and content != stored.content:
                before.append(stored)
                after.append(edited(stored, content))
                rewrites.append(_rewrite(stored, after[-1]))
        if rewrites:
            added = {each.id: each.content for each in after}
            removed = {each.id: each.content for each in before}
            counts = counted(find_exam(exam_id), added=added, removed=removed, may_be_unequal=True)
            table.transact([*rewrites, *_logged(log, after), *counts])

    table.retried(attempt)


def _delete_chunk(exam_id: int, places: Sequence[str], log: Log | None) -> list[int]:
    def attempt() -> list[StoredQuestion]:
        found = questions.find_questions(exam_id, places)
        if found:
            removals: list[Operation] = [_removal(each) for each in found]
            # Deleted with the question: no pointer may lead to a missing question.
            removals += [Delete(PointerItem, *pointer_key(each.id)) for each in found]
            exam = get_exam(exam_id)
            if exam is None:
                return []
            counts = counted(exam, removed={each.id: each.content for each in found})
            table.transact([*removals, *_logged(log, found), *counts])
        return found

    return [each.id for each in table.retried(attempt)]


def _versions(exam_id: int, as_of: int | None) -> Mapping[int, int]:
    return {} if as_of is None else {exam_id: as_of}


def _logged(log: Log | None, changed: Sequence[StoredQuestion]) -> list[Operation]:
    return [] if log is None else [log(changed)]


def _removal(question: StoredQuestion) -> Delete:
    unchanged = QuestionItem.revision == question.revision
    return Delete(QuestionItem, questions_key(question.exam_id), question.place, unchanged)


def _rewrite(before: StoredQuestion, after: StoredQuestion) -> Put:
    return Put(to_item(after), QuestionItem.revision == before.revision)


def _chunks(places: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (places[at : at + size] for at in range(0, len(places), size))
