"""What is stored of a discussion, and the keys."""

from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute

from smartexam.data.identity import user_key
from smartexam.data.table import FloatAttribute, IntAttribute, Item

COUNT = "COUNT"
POINTER = "POINTER"
PIN_PREFIX = "PIN#"
THREAD_PREFIX = "THREAD#"
_ROOT_PARTS = 3


class CommentItem(Item):
    """A root or a reply. Without an author it is a placeholder: of one deleted, or of an erased account's."""

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
    """What is counted of a question's discussion, and its best answer."""

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
    """Where a comment lies."""

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
    """A question of an exam that was ever discussed, also if the question itself is gone."""

    class Meta:
        context = "discussions"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a comment lies; `place` is its sort key."""

    comment_id: int
    question_id: int
    exam_id: int
    place: str

    @property
    def is_root(self) -> bool:
        """Whether it is no reply."""
        return root_of(self.place) == self.place


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; times in epoch seconds.

    Attributes:
        place: its sort key.
        replies: how many lie under a root.
        root_id: the root that a reply lies under; None for a root.
        reply_to_id: the comment that a reply answers; None for a root.
        author_id: None once the comment is deleted or its author's account erased.
        is_deleted: a placeholder, kept for its replies.
    """

    id: int
    place: str
    root_id: int | None
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
    """A question's discussion in short; `comments` counts what is not deleted."""

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
    """The keys of the row that lists a comment as its author's."""
    return user_key(user_id), f"COMMENT#{comment_id:016d}"


def discussed_key(exam_id: int) -> str:
    """The partition that lists an exam's discussed questions."""
    return f"EXAM#{exam_id}"


def place_of(comment_id: int, now: float, root: str | None = None) -> str:
    """The sort key of a new comment, under `root` if it is a reply."""
    own = f"{int(now * 1000):013d}#{comment_id:016d}"
    return f"{THREAD_PREFIX}{own}" if root is None else f"{root}#{own}"


def root_of(place: str) -> str:
    """The place of the root that a comment belongs to; a root's own is itself."""
    return "#".join(place.split("#", _ROOT_PARTS)[:_ROOT_PARTS])


def root_id_of(place: str) -> int:
    """The id of the root that a comment belongs to."""
    return int(place.split("#", _ROOT_PARTS)[2])


def from_item(item: CommentItem) -> Comment:
    """A stored comment."""
    is_reply = root_of(item.sk) != item.sk
    root_id = root_id_of(item.sk) if is_reply else None
    return Comment(
        id=item.comment_id,
        place=item.sk,
        root_id=root_id,
        reply_to_id=(item.reply_to_id or root_id) if is_reply else None,
        author_id=item.author_id,
        username=item.username,
        message=item.message,
        created_at=item.created_at,
        is_edited=item.edited_at is not None,
        is_deleted=item.deleted_at is not None,
        is_pinned=item.pinned_at is not None,
        replies=item.replies,
    )


def summary_of(item: CountItem | None) -> Summary:
    """A question's discussion in short; all zero if there never was one."""
    return Summary() if item is None else Summary(item.comments, item.pins, item.best_id)
