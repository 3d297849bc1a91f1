"""Connections between users while AWS fails: both sides always agree."""

import pytest

from tests.factories.chat import Person
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer
from tests.faults.background import settle
from tests.faults.consistency import Stored, of
from tests.faults.drill import Drill, Flow
from tests.faults.expected import code, ok


def test_ask(drill: Drill, asha: Person, ben: Person) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        assert len(ben.ok("GET", "/requests/inbox")["requests"]) == 1

    drill.run(
        Flow(
            stored_by="TransactWriteItems",
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
            stored_by="TransactWriteItems",
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
        Flow(
            stored_by="TransactWriteItems",
            call=lambda: ben.call("PUT", f"/request/{request['conn_id']}", {"action": action}),
            done=ok,
            audit=audit,
        )
    )


def test_end_a_friendship(drill: Drill, asha: Person, ben: Person, dm: int, clock: FrozenClock) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        assert not of(stored["messaging"], "CONV#")
        assert not of(stored["messaging"], "USER#")

    drill.run(
        Flow(
            whole="once settled",
            stored_by="TransactWriteItems",
            call=lambda: asha.call("DELETE", f"/friend/{ben.id}"),
            done=ok,
            done_before=code("connection_not_found"),
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
        )
    )


@pytest.mark.parametrize("is_friend", [True, False])
def test_block(drill: Drill, asha: Person, ben: Person, *, is_friend: bool) -> None:
    if is_friend:
        asha.befriend(ben)
    else:
        ben.ok("POST", "/request", {"recipient_id": asha.id})
    ben.connect("phone")

    def audit(stored: Stored, answer: Answer) -> None:
        assert [row["user_id"] for row in asha.ok("GET", "/blocked")["blocked"]] == [ben.id]
        assert ben.call("POST", "/request", {"recipient_id": asha.id}).body["code"] == "blocked"
        assert asha.ok("GET", "/requests/inbox")["requests"] == []

    drill.run(Flow(call=lambda: asha.call("POST", f"/block/{ben.id}"), done=ok, audit=audit, whole="when asked again"))


def test_unblock(drill: Drill, asha: Person, ben: Person, dm: int) -> None:
    asha.ok("POST", f"/block/{ben.id}")
    asha.connect("phone")

    def audit(stored: Stored, answer: Answer) -> None:
        assert asha.ok("GET", "/blocked")["blocked"] == []
        assert ben.say(dm)

    drill.run(
        Flow(stored_by="TransactWriteItems", call=lambda: asha.call("DELETE", f"/block/{ben.id}"), done=ok, audit=audit)
    )
