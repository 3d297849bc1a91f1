"""The cost model agrees with the code: operations, units, bytes of answers, length of the log line."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import boto3
import pytest

from auth.app import api as auth_api
from auth.app import lambda_handler as auth_handler
from bench.capacity import Usage, metered
from chat.app import api as chat_api
from chat.app import lambda_handler as chat_handler
from exams.app import lambda_handler as exams_handler
from result_aggregator.app import lambda_handler as aggregator
from results.app import lambda_handler as results_handler
from smartexam.platform.dynamodb import table
from smartexam.platform.observability import logger
from smartexam.talk.realtime import delivery
from tests.factories.chat import call_socket
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, FakeContext, send
from tests.factories.exams import MCQ, MSQ, NUMERIC, create_exam, question_ids
from tests.factories.streams import stored_records, stream_event
from tests.factories.users import PASSWORD, access_token, create_user
from tools.cost import sitting
from tools.cost.sitting import Call

REQUEST_ID = 26  # Lambda's request id is this much longer than the tests'
TRACE_ID = 60
T = TypeVar("T")


class Meter:
    """Makes calls and records what each used."""

    def __init__(self, log: io.StringIO, unmetered: Any) -> None:
        self._log = log
        self._unmetered = unmetered
        self.log_bytes = 0

    def measure(self, request: Callable[[], T]) -> tuple[T, Usage]:
        self._log.seek(0)
        self._log.truncate()
        with metered(table.connection().client, self._unmetered) as usage:
            answer = request()
        self.log_bytes = len(self._log.getvalue().encode())
        return answer, usage


@pytest.fixture
def meter(engine: str, engine_tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Meter]:
    log = io.StringIO()
    for handler in logger().handlers:
        assert isinstance(handler, logging.StreamHandler)
        monkeypatch.setattr(handler, "stream", log)
    unmetered = boto3.client("dynamodb", region_name="us-east-1", endpoint_url=engine)
    yield Meter(log, unmetered)
    unmetered.close()


def test_a_sitting_uses_what_the_model_says(meter: Meter, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth_api, "clock", clock)
    for module in ("exams.app", "results.app"):
        monkeypatch.setattr(f"{module}.api.clock", clock)
    student, other = create_user(), access_token(create_user())
    token = access_token(student)
    exam_id = create_exam([MCQ] * 45 + [MSQ] * 15 + [NUMERIC] * 15).id
    # Another student's start has cached the paper, as for nearly all students.
    for route in (f"/start-exam/{exam_id}", f"/submit-exam/{exam_id}"):
        send(exams_handler, "POST", route, token=other)

    def calls(handler: Any, method: str, path: str, body: Any = None) -> Callable[[], Answer]:
        return lambda: send(handler, method, path, token=token, body=body)

    answers = {str(question_ids(exam_id)[0]): "A"}
    credentials = {"username": student.username, "password": PASSWORD}
    sign_in = calls(auth_handler, "POST", "/api/auth/login", credentials)
    made: list[tuple[Call, Callable[[], Answer]]] = [
        (sitting.LOGIN, sign_in),
        (sitting.LIST, calls(exams_handler, "GET", "/api/exams")),
        (sitting.EXAM, calls(exams_handler, "GET", f"/api/exams/{exam_id}")),
        (sitting.START, calls(exams_handler, "POST", f"/start-exam/{exam_id}")),
        (sitting.PAPER, calls(exams_handler, "GET", f"/exam/{exam_id}")),
        (sitting.SYNC, calls(exams_handler, "POST", f"/api/sync-exam-answers/{exam_id}", {"answers": answers})),
        (sitting.SUBMIT, calls(exams_handler, "POST", f"/submit-exam/{exam_id}")),
        (sitting.RESULT, calls(results_handler, "GET", f"/result/{exam_id}")),
        (sitting.RESPONSE, calls(results_handler, "GET", f"/response/{exam_id}")),
    ]
    aggregator(stream_event(stored_records()), FakeContext())
    counted = 0.0
    for expected, request in made:
        answer, usage = meter.measure(request)
        assert answer.status in {200, 302}, answer
        assert tuple(usage.operations) == expected.operations, expected.route
        assert usage.writes == expected.writes, expected.route
        # The cost of a list depends on the number of exams.
        assert usage.reads <= expected.reads if expected is sitting.LIST else usage.reads == expected.reads
        assert len(json.dumps(answer.body).encode()) <= expected.answer, expected.route
        assert meter.log_bytes + REQUEST_ID + TRACE_ID <= sitting.LOG_LINE, expected.route
        if expected in {sitting.START, sitting.SUBMIT}:
            # The stream has both.
            event = stream_event(stored_records())
            done, usage = meter.measure(partial(aggregator, event, FakeContext()))
            assert done == {"batchItemFailures": []}
            counted += usage.writes
    assert counted <= sitting.COUNTING_WRITES


def test_a_connection_uses_what_the_model_says(
    meter: Meter, clock: FrozenClock, frozen_settings: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_api, "clock", clock)
    monkeypatch.setenv("SOCKETS_URL", "wss://sockets.example.test/test")
    monkeypatch.setattr(delivery, "_post_to", lambda *_: "sent")
    token = access_token(create_user())
    made: dict[str, str] = {}
    handshakes: list[tuple[Call, Callable[[], Any]]] = [
        (sitting.TICKET, lambda: send(chat_handler, "POST", "/api/chat/ws-ticket", token=token, body={})),
        (sitting.CONNECT, lambda: call_socket("$connect", "one", queryStringParameters={"ticket": made["ticket"]})),
        (sitting.HEARTBEAT, lambda: call_socket("heartbeat", "one", {"action": "heartbeat"})),
        (sitting.DISCONNECT, lambda: call_socket("$disconnect", "one")),
    ]
    # The process knows the revocations.
    assert send(chat_handler, "GET", "/api/chat/unread_count", token=token).status == 200
    for expected, request in handshakes:
        answer, usage = meter.measure(request)
        assert tuple(usage.operations) == expected.operations, expected.route
        assert (usage.writes, usage.reads) == (expected.writes, expected.reads), expected.route
        assert meter.log_bytes + REQUEST_ID + TRACE_ID <= sitting.LOG_LINE, expected.route
        if expected is sitting.TICKET:
            made["ticket"] = answer.body["url"].partition("ticket=")[2]
            assert len(json.dumps(answer.body).encode()) <= expected.answer
        else:
            assert answer == 200
