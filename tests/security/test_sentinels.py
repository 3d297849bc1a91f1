"""Planted values are found where they may be, and nowhere else: mails, messages, prompts, frames, errors and logs.

The access matrix checks the answers of all routes, their events and log lines.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chat_ws.app import lambda_handler as sockets
from smartexam.platform.dynamodb import engine
from tests.factories.chat import socket_event
from tests.factories.events import Answer, FakeContext
from tests.factories.forms import multipart
from tests.factories.model_server import replies
from tests.factories.papers import mock_paper
from tests.security import gateway
from tests.security.access_rules import ROWS, Row
from tests.security.belongings import NOTHING, Belongings
from tests.security.sentinels import ALLOWED, Sentinel, content_of, is_allowed, leaks
from tests.security.test_access_matrix import ROLES
from tests.security.test_browser_requests import caller_of
from tests.security.world import World

SOCKET = "socket-of-{}="


def ask(world: World, reader: str, method: str, path: str, **request: Any) -> Answer:
    return gateway.call(method, path, token=world.tokens[reader], **request)


def leaked(world: World, content: str | bytes, reader: str = "", where: str = "elsewhere") -> list[str]:
    raw = content.encode() if isinstance(content, str) else content
    return leaks(raw, world.sentinels, reader=reader, role=ROLES.get(reader, ""), where=where)


# For each allowance a call whose answer contains the value: (kind, reader, whose resources, method, path).
SHOWN = (
    ("key of a running exam", "admin", "user", "GET", "/admin/questions/get/{running_question}"),
    ("tolerance of a pending exam", "admin", "user", "GET", "/admin/questions/export-csv/{pending}"),
    ("address", "admin", "user", "GET", "/admin/api/users/search"),
    ("reason", "admin", "user", "GET", "/admin/api/requests/list"),
    ("address", "user", "user", "GET", "/api/auth/me"),
    ("score", "admin", "user", "GET", "/admin/users-analytics/results"),
    ("answer", "admin", "user", "GET", "/admin/users-analytics/download-result/{result}"),
    ("key", "admin", "user", "GET", "/admin/users-analytics/download-result/{result}"),
    ("key", "user", "user", "GET", "/response/{sat}"),
    ("solution", "admin", "user", "GET", "/admin/users-analytics/download-result/{result}"),
    ("solution", "user", "user", "GET", "/response/{sat}"),
    ("solution", "user", "user", "GET", "/response-pdf/{sat}"),
    ("answer", "user", "user", "GET", "/response-pdf/{sat}"),
    ("draft", "user", "user", "GET", "/exam/{running}"),
    ("message", "user", "user", "GET", "/api/chat/messages/{conversation}"),
    ("group", "user", "user", "GET", "/api/chat/conversations"),
    ("study", "user", "user", "GET", "/api/assistant-init"),
)


@pytest.mark.parametrize(("kind", "reader", "owner", "method", "path"), SHOWN)
def test_what_may_be_read_is_found_and_would_be_a_leak_elsewhere(
    kind: str, reader: str, owner: str, method: str, path: str, world: World
) -> None:
    values = {name: getattr(world.owned[owner], name) for name in Belongings.__slots__}
    answer = ask(world, reader, method, path.format(**values))
    assert answer.status == 200, answer.body

    content, where = content_of(answer), gateway.anonymous(method, path)
    assert leaked(world, content, reader, where) == []
    assert f"{kind} of {owner}" in leaked(world, content, "other", where)
    assert f"{kind} of {owner}" in leaked(world, content, reader, "GET /elsewhere")


def test_every_allowance_is_shown_to_be_needed() -> None:
    needed = [*SHOWN, ("access token", "user", "user", "POST", "/api/auth/login")]
    for allowance in ALLOWED:
        if allowance.where.startswith("a frame"):
            continue  # tested with frames
        assert [
            kind
            for kind, reader, owner, method, path in needed
            if is_allowed(
                Sentinel(kind, "", owner), reader=reader, role=ROLES[reader], where=gateway.anonymous(method, path)
            )
        ], allowance


def test_unreleased_questions_are_for_admins_alone(world: World) -> None:
    path = f"/admin/questions/export-csv/{world.unreleased}"
    content = content_of(ask(world, "admin", "GET", path))
    assert "unreleased of " in leaked(world, content, "user", "GET /admin/questions/export-csv/{}")
    for route in (
        "GET /api/exams/{}",
        "GET /preload-exam/{}",
        "POST /start-exam/{}",
        "GET /exam/{}",
        "GET /response/{}",
    ):
        method, path = route.split()
        answer = ask(world, "user", method, path.format(world.unreleased))
        assert leaked(world, content_of(answer), "user", route) == []


class TestMailsAndMessages:
    def test_a_link_goes_to_its_owner_and_into_no_queue(self, world: World) -> None:
        for path, body in (
            ("/api/request-password-reset", {"email": world.owned["user"].email}),
            ("/create_account", {"email": world.owned["user"].email, "first_name": "A", "last_name": "B"}),
            ("/create_account", {"email": "new@example.org", "first_name": "A", "last_name": "B"}),
        ):
            gateway.call("POST", path, body=body)
        queued = json.dumps([(sent.queue, sent.body) for sent in world.post.sent])
        mails = world.post.delivered()

        # A message contains the address that somebody typed, and nothing else that is stored.
        assert set(leaked(world, queued)) == {"address of user"}
        assert [mail.to for mail in mails] == [world.owned["user"].email] * 2 + ["new@example.org"]
        for mail in mails:
            assert leaked(world, f"{mail.letter.subject}{mail.letter.text}{mail.letter.html}") == []
        assert leaked(world, "\n".join(world.logged.lines)) == []
        assert mails[0].token not in "\n".join(world.logged.lines)

    def test_erasing_names_nobody(self, world: World) -> None:
        assert ask(world, "user", "POST", "/api/delete-account", body={"confirm": "DELETE"}).status == 200
        # But for the mail that tells the owner.
        orders = [sent.body for sent in world.post.sent if sent.queue != "mail"]
        assert orders
        assert leaked(world, json.dumps(orders)) == []


class TestPrompts:
    def test_the_assistant_is_told_what_its_own_student_asked(self, world: World) -> None:
        assert ask(world, "user", "POST", f"/submit-exam/{world.owned['user'].running}").status == 200
        assert ask(world, "user", "POST", "/api/study-chat", body={"message": "What is g?"}).status == 200

        (request,) = world.model.requests
        told = leaked(world, json.dumps(request["messages"]), "user", "a prompt")
        assert set(told) == {"study of user"}

    @pytest.mark.parametrize("mode", ["pure", "mine", "extract"])
    def test_questions_are_made_without_a_look_at_those_there_are(
        self, mode: str, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        unreadable = mock_paper().replace(b"Velocity", b"Velo\xffity")
        monkeypatch.setattr(world.model, "script", replies('{"questions": []}'))
        fields = {"mode": mode, "exam_id": str(world.unreleased), "mcq_count": "1", "topic": "Motion"}
        form = multipart(fields, {} if mode == "pure" else {"pdf_file": ("paper.pdf", unreadable)})
        answer = ask(world, "admin", "POST", "/admin/ai-command-centre/generate", **form)
        assert answer.status == 200, answer.body
        assert world.model.requests or mode == "extract"
        assert leaked(world, json.dumps(world.model.requests)) == []


FRAMES: tuple[tuple[str, dict[str, str]], ...] = (
    ("sendMessage", {"conv_id": "conversation", "message": "hello"}),
    ("sendMessage", {"conv_id": "conversation", "message": "hello", "reply_to_id": "heard"}),
    ("typing", {"conv_id": "conversation"}),
    ("markRead", {"conv_id": "group"}),
    ("joinDiscussion", {"question_id": "running_question"}),
    ("joinDiscussion", {"question_id": "question"}),
    ("leaveDiscussion", {"question_id": "question"}),
    ("heartbeat", {}),
    ("nonsense", {}),
)


@pytest.mark.parametrize("whose", ["user", "other"])
@pytest.mark.parametrize(("action", "fields"), FRAMES)
def test_frames_tell_no_more_than_requests(action: str, fields: dict[str, str], whose: str, world: World) -> None:
    things = world.owned[whose]
    body = {name: getattr(things, value, value) for name, value in fields.items()}
    sockets(socket_event(action, SOCKET.format("user"), {"action": action, **body}), FakeContext())
    for name in ROLES:
        for frame in world.wire.posted.get(SOCKET.format(name), ()):
            assert leaked(world, json.dumps(frame), name, f"a frame after {action}") == []
    assert leaked(world, "\n".join(world.logged.lines)) == []
    if whose == "other" and action in {"sendMessage", "typing", "markRead"}:
        assert [frame["data"]["code"] for frame in world.wire.posted[SOCKET.format("user")]] == ["not_a_member"]
        assert world.changes() == [f"frame to {SOCKET.format('user')}"] or not_written(world)


def not_written(world: World) -> bool:
    """Whether nothing was stored except that somebody was online."""
    kept = ("frame to", "EPHEMERAL_TABLE:SOCKETS#")
    return [key for key in world.changes() if not key.startswith(kept)] == []


FAULTS: dict[str, Exception] = {
    "throttled": ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, "GetItem"),
    "refused": ClientError({"Error": {"Code": "AccessDeniedException", "Message": "arn:aws:iam::123456789012"}}, "Put"),
    "unforeseen": RuntimeError("something that nobody thought of"),
}


@pytest.mark.parametrize(("fault", "call"), [*((name, 1) for name in FAULTS), ("unforeseen", 2)])
def test_errors_tell_nothing(fault: str, call: int, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for row, answer in failing(world, FAULTS[fault], call, monkeypatch):
        assert answer.status < 400 or gateway.is_error(answer), row
        assert leaked(world, content_of(answer), caller_of(row), row.name) == [], row
        said = json.dumps(answer.body) if isinstance(answer.body, dict) else ""
        assert str(FAULTS[fault]) not in said
    logged = "\n".join(world.logged.lines)
    # A log may name the place in the code, and the service's message.
    told = [leak for leak in leaked(world, logged) if leak not in {"a trace", "where the code lies", "an AWS account"}]
    assert told == []
    assert "something that nobody thought of" in logged or fault != "unforeseen"


def failing(world: World, error: Exception, call: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Row, Answer]]:
    """Every route, with its database call number `call` failing."""
    is_temporary = isinstance(error, ClientError) and "Throttling" in str(error)
    client = engine.connection().client
    real, counted = client._make_api_call, [0]

    def fail(*arguments: Any) -> Any:
        counted[0] += 1
        if counted[0] == call:
            raise error
        return real(*arguments)

    monkeypatch.setattr(client, "_make_api_call", fail)
    # All routes of a function share the handler of unexpected errors, and its traceback is slow to write.
    one_of_each = {gateway.handler_of(row.method, row.request(NOTHING)[1]): row for row in ROWS}
    for row in ROWS if is_temporary else one_of_each.values():
        reader = caller_of(row)
        counted[0] = 0
        method, path, request = row.request(world.of(reader))
        yield row, gateway.call(method, path, token=world.tokens[reader], **request)
    monkeypatch.undo()
