"""The events of exams in `events/`: each is answered with success."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from exams.app import lambda_handler as exams
from smartexam.catalog.structure import Section, Structure
from tests.factories.clock import FrozenClock
from tests.factories.events import FakeContext, answer_of, send
from tests.factories.exams import create_exam, create_passage
from tests.factories.post import PostOffice
from tests.factories.users import access_token, create_user
from tests.infrastructure import stack

EVENTS = Path(__file__).parents[2] / "events"
ADMINISTRATION = ("admin_exams", "admin_questions")
SERVICES = (*ADMINISTRATION, "docs", "exams", "results")
BEHIND_THE_SCENES = ("attempt_sweeper", "exam_eraser")


def _named(functions: tuple[str, ...]) -> list[str]:
    return sorted(str(path.relative_to(EVENTS)) for name in functions for path in (EVENTS / name).glob("*.json"))


def _handler(name: str) -> Any:
    return import_module(f"{name.partition('/')[0]}.app").lambda_handler


@pytest.fixture
def tokens(tables: dict[str, str], post: PostOffice, frozen_settings: FrozenClock) -> dict[str, str]:
    """The access tokens of an admin and a student, who takes exams 1 and 3 and has a result of exam 2."""
    admin, student = create_user(role="admin"), create_user(role="user")
    create_exam()
    create_exam()
    token = access_token(student)
    timed = Section(1, "A", minutes=30), Section(2, "B", minutes=30)
    create_exam(structure=Structure(sections=timed, first_section=1, last_section=2))
    create_passage(1)
    for path in ("/start-exam/1", "/start-exam/2", "/submit-exam/2", "/start-exam/3"):
        assert send(exams, "POST", path, token=token).status in {200, 302}
    return {"admin": access_token(admin), "student": token}


@pytest.mark.parametrize("name", _named(SERVICES))
def test_requests_succeed(name: str, tokens: dict[str, str]) -> None:
    caller = "admin" if name.startswith(ADMINISTRATION) else "student"
    text = (EVENTS / name).read_text(encoding="utf-8").replace("<access token>", tokens[caller])

    answer = answer_of(_handler(name)(json.loads(text), FakeContext()))

    assert answer.status == 200, answer.body
    if name == "admin_questions/import_csv.json":
        assert answer.body == {"success": True, "inserted": 2, "skipped": 0, "errors": []}


@pytest.mark.parametrize("name", _named(BEHIND_THE_SCENES))
def test_work_is_done(name: str, tokens: dict[str, str]) -> None:
    event = json.loads((EVENTS / name).read_text(encoding="utf-8"))

    done = _handler(name)(event, FakeContext(remaining_ms=lambda: 60_000))

    assert done in ({"batchItemFailures": []}, {"ended": 0, "failed": 0, "out_of_time": False})


@pytest.mark.parametrize("name", _named(SERVICES))
def test_requests_are_for_routes_of_their_function(name: str) -> None:
    event = json.loads((EVENTS / name).read_text(encoding="utf-8"))
    function = next(each for each in stack.function_ids() if stack.package(each) == name.partition("/")[0])

    assert event["routeKey"] in {f"{method} {path}" for method, path in stack.routes(function)}


@pytest.mark.parametrize("function", stack.function_ids())
def test_every_function_has_an_event(function: str) -> None:
    assert list((EVENTS / stack.package(function)).glob("*.json"))
