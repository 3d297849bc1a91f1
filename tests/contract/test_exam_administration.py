"""Exams and questions as admins keep them, over HTTP."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from local.stack import LocalStack
from tests.contract.client import Answer, Client
from tests.factories.forms import multipart

pytestmark = pytest.mark.contract

HEADER = (
    "exam_id,question_text,option_a,option_b,option_c,option_d,correct_answer,question_type,image_path,"
    "positive_marks,negative_marks,tolerance\r\n"
)


@pytest.fixture
def exam(new_exam: Callable[..., int]) -> int:
    return new_exam()


def upload(admin: Client, content: str, query: str = "") -> Answer:
    form = multipart({}, {"csv_file": ("questions.csv", content.encode())})
    return admin.post(f"/admin/questions/import-csv{query}", form["body"], headers=form["headers"])


def questions(admin: Client, exam: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = admin.get("/admin/questions", query={"exam_id": exam}).body["questions"]
    return found


def test_an_exam_is_created_from_a_form_and_edited(admin: Client) -> None:
    form = "name=Algebra&date=2026-02-01&start_time=09%3A30&duration=45&max_attempts=&negative_marks=1%2F3"
    headers = {"content-type": "application/x-www-form-urlencoded"}

    created = admin.post("/admin/exams", form, headers=headers).body
    edited = admin.post(f"/admin/exams/edit/{created['exam_id']}", {"status": "ongoing", "max_attempts": 2}).body

    assert created["exam"]["negative_marks"] == "1/3"
    assert edited["exam"] == {**created["exam"], "status": "ongoing", "max_attempts": 2}
    assert edited["exam"] in admin.get("/admin/exams", query={"status": "ongoing"}).body["exams"]


def test_faults_are_listed_by_field(admin: Client) -> None:
    answer = admin.post("/admin/exams", {"name": "", "date": "2026-02-30", "start_time": "25:00", "duration": 0})

    assert answer.status == 400
    assert {error["field"] for error in answer.body["errors"]} == {"name", "date", "start_time", "duration"}


def test_questions_are_edited_and_deleted(admin: Client, exam: int) -> None:
    first, second, third = (question["id"] for question in questions(admin, exam))

    assert admin.post(f"/admin/questions/edit-ajax/{first}", {"positive_marks": 7}).status == 200
    assert admin.post(f"/admin/questions/delete/{second}").body == {"success": True}
    changes = {"exam_id": exam, "question_type": "NUMERIC", "tolerance": "0.5"}
    assert admin.post("/admin/questions/bulk-update", changes).body == {"success": True, "updated": 1}
    assert admin.get(f"/admin/questions/get/{first}").body["question"]["positive_marks"] == 7
    assert admin.get(f"/admin/questions/get/{third}").body["question"]["tolerance"] == 0.5
    ids = {"ids": [first, second, third]}
    assert admin.post("/admin/questions/delete-multiple", ids).body == {"success": True, "deleted": 2}


def test_what_is_exported_imports_again_unchanged(admin: Client, exam: int) -> None:
    text = f'{exam},"सदिश, ""राशि""\nकौन है?",द्रव्यमान,वेग,,,"A,B",MSQ,,1/3,0.25,\r\n'
    assert upload(admin, HEADER + text).body["inserted"] == 1

    exported = admin.get(f"/admin/questions/export-csv/{exam}")
    assert exported.headers["content-type"].startswith("text/csv")
    assert exported.headers["content-disposition"] == f'attachment; filename="exam-{exam}-questions.csv"'
    assert upload(admin, exported.body).body["inserted"] == 4

    rows = exported.body.removeprefix(HEADER)
    assert admin.get(f"/admin/questions/export-csv/{exam}").body == HEADER + rows + rows


def test_five_thousand_questions_import_within_the_gateways_time(admin: Client, exam: int) -> None:
    rows = [f"{exam},Question {number} of many,one,two,three,four,B,MCQ,,,,\r\n" for number in range(5_000)]

    began = time.monotonic()
    answer = upload(admin, HEADER + "".join(rows), "?atomic=1")

    assert answer.body == {"success": True, "inserted": 5_000, "skipped": 0, "errors": []}
    assert time.monotonic() - began < 10
    refused = upload(admin, HEADER + rows[0] + f"{exam},,a,b,,,A,MCQ,,,,\r\n", "?atomic=1")
    assert (refused.status, refused.body["inserted"]) == (400, 0)
    assert refused.body["errors"] == ["Row 3: question_text: must not be empty"]


def test_what_is_too_much_for_the_request_is_erased_through_the_queue(
    admin: Client, exam: int, stack: LocalStack
) -> None:
    rows = [f"{exam},Question {number} of many,one,two,three,four,B,MCQ,,,,\r\n" for number in range(5_000)]
    assert upload(admin, HEADER + "".join(rows)).body["inserted"] == 5_000

    assert admin.post(f"/admin/exams/delete/{exam}").body == {"success": True}

    assert admin.get("/admin/questions", query={"exam_id": exam}).status == 404
    database, table = stack.client("dynamodb"), stack.environment["CATALOG_TABLE"]

    def left() -> int:
        page = database.query(
            TableName=table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"EXAM#{exam}"}},
            Select="COUNT",
        )
        count: int = page["Count"]
        return count

    deadline = time.monotonic() + 30
    while left():
        assert time.monotonic() < deadline
