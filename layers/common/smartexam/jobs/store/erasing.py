"""Deletes the jobs that an account asked for alone, with their results."""

from smartexam.jobs.store import jobs
from smartexam.platform import storage
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.erasing import erase_partition
from smartexam.platform.settings import settings

_PIECE = 10


def erase_user(user_id: int) -> bool:
    """Delete a piece of a user's jobs; returns whether there may be more."""
    rows, is_last = jobs.rows_of_owner(user_id, limit=_PIECE)
    for row in rows:
        job = jobs.get(row.job_id, 0.0)
        if job is not None and job.file is not None:
            storage.delete(settings().required("UPLOADS_BUCKET"), job.file.key)
        while erase_partition("ephemeral", jobs.partition(row.job_id)):
            pass
        table.delete(jobs.JobListItem, row.pk, row.sk)
    return not is_last
