"""WebSocket connections: opening, frames, closing."""

from typing import Any

import pytest

from auth.app import lambda_handler as auth
from chat.app import lambda_handler as chat
from chat_ws.app import lambda_handler as sockets_handler
from exams.app import api as exams_api
from exams.app import lambda_handler as exams
from smartexam.accounts import revocations
from smartexam.accounts.store import sessions
from smartexam.accounts.store.revocations import Revocation, revocation_item
from smartexam.platform.dynamodb import table
from smartexam.platform.settings import settings
from smartexam.talk.realtime import Own, publish_to_question
from smartexam.talk.store import sockets
from tests.factories.chat import Person, Wire, call_socket, socket_event
from tests.factories.clock import FrozenClock
from tests.factories.events import FakeContext, send
from tests.factories.exams import create_exam, question_ids
from tests.factories.users import access_token


@pytest.fixture
def dm(asha: Person, ben: Person) -> int:
    return asha.befriend(ben)


def handshake(**fields: Any) -> int:
    return call_socket("$connect", "Some=", **fields)


class TestConnecting:
    def test_with_a_bearer_token(self, asha: Person) -> None:
        asha.connect(headers={"authorization": f"Bearer {access_token(asha.user)}"})

    def test_not_without_the_second_factor_that_everybody_needs(
        self, asha: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SECOND_FACTOR", "everybody")
        settings.cache_clear()
        bearer = {"authorization": f"Bearer {access_token(asha.user)}"}

        assert handshake(headers=bearer) == 403

        monkeypatch.delenv("SECOND_FACTOR")
        settings.cache_clear()
        assert handshake(headers=bearer) == 200

    def test_with_a_ticket_once(self, asha: Person, ben: Person) -> None:
        issued = asha.ok("POST", "/ws-ticket")
        assert issued == {
            "success": True,
            "ticket": issued["ticket"],
            "expires_in": 60,
            "url": f"wss://sockets.example.test/test?ticket={issued['ticket']}",
        }
        presented = {"ticket": issued["ticket"]}
        assert handshake(headers={}, queryStringParameters=presented) == 200
        assert call_socket("$connect", "Another=", headers={}, queryStringParameters=presented) == 401
        assert ben.ok("GET", "/online_status", query={"ids": asha.id})["status"] == {str(asha.id): True}

    def test_with_a_ticket_for_a_minute(self, asha: Person, clock: FrozenClock) -> None:
        ticket = asha.ok("POST", "/ws-ticket")["ticket"]
        clock.advance(60)
        assert handshake(headers={}, queryStringParameters={"ticket": ticket}) == 401

    def test_with_a_session_cookie_from_our_own_pages(self, asha: Person) -> None:
        cookie = {"Cookie": f"theme=dark; session={sessions.start_session(asha.user, asha.clock.now())}"}
        assert handshake(headers={**cookie, "Origin": "https://app.example.test"}) == 200
        assert handshake(headers={**cookie, "Origin": "https://evil.example.net"}) == 403

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"headers": None},
            {"headers": {"Authorization": "Bearer nonsense"}},
            {"headers": {"Authorization": "Basic abc"}},
            {"headers": {"Cookie": "session=nonsense"}},
            {"headers": {}, "queryStringParameters": {"ticket": "nonsense"}},
            {"headers": {}, "queryStringParameters": {"ticket": ""}},
            {"headers": {}, "queryStringParameters": {"token": "x"}},
        ],
    )
    def test_not_otherwise(self, tables: dict[str, str], frozen_settings: FrozenClock, fields: dict[str, Any]) -> None:
        assert handshake(**fields) == 401

    def test_a_bearer_token_decides_over_a_ticket(self, asha: Person, ben: Person) -> None:
        ticket = asha.ok("POST", "/ws-ticket")["ticket"]
        headers = {"Authorization": f"Bearer {access_token(ben.user)}"}
        assert handshake(headers=headers, queryStringParameters={"ticket": ticket}) == 200
        online = ben.ok("GET", "/online_status", query={"ids": f"{asha.id},{ben.id}"})["status"]
        assert online == {str(asha.id): False, str(ben.id): True}
        assert handshake(headers={}, queryStringParameters={"ticket": ticket}) == 200

    def test_the_oldest_of_too_many_give_way(self, asha: Person, clock: FrozenClock) -> None:
        devices = [(asha.connect(), clock.advance(1))[0] for _ in range(sockets.MOST_SOCKETS + 2)]
        assert len(sockets.of_users([asha.id])[asha.id]) == sockets.MOST_SOCKETS
        assert asha.frame(devices[0], "heartbeat") == 200
        assert asha.wire.took(devices[0]) == [
            {"event": "error", "data": {"message": "You are no longer signed in here", "code": "signed_out"}}
        ]
        asha.frame(devices[2], "heartbeat")
        assert asha.wire.took(devices[2])[0]["event"] == "heartbeat_ack"


class TestPresenceEvents:
    def test_friends_get_events_for_the_first_and_the_last_device(
        self, asha: Person, ben: Person, chen: Person, dm: int, wire: Wire
    ) -> None:
        friend, stranger = ben.connect(), chen.connect()
        first = asha.connect()
        assert wire.took(friend, "user_online") == [{"user_id": asha.id}]
        second = asha.connect()
        call_socket("$disconnect", first)
        assert wire.took(friend) == []
        call_socket("$disconnect", second)
        assert wire.took(friend, "user_offline") == [{"user_id": asha.id}]
        call_socket("$disconnect", second)
        assert wire.took(friend) == wire.took(stranger) == []

    def test_friends_get_an_event_after_a_silence(
        self, asha: Person, ben: Person, dm: int, wire: Wire, clock: FrozenClock
    ) -> None:
        friend, silent, other = ben.connect(), asha.connect(), asha.connect()
        clock.advance(sockets.LEASE_SECONDS - 1)
        asha.frame(silent, "heartbeat")
        wire.took(friend)
        clock.advance(sockets.LEASE_SECONDS)
        call_socket("$disconnect", other)
        assert wire.took(friend, "user_offline") == [{"user_id": asha.id}]

        asha.frame(silent, "heartbeat")
        asha.frame(silent, "heartbeat")

        assert wire.took(friend, "user_online") == [{"user_id": asha.id}]

    def test_friends_get_the_end_of_a_device_that_was_already_gone(
        self, asha: Person, ben: Person, dm: int, wire: Wire, clock: FrozenClock
    ) -> None:
        friend, gone = ben.connect(), asha.connect()
        clock.advance(60)
        wire.gone.add(gone)
        ben.say(dm)
        wire.took(friend)

        call_socket("$disconnect", gone)

        assert wire.took(friend, "user_offline") == [{"user_id": asha.id}]


class TestFrames:
    def test_send_message(self, asha: Person, ben: Person, dm: int, wire: Wire, clock: FrozenClock) -> None:
        friend, speaking, other = ben.connect(), asha.connect(), asha.connect()
        wire.took(friend)
        clock.advance(2)
        asha.frame(speaking, "sendMessage", conv_id=dm, message=" hi ", client_id="c1")
        (sent,) = wire.took(speaking)
        (copy,), (theirs,) = wire.took(other, "chat_message"), wire.took(friend, "chat_message")
        assert sent == {"event": "message_sent", "data": {"client_id": "c1", "message": copy}}
        assert (copy["message"], copy["is_own"], theirs["is_own"]) == ("hi", True, False)

        asha.frame(speaking, "sendMessage", conv_id=dm, message=" hi ", client_id="c1")
        assert wire.took(speaking) == [sent]
        assert wire.took(friend) == []

    def test_the_pause_holds_across_both_ways(self, asha: Person, dm: int, wire: Wire, clock: FrozenClock) -> None:
        device = asha.connect()
        asha.say(dm)
        wire.took(device)
        assert asha.frame(device, "sendMessage", conv_id=dm, message="x", client_id="c2") == 429
        assert wire.took(device, "error") == [
            {
                "message": "You can send one message every 2 seconds.",
                "code": "too_fast",
                "retry_after": 2,
                "action": "sendMessage",
                "client_id": "c2",
            }
        ]
        clock.advance(2)
        asha.frame(device, "sendMessage", conv_id=dm, message="x")
        assert asha.call("POST", f"/messages/{dm}", {"message": "y"}).status == 429

    def test_typing(self, asha: Person, ben: Person, dm: int, wire: Wire) -> None:
        friend, typing, other = ben.connect(), asha.connect(), asha.connect()
        wire.took(friend)
        asha.frame(typing, "typing", conv_id=dm)
        assert [wire.took(device) for device in (typing, other)] == [[], []]
        assert wire.took(friend, "user_typing") == [{"conv_id": dm, "user_id": asha.id, "name": asha.name}]

    def test_typing_is_passed_on_once_in_two_seconds(
        self, asha: Person, ben: Person, dm: int, wire: Wire, clock: FrozenClock
    ) -> None:
        group = asha.ok("POST", "/group", {"name": "x", "member_ids": [ben.id]})["conv_id"]
        friend, devices = ben.connect(), (asha.connect(), asha.connect())
        wire.took(friend)

        def typed() -> list[int]:
            for device in devices:
                for conversation_id in (dm, dm, group):
                    assert asha.frame(device, "typing", conv_id=conversation_id) == 200
            return [each["conv_id"] for each in wire.took(friend, "user_typing")]

        assert typed() == [dm, group]
        clock.advance(1.9)
        assert typed() == []
        clock.advance(0.1)
        assert typed() == [dm, group]
        # Who answers meanwhile is seen to type too.
        ben.frame(friend, "typing", conv_id=dm)
        assert len(wire.took(devices[0], "user_typing")) == 1

    def test_mark_read(self, asha: Person, ben: Person, dm: int) -> None:
        asha.say(dm)
        ben.frame(ben.connect(), "markRead", conv_id=dm)
        assert ben.unread(dm) == 0

    def test_heartbeat(self, asha: Person, wire: Wire) -> None:
        device = asha.connect()
        asha.frame(device, "heartbeat")
        assert wire.took(device, "heartbeat_ack") == [{"server_time": "2026-01-05T04:30:00.000Z"}]

    def test_members_only(self, asha: Person, ben: Person, chen: Person, dm: int, wire: Wire) -> None:
        device, friend = chen.connect(), ben.connect()
        for action in ("sendMessage", "typing", "markRead"):
            assert chen.frame(device, action, conv_id=dm, message="x") == 403
            (error,) = wire.took(device, "error")
            assert (error["code"], error["action"]) == ("not_a_member", action)
        assert wire.took(friend) == []

    @pytest.mark.parametrize(
        ("route", "body", "code"),
        [
            ("$default", "not json", "malformed_json"),
            ("$default", "", "malformed_json"),
            ("$default", '{"action": "fly"}', "unknown_action"),
            ("$default", "[" * 2000, "malformed_json"),
            ("sendMessage", '{"action": "sendMessage"}', "invalid_fields"),
            ("sendMessage", '{"action": "sendMessage", "conv_id": "12", "message": "x"}', "invalid_fields"),
            ("sendMessage", '{"action": "sendMessage", "conv_id": 12, "message": "\\ud800"}', "malformed_json"),
            ("typing", '{"action": "typing", "conv_id": -1}', "invalid_fields"),
            ("joinDiscussion", '{"action": "joinDiscussion", "question_id": 1e99}', "invalid_fields"),
            ("heartbeat", "[]", "invalid_fields"),
        ],
    )
    def test_refuses_other_frames(self, asha: Person, wire: Wire, route: str, body: str, code: str) -> None:
        device = asha.connect()
        assert call_socket(route, device, body) == 400
        (error,) = wire.took(device, "error")
        assert error["code"] == code

    def test_a_crash_is_reported_without_its_reason(
        self, asha: Person, dm: int, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("secret")

        monkeypatch.setattr("smartexam.talk.messenger.tell_typing", broken)
        device = asha.connect()
        assert asha.frame(device, "typing", conv_id=dm) == 500
        (error,) = wire.took(device, "error")
        assert (error["message"], error["code"]) == ("Internal server error", "internal_error")
        assert "secret" not in str(error)
        assert error["request_id"]


class TestRevocation:
    def test_a_new_password_ends_connections(self, asha: Person, ben: Person, dm: int, wire: Wire) -> None:
        device = asha.connect()
        revoke(asha)

        ben.say(dm, "not for that device")
        assert [each["data"]["code"] for each in wire.took(device)] == ["signed_out"]
        assert device in wire.gone
        asha.frame(device, "sendMessage", conv_id=dm, message="x")
        assert ben.ok("GET", "/online_status", query={"ids": asha.id})["status"] == {str(asha.id): False}

    def test_a_ticket_of_before_no_longer_counts(self, asha: Person) -> None:
        ticket = asha.ok("POST", "/ws-ticket")["ticket"]
        revoke(asha)
        assert handshake(headers={}, queryStringParameters={"ticket": ticket}) == 401


def revoke(person: Person) -> None:
    """Revoke earlier credentials like a new password does."""
    change = Revocation(person.id, person.user.auth_version + 1, None)
    table.put(revocation_item(change, person.clock.now()))
    revocations.feed.cache_clear()


def removal(comment_id: int, question_id: int) -> dict[str, int]:
    """The data of `delete_message`."""
    return {"comment_id": comment_id, "question_id": question_id}


class TestDiscussions:
    def test_followers_get_what_is_published(self, asha: Person, ben: Person, wire: Wire, clock: FrozenClock) -> None:
        question, other = question_ids(create_exam().id)[:2]
        devices = asha.connect(), ben.connect(), ben.connect()
        for device in devices:
            assert asha.frame(device, "joinDiscussion", question_id=question) == 200

        publish_to_question(other, "delete_message", removal(1, other), now=clock.now())
        publish_to_question(
            question, "delete_message", removal(2, question), now=clock.now(), own=Own(asha.id, removal(3, question))
        )
        ids = [[each["comment_id"] for each in wire.took(device, "delete_message")] for device in devices]
        assert ids == [[3], [2], [2]]

        ben.frame(devices[1], "leaveDiscussion", question_id=question)
        call_socket("$disconnect", devices[2])
        publish_to_question(question, "delete_message", removal(2, question), now=clock.now())
        assert [len(wire.took(device)) for device in devices] == [1, 0, 0]

    def test_those_who_may_not_see_it_now_are_left_out(
        self, asha: Person, ben: Person, wire: Wire, clock: FrozenClock
    ) -> None:
        question = question_ids(create_exam().id)[0]
        devices = asha.connect(), ben.connect()
        for device in devices:
            asha.frame(device, "joinDiscussion", question_id=question)
        publish_to_question(
            question, "delete_message", removal(1, question), now=clock.now(), admits=lambda users: users - {asha.id}
        )
        assert [len(wire.took(device)) for device in devices] == [0, 1]

    def test_not_of_unknown_questions(self, asha: Person, wire: Wire) -> None:
        device = asha.connect()
        assert asha.frame(device, "joinDiscussion", question_id=999) == 404
        assert wire.took(device, "error")[0]["code"] == "question_not_found"

    def test_not_while_sitting_the_exam(
        self, asha: Person, wire: Wire, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        exam, device = create_exam(), asha.connect()
        monkeypatch.setattr(exams_api, "clock", clock)
        assert send(exams, "POST", f"/start-exam/{exam.id}", token=access_token(asha.user)).status == 200
        assert asha.frame(device, "joinDiscussion", question_id=question_ids(exam.id)[0]) == 403
        assert wire.took(device, "error")[0]["code"] == "discussion_closed"
        clock.advance(2 * 3600)
        assert asha.frame(device, "joinDiscussion", question_id=question_ids(exam.id)[0]) == 200

    def test_at_most_twenty(self, asha: Person, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sockets, "MOST_QUESTIONS", 2)
        device, questions = asha.connect(), question_ids(create_exam().id)
        statuses = [
            asha.frame(device, "joinDiscussion", question_id=question) for question in [*questions, questions[0]]
        ]
        assert statuses == [200, 200, 409, 200]


class TestEnds:
    """A connection ends with the credential that opened it."""

    def test_expiry_of_the_access_token_ends_it(
        self, asha: Person, ben: Person, dm: int, wire: Wire, clock: FrozenClock
    ) -> None:
        device = asha.connect()
        clock.advance(3600)

        ben.say(dm, "not for that device")
        assert [each["data"]["code"] for each in wire.took(device)] == ["signed_out"]
        assert wire.gone == {device}
        assert ben.ok("GET", "/online_status", query={"ids": asha.id})["status"] == {str(asha.id): False}

    def test_a_frame_finds_out_too(self, asha: Person, wire: Wire, clock: FrozenClock) -> None:
        device = asha.connect()
        clock.advance(3600)
        asha.frame(device, "heartbeat")
        assert wire.took(device)[0]["data"]["code"] == "signed_out"
        assert asha.frame(device, "heartbeat") == 200

    def test_a_ticket_is_good_for_no_longer_than_what_it_was_issued_to(
        self, asha: Person, wire: Wire, clock: FrozenClock
    ) -> None:
        token = access_token(asha.user, clock.now() - 3590)
        ticket = send(chat, "POST", "/api/chat/ws-ticket", token=token).body["ticket"]
        assert handshake(headers={}, queryStringParameters={"ticket": ticket}) == 200
        clock.advance(10)

        asha.frame("Some=", "heartbeat")

        assert wire.took("Some=")[0]["data"]["code"] == "signed_out"

    def test_signing_out_closes_what_the_session_opened(self, asha: Person, ben: Person, dm: int, wire: Wire) -> None:
        token = sessions.start_session(asha.user, asha.clock.now())
        origin = {"Origin": "https://app.example.test"}
        mine = asha.connect(headers={"Cookie": f"__Host-session={token}", **origin})
        other = asha.connect()

        answer = send(auth, "POST", "/logout", cookies={"__Host-session": token})

        assert answer.status in {200, 302}
        assert wire.took(mine)[0]["data"]["code"] == "signed_out"
        assert wire.gone == {mine}
        ben.say(dm, "for one device")
        assert wire.took(mine) == []
        assert len(wire.took(other)) == 1

    @pytest.mark.parametrize("action", ["$disconnect", "$connect"])
    def test_what_a_client_calls_its_frame_does_not_open_or_close_anything(
        self, action: str, asha: Person, ben: Person, wire: Wire
    ) -> None:
        device = asha.connect()
        event = socket_event(action, device, {"action": action})
        event["requestContext"]["eventType"] = "MESSAGE"

        sockets_handler(event, FakeContext())

        assert wire.took(device)[0]["data"]["code"] == "unknown_action"
        assert ben.ok("GET", "/online_status", query={"ids": asha.id})["status"] == {str(asha.id): True}
