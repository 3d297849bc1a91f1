"""Chat over HTTP and real WebSockets."""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.contract.client import Client

pytestmark = pytest.mark.contract

_turns = itertools.count(1)


class Device:
    """A connection, and its received events."""

    def __init__(self, url: str, **options: Any) -> None:
        self._connection: ClientConnection = connect(url, open_timeout=30, legacy=True, **options)

    def send(self, action: str, **fields: Any) -> None:
        """Send a frame."""
        self._connection.send(json.dumps({"action": action, **fields}))

    def expect(self, event: str) -> Any:
        """The data of the next event with this name; others are skipped."""
        deadline = time.monotonic() + 20
        while True:
            found = json.loads(self._connection.recv(timeout=deadline - time.monotonic()))
            if found["event"] == event:
                return found["data"]

    def rest(self) -> list[str]:
        """The names of the events received before the answer to a heartbeat that is sent now."""
        self.send("heartbeat")
        names = []
        while True:
            names.append(json.loads(self._connection.recv(timeout=20))["event"])
            if names[-1] == "heartbeat_ack":
                return names[:-1]

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


Open = Callable[[Client], Device]


@pytest.fixture
def device() -> Iterator[Open]:
    """Opens connections by ticket; they are closed at the end."""
    opened: list[Device] = []

    def open_(client: Client) -> Device:
        opened.append(Device(client.post("/api/chat/ws-ticket").body["url"]))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


@pytest.fixture(scope="module")
def ids(student: Client, other_student: Client) -> tuple[int, int]:
    first, second = (client.get("/api/auth/me").body["data"]["id"] for client in (student, other_student))
    return first, second


@pytest.fixture(scope="module")
def dm(student: Client, other_student: Client, ids: tuple[int, int]) -> int:
    student.send("DELETE", f"/api/chat/friend/{ids[1]}")
    student.post("/api/chat/request", {"recipient_id": ids[1]})
    (request,) = other_student.get("/api/chat/requests/inbox").body["requests"]
    answer = other_student.send("PUT", f"/api/chat/request/{request['conn_id']}", {"action": "accept"})
    conversation_id: int = answer.body["conv_id"]
    return conversation_id


@pytest.fixture
def turn(clock: Callable[[float], Any]) -> Callable[[], Any]:
    """Lets the pause between two messages pass."""
    return lambda: clock(3.0 * next(_turns))


class TestHandshake:
    def test_by_ticket_once(self, student: Client, device: Open) -> None:
        url = student.post("/api/chat/ws-ticket").body["url"]
        Device(url).close()
        with pytest.raises(InvalidStatus) as refused:
            Device(url)
        assert refused.value.response.status_code == 401

    def test_by_bearer_token(self, student: Client) -> None:
        url = student.post("/api/chat/ws-ticket").body["url"].partition("?")[0]
        connection = Device(url, additional_headers={"Authorization": f"Bearer {student.token}"})
        connection.send("heartbeat")
        assert connection.expect("heartbeat_ack").keys() == {"server_time"}
        connection.close()

    @pytest.mark.parametrize("query", ["", "?ticket=", "?ticket=nonsense"])
    def test_not_otherwise(self, student: Client, query: str) -> None:
        url = student.post("/api/chat/ws-ticket").body["url"].partition("?")[0]
        with pytest.raises(InvalidStatus) as refused:
            Device(url + query)
        assert refused.value.response.status_code == 401


class TestMessages:
    def test_reach_every_device(
        self, student: Client, other_student: Client, dm: int, device: Open, turn: Callable[[], Any]
    ) -> None:
        turn()
        mine, my_phone, theirs = device(student), device(student), device(other_student)
        mine.send("sendMessage", conv_id=dm, message="over a socket", client_id="s1")
        sent = mine.expect("message_sent")
        assert sent["client_id"] == "s1"
        assert my_phone.expect("chat_message") == sent["message"]
        received = theirs.expect("chat_message")
        assert received == sent["message"] | {"is_own": False}

        other_student.post(f"/api/chat/messages/{dm}", {"message": "over HTTP"})
        assert mine.expect("chat_message")["message"] == "over HTTP"

        turn()
        other_student.send("PUT", f"/api/chat/messages/{received['id']}/edit", {"message": "x"})
        student.send("PUT", f"/api/chat/messages/{received['id']}/edit", {"message": "edited"})
        assert theirs.expect("msg_edited") == {"msg_id": received["id"], "conv_id": dm, "message": "edited"}
        student.send("DELETE", f"/api/chat/messages/{received['id']}")
        assert theirs.expect("msg_deleted") == {"msg_id": received["id"], "conv_id": dm}

    def test_the_pause_holds_over_both_ways(
        self, student: Client, dm: int, device: Open, turn: Callable[[], Any]
    ) -> None:
        turn()
        connection = device(student)
        connection.send("sendMessage", conv_id=dm, message="first")
        connection.expect("message_sent")
        answer = student.post(f"/api/chat/messages/{dm}", {"message": "second"})
        assert (answer.status, int(answer.headers["retry-after"]) <= 2) == (429, True)
        connection.send("sendMessage", conv_id=dm, message="third", client_id="c3")
        error = connection.expect("error")
        assert (error["code"], error["client_id"]) == ("too_fast", "c3")

    def test_typing_reaches_the_other_only(
        self, student: Client, other_student: Client, ids: tuple[int, int], dm: int, device: Open
    ) -> None:
        mine, my_phone, theirs = device(student), device(student), device(other_student)
        mine.send("typing", conv_id=dm)
        typing = theirs.expect("user_typing")
        assert (typing["conv_id"], typing["user_id"]) == (dm, ids[0])
        assert "user_typing" not in my_phone.rest() + mine.rest()

    def test_unread_goes_with_reading(
        self, student: Client, other_student: Client, dm: int, device: Open, turn: Callable[[], Any]
    ) -> None:
        turn()
        connection = device(other_student)
        connection.send("markRead", conv_id=dm)
        connection.rest()
        student.post(f"/api/chat/messages/{dm}", {"message": "unread"})
        assert other_student.get("/api/chat/unread_count").body["unread"] == 1
        connection.send("markRead", conv_id=dm)
        connection.rest()
        assert other_student.get("/api/chat/unread_count").body["unread"] == 0

    def test_an_outsider_gets_and_learns_nothing(
        self, student: Client, admin: Client, dm: int, device: Open, turn: Callable[[], Any]
    ) -> None:
        turn()
        outsider = device(admin)
        message = student.post(f"/api/chat/messages/{dm}", {"message": "secret"}).body["message"]
        for action in ("sendMessage", "typing", "markRead"):
            outsider.send(action, conv_id=dm, message="x")
            assert outsider.expect("error")["code"] == "not_a_member"
        assert admin.get(f"/api/chat/messages/{dm}").status == 403
        assert admin.send("DELETE", f"/api/chat/messages/{message['id']}").status == 404
        assert outsider.rest() == []


class TestPresence:
    def test_friends_see_each_other_come_and_go(
        self, student: Client, other_student: Client, ids: tuple[int, int], dm: int, device: Open
    ) -> None:
        mine, theirs = device(student), device(other_student)
        assert mine.expect("user_online") == {"user_id": ids[1]}
        status = student.get("/api/chat/online_status", query={"ids": f"{ids[0]},{ids[1]}"}).body["status"]
        assert status == {str(ids[0]): True, str(ids[1]): True}
        theirs.close()
        assert mine.expect("user_offline") == {"user_id": ids[1]}


class TestGroups:
    def test_members_get_events_until_they_are_removed(
        self,
        student: Client,
        other_student: Client,
        ids: tuple[int, int],
        dm: int,
        device: Open,
        turn: Callable[[], Any],
    ) -> None:
        theirs = device(other_student)
        group = student.post("/api/chat/group", {"name": "Optics", "member_ids": [ids[1]]}).body["conv_id"]
        assert theirs.expect("added_to_group") == {"conv_id": group, "group_name": "Optics"}
        turn()
        student.post(f"/api/chat/messages/{group}", {"message": "hello"})
        assert theirs.expect("chat_message")["conv_id"] == group
        student.send("DELETE", f"/api/chat/group/{group}/members/{ids[1]}")
        assert theirs.expect("removed_from_group") == {"conv_id": group}
        turn()
        student.post(f"/api/chat/messages/{group}", {"message": "without you"})
        assert theirs.rest() == []
        student.send("DELETE", f"/api/chat/group/{group}")


def test_malformed_frames_get_an_error_and_change_nothing(student: Client, device: Open) -> None:
    connection = device(student)
    for frame in ("", "[", "null", '{"action": 7}', '{"action": "nothing"}', '{"action": "sendMessage"}', "é" * 9000):
        connection._connection.send(frame)
        assert connection.expect("error")["code"] in {"malformed_json", "unknown_action", "invalid_fields"}
    assert connection.rest() == []
