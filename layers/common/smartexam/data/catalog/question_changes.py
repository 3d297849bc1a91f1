"""Adding, editing and deleting questions.

Each change is one transaction with the counts and the content version on the exam's card, on condition that the exam
exists: whoever loses a race against a deletion writes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import structs

from smartexam.data import table
from smartexam.data.catalog import question_batches, questions
from smartexam.data.catalog.exams import REPLICAS, no_exam, update_cards
from smartexam.data.catalog.question_items import (
    QuestionItem,
    StoredQuestion,
    count_changes,
    edited,
    new_questions,
    pointer_key,
    questions_key,
    to_item,
    to_pointer,
)
from smartexam.data.table import Delete, Operation, Put, TransactionRefused
from smartexam.errors import NotFound
from smartexam.exam.questions import Question

# DynamoDB takes 100 operations in a transaction, of which the card's replicas are four; an added question is two.
_MOST_ADDED = (100 - REPLICAS) // 2
_MOST_CHANGED = 100 - REPLICAS

Additions = Mapping[int, Sequence[tuple[int, Question]]]


def add_questions(exam_id: int, added: Sequence[tuple[int, Question]], now: float) -> list[StoredQuestion]:
    """Add questions, given with their fresh ids, at the end of an exam, in their order: all or none, however many.

    Args:
        exam_id: which exam.
        added: at least one.
        now: epoch seconds.

    Raises:
        NotFound: the exam does not exist (any more).
        Unavailable: the database cannot be reached; all were added or none.
    """
    if len(added) > _MOST_ADDED:
        return question_batches.add({exam_id: added}, now)
    fresh = new_questions(exam_id, added, now)
    operations: list[Operation] = [Put(to_item(each), QuestionItem.pk.does_not_exist()) for each in fresh]
    operations += [Put(to_pointer(each)) for each in fresh]
    try:
        table.transact(operations + update_cards(exam_id, count_changes(added=[each.content for each in fresh])))
    except TransactionRefused:
        raise no_exam() from None
    return fresh


def add_to_exams(additions: Additions, now: float) -> None:
    """Add questions at the ends of several exams (at most `question_batches.MOST_EXAMS`), all or none.

    Raises:
        NotFound: one of the exams does not exist (any more).
        Unavailable: the database cannot be reached; all were added or none.
    """
    if len(additions) == 1:
        add_questions(*next(iter(additions.items())), now)
    elif additions:
        question_batches.add(additions, now)


def edit_question(
    question_id: int, change: Callable[[StoredQuestion], Question], *, move_to: tuple[int, float] | None = None
) -> StoredQuestion:
    """Replace a question's content, and move it to another exam if that is asked for.

    Args:
        question_id: which.
        change: the new content, given the question as it is; asked again if it changes meanwhile.
        move_to: the exam that it shall be in, at its end if it is not there yet, and the time in epoch seconds.

    Raises:
        NotFound: the question or the other exam does not exist.
        Unavailable: others kept editing the same exam.
    """

    def attempt() -> StoredQuestion:
        before = questions.get_question(question_id)
        if before is None:
            raise NotFound("Question not found", code="question_not_found")
        content = change(before)
        if move_to is not None and move_to[0] != before.exam_id:
            return _move(before, content, *move_to)
        after = edited(before, content)
        if content != before.content:
            counts = count_changes(added=[content], removed=[before.content])
            table.transact([_rewrite(before, after), *update_cards(before.exam_id, counts)])
        return after

    return table.retried(attempt)


def edit_questions(exam_id: int, change: Callable[[StoredQuestion], Question | None]) -> int:
    """Replace the content of many questions of an exam.

    Args:
        exam_id: which exam.
        change: the new content of a question, None if it is not concerned; what it raises is raised before anything
            was written.

    Returns:
        How many are concerned, whether or not they had that content before.

    Raises:
        NotFound: the exam was deleted.
        Unavailable: others kept editing the same exam; some questions may have been changed.
    """
    concerned = 0
    places = []
    for stored in questions.all_questions(exam_id):
        content = change(stored)
        concerned += content is not None
        if content is not None and content != stored.content:
            places.append(stored.place)
    for chunk in _chunks(places):
        _edit_chunk(exam_id, chunk, change)
    return concerned


def delete_questions(question_ids: Iterable[int]) -> int:
    """Delete questions of any exams, however many.

    Returns:
        How many existed.

    Raises:
        Unavailable: others kept editing the same exam; some questions may have been deleted.
    """
    left = set(question_ids)
    tried: dict[int, tuple[int, str]] = {}
    count = 0
    # Again for those that were moved to another exam meanwhile.
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
            for chunk in _chunks(sorted(of_exam))
            for question_id in _delete_chunk(exam_id, chunk)
        }
        count += len(deleted)
        left = set(pointers) - deleted
    return count


def _move(before: StoredQuestion, content: Question, exam_id: int, now: float) -> StoredQuestion:
    (arriving,) = new_questions(exam_id, [(before.id, content)], now)
    after = structs.replace(arriving, revision=before.revision + 1, created_at=before.created_at)
    _transact_in_exam(
        [
            _removal(before),
            Put(to_item(after), QuestionItem.pk.does_not_exist()),
            Put(to_pointer(after)),
            *update_cards(before.exam_id, count_changes(removed=[before.content])),
            *update_cards(after.exam_id, count_changes(added=[content])),
        ]
    )
    return after


def _edit_chunk(exam_id: int, places: Sequence[str], change: Callable[[StoredQuestion], Question | None]) -> None:
    def attempt() -> None:
        rewrites: list[Operation] = []
        added, removed = [], []
        for before in questions.find_questions(exam_id, places):
            content = change(before)
            if content is not None and content != before.content:
                rewrites.append(_rewrite(before, edited(before, content)))
                added.append(content)
                removed.append(before.content)
        if rewrites:
            _transact_in_exam([*rewrites, *update_cards(exam_id, count_changes(added=added, removed=removed))])

    table.retried(attempt)


def _delete_chunk(exam_id: int, places: Sequence[str]) -> list[int]:
    def attempt() -> list[StoredQuestion]:
        found = questions.find_questions(exam_id, places)
        if found:
            removals: list[Operation] = [_removal(each) for each in found]
            counts = count_changes(removed=[each.content for each in found])
            table.transact([*removals, *update_cards(exam_id, counts)])
        return found

    deleted = table.retried(attempt)
    # Apart from the transaction, which so holds twice as many. A pointer that a crash leaves leads to nothing.
    table.batch_delete("catalog", (pointer_key(each.id) for each in deleted))
    return [each.id for each in deleted]


def _transact_in_exam(operations: Sequence[Operation]) -> None:
    """A transaction whose last operations are those of the exam's cards."""
    try:
        table.transact(operations)
    except TransactionRefused as refused:
        if any(refused.failed[-REPLICAS:]):
            raise no_exam() from None
        raise


def _removal(question: StoredQuestion) -> Delete:
    unchanged = QuestionItem.revision == question.revision
    return Delete(QuestionItem, questions_key(question.exam_id), question.place, unchanged)


def _rewrite(before: StoredQuestion, after: StoredQuestion) -> Put:
    return Put(to_item(after), QuestionItem.revision == before.revision)


def _chunks(places: Sequence[str]) -> Iterator[Sequence[str]]:
    return (places[at : at + _MOST_CHANGED] for at in range(0, len(places), _MOST_CHANGED))
