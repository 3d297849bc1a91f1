"""Many questions to the study assistant at once, on an engine whose writes are atomic."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from typing import Any

import pytest

from smartexam.platform.settings import settings
from smartexam.platform.times import local_date
from smartexam.talk.store import study
from study import app
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.model_server import ModelServer, Reply, Script, replies, serving
from tests.factories.users import access_token, create_user

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("engine_tables")]

TODAY = local_date(MORNING, "Asia/Kolkata")


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Script], ModelServer]]:
    monkeypatch.setattr(app.api, "clock", FrozenClock())
    with ExitStack() as stack:

        def start(script: Script) -> ModelServer:
            server = ModelServer(script)
            monkeypatch.setenv("GROQ_BASE_URL", stack.enter_context(serving(server)))
            monkeypatch.setenv("GROQ_API_KEY", "a-key-of-the-tests")
            settings.cache_clear()
            return server

        yield start


def ask_at_once(token: str, times: int) -> list[Answer]:
    barrier = Barrier(times)

    def one(number: int) -> Answer:
        barrier.wait()
        return send(app.lambda_handler, "POST", "/api/study-chat", token=token, body={"message": f"question {number}"})

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_of_a_hundred_at_forty_nine_of_fifty_one_is_answered(serve: Callable[[Script], ModelServer]) -> None:
    server = serve(replies("[FINAL ANSWER]\n42"))
    user = create_user()
    for number in range(49):
        study.reserve_question(user.id, TODAY, MORNING, f"question-{number}", limit=50)

    answers = ask_at_once(access_token(user), 100)

    assert Counter(answer.status for answer in answers) == {200: 1, 429: 99}
    assert [answer.body["questions_remaining"] for answer in answers if answer.status == 200] == [0]
    assert all(answer.body["limit_reached"] is True for answer in answers if answer.status == 429)
    assert len(server.requests) == 1
    assert len(study.latest_turns(user.id, MORNING, limit=10)) == 1
    assert study.questions_used(user.id, TODAY) == 50


def test_questions_that_fail_are_all_given_back(serve: Callable[[Script], ModelServer]) -> None:
    serve(replies(Reply(status=401)))
    user = create_user()

    answers = ask_at_once(access_token(user), 30)

    assert {answer.status for answer in answers} == {503}
    assert study.questions_used(user.id, TODAY) == 0
    assert study.latest_turns(user.id, MORNING, limit=10) == []


def test_every_answer_is_kept_and_counted(serve: Callable[[Script], ModelServer]) -> None:
    def every_other_fails(request: Mapping[str, Any]) -> Reply | str:
        number = int(request["messages"][-1]["content"].removeprefix("question "))
        return Reply(status=401) if number % 2 else "[FINAL ANSWER]\n42"

    serve(every_other_fails)
    user = create_user()

    answers = ask_at_once(access_token(user), 20)

    assert Counter(answer.status for answer in answers) == {200: 10, 503: 10}
    assert study.questions_used(user.id, TODAY) == 10
    assert len(study.latest_turns(user.id, MORNING, limit=50)) == 10
