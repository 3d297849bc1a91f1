"""Overrides of students and batches, and more time for running attempts."""

from decimal import Decimal
from typing import Any

from admin_attempts.models import AddTime, NotChanged, OverrideBody, OverrideView, TimeAdded
from smartexam.accounts.store import batches, identity
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.grants import Override
from smartexam.catalog.moments import read_moment
from smartexam.catalog.store import exams, overrides
from smartexam.platform import audit
from smartexam.platform.audit import Change
from smartexam.platform.errors import Fault, InvalidFields, NotFound
from smartexam.platform.principal import portals
from smartexam.platform.times import iso
from smartexam.sitting import deadlines, spreading
from smartexam.talk.realtime import exam_time

_GRANTED = ("extra_minutes", "extra_percent", "opens_at", "closes_at", "max_attempts")


def list_overrides(
    exam_id: int, *, limit: int, after: str | None, newest_first: bool
) -> tuple[list[OverrideView], str | None]:
    """A page of an exam's overrides, and the place to continue after.

    Raises:
        NotFound: there is no such exam.
    """
    exams.find_exam(exam_id)
    found, place = overrides.list_overrides(exam_id, limit=limit, after=after, newest_first=newest_first)
    users = identity.get_users({each.user_id for each in found if each.user_id is not None})
    named = batches.get_many({each.batch_id for each in found if each.batch_id is not None})
    names: dict[int, str] = {}
    for each in found:
        if each.user_id is not None and each.user_id in users:
            names[each.id] = users[each.user_id].full_name
        elif each.batch_id is not None and each.batch_id in named:
            names[each.id] = named[each.batch_id].name
    return [_view(each, names.get(each.id)) for each in found], place


def set_override(exam_id: int, body: OverrideBody, admin_id: int, time: ExamTime) -> OverrideView:
    """Set what a student or batch is granted, for running attempts too.

    Raises:
        InvalidFields: the body names neither or both, grants nothing, or closes before it opens.
        NotFound: there is no such exam, student or batch.
    """
    override = _read(exam_id, body, admin_id, time.now)
    name = _name(override)
    target = f"exam:{exam_id}/{_owner(override)}"

    def logged(before: Override | None) -> Any:
        was = None if before is None else _state(before)
        return audit.entry(Change(admin_id, "override.set", target, was, _state(override)), time.now)

    exam, _ = overrides.set_override(override, logged)
    _carry_over(override, exam, admin_id, time)
    return _view(override, name)


def delete_override(exam_id: int, override_id: int, admin_id: int, time: ExamTime) -> None:
    """Take back what a student or batch is granted, from running attempts too.

    Raises:
        NotFound: there is no such exam or override.
    """

    def logged(before: Override) -> Any:
        target = f"exam:{exam_id}/{_owner(before)}"
        return audit.entry(Change(admin_id, "override.delete", target, _state(before), None), time.now)

    exam, before = overrides.delete_override(exam_id, override_id, logged)
    _carry_over(before, exam, admin_id, time)


def add_time(exam_id: int, body: AddTime, admin_id: int, time: ExamTime) -> TimeAdded:
    """Give running attempts more time, beyond the exam's closing too.

    Raises:
        InvalidFields: the body names neither students nor all, or both.
        NotFound: there is no such exam.
    """
    if (body.user_ids is None) != body.all:
        raise InvalidFields([Fault("user_ids", "Name students, or set `all`")])
    exam = exams.find_exam(exam_id)
    if body.user_ids is None:
        wanted = [sitting.user_id for piece in deadlines.running_attempts(exam_id, time) for sitting in piece]
    else:
        wanted = list(dict.fromkeys(body.user_ids))
    added = deadlines.add_time(exam_id, wanted, body.minutes * 60, time)
    changed = len(added.extended)
    if changed:
        overrides.note_added_time(exam.id, max(sitting.deadline for sitting in added.extended))
        state = {"minutes": body.minutes, "students": changed, "reason": body.reason or ""}
        audit.record(Change(admin_id, "exam.add_time", f"exam:{exam_id}", None, state), time.now)
        exam_time.tell_time_of_many(exam_id, added.extended, admin_id, time)
    errors = [] if body.all else [NotChanged(user_id, "No attempt is running") for user_id in added.without]
    return TimeAdded(changed, errors)


def _read(exam_id: int, body: OverrideBody, admin_id: int, now: float) -> Override:
    faults = []
    if (body.user_id is None) == (body.batch_id is None):
        faults.append(Fault("user_id", "Name either a student or a batch"))
    times: dict[str, int | None] = {}
    for name in ("opens_at", "closes_at"):
        given = getattr(body, name)
        try:
            times[name] = None if given is None or not given.strip() else read_moment(given)
        except ValueError as error:
            faults.append(Fault(name, str(error)))
    if not faults and times["opens_at"] and times["closes_at"] and times["closes_at"] <= times["opens_at"]:
        faults.append(Fault("closes_at", "must be after the opening"))
    if faults:
        raise InvalidFields(faults)
    override = Override(
        exam_id=exam_id,
        user_id=body.user_id,
        batch_id=body.batch_id,
        created_by=admin_id,
        created_at=now,
        extra_minutes=body.extra_minutes,
        extra_percent=None if body.extra_percent is None else str(Decimal(str(body.extra_percent))),
        opens_at=times["opens_at"],
        closes_at=times["closes_at"],
        max_attempts=body.max_attempts,
        reason=(body.reason or "").strip(),
    )
    if all(getattr(override, name) is None for name in _GRANTED):
        raise InvalidFields([Fault("", "Grant something")])
    return override


def _name(override: Override) -> str:
    if override.user_id is None:
        return batches.get(override.batch_id or 0).name
    user = identity.get_user(override.user_id)
    if user is None or "user" not in portals(user.role):
        raise NotFound("Student not found", code="student_not_found")
    return user.full_name


def _carry_over(override: Override, exam: Exam, admin_id: int, time: ExamTime) -> None:
    if override.user_id is not None:
        deadlines.refresh_student(override.user_id, exam, time, tell=exam_time.tell_time)
    else:
        spreading.carry_over(exam, admin_id, time, tell=exam_time.tell_time)


def _owner(override: Override) -> str:
    return f"user:{override.user_id}" if override.user_id is not None else f"batch:{override.batch_id}"


def _state(override: Override) -> dict[str, Any]:
    state = {name: value for name in _GRANTED if (value := getattr(override, name)) is not None}
    return {**state, "reason": override.reason} if override.reason else state


def _view(override: Override, name: str | None) -> OverrideView:
    def utc(moment: int | None) -> str | None:
        return None if moment is None else iso(moment)

    return OverrideView(
        id=override.id,
        user_id=override.user_id,
        batch_id=override.batch_id,
        name=name,
        extra_minutes=override.extra_minutes,
        extra_percent=None if override.extra_percent is None else float(override.extra_percent),
        opens_at=utc(override.opens_at),
        closes_at=utc(override.closes_at),
        max_attempts=override.max_attempts,
        reason=override.reason,
        created_at=iso(override.created_at),
    )
