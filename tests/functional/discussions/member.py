"""What the tests of discussions share: somebody who takes part."""

from collections.abc import Sequence
from typing import Any

from discussions.app import lambda_handler
from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import exams, papers
from smartexam.platform import ids
from smartexam.sitting.store import attempts
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.users import access_token, create_user


class Member:
    """A user who takes part in discussions."""

    def __init__(self, clock: FrozenClock, role: str = "user") -> None:
        self.clock = clock
        self.user: User = create_user(role=role)

    def call(self, method: str, path: str, **request: Any) -> Answer:
        return send(lambda_handler, method, path, token=access_token(self.user, self.clock.now()), **request)

    def post(self, question_id: int, message: str = "Why B?", **fields: Any) -> Answer:
        # Each comment at its own time, past the limit after the one before.
        self.clock.advance(10)
        return self.call("POST", f"/api/discussion/{question_id}", body={"message": message, **fields})

    def posted(self, question_id: int, message: str = "Why B?", **fields: Any) -> int:
        answer = self.post(question_id, message, **fields)
        assert answer.status == 200, answer.body
        comment_id: int = answer.body["message"]["id"]
        return comment_id

    def show(self, question_id: int, cursor: str | None = None) -> Answer:
        query = None if cursor is None else {"cursor": cursor}
        return self.call("GET", f"/api/discussion/{question_id}", query=query)

    def edit(self, comment_id: int, message: str = "Because of the direction.") -> Answer:
        # Edits have the same pause.
        self.clock.advance(10)
        return self.call("PUT", f"/api/discussion/edit/{comment_id}", body={"message": message})

    def delete(self, comment_id: int) -> Answer:
        return self.call("DELETE", f"/api/discussion/delete/{comment_id}")

    def pin(self, comment_id: int) -> Answer:
        return self.call("PUT", f"/api/discussion/admin/pin/{comment_id}")

    def best(self, comment_id: int) -> Answer:
        return self.call("PUT", f"/api/discussion/admin/best/{comment_id}")

    def count(self, *question_ids: int) -> dict[str, int]:
        answer = self.call("POST", "/api/discussion/counts/bulk", body={"question_ids": question_ids})
        assert answer.status == 200, answer.body
        counts: dict[str, int] = answer.body["counts"]
        return counts


def start_attempt(member: Member, exam: Exam) -> None:
    current = exams.get_exam(exam.id)
    assert current is not None
    attempts.start_attempt(
        member.user.id,
        exam.id,
        attempt_id=ids.next_id("attempt"),
        paper_version=papers.ready_version(current),
        now=member.clock.now(),
        deadline=member.clock.now() + 3600,
        max_attempts=0,
    )


def messages(comments: Sequence[dict[str, Any]]) -> list[Any]:
    """Texts, each followed by the list of its replies' texts if it has some."""
    found: list[Any] = []
    for comment in comments:
        found.append(comment["message"])
        if comment["replies"]:
            found.append(messages(comment["replies"]))
    return found
