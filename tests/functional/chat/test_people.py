"""Searching for users and connecting with them."""

import pytest

from chat import people
from chat.app import lambda_handler
from tests.factories.chat import Person, Wire
from tests.factories.clock import FrozenClock
from tests.factories.events import send
from tests.functional.chat.conftest import NewPerson


class TestSearch:
    def test_finds_by_username_and_by_words_of_the_name(self, asha: Person, person: NewPerson) -> None:
        found = person("Priya", last_name="van der Berg", username="pvb77")

        for typed in ("pvb", "PRIY", "der", "berg", "van d"):
            (user,) = asha.ok("GET", "/search", query={"q": typed})["users"]
            assert user == {
                "id": found.id,
                "username": "pvb77",
                "full_name": "Priya van der Berg",
                "online": False,
                "connection_status": None,
            }

    def test_nobody_by_one_letter_or_by_the_middle_of_a_word(self, asha: Person, ben: Person) -> None:
        for typed in ("b", "", "en"):
            assert asha.ok("GET", "/search", query={"q": typed})["users"] == []

    def test_never_oneself_nor_who_set_no_password(self, asha: Person, person: NewPerson) -> None:
        person("Asha", password=None)
        assert asha.ok("GET", "/search", query={"q": "asha"})["users"] == []

    def test_at_most_ten(self, asha: Person, person: NewPerson) -> None:
        for number in range(12):
            person(f"Zoe{number}")
        assert len(asha.ok("GET", "/search", query={"q": "zo"})["users"]) == 10

    def test_so_many_times_in_ten_minutes(
        self, asha: Person, ben: Person, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(people, "SEARCHES_IN_TEN_MINUTES", 2)
        statuses = [asha.call("GET", "/search", query={"q": "ben"}).status for _ in range(3)]
        assert statuses == [200, 200, 429]

        assert ben.call("GET", "/search", query={"q": "asha"}).status == 200
        clock.advance(600)
        assert asha.call("GET", "/search", query={"q": "ben"}).status == 200

    def test_shows_presence_and_connection(self, asha: Person, ben: Person) -> None:
        def of_ben() -> tuple[bool, str | None]:
            (user,) = asha.ok("GET", "/search", query={"q": "ben"})["users"]
            return user["online"], user["connection_status"]

        assert of_ben() == (False, None)
        asha.ok("POST", "/request", {"recipient_id": ben.id})
        ben.connect()
        assert of_ben() == (True, "pending")


class TestRequests:
    def test_asked_and_accepted(self, asha: Person, ben: Person, wire: Wire, clock: FrozenClock) -> None:
        device_of_ben, device_of_asha = ben.connect(), asha.connect()

        asha.ok("POST", "/request", {"recipient_id": ben.id})

        (event,) = wire.took(device_of_ben, "chat_request")
        (waiting,) = ben.ok("GET", "/requests/inbox")["requests"]
        assert event == {"conn_id": waiting["conn_id"], "from_id": asha.id, "from_name": asha.name}
        assert waiting == {
            "conn_id": event["conn_id"],
            "from_id": asha.id,
            "from_name": asha.name,
            "from_username": asha.user.username,
            "created_at": "2026-01-05T04:30:00.000Z",
        }
        assert ben.ok("GET", "/unread_count")["requests"] == 1

        accepted = ben.ok("PUT", f"/request/{waiting['conn_id']}", {"action": "accept"})

        assert wire.took(device_of_asha, "request_accepted") == [
            {"conn_id": waiting["conn_id"], "conv_id": accepted["conv_id"], "by_name": ben.name}
        ]
        assert ben.ok("GET", "/requests/inbox")["requests"] == []
        assert asha.conversation(accepted["conv_id"]) == {
            "id": accepted["conv_id"],
            "name": ben.name,
            "is_group": False,
            "unread": 0,
            "online": True,
            "other_id": ben.id,
            "members": [
                {"id": asha.id, "name": asha.name, "is_admin": False},
                {"id": ben.id, "name": ben.name, "is_admin": False},
            ],
            "last_message": None,
        }

    def test_accepting_twice_gives_the_same_conversation(self, asha: Person, ben: Person) -> None:
        asha.ok("POST", "/request", {"recipient_id": ben.id})
        (waiting,) = ben.ok("GET", "/requests/inbox")["requests"]
        answers = [ben.ok("PUT", f"/request/{waiting['conn_id']}", {"action": "accept"}) for _ in range(2)]
        assert answers[0] == answers[1]
        assert ben.call("PUT", f"/request/{waiting['conn_id']}", {"action": "reject"}).status == 409

    def test_asking_twice_or_when_connected_is_a_conflict(self, asha: Person, ben: Person) -> None:
        asha.ok("POST", "/request", {"recipient_id": ben.id})
        assert asha.call("POST", "/request", {"recipient_id": ben.id}).body["code"] == "already_requested"
        ben.ok("POST", "/request", {"recipient_id": asha.id})
        for one, other in ((asha, ben), (ben, asha)):
            answer = one.call("POST", "/request", {"recipient_id": other.id})
            assert (answer.status, answer.body["code"]) == (409, "already_connected")

    def test_if_both_ask_the_second_accepts(self, asha: Person, ben: Person) -> None:
        asha.ok("POST", "/request", {"recipient_id": ben.id})
        ben.ok("POST", "/request", {"recipient_id": asha.id})
        for one in (asha, ben):
            assert len(one.ok("GET", "/conversations")["conversations"]) == 1
            assert one.ok("GET", "/requests/inbox")["requests"] == []

    def test_after_a_rejection_either_may_ask_again(self, asha: Person, ben: Person) -> None:
        for asker, asked in ((asha, ben), (asha, ben), (ben, asha)):
            asker.ok("POST", "/request", {"recipient_id": asked.id})
            (waiting,) = asked.ok("GET", "/requests/inbox")["requests"]
            assert asked.ok("PUT", f"/request/{waiting['conn_id']}", {"action": "reject"}) == {"success": True}
            (user,) = asker.ok("GET", "/search", query={"q": asked.user.username})["users"]
            assert user["connection_status"] == "rejected"

    @pytest.mark.parametrize("ending", ["rejection", "end of the friendship"])
    def test_a_person_is_asked_twice_a_day(self, asha: Person, ben: Person, clock: FrozenClock, ending: str) -> None:
        for _ in range(2):
            asha.ok("POST", "/request", {"recipient_id": ben.id})
            # A request that is refused does not count, and the limit does not hide why it is.
            assert asha.call("POST", "/request", {"recipient_id": ben.id}).body["code"] == "already_requested"
            (waiting,) = ben.ok("GET", "/requests/inbox")["requests"]
            if ending == "rejection":
                ben.ok("PUT", f"/request/{waiting['conn_id']}", {"action": "reject"})
            else:
                ben.ok("PUT", f"/request/{waiting['conn_id']}", {"action": "accept"})
                ben.ok("DELETE", f"/friend/{asha.id}")
        assert asha.call("POST", "/request", {"recipient_id": ben.id}).status == 429
        ben.ok("POST", "/request", {"recipient_id": asha.id})
        ben.ok("DELETE", f"/friend/{asha.id}")

        clock.advance(24 * 3600)
        asha.ok("POST", "/request", {"recipient_id": ben.id})

    def test_a_limit_hides_neither_that_a_request_waits_nor_a_connection(self, asha: Person, ben: Person) -> None:
        for _ in range(2):
            asha.ok("POST", "/request", {"recipient_id": ben.id})
            ben.ok("DELETE", f"/friend/{asha.id}")
        ben.ok("POST", "/request", {"recipient_id": asha.id})

        asha.ok("POST", "/request", {"recipient_id": ben.id})  # accepts
        assert asha.call("POST", "/request", {"recipient_id": ben.id}).body["code"] == "already_connected"

    def test_thirty_requests_an_hour(self, asha: Person, person: NewPerson, clock: FrozenClock) -> None:
        *others, last = [person().id for _ in range(31)]
        for other in others:
            asha.ok("POST", "/request", {"recipient_id": other})
        assert asha.call("POST", "/request", {"recipient_id": last}).status == 429

        clock.advance(3600)
        asha.ok("POST", "/request", {"recipient_id": last})

    def test_only_the_recipient_answers(self, asha: Person, ben: Person, chen: Person) -> None:
        asha.ok("POST", "/request", {"recipient_id": ben.id})
        (waiting,) = ben.ok("GET", "/requests/inbox")["requests"]
        for other in (asha, chen):
            assert other.call("PUT", f"/request/{waiting['conn_id']}", {"action": "accept"}).status == 403
        assert ben.call("PUT", "/request/999", {"action": "accept"}).status == 404
        assert ben.call("PUT", f"/request/{waiting['conn_id']}", {"action": "maybe"}).status == 400

    def test_neither_oneself_nor_an_unknown_user(self, asha: Person, person: NewPerson) -> None:
        assert asha.call("POST", "/request", {"recipient_id": asha.id}).status == 400
        assert asha.call("POST", "/request", {"recipient_id": 999}).status == 404
        assert asha.call("POST", "/request", {"recipient_id": person(password=None).id}).status == 404
        assert asha.call("POST", "/request", {}).body["errors"][0]["field"] == "recipient_id"


class TestPresence:
    def test_online_while_heard_of_within_two_minutes(self, asha: Person, ben: Person, clock: FrozenClock) -> None:
        device = ben.connect()

        def status() -> dict[str, bool]:
            found: dict[str, bool] = asha.ok("GET", "/online_status", query={"ids": f"{asha.id},{ben.id},999"})[
                "status"
            ]
            return found

        assert status() == {str(asha.id): False, str(ben.id): True, "999": False}
        clock.advance(119)
        assert status()[str(ben.id)]
        ben.frame(device, "heartbeat")
        clock.advance(119)
        assert status()[str(ben.id)]
        clock.advance(1)
        assert not status()[str(ben.id)]

    def test_ids_are_one_to_a_hundred_numbers(self, asha: Person) -> None:
        for ids in ("", "a", "1,,2", "-1", ",".join(["1"] * 101), "99999999999999999"):
            assert asha.call("GET", "/online_status", query={"ids": ids}).status == 400, ids
        asha.ok("GET", "/online_status", query={"ids": ",".join(str(number) for number in range(1, 101))})


def test_signed_in_users_only(asha: Person) -> None:
    assert send(lambda_handler, "GET", "/api/chat/conversations").status == 401
