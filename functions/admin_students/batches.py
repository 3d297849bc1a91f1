"""Creates, renames and deletes batches, and changes their students."""

from collections.abc import Sequence
from functools import partial

from smartexam.accounts.roster import LONGEST_BATCH_NAME, batch_name
from smartexam.accounts.store import batches, enrolments
from smartexam.accounts.store.batches import Batch
from smartexam.accounts.store.enrolments import Refused
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.grants import Grants, window
from smartexam.catalog.store import exams
from smartexam.jobs import queue
from smartexam.platform import ids
from smartexam.platform.audit import Change, entry
from smartexam.platform.dynamodb.table import Put
from smartexam.platform.errors import Fault, InvalidFields
from smartexam.sitting import spreading
from smartexam.talk.realtime.exam_time import tell_time

# How many pieces of a deleted batch's students are removed within the request; a job removes the rest.
_PIECES_AT_ONCE = 10


def create(name: str, admin_id: int, now: float) -> Batch:
    """Create a batch.

    Raises:
        InvalidFields: the name is not valid.
        Conflict: the name is taken.
    """
    batch = Batch(ids.next_id("batch"), _checked(name), 0, now)
    change = Change(admin_id, "batch.create", f"batch:{batch.id}", None, {"name": batch.name})
    batches.create(batch, entry(change, now))
    return batch


def rename(batch_id: int, name: str, admin_id: int, now: float) -> Batch:
    """Rename a batch.

    Raises:
        InvalidFields: the name is not valid.
        NotFound: there is no such batch.
        Conflict: the name is taken.
    """
    wanted = _checked(name)

    def logged(before: Batch) -> Put:
        states = {"name": before.name}, {"name": wanted}
        return entry(Change(admin_id, "batch.update", f"batch:{batch_id}", *states), now)

    return batches.rename(batch_id, wanted, logged)


def delete(batch_id: int, admin_id: int, now: float) -> None:
    """Delete a batch, and remove its students from it, for running attempts too.

    Raises:
        NotFound: there is no such batch.
        Conflict: an exam that is not completed names it.
    """

    def logged(before: Batch) -> Put:
        was = {"name": before.name, "student_count": before.student_count}
        return entry(Change(admin_id, "batch.delete", f"batch:{batch_id}", was, None), now)

    time = ExamTime.at(now)
    batches.delete(batch_id, partial(_is_one_in_use, batch_id, time), logged)
    carry_over = partial(spreading.carry_over_members, [batch_id], time=time, tell=tell_time)
    if all(enrolments.erase_members(batch_id, carry_over) for _ in range(_PIECES_AT_ONCE)):
        queue.ask("batch_removal", {"batch_id": batch_id}, created_by=admin_id, now=now, inputs=str(batch_id))


def add_students(batch_id: int, user_ids: Sequence[int], admin_id: int, now: float) -> tuple[int, list[Refused]]:
    """Add students to a batch, for running attempts too; returns how many were not in it, and who could not be added.

    Raises:
        NotFound: there is no such batch.
        Unavailable: the database or the queue cannot be reached; a repetition does what is missing.
    """
    wanted = list(dict.fromkeys(user_ids))

    def logged(added: list[int]) -> Put:
        return _members("batch.add_students", batch_id, added, admin_id, now)

    result = enrolments.add_students(batch_id, wanted, logged)
    spreading.carry_over_members([batch_id], wanted, ExamTime.at(now), tell=tell_time, look_again_for=admin_id)
    return result


def remove_students(batch_id: int, user_ids: Sequence[int], admin_id: int, now: float) -> int:
    """Remove students from a batch, for running attempts too; returns how many were in it.

    Raises:
        NotFound: there is no such batch.
        Unavailable: the database or the queue cannot be reached; a repetition does what is missing.
    """
    wanted = list(dict.fromkeys(user_ids))

    def logged(removed: list[int]) -> Put:
        return _members("batch.remove_students", batch_id, removed, admin_id, now)

    removed = enrolments.remove_students(batch_id, wanted, logged)
    spreading.carry_over_members([batch_id], wanted, ExamTime.at(now), tell=tell_time, look_again_for=admin_id)
    return removed


def _is_one_in_use(batch_id: int, time: ExamTime, exam_ids: list[int]) -> bool:
    """Whether one of these exams, which were given a batch, is still for it and not completed."""
    return any(
        exam.admits([batch_id])
        and exam.audience == "batches"
        and window(exam, Grants(), time.timezone).state(time.now) != "completed"
        for exam in exams.get_exams(exam_ids).values()
    )


def _members(action: str, batch_id: int, user_ids: list[int], admin_id: int, now: float) -> Put:
    return entry(Change(admin_id, action, f"batch:{batch_id}", None, {"user_ids": user_ids}), now)


def _checked(name: str) -> str:
    checked = batch_name(name)
    if checked is None:
        reason = f"must be 1 to {LONGEST_BATCH_NAME} characters, without semicolons and control characters"
        raise InvalidFields([Fault("name", reason)])
    return checked
