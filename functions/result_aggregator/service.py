"""Finds the students in a batch of the stream, and updates their statistics."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
    touched = _by_student(records)
    if not touched:
        return []
    try:
        failed = {
            user_id for generation in tallies.generations().written for user_id in _uncounted(touched, generation)
        }
    except AppError as error:
        logger().warning("no student counted", extra={"reason": error.message})
        failed = set(touched)
    return [number for user_id in touched if user_id in failed for number in touched[user_id].records]


def _uncounted(touched: Mapping[int, Touches], generation: int) -> Iterator[int]:
    """Count all students together, and one by one if that fails; yields students who could not be counted."""
    wanted = {user_id: Touched(frozenset(each.results), frozenset(each.sittings)) for user_id, each in touched.items()}
    try:
        left = tallies.refresh_together(wanted, generation)
    except AppError:
        raise
    except Exception:  # noqa: BLE001 - one student's broken data must not keep the others from being counted
        logger().exception("students not counted together")
        left = set(touched)
    for user_id in left:
        try:
            tallies.refresh(user_id, wanted[user_id], only=generation)
        except AppError as error:
            logger().warning("student not counted", extra={"user_id": user_id, "reason": error.message})
            yield user_id
        except Exception:  # noqa: BLE001 - see above
            logger().exception("student not counted", extra={"user_id": user_id})
            yield user_id


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
