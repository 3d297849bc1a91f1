"""Enrolments: which students are in which batches, in the identity table.

    pk           sk                        what
    ENROLMENT#42 ENROLMENT                 the batches of a student
    BATCH#5      MEMBER#0000000000000042   a student of a batch

Whether a student may sit an exam is decided from the student's side: one read of `ENROLMENT`, for batches of any size.
A student's enrolment, the members and the batches' counts change in one transaction, on condition that the enrolment is
as it was read, so counts are always exact.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from smartexam.accounts.store import batches, identity
from smartexam.accounts.store.batches import Batch, batch_key
from smartexam.accounts.store.identity import PROFILE, UserItem
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import (
    Check,
    Delete,
    IntAttribute,
    Item,
    Operation,
    Put,
    TransactionRefused,
    Update,
)
from smartexam.platform.keys import user_key
from smartexam.platform.principal import portals

MOST_BATCHES = 20
_ENROLMENT = "ENROLMENT"
_PIECE = 30


class BatchMemberItem(Item):
    """A student of a batch."""

    class Meta:
        context = "identity"

    user_id = IntAttribute()


class EnrolmentItem(Item):
    """The ids of a student's batches, ascending and separated by commas: one short text to read and to compare."""

    class Meta:
        context = "identity"

    batch_ids = UnicodeAttribute()


class Refused(msgspec.Struct, frozen=True):
    """An account that was not added, and why."""

    user_id: int
    message: str
    code: str


# Makes the log entry for the accounts that were added or removed.
Logged = Callable[[list[int]], Operation]


def batch_ids_of(user_id: int) -> tuple[int, ...]:
    """The batches of a student: one read."""
    return ids_of(table.get(*enrolment_key(user_id)))


def get_many(user_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
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
    pk = batch_key(batch_id)
    page = table.query(BatchMemberItem, pk, prefix="MEMBER#", limit=limit, after=after, newest_first=newest_first)
    return [item.user_id for item in page.items], page.next_sk


def members_among(batch_id: int, user_ids: Iterable[int]) -> set[int]:
    """Those of some accounts that are in a batch."""
    found = table.batch_get((BatchMemberItem, batch_key(batch_id), _member(user_id)) for user_id in user_ids)
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
        Put(BatchMemberItem(batch_key(batch_id), _member(user_id), user_id=user_id))
        for batch_id in wanted
        if batch_id not in before
    ]
    return written + [
        Delete(BatchMemberItem, batch_key(batch_id), _member(user_id)) for batch_id in before if batch_id not in wanted
    ]


def without_deleted(batch_ids: Sequence[int]) -> tuple[int, ...]:
    """The batches of an enrolment that exist; a deleted one may stay in enrolments for a moment."""
    alive = batches.get_many(batch_ids)
    return tuple(batch_id for batch_id in batch_ids if batch_id in alive)


def erase_enrolment(user_id: int) -> bool:
    """Remove a deleted account from its batches; returns whether there may be more."""
    item = table.get(*enrolment_key(user_id))
    if item is None:
        return False
    batch_ids = ids_of(item)
    alive = batches.get_many(batch_ids)
    operations: list[Operation] = [Delete(*enrolment_key(user_id), EnrolmentItem.batch_ids == item.batch_ids)]
    operations += [Delete(BatchMemberItem, batch_key(batch_id), _member(user_id)) for batch_id in batch_ids]
    operations += [batches.counting(batch_id, -1) for batch_id in sorted(alive)]
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
        batches.erase_exam_rows(batch_id)
        return False
    known = get_many(user_ids)
    operations: list[Operation] = []
    for user_id in user_ids:
        if batch_id in known[user_id]:
            operations += enrolling(user_id, known[user_id], set(known[user_id]) - {batch_id})
        else:
            operations.append(Delete(BatchMemberItem, batch_key(batch_id), _member(user_id)))
    try:
        table.transact(operations)
    except TransactionRefused:
        return True  # an enrolment changed: look again
    if removed is not None:
        removed(user_ids)
    return place is not None


def _add(batch_id: int, user_ids: Sequence[int], logged: Logged) -> tuple[int, list[Refused]]:
    batch = batches.get(batch_id)
    users, enrolled = identity.get_users(user_ids), get_many(user_ids)
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
    batch, enrolled = batches.get(batch_id), get_many(user_ids)
    removed = [user_id for user_id in user_ids if batch_id in enrolled[user_id]]
    operations: list[Operation] = []
    for user_id in removed:
        operations += enrolling(user_id, enrolled[user_id], set(enrolled[user_id]) - {batch_id})
    _commit(operations, batch, removed, -len(removed), logged)
    return len(removed)


def _commit(operations: list[Operation], batch: Batch, changed: list[int], students: int, logged: Logged) -> None:
    if changed:
        table.transact([*operations, batches.counting(batch.id, students), logged(changed)])


def _text(batch_ids: Iterable[int]) -> str:
    return ",".join(map(str, batch_ids))


def _member(user_id: int) -> str:
    return f"MEMBER#{user_id:016d}"
