"""Shapes of requests and answers."""

from typing import Annotated

from msgspec import Meta, Struct

from smartexam.platform.http.queries import Id, PageSize
from smartexam.platform.texts import visible

LONGEST_MESSAGE = 500


class DiscussionQuery(Struct, frozen=True):
    """Where to continue in a discussion."""

    cursor: str | None = None
    limit: PageSize = 100


class CommentView(Struct, frozen=True, kw_only=True):
    """A comment with its replies, the oldest first; a deleted one with replies is a placeholder.

    For a reply, `parent_id` is the comment above it and `reply_to_id` the one it answers. They are the same, except at
    the twentieth level, where a reply is listed beside the comment it answers.

    Attributes:
        username: who wrote it; "Deleted Account" if the account was deleted.
        message: the text as it was written, which clients must escape; a placeholder if it was deleted.
        is_deleted: whether only a placeholder is left, for the sake of the replies.
        parent_id: id of the comment above it; null for a root.
        reply_to_id: id of the comment that it answers; null for a root.
        replies: the replies, the oldest first.
    """

    id: int
    username: str
    message: str
    is_own: bool
    is_pinned: bool
    is_best_answer: bool
    is_edited: bool
    is_deleted: bool
    created_at: str
    parent_id: int | None
    reply_to_id: int | None
    replies: list["CommentView"]


class DiscussionAnswer(Struct, frozen=True):
    """A page of a discussion; `count` is the number of all comments that are not deleted.

    A comment whose replies do not fit on a page is repeated on the next page, with the further replies.

    Attributes:
        count: comments that are not deleted, on all pages together.
        comments: pinned ones first, then the oldest first.
    """

    count: int
    comments: list[CommentView]
    next_cursor: str | None
    success: bool = True


class NewComment(Struct, frozen=True):
    """A comment, or with `parent_id` a reply.

    Attributes:
        message: the text, 1 to 500 characters.
        exam_id: ignored; the question tells its exam.
        parent_id: id of the comment to reply to, on the same question; null for a comment of its own.
    """

    message: Annotated[str, visible(LONGEST_MESSAGE)]
    exam_id: int | None = None
    parent_id: int | None = None


class Posted(Struct, frozen=True):
    """The comment as it was stored.

    Attributes:
        message: the comment as it was stored.
    """

    message: CommentView
    success: bool = True


class EditedText(Struct, frozen=True):
    """A comment's new text.

    Attributes:
        message: the new text, 1 to 500 characters.
    """

    message: Annotated[str, visible(LONGEST_MESSAGE)]


class CountsBody(Struct, frozen=True):
    """The questions whose comments to count.

    Attributes:
        question_ids: ids of 1 to 100 questions.
    """

    question_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]


class CommentCounts(Struct, frozen=True):
    """Numbers of comments that are not deleted, by question id.

    Attributes:
        counts: number of comments by question id; 0 where the discussion is closed to the caller.
    """

    counts: dict[str, int]
    success: bool = True


class Pinned(Struct, frozen=True):
    """Whether the comment is pinned now."""

    is_pinned: bool
    success: bool = True


class BestAnswer(Struct, frozen=True):
    """Whether the comment is its question's best answer now."""

    is_best_answer: bool
    success: bool = True
