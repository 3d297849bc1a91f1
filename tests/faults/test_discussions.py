"""Discussions while AWS fails: counts are right, and a refused comment does not use a turn."""

from typing import Any

import pytest

from discussions.app import lambda_handler
from smartexam.accounts.user import User
from tests.factories.chat import call_socket
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import MCQ, create_exam, question_ids
from tests.factories.users import access_token, create_user
from tests.faults.consistency import Stored, of
from tests.faults.drill import Drill, Flow
from tests.faults.expected import code, ok


class Forum:
    """A question, and users who discuss it."""

    def __init__(self, clock: FrozenClock) -> None:
        self.clock = clock
        self.question_id = question_ids(create_exam([MCQ]).id)[0]
        self.user = create_user()
        self.admin = create_user(role="user,admin")
        follower = create_user()
        headers = {"authorization": f"Bearer {access_token(follower, clock.now())}"}
        call_socket("$connect", "laptop", headers=headers)
        call_socket("joinDiscussion", "laptop", {"action": "joinDiscussion", "question_id": self.question_id})

    def call(self, method: str, path: str, body: Any = None, user: User | None = None) -> Answer:
        token = access_token(user or self.user, self.clock.now())
        return send(lambda_handler, method, f"/api/discussion{path}", token=token, body=body)

    def say(self, message: str, **fields: Any) -> int:
        answer = self.call("POST", f"/{self.question_id}", {"message": message, **fields})
        assert answer.status == 200, answer.body
        self.clock.advance(10)
        comment_id: int = answer.body["message"]["id"]
        return comment_id


@pytest.fixture
def forum(drill: Drill, clock: FrozenClock) -> Forum:
    return Forum(clock)


def comments(stored: Stored) -> int:
    return len(of(stored["discussions"], "QUESTION#", "THREAD#"))


def test_post(drill: Drill, forum: Forum) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        # A repeated comment without a client-side id is stored twice, if its turn has come.
        assert comments(stored) in {1, 2}
        told = [each for each in drill.cloud.frames.get("laptop", ()) if each["event"] == "new_message"]
        assert len(told) <= comments(stored)

    drill.run(
        Flow(
            stored_by="TransactWriteItems",
            call=lambda: forum.call("POST", f"/{forum.question_id}", {"message": "Why B?"}),
            done=ok,
            # The comment is stored, and its author, who does not know, is within the pause.
            done_before=code("too_fast"),
            audit=audit,
        )
    )


def test_a_turn_is_not_lost_with_its_comment(drill: Drill, forum: Forum) -> None:
    """After any fault but a lost answer, the comment can be sent again as soon as the answer says."""
    forum.say("First")

    def audit(stored: Stored, answer: Answer) -> None:
        assert comments(stored) >= 2

    drill.run(
        Flow(
            call=lambda: forum.call("POST", f"/{forum.question_id}", {"message": "Second"}),
            done=ok,
            done_before=code("too_fast"),
            audit=audit,
        )
    )


def test_reply(drill: Drill, forum: Forum) -> None:
    root = forum.say("Why B?")
    body = {"message": "Because it has a direction", "parent_id": root}

    def audit(stored: Stored, answer: Answer) -> None:
        assert comments(stored) in {2, 3}

    drill.run(
        Flow(
            stored_by="TransactWriteItems",
            call=lambda: forum.call("POST", f"/{forum.question_id}", body),
            done=ok,
            done_before=code("too_fast"),
            audit=audit,
        )
    )


def test_edit(drill: Drill, forum: Forum) -> None:
    comment_id = forum.say("Why B?")
    forum.clock.advance(10)

    def audit(stored: Stored, answer: Answer) -> None:
        ((_, row),) = of(stored["discussions"], "QUESTION#", "THREAD#").items()
        assert row["message"] == "Why not C?"

    drill.run(
        Flow(
            stored_by="UpdateItem",
            call=lambda: forum.call("PUT", f"/edit/{comment_id}", {"message": "Why not C?"}),
            done=ok,
            done_before=code("too_fast"),
            audit=audit,
        )
    )


@pytest.mark.parametrize("has_replies", [False, True])
def test_delete(drill: Drill, forum: Forum, has_replies: bool) -> None:
    comment_id = forum.say("Why B?")
    forum.call("PUT", f"/admin/pin/{comment_id}", user=forum.admin)
    if has_replies:
        forum.say("Because", parent_id=comment_id)

    def audit(stored: Stored, answer: Answer) -> None:
        assert comments(stored) == (2 if has_replies else 0)

    drill.run(
        Flow(
            stored_by="TransactWriteItems",
            call=lambda: forum.call("DELETE", f"/delete/{comment_id}"),
            done=ok,
            done_before=code("comment_not_found"),
            audit=audit,
        )
    )


@pytest.mark.parametrize("is_marked", [False, True])
@pytest.mark.parametrize(("what", "field"), [("pin", "is_pinned"), ("best", "is_best_answer")])
def test_toggle(drill: Drill, forum: Forum, what: str, field: str, is_marked: bool) -> None:
    comment_id = forum.say("Because it has a direction")

    def toggle() -> Answer:
        return forum.call("PUT", f"/admin/{what}/{comment_id}", user=forum.admin)

    if is_marked:
        toggle()

    def audit(stored: Stored, answer: Answer) -> None:
        page = forum.call("GET", f"/{forum.question_id}")
        assert page.body["comments"][0][field] == answer.body[field]

    drill.run(
        Flow(
            stored_by="TransactWriteItems",
            call=toggle,
            done=lambda answer: ok(answer) and answer.body[field] is not is_marked,
            # Each call toggles, so a call repeated after a lost answer undoes the first, and says so.
            done_before=ok,
            audit=audit,
        )
    )


@pytest.mark.parametrize("path", ["/{}", "/counts/bulk"])
def test_read(drill: Drill, forum: Forum, path: str) -> None:
    forum.say("Why B?")
    method, body = ("POST", {"question_ids": [forum.question_id]}) if "bulk" in path else ("GET", None)

    def audit(stored: Stored, answer: Answer) -> None:
        assert comments(stored) == 1

    drill.run(Flow(call=lambda: forum.call(method, path.format(forum.question_id), body), done=ok, audit=audit))
