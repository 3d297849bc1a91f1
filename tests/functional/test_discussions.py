"""Discussions of questions: the handler of `discussions`."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from discussions.app import api, lambda_handler
from discussions.service import DELETED_NAME, DELETED_TEXT, ERASED_NAME, ERASED_TEXT
from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import exam_changes, exams, papers, question_changes
from smartexam.platform import audit, ids
from smartexam.sitting.store import attempts
from smartexam.talk.realtime import publishing
from smartexam.talk.realtime.delivery import Post
from smartexam.talk.store import sockets
from smartexam.talk.store.discussions import erasing
from smartexam.talk.store.discussions.items import MOST_LEVELS
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import MCQ, add_questions, create_exam, question_ids
from tests.factories.tables import everything
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


@pytest.fixture
def member(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Member:
    monkeypatch.setattr(api, "clock", clock)
    return Member(clock)


@pytest.fixture
def other(member: Member) -> Member:
    return Member(member.clock)


@pytest.fixture
def admin(member: Member) -> Member:
    return Member(member.clock, role="admin")


@pytest.fixture
def exam(member: Member) -> Exam:
    return create_exam()


@pytest.fixture
def question(exam: Exam) -> int:
    return question_ids(exam.id)[0]


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


class TestPinning:
    def test_pinned_ones_are_on_top(self, member: Member, admin: Member, question: int) -> None:
        texts = ["one", "two", "three", "four"]
        _, _, three, four = (member.posted(question, text) for text in texts)
        member.posted(question, "reply", parent_id=three)

        assert admin.pin(four).body == {"success": True, "is_pinned": True}
        admin.pin(three)

        shown = member.show(question).body["comments"]
        assert messages(shown) == ["three", ["reply"], "four", "one", "two"]
        assert [comment["is_pinned"] for comment in shown] == [True, True, False, False]
        assert admin.pin(three).body == {"success": True, "is_pinned": False}
        assert messages(member.show(question).body["comments"]) == ["four", "one", "two", "three", ["reply"]]

    def test_a_pinned_reply_keeps_its_place(self, member: Member, admin: Member, question: int) -> None:
        root = member.posted(question, "root")
        replies = [member.posted(question, f"reply {number}", parent_id=root) for number in range(2)]

        assert admin.pin(replies[1]).body["is_pinned"]

        (shown,) = member.show(question).body["comments"]
        assert [(reply["message"], reply["is_pinned"]) for reply in shown["replies"]] == [
            ("reply 0", False),
            ("reply 1", True),
        ]
        assert not admin.pin(replies[1]).body["is_pinned"]

    def test_a_deleted_root_is_no_longer_pinned(self, member: Member, admin: Member, question: int) -> None:
        root = member.posted(question)
        member.posted(question, "reply", parent_id=root)
        admin.pin(root)

        member.delete(root)

        (placeholder,) = member.show(question).body["comments"]
        assert not placeholder["is_pinned"]
        assert admin.pin(root).status == 404

    def test_is_for_administrators(self, member: Member, question: int) -> None:
        comment = member.posted(question)

        assert member.pin(comment).status == 403
        assert member.best(comment).status == 403

    def test_unknown_comments_are_404(self, admin: Member) -> None:
        assert admin.pin(999).status == 404
        assert admin.best(999).status == 404


class TestBestAnswer:
    def test_is_one_per_question(self, member: Member, admin: Member, question: int) -> None:
        one, two = (member.posted(question, text) for text in ("one", "two"))

        assert admin.best(one).body == {"success": True, "is_best_answer": True}
        assert admin.best(two).body == {"success": True, "is_best_answer": True}

        shown = member.show(question).body["comments"]
        assert [(comment["message"], comment["is_best_answer"]) for comment in shown] == [("one", False), ("two", True)]
        assert admin.best(two).body == {"success": True, "is_best_answer": False}
        assert not any(comment["is_best_answer"] for comment in member.show(question).body["comments"])

    def test_may_be_a_reply(self, member: Member, admin: Member, question: int) -> None:
        reply = member.posted(question, parent_id=member.posted(question))

        admin.best(reply)

        assert member.show(question).body["comments"][0]["replies"][0]["is_best_answer"]

    def test_goes_with_its_comment(self, member: Member, admin: Member, question: int) -> None:
        root = member.posted(question)
        member.posted(question, parent_id=root)
        admin.best(root)

        member.delete(root)

        assert not member.show(question).body["comments"][0]["is_best_answer"]
        assert admin.best(root).status == 404


class TestWhileSitting:
    def test_the_discussion_of_the_attempts_questions_is_closed(
        self, member: Member, other: Member, exam: Exam, question: int
    ) -> None:
        comment = member.posted(question)
        start_attempt(member, exam)

        for answer in (
            member.show(question),
            member.post(question),
            member.edit(comment),
            member.delete(comment),
        ):
            assert (answer.status, answer.body["code"]) == (403, "discussion_closed")
        assert other.show(question).status == 200

    def test_it_opens_when_the_attempt_is_over(self, member: Member, exam: Exam, question: int) -> None:
        start_attempt(member, exam)
        attempts.close_attempt(member.user.id, exam.id, time=ExamTime.at(member.clock.now()))

        assert member.show(question).status == 200

    def test_it_opens_when_time_and_grace_are_over(self, member: Member, exam: Exam, question: int) -> None:
        start_attempt(member, exam)

        member.clock.advance(3600 + 30)
        assert member.show(question).status == 403
        member.clock.advance(1)
        assert member.show(question).status == 200

    def test_other_exams_stay_open(self, member: Member, exam: Exam) -> None:
        start_attempt(member, exam)

        assert member.show(question_ids(create_exam().id)[0]).status == 200

    def test_a_question_added_later_is_closed_too(self, member: Member, exam: Exam) -> None:
        start_attempt(member, exam)
        (later,) = add_questions(exam.id, [MCQ])

        assert member.show(later).status == 403

    def test_a_question_that_moves_to_another_exam_stays_closed(
        self, member: Member, exam: Exam, question: int
    ) -> None:
        member.posted(question)
        start_attempt(member, exam)
        question_changes.edit_question(
            question, lambda before: before.content, move_to=(create_exam([]).id, member.clock.now())
        )

        assert member.show(question).status == 403
        assert member.count(question) == {str(question): 0}

    def test_counts_of_closed_discussions_are_zero(self, member: Member, other: Member, exam: Exam) -> None:
        ids = question_ids(exam.id)
        elsewhere = question_ids(create_exam().id)[0]
        for each in (ids[0], elsewhere):
            other.posted(each)
            other.clock.advance(10)
        start_attempt(member, exam)

        assert member.count(ids[0], elsewhere) == {str(ids[0]): 0, str(elsewhere): 1}
        assert other.count(ids[0]) == {str(ids[0]): 1}

    def test_an_admin_who_sits_it_is_kept_out(self, exam: Exam, question: int, admin: Member) -> None:
        comment = admin.posted(question)
        start_attempt(admin, exam)

        assert admin.show(question).status == 403
        assert admin.pin(comment).status == 403


class TestRules:
    """What an exam's `discussion` says."""

    @pytest.fixture
    def closing(self) -> Exam:
        return create_exam(discussion="after_attempt", closes_at=int(MORNING) + 7200)

    def test_after_an_attempt(self, member: Member, other: Member, closing: Exam) -> None:
        question = question_ids(closing.id)[0]
        assert member.show(question).body["code"] == "discussion_closed"
        assert member.post(question).status == 403
        start_attempt(member, closing)
        assert member.show(question).status == 403

        attempts.close_attempt(member.user.id, closing.id, time=ExamTime.at(member.clock.now()))

        assert member.show(question).status == 200
        assert other.show(question).status == 403

    def test_for_everybody_once_it_is_over(self, member: Member, closing: Exam) -> None:
        question = question_ids(closing.id)[0]
        member.clock.advance(7200)
        assert member.show(question).status == 200

        completed = create_exam(discussion="after_attempt", status="completed")
        assert member.show(question_ids(completed.id)[0]).status == 200

    def test_off_is_for_administrators_only(self, member: Member, admin: Member) -> None:
        question = question_ids(create_exam(discussion="off", status="completed").id)[0]

        assert member.show(question).status == 403
        assert admin.show(question).status == 200
        assert admin.post(question).status == 200

    def test_a_question_deleted_since_stays_closed(self, member: Member, exam: Exam, question: int) -> None:
        comment = member.posted(question)
        start_attempt(member, exam)
        question_changes.delete_questions([question])

        assert member.show(question).status == 404
        assert member.edit(comment).status == 403


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
