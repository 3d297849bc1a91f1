"""Jobs about students: exporting them, and emptying a deleted batch."""

from functools import partial

from smartexam.accounts.listing import count_students, list_roster
from smartexam.accounts.roster import write_roster
from smartexam.accounts.store import enrolments
from smartexam.catalog.exam_time import ExamTime
from smartexam.jobs.running import Outcome, OutOfTime, Work
from smartexam.jobs.store.jobs import ResultFile
from smartexam.platform import storage
from smartexam.platform.settings import settings
from smartexam.sitting import spreading
from smartexam.talk.realtime.exam_time import tell_time

_CSV = "text/csv; charset=utf-8"


def export(work: Work) -> Outcome:
    """Write the students of a batch, or all, into a CSV file."""
    batch_id = work.job.request["batch_id"]
    total = max(1, count_students(batch_id))

    def report(listed: int) -> None:
        work.report(100 * listed // total, f"{listed} students")

    content = b"".join(write_roster(list_roster(batch_id, report)))
    # Under the claim's id, so that a worker that lost its claim cannot overwrite the holder's file.
    key = f"jobs/{work.job.id}/{work.claim_id}.csv"
    storage.put(settings().required("UPLOADS_BUCKET"), key, content, _CSV)
    return Outcome(b"{}", "Ready to download", ResultFile(key, "students.csv", _CSV))


def remove_batch(work: Work) -> Outcome:
    """Remove the students of a deleted batch from it."""
    batch_id = int(work.job.request["batch_id"])
    carry_over = partial(spreading.carry_over_members, [batch_id], time=ExamTime.at(work.clock.now()), tell=tell_time)
    while enrolments.erase_members(batch_id, carry_over):
        if work.remaining() < 1:
            raise OutOfTime
        work.report(50, "Taking students out")
    return Outcome(b"{}", "Done")
