"""Jobs: the request, the progress, and the result.

    JOB#12         JOB               the request, and the progress
    JOB#12         PART#<claim>#00   the result, compressed
    JOB#12         NOTE#<order>      a finding of the work, written together with a checkpoint
    JOBS           <id>              the jobs of administrators, for their list
    USER#42        JOB#<id>          a job that only its owner may see
    JOBKEY#<hash>  JOBKEY            the newest job for these inputs, so that asking twice gives one job

A worker holds a claim on its job. Events may arrive twice and processes may stop midway, so of several workers only the
holder's writes count. A claim that is not renewed expires, and another worker continues from the last checkpoint. A
checkpoint is an operation for the transaction that does a piece of the work, so each piece is done exactly once or not
at all, wherever a process stops.
"""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import (
    ConditionFailed,
    FloatAttribute,
    IntAttribute,
    Item,
    Operation,
    Put,
    TransactionRefused,
    Update,
)
from smartexam.platform.keys import user_key

QUEUED: Final = "queued"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"

CLAIM_SECONDS: Final = 50
_KEPT_SECONDS: Final = 7 * 24 * 3600
# The retries of its event or message come within minutes, so after this time nobody will continue the job.
_ABANDONED_SECONDS: Final = 900
# A reader that finds an abandoned job sends it to the queue again, at most this often.
_REVIVAL_SECONDS: Final = 60
_PART_BYTES: Final = 300_000
_STATUS: Final = "JOB"
_LIST: Final = "JOBS"
_OWNED: Final = "JOB#"


class JobItem(Item):
    """A job."""

    class Meta:
        context = "ephemeral"

    job_id = IntAttribute()
    kind = UnicodeAttribute()
    status = UnicodeAttribute()
    percent = IntAttribute()
    message = UnicodeAttribute()
    code = UnicodeAttribute(default="")
    request = UnicodeAttribute()
    state = UnicodeAttribute(default="")
    created_by = IntAttribute()
    created_at = FloatAttribute()
    is_private = IntAttribute(default=0)
    claim = UnicodeAttribute(default="")
    claimed_until = FloatAttribute()
    handed_over_at = FloatAttribute(null=True)
    tries = IntAttribute(default=0)
    parts = IntAttribute(default=0)
    file = UnicodeAttribute(default="")
    expires_at = IntAttribute()


class JobPartItem(Item):
    """A part of a job's result."""

    class Meta:
        context = "ephemeral"

    content = BinaryAttribute(legacy_encoding=False)
    expires_at = IntAttribute()


class JobNoteItem(Item):
    """A finding of the work."""

    class Meta:
        context = "ephemeral"

    content = UnicodeAttribute()
    expires_at = IntAttribute()


class JobListItem(Item):
    """A job in a list, or the newest job for some inputs."""

    class Meta:
        context = "ephemeral"

    job_id = IntAttribute()
    expires_at = IntAttribute()


class ResultFile(msgspec.Struct, frozen=True):
    """The result file of a job in the bucket of uploads: its key, and the name and type for the download."""

    key: str
    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job.

    Attributes:
        status: queued, running, done or failed.
        code: why it failed, for programs.
        request: the inputs, JSON values.
        state: what the last checkpoint stored; "" before the first.
        is_private: whether only its owner may see it, and not every administrator.
        tries: how often it was claimed since the last checkpoint.
        file: the result to download, if there is one.
    """

    id: int
    kind: str
    status: str
    percent: int
    message: str
    code: str
    request: Mapping[str, Any]
    state: str
    created_by: int
    created_at: float
    is_private: bool
    claimed_until: float
    tries: int
    parts: int
    file: ResultFile | None

    @property
    def is_over(self) -> bool:
        """Whether it is done or failed."""
        return self.status in {DONE, FAILED}


def create(
    job_id: int,
    kind: str,
    request: Mapping[str, Any],
    *,
    created_by: int,
    now: float,
    message: str = "Waiting",
    is_private: bool = False,
    inputs: str | None = None,
    is_queued: bool = False,
) -> Job:
    """Store a new job.

    Args:
        job_id: a fresh id; an existing job with this id stays as it is.
        kind: what is to be done; see `smartexam.jobs.running`.
        request: its inputs, JSON values.
        created_by: the account that asks for it.
        now: epoch seconds.
        message: shown until the work starts.
        is_private: whether only `created_by` may see it.
        inputs: what makes two requests of a kind the same; None if each is its own.
        is_queued: whether a queue starts it, which readers may repeat; other jobs are started by an upload.

    Returns:
        The stored job, or the one of the same kind and inputs that is queued or running.
    """
    item = JobItem(
        partition(job_id),
        _STATUS,
        job_id=job_id,
        kind=kind,
        status=QUEUED,
        percent=0,
        message=message,
        request=json.dumps(dict(request)),
        created_by=created_by,
        created_at=now,
        is_private=int(is_private),
        claimed_until=0.0,
        handed_over_at=now if is_queued else None,
        expires_at=int(now + _KEPT_SECONDS),
    )
    if inputs is None:
        _store(item, [])
        return _job(item)
    owner = f"{created_by}:" if is_private else ""
    key = f"JOBKEY#{hashlib.sha256(f'{kind}:{owner}{inputs}'.encode()).hexdigest()}"

    def attempt() -> Job:
        newest = table.get(JobListItem, key, "JOBKEY")
        known = None if newest is None else get(newest.job_id, now)
        if known is not None and not known.is_over:
            return known
        as_read = JobListItem.pk.does_not_exist() if newest is None else JobListItem.job_id == newest.job_id
        _store(item, [Put(JobListItem(key, "JOBKEY", job_id=job_id, expires_at=item.expires_at), as_read)])
        return _job(item)

    return table.retried(attempt)


def get(job_id: int, now: float) -> Job | None:
    """A job; one that its worker abandoned is failed."""
    item = table.get(JobItem, partition(job_id), _STATUS)
    return None if item is None or item.expires_at < now else _job_at(item, now)


def list_jobs(now: float, *, limit: int, after: str | None, newest_first: bool = True) -> tuple[list[Job], str | None]:
    """The jobs of administrators by age, and the place to continue after."""
    page = table.query(JobListItem, _LIST, limit=limit, after=after, newest_first=newest_first)
    found = table.batch_get((JobItem, partition(row.job_id), _STATUS) for row in page.items)
    items = (found.get((partition(row.job_id), _STATUS)) for row in page.items)
    return [_job_at(item, now) for item in items if item is not None and item.expires_at >= now], page.next_sk


def rows_of_owner(user_id: int, *, limit: int) -> tuple[list[JobListItem], bool]:
    """Rows of the jobs that only a user may see, and whether these are all."""
    page = table.query(JobListItem, user_key(user_id), limit=limit, prefix=_OWNED)
    return page.items, page.next_sk is None


def of_owner(user_id: int, now: float) -> list[Job]:
    """The jobs of the last week that only a user may see."""
    rows = list(table.query_all(JobListItem, user_key(user_id), prefix=_OWNED))
    found = table.batch_get((JobItem, partition(row.job_id), _STATUS) for row in rows)
    return sorted((_job_at(item, now) for item in found.values() if item.expires_at >= now), key=lambda job: job.id)


def claim(job_id: int, claim_id: str, now: float, *, message: str = "Working") -> Job | None:
    """Claim a job to work on it; None if it is over, unknown, or another worker's.

    The holder of a claim may claim again: after a lost answer, or when the same event arrives again.
    """
    given_up = now - _ABANDONED_SECONDS
    free = (JobItem.status == QUEUED) | (
        (JobItem.status == RUNNING) & (JobItem.claimed_until < now) & (JobItem.claimed_until >= given_up)
    )
    actions = [
        JobItem.status.set(RUNNING),
        JobItem.claim.set(claim_id),
        JobItem.claimed_until.set(now + CLAIM_SECONDS),
        JobItem.message.set(message),
        JobItem.tries.add(1),
    ]
    try:
        return _job(table.update(JobItem, partition(job_id), _STATUS, actions, JobItem.pk.exists() & free))
    except ConditionFailed as failed:
        stored = None if failed.item is None else JobItem.from_raw_data(failed.item)
        is_mine = stored is not None and (stored.status, stored.claim) == (RUNNING, claim_id)
        return _job(stored) if is_mine and stored is not None else None


def progress(job_id: int, claim_id: str, now: float, *, percent: int | None, message: str) -> bool:
    """Renew a claim and store the progress; False if the claim is lost."""
    return _change(job_id, claim_id, _progressed(now, percent, message))


def checkpoint(job_id: int, claim_id: str, now: float, *, state: str, percent: int, message: str) -> Update:
    """The write that stores the progress and renews the claim, for the transaction that does the work.

    Its condition fails if the claim is lost, so that nothing of the transaction is done.
    """
    actions = [*_progressed(now, percent, message), JobItem.state.set(state), JobItem.tries.set(0)]
    return Update(JobItem, partition(job_id), _STATUS, actions, _held(claim_id))


def note(job_id: int, order: int, content: str, now: float) -> Put:
    """The write that stores a finding of the work, for the transaction of a checkpoint."""
    expires_at = int(now + _KEPT_SECONDS)
    return Put(JobNoteItem(partition(job_id), f"NOTE#{order:09d}", content=content, expires_at=expires_at))


def notes(job_id: int, *, most: int) -> list[str]:
    """What `note` stored, in order; at most `most`."""
    page = table.query(JobNoteItem, partition(job_id), prefix="NOTE#", limit=most)
    return [item.content for item in page.items]


def release(job_id: int, claim_id: str) -> bool:
    """Release a job, so that another worker can claim it."""
    return _change(job_id, claim_id, [JobItem.status.set(QUEUED), JobItem.claim.set("")])


def finish(
    job_id: int,
    claim_id: str,
    result: bytes,
    *,
    message: str,
    now: float,
    file: ResultFile | None = None,
    alongside: Sequence[Operation] = (),
) -> bool:
    """Store a job's result; returns False, and stores none, if the claim is lost.

    Args:
        job_id: the job.
        claim_id: the worker's claim.
        result: any bytes; JSON if clients are to see it.
        message: shown from now on.
        now: epoch seconds.
        file: a file to download, stored before.
        alongside: further writes for the same transaction.
    """
    packed = zlib.compress(result, 6)
    pieces = [packed[at : at + _PART_BYTES] for at in range(0, len(packed), _PART_BYTES)]
    expires_at = int(now + _KEPT_SECONDS)
    for number, piece in enumerate(pieces):
        # Under the claim's id, so that a worker that lost its claim cannot mix its parts with the holder's.
        table.put(JobPartItem(partition(job_id), _part(claim_id, number), content=piece, expires_at=expires_at))
    actions = [
        JobItem.status.set(DONE),
        JobItem.percent.set(100),
        JobItem.message.set(message[:200]),
        JobItem.parts.set(len(pieces)),
    ]
    if file is not None:
        actions.append(JobItem.file.set(msgspec.json.encode(file).decode()))
    if not alongside:
        return _change(job_id, claim_id, actions)
    try:
        table.transact([*alongside, Update(JobItem, partition(job_id), _STATUS, actions, _held(claim_id))])
    except TransactionRefused:
        # If a transaction is repeated after a lost answer, this claim has already completed the job.
        item = table.get(JobItem, partition(job_id), _STATUS)
        return item is not None and (item.status, item.claim) == (DONE, claim_id)
    return True


def fail(job_id: int, claim_id: str, *, message: str, code: str) -> bool:
    """End a job without a result."""
    actions = [JobItem.status.set(FAILED), JobItem.message.set(message[:500]), JobItem.code.set(code)]
    return _change(job_id, claim_id, actions)


def revive(job: Job, now: float) -> bool:
    """Whether the caller must send a job to its queue again, because nobody works on it and nobody has just sent it."""
    if job.is_over or (job.status == RUNNING and job.claimed_until >= now):
        return False
    stalled = (JobItem.status == QUEUED) | ((JobItem.status == RUNNING) & (JobItem.claimed_until < now))
    # Jobs that an upload starts were never sent to a queue, so this comparison fails for them.
    due = JobItem.handed_over_at < now - (_REVIVAL_SECONDS if job.status == QUEUED else CLAIM_SECONDS)
    try:
        table.update(JobItem, partition(job.id), _STATUS, [JobItem.handed_over_at.set(now)], stalled & due)
    except ConditionFailed:
        return False
    return True


def result(job: Job) -> bytes:
    """The result that `finish` stored; b"" for a job that is not done."""
    if job.status != DONE:
        return b""
    item = table.get(JobItem, partition(job.id), _STATUS)
    if item is None:
        return b""
    wanted = [(JobPartItem, partition(job.id), _part(item.claim, number)) for number in range(item.parts)]
    stored = table.batch_get(wanted)
    packed = b"".join(stored[pk, sk].content for _, pk, sk in wanted)
    return zlib.decompress(packed)


def _store(item: JobItem, alongside: list[Operation]) -> None:
    written: list[Operation] = [Put(item, JobItem.pk.does_not_exist()), *alongside]
    place = (user_key(item.created_by), f"{_OWNED}{item.job_id:016d}") if item.is_private else None
    row = JobListItem(*(place or (_LIST, f"{item.job_id:016d}")), job_id=item.job_id, expires_at=item.expires_at)
    written.append(Put(row))
    table.transact(written)


def _progressed(now: float, percent: int | None, message: str) -> list[Action]:
    actions: list[Action] = [JobItem.claimed_until.set(now + CLAIM_SECONDS)]
    if percent is not None:
        actions += [JobItem.percent.set(min(99, max(0, percent))), JobItem.message.set(message[:200])]
    return actions


def _held(claim_id: str) -> Any:
    return (JobItem.claim == claim_id) & (JobItem.status == RUNNING)


def _change(job_id: int, claim_id: str, actions: Sequence[Action]) -> bool:
    try:
        table.update(JobItem, partition(job_id), _STATUS, actions, _held(claim_id))
    except ConditionFailed as failed:
        # Only the holder ends a job, so this write itself, repeated after a lost answer, has ended it.
        stored = None if failed.item is None else JobItem.from_raw_data(failed.item)
        return failed.was_repeated and stored is not None and stored.claim == claim_id
    return True


def _job_at(item: JobItem, now: float) -> Job:
    if item.status == RUNNING and item.claimed_until + _ABANDONED_SECONDS < now:
        item.status, item.parts, item.code = FAILED, 0, "interrupted"
        item.message = "The work was interrupted. Please try again."
    return _job(item)


def _job(item: JobItem) -> Job:
    return Job(
        id=item.job_id,
        kind=item.kind,
        status=item.status,
        percent=item.percent,
        message=item.message,
        code=item.code,
        request=json.loads(item.request),
        state=item.state,
        created_by=item.created_by,
        created_at=item.created_at,
        is_private=bool(item.is_private),
        claimed_until=item.claimed_until,
        tries=item.tries,
        parts=item.parts,
        file=msgspec.json.decode(item.file, type=ResultFile) if item.file else None,
    )


def partition(job_id: int) -> str:
    """The partition of a job."""
    return f"JOB#{job_id}"


def _part(claim_id: str, number: int) -> str:
    return f"PART#{claim_id}#{number:02d}"
