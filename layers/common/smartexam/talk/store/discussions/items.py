"""The items and keys of the discussions table."""

from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute

from smartexam.platform.dynamodb.table import FloatAttribute, IntAttribute, Item, RawItem
from smartexam.platform.errors import NotFound
from smartexam.platform.keys import user_key

COUNT = "COUNT"
POINTER = "POINTER"
PIN_PREFIX = "PIN#"
THREAD_PREFIX = "THREAD#"
# A comment's place contains the places of all comments above it, and a sort key has at most 1,024 bytes.
MOST_LEVELS = 20
_ROOT_PARTS = 3
_OWN_PARTS = 2


class CommentItem(Item):
    """A root or a reply. Without an author it is a placeholder: deleted, or of an erased account."""

    class Meta:
        context = "discussions"

    comment_id = IntAttribute()
    author_id = IntAttribute(null=True)
    username = UnicodeAttribute(null=True)
    message = UnicodeAttribute(null=True)
    created_at = FloatAttribute()
    edited_at = FloatAttribute(null=True)
    deleted_at = FloatAttribute(null=True)
    pinned_at = FloatAttribute(null=True)
    reply_to_id = IntAttribute(null=True)
    replies = IntAttribute(default=0)


class CountItem(Item):
    """The counts of a question's discussion, and its best answer."""

    class Meta:
        context = "discussions"

    exam_id = IntAttribute()
    comments = IntAttribute(default=0)
    pins = IntAttribute(default=0)
    best_id = IntAttribute(null=True)


class PinItem(Item):
    """A pinned root."""

    class Meta:
        context = "discussions"


class PointerItem(Item):
    """The question and the place of a comment."""

    class Meta:
        context = "discussions"

    question_id = IntAttribute()
    exam_id = IntAttribute()
    place = UnicodeAttribute()


class AuthorItem(Item):
    """A comment of a user."""

    class Meta:
        context = "discussions"

    question_id = IntAttribute()
    place = UnicodeAttribute()


class DiscussedItem(Item):
    """A question of an exam that was ever discussed, even if the question itself was deleted."""

    class Meta:
        context = "discussions"


# Not deleted: neither missing nor a placeholder, which has a time of deletion.
ALIVE = CommentItem.comment_id.exists() & CommentItem.deleted_at.does_not_exist()
COUNTED = CountItem.exam_id.exists()


@dataclass(frozen=True, slots=True)
class Location:
    """Where a comment is stored; `place` is its sort key.

    `exam_id` is the question's exam when the comment was written, unless documented otherwise.
    """

    comment_id: int
    question_id: int
    exam_id: int
    place: str

    @property
    def is_root(self) -> bool:
        """Whether it is not a reply."""
        return parent_of(self.place) is None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; times in epoch seconds.

    Attributes:
        place: its sort key.
        replies: how many are directly below it.
        parent_id: the comment above a reply; None for a root.
        reply_to_id: the comment that a reply answers: its parent, except at the deepest level; None for a root.
        author_id: None once the comment is deleted or its author's account erased.
        is_deleted: a placeholder, kept for its replies.
    """

    id: int
    place: str
    parent_id: int | None
    reply_to_id: int | None
    author_id: int | None
    username: str | None
    message: str | None
    created_at: float
    is_edited: bool
    is_deleted: bool
    is_pinned: bool
    replies: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of a question's discussion; `comments` counts those that are not deleted."""

    comments: int = 0
    pins: int = 0
    best_id: int | None = None


def partition(question_id: int) -> str:
    """The partition of a question's discussion."""
    return f"QUESTION#{question_id}"


def pointer_key(comment_id: int) -> tuple[str, str]:
    """The keys of a comment's pointer."""
    return f"COMMENT#{comment_id}", POINTER


def author_key(user_id: int, comment_id: int) -> tuple[str, str]:
    """The keys of the item that lists a comment as its author's."""
    return user_key(user_id), f"COMMENT#{comment_id:016d}"


def discussed_key(exam_id: int) -> str:
    """The partition that lists an exam's discussed questions."""
    return f"EXAM#{exam_id}"


def place_of(comment_id: int, now: float, parent: str | None = None) -> str:
    """The sort key of a new comment, under `parent` if it is a reply."""
    own = f"{int(now * 1000):013d}#{comment_id:016d}"
    return f"{THREAD_PREFIX}{own}" if parent is None else f"{parent}#{own}"


def place_for_replies(place: str) -> str:
    """The prefix of places of replies to a comment: its own place, or at the deepest level its parent's."""
    return (parent_of(place) or place) if len(ancestors_of(place)) + 1 >= MOST_LEVELS else place


def root_of(place: str) -> str:
    """The place of the root above a comment; a root's own place is itself."""
    return "#".join(place.split("#", _ROOT_PARTS)[:_ROOT_PARTS])


def parent_of(place: str) -> str | None:
    """The place of the comment above a reply; None for a root."""
    return None if root_of(place) == place else place.rsplit("#", _OWN_PARTS)[0]


def ancestors_of(place: str) -> list[str]:
    """The places of all comments above one, its root first."""
    found: list[str] = []
    while (parent := parent_of(place)) is not None:
        found.insert(0, place := parent)
    return found


def from_item(item: CommentItem) -> Comment:
    """The comment of a stored item."""
    parent = parent_of(item.sk)
    parent_id = None if parent is None else int(parent.rsplit("#", 1)[1])
    return Comment(
        id=item.comment_id,
        place=item.sk,
        parent_id=parent_id,
        reply_to_id=item.reply_to_id or parent_id,
        author_id=item.author_id,
        username=item.username,
        message=item.message,
        created_at=item.created_at,
        is_edited=item.edited_at is not None,
        is_deleted=item.deleted_at is not None,
        is_pinned=item.pinned_at is not None,
        replies=item.replies,
    )


def is_gone(stored: RawItem | None) -> bool:
    """Whether the item that failed a condition is missing or a placeholder."""
    return stored is None or from_item(CommentItem.from_raw_data(stored)).is_deleted


def gone() -> NotFound:
    """The error for changing a comment that does not exist."""
    return NotFound("Comment not found", code="comment_not_found")


def summary_of(item: CountItem | None) -> Summary:
    """The counts of a question's discussion; all zero without an item."""
    return Summary() if item is None else Summary(item.comments, item.pins, item.best_id)
