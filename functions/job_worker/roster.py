"""Imports a long roster in pieces, each exactly once, wherever a process stops."""

from collections.abc import Sequence

import msgspec

from smartexam.accounts import roster_import
from smartexam.accounts.roster_import import MOST_ERRORS, RosterCounts, RosterOrder
from smartexam.accounts.store.roster import REFUSED, WINDOW, Alongside, Done, Joined, Refusal
from smartexam.catalog.exam_time import ExamTime
from smartexam.jobs.running import ClaimLost, Outcome, OutOfTime, Work
from smartexam.jobs.store import jobs
from smartexam.platform import audit, storage
from smartexam.platform.dynamodb.table import Operation
from smartexam.platform.errors import BadRequest
from smartexam.platform.settings import settings
from smartexam.sitting import spreading
from smartexam.talk.realtime.exam_time import tell_time

_LARGEST_ORDER = 50_000_000
_ENOUGH_SECONDS = 10.0
_Refused = list[tuple[int, str]]


class _Progress(msgspec.Struct, frozen=True):
    """The progress of an import.

    Attributes:
        next: the first row that is not done.
        invite: addresses of the last piece, to which links must be mailed before the next one.
        joined: students of the last piece who joined batches, whose running attempts must get their deadlines before
            the next one.
    """

    next: int = 0
    counts: RosterCounts = RosterCounts()
    invite: tuple[str, ...] = ()
    joined: tuple[Joined, ...] = ()

    def after(self, done: Sequence[Done], order: RosterOrder) -> "_Progress":
        """The progress after some more rows."""
        invited = tuple(each.invite for each in done if each.invite is not None) if order.invite else ()
        joined = tuple(each.joined for each in done if each.joined is not None)
        counts = self.counts.plus(done)
        return _Progress(self.next + len(done), counts, (*self.invite, *invited), (*self.joined, *joined))


def import_rows(work: Work) -> Outcome:
    """Import the roster of the job's request."""
    order = _order(work)
    progress = msgspec.json.decode(work.job.state, type=_Progress) if work.job.state else _Progress()
    started = work.job.created_at
    importer = roster_import.importer(order, started)
    while progress.next < len(order.rows):
        if work.remaining() < _ENOUGH_SECONDS:
            raise OutOfTime
        # What follows from the previous piece is done now; after a crash in between it is done again.
        _follow(work, progress)
        progress = msgspec.structs.replace(progress, invite=(), joined=())
        rows = order.rows[progress.next : progress.next + WINDOW]
        try:
            done = importer.write(rows, _checkpoints(work, order, progress))
        except Refusal:
            raise ClaimLost from None
        progress = progress.after(done, order)
    _follow(work, progress)
    notes = (
        msgspec.json.decode(text, type=list[tuple[int, str]]) for text in jobs.notes(work.job.id, most=MOST_ERRORS)
    )
    refused = [found for piece in notes for found in piece]
    result = roster_import.imported(order, progress.counts, refused)
    message = f"{result.created} created, {result.updated} updated, {result.skipped} skipped"
    entry = audit.entry(roster_import.logged(order, result), work.clock.now())
    return Outcome(msgspec.json.encode(result), message, alongside=[entry])


def _follow(work: Work, progress: _Progress) -> None:
    """Order the mails of a piece, and carry its joined batches over to running attempts."""
    roster_import.invite(progress.invite)
    spreading.carry_over_joined(progress.joined, ExamTime.at(work.clock.now()), tell=tell_time)


def _checkpoints(work: Work, order: RosterOrder, before: _Progress) -> Alongside:
    """A function that returns the writes that store, together with some rows, the progress and the refused rows."""

    def checkpoint(done: Sequence[Done], new: int) -> list[Operation]:
        progress, total = before.after(done, order), len(order.rows)
        refused = [(each.line, each.reason) for each in done[len(done) - new :] if each.outcome == REFUSED]
        written: list[Operation] = []
        if refused:
            content = msgspec.json.encode(refused).decode()
            written.append(jobs.note(work.job.id, progress.next, content, work.clock.now()))
        state = msgspec.json.encode(progress).decode()
        percent, message = 100 * progress.next // total, f"{progress.next} of {total} rows"
        return [*written, work.checkpoint(state, percent=percent, message=message)]

    return checkpoint


def _order(work: Work) -> RosterOrder:
    key = str(work.job.request["key"])
    content = storage.get(settings().required("UPLOADS_BUCKET"), key, most=_LARGEST_ORDER)
    if content is None:
        raise BadRequest("The roster is not there any more. Please import it again.", code="file_gone")
    return msgspec.json.decode(content, type=RosterOrder)
