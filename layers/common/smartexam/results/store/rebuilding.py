"""Rebuilds all statistics beside the current ones, and then switches to the new ones.

The stream updates a new generation from its start, while everything stored of all exams is counted into it, exam by
exam. When it is complete it is read, and the old one is deleted in the same way. The numbers are then those of the
stored results and sittings, whatever had gone wrong before. Every part may be interrupted and repeated.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from smartexam.platform import ids, queues
from smartexam.platform.dynamodb import table
from smartexam.platform.settings import settings
from smartexam.results.store import tallies
from smartexam.results.store.tallies import Touched
from smartexam.sitting.store import sitting_items

# Longer than the stream's function runs, so each of its runs either knows the new generation or wrote its records
# before they are read; also longer than indexes lag.
FIRST_DELAY_SECONDS = 120
_PIECE = 50


class RebuildOrder(msgspec.Struct, frozen=True):
    """How far a rebuild is.

    Attributes:
        generation: the one that is filled or, when `clears`, deleted.
        clears: whether this deletes the old generation.
        exam_id: the next exam, from the newest down; None at the start.
        shard: the exam's next shard.
        start: where to continue in the shard.
    """

    generation: int
    clears: bool = False
    exam_id: int | None = None
    shard: int = 0
    start: dict[str, Any] | None = None


def begin() -> int:
    """Start a rebuild and return the number of its generation.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    generation = tallies.begin_generation()
    hand_over(RebuildOrder(generation), delay_seconds=FIRST_DELAY_SECONDS)
    return generation


def hand_over(order: RebuildOrder, *, delay_seconds: int = 0) -> None:
    """Send the rest of the work to the queue.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    queues.send(settings().required("STATISTICS_QUEUE_URL"), order, delay_seconds=delay_seconds)


def work(order: RebuildOrder, has_time: Callable[[], bool]) -> RebuildOrder | None:
    """Do as much as there is time for, and return the rest; None if nothing is left."""
    now = tallies.generations()
    if not order.clears and now.current == order.generation:
        # The new generation has taken over, but the order to delete the old one may be lost; deleting twice is safe.
        return RebuildOrder(now.current - 1, clears=True)
    expected = now.current != order.generation if order.clears else now.building == order.generation
    if not expected:
        return None  # a repeated order that was completed before
    while has_time():
        following = _piece(order)
        if following is None:
            break
        order = following
    else:
        return order
    if order.clears:
        return None
    tallies.take_over(order.generation)
    return RebuildOrder(now.current, clears=True)


def _piece(order: RebuildOrder) -> RebuildOrder | None:
    """Count or delete a bounded piece; returns what follows, None at the end."""
    # By id instead of by the list, so that an exam whose date is changed meanwhile is not skipped.
    exam_id = ids.highest("exam") if order.exam_id is None else order.exam_id
    if exam_id < 1:
        return None
    keys, start = table.query_index(
        "attempts",
        "exam",
        ("exam_shard", sitting_items.exam_shard(exam_id, order.shard)),
        limit=_PIECE,
        start=order.start,
    )
    for user_id, touched in _by_student(keys).items():
        if order.clears:
            tallies.clear(user_id, order.generation)
        else:
            tallies.refresh(user_id, touched, only=order.generation)
    if start is not None:
        return msgspec.structs.replace(order, exam_id=exam_id, start=start)
    if order.shard + 1 < sitting_items.EXAM_SHARDS:
        return msgspec.structs.replace(order, exam_id=exam_id, shard=order.shard + 1, start=None)
    return RebuildOrder(order.generation, order.clears, exam_id - 1)


def _by_student(keys: list[tuple[str, str]]) -> dict[int, Touched]:
    results: dict[int, set[tuple[int, int]]] = {}
    sittings: dict[int, set[int]] = {}
    for pk, sk in keys:
        user_id = int(pk.removeprefix("USER#"))
        kind, *place = sk.split("#")
        if kind == "RESULT":
            results.setdefault(user_id, set()).add((int(place[0]), int(place[1])))
        elif kind == "SITTING":
            sittings.setdefault(user_id, set()).add(int(place[0]))
    return {
        user_id: Touched(frozenset(results.get(user_id, ())), frozenset(sittings.get(user_id, ())))
        for user_id in {*results, *sittings}
    }
