"""§8 of the contract, question generation, over HTTP against the local stack."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import urllib3

from tests.contract.client import Client, is_error
from tests.factories.papers import mock_paper

pytestmark = pytest.mark.contract

BASE = "/admin/ai-command-centre"


def finished(admin: Client, status_url: str, *, seconds: float = 60) -> Any:
    """The job's last state, once it is done or failed."""
    deadline = time.monotonic() + seconds
    while True:
        answer = admin.get(status_url)
        assert answer.status == 200, answer
        if answer.body["status"] in {"done", "failed"}:
            return answer.body
        assert time.monotonic() < deadline, answer.body


def test_extract_answers_the_questions_of_a_pdf(admin: Client, new_exam: Callable[..., int]) -> None:
    exam_id = new_exam()

    answer = admin.upload(
        f"{BASE}/generate", "pdf_file", "paper.pdf", mock_paper(), mode="extract", exam_id=str(exam_id)
    )

    assert (answer.status, answer.body["success"], answer.body["count"]) == (200, True, 4)
    assert [question["correct_answer"] for question in answer.body["questions"]] == ["B", "A,C", "A", "12.5"]
    saved = admin.post(f"{BASE}/save", {"questions": answer.body["questions"]})
    assert (saved.status, saved.body) == (200, {"success": True, "count": 4})


def test_an_upload_is_mined_by_its_event(admin: Client, new_exam: Callable[..., int]) -> None:
    content = mock_paper()
    wanted = {"mode": "extract", "exam_id": new_exam(), "filename": "paper.pdf", "size": len(content)}
    place = admin.post(f"{BASE}/upload-url", wanted)
    assert place.status == 200, place
    fields = {**place.body["fields"], "file": ("paper.pdf", content, "application/pdf")}
    form, content_type = urllib3.encode_multipart_formdata(fields)

    posted = urllib3.request("POST", place.body["url"], body=form, headers={"content-type": content_type})

    assert posted.status in {200, 201, 204}, posted.data
    job = finished(admin, place.body["status_url"])
    assert (job["status"], job["percent"], len(job["questions"])) == ("done", 100, 4)


def test_an_invalid_pdf_is_400(admin: Client, new_exam: Callable[..., int]) -> None:
    answer = admin.upload(f"{BASE}/generate", "pdf_file", "paper.pdf", b"text", mode="extract", exam_id=str(new_exam()))

    assert answer.status == 400
    assert is_error(answer)
    assert answer.body["code"] == "not_a_pdf"


def test_inconsistent_questions_are_refused_with_reasons(admin: Client, new_exam: Callable[..., int]) -> None:
    answer = admin.post(f"{BASE}/save", {"questions": [{"exam_id": new_exam(), "question_text": "?"}]})

    assert answer.status == 400
    assert {error["field"].partition(".")[0] for error in answer.body["errors"]} == {"questions[0]"}


def test_new_questions_are_valid_and_of_the_types_asked_for(admin: Client, new_exam: Callable[..., int]) -> None:
    fields = {"mode": "pure", "topic": "Ratios", "exam_id": str(new_exam()), "mcq_count": "1", "numeric_count": "1"}
    form, content_type = urllib3.encode_multipart_formdata(fields)

    answer = admin.post(f"{BASE}/generate", form, headers={"content-type": content_type})

    assert answer.status == 200, answer
    assert sorted(question["question_type"] for question in answer.body["questions"]) == ["MCQ", "NUMERIC"]
    assert admin.post(f"{BASE}/save", {"questions": answer.body["questions"]}).body["count"] == 2
