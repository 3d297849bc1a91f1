"""The study assistant's memory: students' questions with the answers, and how much of the daily limit is used.

    table      pk              sk                what
    messaging  USER#42         STUDY#<ms>#<id>   a question with its answer, for 90 days
    ephemeral  LIMIT#study#42  <YYYY-MM-DD>      questions of a day in the institute's time zone

A question and its answer are one item, so neither can be stored without the other.
"""

import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

import msgspec
from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.condition import Condition, size

from smartexam.limits.keys import limit_key
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.erasing import PIECE
from smartexam.platform.dynamodb.table import ConditionFailed, FloatAttribute, Item
from smartexam.platform.keys import user_key

KEPT_SECONDS = 90 * 24 * 3600
# Longer than a day lasts in all time zones together, so a count is kept until its day is over everywhere.
_USAGE_SECONDS = 3 * 24 * 3600
_PREFIX = "STUDY#"


class TurnItem(Item):
    """A question with its answer."""

    class Meta:
        context = "messaging"

    question = UnicodeAttribute()
    answer = UnicodeAttribute()
    asked_at = FloatAttribute()
    expires_at = FloatAttribute()


class UsageItem(Item):
    """The questions that a student asked on a day, by name, so that a repeated write counts once."""

    class Meta:
        context = "ephemeral"

    asked = UnicodeSetAttribute(null=True)
    expires_at = FloatAttribute()


class Turn(msgspec.Struct, frozen=True):
    """A question with its answer; `asked_at` in epoch seconds."""

    question: str
    answer: str
    asked_at: float


def remember(user_id: int, turn: Turn) -> None:
    """Store a turn."""
    # Two questions of one student in the same millisecond are possible.
    sk = f"{_PREFIX}{int(turn.asked_at * 1000):013d}#{secrets.token_hex(4)}"
    table.put(
        TurnItem(
            user_key(user_id),
            sk,
            question=turn.question,
            answer=turn.answer,
            asked_at=turn.asked_at,
            expires_at=turn.asked_at + KEPT_SECONDS,
        )
    )


def latest_turns(user_id: int, now: float, *, limit: int) -> list[Turn]:
    """A student's last turns, the oldest first."""
    page = table.query(TurnItem, user_key(user_id), limit=limit, prefix=_PREFIX, newest_first=True)
    # DynamoDB deletes expired items hours or days late.
    return [Turn(item.question, item.answer, item.asked_at) for item in reversed(page.items) if item.expires_at > now]


def all_turns(user_id: int, now: float) -> Iterator[Turn]:
    """All of a student's turns, the oldest first."""
    for item in table.query_all(TurnItem, user_key(user_id), prefix=_PREFIX):
        if item.expires_at > now:
            yield Turn(item.question, item.answer, item.asked_at)


def forget_turns(user_id: int) -> bool:
    """Delete a piece of a student's turns; returns whether there may be more."""
    page = table.query(TurnItem, user_key(user_id), limit=PIECE, prefix=_PREFIX)
    table.batch_delete("messaging", ((item.pk, item.sk) for item in page.items))
    return page.next_sk is not None


def reserve_question(user_id: int, day: date, now: float, name: str, *, limit: int) -> int | None:
    """Count a question of a day before it is asked, in one conditional write.

    Args:
        user_id: the student.
        day: the day.
        now: epoch seconds.
        name: of this question, for `give_question_back`.
        limit: questions per day.

    Returns:
        How many the day has now; None if it had `limit`, and nothing was counted.
    """
    actions = [UsageItem.asked.add({name}), UsageItem.expires_at.set(now + _USAGE_SECONDS)]
    fewer: Condition = size(UsageItem.asked) < limit  # type: ignore[no-untyped-call]
    try:
        item = table.update(UsageItem, *_usage_key(user_id, day), actions, UsageItem.asked.does_not_exist() | fewer)
    except ConditionFailed as failed:
        asked = set() if failed.item is None else UsageItem.from_raw_data(failed.item).asked or set()
        return len(asked) if name in asked else None
    return len(item.asked or ())


def give_question_back(user_id: int, day: date, name: str) -> None:
    """Remove a question from its day's count, if it was counted."""
    with suppress(ConditionFailed):
        table.update(UsageItem, *_usage_key(user_id, day), [UsageItem.asked.delete({name})], UsageItem.pk.exists())


def questions_used(user_id: int, day: date) -> int:
    """How many questions a student asked on a day."""
    item = table.get(UsageItem, *_usage_key(user_id, day))
    return 0 if item is None else len(item.asked or ())


def _usage_key(user_id: int, day: date) -> tuple[str, str]:
    return limit_key("study", user_id), day.isoformat()
