"""The rules of discussions: texts, permissions, and what is shown of a comment."""

from collections.abc import Sequence

from discussions.models import LONGEST_MESSAGE, CommentView
from smartexam.platform.errors import BadRequest
from smartexam.platform.principal import Principal
from smartexam.platform.texts import read_text
from smartexam.platform.times import iso
from smartexam.talk.store.discussions.items import Comment, Location

COMMENT_SECONDS = 10
DELETED_NAME = "[deleted]"
DELETED_TEXT = "This comment was deleted."
ERASED_NAME = "Deleted Account"
ERASED_TEXT = "This comment was removed with its author's account."


def read_message(text: str) -> str:
    """A comment's text as it is stored.

    Raises:
        InvalidFields: it is empty or too long.
    """
    return read_text(text, "message", longest=LONGEST_MESSAGE)


def check_parent(parent: Location | None, question_id: int) -> None:
    """Refuse a reply to a comment that is not on the question.

    Raises:
        BadRequest: it does not exist, or is on another question.
    """
    if parent is None:
        raise BadRequest("The comment to reply to does not exist", code="parent_not_found")
    if parent.question_id != question_id:
        raise BadRequest("The comment to reply to belongs to another question", code="parent_of_another_question")


def may_change(comment: Comment, caller: Principal) -> bool:
    """Whether the caller may edit or delete a comment: their own, or any as an administrator."""
    return comment.author_id == caller.user_id or caller.has("admin")


def threads(comments: Sequence[Comment], best_id: int | None, viewer_id: int) -> list[CommentView]:
    """Comments as roots with their replies, in their order; replies without their parent are left out."""
    known: dict[int, CommentView] = {}
    roots: list[CommentView] = []
    for comment in comments:
        siblings = roots
        if comment.parent_id is not None:
            parent = known.get(comment.parent_id)
            if parent is None:
                continue
            siblings = parent.replies
        known[comment.id] = view(comment, best_id=best_id, viewer_id=viewer_id)
        siblings.append(known[comment.id])
    return roots


def view(comment: Comment, *, best_id: int | None, viewer_id: int | None) -> CommentView:
    """A comment as one user sees it, without its replies."""
    name, text = comment.username, comment.message
    if comment.is_deleted:
        name, text = DELETED_NAME, DELETED_TEXT
    return CommentView(
        id=comment.id,
        username=ERASED_NAME if name is None else name,
        message=ERASED_TEXT if text is None else text,
        is_own=viewer_id is not None and comment.author_id == viewer_id,
        is_pinned=comment.is_pinned,
        is_best_answer=comment.id == best_id,
        is_edited=comment.is_edited,
        is_deleted=comment.is_deleted,
        created_at=iso(comment.created_at),
        parent_id=comment.parent_id,
        reply_to_id=comment.reply_to_id,
        replies=[],
    )
