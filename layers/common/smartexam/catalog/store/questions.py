"""Reads the questions of exams.

Every change of a question changes the exam's counts and content version in the same transaction (see
`question_changes`), so it is always certain whether a compiled paper is current.
"""

from collections.abc import Iterable, Iterator, Sequence

from smartexam.catalog.exam import Exam
from smartexam.catalog.store.exams import CARD, CardItem, card_key, exam_from, get_exam, list_exams
from smartexam.catalog.store.listings import exam_at
from smartexam.catalog.store.question_items import (
    PREFIX,
    PointerItem,
    QuestionItem,
    StoredQuestion,
    from_item,
    pointer_key,
    questions_key,
)
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Item

_PAGE = 1000
# Sorts after every place with the same prefix.
_PAST = "~"
# Separates the exam's place from the question's place, which is "" at the end of the exam.
_IN_EXAM = "|"


def exam_of(question_id: int) -> int | None:
    """The exam that a question belongs to."""
    pointer = table.get(PointerItem, *pointer_key(question_id))
    return None if pointer is None else pointer.exam_id


def get_question(question_id: int) -> StoredQuestion | None:
    """A question by id, None also if its exam was deleted; two round trips."""
    missed: tuple[int, str] | None = None
    while True:
        pointer = table.get(PointerItem, *pointer_key(question_id))
        if pointer is None or (pointer.exam_id, pointer.question_sk) == missed:
            return None
        found = find_questions(pointer.exam_id, [pointer.question_sk])
        if found:
            return found[0]
        # Deleted, or moved to another exam between the two reads; then the pointer has changed.
        missed = (pointer.exam_id, pointer.question_sk)


def find_questions(exam_id: int, places: Sequence[str]) -> list[StoredQuestion]:
    """The questions of an exam at these places (at most 99), none if the exam was deleted; one round trip."""
    wanted: list[tuple[type[Item], str, str]] = [(CardItem, card_key(exam_id, 0), CARD)]
    wanted += [(QuestionItem, questions_key(exam_id), place) for place in places]
    found = table.batch_get(wanted).values()
    exam = next((exam_from(item) for item in found if isinstance(item, CardItem)), None)
    if exam is None:
        return []
    stored = [from_item(item) for item in found if isinstance(item, QuestionItem)]
    return [question for question in stored if exam.shows(question.batch)]


def list_questions(exam: Exam, *, limit: int, after: str | None = None) -> tuple[list[StoredQuestion], str | None]:
    """Questions in the exam's order, and the place to continue after; one round trip, unless a large batch is being
    added."""
    found: list[StoredQuestion] = []
    while True:
        page = table.query(QuestionItem, questions_key(exam.id), limit=limit - len(found), prefix=PREFIX, after=after)
        stored = [from_item(item) for item in page.items]
        found += [question for question in stored if exam.shows(question.batch)]
        if page.next_sk is None or len(found) >= limit:
            return found, page.next_sk
        after = page.next_sk if exam.shows(stored[-1].batch) else _behind_batch(stored[-1].place)


def list_all_questions(*, limit: int, after: str | None = None) -> tuple[list[StoredQuestion], str | None]:
    """Questions of all exams, in the order of the list of exams, and the place to continue after.

    Two round trips and one for each exam on the page. A page ends after `limit` exams, so it may have fewer questions.
    """
    found: list[StoredQuestion] = []
    exam_place: str | None = None
    if after is not None:
        exam_place, _, question_place = after.partition(_IN_EXAM)
        exam = get_exam(exam_at(exam_place)) if question_place else None
        if exam is not None:
            found, rest = list_questions(exam, limit=limit, after=question_place)
            if rest is not None:
                return found, f"{exam_place}{_IN_EXAM}{rest}"
    exams, next_exam = list_exams(limit=limit, after=exam_place)
    for exam in exams:
        if len(found) >= limit:
            return found, f"{exam_place}{_IN_EXAM}"
        exam_place = exam.place
        if exam.question_count:
            page, rest = list_questions(exam, limit=limit - len(found))
            found += page
            if rest is not None:
                return found, f"{exam_place}{_IN_EXAM}{rest}"
    return found, None if next_exam is None else f"{next_exam}{_IN_EXAM}"


def questions_of(exam: Exam) -> Iterator[StoredQuestion]:
    """All questions of an exam in order, as of when its card was read or later."""
    after: str | None = None
    while True:
        page, after = list_questions(exam, limit=_PAGE, after=after)
        yield from page
        if after is None:
            return


def all_questions(exam_id: int) -> Iterator[StoredQuestion]:
    """All questions of an exam in order; none if there is no such exam."""
    exam = get_exam(exam_id)
    return iter(()) if exam is None else questions_of(exam)


def pointers_of(question_ids: Iterable[int]) -> dict[int, PointerItem]:
    """The pointers of questions by id, without those that do not exist."""
    found = table.batch_get((PointerItem, *pointer_key(question_id)) for question_id in set(question_ids))
    return {int(pk.removeprefix("QUESTION#")): pointer for (pk, _), pointer in found.items()}


def _behind_batch(place: str) -> str:
    """The place after all questions that were added together with the one at this place."""
    return f"{place.rpartition('#')[0]}#{_PAST}"
