"""The steps before and after writing a roster's students: batches, results, log and invitations."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from smartexam.accounts.roster import StudentRow
from smartexam.accounts.store import batches
from smartexam.accounts.store.batches import Batch
from smartexam.accounts.store.roster import CREATED, REFUSED, UNCHANGED, UPDATED, Done, Importer, Roll
from smartexam.platform import ids, mail
from smartexam.platform.audit import Change, entry
from smartexam.platform.errors import Conflict, Unavailable
from smartexam.platform.observability import logger

# An import with more errors returns the first ones and the number of the others.
MOST_ERRORS = 5000


class RosterOrder(msgspec.Struct, frozen=True):
    """A roster to be imported.

    Attributes:
        faults: the invalid rows, by line, with the reasons.
        batch_id: a batch to which every student is added.
        invite: whether students who cannot sign in yet get a link by mail.
        notes: remarks on how the file was read.
    """

    rows: list[StudentRow]
    faults: list[tuple[int, str]]
    batch_id: int | None
    invite: bool
    admin_id: int
    notes: list[str] = []


class RosterCounts(msgspec.Struct, frozen=True):
    """How many rows had which outcome."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    def plus(self, done: Iterable[Done]) -> "RosterCounts":
        """The counts with some more rows."""
        found = Counter(each.outcome for each in done)
        return RosterCounts(
            self.created + found[CREATED],
            self.updated + found[UPDATED],
            self.unchanged + found[UNCHANGED],
            self.refused + found[REFUSED],
        )


class RosterImported(msgspec.Struct, frozen=True):
    """The result of an import; `skipped` rows are listed in `errors`.

    `notes` are remarks on how the file was read, such as its encoding, missing if there are none.

    Attributes:
        created: accounts that were created.
        updated: accounts that were changed.
        unchanged: rows that say what is stored already.
        errors: each row that was not imported, with its number; the header is row 1.
        notes: remarks on how the file was read, such as its encoding; absent if there are none.
    """

    created: int
    updated: int
    unchanged: int
    skipped: int
    errors: list[str]
    notes: list[str] | msgspec.UnsetType = msgspec.UNSET
    success: bool = True


def importer(order: RosterOrder, now: float) -> Importer:
    """The writer for the rows of a roster; missing batches are created.

    Raises:
        NotFound: the batch of the order was deleted.
        Unavailable: the database cannot be reached, or the batches are being deleted.
    """
    everywhere = () if order.batch_id is None else (batches.get(order.batch_id).id,)
    rolls = {row.email: Roll(row.roll_no.casefold(), row.line) for row in order.rows if row.roll_no is not None}
    return Importer(rolls, _batches(order, now), everywhere, now)


def imported(order: RosterOrder, counts: RosterCounts, refused: Sequence[tuple[int, str]]) -> RosterImported:
    """The answer to an import, with the rows that were refused while they were written."""
    skipped = counts.refused + len(order.faults)
    faults = sorted([*order.faults, *refused])[:MOST_ERRORS]
    errors = [f"Row {line}: {reason}" for line, reason in faults]
    if skipped > len(errors):
        errors.append(f"... and {skipped - len(errors)} more")
    notes = order.notes or msgspec.UNSET
    return RosterImported(counts.created, counts.updated, counts.unchanged, skipped, errors, notes)


def logged(order: RosterOrder, result: RosterImported) -> Change:
    """An import as the log shows it."""
    after = {
        "created": result.created,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "skipped": result.skipped,
        "batch_id": order.batch_id,
    }
    return Change(order.admin_id, "roster.import", "students", None, after)


def invite(addresses: Sequence[str]) -> None:
    """Order mails with links by which students set their passwords.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    if addresses:
        mail.order_invitations(addresses)


def _batches(order: RosterOrder, now: float) -> Mapping[str, int]:
    names = {batches.comparable_name(name): name for row in order.rows for name in row.batches}
    known = batches.find(names.values())
    missing = [name for key, name in names.items() if key not in known]
    for name in missing:
        batch = Batch(ids.next_id("batch"), name, 0, now)
        change = Change(order.admin_id, "batch.create", f"batch:{batch.id}", None, {"name": name})
        try:
            batches.create(batch, entry(change, now))
        except Conflict:
            logger().info("batch was made meanwhile", extra={"batch_id": batch.id})
    found = {**known, **batches.find(missing)} if missing else known
    if len(found) < len(names):
        # A batch was just deleted; a retry creates it again.
        raise Unavailable
    return found
