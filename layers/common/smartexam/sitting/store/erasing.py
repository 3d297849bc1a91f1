"""Deletes what students have of an exam, and what an account has of all exams, in pieces."""

from collections.abc import Iterator

from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.erasing import erase_partition
from smartexam.platform.keys import user_key
from smartexam.sitting.store import sitting_index

_PIECE = 250


def erase_user(user_id: int) -> bool:
    """Delete one piece of a user's sittings and results; returns whether there may be more."""
    return erase_partition("attempts", user_key(user_id))


def erase_sittings(exam_id: int) -> Iterator[None]:
    """Delete an exam's sittings; yields after each piece."""
    return _erase(exam_id, "SITTING#")


def erase_results(exam_id: int) -> Iterator[None]:
    """Delete all other items that students have of an exam; yields after each piece."""
    return _erase(exam_id, "")


def _erase(exam_id: int, prefix: str) -> Iterator[None]:
    for keys in sitting_index.keys_of_exam(exam_id, prefix=prefix, limit=_PIECE):
        table.batch_delete("attempts", keys)
        yield
