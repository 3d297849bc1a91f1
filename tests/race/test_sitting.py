"""One student, many calls at the same moment: starts, syncs and submissions against a real engine."""

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest

from exams import recent
from exams.models import SyncBody
from exams.running import next_section, open_paper
from exams.saving import sync
from exams.starting import start
from exams.submitting import submit
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import exams, papers
from smartexam.catalog.structure import Section, Structure
from smartexam.platform.errors import AppError, Unavailable
from smartexam.sitting import answers, ending
from smartexam.sitting.store import attempts, results
from smartexam.sitting.store.sitting_items import Sitting
from tests.factories.clock import MORNING
from tests.factories.exams import MCQ, NUMERIC, add_questions, create_exam, question_ids
from tests.factories.races import together

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("engine_tables")]

STUDENT = 7


def at(now: float = MORNING) -> ExamTime:
    return ExamTime(now, 30, "Asia/Kolkata")


def history(user_id: int = STUDENT) -> list[results.HistoryEntry]:
    return results.list_history(user_id, limit=1000)[0]


def test_fifty_starts_make_one_attempt() -> None:
    exam = create_exam(max_attempts=1)

    outcomes = together([lambda: start(STUDENT, exam.id, at())] * 50)

    assert all(isinstance(outcome, tuple) for outcome in outcomes)
    started: list[tuple[Sitting, bool]] = [outcome for outcome in outcomes if isinstance(outcome, tuple)]
    assert len({sitting.attempt_id for sitting, _ in started}) == 1
    assert {sitting.attempt_number for sitting, _ in started} == {1}
    assert [resumed for _, resumed in started].count(False) == 1


def test_starts_and_submits_never_exceed_max_attempts() -> None:
    exam = create_exam(max_attempts=3)

    for _ in range(6):
        together([lambda: start(STUDENT, exam.id, at())] * 8 + [lambda: submit(STUDENT, exam.id, at())] * 8)
    together([lambda: submit(STUDENT, exam.id, at())] * 4)

    entries = history()
    assert len(entries) == 3
    assert {entry.attempt_number for entry in entries} == {1, 2, 3}


def test_twenty_submits_among_a_hundred_syncs_make_one_result_of_what_was_acknowledged() -> None:
    exam = create_exam([NUMERIC])
    start(STUDENT, exam.id, at())
    question = str(question_ids(exam.id)[0])
    acknowledged: dict[int, str] = {}

    def save(number: int) -> None:
        sitting = sync(STUDENT, exam.id, SyncBody(answers={question: str(number)}), at()).sitting
        acknowledged[sitting.revision] = str(number)

    calls: list[Callable[[], Any]] = [lambda number=number: save(number) for number in range(100)]  # type: ignore[misc]
    calls += [lambda: submit(STUDENT, exam.id, at())] * 20
    random.Random(4).shuffle(calls)
    outcomes = together(calls)

    submitted = [outcome for outcome in outcomes if isinstance(outcome, tuple)]
    assert len({result_id for _, _, result_id in submitted}) == 1
    assert len(history()) == 1
    result = results.get_result(STUDENT, exam.id, submitted[0][2])
    assert result is not None
    # Every revision was acknowledged to one caller, and the last one was graded.
    assert sorted(acknowledged) == list(range(1, len(acknowledged) + 1))
    expected = acknowledged[max(acknowledged)] if acknowledged else ""
    assert answers.decode(result.answers, 1) == [expected]
    refused = [outcome for outcome in outcomes if isinstance(outcome, AppError)]
    assert {error.status for error in refused} <= {400}


def test_of_tabs_with_one_revision_one_wins() -> None:
    exam = create_exam([MCQ])
    start(STUDENT, exam.id, at())
    question = str(question_ids(exam.id)[0])

    for revision in range(5):
        body = SyncBody(answers={question: "ABCD"[revision % 4]}, revision=revision)
        outcomes = together([lambda body=body: sync(STUDENT, exam.id, body, at())] * 12)  # type: ignore[misc]
        assert [isinstance(outcome, AppError) for outcome in outcomes].count(False) == 1
        stale = [outcome for outcome in outcomes if isinstance(outcome, AppError)]
        assert {(error.status, error.code) for error in stale} == {(409, "stale_revision")}


def test_partial_syncs_of_different_questions_all_count() -> None:
    exam = create_exam([MCQ] * 30)
    start(STUDENT, exam.id, at())
    ids = [str(each) for each in question_ids(exam.id)]

    together([lambda i=i: sync(STUDENT, exam.id, SyncBody(answers={i: "C"}, partial=True), at()) for i in ids])  # type: ignore[misc]

    draft = open_paper(STUDENT, exam.id, at()).draft
    assert draft.answers == dict.fromkeys(ids, "C")


def test_large_partial_syncs_of_different_questions_all_count() -> None:
    exam = create_exam([NUMERIC] * 480)
    start(STUDENT, exam.id, at())
    ids = [str(each) for each in question_ids(exam.id)]
    open_paper(STUDENT, exam.id, at())
    parts = [ids[part::4] for part in range(4)]

    def save(part: list[str]) -> None:
        # 120 answers per sync, which are too many to be set one by one.
        for number in range(4):
            sync(STUDENT, exam.id, SyncBody(answers=dict.fromkeys(part, str(number)), partial=True), at())

    together([lambda part=part: save(part) for part in parts])  # type: ignore[misc]

    draft = open_paper(STUDENT, exam.id, at()).draft
    assert draft.answers == dict.fromkeys(ids, "3")


def test_sweeper_and_student_grade_a_closed_attempt_once() -> None:
    exam = create_exam([MCQ], max_attempts=1)
    sitting, _ = start(STUDENT, exam.id, at())
    closed = attempts.close_attempt(STUDENT, exam.id, time=at())

    together([lambda: ending.end_if_due(closed, at())] * 8 + [lambda: submit(STUDENT, exam.id, at())] * 8)

    assert [entry.id for entry in history()] == [sitting.attempt_id]
    stored = attempts.get_sitting(STUDENT, exam.id)
    assert stored is not None
    assert (stored.status, stored.completed) == ("idle", 1)


def test_time_running_out_on_many_devices_makes_one_result() -> None:
    exam = create_exam([MCQ])
    sitting, _ = start(STUDENT, exam.id, at())
    question = str(question_ids(exam.id)[0])
    sync(STUDENT, exam.id, SyncBody(answers={question: "B"}), at())
    late = at(MORNING + 3600 + 31)

    outcomes = together(
        [lambda: sync(STUDENT, exam.id, SyncBody(answers={question: "A"}), late)] * 10
        + [lambda: submit(STUDENT, exam.id, late)] * 10
    )

    assert [entry.id for entry in history()] == [sitting.attempt_id]
    assert history()[0].score.correct == 1
    assert {outcome.code for outcome in outcomes if isinstance(outcome, AppError)} == {"exam_time_over"}


def test_a_paper_compiled_while_questions_are_added_is_one_of_its_versions() -> None:
    exam = create_exam([MCQ])
    lock = threading.Lock()
    sizes: dict[int, set[int]] = {}

    def add() -> None:
        add_questions(exam.id, [MCQ])

    def compile_now() -> None:
        current = exams.get_exam(exam.id)
        assert current is not None
        version = papers.ready_version(current)
        papers.load_paper.cache_clear()
        with lock:
            sizes.setdefault(version, set()).add(len(papers.load_paper(exam.id, version)))

    for _ in range(4):
        outcomes = together([add] * 4 + [compile_now] * 8)
        assert {outcome.status for outcome in outcomes if isinstance(outcome, AppError)} <= {503}

    final = exams.get_exam(exam.id)
    assert final is not None
    assert final.question_count == len(question_ids(exam.id)) == 17
    # An exam starts at version 1 without questions, and every added question increments it.
    assert sizes == {version: {version - 1} for version in sizes}


def test_a_section_takes_no_more_answers_than_it_counts_whoever_saves_at_once() -> None:
    section = Section(1, "A", choose=3)
    exam = create_exam([], structure=Structure(sections=(section,), first_section=1, last_section=1))
    add_questions(exam.id, [MCQ] * 12)
    start(STUDENT, exam.id, at())
    ids = [str(each) for each in question_ids(exam.id)]

    def save(question: str) -> list[str]:
        recent.sittings.clear()  # another process, which does not know what was saved
        saved = sync(STUDENT, exam.id, SyncBody(answers={question: "B"}, partial=True), at())
        return [each.code for each in saved.rejected]

    outcomes = together([lambda each=each: save(each) for each in ids])  # type: ignore[misc]

    taken = [each for each in outcomes if each == []]
    full = [each for each in outcomes if each == ["section_full"]]
    given_up = [each for each in outcomes if isinstance(each, Unavailable)]
    assert len(taken) + len(full) + len(given_up) == len(ids)
    assert len(taken) == len(open_paper(STUDENT, exam.id, at()).draft.answers) <= 3
    assert full == [] or len(taken) == 3


def test_sections_are_left_once_however_many_ask() -> None:
    sections = tuple(Section(number, f"{number}", minutes=10) for number in (1, 2, 3))
    exam = create_exam([], structure=Structure(sections=sections, first_section=1, last_section=3), duration=30)
    add_questions(exam.id, [MCQ])
    start(STUDENT, exam.id, at())

    outcomes = together([lambda: next_section(STUDENT, exam.id, 1, at())] * 8)

    assert sum(isinstance(each, tuple) for each in outcomes) == 1
    sitting = attempts.get_sitting(STUDENT, exam.id)
    assert sitting is not None
    assert (sitting.section, sitting.deadline) == (1, MORNING + 20 * 60)
