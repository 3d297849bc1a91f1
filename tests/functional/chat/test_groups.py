"""Groups: members, permissions and events."""

import pytest

from tests.factories.chat import Person, Wire
from tests.factories.post import PostOffice
from tests.functional.chat.conftest import NewPerson


@pytest.fixture
def group(asha: Person, ben: Person, chen: Person) -> int:
    asha.befriend(ben)
    asha.befriend(chen)
    conversation_id: int = asha.ok(
        "POST", "/group", {"name": " Physics \n club ", "member_ids": [ben.id, chen.id, ben.id, asha.id]}
    )["conv_id"]
    return conversation_id


def members(person: Person, group: int) -> list[tuple[int, bool]]:
    return [(member["id"], member["is_admin"]) for member in person.conversation(group)["members"]]


class TestCreating:
    def test_members_get_an_event(self, asha: Person, ben: Person, chen: Person, wire: Wire) -> None:
        asha.befriend(ben)
        device = ben.connect()
        group = asha.ok("POST", "/group", {"name": "Physics", "member_ids": [ben.id]})["conv_id"]
        assert wire.took(device, "added_to_group") == [{"conv_id": group, "group_name": "Physics"}]

    def test_is_listed(self, asha: Person, ben: Person, chen: Person, group: int) -> None:
        listed = ben.conversation(group)
        assert (listed["name"], listed["is_group"], listed["other_id"]) == ("Physics club", True, None)
        assert (listed["online"], listed["unread"], listed["last_message"]) == (False, 0, None)
        assert members(ben, group) == [(asha.id, True), (ben.id, False), (chen.id, False)]

    def test_with_connected_people_only(self, asha: Person, ben: Person, chen: Person) -> None:
        asha.befriend(ben)
        asha.ok("POST", "/request", {"recipient_id": chen.id})
        for ids in ([ben.id, chen.id], [ben.id, 999]):
            answer = asha.call("POST", "/group", {"name": "x", "member_ids": ids})
            assert (answer.status, answer.body["code"]) == (403, "not_connected")

    @pytest.mark.parametrize(
        "body",
        [
            {"name": " ", "member_ids": [1]},
            {"name": "x" * 101, "member_ids": [1]},
            {"name": "x", "member_ids": []},
            {"name": "x", "member_ids": ["1"]},
            {"name": "x"},
            {"name": "x", "member_ids": list(range(100, 356))},
        ],
    )
    def test_refuses_other_groups(self, asha: Person, body: object) -> None:
        assert asha.call("POST", "/group", body).status == 400

    def test_not_with_oneself_alone(self, asha: Person) -> None:
        assert asha.call("POST", "/group", {"name": "x", "member_ids": [asha.id]}).status == 400


class TestLargeGroups:
    def test_more_members_than_a_transaction_holds(
        self, asha: Person, ben: Person, person: NewPerson, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("smartexam.talk.store.messaging.groups._CHUNK", 3)
        others = [ben, *(person() for _ in range(6))]
        for other in others:
            asha.befriend(other)
        body = {"name": "All", "member_ids": [other.id for other in others]}
        group = asha.ok("POST", "/group", body)["conv_id"]
        assert [member for member, _ in members(asha, group)] == [asha.id, *(other.id for other in others)]
        asha.say(group)
        assert [other.unread(group) for other in others] == [1] * 7


class TestTalking:
    def test_all_members_get_the_event(self, asha: Person, ben: Person, chen: Person, group: int, wire: Wire) -> None:
        devices = [asha.connect(), chen.connect(), chen.connect()]
        ben.say(group, "hi all")
        for device in devices:
            (message,) = wire.took(device, "chat_message")
            assert (message["message"], message["sender_name"], message["is_own"]) == ("hi all", ben.name, False)
        assert (asha.unread(group), ben.unread(group), chen.unread(group)) == (1, 0, 1)

    def test_not_who_was_removed(self, asha: Person, ben: Person, chen: Person, group: int, wire: Wire) -> None:
        mine = chen.say(group, "mine")
        device = chen.connect()
        asha.ok("DELETE", f"/group/{group}/members/{chen.id}")
        assert wire.took(device) == [{"event": "removed_from_group", "data": {"conv_id": group}}]

        ben.say(group, "about Chen")
        assert wire.took(device) == []
        assert chen.call("GET", f"/messages/{group}").status == 403
        assert chen.call("POST", f"/messages/{group}", {"message": "x"}).status == 403
        assert chen.call("DELETE", f"/messages/{mine['id']}").status == 404
        assert chen.frame(device, "typing", conv_id=group) == 403
        assert chen.frame(device, "sendMessage", conv_id=group, message="x") == 403
        assert group not in [each["id"] for each in chen.ok("GET", "/conversations")["conversations"]]


class TestAdding:
    def test_newcomers_see_what_is_said_from_then_on(
        self, asha: Person, ben: Person, person: NewPerson, group: int, wire: Wire
    ) -> None:
        newcomer = person("Dora")
        asha.befriend(newcomer)
        ben.say(group, "before")
        devices = newcomer.connect(), ben.connect(), asha.connect()

        asha.ok("POST", f"/group/{group}/members", {"user_id": newcomer.id})

        assert wire.took(devices[0], "added_to_group") == [{"conv_id": group, "group_name": "Physics club"}]
        for device in devices[1:]:
            assert wire.took(device, "member_joined") == [
                {"conv_id": group, "user_id": newcomer.id, "user_name": newcomer.name}
            ]
        assert (newcomer.unread(group), newcomer.conversation(group)["last_message"]) == (0, None)
        ben.say(group, "after")
        assert newcomer.unread(group) == 1
        assert newcomer.texts(group) == ["after"]

    def test_by_the_admin_who_is_connected_with_them(
        self, asha: Person, ben: Person, person: NewPerson, group: int
    ) -> None:
        stranger, friend_of_ben = person("Dora"), person("Emil")
        ben.befriend(friend_of_ben)
        body = {"user_id": stranger.id}
        assert asha.call("POST", f"/group/{group}/members", body).body["code"] == "not_connected"
        answer = ben.call("POST", f"/group/{group}/members", {"user_id": friend_of_ben.id})
        assert (answer.status, answer.body["code"]) == (403, "not_the_admin")
        assert stranger.call("POST", f"/group/{group}/members", body).body["code"] == "not_a_member"

    def test_not_twice(self, asha: Person, ben: Person, group: int) -> None:
        assert asha.call("POST", f"/group/{group}/members", {"user_id": ben.id}).status == 409

    def test_not_to_a_conversation_of_two(self, asha: Person, ben: Person, chen: Person, group: int) -> None:
        (dm,) = [each for each in ben.ok("GET", "/conversations")["conversations"] if not each["is_group"]]
        assert asha.call("POST", f"/group/{dm['id']}/members", {"user_id": chen.id}).status == 403
        assert asha.call("DELETE", f"/group/{dm['id']}/exit").status == 403
        assert asha.call("DELETE", f"/group/{dm['id']}").status == 403

    def test_at_most_256(
        self, asha: Person, ben: Person, person: NewPerson, group: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("smartexam.talk.store.messaging.groups.MOST_MEMBERS", 3)
        newcomer = person("Dora")
        asha.befriend(newcomer)
        answer = asha.call("POST", f"/group/{group}/members", {"user_id": newcomer.id})
        assert (answer.status, answer.body["code"]) == (409, "group_full")


class TestLeaving:
    def test_others_get_an_event(self, asha: Person, ben: Person, chen: Person, group: int, wire: Wire) -> None:
        devices = [asha.connect(), ben.connect()]
        chen.ok("DELETE", f"/group/{group}/exit")
        for device in devices:
            assert wire.took(device, "member_left") == [{"conv_id": group, "user_id": chen.id, "user_name": chen.name}]
        assert chen.call("GET", f"/messages/{group}").status == 403

    def test_the_admins_role_passes_to_who_is_there_longest(
        self, asha: Person, ben: Person, chen: Person, group: int
    ) -> None:
        asha.ok("DELETE", f"/group/{group}/exit")
        assert members(chen, group) == [(ben.id, True), (chen.id, False)]
        ben.ok("DELETE", f"/group/{group}/members/{chen.id}")

    def test_the_last_one_out_ends_it(
        self, asha: Person, ben: Person, chen: Person, group: int, post: PostOffice
    ) -> None:
        for one in (asha, ben, chen):
            one.ok("DELETE", f"/group/{group}/exit")
        assert [sent.body for sent in post.sent] == [{"conversation_id": group}]
        assert chen.call("DELETE", f"/group/{group}/exit").status == 403

    def test_removing_oneself_is_leaving(self, asha: Person, ben: Person, group: int) -> None:
        ben.ok("DELETE", f"/group/{group}/members/{ben.id}")
        assert len(members(asha, group)) == 2

    def test_removing_who_is_not_there(self, asha: Person, ben: Person, group: int) -> None:
        assert asha.call("DELETE", f"/group/{group}/members/999").status == 404
        assert ben.call("DELETE", f"/group/{group}/members/{asha.id}").status == 403


class TestEnding:
    def test_it_is_gone_for_everybody(self, asha: Person, ben: Person, chen: Person, group: int, wire: Wire) -> None:
        ben.say(group)
        devices = [asha.connect(), ben.connect(), chen.connect()]
        asha.ok("DELETE", f"/group/{group}")
        for one, device in zip((asha, ben, chen), devices, strict=True):
            assert wire.took(device, "conversation_removed") == [{"conv_id": group}]
            assert group not in [each["id"] for each in one.ok("GET", "/conversations")["conversations"]]
            assert one.call("GET", f"/messages/{group}").status == 403
            assert one.call("POST", f"/messages/{group}", {"message": "x"}).status == 403

    def test_what_was_said_in_it_cannot_be_changed(self, asha: Person, ben: Person, group: int) -> None:
        message_id = ben.say(group)["id"]
        asha.ok("DELETE", f"/group/{group}")

        answers = [
            ben.call("PUT", f"/messages/{message_id}/edit", {"message": "x"}),
            ben.call("DELETE", f"/messages/{message_id}"),
        ]

        assert [(each.status, each.body["code"]) for each in answers] == [(404, "message_not_found")] * 2

    def test_by_its_admin_only(self, ben: Person, group: int) -> None:
        assert ben.call("DELETE", f"/group/{group}").status == 403


def test_groups_outlive_friendships(asha: Person, ben: Person, group: int) -> None:
    asha.ok("DELETE", f"/friend/{ben.id}")
    ben.say(group, "still here")
    assert asha.texts(group) == ["still here"]
