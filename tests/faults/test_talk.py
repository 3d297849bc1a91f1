"""Talking to each other while AWS fails: a message is there once or not at all, and nobody is half a friend."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from smartexam.data import sockets
from smartexam.data.identity import user_key
from tests.factories.chat import Person, Wire, call_socket
from tests.factories.clock import FrozenClock
from tests.factories.cloud import Cloud
from tests.factories.events import Answer
from tests.factories.exams import MCQ, create_exam, question_ids
from tests.factories.users import access_token
from tests.faults.background import settle
from tests.faults.consistency import Stored, of
from tests.faults.drill import Drill, Flow


@pytest.fixture
def asha(drill: Drill, clock: FrozenClock) -> Person:
    return Person(clock, Wire(), "Asha")


@pytest.fixture
def ben(drill: Drill, clock: FrozenClock) -> Person:
    return Person(clock, Wire(), "Ben")


@pytest.fixture
def dm(asha: Person, ben: Person, clock: FrozenClock) -> int:
    conversation_id = asha.befriend(ben)
    asha.say(conversation_id, "Hello")
    clock.advance(10)
    return conversation_id


@pytest.fixture
def group(asha: Person, ben: Person, dm: int) -> int:
    made: int = asha.ok("POST", "/group", {"name": "Physics", "member_ids": [ben.id]})["conv_id"]
    return made


def ok(answer: Answer) -> bool:
    return answer.status == 200 and answer.body["success"] is True


def code(*codes: str) -> Callable[[Answer], bool]:
    return lambda answer: answer.body.get("code") in codes


def nothing(stored: Stored, answer: Answer) -> None:
    """Nothing to look for but what is looked for always."""


def frame(cloud: Cloud, connection_id: str, action: str, **fields: Any) -> Answer:
    """Send a frame that is answered, and take what comes for the answer; if nothing does, a client asks again."""
    cloud.frames.pop(connection_id, None)
    status = call_socket(action, connection_id, {"action": action, **fields})
    if status == 200 and not cloud.frames.get(connection_id):
        return Answer(503, {"status": "error", "success": False, "message": "silence"}, {"retry-after": "5"}, (), {})
    return frames_answer(cloud, connection_id, status)


def frames_answer(cloud: Cloud, connection_id: str, status: int) -> Answer:
    """What came through a connection last, as an answer."""
    came = cloud.frames.get(connection_id)
    if not came:
        return Answer(status, {}, {}, (), {})
    event, data = came[-1]["event"], came[-1]["data"]
    if event == "error":
        wait = {"retry-after": str(data.get("retry_after", ""))}
        return Answer(status, {"status": "error", "success": False, **data}, wait, (), {})
    return Answer(status, {"success": True, "event": event, **data}, {}, (), {})


def test_ask(drill: Drill, asha: Person, ben: Person) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        assert len(ben.ok("GET", "/requests/inbox")["requests"]) == 1

    drill.run(
        Flow(
            call=lambda: asha.call("POST", "/request", {"recipient_id": ben.id}),
            done=ok,
            done_before=code("already_requested"),
            audit=audit,
        )
    )


def test_ask_who_has_asked(drill: Drill, asha: Person, ben: Person) -> None:
    ben.ok("POST", "/request", {"recipient_id": asha.id})

    def audit(stored: Stored, answer: Answer) -> None:
        assert len(of(stored["messaging"], "CONV#", "META")) == 1

    drill.run(
        Flow(
            call=lambda: asha.call("POST", "/request", {"recipient_id": ben.id}),
            done=ok,
            done_before=code("already_connected"),
            audit=audit,
        )
    )


@pytest.mark.parametrize("action", ["accept", "reject"])
def test_answer_a_request(drill: Drill, asha: Person, ben: Person, action: str) -> None:
    asha.ok("POST", "/request", {"recipient_id": ben.id})
    asha.connect("phone")
    (request,) = ben.ok("GET", "/requests/inbox")["requests"]

    def audit(stored: Stored, answer: Answer) -> None:
        heads = of(stored["messaging"], "CONV#", "META")
        assert [pk for pk, _ in heads] == ([f"CONV#{answer.body['conv_id']}"] if action == "accept" else [])

    drill.run(
        Flow(call=lambda: ben.call("PUT", f"/request/{request['conn_id']}", {"action": action}), done=ok, audit=audit)
    )


@pytest.mark.parametrize("is_group", [False, True])
def test_send(drill: Drill, asha: Person, ben: Person, dm: int, group: int, is_group: bool) -> None:
    phone, laptop = ben.connect("phone"), asha.connect("laptop")
    conversation_id = group if is_group else dm
    before = asha.ok("GET", f"/messages/{conversation_id}")["messages"]
    body = {"message": "Hi there", "client_id": "c1"}

    def audit(stored: Stored, answer: Answer) -> None:
        messages = ben.ok("GET", f"/messages/{conversation_id}")["messages"]
        assert [each["id"] for each in messages[len(before) :]] == [answer.body["message"]["id"]]
        assert stored["messaging"][f"CONV#{conversation_id}", "META"]["message_count"] == len(before) + 1
        # Stored once, told at most once.
        for connection_id in (phone, laptop):
            told = [each for each in drill.cloud.frames.get(connection_id, ()) if each["event"] == "chat_message"]
            assert len(told) <= 1

    drill.run(Flow(call=lambda: asha.call("POST", f"/messages/{conversation_id}", body), done=ok, audit=audit))


def test_reply(drill: Drill, asha: Person, dm: int) -> None:
    (first,) = asha.ok("GET", f"/messages/{dm}")["messages"]
    body = {"message": "Indeed", "client_id": "c2", "reply_to_id": first["id"]}

    def done(answer: Answer) -> bool:
        return ok(answer) and answer.body["message"]["reply_to_text"] == "Hello"

    def audit(stored: Stored, answer: Answer) -> None:
        assert stored["messaging"][f"CONV#{dm}", "META"]["message_count"] == 2

    drill.run(Flow(call=lambda: asha.call("POST", f"/messages/{dm}", body), done=done, audit=audit))


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
        # These need no answer; what fails comes again by itself, or is of no importance later.
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
        name = next(names)  # to the gateway each attempt is another connection
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
            # A ticket is good for one attempt; who comes with it again gets another.
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
    """The gateway says once that a connection is over. What could not be noted then is noted by whoever posts to it."""
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


def test_edit(drill: Drill, asha: Person, dm: int) -> None:
    (first,) = asha.ok("GET", f"/messages/{dm}")["messages"]

    def audit(stored: Stored, answer: Answer) -> None:
        assert asha.texts(dm) == ["Hullo"]

    drill.run(
        Flow(call=lambda: asha.call("PUT", f"/messages/{first['id']}/edit", {"message": "Hullo"}), done=ok, audit=audit)
    )


def test_delete_a_message(drill: Drill, asha: Person, ben: Person, dm: int) -> None:
    (first,) = asha.ok("GET", f"/messages/{dm}")["messages"]

    def audit(stored: Stored, answer: Answer) -> None:
        assert asha.texts(dm) == []
        assert ben.unread(dm) == 0

    drill.run(Flow(call=lambda: asha.call("DELETE", f"/messages/{first['id']}"), done=ok, audit=audit))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/messages/{}"),
        ("POST", "/conversations/{}/read"),
        ("DELETE", "/conversations/{}/clear"),
        ("GET", "/conversations"),
        ("GET", "/unread_count"),
        ("GET", "/search?q=ben"),
        ("GET", "/requests/inbox"),
    ],
)
def test_read(drill: Drill, ben: Person, dm: int, method: str, path: str) -> None:
    where, _, query = path.format(dm).partition("?")

    def audit(stored: Stored, answer: Answer) -> None:
        expected = 0 if "{}" in path else 1
        assert ben.ok("GET", "/unread_count")["unread"] == expected

    drill.run(Flow(call=lambda: ben.call(method, where, query=query), done=ok, audit=audit))


def test_create_a_group(drill: Drill, asha: Person, ben: Person, dm: int) -> None:
    body = {"name": "Physics", "member_ids": [ben.id]}

    def audit(stored: Stored, answer: Answer) -> None:
        # Without a name of its own a request that is made twice makes two; each is whole.
        assert len(of(stored["messaging"], "CONV#", "ROSTER")) in {1, 2}

    drill.run(Flow(call=lambda: asha.call("POST", "/group", body), done=ok, audit=audit))


def test_add_a_member(drill: Drill, asha: Person, group: int, clock: FrozenClock) -> None:
    chen = Person(clock, Wire(), "Chen")
    asha.befriend(chen)

    def audit(stored: Stored, answer: Answer) -> None:
        assert str(chen.id) in stored["messaging"][f"CONV#{group}", "ROSTER"]["members"]

    drill.run(
        Flow(
            call=lambda: asha.call("POST", f"/group/{group}/members", {"user_id": chen.id}),
            done=ok,
            done_before=code("already_a_member"),
            audit=audit,
        )
    )


def test_remove_a_member(drill: Drill, asha: Person, ben: Person, group: int) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        assert str(ben.id) not in stored["messaging"][f"CONV#{group}", "ROSTER"]["members"]

    drill.run(
        Flow(
            call=lambda: asha.call("DELETE", f"/group/{group}/members/{ben.id}"),
            done=ok,
            done_before=code("member_not_found"),
            audit=audit,
        )
    )


@pytest.mark.parametrize("is_last", [False, True])
def test_leave_a_group(drill: Drill, asha: Person, ben: Person, group: int, clock: FrozenClock, is_last: bool) -> None:
    asha.say(group, "Anybody here?")
    if is_last:
        ben.ok("DELETE", f"/group/{group}/exit")

    def audit(stored: Stored, answer: Answer) -> None:
        assert bool(of(stored["messaging"], f"CONV#{group}")) == (not is_last)
        assert (user_key(asha.id), f"CONV#{group}") not in stored["messaging"]

    drill.run(
        Flow(
            call=lambda: asha.call("DELETE", f"/group/{group}/exit"),
            done=ok,
            done_before=code("not_a_member"),
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
        )
    )


def test_end_a_group(drill: Drill, asha: Person, group: int, clock: FrozenClock) -> None:
    asha.say(group, "That was it")

    def audit(stored: Stored, answer: Answer) -> None:
        assert not of(stored["messaging"], f"CONV#{group}")
        assert not [key for key in stored["messaging"] if key[1] == f"CONV#{group}"]

    drill.run(
        Flow(
            call=lambda: asha.call("DELETE", f"/group/{group}"),
            done=ok,
            done_before=code("not_a_member"),
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
        )
    )


def test_end_a_friendship(drill: Drill, asha: Person, ben: Person, dm: int, clock: FrozenClock) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        assert not of(stored["messaging"], "CONV#")
        assert not of(stored["messaging"], "USER#")

    drill.run(
        Flow(
            call=lambda: asha.call("DELETE", f"/friend/{ben.id}"),
            done=ok,
            done_before=code("connection_not_found"),
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
        )
    )
