"""Each upload gives one result, whatever fails meanwhile."""

import threading
from pathlib import Path
from typing import Any

import pytest

from pdf_mining.app import MiningFailed, lambda_handler
from question_generation import generation
from smartexam.catalog.exam import Exam
from smartexam.jobs.store import jobs
from tests.factories.clock import FrozenClock
from tests.factories.events import FakeContext
from tests.factories.exams import create_exam
from tests.factories.papers import mock_paper, paper
from tests.functional.generation import BUCKET, Admin, Serve, admin, bucket, is_solver, mcq, serve, solved, written

__all__ = ["admin", "bucket", "serve"]

EVENTS = Path(__file__).parents[2] / "events"


def s3_event(*keys: str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventSource": "aws:s3",
                "eventName": "ObjectCreated:Post",
                "s3": {"bucket": {"name": BUCKET}, "object": {"key": key.replace("/", "%2F"), "size": 1}},
            }
            for key in keys
        ]
    }


def context(request_id: str = "one", seconds: float = 600) -> FakeContext:
    return FakeContext(aws_request_id=request_id, remaining_ms=lambda: int(seconds * 1000))


@pytest.fixture
def exam(tables: dict[str, str]) -> Exam:
    return create_exam([])


@pytest.fixture
def desk(admin: Admin, exam: Exam, bucket: Any, frozen_settings: FrozenClock) -> "Desk":
    return Desk(admin, exam, bucket)


class Desk:
    """An admin who uploads papers."""

    def __init__(self, admin: Admin, exam: Exam, bucket: Any) -> None:
        self.admin, self.exam, self.bucket = admin, exam, bucket

    def upload(self, content: bytes, **fields: Any) -> int:
        """The job of an upload."""
        wanted = {"mode": "extract", "exam_id": self.exam.id, "filename": "paper.pdf", "size": 1000, **fields}
        answer = self.admin.call("POST", "/upload-url", body=wanted)
        assert answer.status == 200, answer.body
        self.bucket.put_object(Bucket=BUCKET, Key=answer.body["fields"]["key"], Body=content)
        job_id: int = answer.body["job_id"]
        return job_id

    def key(self, job_id: int) -> str:
        return f"uploads/{job_id}/source.pdf"

    def job(self, job_id: int) -> Any:
        return self.admin.job(job_id).body


def test_an_upload_becomes_questions(desk: Desk) -> None:
    job_id = desk.upload(mock_paper())

    assert lambda_handler(s3_event(desk.key(job_id)), context()) == {"done": 1, "failed": 0, "skipped": 0}

    job = desk.job(job_id)
    assert (job["status"], job["percent"], job["message"]) == ("done", 100, "4 questions")
    assert [question["correct_answer"] for question in job["questions"]] == ["B", "A,C", "A", "12.5"]


def test_what_is_asked_for_survives_the_upload(desk: Desk) -> None:
    job_id = desk.upload(mock_paper(), mcq_count=1, msq_count=0, numeric_count=0, mcq_plus="1/3")

    lambda_handler(s3_event(desk.key(job_id)), context())

    (question,) = desk.job(job_id)["questions"]
    assert question["positive_marks"] == 0.33


@pytest.mark.parametrize(
    ("content", "code"), [(b"no pdf", "not_a_pdf"), (b"%PDF-1.7 broken", "pdf_broken"), (paper([]), "pdf_no_text")]
)
def test_a_file_that_cannot_be_read_fails_its_job(desk: Desk, content: bytes, code: str) -> None:
    job_id = desk.upload(content)

    assert lambda_handler(s3_event(desk.key(job_id)), context())["failed"] == 1

    job = desk.job(job_id)
    assert (job["status"], job["code"]) == ("failed", code)
    assert job["message"]


def test_the_same_event_twice_does_the_work_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = desk.upload(mock_paper())
    event = s3_event(desk.key(job_id))
    lambda_handler(event, context("one"))
    monkeypatch.setattr(generation, "run", lambda *_: pytest.fail("done already"))

    assert lambda_handler(event, context("two")) == {"done": 0, "failed": 0, "skipped": 1}
    assert len(desk.job(job_id)["questions"]) == 4


def test_two_uploads_in_one_event_have_a_result_each(desk: Desk) -> None:
    first, second = desk.upload(mock_paper()), desk.upload(mock_paper(), mcq_count=1, msq_count=0)

    assert lambda_handler(s3_event(desk.key(first), desk.key(second)), context())["done"] == 2
    assert [len(desk.job(job_id)["questions"]) for job_id in (first, second)] == [4, 2]


def test_two_events_at_once_do_the_work_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = desk.upload(mock_paper())
    real, inside, go_on = generation.run, threading.Event(), threading.Event()

    def waiting(*arguments: Any, **named: Any) -> Any:
        inside.set()
        assert go_on.wait(20)
        return real(*arguments, **named)

    monkeypatch.setattr(generation, "run", waiting)
    outcomes: list[Any] = []
    worker = threading.Thread(
        target=lambda: outcomes.append(lambda_handler(s3_event(desk.key(job_id)), context("one")))
    )
    worker.start()
    assert inside.wait(20)

    assert lambda_handler(s3_event(desk.key(job_id)), context("two"))["skipped"] == 1
    assert desk.job(job_id)["status"] == "running"
    go_on.set()
    worker.join()
    assert outcomes == [{"done": 1, "failed": 0, "skipped": 0}]


def test_a_crash_in_the_middle_is_taken_up_by_the_next_try(
    desk: Desk, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = desk.upload(mock_paper())
    event = s3_event(desk.key(job_id))
    # A dead process leaves its claim.
    assert jobs.claim(job_id, "gone", clock.now()) is not None

    assert lambda_handler(event, context("two"))["skipped"] == 1
    clock.advance(60)
    assert lambda_handler(event, context("three"))["done"] == 1
    # It was only slow; its writes no longer count.
    assert not jobs.finish(job_id, "gone", b"{}", message="late", now=clock.now())
    assert len(desk.job(job_id)["questions"]) == 4


def test_an_unexpected_failure_is_tried_three_times_and_then_reported(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = desk.upload(mock_paper())
    monkeypatch.setattr(generation, "run", lambda *_: 1 // 0)

    for number in range(3):
        assert desk.job(job_id)["status"] == "queued"
        with pytest.raises(MiningFailed):
            lambda_handler(s3_event(desk.key(job_id)), context(str(number)))

    job = desk.job(job_id)
    assert (job["status"], job["code"]) == ("failed", "internal_error")
    assert "ZeroDivision" not in str(job)


def test_a_job_that_was_given_up_is_failed(desk: Desk, clock: FrozenClock) -> None:
    job_id = desk.upload(mock_paper())
    assert jobs.claim(job_id, "gone", clock.now()) is not None
    clock.advance(3600)

    assert (desk.job(job_id)["status"], desk.job(job_id)["code"]) == ("failed", "interrupted")


def test_a_file_that_belongs_to_no_job_is_passed_over(desk: Desk) -> None:
    keys = ("uploads/999/source.pdf", "uploads/../secret", "elsewhere/1/source.pdf")

    assert lambda_handler(s3_event(*keys), context())["skipped"] == 3


def test_new_questions_are_made_from_the_topic_that_a_request_left(
    desk: Desk, serve: Serve, clock: FrozenClock
) -> None:
    serve(lambda r: solved("B") if is_solver(r) else written(mcq("What is 1 + 1?")))
    request = {"mode": "pure", "exam_id": desk.exam.id, "topic": "Sums", "mcq_count": 1}
    jobs.create(50, "question_generation", request, created_by=1, now=clock.now())

    assert lambda_handler(s3_event("uploads/50/source.json"), context())["done"] == 1
    assert [question["verified"] for question in desk.job(50)["questions"]] == [True]


def test_a_job_that_does_not_fit_the_time_fails_clearly(desk: Desk, serve: Serve, clock: FrozenClock) -> None:
    serve(lambda _: "{}")
    request = {"mode": "pure", "exam_id": desk.exam.id, "topic": "Sums", "mcq_count": 1}
    jobs.create(50, "question_generation", request, created_by=1, now=clock.now())

    assert lambda_handler(s3_event("uploads/50/source.json"), context(seconds=12))["failed"] == 1
    assert desk.job(50)["code"] == "out_of_time"
