"""What is deleted when a conversation ends, and with an account."""

from typing import Any

import pytest

from conversation_eraser.app import lambda_handler as eraser
from smartexam.platform.dynamodb import table
from smartexam.talk.store.messaging import erasing
from smartexam.talk.store.messaging.items import ConversationItem
from tests.factories.chat import Person, Wire
from tests.factories.events import FakeContext, sqs_event
from tests.factories.exams import create_exam, question_ids
from tests.factories.post import PostOffice
from tests.factories.tables import everything
from tests.infrastructure.iam import enforced


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "_PIECE", 3)
    monkeypatch.setattr("smartexam.platform.dynamodb.erasing.PIECE", 3)


def conversation_rows(dynamodb: Any, tables: dict[str, str]) -> list[tuple[str, str]]:
    stored = everything(dynamodb, tables)["messaging"]
    keys = [(item["pk"]["S"], item["sk"]["S"]) for item in stored]
    return [key for key in keys if "CONV#" in key[0] + key[1]]


def work_through(post: PostOffice, context: FakeContext | None = None) -> int:
    """Let the eraser work until its queue is empty; returns the number of messages."""
    messages = 0
    while bodies := [sent.body for sent in post.taken("conversation_eraser")]:
        messages += len(bodies)
        assert eraser(sqs_event(*bodies), context or FakeContext()) == {"batchItemFailures": []}
    return messages


class TestEndedConversations:
    @pytest.mark.usefixtures("small_pieces")
    def test_a_dm_goes_with_all_its_messages(
        self, asha: Person, ben: Person, post: PostOffice, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        dm = asha.befriend(ben)
        messages = [asha.say(dm, str(number)) for number in range(10)]
        asha.ok("DELETE", f"/messages/{messages[0]['id']}")

        asha.ok("DELETE", f"/friend/{ben.id}")
        # Every invocation has time for one piece.
        assert work_through(post, FakeContext(remaining_ms=lambda: 5_000)) > 3

        assert everything(dynamodb, tables)["messaging"] == []

    @pytest.mark.usefixtures("small_pieces")
    def test_a_group_goes_with_memberships_and_messages(
        self, asha: Person, ben: Person, chen: Person, post: PostOffice, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        asha.befriend(ben)
        asha.befriend(chen)
        kept = conversation_rows(dynamodb, tables)
        group = asha.ok("POST", "/group", {"name": "x", "member_ids": [ben.id, chen.id]})["conv_id"]
        for number in range(5):
            ben.say(group, str(number))
        asha.ok("DELETE", f"/group/{group}")
        assert chen.ok("GET", "/unread_count")["unread"] == 0
        work_through(post)
        assert conversation_rows(dynamodb, tables) == kept

    def test_one_that_goes_on_is_left_alone(self, asha: Person, ben: Person, post: PostOffice) -> None:
        dm = asha.befriend(ben)
        asha.say(dm, "stays")
        assert eraser(sqs_event({"conversation_id": dm}), FakeContext()) == {"batchItemFailures": []}
        assert ben.texts(dm) == ["stays"]


class TestDeletedAccounts:
    @pytest.fixture
    def group(self, asha: Person, ben: Person, chen: Person) -> int:
        asha.befriend(ben)
        asha.befriend(chen)
        conversation_id: int = asha.ok("POST", "/group", {"name": "x", "member_ids": [ben.id, chen.id]})["conv_id"]
        return conversation_id

    def erase(self, person: Person) -> int:
        pieces = 1
        while erasing.erase_user(person.id):
            pieces += 1
            assert pieces < 200
        return pieces

    @pytest.mark.usefixtures("small_pieces")
    def test_connections_and_dms_go(
        self, asha: Person, ben: Person, chen: Person, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        dm = asha.befriend(ben)
        for number in range(7):
            asha.say(dm, str(number))
        chen.ok("POST", "/request", {"recipient_id": asha.id})
        device = asha.connect()

        self.erase(asha)

        assert everything(dynamodb, tables)["messaging"] == []
        for one in (ben, chen):
            assert one.ok("GET", "/conversations")["conversations"] == []
            assert one.ok("GET", "/requests/inbox")["requests"] == []
        assert asha.frame(device, "heartbeat") == 200
        assert asha.wire.took(device)[0]["data"]["code"] == "signed_out"

    @pytest.mark.usefixtures("small_pieces")
    def test_group_messages_stay_as_placeholders(self, asha: Person, ben: Person, chen: Person, group: int) -> None:
        first = asha.say(group, "my address is ...")
        for number in range(4):
            ben.say(group, str(number), reply_to_id=first["id"])
        asha.say(group, "bye")

        self.erase(asha)

        messages = ben.ok("GET", f"/messages/{group}")["messages"]
        assert [message["sender_name"] for message in messages] == [
            "Deleted Account",
            *[ben.name] * 4,
            "Deleted Account",
        ]
        assert messages[0]["message"] == messages[5]["message"] == erasing.PLACEHOLDER
        assert (messages[1]["reply_to_name"], messages[1]["reply_to_text"]) == ("Deleted Account", erasing.PLACEHOLDER)

    def test_the_admins_role_passes_on(self, asha: Person, ben: Person, group: int) -> None:
        self.erase(asha)
        members = ben.conversation(group)["members"]
        assert (members[0]["id"], members[0]["is_admin"]) == (ben.id, True)
        assert asha.id not in [member["id"] for member in members]

    def test_messages_of_groups_left_before_too(self, asha: Person, ben: Person, chen: Person, group: int) -> None:
        chen.say(group, "secret")
        chen.ok("DELETE", f"/group/{group}/exit")
        self.erase(chen)
        assert ben.texts(group) == [erasing.PLACEHOLDER]

    def test_deleted_messages_are_never_unread(
        self, asha: Person, ben: Person, group: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asha.say(group, "first")
        asha.ok("DELETE", f"/messages/{asha.say(group, 'never mind')['id']}")
        assert ben.unread(group) == 1
        seen = []
        update = table.update

        def watched(*arguments: Any) -> Any:
            done = update(*arguments)
            seen.append(ben.unread(group))
            return done

        with monkeypatch.context() as patch:
            patch.setattr(table, "update", watched)
            self.erase(asha)

        assert len(seen) > 3
        assert set(seen) == {1}

    def test_with_the_last_member_the_group_goes(
        self, asha: Person, ben: Person, chen: Person, group: int, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        asha.say(group)
        for one in (ben, chen, asha):
            self.erase(one)
        assert everything(dynamodb, tables)["messaging"] == []

    def test_the_eraser_of_accounts_may_do_it(
        self, asha: Person, ben: Person, chen: Person, group: int, tables: dict[str, str]
    ) -> None:
        asha.say(group, client_id="sent once")
        device, question = asha.connect(), question_ids(create_exam().id)[0]
        asha.frame(device, "joinDiscussion", question_id=question)
        chen.ok("DELETE", f"/group/{group}/exit")
        for one in (asha, chen, ben):
            with enforced("AccountEraserFunction", table.connection().client, tables):
                self.erase(one)

    def test_nothing_of_them_is_left(
        self, asha: Person, ben: Person, chen: Person, group: int, dynamodb: Any, tables: dict[str, str], wire: Wire
    ) -> None:
        asha.say(group, "hello", client_id="sent once")
        ben.say(group, "answer")
        asha.connect()

        self.erase(asha)

        stored = everything(dynamodb, tables)
        assert asha.name not in str(stored["messaging"])
        assert f"USER#{asha.id}'" not in str(stored["messaging"])
        assert "sent once" not in str(stored["messaging"]) + str(stored["ephemeral"])


def test_a_conversation_without_its_head_takes_no_messages(asha: Person, ben: Person) -> None:
    dm = asha.befriend(ben)
    table.delete(ConversationItem, f"CONV#{dm}", "META")
    assert asha.call("POST", f"/messages/{dm}", {"message": "x"}).status == 403
