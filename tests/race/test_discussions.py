"""Many users in a discussion at once, on an engine with atomic transactions."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import boto3
import pytest

from discussions import app
from smartexam.accounts.user import User
from smartexam.catalog.store import question_changes
from smartexam.platform.errors import AppError, BadRequest, NotFound
from smartexam.platform.ids import next_id
from smartexam.talk.store.discussions import erasing, moderation, reading, writing
from smartexam.talk.store.discussions.items import Comment
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import create_exam, question_ids
from tests.factories.paging import pages
from tests.factories.tables import everything
from tests.factories.users import access_token, create_user

pytestmark = pytest.mark.race

THREADS = 8
ADMIN = 99


@pytest.fixture(autouse=True)
def _clock(engine_tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.api, "clock", FrozenClock())


@pytest.fixture
def exam_id() -> int:
    return create_exam().id


def at_once(*work: Callable[[], Any]) -> list[Any]:
    barrier = Barrier(len(work))

    def one(task: Callable[[], Any]) -> Any:
        barrier.wait()
        return task()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(one, work))


def post(question_id: int, exam_id: int, author_id: int, parent_id: int | None = None) -> Comment:
    found = reading.find_discussion(question_id, parent_id=parent_id)
    assert found is not None
    if parent_id is not None and found.parent is None:
        raise BadRequest("gone")
    comment_id = next_id("comment")
    new = writing.NewComment(
        comment_id,
        question_id,
        exam_id,
        author_id,
        f"user{author_id}",
        "text",
        found.parent,
        MORNING + comment_id / 100,
    )
    return writing.add(new, is_first=found.is_new)


def whole(question_id: int) -> list[Comment]:
    found: list[Comment] = []
    place: str | None = None
    for _ in pages():
        page = reading.read_page(question_id, has_pins=True, after=place)
        known = {comment.id for comment in found}
        found += [comment for comment in page.comments if comment.id not in known]
        place = page.next_place
        if place is None:
            break
    return found


def assert_consistent(question_id: int, engine: str, tables: dict[str, str]) -> None:
    """Counts, pointers and lists agree with the comments."""
    comments = whole(question_id)
    by_id = {comment.id: comment for comment in comments}
    assert reading.count_comments(question_id) == sum(not comment.is_deleted for comment in comments)
    for comment in comments:
        replies = sum(other.parent_id == comment.id for other in comments)
        assert comment.replies == replies
        assert replies or not comment.is_deleted, "a placeholder without replies"
        assert comment.parent_id is None or comment.parent_id in by_id, "a reply without what it lies under"
    stored = everything(boto3.client("dynamodb", endpoint_url=engine), tables)["discussions"]
    keys = [(item["pk"]["S"], item["sk"]["S"]) for item in stored]
    assert {pk for pk, _ in keys if pk.startswith("COMMENT#")} == {f"COMMENT#{comment_id}" for comment_id in by_id}
    listed = {(pk, int(sk.removeprefix("COMMENT#"))) for pk, sk in keys if pk.startswith("USER#")}
    assert listed == {(f"USER#{c.author_id}", c.id) for c in comments if c.author_id is not None}
    pinned = {sk.removeprefix("PIN#") for _, sk in keys if sk.startswith("PIN#")}
    assert pinned == {comment.place for comment in comments if comment.is_pinned and comment.parent_id is None}
    found = reading.find_discussion(question_id)
    assert found is not None
    assert found.summary.pins == len(pinned)
    assert found.summary.best_id is None or not by_id[found.summary.best_id].is_deleted


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_what_is_visible_after_any_interleaving(
    exam_id: int, engine: str, engine_tables: dict[str, str], seed: int
) -> None:
    question_id = question_ids(exam_id)[0]
    shared: list[int] = [post(question_id, exam_id, author_id).id for author_id in range(1, 5)]

    def work(number: int) -> int:
        chance, done = random.Random(seed * 100 + number), 0
        for _ in range(25):
            target = chance.choice(shared[-12:])
            action = chance.choices(["post", "reply", "delete", "erase", "pin", "best"], [3, 5, 7, 1, 1, 1])[0]
            try:
                if action in {"post", "reply"}:
                    parent = target if action == "reply" else None
                    shared.append(post(question_id, exam_id, chance.randrange(1, 9), parent).id)
                elif action == "erase":
                    while erasing.erase_user(chance.randrange(1, 9)):
                        pass
                elif (where := reading.locate(target)) is not None:
                    if action == "delete":
                        writing.delete(where, MORNING, allows=lambda _: True)
                    elif action == "pin":
                        moderation.toggle_pin(where, ADMIN, MORNING)
                    else:
                        moderation.toggle_best(where, ADMIN, MORNING)
            except (NotFound, BadRequest):
                continue
            done += 1
        return done

    done = at_once(*(partial(work, number) for number in range(THREADS)))

    assert sum(done) > 60
    assert_consistent(question_id, engine, engine_tables)


def test_a_discussion_that_all_delete_at_once_leaves_nothing(
    exam_id: int, engine: str, engine_tables: dict[str, str]
) -> None:
    question_id, chance = question_ids(exam_id)[0], random.Random(5)
    for _ in range(3):
        ids = [post(question_id, exam_id, 1).id]
        while len(ids) <= THREADS:
            ids.append(post(question_id, exam_id, 1 + len(ids), chance.choice(ids)).id)
        places = [where for comment_id in ids if (where := reading.locate(comment_id)) is not None]

        at_once(*(partial(writing.delete, where, MORNING, allows=lambda _: True) for where in places))

        assert whole(question_id) == []
        assert_consistent(question_id, engine, engine_tables)


def test_one_of_two_deletions_of_a_comment_counts(exam_id: int) -> None:
    question_id = question_ids(exam_id)[0]
    post(question_id, exam_id, 1)
    for _ in range(5):
        where = reading.locate(post(question_id, exam_id, 1).id)
        assert where is not None

        def delete(where: Any = where) -> str:
            try:
                writing.delete(where, MORNING, allows=lambda _: True)
            except NotFound:
                return "gone"
            return "deleted"

        assert sorted(at_once(*[delete] * THREADS)) == ["deleted"] + ["gone"] * (THREADS - 1)
    assert reading.count_comments(question_id) == 1


def test_parallel_toggles_leave_at_most_one_best_answer(exam_id: int) -> None:
    question_id = question_ids(exam_id)[0]
    comments = [post(question_id, exam_id, 1).id for _ in range(4)]
    token = access_token(create_user(role="admin"))

    def toggle(comment_id: int) -> Answer:
        return send(app.lambda_handler, "PUT", f"/api/discussion/admin/best/{comment_id}", token=token)

    for _ in range(4):
        answers = at_once(*(partial(toggle, comments[number % 4]) for number in range(16)))

        assert {answer.status for answer in answers} == {200}
        body = send(app.lambda_handler, "GET", f"/api/discussion/{question_id}", token=token).body
        assert sum(comment["is_best_answer"] for comment in body["comments"]) <= 1


def test_an_even_number_of_toggles_changes_nothing(exam_id: int, engine: str, engine_tables: dict[str, str]) -> None:
    question_id = question_ids(exam_id)[0]
    where = reading.locate(post(question_id, exam_id, 1).id)
    assert where is not None

    best = at_once(*[lambda: moderation.toggle_best(where, ADMIN, MORNING)] * THREADS)
    pinned = at_once(*[lambda: moderation.toggle_pin(where, ADMIN, MORNING)] * THREADS)

    assert (best.count(True), pinned.count(True)) == (THREADS // 2, THREADS // 2)
    assert_consistent(question_id, engine, engine_tables)


def test_the_limit_holds_under_parallel_posts(exam_id: int) -> None:
    def comment(user: User, question_id: int) -> Answer:
        path = f"/api/discussion/{question_id}"
        return send(app.lambda_handler, "POST", path, token=access_token(user), body={"message": "first!"})

    for _ in range(5):
        user, questions = create_user(), question_ids(exam_id)

        answers = at_once(*(partial(comment, user, questions[number % 3]) for number in range(24)))

        assert sorted(answer.status for answer in answers) == [200] + [429] * 23
        assert all("retry-after" in answer.headers for answer in answers if answer.status == 429)


def test_a_question_that_goes_takes_no_comment_with_it(
    exam_id: int, engine: str, engine_tables: dict[str, str]
) -> None:
    question_id = question_ids(exam_id)[0]

    def comment(author_id: int) -> bool:
        try:
            post(question_id, exam_id, author_id)
        except (AppError, AssertionError):
            return False
        return True

    def erase() -> None:
        question_changes.delete_questions([question_id])
        for _ in erasing.erase_exam(exam_id):
            pass

    at_once(erase, *(partial(comment, number) for number in range(1, THREADS)))

    assert everything(boto3.client("dynamodb", endpoint_url=engine), engine_tables)["discussions"] == []
