"""Imports a roster: within the request, or as a job if it is long."""

import hashlib
from collections.abc import Sequence

import msgspec

from admin_students.models import RosterUpload
from smartexam.accounts import roster_import
from smartexam.accounts.roster import COLUMNS, NEEDED, Roster, StudentRow
from smartexam.accounts.roster_import import RosterCounts, RosterImported, RosterOrder
from smartexam.accounts.store import batches
from smartexam.accounts.store.roster import REFUSED, WINDOW, Done
from smartexam.catalog.exam_time import ExamTime
from smartexam.jobs import queue
from smartexam.jobs.queue import Accepted
from smartexam.platform import audit, storage
from smartexam.platform.dynamodb.table import Operation
from smartexam.platform.errors import BadRequest, Unavailable
from smartexam.platform.settings import settings
from smartexam.sitting import spreading
from smartexam.talk.realtime.exam_time import tell_time
from table_reader import RefusedRow, TableError, read_records

MOST_AT_ONCE = 500
MOST_ROWS = 100_000
_YES = frozenset({"1", "true", "yes", "on"})


def import_roster(upload: RosterUpload, admin_id: int, now: float) -> RosterImported | Accepted:
    """The result of an import, or the job that does it.

    Raises:
        BadRequest: the file cannot be read, or has too many rows.
        NotFound: there is no such batch.
        Unavailable: the database or the queue cannot be reached; importing the same file again continues.
    """
    batch_id = upload.batch_id or None
    if batch_id is not None:
        batches.get(batch_id)
    order = _read(upload, batch_id, admin_id)
    if len(order.rows) + len(order.faults) > MOST_AT_ONCE:
        return _as_job(order, upload.csv_file.content, now)
    return _at_once(order, now)


def _read(upload: RosterUpload, batch_id: int | None, admin_id: int) -> RosterOrder:
    try:
        records = read_records(upload.csv_file.content, COLUMNS, needed=NEEDED)
    except TableError as error:
        raise BadRequest(str(error), code="csv_unreadable") from None
    roster = Roster()
    rows: list[StudentRow] = []
    faults: list[tuple[int, str]] = []
    for record in records.rows:
        if len(rows) + len(faults) >= MOST_ROWS:
            raise BadRequest(f"A roster may have at most {MOST_ROWS} rows", code="too_many_rows")
        read = record.reason if isinstance(record, RefusedRow) else roster.read(record.line, record.cells)
        if isinstance(read, StudentRow):
            rows.append(read)
        else:
            faults.append((record.line, read))
    invite = upload.invite.strip().lower() in _YES
    return RosterOrder(rows, faults, batch_id, invite, admin_id, list(records.notes))


def _at_once(order: RosterOrder, now: float) -> RosterImported:
    importer = roster_import.importer(order, now)
    done: list[Done] = []
    for at in range(0, len(order.rows), WINDOW):
        done += importer.write(order.rows[at : at + WINDOW], _nothing)
    joined = [each.joined for each in done if each.joined is not None]
    spreading.carry_over_joined(joined, ExamTime.at(now), tell=tell_time, look_again_for=order.admin_id)
    refused = [(each.line, each.reason) for each in done if each.outcome == REFUSED]
    result = roster_import.imported(order, RosterCounts().plus(done), refused)
    audit.record(roster_import.logged(order, result), now)
    if order.invite:
        try:
            roster_import.invite([each.invite for each in done if each.invite is not None])
        except Unavailable:
            result.errors.append("Invitations could not be mailed. Students get in by asking for a new password.")
    return result


def _as_job(order: RosterOrder, content: bytes, now: float) -> Accepted:
    """Store the import's rows and then the job."""
    packed = msgspec.json.encode(order)
    job_id = queue.next_job_id()
    key = f"jobs/{job_id}/roster.json"
    storage.put(settings().required("UPLOADS_BUCKET"), key, packed, "application/json")
    inputs = hashlib.sha256(content + f"|{order.batch_id}|{order.invite}".encode()).hexdigest()
    return queue.ask("roster_import", {"key": key}, created_by=order.admin_id, now=now, inputs=inputs, job_id=job_id)


def _nothing(done: Sequence[Done], new: int) -> Sequence[Operation]:
    """An import within a request has no checkpoints."""
    del done, new
    return ()
