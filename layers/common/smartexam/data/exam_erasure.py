"""Removing what a deleted exam left behind.

A step removes one kind of thing and yields after each bounded piece of work. All of it can be stopped anywhere,
repeated and run twice at once: a step looks for what is there and removes it, and removes last what it finds the rest
by. Whatever else comes to belong to an exam becomes a step of its own in `STEPS`.
"""

from collections.abc import Callable, Iterator

from smartexam.data import attempts, table
from smartexam.data.catalog.papers import PartItem, VersionItem, answers_key, paper_key, versions_key
from smartexam.data.catalog.question_items import PREFIX, QuestionItem, pointer_key, questions_key
from smartexam.data.discussions.erasing import purge_exam

_PIECE = 250

Step = Callable[[int], Iterator[None]]


def erase_exam(exam_id: int, may_go_on: Callable[[], bool]) -> bool:
    """Remove what belonged to an exam whose card is gone.

    Args:
        exam_id: the exam.
        may_go_on: whether there is room for another piece; asked after each.

    Returns:
        Whether nothing is left.

    Raises:
        Unavailable: the database cannot be reached; what was removed stays removed.
    """
    for step in STEPS:
        for _ in step(exam_id):
            if not may_go_on():
                return False
    return True


def _sittings(exam_id: int) -> Iterator[None]:
    yield from _attempts(exam_id, "SITTING#")


def _results(exam_id: int) -> Iterator[None]:
    yield from _attempts(exam_id, "")


def _attempts(exam_id: int, prefix: str) -> Iterator[None]:
    for keys in attempts.keys_of_exam(exam_id, prefix=prefix, limit=_PIECE):
        table.batch_delete("attempts", keys)
        yield


def _questions(exam_id: int) -> Iterator[None]:
    pk = questions_key(exam_id)
    while items := table.query(QuestionItem, pk, limit=_PIECE, prefix=PREFIX).items:
        table.batch_delete("catalog", (pointer_key(item.question_id) for item in items))
        table.batch_delete("catalog", ((pk, item.sk) for item in items))
        yield


def _papers(exam_id: int) -> Iterator[None]:
    pk = versions_key(exam_id)
    while items := table.query(VersionItem, pk, limit=1).items:
        version = int(items[0].sk)
        for partition in (paper_key(exam_id, version), answers_key(exam_id, version)):
            table.batch_delete("catalog", [(partition, part.sk) for part in table.query_all(PartItem, partition)])
        table.batch_delete("catalog", [(pk, items[0].sk)])
        yield


# Running attempts first: until their sittings are gone, students work on for nothing. Discussions after the questions:
# as long as there is a question, it can be commented on.
STEPS: tuple[Step, ...] = (_sittings, _results, _questions, _papers, purge_exam)
