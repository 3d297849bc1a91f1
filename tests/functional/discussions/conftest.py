"""Fixtures of the tests of discussions."""

import pytest

from discussions.app import api
from smartexam.catalog.exam import Exam
from tests.factories.clock import FrozenClock
from tests.factories.exams import create_exam, question_ids
from tests.functional.discussions.member import Member


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
