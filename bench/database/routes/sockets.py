"""Chat and discussions over the WebSocket API."""

from functools import partial
from typing import Any

from bench.database import rows
from bench.database.routes.chat import befriend
from bench.database.world import World
from smartexam.talk.store import sockets
from tests.factories.users import access_token


def measure(world: World) -> None:
    """Connect, send every action once, hang up."""
    someone, other = world.new_user(), world.new_user()
    dm = befriend(world, someone, other)
    device, second = f"first-{someone.id}=", f"second-{someone.id}="
    bearer = {"Authorization": f"Bearer {access_token(someone, world.now())}"}
    world.measure("$connect", lambda: world.frame("$connect", device, headers=bearer), "by token")
    ticket = {"ticket": sockets.issue_ticket(someone.principal(), world.now())}
    connect = lambda: world.frame("$connect", second, headers={}, queryStringParameters=ticket)  # noqa: E731 - as below
    world.measure("$connect", connect, "by ticket")
    world.pass_time(2.1)
    frames: list[tuple[str, dict[str, Any]]] = [
        ("sendMessage", {"conv_id": dm, "message": "hello", "client_id": "one"}),
        ("typing", {"conv_id": dm}),
        ("heartbeat", {}),
        ("markRead", {"conv_id": dm}),
        ("joinDiscussion", {"question_id": world.crowd.question_id}),
        ("leaveDiscussion", {"question_id": world.crowd.question_id}),
    ]
    for action, body in frames:
        world.measure(action, partial(world.frame, action, device, body))
    student = f"student-{world.student.id}="
    world.frame("$connect", student, headers={"Authorization": f"Bearer {access_token(world.student, world.now())}"})
    world.pass_time(2.1)
    body = {"conv_id": rows.CONVERSATION, "message": "hello", "client_id": f"socket {world.student.id}"}
    world.measure("sendMessage", lambda: world.frame("sendMessage", student, body), "to a hundred")
    world.measure("$disconnect", lambda: world.frame("$disconnect", device))
