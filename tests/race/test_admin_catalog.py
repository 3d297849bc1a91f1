"""Administrators who change the same exam at once, on an engine with atomic transactions."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from threading import Barrier, Event
from typing import Any

import boto3
import pytest

from admin_exams import app as admin_exams
from admin_questions import app as admin_questions
from smartexam.catalog.exam import Exam
from smartexam.catalog.marks import UNITS
from smartexam.catalog.store import exams, papers, questions
from smartexam.catalog.structure import Structure
from smartexam.erasing import erase_exam
from smartexam.platform import queues
from smartexam.platform.errors import NotFound
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer
from tests.factories.exams import MCQ, add_questions, create_exam, question_ids
from tests.factories.forms import multipart
from tests.factories.tables import everything

pytestmark = pytest.mark.race

GOOD = {"question_text": "?", "option_a": "a", "option_b": "b", "correct_answer": "A"}


class TickingClock(FrozenClock):
    """A clock that gives every request its own time."""

    def __init__(self) -> None:
        super().__init__()
        self._ticks = count()

    def now(self) -> float:
        return super().now() + next(self._ticks) / 1000


class Office:
    """Two functions and the admin who calls them."""

    def __init__(self, clock: FrozenClock) -> None:
        self.exams = Admin(admin_exams.lambda_handler, clock)
        self.questions = Admin(admin_questions.lambda_handler, clock)


@pytest.fixture
def office(engine_tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Office:
    clock = TickingClock()
    monkeypatch.setattr(admin_exams.api, "clock", clock)
    monkeypatch.setattr(admin_questions.api, "clock", clock)
    monkeypatch.setattr(queues, "send", lambda *_, **__: None)
    monkeypatch.setattr("smartexam.catalog.erasing_queue._hand_over", lambda *_: None)
    return Office(clock)


def at_once(calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    barrier = Barrier(len(calls))

    def one(call: Callable[[], Answer]) -> Answer:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def statuses(answers: Sequence[Answer]) -> set[int]:
    return {answer.status for answer in answers}


def checked(exam_id: int) -> Exam:
    """The exam, after comparing its counts with its questions, and its replicas with each other."""
    replicas = [exams.get_exam(exam_id, reader=reader) for reader in range(exams.REPLICAS)]
    exam = replicas[0]
    assert exam is not None
    assert replicas == [exam] * exams.REPLICAS
    contents = [question.content for question in questions.questions_of(exam)]
    assert exam.question_count == len(contents)
    assert exam.own_marks == UNITS * sum(content.positive_marks or 0 for content in contents)
    assert exam.without_own_marks == sum(content.positive_marks is None for content in contents)
    return exam


def test_toggles_at_once_each_flip_once(office: Office) -> None:
    exam = create_exam([], result_mode="manual")

    answers = at_once([lambda: office.exams.post(f"/admin/exams/{exam.id}/release-results")] * 10)

    assert statuses(answers) == {200}
    assert sorted(answer.body["released"] for answer in answers) == [False] * 5 + [True] * 5
    assert checked(exam.id).is_released is False


def test_edits_of_an_exam_at_once_lose_nothing(office: Office) -> None:
    exam = create_exam()
    path = f"/admin/exams/edit/{exam.id}"
    changes: list[dict[str, Any]] = [
        {"name": "Edited"},
        {"date": "2026-06-01"},
        {"start_time": "18:00"},
        {"duration": 17},
        {"status": "completed"},
        {"max_attempts": 9},
        {"result_mode": "manual"},
        {"positive_marks": "1/3"},
    ]

    answers = at_once([lambda change=change: office.exams.post(path, change) for change in changes])  # type: ignore[misc]

    assert statuses(answers) == {200}
    (shown,) = office.exams.get("/admin/exams", query={"status": "completed"}).body["exams"]
    for change in changes:
        assert shown | change == shown
    assert office.exams.get("/admin/exams", query={"status": "ongoing"}).body["exams"] == []
    assert len(office.exams.get("/admin/exams").body["exams"]) == 1
    checked(exam.id)


def test_a_language_that_is_removed_while_texts_in_it_are_added_stays_or_has_none(office: Office) -> None:
    question = {
        "question_text": "?",
        "option_a": "1",
        "option_b": "2",
        "correct_answer": "A",
        "texts": {"hi": {"question_text": "x"}},
    }
    outcomes = set()
    for _ in range(6):
        exam = create_exam([], structure=Structure(("en", "hi")))
        path = f"/admin/exams/{exam.id}/passages"

        edited, added, saved = at_once(
            [
                lambda exam=exam: office.exams.post(f"/admin/exams/edit/{exam.id}", {"languages": ["en"]}),  # type: ignore[misc]
                lambda exam=exam: office.questions.post(  # type: ignore[misc]
                    "/admin/questions/add-ajax", {**question, "exam_id": exam.id}
                ),
                lambda path=path: office.exams.post(path, {"text": "x", "texts": {"hi": "x"}}),  # type: ignore[misc]
            ]
        )

        # Either the edit was first, and the others are refused, or one of those was.
        outcomes.add((edited.status, added.status, saved.status))
        assert (edited.status == 409) == (200 in {added.status, saved.status})
        after = exams.find_exam(exam.id)
        assert after.structure.languages == (("en", "hi") if edited.status == 409 else ("en",))
    assert all(each in {(200, 400, 400), (409, 200, 200)} for each in outcomes), outcomes


def test_edits_of_a_question_at_once_lose_nothing(office: Office) -> None:
    exam = create_exam([MCQ])
    (question_id,) = question_ids(exam.id)
    changes: list[dict[str, Any]] = [
        {"question_text": "Edited"},
        {"option_a": "Mass!"},
        {"option_c": "Time!"},
        {"correct_answer": "D"},
        {"positive_marks": 7},
        {"negative_marks": "1/3"},
    ]

    path = f"/admin/questions/edit-ajax/{question_id}"
    answers = at_once([lambda change=change: office.questions.post(path, change) for change in changes])  # type: ignore[misc]

    assert statuses(answers) == {200}
    shown = office.questions.get(f"/admin/questions/get/{question_id}").body["question"]
    for change in changes:
        assert shown | change == shown
    checked(exam.id)


def test_questions_added_at_once_all_count(office: Office) -> None:
    exam = create_exam([])
    single = {"exam_id": exam.id, **GOOD, "positive_marks": 2}
    batch = {"exam_id": exam.id, "questions": [GOOD] * 60}

    answers = at_once(
        [lambda: office.questions.post("/admin/questions/add-ajax", single)] * 6
        + [lambda: office.questions.post("/admin/questions/batch-add", batch)] * 3
    )

    assert statuses(answers) == {200}
    assert checked(exam.id).question_count == 6 + 180
    assert exams.get_exam(exam.id) == checked(exam.id)
    assert checked(exam.id).open_batches == frozenset()


def test_a_question_deleted_many_times_at_once_is_deleted_once(office: Office) -> None:
    exam = create_exam([MCQ] * 5)
    doomed = question_ids(exam.id)[:4]

    answers = at_once(
        [lambda: office.questions.post("/admin/questions/delete-multiple", {"ids": doomed})] * 3
        + [lambda: office.questions.post(f"/admin/questions/edit-ajax/{doomed[0]}", {"positive_marks": 8})] * 2
    )

    assert statuses(answers[:3]) == {200}
    assert sum(answer.body["deleted"] for answer in answers[:3]) == 4
    assert statuses(answers[3:]) <= {200, 404}
    assert checked(exam.id).question_count == 1


def test_a_large_batch_appears_all_at_once(office: Office) -> None:
    exam = create_exam([MCQ])
    done = Event()

    def watch() -> set[tuple[int, int, int]]:
        seen = set()
        while not done.is_set():
            card = exams.get_exam(exam.id)
            assert card is not None
            listed = len(list(questions.questions_of(card)))
            version = papers.ready_version(card)
            compiled = exams.get_exam(exam.id)
            assert compiled is not None
            seen.add((card.question_count, listed, len(papers.load_paper(exam.id, version))))
        return seen

    with ThreadPoolExecutor(3) as pool:
        watchers = [pool.submit(watch) for _ in range(2)]
        for _ in range(3):
            add_questions(exam.id, [MCQ] * 300)
        done.set()
        seen = {each for watcher in watchers for each in watcher.result()}

    whole = {1, 301, 601, 901}
    # A commit may come between the reads, but never a part of a batch.
    assert {number for each in seen for number in each} <= whole
    assert all(counted == listed for counted, listed, _ in seen)
    assert checked(exam.id).question_count == 901


@pytest.mark.parametrize("size", [1, 60])
def test_questions_for_an_exam_that_is_being_deleted_leave_nothing(
    size: int, office: Office, engine: str, engine_tables: dict[str, str]
) -> None:
    def race() -> None:
        exam = create_exam([MCQ])
        batch = {"exam_id": exam.id, "questions": [GOOD] * size}
        answers = at_once(
            [lambda: office.questions.post("/admin/questions/batch-add", batch)] * 3
            + [lambda: office.exams.post(f"/admin/exams/delete/{exam.id}")]
            + [lambda: office.exams.post(f"/admin/exams/edit/{exam.id}", {"name": "Late"})]
        )
        assert answers[3].status == 200
        assert statuses(answers) <= {200, 404}
        assert office.questions.post("/admin/questions/batch-add", batch).status == 404
        erase_exam(exam.id, lambda: True)

    for _ in range(4):
        race()
    client = boto3.client("dynamodb", region_name="us-east-1", endpoint_url=engine)
    left = [item["pk"]["S"] for item in everything(client, engine_tables)["catalog"]]
    client.close()
    assert left == ["STATISTICS"]
    assert exams.count_exams() == 0


def test_an_exam_deleted_twice_at_once_is_deleted_once(office: Office) -> None:
    exam = create_exam([MCQ])

    answers = at_once([lambda: office.exams.post(f"/admin/exams/delete/{exam.id}")] * 4)

    assert sorted(answer.status for answer in answers) == [200, 404, 404, 404]
    assert exams.count_exams() == 0
    with pytest.raises(NotFound):
        add_questions(exam.id, [MCQ])


def test_moving_a_question_back_and_forth_keeps_one(office: Office) -> None:
    one, other = create_exam([MCQ]), create_exam([])
    (question_id,) = question_ids(one.id)
    path = f"/admin/questions/edit-ajax/{question_id}"

    answers = at_once(
        [lambda: office.questions.post(path, {"exam_id": other.id})] * 3
        + [lambda: office.questions.post(path, {"exam_id": one.id})] * 3
    )

    assert statuses(answers) == {200}
    assert checked(one.id).question_count + checked(other.id).question_count == 1
    assert office.questions.get(f"/admin/questions/get/{question_id}").status == 200


def test_a_question_that_is_moved_while_it_is_deleted_is_gone(office: Office) -> None:
    for _ in range(4):
        one, other = create_exam([MCQ]), create_exam([])
        (question_id,) = question_ids(one.id)
        move = partial(office.questions.post, f"/admin/questions/edit-ajax/{question_id}", {"exam_id": other.id})
        delete = partial(office.questions.post, f"/admin/questions/delete/{question_id}")

        answers = at_once([move, move, delete])

        assert answers[2].status == 200
        assert checked(one.id).question_count + checked(other.id).question_count == 0
        assert delete().status == 404


@pytest.mark.parametrize("count_of_rows", [3, 60])
def test_imports_that_skip_existing_questions_double_none(office: Office, count_of_rows: int) -> None:
    exam = create_exam([])
    lines = "".join(f"\n{number},{number},NUMERIC,S" for number in range(count_of_rows))
    file = {"csv_file": ("q.csv", f"question_text,correct_answer,question_type,section{lines}".encode())}
    upload = partial(
        office.questions.call,
        "POST",
        "/admin/questions/import-csv",
        query="skip_existing=1",
        **multipart({"exam_id": str(exam.id)}, file),
    )

    answers = at_once([upload] * 3)

    # A client repeats an import that met too many others (503).
    while statuses(answers) != {200}:
        answers = [answer if answer.status == 200 else upload() for answer in answers]
    assert sum(answer.body["inserted"] for answer in answers) == count_of_rows
    assert sum(answer.body["existing"] for answer in answers) == 2 * count_of_rows
    assert len(question_ids(exam.id)) == count_of_rows
