"""Administrators' changes of comments; each is logged in its own transaction.

The log names the author by id and contains no text of the comment, because it outlives the author's account.
"""

from collections.abc import Callable, Mapping
from typing import Any

from smartexam.platform.audit import Change, entry
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Check, Delete, Operation, Put, TransactionRefused, Update
from smartexam.talk.store.discussions.items import (
    ALIVE,
    COUNT,
    COUNTED,
    PIN_PREFIX,
    Comment,
    CommentItem,
    CountItem,
    Location,
    PinItem,
    gone,
    is_gone,
    partition,
)
from smartexam.talk.store.discussions.reading import find_comment


def edit(where: Location, message: str, admin_id: int, now: float) -> bool:
    """Replace the text of any comment; returns False if its author's account was erased.

    Raises:
        NotFound: it does not exist, or was deleted.
    """
    pk = partition(where.question_id)

    def attempt() -> bool:
        comment = find_comment(where)
        if comment.author_id is None:
            return False
        actions = [CommentItem.message.set(message), CommentItem.edited_at.set(now)]
        unchanged = ALIVE & (CommentItem.author_id == comment.author_id)
        author = {"author_id": comment.author_id}
        logged = _entry(where, "edit", author, {**author, "message": message}, admin_id, now)
        table.transact([Update(CommentItem, pk, where.place, actions, unchanged), logged])
        return True

    return table.retried(attempt)


def deletions(where: Location, user_id: int, now: float) -> Callable[[Comment], list[Operation]]:
    """The log entry for deleting a comment: none for one's own, otherwise the user is an administrator."""

    def logged(comment: Comment) -> list[Operation]:
        if comment.author_id == user_id:
            return []
        return [_entry(where, "delete", {"author_id": comment.author_id}, None, user_id, now)]

    return logged


def toggle_pin(where: Location, admin_id: int, now: float) -> bool:
    """Pin a comment, or unpin it; pinned roots are listed first, pinned replies keep their place.

    Returns:
        Whether it is pinned now.

    Raises:
        NotFound: it does not exist, or was deleted.
    """
    pk = partition(where.question_id)

    def change(update: Update, row: Operation, *, pins: int) -> None:
        counted = Update(CountItem, pk, COUNT, [CountItem.pins.add(pins)], COUNTED)
        states = {"is_pinned": pins < 0}, {"is_pinned": pins > 0}
        logged = _entry(where, "pin", *states, admin_id, now)
        table.transact([update, logged, *((row, counted) if where.is_root else ())])

    def attempt() -> bool:
        unpinned = ALIVE & CommentItem.pinned_at.does_not_exist()
        pin = PinItem(pk, f"{PIN_PREFIX}{where.place}")
        try:
            change(Update(CommentItem, pk, where.place, [CommentItem.pinned_at.set(now)], unpinned), Put(pin), pins=1)
        except TransactionRefused as refused:
            if refused.failed[0] and is_gone(refused.items[0]):
                raise gone() from None
        else:
            return True
        pinned = CommentItem.pinned_at.exists()
        change(
            Update(CommentItem, pk, where.place, [CommentItem.pinned_at.remove()], pinned),
            Delete(PinItem, pk, pin.sk),
            pins=-1,
        )
        return False

    return table.retried(attempt)


def toggle_best(where: Location, admin_id: int, now: float) -> bool:
    """Make a comment its question's best answer in place of any other, or undo that.

    The best answer is stored once, beside the counts, so simultaneous decisions cannot make two.

    Returns:
        Whether it is the best answer now.

    Raises:
        NotFound: it does not exist, or was deleted.
    """
    pk = partition(where.question_id)
    is_this = CountItem.best_id == where.comment_id
    is_other = CountItem.best_id.does_not_exist() | (CountItem.best_id != where.comment_id)

    def logged(*, is_best: bool) -> Put:
        states = {"is_best_answer": not is_best}, {"is_best_answer": is_best}
        return _entry(where, "best", *states, admin_id, now)

    def attempt() -> bool:
        chosen = Update(CountItem, pk, COUNT, [CountItem.best_id.set(where.comment_id)], COUNTED & is_other)
        try:
            table.transact([Check(CommentItem, pk, where.place, ALIVE), chosen, logged(is_best=True)])
        except TransactionRefused as refused:
            if refused.failed[0]:
                raise gone() from None
        else:
            return True
        withdrawn = Update(CountItem, pk, COUNT, [CountItem.best_id.remove()], is_this)
        table.transact([withdrawn, logged(is_best=False)])
        return False

    return table.retried(attempt)


def _entry(
    where: Location,
    action: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any] | None,
    admin_id: int,
    now: float,
) -> Put:
    states = (None if state is None else {"question_id": where.question_id, **state} for state in (before, after))
    return entry(Change(admin_id, f"comment.{action}", f"comment:{where.comment_id}", *states), now)
