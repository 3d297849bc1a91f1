"""Budgets of chat in round trips, and the rights of the deployed functions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from smartexam.platform.dynamodb import table
from smartexam.talk.store.messaging import groups
from tests.factories.chat import Person
from tests.factories.clock import FrozenClock
from tests.functional.chat.conftest import NewPerson


@contextmanager
def database_calls() -> Iterator[list[str]]:
    """The names of DynamoDB's operations called in the block, including retries.

    Without reads of the feed of revocations, which a warm process makes every few seconds.
    """
    calls: list[str] = []

    def note(model: Any, params: Any, **_: Any) -> None:
        if "REVOCATIONS" not in str(params["body"]):
            calls.append(model.name)

    events = table.connection().client.meta.events
    events.register("before-call.dynamodb", note)
    try:
        yield calls
    finally:
        events.unregister("before-call.dynamodb", note)


def cost(action: Callable[[], object]) -> list[str]:
    with database_calls() as calls:
        action()
    return calls


# First of all: whether the caller sits an exam without chat
SITTING = ["Query"]
SEND_TO_TWO = [*SITTING, "BatchGetItem", "TransactWriteItems", "BatchGetItem"]
SEND_TO_GROUP = [*SITTING, "BatchGetItem", "TransactWriteItems", "GetItem", "BatchGetItem"]


class TestSending:
    def test_costs_three_calls_however_much_was_said(self, asha: Person, ben: Person) -> None:
        dm = asha.befriend(ben)
        costs = [cost(partial(asha.say, dm, client_id=f"c{number}")) for number in range(12)]
        assert costs == [SEND_TO_TWO] * 12

    def test_however_many_conversations_there_are(self, asha: Person, person: NewPerson) -> None:
        dms = [asha.befriend(person()) for _ in range(8)]
        assert cost(lambda: asha.say(dms[0])) == SEND_TO_TWO

    def test_to_a_group_it_costs_the_membership_query_too(self, asha: Person, ben: Person, clock: FrozenClock) -> None:
        asha.befriend(ben)
        group = asha.ok("POST", "/group", {"name": "x", "member_ids": [ben.id]})["conv_id"]
        assert cost(lambda: asha.say(group)) == SEND_TO_GROUP
        groups.add(group, asha.id, {number: f"Member {number}" for number in range(1000, 1080)})
        assert cost(lambda: asha.say(group)) == SEND_TO_GROUP

    def test_a_repetition_is_cheaper(self, asha: Person, ben: Person) -> None:
        dm = asha.befriend(ben)
        asha.say(dm, client_id="c")
        assert cost(lambda: asha.say(dm, client_id="c")) == [*SITTING, "BatchGetItem", "GetItem"]

    def test_by_websocket_it_costs_who_speaks_and_a_sign_of_life(self, asha: Person, ben: Person) -> None:
        dm, device = asha.befriend(ben), asha.connect()
        asha.clock.advance(2)
        calls = cost(lambda: asha.frame(device, "sendMessage", conv_id=dm, message="x"))
        # Asha, who has a device open, is told too unless she sits an exam.
        assert calls == ["GetItem", "UpdateItem", *SEND_TO_TWO, *SITTING]


class TestReading:
    def test_fifty_conversations_are_three_calls(self, asha: Person, person: NewPerson) -> None:
        friends = [person() for _ in range(30)]
        dms = [asha.befriend(friend) for friend in friends]
        for friend, dm in zip(friends[:5], dms, strict=False):
            friend.ok("DELETE", f"/messages/{friend.say(dm)['id']}")
        for number in range(20):
            asha.ok("POST", "/group", {"name": str(number), "member_ids": [friends[number].id]})
        calls = cost(lambda: asha.ok("GET", "/conversations"))
        assert len(asha.ok("GET", "/conversations")["conversations"]) == 50
        assert calls == [*SITTING, "Query", "BatchGetItem", "BatchGetItem"]
        assert len(cost(lambda: asha.ok("GET", "/unread_count"))) <= 4

    def test_a_page_of_messages(self, asha: Person, ben: Person) -> None:
        dm = asha.befriend(ben)
        first = asha.say(dm)
        assert cost(lambda: ben.texts(dm)) == [*SITTING, "BatchGetItem", "Query", "UpdateItem"]
        assert cost(lambda: ben.texts(dm)) == [*SITTING, "BatchGetItem", "Query"]
        asha.say(dm, reply_to_id=first["id"])
        assert cost(lambda: ben.texts(dm)) == [*SITTING, "BatchGetItem", "Query", "UpdateItem", "BatchGetItem"]

    def test_the_first_search_is_two_calls_and_one_that_counts_it(self, asha: Person, person: NewPerson) -> None:
        for _ in range(10):
            person("Zoe")
        calls = [*SITTING, "PutItem", "Query", "BatchGetItem"]
        assert cost(lambda: asha.ok("GET", "/search", query={"q": "zoe"})) == calls

    def test_presence_of_a_hundred_is_one_call(self, asha: Person) -> None:
        ids = ",".join(str(number) for number in range(1, 101))
        assert cost(lambda: asha.ok("GET", "/online_status", query={"ids": ids})) == ["BatchGetItem"]

    def test_a_heartbeat_is_two_calls(self, asha: Person) -> None:
        device = asha.connect()
        assert cost(lambda: asha.frame(device, "heartbeat")) == ["GetItem", "UpdateItem"]


def test_a_delivery_to_two_hundred_costs_three_calls(
    asha: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha.befriend(ben)
    group = asha.ok("POST", "/group", {"name": "x", "member_ids": [ben.id]})["conv_id"]
    for at in range(1000, 1200, 50):
        groups.add(group, asha.id, {number: f"Member {number}" for number in range(at, at + 50)})
    assert cost(lambda: asha.say(group)) == [
        *SITTING,
        "BatchGetItem",
        "TransactWriteItems",
        "GetItem",
        *["BatchGetItem"] * 3,
    ]
