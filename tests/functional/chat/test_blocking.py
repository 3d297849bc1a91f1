"""Blocking and reporting people."""

from typing import Any

import pytest

from smartexam.erasing import erase_account
from smartexam.platform import audit
from smartexam.talk.store.messaging import blocks
from tests.factories.chat import Person, Wire, call_socket
from tests.factories.clock import FrozenClock
from tests.functional.chat.conftest import NewPerson


def refused(person: Person, method: str, path: str, body: Any = None) -> bool:
    answer = person.call(method, path, body)
    return (answer.status, answer.body.get("code")) == (403, "blocked")


def online(reader: Person, other: Person) -> set[bool]:
    """What the ways to see somebody's presence say."""
    status = reader.ok("GET", "/online_status", query={"ids": str(other.id)})["status"][str(other.id)]
    (found,) = reader.ok("GET", "/search", query={"q": other.user.username})["users"]
    listed = reader.ok("GET", "/conversations")["conversations"]
    return {status, found["online"], *(each["online"] for each in listed if each["other_id"] == other.id)}


class TestBlocking:
    def test_a_list_that_grows_and_shrinks(self, asha: Person, ben: Person, chen: Person) -> None:
        assert asha.ok("GET", "/blocked")["blocked"] == []
        for _ in range(2):
            assert asha.ok("POST", f"/block/{ben.id}") == {"success": True}
        asha.ok("POST", f"/block/{chen.id}")
        rows = [
            {"user_id": each.id, "username": each.user.username, "full_name": each.name}
            for each in sorted((ben, chen), key=lambda each: each.user.username)
        ]
        assert asha.ok("GET", "/blocked")["blocked"] == rows
        assert ben.ok("GET", "/blocked")["blocked"] == []
        for _ in range(2):
            assert asha.ok("DELETE", f"/block/{ben.id}") == {"success": True}
        assert [each["user_id"] for each in asha.ok("GET", "/blocked")["blocked"]] == [chen.id]

    def test_neither_oneself_nor_an_unknown_user(self, asha: Person) -> None:
        assert asha.call("POST", f"/block/{asha.id}").body["code"] == "oneself"
        assert asha.call("POST", "/block/999").status == 404
        assert asha.call("POST", "/block/x").status == 404

    def test_at_most_a_thousand(self, asha: Person, ben: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(blocks, "MOST_BLOCKED", 1)
        asha.ok("POST", f"/block/{ben.id}")
        asha.ok("POST", f"/block/{ben.id}")
        answer = ben.call("POST", f"/block/{asha.id}")
        assert answer.status == 200
        other = Person(asha.clock, asha.wire, "Dora")
        assert asha.call("POST", f"/block/{other.id}").body["code"] == "too_many_blocked"

    def test_a_hundred_an_hour(self, asha: Person, ben: Person) -> None:
        for _ in range(100):
            asha.ok("POST", f"/block/{ben.id}")
        assert asha.call("POST", f"/block/{ben.id}").status == 429
        asha.ok("DELETE", f"/block/{ben.id}")


class TestRequests:
    def test_none_in_either_direction(self, asha: Person, ben: Person) -> None:
        asha.ok("POST", f"/block/{ben.id}")
        for one, other in ((ben, asha), (asha, ben)):
            assert refused(one, "POST", "/request", {"recipient_id": other.id})
        assert asha.ok("GET", "/requests/inbox")["requests"] == []
        asha.ok("DELETE", f"/block/{ben.id}")
        ben.ok("POST", "/request", {"recipient_id": asha.id})

    @pytest.mark.parametrize("is_theirs", [True, False])
    def test_a_waiting_one_is_gone(self, asha: Person, ben: Person, *, is_theirs: bool) -> None:
        asker, asked = (ben, asha) if is_theirs else (asha, ben)
        asker.ok("POST", "/request", {"recipient_id": asked.id})
        (waiting,) = asked.ok("GET", "/requests/inbox")["requests"]
        asha.ok("POST", f"/block/{ben.id}")
        assert asked.ok("GET", "/requests/inbox")["requests"] == []
        assert asked.call("PUT", f"/request/{waiting['conn_id']}", {"action": "accept"}).status == 404

    def test_none_is_accepted_that_was_waiting_when_the_block_came(self, asha: Person, ben: Person) -> None:
        asha.ok("POST", "/request", {"recipient_id": ben.id})
        (waiting,) = ben.ok("GET", "/requests/inbox")["requests"]
        blocks.block(asha.id, ben.id)  # and the process dies before it deletes the request
        assert refused(ben, "PUT", f"/request/{waiting['conn_id']}", {"action": "accept"})
        ben.ok("PUT", f"/request/{waiting['conn_id']}", {"action": "reject"})

    def test_even_of_friends_the_answer_is_that_they_are_blocked(self, asha: Person, ben: Person) -> None:
        asha.befriend(ben)
        asha.ok("POST", f"/block/{ben.id}")
        assert refused(ben, "POST", "/request", {"recipient_id": asha.id})

    def test_who_asked_too_often_hears_that_too(self, asha: Person, ben: Person) -> None:
        for _ in range(2):
            ben.ok("POST", "/request", {"recipient_id": asha.id})
            (waiting,) = asha.ok("GET", "/requests/inbox")["requests"]
            asha.ok("PUT", f"/request/{waiting['conn_id']}", {"action": "reject"})
        assert ben.call("POST", "/request", {"recipient_id": asha.id}).status == 429

        asha.ok("POST", f"/block/{ben.id}")

        assert refused(ben, "POST", "/request", {"recipient_id": asha.id})


class TestMessages:
    def test_none_in_either_direction_and_none_is_changed(
        self, asha: Person, ben: Person, wire: Wire, clock: FrozenClock
    ) -> None:
        dm = asha.befriend(ben)
        said, mine = asha.say(dm, "hello"), ben.say(dm, "hi")
        device, theirs = asha.connect(), ben.connect()
        asha.ok("POST", f"/block/{ben.id}")
        wire.took(device)
        clock.advance(2)
        for one in (asha, ben):
            assert refused(one, "POST", f"/messages/{dm}", {"message": "still here", "client_id": "a"})
            # Nothing was taken: the answer stays the same at once.
            assert refused(one, "POST", f"/messages/{dm}", {"message": "still here", "client_id": "a"})
        assert refused(ben, "PUT", f"/messages/{mine['id']}/edit", {"message": "insult"})
        for action in ("sendMessage", "typing"):
            wire.took(theirs)
            assert ben.frame(theirs, action, conv_id=dm, message="x") == 403
            assert [each["code"] for each in wire.took(theirs, "error")] == ["blocked"]
        assert wire.took(device) == []
        assert ben.texts(dm) == asha.texts(dm) == ["hello", "hi"]
        ben.ok("DELETE", f"/messages/{mine['id']}")
        asha.ok("DELETE", f"/block/{ben.id}")
        ben.say(dm, "again")
        assert asha.texts(dm) == [said["message"], "again"]

    def test_the_blocker_is_not_seen_typing(self, asha: Person, ben: Person, wire: Wire) -> None:
        dm = asha.befriend(ben)
        device, theirs = asha.connect(), ben.connect()
        asha.ok("POST", f"/block/{ben.id}")
        wire.took(theirs)
        asha.frame(device, "typing", conv_id=dm)
        assert wire.took(theirs) == []

    def test_groups_that_both_are_in_go_on(self, asha: Person, ben: Person, chen: Person, wire: Wire) -> None:
        asha.befriend(ben)
        asha.befriend(chen)
        group = asha.ok("POST", "/group", {"name": "x", "member_ids": [ben.id, chen.id]})["conv_id"]
        asha.ok("POST", f"/block/{ben.id}")
        device, theirs = asha.connect(), ben.connect()
        wire.took(device)
        ben.say(group, "to all")
        ben.frame(theirs, "typing", conv_id=group)
        asha.say(group, "to all of you")
        assert [each["event"] for each in wire.took(device)] == ["chat_message", "user_typing", "chat_message"]
        assert ben.texts(group) == ["to all", "to all of you"]

    def test_nobody_is_put_into_a_group_by_whom_they_blocked(self, asha: Person, ben: Person, chen: Person) -> None:
        asha.befriend(ben)
        ben.befriend(chen)
        asha.ok("POST", f"/block/{ben.id}")
        group = ben.ok("POST", "/group", {"name": "x", "member_ids": [chen.id]})["conv_id"]
        assert refused(ben, "POST", "/group", {"name": "y", "member_ids": [asha.id, chen.id]})
        assert refused(ben, "POST", f"/group/{group}/members", {"user_id": asha.id})


class TestPresence:
    def test_is_hidden_from_the_blocked_only(self, asha: Person, ben: Person) -> None:
        asha.befriend(ben)
        asha.connect()
        ben.connect()
        assert online(ben, asha) == {True}
        asha.ok("POST", f"/block/{ben.id}")
        assert online(ben, asha) == {False}
        assert online(asha, ben) == {True}
        asha.ok("DELETE", f"/block/{ben.id}")
        assert online(ben, asha) == {True}

    def test_nobody_blocks_themselves_so_lifting_that_changes_nothing(self, asha: Person) -> None:
        assert asha.call("DELETE", f"/block/{asha.id}").status == 200

    def test_events_stop_and_begin_again(self, asha: Person, ben: Person, chen: Person, wire: Wire) -> None:
        asha.befriend(ben)
        asha.befriend(chen)
        theirs, others = ben.connect(), chen.connect()
        first = asha.connect()
        for device in (theirs, others):
            wire.took(device)

        asha.ok("POST", f"/block/{ben.id}")
        assert wire.took(theirs) == [{"event": "user_offline", "data": {"user_id": asha.id}}]
        wire.gone.add(first)
        assert call_socket("$disconnect", first) == 200
        asha.connect()
        assert wire.took(theirs) == []
        assert [each["event"] for each in wire.took(others)] == ["user_offline", "user_online"]

        asha.ok("DELETE", f"/block/{ben.id}")
        assert wire.took(theirs) == [{"event": "user_online", "data": {"user_id": asha.id}}]


class TestReports:
    def test_reach_administrators_without_the_text(self, asha: Person, ben: Person, clock: FrozenClock) -> None:
        dm = asha.befriend(ben)
        message = ben.say(dm, "an insult")
        body = {"user_id": ben.id, "reason": " Insults ", "message_id": message["id"]}
        assert asha.ok("POST", "/report", body) == {"success": True}
        ((entry, *_), _) = audit.list_entries(limit=1, after=None)
        assert (entry.change.actor_id, entry.change.action, entry.change.target) == (
            asha.id,
            "chat.report",
            f"user:{ben.id}",
        )
        assert entry.change.after == {"reason": "Insults", "message_id": message["id"]}

    def test_only_of_others_and_their_messages(self, asha: Person, ben: Person, chen: Person) -> None:
        dm = asha.befriend(ben)
        own, theirs = asha.say(dm), ben.say(dm)
        for body, status in (
            ({"user_id": asha.id, "reason": "x"}, 400),
            ({"user_id": 999, "reason": "x"}, 404),
            ({"user_id": ben.id, "reason": " "}, 400),
            ({"user_id": ben.id, "reason": "x" * 501}, 400),
            ({"user_id": ben.id, "reason": "x", "message_id": own["id"]}, 400),
            ({"user_id": ben.id, "reason": "x", "message_id": 2**52}, 400),
        ):
            assert asha.call("POST", "/report", body).status == status
        outside = chen.call("POST", "/report", {"user_id": ben.id, "reason": "x", "message_id": theirs["id"]})
        assert outside.body["code"] == "unknown_message"

    def test_ten_a_day(self, asha: Person, ben: Person, clock: FrozenClock) -> None:
        for _ in range(10):
            asha.ok("POST", "/report", {"user_id": ben.id, "reason": "x"})
        assert asha.call("POST", "/report", {"user_id": ben.id, "reason": "x"}).status == 429
        clock.advance(24 * 3600)
        asha.ok("POST", "/report", {"user_id": ben.id, "reason": "x"})


def test_blocks_are_erased_with_either_account(
    asha: Person, ben: Person, chen: Person, person: NewPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_PIECE", 1)
    asha.ok("POST", f"/block/{ben.id}")
    chen.ok("POST", f"/block/{ben.id}")
    ben.ok("POST", f"/block/{chen.id}")
    assert erase_account(ben.id, lambda: True)
    for user_id in (asha.id, ben.id, chen.id):
        assert blocks.of_user(user_id) == blocks.Blocks()
