"""The chat events in `events/`: each is answered with success."""

import json
from pathlib import Path
from typing import Any

import pytest

from chat.app import lambda_handler as http
from chat_ws.app import lambda_handler as sockets
from conversation_eraser.app import lambda_handler as eraser
from smartexam.accounts.store import sessions
from smartexam.talk.store.sockets import issue_ticket
from tests.factories.chat import Person
from tests.factories.events import FakeContext, answer_of
from tests.factories.exams import create_exam
from tests.factories.users import access_token
from tests.functional.chat.conftest import NewPerson
from tests.infrastructure import stack

EVENTS = Path(__file__).parents[3] / "events"
CONNECTION = "JKJbYd3pvHcCEVw="


def _named(function: str) -> list[str]:
    return sorted(path.name for path in (EVENTS / function).glob("*.json"))


@pytest.fixture
def caller(person: NewPerson) -> Person:
    """User 1: connected with 2 and 4, asked by 3, the admin of a group with 2, with a connection of their own."""
    me, ben, chen, dora = (person(name) for name in ("Asha", "Ben", "Chen", "Dora"))
    create_exam()
    dm = me.befriend(ben)
    me.befriend(dora)
    chen.ok("POST", "/request", {"recipient_id": me.id})
    me.ok("POST", "/group", {"name": "Mechanics", "member_ids": [ben.id]})
    me.say(dm)
    me.clock.advance(2)
    return me


def read(function: str, name: str, caller: Person) -> Any:
    now, user = caller.clock.now(), caller.user
    text = (EVENTS / function / name).read_text(encoding="utf-8")
    text = text.replace("<access token>", access_token(user, now))
    text = text.replace("<session>", sessions.start_session(user, now))
    event = json.loads(text.replace("<ticket>", issue_ticket(user.principal(), now)))
    if "Origin" in (event.get("headers") or {}):
        event["headers"]["Origin"] = "https://app.example.test"
    return event


@pytest.mark.parametrize("name", _named("chat"))
def test_requests_succeed(name: str, caller: Person) -> None:
    answer = answer_of(http(read("chat", name, caller), FakeContext()))
    assert answer.status == 200, answer.body


@pytest.mark.parametrize("name", _named("chat_ws"))
def test_frames_are_handled(name: str, caller: Person) -> None:
    if not name.startswith("connect"):
        caller.connect(CONNECTION)
    status = sockets(read("chat_ws", name, caller), FakeContext())["statusCode"]
    assert status == (400 if name == "unknown_action.json" else 200)


@pytest.mark.parametrize("name", _named("conversation_eraser"))
def test_work_is_done(name: str, caller: Person) -> None:
    assert eraser(read("conversation_eraser", name, caller), FakeContext()) == {"batchItemFailures": []}


def test_every_route_has_an_event() -> None:
    keys = {json.loads((EVENTS / "chat" / name).read_text(encoding="utf-8"))["routeKey"] for name in _named("chat")}
    assert keys == {f"{method} {path}" for method, path in stack.routes("ChatFunction")}
    routes = [
        json.loads((EVENTS / "chat_ws" / name).read_text(encoding="utf-8"))["requestContext"]["routeKey"]
        for name in _named("chat_ws")
    ]
    declared = {properties["RouteKey"] for _, properties in stack.deployed_of("AWS::ApiGatewayV2::Route")}
    assert set(routes) == declared
