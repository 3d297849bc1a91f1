"""Counting everything anew, beside what is counted already, and letting that take over.

A new generation is kept up by the stream from its first moment on, while all that is stored of all exams is counted
into it, exam by exam. Then it is read from, and the old one is emptied the same way. The numbers are those of the
results and sittings that are stored, whatever had gone wrong before. All of it may stop anywhere and run again.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from smartexam.platform import ids, queues
from smartexam.platform.dynamodb import table
from smartexam.platform.settings import settings
from smartexam.results.store import tallies
from smartexam.results.store.tallies import Touched
from smartexam.sitting.store import attempts

# Longer than the stream's function runs, so that each run of it either knows the new generation or wrote its records
# before they are read; and longer than indexes lag.
FIRST_DELAY_SECONDS = 120
_PIECE = 50


class RebuildOrder(msgspec.Struct, frozen=True):
    """How far a rebuilding is.

    Attributes:
        generation: what is filled or, when `clears`, emptied.
        clears: whether this is the old generation's end.
        exam_id: the exam that is next, from the newest down; None at the beginning.
        shard: the part of it that is next; and
        start: where in that.
    """

    generation: int
    clears: bool = False
    exam_id: int | None = None
    shard: int = 0
    start: dict[str, Any] | None = None


def begin() -> int:
    """Have everything counted anew.

    Returns:
        The number of the generation.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    generation = tallies.begin_generation()
    hand_over(RebuildOrder(generation), delay_seconds=FIRST_DELAY_SECONDS)
    return generation


def hand_over(order: RebuildOrder, *, delay_seconds: int = 0) -> None:
    """Put the rest of the work into the queue.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    queues.send(settings().required("STATISTICS_QUEUE_URL"), order, delay_seconds=delay_seconds)


def work(order: RebuildOrder, has_time: Callable[[], bool]) -> RebuildOrder | None:
    """Do as much as there is time for.

    Returns:
        What is left to do; None if nothing is.
    """
    now = tallies.generations()
    if not order.clears and now.current == order.generation:
        # It has taken over, and perhaps nobody was told: clearing twice does no harm.
        return RebuildOrder(now.current - 1, clears=True)
    expected = now.current != order.generation if order.clears else now.building == order.generation
    if not expected:
        return None  # an order that came twice, and was done before
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
    """Count or clear a bounded piece; returns what follows, None at the end."""
    # By number, not by the list: an exam that is moved to another date meanwhile must not be passed over.
    exam_id = ids.highest("exam") if order.exam_id is None else order.exam_id
    if exam_id < 1:
        return None
    keys, start = table.query_index(
        "attempts",
        "exam",
        ("exam_shard", attempts.exam_shard(exam_id, order.shard)),
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
    if order.shard + 1 < attempts.EXAM_SHARDS:
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
