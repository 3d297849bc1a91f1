"""WebSocket connections while AWS fails: open ones are reached, ended ones are forgotten."""

import itertools
from typing import Any

import pytest

from smartexam.talk.store import sockets
from tests.factories.chat import Person, call_socket
from tests.factories.clock import FrozenClock
from tests.factories.cloud import Cloud
from tests.factories.events import Answer
from tests.factories.exams import MCQ, create_exam, question_ids
from tests.factories.users import access_token
from tests.faults.consistency import Stored
from tests.faults.drill import Drill, Flow
from tests.faults.expected import nothing, ok


def frame(cloud: Cloud, connection_id: str, action: str, **fields: Any) -> Answer:
    """Send a frame, and return its answer; without one, a client sends it again."""
    cloud.frames.pop(connection_id, None)
    status = call_socket(action, connection_id, {"action": action, **fields})
    if status == 200 and not cloud.frames.get(connection_id):
        return Answer(503, {"status": "error", "success": False, "message": "silence"}, {"retry-after": "5"}, (), {})
    return frames_answer(cloud, connection_id, status)


def frames_answer(cloud: Cloud, connection_id: str, status: int) -> Answer:
    """The last message to a connection as an answer."""
    came = cloud.frames.get(connection_id)
    if not came:
        return Answer(status, {}, {}, (), {})
    event, data = came[-1]["event"], came[-1]["data"]
    if event == "error":
        wait = {"retry-after": str(data.get("retry_after", ""))}
        return Answer(status, {"status": "error", "success": False, **data}, wait, (), {})
    return Answer(status, {"success": True, "event": event, **data}, {}, (), {})


def test_send_through_a_connection(drill: Drill, asha: Person, ben: Person, dm: int) -> None:
    laptop = asha.connect("laptop")
    ben.connect("phone")

    def audit(stored: Stored, answer: Answer) -> None:
        assert stored["messaging"][f"CONV#{dm}", "META"]["message_count"] == 2
        assert answer.body["message"]["id"] == ben.ok("GET", f"/messages/{dm}")["messages"][-1]["id"]

    drill.run(
        Flow(
            call=lambda: frame(drill.cloud, laptop, "sendMessage", conv_id=dm, message="Hi", client_id="c3"),
            done=lambda answer: answer.status == 200 and answer.body.get("event") == "message_sent",
            audit=audit,
        )
    )


@pytest.mark.parametrize("action", ["heartbeat", "typing", "markRead"])
def test_speak_through_a_connection(drill: Drill, asha: Person, ben: Person, dm: int, action: str) -> None:
    phone = ben.connect("phone")

    def call() -> Answer:
        status = call_socket(action, phone, {"action": action, "conv_id": dm})
        # These need no answer; failures are repaired later or do not matter.
        return Answer(status, {"success": status == 200}, {}, (), {})

    def done(answer: Answer) -> bool:
        return answer.status in {200, 503}

    def audit(stored: Stored, answer: Answer) -> None:
        assert call_socket(action, phone, {"action": action, "conv_id": dm}) == 200
        if action == "markRead":
            assert ben.unread(dm) == 0
        assert asha.ok("GET", "/online_status", query={"ids": ben.id})["status"] == {str(ben.id): True}

    drill.run(Flow(call=call, done=done, audit=audit))


@pytest.mark.parametrize("by_ticket", [False, True])
def test_connect(drill: Drill, asha: Person, ben: Person, dm: int, by_ticket: bool) -> None:
    ben.connect("phone")
    if by_ticket:
        fields: dict[str, Any] = {
            "headers": {},
            "queryStringParameters": {"ticket": sockets.issue_ticket(asha.user.principal(), asha.clock.now())},
        }
    else:
        fields = {"headers": {"authorization": f"Bearer {access_token(asha.user, asha.clock.now())}"}}

    names = map("laptop{}".format, itertools.count(1))

    def call() -> Answer:
        name = next(names)  # each attempt is another connection for the gateway
        status = call_socket("$connect", name, **fields)
        shape = {"status": "error", "success": False, "message": name} if status == 503 else {"message": name}
        return Answer(status, shape, {"retry-after": "1"} if status == 503 else {}, (), {})

    def audit(stored: Stored, answer: Answer) -> None:
        if answer.status == 200:
            assert asha.frame(answer.body["message"], "heartbeat") == 200
            assert asha.ok("GET", "/online_status", query={"ids": asha.id})["status"] == {str(asha.id): True}

    drill.run(
        Flow(
            call=call,
            done=lambda answer: answer.status == 200,
            # A ticket is valid for one attempt; a client that repeats it gets a new one.
            done_before=lambda answer: by_ticket and answer.status == 401,
            audit=audit,
        )
    )


def test_issue_a_ticket(drill: Drill, asha: Person) -> None:
    drill.run(Flow(call=lambda: asha.call("POST", "/ws-ticket"), done=ok, audit=nothing))


@pytest.mark.parametrize("action", ["joinDiscussion", "leaveDiscussion"])
def test_follow_a_discussion(drill: Drill, asha: Person, action: str) -> None:
    (question_id,) = question_ids(create_exam([MCQ]).id)
    laptop = asha.connect("laptop")
    if action == "leaveDiscussion":
        asha.frame(laptop, "joinDiscussion", question_id=question_id)

    def audit(stored: Stored, answer: Answer) -> None:
        followers = sockets.followers(question_id, asha.clock.now())
        assert len(followers) == (action == "joinDiscussion")

    def call() -> Answer:
        drill.cloud.frames.clear()
        status = call_socket(action, laptop, {"action": action, "question_id": question_id})
        return frames_answer(drill.cloud, laptop, status)

    drill.run(Flow(call=call, done=lambda answer: answer.status == 200, audit=audit))


def test_disconnect(drill: Drill, asha: Person, ben: Person, dm: int, clock: FrozenClock) -> None:
    """The gateway reports the end of a connection once. If it could not be stored, a later post stores it."""
    ben.connect("phone")
    asha.connect("laptop")
    (question_id,) = question_ids(create_exam([MCQ]).id)
    asha.frame("laptop", "joinDiscussion", question_id=question_id)

    def call() -> Answer:
        status = call_socket("$disconnect", "laptop")
        drill.cloud.gone.add("laptop")
        return Answer(status, {}, {}, (), {})

    def settle_down() -> None:
        clock.advance(120)
        ben.say(dm, "Are you there?")

    def audit(stored: Stored, answer: Answer) -> None:
        assert asha.id not in sockets.of_users([asha.id])

    drill.run(Flow(call=call, done=lambda answer: answer.status in {200, 503}, settle=settle_down, audit=audit))
