"""Fixtures of the tests of windows."""

import pytest

from admin_attempts import app as admin_attempts
from admin_exams import app as admin_exams
from exams import app as exams_app
from results import app as results_app
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.post import PostOffice
from tests.functional.windows.people import Student


@pytest.fixture(autouse=True)
def _frozen(
    tables: dict[str, str], post: PostOffice, frozen_settings: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for app in (exams_app, admin_attempts, admin_exams, results_app):
        monkeypatch.setattr(app.api, "clock", frozen_settings)


@pytest.fixture
def student(clock: FrozenClock) -> Student:
    return Student(clock)


@pytest.fixture
def not_carried_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the students had started at the moment of the change, or the process had died after it."""
    monkeypatch.setattr("smartexam.sitting.spreading.carry_over", lambda *_, **__: None)


@pytest.fixture
def admin(clock: FrozenClock) -> Admin:
    return Admin(admin_attempts.lambda_handler, clock)
