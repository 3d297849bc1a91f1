"""Adds more questions than one transaction can hold, still all or none.

    begin     the card gets a new batch number, which is open
    write     questions and pointers with that number, in parallel and without conditions
    complete  one transaction closes the number and changes counts and content version

A reader reads the card first and the questions after it, and skips questions whose batch is open on the card or unknown
to it. So a reader sees none or all of a batch, always in agreement with the card's counts and content version.

A batch that is never completed stays open, and so invisible. Its items are deleted at once if its process still runs,
otherwise with the exam's next batch or with the exam.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass

from pynamodb.expressions.update import Action

from smartexam.catalog.exam import Exam
from smartexam.catalog.questions import Question
from smartexam.catalog.store.exams import REPLICAS, CardItem, find_exam, update_cards
from smartexam.catalog.store.question_items import (
    QuestionItem,
    StoredQuestion,
    new_questions,
    place_prefix,
    pointer_key,
    questions_key,
    to_item,
    to_pointer,
)
from smartexam.catalog.store.totals import ContentChanged, counted
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Item, Operation, Put
from smartexam.platform.errors import AppError, BadRequest, NotFound

# The last step is one transaction of at most 100 operations, including the log entry.
MOST_EXAMS = (100 - 1) // REPLICAS
# Longer than any process works on a batch.
_ABANDONED_AFTER = 3600.0
_PER_WRITE = 25
_PARALLEL_WRITES = 8


Fit = Callable[[Exam, Sequence[tuple[int, Question]]], Sequence[tuple[int, Question]]]


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of questions that is being added to an exam; `entry` is on the card while the batch is open."""

    exam_id: int
    entry: str
    questions: Sequence[StoredQuestion]


def add(
    additions: Mapping[int, Sequence[tuple[int, Question]]],
    now: float,
    log: Callable[[Sequence[StoredQuestion]], Put] | None = None,
    *,
    fit: Fit,
    as_of: Mapping[int, int],
) -> list[StoredQuestion]:
    """Add questions, given with fresh ids by exam, to the ends of at most `MOST_EXAMS` exams, all or none.

    `fit` adapts the questions to their exam. The entry that `log` returns is written if and only if the
    questions are added. `as_of` has content versions that exams must have.

    Raises:
        NotFound: one of the exams does not exist.
        ContentChanged: one of the exams has another content version than in `as_of`.
        Unavailable: the database cannot be reached; all were added or none.
    """
    begun: list[Batch] = []
    try:
        for exam_id, questions in additions.items():
            begun.append(_begin(exam_id, questions, now, fit))
        for batch in begun:
            _write(batch)
    except BaseException:
        _discard(begun)
        raise
    added = [question for batch in begun for question in batch.questions]
    try:
        _complete(begun, [] if log is None else [log(added)], as_of)
    except (NotFound, BadRequest, ContentChanged):
        # Only after a refusal: after a lost answer the questions may already be part of the exam.
        _discard(begun)
        raise
    return added


def _begin(exam_id: int, questions: Sequence[tuple[int, Question]], now: float, fit: Fit) -> Batch:
    """Take the next batch number; it is open until the batch is complete."""

    def attempt() -> tuple[Batch, Exam]:
        exam = find_exam(exam_id)
        fitting = fit(exam, questions)
        number = exam.batches + 1
        entry = f"{number}@{place_prefix(now, questions[0][0])}"
        actions: list[Action] = [CardItem.batches.set(number), CardItem.open_batches.add({entry})]
        table.transact(update_cards(exam_id, actions, CardItem.batches == exam.batches))
        return Batch(exam_id, entry, new_questions(exam_id, fitting, now, number)), exam

    batch, exam = table.retried(attempt)
    for entry in exam.open_batches:
        _remove_abandoned(exam_id, entry, now)
    return batch


def _write(batch: Batch) -> None:
    # Pointers come last, so each pointer leads to a question, which can then be found and deleted.
    _in_parallel([to_item(question) for question in batch.questions])
    _in_parallel([to_pointer(question) for question in batch.questions])


def _complete(batches: Iterable[Batch], logged: Iterable[Put], as_of: Mapping[int, int]) -> None:
    logged = [*logged]

    def attempt() -> None:
        operations: list[Operation] = [*logged]
        for batch in batches:
            operations += counted(
                find_exam(batch.exam_id),
                added={question.id: question.content for question in batch.questions},
                actions=[CardItem.open_batches.delete({batch.entry})],
                condition=CardItem.open_batches.contains(batch.entry),
                as_of=as_of.get(batch.exam_id),
            )
        table.transact(operations)

    table.retried(attempt)


def _discard(batches: Iterable[Batch]) -> None:
    """Delete what was written of batches that will not be completed, if the database can be reached."""
    with suppress(AppError):
        for batch in batches:
            table.batch_delete("catalog", (pointer_key(question.id) for question in batch.questions))
            place = questions_key(batch.exam_id)
            table.batch_delete("catalog", ((place, question.place) for question in batch.questions))


def _remove_abandoned(exam_id: int, entry: str, now: float) -> None:
    """Delete what a dead process left of a batch. The batch stays open, because its late writes must stay invisible."""
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
        # Each in a copy of the context, so that its round trips are counted for the request.
        for done in [pool.submit(copy_context().run, table.batch_put, chunk) for chunk in chunks]:
            done.result()
