"""Chat over HTTP, in a group with a long history and with a friend."""

from typing import Any

from bench.database import rows
from bench.database.world import World
from smartexam.accounts.user import User

_PAUSE = 2.1
_DMS = 10


def measure(world: World) -> None:
    """Find people, get connected, talk, read, look back, block, leave."""
    student, friend = world.student, world.friend

    def as_(who: User, method: str, path: str, body: Any = None, **request: Any) -> Any:
        return lambda: world.call("chat", who, method, f"/api/chat{path}", body, **request)

    world.measure("GET /api/chat/search", as_(student, "GET", "/search", query={"q": "as"}), "two letters")
    world.measure("GET /api/chat/search", as_(student, "GET", "/search", query={"q": "asha.abel0"}), "a username")
    world.measure("POST /api/chat/request", as_(student, "POST", "/request", {"recipient_id": friend.id}))
    inbox = world.measure("GET /api/chat/requests/inbox", as_(friend, "GET", "/requests/inbox"))
    path = f"/request/{inbox.body['requests'][0]['conn_id']}"
    accepted = world.measure("PUT /api/chat/request/{conn_id}", as_(friend, "PUT", path, {"action": "accept"}))
    dm = accepted.body["conv_id"]
    for _ in range(_DMS):
        befriend(world, student, world.new_user())
    group = rows.CONVERSATION

    def send(what: str, id_: int) -> Any:
        world.pass_time(_PAUSE)
        body = {"message": "hello", "client_id": f"{what} of {student.id}"}
        call = as_(student, "POST", f"/messages/{id_}", body)
        return world.measure("POST /api/chat/messages/{chat_id}", call, what)

    send("to one", dm)
    sent = send("to a hundred", group)
    message_id = sent.body["message"]["id"]
    messages = "GET /api/chat/messages/{chat_id}"
    world.measure(messages, as_(friend, "GET", f"/messages/{group}"), "the newest")
    middle = rows.message_time(world.crowd.scale.in_conversation // 2) / 1000
    before = {"before": _iso(middle)}
    world.measure(messages, as_(friend, "GET", f"/messages/{group}", query=before), "from the middle")
    world.pass_time(10.1)
    edit = as_(student, "PUT", f"/messages/{message_id}/edit", {"message": "hullo"})
    world.measure("PUT /api/chat/messages/{chat_id}/edit", edit)
    world.measure("DELETE /api/chat/messages/{chat_id}", as_(student, "DELETE", f"/messages/{message_id}"))
    world.measure("GET /api/chat/conversations", as_(student, "GET", "/conversations"), "twelve")
    world.measure("GET /api/chat/unread_count", as_(student, "GET", "/unread_count"))
    ids = ",".join(str(rows.user(number).id) for number in range(100))
    world.measure("GET /api/chat/online_status", as_(student, "GET", "/online_status", query={"ids": ids}), "a hundred")
    read = "POST /api/chat/conversations/{conv_id}/read"
    world.measure(read, as_(student, "POST", f"/conversations/{group}/read"))
    clear = "DELETE /api/chat/conversations/{conv_id}/clear"
    world.measure(clear, as_(student, "DELETE", f"/conversations/{dm}/clear"))
    _groups(world)
    world.measure("POST /api/chat/ws-ticket", as_(student, "POST", "/ws-ticket"))
    complaint = {"user_id": friend.id, "reason": "rude"}
    world.measure("POST /api/chat/report", as_(student, "POST", "/report", complaint))
    block = f"/block/{friend.id}"
    world.measure("POST /api/chat/block/{user_id}", as_(student, "POST", block))
    world.measure("GET /api/chat/blocked", as_(student, "GET", "/blocked"))
    world.measure("DELETE /api/chat/block/{user_id}", as_(student, "DELETE", block))
    gone = as_(student, "DELETE", f"/friend/{friend.id}")
    world.measure("DELETE /api/chat/friend/{other_id}", gone)


def befriend(world: World, one: User, other: User) -> int:
    """Have two get connected; their conversation."""
    world.call("chat", one, "POST", "/api/chat/request", {"recipient_id": other.id})
    (request,) = world.call("chat", other, "GET", "/api/chat/requests/inbox").body["requests"]
    path = f"/api/chat/request/{request['conn_id']}"
    conversation_id: int = world.call("chat", other, "PUT", path, {"action": "accept"}).body["conv_id"]
    return conversation_id


def _groups(world: World) -> None:
    student, friends = world.student, [world.new_user() for _ in range(3)]
    for each in friends:
        befriend(world, student, each)

    def as_(who: User, method: str, path: str, body: Any = None) -> Any:
        return lambda: world.call("chat", who, method, f"/api/chat/group{path}", body)

    new = {"name": "Study", "member_ids": [each.id for each in friends[:2]]}
    group = world.measure("POST /api/chat/group", as_(student, "POST", "", new)).body["conv_id"]
    members = "POST /api/chat/group/{conv_id}/members"
    world.measure(members, as_(student, "POST", f"/{group}/members", {"user_id": friends[2].id}))
    remove = "DELETE /api/chat/group/{conv_id}/members/{user_id}"
    world.measure(remove, as_(student, "DELETE", f"/{group}/members/{friends[2].id}"))
    world.measure("DELETE /api/chat/group/{conv_id}/exit", as_(friends[0], "DELETE", f"/{group}/exit"))
    world.measure("DELETE /api/chat/group/{conv_id}", as_(student, "DELETE", f"/{group}"))


def _iso(moment: float) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415 - only here

    return datetime.fromtimestamp(moment, UTC).isoformat()
