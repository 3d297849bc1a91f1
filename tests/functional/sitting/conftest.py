"""Fixtures of the tests of sitting."""

import pytest

from exams.app import api
from smartexam.catalog.exam import Exam
from tests.factories.clock import FrozenClock
from tests.factories.exams import create_exam
from tests.functional.sitting.student import Student


@pytest.fixture
def student(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Student:
    monkeypatch.setattr(api, "clock", clock)
    return Student(clock)


@pytest.fixture
def exam(tables: dict[str, str]) -> Exam:
    return create_exam()
