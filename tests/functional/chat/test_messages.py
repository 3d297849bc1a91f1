"""Messages of two people: sent, read, edited, deleted, hidden."""

from datetime import datetime, timedelta

import pytest

from tests.factories.chat import Person, Wire
from tests.factories.clock import FrozenClock


@pytest.fixture
def dm(asha: Person, ben: Person) -> int:
    return asha.befriend(ben)


class TestSending:
    def test_reaches_the_other_and_ones_own_devices(self, asha: Person, ben: Person, dm: int, wire: Wire) -> None:
        own, others = asha.connect(), [ben.connect(), ben.connect()]

        message = asha.say(dm, "Hello!", client_id="c-1")

        assert message["is_own"] is True
        assert message["message"] == "Hello!"
        (mine,) = wire.took(own, "chat_message")
        assert mine == {
            "id": message["id"],
            "conv_id": dm,
            "sender_id": asha.id,
            "sender_name": asha.name,
            "message": "Hello!",
            "created_at": "2026-01-05T04:30:02.000Z",
            "is_own": True,
            "is_edited": False,
            "reply_to_id": None,
            "reply_to_text": None,
            "reply_to_name": None,
            "client_id": "c-1",
        }
        for device in others:
            assert wire.took(device, "chat_message") == [{**mine, "is_own": False}]

        listed = {name: value for name, value in mine.items() if name != "conv_id"}
        assert asha.ok("GET", f"/messages/{dm}")["messages"] == [listed]
        del listed["client_id"]
        assert ben.ok("GET", f"/messages/{dm}")["messages"] == [{**listed, "is_own": False}]

    @pytest.mark.parametrize(
        ("written", "stored"),
        [
            ("  <b>\"Tom & Jerry\"</b> 'x' \\ %s {0}  ", "<b>\"Tom & Jerry\"</b> 'x' \\ %s {0}"),
            ("one\r\ntwo\tthree\x00\x07\x1b[31m", "one\ntwo\tthree[31m"),
            ("नमस्ते 👩‍👩‍👧 ﷽", "नमस्ते 👩‍👩‍👧 ﷽"),
            ("x" * 1000 + "   ", "x" * 1000),
            ("\n\nfirst\n\n", "first"),
        ],
    )
    def test_stores_text_as_written(self, asha: Person, ben: Person, dm: int, written: str, stored: str) -> None:
        assert asha.say(dm, written)["message"] == stored
        assert ben.texts(dm) == [stored]

    @pytest.mark.parametrize("text", ["", "   ", "\n\t ", "\x00\x01", "\u200b\u2060", "\u00a0", "x" * 1001])
    def test_refuses_nothing_and_too_much(self, asha: Person, dm: int, text: str) -> None:
        answer = asha.call("POST", f"/messages/{dm}", {"message": text})
        assert (answer.status, answer.body["errors"][0]["field"]) == (400, "message")

    @pytest.mark.parametrize(
        "body", [{}, {"message": 5}, {"message": None}, {"message": "x", "client_id": ""}, "[", []]
    )
    def test_refuses_other_bodies(self, asha: Person, dm: int, body: object) -> None:
        assert asha.call("POST", f"/messages/{dm}", body).status == 400

    def test_one_message_in_two_seconds_wherever(
        self, asha: Person, ben: Person, chen: Person, dm: int, clock: FrozenClock
    ) -> None:
        other = asha.befriend(chen)
        asha.say(dm)
        clock.advance(1.9)
        answer = asha.call("POST", f"/messages/{other}", {"message": "too fast"})
        assert (answer.status, answer.headers["retry-after"]) == (429, "1")
        assert chen.unread(other) == 0
        ben.ok("POST", f"/messages/{dm}", {"message": "everybody has a turn of their own"})
        clock.advance(0.1)
        asha.ok("POST", f"/messages/{other}", {"message": "in time"})

    def test_what_is_refused_uses_no_turn(self, asha: Person, dm: int) -> None:
        assert asha.call("POST", "/messages/999", {"message": "x"}).status == 403
        assert asha.call("POST", f"/messages/{dm}", {"message": " "}).status == 400
        asha.ok("POST", f"/messages/{dm}", {"message": "x"})

    def test_a_repeated_client_id_gives_the_first_message(self, asha: Person, ben: Person, dm: int, wire: Wire) -> None:
        device = ben.connect()
        first = asha.say(dm, "first", client_id="same")
        for text in ("first", "another text"):
            assert asha.ok("POST", f"/messages/{dm}", {"message": text, "client_id": "same"})["message"] == first
        assert len(wire.took(device, "chat_message")) == 1
        assert ben.texts(dm) == ["first"]

    def test_client_ids_are_of_one_sender_in_one_conversation(
        self, asha: Person, ben: Person, chen: Person, dm: int
    ) -> None:
        other = asha.befriend(chen)
        ids = {asha.say(dm, client_id="same")["id"], ben.say(dm, client_id="same")["id"]}
        ids.add(asha.say(other, client_id="same")["id"])
        assert len(ids) == 3

    def test_a_clock_set_back_neither_blocks_nor_reorders(
        self, asha: Person, ben: Person, dm: int, clock: FrozenClock
    ) -> None:
        asha.say(dm, "one")
        clock.advance(-3600)
        asha.say(dm, "two")
        messages = ben.ok("GET", f"/messages/{dm}")["messages"]
        assert [message["message"] for message in messages] == ["one", "two"]
        assert messages[0]["created_at"] < messages[1]["created_at"]


class TestReplies:
    def test_quotes_what_is_stored_not_what_is_claimed(self, asha: Person, ben: Person, dm: int) -> None:
        original = asha.say(dm, "w" * 150)
        claimed = {"reply_to_text": "I owe you money", "reply_to_name": "Somebody else"}
        reply = ben.say(dm, "ok", reply_to_id=original["id"], **claimed)
        for message in (reply, asha.ok("GET", f"/messages/{dm}")["messages"][1]):
            assert message["reply_to_id"] == original["id"]
            assert message["reply_to_text"] == "w" * 100
            assert message["reply_to_name"] == asha.name

    def test_claims_without_a_message_come_to_nothing(self, asha: Person, dm: int) -> None:
        message = asha.say(dm, "ok", reply_to_text="never said", reply_to_name="Ben")
        assert (message["reply_to_id"], message["reply_to_text"], message["reply_to_name"]) == (None, None, None)

    def test_follows_what_becomes_of_the_original(self, asha: Person, ben: Person, dm: int) -> None:
        original = asha.say(dm, "first")
        ben.say(dm, "reply", reply_to_id=original["id"])
        asha.ok("PUT", f"/messages/{original['id']}/edit", {"message": "second"})
        assert ben.ok("GET", f"/messages/{dm}")["messages"][1]["reply_to_text"] == "second"
        asha.ok("DELETE", f"/messages/{original['id']}")
        (reply,) = ben.ok("GET", f"/messages/{dm}")["messages"]
        assert (reply["reply_to_id"], reply["reply_to_text"]) == (None, None)

    def test_not_to_another_conversation_nor_to_nothing(self, asha: Person, ben: Person, chen: Person, dm: int) -> None:
        elsewhere = asha.say(asha.befriend(chen), "secret")
        for id_ in (elsewhere["id"], asha.say(dm)["id"] + 1, 1):
            answer = ben.call("POST", f"/messages/{dm}", {"message": "x", "reply_to_id": id_})
            assert (answer.status, answer.body["code"]) == (400, "unknown_reply")


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of 8 and a time mark every 16 messages: as with 40 and 64, only sooner."""
    monkeypatch.setattr("smartexam.talk.store.messaging.messages.PAGE", 8)
    monkeypatch.setattr("smartexam.talk.store.messaging.messages.TIME_EVERY", 16)
    monkeypatch.setattr("smartexam.talk.store.messaging.sending.TIME_EVERY", 16)


class TestPages:
    def test_forty_at_a_time(self, asha: Person, ben: Person, dm: int) -> None:
        sent = [asha.say(dm, str(number)) for number in range(42)]
        page = ben.ok("GET", f"/messages/{dm}")["messages"]
        assert [message["id"] for message in page] == [message["id"] for message in sent[2:]]

    @pytest.mark.usefixtures("small_pages")
    def test_back_to_the_first(self, asha: Person, ben: Person, dm: int) -> None:
        for number in range(37):
            asha.say(dm, str(number))
        seen: list[str] = []
        before: dict[str, str] = {}
        for _ in range(5):  # four pages of 8 and one of 5
            page = ben.ok("GET", f"/messages/{dm}", query=before)["messages"]
            seen = [message["message"] for message in page] + seen
            before = {"before": page[0]["created_at"]}
        assert seen == [str(number) for number in range(37)]
        assert ben.ok("GET", f"/messages/{dm}", query=before)["messages"] == []

    @pytest.mark.usefixtures("small_pages")
    def test_before_any_time_in_any_spelling(self, asha: Person, ben: Person, dm: int) -> None:
        messages = [asha.say(dm, str(number)) for number in range(34)]
        for position in (1, 10, 15, 16, 31, 33):
            moment = datetime.fromisoformat(messages[position]["created_at"])
            kolkata = (moment + timedelta(hours=5.5)).strftime("%Y-%m-%dT%H:%M:%S+05:30")
            for text in (messages[position]["created_at"], moment.replace(tzinfo=None).isoformat(), kolkata):
                page = ben.ok("GET", f"/messages/{dm}", query={"before": text})["messages"]
                assert page[-1]["message"] == str(position - 1)
            unescaped = f"before={kolkata}"
            assert ben.ok("GET", f"/messages/{dm}", query=unescaped)["messages"][-1]["message"] == str(position - 1)
            later = (moment + timedelta(microseconds=1)).isoformat()
            assert ben.ok("GET", f"/messages/{dm}", query={"before": later})["messages"][-1]["message"] == str(position)
        assert ben.ok("GET", f"/messages/{dm}", query={"before": "1970-01-01"})["messages"] == []

    def test_an_invalid_time_is_refused(self, asha: Person, dm: int) -> None:
        for text in ("yesterday", "2026-13-01", "12"):
            assert asha.call("GET", f"/messages/{dm}", query={"before": text}).status == 400

    @pytest.mark.usefixtures("small_pages")
    def test_deleted_ones_leave_no_holes(self, asha: Person, ben: Person, dm: int) -> None:
        messages = [asha.say(dm, str(number)) for number in range(30)]
        for message in messages[10:28]:
            asha.ok("DELETE", f"/messages/{message['id']}")
        assert ben.texts(dm) == [str(number) for number in [*range(4, 10), 28, 29]]


class TestUnread:
    def test_counts_what_others_said_since(self, asha: Person, ben: Person, dm: int) -> None:
        for _ in range(3):
            asha.say(dm)
        assert (asha.unread(dm), ben.unread(dm)) == (0, 3)
        ben.say(dm, "I answer without having looked")
        assert (asha.unread(dm), ben.unread(dm)) == (1, 3)
        assert ben.ok("GET", "/unread_count") == {"success": True, "unread": 3, "requests": 0}
        ben.ok("POST", f"/conversations/{dm}/read")
        assert (asha.unread(dm), ben.unread(dm)) == (1, 0)
        asha.texts(dm)
        assert asha.unread(dm) == 0

    def test_a_deleted_message_is_not_unread(self, asha: Person, ben: Person, dm: int) -> None:
        read = asha.say(dm)
        ben.texts(dm)
        unread = [asha.say(dm) for _ in range(3)]
        ben.say(dm)
        assert ben.unread(dm) == 3
        for deleted, left in ((unread[1], 2), (read, 2), (unread[0], 1), (unread[0], 1), (unread[2], 0)):
            asha.ok("DELETE", f"/messages/{deleted['id']}")
            assert ben.unread(dm) == left
        asha.say(dm)
        assert ben.unread(dm) == 1
        assert ben.ok("GET", "/unread_count")["unread"] == 1

    def test_deleting_ones_own_changes_nothing_for_oneself(self, asha: Person, ben: Person, dm: int) -> None:
        ben.say(dm)
        asha.ok("DELETE", f"/messages/{asha.say(dm)['id']}")
        assert asha.unread(dm) == 1

    def test_holds_over_many_blocks(self, asha: Person, ben: Person, dm: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("smartexam.talk.store.messaging.conversations.DELETED_BLOCK", 10)
        monkeypatch.setattr("smartexam.talk.store.messaging.items.DELETED_BLOCK", 10)
        messages = [asha.say(dm) for _ in range(24)]
        for message in messages[::3]:
            asha.ok("DELETE", f"/messages/{message['id']}")
        assert ben.unread(dm) == 16


class TestEditing:
    def test_everybody_sees_the_new_text(self, asha: Person, ben: Person, dm: int, wire: Wire) -> None:
        message, devices = asha.say(dm, "frist"), [asha.connect(), ben.connect()]
        asha.clock.advance(2)
        assert asha.ok("PUT", f"/messages/{message['id']}/edit", {"message": " first "})["message"] == "first"
        for device in devices:
            assert wire.took(device, "msg_edited") == [{"msg_id": message["id"], "conv_id": dm, "message": "first"}]
        (listed,) = ben.ok("GET", f"/messages/{dm}")["messages"]
        assert (listed["message"], listed["is_edited"]) == ("first", True)
        assert asha.conversation(dm)["last_message"]["message"] == "first"

    def test_takes_a_turn_like_a_message(self, asha: Person, dm: int, clock: FrozenClock) -> None:
        message = asha.say(dm)
        path = f"/messages/{message['id']}/edit"
        assert asha.call("PUT", path, {"message": "1"}).body["code"] == "too_fast"
        clock.advance(2)
        asha.ok("PUT", path, {"message": "2"})
        answer = asha.call("PUT", path, {"message": "3"})
        assert (answer.status, answer.headers["retry-after"]) == (429, "2")
        assert asha.call("POST", f"/messages/{dm}", {"message": "x"}).status == 429
        assert asha.texts(dm) == ["2"]

    def test_by_rules_of_new_messages(self, asha: Person, dm: int) -> None:
        message = asha.say(dm)
        for text in ("", "  ", "x" * 1001):
            assert asha.call("PUT", f"/messages/{message['id']}/edit", {"message": text}).status == 400

    def test_not_by_others_and_not_after_deletion(self, asha: Person, ben: Person, dm: int) -> None:
        message = asha.say(dm, "mine")
        assert ben.call("PUT", f"/messages/{message['id']}/edit", {"message": "yours"}).status == 403
        asha.ok("DELETE", f"/messages/{message['id']}")
        assert asha.call("PUT", f"/messages/{message['id']}/edit", {"message": "again"}).status == 404
        assert ben.texts(dm) == []

    def test_a_message_of_another_conversation_reveals_nothing(
        self, asha: Person, ben: Person, chen: Person, dm: int
    ) -> None:
        message = asha.say(dm, "secret")
        for id_ in (message["id"], message["id"] + 1, 1, 2**53 - 1):
            edited = chen.call("PUT", f"/messages/{id_}/edit", {"message": "x"})
            deleted = chen.call("DELETE", f"/messages/{id_}")
            assert edited.status == deleted.status == 404
            assert edited.body == deleted.body
            assert (edited.body["message"], edited.body["code"]) == ("No such message", "message_not_found")


class TestDeleting:
    def test_it_is_gone_for_everybody(self, asha: Person, ben: Person, dm: int, wire: Wire) -> None:
        asha.say(dm, "stays")
        message, devices = asha.say(dm, "goes"), [asha.connect(), ben.connect()]
        asha.ok("DELETE", f"/messages/{message['id']}")
        for device in devices:
            assert wire.took(device, "msg_deleted") == [{"msg_id": message["id"], "conv_id": dm}]
        assert ben.texts(dm) == ["stays"]
        assert ben.conversation(dm)["last_message"] == {
            "message": "This message was deleted",
            "created_at": message["created_at"],
        }
        asha.ok("DELETE", f"/messages/{message['id']}")
        assert wire.took(devices[0]) == []

    def test_not_by_others(self, asha: Person, ben: Person, dm: int) -> None:
        assert ben.call("DELETE", f"/messages/{asha.say(dm)['id']}").status == 403
        assert ben.texts(dm) == ["hello"]


class TestMembersOnly:
    def test_others_neither_read_nor_write(self, asha: Person, chen: Person, dm: int) -> None:
        asha.say(dm, "secret")
        for conversation in (dm, dm + 1, 999):
            answers = [
                chen.call("GET", f"/messages/{conversation}"),
                chen.call("POST", f"/messages/{conversation}", {"message": "x"}),
                chen.call("POST", f"/conversations/{conversation}/read"),
                chen.call("DELETE", f"/conversations/{conversation}/clear"),
            ]
            assert {answer.status for answer in answers} == {403}
            assert {answer.body["message"] for answer in answers} == {"You are not a member of this conversation"}


class TestClearing:
    def test_hides_the_history_for_oneself_only(self, asha: Person, ben: Person, dm: int) -> None:
        old = asha.say(dm, "old")
        ben.ok("DELETE", f"/conversations/{dm}/clear")
        assert (ben.texts(dm), ben.unread(dm), ben.conversation(dm)["last_message"]) == ([], 0, None)
        assert asha.texts(dm) == ["old"]
        asha.say(dm, "new")
        assert ben.unread(dm) == 1
        assert ben.texts(dm) == ["new"]
        answer = ben.call("POST", f"/messages/{dm}", {"message": "x", "reply_to_id": old["id"]})
        assert answer.body["code"] == "unknown_reply"

    def test_may_be_done_again(self, asha: Person, ben: Person, dm: int) -> None:
        for _ in range(2):
            asha.say(dm)
            ben.texts(dm)
            ben.ok("DELETE", f"/conversations/{dm}/clear")
            ben.ok("DELETE", f"/conversations/{dm}/clear")
            assert ben.texts(dm) == []


class TestList:
    def test_the_latest_first(self, asha: Person, ben: Person, chen: Person, dm: int, clock: FrozenClock) -> None:
        clock.advance(10)
        newer = asha.befriend(chen)

        def order() -> list[int]:
            return [each["id"] for each in asha.ok("GET", "/conversations")["conversations"]]

        assert order() == [newer, dm]
        ben.say(dm, "up")
        assert order() == [dm, newer]
        assert asha.conversation(dm)["last_message"]["message"] == "up"


class TestUnfriending:
    def test_the_conversation_is_gone_for_both(self, asha: Person, ben: Person, dm: int, wire: Wire) -> None:
        message, devices = asha.say(dm), [asha.connect(), ben.connect()]

        ben.ok("DELETE", f"/friend/{asha.id}")

        for device in devices:
            assert wire.took(device, "conversation_removed") == [{"conv_id": dm}]
        for one in (asha, ben):
            assert one.ok("GET", "/conversations")["conversations"] == []
            assert one.call("GET", f"/messages/{dm}").status == 403
            assert one.call("POST", f"/messages/{dm}", {"message": "x"}).status == 403
        assert asha.call("PUT", f"/messages/{message['id']}/edit", {"message": "x"}).status == 404

    def test_a_new_connection_has_a_new_conversation(self, asha: Person, ben: Person, dm: int) -> None:
        asha.say(dm, "old")
        asha.ok("DELETE", f"/friend/{ben.id}")
        again = asha.befriend(ben)
        assert again != dm
        assert ben.texts(again) == []

    def test_no_such_connection_to_remove(self, asha: Person, ben: Person) -> None:
        assert asha.call("DELETE", f"/friend/{ben.id}").status == 404
