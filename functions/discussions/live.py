"""Telling those who follow a discussion what happens in it. What is told has been stored before."""

from typing import Any

from msgspec import structs

from discussions.access import Visitor, admitting
from discussions.service import view
from smartexam.data.discussions import reading
from smartexam.data.discussions.items import Comment
from smartexam.errors import AppError
from smartexam.observability import logger
from smartexam.realtime import publish_to_question


def announce(question_id: int, exam_id: int, event: str, visitor: Visitor, **data: Any) -> None:
    """Send an event with `comment_id` and the like to all who may see the discussion now."""
    publish_to_question(
        question_id,
        event,
        {**data, "question_id": question_id},
        now=visitor.now,
        admits=admitting(question_id, exam_id, visitor.now, visitor.grace),
    )


def announce_comment(question_id: int, exam_id: int, comment: Comment, visitor: Visitor) -> None:
    """Send a new comment; to its author's own devices as their own."""
    admits = admitting(question_id, exam_id, visitor.now, visitor.grace)
    try:
        count = reading.count_comments(question_id)
    except AppError as error:
        # The comment is stored: its author must not be told to send it again.
        logger().warning("event not sent", exc_info=error)
        return
    for is_own in (False, True):
        shown = view(comment, best_id=None, viewer_id=comment.author_id if is_own else None)
        publish_to_question(
            question_id,
            "new_message",
            {**structs.asdict(shown), "question_id": question_id, "count": count},
            now=visitor.now,
            admits=lambda user_ids, is_own=is_own: {  # type: ignore[misc]
                user_id for user_id in admits(user_ids) if (user_id == comment.author_id) == is_own
            },
        )
