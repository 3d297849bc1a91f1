"""Lists of exams, in the catalog table: one row for each list that an exam is in.

    pk                          sk                    exams
    LIST#ALL                    <date> <time>#<id>    for everyone
    LIST#S:ongoing              <date> <time>#<id>    for everyone, of a status as set
    LIST#OPEN:ongoing           <date> <time>#<id>    for everyone, not set `completed`, that never close by time
    LIST#CLOSING                <date> <time>#<id>    for everyone, not set `completed`, that close by time
    LIST#CLOSES                 <epoch>#<id>          the same by closing
    LIST#C:5, LIST#C:5#S:...    <date> <time>#<id>    each of these lists for one category
    BATCHED#...                 <date> <time>#<id>    the first two of exams for batches, for administrators

What is true of an exam changes with time and not only by writes, so no list says which exams can be sat now. The lists
are made so that a range of them holds little else: opened ones are those up to the present date and time, and those
that have not closed come after the present in `CLOSES`. Rows have what decides about that, so no card is read to reject
an exam. The rows of exams for batches are in the batches' partitions; see `smartexam.accounts.store.batches`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial, reduce

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from smartexam.accounts.store.batches import ListedExam
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import IntAttribute, Item
from smartexam.platform.times import zone

# How many exams that can still be sat may stand between those that have closed before a second query is needed.
_SPARE = 400
# The most rows that a search by name looks at in one query.
_SEARCHED = 4000
# Behind every id
_LAST = "~"


class ListingItem(Item):
    """An exam in a list; `name` is in one case."""

    class Meta:
        context = "catalog"

    exam_id = IntAttribute()
    place = UnicodeAttribute(default="")
    category_id = IntAttribute(null=True)
    status = UnicodeAttribute(default="")
    closes_at = IntAttribute(null=True)
    name = UnicodeAttribute(default="")


def listed(exam: Exam) -> ListedExam:
    """An exam as its rows in lists say it."""
    return ListedExam(exam.id, exam.place, exam.category_id, exam.status, exam.closes_at, exam.name.casefold())


def listings(exam: Exam) -> list[ListingItem]:
    """The rows of an exam."""
    row = listed(exam)
    kinds = [("ALL", row.place), (f"S:{exam.status}", row.place)]
    if exam.audience == "everyone" and exam.status != "completed":
        if exam.closes_at is None:
            kinds.append((f"OPEN:{exam.status}", row.place))
        else:
            kinds += [("CLOSING", row.place), ("CLOSES", f"{exam.closes_at:012d}#{exam.id:016d}")]
    categories = [None] if exam.category_id is None else [None, exam.category_id]
    return [
        ListingItem(
            partition(kind, category_id, exam.audience),
            sk,
            exam_id=row.exam_id,
            place=row.place,
            category_id=row.category_id,
            status=row.status,
            closes_at=row.closes_at,
            name=row.name,
        )
        for kind, sk in kinds
        for category_id in categories
    ]


def partition(kind: str, category_id: int | None, audience: str = "everyone") -> str:
    """The partition of a list."""
    parts = ["LIST" if audience == "everyone" else "BATCHED"]
    if category_id is not None:
        parts.append(f"C:{category_id}")
    if kind != "ALL" or category_id is None:
        parts.append(kind)
    return "#".join(parts)


def exam_at(place: str) -> int:
    """The id of the exam with this sort key in a list."""
    return int(place.rpartition("#")[2])


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which exams a student asks for.

    Attributes:
        status: what it is now: `upcoming`, `ongoing` or `completed`; None for any.
        name: part of the name, in any case; "" for any.
        after: the place to continue after.
        limit: how many.
    """

    status: str | None
    category_id: int | None
    name: str
    after: str | None
    limit: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a list: its rows, the latest date first, and down to which place it is complete (None: to its end)."""

    rows: list[ListedExam]
    floor: str | None


# Reads the part of a list after a place
Reader = Callable[[str | None], Piece]


def readers(wanted: Wanted, time: ExamTime) -> list[Reader]:
    """The queries that together find the exams for everyone that are wanted by their own times, and few others."""
    unopened, opened = _bounds(time)
    part = partial(_read, wanted)
    if wanted.status is None:
        return [partial(part, "ALL")]
    if wanted.status == "upcoming":
        return [partial(part, "S:upcoming", since=unopened)]
    if wanted.status == "ongoing":
        may_be_open = (ListingItem.place <= opened) | (ListingItem.status == "ongoing")
        return [
            partial(part, "OPEN:upcoming", until=opened),
            partial(part, "OPEN:ongoing"),
            partial(_read_unclosed, wanted, time.now, may_be_open),
        ]
    is_closed = ListingItem.closes_at <= int(time.now)
    return [partial(part, "S:completed"), partial(part, "CLOSING", until=opened, matching=is_closed)]


def _read(
    wanted: Wanted,
    kind: str,
    after: str | None,
    *,
    since: str | None = None,
    until: str | None = None,
    matching: Condition | None = None,
) -> Piece:
    pk = partition(kind, wanted.category_id)
    condition = _all([matching, ListingItem.name.contains(wanted.name.casefold()) if wanted.name else None])
    # One more than wanted says whether there are more.
    examined = _SEARCHED if wanted.name else wanted.limit + 1 + (0 if matching is None else _SPARE)
    # DynamoDB continues after a key only inside of the range.
    if after is not None and until is not None and after >= until:
        after = None
    if after is not None and since is not None and after <= since:
        return Piece([], None)
    page = table.query(
        ListingItem,
        pk,
        limit=examined,
        after=after,
        since=since,
        until=until,
        matching=condition,
        newest_first=True,
    )
    return Piece([_listed(item) for item in page.items], page.next_sk)


def _read_unclosed(wanted: Wanted, now: float, matching: Condition, after: str | None) -> Piece:
    """All exams that close in the future."""
    if wanted.name:
        matching &= ListingItem.name.contains(wanted.name.casefold())
    pk, since = partition("CLOSES", wanted.category_id), f"{int(now) + 1:012d}"
    rows = [_listed(item) for item in table.query_all(ListingItem, pk, since=since, matching=matching)]
    return Piece([row for row in rows if after is None or row.place < after], None)


def _bounds(time: ExamTime) -> tuple[str, str]:
    """(the first place of exams that may not have opened, the last place of those that may have).

    Places are by local time. For some hours around a change of the clocks the two ranges overlap: times that were
    skipped are read as later ones, and of those that occur twice the first is meant.
    """
    local, earlier = (datetime.fromtimestamp(moment, zone(time.timezone)) for moment in (time.now, time.now - 3 * 3600))
    forward = (local.utcoffset() or timedelta()) - (earlier.utcoffset() or timedelta())
    shown = local.replace(tzinfo=None)
    unopened = shown - max(forward, timedelta()) + timedelta(minutes=1)
    opened = shown - min(forward, timedelta())
    return f"{unopened:%Y-%m-%d %H:%M}", f"{opened:%Y-%m-%d %H:%M}#{_LAST}"


def _all(conditions: Iterable[Condition | None]) -> Condition | None:
    given = [condition for condition in conditions if condition is not None]
    return reduce(lambda one, other: one & other, given) if given else None


def _listed(item: ListingItem) -> ListedExam:
    return ListedExam(item.exam_id, item.place, item.category_id, item.status, item.closes_at, item.name)
