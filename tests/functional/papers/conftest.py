"""Fixtures of the tests of papers."""

import pytest

from admin_exams import app as admin_exams
from admin_questions import app as admin_questions
from exams import app as exams_app
from results import app as results_app
from tests.factories.clock import FrozenClock
from tests.functional.papers.people import Office, Student


@pytest.fixture
def office(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Office:
    for app in (admin_exams, admin_questions, exams_app, results_app):
        monkeypatch.setattr(app.api, "clock", clock)
    monkeypatch.setattr("smartexam.catalog.images.exists", lambda path: "missing" not in path)
    return Office(clock)


@pytest.fixture
def student(office: Office, clock: FrozenClock) -> Student:
    return Student(clock)
