"""Saving answers to the draft of an attempt in progress."""

from collections.abc import Mapping
from typing import Any, TypeGuard

from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import ConditionFailed
from smartexam.platform.keys import user_key
from smartexam.platform.settings import settings
from smartexam.sitting.store.attempts import OPEN, Sitting, SittingItem, refused, sitting_from, sitting_key


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
    """Save answers: one conditional write and no read.

    Args:
        user_id: the student.
        exam_id: the exam.
        paper_version: the paper by which the answers were read.
        open_after: the attempt's deadline must not be before this, epoch seconds.
        revision: the revision that the client last saw; None to overwrite whatever is there.
        answers: a whole new state, as the draft's text; or
        changes: new texts by position, over what is there.
        marked: positions marked for review, replacing what is there.

    Raises:
        SittingRefused: no attempt is open, it is over, has another paper or another revision.
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
        sets += ["answers = :answers", "changes = :none"]
        values |= {":answers": {"S": answers}, ":none": {"M": {}}}
    for number, (position, text) in enumerate((changes or {}).items()):
        sets.append(f"changes.#p{number} = :c{number}")
        names[f"#p{number}"] = position
        values[f":c{number}"] = {"S": text}
    if marked is not None:
        sets.append("marked = :marked")
        values[":marked"] = {"S": marked}
    sets.append("revision = revision + :one")
    # Written out rather than built from the model: this is the call that a sitting makes hundreds of times.
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
    return sitting_from(SittingItem.from_raw_data(response["Attributes"]))


def _is_saved(
    sitting: Sitting | None,
    revision: int | None,
    answers: str | None,
    changes: Mapping[str, str] | None,
    marked: str | None,
) -> TypeGuard[Sitting]:
    """Whether a draft is just what a save on top of a revision makes of it."""
    return (
        sitting is not None
        and revision is not None
        and (sitting.status, sitting.revision) == (OPEN, revision + 1)
        and (answers is None or (sitting.answers == answers and not sitting.changes))
        and all(sitting.changes.get(position) == text for position, text in (changes or {}).items())
        and (marked is None or sitting.marked == marked)
    )
