"""The cost model counts what the code does: operations, bytes of answers, length of the log line."""

import io
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from auth.app import api as auth_api
from auth.app import lambda_handler as auth_handler
from exams.app import lambda_handler as exams_handler
from result_aggregator.app import lambda_handler as aggregator
from results.app import lambda_handler as results_handler
from smartexam.data import table
from smartexam.observability import logger
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, FakeContext, send
from tests.factories.exams import MCQ, MSQ, NUMERIC, create_exam, question_ids
from tests.factories.streams import stored_records, stream_event
from tests.factories.users import PASSWORD, access_token, create_user
from tools.cost import sitting
from tools.cost.sitting import Call

REQUEST_ID = 26  # by so many characters is Lambda's own longer than that of the tests
TRACE_ID = 60


class Meter:
    """Makes calls and notes what each used."""

    def __init__(self, log: io.StringIO) -> None:
        self._log = log
        self.operations: list[str] = []
        self.written = 0
        self.answer_bytes = 0
        self.log_bytes = 0

    def note(self, model: Any, params: Any, **_: Any) -> None:
        self.operations.append(model.name)
        if model.name == "TransactWriteItems":
            self.written += 2 * len(json.loads(params["body"])["TransactItems"])

    def measure(self, request: Callable[[], Answer]) -> Answer:
        self._log.seek(0)
        self._log.truncate()
        self.operations = []
        answer = request()
        self.answer_bytes = len(json.dumps(answer.body).encode())
        self.log_bytes = len(self._log.getvalue().encode())
        return answer


@pytest.fixture
def meter(engine_tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    log = io.StringIO()
    for handler in logger().handlers:
        assert isinstance(handler, logging.StreamHandler)
        monkeypatch.setattr(handler, "stream", log)
    meter = Meter(log)
    events = table.connection().client.meta.events
    events.register("before-call.dynamodb", meter.note)
    yield meter
    events.unregister("before-call.dynamodb", meter.note)


def test_a_sitting_uses_what_the_model_says(meter: Meter, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth_api, "clock", clock)
    for module in ("exams.app", "results.app"):
        monkeypatch.setattr(f"{module}.api.clock", clock)
    student, other = create_user(), access_token(create_user())
    token = access_token(student)
    exam_id = create_exam([MCQ] * 45 + [MSQ] * 15 + [NUMERIC] * 15).id
    # Another student's start has left the paper in this process, as it is for nearly all.
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
    counted = 0
    for expected, request in made:
        answer = meter.measure(request)
        assert answer.status in {200, 302}, answer
        assert tuple(meter.operations) == expected.operations, expected.route
        assert meter.answer_bytes <= expected.answer, expected.route
        assert meter.log_bytes + REQUEST_ID + TRACE_ID <= sitting.LOG_LINE, expected.route
        if expected in {sitting.START, sitting.SUBMIT}:
            # The stream tells of both; every item is small.
            meter.written = 0
            assert aggregator(stream_event(stored_records()), FakeContext()) == {"batchItemFailures": []}
            counted += meter.written
    assert counted <= sitting.COUNTING_WRITES
