"""Batches: groups of students, in the identity table.

    pk          sk                        what
    BATCH#5     BATCH                     the batch, and how many students are in it
    BATCH#5     EXAM#0000000000000007     an exam that names it, or is about to
    BATCHES     <name>                    the batches by name, unique in any case

Their students are in `smartexam.accounts.store.enrolments`.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress

import msgspec
from pynamodb.attributes import UnicodeAttribute

from smartexam.accounts.store import directory
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import (
    ConditionFailed,
    Delete,
    FloatAttribute,
    IntAttribute,
    Item,
    Operation,
    Put,
    TransactionRefused,
    Update,
)
from smartexam.platform.errors import Conflict, NotFound

_LIST = "BATCHES"
# The most rows that are searched for a page of names.
_MOST_LOOKED_AT = 1000


class BatchItem(Item):
    """A batch."""

    class Meta:
        context = "identity"

    batch_id = IntAttribute()
    name = UnicodeAttribute()
    student_count = IntAttribute()
    created_at = FloatAttribute()
    exams_revision = IntAttribute(default=0)


class BatchNameItem(Item):
    """Reserves a batch's name, and lists the batch."""

    class Meta:
        context = "identity"

    batch_id = IntAttribute()
    name = UnicodeAttribute()


class BatchExamItem(Item):
    """An exam that names a batch; `version` is the edit of the exam that wrote the row."""

    class Meta:
        context = "identity"

    exam_id = IntAttribute()
    place = UnicodeAttribute(default="")
    category_id = IntAttribute(null=True)
    status = UnicodeAttribute(default="")
    closes_at = IntAttribute(null=True)
    name = UnicodeAttribute(default="")
    version = IntAttribute(default=0)


class Batch(msgspec.Struct, frozen=True):
    """A batch; `created_at` in epoch seconds."""

    id: int
    name: str
    student_count: int
    created_at: float


class ListedExam(msgspec.Struct, frozen=True):
    """What lists say of an exam.

    Attributes:
        place: its sort key in lists, by date and time.
        status: as its administrator set it.
        closes_at: epoch seconds; None if it never closes by time.
        name: in one case.
    """

    exam_id: int
    place: str
    category_id: int | None
    status: str
    closes_at: int | None
    name: str


def create(batch: Batch, logged: Operation) -> None:
    """Store a new batch.

    Raises:
        Conflict: the name is taken.
    """
    operations: list[Operation] = [
        Put(
            BatchItem(
                batch_key(batch.id),
                "BATCH",
                batch_id=batch.id,
                name=batch.name,
                student_count=batch.student_count,
                created_at=batch.created_at,
            ),
            BatchItem.pk.does_not_exist(),
        ),
        _name_put(batch.id, batch.name),
        logged,
    ]
    try:
        table.transact(operations)
    except TransactionRefused:
        raise _name_taken() from None


def get(batch_id: int) -> Batch:
    """A batch.

    Raises:
        NotFound: there is no such batch.
    """
    item = table.get(BatchItem, batch_key(batch_id), "BATCH")
    if item is None:
        raise no_batch()
    return _batch(item)


def get_many(batch_ids: Iterable[int]) -> dict[int, Batch]:
    """Batches by id, without deleted ones."""
    found = table.batch_get((BatchItem, batch_key(batch_id), "BATCH") for batch_id in batch_ids)
    return {item.batch_id: _batch(item) for item in found.values()}


def find(names: Iterable[str]) -> dict[str, int]:
    """The ids of batches by `comparable_name`, without unknown names."""
    wanted = {comparable_name(name) for name in names}
    found = table.batch_get((BatchNameItem, _LIST, name) for name in wanted)
    return {sk: item.batch_id for (_, sk), item in found.items()}


def comparable_name(name: str) -> str:
    """A batch's name for comparison."""
    return directory.comparable(name)


def list_batches(
    text: str, *, limit: int, after: str | None, descending: bool = False
) -> tuple[list[Batch], str | None]:
    """Batches whose names contain `text`, by name, and the place to continue after.

    A page may have fewer than `limit` batches if few of many names match; the place continues all the same.
    """
    wanted = comparable_name(text)
    names: list[BatchNameItem] = []
    looked_at, place = 0, after
    while True:
        page = table.query(BatchNameItem, _LIST, limit=limit, after=place, newest_first=descending)
        looked_at += len(page.items)
        for item in page.items:
            place = item.sk
            if wanted in item.sk:
                names.append(item)
                if len(names) == limit:
                    break
        is_last = page.next_sk is None and (not page.items or place == page.items[-1].sk)
        if is_last or len(names) == limit or looked_at >= _MOST_LOOKED_AT:
            found = get_many(item.batch_id for item in names)
            return [found[item.batch_id] for item in names if item.batch_id in found], None if is_last else place


def rename(batch_id: int, name: str, logged: Callable[[Batch], Operation]) -> Batch:
    """Rename a batch.

    Raises:
        NotFound: there is no such batch.
        Conflict: the name is taken.
    """

    def attempt() -> Batch:
        before = get(batch_id)
        if before.name == name:
            return before
        old, new = comparable_name(before.name), comparable_name(name)
        operations: list[Operation] = [
            Update(BatchItem, batch_key(batch_id), "BATCH", [BatchItem.name.set(name)], BatchItem.name == before.name),
            logged(before),
        ]
        if old == new:
            operations.append(Update(BatchNameItem, _LIST, new, [BatchNameItem.name.set(name)]))
        else:
            operations += [Delete(BatchNameItem, _LIST, old), _name_put(batch_id, name)]
        try:
            table.transact(operations)
        except TransactionRefused as refused:
            if refused.failed[-1]:
                raise _name_taken() from None
            raise
        return msgspec.structs.replace(before, name=name)

    return table.retried(attempt)


def delete(batch_id: int, in_use: Callable[[list[int]], bool], logged: Callable[[Batch], Operation]) -> None:
    """Delete a batch; `enrolments.erase_members` removes its students.

    Args:
        batch_id: the batch.
        in_use: whether one of these exams, which name the batch, still needs it.
        logged: the log entry, given the batch.

    Raises:
        NotFound: there is no such batch.
        Conflict: an exam needs it.
    """

    def attempt() -> None:
        item = table.get(BatchItem, batch_key(batch_id), "BATCH")
        if item is None:
            raise no_batch()
        exam_ids = [row.exam_id for row in table.query_all(BatchExamItem, batch_key(batch_id), prefix="EXAM#")]
        if exam_ids and in_use(exam_ids):
            raise Conflict("An exam that is not completed is for this batch", code="batch_in_use")
        # An exam that names the batch meanwhile increments the revision.
        revision = BatchItem.exams_revision
        unchanged = revision == item.exams_revision
        if not item.exams_revision:
            unchanged |= BatchItem.pk.exists() & revision.does_not_exist()
        table.transact(
            [
                Delete(BatchItem, batch_key(batch_id), "BATCH", unchanged & (BatchItem.name == item.name)),
                Delete(BatchNameItem, _LIST, comparable_name(item.name)),
                logged(_batch(item)),
            ]
        )

    table.retried(attempt)


def expect_exam(batch_id: int, exam_id: int, version: int) -> None:
    """Announce an exam that is going to name a batch; `version` is that of the exam with the batch.

    Whoever deletes the batch from now on looks at the exam, and so does whoever lists the exams of the batch.
    """
    row = BatchExamItem(batch_key(batch_id), _exam(exam_id), exam_id=exam_id, version=version)
    with suppress(ConditionFailed):
        table.put(row, BatchExamItem.pk.does_not_exist() | (BatchExamItem.version < version))


def naming(batch_id: int) -> Update:
    """The write by which an exam names an announced batch, for the transaction that changes the exam.

    Its condition fails if the batch is deleted. A deletion that has looked at the exam before fails.
    """
    return Update(BatchItem, batch_key(batch_id), "BATCH", [BatchItem.exams_revision.add(1)], BatchItem.pk.exists())


def list_exam(batch_id: int, exam: ListedExam, version: int) -> None:
    """List an exam that names a batch now, unless a later version of the exam is listed."""
    listing = listing_exam(batch_id, exam, version)
    with suppress(ConditionFailed):
        table.put(listing.item, BatchExamItem.pk.does_not_exist() | (BatchExamItem.version <= version))


def listing_exam(batch_id: int, exam: ListedExam, version: int) -> Put:
    """The write that lists an exam for a batch, for the transaction that changes the exam."""
    return Put(
        BatchExamItem(
            batch_key(batch_id),
            _exam(exam.exam_id),
            exam_id=exam.exam_id,
            place=exam.place,
            category_id=exam.category_id,
            status=exam.status,
            closes_at=exam.closes_at,
            name=exam.name,
            version=version,
        )
    )


def forget_exam(exam_id: int, batch_ids: Iterable[int], version: int) -> None:
    """Remove an exam from the lists of batches, unless an edit after this version of the exam entered it again.

    It comes after the exam says so: of a row that a crash left, readers see by the exam's card that it is not for them.
    """
    for batch_id in batch_ids:
        is_older = BatchExamItem.version < version
        with suppress(ConditionFailed):
            table.delete(BatchExamItem, batch_key(batch_id), _exam(exam_id), is_older)


def exams_of(batch_id: int) -> list[ListedExam]:
    """The exams that are for a batch, in no order; the place of one that was only announced is ""."""
    rows = table.query_all(BatchExamItem, batch_key(batch_id), prefix="EXAM#")
    return [ListedExam(row.exam_id, row.place, row.category_id, row.status, row.closes_at, row.name) for row in rows]


def counting(batch_id: int, students: int) -> Update:
    """The write that changes a batch's number of students; it fails if the batch was deleted."""
    return Update(
        BatchItem, batch_key(batch_id), "BATCH", [BatchItem.student_count.add(students)], BatchItem.pk.exists()
    )


def erase_exam_rows(batch_id: int) -> None:
    """Remove the rows of the exams that named a deleted batch."""
    rows = table.query_all(BatchExamItem, batch_key(batch_id), prefix="EXAM#")
    table.batch_delete("identity", [(row.pk, row.sk) for row in rows])


def _name_put(batch_id: int, name: str) -> Put:
    item = BatchNameItem(_LIST, comparable_name(name), batch_id=batch_id, name=name)
    return Put(item, BatchNameItem.pk.does_not_exist())


def no_batch() -> NotFound:
    """The error for a batch that does not exist."""
    return NotFound("Batch not found", code="batch_not_found")


def _name_taken() -> Conflict:
    return Conflict("A batch has this name", code="name_taken")


def _batch(item: BatchItem) -> Batch:
    return Batch(item.batch_id, item.name, item.student_count, item.created_at)


def batch_key(batch_id: int) -> str:
    """The partition of a batch."""
    return f"BATCH#{batch_id}"


def _exam(exam_id: int) -> str:
    return f"EXAM#{exam_id:016d}"
