"""Questions of exams.

A question's write changes the exam's counts and its content version in the same transaction, so a compiled paper is
known to be current or not, never thought to be.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action

from smartexam.data import table
from smartexam.data.catalog.exams import CardItem, update_cards
from smartexam.data.table import Delete, FloatAttribute, IntAttribute, Item, Operation, Put, TransactionRefused
from smartexam.errors import NotFound
from smartexam.exam.questions import Question

PREFIX = "Q#"
# Each question is two operations, and each transaction changes the card's four replicas; 100 is DynamoDB's limit.
CHUNK = 48


class QuestionItem(Item):
    """A question, at its place in the exam."""

    class Meta:
        context = "catalog"

    question_id = IntAttribute()
    question_type = UnicodeAttribute()
    question_text = UnicodeAttribute()
    option_a = UnicodeAttribute(default="")
    option_b = UnicodeAttribute(default="")
    option_c = UnicodeAttribute(default="")
    option_d = UnicodeAttribute(default="")
    correct_answer = UnicodeAttribute()
    image_path = UnicodeAttribute(default="")
    positive_marks = IntAttribute(null=True)
    negative_marks = IntAttribute(null=True)
    tolerance = UnicodeAttribute()
    created_at = FloatAttribute()
    revision = IntAttribute()


class PointerItem(Item):
    """Where a question lies."""

    class Meta:
        context = "catalog"

    exam_id = IntAttribute()
    question_sk = UnicodeAttribute()


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """A question of an exam."""

    id: int
    exam_id: int
    content: Question
    place: str
    revision: int
    created_at: float


def questions_key(exam_id: int) -> str:
    """The partition of an exam's questions."""
    return f"EXAM#{exam_id}"


def pointer_key(question_id: int) -> tuple[str, str]:
    """The keys of a question's pointer."""
    return f"QUESTION#{question_id}", "POINTER"


def exam_of(question_id: int) -> int | None:
    """The exam that a question belongs to."""
    pointer = table.get(PointerItem, *pointer_key(question_id))
    return None if pointer is None else pointer.exam_id


def get_question(question_id: int) -> StoredQuestion | None:
    """A question by id; two round trips."""
    pointer = table.get(PointerItem, *pointer_key(question_id))
    if pointer is None:
        return None
    item = table.get(QuestionItem, questions_key(pointer.exam_id), pointer.question_sk)
    return None if item is None else _stored(item)


def list_questions(exam_id: int, *, limit: int, after: str | None = None) -> tuple[list[StoredQuestion], str | None]:
    """Questions in the exam's order, and the place to go on after."""
    page = table.query(QuestionItem, questions_key(exam_id), limit=limit, prefix=PREFIX, after=after)
    return [_stored(item) for item in page.items], page.next_sk


def all_questions(exam_id: int) -> Iterator[StoredQuestion]:
    """All questions of an exam in its order."""
    return (_stored(item) for item in table.query_all(QuestionItem, questions_key(exam_id), prefix=PREFIX))


def add_questions(exam_id: int, questions: Sequence[tuple[int, Question]], now: float) -> None:
    """Add questions, given with their ids, at the end of an exam, in their order.

    Each chunk of `CHUNK` is one transaction: the chunks before one that fails stay.

    Raises:
        NotFound: the exam does not exist (any more).
    """
    for number, chunk in enumerate(_chunks(questions, CHUNK)):
        operations: list[Operation] = []
        for index, (question_id, content) in enumerate(chunk):
            place = f"{PREFIX}{int(now * 1000):013d}{number * CHUNK + index:05d}#{question_id}"
            item = _item(exam_id, place, question_id, content, now, revision=1)
            operations.append(Put(item, QuestionItem.pk.does_not_exist()))
            operations.append(Put(PointerItem(*pointer_key(question_id), exam_id=exam_id, question_sk=place)))
        actions = _counts([(None, content) for _, content in chunk])
        try:
            table.transact(operations + update_cards(exam_id, actions))
        except TransactionRefused:
            raise NotFound("Exam not found") from None


def edit_question(question_id: int, change: Callable[[StoredQuestion], Question]) -> StoredQuestion:
    """Replace a question's content.

    Args:
        question_id: which.
        change: the new content, given the question as it is; asked again if it changes meanwhile.

    Raises:
        NotFound: it does not exist.
    """
    edited: list[StoredQuestion] = []

    def write(item: QuestionItem | None) -> None:
        if item is None:
            raise NotFound("Question not found")
        before = _stored(item)
        after = _replaced(before, change(before))
        edited[:] = [after]
        if after.content != before.content:
            table.transact(
                [_rewrite(before, after), *update_cards(before.exam_id, _counts([(before.content, after.content)]))]
            )

    table.updated(lambda: _find(question_id), write)
    return edited[0]


def edit_questions(exam_id: int, change: Callable[[StoredQuestion], Question]) -> int:
    """Replace the content of many questions of an exam.

    Args:
        exam_id: which exam.
        change: the new content of a question; the same content leaves it alone.

    Returns:
        How many changed.

    Raises:
        Unavailable: others kept editing the same questions.
    """
    ids = [stored.id for stored in all_questions(exam_id) if change(stored) != stored.content]
    for chunk in _chunks(ids, 2 * CHUNK):
        _edit_chunk(exam_id, chunk, change)
    return len(ids)


def delete_questions(question_ids: Iterable[int]) -> int:
    """Delete questions of any exams, however many.

    Returns:
        How many existed.
    """
    by_exam: dict[int, list[int]] = {}
    pointers = table.batch_get((PointerItem, *pointer_key(question_id)) for question_id in set(question_ids))
    for (pk, _), pointer in pointers.items():
        by_exam.setdefault(pointer.exam_id, []).append(int(pk.removeprefix("QUESTION#")))
    deleted = 0
    for exam_id, ids in by_exam.items():
        for chunk in _chunks(sorted(ids), CHUNK):
            deleted += _delete_chunk(exam_id, chunk)
    return deleted


def _edit_chunk(exam_id: int, ids: Sequence[int], change: Callable[[StoredQuestion], Question]) -> None:
    def attempt() -> None:
        edits = [(before, _replaced(before, change(before))) for before in _find_all(exam_id, ids)]
        edits = [(before, after) for before, after in edits if before.content != after.content]
        if edits:
            counts = _counts([(before.content, after.content) for before, after in edits])
            rewrites: list[Operation] = [_rewrite(before, after) for before, after in edits]
            table.transact(rewrites + update_cards(exam_id, counts))

    table.updated(lambda: None, lambda _: attempt())


def _delete_chunk(exam_id: int, ids: Sequence[int]) -> int:
    count = 0

    def attempt() -> None:
        nonlocal count
        found = _find_all(exam_id, ids)
        count = len(found)
        if not found:
            return
        operations: list[Operation] = []
        for stored in found:
            unchanged = QuestionItem.revision == stored.revision
            operations.append(Delete(QuestionItem, questions_key(exam_id), stored.place, unchanged))
            operations.append(Delete(PointerItem, *pointer_key(stored.id)))
        table.transact(operations + update_cards(exam_id, _counts([(stored.content, None) for stored in found])))

    table.updated(lambda: None, lambda _: attempt())
    return count


def _find(question_id: int) -> QuestionItem | None:
    pointer = table.get(PointerItem, *pointer_key(question_id))
    return None if pointer is None else table.get(QuestionItem, questions_key(pointer.exam_id), pointer.question_sk)


def _find_all(exam_id: int, ids: Sequence[int]) -> list[StoredQuestion]:
    pointers = table.batch_get((PointerItem, *pointer_key(question_id)) for question_id in ids)
    wanted = [(QuestionItem, questions_key(exam_id), pointer.question_sk) for pointer in pointers.values()]
    return [_stored(item) for item in table.batch_get(wanted).values()]


def _counts(changes: Sequence[tuple[Question | None, Question | None]]) -> list[Action]:
    """What changes of questions (before, after) do to the card."""
    questions = own = without = 0
    for content, sign in ((side, sign) for pair in changes for side, sign in zip(pair, (-1, 1), strict=True)):
        if content is not None:
            questions += sign
            own += sign * (content.positive_marks or 0)
            without += sign * (content.positive_marks is None)
    actions: list[Action] = [CardItem.content_version.add(1)]
    for attribute, change in (
        (CardItem.question_count, questions),
        (CardItem.own_marks, own),
        (CardItem.without_own_marks, without),
    ):
        if change:
            actions.append(attribute.add(change))
    return actions


def _rewrite(before: StoredQuestion, after: StoredQuestion) -> Put:
    item = _item(after.exam_id, after.place, after.id, after.content, after.created_at, revision=after.revision)
    return Put(item, QuestionItem.revision == before.revision)


def _replaced(before: StoredQuestion, content: Question) -> StoredQuestion:
    return StoredQuestion(before.id, before.exam_id, content, before.place, before.revision + 1, before.created_at)


def _item(
    exam_id: int, place: str, question_id: int, content: Question, created_at: float, *, revision: int
) -> QuestionItem:
    return QuestionItem(
        questions_key(exam_id),
        place,
        question_id=question_id,
        created_at=created_at,
        revision=revision,
        **{name: getattr(content, name) for name in Question.__struct_fields__},
    )


def _stored(item: QuestionItem) -> StoredQuestion:
    content = Question(**{name: getattr(item, name) for name in Question.__struct_fields__})
    exam_id = int(item.pk.removeprefix("EXAM#"))
    return StoredQuestion(item.question_id, exam_id, content, item.sk, item.revision, item.created_at)


T = TypeVar("T")


def _chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk
