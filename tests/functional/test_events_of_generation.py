"""The events of question generation in `events/`: each is answered with success."""

import json
from pathlib import Path
from typing import Any

import pytest

from admin_ai.app import lambda_handler as admin_ai
from pdf_mining.app import lambda_handler as pdf_mining
from smartexam.jobs.store import jobs
from smartexam.platform import ids
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import FakeContext, answer_of
from tests.factories.exams import create_exam
from tests.factories.papers import mock_paper
from tests.factories.users import access_token
from tests.functional.generation import BUCKET, Admin, admin, bucket, serve

__all__ = ["admin", "bucket", "serve"]

EVENTS = Path(__file__).parents[2] / "events"


@pytest.fixture
def job(admin: Admin, bucket: Any, frozen_settings: FrozenClock) -> int:
    """Job 1 for exam 1, whose file has arrived."""
    create_exam()
    assert ids.next_id("job") == 1
    jobs.create(1, "question_generation", {"mode": "extract", "exam_id": 1}, created_by=admin.user.id, now=MORNING)
    bucket.put_object(Bucket=BUCKET, Key="uploads/1/source.pdf", Body=mock_paper())
    return 1


@pytest.mark.parametrize("path", sorted((EVENTS / "admin_ai").glob("*.json")), ids=lambda path: path.name)
def test_requests_succeed(path: Path, admin: Admin, job: int) -> None:
    text = path.read_text(encoding="utf-8").replace("<access token>", access_token(admin.user))

    answer = answer_of(admin_ai(json.loads(text), FakeContext()))

    assert answer.status == 200, answer.body


def test_an_upload_is_mined(admin: Admin, job: int) -> None:
    event = json.loads((EVENTS / "pdf_mining" / "uploaded.json").read_text(encoding="utf-8"))

    assert pdf_mining(event, FakeContext(remaining_ms=lambda: 600_000)) == {"done": 1, "failed": 0, "skipped": 0}
    assert admin.job(job).body["status"] == "done"
