"""Grants, closings and starts at the same moments, against a database with real transactions."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from admin_attempts import overrides as administration
from admin_attempts.models import AddTime, OverrideBody
from admin_students import batches as administered
from attempt_sweeper.service import sweep
from exams.models import SyncBody
from exams.running import open_paper
from exams.saving import sync
from exams.starting import start
from exams.submitting import submit
from smartexam.accounts.store import batches, enrolments
from smartexam.accounts.store.batches import Batch
from smartexam.catalog.access_code import hashed
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import exam_changes, exams, overrides
from smartexam.platform import audit
from smartexam.platform.audit import Change
from smartexam.platform.errors import AppError, Unavailable
from smartexam.sitting import deadlines, spreading
from smartexam.sitting.store import attempts, results
from smartexam.sitting.store.sitting_items import IDLE, OPEN
from smartexam.talk.realtime import Event
from tests.factories.clock import MORNING
from tests.factories.exams import MCQ, create_exam, question_ids
from tests.factories.races import together
from tests.factories.users import create_user

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("engine_tables")]
ADMIN = 1
ZONE = "Asia/Kolkata"
START = int(MORNING)


def at(seconds: float = 0) -> ExamTime:
    return ExamTime(MORNING + seconds, 30, ZONE)


def students(count: int) -> list[int]:
    return [create_user().id for _ in range(count)]


@pytest.fixture(autouse=True)
def _no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smartexam.jobs.queue.hand_over", lambda *_, **__: None)


def unheard(*_: Any) -> None:
    """In place of telling students, none of whom is connected."""


def _logged(changed: list[int]) -> Any:
    return audit.entry(Change(ADMIN, "batch.change", "batch:5", None, {"users": changed}), MORNING)


def deadline(user_id: int, exam_id: int) -> int:
    sitting = attempts.get_sitting(user_id, exam_id)
    assert sitting is not None
    return sitting.deadline


def state(user_id: int, exam_id: int) -> tuple[str, int]:
    sitting = attempts.get_sitting(user_id, exam_id)
    assert sitting is not None
    return sitting.status, sitting.deadline


def test_parallel_changes_of_overrides_are_all_kept_and_counted() -> None:
    exam = create_exam(closes_at=START + 600)
    users = students(12)

    together(
        [
            lambda user=user, number=number: administration.set_override(  # type: ignore[misc]
                exam.id, OverrideBody(user_id=user, closes_at=f"2026-01-05T11:{number:02d}"), ADMIN, at()
            )
            for number, user in enumerate(users)
        ]
    )

    found, _ = overrides.list_overrides(exam.id, limit=50, after=None)
    after = exams.find_exam(exam.id)
    assert {each.user_id for each in found} == set(users)
    assert after.grants_version == 12
    assert after.latest_grant == max(each.closes_at or 0 for each in found)


def test_a_closing_that_moves_while_students_start_holds_for_all_of_them() -> None:
    exam = create_exam()
    users = students(200)

    def begin(user: int) -> Any:
        # As a client does that an engine on a busy machine let wait too long.
        for _ in range(9):
            with suppress(Unavailable):
                return start(user, exam.id, at())
        raise Unavailable

    def move(minute: int) -> Any:
        moved = exam_changes.edit_exam(exam.id, lambda _: {"closes_at": START + 60 * minute})
        spreading.carry_over(moved, ADMIN, at(), tell=unheard)

    calls: list[Callable[[], Any]] = [lambda user=user: begin(user) for user in users]  # type: ignore[misc]
    calls += [lambda minute=minute: move(minute) for minute in (10, 20, 30)]  # type: ignore[misc]
    random.Random(3).shuffle(calls)
    together(calls)
    # The job that looks again a little later.
    deadlines.refresh_all(exams.find_exam(exam.id), at(), lambda: True, tell=unheard)

    closing = exams.find_exam(exam.id).closes_at
    assert {deadline(user, exam.id) for user in users} == {closing}


def test_time_granted_while_the_sweeper_runs_ends_nothing_early() -> None:
    exam = create_exam()
    users = students(16)
    for user in users:
        start(user, exam.id, at())
    late = at(3600 + 31)

    def grant(user: int) -> Any:
        return administration.set_override(exam.id, OverrideBody(user_id=user, extra_minutes=30), ADMIN, late)

    calls: list[Callable[[], Any]] = [lambda: sweep(late, lambda: True)] * 2
    calls += [lambda user=user: grant(user) for user in users]  # type: ignore[misc]
    together(calls)

    for user in users:
        sitting = attempts.get_sitting(user, exam.id)
        assert sitting is not None
        # Either it was ended first, at its first end, or it runs on to the new end.
        if sitting.status == OPEN:
            assert sitting.deadline == START + 5400
        else:
            assert (sitting.last_result_id, sitting.deadline) == (sitting.attempt_id, START + 3600)


def test_added_time_and_grants_add_up_whatever_the_order() -> None:
    exam = create_exam()
    (user,) = students(1)
    start(user, exam.id, at())

    together(
        [lambda: administration.add_time(exam.id, AddTime(minutes=5, user_ids=[user]), ADMIN, at())] * 6
        + [lambda: administration.set_override(exam.id, OverrideBody(user_id=user, extra_minutes=10), ADMIN, at())] * 3
    )

    assert deadline(user, exam.id) == START + 3600 + 6 * 300 + 600


def test_of_times_granted_at_once_the_student_is_told_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    def publish(events: Sequence[Event], *, now: float) -> None:
        told.extend(int(now) + event.data.remaining_seconds for event in events)

    monkeypatch.setattr("smartexam.talk.realtime.exam_time.publish", publish)
    exam = create_exam()
    [user] = students(1)
    start(user, exam.id, at())

    together(
        [lambda: administration.add_time(exam.id, AddTime(minutes=5, all=True), ADMIN, at())] * 4
        + [lambda: administration.set_override(exam.id, OverrideBody(user_id=user, extra_minutes=10), ADMIN, at())] * 2
    )

    # Events may arrive in any order, but none of a time that never was, and none is missing.
    assert max(told) == deadline(user, exam.id) == START + 3600 + 4 * 300 + 600
    assert len(told) >= 5
    assert len(set(told)) == 5


def test_of_grants_and_submissions_the_submission_stays() -> None:
    exam = create_exam(max_attempts=1)
    users = students(12)
    for user in users:
        start(user, exam.id, at())

    calls: list[Callable[[], Any]] = [lambda user=user: submit(user, exam.id, at()) for user in users]  # type: ignore[misc]
    together(calls + [lambda: administration.add_time(exam.id, AddTime(minutes=5, all=True), ADMIN, at())] * 3)

    for user in users:
        sitting = attempts.get_sitting(user, exam.id)
        assert sitting is not None
        assert sitting.status != OPEN
        assert sitting.last_result_id == sitting.attempt_id


@pytest.mark.parametrize("reads", range(10))
def test_an_override_set_against_the_submission_of_the_same_attempt_counts_wholly_or_not_at_all(reads: int) -> None:
    """Handed in a minute after its first end, an attempt ended then or, if the override was first, is in time."""
    late = at(3660)

    def hand_in(user: int, exam_id: int) -> Any:
        # An override takes more round trips, so some submissions begin while it is being carried over.
        for _ in range(reads):
            exams.find_exam(exam_id)
        return submit(user, exam_id, late)

    def grant(user: int, exam_id: int) -> Any:
        return administration.set_override(exam_id, OverrideBody(user_id=user, extra_minutes=30), ADMIN, late)

    for user in students(4):
        exam = create_exam()
        start(user, exam.id, at())

        submitted, granted = together([partial(hand_in, user, exam.id), partial(grant, user, exam.id)])

        assert not isinstance(submitted, AppError), submitted
        assert not isinstance(granted, AppError), granted
        _, ended_at, result_id = submitted
        sitting, result = attempts.get_sitting(user, exam.id), results.get_result(user, exam.id, result_id)
        assert sitting is not None
        assert result is not None
        assert (sitting.status, sitting.last_result_id, result_id) == (IDLE, sitting.attempt_id, sitting.attempt_id)
        assert result.completed_at == ended_at
        whole = {(START + 3600, START + 3600, True), (START + 5400, START + 3660, False)}
        assert (sitting.deadline, ended_at, sitting.ended_by_time) in whole


@pytest.mark.parametrize("reads", range(6))
def test_a_late_request_against_a_batchs_override_that_nothing_carries_over_counts_wholly_or_not_at_all(
    reads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute after the first end: the attempt ended then or, if the override was first, goes on to its new end."""
    monkeypatch.setattr(spreading, "carry_over", lambda *_, **__: None)
    late = at(3660)
    batches.create(Batch(5, "Evening", 0, MORNING), _logged([]))
    users = students(4)
    enrolments.add_students(5, users, _logged)

    def grant(exam_id: int) -> Any:
        for _ in range(reads):
            exams.find_exam(exam_id)
        return administration.set_override(exam_id, OverrideBody(batch_id=5, extra_minutes=30), ADMIN, late)

    exam = create_exam([MCQ])
    answers = SyncBody(answers={str(question_ids(exam.id)[0]): "B"})
    for user in users:
        start(user, exam.id, at())
    submitting, syncing, reading, left = users

    calls: list[Callable[[], Any]] = [
        lambda: submit(submitting, exam.id, late),
        lambda: sync(syncing, exam.id, answers, late),
        lambda: open_paper(reading, exam.id, late),
        lambda: grant(exam.id),
        lambda: sweep(late, lambda: True),
    ]
    submitted, synced, paper, *_ = together(calls)

    assert not isinstance(submitted, AppError), submitted
    _, ended_at, _ = submitted
    assert (*state(submitting, exam.id), ended_at) in {
        (IDLE, START + 3600, START + 3600),
        (IDLE, START + 5400, START + 3660),
    }
    for user, outcome in ((syncing, synced), (reading, paper)):
        if isinstance(outcome, AppError):
            assert outcome.code in {"exam_time_over", "no_attempt"}
            assert state(user, exam.id) == (IDLE, START + 3600)
        else:
            assert state(user, exam.id) == (OPEN, START + 5400)
    # Whoever had not been closed by then goes on.
    assert sweep(late, lambda: True).ended == 0
    assert state(left, exam.id) in {(OPEN, START + 5400), (IDLE, START + 3600)}


def test_an_override_set_while_a_student_submits_and_starts_again_holds_for_the_next_attempt() -> None:
    """Given one attempt, used up, each start is refused or has the deadline of the override once all is done."""
    exam = create_exam(max_attempts=1)
    users = students(12)
    for user in users:
        start(user, exam.id, at())

    def again(user: int) -> Any:
        submit(user, exam.id, at(60))
        return start(user, exam.id, at(60))

    def grant(user: int) -> Any:
        body = OverrideBody(user_id=user, extra_minutes=30, max_attempts=2)
        return administration.set_override(exam.id, body, ADMIN, at(60))

    calls: list[Callable[[], Any]] = [lambda user=user: again(user) for user in users]  # type: ignore[misc]
    calls += [lambda user=user: grant(user) for user in users]  # type: ignore[misc]
    outcomes = together(calls)[: len(users)]
    # The job that looks again a little later.
    deadlines.refresh_all(exams.find_exam(exam.id), at(60), lambda: True, tell=unheard)

    for user, outcome in zip(users, outcomes, strict=True):
        if isinstance(outcome, AppError):
            assert outcome.code == "max_attempts_reached"
            start(user, exam.id, at(60))
        assert deadline(user, exam.id) == START + 60 + 3600 + 1800


def evening() -> int:
    batches.create(Batch(5, "Evening", 0, MORNING), _logged([]))
    return 5


@pytest.mark.parametrize("reads", range(8))
def test_a_batch_joined_against_submission_sync_and_sweep_counts_wholly_or_not_at_all(reads: int) -> None:
    """A minute after the first end: each attempt ended then or, if its student had joined first, goes on."""
    late, batch_id, users = at(3660), evening(), students(4)
    exam = create_exam([MCQ])
    administration.set_override(exam.id, OverrideBody(batch_id=batch_id, extra_minutes=30), ADMIN, at())
    answers = SyncBody(answers={str(question_ids(exam.id)[0]): "B"})
    for user in users:
        start(user, exam.id, at())
    submitting, syncing, reading, left = users

    def join(user: int) -> Any:
        for _ in range(reads):
            exams.find_exam(exam.id)
        return administered.add_students(batch_id, [user], ADMIN, late.now)

    calls: list[Callable[[], Any]] = [
        lambda: submit(submitting, exam.id, late),
        lambda: sync(syncing, exam.id, answers, late),
        lambda: open_paper(reading, exam.id, late),
        lambda: sweep(late, lambda: True),
    ]
    calls += [partial(join, user) for user in users]
    submitted, synced, paper, swept, *joined = together(calls)

    assert not isinstance(submitted, AppError), submitted
    assert not isinstance(swept, AppError), swept
    assert [each for each in joined if isinstance(each, AppError)] == []
    _, ended_at, _ = submitted
    assert (*state(submitting, exam.id), ended_at) in {
        (IDLE, START + 3600, START + 3600),
        (IDLE, START + 5400, START + 3660),
    }
    for user, outcome in ((syncing, synced), (reading, paper)):
        if isinstance(outcome, AppError):
            assert outcome.code in {"exam_time_over", "no_attempt"}
            assert state(user, exam.id) == (IDLE, START + 3600)
        else:
            assert state(user, exam.id) == (OPEN, START + 5400)
    assert state(left, exam.id) in {(OPEN, START + 5400), (IDLE, START + 3600)}


def test_a_batch_joined_while_a_student_submits_and_starts_again_holds_for_the_next_attempt() -> None:
    batch_id, users = evening(), students(12)
    exam = create_exam()
    administration.set_override(exam.id, OverrideBody(batch_id=batch_id, extra_minutes=30), ADMIN, at())
    for user in users:
        start(user, exam.id, at())

    def again(user: int) -> Any:
        submit(user, exam.id, at(60))
        return start(user, exam.id, at(60))

    calls: list[Callable[[], Any]] = [partial(again, user) for user in users]
    calls += [partial(administered.add_students, batch_id, [user], ADMIN, at(60).now) for user in users]
    outcomes = together(calls)

    assert [each for each in outcomes if isinstance(each, AppError)] == []
    # The job that looks again a little later.
    spreading.carry_over_members([batch_id], users, at(60), tell=unheard)
    assert {deadline(user, exam.id) for user in users} == {START + 60 + 3600 + 1800}


def test_joining_one_batch_and_leaving_another_at_once_ends_with_the_time_of_those_that_are_left() -> None:
    batch_id, users = evening(), students(8)
    batches.create(Batch(6, "Night", 0, MORNING), _logged([]))
    exam = create_exam()
    for each, minutes in ((batch_id, 30), (6, 10)):
        administration.set_override(exam.id, OverrideBody(batch_id=each, extra_minutes=minutes), ADMIN, at())
    enrolments.add_students(batch_id, users, _logged)
    for user in users:
        start(user, exam.id, at())

    calls: list[Callable[[], Any]] = [
        partial(administered.remove_students, batch_id, [user], ADMIN, at(60).now) for user in users
    ]
    calls += [partial(administered.add_students, 6, [user], ADMIN, at(60).now) for user in users]
    outcomes = together(calls)

    assert [each for each in outcomes if isinstance(each, AppError)] == []
    spreading.carry_over_members([batch_id, 6], users, at(60), tell=unheard)
    assert {deadline(user, exam.id) for user in users} == {START + 3600 + 600}


def test_a_batch_joined_while_it_is_granted_time_has_that_time() -> None:
    """Either the change of the override finds the student in the batch, or the student finds the override."""
    batch_id, users = evening(), students(12)
    exam = create_exam()
    for user in users:
        start(user, exam.id, at())

    calls: list[Callable[[], Any]] = [
        partial(administered.add_students, batch_id, [user], ADMIN, at(60).now) for user in users
    ]
    grant = OverrideBody(batch_id=batch_id, extra_minutes=30)
    calls.insert(6, lambda: administration.set_override(exam.id, grant, ADMIN, at(60)))
    outcomes = together(calls)

    assert [each for each in outcomes if isinstance(each, AppError)] == []
    assert {deadline(user, exam.id) for user in users} == {START + 5400}


def test_leaving_the_batch_and_starting_at_once_gives_an_attempt_or_a_refusal() -> None:
    batches.create(Batch(5, "Evening", 0, MORNING), _logged([]))
    exam = create_exam(audience="batches", batch_ids=(5,))
    users = students(12)
    enrolments.add_students(5, users, _logged)

    calls: list[Callable[[], Any]] = [lambda user=user: start(user, exam.id, at()) for user in users]  # type: ignore[misc]
    calls += [lambda user=user: enrolments.remove_students(5, [user], _logged) for user in users]  # type: ignore[misc]
    outcomes = together(calls)

    refused = [each for each in outcomes if isinstance(each, AppError)]
    assert {each.code for each in refused} <= {"not_enrolled"}
    assert batches.get(5).student_count == 0


def test_parallel_guesses_are_five() -> None:
    exam = create_exam(access_code=hashed("hall-7"))
    (user,) = students(1)

    outcomes = together([lambda: start(user, exam.id, at(), "wrong")] * 20)

    statuses = [each.status for each in outcomes if isinstance(each, AppError)]
    assert sorted(set(statuses)) == [403, 429]
    assert statuses.count(403) == 5
