"""Fixtures of an administrator's work while AWS fails."""

import pytest

from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from tests.factories.clock import FrozenClock
from tests.factories.exams import create_exam
from tests.factories.users import create_user
from tests.faults.admin.office import Office
from tests.faults.drill import Drill


@pytest.fixture
def office(drill: Drill, clock: FrozenClock) -> Office:
    return Office(clock)


@pytest.fixture
def exam(drill: Drill) -> Exam:
    return create_exam()


@pytest.fixture
def student(drill: Drill) -> User:
    return create_user()
