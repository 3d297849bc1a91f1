"""Sittings in the attempts table: a student's attempts at an exam.

    pk        sk                    what
    USER#42   SITTING#7             counts of the student's attempts at an exam, and the running one with its draft
    USER#42   RESULT#7#17           the result of an attempt (with the attempt's id), with answers and outcomes
    USER#42   HISTORY#<ms>#17       the same result in the student's history

A sitting is one item, so each rule about it is one conditional write. Starting requires that no attempt is running and
one is left. Saving answers requires that the attempt is open, in time, and has the given paper version and (optional)
revision; it reads nothing. Closing returns the last saved draft. Nothing can be added after it, so grading sees exactly
the acknowledged answers.

    idle ──start──▶ open ──close──▶ closed ──grade──▶ idle
                    │  ▲
                    └──┘ save

An open or closed attempt has a `due_shard`. The index `due` lists such attempts for the sweeper, so none is lost after
a crash, and the index `running` lists them for their student. `running` is a local index, which can be read with strong
consistency: it decides what the student may do elsewhere. No index holds a draft.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.dynamodb.table import (
    ConditionFailed,
    IntAttribute,
    Item,
    TextMapAttribute,
    TextMapListAttribute,
)

IDLE, OPEN, CLOSED = "idle", "open", "closed"
# 10,000 students who start or submit within seconds must not write to one partition of an index.
DUE_SHARDS = 16
EXAM_SHARDS = 8


class SittingItem(Item):
    """A student's attempts at an exam."""

    class Meta:
        context = "attempts"

    status = UnicodeAttribute(default=IDLE)
    attempt_id = IntAttribute(null=True)
    attempts_started = IntAttribute(default=0)
    completed = IntAttribute(default=0)
    allowance = IntAttribute(default=0)
    spent = IntAttribute(default=0)
    paper_version = IntAttribute(null=True)
    started_at = IntAttribute(null=True)
    deadline = IntAttribute(null=True)
    closed_at = IntAttribute(null=True)
    lasts = IntAttribute(null=True)
    lost = IntAttribute(default=0)
    added = IntAttribute(default=0)
    grants_version = IntAttribute(default=0)
    ended_by_time = BooleanAttribute(default=False)
    revision = IntAttribute(default=0)
    answers = UnicodeAttribute(default="")
    changes = TextMapAttribute(null=True)
    earlier_changes = TextMapListAttribute(null=True)
    marked = UnicodeAttribute(default="")
    seed = UnicodeAttribute(null=True)
    section = IntAttribute(null=True)
    section_from = IntAttribute(null=True)
    section_ends = IntAttribute(null=True)
    visited = UnicodeAttribute(default="")
    seconds = UnicodeAttribute(default="")
    last_result_id = IntAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    exam_shard = UnicodeAttribute()
    exam_sk = UnicodeAttribute()


class Sitting(msgspec.Struct, frozen=True):
    """A student's attempts at an exam.

    Attributes:
        attempt_number: how many attempts were started, which is the number of the running one.
        completed: graded attempts that count.
        allowance: attempts granted beyond the exam's own; negative if taken away.
        started_at: epoch seconds, as are `deadline` and `closed_at`.
        lasts: seconds that the attempt lasts by the exam's duration, without extra time.
        lost: seconds that were left in timed sections when they were left.
        added: seconds that were given to the attempt while it ran.
        grants_version: the exam's `grants_version` by which the deadline was set.
        ended_by_time: the last attempt was closed because its time was over, not by its student.
        answers: the draft's text, to which `changes` apply; see `smartexam.sitting.answers`.
        marked: positions marked for review, as text.
        seed: secret seed of the attempt's layout, "" for the paper as it is.
        section: of timed sections, the index of the last one that was entered; `section_from` and `section_ends` are
            its beginning and end. It may have ended since; see `smartexam.sitting.sections`.
        visited: positions that were visited, as text.
        seconds: seconds on screen by position, as text.
    """

    user_id: int
    exam_id: int
    status: str
    attempt_id: int
    attempt_number: int
    completed: int
    allowance: int
    paper_version: int
    started_at: int
    deadline: int
    closed_at: int
    lasts: int
    lost: int
    added: int
    grants_version: int
    ended_by_time: bool
    revision: int
    answers: str
    changes: Mapping[str, str]
    marked: str
    last_result_id: int | None
    seed: str = ""
    section: int = 0
    section_from: int = 0
    section_ends: int = 0
    visited: str = ""
    seconds: str = ""

    @property
    def is_running(self) -> bool:
        """Whether an attempt is open, or closed and not yet graded."""
        return self.status != IDLE

    def is_in_progress(self, time: ExamTime) -> bool:
        """Whether the running attempt still accepts answers."""
        return self.status == OPEN and time.now <= self.deadline + time.grace

    def is_due(self, time: ExamTime) -> bool:
        """Whether the running attempt must be ended: its time is over, or it is closed and has no result yet."""
        return self.is_running and not self.is_in_progress(time)

    @property
    def completed_at(self) -> int:
        """When the closed attempt ended, never before it started even if another machine's clock is behind.

        Submissions during the grace count as of the deadline.
        """
        return max(self.started_at, min(self.closed_at, self.deadline))

    def remaining_seconds(self, now: float) -> int:
        """Whole seconds until the deadline; 0 during the grace, and never more than the attempt lasts."""
        return max(0, min(int(self.deadline - now), self.deadline - self.started_at))


class SittingRefused(Exception):
    """The sitting is not in the state that the write requires.

    `sitting` is the stored one, None if there is none.
    """

    def __init__(self, sitting: Sitting | None) -> None:
        super().__init__("the sitting is in another state")
        self.sitting = sitting


def sitting_key(exam_id: int) -> str:
    """The sort key of a student's sitting of an exam."""
    return f"SITTING#{exam_id}"


def exam_shard(exam_id: int, user_id: int) -> str:
    """The partition of the index `exam` that holds a student's items of an exam."""
    return f"{exam_id}#{user_id % EXAM_SHARDS}"


def due_shard(user_id: int) -> str:
    """The partition of the index `due` that holds a student's running attempts."""
    return f"DUE#{user_id % DUE_SHARDS}"


def ids_of(pk: str, sk: str) -> tuple[int, int]:
    """(user id, exam id) of the keys of a sitting."""
    return int(pk.removeprefix("USER#")), int(sk.removeprefix("SITTING#"))


def _all_changes(stored: Mapping[str, Any]) -> dict[str, str]:
    changes: dict[str, str] = stored.get("changes") or {}
    earlier: list[dict[str, str]] = stored.get("earlier_changes") or []
    if not earlier:
        return changes
    return {position: text for layer in (*earlier, changes) for position, text in layer.items()}


def refused(failed: ConditionFailed) -> SittingRefused:
    """The refusal with the item that failed the condition."""
    return SittingRefused(None if failed.item is None else sitting_from(SittingItem.from_raw_data(failed.item)))


def sitting_from(item: SittingItem) -> Sitting:
    """The sitting of a stored item."""
    user_id, exam_id = ids_of(item.pk, item.sk)
    # Reading these values by the item's attributes costs a twentieth of a sync.
    stored = item.attribute_values
    get = stored.get
    started_at, deadline = get("started_at") or 0, get("deadline") or 0
    return Sitting(
        user_id=user_id,
        exam_id=exam_id,
        status=stored["status"],
        attempt_id=get("attempt_id") or 0,
        attempt_number=stored["attempts_started"],
        completed=stored["completed"],
        allowance=stored["allowance"],
        paper_version=get("paper_version") or 0,
        started_at=started_at,
        deadline=deadline,
        closed_at=get("closed_at") or 0,
        # Attempts that began before it was stored
        lasts=get("lasts") or deadline - started_at,
        lost=stored["lost"],
        added=stored["added"],
        grants_version=stored["grants_version"],
        ended_by_time=bool(get("ended_by_time")),
        revision=stored["revision"],
        answers=stored["answers"],
        changes=_all_changes(stored),
        marked=stored["marked"],
        last_result_id=get("last_result_id"),
        seed=get("seed") or "",
        section=get("section") or 0,
        section_from=get("section_from") or 0,
        section_ends=get("section_ends") or 0,
        visited=stored["visited"],
        seconds=stored["seconds"],
    )
