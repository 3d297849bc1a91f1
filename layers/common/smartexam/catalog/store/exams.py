"""Exams: their cards and their listings."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import structs
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.update import Action

from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.marks import number_or_text
from smartexam.catalog.store.categories import CategoryItem, category_key
from smartexam.platform.audit import Change, entry
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import (
    Delete,
    FloatAttribute,
    IntAttribute,
    Item,
    Operation,
    Page,
    Put,
    TransactionRefused,
    Update,
)
from smartexam.platform.errors import NotFound
from smartexam.platform.times import zone

REPLICAS = 4
CARD = "CARD"


class CardItem(Item):
    """One replica of an exam's card."""

    class Meta:
        context = "catalog"

    exam_id = IntAttribute()
    name = UnicodeAttribute()
    date = UnicodeAttribute()
    start_time = UnicodeAttribute()
    duration = IntAttribute()
    status = UnicodeAttribute()
    instructions = UnicodeAttribute()
    positive_marks = IntAttribute()
    negative_marks = IntAttribute()
    max_attempts = IntAttribute()
    result_mode = UnicodeAttribute()
    result_delay = IntAttribute()
    category_id = IntAttribute(null=True)
    allow_assistant = BooleanAttribute()
    is_released = BooleanAttribute()
    created_at = FloatAttribute()
    edit_version = IntAttribute()
    question_count = IntAttribute()
    own_marks = IntAttribute()
    without_own_marks = IntAttribute()
    content_version = IntAttribute()
    compiled_version = IntAttribute()
    batches = IntAttribute(default=0)
    open_batches = UnicodeSetAttribute(null=True)


class ListingItem(Item):
    """An exam's place in a listing."""

    class Meta:
        context = "catalog"

    exam_id = IntAttribute()


class ExamStatisticsItem(Item):
    """Totals of the catalog."""

    class Meta:
        context = "catalog"

    exams = IntAttribute()


class Exam(msgspec.Struct, frozen=True):
    """An exam.

    Attributes:
        date: `YYYY-MM-DD`, with `start_time` `HH:MM` in the institute's time zone.
        duration: minutes.
        status: `upcoming`, `ongoing` or `completed`.
        positive_marks: units, of a correct answer to a question without marks of its own.
        negative_marks: units, subtracted for a wrong one.
        max_attempts: 0 is unlimited.
        result_mode: `instant`, `delayed` (by `result_delay` minutes) or `manual` (until `is_released`).
        own_marks: units, the sum over questions with positive marks of their own.
        without_own_marks: number of questions without.
        content_version: raised by whatever changes the paper.
        compiled_version: the content version whose paper is ready.
        edit_version: raised by every edit of the exam itself; edits compare it.
        batches: how many batches of questions were ever begun; see `question_batches`.
        open_batches: those of them that are not part of the exam: still arriving, or never completed.
    """

    id: int
    name: str
    date: str
    start_time: str
    duration: int
    status: str
    instructions: str
    positive_marks: int
    negative_marks: int
    max_attempts: int
    result_mode: str
    result_delay: int
    category_id: int | None
    created_at: float
    allow_assistant: bool = False
    is_released: bool = False
    edit_version: int = 1
    question_count: int = 0
    own_marks: int = 0
    without_own_marks: int = 0
    content_version: int = 1
    compiled_version: int = 0
    batches: int = 0
    open_batches: frozenset[str] = frozenset()

    @property
    def place(self) -> str:
        """Its place in lists, by date and time."""
        return f"{self.date} {self.start_time}#{self.id:016d}"

    @property
    def max_marks(self) -> int:
        """The highest possible score, in units."""
        return self.own_marks + self.without_own_marks * self.positive_marks

    def shows(self, batch: int | None) -> bool:
        """Whether questions that came with this batch (None: in one transaction) were part of the exam."""
        if batch is None:
            return True
        return batch <= self.batches and all(not entry.startswith(f"{batch}@") for entry in self.open_batches)

    def opens_at(self, timezone: str) -> float:
        """When its date and start time come in the institute's time zone, epoch seconds."""
        local = datetime.fromisoformat(f"{self.date}T{self.start_time}").replace(tzinfo=zone(timezone))
        return local.timestamp()

    def is_open(self, time: ExamTime) -> bool:
        """Whether attempts can be started."""
        return self.status == "ongoing" or (self.status != "completed" and self.opens_at(time.timezone) <= time.now)

    def shows_result(self, completed_at: float, now: float) -> bool:
        """Whether students see a result that was completed then."""
        if self.result_mode == "delayed":
            return completed_at + self.result_delay * 60 <= now
        return self.result_mode == "instant" or self.is_released

    def result_available_at(self, completed_at: float) -> float | None:
        """From when on a result is visible, epoch seconds; None while that depends on its release."""
        if self.result_mode == "delayed":
            return completed_at + self.result_delay * 60
        if self.result_mode == "manual" and not self.is_released:
            return None
        return completed_at


# What changes the paper that is compiled, beside its questions.
_IN_PAPER = frozenset(
    {"name", "date", "start_time", "duration", "instructions", "positive_marks", "negative_marks", "category_id"}
    | {"max_attempts", "result_mode"}
)
_STORED = tuple(name for name in Exam.__struct_fields__ if name != "id")
_EDITABLE = _IN_PAPER | {"status", "result_delay", "allow_assistant", "is_released"}


def card_key(exam_id: int, replica: int) -> str:
    """The partition of one replica of an exam's card."""
    return f"CARD#{exam_id}#{replica % REPLICAS}"


def get_exam(exam_id: int, *, reader: int = 0) -> Exam | None:
    """An exam.

    Args:
        exam_id: which.
        reader: any number that spreads readers over the replicas, such as a user's id.
    """
    item = table.get(CardItem, card_key(exam_id, reader), CARD)
    return None if item is None else exam_from(item)


def find_exam(exam_id: int, *, reader: int = 0) -> Exam:
    """An exam that must be there; see `get_exam`.

    Raises:
        NotFound: there is none.
    """
    exam = get_exam(exam_id, reader=reader)
    if exam is None:
        raise no_exam()
    return exam


def no_exam() -> NotFound:
    """What is to be said of an exam that does not exist, or does not any more."""
    return NotFound("Exam not found", code="exam_not_found")


def get_exams(exam_ids: list[int], *, reader: int = 0) -> dict[int, Exam]:
    """Several exams by id; those that do not exist are missing."""
    found = table.batch_get((CardItem, card_key(exam_id, reader), CARD) for exam_id in exam_ids)
    return {item.exam_id: exam_from(item) for item in found.values()}


def list_exams(
    *, status: str | None = None, category_id: int | None = None, limit: int, after: str | None = None, reader: int = 0
) -> tuple[list[Exam], str | None]:
    """Exams, the latest date first, and the place to go on after.

    Two round trips: the listing's keys, then the cards.
    """
    page: Page[ListingItem] = table.query(
        ListingItem, _listing(status, category_id), limit=limit, after=after, newest_first=True
    )
    ids = [item.exam_id for item in page.items]
    exams = get_exams(ids, reader=reader) if ids else {}
    return [exams[exam_id] for exam_id in ids if exam_id in exams], page.next_sk


def create_exam(exam: Exam, admin_id: int | None = None) -> None:
    """Store a new exam with its listings and counts, and log it for the administrator who did it.

    Raises:
        NotFound: its category does not exist.
    """
    operations: list[Operation] = [Put(item, CardItem.pk.does_not_exist()) for item in _cards(exam)]
    operations += [Put(item) for item in _listings(exam)]
    operations += _category_count(exam.category_id, +1)
    operations.append(_exam_total(+1))
    if admin_id is not None:
        states = None, _logged_state(exam)
        operations.append(entry(Change(admin_id, "exam.create", f"exam:{exam.id}", *states), exam.created_at))
    try:
        table.transact(operations)
    except TransactionRefused:
        raise NotFound("Category not found", code="category_not_found") from None


def edit_exam(exam_id: int, change: Callable[[Exam], Mapping[str, Any]], by: tuple[int, float] | None = None) -> Exam:
    """Change an exam's own fields.

    Args:
        exam_id: which.
        change: the new values of the fields that change, given the exam as it is; asked again if it changes meanwhile.
        by: the administrator who does it and when (epoch seconds), for the log.

    Raises:
        NotFound: the exam does not exist, or the new category does not.
    """

    def attempt() -> Exam:
        before = find_exam(exam_id)
        changes = {name: value for name, value in change(before).items() if getattr(before, name) != value}
        if not changes:
            return before
        if not _EDITABLE.issuperset(changes):
            raise ValueError(f"not editable: {sorted(set(changes) - _EDITABLE)}")
        after = structs.replace(before, **changes, edit_version=before.edit_version + 1)
        actions: list[Action] = [
            getattr(CardItem, name).remove() if value is None else getattr(CardItem, name).set(value)
            for name, value in changes.items()
        ]
        actions.append(CardItem.edit_version.set(after.edit_version))
        if _IN_PAPER.intersection(changes):
            actions.append(CardItem.content_version.add(1))
        moved = _category_moves(before, after)
        try:
            table.transact(
                update_cards(exam_id, actions, CardItem.edit_version == before.edit_version)
                + _listing_moves(before, after)
                + _logged_edit(before, changes, by)
                + moved
            )
        except TransactionRefused as refused:
            if after.category_id is not None and moved and refused.failed[-1]:
                raise NotFound("Category not found", code="category_not_found") from None
            raise
        return after

    return table.retried(attempt)


def remove_exam(exam_id: int, by: tuple[int, float] | None = None) -> bool:
    """Take an exam out of the catalog: from now on nobody finds it. What belonged to it is erased apart.

    Args:
        exam_id: which.
        by: the administrator who does it and when (epoch seconds), for the log.

    Returns:
        False if there was none.
    """

    def attempt() -> bool:
        exam = get_exam(exam_id)
        if exam is None:
            return False
        operations: list[Operation] = [
            Delete(CardItem, card_key(exam_id, replica), CARD, CardItem.edit_version == exam.edit_version)
            for replica in range(REPLICAS)
        ]
        operations += [Delete(ListingItem, item.pk, item.sk) for item in _listings(exam)]
        operations += _category_count(exam.category_id, -1)
        operations.append(_exam_total(-1))
        if by is not None:
            operations.append(entry(Change(by[0], "exam.delete", f"exam:{exam_id}", _logged_state(exam), None), by[1]))
        table.transact(operations)
        return True

    return table.retried(attempt)


def mark_compiled(exam_id: int, version: int) -> bool:
    """Declare the paper of a content version ready, unless the content has changed since."""
    try:
        table.transact(
            update_cards(exam_id, [CardItem.compiled_version.set(version)], CardItem.content_version == version)
        )
    except TransactionRefused:
        return False
    return True


def update_cards(exam_id: int, actions: list[Action], condition: Any = None) -> list[Operation]:
    """The operations that change all replicas of a card alike, if the exam exists."""
    required = CardItem.pk.exists() if condition is None else CardItem.pk.exists() & condition
    return [Update(CardItem, card_key(exam_id, replica), CARD, actions, required) for replica in range(REPLICAS)]


def exam_from(item: CardItem) -> Exam:
    """The exam on a card."""
    fields = {name: getattr(item, name) for name in _STORED}
    fields["open_batches"] = frozenset(item.open_batches or ())
    return Exam(id=item.exam_id, **fields)


def exam_at(place: str) -> int:
    """The id of the exam that is at a place in a list."""
    return int(place.rpartition("#")[2])


def count_exams() -> int:
    """How many exams there are."""
    item = table.get(ExamStatisticsItem, "STATISTICS", "EXAMS")
    return 0 if item is None else item.exams


def _logged_state(exam: Exam) -> dict[str, Any]:
    return {name: _as_logged(name, getattr(exam, name)) for name in sorted(_EDITABLE)}


def _logged_edit(before: Exam, changes: Mapping[str, Any], by: tuple[int, float] | None) -> list[Operation]:
    if by is None:
        return []
    was = {name: _as_logged(name, getattr(before, name)) for name in changes}
    is_now = {name: _as_logged(name, value) for name, value in changes.items()}
    return [entry(Change(by[0], "exam.update", f"exam:{before.id}", was, is_now), by[1])]


def _as_logged(name: str, value: Any) -> Any:
    return number_or_text(value) if name in {"positive_marks", "negative_marks"} else value


def _listing(status: str | None, category_id: int | None) -> str:
    parts = ["LIST"]
    if category_id is not None:
        parts.append(f"C:{category_id}")
    if status is not None:
        parts.append(f"S:{status}")
    return "#".join(parts if len(parts) > 1 else [*parts, "ALL"])


def _listings(exam: Exam) -> list[ListingItem]:
    categories = [None] if exam.category_id is None else [None, exam.category_id]
    return [
        ListingItem(_listing(status, category), exam.place, exam_id=exam.id)
        for status in (None, exam.status)
        for category in categories
    ]


def _listing_moves(before: Exam, after: Exam) -> list[Operation]:
    old = {(item.pk, item.sk): item for item in _listings(before)}
    new = {(item.pk, item.sk): item for item in _listings(after)}
    gone: list[Operation] = [Delete(ListingItem, *key) for key in old if key not in new]
    return gone + [Put(item) for key, item in new.items() if key not in old]


def _category_moves(before: Exam, after: Exam) -> list[Operation]:
    if before.category_id == after.category_id:
        return []
    return _category_count(before.category_id, -1) + _category_count(after.category_id, +1)


def _category_count(category_id: int | None, change: int) -> list[Operation]:
    if category_id is None:
        return []
    return [
        Update(
            CategoryItem,
            *category_key(category_id),
            [CategoryItem.exam_count.add(change)],
            CategoryItem.pk.exists(),
        )
    ]


def _exam_total(change: int) -> Update:
    return Update(ExamStatisticsItem, "STATISTICS", "EXAMS", [ExamStatisticsItem.exams.add(change)])


def _cards(exam: Exam) -> list[CardItem]:
    fields = {name: getattr(exam, name) for name in _STORED}
    # DynamoDB knows no empty sets.
    fields["open_batches"] = set(exam.open_batches) or None
    return [CardItem(card_key(exam.id, replica), CARD, exam_id=exam.id, **fields) for replica in range(REPLICAS)]
