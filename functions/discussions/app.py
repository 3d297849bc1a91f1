"""Comments on questions, with replies, pins and best answers."""

from contextlib import AbstractContextManager

from discussions import live
from discussions.models import (
    BestAnswer,
    CommentCounts,
    CountsBody,
    DiscussionAnswer,
    DiscussionQuery,
    EditedText,
    NewComment,
    Pinned,
    Posted,
)
from discussions.service import COMMENT_SECONDS, check_parent, may_change, read_message, threads, view
from smartexam.api import Access, Api, Done, Request
from smartexam.catalog.exam_time import ExamTime
from smartexam.limits import rate_limits
from smartexam.platform import cursors
from smartexam.platform.errors import Forbidden, RateLimited
from smartexam.platform.ids import next_id
from smartexam.talk import access
from smartexam.talk.access import find_discussion, find_open_comment
from smartexam.talk.store.discussions import moderation, reading, writing

api = Api("discussions")

_LIMIT = 16 * 1024


@api.get("/api/discussion/<question_id>", access=Access.AUTH, query=DiscussionQuery, answers=DiscussionAnswer)
def list_comments(request: Request, question_id: int, query: DiscussionQuery) -> DiscussionAnswer:
    """List a question's comments: pinned ones first, each with its replies.

    A deleted comment that has replies stays as a placeholder. The discussion is closed to students who sit an exam with
    the question.

    Raises:
        BadRequest: `invalid_cursor`.
        NotFound: `question_not_found`.
        Forbidden: `discussion_closed`, to the caller at this time.
    """
    summary = find_discussion(question_id, request.caller, ExamTime.at(request.now)).summary
    list_name = f"discussion:{question_id}"
    page = reading.read_page(
        question_id,
        has_pins=summary.pins > 0,
        limit=query.limit,
        after=cursors.decode(list_name, query.cursor),
    )
    return DiscussionAnswer(
        count=summary.comments,
        comments=threads(page.comments, summary.best_id, request.caller.user_id),
        next_cursor=cursors.encode(list_name, page.next_place),
    )


@api.post("/api/discussion/<question_id>", access=Access.AUTH, takes=NewComment, answers=Posted, limit=_LIMIT)
def post_comment(request: Request, question_id: int, body: NewComment) -> Posted:
    """Comment on a question, or with `parent_id` reply to a comment on it.

    A user can post one comment in 10 seconds. Clients that joined the discussion on the WebSocket get `new_message`.

    Raises:
        BadRequest: the text is empty or too long; `parent_not_found`, `parent_of_another_question`.
        NotFound: `question_not_found`.
        Forbidden: `discussion_closed`, to the caller at this time.
        RateLimited: `too_fast`, less than ten seconds after the caller's last comment or edit.
    """
    message, user_id, time = read_message(body.message), request.caller.user_id, ExamTime.at(request.now)
    discussion = find_discussion(question_id, request.caller, time, parent_id=body.parent_id)
    if body.parent_id is not None:
        check_parent(discussion.parent, question_id)
    with _turn(user_id, request.now):
        new = writing.NewComment(
            id=next_id("comment"),
            question_id=question_id,
            exam_id=discussion.exam_id,
            author_id=user_id,
            username=request.caller.username,
            message=message,
            parent=discussion.parent,
            now=request.now,
        )
        comment = writing.add(new, is_first=discussion.is_new)
    live.announce_comment(question_id, discussion.exam_id, comment, user_id, time)
    return Posted(view(comment, best_id=None, viewer_id=user_id))


@api.put("/api/discussion/edit/<comment_id>", access=Access.AUTH, takes=EditedText, answers=Done, limit=_LIMIT)
def edit_comment(request: Request, comment_id: int, body: EditedText) -> Done:
    """Change the text of one's own comment, or as an administrator of any.

    The comment is then marked as edited. Clients that joined the discussion on the WebSocket get `edit_message`.

    Raises:
        BadRequest: the text is empty or too long.
        NotFound: `comment_not_found`.
        Forbidden: `not_your_comment`; `discussion_closed`, to the caller at this time.
        RateLimited: `too_fast`, less than ten seconds after the caller's last comment or edit.
    """
    message, user_id, time = read_message(body.message), request.caller.user_id, ExamTime.at(request.now)
    where = find_open_comment(comment_id, request.caller, time)
    try:
        with _turn(user_id, request.now):
            is_own = writing.edit(where, message, request.now, author_id=user_id)
            is_admin = request.caller.has("admin")
            if not is_own and not (is_admin and moderation.edit(where, message, user_id, request.now)):
                raise _not_yours()
    except RateLimited:
        # Where the caller may not edit at all, waiting would not help.
        if not may_change(reading.find_comment(where), request.caller):
            raise _not_yours() from None
        raise
    live.announce(where.question_id, where.exam_id, "edit_message", time, comment_id=comment_id, message=message)
    return Done()


@api.delete("/api/discussion/delete/<comment_id>", access=Access.AUTH, answers=Done)
def delete_comment(request: Request, comment_id: int) -> Done:
    """Delete one's own comment, or as an administrator any; one with replies stays as a placeholder.

    Clients that joined the discussion on the WebSocket get `delete_message`.

    Raises:
        NotFound: `comment_not_found`.
        Forbidden: `not_your_comment`; `discussion_closed`, to the caller at this time.
    """
    user_id, time = request.caller.user_id, ExamTime.at(request.now)
    where = find_open_comment(comment_id, request.caller, time)
    is_deleted = writing.delete(
        where,
        request.now,
        allows=lambda comment: may_change(comment, request.caller),
        logged=moderation.deletions(where, user_id, request.now),
    )
    if not is_deleted:
        raise _not_yours()
    live.announce(where.question_id, where.exam_id, "delete_message", time, comment_id=comment_id)
    return Done()


@api.post("/api/discussion/counts/bulk", access=Access.AUTH, takes=CountsBody, answers=CommentCounts, limit=_LIMIT)
def count_comments(request: Request, body: CountsBody) -> CommentCounts:
    """Count the comments on several questions; 0 where the discussion is closed to the caller.

    One call serves a whole list of questions: 1 to 100 ids.

    Raises:
        BadRequest: no question, more than 100, or an invalid id.
    """
    counts = access.count_comments(body.question_ids, request.caller, ExamTime.at(request.now))
    return CommentCounts({str(question_id): count for question_id, count in counts.items()})


@api.put("/api/discussion/admin/pin/<comment_id>", access=Access.ADMIN, answers=Pinned)
def toggle_pin(request: Request, comment_id: int) -> Pinned:
    """Pin a comment above the others, or unpin it; a pinned reply keeps its place.

    Each call toggles. Clients that joined the discussion on the WebSocket get `pin_message`.

    Raises:
        NotFound: `comment_not_found`.
        Forbidden: `discussion_closed`, while the caller sits the exam.
    """
    where = find_open_comment(comment_id, request.caller, ExamTime.at(request.now))
    is_pinned = moderation.toggle_pin(where, request.caller.user_id, request.now)
    live.announce(
        where.question_id,
        where.exam_id,
        "pin_message",
        ExamTime.at(request.now),
        comment_id=comment_id,
        is_pinned=is_pinned,
    )
    return Pinned(is_pinned)


@api.put("/api/discussion/admin/best/<comment_id>", access=Access.ADMIN, answers=BestAnswer)
def toggle_best_answer(request: Request, comment_id: int) -> BestAnswer:
    """Make a comment its question's best answer in place of any other, or undo that.

    Each call toggles, and a question has at most one best answer. Clients that joined the discussion on the
    WebSocket get `best_message`.

    Raises:
        NotFound: `comment_not_found`.
        Forbidden: `discussion_closed`, while the caller sits the exam.
    """
    where = find_open_comment(comment_id, request.caller, ExamTime.at(request.now))
    is_best = moderation.toggle_best(where, request.caller.user_id, request.now)
    live.announce(
        where.question_id,
        where.exam_id,
        "best_message",
        ExamTime.at(request.now),
        comment_id=comment_id,
        is_best_answer=is_best,
    )
    return BestAnswer(is_best)


def _turn(user_id: int, now: float) -> AbstractContextManager[None]:
    """The caller's one comment or edit per pause."""
    message = f"You can post one comment every {COMMENT_SECONDS} seconds."
    return rate_limits.turn("comment", user_id, seconds=COMMENT_SECONDS, now=now, message=message)


def _not_yours() -> Forbidden:
    return Forbidden("This comment is not yours", code="not_your_comment")


lambda_handler = api.handler
