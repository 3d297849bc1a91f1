"""Two hundred simultaneous callers of a database that takes 15 ms a call and reports conflicts: no 503."""

import threading
from collections import Counter
from functools import partial

import pytest

from account import app as account
from exams import app as exams
from smartexam.accounts import sign_up
from smartexam.accounts.store import access_requests, identity
from smartexam.accounts.user import User
from smartexam.catalog.store import exams as exam_store
from smartexam.platform import ids
from tests.dynamodb.database import MemoryDatabase
from tests.dynamodb.rush import Rush
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import MCQ, create_exam, question_ids
from tests.factories.users import access_token, create_user

CALLERS = 200


@pytest.fixture
def rush(tables: dict[str, str], database: MemoryDatabase, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Rush:
    for app in (account, exams):
        monkeypatch.setattr(app.api, "clock", clock)
    return Rush(database)


@pytest.fixture(autouse=True)
def _processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every caller has its own process, with its own block of ids."""
    of_thread = threading.local()

    def allocator() -> ids.IdAllocator:
        if not hasattr(of_thread, "allocator"):
            of_thread.allocator = ids.IdAllocator()
        found: ids.IdAllocator = of_thread.allocator
        return found

    allocator.cache_clear = lambda: None  # type: ignore[attr-defined]
    monkeypatch.setattr(ids, "allocator", allocator)


def test_sign_ups(rush: Rush) -> None:
    def sign(number: int) -> User:
        email = f"student{number}@example.org"
        return sign_up.register(first_name="Asha", last_name=f"Rao{number}", email=email, now=MORNING)

    users = rush.run([partial(sign, number) for number in range(CALLERS)])

    assert len({user.id for user in users}) == CALLERS
    assert identity.statistics().user_role == CALLERS
    assert rush.rejected, "nobody met anybody: the test shows nothing"


def test_access_requests(rush: Rush) -> None:
    users = [create_user() for _ in range(CALLERS)]

    calls = [partial(access_requests.submit, user, "user,admin", "please", MORNING) for user in users]
    requests = rush.run(calls)

    assert len(set(requests)) == CALLERS
    assert access_requests.counts() == {"pending": CALLERS, "completed": 0, "denied": 0}


def test_first_starts_of_an_exam(rush: Rush) -> None:
    exam = create_exam([MCQ] * 5)
    tokens = [access_token(create_user()) for _ in range(CALLERS)]
    send(exams.lambda_handler, "GET", "/api/categories", token=tokens[0])  # reads the feed of revocations

    def start(token: str) -> Answer:
        return send(exams.lambda_handler, "POST", f"/start-exam/{exam.id}", token=token)

    answers = rush.run([partial(start, token) for token in tokens])

    assert Counter(answer.status for answer in answers) == {200: CALLERS}
    for replica in range(exam_store.REPLICAS):
        card = exam_store.get_exam(exam.id, reader=replica)
        assert card is not None
        assert card.compiled_version == card.content_version


def test_syncs_of_students(rush: Rush) -> None:
    exam = create_exam([MCQ] * 5)
    tokens = [access_token(create_user()) for _ in range(CALLERS)]
    question = str(question_ids(exam.id)[0])
    for token in tokens:
        send(exams.lambda_handler, "POST", f"/start-exam/{exam.id}", token=token)

    def finish(token: str) -> list[int]:
        body = {"answers": {question: "A"}, "partial": True}
        json = {"accept": "application/json"}
        return [
            send(exams.lambda_handler, "POST", f"/api/sync-exam-answers/{exam.id}", token=token, body=body).status,
            send(exams.lambda_handler, "POST", f"/submit-exam/{exam.id}", token=token, headers=json).status,
        ]

    statuses = rush.run([partial(finish, token) for token in tokens])

    assert statuses == [[200, 200]] * CALLERS
