"""Drafts of up to 500 answers: one write without a read, for any number of changes."""

import random
from typing import Any

import pytest

from exams.app import api, lambda_handler
from smartexam.catalog.exam import Exam
from smartexam.sitting.store.sitting_items import sitting_key
from tests.dynamodb.database import MemoryDatabase, StoredItem
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import MCQ, NUMERIC, create_exam, question_ids
from tests.factories.users import access_token, create_user
from tests.functional.test_budgets import database_calls

LONGEST = "-1234567890123456789012345.678901"


class Sitting:
    """A student in the middle of an exam of 500 questions."""

    def __init__(self, clock: FrozenClock, database: MemoryDatabase) -> None:
        self.exam: Exam = create_exam([MCQ] * 250 + [NUMERIC] * 250)
        self.ids = [str(each) for each in question_ids(self.exam.id)]
        self._database = database
        self._user = create_user()
        self._token = access_token(self._user, clock.now())
        self.call("POST", f"/start-exam/{self.exam.id}")
        self.call("GET", f"/exam/{self.exam.id}")  # the paper is cached in this process from now on

    def call(self, method: str, path: str, **request: Any) -> Answer:
        return send(lambda_handler, method, path, token=self._token, **request)

    def sync(self, answers: dict[str, Any], *, partial: bool = True, **fields: Any) -> Answer:
        body = {"answers": answers, "partial": partial, **fields}
        answer = self.call("POST", f"/api/sync-exam-answers/{self.exam.id}", body=body)
        assert answer.status == 200, answer.body
        return answer

    @property
    def saved(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/exam/{self.exam.id}").body["answers"]
        return found

    @property
    def item(self) -> StoredItem:
        return self._database.table("attempts")[f"USER#{self._user.id}", sitting_key(self.exam.id)]


@pytest.fixture
def sitting(
    tables: dict[str, str], database: MemoryDatabase, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> Sitting:
    monkeypatch.setattr(api, "clock", clock)
    return Sitting(clock, database)


def answers_of(ids: list[str], number: int = 0) -> dict[str, Any]:
    """An answer to each of the first 250 as a letter, to each of the others as a number."""
    places = {each: at for at, each in enumerate(ids)}
    return {each: "ABCD"[number % 4] if at < 250 else f"{number}.5" for each, at in places.items()}


@pytest.mark.parametrize("count", [75, 100, 101, 186, 200, 500])
@pytest.mark.parametrize("partial", [False, True])
@pytest.mark.parametrize("revision", [None, 0])
def test_any_number_of_changes_is_one_write_and_no_read(
    sitting: Sitting, count: int, partial: bool, revision: int | None
) -> None:
    given = dict(list(answers_of(sitting.ids).items())[:count])

    with database_calls() as calls:
        answer = sitting.sync(given, partial=partial, markedForReview=sitting.ids, revision=revision)

    assert calls == ["UpdateItem"]
    assert answer.body["saved"] == count
    assert sitting.saved == given


def test_a_rejected_answer_among_500_leaves_what_was_saved(sitting: Sitting) -> None:
    sitting.sync(answers_of(sitting.ids, 1), partial=False)

    answer = sitting.sync({**answers_of(sitting.ids, 2), sitting.ids[3]: "Z"}, partial=False)

    assert answer.body["saved"] == 499
    assert sitting.saved == {**answers_of(sitting.ids, 2), sitting.ids[3]: "B"}


def test_the_last_change_of_each_answer_counts(sitting: Sitting) -> None:
    numbers = random.Random(11)
    expected: dict[str, Any] = {}
    for step in range(15):
        count = numbers.choice([1, 3, 99, 101, 300, 500])
        places = numbers.sample(range(500), count)
        given = {sitting.ids[at]: answers_of(sitting.ids, step)[sitting.ids[at]] for at in places}
        if numbers.random() < 0.1:
            cleared = numbers.sample(sorted(given), count // 2)
            given |= dict.fromkeys(cleared)
        is_partial = numbers.random() < 0.9
        sitting.sync(given, partial=is_partial)
        expected = {**(expected if is_partial else {}), **given}

        assert sitting.saved == {each: answer for each, answer in expected.items() if answer}


def test_the_item_does_not_grow_with_the_number_of_saves(sitting: Sitting) -> None:
    sizes = []
    for _ in range(30):
        sitting.sync(answers_of(sitting.ids[:250]) | dict.fromkeys(sitting.ids[250:], LONGEST))
        sizes.append(sitting.item.size)

    assert max(sizes[10:]) == max(sizes[:10]) < 100_000


def test_nothing_of_the_draft_is_left_after_grading(sitting: Sitting) -> None:
    sitting.sync(answers_of(sitting.ids))
    sitting.call("POST", f"/submit-exam/{sitting.exam.id}")

    assert not {"answers", "changes", "earlier_changes", "marked"} & sitting.item.keys()
