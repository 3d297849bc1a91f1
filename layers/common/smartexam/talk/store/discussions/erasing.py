"""Taking an author's name out of discussions, and discussions of exams that are gone."""

from collections.abc import Iterator

from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import ConditionFailed
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
    """Take the name and the words out of a user's comments, which stay where they are and count as before.

    Stopped anywhere, it can be called again: a comment leaves the list of the user's last.

    Args:
        user_id: whose.

    Returns:
        Whether there may be more.
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
            continue  # deleted in the meantime
    table.batch_delete("discussions", ((row.pk, row.sk) for row in page.items))
    return page.next_sk is not None


def erase_exam(exam_id: int) -> Iterator[None]:
    """Remove the discussions of all questions that an exam ever had; yields after each bounded piece.

    To be called when the exam's questions are gone: then no comment can be added any more.
    """
    pk = discussed_key(exam_id)
    while rows := table.query(DiscussedItem, pk, limit=_PIECE).items:
        for row in rows:
            yield from erase_question(int(row.sk.removeprefix("QUESTION#")))
            table.batch_delete("discussions", [(pk, row.sk)])
        yield


def erase_question(question_id: int) -> Iterator[None]:
    """Remove the discussion of a question; yields after each bounded piece."""
    pk = partition(question_id)
    while items := table.query(CommentItem, pk, limit=_PIECE, prefix=THREAD_PREFIX).items:
        # What is found by a comment goes before the comment.
        comments = [from_item(item) for item in items]
        keys = [pointer_key(comment.id) for comment in comments]
        keys += [author_key(comment.author_id, comment.id) for comment in comments if comment.author_id is not None]
        table.batch_delete("discussions", keys)
        table.batch_delete("discussions", ((pk, item.sk) for item in items))
        yield
    while rows := table.query(PinItem, pk, limit=_PIECE).items:
        table.batch_delete("discussions", ((pk, row.sk) for row in rows))
        yield
