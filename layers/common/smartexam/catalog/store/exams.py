"""Reads exams, and updates their cards."""

from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.update import Action

from smartexam.catalog import structure
from smartexam.catalog.exam import Exam
from smartexam.catalog.store.listings import ListingItem, partition
from smartexam.catalog.store.marks_attribute import MarksAttribute
from smartexam.catalog.structure import PLAIN
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import (
    ConditionFailed,
    FloatAttribute,
    IntAttribute,
    Item,
    Operation,
    Update,
)
from smartexam.platform.errors import NotFound
from smartexam.platform.parallel import in_parallel

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
    positive_marks = MarksAttribute()
    negative_marks = MarksAttribute()
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
    structure = UnicodeAttribute(null=True)
    totals = UnicodeAttribute(null=True)
    closes_at = IntAttribute(null=True)
    latest_grant = IntAttribute(default=0)
    audience = UnicodeAttribute(default="everyone")
    batch_ids = UnicodeAttribute(default="")
    access_code = UnicodeAttribute(default="")
    counted_attempt = UnicodeAttribute(default="best")
    discussion = UnicodeAttribute(default="after_attempt")
    allow_chat = BooleanAttribute(default=False)
    grants_version = IntAttribute(default=0)
    has_overrides = BooleanAttribute(default=False)


class ExamStatisticsItem(Item):
    """Totals of the catalog."""

    class Meta:
        context = "catalog"

    exams = IntAttribute()


STORED = tuple(name for name in Exam.__struct_fields__ if name != "id")


def card_key(exam_id: int, replica: int) -> str:
    """The partition of one replica of an exam's card."""
    return f"CARD#{exam_id}#{replica % REPLICAS}"


def get_exam(exam_id: int, *, reader: int = 0) -> Exam | None:
    """An exam; None if there is none. `reader` is any number that spreads readers over the replicas, such as a user's
    id."""
    item = table.get(CardItem, card_key(exam_id, reader), CARD)
    return None if item is None else exam_from(item)


def find_exam(exam_id: int, *, reader: int = 0) -> Exam:
    """An exam that must exist; see `get_exam`.

    Raises:
        NotFound: there is no such exam.
    """
    exam = get_exam(exam_id, reader=reader)
    if exam is None:
        raise no_exam()
    return exam


def no_exam() -> NotFound:
    """The error for an exam that does not exist."""
    return NotFound("Exam not found", code="exam_not_found")


def get_exams(exam_ids: list[int], *, reader: int = 0) -> dict[int, Exam]:
    """Exams by id, without those that do not exist."""
    found = table.batch_get((CardItem, card_key(exam_id, reader), CARD) for exam_id in exam_ids)
    return {item.exam_id: exam_from(item) for item in found.values()}


def list_exams(
    *,
    status: str | None = None,
    category_id: int | None = None,
    limit: int,
    after: str | None = None,
    newest_first: bool = True,
    reader: int = 0,
) -> tuple[list[Exam], str | None]:
    """All exams by date, and the sort key to continue after; `status` as set by administrators.

    Two round trips: the listings' keys, then the cards.
    """
    kind = "ALL" if status is None else f"S:{status}"
    partitions = [partition(kind, category_id, audience) for audience in ("everyone", "batches")]
    pages = in_parallel(
        lambda pk: table.query(ListingItem, pk, limit=limit, after=after, newest_first=newest_first),
        partitions,
        most=2,
    )
    listed = (item for page in pages for item in page.items)
    rows = sorted(listed, key=lambda item: item.sk, reverse=newest_first)[:limit]
    exams = get_exams([item.exam_id for item in rows], reader=reader) if rows else {}
    is_last = len(rows) == sum(len(page.items) for page in pages) and all(page.next_sk is None for page in pages)
    return [exams[item.exam_id] for item in rows if item.exam_id in exams], None if is_last else rows[-1].sk


def mark_compiled(exam_id: int, version: int) -> bool:
    """Record that the paper of a content version is compiled, unless the content has changed since.

    Many processes may compile a paper at the same moment. Each replica is updated separately, if it needs it: plain
    updates of one item wait for each other, while transactions reject each other.
    """
    needed = (CardItem.content_version == version) & (CardItem.compiled_version != version)
    for replica in range(REPLICAS):
        try:
            table.update(CardItem, card_key(exam_id, replica), CARD, [CardItem.compiled_version.set(version)], needed)
        except ConditionFailed as failed:
            if failed.item is None or CardItem.from_raw_data(failed.item).content_version != version:
                return False
    return True


def update_cards(exam_id: int, actions: list[Action], condition: Any = None) -> list[Operation]:
    """The operations that change all replicas of a card in the same way, if the exam exists."""
    required = CardItem.pk.exists() if condition is None else CardItem.pk.exists() & condition
    return [Update(CardItem, card_key(exam_id, replica), CARD, actions, required) for replica in range(REPLICAS)]


def exam_from(item: CardItem) -> Exam:
    """The exam of a card."""
    fields: dict[str, Any] = {name: getattr(item, name) for name in STORED}
    fields["open_batches"] = frozenset(item.open_batches or ())
    fields["structure"] = structure.decode(item.structure) if item.structure else PLAIN
    fields["totals"] = structure.decode_totals(item.totals) if item.totals else None
    fields["batch_ids"] = tuple(map(int, item.batch_ids.split(","))) if item.batch_ids else ()
    return Exam(id=item.exam_id, **fields)


def stored_value(name: str, value: Any) -> Any:
    """A field of an exam as its card stores it; None removes it."""
    if name == "batch_ids":
        return ",".join(map(str, value))
    if name == "structure":
        return None if value.is_plain else structure.encode(value)
    if name == "totals":
        return None if value is None else structure.encode_totals(value)
    # DynamoDB has no empty sets.
    return set(value) or None if name == "open_batches" else value


def count_exams() -> int:
    """How many exams there are."""
    item = table.get(ExamStatisticsItem, "STATISTICS", "EXAMS")
    return 0 if item is None else item.exams
