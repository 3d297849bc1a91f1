"""Overrides of students and batches at exams, in the catalog table.

    pk             sk                      what
    GRANTS#U:42    EXAM#7                  what student 42 is granted at exam 7
    GRANTS#B:5     EXAM#7                  what the students of batch 5 are granted at exam 7
    OVERRIDES#7    <id>                    the same, in the list of exam 7
    OVERRIDES#7    CLOSES#<epoch>#<id>     a granted closing, by its time
    OVERRIDES#7    CLOSES#<epoch>#added    the latest end of attempts that were given time while they ran

A student's start reads their own override with the exam's card, and those of their batches only if the exam has any. A
change writes all of it and the exam's cards in one transaction, on condition that no other change came between.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action

from smartexam.accounts.store import enrolments
from smartexam.catalog.exam import Exam
from smartexam.catalog.grants import Grants, Override, granted
from smartexam.catalog.store.exams import CARD, CardItem, card_key, exam_from, find_exam, no_exam, update_cards
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Delete, FloatAttribute, IntAttribute, Item, Operation, Put
from smartexam.platform.errors import NotFound
from smartexam.platform.parallel import in_parallel

_FIELDS = tuple(Override.__struct_fields__)
_CLOSES = "CLOSES#"
# Whoever may have been given time while they ran
_ADDED = "added"
_PIECE = 200
_READERS = 10


class OverrideItem(Item):
    """What a student or a batch is granted at an exam."""

    class Meta:
        context = "catalog"

    exam_id = IntAttribute()
    user_id = IntAttribute(null=True)
    batch_id = IntAttribute(null=True)
    created_by = IntAttribute()
    created_at = FloatAttribute()
    extra_minutes = IntAttribute(null=True)
    extra_percent = UnicodeAttribute(null=True)
    opens_at = IntAttribute(null=True)
    closes_at = IntAttribute(null=True)
    max_attempts = IntAttribute(null=True)
    reason = UnicodeAttribute(default="")


class GrantedClosingItem(Item):
    """A granted end of attempts."""

    class Meta:
        context = "catalog"


def find(exam_id: int, user_id: int) -> tuple[Exam, Grants, tuple[int, ...]]:
    """An exam, what a student is granted at it, and the student's batches.

    One round trip; two where the exam has overrides and the student batches.

    Raises:
        NotFound: there is no such exam.
    """
    card = CardItem, card_key(exam_id, user_id), CARD
    own, enrolment = _key(exam_id, user_id=user_id), enrolments.enrolment_key(user_id)
    keys: list[tuple[type[Item], str, str]] = [card, own, enrolment]
    found = table.batch_get(keys)
    stored = found.get(card[1:])
    if not isinstance(stored, CardItem):
        raise no_exam()
    enrolled = found.get(enrolment[1:])
    exam = exam_from(stored)
    batch_ids = enrolments.ids_of(enrolled if isinstance(enrolled, enrolments.EnrolmentItem) else None)
    if not exam.has_overrides:
        return exam, Grants(), batch_ids
    mine = found.get(own[1:])
    own_override = _override(mine) if isinstance(mine, OverrideItem) else None
    return exam, granted(own_override, _of_batches(exam_id, batch_ids)), batch_ids


def granted_to(exam_id: int, user_ids: Sequence[int]) -> dict[int, Grants]:
    """What students are granted at an exam; two round trips per 100 students."""
    wanted = [_key(exam_id, user_id=user_id) for user_id in user_ids]
    own = table.batch_get(wanted)
    enrolled = enrolments.get_many(user_ids)
    named = sorted({batch_id for batch_ids in enrolled.values() for batch_id in batch_ids})
    of_batch = {override.batch_id: override for override in _of_batches(exam_id, named)}
    result = {}
    for user_id, (_, pk, sk) in zip(user_ids, wanted, strict=True):
        mine = own.get((pk, sk))
        theirs = [of_batch[batch_id] for batch_id in enrolled[user_id] if batch_id in of_batch]
        result[user_id] = granted(None if mine is None else _override(mine), theirs)
    return result


def of_student(user_id: int, batch_ids: Sequence[int]) -> dict[int, Grants]:
    """What a student is granted at any exam, by exam; one round trip."""
    owners = [f"U:{user_id}", *(f"B:{batch_id}" for batch_id in batch_ids)]
    found = in_parallel(lambda owner: list(table.query_all(OverrideItem, f"GRANTS#{owner}")), owners, most=len(owners))
    own = {item.exam_id: _override(item) for item in found[0]}
    of_batches: dict[int, list[Override]] = {}
    for items in found[1:]:
        for item in items:
            of_batches.setdefault(item.exam_id, []).append(_override(item))
    return {exam_id: granted(own.get(exam_id), of_batches.get(exam_id, ())) for exam_id in own.keys() | of_batches}


def exams_granting(batch_ids: Collection[int]) -> set[int]:
    """The exams at which any of some batches is granted something; one round trip for all."""

    def read(batch_id: int) -> list[OverrideItem]:
        return list(table.query_all(OverrideItem, f"GRANTS#B:{batch_id}"))

    found = in_parallel(read, batch_ids, most=_READERS)
    return {item.exam_id for items in found for item in items}


def list_overrides(
    exam_id: int, *, limit: int, after: str | None, newest_first: bool = False
) -> tuple[list[Override], str | None]:
    """A page of an exam's overrides in the order in which they were first set, and the place to continue after."""
    pk = f"OVERRIDES#{exam_id}"
    page = table.query(OverrideItem, pk, prefix="ID#", limit=limit, after=after, newest_first=newest_first)
    return [_override(item) for item in page.items], page.next_sk


def set_override(override: Override, logged: Callable[[Override | None], Operation]) -> tuple[Exam, Override | None]:
    """Set the override of a student or batch at an exam.

    Args:
        override: what is granted from now on.
        logged: the entry of the audit log, given what was granted before.

    Returns:
        The exam after it, and what was granted before.

    Raises:
        NotFound: there is no such exam.
    """

    def attempt() -> tuple[Exam, Override | None]:
        exam = find_exam(override.exam_id)
        before = _get(override)
        operations: list[Operation] = [Put(item) for item in _items(override)]
        operations += _closings(before, override)
        return _apply(exam, operations, logged(before), _latest(exam.id, before, override)), before

    return table.retried(attempt)


def delete_override(exam_id: int, override_id: int, logged: Callable[[Override], Operation]) -> tuple[Exam, Override]:
    """Remove an override.

    Raises:
        NotFound: there is no such exam, or it has no such override.
    """

    def attempt() -> tuple[Exam, Override]:
        exam = find_exam(exam_id)
        item = table.get(OverrideItem, f"OVERRIDES#{exam_id}", _row(override_id))
        if item is None:
            raise NotFound("Override not found", code="override_not_found")
        before = _override(item)
        operations: list[Operation] = [Delete(OverrideItem, each.pk, each.sk) for each in _items(before)]
        operations += _closings(before, None)
        return _apply(exam, operations, logged(before), _latest(exam_id, before, None)), before

    return table.retried(attempt)


def note_added_time(exam_id: int, ends_at: int) -> None:
    """Record that attempts at an exam may go on until then, so that its results wait for them."""

    def attempt() -> None:
        exam = find_exam(exam_id)
        # Before the closing too, because an earlier closing leaves the added time beyond it.
        if ends_at <= exam.latest_grant:
            return
        row = GrantedClosingItem(f"OVERRIDES#{exam_id}", f"{_CLOSES}{ends_at:012d}#{_ADDED}")
        table.transact([Put(row), *_cards(exam, ends_at)])

    table.retried(attempt)


def own_of_student(user_id: int) -> list[Override]:
    """What a student is granted personally, at all exams."""
    return [_override(item) for item in table.query_all(OverrideItem, f"GRANTS#U:{user_id}")]


def erase_of_student(user_id: int) -> bool:
    """Remove what an account that is gone was granted; whether there may be more."""
    page = table.query(OverrideItem, f"GRANTS#U:{user_id}", limit=_PIECE)
    keys = [(each.pk, each.sk) for item in page.items for each in _all_items(_override(item))]
    table.batch_delete("catalog", keys)
    return page.next_sk is not None


def erase_of_exam(exam_id: int) -> Iterator[None]:
    """Remove all overrides of an exam that is gone; yields after each piece."""
    while items := table.query(OverrideItem, f"OVERRIDES#{exam_id}", prefix="ID#", limit=_PIECE).items:
        table.batch_delete("catalog", [(each.pk, each.sk) for item in items for each in _all_items(_override(item))])
        yield
    while rows := table.query(GrantedClosingItem, f"OVERRIDES#{exam_id}", prefix=_CLOSES, limit=_PIECE).items:
        table.batch_delete("catalog", [(row.pk, row.sk) for row in rows])
        yield


def _apply(exam: Exam, operations: list[Operation], logged: Operation, latest: int) -> Exam:
    table.transact([*operations, logged, *_cards(exam, latest)])
    return find_exam(exam.id)


def _cards(exam: Exam, latest: int) -> list[Operation]:
    actions: list[Action] = [
        CardItem.latest_grant.set(latest),
        CardItem.grants_version.set(exam.grants_version + 1),
        CardItem.has_overrides.set(value=True),
    ]
    unchanged = CardItem.grants_version == exam.grants_version
    if not exam.grants_version:
        unchanged |= CardItem.grants_version.does_not_exist()
    return update_cards(exam.id, actions, unchanged)


def _latest(exam_id: int, before: Override | None, after: Override | None) -> int:
    """The latest granted end, once `after` has taken the place of `before`."""
    gone = {operation.sk for operation in _closings(before, None) if isinstance(operation, Delete)}
    page = table.query(GrantedClosingItem, f"OVERRIDES#{exam_id}", prefix=_CLOSES, limit=2, newest_first=True)
    ends = [int(row.sk.split("#")[1]) for row in page.items if row.sk not in gone]
    return max([*ends, (after.closes_at if after else None) or 0])


def _closings(before: Override | None, after: Override | None) -> list[Operation]:
    def row(override: Override | None) -> str | None:
        if override is None or override.closes_at is None:
            return None
        return f"{_CLOSES}{override.closes_at:012d}#{override.id}"

    old, new = row(before), row(after)
    if old == new:
        return []
    pk = f"OVERRIDES#{(after or before).exam_id}"  # type: ignore[union-attr]
    operations: list[Operation] = [] if old is None else [Delete(GrantedClosingItem, pk, old)]
    return operations if new is None else [*operations, Put(GrantedClosingItem(pk, new))]


def _of_batches(exam_id: int, batch_ids: Iterable[int]) -> list[Override]:
    found = table.batch_get(_key(exam_id, batch_id=batch_id) for batch_id in batch_ids)
    return [_override(item) for item in found.values()]


def _get(override: Override) -> Override | None:
    item = table.get(OverrideItem, f"OVERRIDES#{override.exam_id}", _row(override.id))
    return None if item is None else _override(item)


def _key(
    exam_id: int, *, user_id: int | None = None, batch_id: int | None = None
) -> tuple[type[OverrideItem], str, str]:
    owner = f"U:{user_id}" if user_id is not None else f"B:{batch_id}"
    return OverrideItem, f"GRANTS#{owner}", f"EXAM#{exam_id}"


def _row(override_id: int) -> str:
    return f"ID#{override_id:017d}"


def _items(override: Override) -> list[OverrideItem]:
    fields = {name: getattr(override, name) for name in _FIELDS}
    _, pk, sk = _key(override.exam_id, user_id=override.user_id, batch_id=override.batch_id)
    return [OverrideItem(pk, sk, **fields), OverrideItem(f"OVERRIDES#{override.exam_id}", _row(override.id), **fields)]


def _all_items(override: Override) -> list[Item]:
    closing = [operation.item for operation in _closings(None, override) if isinstance(operation, Put)]
    return [*_items(override), *closing]


def _override(item: OverrideItem) -> Override:
    return Override(**{name: getattr(item, name) for name in _FIELDS})
