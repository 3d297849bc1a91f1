"""Reads discussions: pages of bounded cost, counts, and the place of a comment."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from smartexam.catalog.exam import Exam
from smartexam.catalog.store import question_items as catalog
from smartexam.catalog.store.exams import CARD, CardItem, card_key, exam_from
from smartexam.platform.dynamodb import table
from smartexam.platform.keys import user_key
from smartexam.sitting.store.sitting_items import Sitting, SittingItem, sitting_from, sitting_key
from smartexam.talk.store.discussions.items import (
    COUNT,
    PIN_PREFIX,
    THREAD_PREFIX,
    AuthorItem,
    Comment,
    CommentItem,
    CountItem,
    Location,
    PinItem,
    PointerItem,
    Summary,
    ancestors_of,
    from_item,
    gone,
    partition,
    pointer_key,
    root_of,
    summary_of,
)

# The most comments on a page, roots and replies together. A full page costs about 10 read units.
PAGE_SIZE = 100
# Most pages take one query. Many pinned roots, or many pinned roots in a row to skip, take more.
_MOST_QUERIES = 10
_IN_PINNED = "P:"
# Sorts after everything below a root, because it is greater than the digits in a reply's place.
_END_OF_THREAD = "#~"


@dataclass(frozen=True, slots=True)
class Page:
    """Comments in reading order, and the place to continue after."""

    comments: list[Comment]
    next_place: str | None


@dataclass(frozen=True, slots=True)
class Discussion:
    """A question to discuss.

    Attributes:
        is_new: it never had a comment.
        parent: the comment to answer, if one was asked for and exists.
    """

    exam_id: int
    summary: Summary
    is_new: bool
    parent: Location | None


def find_discussion(question_id: int, *, parent_id: int | None = None) -> Discussion | None:
    """A question and the counts of its discussion; None if there is no such question. One round trip."""
    wanted: list[tuple[type[table.Item], str, str]] = [
        (catalog.PointerItem, *catalog.pointer_key(question_id)),
        (CountItem, partition(question_id), COUNT),
    ]
    if parent_id is not None:
        wanted.append((PointerItem, *pointer_key(parent_id)))
    found = table.batch_get(wanted)
    pointer = found.get(catalog.pointer_key(question_id))
    count = found.get((partition(question_id), COUNT))
    parent = None if parent_id is None else found.get(pointer_key(parent_id))
    if not isinstance(pointer, catalog.PointerItem):
        return None
    return Discussion(
        exam_id=pointer.exam_id,
        summary=summary_of(count if isinstance(count, CountItem) else None),
        is_new=count is None,
        parent=_location(parent) if isinstance(parent, PointerItem) else None,
    )


def find_seats(exam_ids: Iterable[int], user_id: int) -> dict[int, tuple[Exam, Sitting | None]]:
    """Exams that exist, each with a student's sitting of it. One round trip per 50 exams."""
    wanted: list[tuple[type[table.Item], str, str]] = []
    for exam_id in exam_ids:
        wanted += [
            (CardItem, card_key(exam_id, user_id), CARD),
            (SittingItem, user_key(user_id), sitting_key(exam_id)),
        ]
    found = table.batch_get(wanted)
    seats: dict[int, tuple[Exam, Sitting | None]] = {}
    for card in found.values():
        if isinstance(card, CardItem):
            sitting = found.get((user_key(user_id), sitting_key(card.exam_id)))
            seats[card.exam_id] = exam_from(card), sitting_from(sitting) if isinstance(sitting, SittingItem) else None
    return seats


def exams_of(question_ids: Iterable[int]) -> dict[int, int]:
    """The exams of questions that exist; one round trip per 100."""
    found = table.batch_get((catalog.PointerItem, *catalog.pointer_key(question_id)) for question_id in question_ids)
    return {int(pk.removeprefix("QUESTION#")): pointer.exam_id for (pk, _), pointer in found.items()}


def locate(comment_id: int) -> Location | None:
    """Where a comment is stored; None if it does not exist."""
    pointer = table.get(PointerItem, *pointer_key(comment_id))
    return None if pointer is None else _location(pointer)


def find_comment(where: Location) -> Comment:
    """A comment that was not deleted.

    Raises:
        NotFound: it does not exist, or was deleted.
    """
    item = table.get(CommentItem, partition(where.question_id), where.place)
    comment = None if item is None else from_item(item)
    if comment is None or comment.is_deleted:
        raise gone()
    return comment


def comments_of(user_id: int) -> Iterator[tuple[int, Comment]]:
    """All comments of a user that were not deleted, each with its question."""
    for row in table.query_all(AuthorItem, user_key(user_id), prefix="COMMENT#"):
        item = table.get(CommentItem, partition(row.question_id), row.place)
        comment = None if item is None else from_item(item)
        if comment is not None and comment.author_id == user_id and not comment.is_deleted:
            yield row.question_id, comment


def count_comments(question_id: int) -> int:
    """How many comments on a question are not deleted."""
    return summary_of(table.get(CountItem, partition(question_id), COUNT)).comments


def count_many(question_ids: Iterable[int]) -> dict[int, int]:
    """How many comments on each question are not deleted; one round trip per 100 questions."""
    wanted = list(dict.fromkeys(question_ids))
    found = table.batch_get((CountItem, partition(question_id), COUNT) for question_id in wanted)
    return {question_id: summary_of(found.get((partition(question_id), COUNT))).comments for question_id in wanted}


def read_page(question_id: int, *, has_pins: bool, limit: int = PAGE_SIZE, after: str | None = None) -> Page:
    """Comments of a question: threads of pinned roots first, then the others, each oldest first.

    A page may end within a thread. The next page then starts with the comments above its first one, so that each page
    can be shown alone. `has_pins` tells whether any root is pinned.
    """
    reading = _Reading(question_id, limit)
    next_place: str | None = None
    if after is None or after.startswith(_IN_PINNED):
        if has_pins or after is not None:
            next_place = reading.pinned(after.removeprefix(_IN_PINNED) if after else None)
        if next_place is None:
            next_place = reading.others(None)
    else:
        next_place = reading.others(after)
    return Page(reading.comments(), next_place)


class _Reading:
    """A page while it is being read."""

    def __init__(self, question_id: int, limit: int) -> None:
        self._limit = limit
        self._pk = partition(question_id)
        self._found: list[Comment] = []
        self._queries = 0

    def pinned(self, after: str | None) -> str | None:
        """Reads threads of pinned roots; returns where to continue if the page is full, None when all are read."""
        place = after
        if place is not None and not place.endswith(_END_OF_THREAD):
            if (rest := self._thread(root_of(place), place)) is not None:
                return rest
            place = root_of(place) + _END_OF_THREAD
        while True:
            start = None if place is None else f"{PIN_PREFIX}{root_of(place)}"
            pins = table.query(PinItem, self._pk, limit=_MOST_QUERIES, prefix=PIN_PREFIX, after=start)
            self._queries += 1
            for pin in pins.items:
                if self._is_full:
                    return place and f"{_IN_PINNED}{place}"
                root = pin.sk.removeprefix(PIN_PREFIX)
                if (rest := self._thread(root, None)) is not None:
                    return rest
                place = root + _END_OF_THREAD
            if pins.next_sk is None:
                return None
            if self._is_full:
                return place and f"{_IN_PINNED}{place}"

    def others(self, after: str | None) -> str | None:
        """Reads threads of the other roots; returns where to continue if the page is full, None at the end."""
        place = after
        while True:
            if self._is_full:
                # The start has no place to continue after, so this is a place before everything.
                return place or THREAD_PREFIX
            page = table.query(CommentItem, self._pk, limit=self._room, prefix=THREAD_PREFIX, after=place)
            self._queries += 1
            passed: str | None = None
            for comment in map(from_item, page.items):
                if comment.is_pinned and comment.parent_id is None:
                    passed = comment.place
                elif passed is None or root_of(comment.place) != passed:
                    self._found.append(comment)
            if page.next_sk is None:
                return None
            place = page.next_sk
            if passed is not None and root_of(place) == passed:
                place = passed + _END_OF_THREAD

    def comments(self) -> list[Comment]:
        """The comments read, preceded by the comments above the first one."""
        above = ancestors_of(self._found[0].place) if self._found else []
        if not above:
            return self._found
        known = table.batch_get((CommentItem, self._pk, place) for place in above)
        return [*(from_item(known[self._pk, place]) for place in above if (self._pk, place) in known), *self._found]

    @property
    def _room(self) -> int:
        return self._limit - len(self._found)

    @property
    def _is_full(self) -> bool:
        return self._room <= 0 or self._queries >= _MOST_QUERIES

    def _thread(self, root: str, after: str | None) -> str | None:
        page = table.query(CommentItem, self._pk, limit=self._room, prefix=root, after=after)
        self._queries += 1
        self._found += map(from_item, page.items)
        return None if page.next_sk is None else f"{_IN_PINNED}{page.next_sk}"


def _location(pointer: PointerItem) -> Location:
    comment_id = int(pointer.pk.removeprefix("COMMENT#"))
    return Location(comment_id, pointer.question_id, pointer.exam_id, pointer.place)
