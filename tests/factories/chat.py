"""Chatting users, and what arrives on their devices."""

import itertools
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from chat.app import lambda_handler as http
from chat_ws.app import lambda_handler as sockets
from smartexam.accounts.user import User
from smartexam.talk.realtime.events import EVENTS
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, FakeContext, send
from tests.factories.users import access_token, create_user

_connections = itertools.count(1)


@dataclass
class Wire:
    """The gateway's side of connections: what was posted to each, and which are gone."""

    posted: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    gone: set[str] = field(default_factory=set)

    def post(self, connection_id: str, content: bytes) -> str:
        """In place of `delivery._post_to`."""
        if connection_id in self.gone:
            return "gone"
        event = json.loads(content)
        msgspec.convert(event["data"], EVENTS[event["event"]])
        self.posted[connection_id].append(event)
        return "sent"

    def took(self, connection_id: str, event: str | None = None) -> list[Any]:
        """The data of events posted to a connection since the last call; without a name, whole events."""
        events = self.posted.pop(connection_id, [])
        return events if event is None else [each["data"] for each in events if each["event"] == event]


def socket_event(route: str, connection_id: str, body: Any = "", **fields: Any) -> dict[str, Any]:
    """An event of a WebSocket API."""
    kinds = {"$connect": "CONNECT", "$disconnect": "DISCONNECT"}
    return {
        "requestContext": {
            "routeKey": route,
            "eventType": kinds.get(route, "MESSAGE"),
            "connectionId": connection_id,
            "requestId": f"frame-{next(_connections)}",
            "domainName": "sockets.example.test",
            "stage": "test",
            "apiId": "sockets",
            "identity": {"sourceIp": "203.0.113.7"},
        },
        "body": body if isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
        **fields,
    }


def call_socket(route: str, connection_id: str, body: Any = "", **fields: Any) -> int:
    """Call the function like a WebSocket API does; returns the status."""
    status: int = sockets(socket_event(route, connection_id, body, **fields), FakeContext())["statusCode"]
    return status


class Person:
    """A user with an account, a token and devices."""

    def __init__(self, clock: FrozenClock, wire: Wire, first_name: str = "Asha", **fields: Any) -> None:
        self.clock, self.wire = clock, wire
        self.user: User = create_user(first_name=first_name, **fields)
        self.id = self.user.id
        self.name = self.user.full_name

    def call(self, method: str, path: str, body: Any = None, **request: Any) -> Answer:
        """An HTTP request to chat."""
        token = access_token(self.user, self.clock.now())
        return send(http, method, f"/api/chat{path}", token=token, body=body, **request)

    def ok(self, method: str, path: str, body: Any = None, **request: Any) -> Any:
        """The body of a request that succeeds."""
        answer = self.call(method, path, body, **request)
        assert answer.status == 200, answer.body
        assert answer.body["success"] is True
        return answer.body

    def connect(self, connection_id: str | None = None, headers: Mapping[str, str] | None = None) -> str:
        """Open a connection; returns its id."""
        name = connection_id or f"Connection{next(_connections)}="
        sent = (
            headers if headers is not None else {"Authorization": f"Bearer {access_token(self.user, self.clock.now())}"}
        )
        assert call_socket("$connect", name, headers=sent) == 200
        return name

    def frame(self, connection_id: str, action: str, **fields: Any) -> int:
        """Send a frame; the function's status."""
        return call_socket(action, connection_id, {"action": action, **fields})

    def befriend(self, other: "Person") -> int:
        """Connect with another user; returns their conversation."""
        self.ok("POST", "/request", {"recipient_id": other.id})
        (request,) = [each for each in other.ok("GET", "/requests/inbox")["requests"] if each["from_id"] == self.id]
        conversation_id: int = other.ok("PUT", f"/request/{request['conn_id']}", {"action": "accept"})["conv_id"]
        return conversation_id

    def say(self, conversation_id: int, text: str = "hello", **fields: Any) -> dict[str, Any]:
        """Send a message, at least two seconds after any other."""
        self.clock.advance(2)
        message: dict[str, Any] = self.ok("POST", f"/messages/{conversation_id}", {"message": text, **fields})[
            "message"
        ]
        return message

    def texts(self, conversation_id: int) -> list[str]:
        """The texts of a page of a conversation."""
        return [message["message"] for message in self.ok("GET", f"/messages/{conversation_id}")["messages"]]

    def conversation(self, conversation_id: int) -> dict[str, Any]:
        """A conversation as in the list."""
        listed = self.ok("GET", "/conversations")["conversations"]
        (found,) = [each for each in listed if each["id"] == conversation_id]
        assert isinstance(found, dict)
        return found

    def unread(self, conversation_id: int) -> int:
        """The number of unread messages in a conversation."""
        count: int = self.conversation(conversation_id)["unread"]
        return count
