"""§7 of the contract, over HTTP and WebSocket against the local stack."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.contract.client import Answer, Client, is_error

pytestmark = pytest.mark.contract

# Each comment at its own time, past the limit of ten seconds, because the demo students comment in many tests.
_times = count(20, 20)


@pytest.fixture
def post(clock: Callable[[float], Any]) -> Callable[..., Answer]:
    """Comments on a question as a user, past the limit."""

    def comment(client: Client, question_id: int, message: str = "Why?", **fields: Any) -> Answer:
        clock(next(_times))
        return client.post(f"/api/discussion/{question_id}", {"message": message, **fields})

    return comment


@pytest.fixture
def question_ids(new_exam: Callable[..., int], admin: Client) -> list[int]:
    exam_id = new_exam()
    listed = admin.get("/admin/questions", query={"exam_id": exam_id}).body["questions"]
    return [question["id"] for question in listed]


@pytest.fixture
def follower(other_student: Client, question_ids: list[int]) -> Iterator[ClientConnection]:
    """The other student's connection, following the first question."""
    ticket = other_student.post("/api/chat/ws-ticket").body
    with connect(ticket["url"]) as connection:
        join(connection, question_ids[0])
        yield connection


def join(connection: ClientConnection, question_id: int) -> None:
    """Follow a discussion. That has no answer, so a heartbeat is sent and its answer awaited."""
    for frame in ({"action": "joinDiscussion", "question_id": question_id}, {"action": "heartbeat"}):
        connection.send(json.dumps(frame))
    assert received(connection)["event"] == "heartbeat_ack"


def received(connection: ClientConnection) -> dict[str, Any]:
    """The next event that is not about presence."""
    while True:
        event: dict[str, Any] = json.loads(connection.recv(timeout=10))
        if event["event"] not in {"user_online", "user_offline"}:
            return event


def show(client: Client, question_id: int) -> Answer:
    return client.get(f"/api/discussion/{question_id}")


def test_a_thread(post: Callable[..., Answer], student: Client, other_student: Client, question_ids: list[int]) -> None:
    question_id = question_ids[0]
    root = post(student, question_id, "Why B?", exam_id=1)
    assert root.status == 200, root
    reply = post(other_student, question_id, "Because.", parent_id=root.body["message"]["id"])

    body = show(student, question_id).body

    (comment,) = body["comments"]
    assert (body["success"], body["count"]) == (True, 2)
    assert comment.keys() >= {
        *("id", "username", "message", "is_own", "is_pinned", "is_best_answer", "is_edited", "created_at"),
        *("parent_id", "replies"),
    }
    assert (comment["username"], comment["message"], comment["is_own"]) == ("student1", "Why B?", True)
    (shown,) = comment["replies"]
    assert (shown["id"], shown["parent_id"], shown["is_own"]) == (reply.body["message"]["id"], comment["id"], False)


def test_replies_nest_and_placeholders_stay_while_there_are_some(
    post: Callable[..., Answer], student: Client, other_student: Client, question_ids: list[int]
) -> None:
    question_id = question_ids[0]
    chain: list[int] = []
    for author in (student, other_student, student):
        answer = post(author, question_id, f"level {len(chain)}", **({"parent_id": chain[-1]} if chain else {}))
        assert answer.body["message"]["parent_id"] == (chain[-1] if chain else None)
        chain.append(answer.body["message"]["id"])

    other_student.send("DELETE", f"/api/discussion/delete/{chain[1]}")

    body = show(student, question_id).body
    (root,) = body["comments"]
    (placeholder,) = root["replies"]
    (leaf,) = placeholder["replies"]
    assert (body["count"], [root["id"], placeholder["id"], leaf["id"]]) == (2, chain)
    assert placeholder["message"] != "level 1"
    assert leaf["message"] == "level 2"
    student.send("DELETE", f"/api/discussion/delete/{chain[2]}")
    assert [comment["replies"] for comment in show(student, question_id).body["comments"]] == [[]]


def test_limits_and_refusals(
    post: Callable[..., Answer], student: Client, other_student: Client, question_ids: list[int]
) -> None:
    one, another, _ = question_ids
    comment = post(student, one).body["message"]["id"]

    too_soon = student.post(f"/api/discussion/{another}", {"message": "again"})
    refused = {
        "too soon": (too_soon, 429),
        "empty": (post(student, one, " "), 400),
        "nothing to be seen": (post(student, one, "\u200b\x00"), 400),
        "too long": (post(student, one, "x" * 501), 400),
        "parent of another question": (post(student, another, parent_id=comment), 400),
        "unknown question": (post(student, 987654321), 404),
        "edit of another's": (other_student.send("PUT", f"/api/discussion/edit/{comment}", {"message": "x"}), 403),
        "deletion of another's": (other_student.send("DELETE", f"/api/discussion/delete/{comment}"), 403),
        "pin by a student": (student.send("PUT", f"/api/discussion/admin/pin/{comment}"), 403),
        "best by a student": (student.send("PUT", f"/api/discussion/admin/best/{comment}"), 403),
        "no ids": (student.post("/api/discussion/counts/bulk", {"question_ids": []}), 400),
        "unknown comment": (student.send("PUT", "/api/discussion/edit/987654321", {"message": "x"}), 404),
    }

    assert int(too_soon.headers["retry-after"]) <= 10
    for what, (answer, status) in refused.items():
        assert (answer.status, is_error(answer)) == (status, True), what


def test_what_administrators_do(
    post: Callable[..., Answer], student: Client, admin: Client, question_ids: list[int]
) -> None:
    question_id = question_ids[0]
    ids = [post(student, question_id, f"comment {number}").body["message"]["id"] for number in range(3)]

    for is_pinned in (True, False):
        answer = admin.send("PUT", f"/api/discussion/admin/pin/{ids[2]}")
        assert answer.body == {"success": True, "is_pinned": is_pinned}
    admin.send("PUT", f"/api/discussion/admin/pin/{ids[1]}")
    admin.send("PUT", f"/api/discussion/admin/best/{ids[0]}")
    best = admin.send("PUT", f"/api/discussion/admin/best/{ids[2]}").body

    assert best == {"success": True, "is_best_answer": True}
    comments = show(student, question_id).body["comments"]
    assert [(c["id"], c["is_pinned"], c["is_best_answer"]) for c in comments] == [
        (ids[1], True, False),
        (ids[0], False, False),
        (ids[2], False, True),
    ]
    assert admin.send("DELETE", f"/api/discussion/delete/{ids[0]}").body == {"success": True}
    logged = [(entry["action"], entry["target"]) for entry in admin.get("/admin/api/audit").body["entries"]]
    assert {("comment.pin", f"comment:{ids[1]}"), ("comment.best", f"comment:{ids[2]}")} <= set(logged)
    assert ("comment.delete", f"comment:{ids[0]}") in logged
    counts = student.post("/api/discussion/counts/bulk", {"question_ids": question_ids}).body
    assert counts == {"success": True, "counts": {str(each): 2 if each == question_id else 0 for each in question_ids}}


def test_followers_get_an_event(
    follower: ClientConnection,
    post: Callable[..., Answer],
    student: Client,
    admin: Client,
    question_ids: list[int],
    clock: Callable[[float], Any],
) -> None:
    question_id = question_ids[0]
    posted = post(student, question_id, "hello").body["message"]
    comment_id = posted["id"]
    clock(next(_times))
    student.send("PUT", f"/api/discussion/edit/{comment_id}", {"message": "hello again"})
    admin.send("PUT", f"/api/discussion/admin/pin/{comment_id}")
    admin.send("PUT", f"/api/discussion/admin/best/{comment_id}")
    student.send("DELETE", f"/api/discussion/delete/{comment_id}")

    events = [received(follower) for _ in range(5)]

    about = {"comment_id": comment_id, "question_id": question_id}
    assert events == [
        {"event": "new_message", "data": {**posted, "is_own": False, "question_id": question_id, "count": 1}},
        {"event": "edit_message", "data": {**about, "message": "hello again"}},
        {"event": "pin_message", "data": {**about, "is_pinned": True}},
        {"event": "best_message", "data": {**about, "is_best_answer": True}},
        {"event": "delete_message", "data": about},
    ]


def test_it_is_closed_while_sitting_an_attempt_with_the_question(
    follower: ClientConnection,
    post: Callable[..., Answer],
    new_exam: Callable[..., int],
    student: Client,
    other_student: Client,
    admin: Client,
) -> None:
    exam_id = new_exam()
    listed = admin.get("/admin/questions", query={"exam_id": exam_id}).body["questions"]
    question_id = listed[0]["id"]
    join(follower, question_id)
    assert post(student, question_id).status == 200
    assert received(follower)["event"] == "new_message"
    other_student.post(f"/start-exam/{exam_id}")

    closed = [show(other_student, question_id), other_student.post(f"/api/discussion/{question_id}", {"message": "x"})]

    assert [(answer.status, is_error(answer)) for answer in closed] == [(403, True)] * 2
    assert post(student, question_id, "not for those who sit it").status == 200
    follower.send(json.dumps({"action": "heartbeat"}))
    assert received(follower)["event"] == "heartbeat_ack"
    other_student.post(f"/submit-exam/{exam_id}")
    assert show(other_student, question_id).body["count"] == 2


def test_it_goes_with_its_exam(
    post: Callable[..., Answer], new_exam: Callable[..., int], student: Client, admin: Client
) -> None:
    exam_id = new_exam()
    question_id = admin.get("/admin/questions", query={"exam_id": exam_id}).body["questions"][0]["id"]
    comment_id = post(student, question_id).body["message"]["id"]

    admin.post(f"/admin/exams/delete/{exam_id}")

    assert show(student, question_id).status == 404
    assert student.send("PUT", f"/api/discussion/edit/{comment_id}", {"message": "x"}).status == 404
