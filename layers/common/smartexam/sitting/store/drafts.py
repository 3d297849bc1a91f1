"""Saving answers to the draft of an attempt in progress.

A few changed answers are set one by one in the map `changes`. An update expression is limited to 4 KB, which 186 of
them exceeded, so more than `_MOST_SINGLE` take the place of the whole map: the map so far moves to the end of the list
`earlier_changes`, which applies before it. Both are one write without a read.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeGuard

from msgspec import structs

from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import ConditionFailed
from smartexam.platform.errors import Unavailable
from smartexam.platform.keys import user_key
from smartexam.platform.settings import settings
from smartexam.sitting.store.sitting_items import OPEN, Sitting, SittingItem, refused, sitting_from, sitting_key

_MOST_SINGLE = 100
# An item with more is merged after the write, which keeps its size in proportion to the paper.
_MOST_EARLIER = 4
_PAST_THE_END = 99
_ALWAYS = {":open": {"S": OPEN}, ":none": {"M": {}}, ":nothing": {"L": []}, ":one": {"N": "1"}}


def save_draft(
    user_id: int,
    exam_id: int,
    *,
    paper_version: int,
    open_after: float,
    revision: int | None = None,
    answers: str | None = None,
    changes: Mapping[str, str] | None = None,
    marked: str | None = None,
) -> Sitting:
    """Save answers, in one conditional write and no read.

    Args:
        paper_version: the version of the paper that the answers belong to.
        open_after: the earliest deadline at which the attempt is still open, epoch seconds.
        revision: the revision that the client last saw; None to overwrite any.
        answers: the whole draft, as its text; or
        changes: changed answers by position.
        marked: positions marked for review, replacing the stored ones.

    Raises:
        SittingRefused: no attempt is open, its time is over, or it has another paper version or revision.
    """
    names = {"#status": "status"}
    values: dict[str, Any] = {
        ":open": {"S": OPEN},
        ":after": {"N": str(open_after)},
        ":version": {"N": str(paper_version)},
        ":one": {"N": "1"},
    }
    condition = "#status = :open AND deadline >= :after AND paper_version = :version"
    if revision is not None:
        condition += " AND revision = :revision"
        values[":revision"] = {"N": str(revision)}
    sets = []
    if answers is not None:
        sets += ["answers = :answers", "changes = :none", "earlier_changes = :nothing"]
        values |= {":answers": {"S": answers}, ":none": {"M": {}}, ":nothing": {"L": []}}
    if changes and len(changes) > _MOST_SINGLE:
        # A position past the end of a list appends to it.
        sets += [f"earlier_changes[{_PAST_THE_END}] = changes", "changes = :changes"]
        values[":changes"] = _map(changes)
    elif changes:
        for number, (position, text) in enumerate(changes.items()):
            sets.append(f"changes.#p{number} = :c{number}")
            names[f"#p{number}"] = position
            values[f":c{number}"] = {"S": text}
    if marked is not None:
        sets.append("marked = :marked")
        values[":marked"] = {"S": marked}
    sets.append("revision = revision + :one")
    # Written out instead of built from the model, because a sitting makes this call hundreds of times.
    try:
        response = table.call(
            "UpdateItem",
            {
                "TableName": settings().table("attempts"),
                "Key": {"pk": {"S": user_key(user_id)}, "sk": {"S": sitting_key(exam_id)}},
                "ConditionExpression": condition,
                "UpdateExpression": f"SET {', '.join(sets)}",
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": values,
                "ReturnValues": "ALL_NEW",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            },
        )
    except ConditionFailed as failed:
        stored = refused(failed)
        if failed.was_repeated and _is_saved(stored.sitting, revision, answers, changes, marked):
            return stored.sitting
        raise stored from None
    item = SittingItem.from_raw_data(response["Attributes"])
    sitting = sitting_from(item)
    if len(item.earlier_changes or ()) > _MOST_EARLIER:
        _merge_changes(sitting)
    return sitting


def _merge_changes(sitting: Sitting) -> None:
    """Store all changes in one map again, unless something was saved meanwhile."""
    try:
        table.update(
            SittingItem,
            user_key(sitting.user_id),
            sitting_key(sitting.exam_id),
            [SittingItem.changes.set(dict(sitting.changes)), SittingItem.earlier_changes.set([])],
            (SittingItem.status == OPEN)
            & (SittingItem.attempt_id == sitting.attempt_id)
            & (SittingItem.revision == sitting.revision),
        )
    except (ConditionFailed, Unavailable):
        return  # the answers are saved; the next large save tries again


def _map(changes: Mapping[str, str]) -> dict[str, Any]:
    return {"M": {position: {"S": text} for position, text in changes.items()}}


def replace_draft(before: Sitting, fields: Mapping[str, str | int], *, open_after: float) -> Sitting:
    """Replace the saved draft of an attempt if the sitting is unchanged: one conditional write, no read.

    Args:
        before: the sitting from which the new state was made.
        fields: changed attributes by name.
        open_after: the earliest deadline at which the attempt is still open, epoch seconds.

    Raises:
        SittingRefused: no attempt is open, its time is over, or it has changed.
    """
    statement = _replacement(tuple(fields), has_section=bool(before.section_ends))
    values: dict[str, Any] = {
        **_ALWAYS,
        ":attempt_id": _raw(before.attempt_id),
        ":revision": _raw(before.revision),
        ":deadline": _raw(before.deadline),
        ":after": {"N": str(open_after)},
    }
    if before.section_ends:
        values |= {":known_section": _raw(before.section), ":known_ends": _raw(before.section_ends)}
    for name, value in fields.items():
        values[f":{name}_"] = _raw(value)
    try:
        table.call(
            "UpdateItem",
            {
                "TableName": settings().table("attempts"),
                "Key": {"pk": {"S": user_key(before.user_id)}, "sk": {"S": sitting_key(before.exam_id)}},
                **statement,
                "ExpressionAttributeValues": values,
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            },
        )
    except ConditionFailed as failed:
        stored = refused(failed)
        if failed.was_repeated and _is_replaced(stored.sitting, before, fields):
            return stored.sitting
        raise stored from None
    # The condition holds whatever else the sitting consists of.
    return structs.replace(before, **fields, changes={}, revision=before.revision + 1)


@lru_cache(maxsize=16)
def _replacement(fields: tuple[str, ...], *, has_section: bool) -> dict[str, Any]:
    """The expressions of a replacement of these attributes, and their names."""
    conditions = ["#status = :open", "attempt_id = :attempt_id", "revision = :revision", "deadline = :deadline"]
    if has_section:
        conditions += ["#section = :known_section", "section_ends = :known_ends"]
    sets = ["changes = :none", "earlier_changes = :nothing", "revision = revision + :one"]
    sets += [f"{'#section' if name == 'section' else name} = :{name}_" for name in fields]
    names = {"#status": "status"} | ({"#section": "section"} if has_section or "section" in fields else {})
    return {
        "ConditionExpression": " AND ".join([*conditions, "deadline >= :after"]),
        "UpdateExpression": f"SET {', '.join(sets)}",
        "ExpressionAttributeNames": names,
    }


def _raw(value: str | int) -> dict[str, str]:
    return {"S": value} if isinstance(value, str) else {"N": str(value)}


def _is_replaced(sitting: Sitting | None, before: Sitting, fields: Mapping[str, str | int]) -> TypeGuard[Sitting]:
    """Whether the draft is exactly the result of this replacement."""
    return (
        sitting is not None
        and (sitting.status, sitting.attempt_id, sitting.revision) == (OPEN, before.attempt_id, before.revision + 1)
        and all(getattr(sitting, name) == value for name, value in fields.items())
    )


def _is_saved(
    sitting: Sitting | None,
    revision: int | None,
    answers: str | None,
    changes: Mapping[str, str] | None,
    marked: str | None,
) -> TypeGuard[Sitting]:
    """Whether the draft is exactly what this save makes of the given revision."""
    return (
        sitting is not None
        and revision is not None
        and (sitting.status, sitting.revision) == (OPEN, revision + 1)
        and (answers is None or (sitting.answers == answers and not sitting.changes))
        and all(sitting.changes.get(position) == text for position, text in (changes or {}).items())
        and (marked is None or sitting.marked == marked)
    )
