"""Writes comments: each change with its counts in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from smartexam.catalog.store import question_items as catalog
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import (
    Check,
    ConditionFailed,
    Delete,
    Item,
    Operation,
    Put,
    TransactionRefused,
    Update,
)
from smartexam.platform.errors import BadRequest, NotFound
from smartexam.talk.store.discussions.items import (
    ALIVE,
    COUNT,
    COUNTED,
    PIN_PREFIX,
    AuthorItem,
    Comment,
    CommentItem,
    CountItem,
    DiscussedItem,
    Location,
    PinItem,
    PointerItem,
    ancestors_of,
    author_key,
    discussed_key,
    from_item,
    gone,
    is_gone,
    parent_of,
    partition,
    place_for_replies,
    place_of,
    pointer_key,
)


@dataclass(frozen=True, slots=True)
class NewComment:
    """A comment to store; a reply if it has a parent.

    Attributes:
        message: the text, 1 to 500 characters.
        exam_id: ignored; the question tells its exam.
        parent_id: id of the comment to reply to, on the same question; null for a comment of its own.
    """

    id: int
    question_id: int
    exam_id: int
    author_id: int
    username: str
    message: str
    parent: Location | None
    now: float


def add(new: NewComment, *, is_first: bool) -> Comment:
    """Store a comment; `is_first` says that the question may have had no comment before.

    Raises:
        NotFound: the question was deleted.
        BadRequest: the comment to reply to was deleted.
    """
    pk = partition(new.question_id)
    parent = None if new.parent is None else place_for_replies(new.parent.place)
    place = place_of(new.id, new.now, parent)
    item = CommentItem(
        pk,
        place,
        comment_id=new.id,
        author_id=new.author_id,
        username=new.username,
        message=new.message,
        created_at=new.now,
    )
    if new.parent is not None and new.parent.place != parent:
        item.reply_to_id = new.parent.comment_id
    operations: list[Operation] = [
        Check(catalog.PointerItem, *catalog.pointer_key(new.question_id), catalog.PointerItem.pk.exists()),
        Put(item, CommentItem.pk.does_not_exist()),
        Put(PointerItem(*pointer_key(new.id), question_id=new.question_id, exam_id=new.exam_id, place=place)),
        Put(AuthorItem(*author_key(new.author_id, new.id), question_id=new.question_id, place=place)),
        Update(CountItem, pk, COUNT, [CountItem.comments.add(1), CountItem.exam_id.set(new.exam_id)]),
    ]
    if parent is not None:
        operations.append(Update(CommentItem, pk, parent, [CommentItem.replies.add(1)], CommentItem.pk.exists()))
    if is_first:
        operations.append(Put(DiscussedItem(discussed_key(new.exam_id), pk)))
    try:
        table.transact(operations)
    except TransactionRefused as refused:
        if refused.failed[0]:
            raise NotFound("Question not found", code="question_not_found") from None
        raise BadRequest("The comment to reply to does not exist", code="parent_not_found") from None
    return from_item(item)


def edit(where: Location, message: str, now: float, *, author_id: int) -> bool:
    """Replace the text of a comment; returns False if `author_id` is not its author.

    Raises:
        NotFound: it does not exist, or was deleted.
    """
    actions = [CommentItem.message.set(message), CommentItem.edited_at.set(now)]
    try:
        table.update(
            CommentItem,
            partition(where.question_id),
            where.place,
            actions,
            ALIVE & (CommentItem.author_id == author_id),
        )
    except ConditionFailed as failed:
        if is_gone(failed.item):
            raise gone() from None
        return False
    return True


def delete(
    where: Location,
    now: float,
    *,
    allows: Callable[[Comment], bool],
    logged: Callable[[Comment], Sequence[Operation]] = lambda _: (),
) -> bool:
    """Delete a comment. With replies it becomes a placeholder; without, it is deleted with the placeholders kept only
    for it.


    Args:
        where: the comment.
        now: epoch seconds.
        allows: whether the caller may delete this comment.
        logged: further writes for the same transaction.

    Returns:
        False if `allows` refused.

    Raises:
        NotFound: it does not exist, or was deleted.
    """
    pk, places = partition(where.question_id), [*ancestors_of(where.place), where.place]
    wanted: list[tuple[type[Item], str, str]] = [
        (CountItem, pk, COUNT),
        *((CommentItem, pk, place) for place in places),
    ]

    def attempt() -> bool:
        found = table.batch_get(wanted)
        comments = {sk: from_item(item) for (_, sk), item in found.items() if isinstance(item, CommentItem)}
        comment = comments.get(where.place)
        if comment is None or comment.is_deleted:
            raise gone()
        if not allows(comment):
            return False
        removal = _blanking(pk, comment, now) if comment.replies else _removal(pk, comment, comments)
        best_ids = [item.best_id for item in found.values() if isinstance(item, CountItem)]
        counted = _uncount(pk, comment, was_best=comment.id in best_ids)
        table.transact([*removal, *_unlisting(pk, comment), counted, *logged(comment)])
        return True

    return table.retried(attempt)


def _blanking(pk: str, comment: Comment, now: float) -> list[Operation]:
    """The actions that make a comment a placeholder."""
    cleared = (CommentItem.author_id, CommentItem.username, CommentItem.message, CommentItem.edited_at)
    actions: list[Action] = [CommentItem.deleted_at.set(now), CommentItem.pinned_at.remove()]
    actions += [attribute.remove() for attribute in cleared]
    return [Update(CommentItem, pk, comment.place, actions, _unchanged(comment) & (CommentItem.replies > 0))]


def _removal(pk: str, comment: Comment, known: Mapping[str, Comment]) -> list[Operation]:
    """The writes that delete a comment without replies, and the placeholders above it that were kept only for it.

    `known` is the comment and all comments above it, by place.
    """
    operations: list[Operation] = [
        Delete(CommentItem, pk, comment.place, _unchanged(comment) & (CommentItem.replies == 0)),
        Delete(PointerItem, *pointer_key(comment.id)),
    ]
    place = parent_of(comment.place)
    while place is not None and (above := known.get(place)) is not None and above.is_deleted and above.replies == 1:
        was_last = CommentItem.deleted_at.exists() & (CommentItem.replies == 1)
        operations += [Delete(CommentItem, pk, place, was_last), Delete(PointerItem, *pointer_key(above.id))]
        place = parent_of(place)
    if place is not None:
        stays = CommentItem.pk.exists() & (CommentItem.deleted_at.does_not_exist() | (CommentItem.replies > 1))
        operations.append(Update(CommentItem, pk, place, [CommentItem.replies.add(-1)], stays))
    return operations


def _unchanged(comment: Comment) -> Condition:
    """The condition that it was neither deleted, pinned nor unpinned meanwhile."""
    condition: Condition = ALIVE & (
        CommentItem.pinned_at.exists() if comment.is_pinned else CommentItem.pinned_at.does_not_exist()
    )
    return condition


def _unlisting(pk: str, comment: Comment) -> list[Operation]:
    """The writes that remove a comment from the lists that contain it."""
    operations: list[Operation] = []
    if comment.author_id is not None:
        operations.append(Delete(AuthorItem, *author_key(comment.author_id, comment.id)))
    if comment.is_pinned and comment.parent_id is None:
        operations.append(Delete(PinItem, pk, f"{PIN_PREFIX}{comment.place}"))
    return operations


def _uncount(pk: str, comment: Comment, *, was_best: bool) -> Update:
    actions: list[Action] = [CountItem.comments.add(-1)]
    if comment.is_pinned and comment.parent_id is None:
        actions.append(CountItem.pins.add(-1))
    if was_best:
        actions.append(CountItem.best_id.remove())
        unchanged = CountItem.best_id == comment.id
    else:
        unchanged = CountItem.best_id.does_not_exist() | (CountItem.best_id != comment.id)
    return Update(CountItem, pk, COUNT, actions, COUNTED & unchanged)
