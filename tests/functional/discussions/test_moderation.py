"""Discussions of questions: what administrators put on top."""

from tests.functional.discussions.member import Member, messages


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
