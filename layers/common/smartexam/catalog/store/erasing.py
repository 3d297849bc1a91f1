"""Deletes the questions and papers of an exam, in pieces."""

from collections.abc import Iterator

from smartexam.catalog.store import passages
from smartexam.catalog.store.papers import PartItem, VersionItem, answers_key, paper_key, versions_key
from smartexam.catalog.store.passages import PassageItem
from smartexam.catalog.store.question_items import PREFIX, QuestionItem, pointer_key, questions_key
from smartexam.platform.dynamodb import table

_PIECE = 250


def erase_questions(exam_id: int) -> Iterator[None]:
    """Delete an exam's questions; yields after each piece."""
    pk = questions_key(exam_id)
    while items := table.query(QuestionItem, pk, limit=_PIECE, prefix=PREFIX).items:
        table.batch_delete("catalog", (pointer_key(item.question_id) for item in items))
        table.batch_delete("catalog", ((pk, item.sk) for item in items))
        yield


def erase_passages(exam_id: int) -> Iterator[None]:
    """Delete an exam's passages; yields after each piece."""
    pk = questions_key(exam_id)
    while items := table.query(PassageItem, pk, limit=_PIECE, prefix=passages.PREFIX).items:
        table.batch_delete("catalog", (passages.pointer_key(item.passage_id) for item in items))
        table.batch_delete("catalog", ((pk, item.sk) for item in items))
        yield


def erase_papers(exam_id: int) -> Iterator[None]:
    """Delete every version of an exam's paper and its key; yields after each."""
    pk = versions_key(exam_id)
    while items := table.query(VersionItem, pk, limit=1).items:
        version = int(items[0].sk)
        for partition in (paper_key(exam_id, version), answers_key(exam_id, version)):
            table.batch_delete("catalog", [(partition, part.sk) for part in table.query_all(PartItem, partition)])
        table.batch_delete("catalog", [(pk, items[0].sk)])
        yield
