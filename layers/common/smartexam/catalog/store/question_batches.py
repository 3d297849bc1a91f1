"""Adding more questions at once than a transaction holds, all or none all the same.

    begin     the card gets a new batch number, which is open
    write     questions and pointers with that number, in parallel and without conditions
    complete  one transaction: the number is open no more, counts and content version change

A reader takes the card first and the questions after it, and passes over what came with a batch that is open on the
card, or that the card does not know yet. So it sees either none of a batch or all of it, whenever it looks, and what
it sees is what the card's counts and content version say.

A batch that is never completed stays open for good, and so invisible. What it left is removed at once if its process
lives, else with the exam's next batch, or with the exam.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass

from pynamodb.expressions.update import Action

from smartexam.catalog.exam import Exam
from smartexam.catalog.questions import Question
from smartexam.catalog.store.exams import REPLICAS, CardItem, find_exam, no_exam, update_cards
from smartexam.catalog.store.question_items import (
    QuestionItem,
    StoredQuestion,
    count_changes,
    new_questions,
    place_prefix,
    pointer_key,
    questions_key,
    to_item,
    to_pointer,
)
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Item, Operation, Put, TransactionRefused
from smartexam.platform.errors import AppError, NotFound

# The last step is one transaction of 100 operations, of which one is the entry in the log.
MOST_EXAMS = (100 - 1) // REPLICAS
# No process works on a batch that long: it is dead.
_ABANDONED_AFTER = 3600.0
_PER_WRITE = 25
_PARALLEL_WRITES = 8


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of questions on its way into an exam; `entry` stands on the card while it is open."""

    exam_id: int
    entry: str
    questions: Sequence[StoredQuestion]


def add(
    additions: Mapping[int, Sequence[tuple[int, Question]]],
    now: float,
    log: Callable[[Sequence[StoredQuestion]], Put] | None = None,
) -> list[StoredQuestion]:
    """Add questions, given with their fresh ids by exam, at the ends of at most `MOST_EXAMS` exams: all or none.

    What `log` makes of them is written if and only if they are added.

    Raises:
        NotFound: one of the exams does not exist (any more).
        Unavailable: the database cannot be reached; all were added or none.
    """
    begun: list[Batch] = []
    try:
        for exam_id, questions in additions.items():
            begun.append(_begin(exam_id, questions, now))
        for batch in begun:
            _write(batch)
    except BaseException:
        _discard(begun)
        raise
    added = [question for batch in begun for question in batch.questions]
    try:
        _complete(begun, [] if log is None else [log(added)])
    except NotFound:
        # Only then: after a lost answer nobody knows whether the questions are part of the exam by now.
        _discard(begun)
        raise
    return added


def _begin(exam_id: int, questions: Sequence[tuple[int, Question]], now: float) -> Batch:
    """Take the next number; it is open until the batch is complete."""

    def attempt() -> tuple[Batch, Exam]:
        exam = find_exam(exam_id)
        number = exam.batches + 1
        entry = f"{number}@{place_prefix(now, questions[0][0])}"
        actions: list[Action] = [CardItem.batches.set(number), CardItem.open_batches.add({entry})]
        table.transact(update_cards(exam_id, actions, CardItem.batches == exam.batches))
        return Batch(exam_id, entry, new_questions(exam_id, questions, now, number)), exam

    batch, exam = table.retried(attempt)
    for entry in exam.open_batches:
        _remove_abandoned(exam_id, entry, now)
    return batch


def _write(batch: Batch) -> None:
    # The pointers last: where one is there is a question, by which it can be found and removed.
    _in_parallel([to_item(question) for question in batch.questions])
    _in_parallel([to_pointer(question) for question in batch.questions])


def _complete(batches: Iterable[Batch], logged: Iterable[Put]) -> None:
    operations: list[Operation] = [*logged]
    for batch in batches:
        actions = count_changes(added=[question.content for question in batch.questions])
        actions.append(CardItem.open_batches.delete({batch.entry}))
        operations += update_cards(batch.exam_id, actions, CardItem.open_batches.contains(batch.entry))
    try:
        table.transact(operations)
    except TransactionRefused:
        raise no_exam() from None


def _discard(batches: Iterable[Batch]) -> None:
    """Remove what was written of batches that will not be completed, if the database lets us."""
    with suppress(AppError):
        for batch in batches:
            table.batch_delete("catalog", (pointer_key(question.id) for question in batch.questions))
            place = questions_key(batch.exam_id)
            table.batch_delete("catalog", ((place, question.place) for question in batch.questions))


def _remove_abandoned(exam_id: int, entry: str, now: float) -> None:
    """Remove what a batch left whose process died. It stays open: nobody shall ever see what may still appear."""
    prefix = entry.partition("@")[2]
    begun_at = int(prefix.split("#")[1]) / 1000
    if now - begun_at < _ABANDONED_AFTER:
        return
    left = list(table.query_all(QuestionItem, questions_key(exam_id), prefix=prefix))
    table.batch_delete("catalog", (pointer_key(item.question_id) for item in left))
    table.batch_delete("catalog", ((item.pk, item.sk) for item in left))


def _in_parallel(items: Sequence[Item]) -> None:
    chunks = [items[at : at + _PER_WRITE] for at in range(0, len(items), _PER_WRITE)]
    with ThreadPoolExecutor(max_workers=_PARALLEL_WRITES) as pool:
        # Each in a copy of the context, by which round trips are counted for the request.
        for done in [pool.submit(copy_context().run, table.batch_put, chunk) for chunk in chunks]:
            done.result()
