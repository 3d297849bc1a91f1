"""Discussions of questions: what is logged and sent to connections."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from smartexam.catalog.exam import Exam
from smartexam.platform import audit
from smartexam.talk.realtime import publishing
from smartexam.talk.realtime.delivery import Post
from smartexam.talk.store import sockets
from smartexam.talk.store.discussions import erasing
from tests.factories.exams import question_ids
from tests.functional.discussions.member import Member, start_attempt


class TestLog:
    """Administrators' changes of others' comments are in the log, without the comments' texts."""

    @staticmethod
    def logged() -> list[audit.Change]:
        entries, _ = audit.list_entries(limit=50, after=None)
        return [entry.change for entry in reversed(entries)]

    def test_says_who_did_what_to_whose_comment(self, member: Member, admin: Member, question: int) -> None:
        comment = member.posted(question, "a secret")
        for act in (admin.pin, admin.best, admin.edit, admin.best, admin.pin, admin.delete):
            admin.clock.advance(1)
            assert act(comment).status == 200

        def change(action: str, before: dict[str, Any], after: dict[str, Any] | None) -> audit.Change:
            states = (None if each is None else {"question_id": question, **each} for each in (before, after))
            return audit.Change(admin.user.id, f"comment.{action}", f"comment:{comment}", *states)

        author = {"author_id": member.user.id}
        assert self.logged() == [
            change("pin", {"is_pinned": False}, {"is_pinned": True}),
            change("best", {"is_best_answer": False}, {"is_best_answer": True}),
            change("edit", author, {**author, "message": "Because of the direction."}),
            change("best", {"is_best_answer": True}, {"is_best_answer": False}),
            change("pin", {"is_pinned": True}, {"is_pinned": False}),
            change("delete", author, None),
        ]

    def test_says_nothing_of_ones_own_comments_and_of_what_was_refused(
        self, member: Member, other: Member, admin: Member, question: int
    ) -> None:
        mine, theirs = admin.posted(question), member.posted(question)
        admin.edit(mine)
        admin.delete(mine)
        other.edit(theirs)
        other.delete(theirs)
        admin.pin(999)

        assert self.logged() == []

    def test_administrators_do_not_edit_comments_of_erased_accounts(
        self, member: Member, admin: Member, question: int
    ) -> None:
        comment = member.posted(question)
        erasing.erase_user(member.user.id)

        assert admin.edit(comment).status == 403
        assert self.logged() == []
        assert admin.delete(comment).status == 200


class TestEvents:
    @pytest.fixture
    def sent(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, dict[str, Any]]]:
        """(connection, event, data) as sent."""
        found: list[tuple[str, str, dict[str, Any]]] = []

        def deliver(posts: Sequence[Post], *, now: float) -> None:
            for post in posts:
                frame = json.loads(post.content)
                found.append((post.socket.connection_id, frame["event"], frame["data"]))

        monkeypatch.setattr(publishing, "deliver", deliver)
        return found

    @staticmethod
    def follow(member: Member, question_id: int, connection_id: str) -> None:
        now = member.clock.now()
        sockets.connect(connection_id, member.user.principal(), now)
        owner = sockets.owner_of(connection_id)
        assert owner is not None
        sockets.follow(owner, question_id, now)

    def test_a_new_comment(self, member: Member, other: Member, question: int, sent: list[Any]) -> None:
        self.follow(member, question, "mine")
        self.follow(other, question, "theirs")

        comment = member.post(question, "hello").body["message"]

        expected = {**comment, "question_id": question, "count": 1}
        assert sorted(sent) == [
            ("mine", "new_message", expected),
            ("theirs", "new_message", {**expected, "is_own": False}),
        ]

    def test_every_change(self, member: Member, other: Member, admin: Member, question: int, sent: list[Any]) -> None:
        comment = member.posted(question)
        self.follow(other, question, "theirs")

        member.edit(comment, "clearer")
        admin.pin(comment)
        admin.best(comment)
        member.delete(comment)

        common = {"comment_id": comment, "question_id": question}
        assert sent == [
            ("theirs", "edit_message", {**common, "message": "clearer"}),
            ("theirs", "pin_message", {**common, "is_pinned": True}),
            ("theirs", "best_message", {**common, "is_best_answer": True}),
            ("theirs", "delete_message", common),
        ]

    def test_not_to_those_who_are_sitting_the_question(
        self, member: Member, other: Member, exam: Exam, question: int, sent: list[Any]
    ) -> None:
        self.follow(other, question, "theirs")
        start_attempt(other, exam)

        member.posted(question)

        assert sent == []

    def test_followers_of_other_questions_get_nothing(
        self, member: Member, other: Member, exam: Exam, sent: list[Any]
    ) -> None:
        one, another, _ = question_ids(exam.id)
        self.follow(other, another, "theirs")

        member.posted(one)

        assert sent == []
