"""Tells the followers of a discussion what happens in it, after it was stored."""

from typing import Any

from msgspec import structs

from discussions.service import view
from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.errors import AppError
from smartexam.platform.observability import logger
from smartexam.talk.access import admitting
from smartexam.talk.realtime import Own, publish_to_question
from smartexam.talk.store.discussions import reading
from smartexam.talk.store.discussions.items import Comment


def announce(question_id: int, exam_id: int, event: str, time: ExamTime, **data: Any) -> None:
    """Send an event with `comment_id` and the like to all who may see the discussion now."""
    publish_to_question(
        question_id,
        event,
        {**data, "question_id": question_id},
        now=time.now,
        admits=admitting(question_id, exam_id, time),
    )


def announce_comment(question_id: int, exam_id: int, comment: Comment, user_id: int, time: ExamTime) -> None:
    """Send a new comment; its author's own devices get it marked as their own."""
    try:
        count = reading.count_comments(question_id)
    except AppError as error:
        # The comment is stored: its author must not be told to send it again.
        logger().warning("event not sent", exc_info=error)
        return
    data = structs.asdict(view(comment, best_id=None, viewer_id=None)) | {"question_id": question_id, "count": count}
    publish_to_question(
        question_id,
        "new_message",
        data,
        now=time.now,
        own=Own(user_id, {**data, "is_own": True}),
        admits=admitting(question_id, exam_id, time),
    )
