"""Stores results for tests like the end of an attempt does, without an attempt."""

from typing import Any

from smartexam.catalog.exam import Exam
from smartexam.catalog.marks import UNITS
from smartexam.platform.dynamodb import table
from smartexam.platform.ids import next_id
from smartexam.platform.keys import user_key
from smartexam.sitting.store.results import HistoryItem, ResultItem, history_key, result_key
from smartexam.sitting.store.sitting_items import IDLE, SittingItem, exam_shard
from tests.factories.clock import MORNING


def result_items(
    user_id: int,
    exam: Exam,
    *,
    result_id: int,
    score: int,
    max_score: int = 100 * UNITS,
    completed_at: float = MORNING,
    questions: int = 3,
) -> list[Any]:
    """The items of a result; marks in units."""
    shared: dict[str, Any] = {
        "exam_id": exam.id,
        "exam_name": exam.name,
        "attempt_number": 1,
        "score": score,
        "max_score": max_score,
        "correct": questions,
        "incorrect": 0,
        "unanswered": 0,
        "started_at": int(completed_at) - 1800,
        "completed_at": int(completed_at),
        "exam_shard": exam_shard(exam.id, user_id),
    }
    pk = user_key(user_id)
    result = ResultItem(
        pk,
        result_key(exam.id, result_id),
        user_id=user_id,
        paper_version=1,
        answers="",
        outcomes="C" * questions,
        exam_sk=f"RESULT#{result_id}",
        **shared,
    )
    history = HistoryItem(pk, history_key(int(completed_at), result_id), exam_sk=f"HISTORY#{result_id}", **shared)
    return [result, history]


def sitting_item(user_id: int, exam: Exam, *, completed: int, allowance: int = 0, status: str = IDLE) -> SittingItem:
    """The item of a student's sitting of an exam."""
    return SittingItem(
        user_key(user_id),
        f"SITTING#{exam.id}",
        status=status,
        completed=completed,
        allowance=allowance,
        spent=completed - allowance,
        exam_shard=exam_shard(exam.id, user_id),
        exam_sk=f"SITTING#{user_id}",
    )


def store_result(user_id: int, exam: Exam, percent: float, *, at: float = MORNING, **fields: Any) -> int:
    """Store a result with this percentage; returns its id."""
    result_id = next_id("attempt")
    score = round(percent * UNITS)
    table.batch_put(result_items(user_id, exam, result_id=result_id, score=score, completed_at=at, **fields))
    return result_id
