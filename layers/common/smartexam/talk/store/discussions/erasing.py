"""Removes an author's name and words from discussions, and deletes the discussions of deleted exams."""

from collections.abc import Iterator

from smartexam.catalog.store import question_items as catalog
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import ConditionFailed, Item
from smartexam.platform.keys import user_key
from smartexam.talk.store.discussions.items import (
    THREAD_PREFIX,
    AuthorItem,
    CommentItem,
    DiscussedItem,
    PinItem,
    author_key,
    discussed_key,
    from_item,
    partition,
    pointer_key,
)

_PIECE = 100


def erase_user(user_id: int) -> bool:
    """Remove the author's name and the text from a user's comments, which stay as placeholders and are counted as
    before.


    It may be interrupted and repeated, because a comment is removed from the user's list last. Returns whether there
    may be more.
    """
    page = table.query(AuthorItem, user_key(user_id), limit=_PIECE, prefix="COMMENT#")
    anonymous = [
        attribute.remove()
        for attribute in (CommentItem.author_id, CommentItem.username, CommentItem.message, CommentItem.edited_at)
    ]
    for row in page.items:
        own = CommentItem.author_id == user_id
        try:
            table.update(CommentItem, partition(row.question_id), row.place, anonymous, own)
        except ConditionFailed:
            continue  # deleted meanwhile
    table.batch_delete("discussions", ((row.pk, row.sk) for row in page.items))
    return page.next_sk is not None


def erase_exam(exam_id: int) -> Iterator[None]:
    """Delete the discussions of all questions that an exam ever had; yields after each bounded piece.

    The exam's questions must be deleted before, so that no comment can be added. A question that was moved to another
    exam keeps its discussion.
    """
    yield from _erase_listed(exam_id, DiscussedItem, discussed_key(exam_id))
    yield from _erase_listed(exam_id, catalog.ArrivalItem, catalog.arrivals_key(exam_id))


def _erase_listed(exam_id: int, model: type[Item], pk: str) -> Iterator[None]:
    while rows := table.query(model, pk, limit=_PIECE).items:
        questions = {row.sk: int(row.sk.removeprefix("QUESTION#")) for row in rows}
        pointers = table.batch_get((catalog.PointerItem, *catalog.pointer_key(each)) for each in questions.values())
        moved = {key for key, pointer in pointers.items() if pointer.exam_id != exam_id}
        for sk, question_id in questions.items():
            if catalog.pointer_key(question_id) not in moved:
                yield from erase_question(question_id)
            table.batch_delete(model.Meta.context, [(pk, sk)])
        yield


def erase_question(question_id: int) -> Iterator[None]:
    """Delete the discussion of a question; yields after each bounded piece."""
    pk = partition(question_id)
    while items := table.query(CommentItem, pk, limit=_PIECE, prefix=THREAD_PREFIX).items:
        # The items that are found by a comment are deleted before the comment.
        comments = [from_item(item) for item in items]
        keys = [pointer_key(comment.id) for comment in comments]
        keys += [author_key(comment.author_id, comment.id) for comment in comments if comment.author_id is not None]
        table.batch_delete("discussions", keys)
        table.batch_delete("discussions", ((pk, item.sk) for item in items))
        yield
    while rows := table.query(PinItem, pk, limit=_PIECE).items:
        table.batch_delete("discussions", ((pk, row.sk) for row in rows))
        yield
