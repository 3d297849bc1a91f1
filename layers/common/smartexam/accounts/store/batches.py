"""Batches: groups of students, in the identity table.

    pk          sk                        what
    BATCH#5     BATCH                     the batch, and how many students are in it
    BATCH#5     MEMBER#0000000000000042   a student in it
    BATCH#5     EXAM#0000000000000007     an exam that names it, or is about to
    BATCHES     <name>                    the batches by name, unique in any case
    ENROLMENT#42 ENROLMENT                the batches of a student

Whether a student may sit an exam is decided from the student's side: one read of `ENROLMENT`, for batches of any size.
A student's enrolment, the members and the counts change in one transaction, on condition that the enrolment is as it
was read, so counts are always exact.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from smartexam.accounts.store import directory, identity
from smartexam.accounts.store.identity import PROFILE, UserItem
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import (
    Check,
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
from smartexam.platform.keys import user_key
from smartexam.platform.principal import portals

MOST_BATCHES = 20
_ENROLMENT = "ENROLMENT"
_LIST = "BATCHES"
_PIECE = 30
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


class BatchMemberItem(Item):
    """A student of a batch."""

    class Meta:
        context = "identity"

    user_id = IntAttribute()


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


class EnrolmentItem(Item):
    """The ids of a student's batches, ascending and separated by commas: one short text to read and to compare."""

    class Meta:
        context = "identity"

    batch_ids = UnicodeAttribute()


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


class Refused(msgspec.Struct, frozen=True):
    """An account that was not added, and why."""

    user_id: int
    message: str
    code: str


# Makes the log entry for the accounts that were added or removed.
Logged = Callable[[list[int]], Operation]


def create(batch: Batch, logged: Operation) -> None:
    """Store a new batch.

    Raises:
        Conflict: the name is taken.
    """
    operations: list[Operation] = [
        Put(
            BatchItem(
                _pk(batch.id),
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
    item = table.get(BatchItem, _pk(batch_id), "BATCH")
    if item is None:
        raise no_batch()
    return _batch(item)


def get_many(batch_ids: Iterable[int]) -> dict[int, Batch]:
    """Batches by id, without deleted ones."""
    found = table.batch_get((BatchItem, _pk(batch_id), "BATCH") for batch_id in batch_ids)
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
            Update(BatchItem, _pk(batch_id), "BATCH", [BatchItem.name.set(name)], BatchItem.name == before.name),
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
    """Delete a batch; `erase_members` removes its students' enrolments.

    Args:
        batch_id: the batch.
        in_use: whether one of these exams, which name the batch, still needs it.
        logged: the log entry, given the batch.

    Raises:
        NotFound: there is no such batch.
        Conflict: an exam needs it.
    """

    def attempt() -> None:
        item = table.get(BatchItem, _pk(batch_id), "BATCH")
        if item is None:
            raise no_batch()
        exam_ids = [row.exam_id for row in table.query_all(BatchExamItem, _pk(batch_id), prefix="EXAM#")]
        if exam_ids and in_use(exam_ids):
            raise Conflict("An exam that is not completed is for this batch", code="batch_in_use")
        # An exam that names the batch meanwhile increments the revision.
        revision = BatchItem.exams_revision
        unchanged = revision == item.exams_revision
        if not item.exams_revision:
            unchanged |= BatchItem.pk.exists() & revision.does_not_exist()
        table.transact(
            [
                Delete(BatchItem, _pk(batch_id), "BATCH", unchanged & (BatchItem.name == item.name)),
                Delete(BatchNameItem, _LIST, comparable_name(item.name)),
                logged(_batch(item)),
            ]
        )

    table.retried(attempt)


def expect_exam(batch_id: int, exam_id: int, version: int) -> None:
    """Announce an exam that is going to name a batch; `version` is that of the exam with the batch.

    Whoever deletes the batch from now on looks at the exam, and so does whoever lists the exams of the batch.
    """
    row = BatchExamItem(_pk(batch_id), _exam(exam_id), exam_id=exam_id, version=version)
    with suppress(ConditionFailed):
        table.put(row, BatchExamItem.pk.does_not_exist() | (BatchExamItem.version < version))


def naming(batch_id: int) -> Update:
    """The write by which an exam names an announced batch, for the transaction that changes the exam.

    Its condition fails if the batch is deleted. A deletion that has looked at the exam before fails.
    """
    return Update(BatchItem, _pk(batch_id), "BATCH", [BatchItem.exams_revision.add(1)], BatchItem.pk.exists())


def list_exam(batch_id: int, exam: ListedExam, version: int) -> None:
    """List an exam that names a batch now, unless a later version of the exam is listed."""
    listing = listing_exam(batch_id, exam, version)
    with suppress(ConditionFailed):
        table.put(listing.item, BatchExamItem.pk.does_not_exist() | (BatchExamItem.version <= version))


def listing_exam(batch_id: int, exam: ListedExam, version: int) -> Put:
    """The write that lists an exam for a batch, for the transaction that changes the exam."""
    return Put(
        BatchExamItem(
            _pk(batch_id),
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
            table.delete(BatchExamItem, _pk(batch_id), _exam(exam_id), is_older)


def exams_of(batch_id: int) -> list[ListedExam]:
    """The exams that are for a batch, in no order; the place of one that was only announced is ""."""
    rows = table.query_all(BatchExamItem, _pk(batch_id), prefix="EXAM#")
    return [ListedExam(row.exam_id, row.place, row.category_id, row.status, row.closes_at, row.name) for row in rows]


def batch_ids_of(user_id: int) -> tuple[int, ...]:
    """The batches of a student: one read."""
    return ids_of(table.get(*enrolment_key(user_id)))


def enrolments(user_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """The batches of students; () for those in none."""
    wanted = list(user_ids)
    found = table.batch_get(enrolment_key(user_id) for user_id in wanted)
    return {user_id: ids_of(found.get(enrolment_key(user_id)[1:])) for user_id in wanted}


def enrolment_key(user_id: int) -> tuple[type[EnrolmentItem], str, str]:
    """The keys of a student's enrolment, for wider reads."""
    return EnrolmentItem, f"ENROLMENT#{user_id}", _ENROLMENT


def ids_of(item: EnrolmentItem | None) -> tuple[int, ...]:
    """The batches of a stored enrolment."""
    return () if item is None or not item.batch_ids else tuple(map(int, item.batch_ids.split(",")))


def member_ids(
    batch_id: int, *, limit: int, after: str | None, newest_first: bool = False
) -> tuple[list[int], str | None]:
    """The students of a batch by id, which is the age of their accounts, and the place to continue after."""
    pk = _pk(batch_id)
    page = table.query(BatchMemberItem, pk, prefix="MEMBER#", limit=limit, after=after, newest_first=newest_first)
    return [item.user_id for item in page.items], page.next_sk


def members_among(batch_id: int, user_ids: Iterable[int]) -> set[int]:
    """Those of some accounts that are in a batch."""
    found = table.batch_get((BatchMemberItem, _pk(batch_id), _member(user_id)) for user_id in user_ids)
    return {item.user_id for item in found.values()}


def add_students(batch_id: int, user_ids: Sequence[int], logged: Logged) -> tuple[int, list[Refused]]:
    """Add students to a batch; those who are in it stay.

    Returns:
        How many were not in it before, and who could not be added.

    Raises:
        NotFound: there is no such batch.
    """
    added, refused = 0, []
    for at in range(0, len(user_ids), _PIECE):
        piece = user_ids[at : at + _PIECE]
        count, not_added = table.retried(lambda piece=piece: _add(batch_id, piece, logged))  # type: ignore[misc]
        added += count
        refused += not_added
    return added, refused


def remove_students(batch_id: int, user_ids: Sequence[int], logged: Logged) -> int:
    """Remove students from a batch; returns how many were in it.

    Raises:
        NotFound: there is no such batch.
    """
    removed = 0
    for at in range(0, len(user_ids), _PIECE):
        piece = user_ids[at : at + _PIECE]
        removed += table.retried(lambda piece=piece: _remove(batch_id, piece, logged))  # type: ignore[misc]
    return removed


def enrolling(user_id: int, before: tuple[int, ...], after: Iterable[int]) -> list[Operation]:
    """The writes that change a student's enrolment, if it is as it was read; without the counts."""
    wanted = sorted(set(after))
    unchanged: Condition = EnrolmentItem.batch_ids == _text(before)
    if not before:
        unchanged |= EnrolmentItem.pk.does_not_exist()
    written: list[Operation] = [
        Update(*enrolment_key(user_id), [EnrolmentItem.batch_ids.set(_text(wanted))], unchanged)
    ]
    written += [
        Put(BatchMemberItem(_pk(batch_id), _member(user_id), user_id=user_id))
        for batch_id in wanted
        if batch_id not in before
    ]
    return written + [
        Delete(BatchMemberItem, _pk(batch_id), _member(user_id)) for batch_id in before if batch_id not in wanted
    ]


def counting(batch_id: int, students: int) -> Update:
    """The write that changes a batch's number of students; it fails if the batch was deleted."""
    return Update(BatchItem, _pk(batch_id), "BATCH", [BatchItem.student_count.add(students)], BatchItem.pk.exists())


def without_deleted(batch_ids: Sequence[int]) -> tuple[int, ...]:
    """The batches of an enrolment that exist; a deleted one may stay in enrolments for a moment."""
    alive = get_many(batch_ids)
    return tuple(batch_id for batch_id in batch_ids if batch_id in alive)


def erase_enrolment(user_id: int) -> bool:
    """Remove a deleted account from its batches; returns whether there may be more."""
    item = table.get(*enrolment_key(user_id))
    if item is None:
        return False
    batch_ids = ids_of(item)
    alive = {batch_id for batch_id in batch_ids if table.get(BatchItem, _pk(batch_id), "BATCH") is not None}
    operations: list[Operation] = [Delete(*enrolment_key(user_id), EnrolmentItem.batch_ids == item.batch_ids)]
    operations += [Delete(BatchMemberItem, _pk(batch_id), _member(user_id)) for batch_id in batch_ids]
    operations += [counting(batch_id, -1) for batch_id in sorted(alive)]
    try:
        table.transact(operations)
    except TransactionRefused:
        return True  # a batch was deleted, or the enrolment changed: look again
    return False


def erase_members(batch_id: int, removed: Callable[[list[int]], None] | None = None) -> bool:
    """Remove some students from a deleted batch; returns whether there may be more.

    `removed` is called with their ids once they are removed.
    """
    user_ids, place = member_ids(batch_id, limit=_PIECE, after=None)
    if not user_ids:
        table.batch_delete("identity", _exam_rows(batch_id))
        return False
    known = enrolments(user_ids)
    operations: list[Operation] = []
    for user_id in user_ids:
        if batch_id in known[user_id]:
            operations += enrolling(user_id, known[user_id], set(known[user_id]) - {batch_id})
        else:
            operations.append(Delete(BatchMemberItem, _pk(batch_id), _member(user_id)))
    try:
        table.transact(operations)
    except TransactionRefused:
        return True  # an enrolment changed: look again
    if removed is not None:
        removed(user_ids)
    return place is not None


def _add(batch_id: int, user_ids: Sequence[int], logged: Logged) -> tuple[int, list[Refused]]:
    batch = get(batch_id)
    users, enrolled = identity.get_users(user_ids), enrolments(user_ids)
    operations: list[Operation] = []
    added: list[int] = []
    refused: list[Refused] = []
    for user_id in user_ids:
        user, before = users.get(user_id), enrolled[user_id]
        if user is None:
            refused.append(Refused(user_id, "User not found", "user_not_found"))
        elif "user" not in portals(user.role):
            refused.append(Refused(user_id, "This account is no student's", "not_a_student"))
        elif batch_id not in before:
            kept = before if len(before) < MOST_BATCHES else without_deleted(before)
            if len(kept) >= MOST_BATCHES:
                refused.append(Refused(user_id, f"A student is in at most {MOST_BATCHES} batches", "too_many_batches"))
                continue
            operations.append(Check(UserItem, user_key(user_id), PROFILE, UserItem.pk.exists()))
            # `erase_members` deletes the members of deleted batches.
            written = enrolling(user_id, before, {*kept, batch_id})
            operations += [operation for operation in written if not isinstance(operation, Delete)]
            added.append(user_id)
    _commit(operations, batch, added, len(added), logged)
    return len(added), refused


def _remove(batch_id: int, user_ids: Sequence[int], logged: Logged) -> int:
    batch, enrolled = get(batch_id), enrolments(user_ids)
    removed = [user_id for user_id in user_ids if batch_id in enrolled[user_id]]
    operations: list[Operation] = []
    for user_id in removed:
        operations += enrolling(user_id, enrolled[user_id], set(enrolled[user_id]) - {batch_id})
    _commit(operations, batch, removed, -len(removed), logged)
    return len(removed)


def _commit(operations: list[Operation], batch: Batch, changed: list[int], students: int, logged: Logged) -> None:
    if changed:
        table.transact([*operations, counting(batch.id, students), logged(changed)])


def _exam_rows(batch_id: int) -> list[tuple[str, str]]:
    return [(_pk(batch_id), row.sk) for row in table.query_all(BatchExamItem, _pk(batch_id), prefix="EXAM#")]


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


def _text(batch_ids: Iterable[int]) -> str:
    return ",".join(map(str, batch_ids))


def _pk(batch_id: int) -> str:
    return f"BATCH#{batch_id}"


def _exam(exam_id: int) -> str:
    return f"EXAM#{exam_id:016d}"


def _member(user_id: int) -> str:
    return f"MEMBER#{user_id:016d}"
