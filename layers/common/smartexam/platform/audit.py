"""The log of administrators' changes and users' reports, in the identity table: who, what, before, after, when.

    pk      sk                what
    AUDIT   <ms>#<random>     one change

Entries are written in the transaction of the change; a change of several transactions has an entry for each. Changes
without a transaction are logged right after. Entries name accounts by id, so a deleted account is no longer named.
Entries are never changed or deleted.
"""

import secrets
from collections.abc import Mapping
from typing import Any

import msgspec
from pynamodb.attributes import UnicodeAttribute

from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import FloatAttribute, IntAttribute, Item, Put

_KEY = "AUDIT"
# The beginning of an exam's instructions or a question's text is enough to recognise it.
_LONGEST_TEXT = 500
_MOST_ENTRIES = 50


class AuditItem(Item):
    """One change."""

    class Meta:
        context = "identity"

    at = FloatAttribute()
    actor_id = IntAttribute()
    action = UnicodeAttribute()
    target = UnicodeAttribute()
    before = UnicodeAttribute(null=True)
    after = UnicodeAttribute(null=True)


class Change(msgspec.Struct, frozen=True):
    """Something that an administrator changed.

    Attributes:
        actor_id: the administrator.
        action: what was done, such as `user.role`.
        target: to what, such as `user:42`.
        before: the old values of the changed fields; None if it did not exist.
        after: their new values; None if it no longer exists.
    """

    actor_id: int
    action: str
    target: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


class Entry(msgspec.Struct, frozen=True):
    """A change in the log; `at` in epoch seconds."""

    id: str
    at: float
    change: Change


def entry(change: Change, now: float) -> Put:
    """The write that logs a change, for its transaction."""
    return Put(
        AuditItem(
            _KEY,
            f"{int(now * 1000):013d}#{secrets.token_hex(6)}",
            at=now,
            actor_id=change.actor_id,
            action=change.action,
            target=change.target,
            before=_text(change.before),
            after=_text(change.after),
        ),
        AuditItem.pk.does_not_exist(),
    )


def record(change: Change, now: float) -> None:
    """Log a change that was not one transaction.

    Raises:
        Unavailable: the database cannot be reached.
    """
    written = entry(change, now)
    table.put(written.item, written.condition)


def differing(
    actor_id: int, action: str, target: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Change | None:
    """The change with the fields in which two states differ; None if they are equal."""
    names = [name for name in after if before.get(name) != after[name]]
    if not names:
        return None
    was, is_now = ({name: state.get(name) for name in names} for state in (before, after))
    return Change(actor_id, action, target, was, is_now)


def list_entries(*, limit: int, after: str | None, newest_first: bool = True) -> tuple[list[Entry], str | None]:
    """Changes by time, and the place to continue after."""
    page = table.query(AuditItem, _KEY, limit=limit, after=after, newest_first=newest_first)
    return [_entry_of(item) for item in page.items], page.next_sk


def _entry_of(item: AuditItem) -> Entry:
    change = Change(item.actor_id, item.action, item.target, _state(item.before), _state(item.after))
    return Entry(item.sk, item.at, change)


def _state(text: str | None) -> Mapping[str, Any] | None:
    return msgspec.json.decode(text, type=dict[str, Any]) if text else None


def _text(state: Mapping[str, Any] | None) -> str | None:
    return None if state is None else msgspec.json.encode(_cut(state)).decode()


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"{value[:_LONGEST_TEXT]}…"
    if isinstance(value, Mapping):
        return {str(name): _cut(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        kept = [_cut(each) for each in value[:_MOST_ENTRIES]]
        return kept if len(value) <= _MOST_ENTRIES else [*kept, f"… {len(value)} in all"]
    return value
