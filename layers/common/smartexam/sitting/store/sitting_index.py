"""Finds sittings by the indexes of the attempts table; see `sitting_items`."""

from collections.abc import Iterator

from smartexam.platform.dynamodb import table
from smartexam.platform.keys import user_key
from smartexam.sitting.store.sitting_items import EXAM_SHARDS, ids_of


def running_exams(user_id: int) -> list[int]:
    """Exams in which a student has an attempt that is not graded yet.

    One strongly consistent read, whose cost does not depend on how many exams the student has ever sat.
    """
    found: list[int] = []
    start = None
    while True:
        keys, start = table.query_index(
            "attempts", "running", ("pk", user_key(user_id)), limit=100, start=start, consistent=True
        )
        found += [ids_of(pk, sk)[1] for pk, sk in keys]
        if start is None:
            return found


def due_sittings(shard: int, before: float, *, limit: int) -> list[tuple[int, int]]:
    """(user id, exam id) of a shard's attempts that have no result yet and whose deadline is before a time."""
    keys, _ = table.query_index(
        "attempts",
        "due",
        ("due_shard", f"DUE#{shard}"),
        limit=limit,
        range_up_to=("deadline", "N", str(int(before))),
    )
    return [ids_of(pk, sk) for pk, sk in keys]


def keys_of_exam(exam_id: int, *, prefix: str = "", limit: int) -> Iterator[list[tuple[str, str]]]:
    """Primary keys of all items that students have of an exam, in pages of at most `limit`.

    `prefix` restricts them to `SITTING#`, `RESULT#` or `HISTORY#` items.
    """
    for shard in range(EXAM_SHARDS):
        start = None
        while True:
            keys, start = table.query_index(
                "attempts",
                "exam",
                ("exam_shard", f"{exam_id}#{shard}"),
                limit=limit,
                range_prefix=("exam_sk", prefix) if prefix else None,
                start=start,
            )
            if keys:
                yield keys
            if start is None:
                break
