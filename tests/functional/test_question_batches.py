"""Large batches of questions: what is left of a failed one, and who sees it."""

from collections.abc import Callable
from typing import Any

import pytest

from smartexam.catalog.exam import Exam
from smartexam.catalog.store import exam_changes, exams, papers, question_batches, question_changes, questions
from smartexam.platform.dynamodb import table
from smartexam.platform.errors import NotFound, Unavailable
from tests.factories.clock import MORNING
from tests.factories.exams import MCQ, MSQ, add_questions, create_exam, question_ids
from tests.factories.tables import everything

MANY = [MSQ] * 60


@pytest.fixture
def exam(tables: dict[str, str]) -> Exam:
    return create_exam([MCQ])


def stored(exam: Exam) -> Exam:
    found = exams.get_exam(exam.id)
    assert found is not None
    return found


def rows(dynamodb: Any, tables: dict[str, str]) -> int:
    """The number of stored questions and pointers."""
    catalog = everything(dynamodb, tables)["catalog"]
    return sum(item["pk"]["S"].startswith(("EXAM#", "QUESTION#")) for item in catalog)


def failing_at(step: str, error: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(question_batches, step, fail)


def crashing(exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start and write a batch, and crash before it is complete."""
    with monkeypatch.context() as patch:
        failing_at("_complete", KeyboardInterrupt, patch)
        with pytest.raises(KeyboardInterrupt):
            add_questions(exam.id, MANY)


def test_an_unfinished_batch_is_invisible(exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = question_ids(exam.id)
    before = stored(exam)

    crashing(exam, monkeypatch)

    after = stored(exam)
    assert (after.question_count, after.max_marks) == (before.question_count, before.max_marks)
    assert after.content_version == before.content_version
    assert question_ids(exam.id) == [first]
    assert questions.list_all_questions(limit=50)[0] == list(questions.all_questions(exam.id))
    assert len(papers.load_paper(exam.id, papers.ready_version(after))) == 1
    hidden = range(first + 1, first + 100)
    assert [questions.get_question(question_id) for question_id in hidden] == [None] * 99
    assert question_changes.delete_questions(hidden) == 0
    assert question_changes.edit_questions(exam.id, lambda question: question.content) == 1


def test_questions_added_later_are_seen_around_it(exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    crashing(exam, monkeypatch)
    (later,) = add_questions(exam.id, [MCQ], now=MORNING + 60)

    assert question_ids(exam.id)[-1] == later
    page, place = questions.list_questions(stored(exam), limit=1)
    assert [question.id for question in page] == question_ids(exam.id)[:1]
    assert [question.id for question in questions.list_questions(stored(exam), limit=1, after=place)[0]] == [later]


def test_the_next_batch_removes_what_an_old_one_left(
    exam: Exam, dynamodb: Any, tables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    crashing(exam, monkeypatch)
    assert rows(dynamodb, tables) == 2 + 120

    add_questions(exam.id, MANY, now=MORNING + 60)
    assert rows(dynamodb, tables) == 2 + 120 + 120
    add_questions(exam.id, MANY, now=MORNING + 7200)
    assert rows(dynamodb, tables) == 2 + 120 + 120
    assert stored(exam).question_count == 121


@pytest.mark.parametrize("error", [Unavailable, KeyboardInterrupt])
def test_a_batch_that_cannot_be_written_leaves_nothing(
    error: type[BaseException], exam: Exam, dynamodb: Any, tables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., None] = table.batch_put
    calls = iter(range(100))

    def fail_midway(items: Any) -> None:
        if next(calls) == 3:
            raise error
        real(items)

    monkeypatch.setattr(table, "batch_put", fail_midway)

    with pytest.raises(error):
        add_questions(exam.id, MANY)

    assert rows(dynamodb, tables) == 2
    assert stored(exam).question_count == 1


def test_after_a_lost_answer_nothing_is_removed_that_may_be_part_of_the_exam(
    exam: Exam, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = question_batches._complete

    def lose_the_answer(*given: Any) -> None:
        real(*given)
        raise Unavailable

    monkeypatch.setattr(question_batches, "_complete", lose_the_answer)

    with pytest.raises(Unavailable):
        add_questions(exam.id, MANY)

    assert stored(exam).question_count == 61
    assert len(question_ids(exam.id)) == 61


def test_if_one_exam_is_gone_none_gets_anything(
    exam: Exam, dynamodb: Any, tables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = create_exam([])
    real = question_batches._complete

    def delete_first(*given: Any) -> None:
        exam_changes.remove_exam(other.id)
        real(*given)

    monkeypatch.setattr(question_batches, "_complete", delete_first)

    with pytest.raises(NotFound):
        question_changes.add_to_exams({exam.id: [(901, MCQ)], other.id: [(902, MCQ)]}, MORNING)

    assert rows(dynamodb, tables) == 2
    assert stored(exam).question_count == 1


def test_who_read_the_card_before_a_batch_began_sees_none_of_it(exam: Exam) -> None:
    read_before = stored(exam)

    add_questions(exam.id, MANY)

    assert len(list(questions.questions_of(read_before))) == read_before.question_count == 1
