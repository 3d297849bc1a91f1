"""Question generation while AWS fails: a job that the client was told of exists, with its file."""

from typing import Any

import pytest

from admin_ai.app import lambda_handler as ai
from question_generation import generation
from smartexam.catalog.exam import Exam
from smartexam.platform import storage
from tests.factories.events import Answer
from tests.faults.admin.office import Office
from tests.faults.consistency import Stored
from tests.faults.drill import Drill, Flow
from tests.faults.expected import ok

BUCKET = "uploads-faults"
# The function's remaining time when it turns the work into a job.
LEFT_SECONDS = 10


@pytest.fixture(autouse=True)
def _bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADS_BUCKET", BUCKET)
    storage._client.cache_clear()


def test_ask_where_to_upload(drill: Drill, office: Office, exam: Exam) -> None:
    body = {"mode": "extract", "exam_id": exam.id, "filename": "paper.pdf", "size": 1000}

    def audit(stored: Stored, answer: Answer) -> None:
        assert stored["ephemeral"][f"JOB#{answer.body['job_id']}", "JOB"]["status"] == "queued"

    drill.run(Flow(call=lambda: office.post(ai, "/admin/ai-command-centre/upload-url", body), done=ok, audit=audit))


def test_go_on_as_a_job(drill: Drill, office: Office, exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any) -> Any:
        raise generation.OutOfTime

    monkeypatch.setattr(generation, "run", run)
    files = {"pdf_file": ("paper.pdf", b"%PDF-1.7")}

    def audit(stored: Stored, answer: Answer) -> None:
        job_id = answer.body["job_id"]
        assert stored["ephemeral"][f"JOB#{job_id}", "JOB"]["status"] == "queued"
        # In chunks with a checksum, as the client sends it.
        assert b"%PDF-1.7" in drill.cloud.objects[f"{BUCKET}/uploads/{job_id}/source.pdf"]

    drill.run(
        Flow(
            call=lambda: office.upload(
                ai, "/admin/ai-command-centre/generate", files, mode="extract", exam_id=str(exam.id)
            ),
            done=lambda answer: answer.status == 202,
            audit=audit,
            seconds=LEFT_SECONDS,
        )
    )
