"""Fixtures of the tests of questions."""

import pytest

from admin_questions.app import api, lambda_handler
from smartexam.catalog.exam import Exam
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.exams import create_exam


@pytest.fixture
def admin(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Admin:
    monkeypatch.setattr(api, "clock", clock)
    return Admin(lambda_handler, clock)


@pytest.fixture
def exam(tables: dict[str, str]) -> Exam:
    return create_exam([])
