"""Finds the students in a batch of the stream, and updates their statistics."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from smartexam.platform.errors import AppError
from smartexam.platform.observability import logger
from smartexam.results.store import tallies
from smartexam.results.store.tallies import Touched


@dataclass(slots=True)
class Touches:
    """What a batch touches of a student, and in which records (sequence numbers)."""

    results: set[tuple[int, int]] = field(default_factory=set)
    sittings: set[int] = field(default_factory=set)
    records: list[str] = field(default_factory=list)


def count(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Update the statistics of all students in the records.

    Records only say where to look: the stored items are counted. So a record that arrives twice, late or out of order
    does no harm, and neither does a batch that is repeated because a part of it failed.

    Returns:
        The sequence numbers of the records that must be sent again.
    """
    failed: list[str] = []
    touched = _by_student(records)
    try:
        generations = tallies.generations().written if touched else []
    except AppError as error:
        logger().warning("no student counted", extra={"reason": error.message})
        return [number for touches in touched.values() for number in touches.records]
    for user_id, touches in touched.items():
        try:
            for generation in generations:
                tallies.refresh(
                    user_id, Touched(frozenset(touches.results), frozenset(touches.sittings)), only=generation
                )
        except AppError as error:
            logger().warning("student not counted", extra={"user_id": user_id, "reason": error.message})
            failed += touches.records
        except Exception:  # noqa: BLE001 - one student's broken data must not keep the others from being counted
            logger().exception("student not counted", extra={"user_id": user_id})
            failed += touches.records
    return failed


def _by_student(records: Sequence[Mapping[str, Any]]) -> dict[int, Touches]:
    touched: dict[int, Touches] = defaultdict(Touches)
    for record in records:
        change = record["dynamodb"]
        pk, sk = change["Keys"]["pk"]["S"], change["Keys"]["sk"]["S"]
        kind, _, place = sk.partition("#")
        if not pk.startswith("USER#") or kind not in {"RESULT", "SITTING"}:
            continue
        touches = touched[int(pk.removeprefix("USER#"))]
        touches.records.append(change["SequenceNumber"])
        if kind == "SITTING":
            touches.sittings.add(int(place))
        else:
            exam_id, _, result_id = place.partition("#")
            touches.results.add((int(exam_id), int(result_id)))
    return touched
