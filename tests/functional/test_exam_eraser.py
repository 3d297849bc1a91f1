"""What a deleted exam left is deleted: the handler of `exam_eraser`."""

from typing import Any

import boto3
import msgspec
import pytest

from exam_eraser.app import lambda_handler
from exams import app as exams_app
from smartexam.catalog import erasing_queue
from smartexam.catalog.grants import Grants
from smartexam.catalog.store import exam_changes, exams, overrides
from smartexam.platform import queues
from smartexam.platform.errors import Unavailable
from tests.factories.clock import FrozenClock
from tests.factories.events import FakeContext, send, sqs_event
from tests.factories.exams import MCQ, add_questions, create_exam
from tests.factories.post import PostOffice
from tests.factories.tables import everything
from tests.factories.users import access_token, create_user

NO_FAILURES: dict[str, Any] = {"batchItemFailures": []}


@pytest.fixture(autouse=True)
def _world(
    tables: dict[str, str],
    post: PostOffice,
    frozen_settings: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exams_app.api, "clock", frozen_settings)


def sat_exam(students: int = 3, questions: int = 3) -> int:
    """An exam with results, histories and an attempt in progress of each student."""
    exam = create_exam([MCQ] * questions)
    for _ in range(students):
        token = access_token(create_user(role="user"))
        for path in ("start-exam", "submit-exam", "start-exam"):
            send(exams_app.lambda_handler, "POST", f"/{path}/{exam.id}", token=token)
    return exam.id


def left(dynamodb: Any, tables: dict[str, str]) -> int:
    stored = everything(dynamodb, tables)
    catalog = [item for item in stored["catalog"] if item["pk"]["S"] != "STATISTICS"]
    return len(catalog) + len(stored["attempts"])


def erase(exam_id: int, context: FakeContext | None = None) -> dict[str, Any]:
    return lambda_handler(sqs_event({"exam_id": exam_id}), context or FakeContext(remaining_ms=lambda: 60_000))


def test_everything_goes(dynamodb: Any, tables: dict[str, str], post: PostOffice) -> None:
    exam_id = sat_exam()
    exam_changes.remove_exam(exam_id)
    assert left(dynamodb, tables) > 15

    assert erase(exam_id) == NO_FAILURES

    assert left(dynamodb, tables) == 0
    assert list(post.taken("exam_eraser")) == []


def test_other_exams_stay(dynamodb: Any, tables: dict[str, str]) -> None:
    sat_exam()
    before = left(dynamodb, tables)
    doomed = sat_exam()
    exam_changes.remove_exam(doomed)

    erase(doomed)

    assert left(dynamodb, tables) == before


def test_an_exam_that_exists_is_left_alone(dynamodb: Any, tables: dict[str, str]) -> None:
    exam_id = sat_exam()
    before = left(dynamodb, tables)

    assert erase(exam_id) == NO_FAILURES

    assert left(dynamodb, tables) == before


def test_what_takes_too_long_is_carried_on_by_the_next_message(
    dynamodb: Any, tables: dict[str, str], post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    for slice_ in ("catalog", "sitting"):
        monkeypatch.setattr(f"smartexam.{slice_}.store.erasing._PIECE", 2)
    exam_id = sat_exam()
    exam_changes.remove_exam(exam_id)
    sizes = [left(dynamodb, tables)]
    messages = [erasing_queue.ExamErasureOrder(exam_id)]
    while messages:
        bodies = [msgspec.to_builtins(message) for message in messages]
        out_of_time = FakeContext(remaining_ms=lambda: 9_000)
        assert lambda_handler(sqs_event(*bodies), out_of_time) == NO_FAILURES
        sizes.append(left(dynamodb, tables))
        messages = [erasing_queue.ExamErasureOrder(**sent.body) for sent in post.taken("exam_eraser")]

    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) > 5
    assert sizes[-1] == 0


def test_repeated_messages_do_no_harm(dynamodb: Any, tables: dict[str, str]) -> None:
    exam_id = sat_exam()
    exam_changes.remove_exam(exam_id)

    assert [erase(exam_id), erase(exam_id), erase(10**9)] == [NO_FAILURES] * 3
    assert left(dynamodb, tables) == 0


def test_what_was_under_way_is_found_by_the_last_pass(dynamodb: Any, tables: dict[str, str]) -> None:
    exam_id = sat_exam()
    read_before = exams.get_exam(exam_id)
    assert read_before is not None
    exam_changes.remove_exam(exam_id)
    erase(exam_id)
    # A start that has read the card before its deletion.
    token = access_token(create_user(role="user"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overrides, "find", lambda *_: (read_before, Grants(), ()))
        patch.setattr("smartexam.catalog.store.papers.ready", lambda exam: exam)
        assert send(exams_app.lambda_handler, "POST", f"/start-exam/{exam_id}", token=token).status == 200
    assert left(dynamodb, tables) == 1

    erase(exam_id)

    assert left(dynamodb, tables) == 0


def test_a_message_that_fails_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: Any) -> None:
        raise Unavailable

    monkeypatch.setattr(exams, "get_exam", unreachable)

    assert erase(7) == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


@pytest.mark.parametrize("body", ["", "{", "[]", '{"exam_id": "7"}', '{"exam_id": null}', "{}"])
def test_a_message_that_says_nothing_ends_in_the_dead_letter_queue(body: str) -> None:
    failed = lambda_handler(sqs_event(body), FakeContext(remaining_ms=lambda: 60_000))

    assert failed == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


def test_abandoned_batches_go_too(dynamodb: Any, tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    exam = create_exam([])

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("smartexam.catalog.store.question_batches._complete", crash)
    monkeypatch.setattr("smartexam.catalog.store.question_batches._discard", lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        add_questions(exam.id, [MCQ] * 60)
    exam_changes.remove_exam(exam.id)
    assert left(dynamodb, tables) == 120

    erase(exam.id)

    assert left(dynamodb, tables) == 0


class TestQueue:
    def test_orders_arrive(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # Without the fixture that collects messages.
        monkeypatch.undo()
        sqs = boto3.client("sqs", region_name="us-east-1")
        url = sqs.create_queue(QueueName="exam-eraser")["QueueUrl"]

        queues.send(url, erasing_queue.ExamErasureOrder(7))

        (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
        assert message["Body"] == '{"exam_id":7}'

    def test_a_queue_that_is_gone_is_an_error_to_try_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.undo()
        with pytest.raises(Unavailable):
            queues.send("https://sqs.us-east-1.amazonaws.com/123456789012/none", erasing_queue.ExamErasureOrder(7))
