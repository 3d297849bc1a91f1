"""Long discussions: all pages cost about the same, and together show every comment once, pinned ones first."""

import random
from typing import Any

import pytest

from discussions.app import api, lambda_handler
from discussions.models import CommentView
from smartexam.platform.dynamodb import table
from smartexam.talk.store.discussions import items, reading
from smartexam.talk.store.discussions.items import (
    CommentItem,
    CountItem,
    PinItem,
    partition,
    place_for_replies,
    place_of,
)
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import send
from tests.factories.exams import create_exam, question_ids
from tests.factories.paging import pages
from tests.factories.users import access_token, create_user


@pytest.fixture
def token(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(api, "clock", clock)
    return access_token(create_user())


def store_discussion(question_id: int, exam_id: int, replies: list[int], pinned: set[int] | None = None) -> None:
    """Roots 1, 2, ... with this many replies each, as if they had been posted in order."""
    pk, comments = partition(question_id), 0
    rows: list[table.Item] = []
    for number, count in enumerate(replies, 1):
        place = place_of(number, MORNING + number)
        pin = {"pinned_at": MORNING} if number in (pinned or ()) else {}
        rows.append(_comment(pk, place, number, replies=count, **pin))
        for reply in range(count):
            reply_id = number * 10_000 + reply
            rows.append(_comment(pk, place_of(reply_id, MORNING + 50_000 + reply, place), reply_id))
        comments += 1 + count
        if pin:
            rows.append(PinItem(pk, f"{items.PIN_PREFIX}{place}"))
    rows.append(CountItem(pk, items.COUNT, exam_id=exam_id, comments=comments, pins=len(pinned or ())))
    random.Random(7).shuffle(rows)
    table.batch_put(rows)


def _comment(pk: str, place: str, comment_id: int, **fields: Any) -> CommentItem:
    return CommentItem(
        pk, place, comment_id=comment_id, author_id=1, username="asha", message="m" * 200, created_at=MORNING, **fields
    )


class Reader:
    """A client that reads a discussion to its end, and merges comments that are repeated on pages."""

    def __init__(self, token: str, question_id: int) -> None:
        self.roots: list[int] = []
        self.replies: dict[int, list[int]] = {}
        self.pages = 0
        self.most_calls = 0
        self.most_comments = 0
        cursor: str | None = None
        client = table.connection().client
        calls: list[str] = []
        client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name), "reader")
        try:
            for _ in pages():
                calls.clear()
                query = {"cursor": cursor} if cursor else None
                answer = send(lambda_handler, "GET", f"/api/discussion/{question_id}", token=token, query=query)
                assert answer.status == 200, answer.body
                self.pages += 1
                # The feed of revocations is read once in a few seconds.
                self.most_calls = max(self.most_calls, len(calls))
                self._merge(answer.body["comments"])
                cursor = answer.body["next_cursor"]
                if cursor is None:
                    return
        finally:
            client.meta.events.unregister("before-call.dynamodb", unique_id="reader")

    def _merge(self, comments: list[dict[str, Any]]) -> None:
        shown = 0
        for comment in comments:
            shown += 1 + len(comment["replies"])
            if comment["id"] not in self.replies:
                self.roots.append(comment["id"])
            self.replies.setdefault(comment["id"], []).extend(reply["id"] for reply in comment["replies"])
        self.most_comments = max(self.most_comments, shown)


def assert_complete(reader: Reader, replies: list[int], pinned: list[int]) -> None:
    others = [number for number in range(1, len(replies) + 1) if number not in pinned]
    assert reader.roots == pinned + others
    for number, count in enumerate(replies, 1):
        assert reader.replies[number] == [number * 10_000 + reply for reply in range(count)], number


def question(replies: list[int], pinned: set[int] | None = None) -> int:
    exam = create_exam()
    question_id = question_ids(exam.id)[0]
    store_discussion(question_id, exam.id, replies, pinned)
    return question_id


def test_two_thousand_comments_with_five_thousand_replies(token: str) -> None:
    chance = random.Random(1)
    replies = [0] * 2000
    replies[3], replies[1200] = 1500, 700
    for _ in range(2800):
        replies[chance.randrange(2000)] += 1
    pinned = {4, 77, 1201, 1999}

    reader = Reader(token, question(replies, pinned))

    assert_complete(reader, replies, sorted(pinned))
    assert reader.most_comments <= reading.PAGE_SIZE + 1
    assert reader.pages <= 80
    assert reader.most_calls <= 12


@pytest.mark.parametrize(
    ("replies", "pinned"),
    [
        ([], set()),
        ([99], set()),
        ([100], {1}),
        ([0] * 100, set()),
        ([0] * 101, {101}),
        ([350], set()),
        ([350, 0], {1}),
        ([0] * 30, set(range(1, 31))),
        ([3] * 60, set(range(1, 41))),
        ([0] * 25 + [120] + [0] * 25, set(range(20, 31))),
    ],
)
def test_every_shape_is_read_whole(token: str, replies: list[int], pinned: set[int]) -> None:
    reader = Reader(token, question(replies, pinned))

    assert_complete(reader, replies, sorted(pinned))
    assert reader.most_calls <= 14


def test_most_discussions_are_one_page_of_three_round_trips_two_of_them_parallel(token: str) -> None:
    question_id = question([2] * 20)
    Reader(token, question_id)

    reader = Reader(token, question_id)

    assert (reader.pages, reader.most_calls) == (1, 4)


def test_a_cursor_of_another_question_is_refused(token: str) -> None:
    one, another = question([0] * 150), question([0] * 150)
    cursor = send(lambda_handler, "GET", f"/api/discussion/{one}", token=token).body["next_cursor"]

    answer = send(lambda_handler, "GET", f"/api/discussion/{another}", token=token, query={"cursor": cursor})

    assert (answer.status, answer.body["code"]) == (400, "invalid_cursor")


def store_tree(question_id: int, exam_id: int, count: int, seed: int) -> dict[int, int | None]:
    """This many comments, each except some roots a reply to an earlier one; returns the parent of each by id."""
    chance, pk, pins = random.Random(seed), partition(question_id), 0
    ids_by_place: dict[str, int] = {}
    places: dict[int, str] = {}
    parents: dict[int, int | None] = {}
    rows: list[table.Item] = []
    for number in range(1, count + 1):
        answered = chance.randrange(max(1, number - 30), number) if number > 1 and chance.random() < 0.95 else None
        above = None if answered is None else place_for_replies(places[answered])
        parents[number] = None if above is None else ids_by_place[above]
        places[number] = place_of(number, MORNING + number, above)
        ids_by_place[places[number]] = number
        pin = {"pinned_at": MORNING} if above is None and chance.random() < 0.3 else {}
        if pin:
            pins += 1
            rows.append(PinItem(pk, f"{items.PIN_PREFIX}{places[number]}"))
        rows.append(_comment(pk, places[number], number, **pin))
    rows.append(CountItem(pk, items.COUNT, exam_id=exam_id, comments=count, pins=pins))
    table.batch_put(rows)
    return parents


def level_of(parents: dict[int, int | None], number: int) -> int:
    parent = parents[number]
    return 1 if parent is None else 1 + level_of(parents, parent)


@pytest.mark.parametrize("seed", range(3))
def test_a_deep_discussion_is_read_completely_and_every_page_can_be_shown_alone(token: str, seed: int) -> None:
    exam = create_exam()
    question_id = question_ids(exam.id)[0]
    parents = store_tree(question_id, exam.id, 700, seed)
    assert max(level_of(parents, number) for number in parents) == items.MOST_LEVELS
    read: dict[int, int | None] = {}

    def take(comments: list[dict[str, Any]], parent: int | None) -> int:
        for comment in comments:
            assert comment["parent_id"] == parent
            read[comment["id"]] = parent
        return len(comments) + sum(take(comment["replies"], comment["id"]) for comment in comments)

    cursor: Any = None
    for _ in pages():
        query = {"cursor": cursor} if cursor else None
        body = send(lambda_handler, "GET", f"/api/discussion/{question_id}", token=token, query=query).body
        # Beside a page, the comments above its first one.
        assert take(body["comments"], None) <= reading.PAGE_SIZE + items.MOST_LEVELS - 1
        cursor = body["next_cursor"]
        if cursor is None:
            break

    assert read == parents


def test_every_page_of_a_long_thread_begins_with_its_root(token: str) -> None:
    question_id = question([250])
    cursor: Any = None
    for _ in range(3):
        query = {"cursor": cursor} if cursor else None
        body = send(lambda_handler, "GET", f"/api/discussion/{question_id}", token=token, query=query).body
        assert [comment["id"] for comment in body["comments"]] == [1]
        assert set(body["comments"][0]) == set(CommentView.__struct_fields__)
        cursor = body["next_cursor"]
    assert cursor is None
