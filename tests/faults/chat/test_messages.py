"""Messages while AWS fails: each is stored once or not at all, and unread counts are right."""

import pytest

from tests.factories.chat import Person
from tests.factories.events import Answer
from tests.faults.consistency import Stored
from tests.faults.drill import Drill, Flow
from tests.faults.expected import code, ok


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
        # Stored once, sent at most once.
        for connection_id in (phone, laptop):
            told = [each for each in drill.cloud.frames.get(connection_id, ()) if each["event"] == "chat_message"]
            assert len(told) <= 1

    drill.run(
        Flow(
            stored_by="TransactWriteItems",
            call=lambda: asha.call("POST", f"/messages/{conversation_id}", body),
            done=ok,
            audit=audit,
        )
    )


def test_reply(drill: Drill, asha: Person, dm: int) -> None:
    (first,) = asha.ok("GET", f"/messages/{dm}")["messages"]
    body = {"message": "Indeed", "client_id": "c2", "reply_to_id": first["id"]}

    def done(answer: Answer) -> bool:
        return ok(answer) and answer.body["message"]["reply_to_text"] == "Hello"

    def audit(stored: Stored, answer: Answer) -> None:
        assert stored["messaging"][f"CONV#{dm}", "META"]["message_count"] == 2

    drill.run(Flow(call=lambda: asha.call("POST", f"/messages/{dm}", body), done=done, audit=audit))


@pytest.mark.parametrize("is_group", [False, True])
def test_edit(drill: Drill, asha: Person, dm: int, group: int, is_group: bool) -> None:
    conversation_id = group if is_group else dm
    first = asha.say(conversation_id, "Hello")
    asha.connect("laptop")
    asha.clock.advance(2)

    def audit(stored: Stored, answer: Answer) -> None:
        assert asha.texts(conversation_id)[-1] == "Hullo"

    drill.run(
        Flow(
            stored_by="TransactWriteItems",
            call=lambda: asha.call("PUT", f"/messages/{first['id']}/edit", {"message": "Hullo"}),
            done=ok,
            done_before=code("too_fast"),
            audit=audit,
        )
    )


@pytest.mark.parametrize("is_group", [False, True])
def test_delete_a_message(drill: Drill, asha: Person, ben: Person, dm: int, group: int, is_group: bool) -> None:
    conversation_id = group if is_group else dm
    ben.ok("POST", f"/conversations/{conversation_id}/read")
    first = asha.say(conversation_id, "Hello")
    asha.connect("laptop")

    def audit(stored: Stored, answer: Answer) -> None:
        assert asha.texts(conversation_id) == ([] if is_group else ["Hello"])
        assert ben.unread(conversation_id) == 0

    drill.run(
        Flow(
            stored_by="TransactWriteItems",
            call=lambda: asha.call("DELETE", f"/messages/{first['id']}"),
            done=ok,
            audit=audit,
        )
    )


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
