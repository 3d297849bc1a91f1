"""Jobs of the question generation.

    JOB#12   JOB         the request, and how far the work is
    JOB#12   PART#00..   the result, compressed

A job is done by whoever holds its claim: events come twice, processes stop in the middle, and of several that work on
one job only the holder's word counts. A claim that is not renewed runs out, and the work can be taken up again.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import ConditionFailed, FloatAttribute, IntAttribute, Item

QUEUED: Final = "queued"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"

CLAIM_SECONDS: Final = 50
_KEPT_SECONDS: Final = 7 * 24 * 3600
# A job whose worker is gone is tried again by the event's retries, which come within minutes.
_ABANDONED_SECONDS: Final = 900
_PART_BYTES: Final = 300_000
_STATUS = "JOB"


class JobItem(Item):
    """A job."""

    class Meta:
        context = "catalog"

    job_id = IntAttribute()
    status = UnicodeAttribute()
    percent = IntAttribute()
    message = UnicodeAttribute()
    code = UnicodeAttribute(default="")
    request = UnicodeAttribute()
    created_by = IntAttribute()
    created_at = FloatAttribute()
    claim = UnicodeAttribute(default="")
    claimed_until = FloatAttribute()
    tries = IntAttribute(default=0)
    parts = IntAttribute(default=0)
    expires_at = IntAttribute()


class JobPartItem(Item):
    """A piece of a job's result."""

    class Meta:
        context = "catalog"

    content = BinaryAttribute(legacy_encoding=False)
    expires_at = IntAttribute()


@dataclass(frozen=True, slots=True)
class Job:
    """A job: `status` is queued, running, done or failed; `code` tells a program why it failed."""

    id: int
    status: str
    percent: int
    message: str
    code: str
    request: Mapping[str, Any]
    tries: int
    parts: int


def create(job_id: int, request: Mapping[str, Any], *, created_by: int, now: float) -> None:
    """Store a job that nobody works on yet; one of the same id stays as it is."""
    item = JobItem(
        _pk(job_id),
        _STATUS,
        job_id=job_id,
        status=QUEUED,
        percent=0,
        message="Waiting for the file",
        request=json.dumps(dict(request)),
        created_by=created_by,
        created_at=now,
        claimed_until=0.0,
        expires_at=int(now + _KEPT_SECONDS),
    )
    table.put(item, JobItem.pk.does_not_exist())


def get(job_id: int, now: float) -> Job | None:
    """A job as it stands; one that was given up by its worker is failed."""
    item = table.get(JobItem, _pk(job_id), _STATUS)
    if item is None or item.expires_at < now:
        return None
    job = _job(item)
    if job.status == RUNNING and item.claimed_until + _ABANDONED_SECONDS < now:
        return Job(job.id, FAILED, job.percent, "The work was interrupted. Please try again.", "interrupted",
                   job.request, job.tries, 0)  # fmt: skip
    return job


def claim(job_id: int, claim_id: str, now: float) -> Job | None:
    """Take a job to work on it; None if it is done, failed, unknown or in somebody else's hands.

    Who holds it already takes it once more: after a lost answer, or when the same event comes again.
    """
    free = (JobItem.status == QUEUED) | ((JobItem.status == RUNNING) & (JobItem.claimed_until < now))
    actions = [
        JobItem.status.set(RUNNING),
        JobItem.claim.set(claim_id),
        JobItem.claimed_until.set(now + CLAIM_SECONDS),
        JobItem.message.set("Reading the file"),
        JobItem.tries.add(1),
    ]
    try:
        return _job(table.update(JobItem, _pk(job_id), _STATUS, actions, JobItem.pk.exists() & free))
    except ConditionFailed as failed:
        stored = None if failed.item is None else JobItem.from_raw_data(failed.item)
        is_mine = stored is not None and (stored.status, stored.claim) == (RUNNING, claim_id)
        return _job(stored) if is_mine and stored is not None else None


def progress(job_id: int, claim_id: str, now: float, *, percent: int | None, message: str) -> bool:
    """Renew a claim and tell how far the work is; False if the claim is lost."""
    actions = [JobItem.claimed_until.set(now + CLAIM_SECONDS)]
    if percent is not None:
        actions += [JobItem.percent.set(min(99, max(0, percent))), JobItem.message.set(message[:200])]
    return _change(job_id, claim_id, actions)


def release(job_id: int, claim_id: str) -> bool:
    """Give a job back, to be taken up again."""
    return _change(job_id, claim_id, [JobItem.status.set(QUEUED), JobItem.claim.set("")])


def finish(job_id: int, claim_id: str, result: bytes, *, message: str, now: float) -> bool:
    """Store a job's result (any bytes); False, and no result, if the claim is lost."""
    packed = zlib.compress(result, 6)
    pieces = [packed[at : at + _PART_BYTES] for at in range(0, len(packed), _PART_BYTES)]
    expires_at = int(now + _KEPT_SECONDS)
    for number, piece in enumerate(pieces):
        # Under the claim's name: a worker that lost its claim must not mix its pieces with the holder's.
        table.put(JobPartItem(_pk(job_id), _part(claim_id, number), content=piece, expires_at=expires_at))
    actions = [
        JobItem.status.set(DONE),
        JobItem.percent.set(100),
        JobItem.message.set(message[:200]),
        JobItem.parts.set(len(pieces)),
    ]
    return _change(job_id, claim_id, actions)


def fail(job_id: int, claim_id: str, *, message: str, code: str) -> bool:
    """End a job without a result."""
    actions = [JobItem.status.set(FAILED), JobItem.message.set(message[:500]), JobItem.code.set(code)]
    return _change(job_id, claim_id, actions)


def result(job: Job) -> bytes:
    """What `finish` stored; b"" for a job that is not done."""
    if job.status != DONE:
        return b""
    item = table.get(JobItem, _pk(job.id), _STATUS)
    if item is None:
        return b""
    wanted = [(JobPartItem, _pk(job.id), _part(item.claim, number)) for number in range(item.parts)]
    stored = table.batch_get(wanted)
    packed = b"".join(stored[pk, sk].content for _, pk, sk in wanted)
    return zlib.decompress(packed)


def _change(job_id: int, claim_id: str, actions: list[Any]) -> bool:
    held = (JobItem.claim == claim_id) & (JobItem.status == RUNNING)
    try:
        table.update(JobItem, _pk(job_id), _STATUS, actions, held)
    except ConditionFailed as failed:
        # Nobody but the holder ends a job: one that has ended meanwhile was ended by this very write.
        stored = None if failed.item is None else JobItem.from_raw_data(failed.item)
        return failed.was_repeated and stored is not None and stored.claim == claim_id
    return True


def _job(item: JobItem) -> Job:
    return Job(
        item.job_id,
        item.status,
        item.percent,
        item.message,
        item.code,
        json.loads(item.request),
        item.tries,
        item.parts,
    )


def _pk(job_id: int) -> str:
    return f"JOB#{job_id}"


def _part(claim_id: str, number: int) -> str:
    return f"PART#{claim_id}#{number:02d}"
