"""A sitting over HTTP: gateway, functions and database as deployed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.stack import LocalStack
from tests.contract.client import STUDENTS, Answer, Client, is_error

pytestmark = pytest.mark.contract


@pytest.fixture
def exam(new_exam: Callable[..., int]) -> int:
    return new_exam()


def start(student: Client, exam_id: int) -> Any:
    answer = student.post(f"/start-exam/{exam_id}")
    assert answer.status == 200, answer
    return answer.body


def ids_of(student: Client, exam_id: int) -> list[str]:
    return [str(question["id"]) for question in student.get(f"/exam/{exam_id}").body["questions"]]


def test_start_answer_submit_and_see_the_result(student: Client, exam: int) -> None:
    started = start(student, exam)
    first, second, third = ids_of(student, exam)
    synced = student.post(
        f"/api/sync-exam-answers/{exam}",
        {"answers": {first: "B", second: ["A"], third: "1.42"}, "markedForReview": [int(second)]},
    )
    submitted = student.post(f"/submit-exam/{exam}")
    result = student.get(f"/result/{exam}")
    responses = student.get(f"/response/{exam}/{submitted.body['result_id']}")

    assert started["fresh_start"] is True
    assert (synced.body["saved"], synced.body["revision"]) == (3, 1)
    assert submitted.body["visible"] is True
    assert result.body["result"]["score"] == 7.0
    assert result.body["result"]["percentage"] == 58.33
    assert [each["marks_obtained"] for each in responses.body["responses"]] == [4.0, -1.0, 4.0]


def test_a_browser_is_redirected(student: Client, exam: int) -> None:
    start(student, exam)

    answer = student.send("POST", f"/submit-exam/{exam}", headers={"accept": "text/html"})

    assert (answer.status, answer.headers["location"]) == (302, f"/result/{exam}")


def test_json_is_asked_for_in_any_case(student: Client, exam: int) -> None:
    start(student, exam)

    assert student.send("POST", f"/submit-exam/{exam}", headers={"accept": "Application/JSON"}).status == 200


def test_an_exam_without_questions_cannot_be_started(student: Client, admin: Client) -> None:
    fields = {"name": "Empty", "date": "2026-01-05", "start_time": "09:00", "duration": 60, "status": "ongoing"}
    exam_id = admin.post("/admin/exams", fields).body["exam_id"]

    assert student.get(f"/api/exam-attempts-status/{exam_id}").body["can_start_new"] is False
    assert student.post(f"/start-exam/{exam_id}").status == 404


def test_what_cannot_be_taken_is_named_and_costs_no_other_answer(student: Client, exam: int) -> None:
    start(student, exam)
    first, second, third = ids_of(student, exam)
    malformed = {second: {"A": True}, third: 42.5, "999999": "A"}

    answer = student.post(
        f"/api/sync-exam-answers/{exam}", {"answers": {first: "A", **malformed}, "markedForReview": [0]}
    )

    assert (answer.status, answer.body["saved"]) == (200, 1)
    codes = {each["question_id"]: each["code"] for each in answer.body["rejected"]}
    assert codes == {
        second: "not_an_answer",
        third: "not_an_answer",
        "999999": "unknown_question",
        "0": "unknown_question",
    }
    assert student.get(f"/exam/{exam}").body["answers"] == {first: "A"}
    student.post(f"/submit-exam/{exam}")


def test_fifty_parallel_starts_make_one_attempt(student: Client, new_exam: Callable[..., int]) -> None:
    exam_id = new_exam(max_attempts=1)

    with ThreadPoolExecutor(max_workers=50) as pool:
        answers = list(pool.map(lambda _: student.post(f"/start-exam/{exam_id}"), range(50)))

    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["attempt_id"] for answer in answers}) == 1
    student.post(f"/submit-exam/{exam_id}")
    refused = student.post(f"/start-exam/{exam_id}")
    assert (refused.status, refused.body["message"]) == (400, "Max attempts (1) reached")


def test_parallel_submits_among_syncs_make_one_result(student: Client, exam: int) -> None:
    attempt_id = start(student, exam)["attempt_id"]
    question = ids_of(student, exam)[2]

    def call(number: int) -> Answer:
        if number % 6 == 5:
            return student.post(f"/submit-exam/{exam}")
        return student.post(f"/api/sync-exam-answers/{exam}", {"answers": {question: str(number)}})

    with ThreadPoolExecutor(max_workers=24) as pool:
        answers = list(pool.map(call, range(120)))

    submits = [answer.body for answer in answers if "result_id" in answer.body]
    saves = [answer.body["revision"] for answer in answers if "revision" in answer.body]
    assert len(submits) == 20
    assert {body["result_id"] for body in submits} == {attempt_id}
    assert sorted(saves) == list(range(1, len(saves) + 1))
    history = [each for each in student.get("/api/results").body["results"] if each["exam_id"] == exam]
    assert len(history) == 1


def test_who_vanishes_gets_the_result_of_the_last_acknowledged_sync(
    other_student: Client, exam: int, stack: LocalStack, clock: Callable[[float], Any], anonymous: Client
) -> None:
    start(other_student, exam)
    first, *_ = ids_of(other_student, exam)
    other_student.post(f"/api/sync-exam-answers/{exam}", {"answers": {first: "B"}})

    clock(3600 + 31)
    swept = anonymous.post("/_local/sweep")
    again = anonymous.post("/_local/sweep")
    clock(0)

    assert swept.status == 200
    assert again.status == 200
    late = other_student.post(f"/api/sync-exam-answers/{exam}", {"answers": {first: "A"}})
    assert (late.status, late.body["code"]) == (409, "exam_time_over")
    result = other_student.get(f"/result/{exam}").body["result"]
    assert (result["score"], result["time_taken_minutes"]) == (4.0, 60.0)


@pytest.mark.parametrize("path", ["/api/results", "/api/analytics"])
def test_who_comes_back_after_the_time_finds_the_result_in_every_list(
    student: Client, new_exam: Callable[..., int], clock: Callable[[float], Any], anonymous: Client, path: str
) -> None:
    exam_id = new_exam(name=f"Left open for {path}")
    start(student, exam_id)
    student.post(f"/api/sync-exam-answers/{exam_id}", {"answers": {ids_of(student, exam_id)[0]: "B"}})
    clock(3600 + 31)

    shown = anonymous.signed_in(*STUDENTS[0]).get(path)

    listed = shown.body["results"] if path == "/api/results" else shown.body["analytics"]["recent_performance"]
    assert [each["score"] for each in listed if each["exam_id"] == exam_id] == [4.0]


def test_stale_revision_returns_the_servers_state(student: Client, exam: int) -> None:
    start(student, exam)
    first, *_ = ids_of(student, exam)
    student.post(f"/api/sync-exam-answers/{exam}", {"answers": {first: "A"}, "revision": 0})

    answer = student.post(f"/api/sync-exam-answers/{exam}", {"answers": {}, "revision": 0})

    assert (answer.status, answer.body["code"], answer.body["revision"]) == (409, "stale_revision", 1)
    assert answer.body["answers"] == {first: "A"}
    assert is_error(answer)
    student.post(f"/submit-exam/{exam}")


def test_edits_reach_neither_a_running_paper_nor_its_grade(student: Client, admin: Client, exam: int) -> None:
    start(student, exam)
    before = student.get(f"/exam/{exam}").body["questions"]
    first, second, third = (each["id"] for each in before)
    admin.post(f"/admin/questions/edit-ajax/{first}", {"correct_answer": "A"})
    admin.post("/admin/questions/delete-multiple", {"ids": [second]})

    assert student.get(f"/exam/{exam}").body["questions"] == before
    body = {"answers": {str(first): "B", str(second): ["A", "C"], str(third): "1.41"}}
    assert student.post(f"/api/sync-exam-answers/{exam}", body).status == 200
    student.post(f"/submit-exam/{exam}")
    assert student.get(f"/result/{exam}").body["result"]["score"] == 12.0
    start(student, exam)
    assert len(ids_of(student, exam)) == 2
    student.post(f"/submit-exam/{exam}")


def test_hidden_results_show_nothing_until_they_are_released(
    student: Client, admin: Client, new_exam: Callable[..., int]
) -> None:
    exam_id = new_exam(result_mode="manual")
    start(student, exam_id)

    submitted = student.post(f"/submit-exam/{exam_id}").body
    hidden = student.get(f"/result/{exam_id}")
    admin.post(f"/admin/exams/{exam_id}/release-results")
    shown = student.get(f"/result/{exam_id}")

    assert submitted["redirect_url"] == f"/result-pending/{exam_id}"
    assert (hidden.status, hidden.body["result_pending"], hidden.body["available_at"]) == (403, True, None)
    assert shown.status == 200


def test_deleting_an_exam_takes_its_attempts_along(student: Client, admin: Client, exam: int) -> None:
    start(student, exam)
    student.post(f"/submit-exam/{exam}")
    start(student, exam)
    # Saving answers does not look up the exam, because processes cache its paper.
    body = {"answers": {ids_of(student, exam)[0]: "B"}}
    assert student.post(f"/api/sync-exam-answers/{exam}", body).status == 200

    assert admin.post(f"/admin/exams/delete/{exam}").body == {"success": True}

    for path in (f"/api/exams/{exam}", f"/result/{exam}", f"/exam/{exam}", f"/preload-exam/{exam}"):
        assert student.get(path).status == 404
    for path in (f"/start-exam/{exam}", f"/submit-exam/{exam}", f"/api/sync-exam-answers/{exam}"):
        assert student.post(path, body).status == 404
    assert exam not in {each["exam_id"] for each in student.get("/api/results").body["results"]}


@pytest.fixture
def strangers(anonymous: Client) -> list[Client]:
    return [anonymous.signed_in(*credentials) for credentials in STUDENTS]


def test_students_sit_side_by_side(strangers: list[Client], exam: int) -> None:
    def sit(each: tuple[Client, str]) -> float:
        student, answer = each
        start(student, exam)
        student.post(f"/api/sync-exam-answers/{exam}", {"answers": {ids_of(student, exam)[0]: answer}})
        student.post(f"/submit-exam/{exam}")
        score: float = student.get(f"/result/{exam}").body["result"]["score"]
        return score

    with ThreadPoolExecutor(max_workers=3) as pool:
        assert list(pool.map(sit, zip(strangers, "ABA", strict=True))) == [-1.0, 4.0, -1.0]
