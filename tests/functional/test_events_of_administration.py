"""The events of the administration in `events/`: each is answered with success.

They need no more than the deployed functions' rights.
"""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import boto3
import pytest

from exams.app import lambda_handler as exams
from smartexam.accounts.store import access_requests, batches
from smartexam.accounts.store.batches import Batch
from smartexam.catalog.store import categories
from smartexam.catalog.store.categories import Category
from smartexam.jobs.store import jobs
from smartexam.platform import audit, ids, storage
from smartexam.platform.audit import Change
from smartexam.platform.settings import settings
from smartexam.results.store import tallies
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import FakeContext, answer_of, send
from tests.factories.exams import create_exam
from tests.factories.post import PostOffice
from tests.factories.streams import stored_records, stream_event
from tests.factories.users import access_token, create_user

EVENTS = Path(__file__).parents[2] / "events"
ADMINISTRATION = (
    "admin_analytics",
    "admin_attempts",
    "admin_audit",
    "admin_categories",
    "admin_images",
    "admin_requests",
    "admin_students",
    "admin_users",
    "jobs",
)
STUDENT = ("result_pdf/download.json", "results/analytics.json")


def _named(*functions: str) -> list[str]:
    return sorted(str(path.relative_to(EVENTS)) for name in functions for path in (EVENTS / name).glob("*.json"))


def _logical_id(name: str) -> str:
    return "".join(word.capitalize() for word in name.partition("/")[0].split("_")) + "Function"


def _handler(name: str) -> Any:
    return import_module(f"{name.partition('/')[0]}.app").lambda_handler


@pytest.fixture
def tokens(
    tables: dict[str, str], post: PostOffice, frozen_settings: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The tokens of an admin and of a student with a result of exam 2, a wish for another role, and a category."""
    for name in ("STATISTICS_QUEUE_URL", "IMAGES_BASE_URL"):
        monkeypatch.setenv(name, "https://example.test/statistics")
    monkeypatch.setenv("IMAGES_BUCKET", "images-of-events")
    monkeypatch.setenv("UPLOADS_BUCKET", "images-of-events")
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="images-of-events")
    storage._client.cache_clear()
    settings.cache_clear()
    admin, student = create_user(role="admin"), create_user(role="user", username="asha")
    create_exam()
    create_exam()
    token = access_token(student)
    for path in ("/start-exam/1", "/submit-exam/1", "/start-exam/2", "/submit-exam/2"):
        assert send(exams, "POST", path, token=token).status in {200, 302}
    _handler("result_aggregator/stream.json")(stream_event(stored_records()), FakeContext())
    access_requests.submit(student, "admin", "I teach", MORNING)
    categories.create_category(Category(5, "Biology", None))
    made = audit.entry(Change(admin.id, "batch.create", "batch:1", None, None), MORNING)
    batches.create(Batch(ids.next_id("batch"), "Evening", 0, MORNING), made)
    jobs.create(1, "students_export", {"batch_id": 1}, created_by=admin.id, now=MORNING, is_queued=True)
    return {"admin": access_token(admin), "student": token}


@pytest.mark.parametrize("name", [*_named(*ADMINISTRATION), *STUDENT])
def test_requests_succeed(name: str, tokens: dict[str, str], tables: dict[str, str]) -> None:
    caller = "student" if name in STUDENT else "admin"
    text = (EVENTS / name).read_text(encoding="utf-8").replace("<access token>", tokens[caller])

    answer = answer_of(_handler(name)(json.loads(text), FakeContext()))

    assert answer.status == (202 if name == "admin_analytics/rebuild.json" else 200), answer.body


def test_a_job_is_worked_on_within_its_rights(tokens: dict[str, str], tables: dict[str, str]) -> None:
    event = json.loads((EVENTS / "job_worker/job.json").read_text(encoding="utf-8"))

    context = FakeContext(remaining_ms=lambda: 60_000)
    assert _handler("job_worker/job.json")(event, context) == {"batchItemFailures": []}

    job = jobs.get(1, MORNING)
    assert job is not None
    assert job.status == jobs.DONE


def test_the_stream_is_counted_within_its_rights(tokens: dict[str, str], tables: dict[str, str]) -> None:
    event = json.loads((EVENTS / "result_aggregator/stream.json").read_text(encoding="utf-8"))

    assert _handler("result_aggregator/stream.json")(event, FakeContext()) == {"batchItemFailures": []}


def test_everything_is_rebuilt_within_its_rights(tokens: dict[str, str], tables: dict[str, str]) -> None:
    event = json.loads((EVENTS / "statistics_rebuilder/begin.json").read_text(encoding="utf-8"))
    tallies.begin_generation()

    context = FakeContext(remaining_ms=lambda: 60_000)
    assert _handler("statistics_rebuilder/begin.json")(event, context) == {"batchItemFailures": []}

    assert tallies.generations().current == 2
