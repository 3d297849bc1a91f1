"""Background work while AWS fails: it is done in the end, and its order is never lost."""

from typing import Any

import pytest

from account_eraser.app import lambda_handler as account_eraser
from discussions.app import lambda_handler as discussions
from exams.app import lambda_handler as exams_app
from mailer import sender
from pdf_mining.app import MiningFailed
from pdf_mining.app import lambda_handler as mine
from question_generation import generation
from question_generation.drafts import Notice, Outcome
from smartexam.accounts.store import accounts, sessions
from smartexam.accounts.store.identity import UserItem
from smartexam.catalog.store import exam_changes
from smartexam.jobs.store import jobs
from smartexam.platform import storage
from smartexam.platform.dynamodb import erasing, table
from smartexam.platform.keys import user_key
from smartexam.talk.store import sockets, study
from smartexam.talk.store.study import Turn
from tests.factories.chat import Person, Wire
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import FakeContext, send, sqs_event
from tests.factories.exams import create_exam, question_ids
from tests.factories.results import sitting_item, store_result
from tests.factories.users import access_token, create_user
from tests.faults.background import settle, work
from tests.faults.consistency import Stored, of
from tests.faults.drill import Drill, Flow

BUCKET = "uploads-faults"
DONE: dict[str, list[Any]] = {"batchItemFailures": []}


def finished(answer: Any) -> bool:
    return bool(answer == DONE)


@pytest.mark.parametrize("occasion", ["sign_up", "reset"])
def test_mail(drill: Drill, occasion: str) -> None:
    user = create_user(email="mary@example.org")
    sender._client.cache_clear()

    def audit(stored: Stored, answer: Any) -> None:
        assert {mail["Destination"]["ToAddresses"][0] for mail in drill.cloud.mails} == {user.email}
        uses = [row["uses"] for row in of(stored["ephemeral"], user_key(user.id), "LIMIT#mail").values()]
        # Whether a mail was sent may be unknown; one that was not sent does not count.
        assert len(uses[0]) <= len(drill.cloud.mails) + drill.lasts

    drill.run(
        Flow(
            call=lambda: work("mail", {"occasion": occasion, "email": user.email}),
            done=finished,
            audit=audit,
            seconds=30,
        )
    )
    sender._client.cache_clear()


def test_erase_an_account(drill: Drill, clock: FrozenClock) -> None:
    """Of a user who left something in every table."""
    asha, ben = Person(clock, Wire(), "Asha"), Person(clock, Wire(), "Ben")
    dm = asha.befriend(ben)
    asha.say(dm, "Hello", client_id="c1")
    group = asha.ok("POST", "/group", {"name": "Physics", "member_ids": [ben.id]})["conv_id"]
    asha.say(group, "Anybody here?")
    exam = create_exam()
    store_result(asha.id, exam, 80)
    item = sitting_item(asha.id, exam, completed=1)
    item.attempts_started = 1
    table.batch_put([item])
    question_id = question_ids(exam.id)[0]
    token = access_token(asha.user, clock.now())
    send(discussions, "POST", f"/api/discussion/{question_id}", token=token, body={"message": "Why?"})
    study.remember(asha.id, Turn("What is a vector?", "An arrow.", MORNING))
    sessions.start_session(asha.user, MORNING)
    sockets.connect("laptop", asha.user.principal(), clock.now())
    accounts.erase(asha.id, clock.now())
    order = {"user_id": asha.id, "requested_at": clock.now()}

    def audit(stored: Stored, answer: Any) -> None:
        left = [(context, *key) for context, rows in stored.items() for key in rows if key[0] == user_key(asha.id)]
        assert not left
        assert not of(stored["messaging"], f"CONV#{dm}")
        assert ben.texts(group) == ["The account that wrote this message was deleted."]
        assert "Asha" not in str(stored["discussions"])
        assert not of(stored["ephemeral"], "SENT#")
        assert not of(stored["ephemeral"], "SOCKET")

    drill.run(
        Flow(
            whole="when asked again",
            call=lambda: work("account_eraser", order),
            done=finished,
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
            seconds=60,
        )
    )


def test_hand_over_an_erasure_without_enough_time(
    drill: Drill, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the work is sent to the queue at least once; twice does no harm."""
    user = create_user()
    for _ in range(3):
        sessions.start_session(user, MORNING)
    accounts.erase(user.id, MORNING)
    monkeypatch.setattr(erasing, "PIECE", 1)
    order = {"user_id": user.id, "requested_at": clock.now()}

    def call() -> Any:
        return account_eraser(sqs_event(order), FakeContext(remaining_ms=lambda: 0))

    def audit(stored: Stored, answer: Any) -> None:
        assert not of(stored["ephemeral"], user_key(user.id))

    drill.run(Flow(call=call, done=finished, settle=lambda: settle(drill.cloud, clock), audit=audit, seconds=60))


def test_an_order_for_an_account_that_stays(drill: Drill, clock: FrozenClock) -> None:
    user = create_user()
    erasure_order = {"user_id": user.id, "requested_at": clock.now()}

    def audit(stored: Stored, answer: Any) -> None:
        assert table.get(UserItem, user_key(user.id), "PROFILE") is not None
        assert not drill.cloud.messages

    drill.run(
        Flow(
            call=lambda: work("account_eraser", erasure_order),
            done=finished,
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
            seconds=60,
        )
    )


def test_erase_an_exam(drill: Drill, clock: FrozenClock) -> None:
    student = create_user()
    exam, token = create_exam(), access_token(student, clock.now())
    question_id = question_ids(exam.id)[0]
    send(discussions, "POST", f"/api/discussion/{question_id}", token=token, body={"message": "Why?"})
    send(exams_app, "POST", f"/start-exam/{exam.id}", token=token)
    send(exams_app, "POST", f"/submit-exam/{exam.id}", token=token)
    exam_changes.remove_exam(exam.id)

    def audit(stored: Stored, answer: Any) -> None:
        assert not stored["attempts"]
        assert not stored["discussions"]
        assert not [key for key in stored["catalog"] if not key[0].startswith("STATISTICS")]

    drill.run(
        Flow(
            whole="when asked again",
            call=lambda: work("exam_eraser", {"exam_id": exam.id}),
            done=finished,
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
            seconds=60,
        )
    )


def test_erase_a_conversation(drill: Drill, clock: FrozenClock) -> None:
    asha, ben = Person(clock, Wire(), "Asha"), Person(clock, Wire(), "Ben")
    asha.befriend(ben)
    group = asha.ok("POST", "/group", {"name": "Physics", "member_ids": [ben.id]})["conv_id"]
    asha.say(group, "Anybody here?")
    asha.ok("DELETE", f"/group/{group}")
    drill.cloud.take()

    def audit(stored: Stored, answer: Any) -> None:
        assert not of(stored["messaging"], f"CONV#{group}")

    drill.run(
        Flow(
            whole="when asked again",
            call=lambda: work("conversation_eraser", {"conversation_id": group}),
            done=finished,
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
            seconds=60,
        )
    )


def test_mine(drill: Drill, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    exam = create_exam([])
    request = {"mode": "extract", "exam_id": exam.id}
    jobs.create(1, "question_generation", request, created_by=1, now=clock.now())
    key = "uploads/1/source.pdf"
    drill.cloud.objects[f"{BUCKET}/{key}"] = b"%PDF-1.7"
    storage._client.cache_clear()

    def run(_: Any, source: bytes | None, __: Any, report: Any, **___: Any) -> Outcome:
        assert source == b"%PDF-1.7"
        report(50, "Half")
        return Outcome([], [Notice("empty", "nothing in it")])

    monkeypatch.setattr(generation, "run", run)
    event = {"Records": [{"s3": {"bucket": {"name": BUCKET}, "object": {"key": key}}}]}
    names = iter(range(1000))

    def call() -> Any:
        try:
            return mine(event, FakeContext(aws_request_id=f"request-{next(names)}", remaining_ms=lambda: 600_000))
        except MiningFailed:
            clock.advance(60)  # Lambda delivers the event again
            return {"failed": 1}

    def audit(stored: Stored, answer: Any) -> None:
        job = jobs.get(1, clock.now())
        assert job is not None
        assert job.status == "done"
        assert b"nothing in it" in jobs.result(job)

    drill.run(
        Flow(
            call=call,
            done=lambda answer: answer == {"done": 1, "failed": 0, "skipped": 0},
            # The result is stored, and its event arrives again.
            done_before=lambda answer: answer == {"done": 0, "failed": 0, "skipped": 1},
            audit=audit,
            seconds=600,
        )
    )
    storage._client.cache_clear()
