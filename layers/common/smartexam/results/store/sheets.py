"""Results that were typeset as PDF files: which exist, and whose turn it is to have one made.

    pk            sk               what, in the ephemeral table
    SHEETS#U:42   PDF#7#17#<form>  a file of the result 17 of exam 7
    SHEETS#E:7    PDF#42#17#<form> the same, to be found with the exam
    SHEETS#U:42   TURN             one PDF is being made for account 42

The files are in the bucket of uploads under `sheets/`. A row is written before its file and completed after it, so no
file is without a row while its account and exam exist. Files are deleted after a week, rows some days later.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import msgspec
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from smartexam.platform import storage
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import ConditionFailed, FloatAttribute, IntAttribute, Item, Put
from smartexam.platform.errors import RateLimited
from smartexam.platform.settings import settings

PDF = "application/pdf"
_LARGEST = 50_000_000
_FILE_SECONDS = 6 * 24 * 3600
_ROW_SECONDS = 10 * 24 * 3600
_TURN = "TURN"
_PIECE = 50


class SheetItem(Item):
    """A file, or one that is being made; `digest` is that of its content before typesetting."""

    class Meta:
        context = "ephemeral"

    user_id = IntAttribute()
    exam_id = IntAttribute()
    digest = UnicodeAttribute()
    key = UnicodeAttribute()
    is_ready = BooleanAttribute(default=False)
    made_at = FloatAttribute()
    expires_at = IntAttribute()


class TurnItem(Item):
    """Somebody makes a PDF for an account; `until` is in epoch seconds."""

    class Meta:
        context = "ephemeral"

    holder = UnicodeAttribute()
    until = FloatAttribute()
    expires_at = IntAttribute()


class SheetFile(msgspec.Struct, frozen=True):
    """A file of a result: for whom it is made, and a digest of what it shows.

    Attributes:
        form: distinguishes the files of one result: the student's and the administrators', and by language.
    """

    user_id: int
    exam_id: int
    result_id: int
    form: str
    digest: str

    @property
    def key(self) -> str:
        """Its key in the bucket."""
        return f"sheets/{self.user_id}/{self.exam_id}/{self.result_id}-{self.form}-{self.digest}.pdf"


def is_kept(file: SheetFile, now: float) -> bool:
    """Whether the file was made in the last days."""
    item = table.get(SheetItem, *_keys(file)[0])
    return item is not None and item.is_ready and item.digest == file.digest and now - item.made_at < _FILE_SECONDS


def read(file: SheetFile) -> bytes | None:
    """The content of a file that is kept; None if it is gone.

    Raises:
        Unavailable: the storage cannot be reached.
    """
    return storage.get(_bucket(), file.key, most=_LARGEST)


def keep(file: SheetFile, content: bytes, now: float) -> bool:
    """Keep a file, in place of an older one of the same result and form.

    Returns:
        False, and keeps nothing, if the account or the exam was erased meanwhile.

    Raises:
        Unavailable: the database or the storage cannot be reached.
    """
    (pk, sk), other = _keys(file)
    before = table.get(SheetItem, pk, sk)
    table.transact([Put(_item(file, each, now)) for each in ((pk, sk), other)])
    storage.put(_bucket(), file.key, content, PDF)
    try:
        table.update(SheetItem, pk, sk, [SheetItem.is_ready.set(value=True)], SheetItem.digest == file.digest)
    except ConditionFailed:
        storage.delete(_bucket(), file.key)
        return False
    if before is not None and before.key != file.key:
        storage.delete(_bucket(), before.key)
    return True


def take_turn(user_id: int, holder: str, now: float, *, seconds: float) -> None:
    """Take an account's turn to have a PDF made, in one conditional write; `holder` may take it again.

    Args:
        user_id: the account for which it is made.
        holder: unique to the one piece of work.
        now: epoch seconds.
        seconds: after which the turn is over even if nobody ends it.

    Raises:
        RateLimited: `pdf_in_progress`, another one is made.
    """
    item = TurnItem(_pk(user_id), _TURN, holder=holder, until=now + seconds, expires_at=int(now + _ROW_SECONDS))
    try:
        table.put(item, TurnItem.pk.does_not_exist() | (TurnItem.until <= now) | (TurnItem.holder == holder))
    except ConditionFailed:
        raise RateLimited(
            "Another PDF is being made for you. Please try again in a few seconds.",
            retry_after=2,
            code="pdf_in_progress",
        ) from None


def end_turn(user_id: int, holder: str) -> None:
    """End a turn, unless another holder has it by now."""
    with suppress(ConditionFailed):
        table.delete(TurnItem, _pk(user_id), _TURN, TurnItem.holder == holder)


@contextmanager
def turn(user_id: int, holder: str, now: float, *, seconds: float) -> Iterator[None]:
    """A turn that ends with the block; see `take_turn`."""
    take_turn(user_id, holder, now, seconds=seconds)
    try:
        yield
    finally:
        end_turn(user_id, holder)


def erase_of_student(user_id: int) -> bool:
    """Delete the files of an account's results; returns whether there may be more."""
    is_more = _erase(_pk(user_id))
    if not is_more:
        table.delete(TurnItem, _pk(user_id), _TURN)
    return is_more


def erase_of_exam(exam_id: int) -> Iterator[None]:
    """Delete the files of an exam's results; yields after each piece."""
    while _erase(f"SHEETS#E:{exam_id}"):
        yield


def _erase(pk: str) -> bool:
    items = table.query(SheetItem, pk, prefix="PDF#", limit=_PIECE).items
    # Before the rows, so that a crash in between loses none, and after them, because one may be stored meanwhile.
    # Whoever stores a file later finds no row and deletes it.
    for item in items:
        storage.delete(_bucket(), item.key)
    table.batch_delete("ephemeral", [keys for item in items for keys in _keys_of(item)])
    for item in items:
        storage.delete(_bucket(), item.key)
    return bool(items)


def _item(file: SheetFile, keys: tuple[str, str], now: float) -> SheetItem:
    return SheetItem(
        *keys,
        user_id=file.user_id,
        exam_id=file.exam_id,
        digest=file.digest,
        key=file.key,
        made_at=now,
        expires_at=int(now + _ROW_SECONDS),
    )


def _keys(file: SheetFile) -> tuple[tuple[str, str], tuple[str, str]]:
    return _both(file.user_id, file.exam_id, f"{file.result_id}#{file.form}")


def _keys_of(item: SheetItem) -> tuple[tuple[str, str], tuple[str, str]]:
    return _both(item.user_id, item.exam_id, item.sk.split("#", 2)[2])


def _both(user_id: int, exam_id: int, rest: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (_pk(user_id), f"PDF#{exam_id}#{rest}"), (f"SHEETS#E:{exam_id}", f"PDF#{user_id}#{rest}")


def _pk(user_id: int) -> str:
    return f"SHEETS#U:{user_id}"


def _bucket() -> str:
    return settings().required("UPLOADS_BUCKET")
