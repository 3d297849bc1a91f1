"""Discussions of questions: comments are posted, edited, deleted and counted."""

from typing import Any

import pytest

from discussions.app import lambda_handler
from discussions.service import DELETED_NAME, DELETED_TEXT
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import exam_changes
from smartexam.talk.store.discussions.items import MOST_LEVELS
from tests.factories.events import send
from tests.factories.exams import question_ids
from tests.factories.tables import everything
from tests.functional.discussions.member import Member, messages


class TestPosting:
    def test_a_comment_is_shown_as_it_was_posted(self, member: Member, other: Member, question: int) -> None:
        answer = member.post(question, " Why B? ")

        expected = {
            "id": answer.body["message"]["id"],
            "username": member.user.username,
            "message": "Why B?",
            "is_own": True,
            "is_pinned": False,
            "is_best_answer": False,
            "is_edited": False,
            "is_deleted": False,
            "created_at": "2026-01-05T04:30:10.000Z",
            "parent_id": None,
            "reply_to_id": None,
            "replies": [],
        }
        assert (answer.status, answer.body) == (200, {"success": True, "message": expected})
        assert member.show(question).body == {
            "success": True,
            "count": 1,
            "comments": [expected],
            "next_cursor": None,
        }
        assert other.show(question).body["comments"] == [{**expected, "is_own": False}]

    def test_replies_lie_under_their_root(self, member: Member, other: Member, question: int) -> None:
        first = member.posted(question, "first")
        member.posted(question, "second")
        reply = other.post(question, "reply", parent_id=first, exam_id=1).body["message"]

        assert (reply["parent_id"], reply["reply_to_id"]) == (first, first)
        shown = member.show(question).body
        assert shown["count"] == 3
        assert messages(shown["comments"]) == ["first", ["reply"], "second"]

    def test_a_reply_to_a_reply_is_nested_below_it(self, member: Member, question: int) -> None:
        root = member.posted(question, "root")
        reply = member.posted(question, "reply", parent_id=root)
        member.posted(question, "another", parent_id=root)
        answer = member.post(question, "reply to the reply", parent_id=reply).body["message"]

        assert (answer["parent_id"], answer["reply_to_id"]) == (reply, reply)
        shown = member.show(question).body["comments"]
        assert messages(shown) == ["root", ["reply", ["reply to the reply"], "another"]]

    def test_at_the_deepest_level_a_reply_is_beside_the_comment_it_answers(self, member: Member, question: int) -> None:
        chain = [member.posted(question)]
        while len(chain) < MOST_LEVELS:
            chain.append(member.posted(question, parent_id=chain[-1]))

        answer = member.post(question, "deeper", parent_id=chain[-1]).body["message"]

        assert (answer["parent_id"], answer["reply_to_id"]) == (chain[-2], chain[-1])
        levels = [member.show(question).body["comments"]]
        while replies := levels[-1][0]["replies"]:
            levels.append(replies)
        assert len(levels) == MOST_LEVELS
        assert [comment["id"] for comment in levels[-1]] == [chain[-1], answer["id"]]

    def test_control_characters_are_left_out(self, member: Member, question: int) -> None:
        message = member.post(question, "\x00\x1b[31m red\r\n\tand\x07 blue\x85 ").body["message"]

        assert message["message"] == "[31m red\n\tand blue"
        assert member.edit(message["id"], "a\x00b").status == 200
        assert messages(member.show(question).body["comments"]) == ["ab"]

    @pytest.mark.parametrize("message", ["", "   \n\t ", "x" * 501, "\x00\x07", "\u200b\u2060", "\u00a0\u3000"])
    def test_text_is_1_to_500_characters(self, member: Member, question: int, message: str) -> None:
        answer = member.post(question, message)

        assert (answer.status, answer.body["errors"][0]["field"]) == (400, "message")

    def test_500_characters_fit_in_any_script(self, member: Member, question: int) -> None:
        text = "वेग" * 166 + "😀😀"
        assert len(text) == 500

        assert member.post(question, text).body["message"]["message"] == text

    @pytest.mark.parametrize("body", [{}, {"message": None}, {"message": 5}, {"message": "a", "parent_id": "b"}, []])
    def test_a_malformed_body_is_400(self, member: Member, question: int, body: Any) -> None:
        assert member.call("POST", f"/api/discussion/{question}", body=body).status == 400

    def test_invalid_unicode_is_400(self, member: Member, question: int) -> None:
        assert member.call("POST", f"/api/discussion/{question}", body='{"message": "\\ud800 half"}').status == 400

    def test_an_unknown_question_is_404(self, member: Member) -> None:
        assert member.post(999).status == 404
        assert member.show(999).status == 404

    def test_a_question_of_a_deleted_exam_is_404_at_once(self, member: Member, exam: Exam, question: int) -> None:
        member.posted(question)
        exam_changes.remove_exam(exam.id)

        assert member.show(question).status == 404
        assert member.post(question).status == 404

    def test_a_parent_of_another_question_is_400(self, member: Member, exam: Exam) -> None:
        one, another, _ = question_ids(exam.id)
        parent = member.posted(one)

        answer = member.post(another, parent_id=parent)

        assert (answer.status, answer.body["code"]) == (400, "parent_of_another_question")

    def test_an_unknown_parent_is_400(self, member: Member, question: int) -> None:
        answer = member.post(question, parent_id=12345)

        assert (answer.status, answer.body["code"]) == (400, "parent_not_found")

    def test_one_comment_in_ten_seconds(self, member: Member, other: Member, exam: Exam) -> None:
        one, another, _ = question_ids(exam.id)
        member.posted(one)
        member.clock.advance(9.5)

        answer = member.call("POST", f"/api/discussion/{another}", body={"message": "again"})

        assert (answer.status, answer.headers["retry-after"]) == (429, "1")
        assert other.call("POST", f"/api/discussion/{one}", body={"message": "somebody else"}).status == 200
        member.clock.advance(0.5)
        assert member.call("POST", f"/api/discussion/{another}", body={"message": "again"}).status == 200

    def test_a_refused_comment_uses_up_nothing(self, member: Member, question: int) -> None:
        member.post(question, "")
        member.call("POST", "/api/discussion/999", body={"message": "unknown"})
        member.call("POST", f"/api/discussion/{question}", body={"message": "lost", "parent_id": 12345})

        assert member.call("POST", f"/api/discussion/{question}", body={"message": "at last"}).status == 200

    def test_without_credentials_is_401(self, member: Member, question: int) -> None:
        assert send(lambda_handler, "GET", f"/api/discussion/{question}").status == 401


class TestEditing:
    def test_ones_own(self, member: Member, other: Member, question: int) -> None:
        comment = member.posted(question)

        assert member.edit(comment, " Clearer. ").body == {"success": True}

        (shown,) = other.show(question).body["comments"]
        assert (shown["message"], shown["is_edited"]) == ("Clearer.", True)

    def test_takes_a_turn_like_a_comment(self, member: Member, question: int) -> None:
        comment = member.posted(question)
        path = f"/api/discussion/edit/{comment}"
        assert member.call("PUT", path, body={"message": "1"}).body["code"] == "too_fast"
        assert member.edit(comment, "2").status == 200
        answer = member.call("PUT", path, body={"message": "3"})
        assert (answer.status, answer.headers["retry-after"]) == (429, "10")
        assert member.call("POST", f"/api/discussion/{question}", body={"message": "x"}).status == 429
        assert messages(member.show(question).body["comments"]) == ["2"]

    def test_another_users_is_403_except_for_administrators(
        self, member: Member, other: Member, admin: Member, question: int
    ) -> None:
        comment = member.posted(question)

        assert other.edit(comment).status == 403
        assert admin.edit(comment).status == 200

    def test_whoever_may_not_edit_hears_that_instead_of_how_long_to_wait(
        self, member: Member, other: Member, question: int
    ) -> None:
        comment, placeholder = member.posted(question), member.posted(question)
        own = other.posted(question, parent_id=placeholder)
        member.delete(placeholder)

        paths = [f"/api/discussion/edit/{id_}" for id_ in (comment, placeholder, own)]
        codes = [other.call("PUT", path, body={"message": "x"}).body["code"] for path in paths]

        assert codes == ["not_your_comment", "comment_not_found", "too_fast"]

    def test_an_unknown_or_deleted_one_is_404(self, member: Member, other: Member, question: int) -> None:
        placeholder = member.posted(question)
        other.posted(question, parent_id=placeholder)
        member.delete(placeholder)

        assert member.edit(999).status == 404
        assert member.edit(placeholder).status == 404

    def test_an_empty_text_is_400(self, member: Member, question: int) -> None:
        assert member.edit(member.posted(question), " ").status == 400


class TestDeleting:
    def test_without_replies_it_disappears(self, member: Member, question: int) -> None:
        comment = member.posted(question)

        assert member.delete(comment).body == {"success": True}

        assert member.show(question).body == {"success": True, "count": 0, "comments": [], "next_cursor": None}
        assert member.delete(comment).status == 404

    def test_with_replies_it_stays_as_a_placeholder(self, member: Member, other: Member, question: int) -> None:
        root = member.posted(question, "a secret")
        other.posted(question, "reply", parent_id=root)

        member.delete(root)

        shown = other.show(question).body
        (placeholder,) = shown["comments"]
        assert shown["count"] == 1
        assert (placeholder["username"], placeholder["message"]) == (DELETED_NAME, DELETED_TEXT)
        assert (placeholder["is_deleted"], placeholder["is_own"]) == (True, False)
        assert messages(placeholder["replies"]) == ["reply"]
        assert member.delete(root).status == 404

    def test_a_placeholder_disappears_with_its_last_reply(self, member: Member, question: int) -> None:
        root = member.posted(question, "root")
        replies = [member.posted(question, f"reply {number}", parent_id=root) for number in range(2)]
        member.delete(root)

        member.delete(replies[1])
        assert messages(member.show(question).body["comments"]) == [DELETED_TEXT, ["reply 0"]]
        member.delete(replies[0])

        assert member.show(question).body["comments"] == []
        assert member.post(question, parent_id=root).status == 400

    def test_a_deleted_reply_stays_for_its_replies_and_goes_with_them(
        self, member: Member, other: Member, admin: Member, question: int
    ) -> None:
        root = member.posted(question, "root")
        reply = other.posted(question, "a secret", parent_id=root)
        answer = member.posted(question, "answer", parent_id=reply)
        admin.pin(reply)
        admin.best(reply)

        other.delete(reply)

        shown = member.show(question).body
        assert (shown["count"], messages(shown["comments"])) == (2, ["root", [DELETED_TEXT, ["answer"]]])
        (placeholder,) = shown["comments"][0]["replies"]
        assert (placeholder["is_pinned"], placeholder["is_best_answer"]) == (False, False)
        member.delete(root)
        assert messages(member.show(question).body["comments"]) == [DELETED_TEXT, [DELETED_TEXT, ["answer"]]]

        member.delete(answer)

        assert member.show(question).body == {"success": True, "count": 0, "comments": [], "next_cursor": None}

    def test_replies_may_be_added_below_a_placeholder(self, member: Member, question: int) -> None:
        root = member.posted(question, "root")
        reply = member.posted(question, "reply", parent_id=root)
        member.delete(root)

        assert member.post(question, "to the reply", parent_id=reply).status == 200
        assert member.post(question, "to the root", parent_id=root).status == 200
        assert member.show(question).body["count"] == 3

    def test_another_users_is_403_except_for_administrators(
        self, member: Member, other: Member, admin: Member, question: int
    ) -> None:
        comment = member.posted(question)

        assert other.delete(comment).status == 403
        assert admin.delete(comment).status == 200

    def test_nothing_is_left_of_a_discussion_that_was_all_deleted(
        self, member: Member, admin: Member, question: int, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        root = member.posted(question)
        reply = member.posted(question, parent_id=root)
        answer = member.posted(question, parent_id=reply)
        for comment in (root, reply, answer):
            admin.pin(comment)
            admin.best(comment)

        member.delete(root)
        member.delete(reply)
        member.delete(answer)

        left = everything(dynamodb, tables)["discussions"]
        assert sorted(item["sk"]["S"] for item in left) == ["COUNT", f"QUESTION#{question}"]
        (count,) = [item for item in left if item["sk"]["S"] == "COUNT"]
        assert (count["comments"]["N"], count["pins"]["N"], count.get("best_id")) == ("0", "0", None)


class TestCounts:
    def test_count_what_is_not_deleted(self, member: Member, exam: Exam) -> None:
        one, another, third = question_ids(exam.id)
        root = member.posted(one)
        member.posted(one, parent_id=root)
        member.delete(root)
        member.posted(another)

        assert member.count(one, another, third, 999, one) == {str(one): 1, str(another): 1, str(third): 0, "999": 0}

    @pytest.mark.parametrize("wanted", [[], list(range(1, 102)), ["a"], [0], [-1], [1.5], [2**53], None, "1"])
    def test_1_to_100_ids(self, member: Member, wanted: Any) -> None:
        answer = member.call("POST", "/api/discussion/counts/bulk", body={"question_ids": wanted})

        assert (answer.status, answer.body["success"]) == (400, False)

    def test_100_are_fine(self, member: Member) -> None:
        assert len(member.count(*range(1, 101))) == 100
