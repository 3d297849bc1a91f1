"""Passages: texts and pictures that several questions of an exam refer to.

Each change increments the exam's content version, because papers contain passages. A passage is deleted only if no
question uses it: the deletion, and every write of a question with a passage, compare the content version that they
read.
"""

from collections.abc import Iterable, Sequence

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from smartexam.catalog.exam import Exam
from smartexam.catalog.paper import Passage
from smartexam.catalog.store.exams import CardItem, find_exam, update_cards
from smartexam.catalog.store.question_items import questions_key
from smartexam.catalog.store.questions import questions_of
from smartexam.catalog.structure import misplaced
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Delete, IntAttribute, Item, Operation, Put
from smartexam.platform.errors import BadRequest, Conflict, InvalidFields, NotFound

PREFIX = "PASSAGE#"
MAX_PASSAGES = 500


class PassageItem(Item):
    """A passage of an exam."""

    class Meta:
        context = "catalog"

    passage_id = IntAttribute()
    text = UnicodeAttribute(null=True)
    image = UnicodeAttribute(null=True)
    texts = JSONAttribute(null=True)


class PassagePointerItem(Item):
    """The exam of a passage."""

    class Meta:
        context = "catalog"

    exam_id = IntAttribute()


def pointer_key(passage_id: int) -> tuple[str, str]:
    """The keys of a passage's pointer."""
    return f"PASSAGE#{passage_id}", "POINTER"


def list_passages(exam_id: int) -> list[Passage]:
    """An exam's passages, the oldest first."""
    return [_from_item(item) for item in table.query_all(PassageItem, questions_key(exam_id), prefix=PREFIX)]


def save_passages(
    exam_id: int, passages: Sequence[Passage], logged: Iterable[Operation] = (), *, are_known: bool = False
) -> None:
    """Add passages to an exam, or with `are_known` replace those with the same ids; at most 25 at once.

    Raises:
        NotFound: there is no such exam, or no such passage in it.
        InvalidFields: the exam does not have a language of their texts.
        BadRequest: the exam has `MAX_PASSAGES`.
    """
    languages = sorted({language for passage in passages for language in passage.texts})

    def attempt() -> None:
        # Decided here again, because an edit of the exam may come between the caller's check and this write.
        exam = find_exam(exam_id)
        if faults := misplaced(None, None, languages, exam.structure, ()):
            raise InvalidFields(faults)
        known = {passage.id for passage in list_passages(exam_id)}
        fresh = [passage for passage in passages if passage.id not in known]
        if fresh and are_known:
            raise no_passage()
        if len(known) + len(fresh) > MAX_PASSAGES:
            raise BadRequest(f"An exam has at most {MAX_PASSAGES} passages", code="too_many_passages")
        operations: list[Operation] = [Put(_to_item(exam_id, passage)) for passage in passages]
        operations += [
            Put(PassagePointerItem(*pointer_key(passage.id), exam_id=exam_id), PassagePointerItem.pk.does_not_exist())
            for passage in fresh
        ]
        table.transact([*operations, *logged, *_next_version(exam)])

    table.retried(attempt)


def find_passage_exam(passage_id: int) -> int:
    """The id of the exam of a passage.

    Raises:
        NotFound: there is no such passage.
    """
    pointer = table.get(PassagePointerItem, *pointer_key(passage_id))
    if pointer is None:
        raise no_passage()
    return pointer.exam_id


def delete_passage(passage_id: int, logged: Iterable[Operation] = ()) -> None:
    """Delete a passage.

    Raises:
        NotFound: there is no such passage.
        Conflict: `passage_in_use`, questions use it.
    """

    def attempt() -> None:
        exam = find_exam(find_passage_exam(passage_id))
        if any(question.content.passage_id == passage_id for question in questions_of(exam)):
            raise Conflict("Questions have this passage", code="passage_in_use")
        table.transact(
            [
                Delete(PassageItem, questions_key(exam.id), _place(passage_id), PassageItem.pk.exists()),
                Delete(PassagePointerItem, *pointer_key(passage_id)),
                *logged,
                *_next_version(exam),
            ]
        )

    table.retried(attempt)


def no_passage() -> NotFound:
    """The error for a passage that does not exist."""
    return NotFound("Passage not found", code="passage_not_found")


def _next_version(exam: Exam) -> list[Operation]:
    return update_cards(exam.id, [CardItem.content_version.add(1)], CardItem.content_version == exam.content_version)


def _place(passage_id: int) -> str:
    return f"{PREFIX}{passage_id:016d}"


def _to_item(exam_id: int, passage: Passage) -> PassageItem:
    return PassageItem(
        questions_key(exam_id),
        _place(passage.id),
        passage_id=passage.id,
        text=passage.text or None,
        image=passage.image or None,
        texts=dict(passage.texts) or None,
    )


def _from_item(item: PassageItem) -> Passage:
    return Passage(id=item.passage_id, text=item.text or "", image=item.image or "", texts=item.texts or {})
