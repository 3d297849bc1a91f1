"""Discussions of questions: what is left of erased accounts and deleted exams."""

import json
from typing import Any

import pytest

from discussions.service import ERASED_NAME, ERASED_TEXT
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import exam_changes, question_changes
from smartexam.talk.store.discussions import erasing
from tests.factories.exams import create_exam, question_ids
from tests.factories.tables import everything
from tests.functional.discussions.member import Member, messages


class TestErasedAccounts:
    def test_comments_stay_without_name_and_words(self, member: Member, other: Member, question: int) -> None:
        root = member.posted(question, "a secret")
        other.posted(question, "reply", parent_id=root)
        member.posted(question, "another secret", parent_id=root)
        member.edit(root, "an edited secret")

        assert not erasing.erase_user(member.user.id)

        shown = other.show(question).body
        (comment,) = shown["comments"]
        assert shown["count"] == 3
        assert (comment["username"], comment["message"]) == (ERASED_NAME, ERASED_TEXT)
        assert messages(comment["replies"]) == ["reply", ERASED_TEXT]
        assert not comment["is_deleted"]

    def test_in_pieces_of_any_size(
        self,
        member: Member,
        other: Member,
        exam: Exam,
        dynamodb: Any,
        tables: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(erasing, "_PIECE", 2)
        for number in range(7):
            member.posted(question_ids(exam.id)[number % 3])

        pieces = 0
        while erasing.erase_user(member.user.id):
            pieces += 1

        assert pieces >= 3
        left = json.dumps(everything(dynamodb, tables)["discussions"])
        assert member.user.username not in left
        assert f"USER#{member.user.id}" not in left
        assert sum(other.count(*question_ids(exam.id)).values()) == 7

    def test_administrators_can_delete_what_stays(
        self, member: Member, admin: Member, other: Member, question: int
    ) -> None:
        comment = member.posted(question)
        erasing.erase_user(member.user.id)

        assert other.delete(comment).status == 403
        assert admin.edit(comment).status == 403
        assert admin.delete(comment).status == 200
        assert other.show(question).body["count"] == 0


class TestDeletedExams:
    def test_nothing_is_left_of_their_discussions(
        self,
        member: Member,
        admin: Member,
        exam: Exam,
        dynamodb: Any,
        tables: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(erasing, "_PIECE", 10)
        one, another, _ = question_ids(exam.id)
        root = member.posted(one)
        for _ in range(25):
            member.posted(one, parent_id=root)
        admin.pin(root)
        member.posted(another)
        question_changes.delete_questions([another])
        kept = member.posted(question_ids(create_exam().id)[0])
        exam_changes.remove_exam(exam.id)

        pieces = sum(1 for _ in erasing.erase_exam(exam.id))

        assert pieces >= 4
        left = everything(dynamodb, tables)["discussions"]
        assert len(left) == 5
        assert f"COMMENT#{kept}" in {item["pk"]["S"] for item in left}
